/*
 * print: rows as a file that parses to the same rows.
 *
 * The same keyword table that reads a value writes it: a keyword is printed when its value
 * differs from what the block would have without it, or when the reader of a file expects to
 * see it always. What would be there without it is a row too (`without`), so that defaults
 * that depend on an outer block need no code per keyword. Inherited values were resolved when
 * the file was read, so nothing is printed in global_defs for the sake of instances.
 *
 * Rows come in the order of the store, not of the file. Secrets are printed in clear.
 */
#include "config/commands.h"
#include "config/keyword_rows.h"
#include "config/lines_route.h"
#include "config/special_group.h"
#include "config/special_lvs.h"
#include "config/special_checks.h"

#include "base/text.h"
#include "model/rules.h"

#include <stdio.h>
#include <string.h>

#define TEXT_SIZE 600 /* twice the longest string field, and quotes */

struct printer {
	FILE *to;
	const struct store *store;
	int depth;
	bool any; /* something was printed before */
};

/* ---- lines ----------------------------------------------------------- */

static void indent(struct printer *p)
{
	fprintf(p->to, "%*s", p->depth * 4, "");
}

static void open_block(struct printer *p, const char *name, const char *words)
{
	if (p->depth == 0 && p->any)
		fputc('\n', p->to);
	p->any = true;
	indent(p);
	fprintf(p->to, "%s%s%s {\n", name, words[0] ? " " : "", words);
	p->depth++;
}

static void close_block(struct printer *p)
{
	p->depth--;
	indent(p);
	fputs("}\n", p->to);
}

static bool same_value(const struct keyword *k, const void *row, const void *without)
{
	struct fieldset one = {0}, differs;

	fieldset_add(&one, field_at(k->table, k->offset));
	differs = row_diff(k->table, row, without, one);
	return fieldset_empty(&differs);
}

static void print_keyword(struct printer *p, const struct keyword *k, const void *row)
{
	char text[TEXT_SIZE];
	bool wanted =
	    k->print ? k->print(row, text, sizeof(text)) : keyword_text(k, row, text, sizeof(text));

	if (!wanted)
		return;
	indent(p);
	fprintf(p->to, "%s%s%s\n", k->name, text[0] ? " " : "", text);
}

/* The keywords of a block that fill fields of one table. */
static void print_keywords(struct printer *p, const struct block *b, enum table_id t,
			   const void *row, const void *without)
{
	for (const struct keyword *k = b->keywords; k->name; k++)
		if (keyword_has_field(k) && k->table == t &&
		    (k->always || !same_value(k, row, without)))
			print_keyword(p, k, row);
}

/* ---- global_defs ----------------------------------------------------- */

/* The keywords of a block that fill the only row of a table. */
static void print_single(struct printer *p, const struct block *b, enum table_id t)
{
	unsigned char without[MAX_ROW] __attribute__((aligned(16)));

	row_init(t, without);
	if (store_count(p->store, t))
		print_keywords(p, b, t, store_at(p->store, t, 0), without);
}

static void print_command(struct printer *p, const char *keyword, const char *command,
			  const char *user, const char *group)
{
	char text[3 * TEXT_SIZE];

	commands_text(command, user, group, text, sizeof(text));
	indent(p);
	fprintf(p->to, "%s%s%s\n", keyword, text[0] ? " " : "", text);
}

/* What is run for the object. */
static void print_commands(struct printer *p, enum notify_object object, const char *name)
{
	struct notify_row key = {.object = (uint8_t)object, .name = name};

	for (size_t i = store_lower_bound(p->store, T_NOTIFY, &key);
	     i < store_count(p->store, T_NOTIFY); i++) {
		const struct notify_row *r = store_at(p->store, T_NOTIFY, i);

		if (r->object != object || !text_eq(r->name, name))
			return;
		print_command(p, commands_keyword(r->event), r->command, r->user, r->group);
	}
}

