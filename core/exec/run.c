/*
 * run: see run.h.
 *
 * What cannot be executed says why: the child writes errno into a pipe that a successful exec
 * closes. SIGCHLD tells of ends; a program that is out of time is reaped only after its group was
 * killed, since its number could be another's after that. What a program writes is read to its end,
 * though only the beginning is kept: a full pipe would hold it up.
 */
#include "exec/run.h"

#include "base/log.h"
#include "exec/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/queue.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEAR_BURST 16 /* reads in one wake-up */

struct run {
	TAILQ_ENTRY(run) next;
	struct runner *runner;
	char *name, *program, *groups_of, *input;
	char **argv;
	struct run_spec spec; /* pointers: those above */
	run_done_fn done;     /* NULL: nobody is to be told */
	void *arg;
	pid_t pid; /* 0: it waits, or could not be started */
	int why;   /* pipe: errno of a failed exec */
	int said;  /* pipe: stderr, or -1 */
	struct watch hears;
	char heard[RUN_SAID_MAX]; /* its beginning */
	size_t nheard;
	int error; /* errno of a failed start */
	struct mono started;
	struct timer timer; /* its time, then the grace */
	bool told;          /* SIGTERM was sent */
	bool killed;
};

TAILQ_HEAD(runs, run);

struct runner {
	struct loop *loop;
	struct sigwatch sigchld;
	struct timer failed_start; /* tells of those that failed to start, from the loop */
	struct runs running, waiting, failed;
	unsigned nrunning, nwaiting;
};

/* ---- memory ------------------------------------------------------------------ */

