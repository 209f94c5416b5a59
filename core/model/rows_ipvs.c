/* rows_ipvs: the fields of ipvs. */
#include "model/rows_ipvs.h"

#include "model/field.h"

const struct enum_name flush_on_stop_names[] = {
    {FLUSH_OURS, "ours"}, {FLUSH_SERVICES, "services"}, {FLUSH_ALL, "all"}, {0}};
const struct enum_name sync_role_names[] = {{SYNC_NONE, "none"},
					    {SYNC_BACKUP, "backup"},
					    {SYNC_MASTER, "master"},
					    {SYNC_BOTH, "both"},
					    {0}};

#define LIVE (F_CONFIG | F_LIVE)

#define ROW struct ipvs_row
static const struct field ipvs_fields[] = {
    U32(timeout_tcp_s, LIVE | F_SET | F_SNMP, 0, 2678400, 0, "s",
	"How long the kernel keeps a TCP connection; 0 for as it is."),
    U32(timeout_tcpfin_s, LIVE | F_SET | F_SNMP, 0, 2678400, 0, "s",
	"How long it keeps one that was closed; 0 for as it is."),
    U32(timeout_udp_s, LIVE | F_SET | F_SNMP, 0, 2678400, 0, "s",
	"How long it keeps a UDP flow; 0 for as it is."),
    BOOL(flush_on_start, F_CONFIG | F_LIVE, false,
	 "Whether the kernel's table is emptied when the daemon begins."),
    ENUM(flush_on_stop, F_CONFIG | F_LIVE, flush_on_stop_names, FLUSH_OURS,
	 "What is taken out of the kernel's table at the end."),
    STR(sync_interface, LIVE, 0,
	"Interface over which connections are told to other directors; empty for none."),
    STR(sync_instance, LIVE, 0,
	"VRRP instance whose master tells, and whose backups listen; empty for both always."),
    U8(sync_id, LIVE, 0, 255, 0, NULL, "Number of the synchronisation."),
    U16(sync_maxlen, LIVE, 0, 65507, 0, "octets", "Longest packet; 0 for the kernel's default."),
    U16(sync_port, LIVE, 0, 65535, 0, NULL, "UDP port; 0 for 8848."),
    U8(sync_ttl, LIVE, 0, 255, 0, NULL, "Time to live of packets; 0 for 1."),
    ADDR(sync_group, LIVE, "Multicast group; empty is 224.0.0.81."),
    ENUM(sync_role, F_STATE | F_MAIN, sync_role_names, SYNC_NONE,
	 "Which of the kernel's synchronisation daemons should run."),
    ENUM(sync_running, F_STATE, sync_role_names, SYNC_NONE, "Which of them run."),
    STR(kernel_version, F_STATE, 0, "Version of the kernel's IPVS; empty while there is none."),
    GAUGE32(conn_table_size, "entries", "Size of its table of connections."),
    STR(missing, F_STATE, 0,
	"Sysctls that real servers behind NAT need, and the network namespace does not have."),
    U32(before_tcp_s, F_STATE, 0, UINT32_MAX, 0, "s",
	"Timeout that the kernel had before, and gets back; 0 while it has its own."),
    U32(before_tcpfin_s, F_STATE, 0, UINT32_MAX, 0, "s", "The same of one that was closed."),
    U32(before_udp_s, F_STATE, 0, UINT32_MAX, 0, "s", "The same of a UDP flow."),
    WHEN(last_drift, F_STATE, "When others had changed something of ours last."),
    COUNTER32(drift, NULL, "Differences that others have made, and that were repaired."),
};
const struct table table_ipvs =
    TABLE(T_IPVS, "ipvs", ROLE_LVS, 0, ipvs_fields, "The kernel's IPVS as a whole.");
#undef ROW
