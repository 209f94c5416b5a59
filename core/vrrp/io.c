/*
 * io: raw IPv4 sockets for advertisements (process vrrp).
 *
 * One receive socket for an interface, however many instances there are: the kernel copies a
 * packet to every raw socket of its protocol, so a socket for each instance would cost the
 * square of their number. SO_BINDTODEVICE gives a socket only the packets of its interface. A
 * wake-up reads a bounded burst, then lets timers run.
 *
 * The send socket is a second one, so that a full send queue or an error that comes back
 * (IP_RECVERR is off, but ENETDOWN is reported once) is never mistaken for a receive error; a
 * filter that drops everything keeps received packets out of it. Looped multicast is off: an
 * advertisement with our own source address on the wire is another router's mistake or a loop,
 * and instance.c ignores it.
 *
 * Packets with the interface's index but no user for the VRID are counted only: on a network
 * with other virtual routers they are ordinary.
 */
#include "vrrp/io.h"

#include "base/log.h"

#include <errno.h>
#include <linux/filter.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BURST    64
#define RECEIVE_BYTES (256 * 1024)

struct vrrp_port {
	LIST_ENTRY(vrrp_port) next;
	struct vrrp_io *io;
	unsigned ifindex;
	int rx, tx;
	struct watch watch;
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

static void take(struct vrrp_port *p, const uint8_t *bytes, size_t len, struct mono now)
{
	static struct vrrp_packet packet; /* 4 kB; one thread */
	struct vrrp_datagram d;
	enum vrrp_packet_error e;

	if (!vrrp_datagram_ipv4(bytes, len, &d))
		return;
	e = vrrp_packet_parse(&d, &packet);
	if (!p->user[packet.vrid]) {
		p->io->unknown_vrids++;
		return;
	}
	p->io->receive(p->user[packet.vrid], e, &packet, &d, now);
}

static void readable(void *arg, int fd, int what, struct mono now)
{
	struct vrrp_port *p = arg;
	uint8_t bytes[VRRP_PACKET_MAX + 60];

	(void)what;
	for (int i = 0; i < READ_BURST; i++) {
		ssize_t n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);

		if (n < 0)
			return; /* EAGAIN, or ENETDOWN, which rtnetlink tells too */
		take(p, bytes, (size_t)n, now);
	}
}

/* ---- sockets ---------------------------------------------------------------- */

static int set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

static int open_rx(unsigned ifindex, const char *name)
{
	struct ip_mreqn group = {.imr_ifindex = (int)ifindex};
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, VRRP_IPPROTO);

	if (fd < 0)
		return -1;
	group.imr_multiaddr.s_addr = htonl(VRRP_GROUP_IPV4);
	set(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BYTES);
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name) + 1) == 0 &&
	    set(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0) == 0 &&
	    setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group)) == 0)
		return fd;
	close(fd);
	return -1;
}

static int drop_received(int fd)
{
	struct sock_filter none = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog program = {.len = 1, .filter = &none};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

static int open_tx(unsigned ifindex, const char *name)
{
	struct ip_mreqn out = {.imr_ifindex = (int)ifindex};
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, VRRP_IPPROTO);

	if (fd < 0)
		return -1;
	set(fd, SOL_SOCKET, SO_PRIORITY, 7);
	set(fd, IPPROTO_IP, IP_TOS, IPTOS_CLASS_CS6);
	if (drop_received(fd) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name) + 1) == 0 &&
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &out, sizeof(out)) == 0 &&
	    set(fd, IPPROTO_IP, IP_MULTICAST_TTL, VRRP_TTL) == 0 &&
	    set(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 0) == 0)
		return fd;
	close(fd);
	return -1;
}

static struct vrrp_port *find_port(struct vrrp_io *io, unsigned ifindex)
{
	struct vrrp_port *p;

	LIST_FOREACH(p, &io->ports, next)
	if (p->ifindex == ifindex)
		return p;
	return NULL;
}

static void free_port(struct vrrp_port *p)
{
	int saved = errno;

	if (p->rx >= 0)
		close(p->rx);
	if (p->tx >= 0)
		close(p->tx);
	free(p);
	errno = saved;
}

static struct vrrp_port *new_port(struct vrrp_io *io, unsigned ifindex, const char *name)
{
	struct vrrp_port *p = xcalloc(1, sizeof(*p));

	p->io = io;
	p->ifindex = ifindex;
	p->tx = -1;
	p->rx = open_rx(ifindex, name);
	if (p->rx >= 0)
		p->tx = open_tx(ifindex, name);
	if (p->tx < 0) {
		free_port(p);
		return NULL;
	}
	watch_start(&p->watch, io->loop, p->rx, WATCH_READ, readable, p);
	LIST_INSERT_HEAD(&io->ports, p, next);
	return p;
}

struct vrrp_port *vrrp_port_open(struct vrrp_io *io, unsigned ifindex, const char *name,
				 uint8_t vrid, void *user)
{
	struct vrrp_port *p = find_port(io, ifindex);

	if (!p)
		p = new_port(io, ifindex, name);
	if (!p)
		return NULL;
	if (p->user[vrid]) {
		errno = EEXIST;
		return NULL;
	}
	p->user[vrid] = user;
	p->users++;
	return p;
}

void vrrp_port_close(struct vrrp_port *p, uint8_t vrid)
{
	p->user[vrid] = NULL;
	if (--p->users)
		return;
	watch_stop(&p->watch);
	LIST_REMOVE(p, next);
	free_port(p);
}

/* ---- sending ------------------------------------------------------------------ */

static void set_source(struct msghdr *m, unsigned ifindex, const struct addr *src)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	struct in_pktinfo info = {.ipi_ifindex = (int)ifindex};

	memcpy(&info.ipi_spec_dst, src->bytes, 4);
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
}

int vrrp_port_send(struct vrrp_port *p, const struct vrrp_packet *packet, const struct addr *src)
{
	struct addr group = addr_ipv4(VRRP_GROUP_IPV4);
	struct sockaddr_in to = {.sin_family = AF_INET};
	uint8_t bytes[VRRP_PACKET_MAX];
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct in_pktinfo))] = {0};
	struct iovec iov = {.iov_base = bytes};
	struct msghdr m = {.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &iov};

	iov.iov_len = vrrp_packet_build(packet, src, &group, bytes, sizeof(bytes));
	if (!iov.iov_len)
		return EMSGSIZE;
	to.sin_addr.s_addr = htonl(VRRP_GROUP_IPV4);
	m.msg_iovlen = 1;
	m.msg_control = control;
	m.msg_controllen = sizeof(control);
	set_source(&m, p->ifindex, src);
	return sendmsg(p->tx, &m, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? errno : 0;
}
