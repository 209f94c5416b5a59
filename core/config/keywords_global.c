/*
 * keywords_global: the file itself and global_defs.
 *
 * The vrrp_ keywords of global_defs are what instances inherit, so they fill fields of the
 * instance's table; only the version is kept in the global row as well.
 */
#include "config/keyword_rows.h"
#include "config/parse.h"

#define GLOBAL(member)   T_GLOBAL, offsetof(struct global_row, member)
#define EXEC(member)     T_EXEC, offsetof(struct exec_row, member)
#define INSTANCE(member) T_VRRP_INSTANCE, offsetof(struct vrrp_instance_row, member)

/* clang-format off */
#define PROCESS(word, who)                                                                         \
    LATER(word "_priority", 1, 1, "Nice value of the " who " process."),                           \
    LATER(word "_rt_priority", 1, 1, "Real-time priority of the " who " process."),                \
    LATER(word "_cpu_affinity", 1, WORDS_ANY, "Processors that the " who " process may use."),     \
    LATER(word "_rlimit_rttime", 1, 1, "Microseconds the " who " process may run on end."),        \
    OLD_NAME(word "_rlimit_rtime", word "_rlimit_rttime")
#define BUFFERS(word, what)                                                                        \
    LATER(word "_rcv_bufs", 1, 1, "Receive buffer for " what ", bytes."),                          \
    LATER(word "_rcv_bufs_force", 0, 1, "It may be larger than the system's limit.")
/* clang-format on */

static const struct block block_mail_addresses = {
    .name = "notification_email",
    .line = line_later,
    .syntax = "ADDRESS",
};

