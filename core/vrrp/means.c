/*
 * means: what an instance needs to run: its interface, the source address of its
 * advertisements, and sockets (process vrrp).
 *
 * An instance can run when its interface exists, is up and running, and has an address that is
 * not a virtual one (the owner may use its own virtual address); the first such address is the
 * source of its advertisements, as in keepalived. IPv6 needs a link-local one, and the kernel
 * refuses to send from it until duplicates have been looked for: like an address that is not
 * there, it is waited for, and comes with an event.
 */
#include "vrrp/instance.h"

#include <errno.h>
#include <string.h>

static bool is_virtual(const struct vrrp_env *env, const struct addr *a)
{
	STORE_EACH(env->store, T_VRRP_ADDRESS, struct vrrp_address_row, v)
	{
		if (addr_equal(&v->addr, a))
			return true;
	}
	return false;
}

static bool may_be_source(const struct vrrp_instance *i, const struct rtnl_addr *a,
			  bool virtual_too)
{
	if (a->secondary || (!virtual_too && is_virtual(i->env, &a->addr)))
		return false;
	if (i->row.family == FAMILY_IPV6)
		return addr_is_link_local(&a->addr);
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

/* Finds the source address; NULL, or what is missing. */
static const char *take_source(struct vrrp_instance *i, unsigned ifindex)
{
	const struct rtnl_addr *source = find_source(i, ifindex, false);

	if (!source && i->cfg.priority == VRRP_PRIO_OWNER)
		source = find_source(i, ifindex, true);
	if (!source)
		return i->row.family == FAMILY_IPV6 ? "it has no IPv6 link-local address of its own"
						    : "it has no IPv4 address of its own";
	if (source->tentative)
		return "its link-local address is tentative, or another machine has it too";
	i->cfg.primary = source->addr;
	return NULL;
}

bool vrrp_link_usable(const struct rtnl_link *l)
{
	return l && l->flags & IFF_UP && l->flags & IFF_RUNNING;
}

void vrrp_means_drop(struct vrrp_instance *i)
{
	if (i->port)
		vrrp_port_close(i->port, i->row.vrid);
	i->port = NULL;
}

const char *vrrp_means_find(struct vrrp_instance *i)
{
	const struct rtnl_link *l = rtnl_link_by_name(i->env->rtnl, i->row.interface);
	struct vrrp_place where = {i->row.family == FAMILY_IPV6 ? ADDR_IPV6 : ADDR_IPV4};
	const char *missing;

	if (i->port && (!l || l->ifindex != i->row.ifindex))
		vrrp_means_drop(i);
	i->row.ifindex = l ? l->ifindex : 0;
	if (!l)
		return "there is no such interface";
	if (i->row.track_primary && !vrrp_link_usable(l))
		return "it is down";
	missing = take_source(i, l->ifindex);
	if (missing || i->port)
		return missing;
	where.ifindex = l->ifindex;
	where.name = l->name;
	where.ah = i->advert.auth_type == VRRP_WIRE_AH;
	i->port = vrrp_port_open(i->env->io, &where, i->row.vrid, i);
	if (!i->port && errno == EEXIST)
		return "another instance has this virtual router identifier on it";
	return i->port ? NULL : strerror(errno);
}
