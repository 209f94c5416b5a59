/*
 * lvs_pool: weight, presence and state of a real server for every word of the operator and
 * every outcome of the checks; totals of the virtual server.
 */
#include "lvs/pool.h"

#include "model/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum health { GOOD, BAD, UNKNOWN, UNPROVEN, UNCHECKED };

struct judge_case {
	enum rs_admin admin;
	enum vs_admin parent;
	enum health health;
	bool inhibit, in_kernel, drained;
	/* expected, with a configured weight of 7 */
	bool present;
	uint32_t weight;
	enum rs_oper oper;
	enum check_reason reason;
};

#define ON  VS_ENABLED
#define OFF VS_DISABLED

static const struct judge_case cases[] = {
    {RS_ENABLED, ON, GOOD, 0, 1, 0, true, 7, RS_UP, REASON_OK},
    {RS_ENABLED, ON, GOOD, 0, 0, 0, true, 7, RS_UP, REASON_OK},
    {RS_ENABLED, ON, UNCHECKED, 0, 0, 0, true, 7, RS_UP, REASON_NO_CHECK},
    {RS_ENABLED, ON, UNKNOWN, 0, 0, 0, true, 7, RS_CHECKING, REASON_NOT_RUN},
    {RS_ENABLED, ON, UNPROVEN, 0, 0, 0, false, 0, RS_CHECKING, REASON_NOT_RUN},
    {RS_ENABLED, ON, UNPROVEN, 1, 0, 0, true, 0, RS_CHECKING, REASON_NOT_RUN},
    {RS_ENABLED, OFF, UNPROVEN, 0, 0, 0, false, 0, RS_CHECKING, REASON_NOT_RUN},
    {RS_ENABLED, ON, BAD, 0, 1, 0, false, 0, RS_DOWN, REASON_NONE},
    {RS_ENABLED, ON, BAD, 1, 1, 0, true, 0, RS_DOWN, REASON_NONE},
    {RS_ENABLED, ON, BAD, 1, 0, 0, true, 0, RS_DOWN, REASON_NONE},
    {RS_ENABLED, OFF, GOOD, 0, 1, 0, true, 0, RS_DISABLED_BY_PARENT, REASON_ADMIN},
    {RS_ENABLED, OFF, BAD, 0, 1, 0, false, 0, RS_DOWN, REASON_NONE},
    {RS_DRAINING, ON, GOOD, 0, 1, 0, true, 0, RS_OPER_DRAINING, REASON_ADMIN},
    {RS_DRAINING, ON, BAD, 0, 1, 0, true, 0, RS_OPER_DRAINING, REASON_ADMIN},
    {RS_DRAINING, ON, GOOD, 0, 1, 1, false, 0, RS_DRAINED, REASON_ADMIN},
    {RS_DRAINING, ON, GOOD, 0, 0, 0, false, 0, RS_DRAINED, REASON_ADMIN},
    {RS_DRAINING, OFF, GOOD, 0, 1, 0, true, 0, RS_OPER_DRAINING, REASON_ADMIN},
    {RS_DISABLED, ON, GOOD, 0, 1, 0, true, 0, RS_OPER_DISABLED, REASON_ADMIN},
    {RS_DISABLED, ON, GOOD, 0, 0, 0, false, 0, RS_OPER_DISABLED, REASON_ADMIN},
    {RS_FORCED_OFFLINE, ON, GOOD, 1, 1, 0, false, 0, RS_OPER_DISABLED, REASON_ADMIN},
};

static struct pool_facts facts_of(const struct judge_case *c, struct virtual_server_row *vs,
				  struct real_server_row *rs)
{
	struct pool_facts f = {.vs = vs, .rs = rs, .ramp_percent = 100, .admin = c->admin};

