/* rows_lvs: the fields of virtual_server, real_server and checker. */
#include "model/rows_lvs.h"

#include "model/field.h"

const struct enum_name lvs_protocol_names[] = {
    {LVS_TCP, "tcp"}, {LVS_UDP, "udp"}, {LVS_SCTP, "sctp"}, {0}};
const struct enum_name lvs_forwarding_names[] = {
    {LVS_NAT, "NAT"}, {LVS_DR, "DR"}, {LVS_TUN, "TUN"}, {0}};
const struct enum_name tunnel_type_names[] = {
    {TUNNEL_IPIP, "ipip"}, {TUNNEL_GUE, "gue"}, {TUNNEL_GRE, "gre"}, {0}};
const struct enum_name tunnel_checksum_names[] = {
    {TUNNEL_NOCSUM, "nocsum"}, {TUNNEL_CSUM, "csum"}, {TUNNEL_REMCSUM, "remcsum"}, {0}};
const struct enum_name vs_admin_names[] = {{VS_ENABLED, "enabled"}, {VS_DISABLED, "disabled"}, {0}};
const struct enum_name vs_oper_names[] = {
    {VS_UP, "up"},
    {VS_DEGRADED, "degraded"},
    {VS_QUORUM_LOST, "quorumLost"},
    {VS_SORRY, "sorry"},
    {VS_DOWN, "down"},
    {VS_OPER_DISABLED, "disabled"},
    {0},
};
const struct enum_name rs_health_names[] = {
    {HEALTH_UNKNOWN, "unknown"}, {HEALTH_ALIVE, "alive"}, {HEALTH_DEAD, "dead"}, {0}};
const struct enum_name vs_quorum_names[] = {
    {QUORUM_UNKNOWN, "unknown"}, {QUORUM_MET, "met"}, {QUORUM_LOST, "lost"}, {0}};
const struct enum_name rs_kind_names[] = {{RS_REGULAR, "regular"}, {RS_SORRY, "sorry"}, {0}};
const struct enum_name rs_admin_names[] = {
    {RS_ENABLED, "enabled"},
    {RS_DRAINING, "draining"},
    {RS_DISABLED, "disabled"},
    {RS_FORCED_OFFLINE, "forcedOffline"},
    {0},
};
const struct enum_name rs_oper_names[] = {
    {RS_UP, "up"},
    {RS_DOWN, "down"},
    {RS_CHECKING, "checking"},
    {RS_OPER_DRAINING, "draining"},
    {RS_DRAINED, "drained"},
    {RS_OPER_DISABLED, "disabled"},
    {RS_DISABLED_BY_PARENT, "disabledByParent"},
    {RS_STANDBY, "standby"},
    {0},
};
const struct enum_name check_reason_names[] = {
    {REASON_NONE, "none"},
    {REASON_NOT_RUN, "notRun"},
    {REASON_OK, "ok"},
    {REASON_NO_CHECK, "noCheck"},
    {REASON_REFUSED, "refused"},
    {REASON_TIMEOUT, "timeout"},
    {REASON_UNREACHABLE, "unreachable"},
    {REASON_RESET, "reset"},
    {REASON_LOCAL_ERROR, "localError"},
    {REASON_KERNEL_REFUSED, "kernelRefused"},
    {REASON_ADMIN, "admin"},
    {REASON_TLS, "tls"},
    {REASON_BAD_REPLY, "badReply"},
    {REASON_STATUS, "status"},
    {REASON_CONTENT, "content"},
    {REASON_SCRIPT, "script"},
    {REASON_AGENT, "agent"},
    {0},
};
const struct enum_name agent_word_names[] = {{AGENT_NONE, "none"},
					     {AGENT_READY, "ready"},
					     {AGENT_DRAIN, "drain"},
					     {AGENT_MAINT, "maint"},
					     {0}};
const struct enum_name check_kind_names[] = {{CHECK_TCP, "TCP_CHECK"},
					     {CHECK_HTTP, "HTTP_GET"},
					     {CHECK_SSL, "SSL_GET"},
					     {CHECK_SMTP, "SMTP_CHECK"},
					     {CHECK_DNS, "DNS_CHECK"},
					     {CHECK_UDP, "UDP_CHECK"},
					     {CHECK_PING, "PING_CHECK"},
					     {CHECK_MISC, "MISC_CHECK"},
					     {CHECK_FILE, "FILE_CHECK"},
					     {CHECK_AGENT, "AGENT_CHECK"},
					     {0}};
