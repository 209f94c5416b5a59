/*
 * overlay_rows: the overlay as everybody sees it: the rows of the table overlay.
 */
#ifndef DAEMON_OVERLAY_ROWS_H
#define DAEMON_OVERLAY_ROWS_H

#include "daemon/director.h"

struct overlay_row;

/* Makes the rows in `live` those of the overlay over `file` and `wanted`. */
void overlay_rows(struct director *d);
/* The row about this field, with "" about the row as a whole; NULL: the overlay has no such line.
 */
const struct overlay_row *overlay_rows_find(const struct store *live, enum table_id t,
					    const void *key, const char *field);

#endif
