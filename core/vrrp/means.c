/*
 * means: what an instance needs to run: its interface, the source address of its
 * advertisements, and sockets (process vrrp).
 *
 * An instance can run when its interface exists, is up and running, and has an IPv4 address that
 * is not a virtual one (the owner may use its own virtual address); the first such address is
 * the source of its advertisements, as in keepalived.
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

static const struct rtnl_addr *find_source(const struct vrrp_instance *i, unsigned ifindex,
					   bool virtual_too)
{
	const struct rtnl_addr *a;

	for (unsigned k = 0; (a = rtnl_addr_at(i->env->rtnl, k)); k++)
		if (a->ifindex == ifindex && a->addr.family == ADDR_IPV4 && !a->secondary &&
		    (virtual_too || !is_virtual(i->env, &a->addr)))
			return a;
	return NULL;
}

static bool link_usable(const struct rtnl_link *l)
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
	const struct rtnl_addr *source;

	if (i->port && (!l || l->ifindex != i->row.ifindex))
		vrrp_means_drop(i);
	i->row.ifindex = l ? l->ifindex : 0;
	if (i->row.family == FAMILY_IPV6)
		return "virtual routers for IPv6 are not there yet";
	if (!l)
		return "there is no such interface";
	if (!link_usable(l))
		return "it is down";
	source = find_source(i, l->ifindex, false);
	if (!source && i->cfg.priority == VRRP_PRIO_OWNER)
		source = find_source(i, l->ifindex, true);
	if (!source)
		return "it has no IPv4 address of its own";
	i->cfg.primary = source->addr;
	if (!i->port)
		i->port = vrrp_port_open(i->env->io, l->ifindex, l->name, i->row.vrid, i);
	if (!i->port && errno == EEXIST)
		return "another instance has this virtual router identifier on it";
	return i->port ? NULL : strerror(errno);
}
