/*
 * main: the role that decides what is wanted. It reads the configuration and the overlay, keeps
 * the model, and tells every other process by links. It never sits in the path of an advert: the
 * workers go on without it, and when it comes back it learns from them what is.
 *
 * Order at start: file and overlay first, then the guardian is told that main is ready, then the
 * guardian hands in the ends of the links. So no worker ever sees an empty model.
 *
 * And nobody sees a state that no worker has told. A new main knows what is wanted and nothing of
 * what is: until the workers have spoken its rows say "init" of a master that has never ceased to
 * be one. So halvardctl and the agent wait until each worker has said what it sees and has put in
 * force what main wants (a barrier), or FIRST_WORD_NS have passed.
 *
 * Where something is to be executed the others wait for exec when the daemon begins, so that a
 * startup script has done its work, and scripts hear of the first states too. A main that replaces
 * another does not make them wait: it hears from the guardian that it is not the first.
 */
#include "daemon/actions.h"
#include "daemon/authors.h"
#include "daemon/changelog.h"
#include "daemon/confirm.h"
#include "daemon/control.h"
#include "daemon/handover.h"
#include "daemon/jobs.h"
#include "daemon/nodes.h"
#include "daemon/own.h"
#include "daemon/reload.h"
#include "daemon/remembered.h"
#include "daemon/silence.h"
#include "daemon/sources.h"
#include "daemon/suspended.h"
#include "daemon/sync_role.h"
#include "daemon/tracked.h"

#include "base/log.h"
#include "base/text.h"
#include "model/rows.h"
#include "model/rules.h"

#include <config.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_WORD_NS (2 * NS_PER_S)
#define NODES_NS      (NS_PER_S / 2) /* from a change until they are counted */
#define EXEC_LIMIT_NS (3 * NS_PER_S) /* beyond the time of a startup script */
#define FIRST_WORD    0              /* number of the barrier; those of jobs begin at 1 */

struct global_row global_get(struct director *d)
{
	return *(const struct global_row *)store_single(d->live, T_GLOBAL);
}

void global_put(struct director *d, const struct global_row *g)
{
	store_put(d->live, T_GLOBAL, g, F_SEEN, NULL);
}

/* The others follow the row; the guardian has none. */
static void follow_log_level(struct director *d, const struct global_row *g)
{
	log_levels_use(g->log_level);
	if (d->parent)
		parent_log_level(d->parent, log_level_of(LOG_AREA_GUARDIAN));
}

/* What follows from several rows. */
static void derive(struct director *d)
{
	tracked_all(d->live);
	suspended_all(d->live);
	sync_role_look(d->live);
	sources_all(d->live);
	nodes_say_all(d->live);
}

void director_changed(struct director *d)
{
	struct global_row g = global_get(d);

	g.config_generation++;
	g.spin_lock = g.config_generation == 1 ? spin_lock_first() : spin_lock_next(g.spin_lock);
	g.last_change = loop_now(d->loop);
	g.overlay_entries = (uint32_t)overlay_count(d->overlay);
	overlay_digest(d->overlay, g.overlay_digest);
	global_put(d, &g);
	follow_log_level(d, &g);
	derive(d);
}

/* Whether the configuration has anything that is executed, or a dead daemon has left what must be
 * removed by executing. */
static bool executes(const struct director *d)
{
	const struct store *s = d->live;
	char path[PATH_MAX];

	STORE_EACH(s, T_VRRP_INSTANCE, struct vrrp_instance_row, v)
	{
		if (vrrp_refuses(v))
			return true;
	}
	for (int t = 0; t < T_COUNT; t++)
		if (schema_table((enum table_id)t)->owner == ROLE_EXEC &&
		    schema_table((enum table_id)t)->nkeys && store_count(s, (enum table_id)t))
			return true;
	return snprintf(path, sizeof(path), "%s/" EXEC_TABLE_FILE, d->env->run_dir) <
		   (int)sizeof(path) &&
	       access(path, F_OK) == 0;
}

static void want_role(struct director *d, enum role role, bool wanted)
{
	parent_command(d->parent, role, wanted ? COMMAND_START_ROLE : COMMAND_STOP_ROLE);
}

void director_settings(struct director *d)
{
	struct global_row g = global_get(d);

	want_role(d, ROLE_AGENT, g.enable_snmp);
	want_role(d, ROLE_EXEC, executes(d));
}

/* ---- links ------------------------------------------------------------ */

struct peer {
	struct director *d;
	enum role role;
};

static struct peer peers[ROLE_COUNT]; /* main has one link to each role */

static void first_word(struct peer *p);

