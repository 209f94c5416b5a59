/* keywords_vrrp: vrrp_instance, vrrp_sync_group and the blocks within them. */
#include "config/commands.h"
#include "config/keyword_rows.h"
#include "config/lines_route.h"
#include "config/parse.h"
#include "config/special_ipvs.h"
#include "config/special_vmac.h"
#include "config/special_garp.h"

#define ADDRESS(member)  T_VRRP_ADDRESS, offsetof(struct vrrp_address_row, member)
#define GROUP(member)    T_SYNC_GROUP, offsetof(struct sync_group_row, member)
#define INSTANCE(member) T_VRRP_INSTANCE, offsetof(struct vrrp_instance_row, member)
#define PEER(member)     T_VRRP_PEER, offsetof(struct vrrp_peer_row, member)

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

static const struct enum_name scopes[] = {
    {SCOPE_GLOBAL, "global"}, {SCOPE_SITE, "site"},       {SCOPE_LINK, "link"},
    {SCOPE_HOST, "host"},     {SCOPE_NOWHERE, "nowhere"}, {SCOPE_GLOBAL, "universe"},
    {SCOPE_GLOBAL, "0"},      {SCOPE_SITE, "200"},        {SCOPE_LINK, "253"},
    {SCOPE_HOST, "254"},      {SCOPE_NOWHERE, "255"},     {0}};

/* clang-format off */
#define ADDRESS_OPTIONS                                                                            \
    {"dev", NULL, false, ADDRESS(dev), CONV_TEXT, .special = special_address_name,                 \
     .help = "Interface that carries the address; the instance's own."},                           \
    {"label", NULL, false, ADDRESS(label), CONV_TEXT, .special = special_address_name,             \
     .help = "Label of an IPv4 address."},                                                         \
    {"scope", NULL, false, ADDRESS(scope), CONV_CHOICE, .choices = scopes,                         \
     .special = special_scope, .help = "Where an IPv4 address is valid."},                         \
    {"brd", NULL, false, ADDRESS(broadcast), CONV_ADDRESS, .special = special_broadcast,           \
     .help = "Broadcast address; + for the computed one, - for none."},                            \
    ALSO("broadcast", "brd"),                                                                      \
    {"peer", NULL, false, ADDRESS(peer), CONV_ADDRESS, .special = special_peer,                    \
     .help = "Address of the other end of a point-to-point link."},                                \
    {"home", NULL, false, ADDRESS(home), CONV_FLAG, .alone = true, .special = special_ipv6_only,   \
     .help = "IPv6: the home address of Mobile IPv6."},                                            \
    {"-nodad", NULL, false, ADDRESS(detect_duplicates), CONV_FLAG, .alone = true, .special = special_ipv6_only,\
     .help = "IPv6: look for other owners of the address before it is used; it takes a second."},  \
    {"mngtmpaddr", NULL, false, ADDRESS(manage_temporary), CONV_FLAG, .alone = true,               \
     .special = special_ipv6_only,                                                                 \
     .help = "IPv6: the kernel makes temporary addresses after this one."},                        \
    {"noprefixroute", NULL, false, ADDRESS(no_prefix_route), CONV_FLAG, .alone = true,             \
     .help = "No route to the network of the address."},                                           \
    {"autojoin", NULL, false, ADDRESS(join_group), CONV_FLAG, .alone = true,                       \
     .help = "The address is a multicast group: join it."},                                        \
    {"preferred_lft", NULL, false, ADDRESS(preferred_lft_s), CONV_NUMBER,                          \
     .special = special_preferred,                                                                 \
     .help = "IPv6: seconds until the address is deprecated, or forever; with /128 it is 0."},     \
    {"no_track", NULL, false, ADDRESS(no_track), CONV_FLAG, .alone = true,                         \
     .help = "It does not matter when the address is removed."}
/* clang-format on */

static const struct keyword address_options[] = {
    ADDRESS_OPTIONS,
    {"use_vmac", NULL, false, ADDRESS(use_vmac), CONV_FLAG,
     .help = "On an interface with the virtual MAC address."},
    {0},
};

const struct keyword static_address_options[] = {
    ADDRESS_OPTIONS,
    {"track_group", NULL, false, T_STATIC_ADDRESS, offsetof(struct static_address_row, track_group),
     CONV_TEXT, .help = "Instances that are in fault while the address is not there."},
    {0},
};

const struct block block_virtual_ipaddress = {
    .name = "virtual_ipaddress",
    .shares = true,
    .line = line_address,
    .options = address_options,
    .syntax = "ADDRESS[/PREFIX] OPTION...",
};

