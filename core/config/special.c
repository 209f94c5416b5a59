/*
 * special: the syntaxes that no table row can say: block heads with addresses and ports, and
 * keywords whose value keepalived bends instead of refusing.
 */
#include "config/lines_route.h"
#include "config/parse.h"
#include "config/special_group.h"
#include "config/special_pool.h"
#include "config/validate.h"

#include "base/cpus.h"
#include "base/text.h"
#include "model/rules.h"

#include <stdio.h>
#include <string.h>

static void *row_of(struct parse *p, struct draft *d, enum table_id t)
{
	return draft_part(p->arena, d, t)->row;
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

bool enter_named(struct parse *p, struct draft *d, const struct item *it)
{
	const struct field *name = &schema_table(d->block->named)->fields[0];
	void *row = row_of(p, d, d->block->named);

	return read_block_name(p, it, (char *)row + name->offset, name->size);
}

bool read_endpoint(struct parse *p, const struct item *it, unsigned word, struct addr *addr,
		   uint16_t *port)
{
	const char *text = parse_word(p, it, word, "the address");
	uint64_t value = 0;

	if (!text)
		return false;
	if (!addr_parse(text, addr)) {
		parse_report(
		    p, FINDING_ERROR, it, word,
		    "%s: \"%.64s\" is not an IPv4 or IPv6 address%s; the block was skipped",
		    it->words[0].text, text, hint_address(text));
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
	if (text_eq(first, "group"))
		return read_server_group(p, r, it);
	if (text_eq(first, "fwmark"))
		return read_fwmark(p, r, it);
	return read_endpoint(p, it, 1, &r->addr, &r->port);
}

bool enter_real_server(struct parse *p, struct draft *d, const struct item *it)
{
	struct real_server_row *r = row_of(p, d, T_REAL_SERVER);

	return read_endpoint(p, it, 1, &r->addr, &r->port);
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

/* "AREA LEVEL" is two words of the line, all else is as log_levels.h says. */
static void join_levels(const struct item *it, char *buf, size_t size)
{
	struct log_levels first;
	char why[TEXT_MAX];
	const char *between = ",";
	size_t used = 0;

	if (it->nwords == 3 && !strchr(it->words[1].text, ':') &&
	    !log_levels_parse(it->words[1].text, &first, why, sizeof(why)))
		between = ":";
	buf[0] = '\0';
	for (unsigned w = 1; w < it->nwords && used < size; w++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s", w > 1 ? between : "",
					 it->words[w].text);
}

/* Each line adds to those before it; a level without an area is of all that are not named. */
void special_log_level(struct parse *p, struct draft *d, const struct keyword *k,
		       const struct item *it)
{
	struct global_row *r = row_of(p, d, T_GLOBAL);
	struct log_levels all = {0}, more;
	bool was_set = r->log_level[0];
	char text[TEXT_MAX], why[TEXT_MAX];

	if (!parse_word(p, it, 1, "a level, or an area and a level"))
		return;
	join_levels(it, text, sizeof(text));
	if (!log_levels_parse(text, &more, why, sizeof(why))) {
		parse_report(p, FINDING_ERROR, it, 1, "log_level: %s; the line was ignored", why);
		return;
	}
	log_levels_parse(r->log_level, &all, why, sizeof(why));
	all.rest = more.rest ? more.rest : all.rest;
	more.rest = LOG_LV_NONE;
	all = log_levels_over(&all, &more);
	TEXT_COPY(r->log_level, log_levels_text(&all, text));
	if (!was_set)
		parse_mark(p, d, k, it);
}

bool print_log_level(const void *row, char *buf, size_t size)
{
	const struct global_row *r = row;

	text_copy(buf, size, r->log_level);
	return r->log_level[0] != '\0';
}

bool read_user(struct parse *p, const struct item *it, unsigned word, char user[NAME_USER],
	       char group[NAME_USER])
{
	char *const dst[] = {user, group};

	for (unsigned i = 0; i < 2; i++) {
		const char *text = word + i < it->nwords ? it->words[word + i].text : "";

		if (text_copy(dst[i], NAME_USER, text))
			continue;
		parse_report(p, FINDING_ERROR, it, word + i,
			     "%s: a user or group has at most %d characters", it->words[0].text,
			     NAME_USER - 1);
		return false;
	}
	parse_no_more(p, it, word + 2);
	return true;
}

/* Without a name it is ours. */
void special_nftables(struct parse *p, struct draft *d, const struct keyword *k,
		      const struct item *it)
{
	struct exec_row *r = row_of(p, d, T_EXEC);
	const char *name = it->nwords > 1 ? it->words[1].text : "";

	if (name[0] && !nftables_name_ok(name)) {
		parse_report(p, FINDING_WARNING, it, 1,
			     "nftables: \"%.64s\" is not a name of 1..31 letters, digits and _, of "
			     "which the first is no digit; it was left out",
			     name);
		return;
	}
	TEXT_COPY(r->nftables, name);
	parse_mark(p, d, k, it);
	parse_no_more(p, it, 2);
}

void special_script_user(struct parse *p, struct draft *d, const struct keyword *k,
			 const struct item *it)
{
	struct exec_row *r = row_of(p, d, T_EXEC);
	char user[NAME_USER], group[NAME_USER];

	if (!parse_word(p, it, 1, "the user") || !read_user(p, it, 1, user, group))
		return;
	if (!user[0]) {
		parse_report(p, FINDING_ERROR, it, 1, "script_user: the user is empty");
		return;
	}
	TEXT_COPY(r->script_user, user);
	TEXT_COPY(r->script_group, group);
	parse_mark(p, d, k, it);
}

bool print_owner(const char *user, const char *group, char *buf, size_t size)
{
	char first[2 * NAME_USER], second[2 * NAME_USER];

	keyword_quote(user, first, sizeof(first));
	keyword_quote(group, second, sizeof(second));
	snprintf(buf, size, "%s%s%s", first, group[0] ? " " : "", group[0] ? second : "");
	return user[0] != '\0';
}

bool print_script_user(const void *row, char *buf, size_t size)
{
	const struct exec_row *r = row;

	return print_owner(r->script_user, r->script_group, buf, size);
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

/* keepalived takes the bare keyword, and so any word behind it, for yes. */
void special_loose_flag(struct parse *p, struct draft *d, const struct keyword *k,
			const struct item *it)
{
	struct item bare = *it;
	bool on;

	if (it->nwords > 1 && !keyword_boolean(it->words[1].text, &on)) {
		parse_report(p, FINDING_WARNING, it, 1,
			     "%s: \"%.64s\" is not on, off, true, false, yes or no; taken as on",
			     it->words[0].text, it->words[1].text);
		bare.nwords = 1;
	}
	parse_value(p, d, k, &bare);
}

void special_cpus(struct parse *p, struct draft *d, const struct keyword *k, const struct item *it)
{
	char *field = (char *)row_of(p, d, T_GLOBAL) + k->offset;
	char text[CPUS_TEXT] = "";
	size_t used = 0;

	if (!parse_word(p, it, 1, "the number of a processor"))
		return;
	for (unsigned w = 1; w < it->nwords && used < sizeof(text); w++) {
		if (!cpus_valid(it->words[w].text) || !it->words[w].text[0]) {
			parse_report(p, FINDING_ERROR, it, w,
				     "%s: \"%.64s\" is not a number in 0..%d; the line was ignored",
				     k->name, it->words[w].text, CPUS_MAX - 1);
			return;
		}
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", w > 1 ? " " : "",
					 it->words[w].text);
	}
	if (used >= sizeof(text)) {
		parse_report(p, FINDING_ERROR, it, 1,
			     "%s: the numbers have more than %zu characters; the line was ignored",
			     k->name, sizeof(text) - 1);
		return;
	}
	text_copy(field, sizeof(text), text);
	parse_mark(p, d, k, it);
}

bool print_vrrp_cpus(const void *row, char *buf, size_t size)
{
	const struct global_row *r = row;

	text_copy(buf, size, r->vrrp_cpu_affinity);
	return r->vrrp_cpu_affinity[0] != '\0';
}

bool print_checker_cpus(const void *row, char *buf, size_t size)
{
	const struct global_row *r = row;

	text_copy(buf, size, r->checker_cpu_affinity);
	return r->checker_cpu_affinity[0] != '\0';
}

/* Without the word strict_mode has its own default. */
bool print_accept(const void *row, char *buf, size_t size)
{
	const struct vrrp_instance_row *r = row;

	text_copy(buf, size, "");
	return r->strict_mode && r->accept;
}

/* A bare word is the old way always. */
void special_old_checksum(struct parse *p, struct draft *d, const struct keyword *k,
			  const struct item *it)
{
	struct vrrp_instance_row *r = row_of(p, d, T_VRRP_INSTANCE);

	if (it->nwords > 1 && !text_eq(it->words[1].text, "never")) {
		parse_report(p, FINDING_ERROR, it, 1,
			     "old_unicast_checksum: \"%.64s\" is not \"never\"; it was ignored",
			     it->words[1].text);
		return;
	}
	r->old_unicast_checksum = it->nwords > 1 ? OLD_CHECKSUM_NEVER : OLD_CHECKSUM_ALWAYS;
	parse_mark(p, d, k, it);
	parse_no_more(p, it, 2);
}

void special_mcast_group(struct parse *p, struct draft *d, const struct keyword *k,
			 const struct item *it)
{
	struct network_row *r = row_of(p, d, T_NETWORK);
	bool six = k->offset == offsetof(struct network_row, vrrp_mcast_group6);
	struct addr *group = six ? &r->vrrp_mcast_group6 : &r->vrrp_mcast_group4, old = *group;
	const char *why;

	parse_value(p, d, k, it);
	if (!group->family || addr_equal(group, &old))
		return;
	why = validate_group_objection(group, six ? ADDR_IPV6 : ADDR_IPV4);
	if (!why)
		return;
	parse_report(p, FINDING_ERROR, it, 1, "%s: %s; it was ignored", k->name, why);
	*group = old;
}

bool print_interface(const void *row, char *buf, size_t size)
{
	const char *name = ((const struct vrrp_instance_row *)row)->interface;

	keyword_quote(name, buf, size);
	return name[0] != '\0';
}

bool print_old_checksum(const void *row, char *buf, size_t size)
{
	const struct vrrp_instance_row *r = row;

	text_copy(buf, size, r->old_unicast_checksum == OLD_CHECKSUM_NEVER ? "never" : "");
	return r->old_unicast_checksum != OLD_CHECKSUM_AUTO;
}

bool print_ip_family(const void *row, char *buf, size_t size)
{
	const struct virtual_server_row *r = row;

	text_copy(buf, size, r->family == FAMILY_IPV6 ? "inet6" : "inet");
	return r->fwmark || r->group[0];
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
	const struct virtual_server_row *r = row;

	text_copy(buf, size, "");
	return text_eq(r->scheduler, "sh");
}

bool print_never(const void *row, char *buf, size_t size)
{
	(void)row;
	text_copy(buf, size, "");
	return false;
}
