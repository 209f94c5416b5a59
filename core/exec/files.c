/*
 * files: the number in each track_file, read when the file or its place in its folder changes
 * (process exec).
 *
 * inotify tells of the folder, so a file may be replaced or come later. What it cannot tell, a
 * folder that is not there yet or a link that leads elsewhere, is found by looking again each
 * AGAIN_NS. A file that is not there, cannot be read or holds no number counts as 0.
 *
 * init_file writes at the start of the director only: when nobody has looked at the file before. It
 * writes into a file and nothing else, and follows no link in its place, since the folder may be
 * another user's.
 */
#include "exec/trackers.h"

#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define AGAIN_NS (5 * NS_PER_S)
#define EVENTS   (IN_CLOSE_WRITE | IN_DELETE | IN_MOVE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

struct files {
	struct exec_env *env;
	int inotify; /* -1: none */
	struct watch watch;
	struct timer again;
};

/* ---- numbers ------------------------------------------------------------------- */

static int32_t number_in(const char *text, const char **why)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 0);
	if (end == text)
		*why = "it holds no number";
	return value > INT32_MAX ? INT32_MAX : value < INT32_MIN ? INT32_MIN : (int32_t)value;
}

static int32_t read_number(const char *path, const char **why)
{
	char text[128];
	struct stat st;
	ssize_t n = -1;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	*why = "";
	if (fd >= 0 && fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		errno = EINVAL;
	else if (fd >= 0)
		n = read(fd, text, sizeof(text) - 1);
	if (n < 0)
		*why = strerror(errno);
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return 0;
	text[n] = '\0';
	return number_in(text, why);
}

static void init_file(const struct track_file_row *r)
{
	int fd = open(r->file,
		      O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW |
			  (r->overwrite ? 0 : O_EXCL),
		      0644);
	struct stat st;

	if (fd < 0 && errno == EEXIST)
		return;
	if (fd >= 0 && fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		log_warnx("track_file %s: %s is no file", r->name, r->file);
	else if (fd < 0 || ftruncate(fd, 0) < 0 || dprintf(fd, "%d\n", r->init_value) < 0)
		log_warn("track_file %s: cannot write %s", r->name, r->file);
	if (fd >= 0)
		close(fd);
}

static void look(struct files *f, const struct track_file_row *r, struct mono now)
{
	struct track_file_row row = *r;
	const char *why;

	if (row.state == TRACK_UNKNOWN && row.init_file)
		init_file(&row);
	row.value = read_number(row.file, &why);
	TEXT_COPY(row.result, why);
	row.state = TRACK_OK;
	if (row.value != r->value) {
		row.changes++;
		row.last_change = now;
		log_info("track_file %s: %d -> %d", row.name, r->value, row.value);
	}
	store_put(f->env->store, T_TRACK_FILE, &row, F_SEEN, NULL);
}

/* ---- watching ------------------------------------------------------------------ */

/* The folder of the file, links followed as far as there is something. */
static void watch_folder(struct files *f, const char *path)
{
	char real[PATH_MAX], *slash;

	if (!realpath(path, real) && !text_copy(real, sizeof(real), path))
		return;
	slash = strrchr(real, '/');
	if (!slash)
		return;
	slash[slash == real] = '\0';
	inotify_add_watch(f->inotify, real, EVENTS); /* the same folder twice is one watch */
}

static void look_at_all(struct files *f, struct mono now)
{
	STORE_EACH(f->env->store, T_TRACK_FILE, struct track_file_row, r)
	{
		if (f->inotify >= 0)
			watch_folder(f, r->file);
		look(f, r, now);
	}
}

/* Which folder it was is of no interest: there are few files. */
static void on_event(void *arg, int fd, int what, struct mono now)
{
	char events[4096];

	(void)what;
	while (read(fd, events, sizeof(events)) > 0)
		;
	look_at_all(arg, now);
}

static void on_again(void *arg, struct mono now)
{
	struct files *f = arg;

	look_at_all(f, now);
	timer_after(&f->again, AGAIN_NS);
}

static void stop_watching(struct files *f)
{
	timer_cancel(&f->again);
	if (f->inotify < 0)
		return;
	watch_stop(&f->watch);
	close(f->inotify);
	f->inotify = -1;
}

/* Begins anew, so that folders of no interest any more are forgotten. */
void files_apply(struct files *f, struct mono now)
{
	stop_watching(f);
	if (!store_count(f->env->store, T_TRACK_FILE))
		return;
	f->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (f->inotify >= 0)
		watch_start(&f->watch, f->env->loop, f->inotify, WATCH_READ, on_event, f);
	else
		log_warn("track_file: changes are noticed after %d s only",
			 (int)(AGAIN_NS / NS_PER_S));
	on_again(f, now);
}

struct files *files_new(struct exec_env *env)
{
	struct files *f = xcalloc(1, sizeof(*f));

	f->env = env;
	f->inotify = -1;
	timer_init(&f->again, env->loop, on_again, f);
	return f;
}

void files_free(struct files *f)
{
	stop_watching(f);
	timer_stop(&f->again);
	free(f);
}
