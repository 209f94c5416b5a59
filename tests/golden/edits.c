/*
 * edits: configurations with mistakes that people and editors make, thousands of them, from
 * seeds that are printed when one fails: lines lost, doubled, swapped, moved and cut, words
 * swapped between files, braces and quotes added and removed, single octets changed, two files
 * joined in the middle, the end of a file lost.
 *
 * They begin as the files beside this one, those of tests/corpus, and the samples that Debian's
 * keepalived has. Whatever comes of it: no crash, no hang (two seconds of processor time are one),
 * no memory lost, every finding has a place and a text, and what was understood prints to a file
 * that gives the same rows without an error.
 *
 * EDITS=N is how many (20000), EDITS_FROM=S the first seed; EDITS_SEED=S runs only that one, and
 * shows the file.
 */
#include "stores.h"

#include "config/config.h"

#include <glob.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
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

static void put_odd(struct text *t)
{
	static const char *const odd[] = {
	    "{",   "}",     "\"",        "#",  "!",     "\\",    "${X}",
	    "@x ", "~SEQ(", "include x", "\r", "\n",    "0",     "99999999999999999999",
	    "-1",  "1.5",   "::",        "/",  "group", "fwmark"};
	size_t which = draw(sizeof(odd) / sizeof(odd[0]));

	replace(t, draw(t->len + 1), 0, odd[which], strlen(odd[which]));
}

static void move_line(struct text *t)
{
	char copy[4096];
	size_t len, other, at = some_line(t, &len);

	if (len > sizeof(copy))
		return;
	memcpy(copy, t->data + at, len);
	replace(t, at, len, "", 0);
	at = some_line(t, &other);
	replace(t, at, 0, copy, len);
}

static void swap_lines(struct text *t)
{
	char copy[4096];
	size_t len, next, at = some_line(t, &len);

	for (next = 0; at + len + next < t->len && t->data[at + len + next] != '\n'; next++)
		;
	next += at + len + next < t->len;
	if (len > sizeof(copy))
		return;
	memcpy(copy, t->data + at, len);
	memmove(t->data + at, t->data + at + len, next);
	memcpy(t->data + at + next, copy, len);
}

/* Several lines are lost, or there twice: a slip with a block of them. */
static void some_lines(struct text *t, bool twice)
{
	static struct text copy;
	size_t len, more, from = some_line(t, &len), to = some_line(t, &more) + more;

	if (to <= from || to - from > 2000)
		return;
	copy.len = to - from;
	memcpy(copy.data, t->data + from, copy.len);
	if (twice)
		replace(t, to, 0, copy.data, copy.len);
	else
		replace(t, from, to - from, "", 0);
}

/* The first part of one file and the last of another. */
static void splice(struct text *t, const struct text *other)
{
	size_t len, from = some_line(other, &len), at = some_line(t, &len);

	replace(t, at, t->len - at, other->data + from, other->len - from);
}

static void edit(struct text *t, const struct text *other)
{
	size_t len, more, at = some_line(t, &len), from;

	switch (draw(13)) {
	case 0: /* lose a line */
		replace(t, at, len, "", 0);
		return;
	case 1: /* a line of another file */
		from = some_line(other, &more);
		replace(t, at, 0, other->data + from, more);
		return;
	case 2: /* a word of another file */
		at = some_word(t, &len);
		from = some_word(other, &more);
		replace(t, at, len, other->data + from, more);
		return;
	case 3: /* a line twice */
		some_lines(t, true);
		return;
	case 4: /* the end of the file is lost */
		t->len = draw(5) ? t->len : draw(t->len + 1);
		return;
	case 5: /* one octet */
		if (t->len)
			t->data[draw(t->len)] = (char)draw(256);
		return;
	case 6:
		move_line(t);
		return;
	case 7:
		swap_lines(t);
		return;
	case 8:
		some_lines(t, false);
		return;
	case 9:
		splice(t, other);
		return;
	case 10: /* a word is lost */
		at = some_word(t, &len);
		replace(t, at, len, "", 0);
		return;
	default:
		put_odd(t);
	}
}

/* Of the line, or of the whole file. */
static bool placed(const struct findings *f, const char *level)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct finding *n = &f->items[i];

		if (n->file && !n->line == !n->column && n->text[0])
			continue;
		printf("# a %s without a place: %s\n", level, n->text);
		return false;
	}
	return true;
}

