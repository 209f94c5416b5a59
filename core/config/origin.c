/*
 * origin: where rows and their fields come from, see validate.h.
 *
 * Findings are few and rows may be many: a place takes 16 octets here. Neighbours mostly have their
 * source and expansion in common.
 */
#include "config/validate.h"

#include "base/log.h"
#include "model/store.h"

#include <stdio.h>
#include <stdlib.h>

struct mark {
	uint32_t line_at, line;
	uint32_t context;
	uint16_t column; /* what is beyond counts as the last */
	uint16_t field;
};

struct record {
	uint32_t order, nmarks;
	struct mark marks[]; /* the row's own first */
};

static uint32_t context_of(struct origins *o, const struct place *at)
{
	struct origin_context *last = o->ncontexts ? &o->contexts[o->ncontexts - 1] : NULL;

	if (last && last->source == at->source && last->expansion == at->expansion)
		return (uint32_t)o->ncontexts - 1;
	if (o->ncontexts == o->cap) {
		o->cap = o->cap ? 2 * o->cap : 16;
		o->contexts = xrealloc(o->contexts, o->cap, sizeof(*o->contexts));
	}
	o->contexts[o->ncontexts] = (struct origin_context){at->source, at->expansion};
	return (uint32_t)o->ncontexts++;
}

static void put_mark(struct origins *o, struct record *r, unsigned field, const struct place *at)
{
	r->marks[r->nmarks++] = (struct mark){
	    .line_at = (uint32_t)at->line_at,
	    .line = at->line,
	    .context = context_of(o, at),
	    .column = at->column < UINT16_MAX ? (uint16_t)at->column : UINT16_MAX,
	    .field = (uint16_t)field,
	};
}

static size_t count_settings(const struct part *const *parts, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		for (const struct setting *s = parts[i] ? parts[i]->settings : NULL; s; s = s->next)
			count++;
	return count;
}

void origins_add(struct origins *o, const void *row, struct place at,
		 const struct part *const *parts, size_t nparts)
{
	size_t marks = 1 + count_settings(parts, nparts);
	struct record *r;

	if (*store_beside(row))
		return;
	r = arena_alloc(&o->arena, sizeof(*r) + marks * sizeof(struct mark));
	r->order = ++o->order;
	put_mark(o, r, ORIGIN_ROW, &at);
	for (size_t i = 0; i < nparts; i++)
		for (const struct setting *s = parts[i] ? parts[i]->settings : NULL; s; s = s->next)
			put_mark(o, r, s->field, &s->at);
	*store_beside(row) = r;
}

struct origin origins_find(const struct origins *o, const void *row, unsigned field)
{
	const struct record *r = o && row ? *store_beside(row) : NULL;
	const struct mark *m;
	uint32_t i = 0;

	if (!r)
		return (struct origin){0};
	while (i < r->nmarks && r->marks[i].field != field)
		i++;
	m = &r->marks[i < r->nmarks ? i : 0];
	return (struct origin){.order = r->order,
			       .at = {.source = o->contexts[m->context].source,
				      .line_at = m->line_at,
				      .line = m->line,
				      .column = m->column,
				      .expansion = o->contexts[m->context].expansion}};
}

bool origins_has(const struct origins *o, const void *row, enum table_id t, size_t offset)
{
	const struct record *r = o ? *store_beside(row) : NULL;
	unsigned field = field_at(t, offset);

	for (uint32_t i = 0; r && i < r->nmarks; i++)
		if (r->marks[i].field == field)
			return true;
	return false;
}

const char *origin_text(const struct origins *o, const void *row, unsigned field, const char *what,
			char *buf, size_t size)
{
	struct origin from = origins_find(o, row, field);

	buf[0] = '\0';
	if (from.at.source && from.at.line)
		snprintf(buf, size, ", %s at %.200s:%u", what, from.at.source->path, from.at.line);
	return buf;
}

void origins_free(struct origins *o)
{
	for (int t = 0; t < T_COUNT; t++)
		for (size_t i = 0; i < store_count(o->store, (enum table_id)t); i++)
			*store_beside(store_at(o->store, (enum table_id)t, i)) = NULL;
	arena_free(&o->arena);
	free(o->contexts);
}
