/*
 * spawn: see spawn.h. The roles of this binary are this binary again with --role; the agent is a
 * program of its own, so that nothing else is linked to the SNMP library. It is looked for beside
 * this binary first: a build tree runs its own.
 *
 * The memory of a role is made with its first process, from what another daemon has left when there
 * is that, and kept open here for the next one. The guardian never looks into it.
 */
#include "daemon/spawn.h"

#include "base/log.h"
#include "daemon/confine.h"
#include "daemon/handover.h"
#include "daemon/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define AGENT_PROGRAM "halvard-agent"
#define RT_PRIORITY   10

static void agent_path(char path[PATH_MAX])
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	snprintf(path, PATH_MAX, "%s/%s", SBINDIR, AGENT_PROGRAM);
	if (n <= 0)
		return;
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (slash &&
	    snprintf(slash + 1, (size_t)(self + sizeof(self) - slash - 1), "%s", AGENT_PROGRAM) >
		0 &&
	    access(self, X_OK) == 0)
		snprintf(path, PATH_MAX, "%s", self);
}

bool spawn_is_installed(const struct role_spec *spec)
{
	char path[PATH_MAX];

	if (spec->entry)
		return true;
	agent_path(path);
	return access(path, X_OK) == 0;
}

static int memory[ROLE_COUNT]; /* 0: none yet */

static int make_memory(const struct options *o, const struct role_spec *spec)
{
	int fd = memfd_create(spec->ident, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || ftruncate(fd, PARENT_MEMORY_BYTES) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		log_warn("process %s: no memory that outlives it: after a crash it begins anew",
			 role_name(spec->role));
	else
		handover_take_memory(o->env.run_dir, role_name(spec->role), fd);
	return fd;
}

/* -1: the role has none. */
static int memory_of(const struct options *o, const struct role_spec *spec)
{
	if (!spec->memory)
		return -1;
	if (memory[spec->role] <= 0)
		memory[spec->role] = make_memory(o, spec);
	return memory[spec->role];
}

/* In the child: fd becomes `as` and outlives exec. */
static void place_fd(int fd, int as, const char *ident)
{
	if (fd == as)
		fcntl(fd, F_SETFD, 0);
	else if (dup2(fd, as) < 0)
		fatal("process %s: cannot be set up", ident);
}

static void become_realtime(void)
{
	struct sched_param p = {.sched_priority = RT_PRIORITY};

	/* Refused: the guardian has said so already. */
	sched_setscheduler(0, SCHED_RR, &p);
}

/* Its folder, where it keeps what it needs without snmpd, is beside that of main, which it cannot
 * enter. It is its group's: for another owner the guardian has not the right. */
static void make_agent_folder(const char *state_dir, const struct passwd *pw)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s" AGENT_FOLDER, state_dir);
	gid_t own = getegid();

	if (n < 0 || (size_t)n >= sizeof(path))
		return;
	if (!pw) {
		mkdir(path, 0700); /* it runs as root, without rights beyond root's files */
		return;
	}
	if (setegid(pw->pw_gid) < 0)
		return;
	mkdir(path, 0770); /* systemd may have made it */
	if (chown(path, (uid_t)-1, pw->pw_gid) == 0)
		chmod(path, 0770);
	if (setegid(own) < 0)
		fatal("guardian: cannot return to its group");
}

static void run_agent_as(const struct options *o, const struct role_spec *spec)
{
	make_agent_folder(o->env.state_dir, getpwnam(spec->user));
	confine_for_exec(spec->user, spec->caps);
}

/* In the child, between fork and exec. */
static void __attribute__((noreturn))
run(const struct options *o, const struct role_spec *spec, int fd, int memory_fd, pid_t guardian)
{
	char path[PATH_MAX] = "/proc/self/exe";
	const char **argv;
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (memory_fd >= 0) /* out of the way of the first dup2() */
		memory_fd = fcntl(memory_fd, F_DUPFD_CLOEXEC, PARENT_MEMORY_FD + 1);
	place_fd(fd, PARENT_FD, spec->ident);
	if (memory_fd >= 0)
		place_fd(memory_fd, PARENT_MEMORY_FD, spec->ident);
	if (spec->role == ROLE_LVS && o->ipvs_fd >= 0)
		place_fd(o->ipvs_fd, PARENT_IPVS_FD, spec->ident);
	if (!spec->entry)
		agent_path(path);
	argv = options_for_role(o, spec->role, spec->ident);
	if (spec->realtime)
		become_realtime();
	if (!spec->entry) /* a role of this binary does so itself */
		run_agent_as(o, spec);
	foreign_signals_ignore(); /* kept by exec: the guardian answers them */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != guardian)
		_exit(1);
	execv(path, (char *const *)(uintptr_t)argv);
	fatal("guardian: cannot run %s", path);
}

pid_t spawn_role(const struct options *o, const struct role_spec *spec, int *fd)
{
	pid_t guardian = getpid(), pid;
	int pair[2], memory_fd = memory_of(o, spec);

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	pid = fork();
	if (pid == 0)
		run(o, spec, pair[1], memory_fd, guardian);
	close(pair[1]);
	if (pid < 0)
		close(pair[0]);
	else
		*fd = pair[0];
	return pid;
}

/* What exec has told last is of states. When main hung and left none, routers that are masters
 * begin as nothing in the rows, and programs would be told that they have stopped. */
void spawn_leave_memories(const struct options *o)
{
	bool states = handover_has_states(o->env.run_dir);

	for (unsigned i = 0; i < role_spec_count; i++) {
		enum role r = role_specs[i].role;

		if (memory[r] > 0 && (states || r != ROLE_EXEC))
			handover_leave_memory(o->env.run_dir, role_name(r), memory[r]);
	}
}
