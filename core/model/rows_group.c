/* rows_group: the fields of server_group and server_group_member. */
#include "model/rows_group.h"

#include "model/field.h"

static const struct enum_name member_family_names[] = {
    {0, "any"}, {FAMILY_IPV4, "ipv4"}, {FAMILY_IPV6, "ipv6"}, {0}};

#define ROW struct server_group_row
static const struct field server_group_fields[] = {
    TEXT(name, F_KEY, 1, NAME_GROUP, "Name of the group."),
    SNMP_INDEX(U32, UINT32_MAX),
};
const struct table table_server_group = TABLE(T_SERVER_GROUP, "server_group", ROLE_LVS, 1,
					      server_group_fields, "Virtual server groups.");
#undef ROW

#define ROW struct server_group_member_row
static const struct field server_group_member_fields[] = {
    TEXT(group, F_KEY, 1, NAME_GROUP, "Name of the group."),
    TEXT(name, F_KEY, 1, NAME_MEMBER, "Its addresses and port, or its mark."),
    ENUM(family, F_CONFIG, member_family_names, 0,
	 "Address family; any for a mark that has that of the virtual server."),
    ADDR(addr, F_CONFIG, "First address; none for a mark."),
    ADDR(last, F_CONFIG, "Last address."),
    U16(port, F_CONFIG, 0, 65535, 0, NULL, "Port; 0 is every port."),
    U32(fwmark, F_CONFIG, 0, UINT32_MAX, 0, NULL, "Firewall mark; 0 for addresses."),
    SNMP_INDEX(U32, UINT32_MAX),
};
const struct table table_server_group_member =
    TABLE(T_SERVER_GROUP_MEMBER, "server_group_member", ROLE_LVS, 2, server_group_member_fields,
	  "Addresses and marks of virtual server groups.");
#undef ROW
