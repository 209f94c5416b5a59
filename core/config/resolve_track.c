/*
 * resolve_track: what instances and sync groups track, and the definitions of what is tracked:
 * drafts into rows. Last of all, because they name what the rest of the file has made.
 *
 * A weight that is not given is that of the definition. Weights count neither for an owner nor for
 * a member of a sync group without sync_group_tracking_weight (keepalived drops such lines): they
 * stay as they are written, have no effect, and validation says so.
 */
#include "config/parse.h"
#include "config/validate.h"

#include "base/text.h"
#include "model/rules.h"

#include <stdio.h>
#include <string.h>

#define IN_TRACK(member) T_TRACK, offsetof(struct track_row, member)

static void keep(struct parse *p, const struct draft *d, enum table_id t, const void *row)
{
	const struct part *part = d->parts[t];
	const void *kept = store_put(p->store, t, row, F_WANTED, NULL);

	origins_add(p->origins, kept, ORIGIN_ROW, d->at);
	for (const struct setting *s = part->settings; s; s = s->next)
		origins_add(p->origins, kept, s->field, s->at);
}

/* ", WHAT at FILE:LINE" of a row that is there already. */
static const char *first_place(const struct parse *p, const void *row, char *buf, size_t size)
{
	return origin_text(origins_find(p->origins, row, ORIGIN_ROW), "first", buf, size);
}

/* ---- trackers ---------------------------------------------------------- */

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
	const char *name = d->parts[table]->row;

	if (!store_find(p->store, table, name))
		return; /* it was left out */
	for (const struct draft *c = d->first; c; c = c->next)
		if (c->parts[T_TRACK])
			resolve_tracked(p, kind, name, c);
}

void resolve_tracks(struct parse *p)
{
	for (const struct draft *d = p->root->first; d; d = d->next)
		if (d->block == &block_vrrp_instance)
			resolve_user(p, TRACK_BY_INSTANCE, T_VRRP_INSTANCE, d);
		else if (d->block == &block_sync_group)
			resolve_user(p, TRACK_BY_GROUP, T_SYNC_GROUP, d);
}
