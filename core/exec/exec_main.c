/*
 * exec_main: the process that runs programs for the others, so that nobody else may. It is root
 * with all rights, because that is what scripts may need; so it has no socket but the two links,
 * reads rows of the schema, and of the machine only what is tracked: the numbers in files, and
 * which processes there are.
 *
 * What is to be executed comes from the configuration file alone (F_EXEC): main takes such fields
 * from nobody else, and sends them to nobody else.
 *
 * Changes of state are heard of row by row, all else is acted on when rows are whole: the snapshot
 * has ended, or the current wake-up has. A main that dies changes nothing here.
 *
 * A startup script runs first: main waits for `started` before it lets the others begin. At the end
 * the guardian asks this process when the others are gone, but what they have said last may still
 * be on its way from main: it is waited for, then for the programs that are run for it, and the
 * shutdown script comes last.
 */
#include "base/log.h"
#include "base/text.h"
#include "exec/accept.h"
#include "exec/exec.h"
#include "exec/leftovers.h"
#include "exec/notify.h"
#include "exec/trackers.h"
#include "ipc/link.h"
#include "ipc/parent.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#define ALIVE_NS   (10 * NS_PER_S)
#define PUBLISH_NS (200 * NS_PER_MS)
#define HEAR_NS    (500 * NS_PER_MS) /* for the last words of the others */
#define DRAIN_NS   (10 * NS_PER_S)   /* for the programs that are run for them */
#define READ_NS    NS_PER_S          /* for those that read pipes */
#define TABLE_NS   (5 * NS_PER_S)    /* for the table of nftables */

enum end { END_NOT_YET, END_HEARING, END_DRAINING, END_READING, END_TABLE, END_SCRIPT };

struct process {
	struct exec_env env;
	struct parent *parent;
	struct link *main;
	struct notify *notify;
	struct accept *accept;
	struct timer apply;
	struct scripts *scripts;
	struct files *files;
	struct processes *processes;
	struct miscs *miscs;
	bool dirty;    /* rows of these have changed */
	bool asked;    /* or of the scripts of checks, which happens often */
	bool starting; /* the startup script runs */
	enum end end;
	struct timer end_limit;
	struct timer alive;
};

/* ---- the row of all programs ---------------------------------------------------- */

static void publish(struct exec_env *e)
{
	struct exec_row r = *exec_settings(e);

	timer_cancel(&e->publish);
	r.started = e->memory->started;
	r.running = runner_running(e->runner);
	r.waiting = runner_load(e->runner) - r.running;
	r.runs += e->runs;
	r.timeouts += e->timeouts;
	r.not_started += e->not_started;
	e->runs = e->timeouts = e->not_started = 0;
	store_put(e->store, T_EXEC, &r, F_SEEN, NULL);
}

static void publish_due(void *arg, struct mono now)
{
	(void)now;
	publish(arg);
}

void exec_count(struct exec_env *e, const struct run_result *r)
{
	e->runs += r->outcome != RUN_NOT_STARTED;
	e->timeouts += r->outcome == RUN_TIMED_OUT;
	e->not_started += r->outcome == RUN_NOT_STARTED;
	if (!e->publish.armed)
		timer_after(&e->publish, PUBLISH_NS);
}

/* ---- what is wanted ----------------------------------------------------------- */

static void on_started(void *arg, struct mono now)
{
	struct process *p = arg;

	(void)now;
	p->starting = false;
	p->env.memory->started = true;
	publish(&p->env);
}

static void run_startup(struct process *p)
{
	if (p->starting)
		return;
	/* by this process, by the one before it, or without any */
	p->env.memory->started |= exec_settings(&p->env)->started;
	p->starting = !p->env.memory->started;
	if (p->starting)
		notify_director(p->notify, NOTIFY_STARTUP,
				exec_settings(&p->env)->startup_timeout_ms * NS_PER_MS, on_started,
				p);
	else if (!exec_settings(&p->env)->started)
		publish(&p->env);
}

static void go_on_ending(struct process *p, struct mono now);

static void apply_trackers(struct process *p, struct mono now)
{
	if (p->env.stopping)
		return;
	if (p->asked)
		miscs_apply(p->miscs, now);
	p->asked = false;
	if (!p->dirty)
		return;
	p->dirty = false;
	scripts_apply(p->scripts, now);
	files_apply(p->files, now);
	processes_apply(p->processes, now);
}

