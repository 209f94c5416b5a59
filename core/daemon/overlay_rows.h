/*
 * overlay_rows: the overlay as everybody sees it: the rows of the table overlay.
 */
#ifndef DAEMON_OVERLAY_ROWS_H
#define DAEMON_OVERLAY_ROWS_H

#include "daemon/director.h"

/* Makes the rows in `live` those of the overlay over `file` and `wanted`. */
void overlay_rows(struct director *d);
/* Notes who has just set this field; nothing when the overlay has no such line. */
void overlay_rows_author(struct director *d, enum table_id t, const void *key, const char *field,
			 const char *who);

#endif
