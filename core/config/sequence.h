/* sequence: the loops of a line, ~SEQ(...), ~SEQx(...) and ~LST(...): what their variables are
 * set to, one round after the other. Pure. */
#ifndef CONFIG_SEQUENCE_H
#define CONFIG_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>

#define LOOP_NAMES_MAX 32

struct loop_text {
	const char *text;
	size_t len;
};

struct loop {
	size_t nnames;
	struct loop_text names[LOOP_NAMES_MAX];
	/* of one round, after loop_next() */
	struct loop_text values[LOOP_NAMES_MAX];
	/* ~SEQ */
	bool is_list, hex, over;
	long next, step, last;
	char number[24];
	/* ~LST */
	bool grouped;
	const char *p, *end;
};

/* Whether text begins with a loop; `open` is set to the offset of its "(". */
bool loop_begins(const char *text, size_t len, size_t *open);
/* Reads a loop: `text` up to and without its ")", with the "(" at `open`. The text must live as
 * long as the loop. false: `why` says what is wrong. */
bool loop_parse(struct loop *l, const char *text, size_t open, size_t len, const char **why);
/* The values of the next round; false: it is over, or `why` is set to what is wrong. */
bool loop_next(struct loop *l, const char **why);

#endif
