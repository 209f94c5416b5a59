/*
 * findings: the list of everything that is to be said about a configuration.
 *
 * A finding owns copies of its texts, so that the list outlives the files it speaks of.
 * The printed form is that of a compiler, which editors know how to follow:
 *
 *	keepalived.conf:7:10: error: priority: 300 is out of range, allowed is 1..255
 *	priority 300
 *	         ^
 */
#include "config/parse.h"

#include "base/log.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const char *const finding_level_names[] = {
    [FINDING_NOTICE] = "notice",
    [FINDING_WARNING] = "warning",
    [FINDING_ERROR] = "error",
    [FINDING_FATAL] = "fatal",
};

static void finding_free(struct finding *n)
{
	free(n->file);
	free(n->source);
	free(n->text);
}

void findings_free(struct findings *f)
{
	for (size_t i = 0; i < f->count; i++)
		finding_free(&f->items[i]);
	for (size_t i = 0; i < f->nfiles; i++)
		free(f->files[i]);
	free(f->files);
	free(f->items);
	*f = (struct findings){0};
}

void findings_add(struct findings *f, enum finding_level level, const char *file, unsigned line,
		  unsigned column, const char *source, const char *fmt, ...)
{
	struct finding *n;
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (f->count == f->cap) {
		f->cap = f->cap ? f->cap * 2 : 16;
		f->items = xrealloc(f->items, f->cap, sizeof(*f->items));
	}
	n = &f->items[f->count++];
	n->level = level;
	n->security = n->missing = false;
	n->file = file ? xstrdup(file) : NULL;
	n->line = line;
	n->column = column;
	n->source = source ? xstrdup(source) : NULL;
	n->text = xstrdup(text);
}

void findings_read(struct findings *f, const char *file)
{
	if (f->nfiles == f->files_cap) {
		f->files_cap = f->files_cap ? f->files_cap * 2 : 4;
		f->files = xrealloc(f->files, f->files_cap, sizeof(*f->files));
	}
	f->files[f->nfiles++] = xstrdup(file);
}

enum finding_level findings_worst(const struct findings *f)
{
	enum finding_level worst = FINDING_NOTICE;

	for (size_t i = 0; i < f->count; i++)
		if (f->items[i].level > worst)
			worst = f->items[i].level;
	return worst;
}

struct finding *findings_last(struct findings *f)
{
	return &f->items[f->count - 1];
}

bool findings_security(const struct findings *f)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->items[i].security)
			return true;
	return false;
}

struct ordered {
	struct finding item;
	size_t file, index; /* rank of the file, place in the list */
};

static int by_place(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (x->item.line != y->item.line)
		return x->item.line < y->item.line ? -1 : 1;
	if (x->item.column != y->item.column)
		return x->item.column < y->item.column ? -1 : 1;
	return x->index < y->index ? -1 : 1;
}

static bool same_file(const struct finding *a, const struct finding *b)
{
	return a->file && b->file ? strcmp(a->file, b->file) == 0 : a->file == b->file;
}

/* Files in the order in which they were opened; what was none comes last. */
static size_t rank_of(const struct findings *f, const struct finding *n)
{
	size_t rank = 0;

	while (rank < f->nfiles && !(n->file && strcmp(n->file, f->files[rank]) == 0))
		rank++;
	return rank;
}

void findings_sort(struct findings *f, size_t from)
{
	size_t n = f->count - from;
	struct ordered *o = xcalloc(n + 1, sizeof(*o));

	for (size_t i = 0; i < n; i++) {
		o[i] = (struct ordered){f->items[from + i], 0, i};
		o[i].file = i && same_file(&o[i - 1].item, &o[i].item) ? o[i - 1].file
								       : rank_of(f, &o[i].item);
	}
	qsort(o, n, sizeof(*o), by_place);
	for (size_t i = 0; i < n; i++)
		f->items[from + i] = o[i].item;
	free(o);
}