static void print_fifos(struct printer *p)
{
	STORE_EACH(p->store, T_NOTIFY_FIFO, struct notify_fifo_row, r)
	{
		char script[64];

		snprintf(script, sizeof(script), "%s_script", commands_fifo_keyword(r->kind));
		print_command(p, commands_fifo_keyword(r->kind), r->path, r->user, r->group);
		if (r->script[0])
			print_command(p, script, r->script, r->script_user, r->script_group);
	}
}

static const struct mail_recipient_row *recipient(const struct printer *p, unsigned number)
{
	const struct mail_recipient_row *found = NULL;

	STORE_EACH(p->store, T_MAIL_RECIPIENT, struct mail_recipient_row, r)
	{
		if (r->number == number)
			found = r;
	}
	return found;
}

static void print_recipients(struct printer *p)
{
	char text[TEXT_SIZE];

	if (!store_count(p->store, T_MAIL_RECIPIENT))
		return;
	open_block(p, "notification_email", "");
	for (unsigned n = 1; recipient(p, n); n++) {
		keyword_quote(recipient(p, n)->address, text, sizeof(text));
		indent(p);
		fprintf(p->to, "%s\n", text);
	}
	close_block(p);
}

static void print_global(struct printer *p)
{
	print_single(p, &block_root, T_NETWORK);
	open_block(p, "global_defs", "");
	print_single(p, &block_global_defs, T_GLOBAL);
	print_single(p, &block_global_defs, T_EXEC);
	print_single(p, &block_global_defs, T_NETWORK);
	print_single(p, &block_global_defs, T_IPVS);
	print_single(p, &block_global_defs, T_MAIL);
	print_recipients(p);
	print_commands(p, NOTIFY_DIRECTOR, "");
	print_fifos(p);
	close_block(p);
}

/* ---- vrrp_instance --------------------------------------------------- */

static void print_option(struct printer *p, const char *name, const char *value)
{
	char text[TEXT_SIZE];

	if (!value[0])
		return;
	keyword_quote(value, text, sizeof(text));
	fprintf(p->to, " %s %s", name, text);
}

static void write_address(struct printer *p, const struct vrrp_address_row *a)
{
	const struct {
		bool set;
		const char *name;
	} flags[] = {
	    {a->home, "home"},
	    {a->detect_duplicates, "-nodad"},
	    {a->manage_temporary, "mngtmpaddr"},
	    {a->no_prefix_route, "noprefixroute"},
	    {a->join_group, "autojoin"},
	    {a->no_track, "no_track"},
	    {a->use_vmac, "use_vmac"},
	};
	char text[ADDR_TEXT_MAX];

	fprintf(p->to, "%s", a->address);
	if (!a->peer.family)
		fprintf(p->to, "/%u", a->prefix_len);
	print_option(p, "dev", a->dev);
	if (a->scope != SCOPE_GLOBAL)
		print_option(p, "scope", enum_name(addr_scope_names, a->scope));
	print_option(p, "label", a->label);
	if (a->broadcast_set)
		print_option(p, "brd", a->broadcast.family ? addr_text(&a->broadcast, text) : "+");
	if (a->peer.family)
		print_option(p, "peer", addr_text(&a->peer, text));
	for (unsigned k = 0; k < sizeof(flags) / sizeof(flags[0]); k++)
		if (flags[k].set)
			fprintf(p->to, " %s", flags[k].name);
	if (a->preferred_lft_s == LFT_FOREVER && preferred_by_default(a) != LFT_FOREVER)
		print_option(p, "preferred_lft", "forever");
	else if (a->preferred_lft_s != preferred_by_default(a))
		fprintf(p->to, " preferred_lft %u", a->preferred_lft_s);
}

static void print_address(struct printer *p, const struct vrrp_address_row *a)
{
	indent(p);
	write_address(p, a);
	fputc('\n', p->to);
}

static const struct vrrp_address_row *address_at(const struct printer *p, size_t i,
						 const char *instance)
{
	const struct vrrp_address_row *a = i < store_count(p->store, T_VRRP_ADDRESS)
					       ? store_at(p->store, T_VRRP_ADDRESS, i)
					       : NULL;

	return a && text_eq(a->instance, instance) ? a : NULL;
}

