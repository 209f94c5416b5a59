/*
 * control: the socket RUNDIR/control (SOCK_SEQPACKET) of halvardctl. Everybody may read; root
 * and members of the group halvard may change: membership is as good as root.
 */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include "daemon/director.h"

/* Opens the socket; NULL (and a log line) when it cannot. Clients may connect from then on, and
 * are served from control_serve() on. */
struct control *control_open(struct director *d);
void control_serve(struct control *c); /* NULL: nothing happens */
void control_close(struct control *c);

#endif
