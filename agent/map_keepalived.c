/*
 * map_keepalived: what KEEPALIVED-MIB has of the director, its virtual routers, its servers and the
 * kernel's IPVS. Scripts are not shown: their command lines are known to the process that runs them
 * and to no other.
 */
#include "agent/convert_lvs.h"

#include <stddef.h>

static const unsigned long global_ids[] = {1, 3, 6, 1, 4, 1, 9586, 100, 5, 1};
static const struct map_root global = {global_ids, 10};
static const unsigned long vrrp_ids[] = {1, 3, 6, 1, 4, 1, 9586, 100, 5, 2};
const struct map_root map_k_vrrp = {vrrp_ids, 10};
static const unsigned long check_ids[] = {1, 3, 6, 1, 4, 1, 9586, 100, 5, 3};
static const struct map_root check = {check_ids, 10};

#define CONSTANT(n)  .read = convert_constant, .arg = (n)
#define ENABLED(yes) CONSTANT((yes) ? 1 : 2)
#define DIVIDED(n)   .read = convert_part, .arg = (n)
#define TIMES(n)     .read = convert_times, .arg = (n)
/* Enumerations of ours begin with 1, those with 0. */
#define FROM_0 .read = convert_plus, .arg = -1

static struct map_column global_columns[] = {
    {1, "version", M_STRING, M_RO},
    {2, "router_id", M_STRING, M_RO},
    {4, "enable_traps", M_TRUTH, M_RO},
    {5, NULL, M_INTEGER, M_RO, CONSTANT(1)}, /* the state of links comes by netlink */
    {6, NULL, M_INTEGER, M_RO, .read = convert_flush_on_start},
    {7, NULL, M_INTEGER, M_RO, ENABLED(true)},
    {8, NULL, M_STRING, M_RO, .read = convert_empty},
    {9, NULL, M_INTEGER, M_RO, ENABLED(false)},
    {10, NULL, M_INTEGER, M_RO, ENABLED(true)},
    {11, NULL, M_INTEGER, M_RO, .read = convert_flush_on_stop},
};
struct map_table map_k_global = {"global", 0,         T_GLOBAL, true, MAP_COLUMNS(global_columns),
				 &global,  INDEX_NAME};

static const unsigned long mail_ids[] = {1, 3, 6, 1, 4, 1, 9586, 100, 5, 1, 3};
static const struct map_root mail = {mail_ids, 11};

static struct map_column mail_columns[] = {
    {1, "smtp_server", M_ADDR_TYPE, M_RO, .read = convert_text_address},
    {2, "smtp_server", M_ADDR, M_RO, .read = convert_text_address},
    {3, "smtp_connect_timeout_ms", M_UNSIGNED32, M_RO, DIVIDED(1000)},
    {4, "notification_email_from", M_STRING, M_RO | M_SPARSE},
    {6, "smtp_port", M_UNSIGNED32, M_RO},
    {7, "no_email_faults", M_INTEGER, M_RO, .read = convert_not},
    {10, "smtp_alert_checker", M_INTEGER, M_RO, .read = convert_alert_word},
};
struct map_table map_k_mail = {"mail", 0,         T_MAIL, true, MAP_COLUMNS(mail_columns),
			       &mail,  INDEX_NAME};

static struct map_column email_columns[] = {
    {2, "address", M_STRING, M_RO},
};
struct map_table map_k_email = {
    "emailTable", 5, T_MAIL_RECIPIENT, false, MAP_COLUMNS(email_columns), &mail, INDEX_NUMBER};

static struct map_column group_columns[] = {
    {2, "name", M_STRING, M_RO},
    {3, "state", M_INTEGER, M_RO, FROM_0},
    {4, "smtp_alert", M_TRUTH, M_RO},
    {5, "name", M_INTEGER, M_RO, .read = convert_has_scripts, .arg = NOTIFY_GROUP},
    {10, "tracking_weight", M_TRUTH, M_RO},
};
struct map_table map_k_group = {"vrrpSyncGroupTable",       1,           T_SYNC_GROUP, false,
				MAP_COLUMNS(group_columns), &map_k_vrrp, INDEX_NUMBER};