static void print_addresses(struct printer *p, const struct block *b, const char *instance,
			    bool excluded)
{
	const struct vrrp_address_row *a;
	struct vrrp_address_row key = {0};
	bool any = false;

	TEXT_COPY(key.instance, instance);
	for (size_t i = store_lower_bound(p->store, T_VRRP_ADDRESS, &key);
	     (a = address_at(p, i, instance)); i++) {
		if (a->excluded != excluded)
			continue;
		if (!any)
			open_block(p, b->name, "");
		any = true;
		print_address(p, a);
	}
	if (any)
		close_block(p);
}

/* ---- what is tracked --------------------------------------------------- */

/* What a line that says nothing would mean. */
static void own_weight(const struct store *s, const struct track_row *t, int32_t *weight,
		       bool *reverse)
{
	static const enum table_id tables[] = {[TRACK_SCRIPT] = T_VRRP_SCRIPT,
					       [TRACK_FILE] = T_TRACK_FILE,
					       [TRACK_PROCESS] = T_TRACK_PROCESS};
	const char *const key[] = {t->object};
	enum table_id table;
	const void *row;

	*weight = 0;
	*reverse = false;
	if (t->kind != TRACK_SCRIPT && t->kind != TRACK_FILE && t->kind != TRACK_PROCESS)
		return;
	table = tables[t->kind];
	row = store_find_text(s, table, key);
	if (!row)
		return;
	*weight = (int32_t)field_get(schema_field(table, "weight"), row);
	*reverse = field_get(schema_field(table, "reverse"), row);
}

static void print_tracked(struct printer *p, const struct track_row *t)
{
	char name[TEXT_SIZE];
	int32_t weight;
	bool reverse;

	own_weight(p->store, t, &weight, &reverse);
	keyword_quote(t->object, name, sizeof(name));
	indent(p);
	fputs(name, p->to);
	if (t->kind == TRACK_FILE || t->weight != weight || t->reverse != reverse)
		fprintf(p->to, " weight %d%s", t->weight,
			t->reverse ? " reverse"
			: reverse  ? " noreverse"
				   : "");
	fputc('\n', p->to);
}

/* Rows of one user stand together, those of one kind too. */
static void print_tracks(struct printer *p, enum track_user kind, const char *user)
{
	struct track_row key = {.user_kind = (uint8_t)kind};
	const struct track_row *t;
	int open = 0;

	TEXT_COPY(key.user, user);
	for (size_t i = store_lower_bound(p->store, T_TRACK, &key);
	     i < store_count(p->store, T_TRACK); i++) {
		t = store_at(p->store, T_TRACK, i);
		if (t->user_kind != key.user_kind || !text_eq(t->user, user))
			break;
		if (open && open != t->kind)
			close_block(p);
		if (open != t->kind)
			open_block(p, track_block(t->kind), "");
		open = t->kind;
		print_tracked(p, t);
	}
	if (open)
		close_block(p);
}

/* ---- vrrp_instance, continued ------------------------------------------ */

static void print_peers(struct printer *p, const char *instance)
{
	bool any = false;

	STORE_EACH(p->store, T_VRRP_PEER, struct vrrp_peer_row, r)
	{
		if (!text_eq(r->instance, instance))
			continue;
		if (!any)
			open_block(p, block_unicast_peer.name, "");
		any = true;
		indent(p);
		fputs(r->address, p->to);
		if (r->min_ttl)
			fprintf(p->to, " min_ttl %u", r->min_ttl);
		if (r->max_ttl != 255)
			fprintf(p->to, " max_ttl %u", r->max_ttl);
		fputc('\n', p->to);
	}
	if (any)
		close_block(p);
}

/* ---- routes and rules ------------------------------------------------ */

