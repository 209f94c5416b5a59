/* path_list: the routes and rules of an instance, and the static addresses, routes and rules of
 * the director; kept by paths.c. */
#ifndef VRRP_PATH_LIST_H
#define VRRP_PATH_LIST_H

#include "base/loop.h"
#include "model/rows.h"

struct vrrp_env;

struct vrrp_path {
	enum table_id table; /* T_STATIC_ADDRESS, T_VRRP_ROUTE, T_VRRP_RULE, in this order */
	union {
		struct static_address_row address;
		struct vrrp_route_row route;
		struct vrrp_rule_row rule;
	};
	char needs[2][NAME_IF]; /* interfaces that must be up; not with no_track */
	uint8_t protocol;       /* of a route */
	bool asked;             /* the last write asked for was to add it */
	bool clean;             /* the kernel has said that it is not there */
	bool present;
	bool lost; /* and said so: somebody else has removed it */
	bool told; /* that it is back, since it was asked for: event and answer come in any order */
	bool left; /* the same of one that nobody wants back (no_track) */
	int error; /* why the kernel refused it; 0: it did not */
	bool settled; /* the kernel has answered an addition */
};

struct vrrp_paths {
	struct vrrp_env *env;
	const char *instance; /* "": the static ones */
	uint32_t serial;      /* of the instance; 0 */
	bool wanted;          /* they should be in the kernel */
	bool released;        /* they should not */
	struct vrrp_path *items;
	unsigned n;
	unsigned asking; /* writes that were not answered yet */
	struct timer check;
};

#endif