static struct map_column member_columns[] = {
    {2, "instance", M_STRING, M_RO},
};
struct map_table map_k_member = {
    "vrrpSyncGroupMemberTable",  2,           T_SYNC_MEMBER, false,
    MAP_COLUMNS(member_columns), &map_k_vrrp, INDEX_PART,    .part_of = T_SYNC_GROUP};

static struct map_column instance_columns[] = {
    {2, "name", M_STRING, M_RO},
    {3, "vrid", M_UNSIGNED32, M_RO},
    {4, "state", M_INTEGER, M_RO, FROM_0},
    {5, "initial_state", M_INTEGER, M_RO, FROM_0},
    {6, "state", M_INTEGER, M_RO, FROM_0},
    {7, "base_priority", M_INTEGER, M_RW},
    {8, "effective_priority", M_INTEGER, M_RO},
    {9, NULL, M_INTEGER, M_RO, .read = convert_all_present},
    {10, "interface", M_STRING, M_RO},
    {11, "track_primary", M_TRUTH, M_RO},
    {12, NULL, M_UNSIGNED32, M_RO, .read = convert_interval},
    {13, "preempt", M_TRUTH, M_RW},
    {14, "preempt_delay_ms", M_UNSIGNED32, M_RO, DIVIDED(1000)},
    {15, "auth_type", M_INTEGER, M_RO, FROM_0},
    {16, NULL, M_INTEGER, M_RO, .read = convert_leads_sync},
    {17, NULL, M_STRING, M_RO, .read = convert_sync_interface},
    {18, "sync_group", M_STRING, M_RO | M_SPARSE},
    {19, "garp_master_delay_ms", M_UNSIGNED32, M_RO, DIVIDED(1000)},
    {20, "smtp_alert", M_TRUTH, M_RO},
    {21, "name", M_INTEGER, M_RO, .read = convert_has_scripts, .arg = NOTIFY_INSTANCE},
    {27, "accept", M_TRUTH, M_RW},
    {28, "promote_secondaries", M_TRUTH, M_RW},
    {29, NULL, M_INTEGER, M_RO, CONSTANT(2)},
    {30, "version", M_INTEGER, M_RO},
    {33, NULL, M_INTEGER, M_RO, CONSTANT(2)},
    {34, NULL, M_ADDR_TYPE, M_RO, .read = convert_group_address},
    {35, NULL, M_ADDR, M_RO, .read = convert_group_address},
};
struct map_table map_k_instance = {
    "vrrpInstanceTable",           3,           T_VRRP_INSTANCE, false,
    MAP_COLUMNS(instance_columns), &map_k_vrrp, INDEX_NUMBER};

static struct map_column address_columns[] = {
    {2, "addr", M_ADDR_TYPE, M_RO},
    {3, "addr", M_ADDR, M_RO},
    {4, NULL, M_ADDR, M_RO, .read = convert_broadcast},
    {5, "prefix_len", M_UNSIGNED32, M_RO},
    {6, "scope", M_INTEGER, M_RO, .read = convert_scope},
    {7, "ifindex", M_INTEGER, M_RO},
    {8, NULL, M_STRING, M_RO, .read = convert_address_interface},
    {9, "label", M_STRING, M_RO | M_SPARSE},
    {10, "present", M_TRUTH, M_RO},
    {11, "excluded", M_INTEGER, M_RO, .read = convert_not},
    {12, "peer", M_ADDR, M_RO | M_SPARSE},
};
struct map_table map_k_address = {
    "vrrpAddressTable",           6,           T_VRRP_ADDRESS, false,
    MAP_COLUMNS(address_columns), &map_k_vrrp, INDEX_PART,     .part_of = T_VRRP_INSTANCE};

#define RATES(n)                                                                                   \
	{n, "cps", M_GAUGE32, M_RO}, {n + 1, "in_pps", M_GAUGE32, M_RO},                           \
	    {n + 2, "out_pps", M_GAUGE32, M_RO}, {n + 3, "in_bps", M_GAUGE32, M_RO},               \
	{                                                                                          \
		n + 4, "out_bps", M_GAUGE32, M_RO                                                  \
	}
