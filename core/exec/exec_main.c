/*
 * exec_main: the process that runs programs for the others, so that nobody else may. It is root
 * with all rights, because that is what scripts may need; so it has no socket but the two links,
 * reads rows of the schema, and of the machine only what is tracked: the numbers in files, and
 * which processes there are.
 *
 * What is to be executed comes from the configuration file alone (F_EXEC): main takes such fields
 * from nobody else, and sends them to nobody else.
 *
 * Rows are acted on when they are whole: the snapshot has ended, or the current wake-up has. A main
 * that dies changes nothing here.
 */
#include "base/log.h"
#include "exec/exec.h"
#include "exec/leftovers.h"
#include "exec/trackers.h"
#include "ipc/link.h"
#include "ipc/parent.h"

#include <unistd.h>

struct process {
	struct exec_env env;
	struct parent *parent;
	struct link *main;
	struct timer apply;
	struct scripts *scripts;
	struct files *files;
	struct processes *processes;
	bool dirty; /* rows of these have changed */
};

/* ---- what is wanted ----------------------------------------------------------- */

static void apply(struct process *p, struct mono now)
{
	timer_cancel(&p->apply);
	if (p->env.stopping)
		return;
	if (!p->dirty)
		return;
	p->dirty = false;
	scripts_apply(p->scripts, now);
	files_apply(p->files, now);
	processes_apply(p->processes, now);
}

static void apply_due(void *arg, struct mono now)
{
	apply(arg, now);
}

/* ---- main's link -------------------------------------------------------------- */

static void main_up(void *arg)
{
	struct process *p = arg;

	p->dirty = true;
	apply(p, loop_now(p->env.loop));
}

static void rows_changed(struct process *p, enum table_id t)
{
	p->dirty |= schema_table(t)->owner == ROLE_EXEC;
	if (p->main && link_is_up(p->main) && !p->apply.armed)
		timer_after(&p->apply, 0);
}

static void main_row(void *arg, enum table_id t, const void *row, const struct fieldset *changed,
		     const void *old)
{
	(void)changed, (void)old;
	if (t == T_GLOBAL)
		log_levels_use(((const struct global_row *)row)->log_level);
	rows_changed(arg, t);
}

static void main_gone(void *arg, enum table_id t, const void *row)
{
	(void)row;
	rows_changed(arg, t);
}

static void main_message(void *arg, struct msg *m, struct mono now)
{
	struct process *p = arg;

	if (m->type != MSG_BARRIER) {
		log_debug("process exec: message of type %d from main is not for it", m->type);
		return;
	}
	apply(p, now);
	link_send_result(p->main, m->id, &(struct result){.status = RESULT_OK});
}

static void main_down(void *arg, const char *why)
{
	struct process *p = arg;

	log_info("process exec: the link to main is down: %s; going on", why);
	link_close(p->main);
	p->main = NULL;
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

	if (role != ROLE_MAIN) {
		log_warnx("process exec: a link to %s is not expected", role_name(role));
		close(fd);
		return;
	}
	if (p->main)
		link_close(p->main);
	p->main = link_open(p->env.loop, fd, ROLE_EXEC, role, p->env.store, &main_ops, p);
}

static void parent_stop(void *arg, enum stop_mode mode)
{
	struct process *p = arg;

	(void)mode;
	p->env.stopping = true;
	loop_stop(p->env.loop);
}

static const struct parent_ops parent_ops = {.link = parent_link, .stop = parent_stop};

/* ---- life ------------------------------------------------------------------------ */

/* A session of its own, whose number the next process finds. */
static void begin_session(struct exec_memory *m)
{
	setsid();
	leftovers_end(m->session);
	m->session = getsid(0);
}

int exec_main(const struct role_env *env)
{
	static struct process p;

	(void)env;
	p.env.loop = loop_new();
	p.env.store = store_new();
	p.env.memory = exec_memory_open(PARENT_MEMORY_FD);
	begin_session(p.env.memory);
	p.env.runner = runner_new(p.env.loop);
	p.scripts = scripts_new(&p.env);
	p.files = files_new(&p.env);
	p.processes = processes_new(&p.env);
	timer_init(&p.apply, p.env.loop, apply_due, &p);
	p.parent = parent_open(p.env.loop, &parent_ops, &p);
	parent_ready(p.parent);
	loop_run(p.env.loop);
	if (p.main)
		link_close(p.main);
	processes_free(p.processes);
	files_free(p.files);
	scripts_free(p.scripts);
	runner_free(p.env.runner);
	parent_close(p.parent);
	return 0;
}
