/* rows_general: the fields of global, process, agent and change_log. */
#include "model/rows_general.h"

#include "model/field.h"

const struct enum_name admin_updown_names[] = {{ADMIN_UP, "up"}, {ADMIN_DOWN, "down"}, {0}};
const struct enum_name family_names[] = {{FAMILY_IPV4, "ipv4"}, {FAMILY_IPV6, "ipv6"}, {0}};
const struct enum_name confirm_order_names[] = {
    {CONFIRM_IDLE, "idle"}, {CONFIRM_CONFIRM, "confirm"}, {CONFIRM_GO_BACK, "goBack"}, {0}};
const struct enum_name confirm_pending_names[] = {
    {CONFIRM_NONE, "none"}, {CONFIRM_RELOAD, "reload"}, {CONFIRM_CHANGE, "change"}, {0}};
const struct enum_name order_names[] = {{ORDER_IDLE, "idle"}, {ORDER_RUN, "run"}, {0}};
const struct enum_name reload_result_names[] = {
    {RELOAD_NONE, "none"}, {RELOAD_OK, "ok"}, {RELOAD_REFUSED, "refused"}, {0}};
const struct enum_name config_source_names[] = {
    {CONFIG_FROM_FILE, "file"}, {CONFIG_FROM_STORED, "stored"}, {CONFIG_FROM_PARTS, "parts"}, {0}};
const struct enum_name process_state_names[] = {
    {PROCESS_STARTING, "starting"},
    {PROCESS_RUNNING, "running"},
    {PROCESS_DEAD, "dead"},
    {PROCESS_DISABLED, "disabled"},
    {0},
};
const struct enum_name change_source_names[] = {
    {SOURCE_SNMP, "snmp"}, {SOURCE_CTL, "ctl"}, {SOURCE_FILE, "file"}, {0}};
const struct enum_name change_result_names[] = {
    {CHANGE_DONE, "done"}, {CHANGE_REFUSED, "refused"}, {CHANGE_FAILED, "failed"}, {0}};

