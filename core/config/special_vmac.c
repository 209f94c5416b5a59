/*
 * special_vmac: use_vmac, use_ipvlan and what belongs to them. Their words may stand in any order:
 * a MAC address has colons, a few are words of the language, and another is the name of the
 * interface, unless it is the address of an ipvlan.
 */
#include "config/special_vmac.h"
#include "config/lines_route.h"

#include "base/mac.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

struct words {
	struct parse *p;
	const struct item *it;
	unsigned word; /* being read */
	struct vrrp_instance_row *row;
};

static const char *this_word(const struct words *w)
{
	return w->it->words[w->word].text;
}

static void complain(const struct words *w, const char *why)
{
	parse_report(w->p, FINDING_ERROR, w->it, w->word, "%s: \"%.64s\" %s; it was ignored",
		     w->it->words[0].text, this_word(w), why);
}

/* As the kernel has it. */
static bool interface_name(const char *text)
{
	return text[0] && strlen(text) < NAME_IF && !strpbrk(text, "/: \t") &&
	       !text_eq(text, ".") && !text_eq(text, "..");
}

/* 00-00-5E-00-01-xx and -02-xx: each belongs to one identifier, which has it without being told. */
static bool of_the_rfc(const uint8_t mac[MAC_LEN])
{
	static const uint8_t first[] = {0, 0, 0x5e, 0};

	return memcmp(mac, first, sizeof(first)) == 0 && (mac[4] == 1 || mac[4] == 2);
}

static void take_mac(struct words *w)
{
	uint8_t mac[MAC_LEN] = {0};
	unsigned octets = mac_parse(this_word(w), mac);
	char text[MAC_TEXT_MAX];

	if (w->row->virtual_mac[0]) {
		complain(w, "is a second MAC address");
	} else if (octets < MAC_LEN - 1) {
		complain(w, "is not a MAC address of 6 octets, or of 5 and the virtual_router_id");
	} else if (mac[0] & 1) {
		complain(w, "is a multicast address, which no interface can have");
	} else if (of_the_rfc(mac)) {
		complain(w, "is an address of VRRP itself, which use_vmac gives without a word");
	} else {
		mac_text(mac, text);
		text[3 * octets - 1] = '\0';
		TEXT_COPY(w->row->virtual_mac, text);
	}
}

static void take_name(struct words *w)
{
	if (w->row->vmac_interface[0])
		complain(w, "is a second name for the interface");
	else if (!interface_name(this_word(w)))
		complain(w,
			 "is not the name of an interface: 1..15 characters without / and blanks");
	else
		TEXT_COPY(w->row->vmac_interface, this_word(w));
}

/* Moves on to the value of a word. */
static bool next_is_there(struct words *w)
{
	if (w->word + 1 == w->it->nwords) {
		complain(w, "needs a value");
		return false;
	}
	w->word++;
	return true;
}

static void take_group(struct words *w)
{
	uint64_t group = 0;
	uint32_t named = 0;

	if (!next_is_there(w))
		return;
	if (text_u64(this_word(w), 0, UINT32_MAX, &group))
		w->row->vmac_group = (uint32_t)group;
	else if (text_eq(this_word(w), "default") ||
		 names_find(w->p, ROUTE_GROUPS, this_word(w), &named))
		w->row->vmac_group = named;
	else
		complain(w, "is neither a known group of links nor a number in 0..4294967295");
}

static void take_word(struct words *w)
{
	if (strchr(this_word(w), ':'))
		take_mac(w);
	else if (text_eq(this_word(w), "netlink_notify_msg"))
		w->row->vmac_netlink_notify = true;
	else if (text_eq(this_word(w), "group"))
		take_group(w);
	else if (!text_eq(this_word(w), "name") || next_is_there(w))
		take_name(w);
}

static void mark_others(struct parse *p, struct draft *d, const struct item *it,
			const size_t *others, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (!part_has(d->parts[T_VRRP_INSTANCE], T_VRRP_INSTANCE, others[i]))
			parse_mark_field(p, d, T_VRRP_INSTANCE, others[i], it, 0);
}

void special_use_vmac(struct parse *p, struct draft *d, const struct keyword *k,
		      const struct item *it)
{
	struct words w = {p, it, 1, draft_part(p->arena, d, T_VRRP_INSTANCE)->row};
	static const size_t others[] = {offsetof(struct vrrp_instance_row, vmac_interface),
					offsetof(struct vrrp_instance_row, virtual_mac),
					offsetof(struct vrrp_instance_row, vmac_group),
					offsetof(struct vrrp_instance_row, vmac_netlink_notify)};

	memset(w.row->vmac_interface, 0, sizeof(w.row->vmac_interface)); /* the last one counts */
	for (; w.word < it->nwords; w.word++)
		take_word(&w);
	w.row->use_vmac = true;
	parse_mark(p, d, k, it);
	mark_others(p, d, it, others, sizeof(others) / sizeof(others[0]));
}

/* ---- use_ipvlan ----------------------------------------------------------------- */

