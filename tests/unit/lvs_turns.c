/*
 * lvs_turns: never more at one time than allowed, in all and of one address; in order; nobody is
 * forgotten, whoever leaves meanwhile.
 */
#include "lvs/turns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RUNNERS 400
#define HOSTS   10
#define ALL     16
#define EACH    3

struct runner {
	struct turn turn; /* first */
	unsigned host, runs;
};

static struct runner runners[RUNNERS];
static struct turn *order[RUNNERS];
static size_t norder;
static bool ends_at_once;
static struct loop *loop;

static void go(struct turn *t)
{
	((struct runner *)t)->runs++;
	if (norder < RUNNERS)
		order[norder++] = t;
	if (ends_at_once)
		turn_end(t);
}

static struct turns *begin(size_t n, unsigned hosts)
{
	struct turns *s;

	memset(runners, 0, sizeof(runners));
	norder = 0;
	ends_at_once = false;
	loop = loop_new();
	s = turns_new(loop, go);
	for (size_t i = 0; i < n; i++) {
		struct addr a = addr_ipv4(0x0a000001 + (uint32_t)(i % hosts));

		runners[i].host = (unsigned)(i % hosts);
		turn_join(s, &runners[i].turn, &a);
	}
	return s;
}

static void end(struct turns *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (runners[i].turn.turns)
			turn_leave(&runners[i].turn);
	assert_int_equal(turns_running(s), 0);
	turns_free(s);
	loop_free(loop);
}

static void ask(struct runner *r)
{
	if (turn_ask(&r->turn))
		go(&r->turn);
}

static void on_time(void *arg, struct mono now)
{
	(void)arg, (void)now;
	loop_stop(loop);
}

/* Whoever is to be called now is. */
static void turn_over(void)
{
	struct timer t;

	timer_init(&t, loop, on_time, NULL);
	timer_after(&t, NS_PER_MS);
	loop_run(loop);
	timer_stop(&t);
}

static void check_limits(const struct turns *s)
{
	size_t of_host[HOSTS] = {0};

	assert_in_range(turns_running(s), 0, ALL);
	for (size_t i = 0; i < RUNNERS; i++)
		of_host[runners[i].host] += runners[i].turn.state == TURN_RUNS;
	for (size_t i = 0; i < HOSTS; i++)
		assert_in_range(of_host[i], 0, EACH);
}

static void everybody_runs_and_never_too_many(void **state)
{
	struct turns *s = begin(RUNNERS, HOSTS);
	unsigned rounds = 0;

	(void)state;
	turns_limit(s, ALL, EACH);
	for (size_t i = 0; i < RUNNERS; i++)
		ask(&runners[i]);
	assert_int_equal(turns_running(s), ALL);
	while (turns_running(s)) {
		check_limits(s);
		for (size_t i = 0; i < RUNNERS; i++)
			if (runners[i].turn.state == TURN_RUNS) {
				turn_end(&runners[i].turn);
				break;
			}
		turn_over();
		assert_in_range(++rounds, 1, RUNNERS);
	}
	assert_int_equal(rounds, RUNNERS);
	for (size_t i = 0; i < RUNNERS; i++)
		assert_int_equal(runners[i].runs, 1);
	end(s, RUNNERS);
}

/* One address asks for more than all others together; they are not kept waiting by it. */
static void a_busy_address_does_not_keep_others_out(void **state)
{
	struct turns *s = begin(20, 20);
	struct addr busy = addr_ipv4(0x0a000001);

	(void)state;
	for (size_t i = 1; i < 10; i++) {
		turn_leave(&runners[i].turn);
		turn_join(s, &runners[i].turn, &busy);
	}
	turns_limit(s, 4, 2);
	for (size_t i = 0; i < 12; i++)
		ask(&runners[i]);
	assert_int_equal(norder, 4);
	assert_ptr_equal(order[2], &runners[10].turn);
	assert_ptr_equal(order[3], &runners[11].turn);
	end(s, 20);
}

static void those_who_wait_are_called_in_order(void **state)
{
	struct turns *s = begin(50, 50);

	(void)state;
	turns_limit(s, 1, 1);
	for (size_t i = 0; i < 50; i++)
		ask(&runners[i]);
	ends_at_once = true;
	turn_end(&runners[0].turn);
	turn_over();
	assert_int_equal(norder, 50);
	for (size_t i = 0; i < 50; i++)
		assert_ptr_equal(order[i], &runners[i].turn);
	end(s, 50);
}

/* One that leaves gives back what it held, or what it waited for. */
static void those_who_leave_hold_nobody_up(void **state)
{
	struct turns *s = begin(6, 1);

	(void)state;
	turns_limit(s, 2, 1);
	for (size_t i = 0; i < 6; i++)
		ask(&runners[i]);
	turn_leave(&runners[1].turn); /* waits */
	runners[1].turn.turns = NULL;
	turn_leave(&runners[0].turn); /* runs */
	runners[0].turn.turns = NULL;
	turn_over();
	assert_int_equal(norder, 2);
	assert_ptr_equal(order[1], &runners[2].turn);
	turns_limit(s, 2, 9);
	turn_over();
	assert_int_equal(norder, 3);
	end(s, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(everybody_runs_and_never_too_many),
	    cmocka_unit_test(a_busy_address_does_not_keep_others_out),
	    cmocka_unit_test(those_who_wait_are_called_in_order),
	    cmocka_unit_test(those_who_leave_hold_nobody_up),
	};

	return cmocka_run_group_tests_name("lvs_turns", tests, NULL, NULL);
}
