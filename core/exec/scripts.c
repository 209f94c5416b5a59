/*
 * scripts: each vrrp_script is run at its interval, and what its exit status says goes into its
 * row (process exec).
 *
 * Two runs of one script are never under way at once: a run that takes longer than the interval
 * delays the next. One that takes longer than its time is ended and has failed. So a script that
 * hangs costs the others nothing but a place among those that may run at once.
 *
 * A script that cannot be run at all (no such user or file, or one that it is not safe to run) says
 * nothing about anything: as long as it has had no result it is disabled, and does not count, as in
 * keepalived. One that could be run before and cannot any more has failed.
 *
 * A change of the definition leaves the state as it is and the next run when it was due, unless the
 * command is another.
 */
#include "exec/trackers.h"

#include "base/log.h"
#include "base/text.h"
#include "exec/command.h"
#include "exec/rise_fall.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

struct script {
	LIST_ENTRY(script) next;
	struct scripts *all;
	struct vrrp_script_row wanted; /* its configuration is what was applied */
	struct timer timer;            /* the next run */
	struct run *run;               /* under way */
	struct mono started;
	bool found; /* while rows are taken over */
};

struct scripts {
	struct exec_env *env;
	LIST_HEAD(, script) list;
};

static void put(struct script *s, struct vrrp_script_row *row, enum track_state old,
		struct mono now)
{
	if (row->state != old) {
		row->transitions += old != TRACK_UNKNOWN;
		row->last_transition = now;
		log_transition(
		    &(struct log_transition){.event = LOG_VRRP_SCRIPT,
					     .level = old == TRACK_UNKNOWN && row->state == TRACK_OK
							  ? LOG_LV_INFO
							  : LOG_LV_NOTICE,
					     .key = {row->name},
					     .old = enum_name(track_state_names, old),
					     .now = enum_name(track_state_names, row->state)},
		    "%s", row->result);
	}
	store_put(s->all->env->store, T_VRRP_SCRIPT, row, F_SEEN, NULL);
}

/* NULL: the row has gone. */
static const struct vrrp_script_row *row_of(const struct script *s)
{
	return store_find(s->all->env->store, T_VRRP_SCRIPT, &s->wanted);
}

static void next_run(struct script *s, struct mono now)
{
	struct mono due = mono_add(s->started, s->wanted.interval_ms * NS_PER_MS);

	timer_at(&s->timer, mono_diff(due, now) > 0 ? due : now);
}

/* ---- results ------------------------------------------------------------------- */

static void cannot_run(struct script *s, const char *why, struct mono now)
{
	const struct vrrp_script_row *old = row_of(s);
	struct vrrp_script_row row;

	if (!old)
		return;
	row = *old;
	if (!text_eq(old->result, why))
		log_warnx("vrrp_script %s: %s", row.name, why);
	TEXT_COPY(row.result, why);
	if (old->state == TRACK_UNKNOWN || old->state == TRACK_DISABLED)
		row.state = TRACK_DISABLED;
	else
		rise_fall(&row.state, &row.in_row, false, s->wanted.rise, s->wanted.fall);
	put(s, &row, (enum track_state)old->state, now);
}

static void describe(struct vrrp_script_row *row, const struct run_result *r)
{
	char text[64], all[sizeof(text) + RUN_SAID_MAX + 4];

	run_result_text(r, text, sizeof(text));
	snprintf(all, sizeof(all), "%s%s%s", text, r->said[0] ? ": " : "", r->said);
	TEXT_COPY(row->result, all);
}

static void count(struct vrrp_script_row *row, const struct run_result *r, bool success)
{
	row->runs++;
	row->failures += !success;
	row->timeouts += r->outcome == RUN_TIMED_OUT;
	row->duration_us = (uint32_t)(r->took_ns / NS_PER_US);
}

static void on_done(void *arg, const struct run_result *r, struct mono now)
{
	struct script *s = arg;
	const struct vrrp_script_row *old = row_of(s);
	bool success = r->outcome == RUN_EXITED && r->value == 0;
	struct vrrp_script_row row;
	char why[128];

	s->run = NULL;
	exec_count(s->all->env, r);
	next_run(s, now);
	if (!old)
		return;
	if (r->outcome == RUN_NOT_STARTED) {
		cannot_run(s, run_result_text(r, why, sizeof(why)), now);
		return;
	}
	row = *old;
	describe(&row, r);
	count(&row, r, success);
	rise_fall(&row.state, &row.in_row, success, s->wanted.rise, s->wanted.fall);
	put(s, &row, (enum track_state)old->state, now);
}