/* A line of an open block, which is opened when it is the first; NULL: there are no more. */
static void print_line(struct printer *p, const char *block, bool *any, const char *text,
		       const char *track_group)
{
	char group[TEXT_SIZE];

	if (!text) {
		if (*any)
			close_block(p);
		return;
	}
	if (!*any)
		open_block(p, block, "");
	*any = true;
	indent(p);
	fputs(text, p->to);
	if (track_group[0]) {
		keyword_quote(track_group, group, sizeof(group));
		fprintf(p->to, " track_group %s", group);
	}
	fputc('\n', p->to);
}

static void print_routes(struct printer *p, const char *instance)
{
	const char *block = instance[0] ? "virtual_routes" : "static_routes";
	bool any = false;

	STORE_EACH(p->store, T_VRRP_ROUTE, struct vrrp_route_row, r)
	{
		if (text_eq(r->instance, instance))
			print_line(p, block, &any, r->route, r->track_group);
	}
	print_line(p, block, &any, NULL, NULL);
	block = instance[0] ? "virtual_rules" : "static_rules";
	any = false;
	STORE_EACH(p->store, T_VRRP_RULE, struct vrrp_rule_row, r)
	{
		if (text_eq(r->instance, instance))
			print_line(p, block, &any, r->rule, r->track_group);
	}
	print_line(p, block, &any, NULL, NULL);
}

static void print_instance(struct printer *p, const struct vrrp_instance_row *v)
{
	struct vrrp_instance_row without;
	char name[TEXT_SIZE];

	row_init(T_VRRP_INSTANCE, &without);
	without.garp_lower_prio_repeat = v->garp_master_repeat;
	without.garp_lower_prio_delay_ms = v->garp_master_delay_ms;
	keyword_quote(v->name, name, sizeof(name));
	open_block(p, "vrrp_instance", name);
	print_keywords(p, &block_vrrp_instance, T_VRRP_INSTANCE, v, &without);
	if (v->auth_type != VRRP_AUTH_NONE) {
		open_block(p, "authentication", "");
		print_keywords(p, &block_authentication, T_VRRP_INSTANCE, v, &without);
		close_block(p);
	}
	print_peers(p, v->name);
	print_tracks(p, TRACK_BY_INSTANCE, v->name);
	print_addresses(p, &block_virtual_ipaddress, v->name, false);
	print_addresses(p, &block_virtual_ipaddress_excluded, v->name, true);
	print_commands(p, NOTIFY_INSTANCE, v->name);
	print_routes(p, v->name);
	close_block(p);
}

/* ---- virtual_server -------------------------------------------------- */

static void print_urls(struct printer *p, const struct checker_row *c)
{
	struct check_url_row key = {0}, without;
	const struct check_url_row *u;

	row_init(T_CHECK_URL, &without);
	key.vs = c->vs;
	key.rs = c->rs;
	key.number = c->number;
	for (size_t i = store_lower_bound(p->store, T_CHECK_URL, &key);
	     i < store_count(p->store, T_CHECK_URL); i++) {
		u = store_at(p->store, T_CHECK_URL, i);
		if (!text_eq(u->vs, c->vs) || !text_eq(u->rs, c->rs) || u->number != c->number)
			return;
		open_block(p, block_url.name, "");
		print_keywords(p, &block_url, T_CHECK_URL, u, &without);
		close_block(p);
	}
}

/* Of a MISC_CHECK. */
static void print_script_of(struct printer *p, const struct block *b, const struct checker_row *c)
{
	const char *const key[] = {c->object};
	const void *script = store_find_text(p->store, T_MISC_SCRIPT, key);
	struct misc_script_row without;

	row_init(T_MISC_SCRIPT, &without);
	without.timeout_ms = c->delay_loop_ms;
	if (script)
		print_keywords(p, b, T_MISC_SCRIPT, script, &without);
}

static void print_check(struct printer *p, const struct virtual_server_row *v,
			const struct real_server_row *r, const struct checker_row *c)
{
	const struct block *b = check_block(c->kind);
	struct checker_row without;

	row_init(T_CHECKER, &without);
	without.connect_addr = r->addr;
	without.connect_port = check_has_port(c->kind) ? r->port : 0;
	without.delay_loop_ms = v->delay_loop_ms;
	check_defaults(&without, c->kind, c->delay_loop_ms);
	open_block(p, b->name, "");
	if (c->kind == CHECK_MISC)
		print_script_of(p, b, c);
	print_keywords(p, b, T_CHECKER, c, &without);
	print_urls(p, c);
	close_block(p);
}

