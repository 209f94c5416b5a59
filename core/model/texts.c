/* texts: see texts.h. A hash table with chains; "" is not in it. */
#include "model/texts.h"

#include "base/log.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct text {
	struct text *next;
	uint32_t hash;
	uint32_t holders;
	char s[];
};

static struct text **slots;
static size_t nslots, count;
static const char none[] = "";

static uint32_t hash_of(const char *s, size_t *len)
{
	const char *p = s;
	uint32_t h = UINT32_C(2166136261);

	for (; *p; p++)
		h = (h ^ (unsigned char)*p) * UINT32_C(16777619); /* FNV-1a */
	*len = (size_t)(p - s);
	return h;
}

/* Where a text with this hash is linked, or would be. */
static struct text **place(uint32_t hash, const char *s)
{
	struct text **at = &slots[hash & (nslots - 1)];

	while (*at && ((*at)->hash != hash || strcmp((*at)->s, s) != 0))
		at = &(*at)->next;
	return at;
}

static void grow(void)
{
	struct text **old = slots;
	size_t n = nslots;

	nslots = n ? 2 * n : 64;
	slots = xcalloc(nslots, sizeof(struct text *));
	for (size_t i = 0; i < n; i++)
		for (struct text *t = old[i], *next; t; t = next) {
			struct text **at = &slots[t->hash & (nslots - 1)];

			next = t->next;
			t->next = *at;
			*at = t;
		}
	free(old);
}

const char *texts_hold(const char *s)
{
	struct text **at, *t;
	uint32_t hash;
	size_t len;

	if (!s || !*s)
		return none;
	if (count >= 2 * nslots)
		grow();
	hash = hash_of(s, &len);
	at = place(hash, s);
	if (*at) {
		(*at)->holders++;
		return (*at)->s;
	}
	t = xcalloc(1, sizeof(*t) + len + 1);
	t->hash = hash;
	t->holders = 1;
	memcpy(t->s, s, len);
	*at = t;
	count++;
	return t->s;
}

void texts_drop(const char *copy)
{
	struct text *t, **at;

	if (!*copy)
		return;
	t = (struct text *)((char *)(uintptr_t)copy - offsetof(struct text, s));
	if (--t->holders)
		return;
	at = place(t->hash, t->s);
	*at = t->next;
	free(t);
	if (--count)
		return;
	free(slots);
	slots = NULL;
	nslots = 0;
}

size_t texts_count(void)
{
	return count;
}
