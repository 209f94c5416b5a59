/*
 * set: one SET PDU as one transaction with main, across all tables.
 *
 * net-snmp calls each registration that has varbinds in the PDU: RESERVE1 of all of them,
 * then RESERVE2 of all, then ACTION; then COMMIT, or UNDO, or FREE. So the change is
 * gathered in RESERVE1, tested by main at the first RESERVE2 and committed, durably, at the
 * first ACTION; later calls of the same phase pick up the same result.
 */
#ifndef AGENT_SET_H
#define AGENT_SET_H

#include "agent/table.h"
#include "ipc/wire.h"

struct set;

/* The way to main. */
struct set_ops {
	/* Sends the message and waits for its result at most 300 ms. In *ret: UNAVAILABLE when
	 * it could not be sent, UNKNOWN when no answer came in time. */
	void (*ask)(void *arg, enum msg_type type, uint32_t id, const struct change *c,
		    struct result *ret);
	/* Sends it; nobody waits for the result. */
	void (*tell)(void *arg, enum msg_type type, uint32_t id);
	struct mono (*now)(void *arg);
};

struct set *set_new(const struct set_ops *ops, void *arg);
void set_free(struct set *s);

/* Which PDU: a retransmission has the same numbers. */
struct set_pdu {
	long session;
	long transaction;
};

struct set_varbind {
	const oid *name;
	size_t name_len;
	u_char type;
	const void *data;
	size_t data_len;
};

/* One varbind in one phase; each returns SNMP_ERR_NOERROR or the error for this varbind. */
int set_reserve1(struct set *s, struct set_pdu pdu, const struct table_view *v,
		 const struct set_varbind *vb);
int set_reserve2(struct set *s, struct set_pdu pdu, const struct set_varbind *vb);
int set_action(struct set *s, struct set_pdu pdu, const struct set_varbind *vb);
int set_undo(struct set *s, struct set_pdu pdu);
/* The PDU is over: in force when it was committed, else taken back. */
void set_end(struct set *s, struct set_pdu pdu);
/* The master is gone: what was not committed is taken back. */
void set_abort(struct set *s);

#endif