const struct block block_virtual_ipaddress_excluded = {
    .name = "virtual_ipaddress_excluded",
    .shares = true,
    .line = line_address,
    .options = address_options,
    .syntax = "ADDRESS[/PREFIX] OPTION...",
};

/* clang-format off */
#define TRACKED                                                                                    \
    {"track_interface", .block = &block_track_interface, .help = "Interfaces that matter too."},   \
    {"track_virtual_server", .block = &block_track_virtual_server,                                 \
     .help = "Virtual servers whose pool must live."},                                             \
    {"track_script", .block = &block_tracks_script, .help = "Scripts whose result matters."},      \
    {"track_file", .block = &block_tracks_file, .help = "Files whose number matters."},            \
    {"track_process", .block = &block_tracks_process, .help = "Processes that must run."},         \
    LATER_BLOCK("track_bfd", &block_tracked, 0, 0, "BFD sessions that matter.")
#define NOTIFY(word, text)                                                                         \
    {word, NULL, false, T_NOTIFY, offsetof(struct notify_row, command), CONV_TEXT,                 \
     .special = special_notify, .block = &block_notify, .bare = true, .help = text}
#define NOTIFIED                                                                                   \
    NOTIFY("notify_master", "Command to run on becoming master."),                                 \
    NOTIFY("notify_backup", "Command to run on becoming backup."),                                 \
    NOTIFY("notify_fault", "Command to run on a fault."),                                          \
    NOTIFY("notify_stop", "Command to run at the end."),                                           \
    NOTIFY("notify", "Command to run on every change.")
/* clang-format on */

/* Before 2010 the command stood in a block. */
const struct block block_notify = {
    .name = "notify",
    .enter = enter_notify,
    .line = line_command,
    .syntax = "COMMAND [USER [GROUP]]",
};

static const struct keyword peer_options[] = {
    {"min_ttl", NULL, false, PEER(min_ttl), CONV_NUMBER,
     .help = "Least time to live of its advertisements; turns on check_unicast_src."},
    {"max_ttl", NULL, false, PEER(max_ttl), CONV_NUMBER,
     .help = "Greatest time to live of its advertisements; turns on check_unicast_src."},
    {0},
};

const struct block block_unicast_peer = {
    .name = "unicast_peer",
    .shares = true,
    .line = line_peer,
    .options = peer_options,
    .syntax = "ADDRESS OPTION...",
};

static const struct block block_virtual_routes = {
    .name = "virtual_routes",
    .shares = true,
    .line = line_route,
    .syntax = ROUTE_SYNTAX " [no_track]",
};

static const struct block block_virtual_rules = {
    .name = "virtual_rules",
    .shares = true,
    .line = line_rule,
    .syntax = RULE_SYNTAX " [no_track]",
};

static const struct keyword hmac_keywords[] = {
    LATER("key", 2, 2, "Number of a key, and the key: text, hex: or file:."),
    LATER("active_key", 1, 1, "Number of the key that signs."),
    LATER("anti_replay", 1, 1, "What tells old advertisements: time or monotonic."),
    LATER("time_window", 1, 1, "Seconds by which clocks may differ."),
    LATER("mode", 1, 1, "enforce, permissive or receive-only."),
    {0},
};

static const struct block block_auth_hmac = {
    .name = "auth_hmac",
    .keywords = hmac_keywords,
};

