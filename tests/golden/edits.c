/*
 * edits: the golden files with mistakes that people and editors make, thousands of them, from
 * seeds that are printed when one fails: lines lost, doubled, moved and cut, words swapped
 * between files, braces and quotes added and removed, single octets changed.
 *
 * Whatever comes of it: no crash, every finding has a place and a text, and what was understood
 * prints to a file that gives the same rows without an error.
 *
 * EDITS=N is how many (3000); EDITS_SEED=S runs only that one, and shows the file.
 */
#include "stores.h"

#include "config/config.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_CAP 65536

struct text {
	char data[TEXT_CAP];
	size_t len;
};

static uint64_t state;

static size_t draw(size_t below)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return below ? (size_t)(state >> 33) % below : 0;
}

static void load(struct text *t, const char *path)
{
	FILE *from = fopen(path, "r");

	t->len = from ? fread(t->data, 1, TEXT_CAP / 2, from) : 0;
	if (from)
		fclose(from);
}

static void replace(struct text *t, size_t at, size_t gone, const char *with, size_t len)
{
	if (t->len - gone + len >= TEXT_CAP)
		return;
	memmove(t->data + at + len, t->data + at + gone, t->len - at - gone);
	memcpy(t->data + at, with, len);
	t->len = t->len - gone + len;
}

/* A random line: its start, and its length with the newline. */
static size_t some_line(const struct text *t, size_t *len)
{
	size_t at = draw(t->len), end;

	while (at > 0 && t->data[at - 1] != '\n')
		at--;
	for (end = at; end < t->len && t->data[end] != '\n'; end++)
		;
	*len = end - at + (end < t->len);
	return at;
}

static size_t some_word(const struct text *t, size_t *len)
{
	size_t at = draw(t->len), end;

	while (at < t->len && strchr(" \t\n", t->data[at]))
		at++;
	while (at > 0 && !strchr(" \t\n", t->data[at - 1]))
		at--;
	for (end = at; end < t->len && !strchr(" \t\n", t->data[end]); end++)
		;
	*len = end - at;
	return at;
}

static void edit(struct text *t, const struct text *other)
{
	static const char *const odd[] = {
	    "{",   "}",     "\"",        "#",  "!",     "\\",    "${X}",
	    "@x ", "~SEQ(", "include x", "\r", "\n",    "0",     "99999999999999999999",
	    "-1",  "1.5",   "::",        "/",  "group", "fwmark"};
	char copy[4096];
	size_t len, more, at = some_line(t, &len), from;

	switch (draw(8)) {
	case 0: /* lose a line */
		replace(t, at, len, "", 0);
		return;
	case 1: /* a line of another file, or twice */
		from = some_line(other, &more);
		replace(t, at, 0, other->data + from, more);
		return;
	case 2: /* a word of another file */
		at = some_word(t, &len);
		from = some_word(other, &more);
		replace(t, at, len, other->data + from, more);
		return;
	case 3:
		from = draw(sizeof(odd) / sizeof(odd[0]));
		replace(t, draw(t->len + 1), 0, odd[from], strlen(odd[from]));
		return;
	case 4: /* the end of the file is lost */
		t->len = draw(10) ? t->len : draw(t->len + 1);
		return;
	case 5: /* one octet */
		if (t->len)
			t->data[draw(t->len)] = (char)draw(256);
		return;
	case 6: /* a line moves */
		if (len > sizeof(copy))
			return;
		memcpy(copy, t->data + at, len);
		replace(t, at, len, "", 0);
		at = some_line(t, &more);
		replace(t, at, 0, copy, len);
		return;
	default: /* a word is lost */
		at = some_word(t, &len);
		replace(t, at, len, "", 0);
	}
}

static char *print_store(const struct store *s, size_t *size)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, size);

	config_print(s, to);
	fclose(to);
	return text;
}

static bool placed(const struct findings *f, const char *level)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct finding *n = &f->items[i];

		if (n->file && n->line && n->column && n->text[0])
			continue;
		printf("# a %s without a place: %s\n", level, n->text);
		return false;
	}
	return true;
}

static bool check(const struct text *t)
{
	struct findings f = {0}, none = {0};
	struct store *s = config_parse("edited", t->data, t->len, &f), *again;
	char why[TEXT_MAX] = "", *text;
	size_t len;
	bool ok = placed(&f, "finding");

	text = print_store(s, &len);
	again = config_parse("printed", text, len, &none);
	if (!stores_same_config(s, again, why)) {
		printf("# printed and read again: %s\n", why);
		ok = false;
	}
	if (findings_worst(&none) > FINDING_WARNING) {
		printf("# the printed form has errors: %s\n", none.items[0].text);
		ok = false;
	}
	if (!config_acceptable(s, why)) {
		printf("# what was loaded is refused: %s\n", why);
		ok = false;
	}
	free(text);
	store_free(s);
	store_free(again);
	findings_free(&f);
	findings_free(&none);
	return ok;
}

static bool run(const glob_t *g, unsigned long seed, bool show)
{
	static struct text t, other;
	bool ok;

	state = seed * UINT64_C(2654435761) + 1;
	load(&t, g->gl_pathv[draw(g->gl_pathc)]);
	load(&other, g->gl_pathv[draw(g->gl_pathc)]);
	for (size_t i = 1 + draw(6); i > 0; i--)
		edit(&t, &other);
	ok = check(&t);
	if (!ok)
		printf("# EDITS_SEED=%lu shows it\n", seed);
	if (show)
		fwrite(t.data, 1, t.len, stdout);
	return ok;
}

int main(void)
{
	const char *srcdir = getenv("srcdir"), *n = getenv("EDITS"), *one = getenv("EDITS_SEED");
	unsigned long count = n ? strtoul(n, NULL, 10) : 3000, failed = 0;
	char pattern[512];
	glob_t g;

	snprintf(pattern, sizeof(pattern), "%s/tests/golden/*.conf", srcdir ? srcdir : ".");
	if (glob(pattern, 0, NULL, &g) != 0) {
		printf("Bail out! no files %s\n", pattern);
		return 1;
	}
	if (one)
		return !run(&g, strtoul(one, NULL, 10), true);
	printf("1..1\n");
	for (unsigned long seed = 1; seed <= count && failed < 5; seed++)
		failed += !run(&g, seed, false);
	printf("%sok 1 - %lu edited files\n", failed ? "not " : "", count);
	globfree(&g);
	return failed != 0;
}
