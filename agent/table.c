/*
 * table: the one handler behind every table. A name is root.1.column.index (a group of
 * scalars: root.column.0); the rows of the store are sorted as SNMP sorts their indices, so
 * an instance is found by binary search.
 *
 * The search compares a row's index with whatever sub-identifiers the manager sent, without
 * decoding them: a name that is cut short, too long or no legal index at all has its place
 * in the order as any other (RFC 3416 4.2.2), and there is no second code path for it.
 * Nothing is remembered between requests, so that rows may come and go during a walk.
 */
#include "agent/table.h"

#include "base/text.h"

#include <string.h>

void table_view_init(struct table_view *v, const struct map_table *map, const struct store *store)
{
	const struct map_root own = {map_root, map_root_len};
	const struct map_root *root = map->root ? map->root : &own;

	memset(v, 0, sizeof(*v));
	v->map = map;
	v->store = store;
	memcpy(v->root, root->ids, root->len * sizeof(oid));
	v->root_len = root->len;
	if (!map->root)
		v->root[v->root_len++] = 1; /* halObjects */
	if (map->arc)
		v->root[v->root_len++] = map->arc;
	if (map->index != INDEX_NAME)
		v->order = order_new();
}

void table_view_follow(struct table_view *v, uint64_t generation)
{
	if (v->order)
		order_follow(v->order, v->map, v->store, generation);
}

void table_view_free(struct table_view *v)
{
	if (v->order)
		order_free(v->order);
}

static size_t row_count(const struct table_view *v)
{
	return v->order ? order_count(v->order) : store_count(v->store, v->map->table);
}

static const void *row_at(const struct table_view *v, size_t i)
{
	return v->order ? order_row(v->order, i) : store_at(v->store, v->map->table, i);
}

/* ---- indices ------------------------------------------------------------ */

/* Sub-identifiers as they are compared or written one after the other. */
struct subids {
	const oid *p;
	size_t left;
};

/* Sign of (row's next sub-identifier - the name's); a name at its end is less. */
static int next_cmp(struct subids *s, oid id)
{
	oid other;

	if (!s->left)
		return 1;
	other = *s->p++;
	s->left--;
	return id < other ? -1 : id > other;
}

static int key_cmp(const struct field *f, const void *row, struct subids *s)
{
	const u_char *text;
	size_t len;
	int c;

	if (!field_is_text(f))
		return next_cmp(s, (oid)field_get(f, row));
	text = (const u_char *)field_str(f, row);
	len = strlen((const char *)text);
	c = next_cmp(s, len);
	for (size_t i = 0; !c && i < len; i++)
		c = next_cmp(s, text[i]);
	return c;
}

/* Order of a row's index against a suffix, as names are ordered. */
static int index_cmp(const struct map_table *m, const void *row, const oid *suffix, size_t len)
{
	const struct table *t = schema_table(m->table);
	struct subids s = {suffix, len};
	int c = 0;

	if (m->scalar)
		c = next_cmp(&s, 0);
	for (unsigned i = 0; !c && i < t->nkeys; i++)
		c = key_cmp(&t->fields[i], row, &s);
	return c ? c : -(s.left > 0);
}

static size_t put_key(const struct field *f, const void *row, oid *out)
{
	const u_char *text;
	size_t len;

	if (!field_is_text(f)) {
		out[0] = (oid)field_get(f, row);
		return 1;
	}
	text = (const u_char *)field_str(f, row);
	len = strlen((const char *)text);
	out[0] = len;
	for (size_t i = 0; i < len; i++)
		out[i + 1] = text[i];
	return len + 1;
}

/* The i-th row's index against a suffix. */
static int place_cmp(const struct table_view *v, size_t i, const oid *suffix, size_t len)
{
	const oid *ids;
	size_t n;

	if (!v->order)
		return index_cmp(v->map, row_at(v, i), suffix, len);
	ids = order_ids(v->order, i, &n);
	return snmp_oid_compare(ids, n, suffix, len);
}

static size_t put_index(const struct table_view *v, const void *row, oid *out)
{
	const struct map_table *m = v->map;
	const struct table *t = schema_table(m->table);
	size_t n = 0;

	if (v->order)
		return order_index(m, v->store, row, out);
	if (m->scalar) {
		out[0] = 0; /* of a notification the row may have a key all the same */
		return 1;
	}
	for (unsigned i = 0; i < t->nkeys; i++)
		n += put_key(&t->fields[i], row, out + n);
	return n;
}

