/* stores: see stores.h. Used by the golden tests, the random-edit test and the fuzzer. */
#include "stores.h"

#include "config/config.h"

#include <stdio.h>

static bool same_row(enum table_id t, const void *a, const void *b, char *why)
{
	struct fieldset mask = fieldset_of(t, F_CONFIG | F_KEY);
	struct fieldset differs = row_diff(t, a, b, mask);
	const struct table *table = schema_table(t);
	char key[TEXT_MAX], va[TEXT_MAX], vb[TEXT_MAX];

	for (unsigned i = 0; i < table->nfields; i++) {
		const struct field *f = &table->fields[i];

		if (!fieldset_has(&differs, i))
			continue;
		snprintf(why, TEXT_MAX, "%s %.100s: %s is \"%.80s\", then \"%.80s\"", table->name,
			 row_key_text(t, a, key, sizeof(key)), f->name,
			 field_text_secret(f, a, va, sizeof(va)),
			 field_text_secret(f, b, vb, sizeof(vb)));
		return false;
	}
	return true;
}

static bool same_table(enum table_id t, const struct store *a, const struct store *b, char *why)
{
	size_t n = store_count(a, t);

	for (size_t i = 0; i < n && i < store_count(b, t); i++)
		if (!same_row(t, store_at(a, t, i), store_at(b, t, i), why))
			return false;
	if (n == store_count(b, t))
		return true;
	snprintf(why, TEXT_MAX, "%s: %zu rows, then %zu", schema_table(t)->name, n,
		 store_count(b, t));
	return false;
}

bool stores_same_config(const struct store *a, const struct store *b, char *why)
{
	for (int t = 0; t < T_COUNT; t++)
		if (schema_configured((enum table_id)t) && !same_table((enum table_id)t, a, b, why))
			return false;
	return true;
}

char *stores_print(const struct store *s, size_t *size)
{
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, size ? size : &len);

	config_print(s, to);
	fclose(to);
	return text;
}