static void apply(struct process *p, struct mono now)
{
	timer_cancel(&p->apply);
	notify_apply(p->notify);
	if (p->end == END_NOT_YET)
		accept_apply(p->accept);
	run_startup(p);
	apply_trackers(p, now);
	if (p->end == END_HEARING)
		go_on_ending(p, now);
}

static void apply_due(void *arg, struct mono now)
{
	apply(arg, now);
}

/* ---- main's link -------------------------------------------------------------- */

static void main_up(void *arg)
{
	struct process *p = arg;

	p->dirty = p->asked = true;
	p->env.snapshot = false;
	apply(p, loop_now(p->env.loop));
}

static void rows_changed(struct process *p, enum table_id t)
{
	p->asked |= t == T_MISC_SCRIPT;
	p->dirty |= schema_table(t)->owner == ROLE_EXEC && t != T_MISC_SCRIPT;
	if (p->main && link_is_up(p->main) && !p->apply.armed)
		timer_after(&p->apply, 0);
}

static void main_row(void *arg, enum table_id t, const void *row, const struct fieldset *changed,
		     const void *old)
{
	struct process *p = arg;

	(void)changed;
	if (t == T_GLOBAL)
		log_levels_use(((const struct global_row *)row)->log_level);
	notify_row_changed(p->notify, t, row, old, loop_now(p->env.loop));
	rows_changed(p, t);
}

static void main_gone(void *arg, enum table_id t, const void *row)
{
	struct process *p = arg;

	notify_row_gone(p->notify, t, row, loop_now(p->env.loop));
	rows_changed(p, t);
}

static void answer_command(struct process *p, struct msg *m, struct mono now)
{
	struct result r = {.status = RESULT_OK};
	char words[TEXT_MAX] = "";

	cursor_str(&m->body, words, sizeof(words));
	apply(p, now);
	if (text_eq(words, "reloaded")) {
		notify_reloaded(p->notify);
	} else {
		r.status = RESULT_REFUSED;
		TEXT_COPY(r.text, "exec knows one command: reloaded");
	}
	link_send_result(p->main, m->id, &r);
}

static void main_message(void *arg, struct msg *m, struct mono now)
{
	struct process *p = arg;

	if (m->type == MSG_COMMAND) {
		answer_command(p, m, now);
	} else if (m->type == MSG_BARRIER) {
		apply(p, now);
		link_send_result(p->main, m->id, &(struct result){.status = RESULT_OK});
	} else {
		log_debug("process exec: message of type %d from main is not for it", m->type);
	}
}

static void main_down(void *arg, const char *why)
{
	struct process *p = arg;

	link_without_main(&p->main, ROLE_EXEC, why);
}

static const struct link_ops main_ops = {
    .up = main_up,
    .row = main_row,
    .gone = main_gone,
    .message = main_message,
    .down = main_down,
};

/* ---- the guardian's link -------------------------------------------------------- */

static void parent_link(void *arg, enum role role, int fd)
{
	struct process *p = arg;

	p->env.snapshot |= role == ROLE_MAIN;
	link_to_main(&p->main, p->env.loop, fd, ROLE_EXEC, role, p->env.store, &main_ops, p);
}

/* ---- the end ---------------------------------------------------------------------- */

static bool is_wanted(const struct process *p)
{
	for (int t = 0; t < T_COUNT; t++) {
		const struct table *table = schema_table((enum table_id)t);

		if (table->owner == ROLE_EXEC && table->nkeys &&
		    store_count(p->env.store, (enum table_id)t))
			return true;
	}
	return false;
}

/* The routers have said that they are shut down, or nothing is wanted here any more. */
static bool has_heard(const struct process *p)
{
	STORE_EACH(p->env.store, T_VRRP_INSTANCE, struct vrrp_instance_row, v)
	{
		if (v->state != VRRP_INIT)
			return !is_wanted(p);
	}
	return true;
}

static void on_end_script(void *arg, struct mono now)
{
	struct process *p = arg;

	(void)now;
	loop_stop(p->env.loop);
}

static void run_shutdown(struct process *p)
{
	int64_t limit = exec_settings(&p->env)->shutdown_timeout_ms * NS_PER_MS;

	p->end = END_SCRIPT;
	timer_after(&p->end_limit, limit + 2 * RUN_GRACE_NS);
	notify_director(p->notify, NOTIFY_SHUTDOWN, limit, on_end_script, p);
}

