/*
 * convert_route: what KEEPALIVED-MIB has of routes and rules, out of the canonical text that their
 * rows have of them (base/route.h). Process: halvard-agent.
 */
#include "agent/convert_route.h"

#include "agent/order.h"
#include "base/route.h"
#include "base/text.h"
#include "model/rows.h"

#include <linux/fib_rules.h>
#include <linux/icmpv6.h>
#include <linux/lwtunnel.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#define SCOPE_NONE 0

static bool show_text(const char *text, struct value *ret)
{
	return text[0] && value_bytes(text, strlen(text), ret);
}

static bool show_addr(const struct addr *a, struct value *ret)
{
	return a->family != ADDR_NONE && value_bytes(a->bytes, addr_len(a), ret);
}

/* ---- routes -------------------------------------------------------------- */

static bool route_of(const void *row, struct ip_route *r)
{
	return route_parse_text(((const struct vrrp_route_row *)row)->route, r);
}

/* `r` is the route; what is shown, while `there` holds. */
#define ROUTE(name, there, what)                                                                   \
	bool name(const struct map_column *c, const void *row, const struct value_clock *clock,    \
		  struct value *ret)                                                               \
	{                                                                                          \
		struct ip_route r;                                                                 \
                                                                                                   \
		(void)c, (void)clock;                                                              \
		return route_of(row, &r) && (there) && (what);                                     \
	}
#define NUMBER(n) convert_show(c, (n), clock, ret)

/* RouteType: that with several ways has a number of its own. */
static unsigned type_of(const struct ip_route *r)
{
	static const uint8_t numbers[] = {
	    [RTN_UNICAST] = 1,     [RTN_LOCAL] = 1,     [RTN_BROADCAST] = 6, [RTN_ANYCAST] = 4,
	    [RTN_MULTICAST] = 5,   [RTN_BLACKHOLE] = 3, [RTN_PROHIBIT] = 8,  [RTN_THROW] = 9,
	    [RTN_UNREACHABLE] = 7, [RTN_NAT] = 10,      [RTN_XRESOLVE] = 11,
	};

	if (r->nhops)
		return 2;
	return r->type < sizeof(numbers) ? numbers[r->type] : 1;
}

/* InetScopeType */
static unsigned scope_of(const struct ip_route *r)
{
	switch (r->scope) {
	case RT_SCOPE_NOWHERE:
		return SCOPE_NONE;
	case RT_SCOPE_HOST:
		return 1;
	case RT_SCOPE_LINK:
		return 2;
	case RT_SCOPE_SITE:
		return 5;
	default:
		return 14;
	}
}

static bool has_metric(const struct ip_route *r, int64_t metric)
{
	return r->set & 1u << metric;
}

/* true(1), false(2) */
static unsigned is_on(const struct ip_route *r, unsigned metric)
{
	return has_metric(r, metric) && r->metrics[metric] ? 1 : 2;
}

/* low(1), medium(2), high(3) */
static unsigned preference_of(const struct ip_route *r)
{
	return r->pref == ICMPV6_ROUTER_PREF_LOW ? 1 : r->pref == ICMPV6_ROUTER_PREF_HIGH ? 3 : 2;
}

/* Zeroes of its family for the default route. */
static bool show_destination(const struct ip_route *r, struct value *ret)
{
	return value_bytes(r->dst.addr.bytes, r->family == ADDR_IPV6 ? 16 : 4, ret);
}

ROUTE(convert_route_destination, true, show_destination(&r, ret))
ROUTE(convert_route_mask, true, NUMBER(r.dst.len))
ROUTE(convert_route_gateway, !r.nhops, show_addr(&r.hop.via, ret))
ROUTE(convert_route_dev, !r.nhops, show_text(r.hop.dev, ret))
ROUTE(convert_route_source, true, show_addr(&r.src, ret))
ROUTE(convert_route_scope, true, NUMBER(scope_of(&r)))
ROUTE(convert_route_type, true, NUMBER(type_of(&r)))
ROUTE(convert_route_table, true, NUMBER(r.table ? r.table : RT_TABLE_MAIN))
ROUTE(convert_route_from, true, show_addr(&r.from.addr, ret))
ROUTE(convert_route_from_mask, r.from.addr.family != ADDR_NONE, NUMBER(r.from.len))
ROUTE(convert_route_tos, r.tos, NUMBER(r.tos))
ROUTE(convert_route_protocol, true, NUMBER(r.protocol + 1u))
ROUTE(convert_route_ecn, true, NUMBER(r.metrics[RTAX_FEATURES] & RTAX_FEATURE_ECN ? 1 : 2))
ROUTE(convert_route_quickack, true, NUMBER(is_on(&r, RTAX_QUICKACK)))
ROUTE(convert_route_no_cookie, has_metric(&r, RTAX_FASTOPEN_NO_COOKIE),
      NUMBER(is_on(&r, RTAX_FASTOPEN_NO_COOKIE)))