static char **copy_argv(const char *const *argv)
{
	size_t n = 0;
	char **copy;

	while (argv[n])
		n++;
	copy = xcalloc(n + 1, sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		copy[i] = xstrdup(argv[i]);
	return copy;
}

static void on_timer(void *arg, struct mono now);

static struct run *run_new(struct runner *r, const struct run_spec *spec)
{
	struct run *run = xcalloc(1, sizeof(*run));

	run->runner = r;
	run->name = xstrdup(spec->name);
	run->program = xstrdup(spec->program);
	run->groups_of = spec->groups_of ? xstrdup(spec->groups_of) : NULL;
	run->input = spec->input ? xstrdup(spec->input) : NULL;
	run->argv = copy_argv(spec->argv);
	run->spec = *spec;
	run->spec.name = run->name;
	run->spec.program = run->program;
	run->spec.argv = (const char *const *)run->argv;
	run->spec.groups_of = run->groups_of;
	run->spec.input = run->input;
	run->why = run->said = -1;
	timer_init(&run->timer, r->loop, on_timer, run);
	return run;
}

static void close_pipes(struct run *run)
{
	watch_stop(&run->hears);
	if (run->why >= 0)
		close(run->why);
	if (run->said >= 0)
		close(run->said);
	run->why = run->said = -1;
}

static void run_free(struct run *run)
{
	close_pipes(run);
	timer_stop(&run->timer);
	for (char **w = run->argv; *w; w++)
		free(*w);
	free(run->argv);
	free(run->name);
	free(run->program);
	free(run->groups_of);
	free(run->input);
	free(run);
}

/* ---- starting ---------------------------------------------------------------- */

/* A file in memory: it cannot fill up and nobody has to feed it. */
static int input_file(const struct run *run)
{
	size_t len = run->input ? strlen(run->input) : 0;
	int fd;

	if (!run->input)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	fd = memfd_create("halvard-input", MFD_CLOEXEC);
	if (fd >= 0 && (write(fd, run->input, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) < 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool open_pipe(int ends[2])
{
	return pipe2(ends, O_CLOEXEC) == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

/* 0 or an errno. */
static int launch(struct run *run)
{
	int input = input_file(run), why[2] = {-1, -1}, said[2] = {-1, -1}, r = 0;
	pid_t self = getpid();

	if (input < 0 || !open_pipe(why) || (run->spec.listen && !open_pipe(said)))
		r = errno;
	else
		run->pid = fork();
	if (!r && run->pid == 0)
		child_run(&(struct child){.program = run->program,
					  .argv = run->spec.argv,
					  .uid = run->spec.uid,
					  .gid = run->spec.gid,
					  .groups_of = run->groups_of,
					  .input = input,
					  .said = said[1],
					  .why = why[1],
					  .parent = self});
	if (run->pid < 0) {
		r = errno;
		run->pid = 0;
	}
	close_fd(input);
	close_fd(why[1]);
	close_fd(said[1]);
	run->why = why[0];
	run->said = said[0];
	if (run->pid)
		setpgid(run->pid, run->pid); /* it does so itself: whoever is first */
	return r;
}

/* false: that was the end. */
static bool hear(struct run *run)
{
	char some[4096];
	ssize_t n = 1;

	for (int i = 0; i < HEAR_BURST && n > 0; i++) {
		size_t room = sizeof(run->heard) - 1 - run->nheard, more;

		n = read(run->said, some, sizeof(some));
		more = n > 0 ? (size_t)n : 0;
		more = more < room ? more : room;
		memcpy(run->heard + run->nheard, some, more);
		run->nheard += more;
	}
	return n != 0;
}

static void on_said(void *arg, int fd, int what, struct mono now)
{
	struct run *run = arg;

	(void)fd, (void)what, (void)now;
	if (!hear(run))
		watch_set(&run->hears, 0);
}

static void begin(struct run *run)
{
	struct runner *r = run->runner;

	run->started = loop_now(r->loop);
	run->error = launch(run);
	if (run->error) {
		close_pipes(run);
		TAILQ_INSERT_TAIL(&r->failed, run, next);
		timer_after(&r->failed_start, 0);
		return;
	}
	log_debug("%s: pid %d runs %s", run->name, (int)run->pid, run->program);
	TAILQ_INSERT_TAIL(&r->running, run, next);
	r->nrunning++;
	if (run->said >= 0)
		watch_start(&run->hears, r->loop, run->said, WATCH_READ, on_said, run);
	if (run->spec.timeout_ns)
		timer_after(&run->timer, run->spec.timeout_ns);
}

struct run *run_start(struct runner *r, const struct run_spec *spec, run_done_fn done, void *arg)
{
	struct run *run;

	if (r->nrunning >= RUNS_AT_ONCE && r->nwaiting >= RUNS_WAITING_MAX)
		return NULL;
	run = run_new(r, spec);
	run->done = done;
	run->arg = arg;
	if (r->nrunning < RUNS_AT_ONCE) {
		begin(run);
		return run;
	}
	TAILQ_INSERT_TAIL(&r->waiting, run, next);
	r->nwaiting++;
	return run;
}

static void begin_waiting(struct runner *r)
{
	while (r->nrunning < RUNS_AT_ONCE && !TAILQ_EMPTY(&r->waiting)) {
		struct run *run = TAILQ_FIRST(&r->waiting);

		TAILQ_REMOVE(&r->waiting, run, next);
		r->nwaiting--;
		begin(run);
	}
}

/* ---- ending ------------------------------------------------------------------- */

static void tell(struct run *run, const struct run_result *result, struct mono now)
{
	run_done_fn done = run->done;
	void *arg = run->arg;

	run_free(run);
	if (done)
		done(arg, result, now);
}

static void on_failed_start(void *arg, struct mono now)
{
	struct runner *r = arg;
	struct run *run = TAILQ_FIRST(&r->failed);
	struct run_result result = {.outcome = RUN_NOT_STARTED};

	if (!run)
		return;
	TAILQ_REMOVE(&r->failed, run, next);
	if (!TAILQ_EMPTY(&r->failed))
		timer_after(&r->failed_start, 0);
	result.value = run->error;
	tell(run, &result, now);
}

static void signal_group(struct run *run, int signo)
{
	if (kill(-run->pid, signo) < 0 && errno != ESRCH)
		log_warn("%s: pid %d cannot be signalled", run->name, (int)run->pid);
}

static void ask_to_end(struct run *run)
{
	run->told = true;
	signal_group(run, SIGTERM);
	timer_after(&run->timer, RUN_GRACE_NS);
}

static void on_timer(void *arg, struct mono now)
{
	struct run *run = arg;

	(void)now;
	if (!run->told) {
		ask_to_end(run);
		return;
	}
	run->killed = true;
	signal_group(run, SIGKILL);
}

void run_cancel(struct run *run)
{
	struct runner *r = run->runner;

	run->done = NULL;
	if (run->pid) {
		if (!run->told)
			ask_to_end(run);
		return;
	}
	if (run->error) {
		TAILQ_REMOVE(&r->failed, run, next);
	} else {
		TAILQ_REMOVE(&r->waiting, run, next);
		r->nwaiting--;
	}
	run_free(run);
}

static struct run_result result_of(struct run *run, const siginfo_t *end, struct mono now)
{
	struct run_result ret = {.took_ns = mono_diff(now, run->started)};
	bool by_signal = end->si_code != CLD_EXITED;
	int error;

	if (run->said >= 0)
		hear(run);
	memcpy(ret.said, run->heard, sizeof(ret.said));
	ret.said[strcspn(ret.said, "\n")] = '\0';
	ret.value = end->si_status;
	if (read(run->why, &error, sizeof(error)) == sizeof(error)) {
		ret.outcome = RUN_NOT_STARTED;
		ret.value = error;
	} else if (run->told) {
		ret.outcome = RUN_TIMED_OUT;
		ret.value = by_signal ? end->si_status : 0;
	} else {
		ret.outcome = by_signal ? RUN_SIGNALLED : RUN_EXITED;
	}
	return ret;
}

static struct run *find(struct runner *r, pid_t pid)
{
	struct run *run;

	TAILQ_FOREACH(run, &r->running, next)
	if (run->pid == pid)
		break;
	return run;
}

static void ended(struct run *run, const siginfo_t *end, struct mono now)
{
	struct runner *r = run->runner;
	struct run_result result = result_of(run, end, now);
	char text[64];

	log_debug("%s: pid %d %s", run->name, (int)run->pid,
		  run_result_text(&result, text, sizeof(text)));
	TAILQ_REMOVE(&r->running, run, next);
	r->nrunning--;
	tell(run, &result, now);
}

static void on_sigchld(void *arg, int signo, struct mono now)
{
	struct runner *r = arg;
	siginfo_t end = {0};

	(void)signo;
	while (waitid(P_ALL, 0, &end, WEXITED | WNOHANG | WNOWAIT) == 0 && end.si_pid) {
		struct run *run = find(r, end.si_pid);

		if (run && run->told)
			signal_group(run, SIGKILL);
		waitpid(end.si_pid, NULL, WNOHANG);
		if (run)
			ended(run, &end, now);
		end = (siginfo_t){0};
	}
	begin_waiting(r);
}

/* ---- the runner ---------------------------------------------------------------- */

struct runner *runner_new(struct loop *loop)
{
	struct runner *r = xcalloc(1, sizeof(*r));

	r->loop = loop;
	TAILQ_INIT(&r->running);
	TAILQ_INIT(&r->waiting);
	TAILQ_INIT(&r->failed);
	timer_init(&r->failed_start, loop, on_failed_start, r);
	sigwatch_start(&r->sigchld, loop, SIGCHLD, on_sigchld, r);
	return r;
}

static void drop_all(struct runs *runs)
{
	struct run *run;

	while ((run = TAILQ_FIRST(runs))) {
		TAILQ_REMOVE(runs, run, next);
		if (run->pid)
			signal_group(run, SIGKILL);
		run_free(run);
	}
}

void runner_free(struct runner *r)
{
	drop_all(&r->running);
	drop_all(&r->waiting);
	drop_all(&r->failed);
	sigwatch_stop(&r->sigchld);
	timer_stop(&r->failed_start);
	free(r);
}

unsigned runner_running(const struct runner *r)
{
	return r->nrunning;
}

unsigned runner_load(const struct runner *r)
{
	return r->nrunning + r->nwaiting;
}

pid_t run_pid(const struct run *run)
{
	return run->pid;
}

const char *run_result_text(const struct run_result *r, char *buf, size_t size)
{
	switch (r->outcome) {
	case RUN_EXITED:
		snprintf(buf, size, "ended with status %d", r->value);
		break;
	case RUN_SIGNALLED:
		snprintf(buf, size, "was ended by %s", strsignal(r->value));
		break;
	case RUN_TIMED_OUT:
		snprintf(buf, size, "took too long and was ended");
		break;
	case RUN_NOT_STARTED:
		snprintf(buf, size, "cannot be run: %s", strerror(r->value));
		break;
	}
	return buf;
}
