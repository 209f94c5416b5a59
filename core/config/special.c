/*
 * special: the syntaxes that no table row can say: block heads with addresses and ports,
 * address lines, and keywords whose value keepalived bends instead of refusing.
 */
#include "config/parse.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static void *row_of(struct parse *p, struct draft *d, enum table_id t)
{
	return draft_part(&p->lexed->arena, d, t)->row;
}

/* ---- block heads ----------------------------------------------------- */

/* Reads "NAME". */
static bool read_block_name(struct parse *p, const struct item *it, char *dst, size_t size)
{
	const char *name = parse_word(p, it, 1, "the name");

	if (!name)
		return false;
	if (!name[0] || !text_copy(dst, size, name)) {
		parse_report(p, FINDING_ERROR, it, 1,
			     "%s: the name must have 1..%zu characters; the block was skipped",
			     it->words[0].text, size - 1);
		return false;
	}
	parse_no_more(p, it, 2);
	return true;
}

bool enter_vrrp_instance(struct parse *p, struct draft *d, const struct item *it)
{
	struct vrrp_instance_row *r = row_of(p, d, T_VRRP_INSTANCE);

	return read_block_name(p, it, r->name, sizeof(r->name));
}

bool enter_sync_group(struct parse *p, struct draft *d, const struct item *it)
{
	struct sync_group_row *r = row_of(p, d, T_SYNC_GROUP);

	return read_block_name(p, it, r->name, sizeof(r->name));
}

/* Reads "ADDRESS [PORT]" from `word` on. */
static bool read_endpoint(struct parse *p, const struct item *it, unsigned word, struct addr *addr,
			  uint16_t *port)
{
	const char *text = parse_word(p, it, word, "the address");
	uint64_t value = 0;

	if (!text)
		return false;
	if (!addr_parse(text, addr)) {
		parse_report(p, FINDING_ERROR, it, word,
			     "%s: \"%.64s\" is not an IPv4 or IPv6 address; the block was skipped",
			     it->words[0].text, text);
		return false;
	}
	if (word + 1 < it->nwords && !text_u64(it->words[word + 1].text, 0, 65535, &value)) {
		parse_report(p, FINDING_ERROR, it, word + 1,
			     "%s: \"%.64s\" is not a port in 0..65535; the block was skipped",
			     it->words[0].text, it->words[word + 1].text);
		return false;
	}
	*port = (uint16_t)value;
	parse_no_more(p, it, word + 2);
	return true;
}

static bool read_fwmark(struct parse *p, struct virtual_server_row *r, const struct item *it)
{
	const char *text = parse_word(p, it, 2, "the mark");
	uint64_t value;

	if (!text)
		return false;
	if (!text_u64(text, 1, UINT32_MAX, &value)) {
		parse_report(
		    p, FINDING_ERROR, it, 2,
		    "virtual_server: \"%.64s\" is not a mark in 1..4294967295; the block was "
		    "skipped",
		    text);
		return false;
	}
	r->fwmark = (uint32_t)value;
	parse_no_more(p, it, 3);
	return true;
}

bool enter_virtual_server(struct parse *p, struct draft *d, const struct item *it)
{
	struct virtual_server_row *r = row_of(p, d, T_VIRTUAL_SERVER);
	const char *first = parse_word(p, it, 1, "the address");

	if (!first)
		return false;
	if (text_eq(first, "group")) {
		parse_report(
		    p, FINDING_NOTICE, it, 1,
		    "virtual_server group is known but not supported yet; the block was skipped");
		d->later = true;
		parse_no_more(p, it, 3);
		return parse_word(p, it, 2, "the name of the group");
	}
	if (text_eq(first, "fwmark"))
		return read_fwmark(p, r, it);
	return read_endpoint(p, it, 1, &r->addr, &r->port);
}

bool enter_real_server(struct parse *p, struct draft *d, const struct item *it)
{
	struct real_server_row *r = row_of(p, d, T_REAL_SERVER);

	return read_endpoint(p, it, 1, &r->addr, &r->port);
}

