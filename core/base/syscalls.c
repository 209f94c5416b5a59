/*
 * syscalls: see syscalls.h. By libseccomp, because numbers and arguments of system calls differ
 * between machines; a name that a machine does not have is left out.
 *
 * What is not allowed fails rather than ends the process: a newer C library may try calls that
 * nobody here knows, and goes on without them. clone3 is told not to exist, since its arguments lie
 * in memory where a filter cannot look, and the C library then uses clone, which may begin threads
 * and not processes. The kernel logs each refusal (audit).
 *
 * Built when configure finds libseccomp; else syscalls_none.c, in a build with sanitizers too,
 * whose runtime makes other calls.
 */
#include "base/syscalls.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

static const char *const basic[] = {
    /* files and sockets that are open */
    "read", "readv", "pread64", "write", "pwrite64", "writev", "close", "lseek", "fcntl", "fcntl64",
    "dup", "dup2", "dup3", "pipe2", "ioctl", "fstat", "fstat64", "newfstatat", "fstatat64", "stat",
    "lstat", "statx", "access", "faccessat", "faccessat2", "readlink", "readlinkat", "getcwd",
    /* memory */
    "brk", "mmap", "mmap2", "munmap", "mremap", "mprotect", "madvise", "mlock", "mlock2", "munlock",
    /* time and waiting */
    "clock_gettime", "clock_gettime64", "clock_getres", "gettimeofday", "time", "nanosleep",
    "clock_nanosleep", "clock_nanosleep_time64", "epoll_create", "epoll_create1", "epoll_ctl",
    "epoll_wait", "epoll_pwait", "epoll_pwait2", "poll", "ppoll", "ppoll_time64", "select",
    "pselect6", "eventfd2", "timerfd_create", "timerfd_settime", "timerfd_gettime", "sched_yield",
    /* sockets that begin the talk */
    "socket", "socketpair", "connect", "bind", "getsockname", "getpeername", "getsockopt",
    "setsockopt", "send", "sendto", "sendmsg", "sendmmsg", "recv", "recvfrom", "recvmsg",
    "recvmmsg", "shutdown",
    /* itself */
    "getpid", "gettid", "getppid", "getuid", "geteuid", "getgid", "getegid", "getrandom", "uname",
    "sysinfo", "getrusage", "futex", "futex_time64", "set_robust_list", "rseq", "membarrier",
    "sched_getaffinity", "sched_setaffinity", "getrlimit", "ugetrlimit", "rt_sigaction",
    "rt_sigprocmask", "rt_sigreturn", "sigreturn", "sigaltstack", "restart_syscall", "exit",
    "exit_group", NULL};
static const char *const limits[] = {"setrlimit", "prlimit64", NULL};
static const char *const folders[] = {"getdents", "getdents64", NULL};
static const char *const files[] = {"fsync",     "fdatasync", "rename",   "renameat",
				    "renameat2", "unlink",    "unlinkat", NULL};
static const char *const serve[] = {"listen", "accept4", NULL};

/* Nothing in this program ever does so. */
static const char *const deadly[] = {"execve",
				     "execveat",
				     "fork",
				     "vfork",
				     "ptrace",
				     "chroot",
				     "pivot_root",
				     "mount",
				     "umount2",
				     "setns",
				     "unshare",
				     "bpf",
				     "init_module",
				     "finit_module",
				     "delete_module",
				     "kexec_load",
				     "keyctl",
				     "add_key",
				     "request_key",
				     "open_by_handle_at",
				     "perf_event_open",
				     "userfaultfd",
				     "reboot",
				     "process_vm_readv",
				     "process_vm_writev",
				     NULL};

#define OPEN_MASK   (O_ACCMODE | O_CREAT | O_TRUNC)
#define APPEND_MASK (OPEN_MASK | O_APPEND)

/* 0 or a negative errno, as all of libseccomp. A call that this machine lacks is no error. */
static int rule(scmp_filter_ctx ctx, uint32_t action, const char *name, unsigned n,
		const struct scmp_arg_cmp *args)
{
	int nr = seccomp_syscall_resolve_name(name), r;

	if (nr == __NR_SCMP_ERROR)
		return 0;
	r = seccomp_rule_add_array(ctx, action, nr, n, args);
	return r == -EDOM ? 0 : r;
}

static int rules(scmp_filter_ctx ctx, uint32_t action, const char *const *names)
{
	int r = 0;

	for (; *names && r == 0; names++)
		r = rule(ctx, action, *names, 0, NULL);
	return r;
}

static int open_files(scmp_filter_ctx ctx, uint64_t mask, uint64_t mode)
{
	struct scmp_arg_cmp how = SCMP_A2(SCMP_CMP_MASKED_EQ, mask, mode);

	return rule(ctx, SCMP_ACT_ALLOW, "openat", 1, &how);
}

