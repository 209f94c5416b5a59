/*
 * check: when checks run and what their outcome means.
 *
 * A job waits, runs, and ends in check_done(), which is the only place that counts, judges,
 * logs and tells the users. The deadline (connect_timeout) belongs to the job: the kind only
 * starts and may be cancelled.
 *
 * The rules of keepalived's checks:
 *  - the first run is at random within `warmup`, so that a thousand checks do not start at once;
 *  - success means up, at once;
 *  - a server that was up is down after 1 + retry failures, the further attempts
 *    delay_before_retry apart; one that was never checked is down after the first;
 *  - otherwise one run each delay_loop.
 * An agent that says that its server is down is believed at once.
 *
 * A run that the director itself could not do (no socket, no such source address) says nothing
 * about the server: the state stays, and the reason shows.
 *
 * Not all run at one time (turns.h). One that has to wait begins later, and its deadline
 * counts from when it does.
 * A script is run by process exec, which has the patience that the configuration says; here it gets
 * ELSEWHERE_MS more, and when that is over it is the director's fault. So the death of exec or of
 * main, by whom the answer comes, is no failure of a server.
 *
 * Runs in the lvs process.
 */
#define LOG_AREA LOG_AREA_CHECK
#include "lvs/check.h"

#include "lvs/turns.h"

#include "base/log.h"
#include "base/text.h"
#include "lvs/check_plugin.h"
#include "model/texts.h"

#include <search.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct check_job {
	struct check_params params; /* first: the key */
	struct check_set *set;
	const struct check_ops *ops;
	void *prepared;
	void *state;
	char *unable; /* why no run is possible, or NULL */
	struct check_user *users;
	struct check_result result;
	struct turn turn;
	bool running;
	bool again;         /* asked for while it runs: the next run follows at once */
	struct timer timer; /* of the deadline while it runs, else of the next run */
	struct mono began;
	LIST_ENTRY(check_job) elsewhere; /* while it runs there */
};

struct check_set {
	struct loop *loop;
	struct turns *turns;
	bool log_all_failures;
	void *tree; /* tsearch(3) of jobs by params */
	size_t njobs;
	LIST_HEAD(, check_job) elsewhere; /* jobs that process exec runs now */
	unsigned short seed[3];
	check_ask_fn ask;
	void *ask_arg;
};

#define STEP_NS      (10 * NS_PER_MS)
#define STEPPED_MS   200 /* waits that long are in steps */
#define ELSEWHERE_MS 30000

static const struct check_ops *const kinds[] = {&check_tcp, &check_ping, &check_smtp,
						&check_udp, &check_misc, &check_agent};

/* NULL with `why`: its code is not there. */
static const struct check_ops *ops_of(uint8_t kind, char why[TEXT_REASON])
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i]->kind == kind)
			return kinds[i];
	return check_plugin(kind, why);
}

static int cmp_jobs(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct check_params));
}

static void go(struct turn *t);

struct check_set *check_set_new(struct loop *loop)
{
	struct check_set *s = xcalloc(1, sizeof(*s));

	s->loop = loop;
	s->turns = turns_new(loop, go);
	LIST_INIT(&s->elsewhere);
	arc4random_buf(s->seed, sizeof(s->seed));
	return s;
}

void check_set_free(struct check_set *s)
{
	if (s && s->njobs)
		fatalx("check: %zu jobs left", s->njobs);
	if (s)
		turns_free(s->turns);
	free(s);
}

void check_set_limits(struct check_set *s, uint32_t at_once, uint32_t per_host)
{
	turns_limit(s->turns, at_once, per_host);
}

void check_set_log_all_failures(struct check_set *s, bool all)
{
	s->log_all_failures = all;
}

size_t check_set_jobs(const struct check_set *s)
{
	return s->njobs;
}

const struct check_params *check_job_params(const struct check_job *j)
{
	return &j->params;
}

struct loop *check_job_loop(const struct check_job *j)
{
	return j->set->loop;
}

void *check_job_state(const struct check_job *j)
{
	return j->state;
}

const void *check_job_prepared(const struct check_job *j)
{
	return j->prepared;
}

const char *check_job_text(const struct check_job *j)
{
	return j->result.text;
}

struct check_weight *check_job_weight(struct check_job *j)
{
	return &j->result.weight;
}

/* Whether process exec runs it. */
static bool is_elsewhere(const struct check_job *j)
{
	return j->ops && j->ops->answered;
}

/* ---- running --------------------------------------------------------- */

static void begin_deadline(struct check_job *j, struct mono now)
{
	int64_t patience_ms = j->params.connect_timeout_ms;

	if (is_elsewhere(j))
		patience_ms += ELSEWHERE_MS;
	timer_at(&j->timer, mono_add(now, patience_ms * NS_PER_MS));
}

void check_go_on(struct check_job *j)
{
	begin_deadline(j, loop_refresh(j->set->loop));
}

void check_on_ask(struct check_set *s, check_ask_fn ask, void *arg)
{
	s->ask = ask;
	s->ask_arg = arg;
}

