/*
 * numbers: the numbers of rows in tables of MIBs that have no names (snmp_index): those of the file
 * at the start, as keepalived numbers them; a row that is there over a reload keeps its number, and
 * one that comes gets a new one.
 */
#ifndef DAEMON_NUMBERS_H
#define DAEMON_NUMBERS_H

#include "model/store.h"

struct numbers;

/* Before `live` becomes what is wanted: `file` has the places of all rows in the file. */
struct numbers *numbers_begin(const struct store *live, const struct store *file);
/* After that: numbers the rows that have come. `last` (of T_COUNT, zeroed at first) is the greatest
 * number that a table without a parent has had. Frees `n`. */
void numbers_end(struct numbers *n, struct store *live, uint32_t *last);

/* Rows that go at run time leave their numbers in `departed`, and have them again when they come
 * back: before `live` becomes what is wanted, and after. */
void numbers_leave(const struct store *live, const struct store *wanted, struct store *departed);
void numbers_return(struct store *live, const struct store *departed);

/* Numbers those rows of `live` that have none: they are in no file. */
void numbers_rest(struct store *live, uint32_t *last);

#endif
