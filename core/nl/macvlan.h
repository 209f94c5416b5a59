/*
 * macvlan: requests about links that lie on another (nl/rtnl.h: rtnl_writer_send). Each allocates
 * a message that the writer takes over.
 */
#ifndef NL_MACVLAN_H
#define NL_MACVLAN_H

#include "nl/rtnl.h"

#define MACVLAN_MAC 6

struct macvlan {
	char name[IF_NAMESIZE];
	unsigned lower;  /* the link that it lies on */
	unsigned master; /* the VRF that both are in; 0: none */
	uint8_t mac[MACVLAN_MAC];
	uint32_t group;
	bool ipvlan;
	uint16_t ipvlan_flags; /* IPVLAN_F_* */
};

/* A macvlan in the mode bridge, or an ipvlan in the mode L2; down. */
struct nl_msg *macvlan_create(const struct macvlan *m);
/* Into a VRF, or out of the one that it is in. */
struct nl_msg *link_master(unsigned ifindex, unsigned master);
/* alias NULL, group 0: as it is. */
struct nl_msg *link_mark(const char *name, const char *alias, uint32_t group);
struct nl_msg *link_up(const char *name);
/* An address for ever, used at once; what is there already is no failure. */
struct nl_msg *link_address(unsigned ifindex, const struct addr *a, uint8_t prefix_len);
/* By its index, or by its name where that is 0. */
struct nl_msg *link_delete(unsigned ifindex, const char *name);
/* All links of a group at once. */
struct nl_msg *link_delete_group(uint32_t group);
/* Puts a link into a group; where it is there already the kernel only tells everybody about it. */
struct nl_msg *link_regroup(unsigned ifindex, uint32_t group);

#endif
