/*
 * lines: the lines of blocks that have no keywords: addresses with options, lists of names, and
 * the lines of what is not done yet, of which only the options are looked at.
 */
#include "config/keyword_rows.h"
#include "config/parse.h"

#include "base/buf.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

struct line {
	struct parse *p;
	const struct block *block;
	const struct item *it;
	struct draft *own;
	unsigned word; /* being read */
};

static const char *this_word(const struct line *l)
{
	return l->it->words[l->word].text;
}

static void complain(const struct line *l, enum finding_level level, const char *text)
{
	parse_report(l->p, level, l->it, l->word, "%s%.64s: \"%.64s\" %s",
		     l->block->line == line_address ? "address " : "", l->it->words[0].text,
		     this_word(l), text);
}

/* ---- options --------------------------------------------------------- */

static void complain_of_option(const struct line *l)
{
	const struct keyword *rows = l->block->options;
	const char *nearest = keyword_nearest(rows, this_word(l));
	struct buf text = {0};

	if (nearest) {
		buf_printf(&text, "is not known here, did you mean %s?", nearest);
	} else {
		buf_printf(&text, "is not one of");
		for (const struct keyword *k = rows; k->name; k++)
			buf_printf(&text, "%s %s", k == rows ? "" : ",", k->name);
	}
	buf_printf(&text, "; it was ignored");
	complain(l, FINDING_ERROR, buf_cstr(&text));
	buf_free(&text);
}

static void say_later(const struct line *l, const struct keyword *k)
{
	if (!l->own->later)
		parse_report(l->p, FINDING_NOTICE, l->it, l->word,
			     "%s is known but not supported yet; it was skipped", k->name);
}

/* Reads the option and its value as a statement of their own. false: the line is void. */
static bool read_option(struct line *l, const struct keyword *k)
{
	struct item option = *l->it;

	option.words += l->word;
	option.nwords = k->conv == CONV_FLAG || k->conv == CONV_UNFLAG ? 1 : 2;
	if (k->special)
		k->special(l->p, l->own, k, &option);
	else
		parse_value(l->p, l->own, k, &option);
	return k->special != special_address_name ||
	       part_has(l->own->parts[k->table], k->table, k->offset);
}

/* Words that go with an option. */
static unsigned option_values(const struct line *l, const struct keyword *k)
{
	if (!k)
		return 0;
	if (k->means)
		return option_values(l, keyword_among(l->block->options, k->means));
	if (k->status != KEYWORD_DONE)
		return k->least ? 1 : 0;
	return k->conv == CONV_FLAG || k->conv == CONV_UNFLAG ? 0 : 1;
}

static bool read_options(struct line *l)
{
	for (l->word = 1; l->word < l->it->nwords; l->word++) {
		const struct keyword *k = keyword_among(l->block->options, this_word(l));
		unsigned values = option_values(l, k);

		if (!k) {
			complain_of_option(l);
			continue;
		}
		parse_seen(l->p, l->block, k);
		if (k->means)
			k = keyword_among(l->block->options, k->means);
		if (l->word + values >= l->it->nwords)
			complain(l, FINDING_ERROR, "needs a value; it was ignored");
		else if (k->status != KEYWORD_DONE)
			say_later(l, k);
		else if (!read_option(l, k))
			return false;
		l->word += values;
	}
	return true;
}

/* ---- addresses ------------------------------------------------------- */

