/*
 * vars: names and values, in a tree.
 *
 * A value is what was written, line by line, without the blanks around it; what is to be replaced
 * in it is replaced where it is used. Loops set their variable millions of times, so values are
 * given back at once and not with the rest of the configuration.
 */
#include "config/vars.h"

#include "base/log.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

struct variable {
	struct value *value;
	size_t len;
	const char *name;
	char copy[];
};

static int by_name(const void *a, const void *b)
{
	const struct variable *x = a, *y = b;

	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return memcmp(x->name, y->name, x->len);
}

struct value *value_new(const struct source *source, const struct value_line *lines, size_t n)
{
	size_t size = sizeof(struct value) + n * sizeof(*lines), octets = 0;
	struct value *v;
	char *to;

	for (size_t i = 0; i < n; i++)
		octets += lines[i].len;
	v = xcalloc(1, size + octets);
	to = (char *)v + size;
	*v = (struct value){.holders = 1, .source = source, .nlines = n};
	for (size_t i = 0; i < n; i++) {
		v->lines[i] = (struct value_line){to, lines[i].len, lines[i].number};
		memcpy(to, lines[i].text, lines[i].len);
		to += lines[i].len;
	}
	return v;
}

struct value *value_hold(struct value *v)
{
	v->holders++;
	return v;
}

void value_drop(struct value *v)
{
	if (!--v->holders)
		free(v);
}

static struct variable *find(const struct vars *v, const char *name, size_t len)
{
	struct variable key = {.name = name, .len = len}, **at = tfind(&key, &v->tree, by_name);

	return at ? *at : NULL;
}

struct value *vars_find(const struct vars *v, const char *name, size_t len)
{
	const struct variable *found = find(v, name, len);

	return found ? found->value : NULL;
}

void vars_set(struct vars *v, const char *name, size_t len, struct value *value)
{
	struct variable *var = find(v, name, len);

	if (var) {
		value_drop(var->value);
		var->value = value;
		return;
	}
	var = xcalloc(1, sizeof(*var) + len);
	memcpy(var->copy, name, len);
	var->name = var->copy;
	var->len = len;
	var->value = value;
	if (!tsearch(var, &v->tree, by_name))
		fatalx("out of memory");
}

static void free_variable(void *p)
{
	struct variable *var = p;

	value_drop(var->value);
	free(var);
}

void vars_free(struct vars *v)
{
	tdestroy(v->tree, free_variable);
	v->tree = NULL;
}

size_t vars_name(const char *p, const char *end)
{
	const char *from = p;

	if (p < end && *p >= '0' && *p <= '9')
		return 0;
	while (p < end && (*p == '_' || (*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') ||
			   (*p >= 'a' && *p <= 'z')))
		p++;
	return (size_t)(p - from);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

bool vars_use(const char *s, size_t len, size_t at, struct var_use *u)
{
	const char *end = s + len;
	bool braced = at + 1 < len && s[at + 1] == '{';
	const char *p = s + at + 1 + braced;

	*u = (struct var_use){.from = at, .name = (size_t)(p - s)};
	u->name_len = vars_name(p, end);
	p += u->name_len;
	if (!u->name_len || (!braced && p < end && !is_blank(*p)))
		return false;
	u->args = (size_t)(p - s);
	if (braced && p < end && is_blank(*p)) {
		while (p < end && *p != '}' && *p != '{' && *p != '"')
			p++;
		u->args_len = (size_t)(p - s) - u->args;
	}
	if (braced && (p == end || *p != '}'))
		return false;
	u->to = (size_t)(p - s) + braced;
	return true;
}
