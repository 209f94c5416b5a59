/*
 * special_group: the lines of virtual_server_group, and the rows that they are.
 *
 * A range is an address and the end of another, or the whole of it, or a network. A group may stand
 * behind the virtual servers that use it, so what those take from it comes last of all.
 */
#include "config/special_group.h"

#include "config/validate.h"

#include "base/text.h"
#include "model/server_group.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMBER_ADDRESSES 65536 /* of one line */

/* ---- addresses ------------------------------------------------------- */

/* The end of a range, "9" of 192.0.2.1-9, "1f" of 2001:db8::1-1f, or a whole address. */
static bool read_end(const char *text, const struct addr *first, struct addr *last)
{
	bool ipv6 = first->family == ADDR_IPV6;
	size_t at = addr_len(first) - (ipv6 ? 2 : 1);
	unsigned long value;
	char *end;

	if (addr_parse(text, last))
		return last->family == first->family;
	if (!text[0] ||
	    strspn(text, ipv6 ? "0123456789abcdefABCDEF" : "0123456789") != strlen(text))
		return false;
	value = strtoul(text, &end, ipv6 ? 16 : 10);
	if (value > (ipv6 ? 0xffff : 0xff))
		return false;
	*last = *first;
	if (ipv6)
		last->bytes[at++] = (uint8_t)(value >> 8);
	last->bytes[at] = (uint8_t)value;
	return true;
}

/* A network, of which the address must be the first. */
static const char *read_network(const char *text, struct server_group_member_row *m)
{
	uint64_t length;

	if (!text_u64(text, 0, addr_len(&m->addr) * 8, &length))
		return "that is no prefix length";
	if (!addr_is_network(&m->addr, (unsigned)length))
		return "the address is not the first one of that network";
	m->last = addr_last(&m->addr, (unsigned)length);
	return NULL;
}

/* NULL, or what is wrong with it. */
static const char *read_addresses(const char *text, struct server_group_member_row *m)
{
	size_t len = strcspn(text, "-/");
	char first[ADDR_TEXT_MAX];
	const char *why = NULL;

	snprintf(first, sizeof(first), "%.*s", (int)(len < sizeof(first) ? len : 0), text);
	if (!addr_parse(first, &m->addr))
		return "it is not an IPv4 or IPv6 address";
	m->last = m->addr;
	m->family = m->addr.family == ADDR_IPV6 ? FAMILY_IPV6 : FAMILY_IPV4;
	if (text[len] == '/')
		why = read_network(text + len + 1, m);
	else if (text[len] && !read_end(text + len + 1, &m->addr, &m->last))
		why = "its end is not an address, nor the last number of one";
	if (why)
		return why;
	if (!addr_count(&m->addr, &m->last))
		return "its end is before its beginning";
	if (addr_count(&m->addr, &m->last) > MEMBER_ADDRESSES)
		return "a line may have 65536 addresses at most";
	return address_objection(&m->addr);
}

/* ---- lines ------------------------------------------------------------- */

static void write_range(const struct server_group_member_row *m, char *buf, size_t size)
{
	char first[ADDR_TEXT_MAX], last[ADDR_TEXT_MAX];

	snprintf(buf, size, "%s%s%s", addr_text(&m->addr, first),
		 addr_equal(&m->addr, &m->last) ? "" : "-",
		 addr_equal(&m->addr, &m->last) ? "" : addr_text(&m->last, last));
}

const char *print_group_member(const struct server_group_member_row *m, char *buf, size_t size)
{
	char range[2 * ADDR_TEXT_MAX], port[8] = "";

	write_range(m, range, sizeof(range));
	if (m->port)
		snprintf(port, sizeof(port), " %u", m->port);
	if (m->fwmark)
		snprintf(buf, size, "fwmark %u%s", m->fwmark,
			 m->family == FAMILY_IPV6   ? " inet6"
			 : m->family == FAMILY_IPV4 ? " inet"
						    : "");
	else
		snprintf(buf, size, "%s%s", range, port);
	return buf;
}

