/*
 * rtnl_route: see rtnl_route.h.
 *
 * A route is deleted by all that names it, so that another one to the same destination is left
 * alone; metrics and what only an addition has are not repeated.
 */
#include "nl/rtnl_route.h"

#include "base/log.h"
#include "base/text.h"

#include <linux/fib_rules.h>
#include <linux/ila.h>
#include <linux/lwtunnel.h>
#include <linux/mpls_iptunnel.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <string.h>

#define MPLS_LABEL_SHIFT 12
#define MPLS_BOTTOM      0x100u
#define IPV6_METRIC      1024 /* of a route that names none */

static struct nl_msg *begin(int type, int flags)
{
	struct nl_msg *m = nlmsg_alloc_simple(type, flags);

	if (!m)
		fatalx("out of memory");
	return m;
}

static struct nlattr *nest(struct nl_msg *m, int type)
{
	struct nlattr *n = nla_nest_start(m, type);

	if (!n)
		fatalx("a netlink message is full");
	return n;
}

static void put_addr(struct nl_msg *m, int type, const struct addr *a)
{
	if (a->family)
		nla_put(m, type, (int)addr_len(a), a->bytes);
}

/* ---- encapsulation ------------------------------------------------------------ */

static void put_be64(struct nl_msg *m, int type, uint64_t value)
{
	uint8_t bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(value >> (56 - 8 * i));
	nla_put(m, type, sizeof(bytes), bytes);
}

static void put_be16(struct nl_msg *m, int type, uint16_t value)
{
	uint8_t bytes[2] = {(uint8_t)(value >> 8), (uint8_t)value};

	nla_put(m, type, sizeof(bytes), bytes);
}

static void put_labels(struct nl_msg *m, const struct route_encap *e)
{
	uint8_t stack[4 * ROUTE_LABELS];

	for (unsigned i = 0; i < e->nlabels; i++) {
		uint32_t entry = e->label[i] << MPLS_LABEL_SHIFT;

		if (i + 1 == e->nlabels)
			entry |= MPLS_BOTTOM;
		for (unsigned b = 0; b < 4; b++)
			stack[4 * i + b] = (uint8_t)(entry >> (24 - 8 * b));
	}
	nla_put(m, MPLS_IPTUNNEL_DST, 4 * e->nlabels, stack);
}

/* The attributes of IPv4 and IPv6 tunnels have the same numbers. */
static void put_tunnel(struct nl_msg *m, const struct route_encap *e)
{
	if (e->has_id)
		put_be64(m, LWTUNNEL_IP_ID, e->id);
	put_addr(m, LWTUNNEL_IP_DST, &e->dst);
	put_addr(m, LWTUNNEL_IP_SRC, &e->src);
	if (e->tos)
		nla_put_u8(m, LWTUNNEL_IP_TOS, e->tos);
	if (e->ttl)
		nla_put_u8(m, LWTUNNEL_IP_TTL, e->ttl);
	if (e->flags)
		put_be16(m, LWTUNNEL_IP_FLAGS, e->flags);
}

static void put_encap(struct nl_msg *m, const struct route_encap *e)
{
	struct nlattr *n;

	if (!e->type)
		return;
	nla_put_u16(m, RTA_ENCAP_TYPE, e->type);
	n = nest(m, RTA_ENCAP);
	if (e->type == LWTUNNEL_ENCAP_MPLS)
		put_labels(m, e);
	else if (e->type == LWTUNNEL_ENCAP_ILA)
		put_be64(m, ILA_ATTR_LOCATOR, e->id);
	else
		put_tunnel(m, e);
	nla_nest_end(m, n);
}

/* ---- ways ------------------------------------------------------------------------ */

static bool find_index(const struct rtnl_names *names, const char *name, unsigned *ret,
		       const char **missing)
{
	*ret = name[0] ? names->index(names->arg, name) : 0;
	if (name[0] && !*ret)
		*missing = name;
	return !name[0] || *ret;
}