/* The same in halves: ours end at 32 bits. */
#define HALVES(n)                                                                                  \
	{n, "cps", M_UNSIGNED32, M_RO}, {n + 1, "cps", M_UNSIGNED32, M_RO, .read = convert_high},  \
	    {n + 2, "in_pps", M_UNSIGNED32, M_RO},                                                 \
	    {n + 3, "in_pps", M_UNSIGNED32, M_RO, .read = convert_high},                           \
	    {n + 4, "out_pps", M_UNSIGNED32, M_RO},                                                \
	    {n + 5, "out_pps", M_UNSIGNED32, M_RO, .read = convert_high},                          \
	    {n + 6, "in_bps", M_UNSIGNED32, M_RO},                                                 \
	    {n + 7, "in_bps", M_UNSIGNED32, M_RO, .read = convert_high},                           \
	    {n + 8, "out_bps", M_UNSIGNED32, M_RO},                                                \
	{                                                                                          \
		n + 9, "out_bps", M_UNSIGNED32, M_RO, .read = convert_high                         \
	}
#define TOTALS_64(n)                                                                               \
	{n, "conns", M_COUNTER64, M_RO}, {n + 1, "in_pkts", M_COUNTER64, M_RO},                    \
	{                                                                                          \
		n + 2, "out_pkts", M_COUNTER64, M_RO                                               \
	}

/* Of the first check: what checks of the server, or of the service, have that name none. */
#define OF_CHECK(m)    .read = convert_check, .arg = offsetof(struct checker_row, m)
#define OF_CHECK_S(m)  .read = convert_check_s, .arg = offsetof(struct checker_row, m)
#define OF_CHECK_US(m) .read = convert_check_us, .arg = offsetof(struct checker_row, m)

static struct map_column service_columns[] = {
    {2, NULL, M_INTEGER, M_RO, .read = convert_service_type},
    {3, "group", M_STRING, M_RO | M_SPARSE},
    {4, "fwmark", M_UNSIGNED32, M_RO | M_SPARSE},
    {5, "family", M_INTEGER, M_RO},
    {6, "addr", M_ADDR, M_RO | M_SPARSE},
    {7, "port", M_UNSIGNED32, M_RO, .read = convert_service_port},
    {8, NULL, M_INTEGER, M_RO, .read = convert_protocol},
    {9, NULL, M_INTEGER, M_RO, .read = convert_scheduler},
    {10, "forwarding", M_INTEGER, M_RO},
    {11, NULL, M_INTEGER, M_RO, .read = convert_service_alive},
    {13, "persistence_timeout_s", M_INTEGER, M_RO, .read = convert_some},
    {14, "persistence_timeout_s", M_UNSIGNED32, M_RO | M_SPARSE},
    {15, NULL, M_ADDR, M_RO, .read = convert_netmask},
    {16, "delay_loop_ms", M_UNSIGNED32, M_RO, DIVIDED(1000)},
    {17, "ha_suspend", M_TRUTH, M_RO},
    {18, NULL, M_INTEGER, M_RO, .read = convert_service_alpha},
    {19, "omega", M_TRUTH, M_RO},
    {20, "rs_total", M_UNSIGNED32, M_RO},
    {21, "rs_up", M_UNSIGNED32, M_RO},
    {22, "quorum", M_UNSIGNED32, M_RO},
    {23, NULL, M_INTEGER, M_RO, .read = convert_quorum},
    {26, "hysteresis", M_UNSIGNED32, M_RO},
    {27, "conns", M_GAUGE32, M_RO},
    {28, "in_pkts", M_COUNTER32, M_RO},
    {29, "out_pkts", M_COUNTER32, M_RO},
    {30, "in_bytes", M_COUNTER64, M_RO},
    {31, "out_bytes", M_COUNTER64, M_RO},
    RATES(32),
    {37, "one_packet", M_TRUTH, M_RO},
    TOTALS_64(38),
    HALVES(41),
    {51, NULL, M_UNSIGNED32, M_RO, .read = convert_granularity_v6},
    {52, NULL, M_INTEGER, M_RO, CONSTANT(2)},
    {53, "sched_fallback", M_TRUTH, M_RO},
    {54, "sched_port", M_TRUTH, M_RO},
    {55, "sched_flag_3", M_TRUTH, M_RO},
    {56, NULL, M_INTEGER, M_RO, .read = convert_service_inhibits},
    {57, NULL, M_UNSIGNED32, M_RO, OF_CHECK(retry)},
    {58, NULL, M_UNSIGNED32, M_RO, OF_CHECK_S(delay_before_retry_ms)},
    {59, NULL, M_UNSIGNED32, M_RO, OF_CHECK_S(warmup_ms)},
    {61, "smtp_alert", M_INTEGER, M_RO, .read = convert_alert, .arg = ALERT_OFF},
    {62, "sched_fallback", M_TRUTH, M_RO},
    {63, "sched_port", M_TRUTH, M_RO},
    {64, "delay_loop_ms", M_UNSIGNED32, M_RO, TIMES(1000)},
    {65, NULL, M_UNSIGNED32, M_RO, OF_CHECK_US(delay_before_retry_ms)},
    {66, NULL, M_UNSIGNED32, M_RO, OF_CHECK_US(warmup_ms)},
    {67, NULL, M_UNSIGNED32, M_RO, OF_CHECK_US(connect_timeout_ms)},
    {68, NULL, M_INTEGER, M_RO, .read = convert_service_tunnel, .arg = TUNNEL_IPIP},
    {69, NULL, M_UNSIGNED32, M_RO, .read = convert_service_tunnel_port, .arg = TUNNEL_GUE},
    {70, NULL, M_INTEGER, M_RO, .read = convert_service_tunnel_checksum, .arg = TUNNEL_GUE},
    {71, "name", M_STRING, M_RO},
};
struct map_table map_k_service = {"virtualServerTable",         3,      T_VIRTUAL_SERVER, false,
				  MAP_COLUMNS(service_columns), &check, INDEX_NUMBER};

