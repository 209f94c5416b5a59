/* digest: see digest.h. */
#include "daemon/digest.h"

#include "base/log.h"
#include "base/text.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

struct digest {
	EVP_MD_CTX *ctx;
};

static void digest_begin(struct digest *d)
{
	d->ctx = EVP_MD_CTX_new();
	if (!d->ctx || EVP_DigestInit_ex(d->ctx, EVP_sha256(), NULL) != 1)
		fatalx("cannot set up SHA-256");
}

static void digest_add(struct digest *d, const char *text)
{
	EVP_DigestUpdate(d->ctx, text, strlen(text) + 1);
}

static void digest_end(struct digest *d, char ret[DIGEST_TEXT])
{
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	EVP_DigestFinal_ex(d->ctx, md, &n);
	EVP_MD_CTX_free(d->ctx);
	for (unsigned i = 0; i < n && 2 * i + 2 < DIGEST_TEXT; i++)
		snprintf(ret + (size_t)2 * i, 3, "%02x", md[i]);
}

/* What rightly differs between the directors of a pair. */
static bool is_local(enum table_id t, const struct field *f)
{
	static const char *const local[] = {"base_priority", "initial_state", "interface",
					    "admin_state", "admin_reason"};

	if (t == T_GLOBAL)
		return true;
	for (size_t i = 0; t == T_VRRP_INSTANCE && i < sizeof(local) / sizeof(local[0]); i++)
		if (text_eq(local[i], f->name))
			return true;
	return false;
}

static void add_field(struct digest *d, const struct table *t, const void *row,
		      const struct field *f)
{
	char text[TEXT_MAX];

	digest_add(d, t->name);
	digest_add(d, row_key_text(t->id, row, text, sizeof(text)));
	digest_add(d, f->name);
	digest_add(d, field_text_secret(f, row, text, sizeof(text)));
}

typedef bool (*field_filter)(const struct table *t, const struct field *f, const void *row,
			     const void *base);

static void digest_store(const struct store *s, const struct store *base, field_filter wanted,
			 char ret[DIGEST_TEXT])
{
	struct digest d;

	digest_begin(&d);
	for (int i = 0; i < T_COUNT; i++) {
		const struct table *t = schema_table((enum table_id)i);

		for (size_t r = 0; r < store_count(s, t->id); r++) {
			const void *row = store_at(s, t->id, r);
			const void *there = base ? store_find(base, t->id, row) : NULL;

			for (unsigned k = 0; k < t->nfields; k++)
				if (!is_local(t->id, &t->fields[k]) &&
				    wanted(t, &t->fields[k], row, there))
					add_field(&d, t, row, &t->fields[k]);
		}
	}
	digest_end(&d, ret);
}

static bool in_config(const struct table *t, const struct field *f, const void *row,
		      const void *base)
{
	(void)t;
	(void)row;
	(void)base;
	return f->flags & (F_CONFIG | F_KEY);
}

void digest_config(const struct store *s, char ret[DIGEST_TEXT])
{
	digest_store(s, NULL, in_config, ret);
}

static bool in_overlay(const struct table *t, const struct field *f, const void *row,
		       const void *base)
{
	struct fieldset one = {{0}}, diff;

	if (!(f->flags & F_WANTED) || !base)
		return false;
	fieldset_add(&one, field_index(t, f));
	diff = row_diff(t->id, row, base, one);
	return !fieldset_empty(&diff);
}

void digest_overlay(const struct store *wanted, const struct store *file, char ret[DIGEST_TEXT])
{
	digest_store(wanted, file, in_overlay, ret);
}
