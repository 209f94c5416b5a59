/*
 * track: what trackers make of a priority. Pure: rows and what was seen in, sums out.
 *
 * A tracker with a weight changes the priority and is never a fault; one with weight 0 is a fault
 * while it fails. Only a file, which holds a number, can be both.
 */
#ifndef VRRP_TRACK_H
#define VRRP_TRACK_H

#include "model/rows_track.h"

#include <stdbool.h>
#include <stdint.h>

/* What an observer says: of a file its number too. */
struct vrrp_sight {
	enum track_state state;
	int32_t value;
};

/* Puts into the row what follows from a sight; one of nothing (unknown) leaves it as it is. True
 * when something in it has changed. */
bool vrrp_track_judge(struct track_row *t, struct vrrp_sight seen);
/* Whether the row is a fault of its user. */
bool vrrp_track_faults(const struct track_row *t);
/* Whether nothing has been seen yet, and its user may not run before. */
bool vrrp_track_awaits(const struct track_row *t);

/* What all trackers of one virtual router come to. */
struct vrrp_tracked {
	int32_t sum;
	unsigned faults;
	unsigned awaited;
};

/* weigh: whether weights of this row count for the virtual router. */
void vrrp_tracked_add(struct vrrp_tracked *sum, const struct track_row *t, bool weigh);
/* The priority in force: the owner's stays, that of others is 1..254. */
uint8_t vrrp_tracked_priority(const struct vrrp_tracked *sum, uint8_t base);

#endif
