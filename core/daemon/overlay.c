/* overlay: see overlay.h. */
#define LOG_AREA LOG_AREA_CONFIG
#include "daemon/overlay.h"

#include "base/log.h"
#include "base/text.h"
#include "config/create.h"
#include "daemon/persist.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OVERLAY_FILE  "overlay"
#define OVERLAY_MAGIC "halvard-overlay "
#define OVERLAY_FIRST OVERLAY_MAGIC "1"
#define LINE_WORD     TEXT_MAX

struct entry {
	char *line;            /* as it stands in the file */
	enum op_kind kind;     /* 0: a line of another version, kept as it is */
	const struct field *f; /* OP_SET */
	enum table_id table;
	unsigned char *key; /* a row of the table */
	char *value;
};

struct overlay {
	char *first; /* line, when it is of another version; NULL: ours */
	struct entry *items;
	size_t count;
	size_t cap;
};

struct overlay *overlay_new(void)
{
	return xcalloc(1, sizeof(struct overlay));
}

static void entry_clear(struct entry *e)
{
	if (e->key)
		row_drop(e->table, e->key);
	free(e->line);
	free(e->key);
	free(e->value);
}

void overlay_free(struct overlay *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < o->count; i++)
		entry_clear(&o->items[i]);
	free(o->items);
	free(o->first);
	free(o);
}

size_t overlay_count(const struct overlay *o)
{
	return o->count;
}

struct overlay_line overlay_line(const struct overlay *o, size_t i)
{
	const struct entry *e = &o->items[i];

	return (struct overlay_line){e->line, e->kind, e->f, e->table, e->key, e->value};
}

static struct entry *append(struct overlay *o)
{
	if (o->count == o->cap) {
		o->cap = o->cap ? 2 * o->cap : 16;
		o->items = xrealloc(o->items, o->cap, sizeof(*o->items));
	}
	memset(&o->items[o->count], 0, sizeof(*o->items));
	return &o->items[o->count++];
}

static unsigned char *row_dup(enum table_id t, const void *row)
{
	size_t size = schema_table(t)->row_size;
	unsigned char *copy = memcpy(xcalloc(1, size), row, size);

	row_hold(t, copy);
	return copy;
}

struct overlay *overlay_clone(const struct overlay *o)
{
	struct overlay *c = overlay_new();

	c->first = o->first ? xstrdup(o->first) : NULL;
	for (size_t i = 0; i < o->count; i++) {
		const struct entry *from = &o->items[i];
		struct entry *e = append(c);

		*e = *from;
		e->line = xstrdup(from->line);
		e->value = from->value ? xstrdup(from->value) : NULL;
		e->key = from->key ? row_dup(from->table, from->key) : NULL;
	}
	return c;
}

/* ---- reading ---------------------------------------------------------- */

/* Reads "TABLE KEY..." and of a set "FIELD value" into the entry; a reason when it is not
 * understood. */
static const char *read_op(struct entry *e, enum op_kind kind, const char *p)
{
	static char why[TEXT_MAX];
	char word[LINE_WORD], keys[MAX_KEYS][TEXT_MAX]; /* the row borrows them */
	unsigned char row[MAX_ROW];
	const struct table *t;

	if (!text_word(&p, word, sizeof(word)) || !(t = schema_table_by_name(word)))
		return "unknown table";
	if (!row_read_keys(t->id, &p, row, keys))
		return "bad key";
	if (kind != OP_SET) {
		if (p[strspn(p, " \t")] || !config_may_create(t->id))
			return "no such row can be made";
		e->kind = kind;
		e->table = t->id;
		e->key = row_dup(t->id, row);
		return NULL;
	}
	if (!text_word(&p, word, sizeof(word)) || !(e->f = schema_field(t->id, word)))
		return "unknown field";
	if (!text_word(&p, word, sizeof(word)) || p[strspn(p, " \t")] || !(e->f->flags & F_SET) ||
	    !field_parse(e->f, row, word, why)) {
		e->f = NULL;
		return "bad value";
	}
	e->kind = OP_SET;
	e->table = t->id;
	e->key = row_dup(t->id, row);
	e->value = xstrdup(word);
	return NULL;
}

/* What may stand in the log: a line that names a secret is not shown. */
static const char *printable(const struct entry *e)
{
	for (int t = 0; t < T_COUNT; t++) {
		const struct table *tab = schema_table((enum table_id)t);

		for (unsigned i = 0; i < tab->nfields; i++)
			if (tab->fields[i].flags & F_SECRET && strstr(e->line, tab->fields[i].name))
				return tab->fields[i].name;
	}
	return e->line;
}

