/*
 * rows: the structs behind the tables. Their fields are described in rows_*.c, in the
 * same order; units are in the names. See MIB.md in docs for the meaning of the states.
 *
 * Names are keys: an instance is its name; a virtual server "192.0.2.10:80/tcp",
 * "[2001:db8::1]:53/udp"; a real server "10.0.0.1:80" below its virtual server.
 */
#ifndef MODEL_ROWS_H
#define MODEL_ROWS_H

#include "base/addr.h"
#include "base/clock.h"
#include "base/log_levels.h"
#include "model/schema.h"

#define NAME_VRRP 64 /* sizes include the NUL: 63 octets */
#define NAME_SYNC 48 /* with an instance's it fits into an object identifier of SNMP */
#define NAME_VS   57
#define NAME_RS   55
#define NAME_IF   16

enum admin_updown { ADMIN_UP = 1, ADMIN_DOWN = 2 };
extern const struct enum_name admin_updown_names[];

enum family { FAMILY_IPV4 = 1, FAMILY_IPV6 = 2 }; /* as InetAddressType */
extern const struct enum_name family_names[];

/* ---- general --------------------------------------------------------- */

struct global_row {
	char router_id[64];
	bool enable_snmp;
	bool enable_snmp_vrrp;
	bool enable_snmp_checker;
	bool enable_traps;
	char snmp_socket[108];
	uint8_t vrrp_version;
	uint32_t change_log_size;
	char log_level[LOG_LEVELS_TEXT];
	/* state, written by main */
	char version[32];
	struct mono started;
	uint64_t config_generation;
	struct mono last_change;
	struct mono last_reload;
	uint8_t last_reload_result; /* enum reload_result */
	char last_reload_error[200];
	uint8_t config_source; /* enum config_source */
	char config_source_reason[200];
	uint32_t overlay_entries;
	char config_digest[65];
	char overlay_digest[65];
};

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

/* ---- VRRP ------------------------------------------------------------ */

enum vrrp_state { VRRP_INIT = 1, VRRP_BACKUP = 2, VRRP_MASTER = 3, VRRP_FAULT = 4 };
extern const struct enum_name vrrp_state_names[];
enum vrrp_auth { VRRP_AUTH_NONE = 1, VRRP_AUTH_PASS = 2, VRRP_AUTH_AH = 3 };
extern const struct enum_name vrrp_auth_names[];

/* Why an instance is in its state; the same word in log, ctl and MIB. */
enum vrrp_reason {
	VRRP_REASON_NONE = 1,
	VRRP_REASON_STARTUP,
	VRRP_REASON_SHUTDOWN,
	VRRP_REASON_MASTER_DOWN_TIMER,
	VRRP_REASON_MASTER_RESIGNED, /* priority 0 heard */
	VRRP_REASON_HIGHER_PRIORITY,
	VRRP_REASON_HIGHER_ADDRESS, /* equal priority, greater address */
	VRRP_REASON_PREEMPT,
	VRRP_REASON_OWNER,
	VRRP_REASON_ADMIN_DOWN,
	VRRP_REASON_ADMIN_UP,
	VRRP_REASON_INTERFACE_DOWN,
	VRRP_REASON_INTERFACE_UP,
	VRRP_REASON_CONFIG,
	VRRP_REASON_RESUMED,   /* the process was replaced in time */
	VRRP_REASON_WOKE_LATE, /* silent for so long that others may be master */
	VRRP_REASON_YIELDED,   /* by the operator's command */
	VRRP_REASON_TAKEOVER,  /* by the operator's command */
	VRRP_REASON_GROUP,     /* another member of its sync group has changed */
	VRRP_REASON_SILENT, /* main's word: the process has not spoken for so long that it is none
			     */
};
extern const struct enum_name vrrp_reason_names[];

/* The operator's word on who is master. */
enum vrrp_command {
	VRRP_COMMAND_NONE = 1,
	VRRP_COMMAND_YIELD,    /* resign, and count as priority 1 from then on */
	VRRP_COMMAND_TAKEOVER, /* contest mastership once, whatever preempt says */
};
extern const struct enum_name vrrp_command_names[];

enum { ADDRESS_LEASE_OFF = 0, ADDRESS_LEASE_AUTO = 1 };

