/* digest: see digest.h. */
#include "daemon/digest.h"

#include "base/log.h"

#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct digest {
	SHA2_CTX sha;
};

struct digest *digest_begin(void)
{
	struct digest *d = xcalloc(1, sizeof(*d));

	SHA256Init(&d->sha);
	return d;
}

void digest_add(struct digest *d, const char *text)
{
	SHA256Update(&d->sha, (const uint8_t *)text, strlen(text) + 1);
}

void digest_end(struct digest *d, char ret[DIGEST_TEXT])
{
	uint8_t md[SHA256_DIGEST_LENGTH];

	SHA256Final(md, &d->sha);
	free(d);
	for (size_t i = 0; i < sizeof(md) && 2 * i + 2 < DIGEST_TEXT; i++)
		snprintf(ret + 2 * i, 3, "%02x", md[i]);
}

static void add_row(struct digest *d, const struct table *t, const void *row, unsigned without)
{
	char text[TEXT_MAX];

	digest_add(d, t->name);
	for (unsigned k = 0; k < t->nfields; k++)
		if ((t->fields[k].flags & (F_KEY | F_CONFIG)) && !(t->fields[k].flags & without))
			digest_add(d, field_text_secret(&t->fields[k], row, text, sizeof(text)));
}

static void digest_rows(const struct store *s, unsigned without, char ret[DIGEST_TEXT])
{
	struct digest *d = digest_begin();

	for (int i = 0; i < T_COUNT; i++) {
		const struct table *t = schema_table((enum table_id)i);

		if (!schema_configured(t->id))
			continue;
		for (size_t r = 0; r < store_count(s, t->id); r++)
			add_row(d, t, store_at(s, t->id, r), without);
	}
	digest_end(d, ret);
}

void digest_config(const struct store *s, char ret[DIGEST_TEXT])
{
	digest_rows(s, F_LOCAL, ret);
}

void digest_file(const struct store *s, char ret[DIGEST_TEXT])
{
	digest_rows(s, 0, ret);
}
