/*
 * map_notify: the notifications of HALVARD-MIB, and those of the other modules that the
 * configuration asks for as keepalived's does. The columns are in the order of the module.
 */
#include "agent/map_notify.h"

#include "agent/convert.h"
#include "base/log.h"

static const unsigned long k_vrrp_ids[] = {1, 3, 6, 1, 4, 1, 9586, 100, 5, 2, 10, 0};
static const struct map_root k_vrrp = {k_vrrp_ids, 12};
static const unsigned long k_check_ids[] = {1, 3, 6, 1, 4, 1, 9586, 100, 5, 3, 5, 0};
static const struct map_root k_check = {k_check_ids, 12};
static const unsigned long v2_ids[] = {1, 3, 6, 1, 2, 1, 68, 0};
static const struct map_root v2 = {v2_ids, 8};
static const unsigned long v3_ids[] = {1, 3, 6, 1, 2, 1, 207, 0};
static const struct map_root v3 = {v3_ids, 8};

/* vrrpTrapPacketSrc and vrrpTrapAuthErrorType, which nothing but a notification has. */
static const unsigned long v2_operations_ids[] = {1, 3, 6, 1, 2, 1, 68, 1};
static const struct map_root v2_operations = {v2_operations_ids, 8};
static struct map_column v2_trap_columns[] = {
    {5, "error_source", M_IPADDRESS, M_RO},
    {6, "auth_error", M_INTEGER, M_RO, .read = convert_plus, .arg = -1},
};
static struct map_table v2_trap = {
    "vrrpOperations", 0,         T_VRRP_INSTANCE, true, MAP_COLUMNS(v2_trap_columns),
    &v2_operations,   INDEX_NAME};

/* The alive and the dead: not what was not known yet. */
static bool is_known(const void *old, const void *row)
{
	const struct real_server_row *was = old, *now = row;

	return was->health != HEALTH_UNKNOWN && now->health != HEALTH_UNKNOWN;
}

static bool is_v2(const void *old, const void *row)
{
	const struct vrrp_instance_row *v = row;

	(void)old;
	return v->version == 2 && v->family == FAMILY_IPV4;
}

static bool is_v3(const void *old, const void *row)
{
	return !is_v2(old, row);
}

/* Which virtual server, by whatever names it. */
#define SERVICE_IDENTITY 3, 4, 5, 6, 7

struct map_notification map_notifications[] = {
    {1,
     "halVrrpStateChange",
     T_VRRP_INSTANCE,
     "transitions",
     "state",
     {{&map_vrrp, {2, 4, 8, 9, 11, 20, 21, 25}}}},
    {2,
     "halSyncGroupStateChange",
     T_SYNC_GROUP,
     "transitions",
     "state",
     {{&map_sync_group, {2, 3, 4, 5}}}},
    {3,
     "halRsStateChange",
     T_REAL_SERVER,
     "transitions",
     "oper_state",
     {{&map_rs, {9, 10, 11, 8, 7, 38}}}},
    {4,
     "halVsQuorumChange",
     T_VIRTUAL_SERVER,
     "quorum_changes",
     "quorum_state",
     {{&map_vs, {24, 16, 25, 19, 18, 21, 22, 23, 42}}}},
    {6, "halRsDrained", T_REAL_SERVER, "drains", NULL, {{&map_rs, {9, 8, 16, 22, 23, 41}}}},
    {7, "halConfigChanged", T_GLOBAL, "config_generation", NULL, {{&map_general, {4, 9, 10, 11}}}},
    {8, "halReloadRefused", T_GLOBAL, "reloads_refused", NULL, {{&map_general, {8, 18}}}},
    {9, "halProcessRestarted", T_PROCESS, "restarts", NULL, {{&map_process, {2, 3, 4}}}},
    {10, "halIpvsDriftRepaired", T_IPVS, "drift", NULL, {{&map_ipvs, {10}}}},
    {11,
     "halVrrpSecondMaster",
     T_VRRP_INSTANCE,
     "second_masters",
     NULL,
     {{&map_vrrp, {2, 4, 11, 47}}}},
    {MAP_SUBAGENT_START, "halSubagentStart", T_GLOBAL, NULL, NULL, {{&map_general, {1}}}},
    {1,
     "vrrpSyncGroupStateChange",
     T_SYNC_GROUP,
     "transitions",
     "state",
     {{&map_k_group, {2, 3}}, {&map_k_global, {2}}},
     &k_vrrp,
     "enable_snmp_keepalived"},
    {2,
     "vrrpInstanceStateChange",
     T_VRRP_INSTANCE,
     "transitions",
     "state",
     {{&map_k_instance, {2, 4, 5}}, {&map_k_global, {2}}},
     &k_vrrp,
     "enable_snmp_keepalived"},
    {1,
     "realServerStateChange",
     T_REAL_SERVER,
     NULL,
     "health",
     {{&map_k_server, {3, 4, 5, 6}},
      {&map_k_service, {2, 8, 21, 20, SERVICE_IDENTITY}},
      {&map_k_global, {2}}},
     &k_check,
     "enable_snmp_keepalived",
     is_known},
    {2,
     "virtualServerQuorumStateChange",
     T_VIRTUAL_SERVER,
     "quorum_changes",
     "quorum_state",
     {{&map_k_service, {2, 8, 23, 22, 21, 20}},
      {&map_k_service, {SERVICE_IDENTITY}},
      {&map_k_global, {2}}},
     &k_check,
     "enable_snmp_keepalived"},
    {1,
     "vrrpTrapNewMaster",
     T_VRRP_INSTANCE,
     "become_master",
     NULL,
     {{&map_v2_oper, {7}}},
     &v2,
     "enable_snmp_rfcv2",
     is_v2},
    {2,
     "vrrpTrapAuthFailure",
     T_VRRP_INSTANCE,
     "auth_warnings",
     NULL,
     {{&v2_trap, {5, 6}}},
     &v2,
     "enable_snmp_rfcv2",
     is_v2},
    {1,
     "vrrpv3NewMaster",
     T_VRRP_INSTANCE,
     "become_master",
     NULL,
     {{&map_v3_oper, {3}}, {&map_v3_stats, {2}}},
     &v3,
     "enable_snmp_rfcv3",
     is_v3},
    {2,
     "vrrpv3ProtoError",
     T_VRRP_INSTANCE,
     "proto_warnings",
     NULL,
     {{&map_v3_stats, {6}}},
     &v3,
     "enable_snmp_rfcv3",
     is_v3},
    {0},
};

static void resolve_notification(struct map_notification *n)
{
	if (n->counter)
		n->counter_f = schema_field(n->table, n->counter);
	if (n->state)
		n->state_f = schema_field(n->table, n->state);
	if ((n->counter && !n->counter_f) || (n->state && !n->state_f) ||
	    (n->wanted && !schema_field(T_GLOBAL, n->wanted)))
		fatalx("%s: no such trigger", n->name);
	for (const struct map_carried *k = n->carried; k->objects; k++) {
		map_resolve_table(k->objects);
		for (const unsigned *c = k->columns; *c; c++)
			if (!map_find_column(k->objects, *c))
				fatalx("%s: %s has no column %u", n->name, k->objects->name, *c);
	}
}

void map_notify_resolve(void)
{
	for (struct map_notification *n = map_notifications; n->number; n++)
		resolve_notification(n);
}