static const struct keyword global_keywords[] = {
    {"router_id", NULL, false, GLOBAL(router_id), CONV_TEXT,
     .help = "Name of this director; the host name by default."},
    OLD_NAME("lvs_id", "router_id"),
    {"vrrp_version", NULL, false, GLOBAL(vrrp_version), CONV_NUMBER,
     .help = "VRRP version of instances that name none, 2 or 3."},
    {"enable_traps", NULL, false, GLOBAL(enable_traps), CONV_FLAG, .alone = true,
     .help = "Send SNMP notifications."},
    {"no_snmp", NULL, false, GLOBAL(enable_snmp), CONV_UNFLAG, .alone = true,
     .help = "Run no SNMP agent."},
    {"snmp_socket", NULL, false, GLOBAL(snmp_socket), CONV_TEXT,
     .help = "AgentX socket of the SNMP master."},
    {"enable_snmp_vrrp", NULL, false, GLOBAL(enable_snmp_vrrp), CONV_FLAG, .alone = true,
     .help = "Publish the VRRP tables; a boolean no leaves them out."},
    ALSO("enable_snmp_keepalived", "enable_snmp_vrrp"),
    {"enable_snmp_checker", NULL, false, GLOBAL(enable_snmp_checker), CONV_FLAG, .alone = true,
     .help = "Publish the LVS tables; a boolean no leaves them out."},
    {"change_log_size", NULL, false, GLOBAL(change_log_size), CONV_NUMBER,
     .help = "Rows kept in the change log."},
    {"log_level", NULL, false, GLOBAL(log_level), CONV_TEXT, .special = special_log_level,
     .print = print_log_level, .help = "What is logged: [AREA] LEVEL; may be repeated."},
    {"vrrp_garp_master_repeat", NULL, false, INSTANCE(garp_master_repeat), CONV_NUMBER,
     .help = "Default of garp_master_repeat."},
    {"vrrp_garp_master_delay", NULL, false, INSTANCE(garp_master_delay_ms), CONV_SECONDS,
     .help = "Default of garp_master_delay."},
    {"vrrp_garp_lower_prio_repeat", NULL, false, INSTANCE(garp_lower_prio_repeat), CONV_NUMBER,
     .help = "Default of garp_lower_prio_repeat."},
    {"vrrp_garp_lower_prio_delay", NULL, false, INSTANCE(garp_lower_prio_delay_ms), CONV_SECONDS,
     .help = "Default of garp_lower_prio_delay."},
    {"vrrp_garp_master_refresh", NULL, false, INSTANCE(garp_master_refresh_ms), CONV_SECONDS,
     .help = "Default of garp_master_refresh."},
    {"vrrp_garp_master_refresh_repeat", NULL, false, INSTANCE(garp_master_refresh_repeat),
     CONV_NUMBER, .help = "Default of garp_master_refresh_repeat."},
    {"vrrp_address_lease", NULL, false, INSTANCE(address_lease_ms), CONV_SECONDS, 1000, 3600000,
     .special = special_lease, .help = "Default of vrrp_address_lease in instances."},
    {"v3_checksum_as_v2", NULL, false, INSTANCE(v3_checksum_as_v2), CONV_FLAG,
     .help = "Default of v3_checksum_as_v2 in instances."},
    /* names and files of the processes */
    LATER("process_names", 0, 0, "Name the processes in the process list after their roles."),
    LATER("process_name", 1, 1, "Name of the guardian in the process list."),
    LATER("vrrp_process_name", 1, 1, "Name of the VRRP process in the process list."),
    LATER("checker_process_name", 1, 1, "Name of the LVS process in the process list."),
    OLD_NAME("lvs_process_name", "checker_process_name"),
    LATER("bfd_process_name", 1, 1, "Name of the BFD process in the process list."),
    LATER("tmp_config_directory", 1, 1,
	  "Folder for the copy of the configuration that all processes read."),
    LATER("config_save_dir", 1, 1, "Folder that keeps the configuration of each reload."),
    LATER("data_use_instance", 0, 1, "Put the instance name into the names of the dump files."),
    LATER("state_dump_file", 1, 1, "File of the state dump."),
    LATER("stats_dump_file", 1, 1, "File of the statistics dump."),
    LATER("json_dump_file", 1, 1, "File of the JSON dump."),
    OLD_NAME("state_file_location", "state_dump_file"),
    OLD_NAME("stats_file_location", "stats_dump_file"),
    OLD_NAME("json_file_location", "json_dump_file"),
    LATER("json_version", 1, 1, "Layout of the JSON dump, 1 or 2."),
    LATER("iproute_usr_dir", 1, 1, "Folder of the distribution's names of routing tables."),
    LATER("iproute_etc_dir", 1, 1, "Folder of the administrator's names of routing tables."),
    LATER("umask", 1, WORDS_ANY, "Rights that new files do not get."),
    LEXED("random_seed", 1, 1, "Seed of ${_RANDOM}, so that a configuration can be repeated."),
    LATER("default_interface", 1, 1, "Interface of static addresses that name none; eth0."),
    /* mail */
    LATER_BLOCK("notification_email", &block_mail_addresses, 0, 0, "Who gets mail about changes."),
    LATER("notification_email_from", 1, 1, "Sender of that mail."),
    LATER("smtp_server", 1, 2, "Mail server, and its port."),
    LATER("smtp_helo_name", 0, 1, "Name that is told to the mail server."),
    LATER("smtp_connect_timeout", 1, 1, "Seconds that the mail server has to answer."),
    OLD_NAME("smtp_connection_timeout", "smtp_connect_timeout"),
    LATER("smtp_alert", 0, 1, "Mail about all changes by default."),
    LATER("smtp_alert_vrrp", 0, 1, "Mail about changes of VRRP states by default."),
    LATER("smtp_alert_checker", 0, 1, "Mail about changes of real servers by default."),
    LATER("no_email_faults", 0, 0, "No mail about faults."),
    LATER("no_checker_emails", 0, 0, "Mail when a server is added or removed, not for each check."),
    /* scripts and notifications */
    {"script_user", NULL, false, EXEC(script_user), CONV_TEXT, .special = special_script_user,
     .print = print_script_user, .help = "User, and group, that run scripts."},
    {"enable_script_security", NULL, false, EXEC(enable_script_security), CONV_FLAG, .alone = true,
     .help = "Run no script as root that others can change."},
    {"use_symlink_paths", NULL, false, EXEC(use_symlink_paths), CONV_FLAG,
     .help = "Run scripts by the path that was written, links and all."},
    {"set_supplementary_groups", NULL, false, EXEC(set_supplementary_groups), CONV_FLAG,
     .help = "Give scripts all groups of their user."},
    LATER("startup_script", 1, 4, "Script that runs before anything else, its user and group."),
    LATER("startup_script_timeout", 1, 1, "Seconds that it may take."),
    LATER("shutdown_script", 1, 4, "Script that runs after everything else, its user and group."),
    LATER("shutdown_script_timeout", 1, 1, "Seconds that it may take."),
    LATER("notify_fifo", 1, 4, "Named pipe for all changes, its user and group."),
    LATER("notify_fifo_script", 1, 4, "Script that reads that pipe, its user and group."),
    LATER("vrrp_notify_fifo", 1, 4, "Named pipe for changes of VRRP, its user and group."),
    LATER("vrrp_notify_fifo_script", 1, 4, "Script that reads that pipe, its user and group."),
    LATER("lvs_notify_fifo", 1, 4, "Named pipe for changes of servers, its user and group."),
    LATER("lvs_notify_fifo_script", 1, 4, "Script that reads that pipe, its user and group."),
    LATER("vrrp_notify_priority_changes", 0, 1, "Tell the pipes about priorities too."),
    LATER("fifo_write_vrrp_states_on_reload", 0, 0, "Tell the pipes the states after a reload."),
    LATER("rs_init_notifies", 0, 0, "Tell about real servers at start, too."),
    LATER("checker_log_all_failures", 0, 1, "Log each failed check, not only the last retry."),
    /* VRRP */
    LATER("vrrp_mcast_group4", 1, 1, "IPv4 group of advertisements; 224.0.0.18."),
    LATER("vrrp_mcast_group6", 1, 1, "IPv6 group of advertisements; ff02::12."),
    LATER("vrrp_strict", 0, 1, "Refuse what the standard does not allow."),
    LATER("vrrp_garp_interval", 1, 1, "Seconds between gratuitous ARPs on an interface."),
    LATER("vrrp_gna_interval", 1, 1, "Seconds between neighbour advertisements on an interface."),
    LATER("vrrp_min_garp", 0, 1, "One gratuitous ARP and no second burst."),
    LATER("vrrp_garp_extra_if", 1, 2, "Seconds between gratuitous ARPs on other interfaces."),
    OLD_NAME("vrrp_vmac_garp_intvl", "vrrp_garp_extra_if"),
    LATER("vrrp_down_timer_adverts", 1, 1, "Intervals without an advertisement until takeover; 3."),
    LATER("vrrp_lower_prio_no_advert", 0, 1, "Do not answer an advertisement of lower priority."),
    LATER("vrrp_higher_prio_send_advert", 0, 1, "A master that loses advertises once more."),
    LATER("vrrp_owner_ignore_adverts", 0, 1, "The owner of the addresses ignores others."),
    LATER("vrrp_check_unicast_src", 0, 1, "Accept advertisements of configured peers only."),
    LATER("vrrp_skip_check_adv_addr", 0, 1, "Compare addresses of the first advertisement only."),
    LATER("vrrp_startup_delay", 1, 1, "Seconds after the start until VRRP begins."),
    LATER("vrrp_delay_after_boot", 1, 1, "Seconds after the boot until VRRP begins."),
    LATER("log_unknown_vrids", 0, 0, "Log advertisements of routers that nobody configured."),
    ALWAYS("dynamic_interfaces", 0, 1, "Interfaces may come later, and go."),
    LATER("vmac_prefix", 1, 1, "Beginning of the names of virtual MAC interfaces."),
    LATER("vmac_addr_prefix", 1, 1, "The same, for addresses on other interfaces."),
    LATER("disable_local_igmp", 0, 0, "No IGMP reports for the groups of the local link."),
    LATER("vrrp_rx_bufs_policy", 1, 1, "Receive buffer: MTU, ADVERT or bytes."),
    LATER("vrrp_rx_bufs_multiplier", 1, 1, "How many MTUs or advertisements it holds; 3."),
    LATER("max_auto_priority", 0, 1, "Highest real-time priority a late process may get."),
    LATER("min_auto_priority_delay", 1, 1, "Microseconds late from which it gets more."),
    /* firewall */
    LATER("vrrp_iptables", 0, 2, "Chains that iptables rules go to."),
    LATER("vrrp_ipsets", 0, 6, "Names of the ip sets that those rules use."),
    LATER("nftables", 0, 1, "Use nftables for addresses that do not accept."),
    LATER("nftables_priority", 1, 1, "Priority of its chains; -1."),
    LATER("nftables_ifindex", 0, 0, "Name interfaces by number in its sets."),
    LATER("nftables_counters", 0, 0, "Count packets in its rules."),
    LATER("nftables_ipvs", 0, 1, "Use nftables to mark packets of a server group."),
    LATER("nftables_ipvs_priority", 1, 1, "Priority of those chains."),
    LATER("nftables_ipvs_start_fwmark", 1, 1, "First mark that is used; 1000."),
    /* IPVS */
    LATER("lvs_timeouts", 2, 6, "Seconds the kernel keeps connections: tcp, tcpfin, udp."),
    LATER("lvs_flush", 0, 0, "Empty the kernel's table at start."),
    LATER("lvs_flush_on_stop", 0, 1, "Empty it at the end, or delete the services only: VS."),
    OLD_NAME("lvs_flush_onstop", "lvs_flush_on_stop"),
    LATER("lvs_sync_daemon", 1, WORDS_ANY, "Share connections with other directors."),
    /* scheduling */
    PROCESS("vrrp", "VRRP"),
    PROCESS("checker", "LVS"),
    PROCESS("bfd", "BFD"),
    ALWAYS("vrrp_no_swap", 0, 0, "Lock the memory of the VRRP process."),
    LATER("checker_no_swap", 0, 0, "Lock the memory of the LVS process."),
    LATER("bfd_no_swap", 0, 0, "Lock the memory of the BFD process."),
    /* netlink buffers */
    BUFFERS("vrrp_netlink_cmd", "VRRP's netlink commands"),
    BUFFERS("vrrp_netlink_monitor", "VRRP's netlink events"),
    BUFFERS("lvs_netlink_cmd", "LVS's netlink commands"),
    BUFFERS("lvs_netlink_monitor", "LVS's netlink events"),
    BUFFERS("process_monitor", "the kernel's process events"),
    /* SNMP, D-Bus, reload */
    LATER("enable_snmp_rfc", 0, 0, "Publish VRRP-MIB and VRRPV3-MIB."),
    LATER("enable_snmp_rfcv2", 0, 0, "Publish VRRP-MIB."),
    LATER("enable_snmp_rfcv3", 0, 0, "Publish VRRPV3-MIB."),
    LATER("snmp_vs_stats_update_interval", 1, 1,
	  "Seconds that statistics of services may be old; 5."),
    LATER("snmp_rs_stats_update_interval", 1, 1, "Seconds that those of servers may be old."),
    LATER("enable_dbus", 0, 0, "Publish VRRP on D-Bus."),
    LATER("dbus_service_name", 1, 1, "Name of the service there."),
    LATER("dbus_no_interface_name", 1, 1, "Name there of the interface of instances without."),
    ALWAYS("reload_check_config", 0, 1, "Test a file before a reload."),
    LATER("reload_time_file", 1, 1, "File that says when to reload."),
    LATER("reload_repeat", 0, 0, "Keep that file, and reload every day."),
    LATER("reload_file", 0, 1, "File that exists while the configuration is read."),
    LEXED("include_check", 0, WORDS_ANY, "What counts as an error when a file is included."),
    GONE("plugin_dir", 1, 1, "Folder of plug-ins, before 2005."),
    {0},
};

