/*
 * keywords_lvs: virtual_server, real_server and the checkers.
 *
 * A keyword that real servers or checks inherit stands in the outer block with the table of
 * the inner one: connect_timeout in virtual_server fills a field of the checker's table, in
 * the virtual server's own draft, from where resolve.c takes it.
 */
#include "config/parse.h"

#define SERVICE(member) T_VIRTUAL_SERVER, offsetof(struct virtual_server_row, member)
#define SERVER(member)  T_REAL_SERVER, offsetof(struct real_server_row, member)
#define CHECK(member)   T_CHECKER, offsetof(struct checker_row, member)

static const struct enum_name protocols[] = {
    {LVS_TCP, "TCP"}, {LVS_UDP, "UDP"}, {LVS_SCTP, "SCTP"}, {0}};
static const struct enum_name families[] = {{FAMILY_IPV4, "inet"}, {FAMILY_IPV6, "inet6"}, {0}};
static const struct enum_name methods[] = {{LVS_NAT, "NAT"}, {LVS_DR, "DR"}, {LVS_TUN, "TUN"}, {0}};
static const struct enum_name schedulers[] = {{1, "rr"},   {2, "wrr"},   {3, "lc"},  {4, "wlc"},
					      {5, "lblc"}, {6, "lblcr"}, {7, "dh"},  {8, "sh"},
					      {9, "sed"},  {10, "nq"},   {11, "fo"}, {12, "ovf"},
					      {13, "mh"},  {14, "twos"}, {0}};

/* clang-format off */
#define INHERITED_BY_CHECKS                                                                        \
    {"connect_timeout", NULL, false, CHECK(connect_timeout_ms), CONV_SECONDS,                      \
     .help = "Seconds that a connection may take."},                                               \
    {"retry", NULL, false, CHECK(retry), CONV_NUMBER,                                              \
     .help = "Further attempts before a check that had succeeded fails."},                         \
    {"delay_before_retry", NULL, false, CHECK(delay_before_retry_ms), CONV_SECONDS,                \
     .help = "Seconds between those attempts."},                                                   \
    {"warmup", NULL, false, CHECK(warmup_ms), CONV_SECONDS,                                        \
     .help = "The first check is at a random time within so many seconds; delay_loop by default."}
/* clang-format on */

static const struct keyword tcp_check_keywords[] = {
    {"connect_ip", NULL, false, CHECK(connect_addr), CONV_ADDRESS,
     .help = "Address to connect to; the real server's by default."},
    {"connect_port", NULL, false, CHECK(connect_port), CONV_NUMBER, .min = 1, .max = 65535,
     .help = "Port to connect to; the real server's by default."},
    {"bindto", NULL, false, CHECK(bindto), CONV_ADDRESS, .help = "Address to connect from."},
    {"bind_port", NULL, false, CHECK(bind_port), CONV_NUMBER, .min = 1, .max = 65535,
     .help = "Port to connect from."},
    INHERITED_BY_CHECKS,
    {"nb_get_retry", "retry", true},
    {"delay_loop", NULL, false, CHECK(delay_loop_ms), CONV_SECONDS,
     .help = "Seconds between checks."},
    {0},
};

/* clang-format off */
static const char *const tcp_check_later[] = {
    "bind_if", "fwmark", "alpha", "log_all_failures", NULL,
};
/* clang-format on */

const struct block block_tcp_check = {
    .name = "TCP_CHECK",
    .keywords = tcp_check_keywords,
    .later = tcp_check_later,
    .enter = enter_tcp_check,
};

static const struct keyword real_server_keywords[] = {
    {"weight", NULL, false, SERVER(weight), CONV_NUMBER, .always = true,
     .help = "Share of the connections, 0..65535."},
    {"lvs_method", NULL, false, SERVER(forwarding), CONV_CHOICE, .choices = methods,
     .special = special_forwarding, .help = "Forwarding method; the virtual server's by default."},
    {"lb_kind", "lvs_method"},
    {"inhibit_on_failure", NULL, false, SERVER(inhibit_on_failure), CONV_FLAG,
     .help = "A failed server stays in the table with weight 0."},
    INHERITED_BY_CHECKS,
    {"delay_loop", NULL, false, CHECK(delay_loop_ms), CONV_SECONDS,
     .help = "Seconds between checks of this server."},
    {"TCP_CHECK", .block = &block_tcp_check, .help = "Checks that a TCP connection is accepted."},
    {0},
};

