/* rows_route: routes and rules of virtual routers and of the director itself, and its own
 * addresses. See rows.h. */
#ifndef MODEL_ROWS_ROUTE_H
#define MODEL_ROWS_ROUTE_H

#include "base/route.h"
#include "model/names.h"
#include "model/rows_vrrp.h"

#define NAME_ROUTE 160

/* A route or rule without an instance is static: the director has it as long as Halvard runs. */
struct vrrp_route_row {
	char instance[NAME_VRRP];
	char name[NAME_ROUTE]; /* destination, and what else tells it from others */
	/* configuration */
	char route[ROUTE_TEXT_MAX]; /* canonical: base/route.h */
	char track_group[NAME_SYNC];
	/* ... and what of it is seen at a glance */
	uint8_t family;
	struct addr destination;
	uint8_t prefix_len;
	struct addr gateway;
	char dev[NAME_IF];
	uint32_t table; /* 0: main */
	uint32_t metric;
	bool no_track;
	/* state */
	uint32_t snmp_index;
	bool present;
};

struct vrrp_rule_row {
	char instance[NAME_VRRP];
	char name[NAME_ROUTE]; /* preference, and what else tells it from others */
	/* configuration */
	char rule[ROUTE_TEXT_MAX];
	char track_group[NAME_SYNC];
	uint8_t family;
	uint32_t preference;
	uint32_t table;
	bool no_track;
	/* state */
	uint32_t snmp_index;
	bool present;
};

struct static_address_row {
	char address[ADDR_TEXT_MAX];
	/* configuration: as of a virtual router's (rows_vrrp.h) */
	struct addr addr;
	uint8_t prefix_len;
	char dev[NAME_IF];
	char label[NAME_IF];
	uint8_t scope;
	struct addr broadcast;
	bool broadcast_set;
	struct addr peer;
	bool home;
	bool detect_duplicates;
	bool manage_temporary;
	bool no_prefix_route;
	bool join_group;
	uint32_t preferred_lft_s;
	bool no_track;
	char track_group[NAME_SYNC];
	/* state */
	bool present;
	uint32_t ifindex;
};

/* The fields that both have. */
void static_of_address(struct static_address_row *to, const struct vrrp_address_row *from);
void address_of_static(struct vrrp_address_row *to, const struct static_address_row *from);

/* An instance that cannot run while something static of the group is not there. */
struct track_group_member_row {
	char group[NAME_SYNC];
	char instance[NAME_VRRP];
};

#endif
