/*
 * quiescent: the sysctl net.ipv4.vs.expire_quiescent_template of our network namespace.
 *
 * With persistence a client's template keeps sending new connections to a server of weight 0,
 * unless this is 1. It is set while a server is held out of a persistent service and put back
 * when none is any more.
 */
#ifndef LVS_QUIESCENT_H
#define LVS_QUIESCENT_H

#include <stdbool.h>

/* Zeroed: nothing was set. */
struct quiescent {
	bool set_by_us;
	bool failed; /* said so in the log */
};

/* Opens it in the present network namespace, for all that follows. */
void quiescent_keep(void);
/* Sets it, or puts back what we set. Idempotent. */
void quiescent_need(struct quiescent *q, bool needed);

#endif
