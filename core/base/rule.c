/* rule: the language of routing rules; see route.h. As route_text.c, a table of options. */
#include "base/route.h"
#include "base/route_words.h"
#include "base/text.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct reader {
	struct words w;
	struct ip_rule *r;
	bool has_action;
};

struct option {
	const char *name;
	bool (*read)(struct reader *r, const struct option *o);
	unsigned arg;
};

/* Packets of IP that can be named without /etc/protocols. */
static const struct word_value ip_protocols[] = {
    {"icmp", 1},  {"igmp", 2},   {"tcp", 6},    {"udp", 17},       {"dccp", 33},
    {"gre", 47},  {"esp", 50},   {"ah", 51},    {"ipv6-icmp", 58}, {"icmpv6", 58},
    {"ospf", 89}, {"vrrp", 112}, {"sctp", 132}, {"udplite", 136},  {0},
};

static const struct word_value actions[] = {
    {"nop", FR_ACT_NOP},
    {"blackhole", FR_ACT_BLACKHOLE},
    {"unreachable", FR_ACT_UNREACHABLE},
    {"prohibit", FR_ACT_PROHIBIT},
    {0},
};

static bool set_action(struct reader *r, uint8_t action)
{
	if (r->has_action)
		return words_fail(&r->w, r->w.at - 1, "%.32s: it has an action already",
				  r->w.word[r->w.at - 1]);
	r->r->action = action;
	return r->has_action = true;
}

/* ---- what it is for ------------------------------------------------------------ */

static bool read_family(struct reader *r, const struct option *o)
{
	return words_take_family(&r->w, (uint8_t)o->arg);
}

static bool read_not(struct reader *r, const struct option *o)
{
	(void)o;
	return r->r->invert = true;
}

static bool read_prefix(struct reader *r, const struct option *o)
{
	return words_next(&r->w) &&
	       words_take_prefix(&r->w, r->w.at - 1, o->arg ? &r->r->to : &r->r->from);
}

static bool read_interface(struct reader *r, const struct option *o)
{
	return words_read_interface(&r->w, o->arg ? r->r->oif : r->r->iif);
}

static bool read_tos(struct reader *r, const struct option *o)
{
	(void)o;
	return words_read_byte(&r->w, ROUTE_DSFIELDS, &r->r->tos);
}

static bool read_mark(struct reader *r, const struct option *o)
{
	unsigned at = r->w.at;
	const char *text = words_next(&r->w), *slash = text ? strchr(text, '/') : NULL;
	char first[24];
	uint64_t mark, mask = UINT32_MAX;

	(void)o;
	if (!text)
		return false;
	snprintf(first, sizeof(first), "%.*s",
		 slash && slash - text < 24 ? (int)(slash - text) : 23, text);
	if (!words_number(first, 0, UINT32_MAX, &mark) ||
	    (slash && !words_number(slash + 1, 0, UINT32_MAX, &mask)))
		return words_fail(&r->w, at, "fwmark: \"%.32s\" is not a mark, or MARK/MASK", text);
	r->r->mark = (uint32_t)mark;
	r->r->mask = (uint32_t)mask;
	r->r->has_mask = slash;
	return r->r->has_mark = true;
}

static bool read_tunnel(struct reader *r, const struct option *o)
{
	(void)o;
	return r->r->has_tunnel = words_read_number(&r->w, 0, UINT64_MAX, &r->r->tunnel);
}

static bool take_range(const char *text, uint64_t max, uint64_t *first, uint64_t *last)
{
	const char *dash = strchr(text, '-');
	char begin[24];

	if (!dash)
		return words_number(text, 0, max, first) && (*last = *first, true);
	snprintf(begin, sizeof(begin), "%.*s", dash - text < 24 ? (int)(dash - text) : 0, text);
	return words_number(begin, 0, max, first) && words_number(dash + 1, *first, max, last);
}

static bool read_uids(struct reader *r, const struct option *o)
{
	unsigned at = r->w.at;
	const char *text = words_next(&r->w);
	uint64_t first, last;

	(void)o;
	if (!text)
		return false;
	if (!take_range(text, UINT32_MAX, &first, &last))
		return words_fail(&r->w, at, "uidrange: \"%.32s\" is not FIRST-LAST", text);
	r->r->uid_first = (uint32_t)first;
	r->r->uid_last = (uint32_t)last;
	return r->r->has_uids = true;
}

static bool read_ip_proto(struct reader *r, const struct option *o)
{
	unsigned at = r->w.at;
	const char *text = words_next(&r->w);
	uint64_t value;

	if (!text)
		return false;
	for (const struct word_value *p = ip_protocols; p->word; p++)
		if (strcasecmp(text, p->word) == 0) {
			r->r->ip_proto = p->value;
			return true;
		}
	if (!words_number(text, 1, 255, &value))
		return words_fail(&r->w, at,
				  "%s: \"%.32s\" is neither a known protocol nor a number "
				  "in 1..255",
				  o->name, text);
	r->r->ip_proto = (uint8_t)value;
	return true;
}

