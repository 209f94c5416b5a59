/*
 * roles: what each process may and may not do, by the specification it really starts with. Acts
 * are rows and roles are columns; each is tried in a child that limits itself as that role does:
 * once by rights alone, so that it is seen what the capabilities refuse, and once with its system
 * calls limited too. A role that is not in the table of acts fails.
 */
#include "base/log.h"
#include "daemon/confine.h"
#include "daemon/roles.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <pthread.h>
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
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define LOW_PORT    700
#define LOCKED_SIZE (1024 * 1024)

static char folder[] = "/tmp/halvard-roles-XXXXXX";

/* ---- the place ------------------------------------------------------------ */

static const char *at(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		_exit(77);
	close(fd);
}

/* Root in a network of its own, where nothing can be broken. */
static void become_root(void)
{
	char uid[64], gid[64];
	bool root = geteuid() == 0;

	snprintf(uid, sizeof(uid), "0 %u 1", (unsigned)geteuid());
	snprintf(gid, sizeof(gid), "0 %u 1", (unsigned)getegid());
	if (unshare(CLONE_NEWNET | (root ? 0 : CLONE_NEWUSER)) < 0)
		_exit(77);
	if (root)
		return;
	put("/proc/self/uid_map", uid);
	put("/proc/self/setgroups", "deny");
	put("/proc/self/gid_map", gid);
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

static bool filters_exist(void)
{
	int st = 0;
	pid_t pid = fork();

	if (pid == 0) {
		confine(NULL, 0);
		syscalls_limit(SYSCALLS_BASIC);
		_exit(chmod("", 0) < 0 && errno == EPERM ? 0 : 1);
	}
	return waitpid(pid, &st, 0) == pid && st == 0;
}

/* ---- acts: true when it went ---------------------------------------------- */

static bool opens(const char *name, int how)
{
	return open(at(name), how | O_CLOEXEC, 0600) >= 0;
}

static bool read_a_file(void)
{
	return opens("everybody", O_RDONLY);
}

static bool read_what_is_closed(void)
{
	return opens("nobody", O_RDONLY);
}

static bool write_what_is_closed(void)
{
	return opens("nobody", O_WRONLY | O_CREAT | O_TRUNC);
}

static bool write_what_is_there(void)
{
	return opens("everybody", O_WRONLY);
}

static bool make_a_file(void)
{
	return opens("new", O_WRONLY | O_CREAT | O_TRUNC);
}

static bool rename_a_file(void)
{
	char from[128];

	snprintf(from, sizeof(from), "%s", at("moving"));
	return rename(from, at("moved")) == 0;
}

static bool remove_a_file(void)
{
	return unlink(at("going")) == 0;
}

static bool list_a_folder(void)
{
	DIR *d = opendir(folder);

	return d && readdir(d);
}

static bool serve(void)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	return bind(fd, (struct sockaddr *)&sun, sizeof(sun.sun_family)) == 0 && listen(fd, 1) == 0;
}

static void *nothing(void *arg)
{
	return arg;
}

static bool begin_a_thread(void)
{
	pthread_t t;

	return pthread_create(&t, NULL, nothing, NULL) == 0;
}

static bool begin_a_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid > 0;
}

static bool change_a_limit(void)
{
	struct rlimit l = {.rlim_cur = 64, .rlim_max = 64};

	return setrlimit(RLIMIT_NOFILE, &l) == 0;
}

/* The limit for who has no right to it is zero, see child(). */
static bool lock_memory(void)
{
	void *p = mmap(NULL, LOCKED_SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return syscall(SYS_mlock, p, LOCKED_SIZE) == 0; /* a sanitizer's mlock() does nothing */
}

static bool open_a_raw_socket(void)
{
	return socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, 112) >= 0;
}

static bool open_a_packet_socket(void)
{
	return socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0) >= 0;
}

static bool take_a_low_port(void)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(LOW_PORT)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return bind(fd, (struct sockaddr *)&sin, sizeof(sin)) == 0;
}