const struct enum_name dns_type_names[] = {
    {DNS_A, "A"},         {DNS_NS, "NS"},
    {DNS_CNAME, "CNAME"}, {DNS_SOA, "SOA"},
    {DNS_PTR, "PTR"},     {DNS_MX, "MX"},
    {DNS_TXT, "TXT"},     {DNS_AAAA, "AAAA"},
    {DNS_SRV, "SRV"},     {DNS_DS, "DS"},
    {DNS_RRSIG, "RRSIG"}, {DNS_DNSKEY, "DNSKEY"},
    {DNS_ANY, "ANY"},     {0},
};
const struct enum_name http_protocol_names[] = {
    {HTTP_1_0, "http10"}, {HTTP_1_0_CLOSE, "http10close"}, {HTTP_1_1, "http11"}, {0}};
const struct enum_name source_kind_names[] = {
    {CHECK_BY_SCRIPT, "script"}, {CHECK_BY_FILE, "file"}, {0}};
const struct enum_name source_outcome_names[] = {
    {SOURCE_UNKNOWN, "unknown"},    {SOURCE_VALUE, "value"},      {SOURCE_SIGNALLED, "signalled"},
    {SOURCE_TIMED_OUT, "timedOut"}, {SOURCE_CANNOT, "cannotRun"}, {0}};
const struct enum_name check_state_names[] = {
    {CHECK_UNKNOWN, "unknown"}, {CHECK_UP, "up"}, {CHECK_DOWN, "down"}, {0}};

#define LIVE  (F_CONFIG | F_SET | F_LIVE)
#define ADMIN (F_ADMIN | F_SET | F_SNMP | F_LIVE)
/* What the kernel counts. */
#define FIGURE32(m, unit, help) U32(m, F_STATE | F_DEMAND, 0, UINT32_MAX, 0, unit, help)
#define FIGURE64(m, unit, help) U64(m, F_COUNTER | F_DEMAND, unit, help)
/* ... of a service and of a server alike. */
#define RATES                                                                                      \
	FIGURE32(cps, "connections/s", "Connections per second."),                                 \
	    FIGURE32(in_pps, "packets/s", "Packets in per second."),                               \
	    FIGURE32(out_pps, "packets/s", "Packets out per second."),                             \
	    FIGURE32(in_bps, "bytes/s", "Bytes in per second."),                                   \
	    FIGURE32(out_bps, "bytes/s", "Bytes out per second.")
#define TOTALS                                                                                     \
	FIGURE64(conns, "connections", "Connections."),                                            \
	    FIGURE64(in_pkts, "packets", "Packets in."),                                           \
	    FIGURE64(out_pkts, "packets", "Packets out."),                                         \
	    FIGURE64(in_bytes, "bytes", "Bytes in."), FIGURE64(out_bytes, "bytes", "Bytes out.")

