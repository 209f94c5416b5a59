/*
 * preview: see preview.h. It reads and judges the file as a reload does (reload_read()), and
 * compares with `live`, since `wanted` may hold a change that is only being tested.
 */
#include "daemon/preview.h"

#include "base/text.h"
#include "config/config.h"
#include "daemon/reload.h"

#include <stdio.h>

struct preview {
	struct buf *lines;
	size_t added, removed, changed; /* rows */
	size_t omitted;
};

/* ---- lines ------------------------------------------------------------- */

static void put_word(struct buf *b, const char *word)
{
	char quoted[4 * 1024 + 3], part[1024];

	TEXT_COPY(part, word); /* a line of the file may be longer */
	text_quote(quoted, sizeof(quoted), part);
	buf_printf(b, " %s", quoted);
}

static bool has_room(struct preview *p)
{
	if (p->lines->len < PREVIEW_MAX)
		return true;
	p->omitted++;
	return false;
}

static void put_row(struct buf *b, const char *what, enum table_id t, const void *row)
{
	const struct table *table = schema_table(t);
	char text[TEXT_MAX];

	buf_printf(b, "%s", what);
	put_word(b, table->name);
	for (unsigned i = 0; i < table->nkeys; i++)
		put_word(b, field_text(&table->fields[i], row, text, sizeof(text)));
}

static void whole_row(struct preview *p, const char *what, enum table_id t, const void *row)
{
	if (!has_room(p))
		return;
	put_row(p->lines, what, t, row);
	buf_printf(p->lines, "\n");
}

static void put_finding(struct preview *p, enum finding_level level, const struct finding *f)
{
	char number[16];

	if (!has_room(p))
		return;
	buf_printf(p->lines, "finding");
	put_word(p->lines, finding_level_names[level]);
	put_word(p->lines, f->file ? f->file : "");
	snprintf(number, sizeof(number), "%u", f->line);
	put_word(p->lines, number);
	snprintf(number, sizeof(number), "%u", f->column);
	put_word(p->lines, number);
	put_word(p->lines, f->text);
	put_word(p->lines, f->source ? f->source : "");
	buf_printf(p->lines, "\n");
}

/* ---- what would change ------------------------------------------------- */

/* What is to be executed is shown to exec alone: that it differs is enough. */
static const char *shown(const struct field *f, const void *row, char text[TEXT_MAX])
{
	return f->flags & F_EXEC ? "***" : field_text(f, row, text, TEXT_MAX);
}

static void compare_fields(struct preview *p, enum table_id t, const void *old, const void *new)
{
	const struct table *table = schema_table(t);
	struct fieldset differ = row_diff(t, old, new, fieldset_of(t, F_WANTED));
	char text[TEXT_MAX];

	p->changed += !fieldset_empty(&differ);
	for (unsigned i = 0; i < table->nfields; i++) {
		const struct field *f = &table->fields[i];

		if (!fieldset_has(&differ, i) || !has_room(p))
			continue;
		put_row(p->lines, "changed", t, new);
		put_word(p->lines, f->name);
		put_word(p->lines, shown(f, old, text));
		put_word(p->lines, shown(f, new, text));
		buf_printf(p->lines, f->flags & F_LIVE ? " live\n" : " restart\n");
	}
}

static void compare_table(struct preview *p, enum table_id t, const struct store *live,
			  const struct store *wanted)
{
	for (size_t i = 0; i < store_count(live, t); i++) {
		const void *row = store_at(live, t, i);

		if (!store_find(wanted, t, row)) {
			p->removed++;
			whole_row(p, "removed", t, row);
		}
	}
	for (size_t i = 0; i < store_count(wanted, t); i++) {
		const void *row = store_at(wanted, t, i), *old = store_find(live, t, row);

		if (old) {
			compare_fields(p, t, old, row);
		} else {
			p->added++;
			whole_row(p, "added", t, row);
		}
	}
}

bool preview_reload(struct director *d, struct buf *lines, char *why)
{
	struct preview p = {.lines = lines};
	struct findings f = {0};
	struct store *wanted, *file = reload_read(d, &f, &wanted);
	bool good = reload_is_good(&f, wanted, why);

	for (size_t i = 0; i < f.count; i++)
		put_finding(&p, f.items[i].level, &f.items[i]);
	if (!good && findings_worst(&f) < FINDING_ERROR)
		put_finding(&p, FINDING_ERROR, &(struct finding){.text = why});
	for (int t = 0; t < T_COUNT && good; t++)
		if (schema_configured((enum table_id)t))
			compare_table(&p, (enum table_id)t, d->live, wanted);
	if (p.omitted)
		buf_printf(lines, "omitted %zu\n", p.omitted);
	if (good && !p.added && !p.removed && !p.changed)
		snprintf(why, TEXT_MAX, "nothing would change");
	else if (good)
		snprintf(why, TEXT_MAX, "rows that would be added: %zu, removed: %zu, changed: %zu",
			 p.added, p.removed, p.changed);
	findings_free(&f);
	store_free(file);
	store_free(wanted);
	return good;
}