/* The mode of a file, but nothing that lets who executes it be somebody else. */
static int modes(scmp_filter_ctx ctx)
{
	struct scmp_arg_cmp plain = SCMP_A1(SCMP_CMP_MASKED_EQ, S_ISUID | S_ISGID | S_ISVTX, 0);
	struct scmp_arg_cmp plain_at = SCMP_A2(SCMP_CMP_MASKED_EQ, S_ISUID | S_ISGID | S_ISVTX, 0);
	int r = rule(ctx, SCMP_ACT_ALLOW, "chmod", 1, &plain);

	return r ? r : rule(ctx, SCMP_ACT_ALLOW, "fchmodat", 1, &plain_at);
}

/* A thread and never a process. */
static int threads(scmp_filter_ctx ctx)
{
	struct scmp_arg_cmp thread = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD);

	return rule(ctx, SCMP_ACT_ALLOW, "clone", 1, &thread);
}

/* abort() and the name of a thread; nobody else is signalled or changed. */
static int itself(scmp_filter_ctx ctx)
{
	struct scmp_arg_cmp abort_only = SCMP_A2(SCMP_CMP_EQ, SIGABRT);
	struct scmp_arg_cmp name_only = SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME);
	int r = rule(ctx, SCMP_ACT_ALLOW, "tgkill", 1, &abort_only);

	return r ? r : rule(ctx, SCMP_ACT_ALLOW, "prctl", 1, &name_only);
}

/* glibc asks and sets by the same call; 0 is the process itself. */
static int real_time(scmp_filter_ctx ctx)
{
	struct scmp_arg_cmp old = SCMP_A0(SCMP_CMP_EQ, RLIMIT_RTTIME);
	struct scmp_arg_cmp own[] = {SCMP_A0(SCMP_CMP_EQ, 0), SCMP_A1(SCMP_CMP_EQ, RLIMIT_RTTIME)};
	int r = rule(ctx, SCMP_ACT_ALLOW, "setrlimit", 1, &old);

	return r ? r : rule(ctx, SCMP_ACT_ALLOW, "prlimit64", 2, own);
}

static int fill(scmp_filter_ctx ctx, unsigned sets)
{
	int r = rules(ctx, SCMP_ACT_ALLOW, basic);

	if (!r)
		r = rules(ctx, SCMP_ACT_KILL_PROCESS, deadly);
	if (!r)
		r = rule(ctx, SCMP_ACT_ERRNO(ENOSYS), "clone3", 0, NULL);
	if (!r)
		r = open_files(ctx, OPEN_MASK, O_RDONLY);
	if (!r)
		r = itself(ctx);
	if (!r && (sets & SYSCALLS_THREADS))
		r = threads(ctx);
	if (!r && (sets & SYSCALLS_SYSCTL))
		r = open_files(ctx, OPEN_MASK, O_WRONLY);
	if (!r && (sets & SYSCALLS_LIMITS))
		r = rules(ctx, SCMP_ACT_ALLOW, limits);
	if (!r && (sets & SYSCALLS_RTTIME))
		r = real_time(ctx);
	if (!r && (sets & SYSCALLS_FOLDERS))
		r = rules(ctx, SCMP_ACT_ALLOW, folders);
	if (!r && (sets & SYSCALLS_FILES))
		r = open_files(ctx, OPEN_MASK, O_WRONLY | O_CREAT | O_TRUNC);
	if (!r && (sets & SYSCALLS_FILES))
		r = open_files(ctx, APPEND_MASK, O_WRONLY | O_APPEND);
	if (!r && (sets & SYSCALLS_FILES))
		r = rules(ctx, SCMP_ACT_ALLOW, files);
	if (!r && (sets & SYSCALLS_SERVE))
		r = rules(ctx, SCMP_ACT_ALLOW, serve);
	if (!r && (sets & SYSCALLS_SERVE))
		r = modes(ctx);
	return r;
}

static int install(unsigned sets)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int r = ctx ? 0 : -ENOMEM;

	if (!r)
		seccomp_attr_set(ctx, SCMP_FLTATR_CTL_LOG, 1); /* a kernel that can */
	if (!r)
		r = fill(ctx, sets);
	if (!r)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	return r;
}

void syscalls_limit(unsigned sets)
{
	int r;

	if (!sets)
		return;
	if (getenv("HALVARD_NO_SECCOMP")) {
		log_notice("system calls are not limited: HALVARD_NO_SECCOMP is set");
		return;
	}
	r = install(sets);
	if (r < 0)
		log_notice("system calls are not limited, the kernel refuses: %s", strerror(-r));
}
