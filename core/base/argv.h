/*
 * argv: the text of a command as the configuration has it, into words. Pure.
 *
 * No shell reads it. Blanks part words; "..." and '...' keep them in one; \n and the like, \xNN,
 * \NNN and \cX are the characters that they name, and \ before any other is that one. There are no
 * variables, patterns or redirections: who wants them writes /bin/sh -c '...'.
 */
#ifndef BASE_ARGV_H
#define BASE_ARGV_H

#include <stdbool.h>
#include <stddef.h>

#define ARGV_WORDS_MAX 64

struct argv {
	const char *words[ARGV_WORDS_MAX + 1]; /* ends with NULL */
	unsigned count;
	char text[1024]; /* what the words point into; a copy of the struct is not its own */
};

/* false: it has no word, too many or too long ones, or a quote that does not end; `why` (may be
 * NULL) gets a text without end. */
bool argv_split(struct argv *a, const char *text, const char **why);
/* A word more; false: there is no room. */
bool argv_add(struct argv *a, const char *word);

#endif
