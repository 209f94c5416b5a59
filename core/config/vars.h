/* vars: the variables of a configuration ($NAME=VALUE), and the text of loops' variables. */
#ifndef CONFIG_VARS_H
#define CONFIG_VARS_H

#include <stdbool.h>
#include <stddef.h>

struct source;

struct value_line {
	const char *text;
	size_t len;
	unsigned number; /* of the line where it was written; 0: nowhere */
};

/* A value lives while somebody holds it, so that one can be replaced while it is being read. */
struct value {
	unsigned holders;
	const struct source *source; /* where it was written, or NULL */
	size_t nlines;
	struct value_line lines[];
};

struct vars {
	void *tree;
};

/* A copy of the lines, held by the caller. */
struct value *value_new(const struct source *source, const struct value_line *lines, size_t n);
struct value *value_hold(struct value *v);
void value_drop(struct value *v);

/* Gives the name a value, in place of any it had; takes over the caller's hold. */
void vars_set(struct vars *v, const char *name, size_t len, struct value *value);
/* The value, or NULL. It is not held. */
struct value *vars_find(const struct vars *v, const char *name, size_t len);
void vars_free(struct vars *v);

/* A use of a variable, $NAME or ${NAME} or ${NAME ARGS}, as offsets. */
struct var_use {
	size_t from, to, name, name_len, args, args_len;
};

/* Whether one begins at the "$" at `at`; without braces a blank or the end must follow. */
bool vars_use(const char *s, size_t len, size_t at, struct var_use *u);
/* The octets at p, up to end, that can be the name of a variable; 0: none. */
size_t vars_name(const char *p, const char *end);

#endif
