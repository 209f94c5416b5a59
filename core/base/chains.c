/* chains: see chains.h. Pure. Chains of positions, since entries of the arrays move. */
#include "base/chains.h"

#include "base/log.h"

#include <stdlib.h>

#define ROOM_MIN 64u

void chains_begin(struct chains *x, uint32_t n)
{
	uint32_t room = x->room ? x->room : ROOM_MIN;

	while (room < n)
		room *= 2;
	if (room != x->room) {
		x->first = xrealloc(x->first, room, sizeof(*x->first));
		x->next = xrealloc(x->next, room, sizeof(*x->next));
		x->room = room;
	}
	for (uint32_t b = 0; b < room; b++)
		x->first[b] = CHAINS_END;
}

bool chains_has_room(struct chains *x, uint32_t n)
{
	x->fresh = x->fresh && n <= x->room;
	return x->fresh;
}

void chains_add(struct chains *x, uint32_t i, uint32_t hash)
{
	uint32_t *bucket = &x->first[hash & (x->room - 1)];

	x->next[i] = *bucket;
	*bucket = i;
}

uint32_t chains_first(const struct chains *x, uint32_t hash)
{
	return x->room ? x->first[hash & (x->room - 1)] : CHAINS_END;
}

uint32_t chains_next(const struct chains *x, uint32_t i)
{
	return x->next[i];
}

void chains_free(struct chains *x)
{
	free(x->first);
	free(x->next);
	*x = (struct chains){0};
}

/* FNV-1a, with the upper bits brought down, where the buckets are. */
uint32_t chains_hash(uint32_t hash, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	hash ^= 2166136261u;
	while (len--)
		hash = (hash ^ *p++) * 16777619u;
	return hash ^ hash >> 16;
}
