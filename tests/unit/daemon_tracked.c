/*
 * daemon_tracked: what main reports to vrrp of what others see: pools, numbers, results; at once
 * when it is told, to all who track it and to nobody else, and when rows are new.
 */
#include "daemon/sources.h"
#include "daemon/tracked.h"

#include "base/text.h"
#include "model/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define VS "192.0.2.1:80/tcp"

static void track(struct store *s, const char *user, enum track_kind kind, const char *object)
{
	struct track_row t;

	row_init(T_TRACK, &t);
	t.kind = (uint8_t)kind;
	TEXT_COPY(t.user, user);
	TEXT_COPY(t.object, object);
	store_put(s, T_TRACK, &t, F_WANTED, NULL);
}

static const struct track_row *find(const struct store *s, const char *user, const char *kind,
				    const char *object)
{
	const char *const key[] = {"instance", user, kind, object};

	return store_find_text(s, T_TRACK, key);
}

/* As a link does it: the row first, then the word. */
static void tell(struct store *s, enum table_id t, const void *row)
{
	struct fieldset changed;
	const void *stored = store_put(s, t, row, F_SEEN, &changed);

	tracked_seen(s, t, stored, &changed);
}

static void test_pools(void **state)
{
	static const struct {
		enum vs_oper oper;
		enum track_state reported;
	} pools[] = {{VS_UP, TRACK_OK},        {VS_DEGRADED, TRACK_OK},
		     {VS_DOWN, TRACK_FAILED},  {VS_QUORUM_LOST, TRACK_FAILED},
		     {VS_SORRY, TRACK_FAILED}, {VS_OPER_DISABLED, TRACK_OK}};
	struct store *s = store_new();
	struct virtual_server_row v;

	(void)state;
	row_init(T_VIRTUAL_SERVER, &v);
	v.name = VS;
	store_put(s, T_VIRTUAL_SERVER, &v, F_WANTED, NULL);
	track(s, "A", TRACK_VIRTUAL_SERVER, VS);
	track(s, "B", TRACK_VIRTUAL_SERVER, VS);
	track(s, "B", TRACK_VIRTUAL_SERVER, "fwmark:7");
	tracked_all(s);
	/* lvs has not spoken: that it is down is nobody's word */
	assert_int_equal(find(s, "A", "virtualServer", VS)->reported, TRACK_UNKNOWN);
	for (size_t i = 0; i < sizeof(pools) / sizeof(pools[0]); i++) {
		v.rs_total = 2;
		v.oper_state = (uint8_t)pools[i].oper;
		tell(s, T_VIRTUAL_SERVER, &v);
		assert_int_equal(find(s, "A", "virtualServer", VS)->reported, pools[i].reported);
		assert_int_equal(find(s, "B", "virtualServer", VS)->reported, pools[i].reported);
	}
	assert_int_equal(find(s, "B", "virtualServer", "fwmark:7")->reported, TRACK_UNKNOWN);
	track(s, "C", TRACK_VIRTUAL_SERVER, VS);
	tracked_all(s);
	assert_int_equal(find(s, "C", "virtualServer", VS)->reported, TRACK_OK);
	store_free(s);
}

static void test_results_and_numbers(void **state)
{
	struct store *s = store_new();
	struct vrrp_script_row script;
	struct track_file_row file;

	(void)state;
	row_init(T_VRRP_SCRIPT, &script);
	row_init(T_TRACK_FILE, &file);
	TEXT_COPY(script.name, "same");
	TEXT_COPY(file.name, "same");
	store_put(s, T_VRRP_SCRIPT, &script, F_WANTED, NULL);
	store_put(s, T_TRACK_FILE, &file, F_WANTED, NULL);
	track(s, "A", TRACK_SCRIPT, "same");
	track(s, "A", TRACK_FILE, "same");
	script.state = TRACK_FAILED;
	tell(s, T_VRRP_SCRIPT, &script);
	assert_int_equal(find(s, "A", "script", "same")->reported, TRACK_FAILED);
	assert_int_equal(find(s, "A", "file", "same")->reported, TRACK_UNKNOWN);
	file.state = TRACK_OK;
	file.value = -3;
	tell(s, T_TRACK_FILE, &file);
	assert_int_equal(find(s, "A", "file", "same")->reported, TRACK_OK);
	assert_int_equal(find(s, "A", "file", "same")->reported_value, -3);
	file.value = 4;
	tell(s, T_TRACK_FILE, &file);
	assert_int_equal(find(s, "A", "file", "same")->reported_value, 4);
	script.runs = 7; /* of no interest to who tracks it */
	tell(s, T_VRRP_SCRIPT, &script);
	assert_int_equal(find(s, "A", "script", "same")->reported, TRACK_FAILED);
	assert_int_equal(find(s, "A", "script", "same")->reported_value, 0);
	store_free(s);
}

