/*
 * expand: see expand.h.
 *
 * Replacing is textual, from left to right, and what was put in is looked at again: a value may
 * hold uses of other variables, a condition, a loop or a definition. Definitions are taken as they
 * are met, so a value that redefines a variable changes what follows it. A value of several lines
 * splits the line in which it is used: what stands before goes to its first line, what stands
 * behind to its last.
 *
 * The text that is worked on carries the column of each of its octets, so that a place in the
 * result is a place in the line that was written; what comes out of a variable has the column of
 * its use.
 */
#include "config/expand.h"

#include "config/sequence.h"

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Steps in proportion to the lines that may come out: a use or a round is one, and each 64 octets
 * that are moved for it. */
#define STEPS_PER_LINE 4

#define VALUE_LINES_MAX 100000

struct chars {
	size_t len;
	char s[LEX_LINE_MAX + 1];
	uint16_t col[LEX_LINE_MAX + 1];
};

/* Text to be joined with more; its octets have columns of their own, or one for all. */
struct piece {
	const char *s;
	size_t len;
	const uint16_t *col;
	uint16_t column;
};

/* Where a line stands in a definition. */
struct origin {
	const struct source *source;
	unsigned line;
};

struct definition {
	bool open, skipped; /* its last line went on in the next one; it is not to be kept */
	char *name;
	size_t count, cap;
	struct value_line *lines;
};

struct expander {
	struct lexed *l;
	const struct lex_open *file;
	struct line *n;       /* the line that is read; used again for each that comes out */
	struct place written; /* its place */
	const struct piece *all;
	struct line_findings *said;
	bool stopped; /* the rest of the line is left out; it has been said why */
	struct definition definition;
	char text[LEX_LINE_MAX + 1]; /* of a variable that is there without a definition */
	struct chars *levels[LEX_NEST_MAX + 1];
};

static void run(struct expander *e, const struct piece *pieces, size_t n, unsigned depth,
		const struct origin *from);

/* ---- bounds ---------------------------------------------------------- */