bool enter_tcp_check(struct parse *p, struct draft *d, const struct item *it)
{
	struct checker_row *r = row_of(p, d, T_CHECKER);

	r->kind = CHECK_TCP;
	parse_no_more(p, it, 1);
	return true;
}

/* ---- keywords -------------------------------------------------------- */

void special_state(struct parse *p, struct draft *d, const struct keyword *k, const struct item *it)
{
	struct vrrp_instance_row *r = row_of(p, d, T_VRRP_INSTANCE);
	const char *text = parse_word(p, it, 1, "MASTER or BACKUP");
	char why[TEXT_MAX];

	if (!text)
		return;
	if (!keyword_convert(k, text, r, why)) {
		parse_report(p, FINDING_WARNING, it, 1, "state: %s; taken as BACKUP", why);
		r->initial_state = VRRP_BACKUP;
	}
	parse_mark(p, d, k, it);
	parse_no_more(p, it, 2);
}

void special_auth_pass(struct parse *p, struct draft *d, const struct keyword *k,
		       const struct item *it)
{
	struct vrrp_instance_row *r = row_of(p, d, T_VRRP_INSTANCE);
	const char *text = parse_word(p, it, 1, "the password");
	char cut[sizeof(r->auth_pass)];

	if (!text)
		return;
	if (!text_copy(cut, sizeof(cut), text))
		parse_report(p, FINDING_WARNING, it, 1,
			     "auth_pass: only the first 8 of %zu characters count", strlen(text));
	TEXT_COPY(r->auth_pass, cut);
	parse_mark(p, d, k, it);
	parse_no_more(p, it, 2);
}

void special_forwarding(struct parse *p, struct draft *d, const struct keyword *k,
			const struct item *it)
{
	struct item first = *it;

	first.nwords = it->nwords > 2 ? 2 : it->nwords;
	parse_value(p, d, k, &first);
	if (it->nwords > 2)
		parse_report(p, FINDING_NOTICE, it, 2,
			     "%s: tunnel options are known but not supported yet; ipip without "
			     "checksum is used",
			     it->words[0].text);
}

#define PERSISTENCE_BARE 360

void special_persistence(struct parse *p, struct draft *d, const struct keyword *k,
			 const struct item *it)
{
	struct virtual_server_row *r = row_of(p, d, T_VIRTUAL_SERVER);

	if (it->nwords > 1) {
		parse_value(p, d, k, it);
		return;
	}
	r->persistence_timeout_s = PERSISTENCE_BARE;
	parse_mark(p, d, k, it);
}

bool print_persistence(const void *row, char *buf, size_t size)
{
	const struct virtual_server_row *r = row;

	snprintf(buf, size, "%u", r->persistence_timeout_s);
	return true;
}

void special_lease(struct parse *p, struct draft *d, const struct keyword *k, const struct item *it)
{
	struct vrrp_instance_row *r = row_of(p, d, T_VRRP_INSTANCE);
	const char *text = parse_word(p, it, 1, "seconds, off or auto");

	if (!text)
		return;
	if (!text_eq(text, "off") && !text_eq(text, "auto")) {
		parse_value(p, d, k, it);
		return;
	}
	r->address_lease_ms = text_eq(text, "off") ? ADDRESS_LEASE_OFF : ADDRESS_LEASE_AUTO;
	parse_mark(p, d, k, it);
	parse_no_more(p, it, 2);
}

bool print_lease(const void *row, char *buf, size_t size)
{
	uint32_t ms = ((const struct vrrp_instance_row *)row)->address_lease_ms;

	if (ms <= ADDRESS_LEASE_AUTO)
		snprintf(buf, size, "%s", ms == ADDRESS_LEASE_OFF ? "off" : "auto");
	else if (ms % 1000)
		snprintf(buf, size, "%u.%03u", ms / 1000, ms % 1000);
	else
		snprintf(buf, size, "%u", ms / 1000);
	return true;
}

bool print_ip_family(const void *row, char *buf, size_t size)
{
	const struct virtual_server_row *r = row;

	text_copy(buf, size, r->family == FAMILY_IPV6 ? "inet6" : "inet");
	return r->fwmark != 0;
}

