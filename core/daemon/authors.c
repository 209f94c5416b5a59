/* authors: see authors.h. Part of main. */
#include "daemon/authors.h"

#include "base/text.h"
#include "daemon/overlay_rows.h"
#include "ipc/wire.h"
#include "model/rows.h"

#include <string.h>

static void note(struct store *live, enum table_id t, const void *row, const char *who,
		 uint64_t when)
{
	struct real_server_row rs;
	struct node_row n;

	if (t == T_REAL_SERVER) {
		rs = *(const struct real_server_row *)row;
		rs.changed_by = who;
		rs.changed_at = when;
		store_put(live, t, &rs, F_MAIN, NULL);
	} else if (t == T_NODE) {
		n = *(const struct node_row *)row;
		n.changed_by = who;
		n.changed_at = when;
		store_put(live, t, &n, F_SEEN, NULL);
	}
}

static void note_line(struct store *live, const struct overlay_row *line, const char *who,
		      uint64_t when)
{
	struct overlay_row row = *line;

	TEXT_COPY(row.changed_by, who);
	row.changed_at = when;
	store_put(live, T_OVERLAY, &row, F_SEEN, NULL);
}

void authors_note(struct store *live, enum table_id t, const void *key, const char *who)
{
	const void *row = store_find(live, t, key);

	if (row)
		note(live, t, row, who, wall_now_ms());
}

void authors_note_line(struct store *live, enum table_id t, const void *key, const char *field,
		       const char *who)
{
	const struct overlay_row *line = overlay_rows_find(live, t, key, field);

	if (line)
		note_line(live, line, who, wall_now_ms());
}
