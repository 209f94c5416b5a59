/*
 * map_tracked: what KEEPALIVED-MIB has of what virtual routers and sync groups track, and of the
 * scripts, files and processes that are defined for it. The command of a script is not shown: the
 * process that runs it knows it and no other.
 */
#include "agent/convert.h"

#define DIVIDED(n) .read = convert_part, .arg = (n)
#define TIMES(n)   .read = convert_times, .arg = (n)

/* The tables of interfaces have no number of their own before the name. */
#define TRACKED(first)                                                                             \
	{                                                                                          \
		{(first), "object", M_STRING, M_RO}, {(first) + 1, "weight", M_INTEGER, M_RO},     \
		    {(first) + 2, "reverse", M_TRUTH, M_RO},                                       \
	}
static struct map_column interface_columns[] = TRACKED(1), sync_interface_columns[] = TRACKED(1);
static struct map_column script_columns[] = TRACKED(2), sync_script_columns[] = TRACKED(2);
static struct map_column file_columns[] = TRACKED(2), sync_file_columns[] = TRACKED(2);
static struct map_column process_columns[] = TRACKED(2), sync_process_columns[] = TRACKED(2);

#define TRACKS(title, number, columns, what, whose)                                                \
	{                                                                                          \
		title, number, T_TRACK, false, MAP_COLUMNS(columns), &map_k_vrrp, INDEX_TRACK,     \
		    .part_of = (whose), .select = (what)                                           \
	}
#define OF_INSTANCE(title, number, columns, what)                                                  \
	TRACKS(title, number, columns, what, T_VRRP_INSTANCE)
#define OF_GROUP(title, number, columns, what) TRACKS(title, number, columns, what, T_SYNC_GROUP)

struct map_table map_k_track_interface =
    OF_INSTANCE("vrrpTrackedInterfaceTable", 4, interface_columns, TRACK_INTERFACE);
struct map_table map_k_track_script =
    OF_INSTANCE("vrrpTrackedScriptTable", 5, script_columns, TRACK_SCRIPT);
struct map_table map_k_track_file =
    OF_INSTANCE("vrrpTrackedFileTable", 12, file_columns, TRACK_FILE);
struct map_table map_k_track_process =
    OF_INSTANCE("vrrpTrackedProcessTable", 20, process_columns, TRACK_PROCESS);
struct map_table map_k_sync_interface =
    OF_GROUP("vrrpSyncTrackedInterfaceTable", 14, sync_interface_columns, TRACK_INTERFACE);
struct map_table map_k_sync_script =
    OF_GROUP("vrrpSyncTrackedScriptTable", 15, sync_script_columns, TRACK_SCRIPT);
struct map_table map_k_sync_file =
    OF_GROUP("vrrpSyncTrackedFileTable", 16, sync_file_columns, TRACK_FILE);
struct map_table map_k_sync_process =
    OF_GROUP("vrrpSyncTrackedProcessTable", 22, sync_process_columns, TRACK_PROCESS);

/* ---- definitions --------------------------------------------------------- */

static struct map_column definition_script_columns[] = {
    {2, "name", M_STRING, M_RO},     {4, "interval_ms", M_INTEGER, M_RO, DIVIDED(1000)},
    {5, "weight", M_INTEGER, M_RO},  {6, "state", M_INTEGER, M_RO, .read = convert_script_result},
    {7, "rise", M_UNSIGNED32, M_RO}, {8, "fall", M_UNSIGNED32, M_RO},
    {9, "reverse", M_TRUTH, M_RO},
};
struct map_table map_k_script = {
    "vrrpScriptTable", 9,           T_VRRP_SCRIPT, false, MAP_COLUMNS(definition_script_columns),
    &map_k_vrrp,       INDEX_NUMBER};

static struct map_column definition_file_columns[] = {
    {2, "name", M_STRING, M_RO},    {3, "file", M_STRING, M_RO},   {4, "value", M_INTEGER, M_RO},
    {5, "weight", M_INTEGER, M_RO}, {6, "reverse", M_TRUTH, M_RO},
};
struct map_table map_k_file = {
    "vrrpFileTable", 13,          T_TRACK_FILE, false, MAP_COLUMNS(definition_file_columns),
    &map_k_vrrp,     INDEX_NUMBER};

static struct map_column definition_process_columns[] = {
    {2, "name", M_STRING, M_RO},
    {3, "process", M_STRING, M_RO, .read = convert_first_word},
    {4, "process", M_STRING, M_RO, .read = convert_other_words},
    {5, NULL, M_INTEGER, M_RO, .read = convert_process_match},
    {6, "weight", M_INTEGER, M_RO},
    {7, "reverse", M_TRUTH, M_RO},
    {8, "quorum", M_UNSIGNED32, M_RO},
    {9, "quorum_max", M_INTEGER, M_RO, .read = convert_quorum_max},
    {10, "fork_delay_ms", M_UNSIGNED32, M_RO, TIMES(1000)},
    {11, "terminate_delay_ms", M_UNSIGNED32, M_RO, TIMES(1000)},
    {12, NULL, M_INTEGER, M_RO, .read = convert_process_full},
    {13, "processes", M_INTEGER, M_RO},
    {14, "state", M_INTEGER, M_RO, .read = convert_is_ok},
};
struct map_table map_k_process = {"vrrpProcessTable",
				  21,
				  T_TRACK_PROCESS,
				  false,
				  MAP_COLUMNS(definition_process_columns),
				  &map_k_vrrp,
				  INDEX_NUMBER};