static const char *const op_words[] = {[OP_SET] = "set", [OP_ADD] = "add", [OP_DEL] = "del"};

static void read_line(struct overlay *o, const char *text, size_t len)
{
	struct entry *e = append(o);
	const char *why = "unknown operation";
	char word[8] = "";
	const char *p;

	e->line = xcalloc(1, len + 1);
	memcpy(e->line, text, len);
	p = e->line;
	text_word(&p, word, sizeof(word));
	for (enum op_kind k = OP_SET; k <= OP_DEL; k++)
		if (text_eq(word, op_words[k]))
			why = read_op(e, k, p);
	if (why)
		log_warnx("overlay: kept but not in force (%s): %.200s", why, printable(e));
}

/* That of a newer version stays, so that the newer one finds what it has written. */
static bool read_first(struct overlay *o, const char *text, size_t len)
{
	const size_t magic = strlen(OVERLAY_MAGIC);

	if (len == strlen(OVERLAY_FIRST) && memcmp(text, OVERLAY_FIRST, len) == 0)
		return true;
	if (len <= magic || memcmp(text, OVERLAY_MAGIC, magic) != 0 || text[magic] < '1' ||
	    text[magic] > '9')
		return false;
	free(o->first);
	o->first = xcalloc(1, len + 1);
	memcpy(o->first, text, len);
	log_notice("overlay: of another version (%.60s): what is not known here is kept", o->first);
	return true;
}

int overlay_parse(struct overlay *o, const char *text, size_t len)
{
	const char *end = text + len;
	bool first = true;

	if (len && memchr(text, 0, len))
		return -EINVAL;
	while (text < end) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((nl ? nl : end) - text);

		if (first && !read_first(o, text, n))
			return -EINVAL;
		if (!first && n)
			read_line(o, text, n);
		first = false;
		text += n + 1;
	}
	return 0;
}

/* ---- writing ---------------------------------------------------------- */

static void print_word(struct buf *b, const char *word)
{
	char quoted[4 * LINE_WORD + 3];

	text_quote(quoted, sizeof(quoted), word);
	buf_printf(b, " %s", quoted);
}

/* "set TABLE KEY...": what an entry is about. */
static void print_stem(struct buf *b, enum op_kind kind, const struct table *t, const void *key)
{
	char text[TEXT_MAX];

	buf_printf(b, "%s %s", op_words[kind], t->name);
	for (unsigned i = 0; i < t->nkeys; i++)
		print_word(b, field_text(&t->fields[i], key, text, sizeof(text)));
}

void overlay_print(const struct overlay *o, struct buf *ret)
{
	buf_printf(ret, "%s\n", o->first ? o->first : OVERLAY_FIRST);
	for (size_t i = 0; i < o->count; i++)
		buf_printf(ret, "%s\n", o->items[i].line);
}

static void forget(struct overlay *o, size_t i)
{
	entry_clear(&o->items[i]);
	o->count--;
	memmove(&o->items[i], &o->items[i + 1], (o->count - i) * sizeof(o->items[0]));
}

static bool is_about(const struct entry *e, enum table_id t, const void *key, const struct field *f)
{
	return e->kind == OP_SET && e->f == f && e->table == t && row_key_cmp(t, e->key, key) == 0;
}

static bool is_default(enum table_id t, const struct field *f, const char *value)
{
	unsigned char row[MAX_ROW];
	char text[TEXT_MAX];

	row_init(t, row);
	return (f->flags & F_ADMIN) && text_eq(field_text(f, row, text, sizeof(text)), value);
}

void overlay_set(struct overlay *o, enum table_id t, const void *key, const struct field *f,
		 const char *value)
{
	struct buf b = {0};
	struct entry *e;

	bool row_behind = false;

	/* What a row that was made had from others it must have again: so what stood before it
	 * stays. */
	for (size_t i = o->count; i-- > 0;) {
		if (!row_behind && is_about(&o->items[i], t, key, f))
			forget(o, i);
		row_behind = row_behind || (i < o->count && o->items[i].kind == OP_ADD);
	}
	if (!row_behind && is_default(t, f, value))
		return;
	e = append(o);
	print_stem(&b, OP_SET, schema_table(t), key);
	buf_printf(&b, " %s", f->name);
	print_word(&b, value);
	e->line = xstrdup(buf_cstr(&b));
	e->kind = OP_SET;
	e->f = f;
	e->table = t;
	e->key = row_dup(t, key);
	e->value = xstrdup(value);
	buf_free(&b);
}