/* What KEEPALIVED-MIB has of servers of the pool, and not of the sorry server. */
#define OF_POOL .read = convert_of_pool

static struct map_column server_columns[] = {
    {2, "kind", M_INTEGER, M_RO},
    {3, "addr", M_ADDR_TYPE, M_RO},
    {4, "addr", M_ADDR, M_RO},
    {5, "port", M_UNSIGNED32, M_RO},
    {6, "health", M_INTEGER, M_RO, OF_POOL, .arg = -1},
    {7, "weight", M_INTEGER, M_RW | M_DRAINS, .read = convert_weight},
    {8, "uthreshold", M_UNSIGNED32, M_RO | M_SPARSE},
    {9, "lthreshold", M_UNSIGNED32, M_RO | M_SPARSE},
    {10, "inhibit_on_failure", M_INTEGER, M_RO, OF_POOL, .arg = 1},
    {13, "checks_failing", M_UNSIGNED32, M_RO, OF_POOL},
    {14, "conns", M_GAUGE32, M_RO},
    {15, "active_conns", M_GAUGE32, M_RO},
    {16, "inactive_conns", M_GAUGE32, M_RO},
    {17, "persistent_conns", M_GAUGE32, M_RO},
    {18, "in_pkts", M_COUNTER32, M_RO},
    {19, "out_pkts", M_COUNTER32, M_RO},
    {20, "in_bytes", M_COUNTER64, M_RO},
    {21, "out_bytes", M_COUNTER64, M_RO},
    RATES(22),
    TOTALS_64(27),
    HALVES(30),
    {40, "forwarding", M_INTEGER, M_RO},
    {42, NULL, M_INTEGER, M_RO, .read = convert_server_alpha},
    {43, NULL, M_UNSIGNED32, M_RO, OF_CHECK(retry)},
    {44, NULL, M_UNSIGNED32, M_RO, OF_CHECK_S(delay_before_retry_ms)},
    {45, NULL, M_UNSIGNED32, M_RO, OF_CHECK_S(warmup_ms)},
    {46, NULL, M_UNSIGNED32, M_RO, .read = convert_server_delay, .arg = 1000},
    {47, "smtp_alert", M_INTEGER, M_RO, .read = convert_alert, .arg = ALERT_ON},
    {48, NULL, M_UNSIGNED32, M_RO, OF_CHECK_US(delay_before_retry_ms)},
    {49, NULL, M_UNSIGNED32, M_RO, OF_CHECK_US(warmup_ms)},
    {50, NULL, M_UNSIGNED32, M_RO, .read = convert_server_delay, .arg = -1000},
    {51, NULL, M_UNSIGNED32, M_RO, OF_CHECK_US(connect_timeout_ms)},
    {52, "tunnel_type", M_INTEGER, M_RO, .read = convert_tunnel, .arg = TUNNEL_IPIP},
    {53, "tunnel_port", M_UNSIGNED32, M_RO, .read = convert_tunnel, .arg = TUNNEL_GUE},
    {54, "tunnel_checksum", M_INTEGER, M_RO, .read = convert_tunnel, .arg = TUNNEL_GUE},
    {55, "name", M_STRING, M_RO},
};
struct map_table map_k_server = {
    "realServerTable",           4,      T_REAL_SERVER, false,
    MAP_COLUMNS(server_columns), &check, INDEX_PART,    .part_of = T_VIRTUAL_SERVER};

