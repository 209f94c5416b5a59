/* rows_route: the fields of vrrp_route, vrrp_rule, static_address and track_group_member. */
#include "model/rows_route.h"

#include "model/address_fields.h"
#include "model/field.h"

#include <string.h>

#define INSTANCE_HELP "Name of the instance; empty for a static one."
#define GROUP_HELP    "Track group whose instances are in fault while it is not there."
#define TRACK_HELP    "It does not matter when it is removed, or its interface goes down."

#define ROW struct vrrp_route_row
static const struct field vrrp_route_fields[] = {
    STR(instance, F_KEY, 0, INSTANCE_HELP),
    STR(name, F_KEY, 1, "Destination, table, metric and what else tells it from others."),
    STR(route, F_CONFIG, 1, "The route as ip-route(8) has it, in one certain form."),
    STR(track_group, F_CONFIG, 0, GROUP_HELP),
    ENUM(family, F_CONFIG, family_names, FAMILY_IPV4, "Address family."),
    ADDR(destination, F_CONFIG, "Destination."),
    U8(prefix_len, F_CONFIG, 0, 128, 0, NULL, "Prefix length of the destination."),
    ADDR(gateway, F_CONFIG, "Router that it leads to."),
    STR(dev, F_CONFIG, 0, "Interface that it leads to."),
    U32(table, F_CONFIG, 0, UINT32_MAX, 0, NULL, "Number of the routing table; 0 for main."),
    U32(metric, F_CONFIG, 0, UINT32_MAX, 0, NULL, "Metric."),
    BOOL(no_track, F_CONFIG, false, TRACK_HELP),
    SNMP_INDEX(U32, UINT32_MAX),
    BOOL(present, F_STATE, false, "Whether the kernel has it now."),
};
const struct table table_vrrp_route =
    TABLE(T_VRRP_ROUTE, "vrrp_route", ROLE_VRRP, 2, vrrp_route_fields,
	  "Routes of virtual routers, and static ones.");
#undef ROW

#define ROW struct vrrp_rule_row
static const struct field vrrp_rule_fields[] = {
    STR(instance, F_KEY, 0, INSTANCE_HELP),
    STR(name, F_KEY, 1, "Preference and what else tells it from others."),
    STR(rule, F_CONFIG, 1, "The rule as ip-rule(8) has it, in one certain form."),
    STR(track_group, F_CONFIG, 0, GROUP_HELP),
    ENUM(family, F_CONFIG, family_names, FAMILY_IPV4, "Address family."),
    U32(preference, F_CONFIG, 0, UINT32_MAX, 0, NULL, "Preference; the lowest is looked at first."),
    U32(table, F_CONFIG, 0, UINT32_MAX, 0, NULL, "Routing table that it names; 0 for none."),
    BOOL(no_track, F_CONFIG, false, TRACK_HELP),
    SNMP_INDEX(U32, UINT32_MAX),
    BOOL(present, F_STATE, false, "Whether the kernel has it now."),
};
const struct table table_vrrp_rule = TABLE(T_VRRP_RULE, "vrrp_rule", ROLE_VRRP, 2, vrrp_rule_fields,
					   "Routing rules of virtual routers, and static ones.");
#undef ROW

#define ROW struct static_address_row
static const struct field static_address_fields[] = {
    ADDRESS_FIELDS(0, 1, "Interface that carries it."),
    ADDRESS_OPTION_FIELDS,
    STR(track_group, F_CONFIG, 0, GROUP_HELP),
    ADDRESS_STATE_FIELDS,
};
const struct table table_static_address =
    TABLE(T_STATIC_ADDRESS, "static_address", ROLE_VRRP, 1, static_address_fields,
	  "Addresses of the director itself.");
#undef ROW

#define ROW struct track_group_member_row
static const struct field track_group_member_fields[] = {
    STR(group, F_KEY, 1, "Name of the group."),
    STR(instance, F_KEY, 1, "Name of the instance."),
};
const struct table table_track_group_member =
    TABLE(T_TRACK_GROUP_MEMBER, "track_group_member", ROLE_VRRP, 2, track_group_member_fields,
	  "Instances that track static addresses, routes and rules.");
#undef ROW

static void copy_same(enum table_id to_table, void *to, enum table_id from_table, const void *from)
{
	const struct table *t = schema_table(to_table);

	for (unsigned i = 0; i < t->nfields; i++) {
		const struct field *f = &t->fields[i], *same = schema_field(from_table, f->name);

		if (same && same->size == f->size)
			memcpy((char *)to + f->offset, (const char *)from + same->offset, f->size);
	}
}

void static_of_address(struct static_address_row *to, const struct vrrp_address_row *from)
{
	copy_same(T_STATIC_ADDRESS, to, T_VRRP_ADDRESS, from);
}

void address_of_static(struct vrrp_address_row *to, const struct static_address_row *from)
{
	copy_same(T_VRRP_ADDRESS, to, T_STATIC_ADDRESS, from);
}
