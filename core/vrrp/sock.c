/*
 * sock: raw sockets for advertisements (process vrrp).
 *
 * SO_BINDTODEVICE gives a socket only the packets of its device. The send socket is a second
 * one, so that a full send queue or an error that comes back (IP_RECVERR is off, but ENETDOWN is
 * reported once) is never mistaken for a receive error; a filter that drops everything keeps
 * received packets out of it. Looped multicast is off: an advertisement with our own source
 * address on the wire is another router's mistake or a loop, and receive.c ignores it.
 *
 * A raw IPv4 socket delivers the IP header, a raw IPv6 socket what is behind it; destination and
 * hop limit come beside it. The checksum is left to the codec in both: the kernel would verify
 * IPv6 and drop silently what we have to count.
 */
#include "vrrp/sock.h"

#include "vrrp/ah.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL 29 /* Linux 4.20 */
#endif
#define RECEIVE_BYTES (256 * 1024)

/* ---- opening ----------------------------------------------------------------- */

static int set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

static int open_raw(uint8_t family, int protocol)
{
	return socket(family == ADDR_IPV6 ? AF_INET6 : AF_INET,
		      SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
}

static int bind_device(int fd, const char *device)
{
	return !device ? 0
		       : setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device,
				    (socklen_t)strlen(device) + 1);
}

/* Beyond the limit of the system where that is allowed. */
void vrrp_sock_receive_buffer(int fd, unsigned bytes)
{
	int value = (int)(bytes ? bytes : RECEIVE_BYTES);

	if (set(fd, SOL_SOCKET, SO_RCVBUFFORCE, value) < 0)
		set(fd, SOL_SOCKET, SO_RCVBUF, value);
}

/* An older kernel without IPV6_MULTICAST_ALL delivers other groups too: receive.c looks. */
static bool rx_options(int fd, uint8_t family, const char *device)
{
	vrrp_sock_receive_buffer(fd, 0);
	if (bind_device(fd, device) < 0)
		return false;
	if (family == ADDR_IPV4)
		return set(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0) == 0;
	set(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
	return set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) == 0 &&
	       set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1) == 0;
}

static int close_failed(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
	return -1;
}

int vrrp_sock_rx(uint8_t family, const char *device)
{
	int fd = open_raw(family, VRRP_IPPROTO);

	return fd < 0 || rx_options(fd, family, device) ? fd : close_failed(fd);
}

int vrrp_sock_rx_ah(const char *device)
{
	int fd = open_raw(ADDR_IPV4, VRRP_AH_IPPROTO);

	return fd < 0 || rx_options(fd, ADDR_IPV4, device) ? fd : close_failed(fd);
}

int vrrp_sock_join(int fd, unsigned ifindex, const struct addr *group, bool join)
{
	struct ip_mreqn m4 = {.imr_ifindex = (int)ifindex};
	struct ipv6_mreq m6 = {.ipv6mr_interface = ifindex};
	int e;

	if (group->family == ADDR_IPV6) {
		memcpy(&m6.ipv6mr_multiaddr, group->bytes, 16);
		e = setsockopt(fd, IPPROTO_IPV6, join ? IPV6_JOIN_GROUP : IPV6_LEAVE_GROUP, &m6,
			       sizeof(m6));
	} else {
		memcpy(&m4.imr_multiaddr, group->bytes, 4);
		e = setsockopt(fd, IPPROTO_IP, join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP, &m4,
			       sizeof(m4));
	}
	return e < 0 ? errno : 0;
}

static int drop_received(int fd)
{
	struct sock_filter none = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog program = {.len = 1, .filter = &none};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

/* The source that is configured may be an address that is not there (yet): IP_TRANSPARENT. */
static bool tx_options_ipv4(int fd, unsigned ifindex)
{
	struct ip_mreqn out = {.imr_ifindex = (int)ifindex};

	set(fd, IPPROTO_IP, IP_TOS, IPTOS_CLASS_CS6);
	return (!ifindex || setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &out, sizeof(out)) == 0) &&
	       set(fd, IPPROTO_IP, IP_TRANSPARENT, 1) == 0 &&
	       set(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 0) == 0;
}

static bool tx_options_ipv6(int fd, unsigned ifindex)
{
	set(fd, IPPROTO_IPV6, IPV6_TCLASS, IPTOS_CLASS_CS6);
	return (!ifindex || set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)ifindex) == 0) &&
	       set(fd, IPPROTO_IPV6, IPV6_TRANSPARENT, 1) == 0 &&
	       set(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0) == 0;
}

int vrrp_sock_tx(uint8_t family, unsigned ifindex, const char *device)
{
	int fd = open_raw(family, VRRP_IPPROTO);

	if (fd < 0)
		return -1;
	set(fd, SOL_SOCKET, SO_PRIORITY, 7);
	if (drop_received(fd) == 0 && bind_device(fd, device) == 0 &&
	    (family == ADDR_IPV6 ? tx_options_ipv6(fd, ifindex) : tx_options_ipv4(fd, ifindex)))
		return fd;
	return close_failed(fd);
}

