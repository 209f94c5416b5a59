/* serve: the tables as registrations of net-snmp's agent library. */
#ifndef AGENT_SERVE_H
#define AGENT_SERVE_H

#include "agent/set.h"
#include "base/loop.h"

/* What requests are answered from; all of it lives as long as the process. */
struct serve {
	struct loop *loop;
	const struct store *store;
	struct set *set;
	const struct mono *confirmed; /* the time of main's last confirmation */
	uint64_t *generation;         /* of table_view_follow() */
	/* Somebody has read a figure of F_DEMAND; the answer has gone out as it was. */
	void (*demand)(void *arg);
	void *arg;
};

/* Registers every table of the map whose table in the model is in `tables` (a mask of
 * 1 << table_id). */
void serve_tables(const struct serve *s, uint64_t tables);
/* What values are relative to, as the tables take it. */
struct value_clock serve_clock(const struct serve *s);
/* Another master has another sysUpTime, however soon after the last it began. */
void serve_new_master(void);

#endif
