/* exec: what the parts of the process that executes share. Internal to exec. */
#ifndef EXEC_EXEC_H
#define EXEC_EXEC_H

#include "exec/memory.h"
#include "exec/run.h"
#include "model/rows.h"
#include "model/store.h"

struct exec_env {
	struct loop *loop;
	struct store *store; /* filled by main's link */
	struct runner *runner;
	struct exec_memory *memory;
	struct timer publish; /* counters to the store */
	uint64_t runs, timeouts, not_started;
	bool snapshot; /* rows come as a new main has them: by table, and not as they changed */
	bool stopping; /* this process was asked to end, and what it is to hear has come */
};

/* Counts the end of a program. */
void exec_count(struct exec_env *e, const struct run_result *r);

/* The settings of all programs. */
static inline const struct exec_row *exec_settings(const struct exec_env *e)
{
	return store_single(e->store, T_EXEC);
}

#endif