static void stop(struct expander *e, uint16_t column, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void stop(struct expander *e, uint16_t column, const char *fmt, ...)
{
	struct place at = e->written;
	char text[512];
	va_list ap;

	if (e->stopped)
		return;
	e->stopped = true;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	at.column = column;
	place_report(e->l->findings, FINDING_ERROR, &at, "%s; the line was left out", text);
}

static unsigned lines_max(const struct lexed *l)
{
	return l->options->lines_max ? l->options->lines_max : CONFIG_LINES_MAX;
}

static void charge(struct expander *e, uint16_t column, size_t octets)
{
	e->l->steps += 1 + octets / 64;
	if (e->l->steps / STEPS_PER_LINE < lines_max(e->l))
		return;
	e->l->exhausted = true;
	stop(e, column,
	     "variables and loops make too much of this file: nothing is replaced any more");
}

static uint16_t column_at(const struct chars *c, size_t at)
{
	if (at < c->len)
		return c->col[at];
	return c->len ? c->col[c->len - 1] : 1;
}

static struct chars *gather(struct expander *e, const struct piece *pieces, size_t n,
			    unsigned depth)
{
	struct chars *c;

	if (!e->levels[depth])
		e->levels[depth] = xcalloc(1, sizeof(struct chars));
	c = e->levels[depth];
	c->len = 0;
	for (size_t i = 0; i < n; i++) {
		const struct piece *p = &pieces[i];

		if (p->len > LEX_LINE_MAX - c->len) {
			stop(e, p->col ? p->col[0] : p->column,
			     "it becomes a line of more than %d octets", LEX_LINE_MAX);
			return NULL;
		}
		memcpy(c->s + c->len, p->s, p->len);
		for (size_t j = 0; j < p->len; j++)
			c->col[c->len + j] = p->col ? p->col[j] : p->column;
		c->len += p->len;
	}
	return c;
}

static void erase(struct chars *c, size_t len)
{
	c->len -= len;
	memmove(c->s, c->s + len, c->len);
	memmove(c->col, c->col + len, c->len * sizeof(c->col[0]));
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static void trim(struct chars *c)
{
	size_t n = 0;

	while (n < c->len && is_blank(c->s[n]))
		n++;
	if (n)
		erase(c, n);
	while (c->len && is_blank(c->s[c->len - 1]))
		c->len--;
}

/* ---- lines that come out --------------------------------------------- */

static void say_undefined(struct expander *e, const struct chars *c)
{
	struct var_use u;

	for (size_t i = 0; i < c->len; i++) {
		struct place at = e->n->at;

		if (c->s[i] != '$' || !vars_use(c->s, c->len, i, &u))
			continue;
		at.column = c->col[i];
		place_report(e->l->findings, FINDING_NOTICE, &at,
			     "\"%.*s\" names no variable that is defined here; it is left as it "
			     "stands",
			     (int)(u.to - u.from), c->s + u.from);
		i = u.to - 1;
	}
}

static struct expansion *expansion_of(struct expander *e, const struct chars *c,
				      const struct origin *from)
{
	struct expansion *x = arena_alloc(&e->l->arena, sizeof(*x));

	if (!e->said)
		e->said = arena_alloc(&e->l->arena, sizeof(*e->said));
	x->text = arena_text(&e->l->arena, c->s, c->len);
	x->source = from ? from->source : NULL;
	x->line = from ? from->line : 0;
	x->said = e->said;
	return x;
}

/* The line that is read, from `all` on, is what is to be cut: as it is written, or what it has
 * become. */
static void aim(struct expander *e, const struct piece *all, struct expansion *x)
{
	struct line *n = e->n;

	n->start = n->p = all->s;
	n->end = all->s + all->len;
	n->columns = all->col;
	n->at = e->written;
	n->at.expansion = x;
	n->plain = true;
	n->include = false;
	n->nwords = 0;
}

static bool as_written(const struct expander *e, const struct chars *c)
{
	size_t len = e->all->len;

	while (len && is_blank(e->all->s[len - 1]))
		len--;
	return c->len == len && !memcmp(c->s, e->all->s, len);
}

static void emit(struct expander *e, const struct chars *c, const struct origin *from)
{
	struct expansion *x;

	if (!c->len || e->stopped)
		return;
	if (as_written(e, c)) {
		aim(e, e->all, NULL);
		say_undefined(e, c);
		line_items(e->n);
		return;
	}
	if (++e->l->expanded > lines_max(e->l)) {
		e->l->exhausted = true;
		stop(e, column_at(c, 0),
		     "more than %u lines come out of variables and loops; nothing is replaced any "
		     "more",
		     lines_max(e->l));
		return;
	}
	x = expansion_of(e, c, from);
	aim(e, &(struct piece){x->text, c->len, c->col, 0}, x);
	e->n->damaged = false;
	say_undefined(e, c);
	line_items(e->n);
}

/* ---- variables ------------------------------------------------------- */

/* Uses that are being replaced: each ends where `tail` octets are left of the line. */
struct nest {
	unsigned depth, n;
	size_t tail[LEX_NEST_MAX];
};

static bool enter(struct expander *e, struct nest *nest, const struct chars *c,
		  const struct var_use *u)
{
	while (nest->n && c->len - u->from <= nest->tail[nest->n - 1])
		nest->n--;
	if (nest->depth + nest->n >= LEX_NEST_MAX) {
		stop(e, column_at(c, u->from),
		     "$%.*s: variables and loops are nested more than %d deep; perhaps one uses "
		     "itself",
		     (int)u->name_len, c->s + u->name, LEX_NEST_MAX);
		return false;
	}
	nest->tail[nest->n++] = c->len - u->to;
	return true;
}

/* Puts text in the place of a use. */
static bool splice(struct expander *e, struct chars *c, const struct var_use *u, const char *text,
		   size_t len)
{
	uint16_t column = column_at(c, u->from);
	size_t rest = c->len - u->to;

	charge(e, column, len + rest);
	if (u->from + len + rest > LEX_LINE_MAX)
		stop(e, column, "it becomes a line of more than %d octets", LEX_LINE_MAX);
	if (e->stopped)
		return false;
	memmove(c->s + u->from + len, c->s + u->to, rest);
	memmove(c->col + u->from + len, c->col + u->to, rest * sizeof(c->col[0]));
	memcpy(c->s + u->from, text, len);
	for (size_t i = 0; i < len; i++)
		c->col[u->from + i] = column;
	c->len = u->from + len + rest;
	return true;
}

/* A value of several lines: the line becomes as many. */
static void run_lines(struct expander *e, const struct chars *c, const struct var_use *u,
		      struct value *v, unsigned depth)
{
	uint16_t column = column_at(c, u->from);
	struct piece before = {c->s, u->from, c->col, 0};
	struct piece behind = {c->s + u->to, c->len - u->to, c->col + u->to, 0};

	value_hold(v);
	for (size_t i = 0; i < v->nlines && !e->stopped; i++) {
		const struct value_line *line = &v->lines[i];
		struct origin from = {v->source, line->number};
		struct piece pieces[3];
		size_t n = 0;

		charge(e, column, line->len);
		if (!i)
			pieces[n++] = before;
		pieces[n++] = (struct piece){line->text, line->len, NULL, column};
		if (i + 1 == v->nlines)
			pieces[n++] = behind;
		run(e, pieces, n, depth, &from);
	}
	value_drop(v);
}

enum replaced { REPLACED_NOT, REPLACED_HERE, REPLACED_LINES };

/* Replaces one use, if there is something to put in its place. */
static enum replaced replace(struct expander *e, struct chars *c, const struct var_use *u,
			     struct nest *nest)
{
	const char *name = c->s + u->name;
	struct value *v = u->args_len ? NULL : vars_find(&e->l->vars, name, u->name_len);

	if (!v && !predefined(e->l, e->file, name, u->name_len, c->s + u->args, u->args_len,
			      e->text, sizeof(e->text)))
		return REPLACED_NOT;
	if (!enter(e, nest, c, u))
		return REPLACED_LINES;
	if (v && v->nlines > 1) {
		run_lines(e, c, u, v, nest->depth + nest->n);
		return REPLACED_LINES;
	}
	if (!v)
		splice(e, c, u, e->text, strlen(e->text));
	else if (v->nlines)
		splice(e, c, u, v->lines[0].text, v->lines[0].len);
	else
		splice(e, c, u, "", 0);
	return REPLACED_HERE;
}

/* ---- definitions ----------------------------------------------------- */

/* The length of "$NAME=", or 0. */
static size_t definition_head(const char *p, const char *end)
{
	size_t len = p < end && *p == '$' ? vars_name(p + 1, end) : 0;

	return len && p + 1 + len < end && p[1 + len] == '=' ? len + 2 : 0;
}

static void define(struct expander *e, const struct chars *c, size_t head,
		   const struct origin *from)
{
	struct value_line line = {c->s + head, c->len - head, from ? from->line : 0};

	while (line.len && is_blank(*line.text)) {
		line.text++;
		line.len--;
	}
	charge(e, column_at(c, 0), line.len);
	vars_set(&e->l->vars, c->s + 1, head - 2,
		 value_new(from ? from->source : NULL, &line, line.len ? 1 : 0));
}

static void add_definition_line(struct expander *e, const char *from, const char *to)
{
	struct definition *d = &e->definition;

	while (from < to && is_blank(*from))
		from++;
	while (to > from && is_blank(to[-1]))
		to--;
	if (from == to || d->skipped)
		return;
	if (d->count == VALUE_LINES_MAX) {
		line_complain(e->n, FINDING_ERROR, from,
			      "a variable holds more than 100000 lines; it was left out");
		d->skipped = true;
		return;
	}
	if (d->count == d->cap) {
		d->cap = d->cap ? d->cap * 2 : 16;
		d->lines = xrealloc(d->lines, d->cap, sizeof(*d->lines));
	}
	d->lines[d->count++] = (struct value_line){from, (size_t)(to - from), e->n->at.line};
}

void expand_end(struct expander *e)
{
	struct definition *d = &e->definition;

	if (d->open && !d->skipped)
		vars_set(&e->l->vars, d->name, strlen(d->name),
			 value_new(e->file->source, d->lines, d->count));
	free(d->name);
	d->name = NULL;
	d->count = 0;
	d->open = d->skipped = false;
}

/* A line of a definition; it goes on when a backslash is the last thing on it. */
static void definition_line(struct expander *e, struct line *n)
{
	const char *end = n->end;
	bool goes_on;

	while (end > n->p && is_blank(end[-1]))
		end--;
	goes_on = end > n->p && end[-1] == '\\';
	n->end = end - goes_on;
	line_strip_comment(n);
	if (n->damaged)
		e->definition.skipped = true;
	add_definition_line(e, n->p, n->end);
	if (!goes_on)
		expand_end(e);
}

static void begin_definition(struct expander *e, struct line *n, size_t head, bool skipped)
{
	struct definition *d = &e->definition;

	d->open = true;
	d->skipped = skipped;
	d->name = xcalloc(1, head - 1);
	memcpy(d->name, n->p + 1, head - 2);
	n->p += head;
	definition_line(e, n);
}

/* ---- conditions and loops -------------------------------------------- */

/* The length of "@ID" or "@^ID" at the head of a text. */
static size_t condition(const struct expander *e, const char *s, size_t len, uint16_t column,
			bool *holds)
{
	struct place at = e->n->at;
	size_t end = 1, id;
	bool negated;

	while (end < len && !is_blank(s[end]))
		end++;
	negated = end > 1 && s[1] == '^';
	id = end - 1 - negated;
	at.column = column;
	if (memchr(s + 1, '$', end - 1))
		place_report(e->l->findings, FINDING_WARNING, &at,
			     "\"%.*s\": variables are not replaced in what a line depends on",
			     (int)end, s);
	*holds = negated != (id == strlen(e->l->id) && !memcmp(s + 1 + negated, e->l->id, id));
	return end;
}

/* Replaces what is used between the braces of a loop; returns the offset of its ")". */
static size_t loop_end(struct expander *e, struct chars *c, size_t at, struct nest *nest)
{
	struct var_use u;

	while (at < c->len && !e->stopped && c->s[at] != ')') {
		bool use = c->s[at] == '$' && vars_use(c->s, c->len, at, &u);
		struct value *v = use ? vars_find(&e->l->vars, c->s + u.name, u.name_len) : NULL;

		if (v && v->nlines > 1)
			stop(e, column_at(c, at),
			     "$%.*s: a variable of several lines cannot be "
			     "part of a loop's numbers or values",
			     (int)u.name_len, c->s + u.name);
		else if (!use || replace(e, c, &u, nest) == REPLACED_NOT)
			at++;
	}
	return at < c->len ? at : 0;
}

static void set_variables(struct expander *e, const struct loop *l)
{
	for (size_t i = 0; i < l->nnames; i++) {
		struct value_line line = {l->values[i].text, l->values[i].len, 0};

		vars_set(&e->l->vars, l->names[i].text, l->names[i].len,
			 value_new(NULL, &line, line.len ? 1 : 0));
	}
}

static void run_loop(struct expander *e, struct chars *c, size_t open, struct nest *nest,
		     const struct origin *from)
{
	uint16_t column = column_at(c, 0);
	const char *why = NULL;
	struct loop l;
	size_t close = open < c->len && c->s[open] == '(' ? loop_end(e, c, open + 1, nest) : 0;
	struct piece rest = {c->s + close + 1, c->len - close - 1, c->col + close + 1, 0};

	if (!close) {
		stop(e, column, "%.4s must be followed by '(', values and ')' on the same line",
		     c->s);
		return;
	}
	if (nest->depth + 1 >= LEX_NEST_MAX) {
		stop(e, column,
		     "variables and loops are nested more than %d deep; perhaps "
		     "one uses itself",
		     LEX_NEST_MAX);
		return;
	}
	if (loop_parse(&l, c->s, open, close, &why))
		while (!e->stopped && loop_next(&l, &why)) {
			charge(e, column, 0);
			set_variables(e, &l);
			run(e, &rest, 1, nest->depth + 1, from);
		}
	if (why)
		stop(e, column, "%.*s: %s", (int)(close + 1 < 64 ? close + 1 : 64), c->s, why);
}

/* ---- all together ---------------------------------------------------- */

/* Does what the head of a line asks for; true: the line has been dealt with. */
static bool take_directive(struct expander *e, struct chars *c, struct nest *nest,
			   const struct origin *from)
{
	size_t head, open;
	bool holds;

	trim(c);
	while (c->len && c->s[0] == '@') {
		erase(c, condition(e, c->s, c->len, c->col[0], &holds));
		trim(c);
		if (!holds)
			return true;
	}
	head = definition_head(c->s, c->s + c->len);
	if (head)
		define(e, c, head, from);
	else if (loop_begins(c->s, c->len, &open))
		run_loop(e, c, open, nest, from);
	else
		return false;
	return true;
}

/* Joins the pieces and turns the line that they are into the lines that it means. */
static void run(struct expander *e, const struct piece *pieces, size_t n, unsigned depth,
		const struct origin *from)
{
	struct chars *c = e->stopped ? NULL : gather(e, pieces, n, depth);
	struct nest nest = {.depth = depth};
	struct var_use u;

	if (!c || take_directive(e, c, &nest, from))
		return;
	for (size_t at = 0; at < c->len && !e->stopped;) {
		enum replaced r = c->s[at] == '$' && vars_use(c->s, c->len, at, &u)
				      ? replace(e, c, &u, &nest)
				      : REPLACED_NOT;

		if (r == REPLACED_LINES)
			return;
		if (r == REPLACED_NOT)
			at++;
		else if (!at && take_directive(e, c, &nest, from))
			return;
	}
	emit(e, c, from);
}

bool expand_wanted(const struct expander *e, const struct line *n)
{
	const char *p = n->p, *end = n->end;

	if (e->definition.open)
		return true;
	if (p < end && (*p == '@' || *p == '~'))
		return true;
	while ((p = memchr(p, '$', (size_t)(end - p)))) {
		p++;
		if (p < end && (*p == '{' || vars_name(p, end)))
			return true;
	}
	return false;
}

/* After an error: no line comes of it, but the braces of `all` count. */
static void leave_out(struct expander *e, const struct piece *all, size_t items)
{
	e->l->count = items;
	aim(e, all, NULL);
	e->n->damaged = true;
	line_items(e->n);
}

static void expand_written(struct expander *e, struct line *n)
{
	struct piece all = {n->p, (size_t)(n->end - n->p), NULL, 0};
	uint16_t col[LEX_LINE_MAX + 1];
	size_t items = e->l->count;

	for (size_t i = 0; i < all.len; i++)
		col[i] = (uint16_t)(n->p - n->start + (ptrdiff_t)i + 1);
	all.col = col;
	e->written = n->at;
	e->all = &all;
	e->said = NULL;
	e->stopped = e->l->exhausted;
	if (!e->stopped)
		run(e, &all, 1, 0, NULL);
	if (e->stopped)
		leave_out(e, &all, items);
}

void expand_line(struct expander *e, struct line *n)
{
	bool holds = true;
	size_t head;

	e->n = n;
	if (e->definition.open) {
		definition_line(e, n);
		return;
	}
	while (n->p < n->end && *n->p == '@' && holds) {
		n->p += condition(e, n->p, (size_t)(n->end - n->p), (uint16_t)(n->p - n->start + 1),
				  &holds);
		line_skip_blanks(n);
	}
	head = definition_head(n->p, n->end);
	if (head)
		begin_definition(e, n, head, !holds);
	if (head || !holds)
		return;
	if (!expand_wanted(e, n)) {
		line_items(n);
		return;
	}
	line_strip_comment(n);
	if (n->damaged)
		line_items(n);
	else
		expand_written(e, n);
}

struct expander *expander_new(struct lexed *l, const struct lex_open *file)
{
	struct expander *e = xcalloc(1, sizeof(*e));

	e->l = l;
	e->file = file;
	return e;
}

void expander_free(struct expander *e)
{
	for (size_t i = 0; i <= LEX_NEST_MAX; i++)
		free(e->levels[i]);
	free(e->definition.name);
	free(e->definition.lines);
	free(e);
}