ROUTE(convert_route_expires, r.expires_set, NUMBER(r.expires))
ROUTE(convert_route_metric, has_metric(&r, c->arg), NUMBER(r.metrics[c->arg]))
ROUTE(convert_route_lock, has_metric(&r, c->arg), NUMBER(r.lock & 1u << c->arg ? 1 : 2))
ROUTE(convert_route_congestion, true, show_text(r.congctl, ret))
ROUTE(convert_route_preference, r.pref_set, NUMBER(preference_of(&r)))

/* 0: no row says it. */
static uint32_t ifindex_of(const struct store *s, const char *dev)
{
	uint32_t ifindex = 0;

	if (!dev[0])
		return 0;
	STORE_EACH(s, T_VRRP_INSTANCE, struct vrrp_instance_row, v)
	{
		if (text_eq(v->interface, dev))
			ifindex = v->ifindex;
	}
	STORE_EACH(s, T_VRRP_ADDRESS, struct vrrp_address_row, a)
	{
		if (text_eq(a->dev, dev))
			ifindex = a->ifindex;
	}
	return ifindex;
}

static bool show_interface(const struct map_column *c, const char *dev,
			   const struct value_clock *clock, struct value *ret)
{
	uint32_t ifindex = ifindex_of(clock->store, dev);

	return ifindex && convert_show(c, ifindex, clock, ret);
}

ROUTE(convert_route_interface, !r.nhops, show_interface(c, r.hop.dev, clock, ret))

/* ---- what packets are wrapped into ---------------------------------------- */

static bool show_labels(const struct route_encap *e, struct value *ret)
{
	char text[ROUTE_LABELS * 12] = "";
	size_t len = 0;

	for (unsigned i = 0; i < e->nlabels; i++)
		len +=
		    (size_t)snprintf(text + len, sizeof(text) - len, i ? "/%u" : "%u", e->label[i]);
	return show_text(text, ret);
}

/* `h` is the only way of a route, or one of several. */
#define WAY(name, hop_name, there, what)                                                           \
	bool name(const struct map_column *c, const void *row, const struct value_clock *clock,    \
		  struct value *ret)                                                               \
	{                                                                                          \
		struct ip_route r;                                                                 \
		const struct route_hop *h = &r.hop;                                                \
                                                                                                   \
		(void)c, (void)clock;                                                              \
		return route_of(row, &r) && (there) && (what);                                     \
	}                                                                                          \
	HOP(hop_name, there, what)
#define HOP(name, there, what)                                                                     \
	bool name(const struct map_column *c, const void *row, const struct value_clock *clock,    \
		  struct value *ret)                                                               \
	{                                                                                          \
		const struct order_hop *of = row;                                                  \
		struct ip_route r;                                                                 \
		const struct route_hop *h = &r.hops[of->number];                                   \
                                                                                                   \
		(void)c, (void)clock;                                                              \
		return route_of(of->route, &r) && (there) && (what);                               \
	}
#define HAS_ENCAP h->encap.type

WAY(convert_realm_to, convert_hop_realm_to, h->realms & 0xffff, NUMBER(h->realms & 0xffff))
WAY(convert_realm_from, convert_hop_realm_from, h->realms >> 16, NUMBER(h->realms >> 16))
ROUTE(convert_encap_type, r.hop.encap.type, NUMBER(r.hop.encap.type))
WAY(convert_encap_labels, convert_hop_labels, HAS_ENCAP, show_labels(&h->encap, ret))
WAY(convert_encap_id, convert_hop_id, HAS_ENCAP && h->encap.has_id, NUMBER(h->encap.id))
WAY(convert_encap_locator, convert_hop_locator, h->encap.type == LWTUNNEL_ENCAP_ILA,
    NUMBER(h->encap.id))
WAY(convert_encap_to, convert_hop_to, HAS_ENCAP, show_addr(&h->encap.dst, ret))
WAY(convert_encap_from, convert_hop_from, HAS_ENCAP, show_addr(&h->encap.src, ret))
WAY(convert_encap_tos, convert_hop_tos, HAS_ENCAP && h->encap.tos, NUMBER(h->encap.tos))
WAY(convert_encap_ttl, convert_hop_ttl, HAS_ENCAP && h->encap.ttl, NUMBER(h->encap.ttl))
WAY(convert_encap_flags, convert_hop_flags, HAS_ENCAP && h->encap.flags, NUMBER(h->encap.flags))
HOP(convert_hop_type, h->via.family != ADDR_NONE, NUMBER(h->via.family == ADDR_IPV6 ? 2 : 1))
HOP(convert_hop_address, true, show_addr(&h->via, ret))
HOP(convert_hop_interface, true, show_interface(c, h->dev, clock, ret))
HOP(convert_hop_dev, true, show_text(h->dev, ret))
HOP(convert_hop_weight, true, NUMBER(h->weight))
HOP(convert_hop_onlink, true, NUMBER(h->onlink ? 1 : 2))