/* An address on lo: what the kernel answers. */
static bool add_an_address(void)
{
	struct {
		struct nlmsghdr h;
		struct ifaddrmsg a;
		struct rtattr attr;
		struct in_addr addr;
	} m = {.h = {.nlmsg_len = sizeof(m),
		     .nlmsg_type = RTM_NEWADDR,
		     .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE},
	       .a = {.ifa_family = AF_INET, .ifa_prefixlen = 32, .ifa_index = 1},
	       .attr = {.rta_len = RTA_LENGTH(sizeof(struct in_addr)), .rta_type = IFA_LOCAL},
	       .addr = {htonl(0xc0000201)}};
	struct {
		struct nlmsghdr h;
		struct nlmsgerr e;
		char rest[512];
	} back = {.e = {.error = -1}};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	return send(fd, &m, sizeof(m), 0) == sizeof(m) &&
	       recv(fd, &back, sizeof(back), 0) >= (ssize_t)NLMSG_LENGTH(sizeof(back.e)) &&
	       back.h.nlmsg_type == NLMSG_ERROR && back.e.error == 0;
}

static bool become_another(void)
{
	return setresuid(1, 1, 1) == 0;
}

static bool send_a_signal(void)
{
	return kill(getpid(), 0) == 0;
}

static bool set_an_owner(void)
{
	return chown(at("everybody"), 1, 1) == 0;
}

static bool execute(void)
{
	execl("/bin/true", "true", (char *)NULL);
	return false;
}

/* What root executes has all rights, where nothing has limited them for good. */
static bool execute_with_rights(void)
{
	execl("/bin/sh", "sh", "-c",
	      "grep -q '^NoNewPrivs:.0$' /proc/self/status && "
	      "test $(sed -n 's/^CapEff:.//p' /proc/self/status) = "
	      "$(sed -n 's/^CapEff:.//p' /proc/$PPID/status)",
	      (char *)NULL);
	return false;
}

static bool change_root(void)
{
	return chroot("/") == 0;
}

static bool mount_a_file_system(void)
{
	return mount("none", folder, "tmpfs", 0, NULL) == 0;
}

static bool make_a_namespace(void)
{
	return unshare(CLONE_NEWNS) == 0;
}

static bool trace_its_parent(void)
{
	return ptrace(PTRACE_SEIZE, getppid(), NULL, NULL) == 0;
}

/* ---- who may -------------------------------------------------------------- */

enum {
	M = 1 << ROLE_MAIN,
	V = 1 << ROLE_VRRP,
	L = 1 << ROLE_LVS,
	A = 1 << ROLE_AGENT,
	X = 1 << ROLE_EXEC
};
enum { ALL = M | V | L | A | X };

static const struct act {
	const char *name;
	bool (*body)(void);
	unsigned by_rights; /* who may by capabilities and user alone */
	unsigned may;       /* with the system calls limited too */
	bool deadly;        /* ends who may not */
	bool machine;       /* needs a right that root of a user namespace does not have */
	bool alone;         /* goes in no namespace of one user */
} acts[] = {
    {"read a file", read_a_file, ALL, ALL},
    {"read what its owner has closed", read_what_is_closed, M | X, M | X},
    {"write what its owner has closed", write_what_is_closed, X, X},
    {"write a file that is there", write_what_is_there, ALL, V | L | X},
    {"make a file", make_a_file, ALL, M | X},
    {"rename a file", rename_a_file, ALL, M | X},
    {"remove a file", remove_a_file, ALL, M | X},
    {"list a folder", list_a_folder, ALL, M | A | X},
    {"serve", serve, ALL, M | X},
    {"begin a thread", begin_a_thread, ALL, V | X},
    {"begin a process", begin_a_process, ALL, X},
    {"change a limit", change_a_limit, ALL, L | X},
    {"lock memory", lock_memory, V | X, V | X, .machine = true},
    {"open a raw socket", open_a_raw_socket, V | L | X, V | L | X},
    {"open a packet socket", open_a_packet_socket, V | L | X, V | L | X},
    {"take a low port", take_a_low_port, L | A | X, L | A | X},
    {"add an address", add_an_address, V | L | X, V | L | X},
    {"become another user", become_another, X, X, .alone = true},
    {"send a signal", send_a_signal, ALL, X},
    {"give a file away", set_an_owner, X, X, .alone = true},
    {"execute", execute, ALL, X, .deadly = true},
    {"execute and gain rights", execute_with_rights, X, X, .deadly = true},
    {"change the root", change_root, X, X, .deadly = true},
    {"mount", mount_a_file_system, X, X, .deadly = true, .machine = true},
    {"make a namespace", make_a_namespace, X, X, .deadly = true},
    {"trace its parent", trace_its_parent, X, X, .deadly = true, .machine = true},
};

/* ---- trying --------------------------------------------------------------- */

