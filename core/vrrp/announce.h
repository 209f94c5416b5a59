/*
 * announce: gratuitous ARP and unsolicited neighbour advertisements at the pace that the interfaces
 * bear. What may not go at once waits its turn; nothing here blocks.
 */
#ifndef VRRP_ANNOUNCE_H
#define VRRP_ANNOUNCE_H

#include "base/loop.h"
#include "model/store.h"
#include "nl/rtnl.h"
#include "vrrp/garp.h"
#include "vrrp/ndisc.h"

struct vrrp_announcer;

/* NULL with errno set when the kernel refuses a socket. */
struct vrrp_announcer *vrrp_announcer_new(struct loop *loop, struct store *store,
					  struct rtnl *const *rtnl);
/* The rows of garp_group or global have changed: paces are taken from them anew. */
void vrrp_announcer_changed(struct vrrp_announcer *n);
/* Announces the address `repeat` times on a link, for whoever has that serial number. */
void vrrp_announce(struct vrrp_announcer *n, uint32_t serial, const struct rtnl_link *link,
		   const struct addr *a, unsigned repeat);
/* What still waits for that serial number is not sent any more. */
void vrrp_announce_cancel(struct vrrp_announcer *n, uint32_t serial);

#endif