static bool put_hop(struct nl_msg *m, const struct route_hop *h, const struct rtnl_names *names,
		    const char **missing)
{
	unsigned index;

	if (!find_index(names, h->dev, &index, missing))
		return false;
	put_addr(m, RTA_GATEWAY, &h->via);
	if (index)
		nla_put_u32(m, RTA_OIF, index);
	if (h->realms)
		nla_put_u32(m, RTA_FLOW, h->realms);
	put_encap(m, &h->encap);
	return true;
}

static bool put_next(struct nl_msg *m, const struct route_hop *h, const struct rtnl_names *names,
		     const char **missing)
{
	struct rtnexthop *next;
	unsigned index;

	if (!find_index(names, h->dev, &index, missing))
		return false;
	next = nlmsg_reserve(m, sizeof(*next), NLMSG_ALIGNTO);
	if (!next)
		fatalx("a netlink message is full");
	memset(next, 0, sizeof(*next));
	next->rtnh_ifindex = (int)index;
	next->rtnh_hops = (uint8_t)(h->weight ? h->weight - 1 : 0);
	next->rtnh_flags = h->onlink ? RTNH_F_ONLINK : 0;
	put_addr(m, RTA_GATEWAY, &h->via);
	if (h->realms)
		nla_put_u32(m, RTA_FLOW, h->realms);
	put_encap(m, &h->encap);
	next->rtnh_len = (unsigned short)((char *)nlmsg_tail(nlmsg_hdr(m)) - (char *)next);
	return true;
}

static bool put_ways(struct nl_msg *m, const struct ip_route *r, const struct rtnl_names *names,
		     const char **missing)
{
	struct nlattr *n;

	if (!r->nhops)
		return put_hop(m, &r->hop, names, missing);
	if (r->hop.realms)
		nla_put_u32(m, RTA_FLOW, r->hop.realms);
	n = nest(m, RTA_MULTIPATH);
	for (unsigned i = 0; i < r->nhops; i++)
		if (!put_next(m, &r->hops[i], names, missing))
			return false;
	nla_nest_end(m, n);
	return true;
}

/* ---- routes ----------------------------------------------------------------------- */

/* Times are milliseconds here; the kernel has eighths and quarters of them. */
static uint32_t metric_scale(unsigned which)
{
	return which == RTAX_RTT ? 8 : which == RTAX_RTTVAR ? 4 : 1;
}

static void put_metrics(struct nl_msg *m, const struct ip_route *r)
{
	struct nlattr *n;

	if (!r->set)
		return;
	n = nest(m, RTA_METRICS);
	if (r->lock)
		nla_put_u32(m, RTAX_LOCK, r->lock);
	for (unsigned i = 1; i < ROUTE_METRICS; i++)
		if (i == RTAX_CC_ALGO && r->set >> i & 1)
			nla_put_string(m, (int)i, r->congctl);
		else if (i != RTAX_LOCK && r->set >> i & 1)
			nla_put_u32(m, (int)i, r->metrics[i] * metric_scale(i));
	nla_nest_end(m, n);
}

static int add_flags(const struct ip_route *r)
{
	switch (r->how) {
	case ROUTE_APPEND:
		return NLM_F_CREATE | NLM_F_APPEND;
	case ROUTE_ADD:
		return NLM_F_CREATE | NLM_F_EXCL;
	default:
		return NLM_F_CREATE;
	}
}

static void put_addition(struct nl_msg *m, const struct ip_route *r)
{
	put_metrics(m, r);
	if (r->pref_set)
		nla_put_u8(m, RTA_PREF, r->pref);
	if (r->expires_set)
		nla_put_u32(m, RTA_EXPIRES, r->expires);
	if (r->ttl_propagate)
		nla_put_u8(m, RTA_TTL_PROPAGATE, r->ttl_propagate == ROUTE_TTL_ENABLED);
}

