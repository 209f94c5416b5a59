/*
 * links: whether an interface can be used, with the delays that the configuration has for changes
 * (interface_up_down_delays).
 */
#ifndef VRRP_LINKS_H
#define VRRP_LINKS_H

#include "base/loop.h"
#include "model/store.h"
#include "nl/rtnl.h"

struct vrrp_linkbeat;
struct vrrp_links;

/* `look` is called when a delay has ended. */
struct vrrp_links *vrrp_links_new(struct loop *loop, struct vrrp_linkbeat *linkbeat,
				  void (*look)(void *arg), void *arg);
/* Takes over the delays from the rows. */
void vrrp_links_read(struct vrrp_links *l, const struct store *s);
/* Whether it is up and running, or counts so; NULL is an interface that is not there. */
bool vrrp_link_usable(struct vrrp_links *l, const char *name, const struct rtnl_link *link);

#endif
