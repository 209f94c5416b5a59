/*
 * map_rfc: VRRP-MIB (RFC 2787), which is about virtual routers of version 2, and VRRPV3-MIB (RFC
 * 6527), which takes its place and has all of them. Rows are not made here: indices do not say the
 * name. RowStatus of RFC 6527 takes an instance down and up; both take one away that is down.
 */
#include "agent/convert.h"

#include <stddef.h>

#define OF(m)       .read = convert_sum, .arg = offsetof(struct vrrp_instance_row, m)
#define CONSTANT(n) .read = convert_constant, .arg = (n)

/* ---- RFC 2787 ------------------------------------------------------------ */

static const unsigned long operations_ids[] = {1, 3, 6, 1, 2, 1, 68, 1};
static const struct map_root operations = {operations_ids, 8};
static const unsigned long statistics_ids[] = {1, 3, 6, 1, 2, 1, 68, 2};
static const struct map_root statistics = {statistics_ids, 8};

static struct map_column v2_scalars[] = {
    {1, NULL, M_INTEGER, M_RO, CONSTANT(2)},
    {2, "enable_traps", M_TRUTH, M_RW},
};
struct map_table map_v2_scalars = {"vrrpOperations",        0,           T_GLOBAL,  true,
				   MAP_COLUMNS(v2_scalars), &operations, INDEX_NAME};

static struct map_column v2_oper_columns[] = {
    {2, NULL, M_STRING, M_RO, .read = convert_mac},
    {3, "state", M_INTEGER, M_RO, .read = convert_router_state},
    {4, "admin_state", M_INTEGER, M_RW},
    {5, "base_priority", M_INTEGER, M_RW | M_DOWN},
    {6, NULL, M_INTEGER, M_RO, .read = convert_address_count},
    {7, "master_addr", M_IPADDRESS, M_RO},
    {8, "primary_addr", M_IPADDRESS, M_RW | M_DOWN, .writes = "source_addr"},
    {9, "auth_type", M_INTEGER, M_RO},
    {10, NULL, M_STRING, M_RO, .read = convert_empty},
    {11, "adver_int_cs", M_INTEGER, M_RW | M_DOWN | M_SCALED, .read = convert_part, .arg = 100},
    {12, "preempt", M_TRUTH, M_RW | M_DOWN},
    {13, "last_transition", M_TIMESTAMP, M_RO},
    {14, NULL, M_INTEGER, M_RO, CONSTANT(1)},
    {15, NULL, M_ROW_STATUS, M_RW | M_DOWN, CONSTANT(1)},
};
struct map_table map_v2_oper = {
    "vrrpOperTable", 3, T_VRRP_INSTANCE, false, MAP_COLUMNS(v2_oper_columns), &operations,
    INDEX_ROUTER_V2};

static struct map_column v2_address_columns[] = {
    {2, NULL, M_INTEGER, M_RO, CONSTANT(1)},
};
struct map_table map_v2_address = {
    "vrrpAssoIpAddrTable",           4,           T_VRRP_ADDRESS,         false,
    MAP_COLUMNS(v2_address_columns), &operations, INDEX_ROUTER_ADDRESS_V2};

static struct map_column v2_errors[] = {
    {1, NULL, M_COUNTER32, M_RO, OF(checksum_errors)},
    {2, NULL, M_COUNTER32, M_RO, OF(version_errors)},
    {3, NULL, M_COUNTER32, M_RO, OF(vrid_errors)},
};
struct map_table map_v2_errors = {"vrrpStatistics",       0,           T_GLOBAL,  true,
				  MAP_COLUMNS(v2_errors), &statistics, INDEX_NAME};

static struct map_column v2_stats_columns[] = {
    {1, "become_master", M_COUNTER32, M_RO},
    {2, "adverts_received", M_COUNTER32, M_RO},
    {3, "interval_errors", M_COUNTER32, M_RO},
    {4, "auth_errors", M_COUNTER32, M_RO},
    {5, "ttl_errors", M_COUNTER32, M_RO},
    {6, "priority_zero_received", M_COUNTER32, M_RO},
    {7, "priority_zero_sent", M_COUNTER32, M_RO},
    {8, "type_errors", M_COUNTER32, M_RO},
    {9, "address_list_errors", M_COUNTER32, M_RO},
    {10, NULL, M_COUNTER32, M_RO, CONSTANT(0)}, /* all that differ count in the next */
    {11, "auth_errors", M_COUNTER32, M_RO},
    {12, "length_errors", M_COUNTER32, M_RO},
};
struct map_table map_v2_stats = {"vrrpRouterStatsTable",        4,           T_VRRP_INSTANCE, false,
				 MAP_COLUMNS(v2_stats_columns), &statistics, INDEX_ROUTER_V2};

