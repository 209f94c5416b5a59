/*
 * means: what an instance needs to run: its interface, the source address of its
 * advertisements, and sockets (process vrrp).
 *
 * An instance can run when its interface exists, is up and running, and has an address that is
 * not a virtual one (the owner may use its own virtual address); the first such address is the
 * source of its advertisements, as in keepalived. IPv6 needs a link-local one, and the kernel
 * refuses to send from it until duplicates have been looked for: like an address that is not
 * there, it is waited for, and comes with an event.
 *
 * A source that the file names is used wherever it is, unless its presence is asked for too
 * (track_src_ip). Unicast may do without an interface; then it hears and speaks on all of them,
 * or on those of a VRF.
 */
#include "vrrp/instance.h"
#include "vrrp/links.h"
#include "vrrp/vmac_links.h"

#include <errno.h>
#include <string.h>

#define ETHERNET_MTU 1500
#define IP_HEADER    40u      /* the larger one */
#define RECEIVE_MAX  67108864 /* as the ranges of the configuration */

static uint32_t hash_of(const struct addr *a)
{
	return chains_hash(a->family, a->bytes, addr_len(a));
}

void vrrp_means_begin(struct vrrp_env *env)
{
	uint32_t n = (uint32_t)store_count(env->store, T_VRRP_ADDRESS);

	chains_begin(&env->virtual_addrs, n);
	for (uint32_t k = 0; k < n; k++) {
		const struct vrrp_address_row *v = store_at(env->store, T_VRRP_ADDRESS, k);

		chains_add(&env->virtual_addrs, k, hash_of(&v->addr));
	}
}

/* A link-local address of another link is another address. */
static bool is_virtual(const struct vrrp_env *env, const struct rtnl_addr *a)
{
	const struct chains *x = &env->virtual_addrs;
	bool local = addr_is_link_local(&a->addr);

	for (uint32_t k = chains_first(x, hash_of(&a->addr)); k != CHAINS_END;
	     k = chains_next(x, k)) {
		const struct vrrp_address_row *v = store_at(env->store, T_VRRP_ADDRESS, k);

		if (addr_equal(&v->addr, &a->addr) &&
		    (!local || !v->ifindex || v->ifindex == a->ifindex))
			return true;
	}
	return false;
}

/* Unicast to an address that is not link-local comes from one that is not either. */
static bool wants_link_local(const struct vrrp_instance *i)
{
	return i->row.family == FAMILY_IPV6 &&
	       (!i->peers.n || addr_is_link_local(&i->peers.list[0].row.addr));
}

static bool may_be_source(const struct vrrp_instance *i, const struct rtnl_addr *a,
			  bool virtual_too)
{
	if (a->secondary || (!virtual_too && is_virtual(i->env, a)))
		return false;
	if (i->row.family == FAMILY_IPV6)
		return a->addr.family == ADDR_IPV6 &&
		       addr_is_link_local(&a->addr) == wants_link_local(i);
	return a->addr.family == ADDR_IPV4;
}

/* A tentative one only when there is no other. */
static const struct rtnl_addr *find_source(const struct vrrp_instance *i, unsigned ifindex,
					   bool virtual_too)
{
	const struct rtnl_addr *a, *tentative = NULL;

	for (unsigned k = 0; (a = rtnl_addr_at(i->env->rtnl, k)); k++) {
		if (a->ifindex != ifindex || !may_be_source(i, a, virtual_too))
			continue;
		if (!a->tentative)
			return a;
		tentative = a;
	}
	return tentative;
}

/* ifindex 0: on any interface. */
static bool is_there(const struct vrrp_instance *i, unsigned ifindex, const struct addr *wanted)
{
	const struct rtnl_addr *a;

	for (unsigned k = 0; (a = rtnl_addr_at(i->env->rtnl, k)); k++)
		if (addr_equal(&a->addr, wanted) && !a->tentative &&
		    (!ifindex || a->ifindex == ifindex))
			return true;
	return false;
}

/* The source that the file names, wherever it is; NULL, or what is missing. */
static const char *take_named_source(struct vrrp_instance *i, unsigned ifindex)
{
	if (i->row.track_src_ip &&
	    !is_there(i, i->row.interface[0] ? ifindex : 0, &i->row.source_addr))
		return "its source address is not there";
	i->cfg.primary = i->row.source_addr;
	return NULL;
}

/* An ipvlan's own address; it is ready when that is there. */
static bool ipvlan_is_source(const struct vrrp_instance *i)
{
	const struct addr *a = &i->row.ipvlan_addr;

	return i->row.use_ipvlan && a->family &&
	       (i->row.family == FAMILY_IPV4 || addr_is_link_local(a) == wants_link_local(i));
}