static void name_member(const struct server_group_member_row *m, char name[NAME_MEMBER])
{
	char range[2 * ADDR_TEXT_MAX];

	write_range(m, range, sizeof(range));
	if (m->fwmark)
		snprintf(name, NAME_MEMBER, "fwmark:%u%s", m->fwmark,
			 m->family == FAMILY_IPV6   ? "/inet6"
			 : m->family == FAMILY_IPV4 ? "/inet"
						    : "");
	else
		snprintf(name, NAME_MEMBER, m->family == FAMILY_IPV6 ? "[%s]:%u" : "%s:%u", range,
			 m->port);
}

static bool overlap(const struct server_group_member_row *a,
		    const struct server_group_member_row *b)
{
	if (a->fwmark || b->fwmark)
		return a->fwmark == b->fwmark &&
		       (a->family == b->family || !a->family || !b->family);
	return a->port == b->port && a->addr.family == b->addr.family &&
	       addr_cmp(&a->addr, &b->last) <= 0 && addr_cmp(&b->addr, &a->last) <= 0;
}

/* The line of the group that has some of the same, or NULL. */
static const struct draft *same_line(const struct draft *d, const struct server_group_member_row *m)
{
	for (const struct draft *c = d->first; c; c = c->next)
		if (overlap(c->parts[T_SERVER_GROUP_MEMBER]->row, m))
			return c;
	return NULL;
}

static bool read_mark(struct parse *p, struct server_group_member_row *m, const struct item *it)
{
	const char *mark = parse_word(p, it, 1, "the mark");
	const char *family = it->nwords > 2 ? it->words[2].text : "";
	uint64_t value;

	if (!mark)
		return false;
	if (!text_u64(mark, 1, UINT32_MAX, &value)) {
		parse_report(p, FINDING_ERROR, it, 1,
			     "fwmark: \"%.64s\" is not a mark in 1..4294967295; the line was left "
			     "out",
			     mark);
		return false;
	}
	m->fwmark = (uint32_t)value;
	m->family = text_eq(family, "inet")    ? FAMILY_IPV4
		    : text_eq(family, "inet6") ? FAMILY_IPV6
					       : 0;
	if (family[0] && !m->family)
		parse_report(p, FINDING_ERROR, it, 2,
			     "fwmark: \"%.64s\" is not a family, inet or inet6; that of the "
			     "virtual server is used",
			     family);
	parse_no_more(p, it, 3);
	return true;
}

static bool read_range(struct parse *p, struct server_group_member_row *m, const struct item *it)
{
	const char *text = it->words[0].text, *why = read_addresses(text, m);
	uint64_t port = 0;

	if (why) {
		parse_report(p, FINDING_ERROR, it, 0,
			     "virtual_server_group: \"%.64s\": %s; the line was left out", text,
			     why);
		return false;
	}
	if (it->nwords > 1 && !text_u64(it->words[1].text, 0, 65535, &port)) {
		parse_report(p, FINDING_ERROR, it, 1,
			     "virtual_server_group: \"%.64s\" is not a port in 0..65535; the line "
			     "was left out",
			     it->words[1].text);
		return false;
	}
	m->port = (uint16_t)port;
	parse_no_more(p, it, 2);
	return true;
}

void line_server_group(struct parse *p, struct draft *d, const struct block *b,
		       const struct item *it)
{
	struct draft *own = draft_new(p->arena, b, it->at);
	struct server_group_member_row *m = draft_part(p->arena, own, T_SERVER_GROUP_MEMBER)->row;
	bool mark = text_eq(it->words[0].text, "fwmark");
	char name[NAME_MEMBER];
	const struct draft *same;

	if (!(mark ? read_mark(p, m, it) : read_range(p, m, it)))
		return;
	same = same_line(d, m);
	if (same) {
		parse_report(p, FINDING_WARNING, it, 0,
			     "virtual_server_group: line %u has the same, or some of it; the line "
			     "was left out",
			     same->at.line);
		return;
	}
	name_member(m, name);
	m->name = arena_text(p->arena, name, strlen(name));
	draft_add(d, own);
}

/* ---- names ------------------------------------------------------------- */

static const char *read_name(struct parse *p, const struct item *it, unsigned word)
{
	const char *name = parse_word(p, it, word, "the name of the group");

	if (!name)
		return NULL;
	if (!name[0] || strlen(name) >= NAME_GROUP) {
		parse_report(p, FINDING_ERROR, it, word,
			     "%s: the name of a group has 1..%d characters; the block was skipped",
			     it->words[0].text, NAME_GROUP - 1);
		return NULL;
	}
	parse_no_more(p, it, word + 1);
	return arena_text(p->arena, name, strlen(name));
}

