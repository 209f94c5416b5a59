/*
 * vmac: interfaces with a virtual MAC address, and ipvlans. Here is what they should be;
 * vmac_links.h makes them so. Pure.
 */
#ifndef VRRP_VMAC_H
#define VRRP_VMAC_H

#include "base/mac.h"
#include "model/rows.h"
#include "nl/rtnl.h"

struct vrrp_vmac {
	char name[NAME_IF];
	char base[NAME_IF]; /* the interface that it lies on */
	uint8_t family;     /* enum family */
	uint8_t mac[MAC_LEN];
	uint32_t group;
	bool netlink_notify;
	/* an ipvlan has the MAC address of the interface below */
	bool ipvlan;
	uint8_t ipvlan_reach; /* enum ipvlan_reach */
	struct addr addr;     /* of its own; none: it has none */
	uint8_t prefix_len;
};

/* What an instance, or one of its addresses, wants for itself. False: nothing. */
bool vrrp_vmac_of_instance(const struct vrrp_instance_row *r, struct vrrp_vmac *ret);
bool vrrp_vmac_of_address(const struct vrrp_instance_row *r, const struct vrrp_address_row *a,
			  struct vrrp_vmac *ret);
/* Name of the interface that carries an address of the instance. */
const char *vrrp_vmac_carrier(const struct vrrp_instance_row *r, const struct vrrp_address_row *a);

/* IPVLAN_F_* of the kernel. */
uint16_t vrrp_vmac_ipvlan_flags(const struct vrrp_vmac *v);

/* ---- the mark ------------------------------------------------------------ */

/* Settings of the interface below as they were, -1: not known. They are kept in the mark, since
 * that lives as long as what they were changed for. */
struct vrrp_vmac_before {
	int arp_ignore;
	int arp_announce;
};

/* The mark is the alias of the link. The owner is a Halvard, of which there may be several. */
#define VRRP_VMAC_MARK_MAX 64
uint32_t vrrp_vmac_owner(const char *run_dir);
const char *vrrp_vmac_mark(uint32_t owner, const struct vrrp_vmac_before *b,
			   char buf[VRRP_VMAC_MARK_MAX]);
bool vrrp_vmac_is_ours(uint32_t owner, const struct rtnl_link *l);
/* And what the mark says; false: the link is not the owner's. */
bool vrrp_vmac_is_marked(uint32_t owner, const struct rtnl_link *l, struct vrrp_vmac_before *ret);

enum vrrp_vmac_fit {
	VRRP_VMAC_ABSENT,
	VRRP_VMAC_READY,
	VRRP_VMAC_UNFINISHED, /* ours, but not all has been done */
	VRRP_VMAC_WRONG,      /* ours, and must be made anew */
	VRRP_VMAC_FOREIGN,    /* somebody else's */
};
/* l: the link of that name, or NULL; vrf: the one that the interface below is in. */
enum vrrp_vmac_fit vrrp_vmac_judge(uint32_t owner, const struct vrrp_vmac *v,
				   const struct rtnl_link *l, unsigned base_ifindex, unsigned vrf);

/* ---- settings --------------------------------------------------------------- */

struct vrrp_vmac_setting {
	bool ipv6;
	const char *name;
	int value;
};
/* Of the interface itself, before it is up; ends with a row without a name. */
const struct vrrp_vmac_setting *vrrp_vmac_settings(uint8_t family);
/* Reverse path filter that lets in what is answered by the interface below. */
int vrrp_vmac_rp_filter(int all);
/* Of the interface below: the value that it needs, given the one that it has. */
int vrrp_vmac_arp_ignore(int has);
int vrrp_vmac_arp_announce(int has);

#endif
