/*
 * lvs_ramp: the steps of a slow start: equal, as many as the scheduler bears, from the first to
 * the full weight within the time; and a start that another process goes on with.
 */
#include "lvs/ramp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Goes from step to step; returns how many shares there were, and when the last was full. */
static unsigned walk(const char *scheduler, uint32_t slow_start_s, int64_t *full_ns)
{
	int64_t at = 0, last_step = 0;
	unsigned shares = 0, before = 0;

	for (;;) {
		struct ramp r = ramp_at(scheduler, slow_start_s, at);

		assert_in_range(r.percent, before + 1, 100);
		before = r.percent;
		shares++;
		if (!r.next_ns)
			break;
		assert_int_equal(ramp_at(scheduler, slow_start_s, at + r.next_ns - 1).percent,
				 r.percent);
		if (last_step)
			assert_int_equal(r.next_ns, last_step);
		last_step = r.next_ns;
		at += r.next_ns;
	}
	assert_int_equal(before, 100);
	*full_ns = at;
	return shares;
}

static void equal_steps_to_the_full_weight(void **state)
{
	static const char *const by_hash[] = {"sh", "mh", "dh", "lblc", "lblcr"};
	int64_t full;

	(void)state;
	assert_int_equal(walk("wrr", 38, &full), 20);
	assert_int_equal(full, 38 * NS_PER_S);
	assert_int_equal(walk("wlc", 86400, &full), 20);
	for (size_t i = 0; i < sizeof(by_hash) / sizeof(by_hash[0]); i++) {
		assert_int_equal(walk(by_hash[i], 30, &full), 4);
		assert_int_equal(full, 30 * NS_PER_S);
	}
	assert_int_equal(walk("wrr", 0, &full), 1);
}

static void another_process_goes_on_at_the_same_share(void **state)
{
	static const char *const schedulers[] = {"wrr", "sh"};

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (int64_t at = 0; at < 60 * NS_PER_S; at += NS_PER_S / 7) {
			uint8_t percent = ramp_at(schedulers[i], 60, at).percent;
			int64_t since = ramp_since(schedulers[i], 60, percent);

			assert_int_equal(ramp_at(schedulers[i], 60, since).percent, percent);
		}
}

static void a_weight_stays_a_weight(void **state)
{
	(void)state;
	assert_int_equal(ramp_weight(1, 5), 1);
	assert_int_equal(ramp_weight(0, 5), 0);
	assert_int_equal(ramp_weight(65535, 100), 65535);
	assert_int_equal(ramp_weight(65535, 50), 32767);
	assert_int_equal(ramp_weight(10, 25), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(equal_steps_to_the_full_weight),
	    cmocka_unit_test(another_process_goes_on_at_the_same_share),
	    cmocka_unit_test(a_weight_stays_a_weight),
	};

	return cmocka_run_group_tests_name("lvs_ramp", tests, NULL, NULL);
}
