/* debounce: when a change of a link is believed. Pure. */
#ifndef VRRP_DEBOUNCE_H
#define VRRP_DEBOUNCE_H

#include "base/clock.h"

#include <stdbool.h>

struct vrrp_debounce {
	bool known;
	bool up;           /* what is believed */
	struct mono since; /* when it was seen otherwise first; ns 0: it is not */
};

/* Takes a sight and returns what is to be believed: the first at once, another when it has lasted
 * for the delay of that direction. `due` is when to look again, ns 0 for never. */
bool vrrp_debounce(struct vrrp_debounce *d, bool up, int64_t down_ns, int64_t up_ns,
		   struct mono now, struct mono *due);

#endif