/* Unicast to an address of an ipvlan comes in there, all else on the interface below. */
static bool hears_on_ipvlan(const struct vrrp_instance *i)
{
	return i->row.use_ipvlan && i->peers.n && addr_equal(&i->cfg.primary, &i->row.ipvlan_addr);
}

/* Finds the source address; NULL, or what is missing. */
static const char *take_source(struct vrrp_instance *i, unsigned ifindex)
{
	const struct rtnl_addr *source;

	if (i->row.source_addr.family)
		return take_named_source(i, ifindex);
	if (ipvlan_is_source(i)) {
		i->cfg.primary = i->row.ipvlan_addr;
		return NULL;
	}
	source = find_source(i, ifindex, false);
	if (!source && i->cfg.priority == VRRP_PRIO_OWNER)
		source = find_source(i, ifindex, true);
	if (!source)
		return i->row.family == FAMILY_IPV4 ? "it has no IPv4 address of its own"
		       : wants_link_local(i)        ? "it has no IPv6 link-local address of its own"
						    : "it has no global IPv6 address of its own";
	if (source->tentative)
		return "its IPv6 address is tentative, or another machine has it too";
	i->cfg.primary = source->addr;
	return NULL;
}

void vrrp_means_drop(struct vrrp_instance *i)
{
	if (i->port)
		vrrp_port_close(i->port, &i->seat);
	i->port = NULL;
}

/* Its part of the receive buffer, as the configuration counts it. */
static unsigned receive_bytes(const struct vrrp_instance *i, const struct rtnl_link *l)
{
	const struct network_row *n = store_single(i->env->store, T_NETWORK);
	uint64_t each = 0;

	if (i->row.kernel_rx_buf_size)
		return i->row.kernel_rx_buf_size;
	if (n->vrrp_rx_bufs_policy == RX_BUFS_SIZE)
		return n->vrrp_rx_bufs_size;
	if (n->vrrp_rx_bufs_policy == RX_BUFS_MTU)
		each = l ? l->mtu : ETHERNET_MTU;
	else if (n->vrrp_rx_bufs_policy == RX_BUFS_ADVERT)
		each = IP_HEADER + vrrp_packet_size(&i->advert, i->row.family == FAMILY_IPV6
								    ? ADDR_IPV6
								    : ADDR_IPV4);
	each *= n->vrrp_rx_bufs_multiplier;
	return each < RECEIVE_MAX ? (unsigned)each : RECEIVE_MAX;
}

/* NULL, or why there is no port. */
static const char *open_port(struct vrrp_instance *i, const struct rtnl_link *l)
{
	struct vrrp_place where = {i->row.family == FAMILY_IPV6 ? ADDR_IPV6 : ADDR_IPV4};

	if (l) {
		where.ifindex = l->ifindex;
		where.device = l->name;
	}
	i->seat = (struct vrrp_seat){.vrid = i->row.vrid, .peers = &i->peers, .user = i};
	i->seat.rx_bytes = receive_bytes(i, l);
	i->seat.ah = i->advert.auth_type == VRRP_WIRE_AH;
	if (!i->peers.n)
		i->seat.group =
		    i->row.group_addr.family ? i->row.group_addr : vrrp_group_of(where.family);
	i->port = vrrp_port_open(i->env->io, &where, &i->seat);
	if (i->port)
		i->vrid_errors = i->row.vrid_errors - vrrp_port_unknown_vrids(i->port);
	if (!i->port && errno == EEXIST)
		return "another instance has this virtual router identifier on it";
	return i->port ? NULL : strerror(errno);
}

const char *vrrp_means_find(struct vrrp_instance *i)
{
	const char *name = i->row.interface[0] ? i->row.interface : i->row.vrf, *missing;
	const struct rtnl_link *l = rtnl_link_by_name(i->env->rtnl, name);
	unsigned vmac = i->row.vmac_ifindex;

	if (i->port && (l ? l->ifindex : 0) != i->row.ifindex)
		vrrp_means_drop(i);
	i->row.ifindex = l ? l->ifindex : 0;
	if (!i->peers.n && i->row.unicast_fault_no_peer)
		return "it has no unicast peer";
	if (name[0] && !l)
		return "there is no such interface";
	if (name[0] && i->row.track_primary && !vrrp_link_usable(i->env->links, l->name, l))
		return "it is down";
	missing = take_source(i, i->row.ifindex);
	if (!missing)
		missing = vrrp_vmacs_missing(i->env, &i->row);
	if (missing)
		return missing;
	if (hears_on_ipvlan(i)) {
		if (i->row.vmac_ifindex != vmac)
			vrrp_means_drop(i);
		l = rtnl_link_find(i->env->rtnl, i->row.vmac_ifindex);
	}
	return i->port ? NULL : open_port(i, l);
}
