/*
 * expand: what rewrites lines before words are cut: conditional lines (@ID), variables ($NAME,
 * ${NAME}) and loops (~SEQ, ~LST).
 *
 * One line may become none, or many. Each that comes out is cut as if it had been written, but
 * its places are those of the line that was, and a finding about it tells what it has become.
 * The work is bounded: LEX_NEST_MAX levels, CONFIG_LINES_MAX lines and a number of steps in
 * proportion. A line that breaks a bound, or a rule, is left out whole with one error.
 *
 * Internal to the lexer; one expander for each open file.
 */
#ifndef CONFIG_EXPAND_H
#define CONFIG_EXPAND_H

#include "config/words.h"

struct expander;

struct expander *expander_new(struct lexed *l, const struct lex_open *file);
void expander_free(struct expander *e);

/* Whether the line has to go through expand_line(). Quick, for the lines that need not. */
bool expand_wanted(const struct expander *e, const struct line *n);
/* The line, without its comment, and whatever it becomes, into items. `n` is used up. */
void expand_line(struct expander *e, struct line *n);
/* At the end of the file. */
void expand_end(struct expander *e);

/* The text of a variable that is there without a definition; `args` are the words behind its
 * name. false: there is none of that name, or not with these words. */
bool predefined(struct lexed *l, const struct lex_open *file, const char *name, size_t len,
		const char *args, size_t args_len, char *buf, size_t size);

#endif
