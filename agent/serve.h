/* serve: the tables as registrations of net-snmp's agent library. */
#ifndef AGENT_SERVE_H
#define AGENT_SERVE_H

#include "agent/set.h"
#include "base/loop.h"

/* Registers every table of the map whose table in the model is in `tables` (a mask of
 * 1 << table_id). `confirmed` points at the time of main's last confirmation. All must live
 * as long as the process. */
void serve_tables(struct loop *loop, const struct store *store, struct set *set,
		  const struct mono *confirmed, uint64_t tables);
/* What values are relative to, as the tables take it. */
struct value_clock serve_clock(struct loop *loop, const struct mono *confirmed);
/* Another master has another sysUpTime, however soon after the last it began. */
void serve_new_master(void);

#endif