struct vrrp_instance_row {
	char name[NAME_VRRP];
	/* configuration */
	char interface[NAME_IF];
	uint8_t vrid;
	uint8_t version;       /* 2 or 3 */
	uint8_t family;        /* enum family */
	uint8_t initial_state; /* VRRP_MASTER or VRRP_BACKUP */
	uint8_t base_priority;
	uint32_t adver_int_cs;
	bool preempt;
	bool accept;
	bool v3_checksum_as_v2; /* IPv4 v3 checksum over the message only (RFC 9568 5.2.8) */
	uint8_t auth_type;
	char auth_pass[9];
	uint32_t garp_master_repeat;
	uint32_t garp_master_delay_ms;
	uint32_t garp_lower_prio_repeat;
	uint32_t garp_lower_prio_delay_ms;
	uint32_t garp_master_refresh_ms; /* 0: never */
	uint32_t garp_master_refresh_repeat;
	uint32_t address_lease_ms; /* ADDRESS_LEASE_OFF, _AUTO, or so long */
	/* the operator's word */
	uint8_t admin_state; /* enum admin_updown */
	char admin_reason[128];
	uint8_t command; /* enum vrrp_command */
	/* state */
	uint8_t state;
	uint8_t reason; /* enum vrrp_reason: of the last transition */
	uint8_t effective_priority;
	char sync_group[NAME_SYNC]; /* empty: none */
	uint32_t ifindex;
	struct addr primary_addr; /* source of our advertisements */
	struct addr master_addr;
	uint8_t master_priority;
	uint32_t master_adver_int_cs;
	uint32_t skew_time_us;
	uint32_t master_down_us;
	struct mono last_transition;
	uint64_t worst_lateness_us;
	uint64_t worst_advert_gap_us; /* between two advertisements of one mastership */
	/* counters */
	uint32_t transitions; /* every change of state */
	uint32_t become_master;
	uint64_t adverts_sent;
	uint64_t adverts_received;
	uint64_t priority_zero_sent;
	uint64_t priority_zero_received;
	uint64_t checksum_errors;
	uint64_t version_errors;
	uint64_t ttl_errors;
	uint64_t type_errors;
	uint64_t length_errors;
	uint64_t interval_errors;
	uint64_t auth_errors;
	uint64_t address_list_errors;
};

struct vrrp_address_row {
	char instance[NAME_VRRP];
	char address[ADDR_TEXT_MAX]; /* text form without the prefix */
	/* configuration */
	struct addr addr;
	uint8_t prefix_len;
	char dev[NAME_IF];
	char label[NAME_IF];
	uint8_t scope; /* enum addr_scope */
	struct addr broadcast;
	bool broadcast_set; /* "brd +": computed from the prefix when broadcast is empty */
	bool excluded;      /* not in the advertisement */
	/* state */
	bool present;
	uint32_t ifindex;
};

enum addr_scope {
	SCOPE_GLOBAL = 1,
	SCOPE_SITE = 2,
	SCOPE_LINK = 3,
	SCOPE_HOST = 4,
	SCOPE_NOWHERE = 5
};
extern const struct enum_name addr_scope_names[];

struct sync_group_row {
	char name[NAME_SYNC];
	/* state */
	uint8_t state;  /* enum vrrp_state: of all its members */
	uint8_t reason; /* enum vrrp_reason: of the member that changed first */
	uint32_t members;
	struct mono last_transition;
	/* counters */
	uint32_t transitions;
};

struct sync_member_row {
	char group[NAME_SYNC];
	char instance[NAME_VRRP];
	/* state */
	bool usable; /* false: it keeps its group in fault */
};

/* ---- LVS ------------------------------------------------------------- */

enum lvs_protocol { LVS_TCP = 1, LVS_UDP = 2, LVS_SCTP = 3 };
extern const struct enum_name lvs_protocol_names[];
enum lvs_forwarding { LVS_NAT = 1, LVS_DR = 2, LVS_TUN = 3 };
extern const struct enum_name lvs_forwarding_names[];
enum vs_admin { VS_ENABLED = 1, VS_DISABLED = 2 };
extern const struct enum_name vs_admin_names[];
enum vs_oper { VS_UP = 1, VS_DEGRADED, VS_QUORUM_LOST, VS_SORRY, VS_DOWN, VS_OPER_DISABLED };
extern const struct enum_name vs_oper_names[];
enum rs_admin { RS_ENABLED = 1, RS_DRAINING, RS_DISABLED, RS_FORCED_OFFLINE };
extern const struct enum_name rs_admin_names[];
enum rs_oper {
	RS_UP = 1,
	RS_DOWN,
	RS_CHECKING,
	RS_OPER_DRAINING,
	RS_DRAINED,
	RS_OPER_DISABLED,
	RS_DISABLED_BY_PARENT,
};
extern const struct enum_name rs_oper_names[];

