/* origin: where rows and their fields come from, see validate.h. */
#include "config/validate.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>

/* Where the row has its place among the slots, or would have it. */
static size_t slot_of(const struct origins *o, const void *row)
{
	uint64_t h = ((uint64_t)(uintptr_t)row >> 4) * UINT64_C(0x9e3779b97f4a7c15);
	size_t i = (size_t)(h >> 20) & (o->nslots - 1);

	while (o->slots[i] && o->items[o->slots[i] - 1].row != row)
		i = (i + 1) & (o->nslots - 1);
	return i;
}

static void put_slot(struct origins *o, size_t item)
{
	size_t slot = slot_of(o, o->items[item].row);

	if (!o->slots[slot])
		o->slots[slot] = (uint32_t)item + 1;
}

static void grow_slots(struct origins *o)
{
	free(o->slots);
	o->nslots = o->nslots ? o->nslots * 2 : 256;
	o->slots = xcalloc(o->nslots, sizeof(*o->slots));
	for (size_t i = 0; i < o->count; i++)
		if (o->items[i].field == ORIGIN_ROW)
			put_slot(o, i);
}

void origins_add(struct origins *o, const void *row, unsigned field, struct place at)
{
	unsigned order = (unsigned)o->count;

	if (o->count == o->cap) {
		o->cap = o->cap ? o->cap * 2 : 256;
		o->items = xrealloc(o->items, o->cap, sizeof(*o->items));
	}
	o->items[o->count++] = (struct origin){row, (uint16_t)field, order, at};
	if (field != ORIGIN_ROW)
		return;
	if (++o->rows * 2 > o->nslots)
		grow_slots(o);
	else
		put_slot(o, o->count - 1);
}

const struct origin *origins_find(const struct origins *o, const void *row, unsigned field)
{
	size_t first = o && o->nslots ? o->slots[slot_of(o, row)] : 0;

	if (!first)
		return NULL;
	for (size_t i = first; i < o->count && o->items[i].row == row; i++)
		if (o->items[i].field == field)
			return &o->items[i];
	return &o->items[first - 1];
}

const char *origin_text(const struct origin *o, const char *what, char *buf, size_t size)
{
	buf[0] = '\0';
	if (o && o->at.source && o->at.line)
		snprintf(buf, size, ", %s at %.200s:%u", what, o->at.source->path, o->at.line);
	return buf;
}

void origins_free(struct origins *o)
{
	free(o->items);
	free(o->slots);
	*o = (struct origins){0};
}
