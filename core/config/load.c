/*
 * load: the way from a file to a store: lex, parse, resolve, validate; what validation
 * objects to is taken out again, so that the store is always one that may run.
 */
#include "config/parse.h"
#include "config/special_vmac.h"
#include "config/resolve_check.h"
#include "config/validate.h"

#include "base/text.h"
#include "model/rules.h"

#include <stdlib.h>
#include <string.h>

static void drop_addresses(struct store *s, const struct vrrp_instance_row *v)
{
	struct vrrp_address_row key = {0};
	const struct vrrp_address_row *a;
	size_t i = 0;

	TEXT_COPY(key.instance, v->name);
	i = store_lower_bound(s, T_VRRP_ADDRESS, &key);
	while ((a = i < store_count(s, T_VRRP_ADDRESS) ? store_at(s, T_VRRP_ADDRESS, i) : NULL) &&
	       text_eq(a->instance, v->name))
		store_del(s, T_VRRP_ADDRESS, a);
}

static void drop_peers(struct store *s, const struct vrrp_instance_row *v)
{
	for (size_t i = store_count(s, T_VRRP_PEER); i-- > 0;) {
		const struct vrrp_peer_row *p = store_at(s, T_VRRP_PEER, i);

		if (text_eq(p->instance, v->name))
			store_del(s, T_VRRP_PEER, p);
	}
}

/* Trackers of one user, or of one object. */
static bool goes(const struct track_row *t, int user_kind, int kind, const char *name)
{
	if (user_kind)
		return t->user_kind == user_kind && text_eq(t->user, name);
	return t->kind == kind && text_eq(t->object, name);
}

static void drop_tracks(struct store *s, int user_kind, int kind, const char *name)
{
	for (size_t i = store_count(s, T_TRACK); i-- > 0;) {
		const struct track_row *t = store_at(s, T_TRACK, i);

		if (goes(t, user_kind, kind, name))
			store_del(s, T_TRACK, t);
	}
}

static size_t count_members(const struct store *s, const char *group)
{
	size_t n = 0;

	STORE_EACH(s, T_SYNC_MEMBER, struct sync_member_row, m)
	n += text_eq(m->group, group);
	return n;
}

static void drop_commands(struct store *s, enum notify_object object, const char *name)
{
	struct notify_row key = {.object = (uint8_t)object, .name = name};
	const struct notify_row *r;
	size_t i;

	i = store_lower_bound(s, T_NOTIFY, &key);
	while ((r = i < store_count(s, T_NOTIFY) ? store_at(s, T_NOTIFY, i) : NULL) &&
	       r->object == object && text_eq(r->name, name))
		store_del(s, T_NOTIFY, r);
}

/* A group whose last member goes has no meaning. */
static void drop_member(struct store *s, const struct vrrp_instance_row *v)
{
	const char *group = vrrp_sync_group_of(s, v->name);
	struct sync_member_row member = {0};
	struct sync_group_row key = {0};

	if (!group)
		return;
	TEXT_COPY(key.name, group);
	TEXT_COPY(member.group, group);
	TEXT_COPY(member.instance, v->name);
	store_del(s, T_SYNC_MEMBER, &member);
	if (count_members(s, key.name))
		return;
	drop_tracks(s, TRACK_BY_GROUP, 0, key.name);
	drop_commands(s, NOTIFY_GROUP, key.name);
	store_del(s, T_SYNC_GROUP, &key);
}

static void drop_routes(struct store *s, const struct vrrp_instance_row *v)
{
	for (size_t i = store_count(s, T_VRRP_ROUTE); i-- > 0;) {
		const struct vrrp_route_row *r = store_at(s, T_VRRP_ROUTE, i);

		if (text_eq(r->instance, v->name))
			store_del(s, T_VRRP_ROUTE, r);
	}
	for (size_t i = store_count(s, T_VRRP_RULE); i-- > 0;) {
		const struct vrrp_rule_row *r = store_at(s, T_VRRP_RULE, i);

		if (text_eq(r->instance, v->name))
			store_del(s, T_VRRP_RULE, r);
	}
	for (size_t i = store_count(s, T_TRACK_GROUP_MEMBER); i-- > 0;) {
		const struct track_group_member_row *m = store_at(s, T_TRACK_GROUP_MEMBER, i);

		if (text_eq(m->instance, v->name))
			store_del(s, T_TRACK_GROUP_MEMBER, m);
	}
}

static void drop_of_instance(struct store *s, const struct vrrp_instance_row *v)
{
	drop_addresses(s, v);
	drop_peers(s, v);
	drop_routes(s, v);
	drop_member(s, v);
	drop_tracks(s, TRACK_BY_INSTANCE, 0, v->name);
	drop_commands(s, NOTIFY_INSTANCE, v->name);
}