static bool read_ports(struct reader *r, const struct option *o)
{
	unsigned at = r->w.at;
	const char *text = words_next(&r->w);
	uint64_t first, last;

	if (!text)
		return false;
	if (!take_range(text, 65535, &first, &last) || !first)
		return words_fail(&r->w, at,
				  "%s: \"%.32s\" is not a port in 1..65535, or FIRST-LAST", o->name,
				  text);
	*(o->arg ? &r->r->dport_first : &r->r->sport_first) = (uint16_t)first;
	*(o->arg ? &r->r->dport_last : &r->r->sport_last) = (uint16_t)last;
	return true;
}

/* ---- what it does ---------------------------------------------------------------- */

static bool read_table(struct reader *r, const struct option *o)
{
	(void)o;
	if (!set_action(r, FR_ACT_TO_TBL) ||
	    !words_read_name(&r->w, ROUTE_TABLES, UINT32_MAX, &r->r->table))
		return false;
	return r->r->table || words_fail(&r->w, r->w.at - 1, "table: 0 is no table");
}

static bool read_l3mdev(struct reader *r, const struct option *o)
{
	(void)o;
	r->r->l3mdev = true;
	return set_action(r, FR_ACT_TO_TBL);
}

static bool read_goto(struct reader *r, const struct option *o)
{
	(void)o;
	return set_action(r, FR_ACT_GOTO) && words_read_u32(&r->w, 1, UINT32_MAX, &r->r->target);
}

static bool read_type(struct reader *r, const struct option *o)
{
	unsigned at = r->w.at;
	const char *text = words_next(&r->w);
	uint8_t action;

	if (!text)
		return false;
	if (word_value(actions, text, &action))
		return set_action(r, action);
	return words_fail(&r->w, at,
			  "%s: \"%.32s\" is not one of nop, blackhole, unreachable, prohibit",
			  o->name, text);
}

static bool read_preference(struct reader *r, const struct option *o)
{
	(void)o;
	return r->r->has_preference = words_read_u32(&r->w, 0, UINT32_MAX, &r->r->preference);
}

static bool read_realms(struct reader *r, const struct option *o)
{
	(void)o;
	return words_read_realms(&r->w, &r->r->realms);
}

static bool read_suppress_length(struct reader *r, const struct option *o)
{
	(void)o;
	return r->r->has_suppress_length = words_read_u32(&r->w, 0, 128, &r->r->suppress_length);
}

static bool read_suppress_group(struct reader *r, const struct option *o)
{
	(void)o;
	return r->r->has_suppress_group =
		   words_read_name(&r->w, ROUTE_GROUPS, INT32_MAX, &r->r->suppress_group);
}

static bool read_protocol(struct reader *r, const struct option *o)
{
	(void)o;
	return words_read_byte(&r->w, ROUTE_PROTOCOLS, &r->r->protocol);
}

static bool read_no_track(struct reader *r, const struct option *o)
{
	(void)o;
	return r->r->no_track = true;
}

static const struct option options[] = {
    {"inet", read_family, ADDR_IPV4},
    {"inet6", read_family, ADDR_IPV6},
    {"not", read_not},
    {"from", read_prefix, 0},
    {"to", read_prefix, 1},
    {"iif", read_interface, 0},
    {"dev", read_interface, 0},
    {"oif", read_interface, 1},
    {"tos", read_tos},
    {"dsfield", read_tos},
    {"fwmark", read_mark},
    {"tunnel-id", read_tunnel},
    {"tun_id", read_tunnel},
    {"uidrange", read_uids},
    {"ipproto", read_ip_proto},
    {"ip_proto", read_ip_proto},
    {"sport", read_ports, 0},
    {"dport", read_ports, 1},
    {"table", read_table},
    {"lookup", read_table},
    {"l3mdev", read_l3mdev},
    {"goto", read_goto},
    {"type", read_type},
    {"preference", read_preference},
    {"pref", read_preference},
    {"priority", read_preference},
    {"order", read_preference},
    {"realms", read_realms},
    {"realm", read_realms},
    {"suppress_prefixlength", read_suppress_length},
    {"sup_pl", read_suppress_length},
    {"suppress_ifgroup", read_suppress_group},
    {"sup_group", read_suppress_group},
    {"protocol", read_protocol},
    {"no_track", read_no_track},
};
#define NOPTIONS (sizeof(options) / sizeof(options[0]))

static bool fail_unknown(struct reader *r, unsigned word)
{
	const char *names[NOPTIONS + 1] = {NULL};

	for (size_t i = 0; i < NOPTIONS; i++)
		names[i] = options[i].name;
	return words_fail_unknown(&r->w, word, "rule", names);
}

static bool read_word(struct reader *r)
{
	unsigned at = r->w.at++;
	uint8_t action;

	for (size_t i = 0; i < NOPTIONS; i++)
		if (text_eq(options[i].name, r->w.word[at]))
			return options[i].read(r, &options[i]);
	if (word_value(actions, r->w.word[at], &action))
		return set_action(r, action);
	return fail_unknown(r, at);
}

