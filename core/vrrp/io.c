/*
 * io: ports for advertisements (process vrrp).
 *
 * One receive socket for an interface and family, however many instances there are: the kernel
 * copies a packet to every raw socket of its protocol, so a socket for each instance would cost
 * the square of their number. A wake-up reads a bounded burst, then lets timers run.
 *
 * Packets with the interface's index but no user for the VRID are counted only: on a network
 * with other virtual routers they are ordinary.
 */
#include "vrrp/io.h"

#include "base/log.h"
#include "vrrp/sock.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <unistd.h>

#define READ_BURST 64

struct vrrp_port {
	LIST_ENTRY(vrrp_port) next;
	struct vrrp_io *io;
	uint8_t family;
	unsigned ifindex;
	int rx, tx;
	int ah_rx, ah_tx; /* -1: none of its users has asked for them */
	struct watch watch, ah_watch;
	unsigned users;
	void *user[256]; /* by VRID */
};

struct vrrp_io {
	struct loop *loop;
	vrrp_receive_fn receive;
	LIST_HEAD(ports, vrrp_port) ports;
	uint64_t unknown_vrids;
};

struct vrrp_io *vrrp_io_new(struct loop *loop, vrrp_receive_fn receive)
{
	struct vrrp_io *io = xcalloc(1, sizeof(*io));

	io->loop = loop;
	io->receive = receive;
	LIST_INIT(&io->ports);
	return io;
}

void vrrp_io_free(struct vrrp_io *io)
{
	free(io);
}

uint64_t vrrp_io_unknown_vrids(const struct vrrp_io *io)
{
	return io->unknown_vrids;
}

/* ---- receiving ------------------------------------------------------------ */

static void take(struct vrrp_port *p, const struct vrrp_datagram *d, struct mono now)
{
	static struct vrrp_packet packet; /* 4 kB; one thread */
	enum vrrp_packet_error e = vrrp_packet_parse(d, &packet);

	if (!p->user[packet.vrid]) {
		p->io->unknown_vrids++;
		return;
	}
	p->io->receive(p->user[packet.vrid], e, &packet, d, now);
}

static void readable(void *arg, int fd, int what, struct mono now)
{
	struct vrrp_port *p = arg;
	uint8_t bytes[VRRP_DATAGRAM_MAX];
	struct vrrp_datagram d;

	(void)what;
	for (int i = 0; i < READ_BURST; i++) {
		int e = vrrp_sock_receive(fd, p->family, bytes, &d);

		if (!e)
			take(p, &d, now);
		else if (e != EBADMSG)
			return; /* EAGAIN, or ENETDOWN, which rtnetlink tells too */
	}
}

/* ---- ports ------------------------------------------------------------------ */

static struct vrrp_port *find_port(struct vrrp_io *io, const struct vrrp_place *where)
{
	struct vrrp_port *p;

	LIST_FOREACH(p, &io->ports, next)
	if (p->ifindex == where->ifindex && p->family == where->family)
		return p;
	return NULL;
}

static void close_ah(struct vrrp_port *p)
{
	if (p->ah_rx >= 0)
		close(p->ah_rx);
	if (p->ah_tx >= 0)
		close(p->ah_tx);
	p->ah_rx = p->ah_tx = -1;
}

static void free_port(struct vrrp_port *p)
{
	int saved = errno;

	close_ah(p);
	if (p->rx >= 0)
		close(p->rx);
	if (p->tx >= 0)
		close(p->tx);
	free(p);
	errno = saved;
}

static bool open_sockets(struct vrrp_port *p, const char *name)
{
	struct addr group = vrrp_group_of(p->family);

	p->rx = vrrp_sock_rx(p->family, name);
	if (p->rx < 0)
		return false;
	errno = vrrp_sock_join(p->rx, p->ifindex, &group, true);
	if (errno)
		return false;
	p->tx = vrrp_sock_tx(p->family, p->ifindex, name);
	return p->tx >= 0;
}

static struct vrrp_port *new_port(struct vrrp_io *io, const struct vrrp_place *where)
{
	struct vrrp_port *p = xcalloc(1, sizeof(*p));

	p->io = io;
	p->family = where->family;
	p->ifindex = where->ifindex;
	p->rx = p->tx = p->ah_rx = p->ah_tx = -1;
	if (!open_sockets(p, where->name)) {
		free_port(p);
		return NULL;
	}
	watch_start(&p->watch, io->loop, p->rx, WATCH_READ, readable, p);
	LIST_INSERT_HEAD(&io->ports, p, next);
	return p;
}

/* Once opened they stay as long as the port. */
static bool open_ah(struct vrrp_port *p, const char *name)
{
	struct addr group = vrrp_group_of(p->family);

	if (p->ah_tx >= 0)
		return true;
	p->ah_rx = vrrp_sock_rx_ah(name);
	if (p->ah_rx >= 0)
		errno = vrrp_sock_join(p->ah_rx, p->ifindex, &group, true);
	if (p->ah_rx >= 0 && !errno)
		p->ah_tx = vrrp_sock_tx_ah(p->ifindex, name);
	if (p->ah_tx < 0) {
		int saved = errno;

		close_ah(p);
		errno = saved;
		return false;
	}
	watch_start(&p->ah_watch, p->io->loop, p->ah_rx, WATCH_READ, readable, p);
	return true;
}

static void release(struct vrrp_port *p)
{
	if (p->users)
		return;
	watch_stop(&p->watch);
	if (p->ah_rx >= 0)
		watch_stop(&p->ah_watch);
	LIST_REMOVE(p, next);
	free_port(p);
}

struct vrrp_port *vrrp_port_open(struct vrrp_io *io, const struct vrrp_place *where, uint8_t vrid,
				 void *user)
{
	struct vrrp_port *p = find_port(io, where);

	if (!p)
		p = new_port(io, where);
	if (!p)
		return NULL;
	if (p->user[vrid]) {
		errno = EEXIST;
		return NULL;
	}
	if (where->ah && !open_ah(p, where->name)) {
		release(p);
		return NULL;
	}
	p->user[vrid] = user;
	p->users++;
	return p;
}

void vrrp_port_close(struct vrrp_port *p, uint8_t vrid)
{
	p->user[vrid] = NULL;
	p->users--;
	release(p);
}

/* ---- sending ------------------------------------------------------------------ */

static int send_ah(struct vrrp_port *p, const struct vrrp_datagram *d, struct vrrp_ah *ah)
{
	uint8_t bytes[VRRP_AH_MAX];
	size_t len = vrrp_ah_wrap(ah, d, bytes, sizeof(bytes));

	return len ? vrrp_sock_send_packet(p->ah_tx, &d->dst, bytes, len) : EMSGSIZE;
}

int vrrp_port_send(struct vrrp_port *p, const struct vrrp_packet *packet, const struct addr *src,
		   struct vrrp_ah *ah)
{
	uint8_t bytes[VRRP_PACKET_MAX];
	struct vrrp_datagram d = {.bytes = bytes, .src = *src, .ttl = VRRP_TTL};

	d.dst = vrrp_group_of(p->family);
	d.len = vrrp_packet_build(packet, &d.src, &d.dst, bytes, sizeof(bytes));
	if (!d.len)
		return EMSGSIZE;
	return ah ? send_ah(p, &d, ah) : vrrp_sock_send(p->tx, p->ifindex, &d);
}