static void print_checks(struct printer *p, const struct virtual_server_row *v,
			 const struct real_server_row *r)
{
	struct checker_row key = {0};

	key.vs = r->vs;
	key.rs = r->name;
	for (size_t i = store_lower_bound(p->store, T_CHECKER, &key);
	     i < store_count(p->store, T_CHECKER); i++) {
		const struct checker_row *c = store_at(p->store, T_CHECKER, i);

		if (!text_eq(c->vs, r->vs) || !text_eq(c->rs, r->name))
			return;
		print_check(p, v, r, c);
	}
}

static void endpoint_words(char *buf, size_t size, const struct addr *a, uint16_t port)
{
	char text[ADDR_TEXT_MAX];

	snprintf(buf, size, "%s %u", addr_text(a, text), port);
}

/* Whether its line about forwarding says more than the virtual server's. */
static bool own_tunnel(const struct real_server_row *r, const struct real_server_row *usual)
{
	return r->tunnel_type != usual->tunnel_type ||
	       r->tunnel_checksum != usual->tunnel_checksum || r->tunnel_port != usual->tunnel_port;
}

static void print_server(struct printer *p, const struct virtual_server_row *v,
			 const struct real_server_row *r)
{
	struct real_server_row without;
	char words[TEXT_SIZE], pool[NAME_POOL];

	row_init(T_REAL_SERVER, &without);
	without.forwarding = own_tunnel(r, &without) ? 0 : v->forwarding;
	endpoint_words(words, sizeof(words), &r->addr, r->port);
	open_block(p, "real_server", words);
	print_keywords(p, &block_real_server, T_REAL_SERVER, r, &without);
	print_commands(p, NOTIFY_REAL_SERVER, notify_server_name(pool, r->vs, r->name));
	print_checks(p, v, r);
	close_block(p);
}

static bool has_checks(const struct printer *p, const struct real_server_row *r)
{
	struct checker_row key = {0};
	const struct checker_row *c;
	size_t i;

	key.vs = r->vs;
	key.rs = r->name;
	i = store_lower_bound(p->store, T_CHECKER, &key);
	c = i < store_count(p->store, T_CHECKER) ? store_at(p->store, T_CHECKER, i) : NULL;
	return c && text_eq(c->vs, r->vs) && text_eq(c->rs, r->name);
}

static void print_sorry(struct printer *p, const struct virtual_server_row *v,
			const struct real_server_row *r)
{
	char words[TEXT_SIZE];

	endpoint_words(words, sizeof(words), &r->addr, r->port);
	if (has_checks(p, r)) {
		open_block(p, "sorry_server", words);
		print_checks(p, v, r);
		close_block(p);
	} else {
		indent(p);
		fprintf(p->to, "sorry_server %s\n", words);
	}
	if (r->inhibit_on_failure) {
		indent(p);
		fputs("sorry_server_inhibit\n", p->to);
	}
	if (r->forwarding != v->forwarding || own_tunnel(r, row_defaults(T_REAL_SERVER))) {
		print_forwarding(r, words, sizeof(words));
		indent(p);
		fprintf(p->to, "sorry_server_lvs_method %s\n", words);
	}
}

static void print_servers(struct printer *p, const struct virtual_server_row *v)
{
	struct real_server_row key = {0};

	key.vs = v->name;
	for (size_t i = store_lower_bound(p->store, T_REAL_SERVER, &key);
	     i < store_count(p->store, T_REAL_SERVER); i++) {
		const struct real_server_row *r = store_at(p->store, T_REAL_SERVER, i);

		if (!text_eq(r->vs, v->name))
			return;
		if (r->kind == RS_SORRY)
			print_sorry(p, v, r);
		else
			print_server(p, v, r);
	}
}

