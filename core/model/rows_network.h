/* rows_network: the director on its network. See rows.h. */
#ifndef MODEL_ROWS_NETWORK_H
#define MODEL_ROWS_NETWORK_H

#include "base/addr.h"
#include "model/names.h"

/* What the receive buffer of a VRRP socket is made for. */
enum rx_bufs_policy {
	RX_BUFS_DEFAULT = 1,
	RX_BUFS_MTU,    /* so many packets of the interface's size for each instance */
	RX_BUFS_ADVERT, /* so many of its advertisements */
	RX_BUFS_SIZE,   /* so many octets */
};
extern const struct enum_name rx_bufs_policy_names[];

/* No name that a namespace can have. */
#define IPVS_OF_CALLER "."

/* Of all; the only row. */
struct network_row {
	char net_namespace[64];        /* empty: that of the caller */
	char net_namespace_ipvs[64];   /* empty: the same; IPVS_OF_CALLER */
	struct addr vrrp_mcast_group4; /* none: 224.0.0.18 */
	struct addr vrrp_mcast_group6; /* none: ff02::12 */
	bool log_unknown_vrids;
	bool disable_local_igmp;
	bool linkbeat_use_polling;
	uint8_t vrrp_rx_bufs_policy; /* enum rx_bufs_policy */
	uint32_t vrrp_rx_bufs_size;
	uint32_t vrrp_rx_bufs_multiplier;
};

#endif
