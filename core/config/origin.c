/* origin: where rows and their fields come from, see validate.h. */
#include "config/validate.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>

static size_t slot_of(const struct origins *o, const void *row, unsigned field)
{
	uint64_t h = ((uint64_t)(uintptr_t)row >> 4) * UINT64_C(0x9e3779b97f4a7c15) +
		     field * UINT64_C(0xc2b2ae3d27d4eb4f);
	size_t i = (size_t)(h >> 20) & (o->cap - 1);

	while (o->slots[i].row && (o->slots[i].row != row || o->slots[i].field != field))
		i = (i + 1) & (o->cap - 1);
	return i;
}

static void grow(struct origins *o)
{
	struct origins old = *o;

	o->cap = old.cap ? old.cap * 2 : 256;
	o->slots = xcalloc(o->cap, sizeof(*o->slots));
	for (size_t i = 0; i < old.cap; i++)
		if (old.slots[i].row)
			o->slots[slot_of(o, old.slots[i].row, old.slots[i].field)] = old.slots[i];
	free(old.slots);
}

void origins_add(struct origins *o, const void *row, unsigned field, struct place at)
{
	struct origin *slot;

	if (o->count * 2 >= o->cap)
		grow(o);
	slot = &o->slots[slot_of(o, row, field)];
	if (slot->row)
		return;
	*slot = (struct origin){row, (uint16_t)field, (unsigned)o->count, at};
	o->count++;
}

static const struct origin *exactly(const struct origins *o, const void *row, unsigned field)
{
	const struct origin *slot = &o->slots[slot_of(o, row, field)];

	return slot->row ? slot : NULL;
}

const struct origin *origins_find(const struct origins *o, const void *row, unsigned field)
{
	const struct origin *found = NULL;

	if (!o || !o->cap)
		return NULL;
	if (field != ORIGIN_ROW)
		found = exactly(o, row, field);
	return found ? found : exactly(o, row, ORIGIN_ROW);
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
	free(o->slots);
	*o = (struct origins){0};
}
