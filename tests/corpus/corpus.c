/*
 * corpus: every file of this folder and every sample of Debian's keepalived package is read
 * without an error that keepalived would not have, what is printed of it parses to the same rows
 * and prints to the same text; and together the files of this folder use every row of the keyword
 * tables.
 */
#include "../golden/stores.h"

#include "config/config.h"
#include "config/parse.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES "/usr/share/doc/keepalived/samples/keepalived.conf.*"

static unsigned tests, failed;

static void point(bool ok, const char *what)
{
	printf("%sok %u - %s\n", ok ? "" : "not ", ++tests, what);
	failed += !ok;
}

/* ---- there and back -------------------------------------------------- */

static void complain(const struct findings *f, enum finding_level from)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->items[i].level >= from)
			printf("# %s:%u: %s\n", f->items[i].file ? f->items[i].file : "",
			       f->items[i].line, f->items[i].text);
}

static bool same_again(const struct store *s)
{
	struct findings f = {0};
	char why[TEXT_MAX] = "", *text = stores_print(s, NULL), *text2;
	struct store *again = config_parse("printed", text, strlen(text), NULL, &f);
	bool same = stores_same_config(s, again, why);

	text2 = stores_print(again, NULL);
	if (!same)
		printf("# other rows: %s\n", why);
	if (strcmp(text, text2) != 0) {
		printf("# printed twice, the text differs\n");
		same = false;
	}
	complain(&f, FINDING_ERROR);
	same = same && findings_worst(&f) < FINDING_ERROR;
	store_free(again);
	findings_free(&f);
	free(text);
	free(text2);
	return same;
}

static void there_and_back(const char *pattern)
{
	glob_t g;

	if (glob(pattern, 0, NULL, &g) != 0) {
		printf("ok %u - %s # SKIP there are none\n", ++tests, pattern);
		return;
	}
	for (size_t i = 0; i < g.gl_pathc; i++) {
		struct findings f = {0};
		struct store *s = config_load(g.gl_pathv[i], NULL, &f);

		point(same_again(s), strrchr(g.gl_pathv[i], '/') + 1);
		store_free(s);
		findings_free(&f);
	}
	globfree(&g);
}

/* ---- every row ------------------------------------------------------- */

#define ROWS_MAX 4096

static const struct keyword *used[ROWS_MAX];
static size_t nused;

static void remember(const struct block *b, const struct keyword *k)
{
	(void)b;
	for (size_t i = 0; i < nused; i++)
		if (used[i] == k)
			return;
	if (nused < ROWS_MAX)
		used[nused++] = k;
}

static bool is_used(const struct keyword *k)
{
	for (size_t i = 0; i < nused; i++)
		if (used[i] == k)
			return true;
	return false;
}

static void read_for_words(const char *path)
{
	struct findings f = {0};
	struct lexed *l = lex_file(path, NULL, &f);
	struct parse p = {.lexed = l, .findings = &f, .seen = remember};

	parse_items(&p);
	complain(&f, FINDING_ERROR);
	point(findings_worst(&f) < FINDING_ERROR, strrchr(path, '/') + 1);
	lex_free(l);
	findings_free(&f);
}

static unsigned count_unused(const struct block *b, const struct keyword *rows)
{
	unsigned n = 0;

	for (const struct keyword *k = rows; k && k->name; k++)
		if (!is_used(k)) {
			printf("# no file uses %s of %s\n", k->name, b->name);
			n++;
		}
	return n;
}

static void every_row_is_used(const char *pattern)
{
	const struct block *list[BLOCKS_MAX];
	size_t n = blocks_list(list);
	unsigned unused = 0;
	glob_t g;

	if (glob(pattern, 0, NULL, &g) == 0) {
		for (size_t i = 0; i < g.gl_pathc; i++)
			read_for_words(g.gl_pathv[i]);
		globfree(&g);
	}
	for (size_t i = 0; i < n; i++)
		unused += count_unused(list[i], list[i]->keywords) +
			  count_unused(list[i], list[i]->options);
	printf("# %zu rows are used, %u are not\n", nused, unused);
	point(nused > 500 && !unused, "every row of the keyword tables is used");
}

int main(void)
{
	const char *srcdir = getenv("srcdir");
	char pattern[512];

	snprintf(pattern, sizeof(pattern), "%s/tests/corpus/*.conf", srcdir ? srcdir : ".");
	every_row_is_used(pattern);
	there_and_back(pattern);
	there_and_back(SAMPLES);
	printf("1..%u\n", tests);
	return failed != 0;
}