#define ROW struct global_row
static const struct field global_fields[] = {
    STR(router_id, F_CONFIG | F_LOCAL | F_LIVE, 0,
	"Name of this director in notifications; the host name by default."),
    BOOL(enable_snmp, F_CONFIG | F_LOCAL | F_LIVE, true, "Whether the SNMP agent runs."),
    BOOL(enable_snmp_vrrp, F_CONFIG | F_LOCAL | F_LIVE, true,
	 "Whether the agent publishes the VRRP tables."),
    BOOL(enable_snmp_checker, F_CONFIG | F_LOCAL | F_LIVE, true,
	 "Whether the agent publishes the LVS tables."),
    BOOL(enable_traps, F_CONFIG | F_LOCAL | F_LIVE | F_SET | F_SNMP, false,
	 "Whether the agent sends notifications."),
    BOOL(enable_snmp_keepalived, F_CONFIG | F_LOCAL | F_LIVE, false,
	 "Whether those of KEEPALIVED-MIB are sent too."),
    BOOL(enable_snmp_rfcv2, F_CONFIG | F_LOCAL | F_LIVE, false,
	 "Whether those of VRRP-MIB are sent too."),
    BOOL(enable_snmp_rfcv3, F_CONFIG | F_LOCAL | F_LIVE, false,
	 "Whether those of VRRPV3-MIB are sent too."),
    STR(snmp_socket, F_CONFIG | F_LOCAL | F_LIVE, 0,
	"AgentX socket of the SNMP master; empty is the master's own default."),
    STR(snmp_standalone, F_CONFIG | F_LOCAL | F_LIVE, 0,
	"Addresses at which the agent answers itself, with commas; empty: it is a subagent."),
    U8(vrrp_version, F_CONFIG | F_LOCAL, 2, 3, 2, NULL,
       "VRRP version of instances that name none."),
    U32(vrrp_startup_delay_ms, F_CONFIG | F_LIVE, 0, 4294967, 0, "ms",
	"Time after the start of the director until an instance may take over."),
    U32(vrrp_delay_after_boot_ms, F_CONFIG | F_LIVE, 0, UINT32_MAX, 0, "ms",
	"Time after the boot of the machine until an instance may take over."),
    STR(vrrp_cpu_affinity, F_CONFIG | F_LIVE | F_LOCAL, 0,
	"Numbers of the processors that the VRRP process may use; empty for all."),
    U32(vrrp_rlimit_rttime_us, F_CONFIG | F_LIVE | F_LOCAL, 0, UINT32_MAX, 0, "us",
	"Time for which the VRRP process may run without a pause until it is replaced; 0 for any."),
    STR(vrrp_process_name, F_CONFIG | F_LIVE | F_LOCAL, 0,
	"Name of the VRRP process in the process list; empty is halvard-vrrp."),
    STR(checker_cpu_affinity, F_CONFIG | F_LIVE | F_LOCAL, 0,
	"Numbers of the processors that the LVS process may use; empty for all."),
    STR(checker_process_name, F_CONFIG | F_LIVE | F_LOCAL, 0,
	"Name of the LVS process in the process list; empty is halvard-lvs."),
    U32(vrrp_garp_interval_us, F_CONFIG | F_LIVE, 0, UINT32_MAX, 0, "us",
	"Least time between two gratuitous ARPs on an interface without a garp_group."),
    U32(vrrp_gna_interval_us, F_CONFIG | F_LIVE, 0, UINT32_MAX, 0, "us",
	"Least time between two neighbour advertisements on an interface without a garp_group."),
    BOOL(checker_log_all_failures, F_CONFIG | F_LOCAL | F_LIVE, false,
	 "Attempts of all checks that fail are logged while the server is up."),
    BOOL(lvs_drain_persistent, F_CONFIG | F_LOCAL | F_LIVE, true,
	 "While a server of a persistent service drains, net.ipv4.vs.expire_quiescent_template is "
	 "1."),
    U32(checks_at_once, F_CONFIG | F_LOCAL | F_LIVE, 1, 1000000, 4096, NULL,
	"Checks that may run at one time; others wait in order."),
    U32(checks_at_once_per_host, F_CONFIG | F_LOCAL | F_LIVE, 1, 1000000, 128, NULL,
	"... and of those that are of one address."),
    U32(stats_update_interval_ms, F_CONFIG | F_LOCAL | F_LIVE, 1000, 86400000, 1000, "ms",
	"How old statistics may be that somebody asks for."),
    U32(change_log_size, F_CONFIG | F_LOCAL | F_LIVE, 16, 65536, 1000, NULL,
	"Rows kept in the change log."),
    STR(log_level, F_CONFIG | F_LOCAL | F_LIVE | F_SET, 0,
	"What is logged: LEVEL or AREA:LEVEL, several with commas; empty is the command line's."),
    U32(vrrp_netlink_monitor_rcv_bufs, F_CONFIG | F_LOCAL | F_LIVE, 0, INT32_MAX, 0, NULL,
	"Octets of the receive buffer for the kernel's events in VRRP; 0 is Halvard's own size."),
    BOOL(vrrp_netlink_monitor_rcv_bufs_force, F_CONFIG | F_LOCAL | F_LIVE, false,
	 "Whether it may be larger than net.core.rmem_max."),
    STR(vmac_prefix, F_CONFIG | F_LOCAL | F_LIVE, 0,
	"Beginning of the names of interfaces with a virtual MAC address; empty is vrrp."),
    STR(vmac_addr_prefix, F_CONFIG | F_LOCAL | F_LIVE, 0,
	"The same for those of addresses on other interfaces; empty is the same."),
    STR(version, F_STATE, 0, "Version of the running program."),
    WHEN(started, F_STATE, "When the daemon started."),
    GAUGE64(config_generation, NULL, "Grows with every change of the configuration in force."),
    WHEN(last_change, F_STATE, "When the configuration in force changed last."),
    WHEN(last_reload, F_STATE, "When the file was read last."),
    ENUM(last_reload_result, F_STATE, reload_result_names, RELOAD_NONE,
	 "What became of the last reload."),
    COUNTER32(reloads_refused, NULL, "Reloads that were refused since the daemon began."),
    ENUM(reload, F_STATE | F_ACTION | F_SET | F_SNMP, order_names, ORDER_IDLE,
	 "Run reads the file again."),
    ENUM(save, F_STATE | F_ACTION | F_SET | F_SNMP, order_names, ORDER_IDLE,
	 "Run writes what was set at run time into the file, as far as it can be said there."),
    ENUM(revert, F_STATE | F_ACTION | F_SET | F_SNMP, order_names, ORDER_IDLE,
	 "Run forgets all that was set at run time."),
    U32(confirm_time_s, F_STATE | F_ACTION | F_SET | F_SNMP, 0, CONFIRM_MAX_S, 0, "s",
	"Set together with a change, or with an order to reload: it goes back by itself after this "
	"time unless it is confirmed. What is on trial has this time; 0 when nothing is."),
    ENUM(confirm, F_STATE | F_ACTION | F_SET | F_SNMP, confirm_order_names, CONFIRM_IDLE,
	 "Confirm: what is on trial stays; goBack: it goes back at once."),
    ENUM(confirm_pending, F_STATE, confirm_pending_names, CONFIRM_NONE, "What is on trial."),
    WHEN(confirm_ends, F_STATE, "When that goes back unless it is confirmed."),
    I32(spin_lock, F_STATE | F_ACTION | F_SET | F_SNMP, 0, INT32_MAX, 0, NULL,
	"Grows with every change; setting it succeeds while it still has the value that is set."),
    STR(last_reload_error, F_STATE, 0, "The first error of the last reload that was refused."),
    ENUM(config_source, F_STATE, config_source_names, CONFIG_FROM_FILE,
	 "What runs: the file, the stored configuration that was accepted last, or the good parts "
	 "of "
	 "the file."),
    STR(config_source_reason, F_STATE, 0, "Why it is not the file."),
    GAUGE32(overlay_entries, NULL, "Changes kept in the overlay beside the file."),
    STR(config_digest, F_STATE, 0, "SHA-256 of the configuration that the file gives."),
    STR(overlay_digest, F_STATE, 0, "SHA-256 of the overlay."),
};
const struct table table_global = TABLE(T_GLOBAL, "global", ROLE_MAIN, 0, global_fields,
					"Settings and state of the whole director.");
