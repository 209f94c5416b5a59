/*
 * arena: chunks of memory in a list; the newest one is filled from its start.
 *
 * A parsed configuration is many small things that all die together (words, items, drafts).
 * Freeing them one by one is where parsers leak, so they are never freed one by one. What is
 * larger than a chunk gets one of its own. A file has many blocks that do not need each other: an
 * arena that is reset between them touches no more memory than the largest of them needs.
 *
 * Used by config only, in the process that reads the file (main, or halvard -t).
 */
#include "config/arena.h"

#include "base/log.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE ((size_t)64 * 1024)

struct arena_chunk {
	struct arena_chunk *next;
	size_t used, cap;
	alignas(max_align_t) char data[];
};

static void push(struct arena_chunk **list, struct arena_chunk *c)
{
	c->next = *list;
	*list = c;
}

static struct arena_chunk *pop(struct arena_chunk **list)
{
	struct arena_chunk *c = *list;

	*list = c->next;
	return c;
}

static struct arena_chunk *chunk_new(struct arena *a, size_t least)
{
	size_t cap = least > CHUNK_SIZE ? least : CHUNK_SIZE;
	struct arena_chunk *c;

	if (a->spare && a->spare->cap >= least) {
		c = pop(&a->spare);
		memset(c->data, 0, c->used);
		c->used = 0;
	} else {
		c = xcalloc(1, sizeof(*c) + cap);
		c->cap = cap;
	}
	push(&a->chunks, c);
	return c;
}

void *arena_alloc(struct arena *a, size_t size)
{
	struct arena_chunk *c = a->chunks;
	void *p;

	size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (!c || c->cap - c->used < size)
		c = chunk_new(a, size);
	p = c->data + c->used;
	c->used += size;
	return p;
}

char *arena_text(struct arena *a, const char *s, size_t len)
{
	char *p = arena_alloc(a, len + 1);

	memcpy(p, s, len);
	return p;
}

void arena_reset(struct arena *a)
{
	while (a->chunks)
		push(&a->spare, pop(&a->chunks));
}

void arena_free(struct arena *a)
{
	arena_reset(a);
	while (a->spare)
		free(pop(&a->spare));
}
