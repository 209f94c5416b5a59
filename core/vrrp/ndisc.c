/*
 * ndisc: unsolicited neighbour advertisements (process vrrp; RFC 9568 6.4.2 (395), RFC 4861 4.4
 * and 7.2.6).
 *
 * From the address itself to all nodes, with the flags router and override and not solicited:
 * neighbours replace the hardware address that they have, and keep the address as a router's.
 * The frame is made whole, so that it leaves as soon as the address is there, whatever the kernel
 * thinks of the address. The socket has protocol 0, so it receives nothing.
 */
#include "vrrp/ndisc.h"

#include "base/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <netpacket/packet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct vrrp_ndisc {
	int fd;
};

struct advertisement {
	struct nd_neighbor_advert head;
	struct nd_opt_hdr option;
	uint8_t mac[ETH_ALEN];
} __attribute__((packed));

struct frame {
	struct ether_header eth;
	struct ip6_hdr ip;
	struct advertisement nd;
} __attribute__((packed));

_Static_assert(sizeof(struct frame) == VRRP_NDISC_FRAME, "the frame is as long as it says");

/* ff02::1 and its hardware address */
static const uint8_t all_nodes[16] = {0xff, 2, [15] = 1};
static const uint8_t all_nodes_mac[ETH_ALEN] = {0x33, 0x33, 0, 0, 0, 1};

struct vrrp_ndisc *vrrp_ndisc_new(void)
{
	struct vrrp_ndisc *n;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return NULL;
	n = xcalloc(1, sizeof(*n));
	n->fd = fd;
	return n;
}

void vrrp_ndisc_free(struct vrrp_ndisc *n)
{
	if (!n)
		return;
	close(n->fd);
	free(n);
}

static uint32_t sum(uint32_t start, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (size_t k = 0; k + 1 < len; k += 2)
		start += (uint32_t)p[k] << 8 | p[k + 1];
	return start;
}

/* RFC 8200 8.1: both addresses, length, next header, and the message. */
static uint16_t checksum(const struct frame *f)
{
	uint32_t s = sum(IPPROTO_ICMPV6 + sizeof(f->nd), &f->ip.ip6_src, 32);

	s = sum(s, &f->nd, sizeof(f->nd));
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return htons((uint16_t)~s);
}

void vrrp_ndisc_frame(const uint8_t mac[6], const struct addr *a, uint8_t ret[VRRP_NDISC_FRAME])
{
	struct frame f = {
	    .eth.ether_type = htons(ETHERTYPE_IPV6),
	    .ip =
		{
		    .ip6_flow = htonl(6u << 28),
		    .ip6_plen = htons(sizeof(struct advertisement)),
		    .ip6_nxt = IPPROTO_ICMPV6,
		    .ip6_hlim = 255,
		},
	    .nd =
		{
		    .head.nd_na_type = ND_NEIGHBOR_ADVERT,
		    .head.nd_na_flags_reserved = ND_NA_FLAG_ROUTER | ND_NA_FLAG_OVERRIDE,
		    .option = {ND_OPT_TARGET_LINKADDR, 1},
		},
	};

	memcpy(f.eth.ether_dhost, all_nodes_mac, ETH_ALEN);
	memcpy(f.eth.ether_shost, mac, ETH_ALEN);
	memcpy(&f.ip.ip6_src, a->bytes, 16);
	memcpy(&f.ip.ip6_dst, all_nodes, 16);
	memcpy(&f.nd.head.nd_na_target, a->bytes, 16);
	memcpy(f.nd.mac, mac, ETH_ALEN);
	f.nd.head.nd_na_cksum = checksum(&f);
	memcpy(ret, &f, sizeof(f));
}

int vrrp_ndisc_send(struct vrrp_ndisc *n, const struct rtnl_link *link, const struct addr *a)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_halen = ETH_ALEN};
	uint8_t frame[VRRP_NDISC_FRAME];

	if (link->hw_type != ARPHRD_ETHER || link->hw_len != ETH_ALEN || a->family != ADDR_IPV6)
		return EPROTONOSUPPORT;
	vrrp_ndisc_frame(link->hw_addr, a, frame);
	to.sll_ifindex = (int)link->ifindex;
	to.sll_protocol = htons(ETHERTYPE_IPV6);
	memcpy(to.sll_addr, all_nodes_mac, ETH_ALEN);
	if (sendto(n->fd, frame, sizeof(frame), MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&to,
		   sizeof(to)) < 0)
		return errno;
	return 0;
}
