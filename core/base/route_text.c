/*
 * route_text: the language of routes; see route.h.
 *
 * Options are a table: a name, the function that reads what is behind it, and what it is for
 * that function. The same words stand behind "nexthop", where those about the way are allowed
 * only. A word that is no option is a type or the destination.
 */
#include "base/route.h"

#include "base/route_words.h"
#include "base/text.h"

#include <linux/lwtunnel.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#define MILLISECONDS_MAX 960000

struct reader {
	struct words w;
	struct ip_route *r;
	struct route_hop *hop; /* of which the options are read */
	bool has_dst, has_type, has_scope;
	bool older; /* "or" was there */
};

struct option {
	const char *name;
	bool (*read)(struct reader *r, const struct option *o);
	unsigned arg; /* RTAX_* */
	uint64_t max;
	bool lockable;
	bool of_hop; /* allowed behind "nexthop" too */
};

static const struct word_value types[] = {
    {"unicast", RTN_UNICAST},
    {"local", RTN_LOCAL},
    {"broadcast", RTN_BROADCAST},
    {"anycast", RTN_ANYCAST},
    {"multicast", RTN_MULTICAST},
    {"blackhole", RTN_BLACKHOLE},
    {"unreachable", RTN_UNREACHABLE},
    {"prohibit", RTN_PROHIBIT},
    {"throw", RTN_THROW},
    {"nat", RTN_NAT},
    {"xresolve", RTN_XRESOLVE},
    {0},
};

/* ---- destination and way ------------------------------------------------------ */

static bool take_destination(struct reader *r, unsigned word)
{
	if (r->has_dst)
		return words_fail(&r->w, word, "\"%.64s\" is a second destination",
				  r->w.word[word]);
	r->has_dst = true;
	return words_take_prefix(&r->w, word, &r->r->dst);
}

static bool read_to(struct reader *r, const struct option *o)
{
	uint8_t type;

	(void)o;
	if (r->w.at < r->w.n && word_value(types, r->w.word[r->w.at], &type)) {
		r->r->type = type;
		r->w.at++;
	}
	return words_next(&r->w) && take_destination(r, r->w.at - 1);
}

static bool read_family(struct reader *r, const struct option *o)
{
	return words_take_family(&r->w, (uint8_t)o->arg);
}

static bool read_src(struct reader *r, const struct option *o)
{
	(void)o;
	return words_read_addr(&r->w, &r->r->src);
}

static bool read_from(struct reader *r, const struct option *o)
{
	(void)o;
	if (!words_next(&r->w) || !words_take_prefix(&r->w, r->w.at - 1, &r->r->from))
		return false;
	return r->r->from.addr.family != ADDR_IPV4 ||
	       words_fail(&r->w, r->w.at - 1, "from: only a route of IPv6 can have it");
}

static bool read_via(struct reader *r, const struct option *o)
{
	if (o->arg)
		words_note(&r->w, r->w.at - 1, "%s is an old name here, taken as via", o->name);
	if (r->w.at < r->w.n && text_eq(r->w.word[r->w.at], "inet"))
		r->w.at++;
	else if (r->w.at < r->w.n && text_eq(r->w.word[r->w.at], "inet6"))
		r->w.at++;
	return words_read_addr(&r->w, &r->hop->via);
}

/* Before there was "nexthop", a second way was "or ADDRESS". */
static bool read_or(struct reader *r, const struct option *o)
{
	(void)o;
	if (r->older || r->r->nhops)
		return words_fail(&r->w, r->w.at - 1,
				  "or: there are two ways already; use nexthop");
	words_note(&r->w, r->w.at - 1, "or is an old name here, taken as nexthop via");
	r->older = true;
	r->r->hops[1].weight = 1;
	return words_read_addr(&r->w, &r->r->hops[1].via);
}

static bool read_dev(struct reader *r, const struct option *o)
{
	(void)o;
	return words_read_interface(&r->w, r->hop->dev);
}