#define ROW struct virtual_server_row
static const struct field virtual_server_fields[] = {
    TEXT(name, F_KEY, 1, NAME_VS, "Name of the virtual server: address, port and protocol."),
    TEXT(group, F_CONFIG, 0, NAME_GROUP,
	 "virtual_server_group whose addresses and marks it has; empty for its own."),
    ENUM(family, F_CONFIG, family_names, FAMILY_IPV4, "Address family."),
    ADDR(addr, F_CONFIG, "Virtual address."),
    U16(port, F_CONFIG, 0, 65535, 0, NULL, "Port; 0 is every port."),
    ENUM(protocol, F_CONFIG, lvs_protocol_names, LVS_UDP, "Transport protocol."),
    U32(fwmark, F_CONFIG, 0, UINT32_MAX, 0, NULL,
	"Firewall mark; 0 when an address names the service."),
    STR(scheduler, LIVE | F_SNMP, 1, "Scheduler of the kernel."),
    BOOL(sched_fallback, LIVE, false, "sh and mh: pass over a server of weight 0."),
    BOOL(sched_port, LIVE, false, "sh and mh: hash the source port too."),
    BOOL(sched_flag_3, LIVE, false, "Third flag of the scheduler."),
    BOOL(one_packet, LIVE, false, "UDP: a server is chosen for each packet."),
    ENUM(forwarding, LIVE | F_SNMP, lvs_forwarding_names, LVS_NAT,
	 "Forwarding method of servers that name none."),
    U32(persistence_timeout_s, LIVE | F_SNMP, 0, 2678400, 0, "s",
	"How long a client stays with its server; 0 for not at all."),
    U8(persistence_granularity, LIVE, 0, 128, 0, NULL,
       "Prefix length of client addresses that stay together; 0 for each by itself."),
    TEXT(persistence_engine, F_CONFIG | F_LIVE, 0, NAME_ENGINE,
	 "What tells clients apart; empty for their addresses."),
    U32(delay_loop_ms, LIVE | F_SNMP, 1, UINT32_MAX, 60000, "ms",
	"Interval of checks that name none."),
    U32(quorum, LIVE | F_SNMP, 1, UINT32_MAX, 1, NULL,
	"Weight of live servers that the service needs."),
    U32(hysteresis, LIVE | F_SNMP, 0, UINT32_MAX, 0, NULL,
	"Weight beyond it and below it before that changes."),
    BOOL(omega, LIVE, false, "At the end programs are told that it and its servers are down."),
    BOOL(ha_suspend, LIVE, false, "Checks only while its address is on this director."),
    ENUM(smtp_alert, F_CONFIG | F_LIVE | F_LOCAL, alert_names, ALERT_DEFAULT,
	 "Whether changes of its quorum are told by mail."),
    ENUM(admin_state, ADMIN, vs_admin_names, VS_ENABLED, "Disabled takes no new connections."),
    TEXT(admin_reason, ADMIN, 0, TEXT_NOTE, "The operator's note."),
    SNMP_INDEX(U32, UINT32_MAX),
    ENUM(oper_state, F_STATE, vs_oper_names, VS_DOWN, "State of the service."),
    ENUM(quorum_state, F_STATE | F_EVENT, vs_quorum_names, QUORUM_UNKNOWN,
	 "Whether there is weight enough."),
    BOOL(suspended, F_STATE | F_MAIN, false, "Nothing is checked, since its address is elsewhere."),
    TEXT(reason_text, F_STATE, 0, TEXT_REASON, "Why the service is in its state."),
    GAUGE32(rs_total, NULL, "Real servers."),
    GAUGE32(rs_up, NULL, "Real servers that are up."),
    GAUGE32(weight_total, NULL, "Weight of all real servers, as configured."),
    GAUGE32(weight_up, NULL, "Weight of the real servers that are up."),
    U8(health_percent, F_STATE, 0, 100, 0, "percent", "Weight up in percent of the whole."),
    FIGURE32(active_conns, "connections", "Active connections."),
    RATES,
    WHEN(last_change, F_STATE, "When the state changed last."),
    WHEN(stats_at, F_STATE | F_DEMAND, "When the figures were read from the kernel."),
    COUNTER32(transitions, NULL, "Changes of state."),
    U32(quorum_changes, F_COUNTER | F_EVENT, 0, UINT32_MAX, 0, NULL,
	"Times that the quorum was gained or lost."),
    TOTALS,
    WHEN(discontinuity, F_STATE | F_DEMAND, "Since when the counters run without a break."),
};
const struct table table_virtual_server = TABLE(T_VIRTUAL_SERVER, "virtual_server", ROLE_LVS, 1,
						virtual_server_fields, "Virtual servers.");
#undef ROW