void check_ask(struct check_job *j)
{
	j->set->ask(j->set->ask_arg, j->params.object, j->began);
}

/* Whoever hears of a run may take its own job away, and no other. */
void check_answered(struct check_set *s, const struct check_source_row *source)
{
	for (struct check_job *j = LIST_FIRST(&s->elsewhere), *next; j; j = next) {
		next = LIST_NEXT(j, elsewhere);
		if (text_eq(j->params.object, source->name) &&
		    mono_diff(source->answered, j->began) >= 0)
			j->ops->answered(j, j->state, source);
	}
}

static void start_run(struct check_job *j)
{
	j->running = true;
	j->began = loop_now(j->set->loop); /* just read: runs begin a call, or follow go() */
	if (j->unable) {
		check_done(j, REASON_LOCAL_ERROR, j->unable);
		return;
	}
	if (is_elsewhere(j))
		LIST_INSERT_HEAD(&j->set->elsewhere, j, elsewhere);
	begin_deadline(j, j->began);
	memset(j->state, 0, j->ops->size);
	j->ops->start(j, j->state);
}

static void go(struct turn *t)
{
	struct check_job *j = (struct check_job *)((char *)t - offsetof(struct check_job, turn));

	loop_refresh(j->set->loop); /* of several that go now */
	start_run(j);
}

/* One that waits for its turn already is called later. Process exec has turns of its own. */
static void want_run(struct check_job *j)
{
	if (is_elsewhere(j))
		start_run(j);
	else if (j->turn.state == TURN_IDLE && turn_ask(&j->turn))
		start_run(j);
}

static void on_timer(void *arg, struct mono now)
{
	struct check_job *j = arg;

	(void)now;
	if (!j->running) {
		want_run(j);
		return;
	}
	if (j->ops->expired) {
		j->ops->expired(j, j->state);
		return;
	}
	check_end(j, REASON_TIMEOUT, "no answer in time");
}

void check_end(struct check_job *j, enum check_reason reason, const char *text)
{
	j->ops->cancel(j, j->state);
	check_done(j, reason, text);
}

struct check_verdict check_judge(const struct check_params *p, enum check_state was,
				 enum check_reason reason, uint32_t failed_in_row)
{
	if (reason == REASON_OK)
		return (struct check_verdict){CHECK_UP, p->delay_loop_ms};
	if (reason == REASON_LOCAL_ERROR)
		return (struct check_verdict){was, p->delay_before_retry_ms};
	if (was == CHECK_UP && failed_in_row <= p->retry && reason != REASON_AGENT)
		return (struct check_verdict){CHECK_UP, p->delay_before_retry_ms};
	return (struct check_verdict){CHECK_DOWN, p->delay_loop_ms};
}

/* Whether somebody wants to read of every attempt. */
static bool logs_failures(const struct check_job *j)
{
	bool all = j->set->log_all_failures;

	for (const struct check_user *u = j->users; u && !all; u = u->next)
		all = u->log_all_failures;
	return all;
}

static enum log_level level_of(const struct check_job *j, enum check_state was,
			       enum check_reason before)
{
	const struct check_result *r = &j->result;
	bool failed = r->reason != REASON_OK && r->reason != REASON_LOCAL_ERROR;

	if (r->reason == REASON_LOCAL_ERROR && before != REASON_LOCAL_ERROR)
		return LOG_LV_WARN;
	if (was != r->state || (failed && was == CHECK_UP && logs_failures(j)))
		return LOG_LV_INFO;
	return LOG_LV_DEBUG;
}

static void log_run(const struct check_job *j, enum check_state was, enum check_reason before)
{
	const struct check_result *r = &j->result;
	enum log_level level = level_of(j, was, before);
	char target[ADDR_TEXT_MAX + 16];

	if (!log_enabled(level))
		return;
	if (j->ops && j->ops->answered)
		TEXT_COPY(target, j->params.object);
	else if (j->params.port)
		addr_endpoint(&j->params.addr, j->params.port, target);
	else
		addr_text(&j->params.addr, target);
	log_transition(
	    &(struct log_transition){.event = LOG_CHECK,
				     .level = level,
				     .key = {enum_name(check_kind_names, j->params.kind), target},
				     .old = enum_name(check_state_names, was),
				     .now = enum_name(check_state_names, r->state),
				     .reason = enum_name(check_reason_names, r->reason)},
	    "%s%s%u us", r->text, r->text[0] ? ", " : "", r->latency_us);
}

/* A user may leave, and be freed, inside its own call, but no other user's. */
/* Checks of one step are one wake-up of the process, and cost less for it. It is the nearest step,
 * so that the next run of one that took its time is not later each time. */
static struct mono in_step(struct mono due, int64_t after_ms)
{
	if (after_ms < STEPPED_MS)
		return due;
	return (struct mono){(due.ns + STEP_NS / 2) / STEP_NS * STEP_NS};
}

