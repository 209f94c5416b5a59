/*
 * sync: what the members of a sync group owe each other. All are in one state, and whoever is
 * another's reason to change it is found here. Pure, like fsm; group.c and the simulator apply it.
 */
#ifndef VRRP_SYNC_H
#define VRRP_SYNC_H

#include "vrrp/fsm.h"

/* How many members of a group are in which state. */
struct vrrp_tally {
	unsigned idle; /* init or fault */
	unsigned masters;
	unsigned ready;   /* backups that would be master */
	unsigned waiting; /* the other backups */
};

void vrrp_tally_add(struct vrrp_tally *t, const struct vrrp_fsm *f);
/* The state in which all members have to be, when `was` is the one in which they were last;
 * VRRP_FAULT: not all of them run, and those that do have to end that. */
enum vrrp_state vrrp_sync_state(enum vrrp_state was, const struct vrrp_tally *all);
/* The event that brings a running member there; VRRP_EVENT_KINDS: it is there already. */
enum vrrp_event_kind vrrp_sync_event(const struct vrrp_fsm *f, enum vrrp_state wanted,
				     struct mono now);
/* Whether a member is held back by the others (vrrp_fsm_config.held). */
bool vrrp_sync_holds(const struct vrrp_tally *others);

#endif
