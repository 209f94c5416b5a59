/* rows_vrrp: the fields of vrrp_instance, vrrp_address, vrrp_peer, sync_group and sync_member. */
#include "model/rows_vrrp.h"

#include "model/address_fields.h"
#include "model/field.h"

const struct enum_name vrrp_state_names[] = {{VRRP_INIT, "init"},
					     {VRRP_BACKUP, "backup"},
					     {VRRP_MASTER, "master"},
					     {VRRP_FAULT, "fault"},
					     {0}};
const struct enum_name vrrp_auth_names[] = {
    {VRRP_AUTH_NONE, "none"}, {VRRP_AUTH_PASS, "PASS"}, {VRRP_AUTH_AH, "AH"}, {0}};
const struct enum_name vrrp_reason_names[] = {
    {VRRP_REASON_NONE, "none"},
    {VRRP_REASON_STARTUP, "startup"},
    {VRRP_REASON_SHUTDOWN, "shutdown"},
    {VRRP_REASON_MASTER_DOWN_TIMER, "masterDownTimer"},
    {VRRP_REASON_MASTER_RESIGNED, "masterResigned"},
    {VRRP_REASON_HIGHER_PRIORITY, "higherPriority"},
    {VRRP_REASON_HIGHER_ADDRESS, "higherAddress"},
    {VRRP_REASON_PREEMPT, "preempt"},
    {VRRP_REASON_OWNER, "owner"},
    {VRRP_REASON_ADMIN_DOWN, "adminDown"},
    {VRRP_REASON_ADMIN_UP, "adminUp"},
    {VRRP_REASON_INTERFACE_DOWN, "interfaceDown"},
    {VRRP_REASON_INTERFACE_UP, "interfaceUp"},
    {VRRP_REASON_CONFIG, "configuration"},
    {VRRP_REASON_RESUMED, "resumed"},
    {VRRP_REASON_WOKE_LATE, "wokeLate"},
    {VRRP_REASON_YIELDED, "yielded"},
    {VRRP_REASON_TAKEOVER, "takeover"},
    {VRRP_REASON_GROUP, "group"},
    {VRRP_REASON_SILENT, "processSilent"},
    {VRRP_REASON_TRACK_FAULT, "trackFault"},
    {VRRP_REASON_TRACK_OK, "trackOk"},
    {0},
};
const struct enum_name vrrp_command_names[] = {{VRRP_COMMAND_NONE, "none"},
					       {VRRP_COMMAND_YIELD, "yield"},
					       {VRRP_COMMAND_TAKEOVER, "takeover"},
					       {0}};
const struct enum_name addr_scope_names[] = {
    {SCOPE_GLOBAL, "global"}, {SCOPE_SITE, "site"},       {SCOPE_LINK, "link"},
    {SCOPE_HOST, "host"},     {SCOPE_NOWHERE, "nowhere"}, {0},
};

const struct enum_name old_checksum_names[] = {{OLD_CHECKSUM_AUTO, "auto"},
					       {OLD_CHECKSUM_ALWAYS, "always"},
					       {OLD_CHECKSUM_NEVER, "never"},
					       {0}};

const struct enum_name ipvlan_reach_names[] = {
    {IPVLAN_BRIDGE, "bridge"}, {IPVLAN_PRIVATE, "private"}, {IPVLAN_VEPA, "vepa"}, {0}};

const struct enum_name vrrp_proto_error_names[] = {
    {VRRP_PROTO_OK, "noError"},           {VRRP_PROTO_TTL, "ipTtlError"},
    {VRRP_PROTO_VERSION, "versionError"}, {VRRP_PROTO_CHECKSUM, "checksumError"},
    {VRRP_PROTO_VRID, "vrIdError"},       {0}};
const struct enum_name vrrp_auth_error_names[] = {{VRRP_AUTH_OK, "noError"},
						  {VRRP_AUTH_INVALID_TYPE, "invalidAuthType"},
						  {VRRP_AUTH_OTHER_TYPE, "authTypeMismatch"},
						  {VRRP_AUTH_FAILED, "authFailure"},
						  {0}};