static void make_files(void)
{
	static const char *const names[] = {"everybody", "nobody", "moving", "going"};

	assert_non_null(mkdtemp(folder));
	assert_int_equal(chmod(folder, 0777), 0);
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		put(at(names[i]), "");
		assert_int_equal(chmod(at(names[i]), i == 1 ? 0 : 0666), 0);
	}
}

static void remove_files(void)
{
	static const char *const names[] = {"everybody", "nobody", "moving", "moved",
					    "going",     "new",    NULL};

	for (unsigned i = 0; names[i]; i++)
		unlink(at(names[i]));
	rmdir(folder);
	memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
}

/* As run() of spawn.c and run_role() of halvard.c. */
static void __attribute__((noreturn)) child(const struct role_spec *spec, const struct act *act)
{
	struct rlimit none = {0};

	setrlimit(RLIMIT_MEMLOCK, &none);
	become_root();
	if (spec->executes)
		confine_nothing();
	else
		confine(spec->user, spec->caps);
	syscalls_limit(spec->syscalls);
	_exit(act->body() ? 0 : 1);
}

static bool as_wanted(int st, bool may, bool deadly)
{
	if (!may && deadly)
		return WIFSIGNALED(st) && WTERMSIG(st) == SIGSYS;
	return WIFEXITED(st) && WEXITSTATUS(st) == (may ? 0 : 1);
}

static bool more_than_one_user(void)
{
	unsigned inside, outside, count = 0;
	FILE *f = fopen("/proc/self/uid_map", "re");

	if (f && fscanf(f, "%u %u %u", &inside, &outside, &count) != 3)
		count = 0;
	if (f)
		fclose(f);
	return geteuid() == 0 && count > 1;
}

static bool try(const struct role_spec *spec, const struct act *act, bool limited)
{
	bool may = (limited ? act->may : act->by_rights) & 1u << spec->role &&
		   (!act->machine || geteuid() == 0) && (!act->alone || more_than_one_user());
	int st = 0;
	pid_t pid;

	make_files();
	pid = fork();
	if (pid == 0)
		child(spec, act);
	assert_int_equal(waitpid(pid, &st, 0), pid);
	remove_files();
	if (as_wanted(st, may, limited && act->deadly))
		return true;
	print_error("%s, %s: %s: status %x instead of %s\n", spec->ident,
		    limited ? "system calls limited" : "by its rights", act->name, (unsigned)st,
		    may ? "success" : "a refusal");
	return false;
}

static void try_all(bool limited)
{
	unsigned wrong = 0;

	for (unsigned r = 0; r < role_spec_count; r++)
		for (unsigned i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
			wrong += !try(&role_specs[r], &acts[i], limited);
	assert_int_equal(wrong, 0);
}

static void every_role_is_in_the_table(void **state)
{
	(void)state;
	for (unsigned r = 0; r < role_spec_count; r++) {
		assert_true(ALL & 1u << role_specs[r].role);
		assert_true(role_specs[r].syscalls || role_specs[r].executes);
		assert_true(!role_specs[r].executes || role_specs[r].role == ROLE_EXEC);
		assert_true(role_specs[r].executes || !(role_specs[r].caps & ~guardian_caps()));
	}
	assert_int_equal(role_spec_count, __builtin_popcount(ALL));
}

static void rights_alone(void **state)
{
	(void)state;
	setenv("HALVARD_NO_SECCOMP", "1", 1);
	try_all(false);
	unsetenv("HALVARD_NO_SECCOMP");
}

static void rights_and_system_calls(void **state)
{
	(void)state;
	try_all(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_role_is_in_the_table),
	    cmocka_unit_test(rights_alone),
	};
	const struct CMUnitTest all[] = {
	    cmocka_unit_test(every_role_is_in_the_table),
	    cmocka_unit_test(rights_alone),
	    cmocka_unit_test(rights_and_system_calls),
	};

	if (!can_be_root()) {
		printf("neither root nor user namespaces\n");
		return 77;
	}
	log_init(&(struct log_options){.ident = "roles", .levels.rest = LOG_LV_ERR});
	unsetenv("HALVARD_NO_SECCOMP");
	if (!filters_exist()) { /* built with sanitizers, or not in this kernel */
		printf("# system calls cannot be limited: rights alone are tried\n");
		return cmocka_run_group_tests_name("roles", tests, NULL, NULL);
	}
	return cmocka_run_group_tests_name("roles", all, NULL, NULL);
}
