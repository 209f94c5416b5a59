/*
 * grid: see grid.h. Process: halvardctl.
 *
 * Everything is gathered before the first line is printed, since a width is known only with
 * the last row. Trailing blanks are never written, so that output can be compared as text.
 */
#include "ctl/grid.h"

#include "base/log.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct grid {
	const struct grid_column *columns;
	unsigned ncolumns;
	char **cells;
	size_t ncells;
};

#define GREEN  "\033[32m"
#define YELLOW "\033[33m"
#define RED    "\033[31m"
#define PLAIN  "\033[0m"

static const struct {
	const char *word;
	const char *colour;
} word_colours[] = {
    {"up", GREEN},
    {"master", GREEN},
    {"running", GREEN},
    {"done", GREEN},
    {"inForce", GREEN},
    {"notInForce", YELLOW},
    {"degraded", YELLOW},
    {"checking", YELLOW},
    {"draining", YELLOW},
    {"drained", YELLOW},
    {"disabled", YELLOW},
    {"disabledByParent", YELLOW},
    {"forcedOffline", YELLOW},
    {"starting", YELLOW},
    {"init", YELLOW},
    {"sorry", YELLOW},
    {"refused", YELLOW},
    {"down", RED},
    {"quorumLost", RED},
    {"fault", RED},
    {"dead", RED},
    {"failed", RED},
};

static const char *word_colour(const char *word)
{
	for (size_t i = 0; i < sizeof(word_colours) / sizeof(word_colours[0]); i++) {
		if (text_eq(word, word_colours[i].word))
			return word_colours[i].colour;
	}
	return NULL;
}

struct grid *grid_new(const struct grid_column *columns)
{
	struct grid *g = xcalloc(1, sizeof(*g));

	g->columns = columns;
	while (columns[g->ncolumns].title && g->ncolumns < GRID_COLUMNS)
		g->ncolumns++;
	return g;
}

void grid_free(struct grid *g)
{
	for (size_t i = 0; i < g->ncells; i++)
		free(g->cells[i]);
	free(g->cells);
	free(g);
}

/* Columns that the text takes: UTF-8 characters, not bytes. */
static size_t text_width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

void grid_add(struct grid *g, const char *text)
{
	g->cells = xrealloc(g->cells, g->ncells + 1, sizeof(*g->cells));
	g->cells[g->ncells++] = text_printable(xstrdup(text));
}

void grid_addf(struct grid *g, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	grid_add(g, text);
}

/* Width of a column in characters; 0 when no row has anything in it. */
static size_t column_width(const struct grid *g, unsigned c)
{
	size_t widest = 0;

	for (size_t i = c; i < g->ncells; i += g->ncolumns) {
		if (text_width(g->cells[i]) > widest)
			widest = text_width(g->cells[i]);
	}
	if (widest && strlen(g->columns[c].title) > widest)
		widest = strlen(g->columns[c].title);
	return widest;
}

/* Prints one cell; blanks are owed to the next one, so that none ends a line. */
static void print_cell(FILE *out, const char *text, const struct grid_column *column, size_t width,
		       bool colour, size_t *owed)
{
	size_t len = text_width(text);
	size_t before = *owed + (column->right ? width - len : 0);
	const char *paint = colour && column->state ? word_colour(text) : NULL;

	*owed = 2 + (column->right ? 0 : width - len);
	if (!len) {
		*owed += before;
		return;
	}
	fprintf(out, "%*s%s%s%s", (int)before, "", paint ? paint : "", text, paint ? PLAIN : "");
}

void grid_print(const struct grid *g, FILE *out, bool colour)
{
	size_t width[GRID_COLUMNS], owed = 0;

	if (!g->ncells) {
		fprintf(out, "none\n");
		return;
	}
	for (unsigned c = 0; c < g->ncolumns; c++)
		width[c] = column_width(g, c);
	for (unsigned c = 0; c < g->ncolumns; c++) {
		if (width[c])
			print_cell(out, g->columns[c].title, &g->columns[c], width[c], false,
				   &owed);
	}
	fputc('\n', out);
	for (size_t i = 0; i < g->ncells; i++) {
		unsigned c = (unsigned)(i % g->ncolumns);

		if (c == 0)
			owed = 0;
		if (width[c])
			print_cell(out, g->cells[i], &g->columns[c], width[c], colour, &owed);
		if (c == g->ncolumns - 1)
			fputc('\n', out);
	}
}