static void drop_urls(struct store *s, const struct real_server_row *r)
{
	struct check_url_row key = {0};
	const struct check_url_row *u;
	size_t i;

	key.vs = r->vs;
	key.rs = r->name;
	i = store_lower_bound(s, T_CHECK_URL, &key);
	while ((u = i < store_count(s, T_CHECK_URL) ? store_at(s, T_CHECK_URL, i) : NULL) &&
	       text_eq(u->vs, r->vs) && text_eq(u->rs, r->name))
		store_del(s, T_CHECK_URL, u);
}

static void drop_server_commands(struct store *s, const struct real_server_row *r)
{
	char name[NAME_POOL];

	drop_commands(s, NOTIFY_REAL_SERVER, notify_server_name(name, r->vs, r->name));
}

static void drop_checks(struct store *s, const struct real_server_row *r)
{
	struct checker_row key = {0};
	const struct checker_row *c;
	size_t i;

	drop_urls(s, r);
	key.vs = r->vs;
	key.rs = r->name;
	i = store_lower_bound(s, T_CHECKER, &key);
	while ((c = i < store_count(s, T_CHECKER) ? store_at(s, T_CHECKER, i) : NULL) &&
	       text_eq(c->vs, r->vs) && text_eq(c->rs, r->name))
		store_del(s, T_CHECKER, c);
}

static void drop_servers(struct store *s, const struct virtual_server_row *v)
{
	struct real_server_row key = {0};
	const struct real_server_row *r;
	size_t i;

	key.vs = v->name;
	drop_tracks(s, 0, TRACK_VIRTUAL_SERVER, v->name);
	drop_commands(s, NOTIFY_VIRTUAL_SERVER, v->name);
	i = store_lower_bound(s, T_REAL_SERVER, &key);
	while ((r = i < store_count(s, T_REAL_SERVER) ? store_at(s, T_REAL_SERVER, i) : NULL) &&
	       text_eq(r->vs, v->name)) {
		drop_checks(s, r);
		drop_server_commands(s, r);
		store_del(s, T_REAL_SERVER, r);
	}
}

static bool still_there(const struct store *s, const struct objection *o)
{
	for (size_t i = 0; i < store_count(s, o->table); i++)
		if (store_at(s, o->table, i) == o->row)
			return true;
	return false;
}

static void drop_objections(struct store *s, const struct validation *v)
{
	for (size_t i = 0; i < v->count; i++) {
		const struct objection *o = &v->objections[i];

		if (!still_there(s, o) || !schema_table(o->table)->nkeys)
			continue;
		if (o->table == T_VRRP_INSTANCE)
			drop_of_instance(s, o->row);
		else if (o->table == T_VIRTUAL_SERVER)
			drop_servers(s, o->row);
		else if (o->table == T_REAL_SERVER) {
			drop_checks(s, o->row);
			drop_server_commands(s, o->row);
		}
		store_del(s, o->table, o->row);
	}
}

static struct store *load(struct lexed *l, const struct config_options *options, struct findings *f,
			  size_t from, config_places_fn places, void *arg)
{
	struct store *s = store_new();
	struct origins o = {.store = s};
	struct parse p = {.lexed = l, .findings = f, .store = s, .origins = &o};
	struct validation v = {
	    .store = s, .findings = f, .origins = &o, .machine = options ? options->machine : NULL};

	if (v.machine)
		lex_all(l); /* scripts_check() looks at all of it */
	parse_items(&p);
	resolve_drafts(&p);
	validate_store(&v);
	drop_objections(s, &v);
	resolve_sources(s);
	resolve_drop_untracked(s);
	resolve_vmac_addresses(s);
	config_nodes(s);
	if (v.machine)
		scripts_check(l, v.machine, f);
	findings_sort(f, from);
	findings_fold(f, from);
	free(v.objections);
	if (places)
		places(arg, s, &o);
	origins_free(&o);
	arena_free(&p.service_arena);
	lex_free(l);
	return s;
}

struct store *config_parse(const char *name, const char *text, size_t len,
			   const struct config_options *o, struct findings *f)
{
	size_t from = f->count;

	return load(lex_text(name, text, len, o, f), o, f, from, NULL, NULL);
}

struct store *config_load(const char *path, const struct config_options *o, struct findings *f)
{
	size_t from = f->count;

	return load(lex_file(path, o, f), o, f, from, NULL, NULL);
}

void config_places(const char *path, const struct config_options *o, config_places_fn places,
		   void *arg)
{
	struct findings f = {0};

	store_free(load(lex_file(path, o, &f), o, &f, 0, places, arg));
	findings_free(&f);
}

bool config_validate(const struct store *s, struct findings *f)
{
	struct validation v = {.store = s, .findings = f};
	bool ok;

	validate_store(&v);
	ok = !v.count;
	free(v.objections);
	return ok;
}

bool config_objection(const struct store *s, char *why, struct objection *ret)
{
	struct validation v = {.store = s, .why = why};

	validate_store(&v);
	if (v.count)
		*ret = v.objections[0];
	free(v.objections);
	return v.count;
}

bool config_acceptable(const struct store *s, char *why)
{
	struct objection any;

	return !config_objection(s, why, &any);
}