static bool read_onlink(struct reader *r, const struct option *o)
{
	(void)o;
	return r->hop->onlink = true;
}

static bool read_weight(struct reader *r, const struct option *o)
{
	uint64_t value;

	if (r->hop == &r->r->hop)
		return words_fail(&r->w, r->w.at - 1, "%s: only a nexthop has it", o->name);
	if (!words_read_number(&r->w, 1, 256, &value))
		return false;
	r->hop->weight = (uint16_t)value;
	return true;
}

static bool read_realms(struct reader *r, const struct option *o)
{
	(void)o;
	return words_read_realms(&r->w, &r->hop->realms);
}

/* ---- encapsulation -------------------------------------------------------------- */

static bool read_labels(struct reader *r, struct route_encap *e)
{
	unsigned at = r->w.at;
	const char *text = words_next(&r->w);

	while (text) {
		size_t len = strcspn(text, "/");
		char one[16];
		uint64_t label;

		snprintf(one, sizeof(one), "%.*s", (int)(len < sizeof(one) ? len : 0), text);
		if (e->nlabels == ROUTE_LABELS || !words_number(one, 0, 0xfffff, &label))
			return words_fail(&r->w, at,
					  "encap mpls: \"%.64s\" is not 1..%u labels of 0..1048575 "
					  "with / between them",
					  r->w.word[at], ROUTE_LABELS);
		e->label[e->nlabels++] = (uint32_t)label;
		text = text[len] ? text + len + 1 : NULL;
	}
	return e->nlabels > 0;
}

static bool read_locator(struct reader *r, struct route_encap *e)
{
	unsigned at = r->w.at, a, b, c, d;
	const char *text = words_next(&r->w);
	char rest;

	if (!text)
		return false;
	if (sscanf(text, "%4x:%4x:%4x:%4x%c", &a, &b, &c, &d, &rest) != 4)
		return words_fail(&r->w, at,
				  "encap ila: \"%.64s\" is not a locator such as 1:2:3:4", text);
	e->id = (uint64_t)a << 48 | (uint64_t)b << 32 | (uint64_t)c << 16 | d;
	e->has_id = true;
	return true;
}

/* An address within has a family of its own. */
static bool read_tunnel_end(struct reader *r, const struct route_encap *e, struct addr *ret)
{
	uint8_t outer = r->w.family;
	bool ok;

	r->w.family = e->type == LWTUNNEL_ENCAP_IP ? ADDR_IPV4 : ADDR_IPV6;
	ok = words_read_addr(&r->w, ret);
	r->w.family = outer;
	return ok;
}

static bool read_tunnel_word(struct reader *r, struct route_encap *e, bool *ret_more)
{
	const char *word = r->w.at < r->w.n ? r->w.word[r->w.at] : "";
	bool four = e->type == LWTUNNEL_ENCAP_IP;
	uint64_t value = 0;
	bool ok;

	*ret_more = true;
	r->w.at++;
	if (text_eq(word, "id")) {
		ok = words_read_number(&r->w, 0, UINT64_MAX, &e->id);
		e->has_id = ok;
	} else if (text_eq(word, "dst")) {
		ok = read_tunnel_end(r, e, &e->dst);
	} else if (text_eq(word, "src")) {
		ok = read_tunnel_end(r, e, &e->src);
	} else if (text_eq(word, four ? "tos" : "tc") || (four && text_eq(word, "dsfield"))) {
		ok = words_read_number(&r->w, 0, 255, &value);
		e->tos = (uint8_t)value;
	} else if (text_eq(word, four ? "ttl" : "hoplimit")) {
		ok = words_read_number(&r->w, 0, 255, &value);
		e->ttl = (uint8_t)value;
	} else if (text_eq(word, "flags")) {
		ok = words_read_number(&r->w, 0, UINT16_MAX, &value);
		e->flags = (uint16_t)value;
	} else {
		r->w.at--;
		*ret_more = false;
		return true;
	}
	return ok;
}

