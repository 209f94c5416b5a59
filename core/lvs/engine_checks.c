/*
 * engine_checks: every checker row has a probe, which uses the job with the row's parameters
 * (and shares it with the probes of other rows that ask for the same). Results go into the
 * rows; the rows are what servers are judged by. So a restarted process that gets its rows
 * back with their last known states goes on from there. How often and how fast a check ran is kept
 * beside its row, and written when somebody asks.
 *
 * Runs in the lvs process.
 */
#include "lvs/engine.h"
#include "lvs/engine_int.h"

#include "base/log.h"
#include "base/text.h"
#include "model/texts.h"

#include <stdlib.h>
#include <string.h>

struct probe {
	struct check_user user; /* first */
	struct engine *engine;
	const struct checker_row *row; /* beside which this lies */
	struct check_params params;
	/* what is in the row when somebody asks */
	uint32_t runs, failures;
	struct mono last_run;
	uint32_t latency_us;
};

static void take_result(struct checker_row *row, const struct check_result *r)
{
	row->state = (uint8_t)r->state;
	row->reason = (uint8_t)r->reason;
	row->result = r->text;
	row->failed_in_row = r->failed_in_row;
	row->value = r->weight.value;
	row->agent = r->weight.agent;
	row->agent_down = r->weight.agent_down;
	row->percent = r->weight.percent;
}

/* Whether that counts for the weight of its server. */
static bool weighs_otherwise(const struct checker_row *a, const struct checker_row *b)
{
	return a->value != b->value || a->agent != b->agent || a->percent != b->percent;
}

static bool says_otherwise(const struct checker_row *a, const struct checker_row *b)
{
	return a->state != b->state || a->reason != b->reason || a->agent_down != b->agent_down ||
	       a->failed_in_row != b->failed_in_row || !text_eq(a->result, b->result);
}

static void take_figures(struct checker_row *row, const struct probe *p)
{
	row->runs = p->runs;
	row->failures = p->failures;
	row->last_run = p->last_run;
	row->latency_us = p->latency_us;
}

void engine_write_figures(struct engine *e)
{
	STORE_EACH(e->store, T_CHECKER, struct checker_row, c)
	{
		const struct probe *p = *store_beside(c);
		struct checker_row row = *c;

		if (!p || c->runs == p->runs)
			continue;
		take_figures(&row, p);
		row.sharers = check_sharers(&p->user);
		store_put(e->store, T_CHECKER, &row, F_SEEN, NULL);
	}
}

static void on_result(struct check_user *u, const struct check_result *r, bool failed,
		      struct mono now)
{
	struct probe *p = (struct probe *)u;
	struct checker_row row = *p->row;
	bool changed, asked;

	(void)now;
	p->runs++;
	p->failures += failed;
	p->last_run = r->last_run;
	p->latency_us = r->latency_us;
	take_result(&row, r);
	asked = engine_is_asked(p->engine, row.vs, row.rs);
	changed = row.state != p->row->state || weighs_otherwise(&row, p->row);
	if (!changed && !asked && !says_otherwise(&row, p->row))
		return;
	take_figures(&row, p);
	store_put(p->engine->store, T_CHECKER, &row, F_SEEN, NULL);
	if (changed || asked)
		engine_wake(p->engine, row.vs);
}

/* Equal texts of rows are one, but for the empty ones. */
static const char *text_or_null(const char *text)
{
	return text && text[0] ? text : NULL;
}

/* p->request is held: texts_drop() it. */
static struct check_params params_of(const struct engine *e, const struct checker_row *row)
{
	struct check_params p;

	memset(&p, 0, sizeof(p));
	p.kind = row->kind;
	p.addr = row->connect_addr;
	p.bindto = row->bindto;
	if (row->kind != CHECK_PING) {
		p.port = row->connect_port;
		p.bind_port = row->bind_port;
	}
	TEXT_COPY(p.bind_if, row->bind_if);
	p.fwmark = row->fwmark;
	p.connect_timeout_ms = row->connect_timeout_ms;
	p.delay_loop_ms = row->delay_loop_ms;
	p.warmup_ms = row->warmup_ms;
	p.retry = row->retry;
	p.delay_before_retry_ms = row->delay_before_retry_ms;
	p.request = engine_request(e, row);
	p.dynamic = row->dynamic;
	p.object = text_or_null(row->object);
	return p;
}

/* Made when there is none. */
static struct probe *probe_of(struct engine *e, const struct checker_row *row)
{
	void **at = store_beside(row);
	struct probe *p = *at;

	if (p)
		return p;
	*at = p = xcalloc(1, sizeof(*p));
	p->user.fn = on_result;
	p->engine = e;
	p->row = row;
	p->runs = row->runs;
	p->failures = row->failures;
	p->last_run = row->last_run;
	p->latency_us = row->latency_us;
	return p;
}

