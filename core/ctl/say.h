/*
 * say: messages of halvardctl. What they quote may come from anywhere (names of rows, an
 * operator's reason, a word of the command line), so no control character of it reaches the
 * terminal: '?' stands for each, as in the cells of a grid.
 */
#ifndef CTL_SAY_H
#define CTL_SAY_H

#include <stdio.h>

/* printf() to `to`, cleaned; only a newline at the very end stays one. */
void say(FILE *to, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* From now on what is said to stderr is gathered (--json). */
void say_collect(void);
/* What was gathered, without the program's name and the last newline. */
const char *say_collected(void);

#endif
