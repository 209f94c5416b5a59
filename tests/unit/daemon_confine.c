/*
 * confine: what a process cannot do any more. Each case runs in a child, since rights do not come
 * back; as root of a user namespace when this is not root.
 */
#include "daemon/confine.h"

#include "daemon/memlock.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define KEEP CAP_BIT(CAP_NET_RAW)

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		_exit(77);
	close(fd);
}

static void become_root(void)
{
	char map[64];

	if (geteuid() == 0)
		return;
	snprintf(map, sizeof(map), "0 %u 1", (unsigned)geteuid());
	if (unshare(CLONE_NEWUSER) < 0)
		_exit(77);
	put("/proc/self/uid_map", map);
}

static bool can_be_root(void)
{
	int st = 0;
	pid_t pid = fork();

	if (pid == 0) {
		become_root();
		_exit(0);
	}
	return waitpid(pid, &st, 0) == pid && st == 0;
}

/* A line of /proc/self/status as a number. */
static uint64_t status(const char *name, int base)
{
	char line[256];
	size_t len = strlen(name);
	uint64_t v = UINT64_MAX;
	FILE *f = fopen("/proc/self/status", "re");

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, name, len) == 0 && line[len] == ':')
			v = strtoull(line + len + 1, NULL, base);
	if (f)
		fclose(f);
	return v;
}

/* Runs `body` in a child; its false or its death is the failure. */
static void in_child(bool (*body)(void))
{
	int st = 0;
	pid_t pid = fork();

	if (pid == 0) {
		become_root();
		_exit(body() ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &st, 0), pid);
	assert_true(WIFEXITED(st));
	assert_int_equal(WEXITSTATUS(st), 0);
}

static bool refused(int r)
{
	return r < 0 && errno == EPERM;
}

static bool chroot_goes(void)
{
	if (chroot("/") < 0)
		return false;
	confine(NULL, KEEP);
	return refused(chroot("/")) && seteuid(1) < 0 && setgid(1) < 0;
}

static bool sets_are_cut(void)
{
	uint64_t keep = status("CapPrm", 16) & KEEP;

	confine(NULL, KEEP);
	return status("CapEff", 16) == keep && status("CapPrm", 16) == keep &&
	       status("CapBnd", 16) == keep && !status("CapInh", 16) && !status("CapAmb", 16) &&
	       status("NoNewPrivs", 10) == 1;
}

static bool kept_works(void)
{
	int before = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP), after;

	confine(NULL, KEEP);
	after = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	return (before < 0) == (after < 0);
}

/* A root that executes a program gets all capabilities of the bounding set. */
static bool exec_gains_nothing(void)
{
	confine(NULL, 0);
	execl("/bin/sh", "sh", "-c", "grep -q '^CapEff:.0*$' /proc/self/status", (char *)NULL);
	return false;
}

/* Where other users do not exist (a namespace of one) it stays root with fewer rights. */
static bool user_changes(void)
{
	const struct passwd *pw = getpwnam("nobody");
	bool possible = setegid(pw ? pw->pw_gid : 0) == 0 && setegid(0) == 0;
	uint64_t keep = status("CapPrm", 16) & KEEP;

	if (!pw)
		return true;
	confine("nobody", KEEP);
	return getuid() == (possible ? pw->pw_uid : 0) && status("CapEff", 16) == keep &&
	       setuid(possible ? 0 : 1) < 0 && refused(chroot("/"));
}

static bool has_its_own_group_alone(void)
{
	const struct passwd *pw = getpwnam("nobody");
	bool possible = pw && setegid(pw->pw_gid) == 0 && setegid(0) == 0;
	const gid_t others[] = {0, 1, 2};
	gid_t groups[8];

	if (!possible || setgroups(3, others) < 0)
		return true;
	confine("nobody", KEEP);
	return getgroups(8, groups) == 1 && groups[0] == pw->pw_gid;
}

static bool dies_with_its_parent(void)
{
	int signo = 0;

	confine("nobody", KEEP);
	return prctl(PR_GET_PDEATHSIG, &signo) == 0 && signo == SIGKILL;
}

/* Who starts others: its own rights are cut, and not what it can give to what it executes. */
static bool own_caps_alone_are_cut(void)
{
	uint64_t keep = status("CapPrm", 16) & KEEP, bound = status("CapBnd", 16);
	char expect[96];

	confine_caps(KEEP);
	if (status("CapEff", 16) != keep || status("CapPrm", 16) != keep ||
	    status("CapBnd", 16) != bound || status("CapInh", 16) != 0 ||
	    status("NoNewPrivs", 10) != 0 || !refused(chroot("/")))
		return false;
	snprintf(expect, sizeof(expect), "grep -q '^CapEff:.%016llx$' /proc/self/status",
		 (unsigned long long)bound);
	execl("/bin/sh", "sh", "-c", expect, (char *)NULL);
	return false;
}

static bool nothing_is_cut(void)
{
	uint64_t all = status("CapPrm", 16), bound = status("CapBnd", 16);
	int signo = 0;

	confine_nothing();
	return status("CapPrm", 16) == all && status("CapBnd", 16) == bound &&
	       status("NoNewPrivs", 10) == 0 && prctl(PR_GET_PDEATHSIG, &signo) == 0 &&
	       signo == SIGKILL;
}

static bool takes_memory(void)
{
	size_t size = 32 * 1024 * 1024;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p != MAP_FAILED && (p[0] = 1);
}

/* What cannot be locked is not locked, and the process lives on. */
static bool limited_memory_is_not_refused(void)
{
	struct rlimit l = {1024 * 1024, 1024 * 1024};

	confine(NULL, KEEP);
	return setrlimit(RLIMIT_MEMLOCK, &l) == 0 && !memlock_all() && errno == EPERM &&
	       takes_memory();
}

static bool unlimited_memory_is_locked(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_MEMLOCK, &l) < 0)
		return false;
	l.rlim_cur = l.rlim_max = RLIM_INFINITY;
	if (setrlimit(RLIMIT_MEMLOCK, &l) < 0)
		return true; /* may not be lifted here */
	return memlock_all() && takes_memory() && status("VmLck", 10) > 32 * 1024;
}

#define TEST(body)                                                                                 \
	static void test_##body(void **state)                                                      \
	{                                                                                          \
		(void)state;                                                                       \
		in_child(body);                                                                    \
	}
TEST(chroot_goes)
TEST(sets_are_cut)
TEST(kept_works)
TEST(exec_gains_nothing)
TEST(user_changes)
TEST(has_its_own_group_alone)
TEST(dies_with_its_parent)
TEST(limited_memory_is_not_refused)
TEST(unlimited_memory_is_locked)
TEST(own_caps_alone_are_cut)
TEST(nothing_is_cut)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_chroot_goes),
	    cmocka_unit_test(test_sets_are_cut),
	    cmocka_unit_test(test_kept_works),
	    cmocka_unit_test(test_exec_gains_nothing),
	    cmocka_unit_test(test_user_changes),
	    cmocka_unit_test(test_has_its_own_group_alone),
	    cmocka_unit_test(test_dies_with_its_parent),
	    cmocka_unit_test(test_limited_memory_is_not_refused),
	    cmocka_unit_test(test_unlimited_memory_is_locked),
	    cmocka_unit_test(test_own_caps_alone_are_cut),
	    cmocka_unit_test(test_nothing_is_cut),
	};

	if (!can_be_root()) {
		printf("neither root nor user namespaces\n");
		return 77;
	}
	return cmocka_run_group_tests_name("confine", tests, NULL, NULL);
}