#define ROW struct real_server_row
static const struct field real_server_fields[] = {
    TEXT(vs, F_KEY, 1, NAME_VS, "Name of the virtual server."),
    TEXT(name, F_KEY, 1, NAME_RS, "Name of the real server: address and port."),
    ADDR(addr, F_CONFIG, "Address."),
    ENUM(forwarding, LIVE | F_SNMP, lvs_forwarding_names, LVS_NAT, "Forwarding method."),
    U16(port, F_CONFIG, 0, 65535, 0, NULL,
	"Port of the real server; 0 is the port of the request."),
    ENUM(tunnel_type, F_CONFIG | F_LIVE, tunnel_type_names, TUNNEL_IPIP, "TUN: the tunnel."),
    ENUM(tunnel_checksum, F_CONFIG | F_LIVE, tunnel_checksum_names, TUNNEL_NOCSUM,
	 "TUN: checksums of the tunnel."),
    U16(tunnel_port, F_CONFIG | F_LIVE, 0, 65535, 0, NULL, "TUN: port of a gue tunnel."),
    U32(weight, LIVE | F_SNMP, 0, 65535, 1, NULL, "Weight as configured."),
    U32(uthreshold, LIVE | F_SNMP, 0, UINT32_MAX, 0, "connections",
	"From so many on the server gets no more; 0 for no limit."),
    U32(lthreshold, LIVE | F_SNMP, 0, UINT32_MAX, 0, "connections",
	"Below so many it gets some again; 0 for three quarters of uthreshold."),
    U32(slow_start_s, LIVE | F_SNMP, 0, 86400, 0, "s",
	"How long it takes to its full weight after it has come back; 0 for at once."),
    BOOL(inhibit_on_failure, LIVE | F_SNMP, false,
	 "A failed server stays in the table with weight 0."),
    ENUM(kind, F_CONFIG, rs_kind_names, RS_REGULAR,
	 "Whether it is of the pool, or stands in for it when it has no quorum."),
    ENUM(smtp_alert, F_CONFIG | F_LIVE | F_LOCAL, alert_names, ALERT_DEFAULT,
	 "Whether its changes are told by mail."),
    ENUM(admin_state, ADMIN, rs_admin_names, RS_ENABLED, "What the operator wants of it."),
    ENUM(node_admin, F_STATE | F_MAIN, rs_admin_names, RS_ENABLED,
	 "What the operator wants of its machine."),
    SNMP_INDEX(U16, 65535),
    TEXT(admin_reason, ADMIN, 0, TEXT_NOTE, "The operator's note."),
    U32(drain_time_s, ADMIN, 0, 2592000, 0, "s",
	"How long draining may take; 0 for as long as there are connections."),
    U32(node_drain_time_s, F_STATE | F_MAIN, 0, 2592000, 0, "s",
	"How long draining its machine may take; 0 for what is said of itself."),
    TEXT(changed_by, F_STATE | F_MAIN, 0, TEXT_WHO, "Who changed the admin state or weight last."),
    WALL(changed_at, F_STATE | F_MAIN, "When that was."),
    GAUGE32(effective_weight, NULL, "Weight in the kernel; 0 also when it is not in the table."),
    U8(ramp_percent, F_STATE, 1, 100, 100, "percent",
       "Share of its weight that it gets while it starts slowly."),
    ENUM(oper_state, F_STATE, rs_oper_names, RS_CHECKING, "State of the server."),
    ENUM(reason, F_STATE, check_reason_names, REASON_NOT_RUN, "Why it is in this state."),
    ENUM(health, F_STATE | F_EVENT, rs_health_names, HEALTH_UNKNOWN,
	 "What its checks say, whatever the operator does with it."),
    TEXT(reason_text, F_STATE | F_EVENT, 0, TEXT_REASON, "The same in words."),
    WHEN(drain_started, F_STATE, "When draining began."),
    WHEN(drain_ends, F_STATE, "When its time is over."),
    FIGURE32(active_conns, "connections", "Active connections."),
    FIGURE32(inactive_conns, "connections", "Inactive connections."),
    FIGURE32(persistent_conns, "connections", "Persistence templates."),
    RATES,
    U16(checks, F_STATE, 0, 65535, 0, NULL, "Checks of this server."),
    U16(checks_failing, F_STATE | F_EVENT, 0, 65535, 0, NULL, "Checks that fail."),
    COUNTER32(drains, NULL, "Times that draining has come to its end."),
    WHEN(last_change, F_STATE, "When the state changed last."),
    COUNTER32(transitions, NULL, "Changes of state."),
    U32(health_changes, F_COUNTER | F_EVENT, 0, UINT32_MAX, 0, NULL,
	"Times that its checks have found it alive or dead."),
    TOTALS,
    WHEN(discontinuity, F_STATE | F_DEMAND, "Since when the counters run without a break."),
};
const struct table table_real_server =
    TABLE(T_REAL_SERVER, "real_server", ROLE_LVS, 2, real_server_fields,
	  "Real servers of virtual servers.");
#undef ROW

#define ROW struct node_row
static const struct field node_fields[] = {
    TEXT(name, F_KEY, 1, ADDR_TEXT_MAX, "Address of the machine."),
    ADDR(addr, F_CONFIG, "The same."),
    ENUM(admin_state, ADMIN, rs_admin_names, RS_ENABLED,
	 "What the operator wants of all real servers with this address."),
    TEXT(admin_reason, ADMIN, 0, TEXT_NOTE, "The operator's note."),
    U32(drain_time_s, ADMIN, 0, 2592000, 0, "s",
	"How long draining may take; 0 for as long as there are connections."),
    TEXT(changed_by, F_STATE, 0, TEXT_WHO, "Who changed the admin state last."),
    WALL(changed_at, F_STATE, "When that was."),
    GAUGE32(rs_total, NULL, "Real servers with this address."),
    GAUGE32(rs_up, NULL, "Real servers of these that are up."),
};
const struct table table_node =
    TABLE(T_NODE, "node", ROLE_MAIN, 1, node_fields, "Machines: all real servers of one address.");