static bool read_encap(struct reader *r, const struct option *o)
{
	struct route_encap *e = &r->hop->encap;
	unsigned at = r->w.at;
	const char *kind = words_next(&r->w);
	bool more = true;

	(void)o;
	if (!kind)
		return false;
	*e = (struct route_encap){0};
	e->type = text_eq(kind, "ip")     ? LWTUNNEL_ENCAP_IP
		  : text_eq(kind, "ip6")  ? LWTUNNEL_ENCAP_IP6
		  : text_eq(kind, "mpls") ? LWTUNNEL_ENCAP_MPLS
		  : text_eq(kind, "ila")  ? LWTUNNEL_ENCAP_ILA
					  : LWTUNNEL_ENCAP_NONE;
	if (e->type == LWTUNNEL_ENCAP_MPLS)
		return read_labels(r, e);
	if (e->type == LWTUNNEL_ENCAP_ILA)
		return read_locator(r, e);
	if (!e->type)
		return words_fail(&r->w, at, "encap: \"%.32s\" is not one of ip, ip6, mpls, ila",
				  kind);
	while (more)
		if (!read_tunnel_word(r, e, &more))
			return false;
	return (e->has_id || e->dst.family) ||
	       words_fail(&r->w, at, "encap %s: it needs an id or a dst", kind);
}

/* ---- what the route is -------------------------------------------------------------- */

static bool read_table(struct reader *r, const struct option *o)
{
	(void)o;
	return words_read_name(&r->w, ROUTE_TABLES, UINT32_MAX, &r->r->table);
}

static bool read_vrf(struct reader *r, const struct option *o)
{
	(void)o;
	return words_read_interface(&r->w, r->r->vrf);
}

static bool read_tos(struct reader *r, const struct option *o)
{
	(void)o;
	return words_read_byte(&r->w, ROUTE_DSFIELDS, &r->r->tos);
}

static bool read_protocol(struct reader *r, const struct option *o)
{
	(void)o;
	return words_read_byte(&r->w, ROUTE_PROTOCOLS, &r->r->protocol);
}

static bool read_scope(struct reader *r, const struct option *o)
{
	(void)o;
	return r->has_scope = words_read_byte(&r->w, ROUTE_SCOPES, &r->r->scope);
}

static bool read_priority(struct reader *r, const struct option *o)
{
	(void)o;
	return words_read_u32(&r->w, 0, UINT32_MAX, &r->r->metric);
}

static bool read_how(struct reader *r, const struct option *o)
{
	r->r->how = (uint8_t)o->arg;
	return true;
}

static bool read_pref(struct reader *r, const struct option *o)
{
	static const char *const names[] = {"medium", "high", NULL, "low"}; /* RFC 4191 2.1 */
	unsigned at = r->w.at;
	const char *text = words_next(&r->w);
	uint64_t value;

	(void)o;
	if (!text)
		return false;
	r->r->pref_set = true;
	for (uint8_t i = 0; i < 4; i++)
		if (names[i] && text_eq(text, names[i])) {
			r->r->pref = i;
			return true;
		}
	if (!words_number(text, 0, 3, &value))
		return words_fail(&r->w, at, "pref: \"%.32s\" is not low, medium or high", text);
	r->r->pref = (uint8_t)value;
	return true;
}

static bool read_expires(struct reader *r, const struct option *o)
{
	(void)o;
	return r->r->expires_set = words_read_u32(&r->w, 0, UINT32_MAX, &r->r->expires);
}

static bool read_ttl_propagate(struct reader *r, const struct option *o)
{
	unsigned at = r->w.at;
	const char *text = words_next(&r->w);

	(void)o;
	if (!text)
		return false;
	r->r->ttl_propagate = text_eq(text, "enabled")    ? ROUTE_TTL_ENABLED
			      : text_eq(text, "disabled") ? ROUTE_TTL_DISABLED
							  : ROUTE_TTL_DEFAULT;
	return r->r->ttl_propagate ||
	       words_fail(&r->w, at, "ttl-propagate: \"%.32s\" is not enabled or disabled", text);
}

