/* words: one line on its way into items. Internal to the lexer. */
#ifndef CONFIG_WORDS_H
#define CONFIG_WORDS_H

#include "config/lex.h"

#define WORDS_MAX 256 /* of a statement; more are reported and left out */

struct line {
	struct lexed *l;
	const struct lex_open *file;
	const char *start, *p, *end;
	const uint16_t *columns; /* of each octet in the line as written; NULL: its own place */
	struct place at;
	unsigned insist; /* what includes of this file insist on */
	bool damaged;
	bool store;   /* short enough for its words to be kept */
	bool plain;   /* comments are gone; what looks like one is none */
	bool include; /* the statement begins with a word of the include family */
	unsigned nwords;
	const char *words_end; /* of the last one */
	struct word words[WORDS_MAX];
	char text[LEX_LINE_MAX + 1];
};

/* Cuts what stands between p and end into words and braces. */
void line_items(struct line *n);
/* A finding at an octet of the line; the line counts as damaged, and says no more. */
void line_complain(struct line *n, enum finding_level level, const char *p, const char *text);
/* Takes the comment off the end of the line. */
void line_strip_comment(struct line *n);
void line_skip_blanks(struct line *n);

#endif
