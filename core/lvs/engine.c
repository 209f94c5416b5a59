/*
 * engine: when things happen.
 *
 * Everything that may change the kernel's table (a row, the outcome of a check, the end of a
 * drain, a difference found) only asks for a pass. A pass does all the work, always in the same
 * order, and is idempotent:
 *   1. join and leave checks as the rows say;
 *   2. look into the kernel for services that are new to us;
 *   3. judge every server, build the wanted table;
 *   4. write the difference (and the sysctl that persistent drains need, before; after, put it
 *      back);
 *   5. write the states of the rows.
 * Passes that are asked for within one wake-up are one.
 *
 * Every five seconds the statistics are read, which is also when changes by others are noticed.
 * While a server drains, its service is read each second, and when the server has no connection
 * left, or its time is over, it leaves the table. A kernel without IPVS, and refusals, are
 * tried again every ten seconds; the rows say so meanwhile.
 *
 * Memory of what is not in the rows (a drain that ended, counters of the past) is kept by name
 * and swept when a pass no longer meets the name.
 *
 * Runs in the lvs process.
 */
#include "lvs/engine.h"

#include "lvs/engine_int.h"

#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATS_INTERVAL (5 * NS_PER_S)
#define DRAIN_INTERVAL (1 * NS_PER_S)
#define RETRY_INTERVAL (10 * NS_PER_S)

/* ---- rows and memory ------------------------------------------------- */

size_t engine_first_server(const struct engine *e, const char *vs)
{
	struct real_server_row key;

	row_init(T_REAL_SERVER, &key);
	TEXT_COPY(key.vs, vs);
	return store_lower_bound(e->store, T_REAL_SERVER, &key);
}

const struct real_server_row *engine_server_at(const struct engine *e, const char *vs, size_t i)
{
	const struct real_server_row *rs;

	if (i >= store_count(e->store, T_REAL_SERVER))
		return NULL;
	rs = store_at(e->store, T_REAL_SERVER, i);
	return text_eq(rs->vs, vs) ? rs : NULL;
}

static int cmp_memories(const void *a, const void *b)
{
	const struct memory *x = a, *y = b;
	int r = strcmp(x->vs, y->vs);

	return r ? r : strcmp(x->rs, y->rs);
}

struct memory *engine_memory(struct engine *e, const char *vs, const char *rs)
{
	struct memory key = {0}, **found, *m;

	TEXT_COPY(key.vs, vs);
	TEXT_COPY(key.rs, rs);
	found = tfind(&key, &e->memories, cmp_memories);
	if (found) {
		m = *found;
	} else {
		m = xcalloc(1, sizeof(*m));
		*m = key;
		if (!tsearch(m, &e->memories, cmp_memories))
			fatalx("out of memory");
	}
	m->pass = e->pass;
	return m;
}

struct sweep {
	uint64_t pass;
	struct memory *stale;
};

static void find_stale(const void *node, VISIT which, void *arg)
{
	struct memory *m = *(struct memory *const *)node;
	struct sweep *s = arg;

	if ((which != postorder && which != leaf) || m->pass == s->pass)
		return;
	m->stale_next = s->stale;
	s->stale = m;
}

/* Forgets what was not met in this pass. */
static void sweep_memories(struct engine *e, uint64_t pass)
{
	struct sweep s = {.pass = pass};

	twalk_r(e->memories, find_stale, &s);
	for (struct memory *m = s.stale, *next; m; m = next) {
		next = m->stale_next;
		tdelete(m, &e->memories, cmp_memories);
		free(m);
	}
}

/* ---- the kernel ------------------------------------------------------ */

static void tell_absence(struct engine *e, int err)
{
	if (err == -ENOENT)
		TEXT_COPY(e->kernel_error, "the kernel has no IPVS (module ip_vs)");
	else
		snprintf(e->kernel_error, sizeof(e->kernel_error), "IPVS cannot be reached: %s",
			 strerror(-err));
	if (!e->absence_told)
		log_errx("ipvs: %s; trying again every %d s", e->kernel_error,
			 (int)(RETRY_INTERVAL / NS_PER_S));
	e->absence_told = true;
}

