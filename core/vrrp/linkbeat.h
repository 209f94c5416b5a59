/*
 * linkbeat: links whose state is polled once a second (linkbeat_interfaces, linkbeat_use_polling),
 * for drivers that tell the kernel of no change.
 */
#ifndef VRRP_LINKBEAT_H
#define VRRP_LINKBEAT_H

#include "base/loop.h"
#include "model/store.h"
#include "nl/rtnl.h"

struct vrrp_env;
struct vrrp_linkbeat;

void vrrp_linkbeat_open(struct vrrp_env *env);
/* The thread must have ended. */
void vrrp_linkbeat_close(struct vrrp_env *env);
/* Takes over from the rows what is polled. */
void vrrp_linkbeat_read(struct vrrp_linkbeat *b);
/* No more requests. */
void vrrp_linkbeat_stop(struct vrrp_linkbeat *b);
/* Whether a link runs: as it was polled last, or as rtnetlink says. */
bool vrrp_linkbeat_running(struct vrrp_linkbeat *b, const struct rtnl_link *link);

#endif
