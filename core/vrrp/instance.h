/*
 * instance: one virtual router in the running process. instance.c is the only executor of the
 * state machine's actions and the only writer of `fsm`; means.c finds what it needs to run,
 * advert.c composes and sends, receive.c judges packets, vip.c looks after the addresses and
 * their announcements, tracking.c after what it tracks, group.c after those that it must agree
 * with. The struct (router.h) is open to these seven files (and to tests); others use the
 * functions.
 */
#ifndef VRRP_INSTANCE_H
#define VRRP_INSTANCE_H

#include "vrrp/router.h"

/* Makes an instance from its row in the store; it starts with the next check. */
struct vrrp_instance *vrrp_instance_new(struct vrrp_env *env, const struct vrrp_instance_row *row,
					enum vrrp_reason why);
/* Ends it: a master resigns and removes its addresses. */
void vrrp_instance_free(struct vrrp_instance *i, struct mono now);
struct vrrp_instance *vrrp_instance_find(struct vrrp_env *env, const char *name);
/* Takes over the wanted fields of its row. False when one of them cannot be changed while it
 * runs: free it and make another. */
bool vrrp_instance_update(struct vrrp_instance *i, const struct vrrp_instance_row *row,
			  struct mono now);
/* Takes over its rows of addresses and peers. */
void vrrp_instance_addresses(struct vrrp_instance *i, struct mono now);
/* Looks whether it can and may run now; then, when all have been looked at, starts or stops it. */
void vrrp_instance_look(struct vrrp_instance *i);
void vrrp_instance_check(struct vrrp_instance *i, struct mono now);
/* Gives an event to the state machine and does what it says. */
void vrrp_instance_step(struct vrrp_instance *i, const struct vrrp_event *e, struct mono now);
/* A master advertises now, and its addresses are written again, each with a full lease. */
void vrrp_instance_renew(struct vrrp_instance *i, struct mono now);
/* Something in `row` has changed: told to the store soon, or at once. */
void vrrp_instance_publish(struct vrrp_instance *i, bool at_once);

/* ---- tracking.c ---------------------------------------------------------- */

/* Puts into the track rows what is seen now. */
void vrrp_tracks_look(struct vrrp_env *env, struct mono now);
/* What the instance and its group track. */
struct vrrp_tracked vrrp_tracks_of(const struct vrrp_instance *i);

/* ---- means.c ------------------------------------------------------------- */

/* Before all instances are looked at: which addresses are virtual. */
void vrrp_means_begin(struct vrrp_env *env);
/* Finds interface, source address and sockets; NULL when it can run, else what is missing. */
const char *vrrp_means_find(struct vrrp_instance *i);
/* Gives the sockets back. */
void vrrp_means_drop(struct vrrp_instance *i);

/* ---- advert.c, receive.c ------------------------------------------------- */

/* Makes `advert` equal to the rows. */
void vrrp_advert_compose(struct vrrp_instance *i);
/* Sends it, with a priority for this once. */
void vrrp_advert_send(struct vrrp_instance *i, uint8_t priority);
/* A vrrp_receive_fn. */
void vrrp_instance_receive(void *user, enum vrrp_packet_error error, const struct vrrp_packet *p,
			   const struct vrrp_datagram *d, struct mono now);

/* ---- group.c ------------------------------------------------------------- */