static bool check(const struct text *t)
{
	struct findings f = {0}, none = {0};
	struct store *s = config_parse("edited", t->data, t->len, NULL, &f), *again;
	char why[TEXT_MAX] = "", *text;
	size_t len;
	bool ok = placed(&f, "finding");

	text = stores_print(s, &len);
	again = config_parse("printed", text, len, NULL, &none);
	if (!stores_same_config(s, again, why)) {
		printf("# printed and read again: %s\n", why);
		ok = false;
	}
	if (findings_worst(&none) > FINDING_WARNING) {
		for (size_t i = 0; i < none.count; i++)
			if (none.items[i].level > FINDING_WARNING)
				printf("# the printed form has an error: %s\n", none.items[i].text);
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

/* ---- hangs and leaks --------------------------------------------------- */

static unsigned long running; /* the seed */

static void on_hang(int signo)
{
	char line[80];
	int n = snprintf(line, sizeof(line), "# it hangs: EDITS_SEED=%lu shows it\nnot ok 1\n",
			 running);

	(void)signo;
	_exit(write(STDOUT_FILENO, line, (size_t)n) < 0 ? 2 : 1);
}

static void allow(time_t seconds)
{
	const struct itimerval limit = {.it_value.tv_sec = seconds};

	setitimer(ITIMER_VIRTUAL, &limit, NULL);
}

/* Once for what the library keeps for itself, then nothing more may be kept. */
static bool keeps_memory(const struct text *t)
{
	size_t before, after;

	check(t);
	before = mallinfo2().uordblks;
	check(t);
	after = mallinfo2().uordblks;
	if (after > before)
		printf("# %zu octets of memory are not given back\n", after - before);
	return after > before;
}

/* ---- running ----------------------------------------------------------- */

static void add_files(glob_t *g, const char *pattern, const char *dir)
{
	char path[512];

	snprintf(path, sizeof(path), "%s%s", dir, pattern);
	glob(path, g->gl_pathc ? GLOB_APPEND : 0, NULL, g);
}

static bool run(const glob_t *g, unsigned long seed, bool show)
{
	static struct text t, other;
	bool ok;

	running = seed;
	state = seed * UINT64_C(2654435761) + 1;
	load(&t, g->gl_pathv[draw(g->gl_pathc)]);
	load(&other, g->gl_pathv[draw(g->gl_pathc)]);
	for (size_t i = 1 + draw(6); i > 0; i--)
		edit(&t, &other);
	allow(2);
	ok = check(&t);
	if (seed % 16 == 0 && keeps_memory(&t))
		ok = false;
	allow(0);
	if (!ok)
		printf("# EDITS_SEED=%lu shows it\n", seed);
	if (show)
		fwrite(t.data, 1, t.len, stdout);
	return ok;
}

static unsigned long number(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 10) : otherwise;
}

/* So that what is free counts as free: without the lists of the C library's for quick reuse. */
static void exact_memory(char **argv)
{
	mallopt(M_MXFAST, 0);
	if (getenv("GLIBC_TUNABLES"))
		return;
	setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1);
	execv("/proc/self/exe", argv);
}

int main(int argc, char **argv)
{
	const char *srcdir = getenv("srcdir") ? getenv("srcdir") : ".";
	unsigned long count = number("EDITS", 20000), from = number("EDITS_FROM", 1), failed = 0;
	glob_t g = {0};

	(void)argc;
	exact_memory(argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGVTALRM, on_hang);
	add_files(&g, "/tests/golden/*.conf", srcdir);
	add_files(&g, "/tests/corpus/*.conf", srcdir);
	add_files(&g, "/usr/share/doc/keepalived/samples/keepalived.conf.*", "");
	if (!g.gl_pathc) {
		printf("Bail out! no files below %s/tests\n", srcdir);
		return 1;
	}
	if (getenv("EDITS_SEED"))
		return !run(&g, number("EDITS_SEED", 0), true);
	printf("1..1\n");
	for (unsigned long seed = from; seed < from + count && failed < 5; seed++)
		failed += !run(&g, seed, false);
	printf("%sok 1 - %lu edits of %zu files, seeds %lu and up\n", failed ? "not " : "", count,
	       g.gl_pathc, from);
	globfree(&g);
	return failed != 0;
}
