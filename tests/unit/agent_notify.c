/* notify: order, one at a time, what is sent again, what is given up and counted. */
#include "agent/notify.h"

#include "base/text.h"

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SENT_MAX 8192

static struct world {
	struct loop *loop;
	struct notify *notify;
	struct notify_counts counts;
	bool master;             /* there is one */
	bool fails;              /* it ends the session when something is sent */
	uint32_t sent[SENT_MAX]; /* numbers, in the order of sending */
	uint8_t state[SENT_MAX];
	unsigned nsent;
} w;

static bool send_one(void *arg, const struct notice *n)
{
	(void)arg;
	if (!w.master)
		return false;
	w.sent[w.nsent] = n->number;
	w.state[w.nsent++] = ((const struct vrrp_instance_row *)n->row)->state;
	if (w.fails)
		notify_answered(w.notify, NOTIFY_AGAIN);
	return !w.fails;
}

static void counted(void *arg, const struct notify_counts *c)
{
	(void)arg;
	w.counts = *c;
}

static bool wanted(void *arg, const struct map_notification *what)
{
	(void)arg, (void)what;
	return false;
}

static const struct notify_ops ops = {send_one, wanted, counted};

static void turn(void)
{
	event_base_loop(loop_base(w.loop), EVLOOP_NONBLOCK);
	event_base_loop(loop_base(w.loop), EVLOOP_NONBLOCK);
}

/* Waits for the attempt that follows one without an answer. */
static void turn_until_sent(unsigned n)
{
	struct mono end = mono_add(mono_read(), 5 * NS_PER_S);

	while (w.nsent < n && mono_diff(end, mono_read()) > 0)
		event_base_loop(loop_base(w.loop), EVLOOP_ONCE);
	assert_int_equal(w.nsent, n);
}

static int begin(void **state)
{
	(void)state;
	memset(&w, 0, sizeof(w));
	map_resolve();
	map_notify_resolve();
	w.loop = loop_new();
	w.notify = notify_new(w.loop, &ops, NULL);
	notify_enable(w.notify, true);
	return 0;
}

static int end(void **state)
{
	(void)state;
	notify_free(w.notify);
	loop_free(w.loop);
	return 0;
}

/* A row of VI_1 with these figures comes after one with those before. */
static void row_comes(struct vrrp_instance_row old, struct vrrp_instance_row row)
{
	TEXT_COPY(old.name, "VI_1");
	TEXT_COPY(row.name, "VI_1");
	notify_row(w.notify, T_VRRP_INSTANCE, &old, &row);
}

/* One more transition, to this state. */
static void happens(uint8_t state)
{
	static uint32_t transitions;

	transitions++;
	row_comes((struct vrrp_instance_row){.transitions = transitions - 1, .state = state},
		  (struct vrrp_instance_row){.transitions = transitions, .state = state});
}

static void connect_master(void)
{
	w.master = true;
	notify_connected(w.notify);
	turn();
}

static void one_at_a_time_in_order(void **state)
{
	(void)state;
	connect_master();
	happens(VRRP_BACKUP);
	happens(VRRP_MASTER);
	turn();
	assert_int_equal(w.nsent, 1);
	notify_answered(w.notify, NOTIFY_TAKEN);
	turn();
	assert_int_equal(w.nsent, 2);
	assert_int_equal(w.sent[0], 1);
	assert_int_equal(w.sent[1], 2);
	assert_int_equal(w.state[0], VRRP_BACKUP);
	assert_int_equal(w.state[1], VRRP_MASTER);
	assert_int_equal(w.counts.sent, 1);
	assert_int_equal(w.counts.waiting, 1);
}

static void other_fields_are_no_event(void **state)
{
	struct vrrp_instance_row row = {.state = VRRP_MASTER, .transitions = 3}, later = row;

	(void)state;
	later.adverts_sent++;
	row_comes(row, later);
	assert_int_equal(w.counts.waiting, 0);
}

static void state_and_counter_each_tell(void **state)
{
	struct vrrp_instance_row row = {.state = VRRP_MASTER, .transitions = 3}, later = row;

	(void)state;
	later.transitions = 5; /* away and back */
	row_comes(row, later);
	assert_int_equal(w.counts.waiting, 1);
	later.state = VRRP_BACKUP;
	later.transitions = 3; /* it lost count */
	row_comes(row, later);
	assert_int_equal(w.counts.waiting, 2);
}

static void a_counter_that_begins_anew_is_no_event(void **state)
{
	struct vrrp_instance_row row = {.state = VRRP_MASTER, .transitions = 3}, later = row;

	(void)state;
	later.transitions = 1;
	row_comes(row, later);
	assert_int_equal(w.counts.waiting, 0);
}

