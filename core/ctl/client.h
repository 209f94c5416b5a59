/*
 * client: halvardctl's side of the control socket: connect, receive the rows, ask.
 */
#ifndef CTL_CLIENT_H
#define CTL_CLIENT_H

#include "ctl/ctl.h"

/* Connects to RUN_DIR/control and waits for the snapshot: CTL_OK with c->store filled, or
 * CTL_UNREACHABLE after a message on stderr. */
int client_connect(struct ctl *c);
/* Runs a change as one transaction; CTL_OK, or CTL_REFUSED after a message on stderr. */
int client_change(struct ctl *c, const struct change *change);
/* Runs a command of the daemon: CTL_OK or CTL_REFUSED, with its answer in c->result and c->lines,
 * or -1 when there was none. */
int client_ask(struct ctl *c, const char *words);
/* Statistics are read while somebody asks for them: asks, without waiting for the rows. */
void client_want_stats(struct ctl *c);
/* Waits until the rows have them; not for long, and what does not come stays as it is. */
void client_read_stats(struct ctl *c);
/* Tells on stderr why it is not CTL_OK; returns the exit code. */
int client_tell(struct ctl *c, int rc);
/* After client_connect(): hands every change to the observer and runs the loop until it is
 * stopped. A link that ends is opened again, as often as it takes; the rows stay meanwhile. CTL_OK,
 * or CTL_UNREACHABLE after a message when the daemon has become another version. */
int client_observe(struct ctl *c, const struct observer *o, void *arg);
void client_close(struct ctl *c);

#endif
