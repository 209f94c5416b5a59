/*
 * misc: runs the scripts of checks when they are asked for (process exec).
 *
 * When a script is to run is decided by lvs, where its result is judged: main writes into its row
 * when a run was last wanted, and a run that began since then is the answer. So one that is asked
 * for while it runs is run once more, and one that was asked for before this process began is not
 * forgotten.
 *
 * What cannot be run says nothing about a server; lvs is told that, and not of a failure.
 */
#include "exec/trackers.h"

#include "base/log.h"
#include "base/text.h"
#include "exec/command.h"
#include "model/texts.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

struct misc {
	LIST_ENTRY(misc) next;
	struct miscs *all;
	const char *name; /* held */
	struct run *run;
	struct mono started;
	bool found; /* while rows are taken over */
};

struct miscs {
	struct exec_env *env;
	LIST_HEAD(, misc) list;
};

/* NULL: the row has gone. */
static const struct misc_script_row *row_of(const struct misc *m)
{
	struct misc_script_row key;

	key.name = m->name;
	return store_find(m->all->env->store, T_MISC_SCRIPT, &key);
}

static void put(struct misc *m, enum source_outcome outcome, int value, const char *text,
		const struct run_result *r)
{
	struct misc_script_row row = *row_of(m);
	char result[TEXT_REASON];

	TEXT_COPY(result, text);
	if (outcome == SOURCE_CANNOT && !text_eq(result, row.result))
		log_warnx("misc_script %s: %s", row.name, result);
	row.began = m->started;
	row.outcome = (uint8_t)outcome;
	row.value = value;
	row.result = result;
	if (r) {
		row.runs++;
		row.timeouts += r->outcome == RUN_TIMED_OUT;
		row.duration_us = (uint32_t)(r->took_ns / NS_PER_US);
	}
	store_put(m->all->env->store, T_MISC_SCRIPT, &row, F_SEEN, NULL);
}

static void start_if_asked(struct misc *m, struct mono now);

static void on_done(void *arg, const struct run_result *r, struct mono now)
{
	static const enum source_outcome outcomes[] = {[RUN_EXITED] = SOURCE_VALUE,
						       [RUN_SIGNALLED] = SOURCE_SIGNALLED,
						       [RUN_TIMED_OUT] = SOURCE_TIMED_OUT,
						       [RUN_NOT_STARTED] = SOURCE_CANNOT};
	struct misc *m = arg;
	char text[64], all[sizeof(text) + RUN_SAID_MAX + 4];

	m->run = NULL;
	exec_count(m->all->env, r);
	if (!row_of(m))
		return;
	run_result_text(r, text, sizeof(text));
	snprintf(all, sizeof(all), "%s%s%s", text, r->said[0] ? ": " : "", r->said);
	put(m, outcomes[r->outcome], r->value, all, r->outcome == RUN_NOT_STARTED ? NULL : r);
	start_if_asked(m, now);
}

static void start(struct misc *m, const struct misc_script_row *row, struct mono now)
{
	struct command command;
	struct run_spec spec;
	char why[TEXT_MAX], name[TEXT_MAX];

	m->started = mono_diff(row->asked, now) > 0 ? row->asked : now;
	if (!command_prepare(&command, exec_settings(m->all->env), row->script, row->user,
			     row->group, why)) {
		put(m, SOURCE_CANNOT, 0, why, NULL);
		return;
	}
	snprintf(name, sizeof(name), "misc_script %s", row->name);
	spec = command_spec(&command, name, row->timeout_ms * NS_PER_MS);
	spec.listen = true;
	m->run = run_start(m->all->env->runner, &spec, on_done, m);
	if (!m->run)
		put(m, SOURCE_CANNOT, 0, "too many programs wait to be run", NULL);
}

static void start_if_asked(struct misc *m, struct mono now)
{
	const struct misc_script_row *row = row_of(m);

	if (row && !m->run && !m->all->env->stopping && mono_diff(row->asked, row->began) > 0)
		start(m, row, now);
}

/* ---- rows ---------------------------------------------------------------------- */

static struct misc *find(const struct miscs *all, const char *name)
{
	struct misc *m;

	LIST_FOREACH(m, &all->list, next)
	if (text_eq(m->name, name))
		break;
	return m;
}

static struct misc *begin(struct miscs *all, const char *name)
{
	struct misc *m = xcalloc(1, sizeof(*m));

	m->all = all;
	m->name = texts_hold(name);
	LIST_INSERT_HEAD(&all->list, m, next);
	return m;
}

static void end(struct misc *m)
{
	if (m->run)
		run_cancel(m->run);
	LIST_REMOVE(m, next);
	texts_drop(m->name);
	free(m);
}

void miscs_apply(struct miscs *all, struct mono now)
{
	struct misc *m, *next;

	LIST_FOREACH(m, &all->list, next)
	m->found = false;
	STORE_EACH(all->env->store, T_MISC_SCRIPT, struct misc_script_row, row)
	{
		m = find(all, row->name);
		if (!m)
			m = begin(all, row->name);
		m->found = true;
		start_if_asked(m, now);
	}
	for (m = LIST_FIRST(&all->list); m; m = next) {
		next = LIST_NEXT(m, next);
		if (!m->found)
			end(m);
	}
}

struct miscs *miscs_new(struct exec_env *env)
{
	struct miscs *all = xcalloc(1, sizeof(*all));

	all->env = env;
	LIST_INIT(&all->list);
	return all;
}

void miscs_free(struct miscs *all)
{
	while (!LIST_EMPTY(&all->list))
		end(LIST_FIRST(&all->list));
	free(all);
}
