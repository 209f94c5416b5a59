/*
 * store: the rows of all tables of one process, sorted by key, with what has changed.
 *
 * Rows have one door: they are changed by store_put() and store_del() only, which compare,
 * mark what differs for every watch, and call nobody. Readers hold const pointers; a row
 * stays where it is until it is deleted. A replica (in the agent, in halvardctl) is a store
 * that a link fills.
 */
#ifndef MODEL_STORE_H
#define MODEL_STORE_H

#include "model/schema.h"

struct store;

struct store *store_new(void);
void store_free(struct store *s); /* its watches must be closed */

size_t store_count(const struct store *s, enum table_id t);
/* i-th row in key order. */
const void *store_at(const struct store *s, enum table_id t, size_t i);
/* `key` is a row of which only the key fields are read. NULL when absent. */
const void *store_find(const struct store *s, enum table_id t, const void *key);
/* Index of the first row whose key is not less than `key` (store_count() at the end). */
size_t store_lower_bound(const struct store *s, enum table_id t, const void *key);
/* How many rows have all keys of `row` but the last; of a table with one key that is all of them.
 * *first is the index of the first one. */
size_t store_siblings(const struct store *s, enum table_id t, const void *row, size_t *first);
/* The only row of a table without keys (global); made with defaults when missing. */
const void *store_single(struct store *s, enum table_id t);

/* Copies the fields of `row` whose flags match `fields` (F_ mask) into the stored row of the
 * same key; a row that was absent is added with defaults for the others. Returns the stored
 * row; *changed (may be NULL) gets what differed; for a new row also its keys. */
const void *store_put(struct store *s, enum table_id t, const void *row, unsigned fields,
		      struct fieldset *changed);
/* The same for an exact set of fields. */
const void *store_put_set(struct store *s, enum table_id t, const void *row, struct fieldset set,
			  struct fieldset *changed);
/* One number of a row that is there. */
void store_put_number(struct store *s, enum table_id t, const void *row, const struct field *f,
		      uint64_t n);
/* false when there was none. `key` may point into the row that goes. */
bool store_del(struct store *s, enum table_id t, const void *key);

/* A pointer beside a row, NULL at first, for the process that the store belongs to. It frees what
 * the pointer leads to before the row goes. */
void **store_beside(const void *row); /* as the store gave it */

/* A mark on rows, for one who hears of all rows of a table in turn and wants to know which were
 * missing: store_unmark() takes it off all rows, store_is_marked() asks by index. */
void store_unmark(struct store *s);
void store_mark(const void *row); /* as the store gave it */
bool store_is_marked(const struct store *s, enum table_id t, size_t i);

/* Makes the configured tables of `dst` equal to `src` in existence and in the fields with any of
 * `fields`, and `src` knows no others; what is equal is not touched. Returns how many rows changed.
 * Rows that `dst` did not have may lie in memory once for both, until one of the stores changes
 * them: a row that was got before stays what it was. */
size_t store_merge(struct store *dst, const struct store *src, unsigned fields);

/* Iteration in key order:  STORE_EACH(s, T_REAL_SERVER, struct real_server_row, r) { ... }
 * Rows of the table must not be added or deleted inside. */
#define STORE_EACH(s, t, type, var)                                                                \
	for (size_t var##_i_ = 0; var##_i_ < store_count((s), (t)); var##_i_++)                    \
		for (const type *var = store_at((s), (t), var##_i_); var; var = NULL)
/* NOTE: `break` leaves only the inner loop: use a helper function to stop early. */

/* Looks up a row by the text of its keys (nkeys words). NULL when absent. */
const void *store_find_text(const struct store *s, enum table_id t, const char *const *words);

/* ---- watches --------------------------------------------------------- */

struct store_watch;

struct store_change {
	enum table_id table;
	bool gone; /* the row was deleted: only its keys may be read */
	bool added;
	const void *row; /* valid until the next call on this watch */
	struct fieldset changed;
};

/* `wake` is called when the first change becomes pending (and not again until the queue has
 * been emptied). Changes of one row coalesce. At most STORE_WATCHES_MAX at a time: NULL when
 * there are more. */
#define STORE_WATCHES_MAX 16
struct store_watch *store_watch_open(struct store *s, void (*wake)(void *arg), void *arg);
void store_watch_close(struct store_watch *w);
/* Takes the oldest pending change; false when there is none. */
bool store_watch_next(struct store_watch *w, struct store_change *ret);
bool store_watch_pending(const struct store_watch *w);
/* While it is on the watch hears of no change: what it tells of has just been heard from there. */
void store_watch_mute(struct store_watch *w, bool on);

#endif
