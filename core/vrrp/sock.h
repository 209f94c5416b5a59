/*
 * sock: raw sockets of either family: their options, and one datagram in or out.
 *
 * All of them are non-blocking and bound to a device; what cannot be done at once is an error.
 */
#ifndef VRRP_SOCK_H
#define VRRP_SOCK_H

#include "vrrp/packet.h"

/* Room for the largest message behind the largest IPv4 header. */
#define VRRP_DATAGRAM_MAX (VRRP_PACKET_MAX + 60)

/* For what the device receives. -1 with errno set. */
int vrrp_sock_rx(uint8_t family, const char *device);
/* Joins a multicast group there, or leaves it. 0, or an errno value. */
int vrrp_sock_join(int fd, unsigned ifindex, const struct addr *group, bool join);
/* For what is sent there. It receives nothing. -1 with errno set. */
int vrrp_sock_tx(uint8_t family, unsigned ifindex, const char *device);

/* Reads one datagram into buf, which the result points into. 0, EBADMSG when it is none of VRRP,
 * or another errno value (EAGAIN: there is nothing). */
int vrrp_sock_receive(int fd, uint8_t family, uint8_t buf[VRRP_DATAGRAM_MAX],
		      struct vrrp_datagram *ret);
/* Sends one. 0, or an errno value. */
int vrrp_sock_send(int fd, unsigned ifindex, const struct vrrp_datagram *d);

#endif