static bool read_no_track(struct reader *r, const struct option *o)
{
	(void)o;
	return r->r->no_track = true;
}

static bool read_as(struct reader *r, const struct option *o)
{
	return words_fail(&r->w, r->w.at - 1,
			  "%s: routes that translate addresses are not in Linux", o->name);
}

/* ---- metrics ------------------------------------------------------------------------- */

static void put_metric(struct reader *r, unsigned which, uint32_t value, bool lock)
{
	r->r->set |= 1u << which;
	r->r->metrics[which] = value;
	if (lock)
		r->r->lock |= 1u << which;
}

static bool take_lock(struct reader *r, const struct option *o)
{
	if (!o->lockable || r->w.at == r->w.n || !text_eq(r->w.word[r->w.at], "lock"))
		return false;
	r->w.at++;
	return true;
}

static bool read_metric(struct reader *r, const struct option *o)
{
	bool lock = take_lock(r, o);
	uint64_t value;

	if (!words_read_number(&r->w, 0, o->max, &value))
		return false;
	put_metric(r, o->arg, (uint32_t)value, lock);
	return true;
}

static bool milliseconds(const char *text, uint64_t *ret)
{
	static const char *const units[] = {"msecs", "msec", "ms", "secs", "sec", "s", ""};
	size_t len = strspn(text, "0123456789.");
	char number[24];

	snprintf(number, sizeof(number), "%.*s", (int)(len < sizeof(number) ? len : 0), text);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (text_eq(text + len, units[i]))
			return (units[i][0] == 's' ? text_fixed(number, 3, ret)
						   : words_number(number, 0, UINT32_MAX, ret)) &&
			       *ret <= MILLISECONDS_MAX;
	return false;
}

static bool read_time(struct reader *r, const struct option *o)
{
	bool lock = take_lock(r, o);
	unsigned at = r->w.at;
	const char *text = words_next(&r->w);
	uint64_t value;

	if (!text)
		return false;
	if (!milliseconds(text, &value))
		return words_fail(
		    &r->w, at, "%s: \"%.32s\" is not a time of 0..960 seconds, as in 200ms or 1.5s",
		    o->name, text);
	put_metric(r, o->arg, (uint32_t)value, lock);
	return true;
}

static bool read_features(struct reader *r, const struct option *o)
{
	unsigned at = r->w.at;
	const char *text = words_next(&r->w);

	if (!text)
		return false;
	if (!text_eq(text, "ecn"))
		return words_fail(&r->w, at, "features: \"%.32s\" is not ecn", text);
	put_metric(r, o->arg, RTAX_FEATURE_ECN, false);
	return true;
}

static bool read_congctl(struct reader *r, const struct option *o)
{
	bool lock = take_lock(r, o);

	if (!words_read_interface(&r->w, r->r->congctl))
		return false;
	put_metric(r, o->arg, 0, lock);
	return true;
}

static bool read_nexthop(struct reader *r, const struct option *o);