bool print_protocol(const void *row, char *buf, size_t size)
{
	const struct virtual_server_row *r = row;

	snprintf(buf, size, "%s",
		 r->protocol == LVS_TCP   ? "TCP"
		 : r->protocol == LVS_UDP ? "UDP"
					  : "SCTP");
	return !r->fwmark;
}

/* One flag of the kernel with a name for each of the two schedulers that have it. */
bool print_mh_flag(const void *row, char *buf, size_t size)
{
	const struct virtual_server_row *r = row;

	text_copy(buf, size, "");
	return text_eq(r->scheduler, "mh");
}

bool print_sh_flag(const void *row, char *buf, size_t size)
{
	return !print_mh_flag(row, buf, size);
}

bool print_never(const void *row, char *buf, size_t size)
{
	(void)row;
	text_copy(buf, size, "");
	return false;
}

void special_ignore(struct parse *p, struct draft *d, const struct keyword *k,
		    const struct item *it)
{
	(void)p;
	(void)d;
	(void)k;
	(void)it;
}

/* ---- members of a sync group ------------------------------------------ */

/* Any number of names on any number of lines. */
void special_members(struct parse *p, struct draft *d, const struct keyword *k,
		     const struct item *it)
{
	(void)k;
	for (unsigned w = 0; w < it->nwords; w++) {
		struct draft *own = draft_new(&p->lexed->arena, d->block, item_place(it, w));
		struct sync_member_row *r = row_of(p, own, T_SYNC_MEMBER);

		if (it->words[w].text[0] && TEXT_COPY(r->instance, it->words[w].text))
			draft_add(d, own);
		else
			parse_report(p, FINDING_ERROR, it, w,
				     "group: a name has 1..%zu characters; the member was left out",
				     sizeof(r->instance) - 1);
	}
}

/* ---- address lines --------------------------------------------------- */

static const struct enum_name scopes[] = {
    {SCOPE_GLOBAL, "global"},   {SCOPE_GLOBAL, "universe"}, {SCOPE_GLOBAL, "0"},
    {SCOPE_SITE, "site"},       {SCOPE_SITE, "200"},        {SCOPE_LINK, "link"},
    {SCOPE_LINK, "253"},        {SCOPE_HOST, "host"},       {SCOPE_HOST, "254"},
    {SCOPE_NOWHERE, "nowhere"}, {SCOPE_NOWHERE, "255"},     {0}};

/* Options of an address line that take no value, and those that take one, not done yet. */
static const char *const later_flags[] = {"home",     "-nodad",   "mngtmpaddr", "noprefixroute",
					  "autojoin", "no_track", "use_vmac",   NULL};
static const char *const later_values[] = {"peer", "preferred_lft", "track_group", NULL};

struct address_line {
	struct parse *p;
	const struct item *it;
	unsigned word; /* being read */
	struct vrrp_address_row *row;
	bool later; /* the whole block is */
};

static bool in(const char *const *list, const char *word)
{
	for (; *list; list++)
		if (text_eq(*list, word))
			return true;
	return false;
}

static const char *this_word(const struct address_line *l)
{
	return l->it->words[l->word].text;
}

static void complain(const struct address_line *l, enum finding_level level, const char *text)
{
	parse_report(l->p, level, l->it, l->word, "address %.64s: \"%.64s\" %s",
		     l->it->words[0].text, this_word(l), text);
}

static bool read_address(struct address_line *l)
{
	const char *text = l->it->words[0].text, *slash = strchr(text, '/');
	struct vrrp_address_row *r = l->row;
	char bare[ADDR_TEXT_MAX];
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	uint64_t prefix;

	snprintf(bare, sizeof(bare), "%.*s", (int)(len < sizeof(bare) ? len : 0), text);
	if (!addr_parse(bare, &r->addr)) {
		parse_report(l->p, FINDING_ERROR, l->it, 0,
			     "\"%.64s\" is not an IPv4 or IPv6 address; the line was left out",
			     text);
		return false;
	}
	prefix = addr_len(&r->addr) * 8;
	if (slash && !text_u64(slash + 1, 0, addr_len(&r->addr) * 8, &prefix)) {
		parse_report(
		    l->p, FINDING_ERROR, l->it, 0,
		    "address %.64s: the prefix length must be in 0..%zu; the line was left out",
		    text, addr_len(&r->addr) * 8);
		return false;
	}
	r->prefix_len = (uint8_t)prefix;
	addr_text(&r->addr, r->address);
	return true;
}

