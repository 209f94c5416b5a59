/*
 * predefined: the variables that are there without a definition. A definition of the same name
 * takes their place.
 *
 *	_PWD             the folder of the file that is read, absolute
 *	_INSTANCE        the identity that lines beginning with @ID are compared with
 *	_RANDOM MIN MAX  a whole number; 0 and 32767 when they are not given
 *	_ENV NAME        a variable of the environment
 *	_HASH, _BANG     "#" and "!", which begin no comment here
 *
 * Random numbers are others in each reading, unless random_seed stands before their use.
 */
#include "config/expand.h"

#include "base/text.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RANDOM_MAX 32767

struct words {
	unsigned count;
	char word[2][256];
};

static bool split(const char *s, size_t len, struct words *w)
{
	const char *p = s, *end = s + len;

	w->count = 0;
	for (;;) {
		const char *from;

		while (p < end && (*p == ' ' || *p == '\t'))
			p++;
		if (p == end)
			return true;
		for (from = p; p < end && *p != ' ' && *p != '\t'; p++)
			;
		if (w->count == 2 || (size_t)(p - from) >= sizeof(w->word[0]))
			return false;
		memcpy(w->word[w->count], from, (size_t)(p - from));
		w->word[w->count++][p - from] = '\0';
	}
}

/* splitmix64 */
static uint64_t next_random(struct lexed *l)
{
	struct timespec now;
	uint64_t z;

	if (!l->seeded) {
		clock_gettime(CLOCK_REALTIME, &now);
		lex_seed(l, (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec);
	}
	z = l->random += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

void lex_seed(struct lexed *l, uint64_t seed)
{
	l->random = seed;
	l->seeded = true;
}

static bool random_number(struct lexed *l, const struct words *w, char *buf, size_t size)
{
	uint64_t min = 0, max = RANDOM_MAX;

	if (w->count > 0 && !text_u64(w->word[0], 0, UINT32_MAX, &min))
		return false;
	if (w->count > 1 && !text_u64(w->word[1], 0, UINT32_MAX, &max))
		return false;
	if (min > max)
		return false;
	snprintf(buf, size, "%llu", (unsigned long long)(min + next_random(l) % (max - min + 1)));
	return true;
}

/* A file from memory has no folder. */
static bool folder_of(struct lexed *l, const struct lex_open *file, char *buf, size_t size)
{
	const char *path = file->source->path, *slash = strrchr(path, '/');
	char folder[PATH_MAX], full[PATH_MAX];

	if (!file->may_include)
		return false;
	if (l->folder_of != file->source) {
		snprintf(folder, sizeof(folder), "%.*s/", slash ? (int)(slash - path) : 1,
			 slash ? path : ".");
		if (!realpath(folder, full))
			return false;
		l->folder = arena_text(&l->arena, full, strlen(full));
		l->folder_of = file->source;
	}
	return text_copy(buf, size, l->folder);
}

static bool of_environment(const struct words *w, char *buf, size_t size)
{
	const char *value = w->count == 1 ? getenv(w->word[0]) : NULL;

	return value && !strchr(value, '\n') && text_copy(buf, size, value);
}

bool predefined(struct lexed *l, const struct lex_open *file, const char *name, size_t len,
		const char *args, size_t args_len, char *buf, size_t size)
{
	struct words w;
	char key[16];

	if (len >= sizeof(key) || name[0] != '_' || !split(args, args_len, &w))
		return false;
	memcpy(key, name, len);
	key[len] = '\0';
	if (text_eq(key, "_RANDOM"))
		return random_number(l, &w, buf, size);
	if (text_eq(key, "_ENV"))
		return of_environment(&w, buf, size);
	if (w.count)
		return false;
	if (text_eq(key, "_PWD"))
		return folder_of(l, file, buf, size);
	if (text_eq(key, "_INSTANCE"))
		return text_copy(buf, size, l->id);
	if (text_eq(key, "_HASH"))
		return text_copy(buf, size, "#");
	return text_eq(key, "_BANG") && text_copy(buf, size, "!");
}
