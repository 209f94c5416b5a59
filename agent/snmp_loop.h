/*
 * snmp_loop: net-snmp's agent library inside the event loop, as an AgentX subagent.
 *
 * The library waits synchronously at times (a ping, a registration, an open: at most 300 ms
 * each as set here; connect() and a full socket without a bound). That is why it has a
 * process of its own.
 */
#ifndef AGENT_SNMP_LOOP_H
#define AGENT_SNMP_LOOP_H

#include "base/loop.h"

struct snmp_loop;

struct snmp_loop_ops {
	/* The session with the master has begun or has ended. */
	void (*connected)(void *arg);
	void (*disconnected)(void *arg);
};

/* Prepares the library; tables may be registered after it. `socket` is the master's AgentX
 * address ("" for net-snmp's default). Once in a process. */
struct snmp_loop *snmp_loop_new(struct loop *loop, const char *socket,
				const struct snmp_loop_ops *ops, void *arg);
/* Connects, and from then on tries again each second while there is no master. */
void snmp_loop_start(struct snmp_loop *s);
/* Says goodbye to the master and releases everything. */
void snmp_loop_free(struct snmp_loop *s);

#endif
