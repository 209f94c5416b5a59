/*
 * forwards: the sysctls by which our network namespace passes packets on, which real servers behind
 * NAT need: their answers come through the director. They are the administrator's, who may have
 * reasons; what is missing is said.
 */
#ifndef LVS_FORWARDS_H
#define LVS_FORWARDS_H

#include <stdbool.h>

/* Zeroed: nothing is needed. */
struct forwards {
	bool needs_ipv4, needs_ipv6;
	const char *missing; /* what the log has said; NULL: nothing */
};

/* Opens them in the present network namespace, for all that follows. */
void forwards_keep(void);
/* Reads them; what is missing now goes to the log when it is another than before. Returns that:
 * "net.ipv4.ip_forward=1" and the like, or "". */
const char *forwards_look(struct forwards *f);

#endif
