/* model: store and watches. */
#include "base/text.h"
#include "model/rows.h"
#include "model/store.h"

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
	TEXT_COPY(r.vs, "192.0.2.1:80/tcp");
	TEXT_COPY(r.name, name);
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
	    cmocka_unit_test(a_deleted_row_is_seen_before_its_successor),
	    cmocka_unit_test(merge_touches_only_what_differs),
	    cmocka_unit_test(stores_share_rows_until_they_change),
	    cmocka_unit_test(marks_tell_what_was_met),
	    cmocka_unit_test(values_are_refused_with_what_is_allowed),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
