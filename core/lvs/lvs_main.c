/*
 * lvs_main: the role that balances load: its links, and the engine behind them.
 *
 * The guardian gives the end of a link to main, again each time main was restarted. Main says
 * what is wanted (rows of virtual servers, real servers, checks), this process writes what is
 * seen into the same rows, and the link carries both. While there is no main, checks, drains
 * and statistics go on with the rows as they are; a new snapshot changes only what differs.
 *
 * Nothing is written to the kernel before the first snapshot is complete: a half-known table
 * would take out servers that are merely not told yet.
 *
 * MSG_BARRIER is main's question whether all it said before is in force. Netlink is written
 * synchronously, so the answer can be given at once.
 */
#include "base/cpus.h"
#include "base/log.h"
#include "base/process.h"
#include "base/text.h"
#include "ipc/link.h"
#include "ipc/parent.h"
#include "lvs/engine.h"
#include "lvs/forwards.h"
#include "lvs/ipvs_kernel.h"
#include "lvs/quiescent.h"
#include "model/rows.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct lvs {
	struct loop *loop;
	struct parent *parent;
	struct store *store;
	struct link *main;
	struct engine *engine;
	bool keep;
};

/* ---- main ------------------------------------------------------------ */

static void on_up(void *arg)
{
	struct lvs *l = arg;

	engine_start(l->engine);
}

static void use_global(const struct global_row *g, const struct fieldset *changed)
{
	log_levels_use(g->log_level);
	if (fieldset_has_name(changed, T_GLOBAL, "checker_process_name"))
		process_called(g->checker_process_name);
	if (!fieldset_has_name(changed, T_GLOBAL, "checker_cpu_affinity"))
		return;
	errno = cpus_use(g->checker_cpu_affinity);
	if (errno)
		log_warn("process lvs: checker_cpu_affinity %s cannot be set",
			 g->checker_cpu_affinity);
}

static void on_row(void *arg, enum table_id t, const void *row, const struct fieldset *changed,
		   const void *old)
{
	struct lvs *l = arg;

	(void)old;
	if (t == T_GLOBAL) {
		use_global(row, changed);
		engine_use_global(l->engine, row);
	}
	engine_touch(l->engine, t, row);
}

static void on_gone(void *arg, enum table_id t, const void *row)
{
	struct lvs *l = arg;

	engine_forget(l->engine, t, row);
}

static void answer_barrier(struct lvs *l, struct msg *m)
{
	struct result r = {.status = RESULT_OK};

	if (!engine_settle(l->engine, r.text))
		r.status = RESULT_COMMIT_FAILED;
	link_send_result(l->main, m->id, &r);
}

static void answer(void *arg, uint32_t id)
{
	struct lvs *l = arg;

	if (l->main)
		link_send_result(l->main, id, &(struct result){.status = RESULT_OK});
}

/* Each of them may call for a program. */
static void on_event(void *arg)
{
	struct lvs *l = arg;

	if (l->main)
		link_push(l->main);
}

/* Reads "WORD VS RS"; false when it is something else. */
static bool read_server(const char *words, char vs[NAME_VS], char rs[NAME_RS])
{
	char word[TEXT_MAX];

	return text_word(&words, word, sizeof(word)) && text_word(&words, vs, NAME_VS) &&
	       text_word(&words, rs, NAME_RS);
}

static void answer_command(struct lvs *l, struct msg *m)
{
	struct result r = {.status = RESULT_REFUSED};
	char words[TEXT_MAX] = "", vs[NAME_VS], rs[NAME_RS];

	cursor_str(&m->body, words, sizeof(words));
	if (text_eq(words, "stats")) {
		engine_ask_stats(l->engine);
		r.status = RESULT_OK;
	} else if (text_eq(words, "look")) {
		engine_refresh(l->engine);
		r.status = RESULT_OK;
	} else if (text_eq(words, "flush")) {
		engine_flush(l->engine);
		r.status = RESULT_OK;
	} else if (strncmp(words, "leftover ", 9) == 0) {
		r.status = engine_leftover(l->engine, words + 9) ? RESULT_OK : RESULT_REFUSED;
	} else if (strncmp(words, "check-now ", 10) != 0 || !read_server(words, vs, rs)) {
		TEXT_COPY(r.text,
			  "lvs knows five commands: stats, look, check-now, leftover, flush");
	} else if (engine_ask(l->engine, vs, rs, m->id)) {
		return;
	} else {
		TEXT_COPY(r.text, "this server has no check that runs now");
	}
	link_send_result(l->main, m->id, &r);
}

static void on_message(void *arg, struct msg *m, struct mono now)
{
	struct lvs *l = arg;

	(void)now;
	if (m->type == MSG_BARRIER)
		answer_barrier(l, m);
	else if (m->type == MSG_COMMAND)
		answer_command(l, m);
	else
		log_debug("process lvs: message of type %u from main is not for it", m->type);
}

static void on_down(void *arg, const char *why)
{
	struct lvs *l = arg;

	link_without_main(&l->main, ROLE_LVS, why);
	engine_drop_asks(l->engine);
}

static const struct link_ops main_ops = {on_up, on_row, on_gone, on_message, on_down};

/* ---- the guardian ---------------------------------------------------- */

static void on_link(void *arg, enum role role, int fd)
{
	struct lvs *l = arg;

	if (role == ROLE_MAIN)
		engine_drop_asks(l->engine);
	link_to_main(&l->main, l->loop, fd, ROLE_LVS, role, l->store, &main_ops, l);
}

static void on_stop(void *arg, enum stop_mode mode)
{
	struct lvs *l = arg;

	if (mode == STOP_RELEASE && !l->keep)
		engine_release(l->engine);
	loop_stop(l->loop);
}

static const struct parent_ops parent_ops = {.link = on_link, .stop = on_stop};

/* Every check under way needs a socket. */
static void raise_file_limit(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) < 0)
		return;
	r.rlim_cur = r.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &r) < 0)
		log_warn("process lvs: cannot raise the limit of open files");
}

/* The thread is in the other namespace while its sockets and files there are opened. */
void lvs_prepare(const struct role_env *env)
{
	int own, r;

	if (env->ipvs_namespace < 0)
		return;
	own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (own < 0 || setns(env->ipvs_namespace, CLONE_NEWNET) < 0)
		fatal("process lvs: cannot enter the network namespace of the IPVS table");
	r = ipvs_kernel_keep();
	quiescent_keep();
	forwards_keep();
	if (setns(own, CLONE_NEWNET) < 0)
		fatal("process lvs: cannot return to its network namespace");
	close(own);
	close(env->ipvs_namespace);
	if (r < 0)
		fatalx("process lvs: no netlink socket for the IPVS table: %s", strerror(-r));
}

int lvs_main(const struct role_env *env)
{
	struct lvs l = {.loop = loop_new(), .store = store_new(), .keep = env->keep_lvs};

	raise_file_limit();
	loop_batches(l.loop);
	l.engine = engine_new(l.loop, l.store);
	engine_on_answer(l.engine, answer, &l);
	engine_on_event(l.engine, on_event, &l);
	l.parent = parent_open(l.loop, &parent_ops, &l);
	parent_ready(l.parent);
	loop_run(l.loop);
	if (l.main)
		link_close(l.main);
	parent_close(l.parent);
	engine_free(l.engine);
	store_free(l.store);
	loop_free(l.loop);
	return 0;
}
