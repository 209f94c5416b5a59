/* rows_exec: the fields of exec. */
#include "model/rows_exec.h"

#include "model/field.h"

#define ROW struct exec_row
static const struct field exec_fields[] = {
    STR(script_user, F_CONFIG | F_LOCAL | F_LIVE | F_EXEC, 0,
	"User that runs scripts; empty is keepalived_script if there is one, else root."),
    STR(script_group, F_CONFIG | F_LOCAL | F_LIVE | F_EXEC, 0,
	"Group that runs scripts; empty is the user's."),
    BOOL(enable_script_security, F_CONFIG | F_LOCAL | F_LIVE, false,
	 "Whether root runs only scripts that nobody else can change."),
    BOOL(use_symlink_paths, F_CONFIG | F_LOCAL | F_LIVE, false,
	 "Whether scripts are run by the path that was written, links and all."),
    BOOL(set_supplementary_groups, F_CONFIG | F_LOCAL | F_LIVE, false,
	 "Whether scripts get all groups of their user."),
    GAUGE32(running, NULL, "Programs that run now."),
    GAUGE32(waiting, NULL, "Programs that wait until there is room."),
    COUNTER64(runs, NULL, "Programs that have ended."),
    COUNTER64(timeouts, NULL, "Those of them that took too long and were ended."),
    COUNTER64(not_started, NULL, "Programs that could not be executed."),
};
const struct table table_exec = TABLE(T_EXEC, "exec", ROLE_EXEC, 0, exec_fields,
				      "Programs that are run for the configuration.");
#undef ROW