/* ADDRESS[/LENGTH], without one a host by itself. False: it is none. */
static bool read_address(const char *text, struct addr *a, uint8_t *len)
{
	const char *slash = strchr(text, '/');
	char bare[ADDR_TEXT_MAX];
	size_t n = slash ? (size_t)(slash - text) : strlen(text);
	uint64_t bits;

	if (n >= sizeof(bare))
		return false;
	snprintf(bare, sizeof(bare), "%.*s", (int)n, text);
	if (!addr_parse(bare, a))
		return false;
	bits = addr_len(a) * 8;
	if (slash && !text_u64(slash + 1, 0, bits, &bits))
		return false;
	*len = (uint8_t)bits;
	return true;
}

static void take_address(struct words *w)
{
	struct addr a;
	uint8_t len;

	if (!read_address(this_word(w), &a, &len)) {
		complain(w, "is not an address, as in 192.0.2.1/24");
	} else if (w->row->ipvlan_addr.family) {
		complain(w, "is a second address for the interface");
	} else {
		w->row->ipvlan_addr = a;
		w->row->ipvlan_prefix_len = len;
	}
}

static void take_reach(struct words *w, uint8_t reach)
{
	if (w->row->ipvlan_reach)
		complain(w, "is a second one of bridge, private and vepa");
	else
		w->row->ipvlan_reach = reach;
}

static void take_ipvlan_word(struct words *w)
{
	const struct enum_name *reach = ipvlan_reach_names;

	for (; reach->name; reach++)
		if (text_eq(this_word(w), reach->name))
			break;
	if (reach->name)
		take_reach(w, (uint8_t)reach->value);
	else if (strpbrk(this_word(w), ":/") ||
		 read_address(this_word(w), &(struct addr){0}, &(uint8_t){0}))
		take_address(w);
	else if (!text_eq(this_word(w), "name") || next_is_there(w))
		take_name(w);
}

void special_use_ipvlan(struct parse *p, struct draft *d, const struct keyword *k,
			const struct item *it)
{
	struct words w = {p, it, 1, draft_part(p->arena, d, T_VRRP_INSTANCE)->row};
	static const size_t others[] = {offsetof(struct vrrp_instance_row, vmac_interface),
					offsetof(struct vrrp_instance_row, ipvlan_addr),
					offsetof(struct vrrp_instance_row, ipvlan_prefix_len),
					offsetof(struct vrrp_instance_row, ipvlan_reach)};

	w.row->ipvlan_reach = 0;
	memset(w.row->vmac_interface, 0, sizeof(w.row->vmac_interface));
	for (; w.word < it->nwords; w.word++)
		take_ipvlan_word(&w);
	if (!w.row->ipvlan_reach)
		w.row->ipvlan_reach = IPVLAN_BRIDGE;
	w.row->use_ipvlan = true;
	parse_mark(p, d, k, it);
	mark_others(p, d, it, others, sizeof(others) / sizeof(others[0]));
}

/* "name" before one that would be taken for something else. */
static bool is_ipvlan_word(const char *text)
{
	struct addr a;
	uint8_t len;

	return text_eq(text, "name") || text_eq(text, "bridge") || text_eq(text, "private") ||
	       text_eq(text, "vepa") || read_address(text, &a, &len);
}

bool print_use_ipvlan(const void *row, char *buf, size_t size)
{
	const struct vrrp_instance_row *r = row;
	char name[2 * NAME_IF + 3] = "", text[ADDR_TEXT_MAX], address[ADDR_TEXT_MAX + 8] = "";

	if (r->vmac_interface[0])
		keyword_quote(r->vmac_interface, name, sizeof(name));
	if (r->ipvlan_addr.family)
		snprintf(address, sizeof(address), " %s/%u", addr_text(&r->ipvlan_addr, text),
			 r->ipvlan_prefix_len);
	snprintf(buf, size, "%s%s%s%s%s", is_ipvlan_word(name) ? "name " : "", name, address,
		 r->ipvlan_reach == IPVLAN_PRIVATE ? " private" : "",
		 r->ipvlan_reach == IPVLAN_VEPA ? " vepa" : "");
	return r->use_ipvlan;
}

/* ---- printing ----------------------------------------------------------------- */

/* "name" before one that would be taken for something else. */
static bool is_word(const char *text)
{
	return text_eq(text, "name") || text_eq(text, "group") ||
	       text_eq(text, "netlink_notify_msg");
}

bool print_use_vmac(const void *row, char *buf, size_t size)
{
	const struct vrrp_instance_row *r = row;
	char name[2 * NAME_IF + 3] = "", group[24] = "";

	if (r->vmac_interface[0])
		keyword_quote(r->vmac_interface, name, sizeof(name));
	if (r->vmac_group)
		snprintf(group, sizeof(group), " group %u", r->vmac_group);
	snprintf(buf, size, "%s%s%s%s%s%s", is_word(name) ? "name " : "", name,
		 r->virtual_mac[0] ? " " : "", r->virtual_mac,
		 r->vmac_netlink_notify ? " netlink_notify_msg" : "", group);
	return r->use_vmac;
}

void special_vmac_prefix(struct parse *p, struct draft *d, const struct keyword *k,
			 const struct item *it)
{
	const char *text = parse_word(p, it, 1, "the beginning of names");

	if (!text)
		return;
	if (interface_name(text))
		parse_value(p, d, k, it);
	else
		parse_report(
		    p, FINDING_ERROR, it, 1,
		    "%s: \"%.64s\" cannot begin the name of an interface: 1..15 characters "
		    "without / and blanks; it was ignored",
		    it->words[0].text, text);
}