static bool have_kernel(struct engine *e)
{
	struct ipvs_info info = {0};
	int r;

	if (e->kernel)
		return true;
	if (e->retry.armed)
		return false;
	r = ipvs_kernel_open(&e->kernel);
	if (r == 0)
		r = ipvs_kernel_info(e->kernel, &info);
	if (r < 0) {
		ipvs_kernel_close(e->kernel);
		e->kernel = NULL;
		tell_absence(e, r);
		return false;
	}
	log_notice("ipvs: version %u.%u.%u, connection table of %u", info.version >> 16 & 0xff,
		   info.version >> 8 & 0xff, info.version & 0xff, info.conn_tab_size);
	e->absence_told = false;
	e->kernel_error[0] = 0;
	e->apply = ipvs_apply_new(ipvs_kernel_port(e->kernel), engine_refused, e);
	timer_after(&e->stats, 0);
	return true;
}

/* A read that failed; the next pass that succeeds clears it. */
static void tell_failure(struct engine *e, int err)
{
	char text[96];

	snprintf(text, sizeof(text), "the kernel's table cannot be read: %s", strerror(-err));
	if (!text_eq(text, e->kernel_error))
		log_warnx("ipvs: %s", text);
	TEXT_COPY(e->kernel_error, text);
}

static void tell_report(struct engine *e, const struct ipvs_report *r)
{
	if (!e->told_adoption || r->adopted_services)
		log_notice("ipvs: %zu services and %zu servers adopted, %zu written",
			   r->adopted_services, r->adopted_dests, r->written);
	else if (r->written || r->refused)
		log_info("ipvs: %zu written, %zu refused", r->written, r->refused);
	e->told_adoption = true;
}

static void write_kernel(struct engine *e)
{
	struct ipvs_table keys = {0}, want = {0};
	struct ipvs_report report;
	bool persistent;
	int r = 0;

	if (have_kernel(e)) {
		engine_want_keys(e, &keys);
		r = ipvs_apply_learn(e->apply, &keys);
		ipvs_table_free(&keys);
	}
	engine_want(e, &want, &persistent);
	if (!e->kernel || r < 0) {
		ipvs_table_free(&want);
	} else {
		if (persistent)
			quiescent_need(&e->quiescent, true);
		r = ipvs_apply_sync(e->apply, &want, &report);
		if (!persistent)
			quiescent_need(&e->quiescent, false);
	}
	if (r < 0) {
		tell_failure(e, r);
	} else if (e->kernel) {
		e->kernel_error[0] = 0;
		tell_report(e, &report);
	}
}

/* ---- a pass ---------------------------------------------------------- */

static void pass(struct engine *e)
{
	timer_cancel(&e->work);
	e->pass++;
	engine_refusals_begin(e);
	engine_join_checks(e);
	write_kernel(e);
	engine_refusals_end(e);
	engine_write_states(e);
	sweep_memories(e, e->pass);
	if (e->draining && !e->drain.armed)
		timer_after(&e->drain, DRAIN_INTERVAL);
	if ((e->kernel_error[0] || e->refusals.n) && !e->retry.armed)
		timer_after(&e->retry, RETRY_INTERVAL);
}

static void on_work(void *arg, struct mono now)
{
	(void)now;
	pass(arg);
}

void engine_wake(struct engine *e)
{
	if (e->started && !e->work.armed)
		timer_at(&e->work, loop_now(e->loop));
}

/* ---- statistics, drift, drains --------------------------------------- */

void engine_refresh(struct engine *e)
{
	size_t drift;
	int r;

	if (!e->started || !e->kernel)
		return;
	r = ipvs_apply_read(e->apply, &drift);
	if (r < 0) {
		tell_failure(e, r);
		return;
	}
	STORE_EACH(e->store, T_VIRTUAL_SERVER, struct virtual_server_row, vs)
	engine_write_stats(e, vs);
	if (drift && !e->refusals.n && !e->work.armed) {
		log_warnx("ipvs: %zu differences made by others, repairing", drift);
		pass(e);
	}
}

static void on_stats(void *arg, struct mono now)
{
	struct engine *e = arg;

	engine_refresh(e);
	timer_at(&e->stats, mono_add(now, STATS_INTERVAL));
}

