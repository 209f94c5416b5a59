/*
 * lvs_check: what a run means (a table), and TCP checks against real sockets of the loopback:
 * one that listens, one that refuses, one whose backlog is full (no answer, so the deadline
 * ends the run), a source address that the machine does not have.
 */
#include "lvs/check.h"

#include "base/log.h"
#include "model/texts.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- what a run means ------------------------------------------------ */

struct judge_case {
	enum check_state was;
	enum check_reason reason;
	uint32_t failed_in_row;
	enum check_state state;
	uint32_t wait_ms;
};

/* delay_loop 6000, retry 2, delay_before_retry 1000 */
static const struct judge_case cases[] = {
    {CHECK_UNKNOWN, REASON_OK, 0, CHECK_UP, 6000},
    {CHECK_DOWN, REASON_OK, 0, CHECK_UP, 6000},
    {CHECK_UP, REASON_OK, 0, CHECK_UP, 6000},
    {CHECK_UNKNOWN, REASON_REFUSED, 1, CHECK_DOWN, 6000},
    {CHECK_UP, REASON_REFUSED, 1, CHECK_UP, 1000},
    {CHECK_UP, REASON_TIMEOUT, 2, CHECK_UP, 1000},
    {CHECK_UP, REASON_REFUSED, 3, CHECK_DOWN, 6000},
    {CHECK_DOWN, REASON_REFUSED, 4, CHECK_DOWN, 6000},
    {CHECK_UP, REASON_LOCAL_ERROR, 0, CHECK_UP, 1000},
    {CHECK_DOWN, REASON_LOCAL_ERROR, 9, CHECK_DOWN, 1000},
    {CHECK_UNKNOWN, REASON_LOCAL_ERROR, 0, CHECK_UNKNOWN, 1000},
    {CHECK_UP, REASON_SCRIPT, 1, CHECK_UP, 1000},
    {CHECK_UP, REASON_AGENT, 1, CHECK_DOWN, 6000},
};

static void test_judge(void **state)
{
	const struct check_params p = {
	    .delay_loop_ms = 6000, .retry = 2, .delay_before_retry_ms = 1000};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct judge_case *c = &cases[i];
		struct check_verdict v = check_judge(&p, c->was, c->reason, c->failed_in_row);

		if (v.state != c->state || v.wait_ms != c->wait_ms)
			fail_msg("case %zu: state %d wait %u", i, v.state, v.wait_ms);
	}
}

/* ---- real sockets ---------------------------------------------------- */

#define RUNS_MAX 8

struct probe {
	struct check_user user; /* first */
	struct loop *loop;
	unsigned runs, want_runs;
	struct check_result results[RUNS_MAX];
	struct mono at[RUNS_MAX];
};

static void record(struct check_user *u, const struct check_result *r, bool failed, struct mono now)
{
	struct probe *p = (struct probe *)u;

	(void)failed;
	if (p->runs < RUNS_MAX) {
		p->results[p->runs] = *r;
		p->at[p->runs] = now;
	}
	if (++p->runs >= p->want_runs)
		loop_stop(p->loop);
}

