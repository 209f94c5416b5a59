/*
 * convert_route: columns of KEEPALIVED-MIB out of the texts of routes and rules, each a map_read.
 * None where the route or the rule says nothing of it. Of metrics `arg` is the RTAX_ number.
 */
#ifndef AGENT_CONVERT_ROUTE_H
#define AGENT_CONVERT_ROUTE_H

#include "agent/convert.h"

/* Routes. The index of an interface is known as far as a virtual router or an address has it too.
 */
CONVERT(convert_route_destination);
CONVERT(convert_route_mask);
CONVERT(convert_route_gateway);
CONVERT(convert_route_dev);
CONVERT(convert_route_source);
CONVERT(convert_route_scope);
CONVERT(convert_route_type);
CONVERT(convert_route_table);
CONVERT(convert_route_from);
CONVERT(convert_route_from_mask);
CONVERT(convert_route_tos);
CONVERT(convert_route_protocol);
CONVERT(convert_route_ecn);
CONVERT(convert_route_quickack);
CONVERT(convert_route_no_cookie);
CONVERT(convert_route_expires);
CONVERT(convert_route_metric);
CONVERT(convert_route_lock);
CONVERT(convert_route_congestion);
CONVERT(convert_route_preference);
CONVERT(convert_route_interface);

/* Realms, and what packets are wrapped into on their way. */
CONVERT(convert_realm_to);
CONVERT(convert_realm_from);
CONVERT(convert_encap_type);
CONVERT(convert_encap_labels);
CONVERT(convert_encap_id);
CONVERT(convert_encap_locator);
CONVERT(convert_encap_to);
CONVERT(convert_encap_from);
CONVERT(convert_encap_tos);
CONVERT(convert_encap_ttl);
CONVERT(convert_encap_flags);

/* One of several ways of a route (struct order_hop). */
CONVERT(convert_hop_realm_to);
CONVERT(convert_hop_realm_from);
CONVERT(convert_hop_labels);
CONVERT(convert_hop_id);
CONVERT(convert_hop_locator);
CONVERT(convert_hop_to);
CONVERT(convert_hop_from);
CONVERT(convert_hop_tos);
CONVERT(convert_hop_ttl);
CONVERT(convert_hop_flags);
CONVERT(convert_hop_type);
CONVERT(convert_hop_address);
CONVERT(convert_hop_interface);
CONVERT(convert_hop_dev);
CONVERT(convert_hop_weight);
CONVERT(convert_hop_onlink);

/* Rules; of ports `arg` is 0 for the first and 1 for the last. */
CONVERT(convert_rule_direction);
CONVERT(convert_rule_address);
CONVERT(convert_rule_mask);
CONVERT(convert_rule_table);
CONVERT(convert_rule_invert);
CONVERT(convert_rule_to_type);
CONVERT(convert_rule_to);
CONVERT(convert_rule_to_mask);
CONVERT(convert_rule_from_type);
CONVERT(convert_rule_from);
CONVERT(convert_rule_from_mask);
CONVERT(convert_rule_tos);
CONVERT(convert_rule_mark);
CONVERT(convert_rule_mark_mask);
CONVERT(convert_rule_realm_to);
CONVERT(convert_rule_realm_from);
CONVERT(convert_rule_in);
CONVERT(convert_rule_out);
CONVERT(convert_rule_target);
CONVERT(convert_rule_action);
CONVERT(convert_rule_suppress_length);
CONVERT(convert_rule_suppress_group);
CONVERT(convert_rule_tunnel_high);
CONVERT(convert_rule_tunnel_low);
CONVERT(convert_rule_uid_first);
CONVERT(convert_rule_uid_last);
CONVERT(convert_rule_l3mdev);
CONVERT(convert_rule_protocol);
CONVERT(convert_rule_ip_protocol);
CONVERT(convert_rule_source_port);
CONVERT(convert_rule_port);

#endif
