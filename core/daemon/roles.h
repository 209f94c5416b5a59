/* roles: the one table of processes: what each may be and how it is started. */
#ifndef DAEMON_ROLES_H
#define DAEMON_ROLES_H

#include "ipc/parent.h"

struct role_spec {
	enum role role;
	const char *ident;                           /* in the log */
	enum log_area area;                          /* of its lines */
	int (*entry)(const struct role_env *env);    /* NULL: a program of its own */
	void (*prepare)(const struct role_env *env); /* before its rights are cut, or NULL */
	bool realtime;                               /* SCHED_RR and locked memory */
	bool on_demand;                              /* runs only while main says so */
	bool memory;       /* has memory that outlives it: PARENT_MEMORY_FD */
	bool executes;     /* keeps all rights, for what it runs */
	const char *user;  /* runs as this user when there is one */
	uint64_t caps;     /* keeps these capabilities: CAP_BIT() */
	unsigned syscalls; /* enum syscall_set */
	unsigned start_order;
	unsigned silence_s; /* killed after so long without a heartbeat; 0: never */
	unsigned stop_s;    /* killed when it has not ended so long after it was asked to */
};

extern const struct role_spec role_specs[];
extern const unsigned role_spec_count;

const struct role_spec *role_spec(enum role r);
/* The capabilities of the guardian: its own, and those it hands out; what exec has it can only
 * pass on. */
uint64_t guardian_caps(void);

#endif
