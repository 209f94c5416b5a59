/*
 * resolve_track: what instances and sync groups track, and the definitions of what is tracked:
 * drafts into rows. Last of all, because they name what the rest of the file has made.
 *
 * A weight that is not given is that of the definition. Weights count neither for an owner nor for
 * a member of a sync group without sync_group_tracking_weight (keepalived drops such lines): they
 * stay as they are written, have no effect, and validation says so.
 */
#include "config/keyword_rows.h"
#include "config/parse.h"
#include "config/resolve_check.h"
#include "config/validate.h"

#include "base/text.h"
#include "model/rules.h"

#include <stdio.h>
#include <string.h>

/* Its key. */
static const char *name_of(enum table_id t, const void *row)
{
	return field_str(&schema_table(t)->fields[0], row);
}

static void keep(struct parse *p, const struct draft *d, enum table_id t, const void *row)
{
	const struct part *part = d->parts[t];
	const void *kept = resolve_put(p->store, t, row);

	origins_add(p->origins, kept, d->at, &part, 1);
}

/* ", WHAT at FILE:LINE" of a row that is there already. */
static const char *first_place(const struct parse *p, const void *row, char *buf, size_t size)
{
	return origin_text(p->origins, row, ORIGIN_ROW, "first", buf, size);
}

/* ---- definitions ------------------------------------------------------- */

/* Of what is tracked under a name of its own: its table, its block, and the field without which it
 * is nothing. */
static const struct definition {
	enum track_kind kind;
	enum table_id table;
	const struct block *block;
	const char *field;
} definitions[] = {
    {TRACK_SCRIPT, T_VRRP_SCRIPT, &block_vrrp_script, "script"},
    {TRACK_FILE, T_TRACK_FILE, &block_track_file, "file"},
    {TRACK_PROCESS, T_TRACK_PROCESS, &block_track_process, "process"},
};
#define DEFINITIONS (sizeof(definitions) / sizeof(definitions[0]))

static const struct definition *definition_of(int kind)
{
	for (size_t i = 0; i < DEFINITIONS; i++)
		if ((int)definitions[i].kind == kind)
			return &definitions[i];
	return NULL;
}

static void define(struct parse *p, const struct definition *def, const struct draft *d)
{
	_Alignas(16) unsigned char row[MAX_ROW];
	const char *name, *why = NULL;
	char place[TEXT_MAX] = "", missing[64];
	const void *first;

	part_row(d->parts[def->table], def->table, row);
	name = name_of(def->table, row);
	first = store_find(p->store, def->table, row);
	if (!field_str(schema_field(def->table, def->field), row)[0]) {
		snprintf(missing, sizeof(missing), "it has no %s", def->field);
		why = missing;
	} else if (first) {
		why = "the name is taken";
		first_place(p, first, place, sizeof(place));
	}
	if (why)
		place_report(p->findings, FINDING_ERROR, &d->at,
			     "%s %s: %s%s; the block was left out", d->block->name, name, why,
			     place);
	else
		keep(p, d, def->table, row);
}

static bool is_tracked(const struct store *s, enum track_kind kind, const char *name)
{
	if (kind == TRACK_FILE && resolve_is_checked(s, name))
		return true;
	for (size_t i = 0; i < store_count(s, T_TRACK); i++) {
		const struct track_row *t = store_at(s, T_TRACK, i);

		if (t->kind == kind && text_eq(t->object, name))
			return true;
	}
	return false;
}

static void say_untracked(struct parse *p, const struct definition *def, const void *row)
{
	struct origin o = origins_find(p->origins, row, ORIGIN_ROW);
	const char *name = name_of(def->table, row);

	if (o.order && !is_tracked(p->store, def->kind, name))
		place_report(p->findings, FINDING_NOTICE, &o.at,
			     "%s %s: nobody tracks it; the block was left out", def->block->name,
			     name);
}

void resolve_drop_untracked(struct store *s)
{
	for (size_t k = 0; k < DEFINITIONS; k++) {
		const struct definition *def = &definitions[k];

		for (size_t i = store_count(s, def->table); i-- > 0;) {
			const void *row = store_at(s, def->table, i);

			if (!is_tracked(s, def->kind, name_of(def->table, row)))
				store_del(s, def->table, row);
		}
	}
}

/* ---- trackers ---------------------------------------------------------- */

static bool is_owner(const struct store *s, const char *instance)
{
	const char *const key[] = {instance};
	const struct vrrp_instance_row *v = store_find_text(s, T_VRRP_INSTANCE, key);

	return v && v->base_priority == 255;
}

/* Whether a weight would have an effect on who tracks. */
static bool weighs(const struct store *s, const struct track_row *t)
{
	const char *const key[] = {vrrp_sync_group_of(s, t->user)};
	const struct sync_group_row *g;
	bool ok = true;

	if (t->user_kind == TRACK_BY_INSTANCE) {
		g = key[0] ? store_find_text(s, T_SYNC_GROUP, key) : NULL;
		return !is_owner(s, t->user) && (!g || g->tracking_weight);
	}
	STORE_EACH(s, T_SYNC_MEMBER, struct sync_member_row, m)
	ok = ok && !(text_eq(m->group, t->user) && is_owner(s, m->instance));
	return ok;
}

