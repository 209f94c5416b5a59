/*
 * vrrp_track: what trackers make of a priority, as keepalived's manual has it: weights of either
 * sign, reversed or not, weight 0, numbers in files, sums and their limits, and what is not known.
 */
#include "vrrp/track.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define REVERSE true

struct item {
	enum track_kind kind;
	int32_t weight;
	bool reverse;
	enum track_state state;
	int32_t value;
	int32_t contribution;
	bool fault;
};

static const struct item items[] = {
    /* a weight is added while all is well, or taken while it is not */
    {TRACK_INTERFACE, 20, !REVERSE, TRACK_OK, 0, 20, false},
    {TRACK_INTERFACE, 20, !REVERSE, TRACK_FAILED, 0, 0, false},
    {TRACK_INTERFACE, -20, !REVERSE, TRACK_OK, 0, 0, false},
    {TRACK_INTERFACE, -20, !REVERSE, TRACK_FAILED, 0, -20, false},
    {TRACK_SCRIPT, 20, REVERSE, TRACK_OK, 0, -20, false},
    {TRACK_SCRIPT, 20, REVERSE, TRACK_FAILED, 0, 0, false},
    {TRACK_PROCESS, -20, REVERSE, TRACK_OK, 0, 0, false},
    {TRACK_PROCESS, -20, REVERSE, TRACK_FAILED, 0, 20, false},
    /* without a weight a failure is a fault */
    {TRACK_VIRTUAL_SERVER, 0, !REVERSE, TRACK_OK, 0, 0, false},
    {TRACK_VIRTUAL_SERVER, 0, !REVERSE, TRACK_FAILED, 0, 0, true},
    {TRACK_SCRIPT, 0, REVERSE, TRACK_OK, 0, 0, true},
    {TRACK_SCRIPT, 0, REVERSE, TRACK_FAILED, 0, 0, false},
    /* a number is multiplied */
    {TRACK_FILE, 1, !REVERSE, TRACK_OK, 7, 7, false},
    {TRACK_FILE, 3, !REVERSE, TRACK_OK, -7, -21, false},
    {TRACK_FILE, -3, !REVERSE, TRACK_OK, 7, -21, false},
    {TRACK_FILE, 3, REVERSE, TRACK_OK, 7, -21, false},
    {TRACK_FILE, 2, !REVERSE, TRACK_OK, 126, 252, false},
    {TRACK_FILE, 2, !REVERSE, TRACK_OK, 127, 253, false},
    {TRACK_FILE, 254, !REVERSE, TRACK_OK, 254, 253, false},
    {TRACK_FILE, 1, !REVERSE, TRACK_OK, -253, -253, false},
    {TRACK_FILE, 1, !REVERSE, TRACK_OK, -254, 0, true},
    {TRACK_FILE, 2, !REVERSE, TRACK_OK, -127, 0, true},
    {TRACK_FILE, -254, !REVERSE, TRACK_OK, 254, 0, true},
    {TRACK_FILE, 0, !REVERSE, TRACK_OK, 0, 0, false},
    {TRACK_FILE, 0, !REVERSE, TRACK_OK, 1, 0, true},
    {TRACK_FILE, 0, !REVERSE, TRACK_OK, -1, 0, true},
    {TRACK_FILE, 0, REVERSE, TRACK_OK, 0, 0, true},
    {TRACK_FILE, 0, REVERSE, TRACK_OK, 1, 0, false},
    /* what is not known changes nothing */
    {TRACK_SCRIPT, 20, !REVERSE, TRACK_UNKNOWN, 0, 0, false},
    {TRACK_SCRIPT, -20, !REVERSE, TRACK_UNKNOWN, 0, 0, false},
    {TRACK_SCRIPT, 0, !REVERSE, TRACK_UNKNOWN, 0, 0, false},
    {TRACK_SCRIPT, 0, REVERSE, TRACK_UNKNOWN, 0, 0, false},
    {TRACK_FILE, 0, REVERSE, TRACK_UNKNOWN, 0, 0, false},
    {TRACK_SCRIPT, 20, !REVERSE, TRACK_DISABLED, 0, 0, false},
    {TRACK_SCRIPT, -20, !REVERSE, TRACK_DISABLED, 0, 0, false},
    {TRACK_SCRIPT, 0, !REVERSE, TRACK_DISABLED, 0, 0, false},
    {TRACK_SCRIPT, 0, REVERSE, TRACK_DISABLED, 0, 0, false},
};

static struct track_row row_of(enum track_kind kind, int32_t weight, bool reverse)
{
	return (struct track_row){
	    .kind = (uint8_t)kind, .weight = weight, .reverse = reverse, .state = TRACK_UNKNOWN};
}