static void on_up(void *arg)
{
	struct peer *p = arg;

	log_info("process %s: the link is up", role_name(p->role));
	if (p->role == ROLE_LVS) {
		own_tell(p->d);
		link_send(p->d->links[p->role], MSG_BARRIER, OWN_TOLD, NULL);
	}
	if (p->d->awaited & 1u << p->role)
		link_send(p->d->links[p->role], MSG_BARRIER, FIRST_WORD, NULL);
}

static void on_message(void *arg, struct msg *m, struct mono now)
{
	struct peer *p = arg;
	struct result r;

	(void)now;
	if (p->role == ROLE_AGENT)
		jobs_message(p->d->agent, m);
	else if (m->type != MSG_RESULT || !wire_get_result(&m->body, &r))
		return;
	else if (m->id == FIRST_WORD)
		first_word(p);
	else if (m->id == OWN_TOLD && r.status == RESULT_OK)
		own_settled(p->d);
	else
		jobs_barrier(p->d->jobs, p->role, m->id, &r);
}

static void drop_link(struct director *d, enum role role)
{
	if (!d->links[role])
		return;
	if (role == ROLE_AGENT) {
		jobs_client_gone(d->agent);
		d->agent->link = NULL;
	}
	link_close(d->links[role]);
	d->links[role] = NULL;
	if (role != ROLE_AGENT)
		jobs_worker_gone(d->jobs, role);
}

static void on_down(void *arg, const char *why)
{
	struct peer *p = arg;

	bool offended = link_is_offended(p->d->links[p->role]);

	log_at(offended ? LOG_LV_WARN : LOG_LV_INFO, "process %s: the link is down: %s",
	       role_name(p->role), why);
	if (offended)
		parent_command(p->d->parent, p->role, COMMAND_REPLACE_ROLE);
	drop_link(p->d, p->role);
}

static void exec_has_begun(struct director *d);

static bool calls_for_programs(enum table_id t, const struct fieldset *changed)
{
	switch (t) {
	case T_VRRP_INSTANCE:
	case T_SYNC_GROUP:
		return fieldset_has_name(changed, t, "state");
	case T_VIRTUAL_SERVER:
		return fieldset_has_name(changed, t, "quorum_state");
	case T_REAL_SERVER:
		return fieldset_has_name(changed, t, "health");
	default:
		return false;
	}
}

static void on_nodes(void *arg, struct mono now)
{
	struct director *d = arg;

	(void)now;
	nodes_count(d->live);
}

static void count_nodes_soon(struct director *d)
{
	if (!d->nodes.armed)
		timer_after(&d->nodes, NODES_NS);
}

/* Each change of a state is passed on to exec at once: it may be one of several. */
static void on_row(void *arg, enum table_id t, const void *row, const struct fieldset *changed,
		   const void *old)
{
	struct peer *p = arg;

	(void)old;
	tracked_seen(p->d->live, t, row, changed);
	if (p->role == ROLE_LVS) {
		remembered_seen(p->d->remembered, t, changed);
		own_seen(p->d, t, changed);
	}
	sources_seen(p->d->live, t, row, changed);
	suspended_seen(p->d->live, t, row, changed);
	sync_role_seen(p->d->live, t, row, changed);
	if (nodes_counts_change(t, changed))
		count_nodes_soon(p->d);
	if (p->d->links[ROLE_EXEC] && calls_for_programs(t, changed))
		link_push(p->d->links[ROLE_EXEC]);
	if (t == T_EXEC && ((const struct exec_row *)row)->started)
		exec_has_begun(p->d);
}

static const struct link_ops peer_ops = {
    .up = on_up, .row = on_row, .message = on_message, .down = on_down};

static void open_link(struct director *d, enum role role, int fd)
{
	drop_link(d, role);
	peers[role] = (struct peer){.d = d, .role = role};
	d->links[role] = link_open(d->loop, fd, ROLE_MAIN, role, d->live, &peer_ops, &peers[role]);
	if (role == ROLE_AGENT)
		d->agent->link = d->links[role];
}

/* Those that are shown states, and so none before the workers have spoken. */
static bool is_spectator(enum role role)
{
	return role == ROLE_AGENT || role == ROLE_EXEC;
}

static void keep_early(struct director *d, enum role role, int fd)
{
	if (d->early_fd[role] >= 0)
		close(d->early_fd[role]);
	d->early_fd[role] = fd;
}

static bool comes_early(const struct director *d, enum role role)
{
	if (d->exec_first)
		return role != ROLE_EXEC;
	return is_spectator(role) && d->awaited;
}

