/* rows_vrrp: virtual routers, their addresses and groups. See rows.h. */
#ifndef MODEL_ROWS_VRRP_H
#define MODEL_ROWS_VRRP_H

#include "base/addr.h"
#include "base/clock.h"
#include "model/names.h"

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
	/* main's word: the process has not spoken for so long that it is none */
	VRRP_REASON_SILENT,
	VRRP_REASON_TRACK_FAULT, /* what it tracks with weight 0 has failed */
	VRRP_REASON_TRACK_OK,
};
extern const struct enum_name vrrp_reason_names[];

/* What was wrong with the packet that was refused last, as RFC 6527 has it. */
enum vrrp_proto_error {
	VRRP_PROTO_OK = 1,
	VRRP_PROTO_TTL,
	VRRP_PROTO_VERSION,
	VRRP_PROTO_CHECKSUM,
	VRRP_PROTO_VRID,
};
extern const struct enum_name vrrp_proto_error_names[];

/* ... and with its authentication, as RFC 2787 has it. */
enum vrrp_auth_error {
	VRRP_AUTH_OK = 1,
	VRRP_AUTH_INVALID_TYPE,
	VRRP_AUTH_OTHER_TYPE,
	VRRP_AUTH_FAILED,
};
extern const struct enum_name vrrp_auth_error_names[];

/* The operator's word on who is master. */
enum vrrp_command {
	VRRP_COMMAND_NONE = 1,
	VRRP_COMMAND_YIELD,    /* resign, and count as priority 1 from then on */
	VRRP_COMMAND_TAKEOVER, /* contest mastership once, whatever preempt says */
};
extern const struct enum_name vrrp_command_names[];

enum { ADDRESS_LEASE_OFF = 0, ADDRESS_LEASE_AUTO = 1 };

/* Whether unicast of version 3 over IPv4 has the multicast group in its checksum, as keepalived
 * had it before 1.3.7. */
enum old_checksum {
	OLD_CHECKSUM_AUTO = 1, /* to a peer that does so */
	OLD_CHECKSUM_ALWAYS,
	OLD_CHECKSUM_NEVER, /* nor is it taken */
};
extern const struct enum_name old_checksum_names[];

/* Whether ipvlans of one interface reach each other: by themselves, not at all, or by the switch.
 */