/* ---- rules --------------------------------------------------------------- */

#define RULE(name, there, what)                                                                    \
	bool name(const struct map_column *c, const void *row, const struct value_clock *clock,    \
		  struct value *ret)                                                               \
	{                                                                                          \
		struct ip_rule r;                                                                  \
                                                                                                   \
		(void)c, (void)clock;                                                              \
		return rule_parse_text(((const struct vrrp_rule_row *)row)->rule, &r) &&           \
		       (there) && (what);                                                          \
	}

#define HAS(p) ((p)->addr.family != ADDR_NONE && (p)->len)

static const char *direction_of(const struct ip_rule *r)
{
	bool from = HAS(&r->from), to = HAS(&r->to);

	return from && to ? "both" : from ? "from" : to ? "to" : "";
}

/* The obsolete columns have one address of both. */
static const struct prefix *either(const struct ip_rule *r)
{
	return HAS(&r->to) ? &r->to : &r->from;
}

static bool show_group(uint32_t group, struct value *ret)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", group);
	return show_text(text, ret);
}

RULE(convert_rule_direction, true, show_text(direction_of(&r), ret))
RULE(convert_rule_address, HAS(either(&r)), show_addr(&either(&r)->addr, ret))
RULE(convert_rule_mask, HAS(either(&r)), NUMBER(either(&r)->len))
RULE(convert_rule_table, r.action == FR_ACT_TO_TBL, NUMBER(r.table ? r.table : RT_TABLE_MAIN))
RULE(convert_rule_invert, true, NUMBER(r.invert ? 1 : 2))
RULE(convert_rule_to_type, HAS(&r.to), NUMBER(r.to.addr.family == ADDR_IPV6 ? 2 : 1))
RULE(convert_rule_to, HAS(&r.to), show_addr(&r.to.addr, ret))
RULE(convert_rule_to_mask, HAS(&r.to), NUMBER(r.to.len))
RULE(convert_rule_from_type, HAS(&r.from), NUMBER(r.from.addr.family == ADDR_IPV6 ? 2 : 1))
RULE(convert_rule_from, HAS(&r.from), show_addr(&r.from.addr, ret))
RULE(convert_rule_from_mask, HAS(&r.from), NUMBER(r.from.len))
RULE(convert_rule_tos, true, NUMBER(r.tos))
RULE(convert_rule_mark, r.has_mark, NUMBER(r.mark))
RULE(convert_rule_mark_mask, r.has_mask, NUMBER(r.mask))
RULE(convert_rule_realm_to, r.realms & 0xffff, NUMBER(r.realms & 0xffff))
RULE(convert_rule_realm_from, r.realms >> 16, NUMBER(r.realms >> 16))
RULE(convert_rule_in, true, show_text(r.iif, ret))
RULE(convert_rule_out, true, show_text(r.oif, ret))
RULE(convert_rule_target, r.action == FR_ACT_GOTO, NUMBER(r.target))
RULE(convert_rule_action, true, NUMBER(r.action))
RULE(convert_rule_suppress_length, r.has_suppress_length, NUMBER(r.suppress_length))
RULE(convert_rule_suppress_group, r.has_suppress_group, show_group(r.suppress_group, ret))
RULE(convert_rule_tunnel_high, r.has_tunnel, NUMBER(r.tunnel >> 32))
RULE(convert_rule_tunnel_low, r.has_tunnel, NUMBER(r.tunnel &UINT32_MAX))
RULE(convert_rule_uid_first, r.has_uids, NUMBER(r.uid_first))
RULE(convert_rule_uid_last, r.has_uids, NUMBER(r.uid_last))
RULE(convert_rule_l3mdev, r.l3mdev, NUMBER(1))
RULE(convert_rule_protocol, r.protocol, NUMBER(r.protocol + 1u))
RULE(convert_rule_ip_protocol, r.ip_proto, NUMBER(r.ip_proto))
RULE(convert_rule_source_port, r.sport_first, NUMBER(c->arg ? r.sport_last : r.sport_first))
RULE(convert_rule_port, r.dport_first, NUMBER(c->arg ? r.dport_last : r.dport_first))