static const struct keyword instance_keywords[] = {
    {"state", NULL, false, INSTANCE(initial_state), CONV_CHOICE, .choices = states, .always = true,
     .special = special_state, .help = "MASTER or BACKUP: the state to begin with."},
    {"interface", NULL, false, INSTANCE(interface), CONV_TEXT, 1, NAME_IF - 1, .always = true,
     .print = print_interface, .help = "Interface on which the instance advertises."},
    {"virtual_router_id", NULL, false, INSTANCE(vrid), CONV_NUMBER, .always = true,
     .help = "The same number on every director of the virtual router, 1..255."},
    {"priority", NULL, false, INSTANCE(base_priority), CONV_NUMBER, .always = true,
     .help = "The highest wins; 255 is the owner of the addresses."},
    {"advert_int", NULL, false, INSTANCE(adver_int_cs), CONV_SECONDS, .always = true,
     .help = "Interval between advertisements in seconds."},
    {"version", NULL, false, INSTANCE(version), CONV_NUMBER, .always = true,
     .help = "VRRP version, 2 or 3."},
    {"nopreempt", NULL, false, INSTANCE(preempt), CONV_UNFLAG, .alone = true,
     .help = "Do not take over from a master of lower priority."},
    {"preempt", NULL, false, INSTANCE(preempt), CONV_FLAG, .alone = true, .print = print_never,
     .help = "Undoes nopreempt."},
    {"preempt_delay", NULL, false, INSTANCE(preempt_delay_ms), CONV_SECONDS,
     .help = "Seconds to wait before taking over from a lower priority."},
    {"down_timer_adverts", NULL, false, INSTANCE(down_timer_adverts), CONV_NUMBER,
     .help = "Intervals without an advertisement until takeover; the same on every director."},
    {"lower_prio_no_advert", NULL, false, INSTANCE(lower_prio_no_advert), CONV_FLAG,
     .help = "Do not answer an advertisement of lower priority."},
    {"higher_prio_send_advert", NULL, false, INSTANCE(higher_prio_send_advert), CONV_FLAG,
     .help = "A master that loses advertises once more."},
    {"owner_ignore_adverts", NULL, false, INSTANCE(owner_ignore_adverts), CONV_FLAG,
     .help = "The owner of the addresses ignores others."},
    {"skip_check_adv_addr", NULL, false, INSTANCE(skip_check_adv_addr), CONV_FLAG,
     .help = "Compare addresses of the first advertisement only."},
    {"strict_mode", NULL, false, INSTANCE(strict_mode), CONV_FLAG,
     .help = "Refuse what the standard does not allow."},
    {"accept", NULL, false, INSTANCE(accept), CONV_FLAG, .alone = true, .always = true,
     .print = print_accept, .help = "The director itself answers on the addresses; the default."},
    {"no_accept", NULL, false, INSTANCE(accept), CONV_UNFLAG, .alone = true,
     .help = "Packets to the addresses are not for the director, unless it is their owner."},
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
    {"garp_extra_if", NULL, false, INSTANCE(garp_extra_if_ms), CONV_SECONDS, .always = true,
     .special = special_extra_if, .print = print_extra_if,
     .help = "Seconds between gratuitous ARPs on other interfaces: [all] SECONDS, 0 for none."},
    {"vrrp_address_lease", NULL, false, INSTANCE(address_lease_ms), CONV_SECONDS, 1000, 3600000,
     .special = special_lease, .print = print_lease,
     .help = "Seconds after which the kernel removes an address that is not renewed; off, auto."},
    {"vrf", NULL, false, INSTANCE(vrf), CONV_TEXT,
     .help = "VRF to run in, for unicast without an interface."},
    {"mcast_src_ip", NULL, false, INSTANCE(source_addr), CONV_ADDRESS,
     .help = "Address to advertise from; the first of the interface."},
    ALSO("unicast_src_ip", "mcast_src_ip"),
    {"track_src_ip", NULL, false, INSTANCE(track_src_ip), CONV_FLAG, .alone = true,
     .help = "A fault while that address is not there."},
    {"mcast_dst_ip", NULL, false, INSTANCE(group_addr), CONV_ADDRESS,
     .help = "Multicast group to advertise to."},
    {"unicast_peer", .block = &block_unicast_peer,
     .help = "Routers to advertise to, one by one, instead of a group."},
    {"unicast_fault_no_peer", NULL, false, INSTANCE(unicast_fault_no_peer), CONV_FLAG,
     .alone = true, .help = "A fault while there is no such router."},
    {"check_unicast_src", NULL, false, INSTANCE(check_unicast_src), CONV_FLAG, .alone = true,
     .help = "Take advertisements of these only."},
    {"unicast_ttl", NULL, false, INSTANCE(unicast_ttl), CONV_NUMBER,
     .help = "Time to live, or hop limit, of advertisements to them."},
    {"old_unicast_checksum", NULL, false, INSTANCE(old_unicast_checksum), CONV_CHOICE,
     .choices = old_checksum_names, .special = special_old_checksum, .print = print_old_checksum,
     .help = "Version 3, IPv4: the unicast checksum of keepalived before 1.3.7; never."},
    {"kernel_rx_buf_size", NULL, false, INSTANCE(kernel_rx_buf_size), CONV_NUMBER,
     .help = "Its part of the receive buffer of its socket, in bytes."},
    {"authentication", .block = &block_authentication, .help = "Authentication of version 2."},
    {"virtual_ipaddress", .block = &block_virtual_ipaddress,
     .help = "Addresses that the master holds and advertises."},
    {"virtual_ipaddress_excluded", .block = &block_virtual_ipaddress_excluded,
     .help = "Addresses that the master holds and does not advertise."},
    {"use_vmac", NULL, false, INSTANCE(use_vmac), CONV_FLAG, .special = special_use_vmac,
     .print = print_use_vmac,
     .help = "Advertise and answer from the virtual MAC address, on an interface made for it."},
    {"use_vmac_addr", NULL, false, INSTANCE(use_vmac_addr), CONV_FLAG, .alone = true,
     .help = "The same for addresses on other interfaces or of another family."},
    {"vmac_xmit_base", NULL, false, INSTANCE(vmac_xmit_base), CONV_FLAG, .alone = true,
     .help = "Advertise from the interface below all the same."},
    {"use_ipvlan", NULL, false, INSTANCE(use_ipvlan), CONV_FLAG, .special = special_use_ipvlan,
     .print = print_use_ipvlan,
     .help = "Advertise and answer from an ipvlan made for it, with an address of its own."},
    {"dont_track_primary", NULL, false, INSTANCE(track_primary), CONV_UNFLAG, .alone = true,
     .help = "A fault of the interface is none of the instance."},
    TRACKED,
    LATER_BLOCK("auth_hmac", &block_auth_hmac, 0, 0, "Signed advertisements."),
    {"no_virtual_ipaddress", NULL, false, INSTANCE(no_addresses), CONV_FLAG, .alone = true,
     .help = "Having no address is meant."},
    {"promote_secondaries", NULL, false, INSTANCE(promote_secondaries), CONV_FLAG, .alone = true,
     .help = "Addresses of a subnet survive the first of them."},
    {"virtual_routes", .block = &block_virtual_routes, .help = "Routes that the master has."},
    {"virtual_rules", .block = &block_virtual_rules, .help = "Routing rules that the master has."},
    NOTIFIED,
    {"smtp_alert", NULL, false, INSTANCE(smtp_alert), CONV_FLAG, .help = "Mail about changes."},
    {"notify_priority_changes", NULL, false, INSTANCE(notify_priority_changes), CONV_FLAG,
     .help = "Tell the pipes about priorities too."},
    NOTIFY("notify_deleted", "Command to run when a reload removes the instance."),
    NOTIFY("notify_master_rx_lower_pri", "Command to run when a master hears a lower one."),
    OLD_NAME("vmac_garp_intvl", "garp_extra_if"),
    ALWAYS("timer_expired_backup", 0, 1,
	   "A master whose timer came so late that another may have taken over is backup; highest "
	   "priority of the others."),
    OLD_NAME("thread_timer_expired", "timer_expired_backup"),
    {"lvs_sync_daemon_interface", NULL, false, T_IPVS, offsetof(struct ipvs_row, sync_interface),
     CONV_TEXT, .special = special_sync_interface,
     .help = "Old form of lvs_sync_daemon, for this instance."},
    GONE("native_ipv6", 0, 1, "The addresses say it."),
    GONE("debug", 1, 1, "Level of messages; it never did anything."),
    GONE("linkbeat_use_polling", 0, 0, "Poll the link: linkbeat_interfaces now."),
    {0},
};

