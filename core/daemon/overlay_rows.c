/*
 * overlay_rows: see overlay_rows.h.
 *
 * The rows are built anew after every change of file or overlay and put over those that are
 * there, so that what is the same is not sent. A row remembers who made the change as long as its
 * value is the same; daemon/authors tells it.
 */
#include "daemon/overlay_rows.h"

#include "base/text.h"
#include "model/rows.h"

#include <stdio.h>
#include <string.h>

#define OVERLAY_ROW "-" /* what stands for a field where a whole row is meant */

static void name_row(struct overlay_row *row, enum table_id t, const void *key, const char *field)
{
	char text[TEXT_MAX], object[TEXT_MAX + 32];

	row_init(T_OVERLAY, row);
	snprintf(object, sizeof(object), "%s%s%s", schema_table(t)->name,
		 schema_table(t)->nkeys ? " " : "", row_key_text(t, key, text, sizeof(text)));
	TEXT_COPY(row->object, object);
	TEXT_COPY(row->field, field);
}

static void value_of(const struct field *f, const void *row, char *ret, size_t size)
{
	char text[TEXT_MAX];

	text_copy(ret, size, field_text(f, row, text, sizeof(text)));
}

static void describe(struct director *d, const struct overlay_line *l, struct overlay_row *row)
{
	const void *file = store_find(d->file, l->table, l->key);
	const void *wanted = store_find(d->wanted, l->table, l->key);
	unsigned char set[MAX_ROW];
	char why[TEXT_MAX], now[sizeof(row->value)];

	name_row(row, l->table, l->key, l->f->name);
	row_init(l->table, set);
	if (field_parse(l->f, set, l->value, why))
		value_of(l->f, set, row->value, sizeof(row->value));
	if (!wanted) {
		row->state = OVERLAY_NO_ROW;
		return;
	}
	if (file)
		value_of(l->f, file, row->file_value, sizeof(row->file_value));
	value_of(l->f, wanted, now, sizeof(now));
	row->state = text_eq(now, row->value) ? OVERLAY_IN_FORCE : OVERLAY_NOT_IN_FORCE;
}

/* A row that was made or taken away. */
static void describe_row(struct director *d, const struct overlay_line *l, struct overlay_row *row)
{
	bool there = store_find(d->wanted, l->table, l->key);

	name_row(row, l->table, l->key, OVERLAY_ROW);
	TEXT_COPY(row->value, l->kind == OP_ADD ? "added" : "deleted");
	TEXT_COPY(row->file_value, store_find(d->file, l->table, l->key) ? "there" : "");
	row->state = there == (l->kind == OP_ADD) ? OVERLAY_IN_FORCE : OVERLAY_NOT_IN_FORCE;
}

static void not_understood(const struct overlay_line *l, struct overlay_row *row)
{
	row_init(T_OVERLAY, row);
	TEXT_COPY(row->object, l->line);
	TEXT_COPY(row->field, OVERLAY_ROW);
	row->state = OVERLAY_NOT_UNDERSTOOD;
}

/* The author of the same value is still the author. */
static void put(struct store *live, struct overlay_row *row)
{
	const struct overlay_row *known = store_find(live, T_OVERLAY, row);

	if (known && text_eq(known->value, row->value)) {
		TEXT_COPY(row->changed_by, known->changed_by);
		row->changed_at = known->changed_at;
	}
	store_put(live, T_OVERLAY, row, F_SEEN, NULL);
}

void overlay_rows(struct director *d)
{
	struct store *now = store_new();
	struct overlay_row row;

	for (size_t i = 0; i < overlay_count(d->overlay); i++) {
		struct overlay_line l = overlay_line(d->overlay, i);

		if (l.kind == OP_SET)
			describe(d, &l, &row);
		else if (l.kind)
			describe_row(d, &l, &row);
		else
			not_understood(&l, &row);
		store_put(now, T_OVERLAY, &row, F_KEY | F_SEEN,
			  NULL); /* the last of a name counts */
	}
	STORE_EACH(now, T_OVERLAY, struct overlay_row, r)
	{
		row = *r;
		put(d->live, &row);
	}
	for (size_t i = store_count(d->live, T_OVERLAY); i-- > 0;) {
		const void *old = store_at(d->live, T_OVERLAY, i);

		if (!store_find(now, T_OVERLAY, old))
			store_del(d->live, T_OVERLAY, old);
	}
	store_free(now);
}

const struct overlay_row *overlay_rows_find(const struct store *live, enum table_id t,
					    const void *key, const char *field)
{
	struct overlay_row row;

	name_row(&row, t, key, field[0] ? field : OVERLAY_ROW);
	return store_find(live, T_OVERLAY, &row);
}