static const struct option options[] = {
    {"to", read_to},
    {"inet", read_family, ADDR_IPV4},
    {"inet6", read_family, ADDR_IPV6},
    {"src", read_src},
    {"from", read_from},
    {"via", read_via, .of_hop = true},
    {"gw", read_via, 1},
    {"or", read_or},
    {"dev", read_dev, .of_hop = true},
    {"oif", read_dev},
    {"onlink", read_onlink, .of_hop = true},
    {"weight", read_weight, .of_hop = true},
    {"realms", read_realms, .of_hop = true},
    {"realm", read_realms, .of_hop = true},
    {"encap", read_encap, .of_hop = true},
    {"nexthop", read_nexthop},
    {"table", read_table},
    {"vrf", read_vrf},
    {"tos", read_tos},
    {"dsfield", read_tos},
    {"protocol", read_protocol},
    {"proto", read_protocol},
    {"scope", read_scope},
    {"metric", read_priority},
    {"priority", read_priority},
    {"preference", read_priority},
    {"prepend", read_how, ROUTE_PREPEND},
    {"append", read_how, ROUTE_APPEND},
    {"add", read_how, ROUTE_ADD},
    {"mtu", read_metric, RTAX_MTU, UINT32_MAX, true},
    {"window", read_metric, RTAX_WINDOW, UINT32_MAX},
    {"rtt", read_time, RTAX_RTT, .lockable = true},
    {"rttvar", read_time, RTAX_RTTVAR, .lockable = true},
    {"ssthresh", read_metric, RTAX_SSTHRESH, UINT32_MAX, true},
    {"cwnd", read_metric, RTAX_CWND, UINT32_MAX, true},
    {"advmss", read_metric, RTAX_ADVMSS, UINT32_MAX, true},
    {"reordering", read_metric, RTAX_REORDERING, UINT32_MAX, true},
    {"hoplimit", read_metric, RTAX_HOPLIMIT, 255},
    {"initcwnd", read_metric, RTAX_INITCWND, UINT32_MAX},
    {"features", read_features, RTAX_FEATURES},
    {"rto_min", read_time, RTAX_RTO_MIN, .lockable = true},
    {"initrwnd", read_metric, RTAX_INITRWND, UINT32_MAX},
    {"quickack", read_metric, RTAX_QUICKACK, 1},
    {"congctl", read_congctl, RTAX_CC_ALGO, .lockable = true},
    {"fastopen_no_cookie", read_metric, RTAX_FASTOPEN_NO_COOKIE, 1},
    {"pref", read_pref},
    {"expires", read_expires},
    {"ttl-propagate", read_ttl_propagate},
    {"no_track", read_no_track},
    {"as", read_as},
};
#define NOPTIONS (sizeof(options) / sizeof(options[0]))

static const struct option *find_option(const char *name)
{
	for (size_t i = 0; i < NOPTIONS; i++)
		if (text_eq(options[i].name, name))
			return &options[i];
	return NULL;
}

static bool fail_unknown(struct reader *r, unsigned word)
{
	const char *names[NOPTIONS + 1] = {NULL};

	for (size_t i = 0; i < NOPTIONS; i++)
		names[i] = options[i].name;
	return words_fail_unknown(&r->w, word, "route", names);
}

static bool read_nexthop(struct reader *r, const struct option *o)
{
	(void)o;
	if (r->r->nhops == ROUTE_HOPS_MAX || r->older)
		return words_fail(&r->w, r->w.at - 1, "nexthop: a route has at most %u",
				  ROUTE_HOPS_MAX);
	r->hop = &r->r->hops[r->r->nhops++];
	r->hop->weight = 1;
	while (r->w.at < r->w.n) {
		const struct option *next = find_option(r->w.word[r->w.at]);

		if (!next || (!next->of_hop && next->read != read_nexthop))
			break;
		r->w.at++;
		if (next->read == read_nexthop)
			return read_nexthop(r, next);
		if (!next->read(r, next))
			return false;
	}
	r->hop = &r->r->hop;
	return true;
}

static bool read_word(struct reader *r)
{
	unsigned at = r->w.at;
	const struct option *o = find_option(r->w.word[at]);
	uint8_t type;

	r->w.at++;
	if (o)
		return o->read(r, o);
	if (word_value(types, r->w.word[at], &type)) {
		if (r->has_type)
			return words_fail(&r->w, at, "\"%.32s\" is a second type", r->w.word[at]);
		r->r->type = type;
		return r->has_type = true;
	}
	return words_is_prefix(r->w.word[at]) ? take_destination(r, at) : fail_unknown(r, at);
}

/* ---- the whole ----------------------------------------------------------------------- */

/* The ways of "or" as those of nexthop. */
static void turn_older(struct reader *r)
{
	if (!r->older)
		return;
	r->r->nhops = 2;
	r->r->hops[0] = r->r->hop;
	r->r->hops[0].weight = 1;
	memcpy(r->r->hops[1].dev, r->r->hop.dev, ROUTE_IF);
	r->r->hop = (struct route_hop){0};
}