/* A file's own may be greater; what it makes of any number is the same with this. */
static int32_t within(int64_t weight)
{
	return weight > TRACK_WEIGHT_MAX    ? TRACK_WEIGHT_MAX
	       : weight < -TRACK_WEIGHT_MAX ? -TRACK_WEIGHT_MAX
					    : (int32_t)weight;
}

/* Weight and direction that the line does not say are those of the definition. The weight that
 * files have when nobody says one is 0 where it would have no effect, as in keepalived. */
static void inherit(const struct parse *p, const struct draft *d, struct track_row *t)
{
	const struct definition *def = definition_of(t->kind);
	const struct part *part = d->parts[T_TRACK];
	const char *const key[] = {t->object};
	const void *row = def ? store_find_text(p->store, def->table, key) : NULL;
	const struct field *weight, *reverse;

	if (!row)
		return;
	weight = schema_field(def->table, "weight");
	reverse = schema_field(def->table, "reverse");
	if (!part_has(part, T_TRACK, offsetof(struct track_row, reverse)))
		t->reverse = field_get(reverse, row);
	if (part_has(part, T_TRACK, offsetof(struct track_row, weight)))
		return;
	t->weight = within((int64_t)field_get(weight, row));
	if (t->kind == TRACK_FILE && t->weight == 1 && !weighs(p->store, t))
		t->weight = 0;
}

static void resolve_tracked(struct parse *p, enum track_user kind, const char *user,
			    const struct draft *d)
{
	const char *block = d->block->name;
	char place[TEXT_MAX];
	struct track_row t;
	const void *first;

	part_row(d->parts[T_TRACK], T_TRACK, &t);
	t.user_kind = (uint8_t)kind;
	if (!TEXT_COPY(t.user, user)) {
		place_report(p->findings, FINDING_ERROR, &d->at,
			     "%s: who tracks has a name of at most %zu characters; the line was "
			     "left out",
			     block, sizeof(t.user) - 1);
		return;
	}
	inherit(p, d, &t);
	first = store_find(p->store, T_TRACK, &t);
	if (first)
		place_report(p->findings, FINDING_WARNING, &d->at,
			     "%s: %s is tracked already%s; the line was left out", block, t.object,
			     first_place(p, first, place, sizeof(place)));
	else
		keep(p, d, T_TRACK, &t);
}

static void resolve_user(struct parse *p, enum track_user kind, enum table_id table,
			 const struct draft *d)
{
	const char *name = name_of(table, d->parts[table]->row);

	if (!store_find(p->store, table, d->parts[table]->row))
		return; /* it was left out */
	for (const struct draft *c = d->first; c; c = c->next)
		if (c->parts[T_TRACK])
			resolve_tracked(p, kind, name, c);
}

/* Lines that begin with an interface, which is the key of their rows. */
static void resolve_interfaces(struct parse *p, const struct draft *d, enum table_id t,
			       const char *what)
{
	for (const struct draft *c = d->first; c; c = c->next) {
		const void *r = c->parts[t]->row, *first = store_find(p->store, t, r);
		char place[TEXT_MAX];

		if (first)
			place_report(p->findings, FINDING_WARNING, &c->at,
				     "%s: %s has its %s already%s; the line was left out",
				     d->block->name, name_of(t, r), what,
				     first_place(p, first, place, sizeof(place)));
		else
			keep(p, c, t, r);
	}
}

void resolve_tracks(struct parse *p)
{
	for (const struct draft *d = p->root->first; d; d = d->next)
		if (d->block == &block_up_down_delays)
			resolve_interfaces(p, d, T_INTERFACE_DELAY, "delays");
		else if (d->block == &block_linkbeat_interfaces)
			resolve_interfaces(p, d, T_LINKBEAT_INTERFACE, "line");
	for (size_t i = 0; i < DEFINITIONS; i++)
		for (const struct draft *d = p->root->first; d; d = d->next)
			if (d->block == definitions[i].block)
				define(p, &definitions[i], d);
	for (const struct draft *d = p->root->first; d; d = d->next)
		if (d->block == &block_vrrp_instance)
			resolve_user(p, TRACK_BY_INSTANCE, T_VRRP_INSTANCE, d);
		else if (d->block == &block_sync_group)
			resolve_user(p, TRACK_BY_GROUP, T_SYNC_GROUP, d);
	resolve_file_checks(p);
	resolve_sources(p->store);
	for (size_t k = 0; k < DEFINITIONS; k++)
		for (size_t i = 0; i < store_count(p->store, definitions[k].table); i++)
			say_untracked(p, &definitions[k],
				      store_at(p->store, definitions[k].table, i));
}
