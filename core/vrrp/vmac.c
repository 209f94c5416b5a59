/*
 * vmac: see vmac.h. Pure.
 *
 * An interface is a macvlan in the mode bridge. In the mode private, which keepalived uses, the
 * kernel hands a frame that comes from the same MAC address, so each advertisement of the master,
 * to the macvlan alone: a backup would have to join the group there, and its IGMP and MLD reports
 * would tell the switches that the virtual MAC address is with the backup. In the mode bridge the
 * interface below hears everything, and a backup sends nothing from the virtual MAC address.
 *
 * Nothing but its owner may answer for an address, so the macvlan and the interface below each
 * answer for their own (arp_ignore 1). What is sent in answer to clients leaves by the interface
 * below, whose ARP requests would name the virtual address with the real MAC address as the
 * sender; arp_announce 2 prevents that.
 *
 * What is sent to the virtual MAC address for somebody else is forwarded by a master where the
 * interface below would forward it: the servers of a NAT director have the virtual address as their
 * gateway. A new macvlan is a backup's and does not forward.
 *
 * An ipvlan has the MAC address of the interface below, which hears all multicast too. What is
 * sent to an address of the ipvlan comes in on the ipvlan alone, even the answer to an ARP request
 * of the interface below that names it as the sender: one more reason for arp_announce.
 *
 * Both are in the VRF of the interface below: there clients find the addresses.
 *
 * An IPv6 macvlan has no address but the virtual ones, and neither asks for routers nor listens to
 * them, since all it sends tells the switches where the virtual MAC address is.
 */
#include "vrrp/vmac.h"

#include "base/text.h"

#include <linux/if_link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARK        "halvard "
#define MARK_DIGITS 8

static const struct vrrp_vmac_setting ipv4_settings[] = {
    {true, "disable_ipv6", 1},         {false, "arp_ignore", 1}, {false, "arp_filter", 0},
    {false, "promote_secondaries", 1}, {false, "forwarding", 0}, {0},
};
static const struct vrrp_vmac_setting ipv6_settings[] = {
    {true, "addr_gen_mode", 1}, /* none */
    {true, "disable_ipv6", 0},
    {true, "accept_ra", 0},
    {true, "autoconf", 0},
    {true, "router_solicitations", 0},
    {true, "dad_transmits", 0},
    {true, "forwarding", 0},
    {false, "arp_ignore", 1}, /* else it answers for the IPv4 addresses of the others */
    {0},
};

const struct vrrp_vmac_setting *vrrp_vmac_settings(uint8_t family)
{
	return family == FAMILY_IPV6 ? ipv6_settings : ipv4_settings;
}

/* The kernel takes the greater one of this and `all`: 1 would drop what comes in here and is
 * answered by another interface, 2 asks only that the source can be reached at all. */
int vrrp_vmac_rp_filter(int all)
{
	return all ? 2 : 0;
}

int vrrp_vmac_arp_ignore(int has)
{
	return has ? has : 1;
}

int vrrp_vmac_arp_announce(int has)
{
	return has < 2 ? 2 : has;
}

/* ---- what is wanted ------------------------------------------------------------ */

/* RFC 9568 7.3, unless the file says otherwise. */
static void compose_mac(struct vrrp_vmac *v, const struct vrrp_instance_row *r)
{
	const uint8_t standard[MAC_LEN] = {0,      0, 0x5e, 0, v->family == FAMILY_IPV6 ? 2 : 1,
					   r->vrid};

	if (mac_parse(r->virtual_mac, v->mac) != MAC_LEN)
		memcpy(v->mac, standard, MAC_LEN);
}

bool vrrp_vmac_of_instance(const struct vrrp_instance_row *r, struct vrrp_vmac *ret)
{
	*ret = (struct vrrp_vmac){
	    .family = r->family, .group = r->vmac_group, .netlink_notify = r->vmac_netlink_notify};
	TEXT_COPY(ret->name, r->vmac_interface);
	TEXT_COPY(ret->base, r->interface);
	if (r->use_ipvlan) {
		ret->ipvlan = true;
		ret->ipvlan_reach = r->ipvlan_reach;
		ret->addr = r->ipvlan_addr;
		ret->prefix_len = r->ipvlan_prefix_len;
	} else {
		compose_mac(ret, r);
	}
	return (r->use_vmac || r->use_ipvlan) && r->vmac_interface[0];
}

bool vrrp_vmac_of_address(const struct vrrp_instance_row *r, const struct vrrp_address_row *a,
			  struct vrrp_vmac *ret)
{
	*ret = (struct vrrp_vmac){.group = r->vmac_group, .netlink_notify = r->vmac_netlink_notify};
	ret->family = a->addr.family == ADDR_IPV6 ? FAMILY_IPV6 : FAMILY_IPV4;
	TEXT_COPY(ret->name, a->vmac_interface);
	TEXT_COPY(ret->base, a->dev[0] ? a->dev : r->interface);
	compose_mac(ret, r);
	return a->vmac_interface[0] != '\0';
}

