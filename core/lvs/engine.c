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
 * Passes that are asked for within one wake-up are one. A pass is about the virtual servers that
 * something was said of (a row, a check), so that its cost does not grow with the others; it is
 * about all of them at start, when rows have gone, and while anything is refused or has drifted.
 * The first pass leaves the checks to a second: the kernel's table must not wait for them.
 *
 * Every five seconds the kernel's table is read, which is when changes by others are noticed. Its
 * statistics go into the rows when somebody asks for them, and for five minutes after: a manager
 * that polls less often than that sees figures of the last poll, and their age.
 * While a server drains, its service is read each second, and when the server has no connection
 * left, or its time is over, it leaves the table. A kernel without IPVS, and refusals, are
 * tried again every ten seconds; the rows say so meanwhile.
 *
 * What is not in the rows (a drain that ended, counters of the past) is kept beside them.
 *
 * Runs in the lvs process.
 */
#include "lvs/engine.h"

#include "lvs/engine_int.h"

#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_INTERVAL  (5 * NS_PER_S)
#define STATS_INTEREST (300 * NS_PER_S)
#define DRAIN_INTERVAL (1 * NS_PER_S)
#define RETRY_INTERVAL (10 * NS_PER_S)

/* ---- rows and memory ------------------------------------------------- */

