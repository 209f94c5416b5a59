/* rows_group: virtual_server_group, its addresses and marks. See rows.h. */
#ifndef MODEL_ROWS_GROUP_H
#define MODEL_ROWS_GROUP_H

#include "base/addr.h"
#include "model/names.h"

struct server_group_row {
	const char *name;
	/* state */
	uint32_t snmp_index;
};

/* An address, a range of them, or a mark: "192.0.2.1:80", "192.0.2.1-192.0.2.9:80", "fwmark:7",
 * "fwmark:7/inet6". */
struct server_group_member_row {
	const char *group;
	const char *name;
	/* configuration */
	uint8_t family; /* enum family; 0: that of the virtual server */
	struct addr addr, last;
	uint16_t port;
	uint32_t fwmark; /* 0: addresses */
	/* state */
	uint32_t snmp_index;
};

#endif
