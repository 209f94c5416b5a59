/*
 * sock: raw sockets of either family: their options, and one datagram in or out.
 *
 * All of them are non-blocking, and bound to a device (an interface or a VRF) or to none; what
 * cannot be done at once is an error.
 */
#ifndef VRRP_SOCK_H
#define VRRP_SOCK_H

#include "vrrp/packet.h"

/* Room for the largest message behind the largest IPv4 header, and an authentication header. */
#define VRRP_DATAGRAM_MAX (VRRP_PACKET_MAX + 60 + 24)

/* For what the device receives; NULL: any. -1 with errno set. */
int vrrp_sock_rx(uint8_t family, const char *device);
/* Its receive buffer; 0 is the usual one. */
void vrrp_sock_receive_buffer(int fd, unsigned bytes);
/* Joins a multicast group there, or leaves it. 0, or an errno value. */
int vrrp_sock_join(int fd, unsigned ifindex, const struct addr *group, bool join);
/* For what is sent there, from any source address. It receives nothing. -1 with errno set. */
int vrrp_sock_tx(uint8_t family, unsigned ifindex, const char *device);

/* The same for packets with an authentication header (vrrp/ah), IPv4 only: what is sent brings its
 * own IP header. */
int vrrp_sock_rx_ah(const char *device);
int vrrp_sock_tx_ah(unsigned ifindex, const char *device);
/* Sends a whole IPv4 packet from that interface. 0, or an errno value. */
int vrrp_sock_send_packet(int fd, unsigned ifindex, const struct addr *dst, const uint8_t *bytes,
			  size_t len);

/* Reads one datagram into buf, which the result points into. 0, EBADMSG when it is none of VRRP,
 * or another errno value (EAGAIN: there is nothing). */
int vrrp_sock_receive(int fd, uint8_t family, uint8_t buf[VRRP_DATAGRAM_MAX],
		      struct vrrp_datagram *ret);
/* Sends one. 0, or an errno value. */
int vrrp_sock_send(int fd, unsigned ifindex, const struct vrrp_datagram *d);

#endif