#define ROW  struct vrrp_instance_row
#define LIVE (F_CONFIG | F_SET | F_LIVE)
#define BORN (F_SET | F_SNMP | F_CREATE)
static const struct field vrrp_instance_fields[] = {
    STR(name, F_KEY, 1, "Name of the instance."),
    STR(interface, F_CONFIG | BORN | F_LOCAL, 0,
	"Interface on which it advertises; empty for unicast without one."),
    U8(vrid, F_CONFIG | BORN, 1, 255, 1, NULL, "Virtual router identifier."),
    U8(version, F_CONFIG | BORN, 2, 3, 2, NULL, "VRRP version."),
    ENUM(family, F_CONFIG | BORN, family_names, FAMILY_IPV4, "Address family."),
    ENUM(initial_state, F_CONFIG | F_LOCAL, vrrp_state_names, VRRP_BACKUP,
	 "The state that the file names."),
    U8(base_priority, LIVE | F_SNMP | F_LOCAL, 1, 255, 100, NULL,
       "Priority in the election; 255 is the owner."),
    U32(adver_int_cs, LIVE | F_SNMP, 1, 25500, 100, "cs", "Interval between advertisements."),
    U8(down_timer_adverts, LIVE, 1, 100, 3, NULL,
       "Intervals without an advertisement after which a backup takes over."),
    BOOL(preempt, LIVE | F_SNMP, true, "Whether it takes over from a master of lower priority."),
    U32(preempt_delay_ms, LIVE | F_SNMP, 0, 1000000, 0, "ms",
	"Time for which it gives way to a master of lower priority before it takes over."),
    BOOL(lower_prio_no_advert, LIVE, false,
	 "As master, leave an advertisement of lower priority unanswered."),
    BOOL(higher_prio_send_advert, LIVE, false,
	 "As master, advertise once more before it gives way to a higher priority."),
    BOOL(owner_ignore_adverts, LIVE, false,
	 "As owner (priority 255) and master, ignore the advertisements of others."),
    BOOL(skip_check_adv_addr, LIVE, false,
	 "Compare the addresses in the first advertisement of a master only."),
    BOOL(strict_mode, LIVE, false, "Whether settings outside the standard were refused."),
    BOOL(accept, F_CONFIG | F_SET | F_SNMP, true,
	 "Whether the director itself answers on the addresses."),
    BOOL(no_addresses, LIVE, false, "Having no address is meant."),
    BOOL(promote_secondaries, F_CONFIG | F_SET | F_SNMP, false,
	 "Whether the other addresses of a subnet stay on the interface when the first goes."),
    BOOL(track_primary, LIVE, true, "Whether a fault of its own interface is one of the instance."),
    BOOL(v3_checksum_as_v2, F_CONFIG, false,
	 "Send the IPv4 VRRPv3 checksum without the pseudo-header (RFC 9568 5.2.8)."),
    ENUM(auth_type, F_CONFIG, vrrp_auth_names, VRRP_AUTH_NONE, "Authentication of VRRPv2."),
    STR(auth_pass, F_CONFIG | F_SECRET, 0, "Password of VRRPv2."),
    STR(vrf, F_CONFIG | F_LOCAL, 0, "VRF in which unicast without an interface runs."),
    ADDR(source_addr, F_CONFIG | F_SET | F_SNMP | F_LOCAL,
	 "Address to advertise from; empty is the first of the interface."),
    BOOL(track_src_ip, F_CONFIG | F_LIVE, false, "In fault while that address is not there."),
    ADDR(group_addr, F_CONFIG, "Multicast group to advertise to; empty is 224.0.0.18 or ff02::12."),
    BOOL(unicast_fault_no_peer, F_CONFIG | F_LIVE, false, "In fault while it has no unicast peer."),
    BOOL(check_unicast_src, LIVE, false, "Takes advertisements of its unicast peers only."),
    U8(unicast_ttl, LIVE, 1, 255, 255, NULL,
       "Time to live, or hop limit, of advertisements to unicast peers."),
    ENUM(old_unicast_checksum, F_CONFIG | F_LIVE, old_checksum_names, OLD_CHECKSUM_AUTO,
	 "Whether version 3 sends the unicast checksum of keepalived before 1.3.7."),
    U32(kernel_rx_buf_size, F_CONFIG | F_LOCAL, 0, 67108864, 0, "bytes",
	"Its part of the receive buffer of its socket; 0 is that of vrrp_rx_bufs_policy."),
    U32(garp_master_repeat, LIVE, 0, 1000, 5, NULL,
	"Gratuitous ARPs in a burst after becoming master."),
    U32(garp_master_delay_ms, LIVE, 0, 3600000, 5000, "ms",
	"Delay of the second burst; 0 for none."),
    U32(garp_lower_prio_repeat, LIVE, 0, 1000, 5, NULL,
	"Gratuitous ARPs in a burst after a losing advertisement."),
    U32(garp_lower_prio_delay_ms, LIVE, 0, 3600000, 5000, "ms",
	"Delay of the second of those bursts."),
    U32(garp_master_refresh_ms, LIVE, 0, UINT32_MAX, 0, "ms",
	"Interval of gratuitous ARPs while master; 0 for none."),
    U32(garp_master_refresh_repeat, LIVE, 0, 1000, 1, NULL, "Gratuitous ARPs in each of those."),
    U32(garp_extra_if_ms, LIVE, 0, 86400000, 0, "ms",
	"Interval of gratuitous ARPs on the other interfaces of its addresses; 0 for none."),
    BOOL(garp_extra_if_all, LIVE, false,
	 "On all of these interfaces, not only on those with a virtual MAC address."),
    U32(address_lease_ms, LIVE, 0, 3600000, ADDRESS_LEASE_AUTO, "ms",
	"Time after which the kernel removes an address that is not renewed; 0 for never, 1 for "
	"Active_Down_Interval in whole seconds plus one."),
    BOOL(notify_priority_changes, F_CONFIG | F_LIVE | F_LOCAL, false,
	 "Whether the pipes are told of priorities too."),
    BOOL(smtp_alert, F_CONFIG | F_LIVE | F_LOCAL, false, "Whether its changes are told by mail."),
    BOOL(use_vmac, F_CONFIG, false,
	 "Whether it advertises and answers from the virtual MAC address."),
    STR(vmac_interface, F_CONFIG | F_LOCAL, 0,
	"Interface with the virtual MAC address, or the ipvlan, made for it; empty: none."),
    STR(virtual_mac, F_CONFIG, 0, "The virtual MAC address; empty is that of RFC 9568 7.3."),
    U32(vmac_group, F_CONFIG | F_LOCAL, 0, UINT32_MAX, 0, NULL,
	"Group of links that the interface with the virtual MAC address is in."),
    BOOL(vmac_netlink_notify, F_CONFIG | F_LOCAL, false,
	 "Whether the kernel is made to tell others of the change of the interface below."),
    BOOL(vmac_xmit_base, F_CONFIG, false,
	 "Whether it advertises from the interface below all the same."),
    BOOL(use_vmac_addr, F_CONFIG, false,
	 "Whether addresses on other interfaces have the virtual MAC address too."),
    BOOL(use_ipvlan, F_CONFIG | F_LOCAL, false,
	 "Whether it advertises and answers from an ipvlan, which has the MAC address of the "
	 "interface below."),
    ENUM(ipvlan_reach, F_CONFIG | F_LOCAL, ipvlan_reach_names, IPVLAN_BRIDGE,
	 "Whether ipvlans of one interface reach each other."),
    ADDR(ipvlan_addr, F_CONFIG | F_LOCAL, "Address of the ipvlan; empty: none of its own."),
    U8(ipvlan_prefix_len, F_CONFIG | F_LOCAL, 0, 128, 0, NULL, "Prefix length of that address."),
    ENUM(admin_state, F_ADMIN | F_SET | F_SNMP | F_LIVE | F_LOCAL, admin_updown_names, ADMIN_UP,
	 "Down holds the instance in init."),
    STR(admin_reason, F_ADMIN | F_SET | F_SNMP | F_LIVE | F_LOCAL, 0, "The operator's note."),
    ENUM(
	command, F_ADMIN | F_SET | F_SNMP | F_LIVE | F_LOCAL, vrrp_command_names, VRRP_COMMAND_NONE,
	"Yield resigns and counts as priority 1 until it is set otherwise; takeover becomes master "
	"if its priority is higher than the master's."),
    SNMP_INDEX(U32, UINT32_MAX),
    ENUM(state, F_STATE, vrrp_state_names, VRRP_INIT, "State of the virtual router."),
    ENUM(reason, F_STATE, vrrp_reason_names, VRRP_REASON_NONE, "Why it is in this state."),
    U8(effective_priority, F_STATE, 0, 255, 0, NULL, "Priority that it advertises."),
    STR(sync_group, F_STATE, 0, "Sync group that it is a member of."),
    GAUGE32(ifindex, NULL, "Index of the interface; 0 while there is none."),
    GAUGE32(vmac_ifindex, NULL,
	    "Index of the interface with the virtual MAC address; 0 while there is none."),
    ADDR(primary_addr, F_STATE, "Source address of its advertisements."),
    ADDR(master_addr, F_STATE, "Source address of the master."),
    U8(master_priority, F_STATE, 0, 255, 0, NULL, "Priority that the master advertises."),
    GAUGE32(master_adver_int_cs, "cs", "Interval that the master advertises."),
    GAUGE32(skew_time_us, "us", "Skew_Time in force."),
    GAUGE32(master_down_us, "us", "Active_Down_Interval in force."),
    WHEN(last_transition, F_STATE, "When the state changed last."),
    GAUGE64(worst_lateness_us, "us", "Worst delay of a timer of this instance."),
    GAUGE64(worst_advert_gap_us, "us",
	    "Longest time between two advertisements that it sent one after the other as master."),
    ENUM(proto_error, F_STATE, vrrp_proto_error_names, VRRP_PROTO_OK,
	 "What was wrong with the last packet whose TTL, version or checksum was wrong."),
    ENUM(auth_error, F_STATE, vrrp_auth_error_names, VRRP_AUTH_OK,
	 "What was wrong with the last packet whose authentication was wrong."),
    ADDR(error_source, F_STATE, "Source of the last packet whose authentication was wrong."),
    U32(transitions, F_COUNTER | F_EVENT, 0, UINT32_MAX, 0, NULL, "Changes of state."),
    COUNTER32(become_master, NULL, "Times it became master."),
    COUNTER64(adverts_sent, NULL, "Advertisements sent."),
    COUNTER64(adverts_received, NULL, "Advertisements received and taken."),
    COUNTER64(priority_zero_sent, NULL, "Advertisements with priority 0 sent."),
    COUNTER64(priority_zero_received, NULL, "Advertisements with priority 0 received."),
    U64(lower_priority_received, F_COUNTER | F_EVENT, NULL,
	"Advertisements of a lower priority that a master has received."),
    COUNTER64(checksum_errors, NULL, "Packets with a wrong checksum."),
    COUNTER64(version_errors, NULL, "Packets of another version."),
    COUNTER64(ttl_errors, NULL, "Packets whose TTL was not 255."),
    COUNTER64(type_errors, NULL, "Packets of an unknown type."),
    COUNTER64(length_errors, NULL, "Packets too short for what they say they hold."),
    COUNTER64(interval_errors, NULL, "Packets with another advertisement interval."),
    COUNTER64(auth_errors, NULL, "Packets with another authentication."),
    COUNTER64(address_list_errors, NULL, "Packets with another list of addresses."),
    COUNTER64(peer_errors, NULL,
	      "Packets that were not from a unicast peer, or not sent as this router expects."),
    COUNTER32(proto_warnings, NULL,
	      "Times a wrong TTL, version or checksum was told; of each at most once a minute."),
    COUNTER32(auth_warnings, NULL, "Times a wrong authentication was told; at most once a minute."),
    COUNTER32(second_masters, NULL,
	      "Times another router went on as master while this one was; counted once a minute."),
    COUNTER64(second_master_adverts, NULL,
	      "Advertisements of a weaker master that it heard as master."),
    COUNTER64(second_owner_adverts, NULL,
	      "Advertisements with priority 255 that it heard as owner."),
    COUNTER64(equal_priority_adverts, NULL,
	      "Advertisements of others with its own effective priority."),
    COUNTER64(interval_mismatches, NULL,
	      "Advertisements of version 3 with another interval than its own, and taken."),
    COUNTER64(checksum_form_mismatches, NULL,
	      "Advertisements with a checksum of the form that it does not send, and taken."),
    COUNTER64(own_address_adverts, NULL,
	      "Advertisements that came in with its own source address."),
    COUNTER64(foreign_adverts, NULL,
	      "Advertisements with its virtual router identifier and none of its addresses."),
    COUNTER64(vrid_errors, NULL,
	      "Packets on its interface for virtual routers that are not configured."),
    COUNTER64(late_timers, NULL,
	      "Times a timer was late by half an advertisement interval or more."),
};
const struct table table_vrrp_instance =
    TABLE(T_VRRP_INSTANCE, "vrrp_instance", ROLE_VRRP, 1, vrrp_instance_fields, "Virtual routers.");