/* ---- RFC 6527 ------------------------------------------------------------ */

static const unsigned long v3_operations_ids[] = {1, 3, 6, 1, 2, 1, 207, 1, 1};
static const struct map_root v3_operations = {v3_operations_ids, 9};
static const unsigned long v3_statistics_ids[] = {1, 3, 6, 1, 2, 1, 207, 1, 2};
static const struct map_root v3_statistics = {v3_statistics_ids, 9};

static struct map_column v3_oper_columns[] = {
    {3, "master_addr", M_ADDR, M_RO},
    {4, "primary_addr", M_ADDR, M_RW, .writes = "source_addr"},
    {5, NULL, M_STRING, M_RO, .read = convert_mac},
    {6, "state", M_INTEGER, M_RO, .read = convert_router_state},
    {7, "base_priority", M_UNSIGNED32, M_RW, .max = 254},
    {8, NULL, M_INTEGER, M_RO, .read = convert_address_count},
    {9, "adver_int_cs", M_INTEGER, M_RW, .max = 4095},
    {10, "preempt", M_TRUTH, M_RW},
    {11, "accept", M_TRUTH, M_RW},
    {12, "last_transition", M_TICKS, M_RO},
    {13, "admin_state", M_ROW_STATUS, M_RW | M_DOWN},
};
struct map_table map_v3_oper = {"vrrpv3OperationsTable",
				1,
				T_VRRP_INSTANCE,
				false,
				MAP_COLUMNS(v3_oper_columns),
				&v3_operations,
				INDEX_ROUTER_V3};

static struct map_column v3_address_columns[] = {
    {2, NULL, M_INTEGER, M_RO, CONSTANT(1)},
};
struct map_table map_v3_address = {"vrrpv3AssociatedIpAddrTable",
				   2,
				   T_VRRP_ADDRESS,
				   false,
				   MAP_COLUMNS(v3_address_columns),
				   &v3_operations,
				   INDEX_ROUTER_ADDRESS_V3};

static struct map_column v3_errors[] = {
    {1, NULL, M_COUNTER64, M_RO, OF(checksum_errors)},
    {2, NULL, M_COUNTER64, M_RO, OF(version_errors)},
    {3, NULL, M_COUNTER64, M_RO, OF(vrid_errors)},
    {4, "started", M_TIMESTAMP, M_RO},
};
struct map_table map_v3_errors = {
    "vrrpv3Statistics", 0, T_GLOBAL, true, MAP_COLUMNS(v3_errors), &v3_statistics, INDEX_NAME};

static struct map_column v3_stats_columns[] = {
    {1, "become_master", M_COUNTER32, M_RO},
    {2, NULL, M_INTEGER, M_RO, .read = convert_new_master_reason},
    {3, "adverts_received", M_COUNTER64, M_RO},
    {4, "interval_errors", M_COUNTER64, M_RO},
    {5, "ttl_errors", M_COUNTER64, M_RO},
    {6, "proto_error", M_INTEGER, M_RO, .read = convert_plus, .arg = -1},
    {7, "priority_zero_received", M_COUNTER64, M_RO},
    {8, "priority_zero_sent", M_COUNTER64, M_RO},
    {9, "type_errors", M_COUNTER64, M_RO},
    {10, "address_list_errors", M_COUNTER64, M_RO},
    {11, "length_errors", M_COUNTER64, M_RO},
    {12, NULL, M_TIMESTAMP, M_RO, CONSTANT(0)}, /* they outlive the process: since the start */
    {13, "adver_int_cs", M_UNSIGNED32, M_RO, .read = convert_times, .arg = 10},
};
struct map_table map_v3_stats = {"vrrpv3StatisticsTable",
				 5,
				 T_VRRP_INSTANCE,
				 false,
				 MAP_COLUMNS(v3_stats_columns),
				 &v3_statistics,
				 INDEX_ROUTER_V3};
