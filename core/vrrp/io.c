/*
 * io: ports for advertisements (process vrrp).
 *
 * One receive socket for a place and family, however many instances there are: the kernel
 * copies a packet to every raw socket of its protocol, so a socket for each instance would cost
 * the square of their number. A wake-up reads a bounded burst, then lets timers run.
 *
 * To be woken costs more than to take a packet. Where packets come faster than one in LOOK_NS,
 * the socket is looked at each LOOK_NS instead, until there is nothing: with 250 routers at 10 ms
 * that is a third of the processor time. What waits in the socket meanwhile is read before anybody
 * concludes that a master is silent (vrrp_port_look).
 *
 * Several routers may have one VRID at a port if their packets can be told apart: one for each
 * multicast group, and unicast ones with different peers. A unicast packet from an unknown
 * router is the first one's: it knows whether it wants such packets. What is for nobody but has
 * the VRID of somebody is his to count, as a wrong destination; unless another port has its
 * taker, since a socket that is bound to no interface hears what is on all of them.
 *
 * Packets with no seat for the VRID are counted, and logged if that is wanted: on a network with
 * other virtual routers they are ordinary.
 */
#include "vrrp/io.h"

#include "base/log.h"
#include "base/text.h"
#include "model/names.h"
#include "vrrp/sock.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define READ_BURST   64
#define LOOK_NS      NS_PER_MS
#define LOOK_MAX     1024
#define SAY_AGAIN_NS (60 * NS_PER_S)

LIST_HEAD(seats, vrrp_seat);

struct vrrp_port {
	LIST_ENTRY(vrrp_port) next;
	struct vrrp_io *io;
	uint8_t family;
	unsigned ifindex;
	int rx, tx;
	int ah_rx, ah_tx; /* -1: none of its users has asked for them */
	struct watch watch, ah_watch;
	struct mono woken; /* by `watch`, last */
	struct timer look; /* while `watch` is off */
	unsigned users;
	struct seats seats[256]; /* by VRID */
	uint64_t unknown_vrids;
	struct mono said[256]; /* when each of them was logged last */
	char device[NAME_IF];
};

struct vrrp_io {
	struct loop *loop;
	vrrp_receive_fn receive;
	LIST_HEAD(ports, vrrp_port) ports;
	int tx_ipv4, tx_ipv6; /* for what goes out of other interfaces; -1 until it is needed */
	bool log_unknown;
};

struct vrrp_io *vrrp_io_new(struct loop *loop, vrrp_receive_fn receive)
{
	struct vrrp_io *io = xcalloc(1, sizeof(*io));

	io->loop = loop;
	io->receive = receive;
	LIST_INIT(&io->ports);
	io->tx_ipv4 = io->tx_ipv6 = -1;
	return io;
}

uint64_t vrrp_port_unknown_vrids(const struct vrrp_port *p)
{
	return p->unknown_vrids;
}

void vrrp_io_log_unknown(struct vrrp_io *io, bool on)
{
	io->log_unknown = on;
}

/* ---- receiving ------------------------------------------------------------ */

static bool is_unicast(const struct vrrp_seat *s)
{
	return s->group.family == ADDR_NONE;
}

/* Whose packet it is; NULL: nobody's. */
static struct vrrp_seat *taker(const struct vrrp_port *p, uint8_t vrid,
			       const struct vrrp_datagram *d)
{
	bool multicast = addr_is_multicast(&d->dst);
	struct vrrp_seat *s, *any = NULL;

	LIST_FOREACH(s, &p->seats[vrid], next)
	{
		if (multicast && addr_equal(&s->group, &d->dst))
			return s;
		if (multicast || !is_unicast(s))
			continue;
		if (vrrp_peers_find(s->peers, &d->src))
			return s;
		any = s;
	}
	return any;
}

/* A packet of a group comes to the interface that it came in by, and to ports that are anywhere. */
static bool is_taken_elsewhere(const struct vrrp_port *here, uint8_t vrid,
			       const struct vrrp_datagram *d)
{
	bool multicast = addr_is_multicast(&d->dst);
	const struct vrrp_port *p;

	LIST_FOREACH(p, &here->io->ports, next)
	if (p != here && p->family == here->family && !(multicast && p->ifindex && here->ifindex) &&
	    taker(p, vrid, d))
		return true;
	return false;
}