static void on_table_gone(void *arg, struct mono now)
{
	struct process *p = arg;

	(void)now;
	if (p->end == END_TABLE)
		run_shutdown(p);
}

static void remove_table(struct process *p)
{
	p->end = END_TABLE;
	timer_after(&p->end_limit, TABLE_NS);
	accept_finish(p->accept, on_table_gone, p);
}

static void on_read(void *arg, struct mono now)
{
	struct process *p = arg;

	(void)now;
	if (p->end == END_READING)
		remove_table(p);
}

/* Scripts that read a pipe hear its end behind what was written. */
static void close_fifos(struct process *p)
{
	p->end = END_READING;
	timer_after(&p->end_limit, READ_NS);
	notify_close_fifos(p->notify, on_read, p);
}

static void on_idle(void *arg, struct mono now)
{
	struct process *p = arg;

	(void)now;
	if (p->end == END_DRAINING)
		close_fifos(p);
}

static void drain(struct process *p, struct mono now)
{
	p->end = END_DRAINING;
	p->env.stopping = true;
	timer_after(&p->end_limit, DRAIN_NS);
	if (is_wanted(p)) /* else this process ends alone */
		notify_stopping(p->notify, now);
	if (p->end == END_DRAINING && notify_is_idle(p->notify))
		close_fifos(p);
}

static void go_on_ending(struct process *p, struct mono now)
{
	if (has_heard(p))
		drain(p, now);
}

static void on_end_limit(void *arg, struct mono now)
{
	struct process *p = arg;

	if (p->end == END_HEARING) {
		drain(p, now);
	} else if (p->end == END_DRAINING) {
		log_warnx(
		    "process exec: programs that are told of the end take too long: going on");
		close_fifos(p);
	} else if (p->end == END_READING) {
		remove_table(p);
	} else if (p->end == END_TABLE) {
		run_shutdown(p);
	} else {
		loop_stop(p->env.loop);
	}
}

static void parent_stop(void *arg, enum stop_mode mode)
{
	struct process *p = arg;

	if (p->end != END_NOT_YET)
		return;
	if (mode == STOP_HANDOVER)
		_exit(0); /* what the next one finds is as if this one had been killed */
	p->end = END_HEARING;
	timer_after(&p->end_limit, HEAR_NS);
	go_on_ending(p, loop_now(p->env.loop));
}

static const struct parent_ops parent_ops = {.link = parent_link, .stop = parent_stop};

/* ---- life ------------------------------------------------------------------------ */

static void alive_due(void *arg, struct mono now)
{
	struct process *p = arg;

	p->env.memory->alive_ns = now.ns;
	timer_after(&p->alive, ALIVE_NS);
}

/* A session of its own, whose number the next process finds. */
static void begin_session(struct process *p)
{
	struct exec_memory *m = p->env.memory;

	setsid();
	leftovers_end(exec_memory_session(m, mono_read()));
	m->session = getsid(0);
	timer_init(&p->alive, p->env.loop, alive_due, p);
	alive_due(p, mono_read());
}

int exec_main(const struct role_env *env)
{
	static struct process p;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/" EXEC_TABLE_FILE, env->run_dir);
	p.env.loop = loop_new();
	p.env.store = store_new();
	p.env.memory = exec_memory_open(PARENT_MEMORY_FD);
	begin_session(&p);
	p.env.runner = runner_new(p.env.loop);
	p.scripts = scripts_new(&p.env);
	p.files = files_new(&p.env);
	p.processes = processes_new(&p.env);
	p.miscs = miscs_new(&p.env);
	timer_init(&p.apply, p.env.loop, apply_due, &p);
	timer_init(&p.end_limit, p.env.loop, on_end_limit, &p);
	timer_init(&p.env.publish, p.env.loop, publish_due, &p.env);
	p.notify = notify_new(&p.env);
	p.accept = accept_new(&p.env, path);
	notify_on_idle(p.notify, on_idle, &p);
	p.parent = parent_open(p.env.loop, &parent_ops, &p);
	parent_ready(p.parent);
	loop_run(p.env.loop);
	notify_free(p.notify);
	accept_free(p.accept);
	if (p.main)
		link_close(p.main);
	miscs_free(p.miscs);
	processes_free(p.processes);
	files_free(p.files);
	scripts_free(p.scripts);
	runner_free(p.env.runner);
	timer_stop(&p.alive);
	p.env.memory->session = 0; /* what still runs is no leftover */
	parent_close(p.parent);
	return 0;
}
