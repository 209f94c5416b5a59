/* model: store and watches. */
#include "base/text.h"
#include "model/rows.h"
#include "model/store.h"
#include "model/texts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct real_server_row server(const char *name, uint32_t weight)
{
	struct real_server_row r;

	row_init(T_REAL_SERVER, &r);
	r.vs = "192.0.2.1:80/tcp";
	r.name = name;
	r.weight = weight;
	return r;
}

static void put(struct store *s, const char *name, uint32_t weight, struct fieldset *changed)
{
	struct real_server_row r = server(name, weight);

	store_put(s, T_REAL_SERVER, &r, F_WANTED, changed);
}

static void rows_are_in_snmp_order(void **state)
{
	static const char *const in[] = {"10.0.0.11:80", "10.0.0.2:80", "9.0.0.1:8",
					 "10.0.0.10:80"};
	static const char *const out[] = {"9.0.0.1:8", "10.0.0.2:80", "10.0.0.10:80",
					  "10.0.0.11:80"};
	struct store *s = store_new();

	(void)state;
	for (size_t i = 0; i < 4; i++)
		put(s, in[i], 1, NULL);
	for (size_t i = 0; i < 4; i++) {
		const struct real_server_row *r = store_at(s, T_REAL_SERVER, i);

		assert_string_equal(r->name, out[i]);
	}
	assert_null(store_at(s, T_REAL_SERVER, 4));
	store_free(s);
}

static void a_put_tells_exactly_what_differs(void **state)
{
	struct store *s = store_new();
	struct fieldset changed;

	(void)state;
	put(s, "10.0.0.1:80", 1, &changed);
	assert_true(fieldset_has_name(&changed, T_REAL_SERVER, "name"));
	put(s, "10.0.0.1:80", 1, &changed);
	assert_true(fieldset_empty(&changed));
	put(s, "10.0.0.1:80", 256, &changed);
	assert_true(fieldset_has_name(&changed, T_REAL_SERVER, "weight"));
	assert_false(fieldset_has_name(&changed, T_REAL_SERVER, "admin_state"));
	store_free(s);
}

static void count_wake(void *arg)
{
	++*(int *)arg;
}

static void changes_coalesce_and_wake_once(void **state)
{
	struct store *s = store_new();
	int wakes = 0;
	struct store_watch *w = store_watch_open(s, count_wake, &wakes);
	struct store_change c;

	(void)state;
	put(s, "10.0.0.1:80", 1, NULL);
	put(s, "10.0.0.1:80", 2, NULL);
	put(s, "10.0.0.2:80", 1, NULL);
	assert_int_equal(wakes, 1);
	assert_true(store_watch_next(w, &c));
	assert_true(c.added);
	assert_int_equal(((const struct real_server_row *)c.row)->weight, 2);
	assert_true(store_watch_next(w, &c));
	assert_false(store_watch_next(w, &c));
	put(s, "10.0.0.1:80", 3, NULL);
	assert_int_equal(wakes, 2);
	assert_true(store_watch_next(w, &c));
	assert_false(c.added);
	assert_true(fieldset_has_name(&c.changed, T_REAL_SERVER, "weight"));
	store_watch_close(w);
	store_free(s);
}

static void a_mute_watch_hears_what_was_before(void **state)
{
	struct store *s = store_new();
	struct store_watch *a = store_watch_open(s, NULL, NULL);
	struct store_watch *b = store_watch_open(s, NULL, NULL);
	struct store_change c;

	(void)state;
	put(s, "10.0.0.1:80", 1, NULL);
	store_watch_mute(a, true);
	put(s, "10.0.0.2:80", 1, NULL);
	store_watch_mute(a, false);
	assert_true(store_watch_next(a, &c));
	assert_string_equal(((const struct real_server_row *)c.row)->name, "10.0.0.1:80");
	assert_false(store_watch_next(a, &c));
	put(s, "10.0.0.2:80", 2, NULL);
	assert_true(store_watch_next(a, &c));
	assert_false(c.added);
	assert_true(store_watch_next(b, &c) && store_watch_next(b, &c));
	assert_false(store_watch_next(b, &c));
	store_watch_close(a);
	store_watch_close(b);
	store_free(s);
}

