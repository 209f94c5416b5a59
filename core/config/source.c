/*
 * source: the lines of an open file, one after the other. What rewrites lines (conditions,
 * variables, loops) takes a line before words are cut from it; most lines need none of it.
 */
#include "config/expand.h"

#include "base/log.h"

#include <stdlib.h>
#include <string.h>

static void check_line(struct line *n)
{
	size_t len = (size_t)(n->end - n->start);
	const char *nul = memchr(n->start, '\0', len);

	if (nul)
		line_complain(n, FINDING_ERROR, nul, "NUL byte in the line; it was left out");
	n->store = len <= LEX_LINE_MAX;
	if (!n->store)
		line_complain(n, FINDING_ERROR, n->start + LEX_LINE_MAX,
			      "the line is longer than 4095 octets; it was left out");
}

static void lex_line(struct line *n, struct expander *e)
{
	check_line(n);
	line_skip_blanks(n);
	if (expand_wanted(e, n))
		expand_line(e, n);
	else
		line_items(n);
}

/* Whether there is room for more; says once when there is none. */
static bool has_room(const struct line *n)
{
	struct lexed *l = n->l;
	size_t max = l->options->items_max ? l->options->items_max : CONFIG_ITEMS_MAX;

	if (l->total < max)
		return true;
	if (!l->full)
		place_report(l->findings, FINDING_ERROR, &n->at,
			     "more than %zu statements and braces in all; from here on all was "
			     "left out",
			     max);
	l->full = true;
	return false;
}

struct reader {
	struct lexed *l;
	struct lex_open file;
	struct expander *expander;
	size_t at; /* of the next line */
	unsigned number;
	struct line line;
};

struct reader *lex_reader_new(struct lexed *l, const struct lex_open *file)
{
	struct reader *r = xcalloc(1, sizeof(*r));
	const struct source *s = file->source;

	r->l = l;
	r->file = *file;
	r->expander = expander_new(l, &r->file);
	r->line.l = l;
	r->line.file = &r->file;
	r->line.insist = file->insist;
	r->number = 1;
	if (s->len >= 3 && !memcmp(s->data, "\xef\xbb\xbf", 3))
		r->at = 3; /* byte order mark */
	return r;
}

bool lex_reader_line(struct reader *r)
{
	const struct source *s = r->file.source;
	struct line *n = &r->line;
	const char *nl;

	if (r->at >= s->len)
		return false;
	nl = memchr(s->data + r->at, '\n', s->len - r->at);
	n->start = n->p = s->data + r->at;
	n->end = n->start + lex_line_length(s, r->at);
	n->at = (struct place){s, r->at, r->number++, 1, NULL};
	n->columns = NULL;
	n->damaged = n->plain = n->include = false;
	n->nwords = 0;
	if (!has_room(n))
		return false;
	lex_line(n, r->expander);
	r->at = nl ? (size_t)(nl - s->data) + 1 : s->len;
	return true;
}

void lex_reader_free(struct reader *r)
{
	expand_end(r->expander);
	expander_free(r->expander);
	free(r);
}