static void note_unknown(struct vrrp_port *p, uint8_t vrid, const struct addr *src, struct mono now)
{
	struct mono *said = &p->said[vrid];
	char text[ADDR_TEXT_MAX];

	p->unknown_vrids++;
	if (!p->io->log_unknown || (said->ns && mono_diff(now, *said) < SAY_AGAIN_NS))
		return;
	*said = now;
	log_info("interface %s: %s advertises virtual router %u, which no vrrp_instance here is",
		 p->device, addr_text(src, text), vrid);
}

static void take(struct vrrp_port *p, const struct vrrp_datagram *d, struct mono now)
{
	static struct vrrp_packet packet; /* 4 kB; one thread */
	enum vrrp_packet_error e = vrrp_packet_parse(d, &packet);
	struct vrrp_seat *s = taker(p, packet.vrid, d);

	if (!s && is_taken_elsewhere(p, packet.vrid, d))
		return;
	if (!s) {
		s = LIST_FIRST(&p->seats[packet.vrid]);
		e = VRRP_PACKET_DESTINATION;
	}
	if (s)
		p->io->receive(s->user, e, &packet, d, now);
	else
		note_unknown(p, packet.vrid, &d->src, now);
}

/* Reads what is there, but not more than `max`; returns how many. */
static unsigned drain(struct vrrp_port *p, int fd, unsigned max, struct mono now)
{
	uint8_t bytes[VRRP_DATAGRAM_MAX];
	struct vrrp_datagram d;
	unsigned n;

	for (n = 0; n < max; n++) {
		int e = vrrp_sock_receive(fd, p->family, bytes, &d);

		if (!e)
			take(p, &d, now);
		else if (e != EBADMSG)
			break; /* EAGAIN, or ENETDOWN, which rtnetlink tells too */
	}
	return n;
}

static void look_due(void *arg, struct mono now)
{
	struct vrrp_port *p = arg;

	if (drain(p, p->rx, READ_BURST, now))
		timer_after(&p->look, LOOK_NS);
	else
		watch_set(&p->watch, WATCH_READ);
}

static void readable(void *arg, int fd, int what, struct mono now)
{
	struct vrrp_port *p = arg;
	bool soon = mono_diff(now, p->woken) < LOOK_NS;

	(void)what;
	drain(p, fd, READ_BURST, now);
	if (fd != p->rx)
		return;
	p->woken = now;
	if (soon) {
		watch_set(&p->watch, 0);
		timer_after(&p->look, LOOK_NS);
	}
}

