/*
 * golden: each NAME.conf beside this file, read; what is printed must be NAME.out, the findings
 * NAME.err, and the printed form must parse to the same rows without a finding of its own.
 *
 * GOLDEN_UPDATE=1 writes .out and .err anew: read the difference before it is committed.
 */
#include "stores.h"

#include "config/config.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *read_file(const char *path)
{
	FILE *from = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	if (from) {
		text[fread(text, 1, (1 << 20) - 1, from)] = '\0';
		fclose(from);
	}
	return text;
}

static void write_file(const char *path, const char *text)
{
	FILE *to = fopen(path, "w");

	if (!to || fputs(text, to) < 0 || fclose(to) != 0)
		fprintf(stderr, "%s: cannot be written\n", path);
}

static char *print_findings(const struct findings *f)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	for (size_t i = 0; i < f->count; i++)
		finding_print(&f->items[i], to);
	fclose(to);
	return text;
}

static void show(const char *what, const char *text)
{
	printf("# --- %s\n", what);
	for (const char *p = text; *p;) {
		size_t n = strcspn(p, "\n");

		printf("# %.*s\n", (int)n, p);
		p += n + (p[n] == '\n');
	}
}

/* Compares with the file NAME + suffix. */
static bool as_expected(const char *name, const char *suffix, const char *text)
{
	char path[300], *want;
	bool same;

	snprintf(path, sizeof(path), "%s%s", name, suffix);
	if (getenv("GOLDEN_UPDATE"))
		write_file(path, text);
	want = read_file(path);
	same = strcmp(want, text) == 0;
	if (!same) {
		show(path, want);
		show("but it is", text);
	}
	free(want);
	return same;
}

static bool round_trip(const struct store *s, const char *text)
{
	struct findings f = {0};
	struct store *again = config_parse("printed", text, strlen(text), NULL, &f);
	char why[TEXT_MAX] = "", *said;
	bool same = stores_same_config(s, again, why);

	if (!same)
		show("the printed form gives other rows", why);
	said = print_findings(&f);
	for (size_t i = 0; i < f.count; i++)
		same = same && f.items[i].level <= FINDING_WARNING;
	if (!same)
		show("findings of the printed form", said);
	free(said);
	store_free(again);
	findings_free(&f);
	return same;
}

static bool run_case(const char *name)
{
	struct findings f = {0};
	char path[300], *out, *err;
	struct store *s;
	bool ok;

	snprintf(path, sizeof(path), "%s.conf", name);
	s = config_load(path, &(struct config_options){.id = "lb1"}, &f);
	out = stores_print(s, NULL);
	err = print_findings(&f);
	ok = as_expected(name, ".out", out);
	ok = as_expected(name, ".err", err) && ok;
	ok = round_trip(s, out) && ok;
	free(out);
	free(err);
	store_free(s);
	findings_free(&f);
	return ok;
}

int main(void)
{
	const char *srcdir = getenv("srcdir");
	char dir[512];
	glob_t g;
	int failed = 0;

	snprintf(dir, sizeof(dir), "%s/tests/golden", srcdir ? srcdir : ".");
	if (chdir(dir) != 0 || glob("*.conf", 0, NULL, &g) != 0) {
		printf("Bail out! no cases in %s\n", dir);
		return 1;
	}
	printf("1..%zu\n", g.gl_pathc);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		char name[256];
		bool ok;

		snprintf(name, sizeof(name), "%.*s", (int)(strlen(g.gl_pathv[i]) - 5),
			 g.gl_pathv[i]);
		ok = run_case(name);
		failed += !ok;
		printf("%sok %zu - %s\n", ok ? "" : "not ", i + 1, name);
	}
	globfree(&g);
	return failed != 0;
}