/* Those of the other family stay on the interface below: the MAC address is not theirs. */
const char *vrrp_vmac_carrier(const struct vrrp_instance_row *r, const struct vrrp_address_row *a)
{
	bool other = a->dev[0] && !text_eq(a->dev, r->interface);

	if (a->vmac_interface[0])
		return a->vmac_interface;
	if (other)
		return a->dev;
	if ((r->use_vmac || r->use_ipvlan) &&
	    (a->addr.family == ADDR_IPV6) == (r->family == FAMILY_IPV6))
		return r->vmac_interface;
	return r->interface;
}

uint16_t vrrp_vmac_ipvlan_flags(const struct vrrp_vmac *v)
{
	return v->ipvlan_reach == IPVLAN_PRIVATE ? IPVLAN_F_PRIVATE
	       : v->ipvlan_reach == IPVLAN_VEPA  ? IPVLAN_F_VEPA
						 : 0;
}

/* ---- the mark -------------------------------------------------------------------- */

/* FNV-1a. */
uint32_t vrrp_vmac_owner(const char *run_dir)
{
	uint32_t h = 2166136261u;

	for (; *run_dir; run_dir++)
		h = (h ^ (uint8_t)*run_dir) * 16777619u;
	return h;
}

const char *vrrp_vmac_mark(uint32_t owner, const struct vrrp_vmac_before *b,
			   char buf[VRRP_VMAC_MARK_MAX])
{
	int n = snprintf(buf, VRRP_VMAC_MARK_MAX, MARK "%08x", owner);

	if (b->arp_ignore >= 0)
		n += snprintf(buf + n, (size_t)(VRRP_VMAC_MARK_MAX - n), ", arp_ignore was %d",
			      b->arp_ignore);
	if (b->arp_announce >= 0)
		snprintf(buf + n, (size_t)(VRRP_VMAC_MARK_MAX - n), ", arp_announce was %d",
			 b->arp_announce);
	return buf;
}

static int value_in(const char *mark, const char *name)
{
	const char *at = strstr(mark, name);
	int value = -1;

	if (at && sscanf(at + strlen(name), " was %d", &value) != 1)
		value = -1;
	return value;
}

/* Asked of each link with each event, so without a look at the words behind. */
bool vrrp_vmac_is_ours(uint32_t owner, const struct rtnl_link *l)
{
	const char *number = l->alias + strlen(MARK);
	char *end;

	if ((!text_eq(l->kind, "macvlan") && !text_eq(l->kind, "ipvlan")) ||
	    strncmp(l->alias, MARK, strlen(MARK)) != 0)
		return false;
	return strtoul(number, &end, 16) == owner && end == number + MARK_DIGITS;
}

bool vrrp_vmac_is_marked(uint32_t owner, const struct rtnl_link *l, struct vrrp_vmac_before *ret)
{
	*ret = (struct vrrp_vmac_before){-1, -1};
	if (!vrrp_vmac_is_ours(owner, l))
		return false;
	ret->arp_ignore = value_in(l->alias, "arp_ignore");
	ret->arp_announce = value_in(l->alias, "arp_announce");
	return true;
}

static bool is_as_wanted(const struct vrrp_vmac *v, const struct rtnl_link *l, unsigned base)
{
	if (v->ipvlan)
		return text_eq(l->kind, "ipvlan") && l->lower == base &&
		       l->ipvlan_flags == vrrp_vmac_ipvlan_flags(v);
	return text_eq(l->kind, "macvlan") && l->lower == base &&
	       l->macvlan == MACVLAN_MODE_BRIDGE && l->hw_len == MAC_LEN &&
	       memcmp(l->hw_addr, v->mac, MAC_LEN) == 0;
}

/* A process that is killed between making and marking leaves one that is down and has no mark. */
enum vrrp_vmac_fit vrrp_vmac_judge(uint32_t owner, const struct vrrp_vmac *v,
				   const struct rtnl_link *l, unsigned base_ifindex, unsigned vrf)
{
	bool marked, wanted;

	if (!l)
		return VRRP_VMAC_ABSENT;
	marked = vrrp_vmac_is_ours(owner, l);
	wanted = is_as_wanted(v, l, base_ifindex);
	if (!marked)
		return wanted && !l->alias[0] && !(l->flags & IFF_UP) ? VRRP_VMAC_UNFINISHED
								      : VRRP_VMAC_FOREIGN;
	if (!wanted)
		return VRRP_VMAC_WRONG;
	return l->flags & IFF_UP && (!v->group || l->group == v->group) && l->master == vrf
		   ? VRRP_VMAC_READY
		   : VRRP_VMAC_UNFINISHED;
}