static void append_row(struct overlay *o, enum op_kind kind, enum table_id t, const void *key)
{
	struct buf b = {0};
	struct entry *e = append(o);

	print_stem(&b, kind, schema_table(t), key);
	e->line = xstrdup(buf_cstr(&b));
	e->kind = kind;
	e->table = t;
	e->key = row_dup(t, key);
	buf_free(&b);
}

/* Lines about it that were not in force must not be by this. */
void overlay_add(struct overlay *o, enum table_id t, const void *key)
{
	bool away = false;

	for (size_t i = 0; i < o->count; i++)
		away = away || (o->items[i].kind == OP_DEL && o->items[i].table == t &&
				row_key_cmp(t, o->items[i].key, key) == 0);
	overlay_revert(o, t, key);
	if (away)
		append_row(o, OP_DEL, t, key);
	append_row(o, OP_ADD, t, key);
}

void overlay_del(struct overlay *o, enum table_id t, const void *key, bool in_file)
{
	overlay_revert(o, t, key);
	if (in_file)
		append_row(o, OP_DEL, t, key);
}

void overlay_forget(struct overlay *o, size_t i)
{
	forget(o, i);
}

/* Whether a later line says it anew, and no row was made in between. */
static bool is_outdated(const struct overlay *o, size_t i)
{
	const struct entry *e = &o->items[i];

	if (e->kind != OP_SET)
		return false;
	for (size_t k = i + 1; k < o->count && o->items[k].kind != OP_ADD; k++)
		if (is_about(&o->items[k], e->table, e->key, e->f))
			return true;
	return false;
}

size_t overlay_revert(struct overlay *o, enum table_id t, const void *key)
{
	size_t before = o->count, gone;
	bool made = false;

	for (size_t i = o->count; i-- > 0;) {
		if (!o->items[i].kind ||
		    !config_is_part(o->items[i].table, o->items[i].key, t, key))
			continue;
		made = made || o->items[i].kind == OP_ADD;
		forget(o, i);
	}
	gone = before - o->count;
	/* What stood before such a row for its sake, or a row that comes and goes would leave a
	 * line behind each time. */
	for (size_t i = o->count; made && i-- > 0;)
		if (is_outdated(o, i))
			forget(o, i);
	return gone;
}

size_t overlay_revert_all(struct overlay *o)
{
	size_t before = o->count;

	for (size_t i = o->count; i-- > 0;)
		if (o->items[i].kind)
			forget(o, i);
	return before - o->count;
}

/* Puts one line into its row, which is there, and remembers the row in `old`, which holds it. */
static void put_entry(const struct entry *e, struct store *s, unsigned char *old)
{
	size_t size = schema_table(e->table)->row_size;
	struct fieldset one = {{0}};
	unsigned char row[MAX_ROW];
	char why[TEXT_MAX];

	memcpy(old, store_find(s, e->table, e->key), size);
	row_hold(e->table, old);
	memcpy(row, old, size);
	if (!field_parse(e->f, row, e->value, why))
		return;
	fieldset_add(&one, field_index(schema_table(e->table), e->f));
	store_put_set(s, e->table, row, one, NULL);
}

/* Of a row that is made here; one that the file has by now has all from there. */
static bool is_birth(const struct entry *e)
{
	return e->kind == OP_SET && (e->f->flags & F_CREATE);
}

/* What the lines behind one that makes a row set of it: all, or what is set as it is made. */
static void put_settings(const struct overlay *o, size_t at, struct store *s, bool births)
{
	const struct entry *e = &o->items[at];
	unsigned char old[MAX_ROW];

	for (size_t i = at + 1; e->kind == OP_ADD && i < o->count; i++) {
		const struct entry *b = &o->items[i];

		if (b->kind != OP_SET || (births && !is_birth(b)) || b->table != e->table ||
		    row_key_cmp(e->table, b->key, e->key) || !store_find(s, b->table, b->key))
			continue;
		put_entry(b, s, old);
		row_drop(b->table, old);
	}
}

static bool make_row(const struct overlay *o, size_t at, struct store *s)
{
	const struct entry *e = &o->items[at];
	char why[TEXT_MAX];
	bool good = config_create(s, e->table, e->key, why);

	if (good)
		put_settings(o, at, s, true);
	good = good && config_complete(s, e->table, e->key, why);
	if (!good)
		log_warnx("overlay: kept but not in force (%s): %.200s", why, e->line);
	return good;
}