static void waits_for_a_master(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 10; i++)
		happens(VRRP_MASTER);
	turn();
	assert_int_equal(w.nsent, 0);
	assert_int_equal(w.counts.waiting, 10);
	connect_master();
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(w.nsent, i + 1);
		assert_int_equal(w.sent[i], i + 1);
		notify_answered(w.notify, NOTIFY_TAKEN);
		turn();
	}
	assert_int_equal(w.counts.waiting, 0);
	assert_int_equal(w.counts.sent, 10);
	assert_int_equal(w.counts.lost, 0);
}

static void is_sent_again_until_it_is_taken(void **state)
{
	(void)state;
	connect_master();
	happens(VRRP_BACKUP);
	happens(VRRP_MASTER);
	turn();
	notify_answered(w.notify, NOTIFY_AGAIN);
	turn();
	assert_int_equal(w.nsent, 1); /* not at once */
	turn_until_sent(2);
	assert_int_equal(w.sent[1], 1);
	w.master = false;
	notify_answered(w.notify, NOTIFY_AGAIN);
	connect_master();
	assert_int_equal(w.nsent, 3);
	assert_int_equal(w.sent[2], 1);
	notify_answered(w.notify, NOTIFY_TAKEN);
	turn();
	assert_int_equal(w.sent[3], 2);
}

static void a_session_that_ends_while_it_is_sent(void **state)
{
	(void)state;
	w.fails = true;
	connect_master();
	happens(VRRP_MASTER);
	turn();
	assert_int_equal(w.nsent, 1);
	assert_int_equal(w.counts.waiting, 1);
	w.fails = false;
	connect_master();
	assert_int_equal(w.nsent, 2);
	notify_answered(w.notify, NOTIFY_TAKEN);
	assert_int_equal(w.counts.waiting, 0);
}

static void a_refused_one_is_given_up(void **state)
{
	(void)state;
	connect_master();
	happens(VRRP_BACKUP);
	happens(VRRP_MASTER);
	turn();
	notify_answered(w.notify, NOTIFY_REFUSED);
	turn();
	assert_int_equal(w.sent[1], 2);
	assert_int_equal(w.counts.lost, 1);
	assert_int_equal(w.counts.sent, 0);
}

/* The oldest go, but not the one that the master may have in hand. */
static void is_bounded(void **state)
{
	(void)state;
	connect_master();
	for (unsigned i = 0; i < NOTIFY_QUEUE_MAX; i++)
		happens(VRRP_MASTER);
	turn();
	assert_int_equal(w.counts.lost, 0);
	for (unsigned i = 0; i < 3; i++)
		happens(VRRP_BACKUP);
	assert_int_equal(w.counts.lost, 3);
	assert_int_equal(w.counts.waiting, NOTIFY_QUEUE_MAX);
	notify_answered(w.notify, NOTIFY_TAKEN);
	turn();
	assert_int_equal(w.sent[0], 1);
	assert_int_equal(w.sent[1], 5);
}

static void off_forgets_and_does_not_collect(void **state)
{
	(void)state;
	connect_master();
	happens(VRRP_MASTER);
	happens(VRRP_MASTER);
	turn();
	notify_enable(w.notify, false);
	assert_int_equal(w.counts.waiting, 0);
	assert_int_equal(w.counts.lost, 0);
	happens(VRRP_MASTER);
	notify_event(w.notify, 1, &(struct vrrp_instance_row){.name = "VI_1"});
	notify_enable(w.notify, true);
	happens(VRRP_MASTER);
	turn();
	assert_int_equal(w.nsent, 1);
	notify_answered(w.notify, NOTIFY_TAKEN); /* of the forgotten one */
	assert_int_equal(w.counts.sent, 0);
	assert_int_equal(w.counts.waiting, 1);
	turn();
	assert_int_equal(w.nsent, 2);
	assert_int_equal(w.sent[1], 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(one_at_a_time_in_order, begin, end),
	    cmocka_unit_test_setup_teardown(other_fields_are_no_event, begin, end),
	    cmocka_unit_test_setup_teardown(state_and_counter_each_tell, begin, end),
	    cmocka_unit_test_setup_teardown(a_counter_that_begins_anew_is_no_event, begin, end),
	    cmocka_unit_test_setup_teardown(waits_for_a_master, begin, end),
	    cmocka_unit_test_setup_teardown(is_sent_again_until_it_is_taken, begin, end),
	    cmocka_unit_test_setup_teardown(a_session_that_ends_while_it_is_sent, begin, end),
	    cmocka_unit_test_setup_teardown(a_refused_one_is_given_up, begin, end),
	    cmocka_unit_test_setup_teardown(is_bounded, begin, end),
	    cmocka_unit_test_setup_teardown(off_forgets_and_does_not_collect, begin, end),
	};

	return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
