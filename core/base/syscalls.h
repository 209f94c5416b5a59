/*
 * syscalls: a process says which system calls it will make from now on (seccomp). What it did
 * not name fails with EPERM; what only an intruder would call ends it with SIGSYS.
 */
#ifndef BASE_SYSCALLS_H
#define BASE_SYSCALLS_H

/* May be or-ed. Always there: memory, time, signals, waiting, client sockets, reading files. */
enum syscall_set {
	SYSCALLS_BASIC = 1,
	SYSCALLS_THREADS = 2,  /* threads of its own */
	SYSCALLS_SYSCTL = 4,   /* writing files that are there already */
	SYSCALLS_LIMITS = 8,   /* raising its own limits */
	SYSCALLS_FOLDERS = 16, /* reading folders */
	SYSCALLS_FILES = 32,   /* making, replacing and removing files */
	SYSCALLS_SERVE = 64,   /* a socket that others come to, and who may */
	SYSCALLS_RTTIME = 128  /* changing its own limit of real time */
};

/* For good, for threads begun later too; once, while there is one thread. `sets` 0 limits nothing.
 * HALVARD_NO_SECCOMP in the environment, for debugging, and a kernel that cannot do it leave the
 * process as it is; both are logged. */
void syscalls_limit(unsigned sets);

#endif