struct nl_msg *rtnl_route_message(const struct ip_route *r, bool add,
				  const struct rtnl_names *names, const char **missing)
{
	struct nl_msg *m = begin(add ? RTM_NEWROUTE : RTM_DELROUTE, add ? add_flags(r) : 0);
	uint32_t table = r->vrf[0]  ? names->table(names->arg, r->vrf)
			 : r->table ? r->table
				    : (uint32_t)RT_TABLE_MAIN;
	struct rtmsg head = {
	    .rtm_family = (uint8_t)addr_af(&(struct addr){.family = r->family}),
	    .rtm_dst_len = r->dst.len,
	    .rtm_src_len = r->from.len,
	    .rtm_tos = r->tos,
	    .rtm_table = (uint8_t)(table < 256 ? table : RT_TABLE_UNSPEC),
	    .rtm_protocol = r->protocol,
	    .rtm_scope = r->scope,
	    .rtm_type = r->type,
	    .rtm_flags = !r->nhops && r->hop.onlink ? RTNH_F_ONLINK : 0,
	};
	bool whole = true;

	*missing = r->vrf;
	nlmsg_append(m, &head, sizeof(head), NLMSG_ALIGNTO);
	if (table >= 256)
		nla_put_u32(m, RTA_TABLE, table);
	if (r->dst.len)
		put_addr(m, RTA_DST, &r->dst.addr);
	if (r->from.len)
		put_addr(m, RTA_SRC, &r->from.addr);
	put_addr(m, RTA_PREFSRC, &r->src);
	if (r->metric)
		nla_put_u32(m, RTA_PRIORITY, r->metric);
	whole = table && put_ways(m, r, names, missing);
	if (add)
		put_addition(m, r);
	if (whole)
		return m;
	nlmsg_free(m);
	return NULL;
}

static void take_addr(struct nlattr *at, uint8_t family, struct addr *ret)
{
	size_t size = family == ADDR_IPV4 ? 4 : 16;

	memset(ret, 0, sizeof(*ret));
	if (!at || (size_t)nla_len(at) != size)
		return;
	ret->family = family;
	memcpy(ret->bytes, nla_data(at), size);
}

static void take_dev(const struct rtnl_names *names, unsigned index, char ret[ROUTE_IF])
{
	const char *name = index ? names->name(names->arg, index) : NULL;

	if (name)
		text_copy(ret, ROUTE_IF, name);
}

static void take_hop(struct nlattr **attr, uint8_t family, struct route_hop *h)
{
	take_addr(attr[RTA_GATEWAY], family, &h->via);
	if (attr[RTA_FLOW])
		h->realms = nla_get_u32(attr[RTA_FLOW]);
}

static void take_ways(struct ip_route *r, struct nlattr *list, const struct rtnl_names *names)
{
	struct rtnexthop *next = nla_data(list);
	int left = nla_len(list);

	while (left >= (int)sizeof(*next) && next->rtnh_len >= sizeof(*next) &&
	       next->rtnh_len <= left && r->nhops < ROUTE_HOPS_MAX) {
		struct route_hop *h = &r->hops[r->nhops++];
		struct nlattr *attr[RTA_MAX + 1] = {NULL};
		int step = (int)NLMSG_ALIGN(next->rtnh_len);

		nla_parse(attr, RTA_MAX, (struct nlattr *)(next + 1),
			  next->rtnh_len - (int)sizeof(*next), NULL);
		take_hop(attr, r->family, h);
		take_dev(names, (unsigned)next->rtnh_ifindex, h->dev);
		h->weight = (uint16_t)(next->rtnh_hops + 1);
		h->onlink = next->rtnh_flags & RTNH_F_ONLINK;
		left -= step;
		next = (struct rtnexthop *)((char *)next + step);
	}
}

static void take_metrics(struct ip_route *r, struct nlattr *list)
{
	struct nlattr *attr[ROUTE_METRICS] = {NULL};

	if (nla_parse_nested(attr, ROUTE_METRICS - 1, list, NULL) < 0)
		return;
	if (attr[RTAX_LOCK])
		r->lock = nla_get_u32(attr[RTAX_LOCK]);
	for (unsigned i = RTAX_LOCK + 1; i < ROUTE_METRICS; i++) {
		if (!attr[i])
			continue;
		r->set |= 1u << i;
		if (i == RTAX_CC_ALGO)
			nla_strlcpy(r->congctl, attr[i], sizeof(r->congctl));
		else
			r->metrics[i] = nla_get_u32(attr[i]) / metric_scale(i);
	}
}

