/*
 * vrrp_gap: what counts as a gap between advertisements, and what does not.
 */
#include "vrrp/gap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void sent(struct vrrp_gap *g, int64_t at_ms)
{
	vrrp_gap_sent(g, (struct mono){at_ms * NS_PER_MS});
}

static void test_the_longest_stays(void **state)
{
	struct vrrp_gap g = {0};

	(void)state;
	sent(&g, 5000);
	assert_int_equal(g.worst_us, 0); /* one alone is no gap */
	sent(&g, 5100);
	assert_int_equal(g.worst_us, 100000);
	sent(&g, 5390);
	sent(&g, 5400);
	sent(&g, 5500);
	assert_int_equal(g.worst_us, 290000);
	sent(&g, 5500);
	assert_int_equal(g.worst_us, 290000);
}

static void test_not_while_another_is_master(void **state)
{
	struct vrrp_gap g = {0};

	(void)state;
	sent(&g, 1000);
	sent(&g, 1100);
	vrrp_gap_end(&g);
	sent(&g, 9000);
	assert_int_equal(g.worst_us, 100000);
	sent(&g, 9200);
	assert_int_equal(g.worst_us, 200000); /* the figure is of all its masterships */
}

static void test_goes_on_from_a_predecessor(void **state)
{
	struct vrrp_gap g = {{1000 * NS_PER_MS}, 130000};

	(void)state;
	sent(&g, 1120);
	assert_int_equal(g.worst_us, 130000);
	sent(&g, 1400);
	assert_int_equal(g.worst_us, 280000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_longest_stays),
	    cmocka_unit_test(test_not_while_another_is_master),
	    cmocka_unit_test(test_goes_on_from_a_predecessor),
	};

	return cmocka_run_group_tests_name("vrrp_gap", tests, NULL, NULL);
}