static void test_contributions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		const struct item *it = &items[i];
		struct track_row t = row_of(it->kind, it->weight, it->reverse);

		vrrp_track_judge(&t, (struct vrrp_sight){it->state, it->value});
		if (t.contribution != it->contribution || vrrp_track_faults(&t) != it->fault)
			fail_msg("item %zu: contribution %d, fault %d", i, t.contribution,
				 vrrp_track_faults(&t));
	}
}

static void test_first_result_is_awaited(void **state)
{
	struct track_row plain = row_of(TRACK_SCRIPT, 0, false);
	struct track_row weighted = row_of(TRACK_SCRIPT, 5, false);

	(void)state;
	assert_true(vrrp_track_awaits(&plain));
	assert_false(vrrp_track_awaits(&weighted)); /* it begins with the priority it has */
	vrrp_track_judge(&plain, (struct vrrp_sight){TRACK_FAILED, 0});
	assert_false(vrrp_track_awaits(&plain));
}

/* Whoever observes may die and come back: what was seen last counts until it speaks. */
static void test_silence_changes_nothing(void **state)
{
	struct track_row t = row_of(TRACK_FILE, 2, false);

	(void)state;
	assert_true(vrrp_track_judge(&t, (struct vrrp_sight){TRACK_OK, 10}));
	assert_false(vrrp_track_judge(&t, (struct vrrp_sight){TRACK_UNKNOWN, 0}));
	assert_int_equal(t.contribution, 20);
	assert_false(vrrp_track_judge(&t, (struct vrrp_sight){TRACK_OK, 10}));
	t.weight = 0; /* the operator's change counts at once */
	assert_true(vrrp_track_judge(&t, (struct vrrp_sight){TRACK_UNKNOWN, 0}));
	assert_true(vrrp_track_faults(&t));
	assert_int_equal(t.state, TRACK_FAILED);
}

static struct vrrp_tracked sum_of(const struct item *list, size_t n, bool weigh)
{
	struct vrrp_tracked sum = {0};

	for (size_t i = 0; i < n; i++) {
		struct track_row t = row_of(list[i].kind, list[i].weight, list[i].reverse);

		vrrp_track_judge(&t, (struct vrrp_sight){list[i].state, list[i].value});
		vrrp_tracked_add(&sum, &t, weigh);
	}
	return sum;
}

static void test_sums(void **state)
{
	static const struct item three[] = {
	    {TRACK_INTERFACE, 20, false, TRACK_OK, 0, 0, 0},
	    {TRACK_SCRIPT, -50, false, TRACK_FAILED, 0, 0, 0},
	    {TRACK_FILE, 1, false, TRACK_OK, 9, 0, 0},
	};
	static const struct item faults[] = {
	    {TRACK_INTERFACE, 0, false, TRACK_FAILED, 0, 0, 0},
	    {TRACK_SCRIPT, 0, false, TRACK_UNKNOWN, 0, 0, 0},
	    {TRACK_SCRIPT, 10, false, TRACK_OK, 0, 0, 0},
	};
	struct vrrp_tracked s = sum_of(three, 3, true);

	(void)state;
	assert_int_equal(s.sum, -21);
	assert_int_equal(vrrp_tracked_priority(&s, 100), 79);
	s = sum_of(three, 3, false);
	assert_int_equal(s.sum, 0);
	s = sum_of(faults, 3, false); /* weight 0 counts all the same */
	assert_int_equal(s.faults, 1);
	assert_int_equal(s.awaited, 1);
	assert_int_equal(s.sum, 0);
}

static void test_limits(void **state)
{
	static const struct {
		int32_t sum;
		uint8_t base, priority;
	} cases[] = {{0, 100, 100},    {-99, 100, 1},   {-100, 100, 1}, {-1000000, 100, 1},
		     {154, 100, 254},  {155, 100, 254}, {253, 1, 254},  {1000000, 1, 254},
		     {-200, 255, 255}, {200, 255, 255}, {0, 254, 254},  {1, 254, 254}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vrrp_tracked s = {.sum = cases[i].sum};

		if (vrrp_tracked_priority(&s, cases[i].base) != cases[i].priority)
			fail_msg("%d %+d", cases[i].base, cases[i].sum);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_contributions),
	    cmocka_unit_test(test_first_result_is_awaited),
	    cmocka_unit_test(test_silence_changes_nothing),
	    cmocka_unit_test(test_sums),
	    cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests_name("vrrp_track", tests, NULL, NULL);
}
