/*
 * fifo: see fifo.h.
 *
 * A pipe is opened for reading too, so that writing goes on when its reader is restarted and no
 * SIGPIPE comes. A link in its place is not followed and what is no pipe is not written, since its
 * folder may be another user's. Its script gets its path as the last argument and is started again
 * when it ends, each time a little later.
 */
#include "exec/fifo.h"

#include "base/log.h"
#include "base/text.h"
#include "exec/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_PAUSE_NS NS_PER_S
#define LAST_PAUSE_NS  (60 * NS_PER_S)
#define STABLE_NS      (60 * NS_PER_S) /* a script that ran so long is forgiven */

struct fifo {
	struct fifos *all;
	struct exec_env *env;
	struct notify_fifo_row row; /* as it was opened; path "": it is none */
	int fd;
	bool full; /* and said so */
	struct run *run;
	struct timer restart;
	int64_t pause_ns;
};

struct fifos {
	struct exec_env *env;
	struct fifo kinds[FIFO_LVS];
	bool finishing;
	void (*done)(void *arg, struct mono now);
	void *arg;
};

static const char *kind_name(const struct fifo *f)
{
	return enum_name(fifo_kind_names, f->row.kind);
}

static void put_row(struct fifo *f)
{
	if (!store_find(f->env->store, T_NOTIFY_FIFO, &f->row))
		return;
	f->row.open = f->fd >= 0;
	f->row.script_pid = f->run ? (uint32_t)run_pid(f->run) : 0;
	store_put(f->env->store, T_NOTIFY_FIFO, &f->row, F_SEEN, NULL);
}

/* ---- its script ----------------------------------------------------------- */

static void finished(struct fifos *all, struct mono now)
{
	for (unsigned i = 0; i < FIFO_LVS; i++)
		if (all->kinds[i].run)
			return;
	if (all->done)
		all->done(all->arg, now);
}

/* Each time a little later. */
static void start_later(struct fifo *f)
{
	if (!f->pause_ns)
		f->pause_ns = FIRST_PAUSE_NS;
	timer_after(&f->restart, f->pause_ns);
	f->pause_ns = 2 * f->pause_ns < LAST_PAUSE_NS ? 2 * f->pause_ns : LAST_PAUSE_NS;
}

static void on_script_end(void *arg, const struct run_result *r, struct mono now)
{
	struct fifo *f = arg;
	char text[64];

	f->run = NULL;
	exec_count(f->env, r);
	if (f->all->finishing) {
		finished(f->all, now);
		return;
	}
	if (r->took_ns >= STABLE_NS || !f->pause_ns)
		f->pause_ns = FIRST_PAUSE_NS;
	log_warnx("notify_fifo %s: its script %s: started again in %d s", kind_name(f),
		  run_result_text(r, text, sizeof(text)), (int)(f->pause_ns / NS_PER_S));
	start_later(f);
	put_row(f);
}

static void start_script(struct fifo *f)
{
	const struct notify_fifo_row *r = &f->row;
	char name[64], why[TEXT_MAX] = "too many programs wait";
	struct command c;
	struct run_spec spec;

	if (!r->script[0] || f->run)
		return;
	snprintf(name, sizeof(name), "notify_fifo %s: script", kind_name(f));
	if (command_prepare(&c, exec_settings(f->env), r->script, r->script_user, r->script_group,
			    why)) {
		if (argv_add(&c.argv, r->path)) {
			spec = command_spec(&c, name, 0);
			f->run = run_start(f->env->runner, &spec, on_script_end, f);
		} else {
			TEXT_COPY(why, "the command is too long");
		}
	}
	if (f->run)
		return;
	log_warnx("%s: not run: %s", name, why);
	start_later(f);
}

static void on_restart(void *arg, struct mono now)
{
	struct fifo *f = arg;

	(void)now;
	start_script(f);
	put_row(f);
}

/* ---- the pipe --------------------------------------------------------------- */

/* The pipe is whose the line says. */
static void give_away(const struct fifo *f)
{
	char why[TEXT_MAX];
	struct command c;

	if (!command_user(&c, exec_settings(f->env), f->row.user, f->row.group, why))
		log_warnx("notify_fifo %s: %s stays root's: %s", kind_name(f), f->row.path, why);
	else if (fchown(f->fd, c.uid, c.gid) < 0)
		log_warn("notify_fifo %s: %s cannot be given to %s", kind_name(f), f->row.path,
			 c.user);
}