static void run_after(struct check_job *j, struct mono since, int64_t ms)
{
	timer_at(&j->timer, in_step(mono_add(since, ms * NS_PER_MS), ms));
}

static void tell_users(struct check_job *j, bool failed, struct mono now)
{
	struct check_result result = j->result;

	for (struct check_user *u = j->users, *next; u; u = next) {
		next = u->next;
		u->fn(u, &result, failed, now);
	}
}

static void end_run(struct check_job *j)
{
	if (j->running && is_elsewhere(j) && !j->unable)
		LIST_REMOVE(j, elsewhere);
	j->running = false;
	turn_end(&j->turn);
}

void check_done(struct check_job *j, enum check_reason reason, const char *text)
{
	struct mono now = loop_now(j->set->loop);
	struct check_result *r = &j->result;
	enum check_state was = r->state;
	enum check_reason before = r->reason;
	bool failed = reason != REASON_OK && reason != REASON_LOCAL_ERROR;
	struct check_verdict v;

	end_run(j);
	if (reason != REASON_LOCAL_ERROR)
		r->failed_in_row = failed ? r->failed_in_row + 1 : 0;
	v = check_judge(&j->params, was, reason, r->failed_in_row);
	r->state = v.state;
	r->reason = reason;
	TEXT_COPY(r->text, text);
	r->last_run = j->began;
	r->latency_us = (uint32_t)(mono_diff(now, j->began) / NS_PER_US);
	if (j->again)
		timer_after(&j->timer, 0);
	else
		run_after(j, reason == REASON_OK ? j->began : now, v.wait_ms);
	j->again = false;
	log_run(j, was, before);
	tell_users(j, failed, now);
}

/* ---- users ----------------------------------------------------------- */

/* Good enough to spread checks, and without a system call for each. */
static int64_t random_within_ns(struct check_set *s, uint32_t ms)
{
	return ms ? (int64_t)(jrand48(s->seed) & INT32_MAX) % ms * NS_PER_MS : 0;
}

/* Whatever is missing, the job is there: it says so at each run. */
static void equip(struct check_job *j)
{
	char why[TEXT_REASON] = "";

	j->ops = ops_of(j->params.kind, why);
	if (j->ops && j->ops->prepare)
		j->prepared = j->ops->prepare(&j->params, why);
	if (!j->ops || (j->ops->prepare && !j->prepared))
		j->unable = xstrdup(why);
	else
		j->state = xcalloc(1, j->ops->size);
}

static void hold(const char *text)
{
	if (text && texts_hold(text) != text)
		fatalx("check: the text \"%s\" is of no row", text);
}

static struct check_job *job_new(struct check_set *s, const struct check_params *p,
				 const struct check_result *last)
{
	struct check_job *j = xcalloc(1, sizeof(*j));

	j->params = *p;
	texts_hold(p->request);
	j->set = s;
	equip(j);
	j->result = *last;
	hold(p->object);
	timer_init(&j->timer, s->loop, on_timer, j);
	turn_join(s->turns, &j->turn, &p->addr);
	timer_at(&j->timer, in_step(mono_add(loop_now(s->loop), random_within_ns(s, p->warmup_ms)),
				    p->warmup_ms));
	if (!tsearch(j, &s->tree, cmp_jobs))
		fatalx("out of memory");
	s->njobs++;
	return j;
}

static void job_free(struct check_job *j)
{
	if (j->running)
		j->ops->cancel(j, j->state);
	end_run(j);
	timer_stop(&j->timer);
	turn_leave(&j->turn);
	tdelete(j, &j->set->tree, cmp_jobs);
	j->set->njobs--;
	if (j->prepared)
		j->ops->discard(j->prepared);
	texts_drop(j->params.request);
	free(j->unable);
	if (j->params.object)
		texts_drop(j->params.object);
	free(j->state);
	free(j);
}

const struct check_result *check_join(struct check_set *s, struct check_user *u,
				      const struct check_params *p, const struct check_result *last)
{
	struct check_job **found, *j;

	check_leave(u);
	found = tfind(p, &s->tree, cmp_jobs);
	j = found ? *found : job_new(s, p, last);
	u->job = j;
	u->next = j->users;
	j->users = u;
	return &j->result;
}

uint16_t check_sharers(const struct check_user *u)
{
	uint16_t n = 0;

	for (const struct check_user *other = u->job ? u->job->users : NULL;
	     other && n < UINT16_MAX; other = other->next)
		n++;
	return n;
}

void check_leave(struct check_user *u)
{
	struct check_job *j = u->job;

	if (!j)
		return;
	for (struct check_user **p = &j->users; *p; p = &(*p)->next)
		if (*p == u) {
			*p = u->next;
			break;
		}
	u->job = NULL;
	u->next = NULL;
	if (!j->users)
		job_free(j);
}

bool check_now(struct check_user *u)
{
	struct check_job *j = u->job;

	if (!j)
		return false;
	if (j->running)
		j->again = true;
	else if (j->turn.state == TURN_IDLE)
		timer_after(&j->timer, 0);
	return true;
}
