/* map_general: halGeneral, halProcessTable, halAgent and halChangeTable of HALVARD-MIB. */
#include "agent/map.h"

static struct map_column map_general_columns[] = {
    {1, "version", M_STRING, M_RO},
    {2, "router_id", M_STRING, M_RO},
    {3, "started", M_TIMESTAMP, M_RO},
    {4, "config_generation", M_COUNTER64, M_RO},
    {5, "last_change", M_TIMESTAMP, M_RO},
    {6, "last_reload", M_TIMESTAMP, M_RO},
    {7, "last_reload_result", M_INTEGER, M_RO},
    {8, "last_reload_error", M_STRING, M_RO},
    {9, "overlay_entries", M_GAUGE32, M_RO},
    {10, "config_digest", M_STRING, M_RO},
    {11, "overlay_digest", M_STRING, M_RO},
    {12, "reload", M_INTEGER, M_RW},
    {13, "save", M_INTEGER, M_RW},
    {14, "revert", M_INTEGER, M_RW},
    {15, "spin_lock", M_INTEGER, M_RW},
    {16, "enable_traps", M_TRUTH, M_RW},
    {17, NULL, M_REPLICA_AGE, M_RO},
    {18, "reloads_refused", M_COUNTER32, M_RO},
    {19, "confirm_time_s", M_UNSIGNED32, M_RW},
    {20, "confirm", M_INTEGER, M_RW},
    {21, "confirm_pending", M_INTEGER, M_RO},
};
struct map_table map_general = {"halGeneral", 1, T_GLOBAL, true, MAP_COLUMNS(map_general_columns)};

static struct map_column map_process_columns[] = {
    {2, "pid", M_UNSIGNED32, M_RO},
    {3, "state", M_INTEGER, M_RO},
    {4, "restarts", M_COUNTER32, M_RO},
    {5, "started", M_TIMESTAMP, M_RO},
    {6, "heartbeat", M_AGE_MS, M_RO | M_SPARSE},
    {7, "worst_lateness_us", M_GAUGE32, M_RO},
    {8, "cpu_ms", M_COUNTER64, M_RO},
    {9, "memory_kb", M_GAUGE32, M_RO},
};
struct map_table map_process = {"halProcessTable", 2, T_PROCESS, false,
				MAP_COLUMNS(map_process_columns)};

static struct map_column map_agent_columns[] = {
    {1, "connected_since", M_TIMESTAMP, M_RO},     {2, "connections", M_COUNTER32, M_RO},
    {3, "notifications_waiting", M_GAUGE32, M_RO}, {4, "notifications_sent", M_COUNTER32, M_RO},
    {5, "notifications_lost", M_COUNTER32, M_RO},
};
struct map_table map_agent = {"halAgent", 14, T_AGENT, true, MAP_COLUMNS(map_agent_columns)};

static struct map_column map_change_columns[] = {
    {2, "when", M_DATE, M_RO | M_SPARSE}, {3, "source", M_INTEGER, M_RO},
    {4, "who", M_STRING, M_RO},           {5, "object", M_STRING, M_RO},
    {6, "field", M_STRING, M_RO},         {7, "old_value", M_STRING, M_RO},
    {8, "new_value", M_STRING, M_RO},     {9, "result", M_INTEGER, M_RO},
    {10, "result_text", M_STRING, M_RO},
};
struct map_table map_change = {"halChangeTable", 13, T_CHANGE_LOG, false,
			       MAP_COLUMNS(map_change_columns)};