#undef ROW

#define ROW struct vrrp_address_row
static const struct field vrrp_address_fields[] = {
    STR(instance, F_KEY, 1, "Name of the instance."),
    ADDRESS_FIELDS(BORN, 0, "Interface that carries it; empty is the instance's own."),
    BOOL(excluded, F_CONFIG, false, "Kept out of the advertisement."),
    ADDRESS_OPTION_FIELDS,
    BOOL(use_vmac, F_CONFIG, false, "Whether it has the virtual MAC address by itself."),
    STR(vmac_interface, F_CONFIG, 0,
	"Interface with the virtual MAC address, made for it alone; empty: none."),
    SNMP_INDEX(U32, UINT32_MAX),
    ADDRESS_STATE_FIELDS,
};
const struct table table_vrrp_address = TABLE(T_VRRP_ADDRESS, "vrrp_address", ROLE_VRRP, 2,
					      vrrp_address_fields, "Addresses of virtual routers.");
#undef ROW

#define ROW struct vrrp_peer_row
static const struct field vrrp_peer_fields[] = {
    STR(instance, F_KEY, 1, "Name of the instance."),
    STR(address, F_KEY, 1, "Address of the peer."),
    ADDR(addr, F_CONFIG, "The address as a value."),
    U8(min_ttl, LIVE, 0, 255, 0, NULL, "Least time to live of its advertisements."),
    U8(max_ttl, LIVE, 0, 255, 255, NULL, "Greatest time to live of its advertisements."),
    WHEN(last_heard, F_STATE, "When it sent an advertisement that was taken last."),
    COUNTER64(adverts_sent, NULL, "Advertisements sent to it."),
    COUNTER64(adverts_received, NULL, "Advertisements received from it and taken."),
    COUNTER64(send_errors, NULL, "Advertisements to it that the kernel refused."),
    COUNTER64(ttl_errors, NULL, "Packets from it whose time to live was out of its limits."),
};
const struct table table_vrrp_peer = TABLE(T_VRRP_PEER, "vrrp_peer", ROLE_VRRP, 2, vrrp_peer_fields,
					   "Unicast peers of virtual routers.");