/* Makes groups and membership equal to the rows. */
void vrrp_groups_read(struct vrrp_env *env, struct mono now);
/* Until vrrp_groups_settle() members change by themselves only. */
void vrrp_groups_defer(struct vrrp_env *env);
void vrrp_groups_settle(struct vrrp_env *env, struct mono now);
/* The state has changed: the other members follow. */
void vrrp_group_changed(struct vrrp_instance *i, struct mono now);
/* Enters the group that the rows name; true when it is another. */
bool vrrp_group_enter(struct vrrp_instance *i);
void vrrp_group_leave(struct vrrp_instance *i);
/* Once it runs it takes over the state of its group. */
void vrrp_group_join_in(struct vrrp_instance *i, struct mono now);
/* `takeover` for it and all its fellows, or no longer. */
void vrrp_group_contest(struct vrrp_instance *i, bool on);
/* Tells the rows whether it can run. */
void vrrp_group_tell(const struct vrrp_instance *i);
bool vrrp_group_holds(const struct vrrp_instance *i);
/* Whether it and all its fellows can run. */
bool vrrp_group_runs(const struct vrrp_instance *i);
/* Whether one of them has to await a first result of what it tracks. */
bool vrrp_group_awaits(const struct vrrp_instance *i);
/* Whether all members have inherited a claim: a group resumes as a whole, or not. */
bool vrrp_group_resumes(const struct vrrp_instance *i, struct mono now);

/* ---- promote.c ------------------------------------------------------------ */

void vrrp_promote_set(struct vrrp_instance *i);
void vrrp_promote_restore(struct vrrp_instance *i);

/* ---- paths.c ------------------------------------------------------------- */

void vrrp_paths_open(struct vrrp_paths *l, struct vrrp_env *env, const char *instance,
		     uint32_t serial);
void vrrp_paths_close(struct vrrp_paths *l);
/* Makes the list equal to the rows; what is new and wanted is added, what has gone removed. */
void vrrp_paths_read(struct vrrp_paths *l);
/* Addresses, then routes, then rules; one that is there is adopted without an event. */
void vrrp_paths_add(struct vrrp_paths *l);
/* The reverse. */
void vrrp_paths_remove(struct vrrp_paths *l);

/* Links or addresses have changed: routes may have gone with them, or become possible. */
void vrrp_paths_disturbed(struct vrrp_env *env);
/* A static address has come or gone, perhaps. */
void vrrp_paths_address(struct vrrp_env *env, const struct rtnl_addr *a, bool gone);
/* Follows the kernel's events as long as there are routes or rules. */
void vrrp_paths_follow(struct vrrp_env *env);

/* Why it cannot run: an interface of its addresses, routes or rules is down, or something static
 * that it tracks is not there. NULL: it can. */
const char *vrrp_paths_missing(struct vrrp_instance *i);

/* ---- vip.c --------------------------------------------------------------- */

void vrrp_vips_open(struct vrrp_instance *i);
void vrrp_vips_close(struct vrrp_instance *i);
/* Makes the list equal to the rows; true when it has changed. */
bool vrrp_vips_read(struct vrrp_instance *i);
/* Adds all, or renews them with the lease in force. */
void vrrp_vips_add(struct vrrp_instance *i);
/* Removes what the kernel has of them, and what it was asked to add. */
void vrrp_vips_remove(struct vrrp_instance *i);
/* Leaves a master's in the kernel without a lease, for a stop that keeps them. */
void vrrp_vips_keep(struct vrrp_instance *i);
/* As the kernel has it. */
struct rtnl_addr vrrp_vip_kernel_form(const struct vrrp_address_row *v, unsigned ifindex);
/* True when the kernel has every one of them. */
bool vrrp_vips_present(const struct vrrp_instance *i);
/* Gratuitous ARP as a new master, as soon as the addresses are there. */
void vrrp_vips_announce(struct vrrp_instance *i, struct mono now);
/* What is announced at intervals, at those of the row. */
void vrrp_vips_refresh(struct vrrp_instance *i, struct mono now);
void vrrp_vips_announce_lower(struct vrrp_instance *i, struct mono now);
/* Looks whether a master's addresses are all there, and adds what is missing a little later. */
void vrrp_vips_check(struct vrrp_instance *i);
/* Ends bursts and refresh. */
void vrrp_vips_silence(struct vrrp_instance *i);
/* An address has come or gone: `present` in the rows. True when it is a virtual one. */
bool vrrp_vips_seen(struct vrrp_env *env, const struct rtnl_addr *a, bool gone);

#endif
