/*
 * gap: the longest time between two advertisements that a master sent one after the other. Pure.
 *
 * What others judge a master by is the time between its packets, so that is what is measured:
 * an advertisement that could not be sent is not one, and a process that resumes goes on where
 * its predecessor stopped. The time in which an instance is not master is no gap.
 */
#ifndef VRRP_GAP_H
#define VRRP_GAP_H

#include "base/clock.h"

struct vrrp_gap {
	struct mono last; /* when the last one went out; ns 0: none in this mastership */
	uint64_t worst_us;
};

/* One has gone out. */
void vrrp_gap_sent(struct vrrp_gap *g, struct mono now);
/* It is no longer master: the next advertisement is a first one. */
void vrrp_gap_end(struct vrrp_gap *g);

#endif