/* The kernel takes no other. */
static uint8_t scope_of(const struct ip_route *r)
{
	switch (r->type) {
	case RTN_LOCAL:
	case RTN_NAT:
		return RT_SCOPE_HOST;
	case RTN_BROADCAST:
	case RTN_ANYCAST:
		return RT_SCOPE_LINK;
	default:
		return RT_SCOPE_UNIVERSE;
	}
}

static bool is_whole(struct reader *r)
{
	struct ip_route *t = r->r;
	bool six = r->w.family == ADDR_IPV6;

	if (!r->has_dst)
		return words_fail(&r->w, 0, "it has no destination");
	if (!six && (t->pref_set || t->expires_set))
		return words_fail(&r->w, 0, "%s: only a route of IPv6 can have it",
				  t->pref_set ? "pref" : "expires");
	if (six && t->hop.realms)
		return words_fail(&r->w, 0, "realms: only a route of IPv4 can have it");
	if (t->table == RT_TABLE_MAIN)
		t->table = 0;
	if (t->vrf[0] && t->table)
		return words_fail(&r->w, 0, "it has a table and a vrf");
	if (t->nhops && t->hop.via.family)
		return words_fail(&r->w, 0, "it has a via and a nexthop");
	for (unsigned i = 0; i < t->nhops; i++)
		if (!t->hops[i].dev[0])
			memcpy(t->hops[i].dev, t->hop.dev, ROUTE_IF);
	t->family = six ? ADDR_IPV6 : ADDR_IPV4;
	t->dst.addr.family = t->family;
	if (!r->has_scope && !six)
		t->scope = scope_of(t);
	return true;
}

bool route_parse(const char *const *words, unsigned n, route_name_fn names, void *arg,
		 struct ip_route *ret, struct route_findings *f)
{
	struct reader r = {
	    .w = {.word = words, .n = n, .names = names, .arg = arg, .findings = f},
	    .r = ret,
	    .hop = &ret->hop,
	};

	memset(ret, 0, sizeof(*ret));
	memset(f, 0, sizeof(*f));
	ret->type = RTN_UNICAST;
	ret->protocol = ROUTE_PROTOCOL;
	while (r.w.at < n)
		if (!read_word(&r))
			return false;
	turn_older(&r);
	return is_whole(&r);
}

bool route_parse_text(const char *text, struct ip_route *ret)
{
	char copy[ROUTE_TEXT_MAX];
	const char *words[WORDS_MAX];
	struct route_findings f;
	unsigned n;

	return words_cut(text, copy, words, WORDS_MAX, &n) &&
	       route_parse(words, n, NULL, NULL, ret, &f);
}

/* ---- text ------------------------------------------------------------------------------ */

static void write_encap(struct text_out *o, const struct route_encap *e)
{
	char text[ADDR_TEXT_MAX];
	bool four = e->type == LWTUNNEL_ENCAP_IP;

	if (e->type == LWTUNNEL_ENCAP_MPLS) {
		for (unsigned i = 0; i < e->nlabels; i++)
			out_add(o, "%s%u", i ? "/" : " encap mpls ", e->label[i]);
		return;
	}
	if (e->type == LWTUNNEL_ENCAP_ILA) {
		out_add(o, " encap ila %x:%x:%x:%x", (unsigned)(e->id >> 48),
			(unsigned)(e->id >> 32 & 0xffff), (unsigned)(e->id >> 16 & 0xffff),
			(unsigned)(e->id & 0xffff));
		return;
	}
	out_add(o, " encap %s", four ? "ip" : "ip6");
	if (e->has_id)
		out_add(o, " id %llu", (unsigned long long)e->id);
	if (e->dst.family)
		out_add(o, " dst %s", addr_text(&e->dst, text));
	if (e->src.family)
		out_add(o, " src %s", addr_text(&e->src, text));
	if (e->tos)
		out_add(o, " %s %u", four ? "tos" : "tc", e->tos);
	if (e->ttl)
		out_add(o, " %s %u", four ? "ttl" : "hoplimit", e->ttl);
	if (e->flags)
		out_add(o, " flags %u", e->flags);
}

