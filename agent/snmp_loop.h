/*
 * snmp_loop: net-snmp's agent library inside the event loop, as an AgentX subagent, or as an agent
 * by itself.
 *
 * The library waits synchronously at times: a ping, a registration, an open, at most 300 ms
 * each as set here. connect() and a full socket would be waited for without a bound; on a
 * socket in the file system our own transport is put in their place (agentx_unix). That is
 * why it has a process of its own.
 */
#ifndef AGENT_SNMP_LOOP_H
#define AGENT_SNMP_LOOP_H

#include "agent/notify.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

struct snmp_loop;

struct snmp_loop_ops {
	/* The session with the master has begun or has ended. */
	void (*connected)(void *arg);
	void (*disconnected)(void *arg);
	/* What became of the notification that snmp_loop_notify() began to send. */
	void (*answered)(void *arg, enum notify_answer a);
};

/* Where the agent is: with a master, or alone. */
struct snmp_place {
	const char *socket;     /* the master's AgentX address; "" for net-snmp's default */
	const char *standalone; /* addresses to listen at, with commas; "": with a master */
	const char
	    *folder; /* alone: its own; the file of who may ask is made there when it is missing */
};

/* Prepares the library; tables may be registered after it. Once in a process. */
struct snmp_loop *snmp_loop_new(struct loop *loop, const struct snmp_place *place,
				const struct snmp_loop_ops *ops, void *arg);
/* Connects, and from then on tries again each second while there is no master. Alone: listens; ends
 * the process when that cannot be. */
void snmp_loop_start(struct snmp_loop *s);
/* Begins to send a notification (RFC 2741 6.2.10); takes the varbinds. false: there is no
 * master, or it does not listen. `answered` may be called before this returns. */
bool snmp_loop_notify(struct snmp_loop *s, netsnmp_variable_list *varbinds);
/* Says goodbye to the master and releases everything. */
void snmp_loop_free(struct snmp_loop *s);

#endif
