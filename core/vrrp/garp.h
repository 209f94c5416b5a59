/*
 * garp: gratuitous ARP on Ethernet links. One packet socket for the process; sends never wait.
 */
#ifndef VRRP_GARP_H
#define VRRP_GARP_H

#include "base/addr.h"
#include "nl/rtnl.h"

struct vrrp_garp;

/* NULL with errno set when the kernel refuses the socket. */
struct vrrp_garp *vrrp_garp_new(void);
void vrrp_garp_free(struct vrrp_garp *g);
/* Announces an IPv4 address from the link's own hardware address. 0, an errno value, or
 * EPROTONOSUPPORT when the link is not Ethernet or the address is not IPv4. */
int vrrp_garp_send(struct vrrp_garp *g, const struct rtnl_link *link, const struct addr *a);

#endif
