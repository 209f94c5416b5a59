/* rows_track: the fields of track, vrrp_script, track_file and track_process. */
#include "model/rows_track.h"

#include "model/field.h"

const struct enum_name track_user_names[] = {
    {TRACK_BY_INSTANCE, "instance"}, {TRACK_BY_GROUP, "group"}, {0}};
const struct enum_name track_kind_names[] = {
    {TRACK_INTERFACE, "interface"},
    {TRACK_SCRIPT, "script"},
    {TRACK_FILE, "file"},
    {TRACK_PROCESS, "process"},
    {TRACK_VIRTUAL_SERVER, "virtualServer"},
    {0},
};
const struct enum_name track_state_names[] = {{TRACK_UNKNOWN, "unknown"},
					      {TRACK_OK, "ok"},
					      {TRACK_FAILED, "failed"},
					      {TRACK_DISABLED, "disabled"},
					      {0}};
const struct enum_name param_match_names[] = {{PARAM_MATCH_ANY, "any"},
					      {PARAM_MATCH_EXACT, "exact"},
					      {PARAM_MATCH_PARTIAL, "partial"},
					      {PARAM_MATCH_INITIAL, "initial"},
					      {0}};

#define GAUGE_I32(m, fl, help) I32(m, F_STATE | (fl), INT32_MIN, INT32_MAX, 0, NULL, help)

#define ROW struct track_row
static const struct field track_fields[] = {
    ENUM(user_kind, F_KEY, track_user_names, TRACK_BY_INSTANCE,
	 "What tracks: an instance or a sync group."),
    STR(user, F_KEY, 1, "Name of the instance or of the group."),
    ENUM(kind, F_KEY, track_kind_names, TRACK_INTERFACE, "What is tracked."),
    STR(object, F_KEY, 1, "Name of what is tracked."),
    I32(weight, F_CONFIG | F_SET | F_SNMP | F_LIVE | F_LOCAL, -TRACK_WEIGHT_MAX, TRACK_WEIGHT_MAX,
	0, NULL,
	"Priority that success adds, or failure takes when it is negative; with 0 failure is a "
	"fault."),
    BOOL(reverse, F_CONFIG | F_SET | F_SNMP | F_LIVE | F_LOCAL, false,
	 "Success takes and failure adds; with weight 0 success is a fault."),
    ENUM(reported, F_STATE | F_MAIN, track_state_names, TRACK_UNKNOWN,
	 "What another process has seen of it."),
    GAUGE_I32(reported_value, F_MAIN, "Number that another process has seen."),
    SNMP_INDEX(U32, UINT32_MAX),
    ENUM(state, F_STATE, track_state_names, TRACK_UNKNOWN, "What counts for the priority."),
    GAUGE_I32(value, 0, "Number that counts for the priority, of what has one."),
    GAUGE_I32(contribution, 0, "What it adds to the priority now."),
    GAUGE32(ifindex, NULL, "Index of an interface that is tracked; 0 while there is none."),
    WHEN(last_transition, F_STATE, "When the state changed last."),
    COUNTER32(transitions, NULL, "Changes of state."),
};
const struct table table_track =
    TABLE(T_TRACK, "track", ROLE_VRRP, 4, track_fields, "What instances and sync groups track.");
#undef ROW

#define ROW struct interface_delay_row
static const struct field interface_delay_fields[] = {
    STR(interface, F_KEY, 1, "Name of the interface."),
    U32(down_delay_ms, F_CONFIG | F_LIVE | F_LOCAL, 0, 255000, 0, "ms",
	"Time for which it must be down to count so."),
    U32(up_delay_ms, F_CONFIG | F_LIVE | F_LOCAL, 0, 255000, 0, "ms",
	"Time for which it must be up to count so."),
};
const struct table table_interface_delay =
    TABLE(T_INTERFACE_DELAY, "interface_delay", ROLE_VRRP, 1, interface_delay_fields,
	  "Delays of changes of links.");
#undef ROW

const struct enum_name linkbeat_method_names[] = {{LINKBEAT_ANY, "any"},
						  {LINKBEAT_MII, "MII"},
						  {LINKBEAT_ETHTOOL, "ETHTOOL"},
						  {LINKBEAT_IOCTL, "IOCTL"},
						  {0}};

#define ROW struct linkbeat_interface_row
static const struct field linkbeat_interface_fields[] = {
    STR(interface, F_KEY, 1, "Name of the interface."),
    ENUM(method, F_CONFIG | F_LIVE | F_LOCAL, linkbeat_method_names, LINKBEAT_ANY,
	 "How its link is polled; any is the first of MII, ETHTOOL and IOCTL that answers."),
    ENUM(used, F_STATE, linkbeat_method_names, LINKBEAT_ANY,
	 "What has answered last; any while nothing has."),
    BOOL(link_up, F_STATE, false, "Whether the link was up when it was polled last."),
};
const struct table table_linkbeat_interface =
    TABLE(T_LINKBEAT_INTERFACE, "linkbeat_interface", ROLE_VRRP, 1, linkbeat_interface_fields,
	  "Interfaces whose link is polled once a second.");
#undef ROW

#define WEIGHT "Weight of those who track it and name none."
#define LIVE   (F_CONFIG | F_LIVE | F_LOCAL)

