/*
 * garp: gratuitous ARP (process vrrp; RFC 9568 6.4.2 (390), RFC 5227 3).
 *
 * A broadcast ARP request whose sender and target are both the address, from the hardware
 * address of the interface: neighbours refresh their entries and switches learn the port. The
 * schedule of bursts is the instance's; here is one packet. The socket has protocol 0, so it
 * receives nothing.
 */
#include "vrrp/garp.h"

#include "base/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netpacket/packet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct vrrp_garp {
	int fd;
};

struct frame {
	struct ether_header eth;
	struct arphdr arp;
	uint8_t sender_mac[ETH_ALEN];
	uint8_t sender_ip[4];
	uint8_t target_mac[ETH_ALEN];
	uint8_t target_ip[4];
} __attribute__((packed));

struct vrrp_garp *vrrp_garp_new(void)
{
	struct vrrp_garp *g;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return NULL;
	g = xcalloc(1, sizeof(*g));
	g->fd = fd;
	return g;
}

void vrrp_garp_free(struct vrrp_garp *g)
{
	if (!g)
		return;
	close(g->fd);
	free(g);
}

static struct frame announcement(const uint8_t *mac, const uint8_t *ip)
{
	struct frame f = {
	    .eth.ether_type = htons(ETHERTYPE_ARP),
	    .arp =
		{
		    .ar_hrd = htons(ARPHRD_ETHER),
		    .ar_pro = htons(ETHERTYPE_IP),
		    .ar_hln = ETH_ALEN,
		    .ar_pln = 4,
		    .ar_op = htons(ARPOP_REQUEST),
		},
	};

	memset(f.eth.ether_dhost, 0xff, ETH_ALEN);
	memcpy(f.eth.ether_shost, mac, ETH_ALEN);
	memcpy(f.sender_mac, mac, ETH_ALEN);
	memcpy(f.sender_ip, ip, 4);
	memset(f.target_mac, 0xff, ETH_ALEN);
	memcpy(f.target_ip, ip, 4);
	return f;
}

int vrrp_garp_send(struct vrrp_garp *g, const struct rtnl_link *link, const struct addr *a)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_halen = ETH_ALEN};
	struct frame f;

	if (link->hw_type != ARPHRD_ETHER || link->hw_len != ETH_ALEN || a->family != ADDR_IPV4)
		return EPROTONOSUPPORT;
	f = announcement(link->hw_addr, a->bytes);
	to.sll_ifindex = (int)link->ifindex;
	to.sll_protocol = htons(ETHERTYPE_ARP);
	memset(to.sll_addr, 0xff, ETH_ALEN);
	if (sendto(g->fd, &f, sizeof(f), MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&to,
		   sizeof(to)) < 0)
		return errno;
	return 0;
}