#undef ROW

#define ROW struct checker_row
static const struct field checker_fields[] = {
    TEXT(vs, F_KEY, 1, NAME_VS, "Name of the virtual server."),
    TEXT(rs, F_KEY, 1, NAME_RS, "Name of the real server."),
    U32(number, F_KEY, 1, UINT32_MAX, 1, NULL, "Number of the check, in the order of the file."),
    ENUM(kind, F_CONFIG, check_kind_names, CHECK_TCP, "Kind of check."),
    ADDR(connect_addr, F_CONFIG | F_LIVE, "Address that is checked."),
    U16(connect_port, F_CONFIG | F_LIVE, 0, 65535, 0, NULL, "Port that is checked."),
    ADDR(bindto, F_CONFIG | F_LIVE, "Source address of the check."),
    U16(bind_port, F_CONFIG | F_LIVE, 0, 65535, 0, NULL, "Source port of the check."),
    BOOL(alpha, LIVE, false, "The server is down until the check succeeds."),
    BOOL(log_all_failures, LIVE, false, "Attempts that fail are logged while the server is up."),
    BOOL(enable_sni, F_CONFIG | F_LIVE, false, "TLS: a host name is told in the handshake."),
    ENUM(http_protocol, F_CONFIG | F_LIVE, http_protocol_names, HTTP_1_0, "Version of HTTP."),
    TEXT(bind_if, F_CONFIG | F_LIVE, 0, NAME_IF, "Interface of the check; empty for any."),
    U32(fwmark, F_CONFIG | F_LIVE, 0, UINT32_MAX, 0, NULL,
	"Firewall mark of the check's packets; 0 for none."),
    U32(connect_timeout_ms, LIVE | F_SNMP, 1, UINT32_MAX, 5000, "ms",
	"How long a connection may take."),
    U32(delay_loop_ms, LIVE | F_SNMP, 1, UINT32_MAX, 60000, "ms", "Interval between checks."),
    U32(warmup_ms, LIVE, 0, UINT32_MAX, 60000, "ms",
	"The first check is at a random time within this."),
    U32(retry, LIVE | F_SNMP, 0, UINT32_MAX, 1, NULL, "Further attempts before the check fails."),
    U32(delay_before_retry_ms, LIVE, 0, UINT32_MAX, 1000, "ms", "Interval between those attempts."),
    U16(min_reply_length, F_CONFIG | F_LIVE, 0, 65535, 0, "octets", "UDP: least length of it."),
    U16(max_reply_length, F_CONFIG | F_LIVE, 0, 65535, 255, "octets",
	"UDP: greatest length of it."),
    I32(weight, F_CONFIG | F_LIVE, -INT32_MAX, INT32_MAX, 1, NULL,
	"FILE_CHECK: what the number in the file is multiplied by."),
    TEXT(virtualhost, F_CONFIG | F_LIVE, 0, NAME_HOST, "HTTP: host name that is asked for."),
    TEXT(sni_name, F_CONFIG | F_LIVE, 0, NAME_HOST,
	 "TLS: host name that is told; empty for virtualhost."),
    TEXT(send, F_CONFIG | F_LIVE, 0, TEXT_OCTETS,
	 "SMTP: name to greet with; empty for that of the director. DNS: name that is asked for; "
	 "empty for the root. UDP: octets, in hexadecimal; empty for random ones."),
    TEXT(require_reply, F_CONFIG | F_LIVE, 0, TEXT_OCTETS,
	 "UDP: octets of the answer, in hexadecimal, x for any digit; any for any octets; empty "
	 "when none is needed."),
    TEXT(object, F_CONFIG | F_LIVE, 0, AGENT_SEND,
	 "Name of the misc_script of a MISC_CHECK, of the track_file of a FILE_CHECK; what an "
	 "AGENT_CHECK sends."),
    ENUM(dns_type, F_CONFIG | F_LIVE, dns_type_names, DNS_SOA, "DNS: type that is asked for."),
    BOOL(dynamic, LIVE, false, "MISC_CHECK: an exit status of 2..255 is a weight of 0..253."),
    ENUM(admin_state, ADMIN, vs_admin_names, VS_ENABLED,
	 "Disabled: it does not run, and does not count for its server."),
    ENUM(state, F_STATE, check_state_names, CHECK_UNKNOWN, "Result in force."),
    ENUM(reason, F_STATE, check_reason_names, REASON_NOT_RUN, "Result of the last run."),
    ENUM(agent, F_STATE, agent_word_names, AGENT_NONE, "What the agent wants of the server."),
    BOOL(agent_down, F_STATE, false, "Whether the agent says that the server is down."),
    I32(value, F_STATE, INT32_MIN, INT32_MAX, 0, NULL,
	"MISC_CHECK: exit status that is a weight; FILE_CHECK: number in the file; 0 for none."),
    U16(percent, F_STATE, 0, AGENT_PERCENT, 100, "percent",
	"Share of the weight that the agent leaves."),
    U16(sharers, F_STATE | F_DEMAND, 0, 65535, 0, NULL,
	"Checks that are this one run, this one included."),
    TEXT(result, F_STATE, 0, TEXT_REASON, "The same in words."),
    WHEN(last_run, F_STATE | F_DEMAND, "When it ran last."),
    FIGURE32(latency_us, "us", "How long the last run took."),
    GAUGE32(failed_in_row, NULL, "Failed attempts since the last success."),
    U32(runs, F_COUNTER | F_DEMAND, 0, UINT32_MAX, 0, NULL, "Runs."),
    U32(failures, F_COUNTER | F_DEMAND, 0, UINT32_MAX, 0, NULL, "Runs that failed."),
};
const struct table table_checker =
    TABLE(T_CHECKER, "checker", ROLE_LVS, 3, checker_fields, "Checks of real servers.");
