/*
 * resolve: drafts into rows. Here, and only here, are the defaults that depend on something,
 * the inheritance (checker before real server before virtual server; instance before
 * global_defs) and what keepalived makes of combinations that cannot work: it bends some with
 * a message, and so do we, with a finding of our own at the place that caused it.
 *
 * The order of the file does not matter, except that of two blocks with the same name the
 * first stays. A block that cannot be used is left out with an error and the others remain.
 */
#include "config/resolve_int.h"

#include "config/commands.h"
#include "config/lines_route.h"
#include "config/special_group.h"
#include "config/special_vmac.h"
#include "config/validate.h"

#include "base/log.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- helpers --------------------------------------------------------- */

bool layers_have(const struct layers *l, enum table_id t, size_t offset)
{
	for (int i = 0; i < LAYERS_MAX; i++)
		if (part_has(l->parts[i], t, offset))
			return true;
	return false;
}

struct place layers_place(const struct layers *l, enum table_id t, size_t offset)
{
	unsigned field = field_at(t, offset);

	for (int i = 0; i < LAYERS_MAX; i++)
		if (l->parts[i] && fieldset_has(&l->parts[i]->set, field))
			return part_place(l->parts[i], field, l->at);
	return l->at;
}

void layers_pile(struct layers *l)
{
	part_row(l->parts[0], l->table, l->row);
	for (int i = LAYERS_MAX - 1; i >= 0; i--)
		if (l->parts[i])
			row_copy_fields(l->table, l->row, l->parts[i]->row, l->parts[i]->set);
}

void resolve_report(struct resolver *r, enum finding_level level, struct place at, const char *fmt,
		    ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	place_report(r->p->findings, level, &at, "%s", text);
}

const char *resolve_first_place(const struct resolver *r, const void *row, char *buf, size_t size)
{
	return origin_text(r->origins, row, ORIGIN_ROW, "first defined", buf, size);
}

const void *resolve_put(struct store *s, enum table_id t, const void *row)
{
	const struct field *f = schema_field(t, "snmp_index");
	const void *kept = store_put(s, t, row, F_WANTED, NULL);
	size_t first;

	if (f && !field_get(f, kept))
		store_put_number(s, t, kept, f, store_siblings(s, t, kept, &first));
	return kept;
}

const void *layers_keep(struct resolver *r, const struct layers *l)
{
	const void *row = resolve_put(r->store, l->table, l->row);

	origins_add(r->origins, row, l->at, l->parts, LAYERS_MAX);
	return row;
}

/* ---- global_defs ------------------------------------------------------- */

/* A table without keys, whose fields are set in global_defs. */
static void resolve_single(struct resolver *r, enum table_id t)
{
	unsigned char row[MAX_ROW] __attribute__((aligned(16)));
	struct layers l = {t, {draft_part(r->p->arena, r->p->root, t)}, {0}, row};

	part_row(l.parts[0], t, row);
	layers_keep(r, &l);
}

/* Who says no number takes that of the instance. */
static void resolve_ipvs(struct resolver *r)
{
	const struct part *part = draft_part(r->p->arena, r->p->root, T_IPVS);
	const struct vrrp_instance_row *v;
	struct ipvs_row *row = part->row;

	v = row->sync_instance[0] ? store_find_text(r->store, T_VRRP_INSTANCE,
						    (const char *const[]){row->sync_instance})
				  : NULL;
	if (v && !part_has(part, T_IPVS, offsetof(struct ipvs_row, sync_id)))
		row->sync_id = v->vrid;
	resolve_single(r, T_IPVS);
}

/* ---- garp_group --------------------------------------------------------- */

static const struct garp_group_row *garp_group_of(struct resolver *r, const char *interface)
{
	STORE_EACH(r->store, T_GARP_GROUP, struct garp_group_row, g)
	{
		if (text_eq(g->interface, interface))
			return g;
	}
	return NULL;
}

/* True when something has come of it. */
static bool resolve_garp_group(struct resolver *r, const struct draft *d, uint32_t number)
{
	bool any = false;

	if (!d->first)
		resolve_report(r, FINDING_WARNING, d->at,
			       "garp_group: it has no interface; the block was left out");
	for (struct draft *c = d->first; c; c = c->next) {
		struct garp_group_row g;
		struct layers l = {
		    T_GARP_GROUP, {c->parts[T_GARP_GROUP], d->parts[T_GARP_GROUP]}, c->at, &g};
		const struct garp_group_row *first;
		char place[TEXT_MAX];

		layers_pile(&l);
		g.number = number;
		first = garp_group_of(r, g.interface);
		if (first)
			resolve_report(
			    r, FINDING_ERROR, c->at,
			    "garp_group: interface %s is in one already%s; it was left out",
			    g.interface, resolve_first_place(r, first, place, sizeof(place)));
		else
			any = layers_keep(r, &l);
	}
	return any;
}

void resolve_drafts(struct parse *p)
{
	uint32_t groups = 0;
	struct resolver r = {p, p->store, p->origins};

	resolve_single(&r, T_GLOBAL);
	resolve_single(&r, T_EXEC);
	resolve_single(&r, T_NETWORK);
	resolve_single(&r, T_MAIL);
	commands_resolve(p, p->root, NOTIFY_DIRECTOR, "");
	commands_resolve_fifos(p, p->root);
	mails_resolve(p, p->root);
	for (struct draft *d = p->root->first; d; d = d->next)
		if (d->block == &block_vrrp_instance)
			resolve_instance(&r, d);
	resolve_ipvs(&r);
	resolve_vmacs(p);
	for (struct draft *d = p->root->first; d; d = d->next)
		if (d->block == &block_sync_group)
			resolve_group(&r, d);
	for (struct draft *d = p->root->first; d; d = d->next)
		if (d->block == &block_garp_group)
			groups += resolve_garp_group(&r, d, groups + 1);
	resolve_server_groups(p);
	resolve_tracks(p);
	resolve_routes(p);
}
