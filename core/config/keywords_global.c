/*
 * keywords_global: the file itself, global_defs, and the list of all blocks.
 *
 * The vrrp_ keywords of global_defs are what instances inherit, so they fill fields of the
 * instance's table; only the version is kept in the global row as well.
 */
#include "config/parse.h"

#define GLOBAL(member)   T_GLOBAL, offsetof(struct global_row, member)
#define INSTANCE(member) T_VRRP_INSTANCE, offsetof(struct vrrp_instance_row, member)

static const struct keyword global_keywords[] = {
    {"router_id", NULL, false, GLOBAL(router_id), CONV_TEXT,
     .help = "Name of this director; the host name by default."},
    {"lvs_id", "router_id", true},
    {"vrrp_version", NULL, false, GLOBAL(vrrp_version), CONV_NUMBER,
     .help = "VRRP version of instances that name none, 2 or 3."},
    {"enable_traps", NULL, false, GLOBAL(enable_traps), CONV_FLAG,
     .help = "Send SNMP notifications."},
    {"no_snmp", NULL, false, GLOBAL(enable_snmp), CONV_UNFLAG, .help = "Run no SNMP agent."},
    {"snmp_socket", NULL, false, GLOBAL(snmp_socket), CONV_TEXT,
     .help = "AgentX socket of the SNMP master."},
    {"enable_snmp_vrrp", NULL, false, GLOBAL(enable_snmp_vrrp), CONV_FLAG,
     .help = "Publish the VRRP tables; a boolean no leaves them out."},
    {"enable_snmp_keepalived", "enable_snmp_vrrp"},
    {"enable_snmp_checker", NULL, false, GLOBAL(enable_snmp_checker), CONV_FLAG,
     .help = "Publish the LVS tables; a boolean no leaves them out."},
    {"change_log_size", NULL, false, GLOBAL(change_log_size), CONV_NUMBER,
     .help = "Rows kept in the change log."},
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
    {0},
};

