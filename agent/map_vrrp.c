/* map_vrrp: halVrrpTable, halVrrpAddrTable, the tables of sync groups and halTrackTable. */
#include "agent/convert.h"

static struct map_column map_vrrp_columns[] = {
    {2, "interface", M_STRING, M_RW},
    {3, "ifindex", M_INTEGER, M_RO},
    {4, "vrid", M_UNSIGNED32, M_RW},
    {5, "version", M_UNSIGNED32, M_RW},
    {6, "family", M_INTEGER, M_RW},
    {7, "admin_state", M_INTEGER, M_RW},
    {8, "state", M_INTEGER, M_RO},
    {9, "reason", M_INTEGER, M_RO},
    {10, "base_priority", M_UNSIGNED32, M_RW},
    {11, "effective_priority", M_UNSIGNED32, M_RO},
    {12, "adver_int_cs", M_UNSIGNED32, M_RW},
    {13, "master_adver_int_cs", M_UNSIGNED32, M_RO},
    {14, "preempt", M_TRUTH, M_RW},
    {15, "preempt_delay_ms", M_UNSIGNED32, M_RW},
    {16, "accept", M_TRUTH, M_RW},
    {17, "command", M_INTEGER, M_RW},
    {18, "primary_addr", M_ADDR_TYPE, M_RO},
    {19, "primary_addr", M_ADDR, M_RO},
    {20, "master_addr", M_ADDR_TYPE, M_RO},
    {21, "master_addr", M_ADDR, M_RO},
    {22, "master_priority", M_UNSIGNED32, M_RO},
    {23, "skew_time_us", M_UNSIGNED32, M_RO},
    {24, "master_down_us", M_UNSIGNED32, M_RO},
    {25, "transitions", M_COUNTER32, M_RO},
    {26, "become_master", M_COUNTER32, M_RO},
    {27, "last_transition", M_TIMESTAMP, M_RO},
    {28, "adverts_sent", M_COUNTER64, M_RO},
    {29, "adverts_received", M_COUNTER64, M_RO},
    {30, "priority_zero_sent", M_COUNTER64, M_RO},
    {31, "priority_zero_received", M_COUNTER64, M_RO},
    {32, "checksum_errors", M_COUNTER64, M_RO},
    {33, "version_errors", M_COUNTER64, M_RO},
    {34, "ttl_errors", M_COUNTER64, M_RO},
    {35, "type_errors", M_COUNTER64, M_RO},
    {36, "length_errors", M_COUNTER64, M_RO},
    {37, "interval_errors", M_COUNTER64, M_RO},
    {38, "auth_errors", M_COUNTER64, M_RO},
    {39, "address_list_errors", M_COUNTER64, M_RO},
    {41, "worst_lateness_us", M_GAUGE32, M_RO},
    {42, "worst_advert_gap_us", M_GAUGE32, M_RO},
    {43, "admin_reason", M_STRING, M_RW},
    {44, "sync_group", M_STRING, M_RO},
    {45, "initial_state", M_INTEGER, M_RO},
    {46, "auth_type", M_INTEGER, M_RO},
    {47, "second_masters", M_COUNTER32, M_RO},
    {48, "second_master_adverts", M_COUNTER64, M_RO},
    {49, "second_owner_adverts", M_COUNTER64, M_RO},
    {50, "equal_priority_adverts", M_COUNTER64, M_RO},
    {51, "interval_mismatches", M_COUNTER64, M_RO},
    {52, "checksum_form_mismatches", M_COUNTER64, M_RO},
    {53, "own_address_adverts", M_COUNTER64, M_RO},
    {54, "foreign_adverts", M_COUNTER64, M_RO},
    {55, "vrid_errors", M_COUNTER64, M_RO},
    {56, "late_timers", M_COUNTER64, M_RO},
    {57, "promote_secondaries", M_TRUTH, M_RW},
    {58, NULL, M_INTEGER, M_RO, .read = convert_constant, .arg = 3},
    {59, "admin_state", M_ROW_STATUS, M_RW | M_CREATES, .read = convert_row_status,
     .arg = ADMIN_DOWN},
};
struct map_table map_vrrp = {"halVrrpTable", 3, T_VRRP_INSTANCE, false,
			     MAP_COLUMNS(map_vrrp_columns)};

static struct map_column map_vrrp_addr_columns[] = {
    {2, "addr", M_ADDR_TYPE, M_RO},
    {3, "addr", M_ADDR, M_RO},
    {4, "prefix_len", M_UNSIGNED32, M_RW},
    {5, "dev", M_STRING, M_RW},
    {6, "ifindex", M_INTEGER, M_RO},
    {7, "label", M_STRING, M_RO},
    {8, "scope", M_INTEGER, M_RO},
    {10, "excluded", M_TRUTH, M_RO},
    {11, "present", M_TRUTH, M_RO},
    {12, NULL, M_ROW_STATUS, M_RW | M_CREATES, .read = convert_constant, .arg = 1},
    {13, NULL, M_INTEGER, M_RO, .read = convert_constant, .arg = 3},
};
struct map_table map_vrrp_addr = {"halVrrpAddrTable", 4, T_VRRP_ADDRESS, false,
				  MAP_COLUMNS(map_vrrp_addr_columns)};

static struct map_column map_sync_group_columns[] = {
    {2, "state", M_INTEGER, M_RO},
    {3, "reason", M_INTEGER, M_RO},
    {4, "members", M_GAUGE32, M_RO},
    {5, "transitions", M_COUNTER32, M_RO},
    {6, "last_transition", M_TIMESTAMP, M_RO},
};
struct map_table map_sync_group = {"halSyncGroupTable", 5, T_SYNC_GROUP, false,
				   MAP_COLUMNS(map_sync_group_columns)};

static struct map_column map_sync_member_columns[] = {
    {2, "usable", M_TRUTH, M_RO},
};
struct map_table map_sync_member = {"halSyncMemberTable", 6, T_SYNC_MEMBER, false,
				    MAP_COLUMNS(map_sync_member_columns)};

static struct map_column map_track_columns[] = {
    {5, "weight", M_INTEGER, M_RW},         {6, "reverse", M_TRUTH, M_RW},
    {7, "state", M_INTEGER, M_RO},          {8, "value", M_INTEGER, M_RO},
    {9, "contribution", M_INTEGER, M_RO},   {10, "last_transition", M_TIMESTAMP, M_RO},
    {11, "transitions", M_COUNTER32, M_RO},
};
struct map_table map_track = {"halTrackTable", 7, T_TRACK, false, MAP_COLUMNS(map_track_columns)};
