/* rows_track: the fields of track. */
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
const struct enum_name track_state_names[] = {
    {TRACK_UNKNOWN, "unknown"}, {TRACK_OK, "ok"}, {TRACK_FAILED, "failed"}, {0}};

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
    ENUM(state, F_STATE, track_state_names, TRACK_UNKNOWN, "What counts for the priority."),
    GAUGE_I32(value, 0, "Number that counts for the priority, of what has one."),
    GAUGE_I32(contribution, 0, "What it adds to the priority now."),
    WHEN(last_transition, F_STATE, "When the state changed last."),
    COUNTER32(transitions, NULL, "Changes of state."),
};
const struct table table_track =
    TABLE(T_TRACK, "track", ROLE_VRRP, 4, track_fields, "What instances and sync groups track.");
#undef ROW
