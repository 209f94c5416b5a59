/* refusals: what the kernel did not take. */
#ifndef LVS_REFUSALS_H
#define LVS_REFUSALS_H

#include "lvs/ipvs_table.h"

/* Something the kernel did not take in the last pass. */
struct refusal {
	struct ipvs_service_key service;
	struct ipvs_dest_key dest; /* zero: the service itself */
	char text[96];
};

struct refusals {
	struct refusal *list; /* sorted by service, then dest, once a pass is over */
	size_t n, cap;
};

#endif
