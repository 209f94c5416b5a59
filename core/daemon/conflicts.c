/* conflicts: see conflicts.h. Part of main. */
#include "daemon/conflicts.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* The value of a line as a row would show it: a secret not at all. */
static const char *value_of(const struct overlay_line *l, char buf[TEXT_MAX])
{
	unsigned char row[MAX_ROW];
	char why[TEXT_MAX];

	row_init(l->table, row);
	return field_parse(l->f, row, l->value, why) ? field_text(l->f, row, buf, TEXT_MAX) : "?";
}

static bool is_same(const struct overlay_line *l, const void *a, const void *b)
{
	struct fieldset one = {{0}}, diff;

	fieldset_add(&one, field_index(schema_table(l->table), l->f));
	diff = row_diff(l->table, a, b, one);
	return fieldset_empty(&diff);
}

/* Of a value that was set. */
static bool find_value(const struct overlay_line *l, const void *was, const void *is,
		       const char *path, struct findings *f)
{
	char key[TEXT_MAX], set[TEXT_MAX], old[TEXT_MAX], new[TEXT_MAX];
	const char *table = schema_table(l->table)->name;

	if (!was || (is && is_same(l, was, is)))
		return false;
	row_key_text(l->table, l->key, key, sizeof(key));
	if (!is) {
		findings_add(f, FINDING_WARNING, path, 0, 0, NULL,
			     "%s %.100s is not in the file any more: what was set of it (%s) is "
			     "kept, and not in force",
			     table, key, l->f->name);
		return true;
	}
	field_text(l->f, is, new, sizeof(new));
	if (text_eq(new, value_of(l, set)))
		findings_add(f, FINDING_WARNING, path, 0, 0, NULL,
			     "%s %.100s: %s is %.100s in the file now, as it was set at run time",
			     table, key, l->f->name, new);
	else
		findings_add(
		    f, FINDING_WARNING, path, 0, 0, NULL,
		    "%s %.100s: %s is %.100s in the file now, it was %.100s; %.100s, which "
		    "was set at run time, stays in force until it is reverted",
		    table, key, l->f->name, new, field_text(l->f, was, old, sizeof(old)), set);
	return true;
}

/* Of a row that was made or taken away. */
static bool find_row(const struct overlay_line *l, const void *was, const void *is,
		     const char *path, struct findings *f)
{
	bool added = l->kind == OP_ADD;
	char key[TEXT_MAX];

	if (!was == !is)
		return false;
	row_key_text(l->table, l->key, key, sizeof(key));
	findings_add(f, FINDING_WARNING, path, 0, 0, NULL,
		     "%s %.100s, which was %s at run time, %s", schema_table(l->table)->name, key,
		     added ? "added" : "deleted",
		     added && is ? "is in the file now, and as the file has it but for what was set"
		     : added     ? "is not in the file any more, and is made by itself"
		     : is        ? "is in the file again, and stays away until it is reverted"
				 : "is not in the file any more");
	return true;
}

size_t conflicts_find(const struct overlay *o, const struct store *was, const struct store *is,
		      const char *path, struct findings *f)
{
	size_t n = 0;

	for (size_t i = 0; i < overlay_count(o); i++) {
		struct overlay_line l = overlay_line(o, i);
		const void *old, *new;

		if (!l.kind)
			continue; /* of another version */
		old = store_find(was, l.table, l.key);
		new = store_find(is, l.table, l.key);
		n += l.kind == OP_SET ? find_value(&l, old, new, path, f)
				      : find_row(&l, old, new, path, f);
	}
	return n;
}