static void a_deleted_row_is_seen_before_its_successor(void **state)
{
	struct store *s = store_new();
	struct store_watch *a = store_watch_open(s, NULL, NULL);
	struct store_watch *b = store_watch_open(s, NULL, NULL);
	struct real_server_row r = server("10.0.0.1:80", 1);
	struct store_change c;

	(void)state;
	put(s, "10.0.0.1:80", 1, NULL);
	assert_true(store_watch_next(a, &c));
	assert_true(store_watch_next(b, &c));
	assert_true(store_del(s, T_REAL_SERVER, &r));
	assert_null(store_find(s, T_REAL_SERVER, &r));
	put(s, "10.0.0.1:80", 7, NULL);
	assert_true(store_watch_next(a, &c));
	assert_true(c.gone);
	assert_string_equal(((const struct real_server_row *)c.row)->name, "10.0.0.1:80");
	assert_true(store_watch_next(a, &c));
	assert_true(c.added);
	assert_int_equal(((const struct real_server_row *)c.row)->weight, 7);
	assert_false(store_watch_next(a, &c));
	/* b still holds the dead row after a let go of it */
	assert_true(store_watch_next(b, &c));
	assert_true(c.gone);
	assert_string_equal(((const struct real_server_row *)c.row)->vs, "192.0.2.1:80/tcp");
	store_watch_close(b);
	store_watch_close(a);
	store_free(s);
}

static void merge_touches_only_what_differs(void **state)
{
	struct store *live = store_new(), *file = store_new();
	struct store_watch *w;
	struct store_change c;

	(void)state;
	for (int i = 0; i < 20; i++) {
		char name[32];

		snprintf(name, sizeof(name), "10.0.0.%d:80", i);
		put(live, name, 1, NULL);
		if (i)
			put(file, name, i == 5 ? 9 : 1, NULL);
	}
	w = store_watch_open(live, NULL, NULL);
	assert_int_equal(store_merge(live, file, F_WANTED), 2);
	assert_true(store_watch_next(w, &c) && c.gone);
	assert_true(store_watch_next(w, &c) && !c.gone);
	assert_int_equal(((const struct real_server_row *)c.row)->weight, 9);
	assert_false(store_watch_next(w, &c));
	assert_int_equal(store_merge(live, file, F_WANTED), 0);
	store_watch_close(w);
	store_free(live);
	store_free(file);
}

static uint32_t weight(const struct store *s, const char *name)
{
	struct real_server_row key = server(name, 0);
	const struct real_server_row *r = store_find(s, T_REAL_SERVER, &key);

	return r ? r->weight : UINT32_MAX;
}

/* Rows of a merged store are the same memory until one side changes them. */
static void stores_share_rows_until_they_change(void **state)
{
	struct store *file = store_new(), *wanted = store_new(), *live = store_new();
	struct real_server_row gone = server("10.0.0.3:80", 0);
	const struct real_server_row *before;
	struct store_watch *w;
	struct store_change c;

	(void)state;
	put(file, "10.0.0.1:80", 1, NULL);
	put(file, "10.0.0.2:80", 1, NULL);
	put(file, "10.0.0.3:80", 1, NULL);
	assert_int_equal(store_merge(wanted, file, F_WANTED), 3);
	assert_int_equal(store_merge(live, wanted, F_WANTED), 3);
	assert_ptr_equal(store_at(live, T_REAL_SERVER, 0), store_at(file, T_REAL_SERVER, 0));
	before = store_at(live, T_REAL_SERVER, 0);
	w = store_watch_open(live, NULL, NULL);
	put(live, "10.0.0.1:80", 5, NULL);
	assert_true(store_watch_next(w, &c));
	assert_int_equal(((const struct real_server_row *)c.row)->weight, 5);
	assert_int_equal(before->weight, 1);
	put(wanted, "10.0.0.2:80", 7, NULL);
	assert_int_equal(weight(file, "10.0.0.1:80"), 1);
	assert_int_equal(weight(wanted, "10.0.0.1:80"), 1);
	assert_int_equal(weight(file, "10.0.0.2:80"), 1);
	assert_int_equal(weight(live, "10.0.0.2:80"), 1);
	assert_true(store_del(live, T_REAL_SERVER, &gone));
	assert_int_equal(weight(wanted, "10.0.0.3:80"), 1);
	assert_true(store_watch_next(w, &c) && c.gone);
	assert_false(store_watch_next(w, &c));
	store_free(file);
	assert_int_equal(weight(wanted, "10.0.0.3:80"), 1);
	assert_int_equal(weight(live, "10.0.0.2:80"), 1);
	store_watch_close(w);
	store_free(wanted);
	store_free(live);
}