/* Members of one group are neighbours. */
static void print_server_groups(struct printer *p)
{
	const char *open = NULL;
	char text[TEXT_SIZE];

	STORE_EACH(p->store, T_SERVER_GROUP_MEMBER, struct server_group_member_row, m)
	{
		if (!open || !text_eq(open, m->group)) {
			if (open)
				close_block(p);
			open = m->group;
			keyword_quote(m->group, text, sizeof(text));
			open_block(p, block_server_group.name, text);
		}
		indent(p);
		fprintf(p->to, "%s\n", print_group_member(m, text, sizeof(text)));
	}
	if (open)
		close_block(p);
}

static void print_service(struct printer *p, const struct virtual_server_row *v)
{
	struct virtual_server_row without;
	char words[TEXT_SIZE], name[2 * NAME_GROUP + 3];

	row_init(T_VIRTUAL_SERVER, &without);
	if (v->group[0]) {
		keyword_quote(v->group, name, sizeof(name));
		snprintf(words, sizeof(words), "group %s", name);
	} else if (v->fwmark)
		snprintf(words, sizeof(words), "fwmark %u", v->fwmark);
	else
		endpoint_words(words, sizeof(words), &v->addr, v->port);
	open_block(p, "virtual_server", words);
	print_keywords(p, &block_virtual_server, T_VIRTUAL_SERVER, v, &without);
	print_commands(p, NOTIFY_VIRTUAL_SERVER, v->name);
	print_servers(p, v);
	close_block(p);
}

/* ---- vrrp_sync_group -------------------------------------------------- */

/* Rows of one number are neighbours. */
static void print_garp_groups(struct printer *p)
{
	struct garp_group_row without;
	const struct garp_group_row *open = NULL;
	char text[TEXT_SIZE];

	row_init(T_GARP_GROUP, &without);
	STORE_EACH(p->store, T_GARP_GROUP, struct garp_group_row, g)
	{
		if (!open || open->number != g->number) {
			if (open) {
				close_block(p);
				close_block(p);
			}
			open_block(p, "garp_group", "");
			print_keywords(p, &block_garp_group, T_GARP_GROUP, g, &without);
			open_block(p, "interfaces", "");
			open = g;
		}
		keyword_quote(g->interface, text, sizeof(text));
		indent(p);
		fprintf(p->to, "%s\n", text);
	}
	if (open) {
		close_block(p);
		close_block(p);
	}
}

static void print_group(struct printer *p, const struct sync_group_row *g)
{
	struct sync_group_row without;
	char text[TEXT_SIZE];

	row_init(T_SYNC_GROUP, &without);
	keyword_quote(g->name, text, sizeof(text));
	open_block(p, "vrrp_sync_group", text);
	print_keywords(p, &block_sync_group, T_SYNC_GROUP, g, &without);
	print_tracks(p, TRACK_BY_GROUP, g->name);
	open_block(p, "group", "");
	STORE_EACH(p->store, T_SYNC_MEMBER, struct sync_member_row, m)
	{
		if (!text_eq(m->group, g->name))
			continue;
		keyword_quote(m->instance, text, sizeof(text));
		indent(p);
		fprintf(p->to, "%s\n", text);
	}
	close_block(p);
	print_commands(p, NOTIFY_GROUP, g->name);
	close_block(p);
}

static void print_definition(struct printer *p, const struct block *b, enum table_id t,
			     const void *row)
{
	_Alignas(16) unsigned char without[MAX_ROW];
	char name[TEXT_SIZE];

	row_init(t, without);
	keyword_quote(field_str(&schema_table(t)->fields[0], row), name, sizeof(name));
	open_block(p, b->name, name);
	print_keywords(p, b, t, row, without);
	close_block(p);
}

/* Milliseconds as seconds. */
static void print_seconds(struct printer *p, uint32_t ms)
{
	fprintf(p->to, ms % 1000 ? " %u.%03u" : " %u", ms / 1000, ms % 1000);
}

