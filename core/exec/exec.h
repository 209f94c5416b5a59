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
	bool stopping;
};

/* The settings of all programs. */
static inline const struct exec_row *exec_settings(const struct exec_env *e)
{
	return store_single(e->store, T_EXEC);
}

#endif