#define FOLD_TEXTS 256 /* texts that are looked at; more are all shown */

struct fold {
	size_t first; /* the one that was kept */
	size_t count;
};

static void append_count(struct finding *n, size_t more)
{
	char text[1200];

	snprintf(text, sizeof(text), "%.1024s (and %zu more like this)", n->text, more);
	free(n->text);
	n->text = xstrdup(text);
}

/* The group of a notice, made when there is room; NULL: show it. */
static struct fold *fold_of(struct fold *folds, size_t *n, const struct findings *f,
			    const struct finding *item)
{
	if (item->level != FINDING_NOTICE)
		return NULL;
	for (size_t i = 0; i < *n; i++)
		if (strcmp(f->items[folds[i].first].text, item->text) == 0)
			return &folds[i];
	if (*n == FOLD_TEXTS)
		return NULL;
	folds[*n] = (struct fold){0};
	return &folds[(*n)++];
}

void findings_fold(struct findings *f, size_t from)
{
	struct fold *folds = xcalloc(FOLD_TEXTS, sizeof(*folds));
	size_t n = 0, kept = from;

	for (size_t i = from; i < f->count; i++) {
		struct fold *group = fold_of(folds, &n, f, &f->items[i]);

		if (group && group->count++) {
			finding_free(&f->items[i]);
			continue;
		}
		if (group)
			group->first = kept;
		f->items[kept++] = f->items[i];
	}
	f->count = kept;
	for (size_t i = 0; i < n; i++)
		if (folds[i].count > 1)
			append_count(&f->items[folds[i].first], folds[i].count - 1);
	free(folds);
}

/* Blanks up to the column; tabs stay tabs and the tail of a UTF-8 character has no width. */
static void print_caret(const struct finding *f, FILE *to)
{
	for (unsigned i = 0; i + 1 < f->column && f->source[i]; i++) {
		unsigned char c = (unsigned char)f->source[i];

		if (c == '\t')
			fputc('\t', to);
		else if ((c & 0xc0) != 0x80)
			fputc(' ', to);
	}
	fputs("^\n", to);
}

/* Control characters of a hostile file must not reach the terminal. */
static void print_printable(const char *s, FILE *to)
{
	while (*s) {
		size_t len = *s == '\t' ? 1 : text_shown(s);

		if (len)
			fwrite(s, 1, len, to);
		else
			fputc('?', to);
		s += len ? len : 1;
	}
}

struct colours {
	const char *place, *level[FINDING_FATAL + 1], *caret, *end;
};

static const struct colours plain = {"", {"", "", "", ""}, "", ""};
static const struct colours terminal = {
    .place = "\033[1m",
    .level = {"\033[36m", "\033[1;33m", "\033[1;31m", "\033[1;31m"},
    .caret = "\033[1;32m",
    .end = "\033[0m",
};

static void print_head(const struct finding *f, const struct colours *c, FILE *to)
{
	bool place = f->file || f->line;

	if (place)
		fputs(c->place, to);
	if (f->file)
		fprintf(to, "%s:", f->file);
	if (f->line)
		fprintf(to, "%u:%u:", f->line, f->column);
	if (place)
		fprintf(to, "%s ", c->end);
	fprintf(to, "%s%s:%s ", c->level[f->level], finding_level_names[f->level], c->end);
	print_printable(f->text, to);
	fputc('\n', to);
}

static void print_finding(const struct finding *f, const struct colours *c, FILE *to)
{
	print_head(f, c, to);
	if (!f->source || !f->line)
		return;
	print_printable(f->source, to);
	fputc('\n', to);
	if (!f->column)
		return;
	fputs(c->caret, to);
	print_caret(f, to);
	fputs(c->end, to);
}

void finding_print(const struct finding *f, FILE *to)
{
	print_finding(f, &plain, to);
}

void finding_print_colour(const struct finding *f, FILE *to)
{
	print_finding(f, &terminal, to);
}