	memset(vs, 0, sizeof(*vs));
	memset(rs, 0, sizeof(*rs));
	vs->admin_state = c->parent;
	rs->admin_state = c->admin;
	rs->weight = 7;
	rs->inhibit_on_failure = c->inhibit;
	f.checks = c->health == UNCHECKED ? 0 : 2;
	f.failing = c->health == BAD;
	f.unknown = c->health == UNKNOWN || c->health == UNPROVEN;
	f.unproven = c->health == UNPROVEN;
	f.in_kernel = c->in_kernel;
	f.drained = c->drained;
	return f;
}

static void test_judge(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct virtual_server_row vs;
		struct real_server_row rs;
		struct pool_facts f = facts_of(&cases[i], &vs, &rs);
		struct pool_verdict v = pool_judge(&f);

		if (v.present != cases[i].present || v.weight != cases[i].weight ||
		    v.oper != cases[i].oper || v.reason != cases[i].reason)
			fail_msg("case %zu: present %d weight %u oper %d reason %d", i, v.present,
				 v.weight, v.oper, v.reason);
	}
}

static void test_weights_are_not_truncated(void **state)
{
	static const uint32_t weights[] = {0, 1, 255, 256, 300, 65535};
	struct virtual_server_row vs;
	struct real_server_row rs;
	struct pool_facts f = facts_of(&cases[0], &vs, &rs);

	(void)state;
	for (size_t i = 0; i < sizeof(weights) / sizeof(weights[0]); i++) {
		rs.weight = weights[i];
		assert_int_equal(pool_judge(&f).weight, weights[i]);
		assert_true(pool_judge(&f).present);
	}
}

/* Each source has a factor of its own. */
static void test_factors(void **state)
{
	static const struct {
		uint32_t configured;
		int64_t added;
		enum agent_word agent;
		int percent; /* -1: no agent has said one */
		/* expected */
		uint32_t weight, share;
		enum rs_oper oper;
	} factors[] = {
	    {7, 3, 0, -1, 10, 10, RS_UP},
	    {7, -3, 0, -1, 4, 4, RS_UP},
	    {7, -7, 0, -1, 0, 0, RS_UP}, /* what is said to weigh nothing does */
	    {7, -300, 0, -1, 0, 0, RS_UP},
	    {7, INT32_MAX, 0, -1, 65535, 65535, RS_UP},
	    {100, 0, AGENT_READY, 75, 75, 75, RS_UP},
	    {7, 0, AGENT_READY, 50, 4, 4, RS_UP},
	    {1, 0, 0, 1, 1, 1, RS_UP}, /* little is not nothing */
	    {0, 0, 0, 75, 0, 0, RS_UP},
	    {7, 0, 0, 200, 14, 14, RS_UP},
	    {65535, 0, 0, 200, 65535, 65535, RS_UP},
	    {7, 3, 0, 50, 5, 5, RS_UP},
	    {7, 0, 0, 0, 0, 0, RS_OPER_DISABLED},
	    {7, 0, AGENT_DRAIN, -1, 0, 7, RS_OPER_DISABLED},
	    {7, 3, AGENT_MAINT, 50, 0, 5, RS_OPER_DISABLED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(factors) / sizeof(factors[0]); i++) {
		struct virtual_server_row vs;
		struct real_server_row rs;
		struct pool_facts f = facts_of(&cases[0], &vs, &rs);
		struct pool_verdict v;

		rs.weight = factors[i].configured;
		f.changes.added = factors[i].added;
		f.changes.agent = (uint8_t)factors[i].agent;
		f.changes.scaled = factors[i].percent >= 0;
		f.changes.percent = f.changes.scaled ? (uint32_t)factors[i].percent : 0;
		v = pool_judge(&f);
		if (v.weight != factors[i].weight || v.share != factors[i].share ||
		    v.oper != factors[i].oper || !v.present)
			fail_msg("case %zu: weight %u share %u oper %d", i, v.weight, v.share,
				 v.oper);
	}
}

/* The operator's word counts first, and what an agent has taken is there while he says nothing. */
static void test_agent_and_operator(void **state)
{
	struct virtual_server_row vs;
	struct real_server_row rs;
	struct pool_facts f = facts_of(&cases[0], &vs, &rs);

	(void)state;
	f.changes.agent = AGENT_READY;
	f.admin = RS_DRAINING;
	assert_int_equal(pool_judge(&f).oper, RS_OPER_DRAINING);
	assert_int_equal(pool_judge(&f).weight, 0);
	f.changes.agent = AGENT_DRAIN;
	f.admin = RS_ENABLED;
	assert_int_equal(pool_judge(&f).reason, REASON_AGENT);
	assert_int_equal(pool_judge(&f).weight, 0);
	f.in_kernel = false;
	assert_false(pool_judge(&f).present);
	f.failing = 1;
	assert_int_equal(pool_judge(&f).oper, RS_DOWN);
	f.failing = 0;
	f.changes.agent = AGENT_READY;
	assert_int_equal(pool_judge(&f).weight, 7);
}

static void test_held_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct virtual_server_row vs;
		struct real_server_row rs;
		struct pool_facts f = facts_of(&cases[i], &vs, &rs);
		struct pool_verdict v = pool_judge(&f);

		assert_int_equal(pool_is_held_out(&v), v.present && !v.weight &&
							   v.oper != RS_DOWN &&
							   v.oper != RS_CHECKING);
	}
}