bool enter_server_group(struct parse *p, struct draft *d, const struct item *it)
{
	struct server_group_member_row *m = draft_part(p->arena, d, T_SERVER_GROUP_MEMBER)->row;

	m->group = read_name(p, it, 1);
	return m->group;
}

bool read_server_group(struct parse *p, struct virtual_server_row *r, const struct item *it)
{
	const char *name = read_name(p, it, 2);

	if (name)
		r->group = name;
	return name;
}

/* ---- rows -------------------------------------------------------------- */

static void say(struct parse *p, enum finding_level level, struct place at, const char *what,
		const char *group)
{
	place_report(p->findings, level, &at, "virtual_server_group %s: %s", group, what);
}

#define MEMBER_KINDS 3

static unsigned kind_of(const struct server_group_member_row *m)
{
	return m->fwmark ? 0 : addr_equal(&m->addr, &m->last) ? 1 : 2;
}

/* Marks have the first numbers, addresses the next, ranges the last: as keepalived numbers them. */
static void put_members(struct parse *p, const struct draft *d, const char *group, unsigned kind)
{
	for (const struct draft *c = d->first; c; c = c->next) {
		const struct part *part = c->parts[T_SERVER_GROUP_MEMBER];
		struct server_group_member_row row;

		part_row(part, T_SERVER_GROUP_MEMBER, &row);
		if (kind_of(&row) != kind)
			continue;
		row.group = group;
		origins_add(p->origins, resolve_put(p->store, T_SERVER_GROUP_MEMBER, &row), c->at,
			    &part, 1);
	}
}

static void resolve_group_of(struct parse *p, const struct draft *d)
{
	const char *group =
	    ((const struct server_group_member_row *)d->parts[T_SERVER_GROUP_MEMBER]->row)->group;

	if (server_group_at(p->store, group, server_group_first(p->store, group))) {
		say(p, FINDING_WARNING, d->at, "there is one already; the block was left out",
		    group);
		return;
	}
	if (d->first)
		resolve_put(p->store, T_SERVER_GROUP, &(struct server_group_row){.name = group});
	else
		say(p, FINDING_WARNING, d->at, "it has no address and no mark", group);
	for (unsigned kind = 0; kind < MEMBER_KINDS; kind++)
		put_members(p, d, group, kind);
}

static void report(struct parse *p, const struct virtual_server_row *vs, size_t offset,
		   const char *what)
{
	struct origin o = origins_find(p->origins, vs, field_at(T_VIRTUAL_SERVER, offset));

	place_report(p->findings, FINDING_WARNING, &o.at, "virtual_server %s: %s", vs->name, what);
}

/* What depends on the members, which may stand behind the virtual server. */
static void take_from_group(struct parse *p, const struct virtual_server_row *vs)
{
	struct virtual_server_row now = *vs;
	bool addresses = false, all_ports = false;

	SERVER_GROUP_EACH(p->store, vs->group, m)
	{
		addresses = addresses || !m->fwmark;
		all_ports = all_ports || (!m->fwmark && !m->port);
	}
	if (addresses && !origins_has(p->origins, vs, T_VIRTUAL_SERVER,
				      offsetof(struct virtual_server_row, protocol)))
		report(p, vs, 0, "no valid protocol is given; UDP is used");
	if (!all_ports || vs->persistence_timeout_s)
		return;
	report(p, vs, 0,
	       "a line of its group without a port means all ports and works with persistence "
	       "only; persistence_timeout 360 is used");
	now.persistence_timeout_s = 360;
	store_put(p->store, T_VIRTUAL_SERVER, &now, F_WANTED, NULL);
}

void resolve_server_groups(struct parse *p)
{
	for (struct draft *d = p->root->first; d; d = d->next)
		if (d->block->line == line_server_group)
			resolve_group_of(p, d);
	STORE_EACH(p->store, T_VIRTUAL_SERVER, struct virtual_server_row, vs)
	if (vs->group[0])
		take_from_group(p, vs);
}