static bool is_pipe(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

/* false: it is not there, or no pipe. */
static bool open_pipe(struct fifo *f)
{
	f->fd = open(f->row.path, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (f->fd < 0) {
		log_warn("notify_fifo %s: %s cannot be opened", kind_name(f), f->row.path);
		return false;
	}
	if (is_pipe(f->fd))
		return true;
	log_warnx("notify_fifo %s: %s is no named pipe", kind_name(f), f->row.path);
	close(f->fd);
	f->fd = -1;
	return false;
}

static void remember(struct fifo *f, bool is_ours)
{
	struct exec_memory *m = f->env->memory;

	TEXT_COPY(m->fifo_path[f->row.kind - 1], f->row.path);
	m->fifo_made[f->row.kind - 1] = is_ours;
}

static bool is_ours(const struct fifo *f)
{
	const struct exec_memory *m = f->env->memory;

	return m->fifo_made[f->row.kind - 1] && text_eq(m->fifo_path[f->row.kind - 1], f->row.path);
}

static void fifo_open(struct fifo *f, const struct notify_fifo_row *row)
{
	bool before, made;

	f->row = *row;
	before = is_ours(f);
	made = mkfifo(f->row.path, S_IRUSR | S_IWUSR) == 0;
	if (!made && errno != EEXIST)
		log_warn("notify_fifo %s: %s cannot be made", kind_name(f), f->row.path);
	if (open_pipe(f)) {
		if (made)
			give_away(f);
		remember(f, made || before);
		start_script(f);
	}
	put_row(f);
}

/* Removed first, so that a reader that waits for another writer does not find it again. */
static void close_pipe(struct fifo *f)
{
	timer_cancel(&f->restart);
	if (f->fd >= 0) {
		if (is_ours(f) && unlink(f->row.path) < 0)
			log_warn("notify_fifo %s: %s cannot be removed", kind_name(f), f->row.path);
		remember(f, false);
		close(f->fd);
	}
	f->fd = -1;
	f->full = false;
}

static void fifo_close(struct fifo *f)
{
	close_pipe(f);
	if (f->run)
		run_cancel(f->run);
	f->run = NULL;
	f->pause_ns = 0;
	f->row = (struct notify_fifo_row){0};
}

static void write_line(struct fifo *f, const char *line, size_t len)
{
	bool done;

	if (f->fd < 0)
		return;
	done = write(f->fd, line, len) == (ssize_t)len; /* whole or not at all */
	if (!done && !f->full)
		log_warn("notify_fifo %s: %s is not read: what does not fit into it is lost",
			 kind_name(f), f->row.path);
	f->full = !done;
	f->row.written += done;
	f->row.lost += !done;
	put_row(f);
}

/* ---- all of them ------------------------------------------------------------- */

static bool same(const struct notify_fifo_row *a, const struct notify_fifo_row *b)
{
	struct fieldset wanted = fieldset_of(T_NOTIFY_FIFO, F_KEY | F_WANTED), differs;

	differs = row_diff(T_NOTIFY_FIFO, a, b, wanted);
	return fieldset_empty(&differs);
}

void fifos_apply(struct fifos *all)
{
	for (unsigned i = 0; i < FIFO_LVS; i++) {
		struct notify_fifo_row key = {.kind = (uint8_t)(i + 1)};
		const struct notify_fifo_row *row =
		    store_find(all->env->store, T_NOTIFY_FIFO, &key);
		struct fifo *f = &all->kinds[i];

		if (row && same(row, &f->row))
			continue;
		fifo_close(f);
		if (row)
			fifo_open(f, row);
	}
}

void fifos_tell(struct fifos *all, enum fifo_kind kind, const char *line)
{
	char text[256];
	int len = snprintf(text, sizeof(text), "%s\n", line);

	if (len >= (int)sizeof(text))
		return;
	write_line(&all->kinds[FIFO_ALL - 1], text, (size_t)len);
	write_line(&all->kinds[kind - 1], text, (size_t)len);
}

struct fifos *fifos_new(struct exec_env *env)
{
	struct fifos *all = xcalloc(1, sizeof(*all));

	all->env = env;
	for (unsigned i = 0; i < FIFO_LVS; i++) {
		all->kinds[i].all = all;
		all->kinds[i].env = env;
		all->kinds[i].fd = -1;
		timer_init(&all->kinds[i].restart, env->loop, on_restart, &all->kinds[i]);
	}
	return all;
}

void fifos_free(struct fifos *all)
{
	for (unsigned i = 0; i < FIFO_LVS; i++) {
		fifo_close(&all->kinds[i]);
		timer_stop(&all->kinds[i].restart);
	}
	free(all);
}

void fifos_finish(struct fifos *all, void (*done)(void *arg, struct mono now), void *arg)
{
	all->finishing = true;
	all->done = done;
	all->arg = arg;
	for (unsigned i = 0; i < FIFO_LVS; i++)
		close_pipe(&all->kinds[i]);
	finished(all, loop_now(all->env->loop));
}
