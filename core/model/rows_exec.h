/* rows_exec: what is executed, and for what. See rows.h. */
#ifndef MODEL_ROWS_EXEC_H
#define MODEL_ROWS_EXEC_H

#include "base/clock.h"
#include "model/names.h"

/* Of all programs; the only row. */
struct exec_row {
	char script_user[NAME_USER];
	char script_group[NAME_USER];
	bool enable_script_security;
	bool use_symlink_paths;
	bool set_supplementary_groups;
	/* state */
	uint32_t running;
	uint32_t waiting;
	uint64_t runs;
	uint64_t timeouts;
	uint64_t not_started;
};

#endif
