/*
 * store: sorted arrays of rows, one for each table, and watches.
 *
 * What a file says is wanted, and what is wanted is shown: three stores of which two or three hold
 * the same rows. So an entry may belong to several, and is copied when one of them changes it.
 *
 * A row lies behind its entry, which has a list of what each watch has not seen of it. An entry is
 * linked into a watch's queue once, however often it changes. A deleted row leaves the array at
 * once but stays allocated until every watch has taken its going: queues are first in, first
 * out, so a row of the same name that comes later is also seen later.
 */
#include "model/store.h"

#include "base/log.h"
#include "base/text.h"
#include "model/texts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

struct pending {
	STAILQ_ENTRY(pending) next;
	struct pending *other; /* of the same row, for another watch */
	unsigned slot;         /* of the watch */
	struct entry *entry;
	struct fieldset changed;
	bool queued;
	bool added;
	bool gone;
};

struct entry {
	enum table_id table;
	unsigned stores; /* that have it; more than one: it must not be changed */
	bool dead;       /* out of the array, freed when no watch holds it */
	bool marked;
	struct pending *pending; /* what watches have not seen */
	void *beside;
	_Alignas(16) unsigned char row[];
};

struct rows {
	struct entry **items;
	size_t count;
	size_t cap;
	size_t
	    found; /* where a search ended last: the next is mostly for the same row or the next */
};

struct store_watch {
	struct store *store;
	unsigned slot;
	void (*wake)(void *arg);
	void *arg;
	bool muted;
	STAILQ_HEAD(, pending) queue;
	struct pending *taken; /* what store_watch_next() gave last */
};

struct store {
	struct rows tables[T_COUNT];
	struct store_watch *watches[STORE_WATCHES_MAX];
};

struct store *store_new(void)
{
	return xcalloc(1, sizeof(struct store));
}

static void entry_free(struct entry *e)
{
	if (--e->stores)
		return;
	row_drop(e->table, e->row);
	for (struct pending *p = e->pending, *other; p; p = other) {
		other = p->other;
		free(p);
	}
	free(e);
}

void store_free(struct store *s)
{
	if (!s)
		return;
	for (int t = 0; t < T_COUNT; t++) {
		for (size_t i = 0; i < s->tables[t].count; i++)
			entry_free(s->tables[t].items[i]);
		free(s->tables[t].items);
	}
	free(s);
}

size_t store_count(const struct store *s, enum table_id t)
{
	return s->tables[t].count;
}

const void *store_at(const struct store *s, enum table_id t, size_t i)
{
	return i < s->tables[t].count ? s->tables[t].items[i]->row : NULL;
}

static bool is_before(const struct rows *r, enum table_id t, size_t i, const void *key)
{
	return row_key_cmp(t, r->items[i]->row, key) < 0;
}

