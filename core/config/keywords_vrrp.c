/* keywords_vrrp: vrrp_instance, vrrp_sync_group and the blocks within them. */
#include "config/parse.h"

#define INSTANCE(member) T_VRRP_INSTANCE, offsetof(struct vrrp_instance_row, member)

static const struct enum_name auth_types[] = {{VRRP_AUTH_PASS, "PASS"}, {VRRP_AUTH_AH, "AH"}, {0}};
static const struct enum_name states[] = {{VRRP_MASTER, "MASTER"}, {VRRP_BACKUP, "BACKUP"}, {0}};

static const struct keyword authentication_keywords[] = {
    {"auth_type", NULL, false, INSTANCE(auth_type), CONV_CHOICE, .choices = auth_types,
     .help = "PASS or AH; VRRP version 2 only."},
    {"auth_pass", NULL, false, INSTANCE(auth_pass), CONV_TEXT, .special = special_auth_pass,
     .help = "Password, at most 8 characters."},
    {0},
};

const struct block block_authentication = {
    .name = "authentication",
    .keywords = authentication_keywords,
    .shares = true,
};

const struct block block_virtual_ipaddress = {
    .name = "virtual_ipaddress",
    .shares = true,
    .line = special_address,
};

const struct block block_virtual_ipaddress_excluded = {
    .name = "virtual_ipaddress_excluded",
    .shares = true,
    .line = special_excluded,
};

static const struct keyword instance_keywords[] = {
    {"state", NULL, false, INSTANCE(initial_state), CONV_CHOICE, .choices = states, .always = true,
     .special = special_state, .help = "MASTER or BACKUP: the state to begin with."},
    {"interface", NULL, false, INSTANCE(interface), CONV_TEXT, .always = true,
     .help = "Interface on which the instance advertises."},
    {"virtual_router_id", NULL, false, INSTANCE(vrid), CONV_NUMBER, .always = true,
     .help = "The same number on every director of the virtual router, 1..255."},
    {"priority", NULL, false, INSTANCE(base_priority), CONV_NUMBER, .always = true,
     .help = "The highest wins; 255 is the owner of the addresses."},
    {"advert_int", NULL, false, INSTANCE(adver_int_cs), CONV_SECONDS, .always = true,
     .help = "Interval between advertisements in seconds."},
    {"version", NULL, false, INSTANCE(version), CONV_NUMBER, .always = true,
     .help = "VRRP version, 2 or 3."},
    {"nopreempt", NULL, false, INSTANCE(preempt), CONV_UNFLAG,
     .help = "Do not take over from a master of lower priority."},
    {"preempt", NULL, false, INSTANCE(preempt), CONV_FLAG, .print = print_never,
     .help = "Undoes nopreempt."},
    {"accept", NULL, false, INSTANCE(accept), CONV_FLAG,
     .help = "The director itself answers on the addresses; the default."},
    {"v3_checksum_as_v2", NULL, false, INSTANCE(v3_checksum_as_v2), CONV_FLAG,
     .help = "Version 3, IPv4: checksum without the pseudo-header, as RFC 9568 has it."},
    {"garp_master_repeat", NULL, false, INSTANCE(garp_master_repeat), CONV_NUMBER,
     .help = "Gratuitous ARPs in a burst after becoming master."},
    {"garp_master_delay", NULL, false, INSTANCE(garp_master_delay_ms), CONV_SECONDS,
     .help = "Seconds until the second burst; 0 for none."},
    {"garp_lower_prio_repeat", NULL, false, INSTANCE(garp_lower_prio_repeat), CONV_NUMBER,
     .help = "Gratuitous ARPs in a burst after a losing advertisement."},
    {"garp_lower_prio_delay", NULL, false, INSTANCE(garp_lower_prio_delay_ms), CONV_SECONDS,
     .help = "Seconds until the second of those bursts."},
    {"garp_master_refresh", NULL, false, INSTANCE(garp_master_refresh_ms), CONV_SECONDS,
     .help = "Seconds between gratuitous ARPs while master; 0 for none."},
    {"garp_master_refresh_repeat", NULL, false, INSTANCE(garp_master_refresh_repeat), CONV_NUMBER,
     .help = "Gratuitous ARPs in each of those."},
    {"vrrp_address_lease", NULL, false, INSTANCE(address_lease_ms), CONV_SECONDS, 1000, 3600000,
     .special = special_lease, .print = print_lease,
     .help = "Seconds after which the kernel removes an address that is not renewed; off, auto."},
    {"authentication", .block = &block_authentication, .help = "Authentication of version 2."},
    {"virtual_ipaddress", .block = &block_virtual_ipaddress,
     .help = "Addresses that the master holds and advertises."},
    {"virtual_ipaddress_excluded", .block = &block_virtual_ipaddress_excluded,
     .help = "Addresses that the master holds and does not advertise."},
    {0},
};

/* clang-format off */
static const char *const instance_later[] = {
    "vrf", "use_vmac", "use_vmac_addr", "vmac_xmit_base", "use_ipvlan", "dont_track_primary",
    "track_interface", "track_script", "track_file", "track_process", "track_bfd", "mcast_src_ip",
    "unicast_src_ip", "mcast_dst_ip", "track_src_ip", "unicast_peer", "unicast_fault_no_peer",
    "check_unicast_src", "unicast_ttl", "old_unicast_checksum", "auth_hmac",
    "no_virtual_ipaddress", "promote_secondaries", "virtual_routes", "virtual_rules", "no_accept",
    "preempt_delay", "skip_check_adv_addr", "strict_mode", "notify_master", "notify_backup",
    "notify_fault", "notify_stop", "notify_deleted", "notify", "notify_master_rx_lower_pri",
    "notify_priority_changes", "smtp_alert", "garp_interval", "gna_interval", "garp_extra_if",
    "vmac_garp_intvl", "down_timer_adverts", "timer_expired_backup", "thread_timer_expired",
    "lower_prio_no_advert", "higher_prio_send_advert", "owner_ignore_adverts",
    "kernel_rx_buf_size", "lvs_sync_daemon_interface", NULL,
};
/* clang-format on */

/* clang-format off */
static const char *const instance_gone[] = {
    "native_ipv6", "debug", "linkbeat_use_polling", NULL,
};
/* clang-format on */

const struct block block_vrrp_instance = {
    .name = "vrrp_instance",
    .keywords = instance_keywords,
    .later = instance_later,
    .gone = instance_gone,
    .enter = enter_vrrp_instance,
};

const struct block block_sync_members = {
    .name = "group",
    .shares = true,
    .line = special_members,
};

static const struct keyword sync_group_keywords[] = {
    {"group", .block = &block_sync_members, .help = "Names of the members."},
    {0},
};

/* clang-format off */
static const char *const sync_group_later[] = {
    "track_interface", "track_script", "track_file", "track_process", "track_bfd",
    "notify_master", "notify_backup", "notify_fault", "notify_stop", "notify",
    "notify_priority_changes", "smtp_alert", "sync_group_tracking_weight", NULL,
};
/* clang-format on */

static const char *const sync_group_gone[] = {"global_tracking", NULL};

const struct block block_sync_group = {
    .name = "vrrp_sync_group",
    .keywords = sync_group_keywords,
    .later = sync_group_later,
    .gone = sync_group_gone,
    .enter = enter_sync_group,
};
