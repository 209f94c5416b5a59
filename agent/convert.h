/*
 * convert: values of other modules' columns that are not a field as it stands: other units, other
 * numbers for the same words, what is counted over rows. Each is a map_read.
 */
#ifndef AGENT_CONVERT_H
#define AGENT_CONVERT_H

#include "agent/value.h"

/* `arg` itself. */
bool convert_constant(const struct map_column *c, const void *row, const struct value_clock *clock,
		      struct value *ret);
/* An empty text. */
bool convert_empty(const struct map_column *c, const void *row, const struct value_clock *clock,
		   struct value *ret);
/* The field divided by `arg`, times `arg`, plus `arg`; 1 where it is 0 and 2 where it is not; the
 * upper half of its 64 bits. */
bool convert_part(const struct map_column *c, const void *row, const struct value_clock *clock,
		  struct value *ret);
bool convert_times(const struct map_column *c, const void *row, const struct value_clock *clock,
		   struct value *ret);
bool convert_plus(const struct map_column *c, const void *row, const struct value_clock *clock,
		  struct value *ret);
bool convert_not(const struct map_column *c, const void *row, const struct value_clock *clock,
		 struct value *ret);
bool convert_high(const struct map_column *c, const void *row, const struct value_clock *clock,
		  struct value *ret);
/* The sum, over all virtual routers that the module has, of the counter at the offset `arg`. */
bool convert_sum(const struct map_column *c, const void *row, const struct value_clock *clock,
		 struct value *ret);

/* Virtual routers: initialize(1), backup(2), master(3), where fault is the first; addresses that
 * they advertise; the virtual MAC address; whether all addresses are there (1) or not (2). */
bool convert_router_state(const struct map_column *c, const void *row,
			  const struct value_clock *clock, struct value *ret);
bool convert_address_count(const struct map_column *c, const void *row,
			   const struct value_clock *clock, struct value *ret);
bool convert_mac(const struct map_column *c, const void *row, const struct value_clock *clock,
		 struct value *ret);
bool convert_all_present(const struct map_column *c, const void *row,
			 const struct value_clock *clock, struct value *ret);
/* enabled(1), disabled(2), and flushVS(3): what is said of the kernel's whole table. */
bool convert_flush_on_start(const struct map_column *c, const void *row,
			    const struct value_clock *clock, struct value *ret);
bool convert_flush_on_stop(const struct map_column *c, const void *row,
			   const struct value_clock *clock, struct value *ret);
/* Seconds of version 2, hundredths of version 3. */
bool convert_interval(const struct map_column *c, const void *row, const struct value_clock *clock,
		      struct value *ret);
/* Whether programs are run for it (of the kind `arg`): 1 or 2. */
bool convert_has_scripts(const struct map_column *c, const void *row,
			 const struct value_clock *clock, struct value *ret);
/* Whether the synchronisation of connections follows it: 1 or 2; over which interface. */
bool convert_leads_sync(const struct map_column *c, const void *row,
			const struct value_clock *clock, struct value *ret);
bool convert_sync_interface(const struct map_column *c, const void *row,
			    const struct value_clock *clock, struct value *ret);
/* Zeroes where an IPv4 address has none. */
bool convert_broadcast(const struct map_column *c, const void *row, const struct value_clock *clock,
		       struct value *ret);
/* InetScopeType; the interface that has an address. */
bool convert_scope(const struct map_column *c, const void *row, const struct value_clock *clock,
		   struct value *ret);
bool convert_address_interface(const struct map_column *c, const void *row,
			       const struct value_clock *clock, struct value *ret);
/* An address that no file names: the group that the standard gives (the type, or the octets). */
bool convert_group_address(const struct map_column *c, const void *row,
			   const struct value_clock *clock, struct value *ret);
/* vrrpv3StatisticsNewMasterReason and -ProtoErrReason. */
bool convert_new_master_reason(const struct map_column *c, const void *row,
			       const struct value_clock *clock, struct value *ret);
bool convert_proto_error(const struct map_column *c, const void *row,
			 const struct value_clock *clock, struct value *ret);

/* Servers as KEEPALIVED-MIB has them. */
bool convert_service_type(const struct map_column *c, const void *row,
			  const struct value_clock *clock, struct value *ret);
bool convert_protocol(const struct map_column *c, const void *row, const struct value_clock *clock,
		      struct value *ret);
bool convert_scheduler(const struct map_column *c, const void *row, const struct value_clock *clock,
		       struct value *ret);
bool convert_service_alive(const struct map_column *c, const void *row,
			   const struct value_clock *clock, struct value *ret);
bool convert_quorum(const struct map_column *c, const void *row, const struct value_clock *clock,
		    struct value *ret);
bool convert_netmask(const struct map_column *c, const void *row, const struct value_clock *clock,
		     struct value *ret);
/* The port; none without an address. */
bool convert_service_port(const struct map_column *c, const void *row,
			  const struct value_clock *clock, struct value *ret);
/* Whether the field is set: 1, or 2 where it is 0 or empty. */
bool convert_some(const struct map_column *c, const void *row, const struct value_clock *clock,
		  struct value *ret);
bool convert_granularity_v6(const struct map_column *c, const void *row,
			    const struct value_clock *clock, struct value *ret);
/* The field plus `arg`; none of the sorry server. */
bool convert_of_pool(const struct map_column *c, const void *row, const struct value_clock *clock,
		     struct value *ret);
/* InetAddressType of a service with an address or a mark. */
bool convert_service_family(const struct map_column *c, const void *row,
			    const struct value_clock *clock, struct value *ret);
/* Whether a check of it has alpha: 1 or 2. */
bool convert_service_alpha(const struct map_column *c, const void *row,
			   const struct value_clock *clock, struct value *ret);
bool convert_server_alpha(const struct map_column *c, const void *row,
			  const struct value_clock *clock, struct value *ret);
/* delay_loop of its virtual server divided by `arg`, or times -`arg`; 0 of the sorry server. */
bool convert_server_delay(const struct map_column *c, const void *row,
			  const struct value_clock *clock, struct value *ret);
/* The field of a server behind a tunnel of the type `arg` or a later one; none of others. */
bool convert_tunnel(const struct map_column *c, const void *row, const struct value_clock *clock,
		    struct value *ret);
/* The number at the offset `arg` of the first check of a server, or of a service: as it is, in
 * seconds, in microseconds. */
bool convert_check(const struct map_column *c, const void *row, const struct value_clock *clock,
		   struct value *ret);
bool convert_check_s(const struct map_column *c, const void *row, const struct value_clock *clock,
		     struct value *ret);
bool convert_check_us(const struct map_column *c, const void *row, const struct value_clock *clock,
		      struct value *ret);
/* remove(1), inhibit(2), and the type of the tunnel: of the first server. */
bool convert_service_inhibits(const struct map_column *c, const void *row,
			      const struct value_clock *clock, struct value *ret);
bool convert_service_tunnel(const struct map_column *c, const void *row,
			    const struct value_clock *clock, struct value *ret);
/* enabled(1), disabled(2); `arg` is what holds where nothing is said. */
bool convert_alert(const struct map_column *c, const void *row, const struct value_clock *clock,
		   struct value *ret);
/* RowStatus: notInService(2) where the field is `arg`, else active(1). */
bool convert_row_status(const struct map_column *c, const void *row,
			const struct value_clock *clock, struct value *ret);
/* 0 for one that the operator holds out: realServerWeight. */
bool convert_weight(const struct map_column *c, const void *row, const struct value_clock *clock,
		    struct value *ret);

#endif