void vrrp_port_look(struct vrrp_port *p, struct mono now)
{
	drain(p, p->rx, LOOK_MAX, now);
	if (p->ah_rx >= 0)
		drain(p, p->ah_rx, LOOK_MAX, now);
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

static struct vrrp_port *new_port(struct vrrp_io *io, const struct vrrp_place *where)
{
	struct vrrp_port *p = xcalloc(1, sizeof(*p));

	p->io = io;
	p->family = where->family;
	p->ifindex = where->ifindex;
	p->tx = p->ah_rx = p->ah_tx = -1;
	TEXT_COPY(p->device, where->device ? where->device : "-");
	p->rx = vrrp_sock_rx(p->family, where->device);
	if (p->rx >= 0)
		p->tx = vrrp_sock_tx(p->family, p->ifindex, where->device);
	if (p->tx < 0) {
		free_port(p);
		return NULL;
	}
	for (int vrid = 0; vrid < 256; vrid++)
		LIST_INIT(&p->seats[vrid]);
	watch_start(&p->watch, io->loop, p->rx, WATCH_READ, readable, p);
	timer_init(&p->look, io->loop, look_due, p);
	LIST_INSERT_HEAD(&io->ports, p, next);
	return p;
}

/* Once opened they stay as long as the port. */
static bool open_ah(struct vrrp_port *p, const char *device)
{
	if (p->ah_tx >= 0)
		return true;
	p->ah_rx = vrrp_sock_rx_ah(device);
	if (p->ah_rx >= 0)
		p->ah_tx = vrrp_sock_tx_ah(p->ifindex, device);
	if (p->ah_tx < 0) {
		int saved = errno;

		close_ah(p);
		errno = saved;
		return false;
	}
	watch_start(&p->ah_watch, p->io->loop, p->ah_rx, WATCH_READ, readable, p);
	return true;
}

static void end_if_empty(struct vrrp_port *p)
{
	if (p->users)
		return;
	watch_stop(&p->watch);
	timer_stop(&p->look);
	if (p->ah_rx >= 0)
		watch_stop(&p->ah_watch);
	LIST_REMOVE(p, next);
	free_port(p);
}

/* ---- seats ------------------------------------------------------------------ */

static bool clash(const struct vrrp_seat *a, const struct vrrp_seat *b)
{
	if (!addr_equal(&a->group, &b->group))
		return false;
	return !is_unicast(a) || vrrp_peers_overlap(a->peers, b->peers);
}

/* Seats of a group; with `ah` those that hear it by the other socket too. */
static unsigned members(const struct vrrp_port *p, const struct addr *group, bool ah)
{
	const struct vrrp_seat *s;
	unsigned n = 0;

	for (int vrid = 0; vrid < 256; vrid++)
		LIST_FOREACH(s, &p->seats[vrid], next)
	n += (s->ah || !ah) && addr_equal(&s->group, group);
	return n;
}

/* The first seat of a group joins it, the last one leaves it. 0, or an errno value. */
static int join(struct vrrp_port *p, const struct vrrp_seat *s, bool on)
{
	int e = 0;

	if (is_unicast(s))
		return 0;
	if (!members(p, &s->group, false))
		e = vrrp_sock_join(p->rx, p->ifindex, &s->group, on);
	if (!e && s->ah && !members(p, &s->group, true))
		e = vrrp_sock_join(p->ah_rx, p->ifindex, &s->group, on);
	return e;
}

/* What all seats ask for together, or the usual when none does. */
static void fit_buffer(struct vrrp_port *p)
{
	const struct vrrp_seat *s;
	uint64_t sum = 0;

	for (int vrid = 0; vrid < 256; vrid++)
		LIST_FOREACH(s, &p->seats[vrid], next)
	sum += s->rx_bytes;
	vrrp_sock_receive_buffer(p->rx, sum < INT_MAX / 4 ? (unsigned)sum : INT_MAX / 4);
}

/* 0, or an errno value. */
static int sit_down(struct vrrp_port *p, const char *device, struct vrrp_seat *s)
{
	const struct vrrp_seat *other;
	int e;

	LIST_FOREACH(other, &p->seats[s->vrid], next)
	if (clash(s, other))
		return EEXIST;
	if (s->ah && !open_ah(p, device))
		return errno;
	e = join(p, s, true);
	if (e)
		return e;
	LIST_INSERT_HEAD(&p->seats[s->vrid], s, next);
	p->users++;
	if (s->rx_bytes)
		fit_buffer(p);
	return 0;
}

struct vrrp_port *vrrp_port_open(struct vrrp_io *io, const struct vrrp_place *where,
				 struct vrrp_seat *s)
{
	struct vrrp_port *p = find_port(io, where);
	int e;

	if (!p)
		p = new_port(io, where);
	if (!p)
		return NULL;
	e = sit_down(p, where->device, s);
	if (!e)
		return p;
	end_if_empty(p);
	errno = e;
	return NULL;
}

void vrrp_port_close(struct vrrp_port *p, struct vrrp_seat *s)
{
	LIST_REMOVE(s, next);
	p->users--;
	join(p, s, false);
	if (s->rx_bytes)
		fit_buffer(p);
	end_if_empty(p);
}

/* ---- sending ------------------------------------------------------------------ */

static int other_tx(struct vrrp_io *io, uint8_t family)
{
	int *tx = family == ADDR_IPV6 ? &io->tx_ipv6 : &io->tx_ipv4;

	if (*tx < 0)
		*tx = vrrp_sock_tx(family, 0, NULL);
	return *tx;
}

static int send_ah(struct vrrp_port *p, unsigned ifindex, const struct vrrp_datagram *d,
		   struct vrrp_ah *ah)
{
	uint8_t bytes[VRRP_AH_MAX];
	size_t len = vrrp_ah_wrap(ah, d, bytes, sizeof(bytes));

	return len ? vrrp_sock_send_packet(p->ah_tx, ifindex, &d->dst, bytes, len) : EMSGSIZE;
}

int vrrp_port_send(struct vrrp_port *p, unsigned ifindex, const struct vrrp_packet *packet,
		   const struct vrrp_datagram *head, struct vrrp_ah *ah)
{
	uint8_t bytes[VRRP_PACKET_MAX];
	struct vrrp_datagram d = *head;
	unsigned out = ifindex ? ifindex : p->ifindex;
	int fd = out == p->ifindex ? p->tx : other_tx(p->io, p->family);

	d.bytes = bytes;
	d.len = vrrp_packet_build(packet, &d.src, &d.dst, bytes, sizeof(bytes));
	if (!d.len)
		return EMSGSIZE;
	if (ah)
		return send_ah(p, out, &d, ah);
	return fd < 0 ? errno : vrrp_sock_send(fd, out, &d);
}
