/*
 * promote: promote_secondaries of an instance (process vrrp). Without that setting of an
 * interface the kernel removes all IPv4 addresses of a subnet when the first of them goes, which
 * may be the virtual one. It is set as long as there is the instance, and put back after.
 */
#include "base/log.h"
#include "vrrp/instance.h"

#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

struct setting {
	struct vrrp_write head;
	unsigned ifindex;
};

static void answered(struct vrrp_env *env, struct vrrp_write *head, int error, struct mono now)
{
	const struct rtnl_link *l = rtnl_link_find(env->rtnl, ((struct setting *)head)->ifindex);

	(void)now;
	if (error && l)
		log_warnx("interface %s: promote_secondaries cannot be changed: %s", l->name,
			  strerror(error));
	free(head);
}

static struct nl_msg *compose(unsigned ifindex, bool on)
{
	struct ifinfomsg head = {.ifi_family = AF_UNSPEC, .ifi_index = (int)ifindex};
	struct nl_msg *m = nlmsg_alloc_simple(RTM_SETLINK, 0);
	struct nlattr *spec, *inet, *conf;

	if (!m)
		fatalx("out of memory");
	nlmsg_append(m, &head, sizeof(head), NLMSG_ALIGNTO);
	spec = nla_nest_start(m, IFLA_AF_SPEC);
	inet = nla_nest_start(m, AF_INET);
	conf = nla_nest_start(m, IFLA_INET_CONF);
	nla_put_u32(m, IPV4_DEVCONF_PROMOTE_SECONDARIES, on);
	nla_nest_end(m, conf);
	nla_nest_end(m, inet);
	nla_nest_end(m, spec);
	return m;
}

static void ask(struct vrrp_instance *i, unsigned ifindex, bool on)
{
	struct setting *s = xcalloc(1, sizeof(*s));

	*s = (struct setting){{answered}, ifindex};
	rtnl_writer_send(i->env->writer, compose(ifindex, on), (uintptr_t)s);
}

void vrrp_promote_set(struct vrrp_instance *i)
{
	const struct rtnl_link *l = rtnl_link_by_name(i->env->rtnl, i->row.interface);

	if (!i->row.promote_secondaries || !l || l->promote_secondaries)
		return;
	i->promoted = l->ifindex;
	ask(i, l->ifindex, true);
}

void vrrp_promote_restore(struct vrrp_instance *i)
{
	if (i->promoted && rtnl_link_find(i->env->rtnl, i->promoted))
		ask(i, i->promoted, false);
	i->promoted = 0;
}