bool rtnl_route_decode(struct nlmsghdr *h, const struct rtnl_names *names, struct ip_route *ret)
{
	struct nlattr *attr[RTA_MAX + 1];
	const struct rtmsg *m = nlmsg_data(h);

	memset(ret, 0, sizeof(*ret));
	if (nlmsg_parse(h, sizeof(*m), attr, RTA_MAX, NULL) < 0 ||
	    (m->rtm_family != AF_INET && m->rtm_family != AF_INET6))
		return false;
	ret->family = m->rtm_family == AF_INET ? ADDR_IPV4 : ADDR_IPV6;
	ret->type = m->rtm_type;
	take_addr(attr[RTA_DST], ret->family, &ret->dst.addr);
	take_addr(attr[RTA_SRC], ret->family, &ret->from.addr);
	take_addr(attr[RTA_PREFSRC], ret->family, &ret->src);
	ret->dst.addr.family = ret->family;
	ret->dst.len = m->rtm_dst_len;
	ret->from.len = m->rtm_src_len;
	ret->tos = m->rtm_tos;
	ret->protocol = m->rtm_protocol;
	ret->scope = m->rtm_scope;
	ret->table = attr[RTA_TABLE] ? nla_get_u32(attr[RTA_TABLE]) : m->rtm_table;
	if (attr[RTA_PRIORITY])
		ret->metric = nla_get_u32(attr[RTA_PRIORITY]);
	take_hop(attr, ret->family, &ret->hop);
	take_dev(names, attr[RTA_OIF] ? nla_get_u32(attr[RTA_OIF]) : 0, ret->hop.dev);
	ret->hop.onlink = !attr[RTA_MULTIPATH] && m->rtm_flags & RTNH_F_ONLINK;
	if (attr[RTA_MULTIPATH])
		take_ways(ret, attr[RTA_MULTIPATH], names);
	if (attr[RTA_METRICS])
		take_metrics(ret, attr[RTA_METRICS]);
	if (attr[RTA_PREF])
		ret->pref = nla_get_u8(attr[RTA_PREF]), ret->pref_set = true;
	return true;
}

static uint32_t real_metric(const struct ip_route *r)
{
	return r->metric || r->family == ADDR_IPV4 ? r->metric : IPV6_METRIC;
}

static uint32_t real_table(const struct ip_route *r)
{
	return r->table ? r->table : (uint32_t)RT_TABLE_MAIN;
}

static bool same_prefix(const struct prefix *a, const struct prefix *b)
{
	return a->len == b->len && (!a->len || addr_equal(&a->addr, &b->addr));
}

static bool same_way(const struct route_hop *a, const struct route_hop *b)
{
	return addr_equal(&a->via, &b->via) && (!b->dev[0] || text_eq(a->dev, b->dev));
}

bool rtnl_route_is(const struct ip_route *seen, const struct ip_route *wanted)
{
	return seen->family == wanted->family && seen->type == wanted->type &&
	       seen->protocol == wanted->protocol && seen->tos == wanted->tos &&
	       (wanted->vrf[0] || real_table(seen) == real_table(wanted)) &&
	       real_metric(seen) == real_metric(wanted) && same_prefix(&seen->dst, &wanted->dst) &&
	       same_prefix(&seen->from, &wanted->from) &&
	       /* IPv6 tells of each way by itself */
	       (seen->nhops || wanted->nhops || same_way(&seen->hop, &wanted->hop) ||
		wanted->type != RTN_UNICAST);
}

/* ---- rules ------------------------------------------------------------------------- */

static void put_ports(struct nl_msg *m, int type, uint16_t first, uint16_t last)
{
	struct fib_rule_port_range range = {first, last};

	if (first)
		nla_put(m, type, sizeof(range), &range);
}

