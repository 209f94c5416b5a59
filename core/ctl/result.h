/*
 * result: what became of a command, for a program. With --json every command prints one object:
 * what it shows, or one with the member "result" and what was done, and nothing on stderr.
 */
#ifndef CTL_RESULT_H
#define CTL_RESULT_H

#include "ctl/ctl.h"
#include "ctl/json.h"

/* The word of "status" for an exit code. */
const char *result_word(const struct ctl *c, int rc);
extern const char *const result_words[]; /* all there are; NULL-ended */

/* Notes that there is no such row; returns the exit code of that. */
int result_no_row(struct ctl *c);

/* Adds "result" to the object that `j` has open (NULL: a new one), closes and prints it. The
 * message is the daemon's, or what was complained of. */
void result_print(struct ctl *c, struct json *j, int rc);
/* Prints an object whose members are written; it is closed here. */
void result_print_object(struct ctl *c, struct json *j);

#endif
