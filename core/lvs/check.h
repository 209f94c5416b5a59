/*
 * check: jobs that look at a target again and again, and tell those who use them.
 *
 * A job is known by its parameters: users that ask for the same share one. A kind of check is
 * a struct check_ops at the end of its file; everything else (time, retries, deadline, up and
 * down) is in check.c, and every run of every kind ends in check_done().
 */
#ifndef LVS_CHECK_H
#define LVS_CHECK_H

#include "base/loop.h"
#include "model/rows.h"

/* Compared as memory: zero it before filling it. The request is a copy of model/texts.h, so that
 * equal ones are one; a job holds its own. */
struct check_params {
	uint8_t kind; /* enum check_kind */
	struct addr addr;
	uint16_t port;
	struct addr bindto;
	uint16_t bind_port;
	char bind_if[NAME_IF];
	uint32_t fwmark;
	uint32_t connect_timeout_ms;
	uint32_t delay_loop_ms;
	uint32_t warmup_ms;
	uint32_t retry;
	uint32_t delay_before_retry_ms;
	const char *request; /* what else the kind must know: engine_request(); or "" */
	bool dynamic;
	/* Of a row of a store, or NULL: equal texts are one there. The job holds them. */
	const char *object;
};

/* What a check has to say of the weight; a run that says nothing leaves it. */
struct check_weight {
	uint8_t value; /* exit status that is a weight, or 0 */
	uint8_t agent; /* enum agent_word */
	bool agent_down;
	uint16_t percent;
};

struct check_result {
	enum check_state state;
	enum check_reason reason; /* of the last run */
	char text[96];
	struct mono last_run; /* when it began */
	uint32_t latency_us;
	uint32_t failed_in_row;
	struct check_weight weight;
};

/* What a run means: the new state, and how long to wait, counted from the begin of the run
 * after success and from its end after failure. `failed_in_row` includes this run. */
struct check_verdict {
	enum check_state state;
	uint32_t wait_ms;
};

struct check_verdict check_judge(const struct check_params *p, enum check_state was,
				 enum check_reason reason, uint32_t failed_in_row);

struct check_set;
struct check_job;
struct check_user;

/* After every run of the job; `failed`: this run. */
typedef void (*check_fn)(struct check_user *u, const struct check_result *r, bool failed,
			 struct mono now);

/* Embedded by whoever wants to know; zeroed it is idle. */
struct check_user {
	struct check_job *job;
	struct check_user *next;
	check_fn fn;
	bool log_all_failures;
};

struct check_set *check_set_new(struct loop *loop);
void check_set_free(struct check_set *s); /* every user must have left */
/* Who asks process exec to run a script: in the row of its source. */
typedef void (*check_ask_fn)(void *arg, const char *object, struct mono when);
void check_on_ask(struct check_set *s, check_ask_fn ask, void *arg);
/* A script has answered. */
void check_answered(struct check_set *s, const struct check_source_row *source);
size_t check_set_jobs(const struct check_set *s);
/* How many may run at one time, in all and of one address. */
void check_set_limits(struct check_set *s, uint32_t at_once, uint32_t per_host);
/* Every attempt that fails while a server is up is logged, whatever the users say. */
void check_set_log_all_failures(struct check_set *s, bool all);

/* Joins the job with these parameters, which is made when there is none; then it starts from
 * `last`, what was known of it before (state CHECK_UNKNOWN: nothing). Returns the job's result
 * so far. A user that has joined already leaves first. */
const struct check_result *check_join(struct check_set *s, struct check_user *u,
				      const struct check_params *p,
				      const struct check_result *last);
void check_leave(struct check_user *u); /* an idle user is allowed */
/* Users of its job, itself included; 0 for an idle one. */
uint16_t check_sharers(const struct check_user *u);
/* Runs the user's job at once, or once more when it is running. False: an idle user. */
bool check_now(struct check_user *u);

/* ---- for the kinds ---------------------------------------------------- */

struct check_ops {
	enum check_kind kind;
	size_t size; /* of its state, zeroed before each start */
	/* Makes of the parameters what every run needs; NULL with `why`: no run is possible. A kind
	 * without it needs nothing. */
	void *(*prepare)(const struct check_params *p, char why[TEXT_REASON]);
	void (*discard)(void *prepared);
	/* Begins a run, which ends in check_done(), perhaps at once. */
	void (*start)(struct check_job *j, void *state);
	/* Ends a run that has not called check_done(): the deadline, or nobody wants it. */
	void (*cancel)(struct check_job *j, void *state);
	/* What the deadline means, by check_end(). A kind without it: REASON_TIMEOUT. */
	void (*expired)(struct check_job *j, void *state);
	/* It is run by process exec, which ends it in time: here it is only waited for. */
	void (*answered)(struct check_job *j, void *state, const struct check_source_row *source);
};

extern const struct check_ops check_tcp, check_ping, check_smtp, check_udp, check_misc, check_agent;
/* In modules (check_plugin.h). */
extern const struct check_ops check_http, check_ssl, check_dns;

const struct check_params *check_job_params(const struct check_job *j);
struct loop *check_job_loop(const struct check_job *j);
void *check_job_state(const struct check_job *j);
const void *check_job_prepared(const struct check_job *j);
/* The deadline begins anew: the run has come to its next step. */
void check_go_on(struct check_job *j);
struct check_weight *check_job_weight(struct check_job *j);
void check_ask(struct check_job *j);
/* Of the run before. */
const char *check_job_text(const struct check_job *j);
void check_done(struct check_job *j, enum check_reason reason, const char *text);
/* The same of a run that may still have something: cancel(), then check_done(). */
void check_end(struct check_job *j, enum check_reason reason, const char *text);

#endif
