/*
 * parent: a role's side of its link to the guardian (fd 3): heartbeats up; ends of links to
 * other roles and the order to stop come down.
 */
#ifndef IPC_PARENT_H
#define IPC_PARENT_H

#include "base/log_levels.h"
#include "base/loop.h"
#include "base/syscalls.h"
#include "model/schema.h"

#define PARENT_FD 3

/* A memory file that the guardian holds for a role, the same for each of its processes one after
 * the other; sealed against a change of its size. For those that roles.c names. */
#define PARENT_MEMORY_FD    4
#define PARENT_MEMORY_BYTES (1024 * 1024)

/* Of lvs, when the IPVS table is in another network namespace: that one. */
#define PARENT_IPVS_FD 5

/* In the run directory: exec has a table of nftables, which has that name. It is there after a
 * crash of all, and then exec is started to remove it. */
#define EXEC_TABLE_FILE "nftables"

/* halvard-agent is a program of its own, but its limits stand in the table of roles too. */
#define AGENT_SYSCALLS                                                                             \
	(SYSCALLS_BASIC | SYSCALLS_FOLDERS) /* as a subagent; it sees to that itself */
#define AGENT_FOLDER "-agent"               /* behind the name of main's state folder */

/* Guardian <-> role: one struct a datagram, host byte order (same machine, same binary). */
enum parent_msg_type {
	PARENT_LINK = 1,  /* down, with an fd (SCM_RIGHTS): your end of the link to `role` */
	PARENT_STOP,      /* down: end in order (value: enum stop_mode) */
	PARENT_READY,     /* up: working */
	PARENT_HEARTBEAT, /* up: value = worst timer lateness in us so far */
	PARENT_PROCESS,   /* down, to main: the state of a role's process */
	PARENT_COMMAND,   /* up, from main: value = enum parent_command */
	PARENT_SIGNAL,    /* down, to main: value = signal number */
	PARENT_LOG_LEVEL, /* up, from main: value = the level of the guardian's own lines */
};

enum stop_mode {
	STOP_RELEASE = 0, /* take addresses and services away, say priority 0 */
	STOP_KEEP = 1,    /* leave everything in the kernel as it is, for good */
	/* Another daemon goes on within a moment: the same, and what it must know is left for it. A
	 * master advertises once more and renews the leases, so there is time until both end. */
	STOP_HANDOVER = 2,
};

struct parent_msg {
	uint32_t type;
	uint32_t role;
	uint64_t value;
	/* PARENT_PROCESS */
	uint32_t pid;
	uint32_t state; /* enum process_state */
	uint32_t restarts;
	uint64_t heartbeat_ns;
	uint64_t
	    silence_ns; /* as the watchdog counts it: without what the guardian slept through */
	uint64_t started_ns;
	uint64_t lateness_us;
};

/* How a role was started; from its command line. */
struct role_env {
	enum role role;
	const char *config_file;
	const char *run_dir;
	const char *state_dir;
	unsigned workers;            /* -P, -C: those that there are, a mask of 1 << role */
	bool keep_vrrp;              /* -V: leave addresses at stop */
	bool keep_lvs;               /* -I: leave services at stop */
	const char *snmp_socket;     /* -A: overrides the file; NULL: the file's word */
	const char *snmp_standalone; /* the same */
	bool force_snmp;             /* -x: whatever the file says */
	int ipvs_namespace;    /* lvs: descriptor of the namespace of the IPVS table; -1: its own */
	const char *config_id; /* -i: of @ID lines; NULL: the host name */
	bool all_includes;     /* -e */
	const char *log_level; /* --log-level: over the file's word; "": nothing was said */
	bool log_detail;       /* -D: debug where nothing else is said */
};

/* Values of PARENT_COMMAND. */
enum parent_command_value {
	COMMAND_STOP_ROLE = 0,
	COMMAND_START_ROLE = 1,
	COMMAND_REPLACE_ROLE = 2, /* it is of no use any more: kill it and start another */
};

struct parent;

struct parent_ops {
	/* A new end of the link to `role`; the callee owns fd. */
	void (*link)(void *arg, enum role role, int fd);
	void (*stop)(void *arg, enum stop_mode mode);
	/* Main only; may be NULL. */
	void (*process)(void *arg, const struct parent_msg *m);
	void (*signal)(void *arg, int signo);
};

/* Starts the heartbeat (each 100 ms). When the guardian is gone the process ends. */
struct parent *parent_open(struct loop *loop, const struct parent_ops *ops, void *arg);
void parent_ready(struct parent *p);
void parent_command(struct parent *p, enum role role, uint64_t value);
void parent_log_level(struct parent *p, enum log_level level);
void parent_close(struct parent *p);

/* Entry points of the roles: run until told to stop, return the exit status. */
int main_main(const struct role_env *env);
int vrrp_main(const struct role_env *env);
int lvs_main(const struct role_env *env);
/* Before its rights are cut: what needs more than lvs may. */
void lvs_prepare(const struct role_env *env);
int exec_main(const struct role_env *env);

#endif
