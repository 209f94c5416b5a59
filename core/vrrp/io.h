/*
 * io: ports of the packet path. A port is one interface and family: a receive socket bound
 * to the interface and joined to the VRRP group, and a send socket. Ports are shared by the
 * instances on the interface and found by VRID.
 *
 * Nothing here waits: both sockets are non-blocking, and what cannot be sent at once is an
 * error of the caller to count.
 */
#ifndef VRRP_IO_H
#define VRRP_IO_H

#include "base/loop.h"
#include "vrrp/ah.h"
#include "vrrp/packet.h"

struct vrrp_io;
struct vrrp_port;

/* A packet for a VRID that has a user. `p` is complete when error is VRRP_PACKET_OK; it and
 * `d` are valid during the call. */
typedef void (*vrrp_receive_fn)(void *user, enum vrrp_packet_error error,
				const struct vrrp_packet *p, const struct vrrp_datagram *d,
				struct mono now);

struct vrrp_io *vrrp_io_new(struct loop *loop, vrrp_receive_fn receive);
void vrrp_io_free(struct vrrp_io *io); /* its ports must be closed */

/* Where a port is. */
struct vrrp_place {
	uint8_t family; /* enum addr_family */
	unsigned ifindex;
	const char *name; /* of the interface */
	bool ah;          /* for packets with an authentication header too */
};

/* The port of a place, with `user` as who gets the packets of `vrid`. NULL with errno set:
 * EEXIST when the VRID has a user already, or what the kernel says. */
struct vrrp_port *vrrp_port_open(struct vrrp_io *io, const struct vrrp_place *where, uint8_t vrid,
				 void *user);
/* Frees the VRID; the last user closes the sockets. */
void vrrp_port_close(struct vrrp_port *p, uint8_t vrid);

/* Sends to the VRRP group from `src`, with `ah` (which counts on) around it unless that is NULL.
 * 0, or an errno value. */
int vrrp_port_send(struct vrrp_port *p, const struct vrrp_packet *packet, const struct addr *src,
		   struct vrrp_ah *ah);

/* Packets for VRIDs without a user, since the start. */
uint64_t vrrp_io_unknown_vrids(const struct vrrp_io *io);

#endif