static bool read_name(struct address_line *l, char *dst)
{
	if (this_word(l)[0] && text_copy(dst, NAME_IF, this_word(l)))
		return true;
	complain(l, FINDING_ERROR, "has more than 15 characters or none; the line was left out");
	return false;
}

static void read_scope(struct address_line *l)
{
	if (l->row->addr.family == ADDR_IPV6) {
		complain(l, FINDING_WARNING,
			 "is ignored: an IPv6 address has the scope that it has");
		return;
	}
	for (const struct enum_name *s = scopes; s->name; s++)
		if (text_eq(s->name, this_word(l))) {
			l->row->scope = (uint8_t)s->value;
			return;
		}
	complain(l, FINDING_ERROR,
		 "is not one of global, site, link, host, nowhere; it was ignored");
}

static void read_broadcast(struct address_line *l)
{
	l->row->broadcast = (struct addr){0};
	l->row->broadcast_set = !text_eq(this_word(l), "-");
	if (text_eq(this_word(l), "-") || text_eq(this_word(l), "+"))
		return;
	if (addr_parse(this_word(l), &l->row->broadcast) && l->row->broadcast.family == ADDR_IPV4 &&
	    l->row->addr.family == ADDR_IPV4)
		return;
	l->row->broadcast = (struct addr){0};
	l->row->broadcast_set = false;
	complain(l, FINDING_ERROR, "is not an IPv4 broadcast address, + or -; it was ignored");
}

static void say_later(const struct address_line *l, unsigned word)
{
	if (!l->later)
		parse_report(l->p, FINDING_NOTICE, l->it, word,
			     "%s is known but not supported yet; it was skipped",
			     l->it->words[word].text);
}

/* Reads the option whose name is `name` and whose value is the current word. */
static bool read_option(struct address_line *l, const char *name)
{
	if (text_eq(name, "dev"))
		return read_name(l, l->row->dev);
	if (text_eq(name, "label"))
		return read_name(l, l->row->label);
	if (text_eq(name, "scope"))
		read_scope(l);
	else if (text_eq(name, "brd") || text_eq(name, "broadcast"))
		read_broadcast(l);
	else
		say_later(l, l->word - 1);
	return true;
}

static bool takes_value(const char *name)
{
	static const char *const names[] = {"dev", "label", "scope", "brd", "broadcast", NULL};

	return in(names, name) || in(later_values, name);
}

static bool read_options(struct address_line *l)
{
	for (l->word = 1; l->word < l->it->nwords; l->word++) {
		const char *name = this_word(l);

		if (in(later_flags, name)) {
			say_later(l, l->word);
		} else if (!takes_value(name)) {
			complain(l, FINDING_ERROR,
				 "is not one of dev, label, scope, brd, broadcast; it was ignored");
		} else if (l->word + 1 == l->it->nwords) {
			complain(l, FINDING_ERROR, "needs a value; it was ignored");
		} else {
			l->word++;
			if (!read_option(l, name))
				return false;
		}
	}
	return true;
}

static void read_line(struct parse *p, struct draft *d, const struct item *it, bool excluded)
{
	struct draft *own = draft_new(&p->lexed->arena, d->block, it->at);
	struct address_line l = {
	    .p = p, .it = it, .row = row_of(p, own, T_VRRP_ADDRESS), .later = d->later};

	l.row->excluded = excluded;
	if (read_address(&l) && read_options(&l))
		draft_add(d, own);
}

void special_address(struct parse *p, struct draft *d, const struct keyword *k,
		     const struct item *it)
{
	(void)k;
	read_line(p, d, it, false);
}

void special_excluded(struct parse *p, struct draft *d, const struct keyword *k,
		      const struct item *it)
{
	(void)k;
	read_line(p, d, it, true);
}
