/*
 * child: see child.h. Between fork and exec, in a process of one thread: what is handed down is
 * taken back here, because a script is not part of the daemon. Signals that the daemon ignores
 * would stay ignored, its descriptors open, and the unit's protection from want of memory would be
 * the script's as well.
 */
#include "exec/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <unistd.h>

static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
static char *environment[] = {path, NULL};

static void __attribute__((noreturn)) give_up(int why)
{
	int error = errno;

	_exit(write(why, &error, sizeof(error)) == sizeof(error) ? 127 : 126);
}

static void default_signals(void)
{
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL); /* refused for some */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* As killable as others: raising it needs no right. */
static void default_oom_score(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "0", 1) != 1) {
		/* where it is refused it is not needed */
	}
	close(fd);
}

/* 3 is `why`; all others are closed. */
static int place_descriptors(int input, int said, int why)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	/* out of the way of each other */
	input = fcntl(input, F_DUPFD_CLOEXEC, 10);
	why = fcntl(why, F_DUPFD_CLOEXEC, 10);
	said = fcntl(said >= 0 ? said : null, F_DUPFD_CLOEXEC, 10);
	if (input < 0 || why < 0 || said < 0)
		_exit(126);
	if (dup3(why, 3, O_CLOEXEC) < 0 || dup2(input, 0) < 0 || dup2(null, 1) < 0 ||
	    dup2(said, 2) < 0)
		give_up(why);
	close_range(4, ~0U, 0);
	return 3;
}

static void become(const struct child *c, int why)
{
	int r = c->groups_of ? initgroups(c->groups_of, c->gid) : setgroups(1, &c->gid);

	/* A namespace of one user has no other groups, and nobody to become. */
	if (r < 0 && !(errno == EPERM && c->uid == geteuid() && c->gid == getegid()))
		give_up(why);
	if (setgid(c->gid) < 0 || setuid(c->uid) < 0)
		give_up(why);
}

void child_run(const struct child *c)
{
	int why = place_descriptors(c->input, c->said, c->why);

	setpgid(0, 0);
	default_signals();
	default_oom_score();
	if (chdir("/") < 0)
		give_up(why);
	become(c, why);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a change of user forgets it */
	if (getppid() != c->parent)
		_exit(126);
	execve(c->program, (char *const *)(uintptr_t)c->argv, environment);
	give_up(why);
}
