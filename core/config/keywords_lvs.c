/*
 * keywords_lvs: virtual_server, virtual_server_group and real_server.
 *
 * A keyword that real servers or checks inherit stands in the outer block with the table of
 * the inner one: connect_timeout in virtual_server fills a field of the checker's table, in
 * the virtual server's own draft, from where resolve.c takes it.
 */
#include "config/commands.h"
#include "config/keyword_rows.h"
#include "config/keywords_lvs.h"
#include "config/parse.h"
#include "config/special_group.h"
#include "config/special_lvs.h"
#include "config/special_pool.h"

#define SERVICE(member) T_VIRTUAL_SERVER, offsetof(struct virtual_server_row, member)
#define SERVER(member)  T_REAL_SERVER, offsetof(struct real_server_row, member)

static const struct enum_name protocols[] = {
    {LVS_TCP, "TCP"}, {LVS_UDP, "UDP"}, {LVS_SCTP, "SCTP"}, {0}};
static const struct enum_name families[] = {{FAMILY_IPV4, "inet"}, {FAMILY_IPV6, "inet6"}, {0}};
static const struct enum_name methods[] = {{LVS_NAT, "NAT"}, {LVS_DR, "DR"}, {LVS_TUN, "TUN"}, {0}};
static const struct enum_name schedulers[] = {{1, "rr"},   {2, "wrr"},   {3, "lc"},  {4, "wlc"},
					      {5, "lblc"}, {6, "lblcr"}, {7, "dh"},  {8, "sh"},
					      {9, "sed"},  {10, "nq"},   {11, "fo"}, {12, "ovf"},
					      {13, "mh"},  {14, "twos"}, {0}};

/* clang-format off */
#define NOTIFY(word, text)                                                                         \
    {word, NULL, false, T_NOTIFY, offsetof(struct notify_row, command), CONV_TEXT,                 \
     .special = special_notify, .block = &block_notify, .bare = true, .help = text}
/* What a server is checked by. */
#define CHECKS                                                                                     \
    {"TCP_CHECK", .block = &block_tcp_check, .help = "Checks that a TCP connection is accepted."}, \
    {"HTTP_GET", .block = &block_http_get, .help = "Checks what HTTP answers."},                   \
    {"SSL_GET", .block = &block_ssl_get, .help = "Checks what HTTPS answers."},                    \
    {"SMTP_CHECK", .block = &block_smtp_check, .help = "Checks that a mail server greets."},       \
    {"DNS_CHECK", .block = &block_dns_check, .help = "Checks that a name server answers."},        \
    {"UDP_CHECK", .block = &block_udp_check, .help = "Checks that a UDP port answers or is open."},\
    {"PING_CHECK", .block = &block_ping_check, .help = "Checks that the server answers pings."},   \
    {"MISC_CHECK", .block = &block_misc_check, .help = "Checks by a script."},                     \
    LATER_BLOCK("BFD_CHECK", &block_bfd_check, 0, 0, "Checks that a BFD session is up."),          \
    {"FILE_CHECK", .block = &block_file_check, .help = "Weight from a file."},                     \
    {"AGENT_CHECK", .block = &block_agent_check,                                                   \
     .help = "Asks an agent on the server how much it can take."}
/* clang-format on */