/* IPPROTO_RAW: it brings the header, and nothing comes in. */
int vrrp_sock_tx_ah(unsigned ifindex, const char *device)
{
	int fd = open_raw(ADDR_IPV4, IPPROTO_RAW);

	if (fd < 0)
		return -1;
	set(fd, SOL_SOCKET, SO_PRIORITY, 7);
	if (bind_device(fd, device) == 0 && tx_options_ipv4(fd, ifindex))
		return fd;
	return close_failed(fd);
}

/* ---- receiving --------------------------------------------------------------- */

static void take_beside(struct msghdr *m, struct vrrp_datagram *d)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		struct in6_pktinfo info;
		int hops;

		if (c->cmsg_level != IPPROTO_IPV6)
			continue;
		if (c->cmsg_type == IPV6_PKTINFO && c->cmsg_len >= CMSG_LEN(sizeof(info))) {
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			d->dst.family = ADDR_IPV6;
			memcpy(d->dst.bytes, &info.ipi6_addr, 16);
		} else if (c->cmsg_type == IPV6_HOPLIMIT && c->cmsg_len >= CMSG_LEN(sizeof(hops))) {
			memcpy(&hops, CMSG_DATA(c), sizeof(hops));
			d->ttl = (uint8_t)hops;
		}
	}
}

int vrrp_sock_receive(int fd, uint8_t family, uint8_t buf[VRRP_DATAGRAM_MAX],
		      struct vrrp_datagram *ret)
{
	struct sockaddr_in6 from = {0};
	_Alignas(struct cmsghdr) char control[256];
	struct iovec iov = {.iov_base = buf, .iov_len = VRRP_DATAGRAM_MAX};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	ssize_t n;

	if (family == ADDR_IPV6) {
		m.msg_name = &from;
		m.msg_namelen = sizeof(from);
		m.msg_control = control;
		m.msg_controllen = sizeof(control);
	}
	n = recvmsg(fd, &m, MSG_DONTWAIT);
	if (n < 0)
		return errno;
	if (m.msg_flags & MSG_TRUNC)
		return EBADMSG;
	if (family == ADDR_IPV4)
		return vrrp_datagram_ipv4(buf, (size_t)n, ret) || vrrp_ah_strip(buf, (size_t)n, ret)
			   ? 0
			   : EBADMSG;
	*ret = (struct vrrp_datagram){.bytes = buf, .len = (size_t)n, .src.family = ADDR_IPV6};
	memcpy(ret->src.bytes, &from.sin6_addr, 16);
	take_beside(&m, ret);
	return ret->dst.family ? 0 : EBADMSG;
}

/* ---- sending ----------------------------------------------------------------- */

static void add_control(struct msghdr *m, int level, int type, const void *data, size_t len)
{
	struct cmsghdr *c = (struct cmsghdr *)((char *)m->msg_control + m->msg_controllen);

	m->msg_controllen += CMSG_SPACE(len);
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), data, len);
}

static void control_ipv4(struct msghdr *m, unsigned ifindex, const struct vrrp_datagram *d)
{
	struct in_pktinfo info = {.ipi_ifindex = (int)ifindex};
	int ttl = d->ttl;

	memcpy(&info.ipi_spec_dst, d->src.bytes, 4);
	add_control(m, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
	add_control(m, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl));
}

static void control_ipv6(struct msghdr *m, unsigned ifindex, const struct vrrp_datagram *d)
{
	struct in6_pktinfo info = {.ipi6_ifindex = ifindex};
	int hops = d->ttl;

	memcpy(&info.ipi6_addr, d->src.bytes, 16);
	add_control(m, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
	add_control(m, IPPROTO_IPV6, IPV6_HOPLIMIT, &hops, sizeof(hops));
}

int vrrp_sock_send(int fd, unsigned ifindex, const struct vrrp_datagram *d)
{
	_Alignas(struct cmsghdr) char control[128] = {0};
	struct sockaddr_in to4 = {.sin_family = AF_INET};
	struct sockaddr_in6 to6 = {.sin6_family = AF_INET6, .sin6_scope_id = ifindex};
	struct iovec iov = {.iov_base = (void *)(uintptr_t)d->bytes, .iov_len = d->len};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control};

	if (d->dst.family == ADDR_IPV6) {
		memcpy(&to6.sin6_addr, d->dst.bytes, 16);
		m.msg_name = &to6;
		m.msg_namelen = sizeof(to6);
		control_ipv6(&m, ifindex, d);
	} else {
		memcpy(&to4.sin_addr, d->dst.bytes, 4);
		m.msg_name = &to4;
		m.msg_namelen = sizeof(to4);
		control_ipv4(&m, ifindex, d);
	}
	return sendmsg(fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? errno : 0;
}

int vrrp_sock_send_packet(int fd, unsigned ifindex, const struct addr *dst, const uint8_t *bytes,
			  size_t len)
{
	_Alignas(struct cmsghdr) char control[128] = {0};
	struct sockaddr_in to = {.sin_family = AF_INET};
	struct in_pktinfo info = {.ipi_ifindex = (int)ifindex};
	struct iovec iov = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = len};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control};

	memcpy(&to.sin_addr, dst->bytes, 4);
	m.msg_name = &to;
	m.msg_namelen = sizeof(to);
	add_control(&m, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
	return sendmsg(fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? errno : 0;
}