static void put_match(struct nl_msg *m, const struct ip_rule *r)
{
	struct fib_rule_uid_range uids = {r->uid_first, r->uid_last};

	if (r->from.len)
		put_addr(m, FRA_SRC, &r->from.addr);
	if (r->to.len)
		put_addr(m, FRA_DST, &r->to.addr);
	if (r->iif[0])
		nla_put_string(m, FRA_IIFNAME, r->iif);
	if (r->oif[0])
		nla_put_string(m, FRA_OIFNAME, r->oif);
	if (r->has_mark)
		nla_put_u32(m, FRA_FWMARK, r->mark);
	if (r->has_mask)
		nla_put_u32(m, FRA_FWMASK, r->mask);
	if (r->has_tunnel)
		put_be64(m, FRA_TUN_ID, r->tunnel);
	if (r->has_uids)
		nla_put(m, FRA_UID_RANGE, sizeof(uids), &uids);
	if (r->ip_proto)
		nla_put_u8(m, FRA_IP_PROTO, r->ip_proto);
	put_ports(m, FRA_SPORT_RANGE, r->sport_first, r->sport_last);
	put_ports(m, FRA_DPORT_RANGE, r->dport_first, r->dport_last);
}

static void put_action(struct nl_msg *m, const struct ip_rule *r)
{
	if (r->table >= 256)
		nla_put_u32(m, FRA_TABLE, r->table);
	if (r->action == FR_ACT_GOTO)
		nla_put_u32(m, FRA_GOTO, r->target);
	if (r->l3mdev)
		nla_put_u8(m, FRA_L3MDEV, 1);
	if (r->realms)
		nla_put_u32(m, FRA_FLOW, r->realms);
	if (r->has_suppress_length)
		nla_put_u32(m, FRA_SUPPRESS_PREFIXLEN, r->suppress_length);
	if (r->has_suppress_group)
		nla_put_u32(m, FRA_SUPPRESS_IFGROUP, r->suppress_group);
	if (r->protocol)
		nla_put_u8(m, FRA_PROTOCOL, r->protocol);
	nla_put_u32(m, FRA_PRIORITY, r->preference);
}

struct nl_msg *rtnl_rule_message(const struct ip_rule *r, bool add)
{
	struct nl_msg *m =
	    begin(add ? RTM_NEWRULE : RTM_DELRULE, add ? NLM_F_CREATE | NLM_F_EXCL : 0);
	struct fib_rule_hdr head = {
	    .family = (uint8_t)addr_af(&(struct addr){.family = r->family}),
	    .dst_len = r->to.len,
	    .src_len = r->from.len,
	    .tos = r->tos,
	    .table = (uint8_t)(r->table < 256 ? r->table : RT_TABLE_UNSPEC),
	    .action = r->action,
	    .flags = r->invert ? FIB_RULE_INVERT : 0,
	};

	nlmsg_append(m, &head, sizeof(head), NLMSG_ALIGNTO);
	put_match(m, r);
	put_action(m, r);
	return m;
}

static uint64_t take_be64(struct nlattr *at)
{
	const uint8_t *p = nla_data(at);
	uint64_t value = 0;

	for (int i = 0; i < 8 && nla_len(at) == 8; i++)
		value = value << 8 | p[i];
	return value;
}

static void take_ports(struct nlattr *at, uint16_t *first, uint16_t *last)
{
	struct fib_rule_port_range range;

	if (!at || nla_len(at) < (int)sizeof(range))
		return;
	memcpy(&range, nla_data(at), sizeof(range));
	*first = range.start;
	*last = range.end;
}

