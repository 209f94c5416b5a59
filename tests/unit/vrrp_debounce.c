/*
 * vrrp_debounce: a change counts when it has lasted for the delay of its direction; the first sight
 * counts at once, and one that is taken back in time leaves no trace.
 */
#include "vrrp/debounce.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define DOWN (1000 * NS_PER_MS)
#define UP   (3000 * NS_PER_MS)

struct sight {
	int64_t at_ms;
	bool up, believed;
	int64_t due_ms; /* 0: never */
};

static void look(struct vrrp_debounce *d, const struct sight *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct mono due;
		bool up = vrrp_debounce(d, s[i].up, DOWN, UP, (struct mono){s[i].at_ms * NS_PER_MS},
					&due);

		if (up != s[i].believed || due.ns != s[i].due_ms * NS_PER_MS)
			fail_msg("sight %zu: %d, due %lld", i, up, (long long)due.ns);
	}
}
#define LOOK(d, s) look((d), (s), sizeof(s) / sizeof((s)[0]))

static void test_down_and_up(void **state)
{
	static const struct sight s[] = {
	    {100, true, true, 0},      {200, false, true, 1200}, {700, false, true, 1200},
	    {1200, false, false, 0},   {1300, false, false, 0},  {1400, true, false, 4400},
	    {4399, true, false, 4400}, {4400, true, true, 0},
	};
	struct vrrp_debounce d = {0};

	(void)state;
	LOOK(&d, s);
}

static void test_flaps_leave_no_trace(void **state)
{
	static const struct sight s[] = {
	    {100, false, false, 0}, /* the first at once */
	    {200, true, false, 3200},  {300, false, false, 0},    {3100, true, false, 6100},
	    {3200, true, false, 6100}, {6100, true, true, 0},     {6200, false, true, 7200},
	    {7199, true, true, 0},     {7300, false, true, 8300}, {8300, false, false, 0},
	};
	struct vrrp_debounce d = {0};

	(void)state;
	LOOK(&d, s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_down_and_up),
	    cmocka_unit_test(test_flaps_leave_no_trace),
	};

	return cmocka_run_group_tests_name("vrrp_debounce", tests, NULL, NULL);
}
