/*
 * macvlan: see macvlan.h (process vrrp).
 *
 * IFLA_IFALIAS is ignored by the kernel when a link is made, so a mark is a request of its own.
 */
#include "nl/macvlan.h"

#include "base/log.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <string.h>

static struct nl_msg *begin(int type, int flags, const struct ifinfomsg *head)
{
	struct nl_msg *m = nlmsg_alloc_simple(type, flags);

	if (!m)
		fatalx("out of memory");
	nlmsg_append(m, (void *)head, sizeof(*head), NLMSG_ALIGNTO);
	return m;
}

static struct nl_msg *change(const char *name, const struct ifinfomsg *head)
{
	struct nl_msg *m = begin(RTM_SETLINK, 0, head);

	nla_put_string(m, IFLA_IFNAME, name);
	return m;
}

/* The mode and the flags of an ipvlan are those of all that lie on the same interface. */
static void put_kind(struct nl_msg *m, const struct macvlan *v)
{
	struct nlattr *info = nla_nest_start(m, IFLA_LINKINFO), *data;

	nla_put_string(m, IFLA_INFO_KIND, v->ipvlan ? "ipvlan" : "macvlan");
	data = nla_nest_start(m, IFLA_INFO_DATA);
	if (v->ipvlan) {
		nla_put_u16(m, IFLA_IPVLAN_MODE, IPVLAN_MODE_L2);
		nla_put_u16(m, IFLA_IPVLAN_FLAGS, v->ipvlan_flags);
	} else {
		nla_put_u32(m, IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE);
	}
	nla_nest_end(m, data);
	nla_nest_end(m, info);
}

struct nl_msg *macvlan_create(const struct macvlan *v)
{
	struct ifinfomsg head = {0};
	struct nl_msg *m = begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &head);

	nla_put_string(m, IFLA_IFNAME, v->name);
	nla_put_u32(m, IFLA_LINK, v->lower);
	if (!v->ipvlan)
		nla_put(m, IFLA_ADDRESS, sizeof(v->mac), v->mac);
	if (v->group)
		nla_put_u32(m, IFLA_GROUP, v->group);
	if (v->master)
		nla_put_u32(m, IFLA_MASTER, v->master);
	put_kind(m, v);
	return m;
}

struct nl_msg *link_master(unsigned ifindex, unsigned master)
{
	struct ifinfomsg head = {.ifi_index = (int)ifindex};
	struct nl_msg *m = begin(RTM_SETLINK, 0, &head);

	nla_put_u32(m, IFLA_MASTER, master);
	return m;
}

struct nl_msg *link_mark(const char *name, const char *alias, uint32_t group)
{
	struct ifinfomsg head = {0};
	struct nl_msg *m = change(name, &head);

	if (alias)
		nla_put(m, IFLA_IFALIAS, (int)strlen(alias), alias);
	if (group)
		nla_put_u32(m, IFLA_GROUP, group);
	return m;
}

struct nl_msg *link_up(const char *name)
{
	struct ifinfomsg head = {.ifi_flags = IFF_UP, .ifi_change = IFF_UP};

	return change(name, &head);
}

struct nl_msg *link_address(unsigned ifindex, const struct addr *a, uint8_t prefix_len)
{
	struct nl_msg *m = nlmsg_alloc_simple(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE);
	struct ifaddrmsg head = {.ifa_family = (uint8_t)addr_af(a),
				 .ifa_prefixlen = prefix_len,
				 .ifa_flags = a->family == ADDR_IPV6 ? IFA_F_NODAD : 0,
				 .ifa_index = ifindex};

	if (!m)
		fatalx("out of memory");
	nlmsg_append(m, &head, sizeof(head), NLMSG_ALIGNTO);
	nla_put(m, IFA_LOCAL, (int)addr_len(a), a->bytes);
	nla_put(m, IFA_ADDRESS, (int)addr_len(a), a->bytes);
	return m;
}

struct nl_msg *link_delete(unsigned ifindex, const char *name)
{
	struct ifinfomsg head = {.ifi_index = (int)ifindex};
	struct nl_msg *m = begin(RTM_DELLINK, 0, &head);

	if (!ifindex)
		nla_put_string(m, IFLA_IFNAME, name);
	return m;
}

struct nl_msg *link_delete_group(uint32_t group)
{
	struct ifinfomsg head = {0};
	struct nl_msg *m = begin(RTM_DELLINK, 0, &head);

	nla_put_u32(m, IFLA_GROUP, group);
	return m;
}

struct nl_msg *link_regroup(unsigned ifindex, uint32_t group)
{
	struct ifinfomsg head = {.ifi_index = (int)ifindex};
	struct nl_msg *m = begin(RTM_SETLINK, 0, &head);

	nla_put_u32(m, IFLA_GROUP, group);
	return m;
}