static void marks_tell_what_was_met(void **state)
{
	struct store *s = store_new();

	(void)state;
	put(s, "10.0.0.1:80", 1, NULL);
	put(s, "10.0.0.2:80", 1, NULL);
	store_mark(store_at(s, T_REAL_SERVER, 1));
	assert_false(store_is_marked(s, T_REAL_SERVER, 0));
	assert_true(store_is_marked(s, T_REAL_SERVER, 1));
	store_unmark(s);
	assert_false(store_is_marked(s, T_REAL_SERVER, 1));
	store_free(s);
}

/* ---- any operations, against a model that is too simple to be wrong ---- */

enum { FILE_STORE, WANTED_STORE, LIVE_STORE, STORES };
#define WATCHES 2 /* of each store */
#define SERVERS 6

struct naive {
	bool there;
	uint32_t weight, conns;
};

/* What a watch knows of its store, from nothing but what it was told. */
struct mirror {
	struct store_watch *watch;
	struct naive rows[SERVERS];
	bool woken; /* since its queue was empty */
};

struct world {
	struct store *stores[STORES];
	struct naive rows[STORES][SERVERS];
	struct mirror mirrors[STORES][WATCHES];
	uint32_t random;
};

static unsigned below(struct world *w, unsigned n)
{
	w->random = w->random * 1664525 + 1013904223;
	return (w->random >> 16) % n;
}

static struct real_server_row nth(unsigned i)
{
	static char names[SERVERS][32];

	snprintf(names[i], sizeof(names[i]), "10.0.0.%u:80", i + 1);
	return server(names[i], 0);
}

static struct naive *find_naive(struct naive *rows, const struct real_server_row *r)
{
	unsigned n = 0;

	assert_int_equal(sscanf(r->name, "10.0.0.%u:80", &n), 1);
	assert_in_range(n, 1, SERVERS);
	return &rows[n - 1];
}

static void note_change(struct mirror *m, const struct store_change *c)
{
	const struct real_server_row *r = c->row;
	struct naive *n = find_naive(m->rows, r);

	if (c->gone) {
		assert_true(n->there || c->added); /* came and went unseen */
		*n = (struct naive){0};
		return;
	}
	assert_int_equal(c->added, !n->there);
	n->there = true;
	if (c->added || fieldset_has_name(&c->changed, T_REAL_SERVER, "weight"))
		n->weight = r->weight;
	if (c->added || fieldset_has_name(&c->changed, T_REAL_SERVER, "active_conns"))
		n->conns = r->active_conns;
}

static void take_changes(struct mirror *m, unsigned most)
{
	struct store_change c;

	while (m->watch && most-- && store_watch_next(m->watch, &c))
		note_change(m, &c);
	if (m->watch && !store_watch_pending(m->watch))
		m->woken = false;
}

static void wake_mirror(void *arg)
{
	struct mirror *m = arg;

	assert_false(m->woken);
	m->woken = true;
}

static void open_or_close(struct world *w, unsigned s)
{
	struct mirror *m = &w->mirrors[s][below(w, WATCHES)];

	if (m->watch) {
		store_watch_close(m->watch);
		*m = (struct mirror){0};
		return;
	}
	m->watch = store_watch_open(w->stores[s], wake_mirror, m);
	memcpy(m->rows, w->rows[s], sizeof(m->rows));
}

/* Only what is live has states. */
static void put_any(struct world *w, unsigned s)
{
	unsigned flags = s == LIVE_STORE && below(w, 2) ? F_SEEN : F_WANTED;
	struct real_server_row r = nth(below(w, SERVERS));
	struct naive *n = find_naive(w->rows[s], &r);

	r.weight = below(w, 3);
	r.active_conns = below(w, 3);
	if (!n->there)
		*n = (struct naive){true, 1, 0};
	if (flags == F_WANTED)
		n->weight = r.weight;
	else
		n->conns = r.active_conns;
	store_put(w->stores[s], T_REAL_SERVER, &r, flags, NULL);
}