#define ROW struct vrrp_script_row
static const struct field vrrp_script_fields[] = {
    STR(name, F_KEY, 1, "Name of the script."),
    STR(script, LIVE | F_EXEC, 1, "Command that is run; its exit status counts."),
    STR(user, LIVE | F_EXEC, 0, "User that runs it; empty is script_user."),
    STR(group, LIVE | F_EXEC, 0, "Group that runs it; empty is the user's."),
    U32(interval_ms, LIVE, 1, 86400000, 1000, "ms", "Time from one run to the next."),
    U32(timeout_ms, LIVE, 0, 86400000, 0, "ms", "Time that a run may take; 0 is the interval."),
    U32(rise, LIVE, 1, 1000000, 1, NULL, "Successes one after the other until it is ok."),
    U32(fall, LIVE, 1, 1000000, 1, NULL, "Failures one after the other until it has failed."),
    BOOL(init_fail, LIVE, false, "Whether it counts as failed before its first run."),
    I32(weight, LIVE, -TRACK_WEIGHT_MAX, TRACK_WEIGHT_MAX, 0, NULL, WEIGHT),
    BOOL(reverse, LIVE, false, "Whether their weights are reversed."),
    SNMP_INDEX(U32, UINT32_MAX),
    ENUM(state, F_STATE, track_state_names, TRACK_UNKNOWN, "What its runs say."),
    STR(result, F_STATE, 0, "Result of the last run."),
    GAUGE32(in_row, NULL, "Last results that were against the state."),
    WHEN(last_run, F_STATE, "When it was started last."),
    GAUGE32(duration_us, "us", "Time that the last run took."),
    WHEN(last_transition, F_STATE, "When the state changed last."),
    COUNTER32(transitions, NULL, "Changes of state."),
    COUNTER64(runs, NULL, "Runs that have ended."),
    COUNTER64(failures, NULL, "Those that failed."),
    COUNTER64(timeouts, NULL, "Those that took too long."),
};
const struct table table_vrrp_script = TABLE(T_VRRP_SCRIPT, "vrrp_script", ROLE_EXEC, 1,
					     vrrp_script_fields, "Scripts that are tracked.");
#undef ROW

#define ROW struct track_file_row
static const struct field track_file_fields[] = {
    STR(name, F_KEY, 1, "Name of the definition."),
    STR(file, LIVE, 1, "Path of the file, which holds a number."),
    I32(weight, LIVE, -INT32_MAX, INT32_MAX, 1, NULL,
	"Weight of those who track it and name none: what the number is multiplied by."),
    BOOL(reverse, LIVE, false, "Whether their weights are reversed."),
    BOOL(init_file, LIVE, false, "Whether the file is made at start when it is not there."),
    I32(init_value, LIVE, INT32_MIN, INT32_MAX, 0, NULL, "Number that is written then."),
    BOOL(overwrite, LIVE, false, "Whether the number is written even when the file is there."),
    SNMP_INDEX(U32, UINT32_MAX),
    ENUM(state, F_STATE, track_state_names, TRACK_UNKNOWN, "Whether it has been looked at."),
    GAUGE_I32(value, 0, "Number in the file; 0 when there is none."),
    STR(result, F_STATE, 0, "Why there is none."),
    WHEN(last_change, F_STATE, "When the number changed last."),
    COUNTER32(changes, NULL, "Changes of the number."),
};
const struct table table_track_file =
    TABLE(T_TRACK_FILE, "track_file", ROLE_EXEC, 1, track_file_fields, "Files that are tracked.");
#undef ROW

#define ROW struct track_process_row
static const struct field track_process_fields[] = {
    STR(name, F_KEY, 1, "Name of the definition."),
    STR(process, LIVE, 1, "Name of the process, and its parameters."),
    ENUM(param_match, LIVE, param_match_names, PARAM_MATCH_ANY,
	 "How parameters are compared: all of them (with any, if some are named), the first of "
	 "them, "
	 "or these with the last one only begun."),
    BOOL(full_command, LIVE, false,
	 "Whether the first word of the command line counts, and not the name in the kernel."),
    U32(quorum, LIVE, 0, 65535, 1, NULL, "Fewest processes for success."),
    U32(quorum_max, LIVE, 0, UINT32_MAX, UINT32_MAX, NULL, "Most processes for success."),
    U32(fork_delay_ms, LIVE, 0, 3600000, 0, "ms", "Time until success counts."),
    U32(terminate_delay_ms, LIVE, 0, 3600000, 0, "ms", "Time until failure counts."),
    I32(weight, LIVE, -TRACK_WEIGHT_MAX, TRACK_WEIGHT_MAX, 1, NULL, WEIGHT),
    BOOL(reverse, LIVE, false, "Whether their weights are reversed."),
    SNMP_INDEX(U32, UINT32_MAX),
    ENUM(state, F_STATE, track_state_names, TRACK_UNKNOWN, "Whether there is a quorum of them."),
    GAUGE32(processes, NULL, "Processes that match."),
    WHEN(last_transition, F_STATE, "When the state changed last."),
    COUNTER32(transitions, NULL, "Changes of state."),
};
const struct table table_track_process = TABLE(T_TRACK_PROCESS, "track_process", ROLE_EXEC, 1,
					       track_process_fields, "Processes that are tracked.");
#undef ROW
