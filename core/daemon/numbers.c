/* numbers: see numbers.h. */
#include "daemon/numbers.h"

#include "base/log.h"
#include "model/rows.h"

#include <stdlib.h>
#include <string.h>

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

/* Of two rows of one table: whether all their keys but the last are equal, or which comes first. */
static int family_cmp(enum table_id t, const void *a, const void *b)
{
	const struct table *tab = schema_table(t);
	int c = 0;

	for (unsigned i = 0; i + 1 < tab->nkeys && !c; i++) {
		const struct field *f = &tab->fields[i];
		uint64_t x = field_is_text(f) ? 0 : field_get(f, a);
		uint64_t y = field_is_text(f) ? 0 : field_get(f, b);

		c = field_is_text(f) ? strcmp(field_str(f, a), field_str(f, b)) : (x > y) - (x < y);
	}
	return c;
}

static int by_place(const void *a, const void *b)
{
	const struct newcomer *x = a, *y = b;
	int c = (x->table > y->table) - (x->table < y->table);

	if (!c)
		c = family_cmp(x->table, x->row, y->row);
	return c ? c : (x->place > y->place) - (x->place < y->place);
}

static void add(struct numbers *n, enum table_id t, const void *row)
{
	if (n->n == n->cap) {
		n->cap = n->cap ? 2 * n->cap : 64;
		n->list = xrealloc(n->list, n->cap, sizeof(*n->list));
	}
	n->list[n->n++] = (struct newcomer){t, row, place_of(t, row)};
}

static struct numbers *in_order(struct numbers *n)
{
	if (n->n)
		qsort(n->list, n->n, sizeof(*n->list), by_place);
	return n;
}

struct numbers *numbers_begin(const struct store *live, const struct store *file)
{
	struct numbers *n = xcalloc(1, sizeof(*n));

	for (enum table_id t = 0; t < T_COUNT; t++)
		for (size_t i = 0; index_of(t) && i < store_count(file, t); i++)
			if (!store_find(live, t, store_at(file, t, i)))
				add(n, t, store_at(file, t, i));
	return in_order(n);
}

static bool is_new(const struct numbers *n, size_t from, size_t to, enum table_id t,
		   const void *row)
{
	for (size_t i = from; i < to; i++)
		if (row_key_cmp(t, n->list[i].row, row) == 0)
			return true;
	return false;
}

/* The greatest number of those of one family that are there already. */
static uint64_t greatest(const struct numbers *n, size_t from, size_t to, const struct store *live)
{
	enum table_id t = n->list[from].table;
	size_t first, count = store_siblings(live, t, n->list[from].row, &first);
	uint64_t ret = 0;

	for (size_t i = first; i < first + count; i++) {
		const void *row = store_at(live, t, i);
		uint64_t number = field_get(index_of(t), row);

		if (number > ret && !is_new(n, from, to, t, row))
			ret = number;
	}
	return ret;
}

static void put(struct store *live, const struct newcomer *c, uint64_t number)
{
	const void *row = store_find(live, c->table, c->row);

	if (row)
		store_put_number(live, c->table, row, index_of(c->table), number);
}

void numbers_end(struct numbers *n, struct store *live, uint32_t *last)
{
	for (size_t from = 0, to; from < n->n; from = to) {
		enum table_id t = n->list[from].table;
		bool child = schema_table(t)->nkeys > 1;
		uint64_t number;

		for (to = from + 1; to < n->n && n->list[to].table == t &&
				    family_cmp(t, n->list[to].row, n->list[from].row) == 0;
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

void numbers_leave(const struct store *live, const struct store *wanted, struct store *departed)
{
	for (enum table_id t = 0; t < T_COUNT; t++)
		for (size_t i = 0; index_of(t) && i < store_count(live, t); i++)
			if (!store_find(wanted, t, store_at(live, t, i)))
				store_put(departed, t, store_at(live, t, i), F_STATE, NULL);
}

/* The number that it had before it went; 0: it had none, or another has it now. */
static uint64_t former(const struct store *live, const struct store *departed, enum table_id t,
		       const void *row)
{
	const void *was = store_find(departed, t, row);
	uint64_t number = was ? field_get(index_of(t), was) : 0;
	size_t first, count = number ? store_siblings(live, t, row, &first) : 0;

	for (size_t i = 0; i < count; i++)
		if (field_get(index_of(t), store_at(live, t, first + i)) == number)
			return 0;
	return number;
}

void numbers_return(struct store *live, const struct store *departed)
{
	for (enum table_id t = 0; t < T_COUNT; t++)
		for (size_t i = 0;
		     index_of(t) && store_count(departed, t) && i < store_count(live, t); i++) {
			const void *row = store_at(live, t, i);
			uint64_t number =
			    field_get(index_of(t), row) ? 0 : former(live, departed, t, row);

			if (number)
				store_put_number(live, t, row, index_of(t), number);
		}
}

void numbers_rest(struct store *live, uint32_t *last)
{
	struct numbers *n = xcalloc(1, sizeof(*n));

	for (enum table_id t = 0; t < T_COUNT; t++)
		for (size_t i = 0; index_of(t) && i < store_count(live, t); i++)
			if (!field_get(index_of(t), store_at(live, t, i)))
				add(n, t, store_at(live, t, i));
	numbers_end(in_order(n), live, last);
}
