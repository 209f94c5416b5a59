/*
 * compare: see compare.h. Process: halvardctl.
 *
 * An export is lines `TABLE KEY... FIELD "value"`, the words of `halvardctl set`, sorted, one for
 * each field that says what is wanted; secrets are left out. Beside them the two digests, which
 * cover secrets too. An export is read without the schema, so that one of another version can be
 * compared: the last two words are field and value, those before say which row.
 *
 * What rightly differs between the directors of a pair (F_LOCAL) is exported, and compared only
 * with --all.
 */
#include "ctl/compare.h"

#include "base/log.h"
#include "base/text.h"
#include "ctl/command.h"
#include "ctl/result.h"
#include "ctl/say.h"
#include "ctl/value.h"
#include "ctl/view_int.h"
#include "model/rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 8

struct line {
	char *row; /* table and keys */
	char *field;
	char *value;
};

struct lines {
	struct line *items;
	size_t n, cap;
};

static void lines_add(struct lines *l, const char *row, const char *field, const char *value)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 256;
		l->items = xrealloc(l->items, l->cap, sizeof(*l->items));
	}
	l->items[l->n++] = (struct line){xstrdup(row), xstrdup(field), xstrdup(value)};
}

static void lines_free(struct lines *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->items[i].row);
		free(l->items[i].field);
		free(l->items[i].value);
	}
	free(l->items);
}

static int by_row_and_field(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int r = strcmp(x->row, y->row);

	return r ? r : strcmp(x->field, y->field);
}

static void lines_sort(struct lines *l)
{
	if (l->n)
		qsort(l->items, l->n, sizeof(*l->items), by_row_and_field);
}

/* ---- this director ----------------------------------------------------- */

/* Bare when it reads back as itself; the same for every director. */
static void put_word(struct buf *b, const char *word)
{
	char quoted[4 * TEXT_MAX + 3];
	bool plain = *word != '\0';

	for (const char *p = word; *p; p++)
		plain = plain && *p > ' ' && *p < 0x7f && *p != '"' && *p != '\\' && *p != '#';
	text_quote(quoted, sizeof(quoted), word);
	buf_printf(b, "%s%s", b->len ? " " : "", plain ? word : quoted);
}

static void add_row(struct lines *l, const struct table *t, const void *row, unsigned without)
{
	struct buf name = {0};
	char text[TEXT_MAX];

	put_word(&name, t->name);
	for (unsigned k = 0; k < t->nkeys; k++)
		put_word(&name, field_text(&t->fields[k], row, text, sizeof(text)));
	for (unsigned i = 0; i < t->nfields; i++) {
		const struct field *f = &t->fields[i];

		if ((f->flags & F_WANTED) && !(f->flags & (F_SECRET | without)))
			lines_add(l, buf_cstr(&name), f->name,
				  field_text(f, row, text, sizeof(text)));
	}
	buf_free(&name);
}

/* `without`: F_ of fields that are left out. */
static struct lines own_lines(struct ctl *c, unsigned without)
{
	struct lines l = {0};

	store_single(c->store, T_GLOBAL);
	for (int i = 0; i < T_COUNT; i++) {
		const struct table *t = schema_table((enum table_id)i);

		for (size_t k = 0; k < store_count(c->store, t->id); k++)
			add_row(&l, t, store_at(c->store, t->id, k), without);
	}
	lines_sort(&l);
	return l;
}

/* ---- digests ----------------------------------------------------------- */

enum { CONFIG, OVERLAY, DIGESTS };
static const char *const digest_fields[DIGESTS] = {"config_digest", "overlay_digest"};
static const char *const digest_names[DIGESTS] = {"config", "overlay"};

static const char *own_digest(struct ctl *c, int which)
{
	return field_str(schema_field(T_GLOBAL, digest_fields[which]),
			 store_single(c->store, T_GLOBAL));
}

static void json_digests(struct ctl *c, struct json *j, char peer[DIGESTS][TEXT_MAX])
{
	json_open(j, "digests", '{');
	for (int d = 0; d < DIGESTS; d++) {
		json_open(j, digest_names[d], '{');
		json_text(j, "here", own_digest(c, d));
		if (peer && peer[d][0])
			json_text(j, "peer", peer[d]);
		else
			json_null(j, "peer");
		json_close(j, '}');
	}
	json_close(j, '}');
}

/* "TABLE KEY..." as members. */
static void json_row_name(struct json *j, const char *row)
{
	char word[TEXT_MAX] = "";

	text_word(&row, word, sizeof(word));
	json_text(j, "table", word);
	json_open(j, "key", '[');
	while (text_word(&row, word, sizeof(word)))
		json_text(j, NULL, word);
	json_close(j, ']');
}

/* ---- export ------------------------------------------------------------ */

