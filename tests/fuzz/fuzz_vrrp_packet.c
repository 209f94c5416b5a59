/* Any bytes as a received IPv4 packet, with an authentication header or without; what is accepted
 * must survive build and parse. */
#include "vrrp/ah.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct vrrp_packet p, q;
	uint8_t buf[VRRP_PACKET_MAX];
	struct vrrp_ah ah = {.sequence = 1}, peer = {.sequence = 1};
	uint8_t wrapped[VRRP_AH_MAX];
	struct vrrp_datagram d;
	size_t size;

	if (!vrrp_datagram_ipv4(data, len, &d) && !vrrp_ah_strip(data, len, &d))
		return 0;
	vrrp_ah_take(&ah, &d);
	if (vrrp_packet_parse(&d, &p) != VRRP_PACKET_OK)
		return 0;
	d.len = vrrp_packet_build(&p, &d.src, &d.dst, buf, sizeof(buf));
	d.bytes = buf;
	assert(vrrp_packet_parse(&d, &q) == VRRP_PACKET_OK && !memcmp(&p, &q, sizeof(p)));
	size = vrrp_ah_wrap(&peer, &d, wrapped, sizeof(wrapped));
	peer.sequence = 1;
	assert(vrrp_ah_strip(wrapped, size, &d) && vrrp_ah_take(&peer, &d) == VRRP_PACKET_OK);
	return 0;
}