/* ---- the whole ---------------------------------------------------------------------- */

static bool is_whole(struct reader *r)
{
	struct ip_rule *t = r->r;

	if (!r->has_action)
		return words_fail(&r->w, 0,
				  "it has no action: table, l3mdev, goto, nop, blackhole, "
				  "unreachable or prohibit");
	if (t->action == FR_ACT_GOTO && !t->has_preference)
		return words_fail(&r->w, 0, "goto: it needs a preference");
	if (t->action == FR_ACT_GOTO && t->target <= t->preference)
		return words_fail(&r->w, 0, "goto: %u is not behind its own preference %u",
				  t->target, t->preference);
	if (t->action != FR_ACT_TO_TBL &&
	    (t->realms || t->has_suppress_length || t->has_suppress_group))
		return words_fail(&r->w, 0, "realms and suppress_ need a table");
	if (r->w.family == ADDR_IPV6 && t->realms)
		return words_fail(&r->w, 0, "realms: only a rule of IPv4 can have it");
	if (r->w.family != ADDR_IPV6 && t->has_suppress_length && t->suppress_length > 32)
		return words_fail(&r->w, 0, "suppress_prefixlength: an IPv4 prefix has 0..32");
	t->family = r->w.family ? r->w.family : ADDR_IPV4;
	t->from.addr.family = t->to.addr.family = t->family;
	return true;
}

bool rule_parse(const char *const *words, unsigned n, route_name_fn names, void *arg,
		struct ip_rule *ret, struct route_findings *f)
{
	struct reader r = {
	    .w = {.word = words, .n = n, .names = names, .arg = arg, .findings = f},
	    .r = ret,
	};

	memset(ret, 0, sizeof(*ret));
	memset(f, 0, sizeof(*f));
	while (r.w.at < n)
		if (!read_word(&r))
			return false;
	return is_whole(&r);
}

bool rule_parse_text(const char *text, struct ip_rule *ret)
{
	char copy[ROUTE_TEXT_MAX];
	const char *words[WORDS_MAX];
	struct route_findings f;
	unsigned n;

	return words_cut(text, copy, words, WORDS_MAX, &n) &&
	       rule_parse(words, n, NULL, NULL, ret, &f);
}

/* ---- text ------------------------------------------------------------------------------ */

static void write_range(struct text_out *o, const char *name, uint32_t first, uint32_t last)
{
	out_add(o, first == last ? " %s %u" : " %s %u-%u", name, first, last);
}

static void write_selector(struct text_out *o, const struct ip_rule *r)
{
	char text[ADDR_TEXT_MAX + 4];

	out_add(o, "%sfrom %s", r->invert ? "not " : "",
		r->from.len ? prefix_text(&r->from, text, sizeof(text)) : "all");
	if (r->to.len)
		out_add(o, " to %s", prefix_text(&r->to, text, sizeof(text)));
	if (r->tos)
		out_add(o, " tos 0x%02x", r->tos);
	if (r->has_mark)
		out_add(o, " fwmark 0x%x", r->mark);
	if (r->has_mask)
		out_add(o, "/0x%x", r->mask);
	if (r->iif[0])
		out_add(o, " iif %s", r->iif);
	if (r->oif[0])
		out_add(o, " oif %s", r->oif);
	if (r->has_tunnel)
		out_add(o, " tunnel-id %llu", (unsigned long long)r->tunnel);
	if (r->has_uids)
		out_add(o, " uidrange %u-%u", r->uid_first, r->uid_last);
	if (r->ip_proto)
		out_add(o, " ipproto %u", r->ip_proto);
	if (r->sport_first)
		write_range(o, "sport", r->sport_first, r->sport_last);
	if (r->dport_first)
		write_range(o, "dport", r->dport_first, r->dport_last);
}

static void write_action(struct text_out *o, const struct ip_rule *r)
{
	if (r->l3mdev)
		out_add(o, " l3mdev");
	else if (r->action == FR_ACT_TO_TBL)
		out_add(o, " table %u", r->table);
	else if (r->action == FR_ACT_GOTO)
		out_add(o, " goto %u", r->target);
	else
		out_add(o, " %s", word_for(actions, r->action));
	if (r->realms)
		out_add(o, " realms %u/%u", r->realms >> 16, r->realms & 0xffff);
	if (r->has_suppress_length)
		out_add(o, " suppress_prefixlength %u", r->suppress_length);
	if (r->has_suppress_group)
		out_add(o, " suppress_ifgroup %u", r->suppress_group);
	if (r->protocol)
		out_add(o, " protocol %u", r->protocol);
	if (r->has_preference)
		out_add(o, " preference %u", r->preference);
	if (r->no_track)
		out_add(o, " no_track");
}

bool rule_text(const struct ip_rule *r, char *buf, size_t size)
{
	struct text_out o = {.buf = buf, .size = size};

	buf[0] = '\0';
	if (r->family == ADDR_IPV6 && !r->from.len && !r->to.len)
		out_add(&o, "inet6 ");
	write_selector(&o, r);
	write_action(&o, r);
	return !o.cut;
}