static void export_json(struct ctl *c, const struct lines *l)
{
	struct json j = {0};

	json_open(&j, NULL, '{');
	json_digests(c, &j, NULL);
	json_open(&j, "fields", '[');
	for (size_t i = 0; i < l->n; i++) {
		json_open(&j, NULL, '{');
		json_row_name(&j, l->items[i].row);
		json_text(&j, "field", l->items[i].field);
		json_text(&j, "value", l->items[i].value);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	result_print_object(c, &j);
	json_free(&j);
}

int compare_export(struct ctl *c, int argc, char **argv)
{
	struct lines l = own_lines(c, 0);
	char quoted[4 * TEXT_MAX + 3];

	(void)argc, (void)argv;
	for (int d = 0; d < DIGESTS; d++)
		lines_add(&l, "global", digest_fields[d], own_digest(c, d));
	lines_sort(&l);
	if (c->json) {
		export_json(c, &l);
	} else {
		for (size_t i = 0; i < l.n; i++) {
			text_quote(quoted, sizeof(quoted), l.items[i].value);
			printf("%s %s %s\n", l.items[i].row, l.items[i].field, quoted);
		}
	}
	lines_free(&l);
	return CTL_OK;
}

/* ---- the peer ---------------------------------------------------------- */

struct peer {
	struct lines lines;
	char digest[DIGESTS][TEXT_MAX];
};

/* Whether this line counts: local fields only with --all. */
static bool is_compared(const struct ctl *c, const char *table, const char *field)
{
	const struct table *t = schema_table_by_name(table);
	const struct field *f = t ? schema_field(t->id, field) : NULL;

	return c->all || !f || !(f->flags & F_LOCAL);
}

static bool read_line(const struct ctl *c, struct peer *p, const char *text)
{
	char words[WORDS_MAX][TEXT_MAX];
	struct buf row = {0};
	unsigned n = 0;

	while (n < WORDS_MAX && text_word(&text, words[n], sizeof(words[n])))
		n++;
	if (n < 3 || text[strspn(text, " \t")])
		return false;
	for (int d = 0; d < DIGESTS; d++) {
		if (n == 3 && text_eq(words[0], "global") && text_eq(words[1], digest_fields[d])) {
			TEXT_COPY(p->digest[d], words[2]);
			return true;
		}
	}
	if (!is_compared(c, words[0], words[n - 2]))
		return true;
	for (unsigned i = 0; i + 2 < n; i++)
		put_word(&row, words[i]);
	lines_add(&p->lines, buf_cstr(&row), words[n - 2], words[n - 1]);
	buf_free(&row);
	return true;
}

/* False after a message. */
static bool read_peer(const struct ctl *c, struct peer *p, FILE *f, const char *name)
{
	char *text = NULL;
	unsigned number = 0;
	size_t size = 0;
	bool good = true;
	ssize_t len;

	while (good && (len = getline(&text, &size, f)) >= 0) {
		number++;
		text[strcspn(text, "\r\n")] = '\0';
		good = text[0] == '#' || text[0] == '\0' || read_line(c, p, text);
	}
	if (!good)
		say(stderr, "halvardctl: %s:%u: not a line of `halvardctl export`: %.80s\n", name,
		    number, text);
	else if (ferror(f))
		say(stderr, "halvardctl: %s: %s\n", name, strerror(errno));
	else if (!number)
		say(stderr, "halvardctl: %s is empty: did the export fail?\n", name);
	good = good && !ferror(f) && number;
	free(text);
	lines_sort(&p->lines);
	return good;
}

static bool open_peer(const struct ctl *c, struct peer *p)
{
	bool in = text_eq(c->peer, "-"), good;
	FILE *f = in ? stdin : fopen(c->peer, "re");

	if (!f) {
		say(stderr, "halvardctl: %s: %s\n", c->peer, strerror(errno));
		return false;
	}
	good = read_peer(c, p, f, in ? "standard input" : c->peer);
	if (!in)
		fclose(f);
	return good;
}

/* ---- the comparison ---------------------------------------------------- */

struct report {
	struct ctl *c;
	struct json json;
	size_t differences;
};

/* field NULL: the row as a whole; a value NULL: not on that side. */
static void differ(struct report *r, const char *row, const char *field, const char *here,
		   const char *peer)
{
	struct json *j = &r->json;

	r->differences++;
	if (!r->c->json && !field) {
		say(stdout, "%s: only %s\n", row, here ? "here" : "there");
	} else if (!r->c->json) {
		say(stdout, "%s: %s is %s here, %s there\n", row, field,
		    !here   ? "unknown"
		    : *here ? here
			    : "empty",
		    !peer   ? "unknown"
		    : *peer ? peer
			    : "empty");
	} else {
		json_open(j, NULL, '{');
		json_row_name(j, row);
		field ? json_text(j, "field", field) : json_null(j, "field");
		here ? json_text(j, "here", here) : json_null(j, "here");
		peer ? json_text(j, "peer", peer) : json_null(j, "peer");
		json_close(j, '}');
	}
}

static size_t end_of_row(const struct lines *l, size_t i)
{
	size_t e = i;

	while (e < l->n && text_eq(l->items[e].row, l->items[i].row))
		e++;
	return e;
}

/* Fields of one row that both have. */
static void compare_fields(struct report *r, const struct line *a, const struct line *ae,
			   const struct line *b, const struct line *be)
{
	while (a < ae || b < be) {
		int o = a == ae ? 1 : b == be ? -1 : strcmp(a->field, b->field);

		if (o < 0)
			differ(r, a->row, a->field, a->value, NULL);
		else if (o > 0)
			differ(r, b->row, b->field, NULL, b->value);
		else if (!text_eq(a->value, b->value))
			differ(r, a->row, a->field, a->value, b->value);
		a += o <= 0;
		b += o >= 0;
	}
}

static void compare_rows(struct report *r, const struct lines *a, const struct lines *b)
{
	size_t i = 0, k = 0;

	while (i < a->n || k < b->n) {
		int o = i == a->n ? 1 : k == b->n ? -1 : strcmp(a->items[i].row, b->items[k].row);
		size_t ie = o <= 0 ? end_of_row(a, i) : i, ke = o >= 0 ? end_of_row(b, k) : k;

		if (o < 0)
			differ(r, a->items[i].row, NULL, "present", NULL);
		else if (o > 0)
			differ(r, b->items[k].row, NULL, NULL, "present");
		else
			compare_fields(r, a->items + i, a->items + ie, b->items + k, b->items + ke);
		i = ie;
		k = ke;
	}
}

/* Returns how many differ. */
static unsigned say_digests(struct ctl *c, const struct peer *p)
{
	unsigned differ = 0;

	for (int d = 0; d < DIGESTS; d++) {
		bool same = text_eq(own_digest(c, d), p->digest[d]);

		differ += !same;
		if (c->json)
			continue;
		if (same)
			say(stdout, "%s digest: the same, %s\n", digest_names[d], p->digest[d]);
		else
			say(stdout, "%s digest: %s here, %s there\n", digest_names[d],
			    own_digest(c, d), p->digest[d][0] ? p->digest[d] : "unknown");
	}
	return differ;
}

static int compare_with_peer(struct ctl *c)
{
	struct report r = {.c = c};
	struct peer p = {0};
	struct lines own = {0};
	unsigned digests = 0;
	bool good = open_peer(c, &p);

	if (good) {
		own = own_lines(c, c->all ? 0 : F_LOCAL);
		digests = say_digests(c, &p);
		json_open(&r.json, NULL, '{');
		json_digests(c, &r.json, p.digest);
		json_open(&r.json, "differences", '[');
		compare_rows(&r, &own, &p.lines);
		json_close(&r.json, ']');
		if (c->json)
			result_print_object(c, &r.json);
		else if (digests && !r.differences)
			say(stdout, "no field that can be seen differs: a secret may, or by which "
				    "way a value was set\n");
	}
	json_free(&r.json);
	lines_free(&own);
	lines_free(&p.lines);
	if (!good)
		return CTL_USAGE;
	return digests || r.differences ? CTL_DIFFERS : CTL_OK;
}

/* ---- the file ---------------------------------------------------------- */

static const struct grid_column overlay_columns[] = {
    {"OBJECT"}, {"FIELD"}, {"IN THE FILE"}, {"SET TO"}, {"STATE", .state = true},
    {"BY"},     {"WHEN"},  {NULL},
};

/* What was set at run time; as diff(1), 1 when there is something. */
static int compare_with_file(struct ctl *c)
{
	struct grid *g;

	if (view_json(c, c->command->tables, NULL, NULL))
		return store_count(c->store, T_OVERLAY) ? CTL_DIFFERS : CTL_OK;
	if (!store_count(c->store, T_OVERLAY)) {
		printf("nothing differs from the file\n");
		return CTL_OK;
	}
	g = grid_new(overlay_columns);
	STORE_EACH(c->store, T_OVERLAY, struct overlay_row, o)
	{
		char when[64];

		grid_add(g, o->object);
		grid_add(g, o->field);
		grid_add(g, *o->file_value ? o->file_value : "-");
		grid_add(g, *o->value ? o->value : "-");
		grid_add(g, enum_name(overlay_state_names, o->state));
		grid_add(g, o->changed_by);
		grid_add(g, o->changed_at ? value_wall(o->changed_at, when, sizeof(when)) : "");
	}
	view_print(c, g);
	return CTL_DIFFERS;
}

int compare_diff(struct ctl *c, int argc, char **argv)
{
	(void)argc, (void)argv;
	if (c->peer)
		return compare_with_peer(c);
	if (!c->all)
		return compare_with_file(c);
	say(stderr, "halvardctl: --all goes with --peer\n");
	return CTL_USAGE;
}
