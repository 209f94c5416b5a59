/*
 * draft: see draft.h. Settings are a list, newest first, because a keyword may stand twice and
 * the last one counts, as in keepalived; a block sets few fields, so the list stays short.
 */
#include "config/draft.h"

#include "base/log.h"

#include <string.h>

#define IN_FILE (F_KEY | F_CONFIG)

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
	unsigned char row[MAX_ROW];
	size_t size = row_prefix(t, IN_FILE);

	if (!d->parts[t]) {
		row_init(t, row);
		d->parts[t] = arena_alloc(a, sizeof(struct part));
		d->parts[t]->row = memcpy(arena_alloc(a, size), row, size);
	}
	return d->parts[t];
}

void part_row(const struct part *p, enum table_id t, void *ret)
{
	row_init(t, ret);
	memcpy(ret, p->row, row_prefix(t, IN_FILE));
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
