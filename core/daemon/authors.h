/*
 * authors: who has set what: changed_by and changed_at of real servers, machines and rows of the
 * overlay. They stand in no file of their own: after a start the change log tells them, as far as
 * it goes back.
 */
#ifndef DAEMON_AUTHORS_H
#define DAEMON_AUTHORS_H

#include "model/store.h"

/* Notes in a row of `live` who has just changed it; nothing for tables that do not tell. */
void authors_note(struct store *live, enum table_id t, const void *key, const char *who);
/* The same of the line in the overlay that sets this field (none: of the line about the row), if
 * there is one. */
void authors_note_line(struct store *live, enum table_id t, const void *key, const char *field,
		       const char *who);
/* Notes what the rows of change_log say; after overlay_rows(). */
void authors_load(struct store *live);

#endif