static const struct keyword real_server_keywords[] = {
    {"weight", NULL, false, SERVER(weight), CONV_NUMBER, .always = true,
     .help = "Share of the connections, 0..65535."},
    {"lvs_method", NULL, false, SERVER(forwarding), CONV_CHOICE, .choices = methods,
     .special = special_forwarding, .print = print_forwarding,
     .help =
	 "Forwarding method: NAT, DR, or TUN with type ipip, gue or gre, port N, and nocsum, csum "
	 "or remcsum; the virtual server's by default."},
    ALSO("lb_kind", "lvs_method"),
    {"slow_start", NULL, false, SERVER(slow_start_s), CONV_NUMBER,
     .help = "Seconds to its full weight after it has come back."},
    {"inhibit_on_failure", NULL, false, SERVER(inhibit_on_failure), CONV_FLAG,
     .help = "A failed server stays in the table with weight 0."},
    INHERITED_BY_CHECKS,
    {"delay_loop", NULL, false, CHECK(delay_loop_ms), CONV_SECONDS,
     .help = "Seconds between checks of this server."},
    CHECKS,
    {"uthreshold", NULL, false, SERVER(uthreshold), CONV_NUMBER,
     .help = "Connections from which on the server gets no more."},
    {"lthreshold", NULL, false, SERVER(lthreshold), CONV_NUMBER,
     .help = "Connections below which it gets some again; three quarters of uthreshold."},
    NOTIFY("notify_up", "Command to run when its checks find the server alive."),
    NOTIFY("notify_down", "Command to run when they find it dead."),
    {"alpha", NULL, false, CHECK(alpha), CONV_FLAG,
     .help = "The server is down until its checks succeed."},
    {"smtp_alert", NULL, false, SERVER(smtp_alert), CONV_CHOICE, .choices = alert_names,
     .special = special_alert, .print = print_server_alert, .help = "Mail about changes."},
    VIRTUALHOST,
    LATER("snmp_name", 1, 1, "Name of the server in KEEPALIVED-MIB."),
    {0},
};

const struct block block_real_server = {
    .name = "real_server",
    .words = "ADDRESS [PORT]",
    .keywords = real_server_keywords,
    .enter = enter_real_server,
};

static const struct keyword sorry_server_keywords[] = {
    INHERITED_BY_CHECKS,
    {"delay_loop", NULL, false, CHECK(delay_loop_ms), CONV_SECONDS,
     .help = "Seconds between checks of it."},
    {"alpha", NULL, false, CHECK(alpha), CONV_FLAG, .help = "It is down until its checks succeed."},
    CHECKS,
    {0},
};

const struct block block_sorry_server = {
    .name = "sorry_server",
    .words = "ADDRESS [PORT]",
    .keywords = sorry_server_keywords,
    .enter = enter_sorry_server,
};

