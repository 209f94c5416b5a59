/*
 * changelog_text: the change log as text. Pure.
 *
 *	halvard-changes 1
 *	NUMBER WHEN SOURCE RESULT "who" "object" "field" "old" "new" "text"
 *
 * A line is a row, WHEN in milliseconds of the wall clock, texts quoted as text_quote() does. Lines
 * are in the order in which they were written; a number that comes again is the same row, as it has
 * become. A line counts when it is whole: its end is written last. Words behind the last one are of
 * another version and mean nothing here.
 */
#ifndef DAEMON_CHANGELOG_TEXT_H
#define DAEMON_CHANGELOG_TEXT_H

#include "base/buf.h"
#include "model/rows.h"
#include "model/store.h"

#define CHANGELOG_MAGIC "halvard-changes 1\n"

/* What stands in a text besides the rows. */
struct changelog_found {
	uint32_t last;  /* the greatest number */
	size_t lines;   /* rows of each number as often as it comes, and what follows */
	size_t unknown; /* lines that are not understood; their numbers count */
	bool cut;       /* the last line has no end: it is not used */
};

/* Appends the line of a row. */
void changelog_print(const struct change_log_row *row, struct buf *ret);

/* Puts the newest `size` rows into `s`. 0, or -EINVAL: the text is not a change log of this form,
 * nothing was read. */
int changelog_parse(struct store *s, const char *text, size_t len, uint32_t size,
		    struct changelog_found *ret);

#endif