/* clang-format off */
static const char *const real_server_later[] = {
    "uthreshold", "lthreshold", "notify_up", "notify_down", "alpha", "smtp_alert", "virtualhost",
    "snmp_name", "log_all_failures", "HTTP_GET", "SSL_GET", "SMTP_CHECK", "DNS_CHECK",
    "UDP_CHECK", "PING_CHECK", "MISC_CHECK", "BFD_CHECK", "FILE_CHECK", NULL,
};
/* clang-format on */

const struct block block_real_server = {
    .name = "real_server",
    .keywords = real_server_keywords,
    .later = real_server_later,
    .enter = enter_real_server,
};

static const struct keyword virtual_server_keywords[] = {
    {"delay_loop", NULL, false, SERVICE(delay_loop_ms), CONV_SECONDS, .always = true,
     .help = "Seconds between checks of its real servers."},
    {"lb_algo", NULL, false, SERVICE(scheduler), CONV_CHOICE, .choices = schedulers, .always = true,
     .help = "Scheduler of the kernel."},
    {"lvs_sched", "lb_algo"},
    {"lb_kind", NULL, false, SERVICE(forwarding), CONV_CHOICE, .choices = methods, .always = true,
     .special = special_forwarding, .help = "Forwarding method: NAT, DR or TUN."},
    {"lvs_method", "lb_kind"},
    {"persistence_timeout", NULL, false, SERVICE(persistence_timeout_s), CONV_NUMBER,
     .special = special_persistence, .print = print_persistence,
     .help = "Seconds that a client stays with its server; 360 when bare, 0 for none."},
    {"protocol", NULL, false, SERVICE(protocol), CONV_CHOICE, .choices = protocols,
     .any_case = true, .always = true, .print = print_protocol,
     .help = "TCP, UDP or SCTP, in any case."},
    {"ip_family", NULL, false, SERVICE(family), CONV_CHOICE, .choices = families, .always = true,
     .print = print_ip_family,
     .help = "Address family of a fwmark service, inet or inet6; that of its first real server."},
    {"sh-fallback", NULL, false, SERVICE(sched_fallback), CONV_FLAG, .print = print_sh_flag,
     .help = "sh: pass over a server of weight 0."},
    {"mh-fallback", NULL, false, SERVICE(sched_fallback), CONV_FLAG, .print = print_mh_flag,
     .help = "mh: pass over a server of weight 0."},
    {"sh-port", NULL, false, SERVICE(sched_port), CONV_FLAG, .print = print_sh_flag,
     .help = "sh: hash the source port too."},
    {"mh-port", NULL, false, SERVICE(sched_port), CONV_FLAG, .print = print_mh_flag,
     .help = "mh: hash the source port too."},
    {"weight", NULL, false, SERVER(weight), CONV_NUMBER,
     .help = "Weight of real servers that name none."},
    {"inhibit_on_failure", NULL, false, SERVER(inhibit_on_failure), CONV_FLAG,
     .help = "Failed servers stay in the table with weight 0."},
    INHERITED_BY_CHECKS,
    {"real_server", .block = &block_real_server, .help = "A server behind it."},
    {0},
};

/* clang-format off */
static const char *const virtual_server_later[] = {
    "flag-1", "flag-2", "flag-3", "hashed", "ops", "persistence_engine",
    "persistence_granularity", "ha_suspend", "smtp_alert", "virtualhost", "snmp_name", "alpha",
    "omega", "quorum", "hysteresis", "quorum_up", "quorum_down", "sorry_server",
    "sorry_server_inhibit", "sorry_server_lvs_method", NULL,
};
/* clang-format on */

/* clang-format off */
static const char *const virtual_server_gone[] = {
    "nat_mask", "net_mask", NULL,
};
/* clang-format on */

const struct block block_virtual_server = {
    .name = "virtual_server",
    .keywords = virtual_server_keywords,
    .later = virtual_server_later,
    .gone = virtual_server_gone,
    .enter = enter_virtual_server,
};
