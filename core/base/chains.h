/* chains: finds entries of an array by a hash of what they are called. */
#ifndef BASE_CHAINS_H
#define BASE_CHAINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHAINS_END UINT32_MAX

/* All 0 is an empty one. */
struct chains {
	uint32_t *first; /* of each bucket */
	uint32_t *next;  /* of each entry */
	uint32_t room;   /* entries and buckets; a power of two */
	bool fresh;      /* it says what the array does */
};

/* Empty, for an array of n entries. */
void chains_begin(struct chains *x, uint32_t n);
/* Whether one more can be added, to an array of n with it; else it is not fresh any more. */
bool chains_has_room(struct chains *x, uint32_t n);
/* Entry i; the last one added is the first one found. */
void chains_add(struct chains *x, uint32_t i, uint32_t hash);
/* Entries of the same bucket: perhaps others, too. CHAINS_END: no more. */
uint32_t chains_first(const struct chains *x, uint32_t hash);
uint32_t chains_next(const struct chains *x, uint32_t i);
void chains_free(struct chains *x);

/* Of some bytes, going on from a hash; 0 to begin with. */
uint32_t chains_hash(uint32_t hash, const void *bytes, size_t len);

#endif
