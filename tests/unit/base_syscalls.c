/* syscalls: what a limited process cannot do any more, and what it still can. Each case runs in a
 * child, since a filter does not go away. */
#include "base/syscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Not when it is not built in, or the kernel has no seccomp: then chmod() with nonsense fails for
 * another reason. prctl(PR_GET_SECCOMP) would itself be refused. */
static bool limits(void)
{
	return chmod("", 0) < 0 && errno == EPERM;
}

/* The status of a child that runs `body` under a filter. */
static int in_child(unsigned sets, bool (*body)(void))
{
	int st = 0;
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		syscalls_limit(sets);
		_exit(body() ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &st, 0), pid);
	return st;
}

static void goes(unsigned sets, bool (*body)(void))
{
	int st = in_child(sets, body);

	assert_true(WIFEXITED(st));
	assert_int_equal(WEXITSTATUS(st), 0);
}

static void is_deadly(unsigned sets, bool (*body)(void))
{
	int st = in_child(sets, body);

	assert_true(WIFSIGNALED(st));
	assert_int_equal(WTERMSIG(st), SIGSYS);
}

static bool refused(int r)
{
	return r < 0 && errno == EPERM;
}

static bool execute(void)
{
	execl("/bin/true", "true", (char *)NULL);
	return true;
}

static bool change_root(void)
{
	return chroot("/") < 0;
}

static bool begin_process(void)
{
	return refused((int)fork());
}

static bool read_a_file(void)
{
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	char c;

	return fd >= 0 && read(fd, &c, 1) == 1;
}

/* Of its own file, so that only the filter can be the reason. */
static bool cannot_write(void)
{
	return refused(open("/dev/null", O_WRONLY)) && refused(open("/dev/null", O_RDWR)) &&
	       refused(open("/dev/null", O_RDONLY | O_TRUNC)) &&
	       refused(open("/tmp/no-such-file", O_RDONLY | O_CREAT, 0600));
}

static bool can_write_what_exists(void)
{
	return open("/dev/null", O_WRONLY) >= 0 && refused(open("/dev/null", O_RDWR)) &&
	       refused(open("/tmp/no-such-file", O_WRONLY | O_CREAT, 0600));
}

static bool cannot_change_others(void)
{
	return refused(kill(getppid(), 0)) && refused(chmod("/dev/null", 0666)) &&
	       refused(unlink("/tmp/no-such-file")) && refused(prctl(PR_SET_DUMPABLE, 1));
}

static bool cannot_serve(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd >= 0 && refused(listen(fd, 1)) && refused(accept(fd, NULL, NULL));
}

static bool can_make_files(void)
{
	const char *from = "/tmp/halvard-syscalls-a", *to = "/tmp/halvard-syscalls-b";
	int fd = open(from, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	return fd >= 0 && fsync(fd) == 0 && rename(from, to) == 0 &&
	       (fd = open(to, O_WRONLY | O_APPEND | O_CLOEXEC)) >= 0 && fdatasync(fd) == 0 &&
	       unlink(to) == 0 && refused(open("/dev/null", O_RDWR | O_APPEND)) &&
	       refused(open("/dev/null", O_WRONLY)) && refused(open("/dev/null", O_RDWR)) &&
	       refused(chmod("/dev/null", 0666)) && refused(mkdir("/tmp/no-such-folder", 0700)) &&
	       refused(link("/dev/null", "/tmp/no-such-file")) &&
	       refused(symlink("/", "/tmp/no-such-file"));
}

/* An abstract address, which leaves no file. */
static bool can_serve(void)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int to = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(at);

	return bind(fd, (struct sockaddr *)&at, sizeof(at.sun_family)) == 0 && listen(fd, 1) == 0 &&
	       getsockname(fd, (struct sockaddr *)&at, &len) == 0 &&
	       connect(to, (struct sockaddr *)&at, len) == 0 &&
	       accept4(fd, NULL, NULL, SOCK_CLOEXEC) >= 0;
}

/* The mode of a file, but no program that makes another user of who runs it. */
static bool can_change_plain_modes(void)
{
	return chmod("/tmp/no-such-file", 0666) < 0 && errno == ENOENT &&
	       refused(chmod("/tmp/no-such-file", 04755)) &&
	       refused(chmod("/tmp/no-such-file", 02755));
}

static void *nothing(void *arg)
{
	return arg;
}

static bool has_threads(void)
{
	pthread_t t;

	return pthread_create(&t, NULL, nothing, NULL) == 0 && pthread_join(t, NULL) == 0;
}

static bool has_no_threads(void)
{
	return !has_threads();
}

static bool aborts(void)
{
	abort();
}

static void intruders_die(void **state)
{
	(void)state;
	is_deadly(SYSCALLS_BASIC, execute);
	is_deadly(SYSCALLS_BASIC, change_root);
	is_deadly(SYSCALLS_BASIC | SYSCALLS_THREADS | SYSCALLS_SYSCTL | SYSCALLS_LIMITS |
		      SYSCALLS_FOLDERS | SYSCALLS_FILES | SYSCALLS_SERVE | SYSCALLS_RTTIME,
		  execute);
}

static void the_rest_is_refused(void **state)
{
	(void)state;
	goes(SYSCALLS_BASIC, begin_process);
	goes(SYSCALLS_BASIC | SYSCALLS_THREADS, begin_process);
	goes(SYSCALLS_BASIC, cannot_write);
	goes(SYSCALLS_BASIC, cannot_change_others);
	goes(SYSCALLS_BASIC, cannot_serve);
	goes(SYSCALLS_BASIC, has_no_threads);
}

static void what_is_needed_goes(void **state)
{
	int st;

	(void)state;
	goes(SYSCALLS_BASIC, read_a_file);
	goes(SYSCALLS_BASIC | SYSCALLS_SYSCTL, can_write_what_exists);
	goes(SYSCALLS_BASIC | SYSCALLS_THREADS, has_threads);
	goes(SYSCALLS_BASIC | SYSCALLS_FILES, can_make_files);
	goes(SYSCALLS_BASIC | SYSCALLS_FILES, cannot_serve);
	goes(SYSCALLS_BASIC | SYSCALLS_SERVE, can_serve);
	goes(SYSCALLS_BASIC | SYSCALLS_SERVE, can_change_plain_modes);
	goes(SYSCALLS_BASIC | SYSCALLS_SERVE, cannot_write);
	st = in_child(SYSCALLS_BASIC, aborts);
	assert_true(WIFSIGNALED(st));
	assert_int_equal(WTERMSIG(st), SIGABRT);
}

static void debuggers_turn_it_off(void **state)
{
	int before = prctl(PR_GET_SECCOMP), st = 0;
	pid_t pid;

	(void)state;
	setenv("HALVARD_NO_SECCOMP", "1", 1);
	pid = fork();
	if (pid == 0) {
		syscalls_limit(SYSCALLS_BASIC);
		_exit(prctl(PR_GET_SECCOMP));
	}
	assert_int_equal(waitpid(pid, &st, 0), pid);
	assert_int_equal(st, before << 8);
	unsetenv("HALVARD_NO_SECCOMP");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(intruders_die),
	    cmocka_unit_test(the_rest_is_refused),
	    cmocka_unit_test(what_is_needed_goes),
	    cmocka_unit_test(debuggers_turn_it_off),
	};

	if (in_child(SYSCALLS_BASIC, limits) != 0) {
		printf("system calls cannot be limited: not built in, or not in this kernel\n");
		return 77;
	}
	return cmocka_run_group_tests_name("syscalls", tests, NULL, NULL);
}