static bool read_address(struct line *l)
{
	const char *text = l->it->words[0].text, *slash = strchr(text, '/');
	struct vrrp_address_row *r = draft_part(l->p->arena, l->own, T_VRRP_ADDRESS)->row;
	char bare[ADDR_TEXT_MAX];
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	uint64_t prefix;

	snprintf(bare, sizeof(bare), "%.*s", (int)(len < sizeof(bare) ? len : 0), text);
	if (!addr_parse(bare, &r->addr)) {
		parse_report(l->p, FINDING_ERROR, l->it, 0,
			     "\"%.64s\" is not an IPv4 or IPv6 address%s; the line was left out",
			     text, hint_address(bare[0] ? bare : text));
		return false;
	}
	prefix = addr_len(&r->addr) * 8;
	if (slash && !text_u64(slash + 1, 0, addr_len(&r->addr) * 8, &prefix)) {
		parse_report(l->p, FINDING_ERROR, l->it, 0,
			     "address %.64s: the prefix length must be in 0..%zu, as in /24; the "
			     "line was left out",
			     text, addr_len(&r->addr) * 8);
		return false;
	}
	r->prefix_len = (uint8_t)prefix;
	addr_text(&r->addr, r->address);
	return true;
}

void line_address(struct parse *p, struct draft *d, const struct block *b, const struct item *it)
{
	struct draft *own = draft_new(p->arena, d->block, it->at);
	struct line l = {.p = p, .block = b, .it = it, .own = own};

	own->later = d->later;
	if (!read_address(&l))
		return;
	((struct vrrp_address_row *)own->parts[T_VRRP_ADDRESS]->row)->excluded =
	    b == &block_virtual_ipaddress_excluded;
	if (read_options(&l) && !own->later)
		draft_add(d, own);
}

/* Options may be its limits. */
void line_peer(struct parse *p, struct draft *d, const struct block *b, const struct item *it)
{
	struct draft *own = draft_new(p->arena, b, it->at);
	struct vrrp_peer_row *r = draft_part(p->arena, own, T_VRRP_PEER)->row;
	struct line l = {.p = p, .block = b, .it = it, .own = own};
	const char *text = it->words[0].text;

	own->later = d->later;
	if (!addr_parse(text, &r->addr)) {
		parse_report(p, FINDING_ERROR, it, 0,
			     "unicast_peer: \"%.64s\" is not an IPv4 or IPv6 address%s; the line "
			     "was left out",
			     text, hint_address(text));
		return;
	}
	addr_text(&r->addr, r->address);
	if (read_options(&l) && !own->later)
		draft_add(d, own);
}

static struct vrrp_address_row *address_of(struct draft *d)
{
	return d->parts[T_VRRP_ADDRESS]->row;
}

/* The name of an interface or a label: without it the address would be somewhere else. */
void special_address_name(struct parse *p, struct draft *d, const struct keyword *k,
			  const struct item *it)
{
	char *dst = (char *)address_of(d) + k->offset;

	if (it->words[1].text[0] && text_copy(dst, NAME_IF, it->words[1].text))
		parse_mark(p, d, k, it);
	else
		parse_report(
		    p, FINDING_ERROR, it, 1,
		    "address %s: \"%.64s\" has more than 15 characters or none; the line was "
		    "left out",
		    address_of(d)->address, it->words[1].text);
}

void special_scope(struct parse *p, struct draft *d, const struct keyword *k, const struct item *it)
{
	if (address_of(d)->addr.family == ADDR_IPV6)
		parse_report(p, FINDING_WARNING, it, 1,
			     "address %s: \"%.64s\" is ignored: an IPv6 address has the scope that "
			     "it has",
			     address_of(d)->address, it->words[1].text);
	else
		parse_value(p, d, k, it);
}

void special_broadcast(struct parse *p, struct draft *d, const struct keyword *k,
		       const struct item *it)
{
	struct vrrp_address_row *r = address_of(d);
	const char *text = it->words[1].text;
	struct addr broadcast = {0};
	bool computed = text_eq(text, "+"), none = text_eq(text, "-");

	if (!computed && !none &&
	    !(addr_parse(text, &broadcast) && broadcast.family == ADDR_IPV4 &&
	      r->addr.family == ADDR_IPV4)) {
		parse_report(p, FINDING_ERROR, it, 1,
			     "address %s: \"%.64s\" is not an IPv4 broadcast address, + or -; it "
			     "was ignored",
			     r->address, text);
		return;
	}
	r->broadcast = broadcast;
	r->broadcast_set = !none;
	parse_mark(p, d, k, it);
}