static const struct keyword virtual_server_keywords[] = {
    {"delay_loop", NULL, false, SERVICE(delay_loop_ms), CONV_SECONDS, .always = true,
     .help = "Seconds between checks of its real servers."},
    {"lb_algo", NULL, false, SERVICE(scheduler), CONV_CHOICE, .choices = schedulers, .always = true,
     .help = "Scheduler of the kernel."},
    ALSO("lvs_sched", "lb_algo"),
    {"lb_kind", NULL, false, SERVICE(forwarding), CONV_CHOICE, .choices = methods, .always = true,
     .special = special_forwarding,
     .help = "Forwarding method: NAT, DR, or TUN and how: see lvs_method of real servers."},
    ALSO("lvs_method", "lb_kind"),
    {"persistence_timeout", NULL, false, SERVICE(persistence_timeout_s), CONV_NUMBER,
     .special = special_persistence, .print = print_persistence,
     .help = "Seconds that a client stays with its server; 360 when bare, 0 for none."},
    {"protocol", NULL, false, SERVICE(protocol), CONV_CHOICE, .choices = protocols,
     .any_case = true, .always = true, .print = print_protocol,
     .help = "TCP, UDP or SCTP, in any case."},
    {"ip_family", NULL, false, SERVICE(family), CONV_CHOICE, .choices = families, .always = true,
     .print = print_ip_family,
     .help = "Address family of a mark or a group, inet or inet6; that of its first real server."},
    {"sh-fallback", NULL, false, SERVICE(sched_fallback), CONV_FLAG, .alone = true,
     .print = print_sh_flag, .help = "sh: pass over a server of weight 0."},
    {"mh-fallback", NULL, false, SERVICE(sched_fallback), CONV_FLAG, .alone = true,
     .print = print_mh_flag, .help = "mh: pass over a server of weight 0."},
    {"sh-port", NULL, false, SERVICE(sched_port), CONV_FLAG, .alone = true, .print = print_sh_flag,
     .help = "sh: hash the source port too."},
    {"mh-port", NULL, false, SERVICE(sched_port), CONV_FLAG, .alone = true, .print = print_mh_flag,
     .help = "mh: hash the source port too."},
    {"weight", NULL, false, SERVER(weight), CONV_NUMBER,
     .help = "Weight of real servers that name none."},
    {"slow_start", NULL, false, SERVER(slow_start_s), CONV_NUMBER,
     .help = "Seconds to the full weight of servers that have come back."},
    {"inhibit_on_failure", NULL, false, SERVER(inhibit_on_failure), CONV_FLAG, .alone = true,
     .help = "Failed servers stay in the table with weight 0."},
    INHERITED_BY_CHECKS,
    {"real_server", .block = &block_real_server, .help = "A server behind it."},
    {"flag-1", NULL, false, SERVICE(sched_fallback), CONV_FLAG, .alone = true, .print = print_flag,
     .help = "First flag of the scheduler."},
    {"flag-2", NULL, false, SERVICE(sched_port), CONV_FLAG, .alone = true, .print = print_flag,
     .help = "Second flag of the scheduler."},
    {"flag-3", NULL, false, SERVICE(sched_flag_3), CONV_FLAG, .alone = true,
     .help = "Third flag of the scheduler."},
    ALWAYS("hashed", 0, 0, "Keep connections in the hash table."),
    {"ops", NULL, false, SERVICE(one_packet), CONV_FLAG, .alone = true,
     .help = "UDP: choose a server for each packet."},
    {"persistence_engine", NULL, false, SERVICE(persistence_engine), CONV_TEXT, .min = 1,
     .max = NAME_ENGINE - 1, .help = "What tells clients apart, instead of their addresses: sip."},
    {"persistence_granularity", NULL, false, SERVICE(persistence_granularity), CONV_NUMBER,
     .special = special_granularity, .print = print_granularity,
     .help = "Mask, or prefix length, of client addresses that stay together."},
    {"ha_suspend", NULL, false, SERVICE(ha_suspend), CONV_FLAG, .alone = true,
     .help = "Check only while the address is on this director."},
    {"smtp_alert", NULL, false, SERVICE(smtp_alert), CONV_CHOICE, .choices = alert_names,
     .special = special_alert, .print = print_service_alert,
     .help = "Mail when the quorum is gained or lost."},
    VIRTUALHOST,
    LATER("snmp_name", 1, 1, "Name of the service in KEEPALIVED-MIB."),
    {"alpha", NULL, false, CHECK(alpha), CONV_FLAG, .alone = true,
     .help = "Servers are down until their checks succeed."},
    {"omega", NULL, false, SERVICE(omega), CONV_FLAG, .alone = true,
     .help = "Tell at the end that servers and quorum are down."},
    {"quorum", NULL, false, SERVICE(quorum), CONV_NUMBER,
     .help = "Weight of live servers that the service needs; 1."},
    {"hysteresis", NULL, false, SERVICE(hysteresis), CONV_NUMBER,
     .help = "Weight beyond it and below it before that changes; 0."},
    NOTIFY("quorum_up", "Command to run when there is enough."),
    NOTIFY("quorum_down", "Command to run when there is not."),
    {"sorry_server", .block = &block_sorry_server, .bare = true, .special = special_sorry_server,
     .help = "Server that takes the place of the others when there is not enough."},
    {"sorry_server_inhibit", NULL, false, SERVER(inhibit_on_failure), CONV_FLAG, .alone = true,
     .special = special_sorry_option, .help = "It stays in the table with weight 0."},
    {"sorry_server_lvs_method", NULL, false, SERVER(forwarding), CONV_CHOICE, .choices = methods,
     .special = special_sorry_option,
     .help = "Its forwarding method; the virtual server's by default."},
    GONE("nat_mask", 1, 1, "Mask of the servers' network, before 2015."),
    GONE("net_mask", 1, 1, "The same, by an older name."),
    {0},
};

const struct block block_virtual_server = {
    .name = "virtual_server",
    .words = "ADDRESS [PORT] | fwmark MARK | group NAME",
    .keywords = virtual_server_keywords,
    .enter = enter_virtual_server,
};

const struct block block_server_group = {
    .name = "virtual_server_group",
    .words = "NAME",
    .enter = enter_server_group,
    .line = line_server_group,
    .syntax = "ADDRESS[-ADDRESS|/PREFIX] [PORT] | fwmark MARK [inet|inet6]",
};
