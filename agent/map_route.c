/* map_route: the routes and rules of virtual routers in KEEPALIVED-MIB. */
#include "agent/convert_route.h"

#include <linux/rtnetlink.h>

#define BY(convert)         NULL, M_UNSIGNED32, M_RO, .read = (convert)
#define ENUMERATED(convert) NULL, M_INTEGER, M_RO, .read = (convert)
#define TEXTUAL(convert)    NULL, M_STRING, M_RO, .read = (convert)
#define OCTETS(convert)     NULL, M_ADDR, M_RO, .read = (convert)
#define METRIC(n)           BY(convert_route_metric), .arg = (n)
#define LOCK(n)             ENUMERATED(convert_route_lock), .arg = (n)
#define FLAG(n)             ENUMERATED(convert_route_flag), .arg = (n)

static struct map_column route_columns[] = {
    {2, "family", M_INTEGER, M_RO},
    {3, OCTETS(convert_route_destination)},
    {4, BY(convert_route_mask)},
    {5, OCTETS(convert_route_gateway)},
    {7, OCTETS(convert_route_source)},
    {8, "metric", M_UNSIGNED32, M_RO},
    {9, ENUMERATED(convert_route_scope)},
    {10, ENUMERATED(convert_route_type)},
    {11, ENUMERATED(convert_route_interface)},
    {12, TEXTUAL(convert_route_dev)},
    {13, BY(convert_route_table)},
    {14, "present", M_TRUTH, M_RO},
    {15, OCTETS(convert_route_from)},
    {16, BY(convert_route_from_mask)},
    {17, BY(convert_route_tos)},
    {18, ENUMERATED(convert_route_protocol)},
    {19, ENUMERATED(convert_route_ecn)},
    {20, ENUMERATED(convert_route_quickack)},
    {21, ENUMERATED(convert_route_expires)},
    {22, METRIC(RTAX_MTU)},
    {23, LOCK(RTAX_MTU)},
    {24, METRIC(RTAX_HOPLIMIT)},
    {25, METRIC(RTAX_ADVMSS)},
    {26, LOCK(RTAX_ADVMSS)},
    {27, METRIC(RTAX_RTT)},
    {28, LOCK(RTAX_RTT)},
    {29, METRIC(RTAX_RTTVAR)},
    {30, LOCK(RTAX_RTTVAR)},
    {31, METRIC(RTAX_REORDERING)},
    {32, LOCK(RTAX_REORDERING)},
    {33, METRIC(RTAX_WINDOW)},
    {34, METRIC(RTAX_CWND)},
    {35, LOCK(RTAX_CWND)},
    {36, METRIC(RTAX_SSTHRESH)},
    {37, LOCK(RTAX_SSTHRESH)},
    {38, METRIC(RTAX_RTO_MIN)},
    {39, LOCK(RTAX_RTO_MIN)},
    {40, METRIC(RTAX_INITCWND)},
    {41, METRIC(RTAX_INITRWND)},
    {42, TEXTUAL(convert_route_congestion)},
    {43, ENUMERATED(convert_route_preference)},
    {44, BY(convert_realm_to)},
    {45, BY(convert_realm_from)},
    {46, ENUMERATED(convert_encap_type)},
    {47, TEXTUAL(convert_encap_labels)},
    {48, NULL, M_COUNTER64, M_RO, .read = convert_encap_id},
    {49, OCTETS(convert_encap_to)},
    {50, OCTETS(convert_encap_from)},
    {51, BY(convert_encap_tos)},
    {52, BY(convert_encap_ttl)},
    {53, BY(convert_encap_flags)},
    {54, NULL, M_COUNTER64, M_RO, .read = convert_encap_locator},
    {55, ENUMERATED(convert_route_no_cookie)},
};
struct map_table map_k_route = {
    "vrrpRouteTable",           7,           T_VRRP_ROUTE, false,
    MAP_COLUMNS(route_columns), &map_k_vrrp, INDEX_PART,   .part_of = T_VRRP_INSTANCE};

static struct map_column hop_columns[] = {
    {2, ENUMERATED(convert_hop_type)},
    {3, OCTETS(convert_hop_address)},
    {4, ENUMERATED(convert_hop_interface)},
    {5, TEXTUAL(convert_hop_dev)},
    {6, BY(convert_hop_weight)},
    {7, ENUMERATED(convert_hop_onlink)},
    {8, BY(convert_hop_realm_to)},
    {9, BY(convert_hop_realm_from)},
    {11, TEXTUAL(convert_hop_labels)},
    {12, NULL, M_COUNTER64, M_RO, .read = convert_hop_id},
    {13, OCTETS(convert_hop_to)},
    {14, OCTETS(convert_hop_from)},
    {15, BY(convert_hop_tos)},
    {16, BY(convert_hop_ttl)},
    {17, BY(convert_hop_flags)},
    {18, NULL, M_COUNTER64, M_RO, .read = convert_hop_locator},
};
struct map_table map_k_hop = {
    "vrrpRouteNextHopTable",  11,          T_VRRP_ROUTE, false,
    MAP_COLUMNS(hop_columns), &map_k_vrrp, INDEX_HOP,    .part_of = T_VRRP_INSTANCE};

static struct map_column rule_columns[] = {
    {2, TEXTUAL(convert_rule_direction)},
    {3, "family", M_INTEGER, M_RO},
    {4, OCTETS(convert_rule_address)},
    {5, BY(convert_rule_mask)},
    {6, BY(convert_rule_table)},
    {7, "present", M_TRUTH, M_RO},
    {8, ENUMERATED(convert_rule_invert)},
    {9, ENUMERATED(convert_rule_to_type)},
    {10, OCTETS(convert_rule_to)},
    {11, BY(convert_rule_to_mask)},
    {12, ENUMERATED(convert_rule_from_type)},
    {13, OCTETS(convert_rule_from)},
    {14, BY(convert_rule_from_mask)},
    {15, BY(convert_rule_tos)},
    {16, BY(convert_rule_mark)},
    {17, BY(convert_rule_mark_mask)},
    {18, BY(convert_rule_realm_to)},
    {19, BY(convert_rule_realm_from)},
    {20, TEXTUAL(convert_rule_in)},
    {21, TEXTUAL(convert_rule_out)},
    {22, BY(convert_rule_target)},
    {23, ENUMERATED(convert_rule_action)},
    {24, BY(convert_rule_table)},
    {25, "preference", M_UNSIGNED32, M_RO},
    {26, BY(convert_rule_suppress_length)},
    {27, TEXTUAL(convert_rule_suppress_group)},
    {28, BY(convert_rule_tunnel_high)},
    {29, BY(convert_rule_tunnel_low)},
    {30, BY(convert_rule_uid_first)},
    {31, BY(convert_rule_uid_last)},
    {32, ENUMERATED(convert_rule_l3mdev)},
    {33, ENUMERATED(convert_rule_protocol)},
    {34, BY(convert_rule_ip_protocol)},
    {35, BY(convert_rule_source_port)},
    {36, BY(convert_rule_source_port), .arg = 1},
    {37, BY(convert_rule_port)},
    {38, BY(convert_rule_port), .arg = 1},
};
struct map_table map_k_rule = {
    "vrrpRuleTable",           8,           T_VRRP_RULE, false,
    MAP_COLUMNS(rule_columns), &map_k_vrrp, INDEX_PART,  .part_of = T_VRRP_INSTANCE};
