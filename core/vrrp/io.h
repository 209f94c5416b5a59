/*
 * io: ports of the packet path. A port is one family and one interface, or one VRF, or none
 * (unicast only): a receive socket that joins multicast groups as they are needed, and a send
 * socket. Instances take seats at a port; packets are given to them by VRID and destination.
 *
 * Nothing here waits: both sockets are non-blocking, and what cannot be sent at once is an
 * error of the caller to count.
 */
#ifndef VRRP_IO_H
#define VRRP_IO_H

#include "base/loop.h"
#include "vrrp/ah.h"
#include "vrrp/packet.h"
#include "vrrp/peers.h"

#include <sys/queue.h>

struct vrrp_io;
struct vrrp_port;

/* A packet for a VRID that has a seat. `p` is complete when error is VRRP_PACKET_OK; it and
 * `d` are valid during the call. */
typedef void (*vrrp_receive_fn)(void *user, enum vrrp_packet_error error,
				const struct vrrp_packet *p, const struct vrrp_datagram *d,
				struct mono now);

struct vrrp_io *vrrp_io_new(struct loop *loop, vrrp_receive_fn receive);

/* Where a port is. */
struct vrrp_place {
	uint8_t family;     /* enum addr_family */
	unsigned ifindex;   /* of the interface or the VRF; 0: anywhere */
	const char *device; /* its name; NULL: none */
};

/* What of a port's packets is somebody's. Stays where it is while it is taken. */
struct vrrp_seat {
	LIST_ENTRY(vrrp_seat) next;
	uint8_t vrid;
	bool ah;                        /* its packets have an authentication header */
	struct addr group;              /* the multicast group; none: unicast */
	const struct vrrp_peers *peers; /* unicast: whom a packet must be from, if several fit */
	unsigned rx_bytes;              /* its part of the receive buffer; 0: it does not matter */
	void *user;
};

/* Takes a seat at the port of a place. NULL with errno set: EEXIST when what it asks for has a
 * seat already, or what the kernel says. */
struct vrrp_port *vrrp_port_open(struct vrrp_io *io, const struct vrrp_place *where,
				 struct vrrp_seat *s);
/* Gives the seat up; with the last the sockets are closed. */
void vrrp_port_close(struct vrrp_port *p, struct vrrp_seat *s);

/* Takes what has arrived and was not read yet. */
void vrrp_port_look(struct vrrp_port *p, struct mono now);

/* Sends a packet with source, destination and TTL of `head`, and with `ah` (which counts on) around
 * it unless that is NULL, out of the port's interface or of another that lies on it (0: the
 * port's). 0, or an errno value. */
int vrrp_port_send(struct vrrp_port *p, unsigned ifindex, const struct vrrp_packet *packet,
		   const struct vrrp_datagram *head, struct vrrp_ah *ah);

/* Packets for VRIDs without a seat, since the port was opened; and whether they are logged, each
 * VRID of a port once a minute. */
uint64_t vrrp_port_unknown_vrids(const struct vrrp_port *p);
void vrrp_io_log_unknown(struct vrrp_io *io, bool on);

#endif