static int listener(int backlog, uint16_t *port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	if (backlog >= 0)
		assert_int_equal(listen(fd, backlog), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
	*port = ntohs(sin.sin_port);
	return fd;
}

static struct check_params params_for(uint16_t port)
{
	struct check_params p;

	memset(&p, 0, sizeof(p));
	p.kind = CHECK_TCP;
	p.request = texts_hold("");
	p.addr = addr_ipv4(INADDR_LOOPBACK);
	p.port = port;
	p.request = "";
	p.connect_timeout_ms = 2000;
	p.delay_loop_ms = 100;
	p.delay_before_retry_ms = 20;
	p.retry = 1;
	return p;
}

/* Runs one job, from the state `was`, until it has run `runs` times. */
static void run_check(struct probe *pr, const struct check_params *p, enum check_state was,
		      unsigned runs)
{
	struct check_result last = {.state = was, .reason = REASON_NOT_RUN};
	struct check_set *set;

	memset(pr, 0, sizeof(*pr));
	pr->loop = loop_new();
	pr->want_runs = runs;
	pr->user.fn = record;
	set = check_set_new(pr->loop);
	check_join(set, &pr->user, p, &last);
	assert_int_equal(check_set_jobs(set), 1);
	loop_run(pr->loop);
	check_leave(&pr->user);
	assert_int_equal(check_set_jobs(set), 0);
	check_set_free(set);
	loop_free(pr->loop);
}

static void test_listening(void **state)
{
	struct check_params p;
	struct probe pr;
	uint16_t port;
	int fd = listener(8, &port);

	(void)state;
	p = params_for(port);
	run_check(&pr, &p, CHECK_UNKNOWN, 2);
	assert_int_equal(pr.results[0].state, CHECK_UP);
	assert_int_equal(pr.results[0].reason, REASON_OK);
	assert_true(mono_diff(pr.results[1].last_run, pr.results[0].last_run) >= 100 * NS_PER_MS);
	close(fd);
}

/* The port is bound, so that nobody else listens there, but not listened on. */
static void test_refused(void **state)
{
	struct check_params p;
	struct probe pr;
	uint16_t port;
	int fd = listener(-1, &port);

	(void)state;
	p = params_for(port);
	run_check(&pr, &p, CHECK_UNKNOWN, 1);
	assert_int_equal(pr.results[0].state, CHECK_DOWN);
	assert_int_equal(pr.results[0].reason, REASON_REFUSED);
	run_check(&pr, &p, CHECK_UP, 3);
	assert_int_equal(pr.results[0].state, CHECK_UP);
	assert_int_equal(pr.results[1].state, CHECK_DOWN);
	assert_int_equal(pr.results[2].state, CHECK_DOWN);
	assert_true(mono_diff(pr.at[1], pr.at[0]) >= 20 * NS_PER_MS);
	assert_true(mono_diff(pr.at[2], pr.at[1]) >= 100 * NS_PER_MS);
	close(fd);
}

static void test_comes_back_at_once(void **state)
{
	struct check_params p;
	struct probe pr;
	uint16_t port;
	int fd = listener(8, &port);

	(void)state;
	p = params_for(port);
	run_check(&pr, &p, CHECK_DOWN, 1);
	assert_int_equal(pr.results[0].state, CHECK_UP);
	assert_int_equal(pr.results[0].failed_in_row, 0);
	close(fd);
}

/* A full backlog drops SYNs. Fills it until a connection stays unanswered. */
static int fill_backlog(uint16_t port, int *fds, int max)
{
	struct sockaddr_in sin = {.sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int n;

	for (n = 0; n < max; n++) {
		fds[n] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		assert_true(fds[n] >= 0);
		connect(fds[n], (struct sockaddr *)&sin, sizeof(sin));
	}
	return n;
}

static void test_timeout(void **state)
{
	struct check_params p;
	struct probe pr;
	uint16_t port;
	int fds[8], fd = listener(0, &port), n = fill_backlog(port, fds, 8);

	(void)state;
	p = params_for(port);
	p.connect_timeout_ms = 150;
	run_check(&pr, &p, CHECK_UNKNOWN, 1);
	assert_int_equal(pr.results[0].state, CHECK_DOWN);
	assert_int_equal(pr.results[0].reason, REASON_TIMEOUT);
	assert_true(pr.results[0].latency_us >= 150000);
	assert_true(pr.results[0].latency_us < 1900000);
	while (n--)
		close(fds[n]);
	close(fd);
}

static void test_local_error_condemns_nobody(void **state)
{
	struct check_params p;
	struct probe pr;
	uint16_t port;
	int fd = listener(8, &port);

	(void)state;
	p = params_for(port);
	addr_parse("192.0.2.77", &p.bindto);
	run_check(&pr, &p, CHECK_UP, 3);
	assert_int_equal(pr.results[2].state, CHECK_UP);
	assert_int_equal(pr.results[2].reason, REASON_LOCAL_ERROR);
	close(fd);
}

static void test_interface(void **state)
{
	struct check_params p;
	struct probe pr;
	uint16_t port;
	int fd = listener(8, &port);

	(void)state;
	p = params_for(port);
	strcpy(p.bind_if, "lo");
	run_check(&pr, &p, CHECK_UNKNOWN, 1);
	assert_int_equal(pr.results[0].reason, REASON_OK);
	strcpy(p.bind_if, "nonesuch0");
	run_check(&pr, &p, CHECK_UNKNOWN, 1);
	assert_int_equal(pr.results[0].reason, REASON_LOCAL_ERROR);
	close(fd);
}

static void test_one_job_for_all_users(void **state)
{
	struct check_result none = {.state = CHECK_UNKNOWN, .reason = REASON_NOT_RUN};
	struct probe a = {.want_runs = 99}, b = {.want_runs = 1};
	struct check_params p, q;
	struct check_set *set;
	uint16_t port;
	int fd = listener(8, &port);

	(void)state;
	a.loop = b.loop = loop_new();
	a.user.fn = b.user.fn = record;
	set = check_set_new(a.loop);
	p = q = params_for(port);
	check_join(set, &a.user, &p, &none);
	check_join(set, &b.user, &p, &none);
	assert_int_equal(check_set_jobs(set), 1);
	loop_run(a.loop);
	assert_int_equal(a.runs + b.runs, 2);
	q.retry = 7;
	assert_int_equal(check_join(set, &b.user, &q, &none)->state, CHECK_UNKNOWN);
	assert_int_equal(check_set_jobs(set), 2);
	assert_int_equal(check_join(set, &b.user, &p, &none)->state, CHECK_UP);
	assert_int_equal(check_set_jobs(set), 1);
	check_leave(&a.user);
	check_leave(&b.user);
	check_set_free(set);
	loop_free(a.loop);
	close(fd);
}

static void stop_at_last(struct check_user *u, const struct check_result *r, bool failed,
			 struct mono now)
{
	static unsigned runs;

	record(u, r, failed, now);
	if (++runs == 4)
		loop_stop(((struct probe *)u)->loop);
}

/* Four that get no answer, one at a time: each has its whole deadline, although the last waits
 * for three times as long before. */
static void test_waiting_costs_no_deadline(void **state)
{
	struct check_result none = {.state = CHECK_UNKNOWN, .reason = REASON_NOT_RUN};
	struct probe pr[4];
	struct check_params p;
	struct check_set *set;
	struct loop *loop = loop_new();
	uint16_t port;
	int full = listener(0, &port), fds[8];
	int n = fill_backlog(port, fds, 8);

	(void)state;
	set = check_set_new(loop);
	check_set_limits(set, 100, 1);
	p = params_for(port);
	p.connect_timeout_ms = 100;
	p.delay_loop_ms = 60000;
	for (uint32_t i = 0; i < 4; i++) {
		pr[i] = (struct probe){.loop = loop, .want_runs = 99, .user.fn = stop_at_last};
		p.retry = i; /* a job of its own */
		check_join(set, &pr[i].user, &p, &none);
	}
	loop_run(loop);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pr[i].runs, 1);
		assert_int_equal(pr[i].results[0].reason, REASON_TIMEOUT);
		assert_true(pr[i].results[0].latency_us >= 100000);
		for (int k = 0; k < i; k++)
			assert_true(mono_diff(pr[i].results[0].last_run, pr[k].at[0]) >= 0 ||
				    mono_diff(pr[k].results[0].last_run, pr[i].at[0]) >= 0);
		check_leave(&pr[i].user);
	}
	check_set_free(set);
	loop_free(loop);
	while (n--)
		close(fds[n]);
	close(full);
}

int main(void)
{
	const struct log_options quiet = {.ident = "lvs_check", .levels.rest = LOG_LV_ERR};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_judge),
	    cmocka_unit_test(test_listening),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_comes_back_at_once),
	    cmocka_unit_test(test_timeout),
	    cmocka_unit_test(test_local_error_condemns_nobody),
	    cmocka_unit_test(test_interface),
	    cmocka_unit_test(test_one_job_for_all_users),
	    cmocka_unit_test(test_waiting_costs_no_deadline),
	};

	log_init(&quiet);
	return cmocka_run_group_tests_name("lvs_check", tests, NULL, NULL);
}
