/* argv: see argv.h. */
#include "base/argv.h"

#include <ctype.h>
#include <string.h>

struct reader {
	struct argv *a;
	const char *p;
	size_t used; /* of a->text */
	bool full;
};

static void put(struct reader *r, char c)
{
	if (r->used + 1 < sizeof(r->a->text))
		r->a->text[r->used++] = c;
	else
		r->full = true;
}

static int digit(char c, int base)
{
	int v = c >= '0' && c <= '9'   ? c - '0'
		: c >= 'a' && c <= 'f' ? c - 'a' + 10
		: c >= 'A' && c <= 'F' ? c - 'A' + 10
				       : base;

	return v < base ? v : -1;
}

/* Up to `most` digits; without any, the letter itself. */
static char number(struct reader *r, int base, int most, char otherwise)
{
	int v = 0, n = 0;

	for (; n < most && digit(*r->p, base) >= 0; n++)
		v = v * base + digit(*r->p++, base);
	return n && v ? (char)v : otherwise;
}

/* What stands behind a backslash. */
static char escaped(struct reader *r)
{
	static const char letters[] = "abefnrtv", means[] = "\a\b\033\f\n\r\t\v";
	const char *known;

	if (!*r->p)
		return '\\';
	if (*r->p >= '0' && *r->p <= '7')
		return number(r, 8, 3, '0');
	if (*r->p == 'x') {
		r->p++;
		return number(r, 16, 2, 'x');
	}
	if (*r->p == 'c' && isalpha((unsigned char)r->p[1])) {
		r->p += 2;
		return (char)(r->p[-1] & 0x1f);
	}
	known = strchr(letters, *r->p);
	return known ? (r->p++, means[known - letters]) : *r->p++;
}

/* false: a quote does not end. */
static bool read_word(struct reader *r)
{
	char quote = '\0';

	for (; *r->p && (quote || !strchr(" \t", *r->p));) {
		char c = *r->p++;

		if (c == '\\')
			put(r, escaped(r));
		else if (quote ? c == quote : c == '"' || c == '\'')
			quote = quote ? '\0' : c;
		else
			put(r, c);
	}
	put(r, '\0');
	return !quote;
}

static const char *split(struct argv *a, const char *text)
{
	struct reader r = {.a = a, .p = text};

	a->count = 0;
	for (;;) {
		r.p += strspn(r.p, " \t");
		if (!*r.p)
			break;
		if (a->count == ARGV_WORDS_MAX)
			return "it has too many words";
		a->words[a->count++] = a->text + r.used;
		if (!read_word(&r))
			return "a quote in it does not end";
		if (r.full)
			return "it is too long";
	}
	a->words[a->count] = NULL;
	return a->count && a->words[0][0] ? NULL : "it names no program";
}

bool argv_split(struct argv *a, const char *text, const char **why)
{
	const char *wrong = split(a, text);

	if (wrong && why)
		*why = wrong;
	return !wrong;
}

bool argv_add(struct argv *a, const char *word)
{
	const char *last = a->count ? a->words[a->count - 1] : NULL;
	size_t used = last ? (size_t)(last - a->text) + strlen(last) + 1 : 0;
	size_t len = strlen(word) + 1;

	if (a->count == ARGV_WORDS_MAX || len > sizeof(a->text) - used)
		return false;
	a->words[a->count++] = memcpy(a->text + used, word, len);
	a->words[a->count] = NULL;
	return true;
}