static void delete_any(struct world *w, unsigned s)
{
	struct real_server_row r = nth(below(w, SERVERS));
	struct naive *n = find_naive(w->rows[s], &r);
	const void *known = store_find(w->stores[s], T_REAL_SERVER, &r);
	bool own_key = known && below(w, 2);

	assert_int_equal(store_del(w->stores[s], T_REAL_SERVER, own_key ? known : &r), n->there);
	*n = (struct naive){0};
}

static void merge_any(struct world *w, unsigned s)
{
	if (s == FILE_STORE)
		return;
	store_merge(w->stores[s], w->stores[s - 1], F_WANTED);
	for (unsigned i = 0; i < SERVERS; i++) {
		struct naive *n = &w->rows[s][i], *from = &w->rows[s - 1][i];

		*n = (struct naive){from->there, from->weight, from->there ? n->conns : 0};
	}
}

static void replace(struct world *w, unsigned s)
{
	for (unsigned i = 0; i < WATCHES; i++)
		if (w->mirrors[s][i].watch)
			return;
	store_free(w->stores[s]);
	w->stores[s] = store_new();
	memset(w->rows[s], 0, sizeof(w->rows[s]));
}

static void compare_mirror(struct world *w, unsigned s, struct mirror *m)
{
	assert_true(m->woken || !m->watch || !store_watch_pending(m->watch));
	if (!m->watch || store_watch_pending(m->watch))
		return;
	for (unsigned i = 0; i < SERVERS; i++) {
		const struct naive *told = &m->rows[i], *is = &w->rows[s][i];

		assert_int_equal(told->there, is->there);
		assert_int_equal(told->weight, is->weight);
		assert_int_equal(told->conns, is->conns);
	}
}

static void compare(struct world *w, unsigned s)
{
	size_t rows = 0;

	for (unsigned i = 0; i < SERVERS; i++) {
		struct real_server_row key = nth(i);
		const struct real_server_row *r = store_find(w->stores[s], T_REAL_SERVER, &key);
		const struct naive *n = &w->rows[s][i];

		assert_int_equal(r != NULL, n->there);
		if (!r)
			continue;
		rows++;
		assert_int_equal(r->weight, n->weight);
		assert_int_equal(r->active_conns, n->conns);
	}
	assert_int_equal(store_count(w->stores[s], T_REAL_SERVER), rows);
	for (unsigned i = 0; i < WATCHES; i++)
		compare_mirror(w, s, &w->mirrors[s][i]);
}

static void step(struct world *w)
{
	static void (*const what[])(struct world * w, unsigned s) = {
	    put_any, put_any, put_any, delete_any, merge_any, open_or_close, replace};
	unsigned s = below(w, STORES);

	what[below(w, sizeof(what) / sizeof(what[0]))](w, s);
	if (below(w, 2))
		take_changes(&w->mirrors[s][below(w, WATCHES)], below(w, 6));
	for (s = 0; s < STORES; s++)
		compare(w, s);
}

static void any_operations_do_what_a_simple_model_does(void **state)
{
	struct world w = {.random = 1};

	(void)state;
	for (unsigned s = 0; s < STORES; s++)
		w.stores[s] = store_new();
	for (unsigned i = 0; i < 20000; i++)
		step(&w);
	for (unsigned s = 0; s < STORES; s++) {
		for (unsigned i = 0; i < WATCHES; i++) {
			take_changes(&w.mirrors[s][i], UINT32_MAX);
			compare_mirror(&w, s, &w.mirrors[s][i]);
			store_watch_close(w.mirrors[s][i].watch);
		}
		store_free(w.stores[s]);
	}
	assert_int_equal(texts_count(), 0);
}

/* ---- texts ----------------------------------------------------------- */

static void put_noted(struct store *s, const char *name, const char *note)
{
	struct real_server_row r = server(name, 1);
	char vs[NAME_VS], copy[TEXT_NOTE]; /* that go with this function */

	TEXT_COPY(vs, r.vs);
	TEXT_COPY(copy, note);
	r.vs = vs;
	r.admin_reason = copy;
	store_put(s, T_REAL_SERVER, &r, F_WANTED, NULL);
}

static const char *note_of(const struct store *s, const char *name)
{
	struct real_server_row key = server(name, 0);
	const struct real_server_row *r = store_find(s, T_REAL_SERVER, &key);

	assert_string_equal(r->vs, key.vs);
	return r->admin_reason;
}

