/*
 * sequence: ~SEQ counts, ~LST goes over a list.
 *
 *	~SEQ(VAR, START, STEP, END)     without STEP: 1, or -1 when END is below START
 *	~SEQ(VAR, END)                  START is 1, or -1 when END is below 0
 *	~SEQx(...)                      the same with hexadecimal numbers
 *	~LST(VAR, A, B)
 *	~LST({VAR, OTHER}, {A, B}, {C, D})
 *
 * Numbers may be decimal, hexadecimal (0x) or octal (0). A group with fewer values than there are
 * names leaves the others empty, one with more is a mistake.
 */
#include "config/sequence.h"

#include "config/vars.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool loop_begins(const char *text, size_t len, size_t *open)
{
	size_t at;

	if (len < 4 || (memcmp(text, "~SEQ", 4) != 0 && memcmp(text, "~LST", 4) != 0))
		return false;
	at = len > 4 && text[1] == 'S' && text[4] == 'x' ? 5 : 4;
	while (at < len && (text[at] == ' ' || text[at] == '\t'))
		at++;
	*open = at;
	return true;
}

static struct loop_text trimmed(const char *from, const char *to)
{
	while (from < to && (*from == ' ' || *from == '\t'))
		from++;
	while (to > from && (to[-1] == ' ' || to[-1] == '\t'))
		to--;
	return (struct loop_text){from, (size_t)(to - from)};
}

/* The next part of a list, up to a comma or one of `stop`; quotes protect both. */
static struct loop_text take(const char **p, const char *end, const char *stop)
{
	const char *from = *p;
	bool quoted = false;

	for (; *p < end && (quoted || (**p != ',' && !strchr(stop, **p))); (*p)++)
		if (**p == '"')
			quoted = !quoted;
	return trimmed(from, *p);
}

/* Reads "{A, B}" at p into texts; returns how many, or 0 with `why` set. */
static size_t take_group(const char **p, const char *end, struct loop_text *texts, const char **why)
{
	size_t n = 0;

	do {
		(*p)++; /* the brace or the comma */
		if (n == LOOP_NAMES_MAX) {
			*why = "more than 32 values in one group";
			return 0;
		}
		texts[n++] = take(p, end, "}");
	} while (*p < end && **p == ',');
	if (*p == end) {
		*why = "a '}' is missing";
		return 0;
	}
	(*p)++;
	return n;
}

static void skip_blanks(const char **p, const char *end)
{
	while (*p < end && (**p == ' ' || **p == '\t'))
		(*p)++;
}

static bool names_are_good(const struct loop *l)
{
	for (size_t i = 0; i < l->nnames; i++) {
		const struct loop_text *t = &l->names[i];

		if (!t->len || vars_name(t->text, t->text + t->len) != t->len)
			return false;
	}
	return true;
}

static bool take_number(const struct loop_text *t, long *ret)
{
	char text[24], *end;

	if (!t->len || t->len >= sizeof(text))
		return false;
	memcpy(text, t->text, t->len);
	text[t->len] = '\0';
	*ret = strtol(text, &end, 0);
	/* The bound keeps every sum of two of them in range. */
	return !*end && *ret >= -(1L << 40) && *ret <= 1L << 40;
}

static bool parse_sequence(struct loop *l, const char **why)
{
	struct loop_text args[3] = {{0}};
	long n[3] = {0};
	size_t count = 0;

	while (l->p < l->end) {
		l->p++; /* the comma */
		if (count == 3) {
			*why = "too many numbers";
			return false;
		}
		args[count++] = take(&l->p, l->end, "");
	}
	for (size_t i = 0; i < count; i++)
		if (!take_number(&args[i], &n[i])) {
			*why = "a number is wrong";
			return false;
		}
	if (!count) {
		*why = "the numbers are missing";
		return false;
	}
	l->last = n[count - 1];
	l->next = count > 1 ? n[0] : l->last < 0 ? -1 : 1;
	l->step = count > 2 ? n[1] : l->last < l->next ? -1 : 1;
	if (!l->step || (l->step > 0 && l->last < l->next) || (l->step < 0 && l->last > l->next))
		*why = "it never gets from the first number to the last";
	else if (l->hex && (l->next < 0 || l->last < 0))
		*why = "~SEQx cannot count below 0";
	return !*why;
}

bool loop_parse(struct loop *l, const char *text, size_t open, size_t len, const char **why)
{
	*why = NULL;
	*l = (struct loop){.is_list = text[1] == 'L', .hex = open > 4 && text[4] == 'x'};
	l->p = text + open + 1;
	l->end = text + len;
	skip_blanks(&l->p, l->end);
	l->grouped = l->is_list && l->p < l->end && *l->p == '{';
	if (l->grouped) {
		l->nnames = take_group(&l->p, l->end, l->names, why);
		skip_blanks(&l->p, l->end);
	} else {
		l->names[0] = take(&l->p, l->end, "");
		l->nnames = 1;
	}
	if (!*why && !names_are_good(l))
		*why = "the name of the variable is wrong";
	if (!*why && l->p < l->end && *l->p != ',')
		*why = "a ',' is missing";
	if (!*why && l->is_list && l->p == l->end)
		*why = "the values are missing";
	if (*why)
		return false;
	return l->is_list || parse_sequence(l, why);
}

static bool next_number(struct loop *l)
{
	if (l->over)
		return false;
	if (l->hex)
		snprintf(l->number, sizeof(l->number), "%lx", (unsigned long)l->next);
	else
		snprintf(l->number, sizeof(l->number), "%ld", l->next);
	l->values[0] = (struct loop_text){l->number, strlen(l->number)};
	l->next += l->step;
	l->over = l->step > 0 ? l->next > l->last : l->next < l->last;
	return true;
}

static bool next_value(struct loop *l, const char **why)
{
	size_t n = 1;

	if (l->p == l->end)
		return false;
	l->p++; /* the comma */
	memset(l->values, 0, sizeof(l->values));
	skip_blanks(&l->p, l->end);
	if (l->p < l->end && *l->p == '{') {
		n = take_group(&l->p, l->end, l->values, why);
		skip_blanks(&l->p, l->end);
	} else {
		l->values[0] = take(&l->p, l->end, "");
	}
	if (!*why && l->p < l->end && *l->p != ',')
		*why = "a ',' is missing";
	if (!*why && n > l->nnames)
		*why = "a group has more values than there are variables";
	return !*why;
}

bool loop_next(struct loop *l, const char **why)
{
	return l->is_list ? next_value(l, why) : next_number(l);
}
