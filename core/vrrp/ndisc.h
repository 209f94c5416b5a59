/*
 * ndisc: unsolicited neighbour advertisements on Ethernet links. One packet socket for the
 * process; sends never wait.
 */
#ifndef VRRP_NDISC_H
#define VRRP_NDISC_H

#include "base/addr.h"
#include "nl/rtnl.h"

#define VRRP_NDISC_FRAME 86 /* octets */

struct vrrp_ndisc;

/* NULL with errno set when the kernel refuses the socket. */
struct vrrp_ndisc *vrrp_ndisc_new(void);
void vrrp_ndisc_free(struct vrrp_ndisc *n);
/* The frame that announces an IPv6 address as that of a router with this hardware address. */
void vrrp_ndisc_frame(const uint8_t mac[6], const struct addr *a, uint8_t ret[VRRP_NDISC_FRAME]);
/* Announces an IPv6 address from the link's own hardware address. 0, an errno value, or
 * EPROTONOSUPPORT when the link is not Ethernet or the address is not IPv6. */
int vrrp_ndisc_send(struct vrrp_ndisc *n, const struct rtnl_link *link, const struct addr *a);

#endif