/* True when the drain has come to its end. */
static bool drain_over(const struct real_server_row *rs, const struct memory *m,
		       const struct ipvs_dest *d, struct mono now)
{
	int64_t for_ns = mono_diff(now, m->drain_started);

	if (!d)
		return true;
	if (!d->active && !d->inactive)
		return true;
	if (!rs->drain_time_s || for_ns < rs->drain_time_s * NS_PER_S)
		return false;
	log_notice("real_server %s %s: the drain time of %u s is over, %u active and %u inactive "
		   "connections are given up",
		   rs->vs, rs->name, rs->drain_time_s, d->active, d->inactive);
	return true;
}

static void watch_drains(struct engine *e, const struct virtual_server_row *vs, struct mono now)
{
	struct ipvs_service_key key = engine_service_key(vs);
	const struct ipvs_entry *seen = NULL;
	bool read = false;

	SERVERS_OF(e, vs->name, rs)
	{
		struct ipvs_dest_key dk = engine_dest_key(rs);
		struct memory *m = engine_memory(e, rs->vs, rs->name);

		if (m->verdict.oper != RS_OPER_DRAINING)
			continue;
		if (!read && ipvs_apply_read_one(e->apply, &key) < 0)
			return;
		read = true;
		seen = ipvs_apply_seen(e->apply, &key);
		m->drained = drain_over(rs, m, seen ? ipvs_entry_find(seen, &dk) : NULL, now);
	}
	if (read)
		engine_write_stats(e, vs);
}

static void on_drain(void *arg, struct mono now)
{
	struct engine *e = arg;

	if (!e->draining || !e->kernel)
		return;
	STORE_EACH(e->store, T_VIRTUAL_SERVER, struct virtual_server_row, vs)
	watch_drains(e, vs, now);
	timer_after(&e->drain, DRAIN_INTERVAL);
	pass(e);
}

/* ---- life ------------------------------------------------------------ */

struct engine *engine_new(struct loop *loop, struct store *store)
{
	struct engine *e = xcalloc(1, sizeof(*e));

	e->loop = loop;
	e->store = store;
	e->checks = check_set_new(loop);
	timer_init(&e->work, loop, on_work, e);
	timer_init(&e->retry, loop, on_work, e);
	timer_init(&e->stats, loop, on_stats, e);
	timer_init(&e->drain, loop, on_drain, e);
	return e;
}

void engine_free(struct engine *e)
{
	engine_leave_checks(e);
	check_set_free(e->checks);
	timer_stop(&e->work);
	timer_stop(&e->retry);
	timer_stop(&e->stats);
	timer_stop(&e->drain);
	sweep_memories(e, UINT64_MAX);
	engine_refusals_free(e);
	ipvs_apply_free(e->apply);
	ipvs_kernel_close(e->kernel);
	free(e);
}

void engine_start(struct engine *e)
{
	e->started = true;
	engine_wake(e);
}

void engine_touch(struct engine *e, enum table_id t, const void *row)
{
	if (t == T_VIRTUAL_SERVER)
		engine_memory(e, ((const struct virtual_server_row *)row)->name, "")->touched =
		    true;
	else if (t == T_REAL_SERVER)
		engine_memory(e, ((const struct real_server_row *)row)->vs, "")->touched = true;
	engine_wake(e);
}

/* Why a touched virtual server is not in the kernel as wanted, or NULL; forgets the touch. */
static const char *touched_trouble(struct engine *e, const struct virtual_server_row *vs)
{
	struct memory *m = engine_memory(e, vs->name, "");
	struct ipvs_service_key key = engine_service_key(vs);
	const struct refusal *r;

	if (!m->touched)
		return NULL;
	m->touched = false;
	if (e->kernel_error[0])
		return e->kernel_error;
	r = engine_refusal(e, &key, NULL);
	return r ? r->text : NULL;
}

bool engine_settle(struct engine *e, char *why)
{
	const char *trouble = NULL;

	if (!e->started)
		return true;
	pass(e);
	STORE_EACH(e->store, T_VIRTUAL_SERVER, struct virtual_server_row, vs)
	{
		const char *t = touched_trouble(e, vs);

		if (t && !trouble) {
			trouble = t;
			snprintf(why, TEXT_MAX, "virtual server %s: %s", vs->name, t);
		}
	}
	return !trouble;
}

void engine_release(struct engine *e)
{
	struct ipvs_table none = {0};
	struct ipvs_report report;

	if (!e->apply)
		return;
	if (ipvs_apply_sync(e->apply, &none, &report) == 0)
		log_notice("ipvs: our services taken out, %zu written", report.written);
	quiescent_need(&e->quiescent, false);
}
