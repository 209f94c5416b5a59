/*
 * convert_lvs: columns of KEEPALIVED-MIB about virtual and real servers that are not a field as it
 * stands; see convert.h.
 */
#ifndef AGENT_CONVERT_LVS_H
#define AGENT_CONVERT_LVS_H

#include "agent/convert.h"

CONVERT(convert_service_type);
CONVERT(convert_protocol);
CONVERT(convert_scheduler);
CONVERT(convert_service_alive);
CONVERT(convert_quorum);
CONVERT(convert_netmask);
/* The port; none without an address. */
CONVERT(convert_service_port);
CONVERT(convert_granularity_v6);
/* The field plus `arg`; none of the sorry server. */
CONVERT(convert_of_pool);
/* Whether a check of it has alpha: 1 or 2. */
CONVERT(convert_service_alpha);
CONVERT(convert_server_alpha);
/* delay_loop of its virtual server divided by `arg`, or times -`arg`; 0 of the sorry server. */
CONVERT(convert_server_delay);
/* The field of a server behind a tunnel of the type `arg` or a later one; none of others. */
CONVERT(convert_tunnel);
/* The number at the offset `arg` of the first check of a server, or of a service: as it is, in
 * seconds, in microseconds. */
CONVERT(convert_check);
CONVERT(convert_check_s);
CONVERT(convert_check_us);
/* remove(1), inhibit(2), and the tunnel, of the type `arg` or a later one: of the first server. */
CONVERT(convert_service_inhibits);
CONVERT(convert_service_tunnel);
CONVERT(convert_service_tunnel_port);
CONVERT(convert_service_tunnel_checksum);
/* enabled(1), disabled(2); `arg` is what holds where nothing is said. */
CONVERT(convert_alert);
/* Members of virtual_server_group: fwmark(1), ip(2), iprange(3); an address, if `arg` is what the
 * member is; its port. */
enum { MEMBER_ADDRESS = 2, MEMBER_RANGE = 3 };
CONVERT(convert_member_type);
CONVERT(convert_member_address);
CONVERT(convert_member_port);
/* 0 for one that the operator holds out: realServerWeight. */
CONVERT(convert_weight);
/* Of a server that drains: the connections that are left. */
CONVERT(convert_drain_conns);

#endif
