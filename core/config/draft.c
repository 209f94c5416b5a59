/*
 * draft: see draft.h. Settings are a list, newest first, because a keyword may stand twice and
 * the last one counts, as in keepalived; a block sets few fields, so the list stays short.
 */
#include "config/draft.h"

#include "base/log.h"

#include <string.h>

struct draft *draft_new(struct arena *a, const struct block *b, struct place at)
{
	struct draft *d = arena_alloc(a, sizeof(*d));

	d->block = b;
	d->at = at;
	return d;
}

void draft_add(struct draft *up, struct draft *d)
{
	d->up = up;
	if (up->last)
		up->last->next = d;
	else
		up->first = d;
	up->last = d;
}

void draft_mention(struct arena *a, struct draft *d, const char *keyword)
{
	struct mention *m = arena_alloc(a, sizeof(*m));

	m->keyword = keyword;
	m->next = d->mentions;
	d->mentions = m;
}

bool draft_mentions(const struct draft *d, const char *keyword)
{
	for (const struct mention *m = d->mentions; m; m = m->next)
		if (strcmp(m->keyword, keyword) == 0)
			return true;
	return false;
}

struct part *draft_part(struct arena *a, struct draft *d, enum table_id t)
{
	if (!d->parts[t]) {
		d->parts[t] = arena_alloc(a, sizeof(struct part));
		d->parts[t]->row = arena_alloc(a, schema_table(t)->row_size);
		row_init(t, d->parts[t]->row);
	}
	return d->parts[t];
}

void part_mark(struct arena *a, struct part *p, unsigned field, struct place at)
{
	struct setting *s = arena_alloc(a, sizeof(*s));

	*s = (struct setting){p->settings, field, at};
	p->settings = s;
	fieldset_add(&p->set, field);
}

bool part_has(const struct part *p, enum table_id t, size_t offset)
{
	return p && fieldset_has(&p->set, field_at(t, offset));
}

struct place part_place(const struct part *p, unsigned field, struct place otherwise)
{
	for (const struct setting *s = p ? p->settings : NULL; s; s = s->next)
		if (s->field == field)
			return s->at;
	return otherwise;
}

unsigned field_at(enum table_id t, size_t offset)
{
	const struct table *table = schema_table(t);

	for (unsigned i = 0; i < table->nfields; i++)
		if (table->fields[i].offset == offset)
			return i;
	fatalx("table %s has no field at offset %zu", table->name, offset);
}