static void take_match(struct nlattr **attr, struct ip_rule *r)
{
	struct fib_rule_uid_range uids;

	if (attr[FRA_IIFNAME])
		nla_strlcpy(r->iif, attr[FRA_IIFNAME], sizeof(r->iif));
	if (attr[FRA_OIFNAME])
		nla_strlcpy(r->oif, attr[FRA_OIFNAME], sizeof(r->oif));
	r->has_mark = attr[FRA_FWMARK];
	if (attr[FRA_FWMARK])
		r->mark = nla_get_u32(attr[FRA_FWMARK]);
	r->mask = attr[FRA_FWMASK] ? nla_get_u32(attr[FRA_FWMASK]) : 0;
	if (attr[FRA_TUN_ID])
		r->has_tunnel = true, r->tunnel = take_be64(attr[FRA_TUN_ID]);
	if (attr[FRA_UID_RANGE] && nla_len(attr[FRA_UID_RANGE]) >= (int)sizeof(uids)) {
		memcpy(&uids, nla_data(attr[FRA_UID_RANGE]), sizeof(uids));
		r->has_uids = true;
		r->uid_first = uids.start;
		r->uid_last = uids.end;
	}
	if (attr[FRA_IP_PROTO])
		r->ip_proto = nla_get_u8(attr[FRA_IP_PROTO]);
	take_ports(attr[FRA_SPORT_RANGE], &r->sport_first, &r->sport_last);
	take_ports(attr[FRA_DPORT_RANGE], &r->dport_first, &r->dport_last);
}

static void take_action(struct nlattr **attr, struct ip_rule *r)
{
	if (attr[FRA_GOTO])
		r->target = nla_get_u32(attr[FRA_GOTO]);
	if (attr[FRA_L3MDEV])
		r->l3mdev = nla_get_u8(attr[FRA_L3MDEV]);
	if (attr[FRA_FLOW])
		r->realms = nla_get_u32(attr[FRA_FLOW]);
	if (attr[FRA_SUPPRESS_PREFIXLEN])
		r->suppress_length = nla_get_u32(attr[FRA_SUPPRESS_PREFIXLEN]);
	r->has_suppress_length = attr[FRA_SUPPRESS_PREFIXLEN] && r->suppress_length <= 128;
	if (attr[FRA_SUPPRESS_IFGROUP])
		r->has_suppress_group = true,
		r->suppress_group = nla_get_u32(attr[FRA_SUPPRESS_IFGROUP]);
	if (attr[FRA_PROTOCOL])
		r->protocol = nla_get_u8(attr[FRA_PROTOCOL]);
	if (attr[FRA_PRIORITY])
		r->preference = nla_get_u32(attr[FRA_PRIORITY]);
	r->has_preference = true;
}

bool rtnl_rule_decode(struct nlmsghdr *h, struct ip_rule *ret)
{
	struct nlattr *attr[FRA_MAX + 1];
	const struct fib_rule_hdr *m = nlmsg_data(h);

	memset(ret, 0, sizeof(*ret));
	if (nlmsg_parse(h, sizeof(*m), attr, FRA_MAX, NULL) < 0 ||
	    (m->family != AF_INET && m->family != AF_INET6))
		return false;
	ret->family = m->family == AF_INET ? ADDR_IPV4 : ADDR_IPV6;
	take_addr(attr[FRA_SRC], ret->family, &ret->from.addr);
	take_addr(attr[FRA_DST], ret->family, &ret->to.addr);
	ret->from.addr.family = ret->to.addr.family = ret->family;
	ret->from.len = m->src_len;
	ret->to.len = m->dst_len;
	ret->tos = m->tos;
	ret->invert = m->flags & FIB_RULE_INVERT;
	ret->action = m->action;
	ret->table = attr[FRA_TABLE] ? nla_get_u32(attr[FRA_TABLE]) : m->table;
	take_match(attr, ret);
	take_action(attr, ret);
	return true;
}

bool rtnl_rule_is(const struct ip_rule *seen, const struct ip_rule *wanted)
{
	return seen->family == wanted->family && seen->preference == wanted->preference &&
	       seen->action == wanted->action && seen->invert == wanted->invert &&
	       same_prefix(&seen->from, &wanted->from) && same_prefix(&seen->to, &wanted->to) &&
	       text_eq(seen->iif, wanted->iif) && text_eq(seen->oif, wanted->oif) &&
	       seen->tos == wanted->tos && seen->mark == wanted->mark &&
	       (wanted->l3mdev || seen->table == wanted->table);
}
