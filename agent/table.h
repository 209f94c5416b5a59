/*
 * table: GET and GETNEXT over one MIB table, from the rows of the replica. No column has
 * code of its own, and nothing here needs a master agent.
 */
#ifndef AGENT_TABLE_H
#define AGENT_TABLE_H

#include "agent/order.h"
#include "agent/value.h"
#include "model/store.h"

/* One MIB table over the store it is read from. */
struct table_view {
	const struct map_table *map;
	const struct store *store;
	oid root[MAX_OID_LEN]; /* of the table or the group of scalars */
	size_t root_len;
	struct ordering *order; /* NULL: rows are in the order of the store */
};

/* `generation` changes whenever rows of the store have come, gone or got another index. */
void table_view_follow(struct table_view *v, uint64_t generation);
void table_view_free(struct table_view *v);
void table_view_init(struct table_view *v, const struct map_table *map, const struct store *store);

enum table_found { TABLE_FOUND, TABLE_NO_OBJECT, TABLE_NO_INSTANCE };

enum table_found table_get(const struct table_view *v, const oid *name, size_t len,
			   const struct value_clock *clock, struct value *ret);

/* The first instance behind `name` (or at it, when inclusive); false at the end of the table.
 * ret_name is of MAX_OID_LEN. */
bool table_next(const struct table_view *v, const oid *name, size_t len, bool inclusive,
		const struct value_clock *clock, oid *ret_name, size_t *ret_len, struct value *ret);

/* The name of the instance of a column for a row, whether there is one now or not; `name` is of
 * MAX_OID_LEN, the length is returned; 0: the table does not show the row. */
size_t table_instance(const struct table_view *v, const struct map_column *c, const void *row,
		      oid *name);

/* The column that a name lies in; NULL: none of this table. */
const struct map_column *table_column(const struct table_view *v, const oid *name, size_t len);

/* The keys that a name's index stands for, into a row that borrows from `texts`; false when it is
 * no index of the table, or one whose lengths no name has. */
bool table_key(const struct table_view *v, const oid *name, size_t len, unsigned char row[MAX_ROW],
	       char texts[MAX_KEYS][TEXT_MAX]);
/* The RowStatus column by which rows of the table come and go; NULL: they do not. */
const struct map_column *table_row_status(const struct map_table *m);

/* Column and row that an instance name stands for. false: no such column (*column is NULL)
 * or no such row. A column that is sparse may still have no instance there. */
bool table_lookup(const struct table_view *v, const oid *name, size_t len,
		  const struct map_column **column, const void **row);

#endif
