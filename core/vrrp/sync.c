/*
 * sync: see sync.h (process vrrp, and the simulator).
 *
 * A member changes by itself, by its timer or by what it hears; the others follow. Which way is
 * told by the state that the group had before: when all were master and one no longer is, it has
 * lost, and the others resign; otherwise one has become master, and the others do.
 *
 * What keeps a group from swinging to and fro: suppose that one member hears nobody and another
 * hears a master that it gives way to. Were the first to take the group along, the second would
 * lose again at the next advertisement, for ever. So a backup whose time has come is only ready
 * (fsm: IF_HELD), and the group becomes master when the last of its members would: within the
 * Active_Down_Interval of each. A group takes all away from a master, or nothing.
 *
 * A master that resigns (priority 0) is believed for all members at once: directors are meant
 * to have the same groups, and one that has lost an interface still resigns on the others, where
 * nobody need wait until the silence on the lost one is long enough. If it was wrong, the next
 * advertisement of the other master turns the group back, once; from then on it waits. An owner
 * that starts is believed in the same way.
 *
 * A group can run when all its members can. One whose interface is down, or that the operator
 * has set down, keeps the others in fault; that is seen to where conditions are (instance.c).
 */
#include "vrrp/sync.h"

void vrrp_tally_add(struct vrrp_tally *t, const struct vrrp_fsm *f)
{
	if (f->state == VRRP_MASTER)
		t->masters++;
	else if (f->state != VRRP_BACKUP)
		t->idle++;
	else if (f->ready)
		t->ready++;
	else
		t->waiting++;
}

enum vrrp_state vrrp_sync_state(enum vrrp_state was, const struct vrrp_tally *all)
{
	bool backups = all->ready || all->waiting;

	if (all->idle)
		return VRRP_FAULT;
	if (!all->masters || (backups && was == VRRP_MASTER))
		return VRRP_BACKUP;
	return VRRP_MASTER;
}

enum vrrp_event_kind vrrp_sync_event(const struct vrrp_fsm *f, enum vrrp_state wanted,
				     struct mono now)
{
	/* One that was held up since it rose must not take others along: the timer tells it. */
	if (f->state == VRRP_MASTER && !vrrp_claim_holds(&f->claim, now))
		return VRRP_EVENT_TIMER;
	if (f->state == wanted || (wanted != VRRP_MASTER && wanted != VRRP_BACKUP))
		return VRRP_EVENT_KINDS;
	return wanted == VRRP_MASTER ? VRRP_EVENT_GROUP_MASTER : VRRP_EVENT_GROUP_BACKUP;
}

bool vrrp_sync_holds(const struct vrrp_tally *others)
{
	return others->waiting != 0;
}