static size_t search(const struct rows *r, enum table_id t, const void *key)
{
	size_t lo = 0, hi = r->count;

	if (r->found < hi && !is_before(r, t, r->found, key)) {
		hi = r->found;
		if (!hi || is_before(r, t, hi - 1, key))
			return hi;
	} else if (r->found < hi) {
		lo = r->found + 1;
		if (lo == hi || !is_before(r, t, lo, key))
			return lo;
	}
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (is_before(r, t, mid, key))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

size_t store_lower_bound(const struct store *s, enum table_id t, const void *key)
{
	struct rows *r = (struct rows *)(uintptr_t)&s->tables[t];

	/* Rows mostly come in order: look at the end first. */
	if (r->count && is_before(r, t, r->count - 1, key))
		return r->count;
	r->found = search(r, t, key);
	return r->found;
}

static struct entry *find(const struct store *s, enum table_id t, const void *key, size_t *where)
{
	const struct rows *r = &s->tables[t];
	size_t i = store_lower_bound(s, t, key);

	*where = i;
	if (i < r->count && row_key_cmp(t, r->items[i]->row, key) == 0)
		return r->items[i];
	return NULL;
}

const void *store_find(const struct store *s, enum table_id t, const void *key)
{
	size_t i;
	struct entry *e = find(s, t, key, &i);

	return e ? e->row : NULL;
}

const void *store_find_text(const struct store *s, enum table_id t, const char *const *words)
{
	const struct table *tab = schema_table(t);
	unsigned char key[MAX_ROW];
	char why[TEXT_MAX];

	row_init(t, key);
	for (unsigned i = 0; i < tab->nkeys; i++)
		if (!field_parse(&tab->fields[i], key, words[i], why))
			return NULL;
	return store_find(s, t, key);
}

void store_unmark(struct store *s)
{
	for (int t = 0; t < T_COUNT; t++)
		for (size_t i = 0; i < s->tables[t].count; i++)
			s->tables[t].items[i]->marked = false;
}

static struct entry *entry_of(const void *row)
{
	return (struct entry *)((char *)(uintptr_t)row - offsetof(struct entry, row));
}

void **store_beside(const void *row)
{
	return &entry_of(row)->beside;
}

void store_mark(const void *row)
{
	entry_of(row)->marked = true;
}

bool store_is_marked(const struct store *s, enum table_id t, size_t i)
{
	return s->tables[t].items[i]->marked;
}

/* ---- watches --------------------------------------------------------- */

static struct pending *pending_of(struct entry *e, unsigned slot)
{
	struct pending *p = e->pending;

	while (p && p->slot != slot)
		p = p->other;
	if (p)
		return p;
	p = xcalloc(1, sizeof(*p));
	*p = (struct pending){.entry = e, .slot = slot, .other = e->pending};
	e->pending = p;
	return p;
}

static void mark(struct store *s, struct entry *e, const struct fieldset *changed, bool added,
		 bool gone)
{
	for (unsigned i = 0; i < STORE_WATCHES_MAX; i++) {
		struct store_watch *w = s->watches[i];
		struct pending *p;
		bool was_empty;

		if (!w || w->muted)
			continue;
		p = pending_of(e, i);
		fieldset_merge(&p->changed, changed);
		p->added |= added;
		p->gone |= gone;
		if (p->queued)
			continue;
		was_empty = STAILQ_EMPTY(&w->queue);
		p->queued = true;
		STAILQ_INSERT_TAIL(&w->queue, p, next);
		if (was_empty && w->wake)
			w->wake(w->arg);
	}
}

struct store_watch *store_watch_open(struct store *s, void (*wake)(void *arg), void *arg)
{
	for (unsigned i = 0; i < STORE_WATCHES_MAX; i++) {
		struct store_watch *w;

		if (s->watches[i])
			continue;
		w = xcalloc(1, sizeof(*w));
		*w = (struct store_watch){.store = s, .slot = i, .wake = wake, .arg = arg};
		STAILQ_INIT(&w->queue);
		s->watches[i] = w;
		return w;
	}
	return NULL;
}

/* Frees a dead row that no watch has queued or shows to its owner. */
static void entry_bury(struct entry *e)
{
	if (!e->pending)
		entry_free(e);
}

static void release(struct pending *p)
{
	struct entry *e = p->entry;
	struct pending **at = &e->pending;

	while (*at != p)
		at = &(*at)->other;
	*at = p->other;
	free(p);
	if (e->dead)
		entry_bury(e);
}

bool store_watch_next(struct store_watch *w, struct store_change *ret)
{
	struct pending *p = w->taken;

	if (p && !p->queued)
		release(p);
	w->taken = p = STAILQ_FIRST(&w->queue);
	if (!p)
		return false;
	STAILQ_REMOVE_HEAD(&w->queue, next);
	*ret = (struct store_change){.table = p->entry->table,
				     .gone = p->gone,
				     .added = p->added,
				     .row = p->entry->row,
				     .changed = p->changed};
	p->queued = p->added = p->gone = false;
	p->changed = (struct fieldset){{0}};
	return true;
}

bool store_watch_pending(const struct store_watch *w)
{
	return !STAILQ_EMPTY(&w->queue);
}

void store_watch_mute(struct store_watch *w, bool on)
{
	w->muted = on;
}

void store_watch_close(struct store_watch *w)
{
	struct store *s;
	struct store_change c;

	if (!w)
		return;
	s = w->store;
	while (store_watch_next(w, &c))
		;
	s->watches[w->slot] = NULL;
	free(w);
}

/* ---- changes --------------------------------------------------------- */

static struct entry *entry_new(enum table_id t)
{
	struct entry *e = xcalloc(1, sizeof(*e) + schema_table(t)->row_size);

	e->table = t;
	e->stores = 1;
	return e;
}

/* The entry at `where`, made this store's alone. */
static struct entry *own(struct store *s, enum table_id t, size_t where)
{
	struct entry **at = &s->tables[t].items[where], *shared = *at;

	if (shared->stores == 1)
		return shared;
	*at = entry_new(t);
	memcpy((*at)->row, shared->row, schema_table(t)->row_size);
	row_hold(t, (*at)->row);
	shared->stores--;
	return *at;
}

/* The row's texts become the entry's own. */
static void take_fields(struct entry *e, const void *row, struct fieldset set)
{
	const struct field *fields = schema_table(e->table)->fields;
	struct fieldset texts = fieldset_and(set, row_texts(e->table));

	FIELDS_OF(texts, i)
	{
		const char *old = field_str(&fields[i], e->row);

		field_point(&fields[i], e->row, texts_hold(field_str(&fields[i], row)));
		texts_drop(old);
	}
	row_copy_fields(e->table, e->row, row, fieldset_minus(set, texts));
}

static void insert(struct store *s, enum table_id t, size_t where, struct entry *e)
{
	struct rows *r = &s->tables[t];

	if (r->count == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 16;
		r->items = xrealloc(r->items, r->cap, sizeof(struct entry *));
	}
	memmove(r->items + where + 1, r->items + where,
		(r->count - where) * sizeof(struct entry *));
	r->items[where] = e;
	r->count++;
}

const void *store_put_set(struct store *s, enum table_id t, const void *row, struct fieldset set,
			  struct fieldset *changed)
{
	size_t where;
	struct entry *e = find(s, t, row, &where);
	bool added = !e;
	struct fieldset keys = fieldset_of(t, F_KEY), diff;

	set = fieldset_minus(set, keys);
	if (added) {
		e = entry_new(t);
		row_init(t, e->row);
		insert(s, t, where, e);
		take_fields(e, row, keys);
	}
	diff = row_diff(t, e->row, row, set);
	if (!fieldset_empty(&diff))
		e = own(s, t, where);
	take_fields(e, row, diff);
	if (added)
		fieldset_merge(&diff, &keys);
	if (added || !fieldset_empty(&diff))
		mark(s, e, &diff, added, false);
	if (changed)
		*changed = diff;
	return e->row;
}

void store_put_number(struct store *s, enum table_id t, const void *row, const struct field *f,
		      uint64_t n)
{
	unsigned char copy[MAX_ROW];
	struct fieldset one = {{0}};

	memcpy(copy, row, schema_table(t)->row_size);
	field_put(f, copy, n);
	fieldset_add(&one, field_index(schema_table(t), f));
	store_put_set(s, t, copy, one, NULL);
}

const void *store_put(struct store *s, enum table_id t, const void *row, unsigned fields,
		      struct fieldset *changed)
{
	return store_put_set(s, t, row, fieldset_of(t, fields), changed);
}

size_t store_siblings(const struct store *s, enum table_id t, const void *row, size_t *first)
{
	const struct table *tab = schema_table(t);
	struct fieldset shared = {{0}}, differs;
	unsigned char key[MAX_ROW];
	size_t i;

	for (unsigned k = 0; k + 1 < tab->nkeys; k++)
		fieldset_add(&shared, k);
	row_init(t, key);
	row_copy_fields(t, key, row, shared);
	*first = store_lower_bound(s, t, key);
	for (i = *first; i < store_count(s, t); i++) {
		differs = row_diff(t, store_at(s, t, i), row, shared);
		if (!fieldset_empty(&differs))
			break;
	}
	return i - *first;
}

const void *store_single(struct store *s, enum table_id t)
{
	unsigned char row[MAX_ROW];

	if (store_count(s, t))
		return store_at(s, t, 0);
	row_init(t, row);
	return store_put(s, t, row, F_KEY, NULL);
}

bool store_del(struct store *s, enum table_id t, const void *key)
{
	struct rows *r = &s->tables[t];
	struct fieldset keys = fieldset_of(t, F_KEY);
	size_t where;
	struct entry *e = find(s, t, key, &where);

	if (!e)
		return false;
	e = own(s, t, where);
	r->count--;
	memmove(r->items + where, r->items + where + 1,
		(r->count - where) * sizeof(struct entry *));
	e->dead = true;
	mark(s, e, &keys, false, true);
	entry_bury(e);
	return true;
}

static bool is_watched(const struct store *s)
{
	for (unsigned i = 0; i < STORE_WATCHES_MAX; i++)
		if (s->watches[i])
			return true;
	return false;
}

/* Puts an entry of another store into this one, if nobody has to hear of it. */
static bool share(struct store *s, enum table_id t, struct entry *e)
{
	size_t where;

	if (e->pending || is_watched(s) || find(s, t, e->row, &where))
		return false;
	insert(s, t, where, e);
	e->stores++;
	return true;
}

static size_t merge_table(struct store *dst, const struct store *src, enum table_id t,
			  unsigned fields)
{
	size_t changes = 0;

	for (size_t i = store_count(dst, t); i-- > 0;) {
		const void *row = store_at(dst, t, i);

		if (!store_find(src, t, row) && store_del(dst, t, row))
			changes++;
	}
	for (size_t i = 0; i < store_count(src, t); i++) {
		struct entry *e = src->tables[t].items[i];
		struct fieldset diff;

		if (share(dst, t, e)) {
			changes++;
			continue;
		}
		store_put(dst, t, e->row, fields, &diff);
		changes += !fieldset_empty(&diff);
	}
	return changes;
}

size_t store_merge(struct store *dst, const struct store *src, unsigned fields)
{
	size_t changes = 0;

	for (int t = 0; t < T_COUNT; t++)
		if (schema_configured((enum table_id)t))
			changes += merge_table(dst, src, (enum table_id)t, fields);
	return changes;
}