/* clang-format off */
static const char *const global_later[] = {
    /* identity and paths */
    "process_names", "process_name", "vrrp_process_name", "checker_process_name",
    "lvs_process_name", "bfd_process_name", "tmp_config_directory", "config_save_dir",
    "data_use_instance", "state_dump_file", "stats_dump_file", "json_dump_file", "json_version",
    "iproute_usr_dir", "iproute_etc_dir", "umask", "random_seed", "default_interface",
    /* mail */
    "notification_email", "notification_email_from", "smtp_server", "smtp_helo_name",
    "smtp_connect_timeout", "smtp_connection_timeout", "smtp_alert", "smtp_alert_vrrp",
    "smtp_alert_checker", "no_email_faults", "no_checker_emails",
    /* scripts and notifications */
    "script_user", "enable_script_security", "use_symlink_paths", "set_supplementary_groups",
    "startup_script", "startup_script_timeout", "shutdown_script", "shutdown_script_timeout",
    "notify_fifo", "notify_fifo_script", "vrrp_notify_fifo", "vrrp_notify_fifo_script",
    "lvs_notify_fifo", "lvs_notify_fifo_script", "vrrp_notify_priority_changes",
    "fifo_write_vrrp_states_on_reload", "rs_init_notifies", "checker_log_all_failures",
    /* VRRP */
    "vrrp_mcast_group4", "vrrp_mcast_group6", "vrrp_strict", "vrrp_garp_interval",
    "vrrp_gna_interval", "vrrp_min_garp", "vrrp_garp_extra_if", "vrrp_vmac_garp_intvl",
    "vrrp_down_timer_adverts", "vrrp_lower_prio_no_advert", "vrrp_higher_prio_send_advert",
    "vrrp_owner_ignore_adverts", "vrrp_check_unicast_src", "vrrp_skip_check_adv_addr",
    "vrrp_startup_delay", "vrrp_delay_after_boot", "log_unknown_vrids", "dynamic_interfaces",
    "vmac_prefix", "vmac_addr_prefix", "disable_local_igmp", "vrrp_rx_bufs_policy",
    "vrrp_rx_bufs_multiplier", "max_auto_priority", "min_auto_priority_delay",
    /* firewall */
    "vrrp_iptables", "vrrp_ipsets", "nftables", "nftables_priority", "nftables_ifindex",
    "nftables_counters", "nftables_ipvs", "nftables_ipvs_priority", "nftables_ipvs_start_fwmark",
    /* IPVS */
    "lvs_timeouts", "lvs_flush", "lvs_flush_on_stop", "lvs_flush_onstop", "lvs_sync_daemon",
    /* scheduling */
    "vrrp_priority", "vrrp_no_swap", "vrrp_rt_priority", "vrrp_cpu_affinity",
    "vrrp_rlimit_rttime", "vrrp_rlimit_rtime", "checker_priority", "checker_no_swap",
    "checker_rt_priority", "checker_cpu_affinity", "checker_rlimit_rttime",
    "checker_rlimit_rtime", "bfd_priority", "bfd_no_swap", "bfd_rt_priority", "bfd_cpu_affinity",
    "bfd_rlimit_rttime", "bfd_rlimit_rtime",
    /* netlink buffers */
    "vrrp_netlink_cmd_rcv_bufs", "vrrp_netlink_cmd_rcv_bufs_force",
    "vrrp_netlink_monitor_rcv_bufs", "vrrp_netlink_monitor_rcv_bufs_force",
    "lvs_netlink_cmd_rcv_bufs", "lvs_netlink_cmd_rcv_bufs_force", "lvs_netlink_monitor_rcv_bufs",
    "lvs_netlink_monitor_rcv_bufs_force", "process_monitor_rcv_bufs",
    "process_monitor_rcv_bufs_force",
    /* SNMP, D-Bus, reload */
    "enable_snmp_rfc", "enable_snmp_rfcv2", "enable_snmp_rfcv3", "snmp_vs_stats_update_interval",
    "snmp_rs_stats_update_interval", "enable_dbus", "dbus_service_name", "dbus_no_interface_name",
    "reload_check_config", "reload_time_file", "reload_repeat", "reload_file", "include_check",
    NULL,
};
/* clang-format on */

/* clang-format off */
static const char *const global_gone[] = {
    "plugin_dir", NULL,
};
/* clang-format on */

const struct block block_global_defs = {
    .name = "global_defs",
    .keywords = global_keywords,
    .later = global_later,
    .gone = global_gone,
    .shares = true,
};

static const struct keyword root_keywords[] = {
    {"global_defs", .block = &block_global_defs, .help = "Settings of the whole director."},
    {"vrrp_instance", .block = &block_vrrp_instance, .help = "A virtual router."},
    {"vrrp_sync_group", .block = &block_sync_group,
     .help = "Virtual routers that are master together."},
    {"virtual_server", .block = &block_virtual_server, .help = "A virtual server."},
    {0},
};

/* clang-format off */
static const char *const root_later[] = {
    "net_namespace", "net_namespace_ipvs", "namespace_with_ipsets", "instance", "use_pid_dir",
    "linkbeat_use_polling", "child_wait_time", "vrrp_script", "vrrp_track_process",
    "track_file", "vrrp_track_file", "static_ipaddress", "static_routes",
    "static_rules", "track_group", "garp_group", "linkbeat_interfaces",
    "interface_up_down_delays", "bfd_instance", "virtual_server_group", "SSL", NULL,
};
/* clang-format on */

const struct block block_root = {
    .name = "the file",
    .keywords = root_keywords,
    .later = root_later,
};

const struct block *const blocks[] = {
    &block_root,           &block_global_defs,       &block_vrrp_instance,
    &block_authentication, &block_virtual_ipaddress, &block_virtual_ipaddress_excluded,
    &block_sync_group,     &block_sync_members,      &block_virtual_server,
    &block_real_server,    &block_tcp_check,         NULL};