#undef ROW

#define ROW struct check_url_row
static const struct field check_url_fields[] = {
    TEXT(vs, F_KEY, 1, NAME_VS, "Name of the virtual server."),
    TEXT(rs, F_KEY, 1, NAME_RS, "Name of the real server."),
    U32(number, F_KEY, 1, UINT32_MAX, 1, NULL, "Number of the check."),
    U32(url, F_KEY, 1, UINT32_MAX, 1, NULL, "Number of the URL, in the order of the file."),
    TEXT(path, F_CONFIG | F_LIVE, 0, TEXT_URL, "Path that is asked for."),
    TEXT(virtualhost, F_CONFIG | F_LIVE, 0, NAME_HOST,
	 "Host name that is asked for; empty for that of the check."),
    TEXT(status_code, F_CONFIG | F_LIVE, 0, TEXT_NOTE,
	 "Status codes, and ranges of them, that are good; empty for any."),
    TEXT(digest, F_CONFIG | F_LIVE, 0, TEXT_DIGEST, "MD5 digest of the content; empty for any."),
    TEXT(regex, F_CONFIG | F_LIVE, 0, TEXT_REGEX, "Expression that the content must match."),
    TEXT(regex_options, F_CONFIG | F_LIVE, 0, TEXT_NOTE, "Options of the expression."),
    BOOL(regex_no_match, F_CONFIG | F_LIVE, false, "The content must not match it."),
    U32(regex_min_offset, F_CONFIG | F_LIVE, 0, UINT32_MAX, 0, "octets",
	"Where a match may begin, from."),
    U32(regex_max_offset, F_CONFIG | F_LIVE, 0, UINT32_MAX, 0, "octets",
	"Where a match may begin, up to; 0 for anywhere."),
    BOOL(tls_compliant, F_CONFIG | F_LIVE, false, "A TLS connection must end with a message."),
};
const struct table table_check_url =
    TABLE(T_CHECK_URL, "check_url", ROLE_LVS, 4, check_url_fields, "URLs of checks by HTTP.");
#undef ROW

#define BY_MAIN (F_STATE | F_MAIN)
#define ROW     struct check_source_row
static const struct field check_source_fields[] = {
    ENUM(kind, F_KEY, source_kind_names, CHECK_BY_SCRIPT, "A misc_script or a track_file."),
    TEXT(name, F_KEY, 1, NAME_VS, "Name of the misc_script or of the track_file."),
    WHEN(asked, F_STATE, "When a run was asked for last."),
    WHEN(answered, BY_MAIN, "When the run began that has ended last."),
    ENUM(outcome, BY_MAIN, source_outcome_names, SOURCE_UNKNOWN, "How that ended."),
    I32(value, BY_MAIN, INT32_MIN, INT32_MAX, 0, NULL, "Exit status, signal or number."),
    TEXT(result, BY_MAIN, 0, TEXT_REASON, "The same in words."),
};
const struct table table_check_source =
    TABLE(T_CHECK_SOURCE, "check_source", ROLE_LVS, 2, check_source_fields,
	  "What scripts and files say to checks.");
#undef ROW
