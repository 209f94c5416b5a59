/*
 * preview: see preview.h. Process: halvardctl.
 */
#include "ctl/preview.h"

#include "base/log.h"
#include "base/text.h"
#include "ctl/say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 16

struct words {
	char word[WORDS_MAX][1024 + 1];
	unsigned n;
};

/* Calls fn for every line. */
static void each_line(const struct ctl *c, void (*fn)(const struct words *w, void *arg), void *arg)
{
	struct words *w = xcalloc(1, sizeof(*w));
	struct buf copy = {0};
	char *line, *next;

	buf_add(&copy, c->lines.data, c->lines.len);
	buf_cstr(&copy);
	for (line = (char *)copy.data; line && *line; line = next) {
		const char *p = line;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		w->n = 0;
		while (w->n < WORDS_MAX && text_word(&p, w->word[w->n], sizeof(w->word[0])))
			w->n++;
		fn(w, arg);
	}
	buf_free(&copy);
	free(w);
}

static bool is(const struct words *w, const char *what, unsigned at_least)
{
	return w->n >= at_least && text_eq(w->word[0], what);
}

static bool is_row(const struct words *w)
{
	return is(w, "added", 2) || is(w, "removed", 2) || is(w, "changed", 6);
}

/* Words of the key: behind the table, and before what stands behind it. */
static unsigned end_of_key(const struct words *w)
{
	return is(w, "changed", 6) ? w->n - 4 : w->n;
}

/* ---- for a person ------------------------------------------------------ */

static void print_finding(const struct words *w)
{
	const char *file = w->word[2];

	if (text_eq(w->word[3], "0"))
		say(stdout, "%s%s%s: %s\n", file, *file ? ": " : "", w->word[1], w->word[5]);
	else
		say(stdout, "%s:%s:%s: %s: %s\n", file, w->word[3], w->word[4], w->word[1],
		    w->word[5]);
	if (!w->word[6][0])
		return;
	say(stdout, "    %s\n", w->word[6] + strspn(w->word[6], " \t"));
}

static void print_row(const struct words *w)
{
	char key[TEXT_MAX] = "";
	unsigned end = end_of_key(w);

	for (unsigned i = 2; i < end; i++)
		snprintf(key + strlen(key), sizeof(key) - strlen(key), " %s", w->word[i]);
	if (!is(w, "changed", 6))
		say(stdout, "%s %s%s\n", is(w, "added", 2) ? "+" : "-", w->word[1], key);
	else
		say(stdout, "  %s%s: %s %s -> %s%s\n", w->word[1], key, w->word[end],
		    w->word[end + 1][0] ? w->word[end + 1] : "empty",
		    w->word[end + 2][0] ? w->word[end + 2] : "empty",
		    text_eq(w->word[end + 3], "restart") ? " (restarts it)" : "");
}

static void print_line(const struct words *w, void *arg)
{
	(void)arg;
	if (is(w, "finding", 7))
		print_finding(w);
	else if (is_row(w))
		print_row(w);
	else if (is(w, "omitted", 2))
		say(stdout, "... and %s lines more, which are too many to show\n", w->word[1]);
}

void preview_print(const struct ctl *c)
{
	each_line(c, print_line, NULL);
}

/* ---- for a program ----------------------------------------------------- */

static void text_or_null(struct json *j, const char *key, const char *text)
{
	if (text && *text)
		json_text(j, key, text);
	else
		json_null(j, key);
}

static void json_finding(const struct words *w, void *arg)
{
	struct json *j = arg;

	if (!is(w, "finding", 7))
		return;
	json_open(j, NULL, '{');
	json_text(j, "level", w->word[1]);
	text_or_null(j, "file", w->word[2]);
	json_number(j, "line", strtoul(w->word[3], NULL, 10));
	json_number(j, "column", strtoul(w->word[4], NULL, 10));
	json_text(j, "text", w->word[5]);
	text_or_null(j, "source", w->word[6]);
	json_close(j, '}');
}

static void json_row(const struct words *w, void *arg)
{
	struct json *j = arg;
	unsigned end = end_of_key(w);

	if (!is_row(w))
		return;
	json_open(j, NULL, '{');
	json_text(j, "kind", w->word[0]);
	json_text(j, "table", w->word[1]);
	json_open(j, "key", '[');
	for (unsigned i = 2; i < end; i++)
		json_text(j, NULL, w->word[i]);
	json_close(j, ']');
	if (is(w, "changed", 6)) {
		json_text(j, "field", w->word[end]);
		json_text(j, "old", w->word[end + 1]);
		json_text(j, "new", w->word[end + 2]);
		json_text(j, "effect", w->word[end + 3]);
	} else {
		json_null(j, "field");
		json_null(j, "old");
		json_null(j, "new");
		json_null(j, "effect");
	}
	json_close(j, '}');
}

void preview_json(const struct ctl *c, struct json *j)
{
	json_open(j, "findings", '[');
	each_line(c, json_finding, j);
	json_close(j, ']');
	json_open(j, "preview", '[');
	each_line(c, json_row, j);
	json_close(j, ']');
}
