/*
 * exec_run: the runner against real programs: how they end and what is told of it, time-outs, the
 * group, what a program inherits and what not, who it is, how many run at once; and what is left
 * of them when the process that ran them dies.
 */
#include "base/log.h"
#include "exec/command.h"
#include "exec/leftovers.h"
#include "exec/run.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_NS (20 * NS_PER_S)

static struct loop *loop;
static struct runner *runner;
static unsigned done; /* results */
static struct run_result last;
static int order[256];
static char folder[] = "/tmp/halvard-run-XXXXXX";

static void on_done(void *arg, const struct run_result *r, struct mono now)
{
	(void)now;
	order[done++ % 256] = (int)(intptr_t)arg;
	last = *r;
	loop_stop(loop);
}

static void give_up(void *arg, struct mono now)
{
	(void)arg, (void)now;
	loop_stop(loop);
}

static void await(unsigned results)
{
	struct timer limit = {0};

	timer_init(&limit, loop, give_up, NULL);
	timer_after(&limit, PATIENCE_NS);
	while (done < results && limit.armed)
		loop_run(loop);
	timer_stop(&limit);
	assert_int_equal(done, results);
}

static const char *at(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static struct run *begin(const char *script, int64_t timeout_ns, int number)
{
	const char *argv[] = {"sh", "-c", script, "sh", folder, NULL};
	const struct run_spec s = {.name = "test",
				   .program = "/bin/sh",
				   .argv = argv,
				   .uid = getuid(),
				   .gid = getgid(),
				   .timeout_ns = timeout_ns,
				   .listen = true};

	return run_start(runner, &s, on_done, (void *)(intptr_t)number);
}

static struct run_result run(const char *script, int64_t timeout_ns)
{
	unsigned before = done;

	assert_non_null(begin(script, timeout_ns, 0));
	await(before + 1);
	return last;
}

static int setup(void **state)
{
	(void)state;
	done = 0;
	loop = loop_new();
	runner = runner_new(loop);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	runner_free(runner);
	loop_free(loop);
	return 0;
}

/* ---- ends ------------------------------------------------------------------ */

static void ends_are_told(void **state)
{
	struct run_result r = run("exit 3", 0);
	char text[64];

	(void)state;
	assert_int_equal(r.outcome, RUN_EXITED);
	assert_int_equal(r.value, 3);
	assert_string_equal(run_result_text(&r, text, sizeof(text)), "ended with status 3");
	r = run("kill -9 $$", 0);
	assert_int_equal(r.outcome, RUN_SIGNALLED);
	assert_int_equal(r.value, SIGKILL);
	r = run("echo what is wrong >&2; echo more >&2; exit 1", 0);
	assert_string_equal(r.said, "what is wrong");
}

static void one_that_says_much_is_not_held_up(void **state)
{
	struct run_result r = run("echo first >&2; head -c 1000000 /dev/zero >&2", 10 * NS_PER_S);

	(void)state;
	assert_int_equal(r.outcome, RUN_EXITED);
	assert_int_equal(r.value, 0);
	assert_string_equal(r.said, "first");
}

static void what_cannot_be_executed_says_why(void **state)
{
	const char *argv[] = {"none", NULL};
	struct run_spec s = {.name = "test",
			     .program = "/nonexistent/program",
			     .argv = argv,
			     .uid = getuid(),
			     .gid = getgid()};

	(void)state;
	assert_non_null(run_start(runner, &s, on_done, NULL));
	await(1);
	assert_int_equal(last.outcome, RUN_NOT_STARTED);
	assert_int_equal(last.value, ENOENT);
	s.program = "/etc/passwd";
	assert_non_null(run_start(runner, &s, on_done, NULL));
	await(2);
	assert_int_equal(last.outcome, RUN_NOT_STARTED);
	assert_int_equal(last.value, EACCES);
}

/* A process that cannot be begun is told from the loop, and not from within run_start(). */
static void no_descriptor_left(void **state)
{
	int fds[1024], n = 0;

	(void)state;
	while (n < 1024 && (fds[n] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
		n++;
	if (n < 1024) {
		assert_non_null(begin("exit 0", 0, 0));
		assert_non_null(begin("exit 0", 0, 0));
		run_cancel(begin("exit 0", 0, 0));
		assert_int_equal(done, 0);
		await(2);
		assert_int_equal(last.outcome, RUN_NOT_STARTED);
		assert_int_equal(last.value, EMFILE);
	}
	while (n)
		close(fds[--n]);
	assert_int_equal(run("exit 0", 0).outcome, RUN_EXITED);
}

/* ---- time ------------------------------------------------------------------- */

static void a_program_out_of_time_is_told_first(void **state)
{
	struct run_result r =
	    run("trap 'exit 5' TERM; while :; do sleep 0.01; done", 200 * NS_PER_MS);

	(void)state;
	assert_int_equal(r.outcome, RUN_TIMED_OUT);
	assert_int_equal(r.value, 0);
	assert_true(r.took_ns >= 200 * NS_PER_MS);
}

/* The group, for the shell waits for what it runs. */
static void and_killed_with_all_that_it_runs(void **state)
{
	struct run_result r = run("trap '' TERM; sh -c 'trap \"\" TERM; echo $$ >$0/inner; "
				  "while :; do sleep 0.01; done' $1",
				  200 * NS_PER_MS);
	FILE *f = fopen(at("inner"), "re");
	int pid = 0;

	(void)state;
	assert_int_equal(r.outcome, RUN_TIMED_OUT);
	assert_int_equal(r.value, SIGKILL);
	assert_true(r.took_ns >= RUN_GRACE_NS);
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%d", &pid), 1);
	fclose(f);
	for (int i = 0; i < 1000 && kill(pid, 0) == 0; i++)
		usleep(10000); /* until it is nobody's child any more */
	assert_true(kill(pid, 0) < 0 && errno == ESRCH);
}

static void what_is_cancelled_ends_and_is_not_told(void **state)
{
	struct run *r = begin("sleep 100", 0, 1);
	pid_t pid = run_pid(r);

	(void)state;
	run_cancel(r);
	run("exit 0", 0);
	for (int i = 0; i < 100 && runner_load(runner); i++)
		run("sleep 0.05", 0);
	assert_int_equal(runner_load(runner), 0);
	assert_true(kill(pid, 0) < 0 && errno == ESRCH);
	for (unsigned i = 0; i < done; i++)
		assert_int_equal(order[i % 256], 0);
}

static void so_many_at_once(void **state)
{
	(void)state;
	for (int i = 0; i < RUNS_AT_ONCE + 20; i++) {
		const struct run *r = begin("sleep 0.2", 0, i);

		assert_int_equal(run_pid(r) != 0, i < RUNS_AT_ONCE);
	}
	assert_int_equal(runner_load(runner), RUNS_AT_ONCE + 20);
	run_cancel(begin("sleep 100", 0, -1)); /* one that waits */
	await(RUNS_AT_ONCE + 20);
	assert_int_equal(runner_load(runner), 0);
	for (int i = 0; i < RUNS_AT_ONCE + RUNS_WAITING_MAX; i++)
		assert_non_null(begin("sleep 100", 0, i));
	assert_null(begin("sleep 100", 0, 0));
}

/* ---- what it is -------------------------------------------------------------- */

static void it_inherits_nothing(void **state)
{
	int fd = open("/dev/null", O_RDONLY); /* without O_CLOEXEC */

	(void)state;
	signal(SIGTERM, SIG_IGN);
	setenv("LD_PRELOAD_OF_TEST", "x", 1);
	assert_int_equal(run("test $(ls /proc/self/fd | wc -l) = 4", 0).value, 0);
	assert_int_equal(run("kill -TERM $$; exit 0", 0).outcome, RUN_SIGNALLED);
	assert_int_equal(run("test -z \"$LD_PRELOAD_OF_TEST\" && test -n \"$PATH\"", 0).value, 0);
	assert_int_equal(run("test $PWD = / && test -z \"$(cat)\"", 0).value, 0);
	assert_int_equal(run("test $(ps -o pgid= -p $$) = $$", 0).value, 0);
	signal(SIGTERM, SIG_DFL);
	close(fd);
}

static void it_reads_what_it_is_given(void **state)
{
	static char text[RUN_INPUT_MAX];
	const char *argv[] = {"sh", "-c", "test $(wc -c) = $1", "sh", "65535", NULL};
	struct run_spec s = {.name = "test",
			     .program = "/bin/sh",
			     .argv = argv,
			     .uid = getuid(),
			     .gid = getgid(),
			     .input = text};

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	assert_non_null(run_start(runner, &s, on_done, NULL));
	await(1);
	assert_int_equal(last.outcome, RUN_EXITED);
	assert_int_equal(last.value, 0);
}

static void it_is_the_user(void **state)
{
	const struct passwd *pw = getpwnam("nobody");
	const char *argv[] = {"sh", "-c", "test \"$(id -u) $(id -G)\" = \"$1\"", "sh", NULL, NULL};
	struct run_spec s = {.name = "test", .program = "/bin/sh", .argv = argv};
	char ids[64];

	(void)state;
	if (geteuid() != 0 || !pw || setegid(pw->pw_gid) < 0 || setegid(0) < 0)
		skip(); /* only root becomes another, where there are others */
	snprintf(ids, sizeof(ids), "%u %u", pw->pw_uid, pw->pw_gid);
	argv[4] = ids;
	s.uid = pw->pw_uid;
	s.gid = pw->pw_gid;
	assert_non_null(run_start(runner, &s, on_done, NULL));
	await(1);
	assert_int_equal(last.outcome, RUN_EXITED);
	assert_int_equal(last.value, 0);
}

/* ---- when the process that runs them dies --------------------------------------- */

static int read_number(const char *name)
{
	FILE *f = fopen(at(name), "re");
	int n = 0;

	if (f && fscanf(f, "%d", &n) != 1)
		n = 0;
	if (f)
		fclose(f);
	return n;
}

static int await_number(const char *name)
{
	int n = 0;

	for (int i = 0; i < 2000 && !(n = read_number(name)); i++)
		usleep(10000);
	return n;
}

static bool ends(int pid)
{
	for (int i = 0; i < 2000; i++) {
		char path[64], state = 'Z';
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%d/stat", pid);
		f = fopen(path, "re");
		if (f && fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
			state = 'Z';
		if (f)
			fclose(f);
		if (state == 'Z')
			return true;
		usleep(10000);
	}
	return false;
}

static void its_children_do_not_outlive_it(void **state)
{
	pid_t pid = fork();
	int outer, inner, daemon;

	(void)state;
	if (pid == 0) {
		setsid();
		loop = loop_new();
		runner = runner_new(loop);
		begin("cd $1; sh -c 'echo $$ >one; exec sleep 1000' & "
		      "setsid sh -c 'echo $$ >free; exec sleep 1000' & echo $$ >two; wait",
		      0, 0);
		loop_run(loop);
		_exit(0);
	}
	inner = await_number("one");
	outer = await_number("two");
	daemon = await_number("free");
	assert_true(inner && outer && daemon);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_true(ends(outer)); /* by itself */
	assert_int_equal(leftovers_end(pid), 1);
	assert_true(ends(inner));
	assert_int_equal(leftovers_end(pid), 0);
	assert_int_equal(kill(daemon, 0), 0); /* a daemon that it started is nobody's business */
	kill(daemon, SIGKILL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(ends_are_told, setup, teardown),
	    cmocka_unit_test_setup_teardown(one_that_says_much_is_not_held_up, setup, teardown),
	    cmocka_unit_test_setup_teardown(what_cannot_be_executed_says_why, setup, teardown),
	    cmocka_unit_test_setup_teardown(no_descriptor_left, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_program_out_of_time_is_told_first, setup, teardown),
	    cmocka_unit_test_setup_teardown(and_killed_with_all_that_it_runs, setup, teardown),
	    cmocka_unit_test_setup_teardown(what_is_cancelled_ends_and_is_not_told, setup,
					    teardown),
	    cmocka_unit_test_setup_teardown(so_many_at_once, setup, teardown),
	    cmocka_unit_test_setup_teardown(it_inherits_nothing, setup, teardown),
	    cmocka_unit_test_setup_teardown(it_reads_what_it_is_given, setup, teardown),
	    cmocka_unit_test_setup_teardown(it_is_the_user, setup, teardown),
	    cmocka_unit_test(its_children_do_not_outlive_it),
	};
	char remove[64];
	int failed;

	log_init(&(struct log_options){.ident = "exec_run", .levels.rest = LOG_LV_ERR});
	if (!mkdtemp(folder))
		return 77;
	chmod(folder, 0777);
	failed = cmocka_run_group_tests_name("run", tests, NULL, NULL);
	snprintf(remove, sizeof(remove), "rm -rf %s", folder);
	return system(remove) ? 1 : failed;
}