/* The prefix length would be that of the other end, which is one host. */
void special_peer(struct parse *p, struct draft *d, const struct keyword *k, const struct item *it)
{
	struct vrrp_address_row *r = address_of(d);
	struct addr peer;

	if (!addr_parse(it->words[1].text, &peer) || peer.family != r->addr.family) {
		parse_report(p, FINDING_ERROR, it, 1,
			     "address %s: peer \"%.64s\" is not an %s address; it was ignored",
			     r->address, it->words[1].text,
			     r->addr.family == ADDR_IPV6 ? "IPv6" : "IPv4");
		return;
	}
	if (r->prefix_len != addr_len(&r->addr) * 8) {
		parse_report(p, FINDING_ERROR, it, 0,
			     "address %s: with a prefix length it cannot have a peer, which was "
			     "ignored",
			     r->address);
		return;
	}
	r->peer = peer;
	parse_mark(p, d, k, it);
}

void special_ipv6_only(struct parse *p, struct draft *d, const struct keyword *k,
		       const struct item *it)
{
	if (address_of(d)->addr.family == ADDR_IPV6)
		parse_value(p, d, k, it);
	else
		parse_report(p, FINDING_NOTICE, it, 0,
			     "address %s: %s is ignored: only IPv6 addresses have it",
			     address_of(d)->address, it->words[0].text);
}

void special_preferred(struct parse *p, struct draft *d, const struct keyword *k,
		       const struct item *it)
{
	const char *text = it->words[1].text;
	struct item number = *it;
	struct word words[2] = {it->words[0], it->words[1]};
	char forever[16];

	snprintf(forever, sizeof(forever), "%u", LFT_FOREVER);
	if (text_eq(text, "forever"))
		words[1].text = forever;
	number.words = words;
	special_ipv6_only(p, d, k, &number);
}

/* ---- names ----------------------------------------------------------- */

/* Any number of names on any number of lines. */
void line_members(struct parse *p, struct draft *d, const struct block *b, const struct item *it)
{
	(void)b;
	for (unsigned w = 0; w < it->nwords; w++) {
		struct draft *own = draft_new(p->arena, d->block, item_place(it, w));
		struct sync_member_row *r = draft_part(p->arena, own, T_SYNC_MEMBER)->row;

		if (it->words[w].text[0] && TEXT_COPY(r->instance, it->words[w].text))
			draft_add(d, own);
		else
			parse_report(p, FINDING_ERROR, it, w,
				     "group: a name has 1..%zu characters; the member was left out",
				     sizeof(r->instance) - 1);
	}
}

/* ---- what is tracked --------------------------------------------------- */

static int kind_of(const struct block *b)
{
	int kind = TRACK_INTERFACE;

	while (track_block_of(kind) != b)
		kind++;
	return kind;
}

void line_tracked(struct parse *p, struct draft *d, const struct block *b, const struct item *it)
{
	struct draft *own = draft_new(p->arena, b, it->at);
	struct track_row *r = draft_part(p->arena, own, T_TRACK)->row;
	struct line l = {.p = p, .block = b, .it = it, .own = own};
	size_t longest = b == &block_track_interface ? NAME_IF - 1 : sizeof(r->object) - 1;
	const char *name = it->words[0].text;

	own->later = d->later;
	r->kind = (uint8_t)kind_of(b);
	if (!name[0] || strlen(name) > longest || !TEXT_COPY(r->object, name)) {
		parse_report(p, FINDING_ERROR, it, 0,
			     "%s: a name has 1..%zu characters; the line was left out", b->name,
			     longest);
		return;
	}
	if (read_options(&l) && !own->later)
		draft_add(d, own);
}

void line_later(struct parse *p, struct draft *d, const struct block *b, const struct item *it)
{
	struct line l = {.p = p, .block = b, .it = it, .own = d};

	if (b->options)
		read_options(&l);
}