/* ---- runs ---------------------------------------------------------------------- */

static int64_t timeout_of(const struct vrrp_script_row *r)
{
	return (r->timeout_ms ? r->timeout_ms : r->interval_ms) * NS_PER_MS;
}

static void note_start(struct script *s, struct mono now)
{
	struct vrrp_script_row row = *row_of(s);

	row.last_run = now;
	store_put(s->all->env->store, T_VRRP_SCRIPT, &row, F_SEEN, NULL);
}

static void start(struct script *s, struct mono now)
{
	const struct vrrp_script_row *w = &s->wanted;
	struct command command;
	struct run_spec spec;
	char why[TEXT_MAX], name[TEXT_MAX];

	s->started = now;
	if (!row_of(s) || s->all->env->stopping)
		return;
	if (!command_prepare(&command, exec_settings(s->all->env), w->script, w->user, w->group,
			     why)) {
		cannot_run(s, why, now);
		next_run(s, now);
		return;
	}
	snprintf(name, sizeof(name), "vrrp_script %s", w->name);
	spec = command_spec(&command, name, timeout_of(w));
	spec.listen = true;
	note_start(s, now);
	s->run = run_start(s->all->env->runner, &spec, on_done, s);
	if (!s->run)
		next_run(s, now);
}

static void on_timer(void *arg, struct mono now)
{
	struct script *s = arg;

	if (!s->run)
		start(s, now);
}

/* ---- rows ---------------------------------------------------------------------- */

static struct script *find(const struct scripts *all, const char *name)
{
	struct script *s;

	LIST_FOREACH(s, &all->list, next)
	if (text_eq(s->wanted.name, name))
		break;
	return s;
}

static void end(struct script *s)
{
	if (s->run)
		run_cancel(s->run);
	timer_stop(&s->timer);
	LIST_REMOVE(s, next);
	free(s);
}

/* What counts before the first run. */
static void assume(struct script *s, const struct vrrp_script_row *row, struct mono now)
{
	struct vrrp_script_row known = *row;

	if (row->state != TRACK_UNKNOWN || !row->init_fail)
		return;
	known.state = TRACK_FAILED;
	TEXT_COPY(known.result, "has not run yet");
	put(s, &known, TRACK_UNKNOWN, now);
}

static void begin(struct scripts *all, const struct vrrp_script_row *row, struct mono now)
{
	struct script *s = xcalloc(1, sizeof(*s));

	s->all = all;
	s->wanted = *row;
	s->found = true;
	timer_init(&s->timer, all->env->loop, on_timer, s);
	LIST_INSERT_HEAD(&all->list, s, next);
	assume(s, row, now);
	timer_at(&s->timer, now);
}

static bool same_command(const struct vrrp_script_row *a, const struct vrrp_script_row *b)
{
	return text_eq(a->script, b->script) && text_eq(a->user, b->user) &&
	       text_eq(a->group, b->group);
}

static void change(struct script *s, const struct vrrp_script_row *row, struct mono now)
{
	bool same = same_command(&s->wanted, row);

	s->found = true;
	s->wanted = *row;
	if (s->run && !same) {
		run_cancel(s->run);
		s->run = NULL;
	}
	if (!same)
		timer_at(&s->timer, now);
	else if (!s->run)
		next_run(s, now);
}

void scripts_apply(struct scripts *all, struct mono now)
{
	struct script *s, *next;

	LIST_FOREACH(s, &all->list, next)
	s->found = false;
	STORE_EACH(all->env->store, T_VRRP_SCRIPT, struct vrrp_script_row, row)
	{
		s = find(all, row->name);
		if (s)
			change(s, row, now);
		else
			begin(all, row, now);
	}
	for (s = LIST_FIRST(&all->list); s; s = next) {
		next = LIST_NEXT(s, next);
		if (!s->found)
			end(s);
	}
}

struct scripts *scripts_new(struct exec_env *env)
{
	struct scripts *all = xcalloc(1, sizeof(*all));

	all->env = env;
	LIST_INIT(&all->list);
	return all;
}

void scripts_free(struct scripts *all)
{
	while (!LIST_EMPTY(&all->list))
		end(LIST_FIRST(&all->list));
	free(all);
}
