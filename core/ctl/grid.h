/*
 * grid: a table of text with aligned columns, as halvardctl prints it.
 *
 * Cells are copied, and made safe for a terminal (text_printable()). Words that tell a state are
 * coloured when asked to (on a terminal); colour never changes the width. A column whose cells are
 * all empty is left out; without any row it prints "none".
 */
#ifndef CTL_GRID_H
#define CTL_GRID_H

#include <stdbool.h>
#include <stdio.h>

#define GRID_COLUMNS 16

struct grid_column {
	const char *title;
	bool right; /* numbers */
	bool state; /* its words have a colour */
};

struct grid;

/* `columns` ends with a NULL title and is kept by reference. */
struct grid *grid_new(const struct grid_column *columns);
void grid_free(struct grid *g);
/* Next cell, row by row from the left. */
void grid_add(struct grid *g, const char *text);
void grid_addf(struct grid *g, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void grid_print(const struct grid *g, FILE *out, bool colour);

#endif