#undef ROW

#define ROW struct process_row
static const struct field process_fields[] = {
    STR(role, F_KEY, 1, "Role of the process."),
    GAUGE32(pid, NULL, "Process identifier; 0 when it does not run."),
    ENUM(state, F_STATE, process_state_names, PROCESS_STARTING, "Whether the process works."),
    COUNTER32(restarts, NULL, "How often the guardian has started it again."),
    WHEN(started, F_STATE, "When it was started last."),
    WHEN(heartbeat, F_STATE, "When its last heartbeat came."),
    GAUGE64(worst_lateness_us, "us", "Worst delay of a timer since it started."),
    GAUGE64(cpu_ms, "ms", "Processor time it has used."),
    GAUGE64(memory_kb, "kB", "Resident memory."),
};
const struct table table_process =
    TABLE(T_PROCESS, "process", ROLE_MAIN, 1, process_fields, "The processes of the director.");
#undef ROW

#define ROW struct agent_row
static const struct field agent_fields[] = {
    BOOL(connected, F_STATE, false, "Whether there is a session with the SNMP master."),
    WHEN(connected_since, F_STATE, "When the session began; of the last one if there is none."),
    COUNTER32(connections, NULL, "Sessions with the master so far."),
    GAUGE32(notifications_waiting, NULL, "Notifications that the master has not taken yet."),
    COUNTER32(notifications_sent, NULL, "Notifications that the master has taken."),
    COUNTER32(notifications_lost, NULL,
	      "Notifications given up: too many were waiting, or the master refused them."),
};
const struct table table_agent = TABLE(T_AGENT, "agent", ROLE_AGENT, 0, agent_fields,
				       "The SNMP agent and its session with the master.");
#undef ROW

#define ROW struct change_log_row
static const struct field change_log_fields[] = {
    U32(number, F_KEY, 1, UINT32_MAX, 1, NULL, "Number of the change, growing."),
    WALL(when, F_STATE, "When it was made."),
    ENUM(source, F_STATE, change_source_names, SOURCE_FILE, "By which way it came."),
    STR(who, F_STATE, 0, "Who made it, as far as the way tells."),
    STR(object, F_STATE, 0, "Table and name of the row."),
    STR(field, F_STATE, 0, "The field that was changed; empty for a whole row."),
    STR(old_value, F_STATE, 0, "Value before."),
    STR(new_value, F_STATE, 0, "Value asked for."),
    ENUM(result, F_STATE, change_result_names, CHANGE_DONE, "What became of it."),
    STR(result_text, F_STATE, 0, "Why it was refused or failed."),
};
const struct table table_change_log =
    TABLE(T_CHANGE_LOG, "change_log", ROLE_MAIN, 1, change_log_fields,
	  "Changes of the configuration in force.");
#undef ROW

const struct enum_name overlay_state_names[] = {
    {OVERLAY_IN_FORCE, "inForce"},
    {OVERLAY_NOT_IN_FORCE, "notInForce"},
    {OVERLAY_NO_ROW, "noRow"},
    {OVERLAY_NOT_UNDERSTOOD, "notUnderstood"},
    {0},
};

#define ROW struct overlay_row
static const struct field overlay_fields[] = {
    STR(object, F_KEY, 1, "Table and name of the row; of a line that is not understood, the line."),
    STR(field, F_KEY, 1, "The field that was set."),
    STR(file_value, F_STATE, 0, "The value that the file gives."),
    STR(value, F_STATE, 0, "The value that was set."),
    ENUM(state, F_STATE, overlay_state_names, OVERLAY_IN_FORCE, "Whether it is in force."),
    STR(changed_by, F_STATE, 0, "Who set it; empty when the change log does not go back so far."),
    WALL(changed_at, F_STATE, "When that was."),
};
const struct table table_overlay = TABLE(T_OVERLAY, "overlay", ROLE_MAIN, 2, overlay_fields,
					 "What was set at run time and is kept beside the file.");
#undef ROW
