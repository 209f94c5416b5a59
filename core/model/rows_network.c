/* rows_network: the fields of network. */
#include "model/rows_network.h"

#include "model/field.h"

const struct enum_name rx_bufs_policy_names[] = {{RX_BUFS_DEFAULT, "default"},
						 {RX_BUFS_MTU, "MTU"},
						 {RX_BUFS_ADVERT, "ADVERT"},
						 {RX_BUFS_SIZE, "size"},
						 {0}};

#define ROW struct network_row
static const struct field network_fields[] = {
    STR(net_namespace, F_CONFIG | F_LOCAL, 0,
	"Network namespace to run in, from the next start on; empty is that of the caller."),
    STR(net_namespace_ipvs, F_CONFIG | F_LOCAL, 0,
	"Network namespace of the kernel's IPVS table, from the next start on; a dot is that of "
	"the caller, empty is the same."),
    ADDR(vrrp_mcast_group4, F_CONFIG, "Default group of IPv4 instances; empty is 224.0.0.18."),
    ADDR(vrrp_mcast_group6, F_CONFIG, "Default group of IPv6 instances; empty is ff02::12."),
    BOOL(log_unknown_vrids, F_CONFIG | F_LOCAL | F_LIVE | F_SET, false,
	 "Whether advertisements of virtual routers that nobody configured are logged."),
    BOOL(disable_local_igmp, F_CONFIG | F_LOCAL | F_LIVE, false,
	 "Whether the kernel reports no groups of the local link, 224.0.0.0/24, by IGMP."),
    BOOL(linkbeat_use_polling, F_CONFIG | F_LOCAL | F_LIVE, false,
	 "Whether the links of all interfaces that routers need are polled once a second."),
    ENUM(vrrp_rx_bufs_policy, F_CONFIG | F_LOCAL, rx_bufs_policy_names, RX_BUFS_DEFAULT,
	 "What the receive buffers of VRRP are made for; 256 kB by default."),
    U32(vrrp_rx_bufs_size, F_CONFIG | F_LOCAL, 0, 67108864, 0, "bytes",
	"Receive buffer for each instance, with policy size."),
    U32(vrrp_rx_bufs_multiplier, F_CONFIG | F_LOCAL, 1, 65536, 3, NULL,
	"Packets for each instance that a receive buffer has room for, with policy MTU or ADVERT."),
};
const struct table table_network =
    TABLE(T_NETWORK, "network", ROLE_VRRP, 0, network_fields, "The director on its network.");
#undef ROW
