/* arena: memory of one parsed generation, given back in one call. Never fails. */
#ifndef CONFIG_ARENA_H
#define CONFIG_ARENA_H

#include <stddef.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks, *spare;
};

/* Zeroed memory, aligned for any object. */
void *arena_alloc(struct arena *a, size_t size);
/* Copy of len bytes with a NUL behind them. */
char *arena_text(struct arena *a, const char *s, size_t len);
/* All that was given out is void; the memory is kept and given out again. */
void arena_reset(struct arena *a);
void arena_free(struct arena *a);

#endif