const struct block block_vrrp_instance = {
    .name = "vrrp_instance",
    .words = "NAME",
    .keywords = instance_keywords,
    .enter = enter_named,
    .named = T_VRRP_INSTANCE,
};

const struct block block_sync_members = {
    .name = "group",
    .shares = true,
    .line = line_members,
    .syntax = "NAME...",
};

static const struct keyword sync_group_keywords[] = {
    {"group", .block = &block_sync_members, .help = "Names of the members."},
    TRACKED,
    NOTIFIED,
    {"sync_group_tracking_weight", NULL, false, T_SYNC_GROUP,
     offsetof(struct sync_group_row, tracking_weight), CONV_FLAG, .alone = true,
     .help = "Weights of what members track by themselves count."},
    OLD_NAME("global_tracking", "sync_group_tracking_weight"),
    {"smtp_alert", NULL, false, GROUP(smtp_alert), CONV_FLAG, .alone = true,
     .help = "Mail about changes."},
    {"notify_priority_changes", NULL, false, GROUP(notify_priority_changes), CONV_FLAG,
     .alone = true, .help = "Tell the pipes about priorities of members too."},
    {0},
};

const struct block block_sync_group = {
    .name = "vrrp_sync_group",
    .words = "NAME",
    .keywords = sync_group_keywords,
    .enter = enter_named,
    .named = T_SYNC_GROUP,
};