static void write_hop(struct text_out *o, const struct route_hop *h)
{
	char text[ADDR_TEXT_MAX];

	if (h->via.family)
		out_add(o, " via %s", addr_text(&h->via, text));
	if (h->dev[0])
		out_add(o, " dev %s", h->dev);
	if (h->onlink)
		out_add(o, " onlink");
	if (h->weight > 1)
		out_add(o, " weight %u", h->weight);
	if (h->realms)
		out_add(o, " realms %u/%u", h->realms >> 16, h->realms & 0xffff);
	if (h->encap.type)
		write_encap(o, &h->encap);
}

static void write_metrics(struct text_out *o, const struct ip_route *r)
{
	for (size_t i = 0; i < NOPTIONS; i++) {
		const struct option *p = &options[i];
		bool metric = p->read == read_metric || p->read == read_time ||
			      p->read == read_features || p->read == read_congctl;

		if (!metric || !(r->set >> p->arg & 1))
			continue;
		out_add(o, " %s%s", p->name, r->lock >> p->arg & 1 ? " lock" : "");
		if (p->read == read_features)
			out_add(o, " ecn");
		else if (p->read == read_congctl)
			out_add(o, " %s", r->congctl);
		else
			out_add(o, " %u%s", r->metrics[p->arg], p->read == read_time ? "ms" : "");
	}
}

static void write_rest(struct text_out *o, const struct ip_route *r)
{
	static const char *const prefs[] = {"medium", "high", "2", "low"};
	static const char *const hows[] = {"", " append", " add"};
	static const char *const ttls[] = {"", " ttl-propagate enabled", " ttl-propagate disabled"};

	if (r->protocol != ROUTE_PROTOCOL)
		out_add(o, " protocol %u", r->protocol);
	if (r->family == ADDR_IPV4 && r->scope != scope_of(r))
		out_add(o, " scope %u", r->scope);
	write_metrics(o, r);
	if (r->pref_set)
		out_add(o, " pref %s", prefs[r->pref & 3]);
	if (r->expires_set)
		out_add(o, " expires %u", r->expires);
	out_add(o, "%s%s%s", ttls[r->ttl_propagate % 3], hows[r->how % 3],
		r->no_track ? " no_track" : "");
}

static void write_name(struct text_out *o, const struct ip_route *r)
{
	char text[ADDR_TEXT_MAX + 4];

	if (r->family == ADDR_IPV6 && !r->dst.len)
		out_add(o, "inet6 ");
	out_add(o, "%s", prefix_text(&r->dst, text, sizeof(text)));
	if (r->from.addr.family && r->from.len)
		out_add(o, " from %s", prefix_text(&r->from, text, sizeof(text)));
	if (r->tos)
		out_add(o, " tos 0x%02x", r->tos);
	if (r->table)
		out_add(o, " table %u", r->table);
	if (r->vrf[0])
		out_add(o, " vrf %s", r->vrf);
	if (r->metric)
		out_add(o, " metric %u", r->metric);
}

bool route_text(const struct ip_route *r, char *buf, size_t size)
{
	struct text_out o = {.buf = buf, .size = size};
	char text[ADDR_TEXT_MAX];

	buf[0] = '\0';
	if (r->type != RTN_UNICAST)
		out_add(&o, "%s ", word_for(types, r->type));
	write_name(&o, r);
	if (r->src.family)
		out_add(&o, " src %s", addr_text(&r->src, text));
	write_hop(&o, &r->hop);
	write_rest(&o, r);
	for (unsigned i = 0; i < r->nhops; i++) {
		out_add(&o, " nexthop");
		write_hop(&o, &r->hops[i]);
	}
	return !o.cut;
}

void route_name(const struct ip_route *r, char *buf, size_t size)
{
	struct text_out o = {.buf = buf, .size = size};

	buf[0] = '\0';
	write_name(&o, r);
}