static void a_text_is_held_once_and_as_long_as_it_is_needed(void **state)
{
	struct store *a = store_new(), *b = store_new();
	struct real_server_row key = server("10.0.0.2:80", 0), copy;
	struct store_watch *w;
	struct store_change c;

	(void)state;
	put_noted(a, "10.0.0.1:80", "new kernel");
	put_noted(a, "10.0.0.2:80", "new kernel");
	assert_int_equal(texts_count(), 4); /* the service, two names, the note */
	assert_ptr_equal(note_of(a, "10.0.0.1:80"), note_of(a, "10.0.0.2:80"));
	store_merge(b, a, F_WANTED);
	assert_int_equal(texts_count(), 4);
	w = store_watch_open(a, NULL, NULL);
	put_noted(a, "10.0.0.2:80", "another");
	assert_string_equal(note_of(a, "10.0.0.2:80"), "another");
	assert_string_equal(note_of(b, "10.0.0.2:80"), "new kernel");
	assert_int_equal(texts_count(), 5);
	copy = *(const struct real_server_row *)store_find(a, T_REAL_SERVER, &key);
	row_hold(T_REAL_SERVER, &copy);
	store_del(a, T_REAL_SERVER, &key);
	store_free(b);
	assert_int_equal(texts_count(), 5); /* of the row that the watch has not seen go */
	while (store_watch_next(w, &c))
		assert_string_equal(((const struct real_server_row *)c.row)->name, "10.0.0.2:80");
	store_watch_close(w);
	store_free(a);
	assert_int_equal(texts_count(), 3);
	assert_string_equal(copy.admin_reason, "another");
	row_drop(T_REAL_SERVER, &copy);
	assert_int_equal(texts_count(), 0);
}

static void equal_texts_are_no_change(void **state)
{
	struct store *s = store_new();
	struct real_server_row r = server("10.0.0.1:80", 1);
	struct fieldset changed;
	char note[] = "a note";

	(void)state;
	put_noted(s, r.name, note);
	r.admin_reason = note;
	store_put(s, T_REAL_SERVER, &r, F_WANTED, &changed);
	assert_true(fieldset_empty(&changed));
	note[0] = 'A';
	store_put(s, T_REAL_SERVER, &r, F_WANTED, &changed);
	assert_true(fieldset_has_name(&changed, T_REAL_SERVER, "admin_reason"));
	r.admin_reason = NULL;
	store_put(s, T_REAL_SERVER, &r, F_WANTED, NULL);
	assert_string_equal(note_of(s, r.name), "");
	store_free(s);
}

/* ---- values ---------------------------------------------------------- */

static void values_are_refused_with_what_is_allowed(void **state)
{
	struct real_server_row r = server("10.0.0.1:80", 1), before = r;
	char why[TEXT_MAX];

	(void)state;
	assert_false(field_parse(schema_field(T_REAL_SERVER, "weight"), &r, "65536", why));
	assert_non_null(strstr(why, "0..65535"));
	assert_non_null(strstr(why, "65536"));
	assert_false(field_parse(schema_field(T_REAL_SERVER, "admin_state"), &r, "drainnig", why));
	assert_non_null(strstr(why, "did you mean draining?"));
	assert_memory_equal(&r, &before, sizeof(r));
	assert_true(field_parse(schema_field(T_REAL_SERVER, "weight"), &r, "256", why));
	assert_int_equal(r.weight, 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_are_in_snmp_order),
	    cmocka_unit_test(a_put_tells_exactly_what_differs),
	    cmocka_unit_test(changes_coalesce_and_wake_once),
	    cmocka_unit_test(a_mute_watch_hears_what_was_before),
	    cmocka_unit_test(a_deleted_row_is_seen_before_its_successor),
	    cmocka_unit_test(merge_touches_only_what_differs),
	    cmocka_unit_test(stores_share_rows_until_they_change),
	    cmocka_unit_test(marks_tell_what_was_met),
	    cmocka_unit_test(any_operations_do_what_a_simple_model_does),
	    cmocka_unit_test(a_text_is_held_once_and_as_long_as_it_is_needed),
	    cmocka_unit_test(equal_texts_are_no_change),
	    cmocka_unit_test(values_are_refused_with_what_is_allowed),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
