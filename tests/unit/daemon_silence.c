/* silence: whose word ends with the process that gave it. */
#include "daemon/silence.h"

#include "base/text.h"
#include "model/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct store *live;

static void add(const char *name, enum vrrp_state state, uint32_t interval_cs, const char *group)
{
	struct vrrp_instance_row r;

	row_init(T_VRRP_INSTANCE, &r);
	TEXT_COPY(r.name, name);
	TEXT_COPY(r.sync_group, group);
	r.state = (uint8_t)state;
	r.reason = VRRP_REASON_PREEMPT;
	r.master_adver_int_cs = interval_cs;
	r.transitions = 7;
	store_put(live, T_VRRP_INSTANCE, &r, ~0u, NULL);
}

static const struct vrrp_instance_row *row(const char *name)
{
	struct vrrp_instance_row key = {{0}};

	TEXT_COPY(key.name, name);
	return store_find(live, T_VRRP_INSTANCE, &key);
}

static const struct sync_group_row *group(void)
{
	return store_at(live, T_SYNC_GROUP, 0);
}

static int begin(void **state)
{
	struct sync_group_row g;

	(void)state;
	live = store_new();
	row_init(T_SYNC_GROUP, &g);
	TEXT_COPY(g.name, "VG");
	g.state = VRRP_MASTER;
	store_put(live, T_SYNC_GROUP, &g, ~0u, NULL);
	add("SLOW", VRRP_MASTER, 100, "");
	add("FAST", VRRP_MASTER, 10, "VG");
	add("BACKUP", VRRP_BACKUP, 10, "");
	add("FAULT", VRRP_FAULT, 10, "");
	return 0;
}

static int end(void **state)
{
	(void)state;
	store_free(live);
	return 0;
}

static void a_short_silence_is_nothing(void **state)
{
	(void)state;
	silence_of_vrrp(live,
			300 * NS_PER_MS); /* it may have advertised after the last heartbeat */
	assert_int_equal(row("FAST")->state, VRRP_MASTER);
	assert_int_equal(group()->state, VRRP_MASTER);
}

static void each_by_its_own_interval(void **state)
{
	(void)state;
	silence_of_vrrp(live, 1000 * NS_PER_MS);
	assert_int_equal(row("FAST")->state, VRRP_INIT);
	assert_int_equal(row("FAST")->reason, VRRP_REASON_SILENT);
	assert_int_equal(row("FAST")->transitions, 7);
	assert_int_equal(group()->state, VRRP_INIT);
	assert_int_equal(group()->reason, VRRP_REASON_SILENT);
	assert_int_equal(row("SLOW")->state, VRRP_MASTER);
	silence_of_vrrp(live, 3300 * NS_PER_MS);
	assert_int_equal(row("SLOW")->state, VRRP_INIT);
}

static void others_stay_what_they_are(void **state)
{
	(void)state;
	silence_of_vrrp(live, 60 * NS_PER_S);
	assert_int_equal(row("BACKUP")->state, VRRP_BACKUP);
	assert_int_equal(row("BACKUP")->reason, VRRP_REASON_PREEMPT);
	assert_int_equal(row("FAULT")->state, VRRP_FAULT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_short_silence_is_nothing, begin, end),
	    cmocka_unit_test_setup_teardown(each_by_its_own_interval, begin, end),
	    cmocka_unit_test_setup_teardown(others_stay_what_they_are, begin, end),
	};

	return cmocka_run_group_tests_name("silence", tests, NULL, NULL);
}