/* Number of the first row whose index is behind the suffix, or at it when inclusive. */
static size_t bound(const struct table_view *v, const oid *suffix, size_t len, bool inclusive)
{
	size_t lo = 0, hi = row_count(v);

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (place_cmp(v, mid, suffix, len) > (inclusive ? -1 : 0))
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

/* ---- names -------------------------------------------------------------- */

/* The part of a name behind the root and, in a table, behind the entry. */
struct place {
	unsigned long column;
	const oid *suffix;
	size_t suffix_len;
};

/* Sub-identifiers before the column. */
static size_t prefix_len(const struct table_view *v)
{
	return v->root_len + (v->map->scalar ? 0 : 1);
}

static bool in_entry(const struct table_view *v, const oid *name, size_t len)
{
	return len > prefix_len(v) && !memcmp(name, v->root, v->root_len * sizeof(oid)) &&
	       (v->map->scalar || name[v->root_len] == 1);
}

/* Where a walk from `name` begins; false when it is behind the whole table. */
static bool start_of(const struct table_view *v, const oid *name, size_t len, struct place *p)
{
	size_t n = prefix_len(v);
	oid prefix[MAX_OID_LEN];
	int c;

	memcpy(prefix, v->root, sizeof(prefix));
	prefix[v->root_len] = 1;
	c = snmp_oid_compare(name, len < n ? len : n, prefix, n);
	*p = (struct place){0, NULL, 0};
	if (c || len <= n)
		return c <= 0;
	*p = (struct place){name[n], name + n + 1, len - n - 1};
	return true;
}

const struct map_column *table_column(const struct table_view *v, const oid *name, size_t len)
{
	return in_entry(v, name, len) ? map_find_column(v->map, name[prefix_len(v)]) : NULL;
}

const struct map_column *table_row_status(const struct map_table *m)
{
	for (size_t i = 0; i < m->ncolumns; i++)
		if (m->columns[i].flags & M_CREATES)
			return &m->columns[i];
	return NULL;
}

/* One key from the front; false when it is none. */
static bool take_key(struct subids *s, const struct field *f, unsigned char *row, char *text)
{
	size_t len;

	if (!s->left)
		return false;
	len = *s->p++;
	s->left--;
	if (!field_is_text(f)) {
		field_put(f, row, len);
		return len >= f->min && len <= f->max;
	}
	if (len < f->min || len > f->max || len > s->left || len >= TEXT_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (s->p[i] < 0x21 || s->p[i] > 0x7e)
			return false;
		text[i] = (char)s->p[i];
	}
	text[len] = '\0';
	s->p += len;
	s->left -= len;
	if (f->type == FT_TEXT)
		field_point(f, row, text);
	else
		text_copy((char *)row + f->offset, f->size, text);
	return true;
}

bool table_key(const struct table_view *v, const oid *name, size_t len, unsigned char row[MAX_ROW],
	       char texts[MAX_KEYS][TEXT_MAX])
{
	const struct table *t = schema_table(v->map->table);
	size_t n = prefix_len(v);
	struct subids s;

	if (v->order || v->map->scalar || !in_entry(v, name, len))
		return false;
	s = (struct subids){name + n + 1, len - n - 1};
	row_init(t->id, row);
	for (unsigned i = 0; i < t->nkeys; i++)
		if (!take_key(&s, &t->fields[i], row, texts[i]))
			return false;
	return s.left == 0;
}

bool table_lookup(const struct table_view *v, const oid *name, size_t len,
		  const struct map_column **column, const void **row)
{
	size_t n = prefix_len(v), i;

	*column = table_column(v, name, len);
	*row = NULL;
	if (!*column)
		return false;
	i = bound(v, name + n + 1, len - n - 1, true);
	if (i == row_count(v))
		return false;
	*row = row_at(v, i);
	return place_cmp(v, i, name + n + 1, len - n - 1) == 0;
}

enum table_found table_get(const struct table_view *v, const oid *name, size_t len,
			   const struct value_clock *clock, struct value *ret)
{
	const struct map_column *column;
	const void *row;

	if (table_lookup(v, name, len, &column, &row) && value_read(column, row, clock, ret))
		return TABLE_FOUND;
	return column ? TABLE_NO_INSTANCE : TABLE_NO_OBJECT;
}

size_t table_instance(const struct table_view *v, const struct map_column *c, const void *row,
		      oid *name)
{
	size_t n = prefix_len(v);

	size_t index;

	memcpy(name, v->root, v->root_len * sizeof(oid));
	name[v->root_len] = 1;
	name[n] = c->number;
	index = put_index(v, row, name + n + 1);
	return index ? n + 1 + index : 0;
}

/* The first instance of a column from row number i on. */
static bool next_in_column(const struct table_view *v, const struct map_column *c, size_t i,
			   const struct value_clock *clock, oid *name, size_t *len,
			   struct value *ret)
{
	for (; i < row_count(v); i++) {
		const void *row = row_at(v, i);

		if (!value_read(c, row, clock, ret))
			continue;
		*len = table_instance(v, c, row, name);
		return true;
	}
	return false;
}

bool table_next(const struct table_view *v, const oid *name, size_t len, bool inclusive,
		const struct value_clock *clock, oid *ret_name, size_t *ret_len, struct value *ret)
{
	struct place p;

	if (!start_of(v, name, len, &p))
		return false;
	for (size_t i = 0; i < v->map->ncolumns; i++) {
		const struct map_column *c = &v->map->columns[i];
		size_t first = 0;

		if (c->number < p.column)
			continue;
		if (c->number == p.column)
			first = bound(v, p.suffix, p.suffix_len, inclusive);
		if (next_in_column(v, c, first, clock, ret_name, ret_len, ret))
			return true;
	}
	return false;
}