const struct block block_global_defs = {
    .name = "global_defs",
    .keywords = global_keywords,
    .shares = true,
};

static const struct keyword root_keywords[] = {
    {"global_defs", .block = &block_global_defs, .help = "Settings of the whole director."},
    {"vrrp_instance", .block = &block_vrrp_instance, .help = "A virtual router."},
    {"vrrp_sync_group", .block = &block_sync_group,
     .help = "Virtual routers that are master together."},
    {"virtual_server", .block = &block_virtual_server, .help = "A virtual server."},
    LATER_BLOCK("virtual_server_group", &block_server_group, 1, 1, "Addresses of one service."),
    LATER_BLOCK("vrrp_script", &block_vrrp_script, 1, 1, "Script whose result instances track."),
    LATER_BLOCK("vrrp_track_process", &block_track_process, 1, 1, "Process that instances track."),
    LATER_BLOCK("track_file", &block_track_file, 1, 1, "File whose number instances track."),
    OLD_NAME("vrrp_track_file", "track_file"),
    LATER_BLOCK("static_ipaddress", &block_static_ipaddress, 0, 0, "Addresses that always stay."),
    LATER_BLOCK("static_routes", &block_static_routes, 0, 0, "Routes that always stay."),
    LATER_BLOCK("static_rules", &block_static_rules, 0, 0, "Routing rules that always stay."),
    LATER_BLOCK("track_group", &block_track_group, 1, 1, "Instances that track static addresses."),
    LATER_BLOCK("garp_group", &block_garp_group, 0, 1,
		"Interfaces whose gratuitous ARPs are paced."),
    LATER_BLOCK("linkbeat_interfaces", &block_linkbeat_interfaces, 0, 0,
		"Interfaces whose link is polled."),
    LATER_BLOCK("interface_up_down_delays", &block_up_down_delays, 0, 0,
		"Seconds for which a link may flap."),
    LATER_BLOCK("bfd_instance", &block_bfd_instance, 1, 1, "A BFD session."),
    LATER_BLOCK("SSL", &block_ssl, 0, 0, "Certificates of SSL_GET."),
    LATER("net_namespace", 1, 1, "Network namespace to run in."),
    LATER("net_namespace_ipvs", 0, 1, "Network namespace of the kernel's IPVS table."),
    LATER("namespace_with_ipsets", 0, 0, "Use ip sets in a namespace on kernels before 3.13."),
    LATER("instance", 1, 1, "Name of this one of several on a machine."),
    ALWAYS("use_pid_dir", 0, 0, "Keep the pid files in a folder of their own."),
    LATER("linkbeat_use_polling", 0, 0, "Poll the link of all interfaces."),
    LATER("child_wait_time", 1, 1, "Seconds that the processes have to end; 5."),
    {0},
};

const struct block block_root = {
    .name = "the file",
    .keywords = root_keywords,
};
