/* watchdog: silence is counted from the last sign of life, and not while the watcher slept. */
#include "daemon/watchdog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define AT(s) ((struct mono){(int64_t)((s)*NS_PER_S)})

/* Looks at each tick in (from, to]. */
static void look(struct watchdog *w, double from, double to)
{
	for (double s = from + 0.25; s <= to + 0.001; s += 0.25)
		watchdog_tick(w, AT(s));
}

static void silence_grows(void **state)
{
	struct watchdog w;

	(void)state;
	watchdog_start(&w, AT(100));
	look(&w, 100, 104);
	assert_int_equal(watchdog_silence(&w, AT(100.5), AT(104)), 35 * NS_PER_S / 10);
	assert_int_equal(watchdog_silence(&w, AT(104), AT(104)), 0);
}

static void the_past_does_not_count(void **state)
{
	struct watchdog w;

	(void)state;
	watchdog_start(&w, AT(100));
	assert_int_equal(watchdog_silence(&w, AT(1), AT(100)), 0);
}

static void a_gap_of_its_own_begins_anew(void **state)
{
	struct watchdog w;

	(void)state;
	watchdog_start(&w, AT(100));
	look(&w, 100, 102);
	watchdog_tick(&w, AT(3600)); /* it was stopped, or the machine was */
	assert_int_equal(watchdog_silence(&w, AT(102), AT(3600)), 0);
	look(&w, 3600, 3603);
	assert_int_equal(watchdog_silence(&w, AT(102), AT(3603)), 3 * NS_PER_S);
	assert_int_equal(watchdog_silence(&w, AT(3602), AT(3603)), 1 * NS_PER_S);
}

static void a_little_late_is_no_gap(void **state)
{
	struct watchdog w;

	(void)state;
	watchdog_start(&w, AT(100));
	for (double s = 100; s < 104; s += 0.4)
		watchdog_tick(&w, AT(s));
	assert_int_equal(watchdog_silence(&w, AT(100), AT(104)), 4 * NS_PER_S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(silence_grows),
	    cmocka_unit_test(the_past_does_not_count),
	    cmocka_unit_test(a_gap_of_its_own_begins_anew),
	    cmocka_unit_test(a_little_late_is_no_gap),
	};

	return cmocka_run_group_tests_name("watchdog", tests, NULL, NULL);
}
