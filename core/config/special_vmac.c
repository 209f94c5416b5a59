/*
 * special_vmac: use_vmac and what belongs to it. Its words may stand in any order: a MAC address
 * has colons, a few are words of the language, and another is the name of the interface.
 */
#include "config/special_vmac.h"

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

	if (!next_is_there(w))
		return;
	if (text_eq(this_word(w), "default") || text_u64(this_word(w), 0, UINT32_MAX, &group))
		w->row->vmac_group = (uint32_t)group;
	else
		complain(w, "is not the number of a group of links in 0..4294967295");
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

void special_use_vmac(struct parse *p, struct draft *d, const struct keyword *k,
		      const struct item *it)
{
	struct words w = {p, it, 1, draft_part(p->arena, d, T_VRRP_INSTANCE)->row};
	static const size_t others[] = {offsetof(struct vrrp_instance_row, vmac_interface),
					offsetof(struct vrrp_instance_row, virtual_mac),
					offsetof(struct vrrp_instance_row, vmac_group),
					offsetof(struct vrrp_instance_row, vmac_netlink_notify)};

	for (; w.word < it->nwords; w.word++)
		take_word(&w);
	w.row->use_vmac = true;
	parse_mark(p, d, k, it);
	for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!part_has(d->parts[T_VRRP_INSTANCE], T_VRRP_INSTANCE, others[i]))
			parse_mark_field(p, d, T_VRRP_INSTANCE, others[i], it, 0);
}

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