#undef ROW

#define ROW struct garp_group_row
static const struct field garp_group_fields[] = {
    U32(number, F_KEY, 1, UINT32_MAX, 1, NULL, "Number of the group."),
    STR(interface, F_KEY, 1, "Interface; those of one number share the pace."),
    U32(garp_interval_us, F_CONFIG | F_LIVE, 0, UINT32_MAX, 0, "us",
	"Least time between two gratuitous ARPs; 0 for none."),
    U32(gna_interval_us, F_CONFIG | F_LIVE, 0, UINT32_MAX, 0, "us",
	"Least time between two neighbour advertisements; 0 for none."),
};
const struct table table_garp_group =
    TABLE(T_GARP_GROUP, "garp_group", ROLE_VRRP, 2, garp_group_fields,
	  "Interfaces whose announcements share a pace.");
#undef ROW

#define ROW struct sync_group_row
static const struct field sync_group_fields[] = {
    STR(name, F_KEY, 1, "Name of the group."),
    BOOL(tracking_weight, F_CONFIG | F_LIVE, false,
	 "Whether what members track by themselves changes their priorities."),
    BOOL(notify_priority_changes, F_CONFIG | F_LIVE | F_LOCAL, false,
	 "Whether the pipes are told of the priorities of its members."),
    BOOL(smtp_alert, F_CONFIG | F_LIVE | F_LOCAL, false, "Whether its changes are told by mail."),
    SNMP_INDEX(U32, UINT32_MAX),
    ENUM(state, F_STATE, vrrp_state_names, VRRP_INIT, "State of all its members."),
    ENUM(reason, F_STATE, vrrp_reason_names, VRRP_REASON_NONE,
	 "Why it is in this state: the reason of the member that changed first."),
    GAUGE32(members, NULL, "Number of its members."),
    WHEN(last_transition, F_STATE, "When the state changed last."),
    U32(transitions, F_COUNTER | F_EVENT, 0, UINT32_MAX, 0, NULL, "Changes of state."),
};
const struct table table_sync_group = TABLE(T_SYNC_GROUP, "sync_group", ROLE_VRRP, 1,
					    sync_group_fields, "Virtual routers in one state.");
#undef ROW

#define ROW struct sync_member_row
static const struct field sync_member_fields[] = {
    STR(group, F_KEY, 1, "Name of the group."),
    STR(instance, F_KEY, 1, "Name of the instance."),
    SNMP_INDEX(U32, UINT32_MAX),
    BOOL(usable, F_STATE, false,
	 "Whether it can run by itself; one that cannot keeps its group in fault."),
};
const struct table table_sync_member = TABLE(T_SYNC_MEMBER, "sync_member", ROLE_VRRP, 2,
					     sync_member_fields, "Members of sync groups.");
#undef ROW