static void count(struct pool_totals *t, uint32_t weight, enum rs_oper oper)
{
	struct real_server_row rs = {.weight = weight};
	struct pool_verdict v = {.oper = oper, .alive = oper != RS_DOWN};

	pool_count(t, &rs, &v);
}

static void test_totals(void **state)
{
	struct virtual_server_row vs = {.admin_state = VS_ENABLED};
	struct pool_totals t = {0};

	(void)state;
	assert_int_equal(pool_vs_oper(&vs, &t), VS_DOWN);
	assert_int_equal(pool_health(&t), 0);
	count(&t, 3, RS_UP);
	assert_int_equal(pool_vs_oper(&vs, &t), VS_UP);
	assert_int_equal(pool_health(&t), 100);
	count(&t, 1, RS_DOWN);
	assert_int_equal(pool_vs_oper(&vs, &t), VS_DEGRADED);
	assert_int_equal(pool_health(&t), 75);
	assert_int_equal(t.weight_total, 4);
	assert_int_equal(t.weight_up, 3);
	vs.quorum_state = QUORUM_LOST;
	assert_int_equal(pool_vs_oper(&vs, &t), VS_QUORUM_LOST);
	t.sorry = true;
	assert_int_equal(pool_vs_oper(&vs, &t), VS_SORRY);
	vs.admin_state = VS_DISABLED;
	assert_int_equal(pool_vs_oper(&vs, &t), VS_OPER_DISABLED);
	t = (struct pool_totals){0};
	count(&t, 0, RS_UP);
	count(&t, 0, RS_DOWN);
	assert_int_equal(pool_health(&t), 50);
}

static void test_who_can_be_drained(void **state)
{
	static const char *const can[] = {"rr", "wrr", "wlc", "sh", "mh", "lblcr", "nq"};
	struct virtual_server_row vs = {.scheduler = "dh"};

	(void)state;
	assert_non_null(lvs_drain_objection(&vs));
	for (size_t i = 0; i < sizeof(can) / sizeof(can[0]); i++) {
		memset(vs.scheduler, 0, sizeof(vs.scheduler));
		strcpy(vs.scheduler, can[i]);
		assert_null(lvs_drain_objection(&vs));
		assert_int_equal(lvs_scheduler_needs_fallback(can[i]), can[i][1] == 'h');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_judge),
	    cmocka_unit_test(test_weights_are_not_truncated),
	    cmocka_unit_test(test_factors),
	    cmocka_unit_test(test_agent_and_operator),
	    cmocka_unit_test(test_held_out),
	    cmocka_unit_test(test_totals),
	    cmocka_unit_test(test_who_can_be_drained),
	};

	return cmocka_run_group_tests_name("lvs_pool", tests, NULL, NULL);
}