static void on_link(void *arg, enum role role, int fd)
{
	struct director *d = arg;

	if (role != ROLE_VRRP && role != ROLE_LVS && !is_spectator(role))
		close(fd);
	else if (comes_early(d, role))
		keep_early(d, role, fd);
	else
		open_link(d, role, fd);
}

static void open_early(struct director *d)
{
	for (int r = 0; r < ROLE_COUNT; r++) {
		int fd = d->early_fd[r];

		if (fd < 0 || comes_early(d, (enum role)r))
			continue;
		d->early_fd[r] = -1;
		open_link(d, (enum role)r, fd);
	}
}

/* ---- the workers' first word ------------------------------------------ */

static void show(struct director *d)
{
	timer_cancel(&d->first_word);
	reload_shown(d);
	d->awaited = 0;
	open_early(d);
	director_settings(d); /* not before: who starts would take the others' time */
	if (d->reads_again)
		jobs_reload(d->jobs, &(struct trial){.who = "start"});
	control_serve(d->control);
}

static void first_word(struct peer *p)
{
	if (!p->d->awaited)
		return;
	p->d->awaited &= ~(1u << p->role);
	if (!p->d->awaited)
		show(p->d);
}

static void on_silence(void *arg, struct mono now)
{
	struct director *d = arg;

	(void)now;
	for (int r = 0; r < ROLE_COUNT; r++)
		if (d->awaited & 1u << r)
			log_warnx(
			    "process %s: it has not told what it sees: its rows are shown without",
			    role_name((enum role)r));
	show(d);
}

/* ---- exec goes first ---------------------------------------------------- */

static void exec_has_begun(struct director *d)
{
	if (!d->exec_first)
		return;
	d->exec_first = false;
	timer_cancel(&d->exec_limit);
	timer_after(&d->first_word, FIRST_WORD_NS);
	open_early(d);
}

static void on_exec_limit(void *arg, struct mono now)
{
	(void)now;
	log_warnx("process exec: it has not begun: what is first to be executed is not");
	exec_has_begun(arg);
}

/* A startup script that a reload brings comes too late: the daemon has begun. */
static void begin_without_exec(struct director *d)
{
	struct exec_row e = *(const struct exec_row *)store_single(d->live, T_EXEC);

	e.started = true;
	store_put(d->live, T_EXEC, &e, F_SEEN, NULL);
}

static void await_workers(struct director *d)
{
	const struct exec_row *e = store_single(d->live, T_EXEC);

	d->awaited = d->env->workers;
	timer_init(&d->first_word, d->loop, on_silence, d);
	timer_init(&d->exec_limit, d->loop, on_exec_limit, d);
	d->exec_first = executes(d) && !(d->continues && e->started);
	if (d->exec_first)
		timer_after(&d->exec_limit, EXEC_LIMIT_NS + e->startup_timeout_ms * NS_PER_MS);
	else
		timer_after(&d->first_word, FIRST_WORD_NS);
	if (!d->exec_first)
		begin_without_exec(d);
}

/* ---- the guardian's word ---------------------------------------------- */

static void on_stop(void *arg, enum stop_mode mode)
{
	struct director *d = arg;

	d->stopping = true;
	if (mode == STOP_HANDOVER)
		handover_leave_states(d->live, d->env->run_dir);
	loop_stop(d->loop);
}