size_t engine_first_server(const struct engine *e, const char *vs)
{
	struct real_server_row key;

	row_init(T_REAL_SERVER, &key);
	key.vs = vs;
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

const struct virtual_server_row *engine_service_named(const struct engine *e, const char *name)
{
	struct virtual_server_row key;

	key.name = name;
	return store_find(e->store, T_VIRTUAL_SERVER, &key);
}

static void *memory_beside(const void *row, size_t size)
{
	void **at = store_beside(row);

	if (!*at)
		*at = xcalloc(1, size);
	return *at;
}

struct service_memory *engine_service_memory(const struct virtual_server_row *vs)
{
	struct service_memory *m = memory_beside(vs, sizeof(*m));

	m->row = vs;
	return m;
}

struct server_memory *engine_server_memory(const struct real_server_row *rs)
{
	return memory_beside(rs, sizeof(struct server_memory));
}

static void forget_service(struct engine *e, const struct virtual_server_row *vs)
{
	struct service_memory *m = engine_service_memory(vs);

	if (m->is_due)
		LIST_REMOVE(m, due);
	if (m->is_touched)
		LIST_REMOVE(m, touched);
	engine_count_held(e, m, 0, false);
	free(m->totals);
	free(m);
	*store_beside(vs) = NULL;
}

static void forget_server(const struct real_server_row *rs)
{
	struct server_memory *m = *store_beside(rs);

	if (!m)
		return;
	free(m->totals);
	free(m);
	*store_beside(rs) = NULL;
}

static void forget_all(struct engine *e)
{
	STORE_EACH(e->store, T_VIRTUAL_SERVER, struct virtual_server_row, vs)
	forget_service(e, vs);
	STORE_EACH(e->store, T_REAL_SERVER, struct real_server_row, rs)
	forget_server(rs);
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

static void know_kernel(struct engine *e, const struct ipvs_info *info)
{
	struct ipvs_row r = *(const struct ipvs_row *)store_single(e->store, T_IPVS);

	snprintf(r.kernel_version, sizeof(r.kernel_version), "%u.%u.%u", info->version >> 16 & 0xff,
		 info->version >> 8 & 0xff, info->version & 0xff);
	r.conn_table_size = info->conn_tab_size;
	log_notice("ipvs: version %s, connection table of %u", r.kernel_version,
		   info->conn_tab_size);
	store_put(e->store, T_IPVS, &r, F_SEEN, NULL);
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
	know_kernel(e, &info);
	e->absence_told = false;
	e->kernel_error[0] = 0;
	e->apply = ipvs_apply_new(ipvs_kernel_port(e->kernel), engine_refused, e);
	timer_after(&e->look, 0);
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

static void sync_whole(struct engine *e)
{
	struct ipvs_row r = *(const struct ipvs_row *)store_single(e->store, T_IPVS);
	uint8_t before = r.sync_running;

	ipvs_whole_sync(&e->whole, e->kernel, &r);
	if (r.sync_running != before)
		log_notice("ipvs: synchronisation daemons: %s -> %s",
			   enum_name(sync_role_names, before),
			   enum_name(sync_role_names, r.sync_running));
	store_put(e->store, T_IPVS, &r, F_SEEN, NULL);
}

void engine_flush(struct engine *e)
{
	e->flush = true;
	engine_wake_all(e);
}

static void flush(struct engine *e)
{
	size_t drift;

	if (!e->flush)
		return;
	if (ipvs_kernel_flush(e->kernel) < 0 || ipvs_apply_read(e->apply, &drift) < 0)
		return;
	e->flush = false;
	log_notice("ipvs: the whole table was emptied, as lvs_flush says");
}

/* What real servers need, and no word of the file sets. */
static void look_at_forwarding(struct engine *e)
{
	struct ipvs_row r = *(const struct ipvs_row *)store_single(e->store, T_IPVS);

	e->forwards.needs_ipv4 = e->forwards.needs_ipv6 = false;
	STORE_EACH(e->store, T_REAL_SERVER, struct real_server_row, rs)
	{
		bool nat = rs->forwarding == LVS_NAT;

		e->forwards.needs_ipv4 |= nat && rs->addr.family == ADDR_IPV4;
		e->forwards.needs_ipv6 |= nat && rs->addr.family == ADDR_IPV6;
	}
	TEXT_COPY(r.missing, forwards_look(&e->forwards));
	store_put(e->store, T_IPVS, &r, F_SEEN, NULL);
}

static void write_kernel(struct engine *e)
{
	struct ipvs_table keys = {0}, want = {0};
	struct ipvs_report report;
	int r = 0;

	if (have_kernel(e)) {
		flush(e);
		sync_whole(e);
		engine_want_keys(e, &keys);
		r = ipvs_apply_learn(e->apply, &keys);
		ipvs_table_free(&keys);
		if (r == 0 && e->scope.all)
			r = engine_take_leftovers(e);
	}
	engine_want(e, &want);
	if (!e->kernel || r < 0) {
		ipvs_table_free(&want);
	} else {
		if (e->holding && e->drain_persistent)
			quiescent_need(&e->quiescent, true);
		if (e->scope.all)
			r = ipvs_apply_sync(e->apply, &want, &report);
		else
			r = ipvs_apply_update(e->apply, &want, &report);
		if (!e->holding || !e->drain_persistent)
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

static void add_to_scope(struct scope *s, const struct virtual_server_row *vs)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 16;
		s->list = xrealloc(s->list, s->cap, sizeof(*s->list));
	}
	s->list[s->n++] = vs;
}

/* What the pass is about; from now on nothing is due. */
static void take_scope(struct engine *e)
{
	struct scope *s = &e->scope;
	struct service_memory *m;

	s->n = 0;
	s->all = e->all_due || (e->kernel && e->kernel_error[0]) || e->refusals.n;
	while ((m = LIST_FIRST(&e->due))) {
		LIST_REMOVE(m, due);
		m->is_due = false;
		if (!s->all)
			add_to_scope(s, m->row);
	}
	for (size_t i = 0; s->all && i < store_count(e->store, T_VIRTUAL_SERVER); i++)
		add_to_scope(s, store_at(e->store, T_VIRTUAL_SERVER, i));
	e->all_due = false;
}

static void pass(struct engine *e)
{
	timer_cancel(&e->work);
	e->pass++;
	take_scope(e);
	engine_refusals_begin(e);
	if (e->pass > 1)
		engine_join_checks(e);
	else
		engine_wake_all(e);
	write_kernel(e);
	engine_refusals_end(e);
	engine_write_states(e);
	if (e->scope.all)
		look_at_forwarding(e);
	engine_answer_asks(e);
	if (e->draining && !e->drain.armed)
		timer_after(&e->drain, DRAIN_INTERVAL);
	if ((e->kernel_error[0] || e->refusals.n || e->whole.refused) && !e->retry.armed)
		timer_after(&e->retry, RETRY_INTERVAL);
}

static void on_work(void *arg, struct mono now)
{
	(void)now;
	pass(arg);
}

static void work_soon(struct engine *e)
{
	if (e->started && !e->work.armed)
		timer_at(&e->work, loop_now(e->loop));
}

void engine_wake(struct engine *e, const char *vs)
{
	const struct virtual_server_row *row = e->all_due ? NULL : engine_service_named(e, vs);
	struct service_memory *m = row ? engine_service_memory(row) : NULL;

	if (m && !m->is_due) {
		m->is_due = true;
		LIST_INSERT_HEAD(&e->due, m, due);
	}
	work_soon(e);
}

void engine_wake_all(struct engine *e)
{
	e->all_due = true;
	work_soon(e);
}

/* ---- statistics, drift, drains --------------------------------------- */

static bool are_wanted(const struct engine *e)
{
	return e->stats_asked.ns && mono_diff(loop_now(e->loop), e->stats_asked) < STATS_INTEREST;
}

static bool are_fresh(const struct engine *e, int64_t age)
{
	return e->stats_read.ns && mono_diff(loop_now(e->loop), e->stats_read) < age;
}

static void write_stats(struct engine *e)
{
	e->stats_read = loop_now(e->loop);
	STORE_EACH(e->store, T_VIRTUAL_SERVER, struct virtual_server_row, vs)
	engine_write_stats(e, vs);
}

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
	if (are_wanted(e) && !are_fresh(e, e->stats_max_age_ns - LOOK_INTERVAL))
		write_stats(e);
	look_at_forwarding(e);
	if (ipvs_whole_look(&e->whole, store_single(e->store, T_IPVS)))
		e->all_due = true;
	if (drift && engine_find_drift(e))
		e->all_due = true;
	if (e->all_due && !e->work.armed)
		pass(e);
}

void engine_ask_stats(struct engine *e)
{
	struct mono now = loop_now(e->loop);

	e->stats_asked = now;
	if (are_fresh(e, e->stats_max_age_ns))
		return;
	e->stats_read = now;
	engine_write_figures(e);
	engine_refresh(e);
}

static void on_look(void *arg, struct mono now)
{
	struct engine *e = arg;

	if (are_wanted(e))
		engine_write_figures(e);
	engine_refresh(e);
	timer_at(&e->look, mono_add(now, LOOK_INTERVAL));
}

/* Connections of a server in all the kernel's services; false: one of those is not there, so
 * nothing is known of it. */
static bool count_connections(const struct engine *e, const struct virtual_server_row *vs,
			      const struct real_server_row *rs, uint32_t *active,
			      uint32_t *inactive)
{
	bool known = true;

	*active = *inactive = 0;
	SERVICES_OF(e, vs, service)
	{
		struct ipvs_dest_key key = engine_dest_key(&service.key, rs);
		const struct ipvs_entry *seen = ipvs_apply_seen(e->apply, &service.key);
		const struct ipvs_counts *n = seen ? ipvs_entry_counts(seen, &key) : NULL;

		known = known && seen;
		*active += n ? n->active : 0;
		*inactive += n ? n->inactive : 0;
	}
	return known;
}

/* True when the drain has come to its end. */
static bool drain_over(const struct engine *e, const struct virtual_server_row *vs,
		       const struct real_server_row *rs, const struct server_memory *m,
		       struct mono now)
{
	uint32_t active, inactive;

	if (count_connections(e, vs, rs, &active, &inactive) && !active && !inactive)
		return true;
	if (!m->drain_ends.ns || mono_diff(now, m->drain_ends) < 0)
		return false;
	log_notice("real_server %s %s: the drain time of %u s is over, %u active and %u inactive "
		   "connections are given up",
		   rs->vs, rs->name, m->drain_time_s, active, inactive);
	return true;
}

static bool read_services(struct engine *e, const struct virtual_server_row *vs)
{
	SERVICES_OF(e, vs, service)
	if (ipvs_apply_read_one(e->apply, &service.key) < 0)
		return false;
	return true;
}

static void watch_drains(struct engine *e, const struct virtual_server_row *vs, struct mono now)
{
	if (!read_services(e, vs))
		return;
	SERVERS_OF(e, vs->name, rs)
	{
		struct server_memory *m = engine_server_memory(rs);

		if (m->verdict.oper == RS_OPER_DRAINING)
			m->drained = drain_over(e, vs, rs, m, now);
	}
	engine_write_stats(e, vs);
	engine_wake(e, vs->name);
}

static void on_drain(void *arg, struct mono now)
{
	struct engine *e = arg;

	if (!e->draining || !e->kernel)
		return;
	STORE_EACH(e->store, T_VIRTUAL_SERVER, struct virtual_server_row, vs)
	if (engine_service_memory(vs)->draining)
		watch_drains(e, vs, now);
	timer_after(&e->drain, DRAIN_INTERVAL);
	pass(e);
}

/* ---- life ------------------------------------------------------------ */

static void on_retry(void *arg, struct mono now)
{
	struct engine *e = arg;

	(void)now;
	e->all_due = true;
	pass(e);
}

struct engine *engine_new(struct loop *loop, struct store *store)
{
	struct engine *e = xcalloc(1, sizeof(*e));

	e->loop = loop;
	e->store = store;
	e->checks = check_set_new(loop);
	e->drain_persistent = true;
	e->stats_max_age_ns = NS_PER_S;
	check_on_ask(e->checks, engine_ask_script, e);
	timer_init(&e->work, loop, on_work, e);
	timer_init(&e->retry, loop, on_retry, e);
	timer_init(&e->look, loop, on_look, e);
	timer_init(&e->drain, loop, on_drain, e);
	timer_init(&e->ramp, loop, engine_on_ramp, e);
	return e;
}

void engine_free(struct engine *e)
{
	engine_drop_asks(e);
	engine_leave_checks(e);
	check_set_free(e->checks);
	timer_stop(&e->work);
	timer_stop(&e->retry);
	timer_stop(&e->look);
	timer_stop(&e->drain);
	timer_stop(&e->ramp);
	forget_all(e);
	engine_refusals_free(e);
	ipvs_apply_free(e->apply);
	ipvs_kernel_close(e->kernel);
	ipvs_table_free(&e->leftovers);
	free(e->scope.list);
	free(e);
}

void engine_start(struct engine *e)
{
	e->started = true;
	engine_wake_all(e);
}

/* The virtual server that a row is about, or NULL. */
static const char *service_of(enum table_id t, const void *row)
{
	switch (t) {
	case T_VIRTUAL_SERVER:
		return ((const struct virtual_server_row *)row)->name;
	case T_REAL_SERVER:
		return ((const struct real_server_row *)row)->vs;
	case T_CHECKER:
		return ((const struct checker_row *)row)->vs;
	case T_CHECK_URL:
		return ((const struct check_url_row *)row)->vs;
	default:
		return NULL;
	}
}

/* What has left the group must be looked for among all that was wanted. */
static void touch_group(struct engine *e, const struct server_group_member_row *m)
{
	STORE_EACH(e->store, T_VIRTUAL_SERVER, struct virtual_server_row, vs)
	if (text_eq(vs->group, m->group))
		engine_touch(e, T_VIRTUAL_SERVER, vs);
	engine_wake_all(e);
}

void engine_touch(struct engine *e, enum table_id t, const void *row)
{
	const char *vs = service_of(t, row);
	const struct virtual_server_row *service;
	struct service_memory *m;

	if (t == T_IPVS)
		engine_wake_all(e);
	if (t == T_CHECK_SOURCE)
		engine_source_changed(e, row);
	if (t == T_SERVER_GROUP_MEMBER)
		touch_group(e, row);
	if (!vs)
		return;
	if (!e->started) {
		e->all_touched = true;
		return;
	}
	service = t == T_CHECKER || t == T_CHECK_URL ? NULL : engine_service_named(e, vs);
	m = service ? engine_service_memory(service) : NULL;
	if (m && !m->is_touched) {
		m->is_touched = true;
		LIST_INSERT_HEAD(&e->touched, m, touched);
	}
	engine_wake(e, vs);
}

void engine_forget(struct engine *e, enum table_id t, const void *row)
{
	engine_touch(e, t, row);
	if (t == T_VIRTUAL_SERVER)
		forget_service(e, row);
	else if (t == T_REAL_SERVER)
		forget_server(row);
	else if (t == T_CHECKER)
		engine_leave_check(row);
	if (service_of(t, row))
		engine_wake_all(e);
}

/* Why a virtual server is not in the kernel as wanted, or NULL. */
static const char *trouble_with(struct engine *e, const struct virtual_server_row *vs)
{
	const struct refusal *r = NULL;

	if (e->kernel_error[0])
		return e->kernel_error;
	SERVICES_OF(e, vs, service)
	if (!r)
		r = engine_refusal(e, &service.key, NULL);
	return r ? r->text : NULL;
}

static void touch_all(struct engine *e)
{
	for (size_t i = store_count(e->store, T_VIRTUAL_SERVER); i-- > 0;)
		engine_touch(e, T_VIRTUAL_SERVER, store_at(e->store, T_VIRTUAL_SERVER, i));
	e->all_touched = false;
}

bool engine_settle(struct engine *e, char *why)
{
	struct service_memory *m;
	bool ok = true;

	if (!e->started)
		return true;
	if (e->all_touched)
		touch_all(e);
	pass(e);
	while ((m = LIST_FIRST(&e->touched))) {
		const char *trouble = ok ? trouble_with(e, m->row) : NULL;

		LIST_REMOVE(m, touched);
		m->is_touched = false;
		if (!trouble)
			continue;
		snprintf(why, TEXT_MAX, "virtual server %s: %s", m->row->name, trouble);
		ok = false;
	}
	return ok;
}

void engine_release(struct engine *e)
{
	struct ipvs_table none = {0};
	const struct ipvs_row *r = store_single(e->store, T_IPVS);
	struct ipvs_report report;

	if (!e->apply)
		return;
	if (r->flush_on_stop == FLUSH_ALL && ipvs_kernel_flush(e->kernel) == 0)
		log_notice("ipvs: the whole table was flushed, as lvs_flush_on_stop says");
	else if (ipvs_apply_sync(e->apply, &none, &report) == 0)
		log_notice("ipvs: our services taken out, %zu written", report.written);
	quiescent_need(&e->quiescent, false);
	ipvs_whole_release(&e->whole, r);
}