/* Makes the row of an entry, or takes it away; false: it stays without effect. */
static bool put_row(const struct overlay *o, size_t at, struct store *s)
{
	const struct entry *e = &o->items[at];
	bool there = store_find(s, e->table, e->key);

	if (e->kind == OP_DEL && there)
		config_remove(s, e->table, e->key);
	if (e->kind == OP_DEL || there)
		return there;
	if (make_row(o, at, s))
		return true;
	config_remove(s, e->table, e->key);
	return false;
}

size_t overlay_apply(const struct overlay *o, struct store *s)
{
	unsigned char old[MAX_ROW];
	size_t homeless = 0;

	for (size_t i = 0; i < o->count; i++) {
		const struct entry *e = &o->items[i];

		if (e->kind != OP_SET && e->kind) {
			homeless += !put_row(o, i, s);
			continue;
		}
		if (!e->f || !store_find(s, e->table, e->key)) {
			homeless++;
			continue;
		}
		if (is_birth(e))
			continue;
		put_entry(e, s, old);
		row_drop(e->table, old);
	}
	return homeless;
}

static bool put_row_acceptable(const struct overlay *o, size_t at, struct store *s,
			       store_judge_fn judge)
{
	const struct entry *e = &o->items[at];
	struct store *before = store_new();
	char why[TEXT_MAX];
	bool good;

	store_merge(before, s, F_WANTED);
	good = !put_row(o, at, s);
	if (!good) {
		put_settings(o, at, s, false); /* without them it may not be what is allowed */
		good = judge(s, why);
	}
	if (!good) {
		store_merge(s, before, F_WANTED);
		log_errx("overlay: kept but not in force (%s): %.200s", why, e->line);
	}
	store_free(before);
	return good;
}

size_t overlay_apply_acceptable(const struct overlay *o, struct store *s, store_judge_fn judge)
{
	unsigned char old[MAX_ROW];
	char why[TEXT_MAX];
	size_t left_out = 0;

	for (size_t i = 0; i < o->count; i++) {
		const struct entry *e = &o->items[i];

		if (e->kind == OP_ADD || e->kind == OP_DEL) {
			left_out += !put_row_acceptable(o, i, s, judge);
			continue;
		}
		if (!e->f || is_birth(e) || !store_find(s, e->table, e->key))
			continue;
		put_entry(e, s, old);
		if (!judge(s, why)) {
			store_put(s, e->table, old, F_WANTED, NULL);
			log_errx("overlay: kept but not in force (%s): %.200s", why, printable(e));
			left_out++;
		}
		row_drop(e->table, old);
	}
	return left_out;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void overlay_digest(const struct overlay *o, char ret[DIGEST_TEXT])
{
	const char **lines = xcalloc(o->count + 1, sizeof(*lines));
	struct digest *d = digest_begin();
	size_t n = 0;

	for (size_t i = 0; i < o->count; i++)
		if (!o->items[i].f || !(o->items[i].f->flags & F_LOCAL))
			lines[n++] = o->items[i].line;
	qsort(lines, n, sizeof(*lines), by_text);
	for (size_t i = 0; i < n; i++)
		digest_add(d, lines[i]);
	digest_end(d, ret);
	free(lines);
}

int overlay_load(struct overlay *o, const char *dir)
{
	struct buf b = {0};
	int r = persist_read(dir, OVERLAY_FILE, &b);

	if (!r)
		r = overlay_parse(o, buf_cstr(&b), b.len);
	buf_free(&b);
	return r == -ENOENT ? 0 : r;
}

static int put_aside(const char *dir)
{
	char to[PATH_MAX];
	int r = persist_put_aside(dir, OVERLAY_FILE, to);

	if (!r)
		log_errx("overlay: it is not one of ours; kept as %s, nothing of it is in force",
			 to);
	return r;
}

int overlay_load_or_keep(struct overlay *o, const char *dir)
{
	int r = overlay_load(o, dir);

	if (r == -EINVAL)
		r = put_aside(dir);
	if (r < 0)
		log_errx(
		    "overlay: it cannot be read in %s: %s; it stays as it is, and every change is "
		    "refused until a start that can read it",
		    dir, strerror(-r));
	return r;
}

int overlay_save(const struct overlay *o, const char *dir)
{
	struct buf b = {0};
	int r;

	overlay_print(o, &b);
	r = persist_write(dir, OVERLAY_FILE, &b);
	buf_free(&b);
	return r;
}