/* ---- checks ------------------------------------------------------------ */

static const struct check_source_row *source(const struct store *s, const char *kind)
{
	const char *const key[] = {kind, "same"};

	return store_find_text(s, T_CHECK_SOURCE, key);
}

static void put_source(struct store *s, enum source_kind kind)
{
	struct check_source_row row;

	row_init(T_CHECK_SOURCE, &row);
	row.kind = (uint8_t)kind;
	row.name = "same";
	store_put(s, T_CHECK_SOURCE, &row, F_WANTED, NULL);
}

static void tell_source(struct store *s, enum table_id t, const void *row)
{
	struct fieldset changed;
	const void *stored = store_put(s, t, row, F_SEEN, &changed);

	sources_seen(s, t, stored, &changed);
}

static const struct misc_script_row *script_of(const struct store *s)
{
	const char *const key[] = {"same"};

	return store_find_text(s, T_MISC_SCRIPT, key);
}

static void test_checks(void **state)
{
	struct store *s = store_new();
	struct misc_script_row script;
	struct track_file_row file;
	struct check_source_row row;

	(void)state;
	row_init(T_MISC_SCRIPT, &script);
	row_init(T_TRACK_FILE, &file);
	script.name = "same";
	TEXT_COPY(file.name, "same");
	store_put(s, T_MISC_SCRIPT, &script, F_WANTED, NULL);
	store_put(s, T_TRACK_FILE, &file, F_WANTED, NULL);
	put_source(s, CHECK_BY_SCRIPT);
	put_source(s, CHECK_BY_FILE);
	row = *source(s, "script");
	row.asked = (struct mono){5};
	tell_source(s, T_CHECK_SOURCE, &row);
	assert_int_equal(script_of(s)->asked.ns, 5);
	row.asked = (struct mono){4}; /* what is wanted already */
	tell_source(s, T_CHECK_SOURCE, &row);
	assert_int_equal(script_of(s)->asked.ns, 5);
	assert_int_equal(source(s, "script")->outcome, SOURCE_UNKNOWN);
	script = *script_of(s);
	script.began = (struct mono){6};
	script.outcome = SOURCE_VALUE;
	script.value = 3;
	script.result = "ended with status 3";
	tell_source(s, T_MISC_SCRIPT, &script);
	assert_int_equal(source(s, "script")->answered.ns, 6);
	assert_int_equal(source(s, "script")->outcome, SOURCE_VALUE);
	assert_int_equal(source(s, "script")->value, 3);
	assert_string_equal(source(s, "script")->result, "ended with status 3");
	assert_int_equal(source(s, "file")->outcome, SOURCE_UNKNOWN);
	file.state = TRACK_OK;
	file.value = -7;
	tell_source(s, T_TRACK_FILE, &file);
	assert_int_equal(source(s, "file")->outcome, SOURCE_VALUE);
	assert_int_equal(source(s, "file")->value, -7);
	store_free(s);
}

/* A main that has just begun has both sides' rows, and neither was told anything. */
static void test_checks_of_before(void **state)
{
	struct store *s = store_new();
	struct misc_script_row script;
	struct check_source_row row;

	(void)state;
	row_init(T_MISC_SCRIPT, &script);
	script.name = "same";
	script.began = (struct mono){6};
	script.outcome = SOURCE_VALUE;
	store_put(s, T_MISC_SCRIPT, &script, F_WANTED | F_SEEN, NULL);
	row_init(T_CHECK_SOURCE, &row);
	row.name = "same";
	row.kind = CHECK_BY_SCRIPT;
	row.asked = (struct mono){9};
	store_put(s, T_CHECK_SOURCE, &row, F_WANTED | F_SEEN, NULL);
	sources_all(s);
	assert_int_equal(script_of(s)->asked.ns, 9);
	assert_int_equal(source(s, "script")->answered.ns, 6);
	store_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_pools),
	    cmocka_unit_test(test_results_and_numbers),
	    cmocka_unit_test(test_checks),
	    cmocka_unit_test(test_checks_of_before),
	};

	return cmocka_run_group_tests_name("daemon_tracked", tests, NULL, NULL);
}
