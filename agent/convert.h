/*
 * convert: values of other modules' columns that are not a field as it stands: other units, other
 * numbers for the same words, what is counted over rows. Each is a map_read.
 */
#ifndef AGENT_CONVERT_H
#define AGENT_CONVERT_H

#include "agent/value.h"

#define CONVERT(name)                                                                              \
	bool name(const struct map_column *c, const void *row, const struct value_clock *clock,    \
		  struct value *ret)

/* Shows the number as the type of the column has it. */
static inline bool convert_show(const struct map_column *c, uint64_t n,
				const struct value_clock *clock, struct value *ret)
{
	return value_number(c->type, n, clock, ret);
}

/* `arg` itself. */
CONVERT(convert_constant);
/* An empty text. */
CONVERT(convert_empty);
/* The field divided by `arg`, times `arg`, plus `arg`; 1 where it is 0 and 2 where it is not; the
 * upper half of its 64 bits. */
CONVERT(convert_part);
CONVERT(convert_times);
CONVERT(convert_plus);
CONVERT(convert_not);
CONVERT(convert_high);
/* The sum, over all virtual routers that the module has, of the counter at the offset `arg`. */
CONVERT(convert_sum);

/* Virtual routers: initialize(1), backup(2), master(3), where fault is the first; addresses that
 * they advertise; the virtual MAC address; whether all addresses are there (1) or not (2). */
CONVERT(convert_router_state);
CONVERT(convert_address_count);
CONVERT(convert_mac);
CONVERT(convert_all_present);
/* enabled(1), disabled(2), and flushVS(3): what is said of the kernel's whole table. */
CONVERT(convert_flush_on_start);
CONVERT(convert_flush_on_stop);
/* Seconds of version 2, hundredths of version 3. */
CONVERT(convert_interval);
/* Whether programs are run for it (of the kind `arg`): 1 or 2. */
CONVERT(convert_has_scripts);
/* Whether the synchronisation of connections follows it: 1 or 2; over which interface. */
CONVERT(convert_leads_sync);
CONVERT(convert_sync_interface);
/* Zeroes where an IPv4 address has none. */
CONVERT(convert_broadcast);
/* InetScopeType; the interface that has an address. */
CONVERT(convert_scope);
CONVERT(convert_address_interface);
/* An address that no file names: the group that the standard gives (the type, or the octets). */
CONVERT(convert_group_address);
/* vrrpv3StatisticsNewMasterReason. */
CONVERT(convert_new_master_reason);

/* init(1), bad(2), good(3), initfailed(5); whether the state is ok: 1 or 2. */
CONVERT(convert_script_result);
CONVERT(convert_is_ok);
/* Of a text its first word, and what follows. */
CONVERT(convert_first_word);
CONVERT(convert_other_words);
/* Of processes: none(0), exact(1), partial(2), initial(3); whether command lines are compared: 1 or
 * 2; the most that may be, -1 for any number. */
CONVERT(convert_process_match);
CONVERT(convert_process_full);
CONVERT(convert_quorum_max);
/* A text that is an address: its type, or its octets. */
CONVERT(convert_text_address);
/* on(1), off(2), unset(3) */
CONVERT(convert_alert_word);

/* Whether the field is set: 1, or 2 where it is 0 or empty. */
CONVERT(convert_some);
/* RowStatus: notInService(2) where the field is `arg`, else active(1). */
CONVERT(convert_row_status);

#endif
