/*
 * run: programs that are executed for the configuration: one runner for the process, a run for
 * each program.
 *
 * A program is started by its words and never by a shell, in a process group of its own, as the
 * user that is asked for, with an environment that holds a path and nothing else, /dev/null or
 * given text as its input and no descriptor of ours. It is told to end (SIGTERM to the group) when
 * its time is over, and killed after a while. When this process dies the program does too
 * (PR_SET_PDEATHSIG), and what that has left behind is found by the next one (leftovers.h).
 *
 * So many run at once; more wait their turn, in order. Nothing here waits.
 */
#ifndef EXEC_RUN_H
#define EXEC_RUN_H

#include "base/loop.h"

#include <stddef.h>
#include <sys/types.h>

#define RUNS_AT_ONCE     32
#define RUNS_WAITING_MAX 4096
#define RUN_GRACE_NS     (2 * NS_PER_S) /* between SIGTERM and SIGKILL */
#define RUN_SAID_MAX     256

struct run_spec {
	const char *name;        /* in the log: "vrrp_script chk" */
	const char *program;     /* its path */
	const char *const *argv; /* ends with NULL; the first word is its name for itself */
	uid_t uid;
	gid_t gid;
	const char *groups_of; /* all groups of this user; NULL: gid alone */
	int64_t timeout_ns;    /* 0: it may take for ever */
	const char *input;     /* what it reads, or NULL; at most RUN_INPUT_MAX octets */
	bool listen;           /* keep the beginning of what it writes to stderr */
};

#define RUN_INPUT_MAX (64 * 1024)

enum run_outcome {
	RUN_EXITED,      /* value: the status */
	RUN_SIGNALLED,   /* value: the signal */
	RUN_TIMED_OUT,   /* value: the signal that ended it, 0: it ended itself when it was told */
	RUN_NOT_STARTED, /* value: errno */
};

struct run_result {
	enum run_outcome outcome;
	int value;
	int64_t took_ns;
	char said[RUN_SAID_MAX]; /* with `listen` */
};

struct runner;
struct run;

/* The run is gone when this returns. Never called from within run_start(). */
typedef void (*run_done_fn)(void *arg, const struct run_result *r, struct mono now);

struct runner *runner_new(struct loop *loop);
/* What runs is killed, what waits is forgotten; nobody is told. */
void runner_free(struct runner *r);
/* Runs now, or when there is room. Copies the spec. NULL: RUNS_WAITING_MAX wait already. */
struct run *run_start(struct runner *r, const struct run_spec *spec, run_done_fn done, void *arg);
/* Ends it now: SIGTERM, SIGKILL after the grace. Nobody is told of its end. */
void run_cancel(struct run *run);
/* Programs that run; and those that wait as well. */
unsigned runner_running(const struct runner *r);
unsigned runner_load(const struct runner *r);
/* 0 while it waits. */
pid_t run_pid(const struct run *run);

/* "ended with status 3", "ended by Killed", "took too long and was ended", ...; returns buf. */
const char *run_result_text(const struct run_result *r, char *buf, size_t size);

#endif
