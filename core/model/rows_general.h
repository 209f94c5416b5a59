/* rows_general: the director and its processes, what was changed. See rows.h. */
#ifndef MODEL_ROWS_GENERAL_H
#define MODEL_ROWS_GENERAL_H

#include "base/clock.h"
#include "base/cpus.h"
#include "base/log_levels.h"
#include "base/process.h"
#include "model/names.h"

struct global_row {
	char router_id[64];
	bool enable_snmp;
	bool enable_snmp_vrrp;
	bool enable_snmp_checker;
	bool enable_traps;
	bool enable_snmp_keepalived, enable_snmp_rfcv2, enable_snmp_rfcv3;
	char snmp_socket[108];
	char snmp_standalone[128];
	uint8_t vrrp_version;
	uint32_t vrrp_startup_delay_ms;
	uint32_t vrrp_delay_after_boot_ms;
	char vrrp_cpu_affinity[CPUS_TEXT];
	uint32_t vrrp_rlimit_rttime_us;
	char vrrp_process_name[PROCESS_NAME];
	char checker_cpu_affinity[CPUS_TEXT];
	char checker_process_name[PROCESS_NAME];
	uint32_t vrrp_garp_interval_us;
	uint32_t vrrp_gna_interval_us;
	bool checker_log_all_failures;
	bool lvs_drain_persistent;
	uint32_t checks_at_once, checks_at_once_per_host;
	uint32_t stats_update_interval_ms;
	uint32_t change_log_size;
	char log_level[LOG_LEVELS_TEXT];
	uint32_t vrrp_netlink_monitor_rcv_bufs;
	bool vrrp_netlink_monitor_rcv_bufs_force;
	char vmac_prefix[NAME_IF];
	char vmac_addr_prefix[NAME_IF];
	/* state, written by main */
	char version[32];
	struct mono started;
	uint64_t config_generation;
	struct mono last_change;
	struct mono last_reload;
	uint8_t last_reload_result; /* enum reload_result */
	uint32_t reloads_refused;
	uint8_t reload, save, revert; /* enum order: read idle */
	uint32_t confirm_time_s;      /* of what is on trial */
	uint8_t confirm;              /* enum confirm_order: reads idle */
	uint8_t confirm_pending;      /* enum confirm_pending */
	struct mono confirm_ends;
	int32_t spin_lock;
	char last_reload_error[200];
	uint8_t config_source; /* enum config_source */
	char config_source_reason[200];
	uint32_t overlay_entries;
	char config_digest[65];
	char overlay_digest[65];
};

/* What is ordered of main by setting a field. */
enum order { ORDER_IDLE = 1, ORDER_RUN = 2 };
extern const struct enum_name order_names[];
enum confirm_order { CONFIRM_IDLE = 1, CONFIRM_CONFIRM = 2, CONFIRM_GO_BACK = 3 };
extern const struct enum_name confirm_order_names[];
/* What is on trial. */
enum confirm_pending { CONFIRM_NONE = 1, CONFIRM_RELOAD = 2, CONFIRM_CHANGE = 3 };
extern const struct enum_name confirm_pending_names[];
#define CONFIRM_MAX_S 86400u
enum reload_result { RELOAD_NONE = 1, RELOAD_OK = 2, RELOAD_REFUSED = 3 };
extern const struct enum_name reload_result_names[];

/* What runs; when it is not the file, a line says why. */
enum config_source { CONFIG_FROM_FILE = 1, CONFIG_FROM_STORED = 2, CONFIG_FROM_PARTS = 3 };
extern const struct enum_name config_source_names[];

enum process_state {
	PROCESS_STARTING = 1,
	PROCESS_RUNNING = 2,
	PROCESS_DEAD = 3,
	PROCESS_DISABLED = 4
};
extern const struct enum_name process_state_names[];

struct process_row {
	char role[16];
	uint32_t pid;
	uint8_t state; /* enum process_state */
	uint32_t restarts;
	struct mono started;
	struct mono heartbeat;
	uint64_t worst_lateness_us;
	uint64_t cpu_ms;
	uint64_t memory_kb;
};

/* The SNMP agent; the only row. */
struct agent_row {
	bool connected;
	struct mono connected_since;
	uint32_t connections;
	uint32_t notifications_waiting;
	uint32_t notifications_sent;
	uint32_t notifications_lost;
};

enum change_source { SOURCE_SNMP = 1, SOURCE_CTL = 2, SOURCE_FILE = 3 };
extern const struct enum_name change_source_names[];
enum change_result { CHANGE_DONE = 1, CHANGE_REFUSED = 2, CHANGE_FAILED = 3 };
extern const struct enum_name change_result_names[];

struct change_log_row {
	uint32_t number;
	uint64_t when; /* wall */
	uint8_t source;
	char who[48];
	char object[152]; /* table and key */
	char field[32];
	char old_value[128];
	char new_value[128];
	uint8_t result;
	char result_text[128];
};

enum overlay_state {
	OVERLAY_IN_FORCE = 1,
	OVERLAY_NOT_IN_FORCE,   /* what the file has become does not allow it */
	OVERLAY_NO_ROW,         /* kept for a row that is not configured */
	OVERLAY_NOT_UNDERSTOOD, /* a line of another version: `object` is the line */
};
extern const struct enum_name overlay_state_names[];

/* One change kept beside the file. */
struct overlay_row {
	char object[152]; /* table and key */
	char field[32];
	char file_value[128]; /* without it this would be in force */
	char value[128];
	uint8_t state; /* enum overlay_state */
	char changed_by[48];
	uint64_t changed_at; /* wall */
};

#endif