enum ipvlan_reach { IPVLAN_BRIDGE = 1, IPVLAN_PRIVATE, IPVLAN_VEPA };
extern const struct enum_name ipvlan_reach_names[];

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
	uint8_t down_timer_adverts;
	bool preempt;
	uint32_t preempt_delay_ms;
	bool lower_prio_no_advert;
	bool higher_prio_send_advert;
	bool owner_ignore_adverts;
	bool skip_check_adv_addr;
	bool strict_mode;
	bool accept;
	bool no_addresses; /* having none is meant */
	bool promote_secondaries;
	bool track_primary;     /* a fault of its own interface is one of the instance */
	bool v3_checksum_as_v2; /* IPv4 v3 checksum over the message only (RFC 9568 5.2.8) */
	uint8_t auth_type;
	char auth_pass[9];
	char vrf[NAME_IF];       /* of unicast without an interface */
	struct addr source_addr; /* of advertisements; none: the interface's */
	bool track_src_ip;
	struct addr group_addr; /* where they are sent; none: the group of the RFC */
	bool unicast_fault_no_peer;
	bool check_unicast_src;
	uint8_t unicast_ttl;
	uint8_t old_unicast_checksum; /* enum old_checksum */
	uint32_t kernel_rx_buf_size;  /* 0: as vrrp_rx_bufs_policy */
	uint32_t garp_master_repeat;
	uint32_t garp_master_delay_ms;
	uint32_t garp_lower_prio_repeat;
	uint32_t garp_lower_prio_delay_ms;
	uint32_t garp_master_refresh_ms; /* 0: never */
	uint32_t garp_master_refresh_repeat;
	uint32_t garp_extra_if_ms; /* 0: never */
	bool garp_extra_if_all;
	uint32_t address_lease_ms; /* ADDRESS_LEASE_OFF, _AUTO, or so long */
	bool notify_priority_changes;
	bool smtp_alert;
	bool use_vmac;
	char vmac_interface[NAME_IF];
	char virtual_mac[18]; /* empty: that of the RFC */
	uint32_t vmac_group;
	bool vmac_netlink_notify;
	bool vmac_xmit_base;
	bool use_vmac_addr;
	bool use_ipvlan;         /* vmac_interface is an ipvlan */
	uint8_t ipvlan_reach;    /* enum ipvlan_reach */
	struct addr ipvlan_addr; /* its address; none: it has none of its own */
	uint8_t ipvlan_prefix_len;
	/* the operator's word */
	uint8_t admin_state; /* enum admin_updown */
	char admin_reason[128];
	uint8_t command; /* enum vrrp_command */
	/* state */
	uint32_t snmp_index;
	uint8_t state;
	uint8_t reason; /* enum vrrp_reason: of the last transition */
	uint8_t effective_priority;
	char sync_group[NAME_SYNC]; /* empty: none */
	uint32_t ifindex;
	uint32_t vmac_ifindex;
	struct addr primary_addr; /* source of our advertisements */
	struct addr master_addr;
	uint8_t master_priority;
	uint32_t master_adver_int_cs;
	uint32_t skew_time_us;
	uint32_t master_down_us;
	struct mono last_transition;
	uint64_t worst_lateness_us;
	uint64_t worst_advert_gap_us; /* between two advertisements of one mastership */
	uint8_t proto_error;          /* enum vrrp_proto_error */
	uint8_t auth_error;           /* enum vrrp_auth_error */
	struct addr error_source;
	/* counters */
	uint32_t transitions; /* every change of state */
	uint32_t become_master;
	uint64_t adverts_sent;
	uint64_t adverts_received;
	uint64_t priority_zero_sent;
	uint64_t priority_zero_received;
	uint64_t lower_priority_received; /* while master */
	uint64_t checksum_errors;
	uint64_t version_errors;
	uint64_t ttl_errors;
	uint64_t type_errors;
	uint64_t length_errors;
	uint64_t interval_errors;
	uint64_t auth_errors;
	uint64_t address_list_errors;
	uint64_t peer_errors;
	uint32_t proto_warnings, auth_warnings; /* at most one a minute for each error */
	uint32_t second_masters;                /* those that went on */
	uint64_t second_master_adverts;
	uint64_t second_owner_adverts;
	uint64_t equal_priority_adverts;
	uint64_t interval_mismatches;
	uint64_t checksum_form_mismatches;
	uint64_t own_address_adverts;
	uint64_t foreign_adverts;
	uint64_t vrid_errors;
	uint64_t late_timers;
};

/* A router that is spoken to by unicast. */
struct vrrp_peer_row {
	char instance[NAME_VRRP];
	char address[ADDR_TEXT_MAX];
	/* configuration */
	struct addr addr;
	uint8_t min_ttl;
	uint8_t max_ttl;
	/* state */
	struct mono last_heard;
	/* counters */
	uint64_t adverts_sent;
	uint64_t adverts_received;
	uint64_t send_errors;
	uint64_t ttl_errors;
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
	struct addr peer;   /* the other end of a point-to-point link */
	bool home;
	bool detect_duplicates; /* IPv6; without it the address is there at once */
	bool manage_temporary;
	bool no_prefix_route;
	bool join_group;
	uint32_t preferred_lft_s; /* IPv6; LFT_FOREVER */
	bool no_track;            /* stays away when somebody removes it */
	bool use_vmac;
	char vmac_interface[NAME_IF]; /* of its own; empty: none */
	/* state */
	uint32_t snmp_index;
	bool present;
	uint32_t ifindex;
};
#define LFT_FOREVER UINT32_MAX

enum addr_scope {
	SCOPE_GLOBAL = 1,
	SCOPE_SITE = 2,
	SCOPE_LINK = 3,
	SCOPE_HOST = 4,
	SCOPE_NOWHERE = 5
};
extern const struct enum_name addr_scope_names[];

/* One interface; those of one number share a pace. */
struct garp_group_row {
	uint32_t number; /* of the block in the file, from 1 */
	char interface[NAME_IF];
	/* configuration */
	uint32_t garp_interval_us;
	uint32_t gna_interval_us;
};

struct sync_group_row {
	char name[NAME_SYNC];
	/* configuration */
	bool tracking_weight; /* what members track by themselves changes their priorities */
	bool notify_priority_changes;
	bool smtp_alert;
	/* state */
	uint32_t snmp_index;
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
	uint32_t snmp_index;
	bool usable; /* false: it keeps its group in fault */
};

#endif