/* Why a check or a server is in its state; the same word in log, ctl and MIB. */
enum check_reason {
	REASON_NONE = 1,
	REASON_NOT_RUN,
	REASON_OK,
	REASON_NO_CHECK,
	REASON_REFUSED,
	REASON_TIMEOUT,
	REASON_UNREACHABLE,
	REASON_RESET,
	REASON_LOCAL_ERROR,    /* the director itself could not run the check */
	REASON_KERNEL_REFUSED, /* the kernel did not take the service or the server */
	REASON_ADMIN,
};
extern const struct enum_name check_reason_names[];

struct virtual_server_row {
	char name[NAME_VS];
	/* configuration */
	uint8_t family;
	struct addr addr;
	uint16_t port;
	uint8_t protocol;
	uint32_t fwmark;
	char scheduler[16];
	bool sched_fallback;            /* sh-fallback, mh-fallback */
	bool sched_port;                /* sh-port, mh-port */
	uint8_t forwarding;             /* default of its real servers */
	uint32_t persistence_timeout_s; /* 0: none */
	uint32_t delay_loop_ms;
	/* the operator's word */
	uint8_t admin_state; /* enum vs_admin */
	char admin_reason[128];
	/* state */
	uint8_t oper_state;
	uint32_t rs_total;
	uint32_t rs_up;
	uint32_t weight_total; /* of all real servers, as configured */
	uint32_t weight_up;    /* of those that are up, as configured */
	uint8_t health_percent;
	uint32_t active_conns;
	uint32_t cps, in_pps, out_pps, in_bps, out_bps;
	struct mono last_change;
	struct mono stats_at; /* when counters were read from the kernel */
	/* counters */
	uint32_t transitions;
	uint64_t conns, in_pkts, out_pkts, in_bytes, out_bytes;
	struct mono discontinuity;
};

struct real_server_row {
	char vs[NAME_VS];
	char name[NAME_RS];
	/* configuration */
	struct addr addr;
	uint16_t port;
	uint8_t forwarding;
	uint32_t weight; /* 0..65535 */
	bool inhibit_on_failure;
	/* the operator's word */
	uint8_t admin_state; /* enum rs_admin */
	char admin_reason[128];
	uint32_t drain_time_s; /* 0: as long as it takes */
	/* state, by main */
	char changed_by[48];
	uint64_t changed_at; /* wall */
	/* state, by lvs */
	uint32_t effective_weight;
	uint8_t oper_state;
	uint8_t reason;
	char reason_text[96];
	struct mono drain_started;
	uint32_t active_conns, inactive_conns, persistent_conns;
	uint32_t cps, in_pps, out_pps, in_bps, out_bps;
	uint32_t checks, checks_failing;
	struct mono last_change;
	/* counters */
	uint32_t transitions;
	uint64_t conns, in_pkts, out_pkts, in_bytes, out_bytes;
	struct mono discontinuity;
};

enum check_kind { CHECK_TCP = 1 };
extern const struct enum_name check_kind_names[];
enum check_state { CHECK_UNKNOWN = 1, CHECK_UP = 2, CHECK_DOWN = 3 };
extern const struct enum_name check_state_names[];

struct checker_row {
	char vs[NAME_VS];
	char rs[NAME_RS];
	uint32_t number; /* from 1, in the order of the file */
	/* configuration */
	uint8_t kind;
	struct addr connect_addr;
	uint16_t connect_port;
	struct addr bindto;
	uint16_t bind_port;
	uint32_t connect_timeout_ms;
	uint32_t delay_loop_ms;
	uint32_t warmup_ms; /* the first run is at random within this */
	uint32_t retry;
	uint32_t delay_before_retry_ms;
	/* state */
	uint8_t state;
	uint8_t reason;
	char result[96];
	struct mono last_run;
	uint32_t latency_us;
	uint32_t failed_in_row;
	/* counters */
	uint64_t runs, failures;
};

#endif
