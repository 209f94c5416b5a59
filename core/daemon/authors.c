/* authors: see authors.h. Part of main. */
#include "daemon/authors.h"

#include "base/text.h"
#include "daemon/overlay_rows.h"
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

/* ---- from the change log ----------------------------------------------- */

/* Whether the line of the overlay says what was asked for, which may have been written in another
 * way. */
static bool says(const struct overlay_row *line, const struct field *f, const char *asked)
{
	unsigned char row[MAX_ROW];
	char why[TEXT_MAX], text[TEXT_MAX], value[sizeof(line->value)];

	if (!f)
		return text_eq(line->value, asked);
	memset(row, 0, sizeof(row));
	if (!field_parse(f, row, asked, why))
		return false;
	TEXT_COPY(value, field_text(f, row, text, sizeof(text)));
	return text_eq(line->value, value);
}

/* What failed and stands in the overlay all the same is of its author, unless there is a better
 * one. */
static void load_line(struct store *live, enum table_id t, const void *key,
		      const struct change_log_row *c)
{
	const struct overlay_row *line = overlay_rows_find(live, t, key, c->field);

	if (line && (c->result == CHANGE_DONE || !line->changed_at) &&
	    says(line, c->field[0] ? schema_field(t, c->field) : NULL, c->new_value))
		note_line(live, line, c->who, c->when);
}

/* The row that a line of the change log names: a table and its keys, which `words` keeps. False:
 * there is no such table. */
static bool read_object(const char *p, char words[][TEXT_MAX], enum table_id *t, void *key)
{
	const struct table *tab;
	char name[64];

	if (!text_word(&p, name, sizeof(name)) || !(tab = schema_table_by_name(name)))
		return false;
	*t = tab->id;
	return row_read_keys(tab->id, &p, key, words);
}

static void load(struct store *live, const struct change_log_row *c)
{
	char words[MAX_KEYS][TEXT_MAX];
	unsigned char key[MAX_ROW];
	const void *row;
	enum table_id t;

	if (c->result == CHANGE_REFUSED || !read_object(c->object, words, &t, key))
		return;
	load_line(live, t, key, c);
	row = store_find(live, t, key);
	if (row && c->result == CHANGE_DONE)
		note(live, t, row, c->who, c->when);
}

void authors_load(struct store *live)
{
	STORE_EACH(live, T_CHANGE_LOG, struct change_log_row, c)
	load(live, c);
}