static void join_job(struct engine *e, const struct checker_row *known)
{
	struct probe *p = probe_of(e, known);
	struct check_params params = params_of(e, known);
	struct check_result last = {.state = known->state,
				    .reason = known->reason,
				    .last_run = p->last_run,
				    .latency_us = p->latency_us,
				    .failed_in_row = known->failed_in_row,
				    .weight = {.value = known->value,
					       .agent = known->agent,
					       .agent_down = known->agent_down,
					       .percent = known->percent}};
	const struct check_result *r;
	struct checker_row row;

	p->user.log_all_failures = known->log_all_failures;
	if (p->user.job && memcmp(&params, &p->params, sizeof(params)) == 0) {
		texts_drop(params.request);
		return;
	}
	TEXT_COPY(last.text, known->result);
	p->params = params;
	r = check_join(e->checks, &p->user, &params, &last);
	texts_drop(params.request); /* the job holds it */
	if (r->state == CHECK_UNKNOWN)
		return;
	row = *known;
	take_result(&row, r);
	p->last_run = r->last_run;
	p->latency_us = r->latency_us;
	take_figures(&row, p);
	store_put(e->store, T_CHECKER, &row, F_SEEN, NULL);
}

void engine_use_global(struct engine *e, const struct global_row *g)
{
	check_set_limits(e->checks, g->checks_at_once, g->checks_at_once_per_host);
	check_set_log_all_failures(e->checks, g->checker_log_all_failures);
	e->stats_max_age_ns = g->stats_update_interval_ms * NS_PER_MS;
	if (e->drain_persistent == g->lvs_drain_persistent)
		return;
	e->drain_persistent = g->lvs_drain_persistent;
	engine_wake_all(e);
}

static void join(struct engine *e, const struct checker_row *row)
{
	if (row->kind == CHECK_FILE)
		engine_take_number(e, row, false);
	else
		join_job(e, row);
}

void engine_run_check(struct engine *e, const struct checker_row *row)
{
	if (row->kind == CHECK_FILE)
		engine_take_number(e, row, true);
	else
		check_now(&probe_of(e, row)->user);
}

void engine_leave_check(const struct checker_row *row)
{
	struct probe *p = *store_beside(row);

	if (!p)
		return;
	check_leave(&p->user);
	free(p);
	*store_beside(row) = NULL;
}

/* While the address of the virtual server is elsewhere nothing is checked, and what is known of
 * its servers stays. */
static void join_of(struct engine *e, const struct virtual_server_row *vs)
{
	const struct checker_row *row;
	struct checker_row key = {0};
	size_t i;

	key.vs = vs->name;
	i = store_lower_bound(e->store, T_CHECKER, &key);
	while ((row = store_at(e->store, T_CHECKER, i++)) && text_eq(row->vs, vs->name)) {
		if (vs->suspended || row->admin_state == VS_DISABLED)
			engine_leave_check(row);
		else
			join(e, row);
	}
}

void engine_join_checks(struct engine *e)
{
	for (size_t i = 0; i < e->scope.n; i++)
		join_of(e, e->scope.list[i]);
}

void engine_leave_checks(struct engine *e)
{
	STORE_EACH(e->store, T_CHECKER, struct checker_row, c)
	engine_leave_check(c);
}

static void count_weight(struct pool_changes *n, const struct checker_row *c,
			 const struct real_server_row *rs)
{
	n->added += engine_added_weight(c, rs);
	if (c->kind != CHECK_AGENT)
		return;
	if (c->agent > n->agent)
		n->agent = c->agent;
	if (c->percent == 100 || (n->scaled && n->percent <= c->percent))
		return;
	n->scaled = true;
	n->percent = c->percent;
}

struct check_count engine_count_checks(const struct engine *e, const struct real_server_row *rs)
{
	struct check_count n = {.reason = REASON_NONE};
	struct checker_row key;
	const struct checker_row *c;

	row_init(T_CHECKER, &key);
	key.vs = rs->vs;
	key.rs = rs->name;
	key.number = 0;
	for (size_t i = store_lower_bound(e->store, T_CHECKER, &key);
	     i < store_count(e->store, T_CHECKER); i++) {
		c = store_at(e->store, T_CHECKER, i);
		if (!text_eq(c->vs, rs->vs) || !text_eq(c->rs, rs->name))
			break;
		if (c->admin_state == VS_DISABLED)
			continue;
		n.checks++;
		n.unknown += c->state == CHECK_UNKNOWN;
		n.unproven += c->state == CHECK_UNKNOWN && c->alpha;
		n.failing += c->state == CHECK_DOWN;
		count_weight(&n.changes, c, rs);
		if (c->state == CHECK_DOWN && n.reason == REASON_NONE) {
			n.reason = c->reason;
			TEXT_COPY(n.text, c->result);
		}
	}
	return n;
}