static void print_delays(struct printer *p)
{
	char name[TEXT_SIZE];

	if (!store_count(p->store, T_INTERFACE_DELAY))
		return;
	open_block(p, block_up_down_delays.name, "");
	STORE_EACH(p->store, T_INTERFACE_DELAY, struct interface_delay_row, r)
	{
		keyword_quote(r->interface, name, sizeof(name));
		indent(p);
		fputs(name, p->to);
		print_seconds(p, r->down_delay_ms);
		print_seconds(p, r->up_delay_ms);
		fputc('\n', p->to);
	}
	close_block(p);
}

static void print_linkbeats(struct printer *p)
{
	char name[TEXT_SIZE];

	if (!store_count(p->store, T_LINKBEAT_INTERFACE))
		return;
	open_block(p, block_linkbeat_interfaces.name, "");
	STORE_EACH(p->store, T_LINKBEAT_INTERFACE, struct linkbeat_interface_row, r)
	{
		keyword_quote(r->interface, name, sizeof(name));
		indent(p);
		fputs(name, p->to);
		if (r->method != LINKBEAT_ANY)
			fprintf(p->to, " %s", enum_name(linkbeat_method_names, r->method));
		fputc('\n', p->to);
	}
	close_block(p);
}

static void print_definitions(struct printer *p)
{
	STORE_EACH(p->store, T_VRRP_SCRIPT, struct vrrp_script_row, s)
	print_definition(p, &block_vrrp_script, T_VRRP_SCRIPT, s);
	STORE_EACH(p->store, T_TRACK_FILE, struct track_file_row, f)
	print_definition(p, &block_track_file, T_TRACK_FILE, f);
	STORE_EACH(p->store, T_TRACK_PROCESS, struct track_process_row, r)
	print_definition(p, &block_track_process, T_TRACK_PROCESS, r);
}

/* ---- what is static --------------------------------------------------- */

static void print_track_groups(struct printer *p)
{
	const char *open = NULL;
	char text[TEXT_SIZE];

	STORE_EACH(p->store, T_TRACK_GROUP_MEMBER, struct track_group_member_row, m)
	{
		if (!open || !text_eq(open, m->group)) {
			if (open) {
				close_block(p);
				close_block(p);
			}
			open = m->group;
			keyword_quote(m->group, text, sizeof(text));
			open_block(p, "track_group", text);
			open_block(p, "group", "");
		}
		keyword_quote(m->instance, text, sizeof(text));
		indent(p);
		fprintf(p->to, "%s\n", text);
	}
	if (open) {
		close_block(p);
		close_block(p);
	}
}

static void print_static_addresses(struct printer *p)
{
	bool any = false;
	char group[TEXT_SIZE];

	STORE_EACH(p->store, T_STATIC_ADDRESS, struct static_address_row, s)
	{
		struct vrrp_address_row a;

		row_init(T_VRRP_ADDRESS, &a);
		address_of_static(&a, s);
		if (!any)
			open_block(p, "static_ipaddress", "");
		any = true;
		indent(p);
		write_address(p, &a);
		if (s->track_group[0]) {
			keyword_quote(s->track_group, group, sizeof(group));
			fprintf(p->to, " track_group %s", group);
		}
		fputc('\n', p->to);
	}
	if (any)
		close_block(p);
}

void config_print(const struct store *s, FILE *to)
{
	struct printer p = {.to = to, .store = s};

	print_global(&p);
	print_linkbeats(&p);
	print_delays(&p);
	print_definitions(&p);
	print_track_groups(&p);
	print_static_addresses(&p);
	print_routes(&p, "");
	print_garp_groups(&p);
	STORE_EACH(s, T_VRRP_INSTANCE, struct vrrp_instance_row, v)
	print_instance(&p, v);
	STORE_EACH(s, T_SYNC_GROUP, struct sync_group_row, g)
	print_group(&p, g);
	print_server_groups(&p);
	STORE_EACH(s, T_VIRTUAL_SERVER, struct virtual_server_row, v)
	print_service(&p, v);
}
