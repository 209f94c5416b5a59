/*
 * lvs_quorum: when a quorum is gained and lost, who counts for it, when the sorry server stands
 * in, and what that does to each server.
 */
#include "lvs/quorum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct {
	enum vs_quorum was;
	uint32_t quorum, hysteresis;
	uint64_t weight;
	enum vs_quorum now;
} quorums[] = {
    {QUORUM_UNKNOWN, 1, 0, 0, QUORUM_LOST},
    {QUORUM_UNKNOWN, 1, 0, 1, QUORUM_MET},
    {QUORUM_UNKNOWN, 4, 1, 4, QUORUM_LOST},
    {QUORUM_UNKNOWN, 4, 1, 5, QUORUM_MET},
    {QUORUM_MET, 4, 1, 4, QUORUM_MET},
    {QUORUM_MET, 4, 1, 3, QUORUM_MET},
    {QUORUM_MET, 4, 1, 2, QUORUM_LOST},
    {QUORUM_LOST, 4, 1, 3, QUORUM_LOST},
    {QUORUM_LOST, 4, 1, 4, QUORUM_LOST},
    {QUORUM_LOST, 4, 1, 5, QUORUM_MET},
    {QUORUM_MET, 4, 0, 4, QUORUM_MET},
    {QUORUM_MET, 4, 0, 3, QUORUM_LOST},
    {QUORUM_LOST, 4, 0, 4, QUORUM_MET},
    {QUORUM_MET, 2, 2, 0, QUORUM_LOST}, /* nothing is never enough */
    {QUORUM_MET, 2, 3, 1, QUORUM_MET},
    {QUORUM_MET, UINT32_MAX, 1, UINT32_MAX, QUORUM_MET},
    {QUORUM_LOST, UINT32_MAX, 1, UINT32_MAX, QUORUM_LOST},
    {QUORUM_LOST, UINT32_MAX, 1, UINT64_C(1) << 32, QUORUM_MET},
};

static void test_quorum(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(quorums) / sizeof(quorums[0]); i++) {
		struct virtual_server_row vs = {.quorum = quorums[i].quorum,
						.hysteresis = quorums[i].hysteresis,
						.quorum_state = (uint8_t)quorums[i].was};

		if (quorum_judge(&vs, quorums[i].weight) != quorums[i].now)
			fail_msg("case %zu", i);
	}
}

static struct pool_verdict verdict(bool alive, enum rs_oper oper)
{
	return (struct pool_verdict){
	    .present = true, .weight = alive ? 7 : 0, .alive = alive, .oper = oper};
}

static const struct {
	enum rs_kind kind;
	bool alive;
	enum rs_oper oper;
	/* with a weight of 7 */
	uint64_t weight;
	bool has_sorry, sorry_works;
} counts[] = {
    {RS_REGULAR, true, RS_UP, 7, false, false},
    {RS_REGULAR, true, RS_CHECKING, 7, false, false},
    {RS_REGULAR, false, RS_CHECKING, 0, false, false}, /* alpha */
    {RS_REGULAR, false, RS_DOWN, 0, false, false},
    {RS_REGULAR, true, RS_DISABLED_BY_PARENT, 7, false, false},
    {RS_REGULAR, true, RS_OPER_DRAINING, 0, false, false},
    {RS_REGULAR, true, RS_DRAINED, 0, false, false},
    {RS_REGULAR, true, RS_OPER_DISABLED, 0, false, false},
    {RS_SORRY, true, RS_UP, 0, true, true},
    {RS_SORRY, false, RS_DOWN, 0, true, false},
    {RS_SORRY, true, RS_OPER_DRAINING, 0, true, false},
};

static void test_count(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct real_server_row rs = {.weight = 7, .kind = (uint8_t)counts[i].kind};
		struct pool_verdict v = verdict(counts[i].alive, counts[i].oper);
		struct quorum_facts f = {0};

		v.share = 7; /* whatever is configured: scripts may have changed it */
		rs.weight = 5;
		quorum_count(&f, &rs, &v);
		if (f.weight != counts[i].weight || f.has_sorry != counts[i].has_sorry ||
		    f.sorry_works != counts[i].sorry_works)
			fail_msg("case %zu: weight %d", i, (int)f.weight);
	}
}

static void test_who_stands_in(void **state)
{
	struct quorum_facts none = {0}, dead = {.has_sorry = true},
			    works = {.has_sorry = true, .sorry_works = true};

	(void)state;
	assert_false(quorum_wants_sorry(&none, QUORUM_LOST));
	assert_false(quorum_wants_sorry(&dead, QUORUM_LOST));
	assert_true(quorum_wants_sorry(&works, QUORUM_LOST));
	assert_false(quorum_wants_sorry(&works, QUORUM_MET));
}

static const struct {
	enum rs_kind kind;
	bool inhibit, alive;
	enum rs_oper oper;
	bool sorry, off; /* it stands in; the operator has disabled the virtual server */
	/* expected */
	bool present;
	uint32_t weight;
	enum rs_oper becomes;
	bool replaced;
} places[] = {
    {RS_REGULAR, 0, 1, RS_UP, 0, 0, true, 7, RS_UP, false},
    {RS_REGULAR, 0, 1, RS_UP, 1, 0, false, 0, RS_UP, true},
    {RS_REGULAR, 1, 1, RS_UP, 1, 0, true, 0, RS_UP, true},
    {RS_REGULAR, 0, 1, RS_CHECKING, 1, 0, false, 0, RS_CHECKING, true},
    {RS_REGULAR, 1, 0, RS_DOWN, 1, 0, true, 0, RS_DOWN, false},
    {RS_REGULAR, 0, 1, RS_OPER_DRAINING, 1, 0, true, 7, RS_OPER_DRAINING, false},
    {RS_REGULAR, 0, 1, RS_OPER_DISABLED, 1, 0, true, 7, RS_OPER_DISABLED, false},
    {RS_SORRY, 0, 1, RS_UP, 1, 0, true, 1, RS_UP, false},
    {RS_SORRY, 0, 1, RS_UP, 1, 1, true, 0, RS_UP, false},
    {RS_SORRY, 0, 1, RS_UP, 0, 0, false, 0, RS_STANDBY, false},
    {RS_SORRY, 1, 1, RS_UP, 0, 0, true, 0, RS_STANDBY, false},
    {RS_SORRY, 1, 0, RS_DOWN, 0, 0, true, 0, RS_DOWN, false},
    {RS_SORRY, 0, 0, RS_DOWN, 0, 0, false, 0, RS_DOWN, false},
    {RS_SORRY, 0, 1, RS_OPER_DRAINING, 0, 0, true, 7, RS_OPER_DRAINING, false},
};

static void test_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct virtual_server_row vs = {.admin_state =
						    places[i].off ? VS_DISABLED : VS_ENABLED};
		struct real_server_row rs = {.weight = 7,
					     .kind = (uint8_t)places[i].kind,
					     .inhibit_on_failure = places[i].inhibit};
		struct pool_verdict v = verdict(places[i].alive, places[i].oper);

		v = quorum_place(&vs, &rs, v, places[i].sorry);
		if (v.present != places[i].present || v.weight != places[i].weight ||
		    v.oper != places[i].becomes || v.replaced != places[i].replaced)
			fail_msg("case %zu: present %d weight %u oper %d replaced %d", i, v.present,
				 v.weight, v.oper, v.replaced);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_quorum),
	    cmocka_unit_test(test_count),
	    cmocka_unit_test(test_who_stands_in),
	    cmocka_unit_test(test_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