/* Memory and processor time of a process as /proc shows them; zero when it is gone. */
static void proc_usage(uint32_t pid, uint64_t *cpu_ms, uint64_t *memory_kb)
{
	unsigned long long utime = 0, stime = 0, pages = 0;
	char path[64], line[512];
	FILE *f;
	char *p;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	f = pid ? fopen(path, "re") : NULL;
	if (!f)
		return;
	p = fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;
	if (p && sscanf(p + 1,
			" %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d "
			"%*d %*d %*d %*u %*u %llu",
			&utime, &stime, &pages) == 3) {
		*cpu_ms = (utime + stime) * 1000 / (uint64_t)sysconf(_SC_CLK_TCK);
		*memory_kb = pages * (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
	}
	fclose(f);
}

static void on_process(void *arg, const struct parent_msg *m)
{
	struct director *d = arg;
	struct process_row row;

	row_init(T_PROCESS, &row);
	TEXT_COPY(row.role, role_name((enum role)m->role));
	row.pid = m->pid;
	row.state = (uint8_t)m->state;
	row.restarts = m->restarts;
	row.started.ns = (int64_t)m->started_ns;
	row.heartbeat.ns = (int64_t)m->heartbeat_ns;
	row.worst_lateness_us = m->lateness_us;
	proc_usage(m->pid, &row.cpu_ms, &row.memory_kb);
	store_put(d->live, T_PROCESS, &row, F_SEEN, NULL);
	if (m->role == ROLE_MAIN && m->restarts)
		exec_has_begun(d);
	if (m->role == ROLE_VRRP)
		silence_of_vrrp(d->live, (int64_t)m->silence_ns);
}

static void on_signal(void *arg, int signo)
{
	struct director *d = arg;

	if (signo == SIGHUP)
		jobs_reload(d->jobs, &(struct trial){.who = "signal"});
}

static const struct parent_ops parent_ops = {
    .link = on_link, .stop = on_stop, .process = on_process, .signal = on_signal};

/* ---- start and end ---------------------------------------------------- */

static void first_state(struct director *d)
{
	struct global_row g = global_get(d);

	TEXT_COPY(g.version, PACKAGE_VERSION);
	g.started = mono_read();
	global_put(d, &g);
	store_single(d->live, T_AGENT);
	director_changed(d);
	nodes_count(d->live);
}

/* A change whose time ran out while nobody was there is not in force for a moment. */
static void end_old_trial(struct director *d, char ret[TEXT_MAX])
{
	struct overlay *before = confirm_overlay_of_before(d->confirm);

	ret[0] = '\0';
	if (!before)
		return;
	if (overlay_save(before, d->env->state_dir) != 0) {
		overlay_free(before); /* it is tried again when the loop runs */
		return;
	}
	log_warnx("%s no more: its time is over, what was before is in force",
		  confirm_text(d->confirm, ret, TEXT_MAX));
	overlay_free(d->overlay);
	d->overlay = before;
	if (confirm_end(d->confirm))
		log_errx("change: %s/unconfirmed cannot be removed", d->env->state_dir);
}

static void note_old_trial(struct director *d, const char *text)
{
	struct change_log_row row = {.source = SOURCE_FILE, .result = CHANGE_DONE};

	if (!*text)
		return;
	TEXT_COPY(row.object, "overlay");
	TEXT_COPY(row.new_value, "as before");
	snprintf(row.result_text, sizeof(row.result_text), "%.90s no more: its time is over", text);
	changelog_add(d->changelog, &row);
	changelog_write(d->changelog, true);
}

/* The states of before, so that nothing of them has changed when the workers look for themselves.
 */
static void take_over(struct director *d)
{
	d->continues = handover_take_states(d->live, d->env->run_dir);
	if (!d->continues)
		return;
	derive(d);
	nodes_count(d->live);
}

static void stop(struct director *d)
{
	for (int r = 0; r < ROLE_COUNT; r++) {
		drop_link(d, (enum role)r);
		keep_early(d, (enum role)r, -1);
	}
	timer_stop(&d->first_word);
	timer_stop(&d->exec_limit);
	timer_stop(&d->nodes);
	control_close(d->control);
	remembered_free(d->remembered);
	own_free(d);
	jobs_free(d->jobs);
	changelog_free(d->changelog);
	parent_close(d->parent);
	overlay_free(d->overlay);
	store_free(d->file);
	store_free(d->wanted);
	store_free(d->live);
	store_free(d->departed);
	loop_free(d->loop);
}

int main_main(const struct role_env *env)
{
	struct client agent = {.source = SOURCE_SNMP, .may_change = true, .who = "snmp"};
	char ended[TEXT_MAX];
	struct director d = {.env = env, .agent = &agent};

	for (int r = 0; r < ROLE_COUNT; r++)
		d.early_fd[r] = -1;
	agent.d = &d;
	d.loop = loop_new();
	timer_init(&d.nodes, d.loop, on_nodes, &d);
	d.live = store_new();
	d.departed = store_new();
	d.overlay = overlay_new();
	d.jobs = jobs_new(&d);
	d.overlay_error = overlay_load_or_keep(d.overlay, env->state_dir);
	end_old_trial(&d, ended);
	own_load(&d);
	reload_first(&d);
	first_state(&d);
	d.remembered = remembered_new(d.loop, d.live, env->state_dir);
	remembered_load(d.remembered);
	take_over(&d);
	confirm_start(d.confirm);
	d.changelog = changelog_new(d.loop, d.live, env->state_dir);
	changelog_load(d.changelog);
	note_old_trial(&d, ended);
	authors_load(d.live);
	d.control = control_open(&d);
	await_workers(&d);
	d.parent = parent_open(d.loop, &parent_ops, &d);
	parent_log_level(d.parent, log_level_of(LOG_AREA_GUARDIAN));
	parent_ready(d.parent);
	if (d.exec_first)
		want_role(&d, ROLE_EXEC, true);
	loop_run(d.loop);
	stop(&d);
	return 0;
}
