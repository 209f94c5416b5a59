/* numbers: see numbers.h. */
#include "daemon/numbers.h"

#include "base/log.h"
#include "base/text.h"
#include "model/rows.h"

#include <stdlib.h>
#include <string.h>

/* Those with the field; the first key of one with two is its parent. */
static const enum table_id numbered[] = {T_VRRP_INSTANCE, T_VRRP_ADDRESS,   T_SYNC_GROUP,
					 T_SYNC_MEMBER,   T_VIRTUAL_SERVER, T_REAL_SERVER};

struct newcomer {
	enum table_id table;
	const void *row; /* of the file */
	uint64_t place;
};

struct numbers {
	struct newcomer *list;
	size_t n, cap;
};

static const struct field *index_of(enum table_id t)
{
	return schema_field(t, "snmp_index");
}

/* The sorry server comes first, wherever it stands. */
static uint64_t place_of(enum table_id t, const void *row)
{
	const struct real_server_row *rs = row;

	return t == T_REAL_SERVER && rs->kind == RS_SORRY ? 0 : field_get(index_of(t), row);
}

static const char *parent_of(enum table_id t, const void *row)
{
	const struct table *tab = schema_table(t);

	return tab->nkeys > 1 ? field_str(&tab->fields[0], row) : "";
}

static int by_place(const void *a, const void *b)
{
	const struct newcomer *x = a, *y = b;
	int c = (x->table > y->table) - (x->table < y->table);

	if (!c)
		c = strcmp(parent_of(x->table, x->row), parent_of(y->table, y->row));
	return c ? c : (x->place > y->place) - (x->place < y->place);
}

struct numbers *numbers_begin(const struct store *live, const struct store *file)
{
	struct numbers *n = xcalloc(1, sizeof(*n));

	for (size_t k = 0; k < sizeof(numbered) / sizeof(numbered[0]); k++) {
		enum table_id t = numbered[k];

		for (size_t i = 0; i < store_count(file, t); i++) {
			const void *row = store_at(file, t, i);

			if (store_find(live, t, row))
				continue;
			if (n->n == n->cap) {
				n->cap = n->cap ? 2 * n->cap : 64;
				n->list = xrealloc(n->list, n->cap, sizeof(*n->list));
			}
			n->list[n->n++] = (struct newcomer){t, row, place_of(t, row)};
		}
	}
	if (n->n)
		qsort(n->list, n->n, sizeof(*n->list), by_place);
	return n;
}

static bool is_new(const struct numbers *n, size_t from, size_t to, enum table_id t,
		   const void *row)
{
	for (size_t i = from; i < to; i++)
		if (row_key_cmp(t, n->list[i].row, row) == 0)
			return true;
	return false;
}

/* The greatest number of those of one parent that are there already. */
static uint64_t greatest(const struct numbers *n, size_t from, size_t to, const struct store *live)
{
	enum table_id t = n->list[from].table;
	const struct table *tab = schema_table(t);
	const char *parent = parent_of(t, n->list[from].row);
	struct fieldset first = {{0}};
	unsigned char key[MAX_ROW];
	uint64_t ret = 0;

	row_init(t, key);
	fieldset_add(&first, 0);
	row_copy_fields(t, key, n->list[from].row, first);
	for (size_t i = store_lower_bound(live, t, key); i < store_count(live, t); i++) {
		const void *row = store_at(live, t, i);
		uint64_t number = field_get(index_of(t), row);

		if (!text_eq(field_str(&tab->fields[0], row), parent))
			break;
		if (number > ret && !is_new(n, from, to, t, row))
			ret = number;
	}
	return ret;
}

static void put(struct store *live, const struct newcomer *c, uint64_t number)
{
	const void *row = store_find(live, c->table, c->row);
	unsigned char copy[MAX_ROW];
	struct fieldset one = {{0}};

	if (!row)
		return;
	memcpy(copy, row, schema_table(c->table)->row_size);
	field_put(index_of(c->table), copy, number);
	fieldset_add(&one, field_index(schema_table(c->table), index_of(c->table)));
	store_put_set(live, c->table, copy, one, NULL);
}

void numbers_end(struct numbers *n, struct store *live, uint32_t *last)
{
	for (size_t from = 0, to; from < n->n; from = to) {
		enum table_id t = n->list[from].table;
		bool child = schema_table(t)->nkeys > 1;
		uint64_t number;

		for (to = from + 1;
		     to < n->n && n->list[to].table == t &&
		     text_eq(parent_of(t, n->list[to].row), parent_of(t, n->list[from].row));
		     to++)
			;
		number = child ? greatest(n, from, to, live) : last[t];
		for (size_t i = from; i < to; i++)
			put(live, &n->list[i], ++number);
		if (!child)
			last[t] = (uint32_t)number;
	}
	free(n->list);
	free(n);
}

void numbers_rest(struct store *live, uint32_t *last)
{
	struct store *nothing = store_new();
	struct numbers *n = numbers_begin(nothing, live);
	size_t kept = 0;

	for (size_t i = 0; i < n->n; i++) {
		n->list[kept] = n->list[i];
		kept += !field_get(index_of(n->list[i].table), n->list[i].row);
	}
	n->n = kept;
	numbers_end(n, live, last);
	store_free(nothing);
}