static struct map_column server_group_columns[] = {
    {2, "name", M_STRING, M_RO},
};
struct map_table map_k_server_group = {
    "virtualServerGroupTable",         1,      T_SERVER_GROUP, false,
    MAP_COLUMNS(server_group_columns), &check, INDEX_NUMBER};

static struct map_column group_member_columns[] = {
    {2, NULL, M_INTEGER, M_RO, .read = convert_member_type},
    {3, "fwmark", M_UNSIGNED32, M_RO | M_SPARSE},
    {4, "addr", M_ADDR_TYPE, M_RO | M_SPARSE},
    {5, "addr", M_ADDR, M_RO, .read = convert_member_address, .arg = MEMBER_ADDRESS},
    {6, "addr", M_ADDR, M_RO, .read = convert_member_address, .arg = MEMBER_RANGE},
    {7, "last", M_ADDR, M_RO, .read = convert_member_address, .arg = MEMBER_RANGE},
    {8, NULL, M_UNSIGNED32, M_RO, .read = convert_member_port},
};
struct map_table map_k_group_member = {"virtualServerGroupMemberTable",
				       2,
				       T_SERVER_GROUP_MEMBER,
				       false,
				       MAP_COLUMNS(group_member_columns),
				       &check,
				       INDEX_PART,
				       .part_of = T_SERVER_GROUP};

static struct map_column sync_columns[] = {
    {1, "sync_interface", M_INTEGER, M_RO, .read = convert_some},
    {2, "sync_interface", M_STRING, M_RO | M_SPARSE},
    {3, "sync_instance", M_STRING, M_RO | M_SPARSE},
    {4, "sync_id", M_INTEGER, M_RO | M_SPARSE},
    {5, "sync_maxlen", M_INTEGER, M_RO | M_SPARSE},
    {6, "sync_port", M_INTEGER, M_RO | M_SPARSE},
    {7, "sync_ttl", M_INTEGER, M_RO | M_SPARSE},
    {8, "sync_group", M_ADDR_TYPE, M_RO | M_SPARSE},
    {9, "sync_group", M_ADDR, M_RO | M_SPARSE},
};
struct map_table map_k_sync = {"lvsSyncDaemon",           6,      T_IPVS,    true,
			       MAP_COLUMNS(sync_columns), &check, INDEX_NAME};

static struct map_column timeout_columns[] = {
    {1, "timeout_tcp_s", M_INTEGER, M_RO | M_SPARSE},
    {2, "timeout_tcpfin_s", M_INTEGER, M_RO | M_SPARSE},
    {3, "timeout_udp_s", M_INTEGER, M_RO | M_SPARSE},
};
struct map_table map_k_timeout = {
    "lvsTimeouts", 7, T_IPVS, true, MAP_COLUMNS(timeout_columns), &check, INDEX_NAME};
