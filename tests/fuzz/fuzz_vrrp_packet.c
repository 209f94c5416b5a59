/* Any bytes as a received IPv4 packet; what is accepted must survive build and parse. */
#include "vrrp/packet.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct vrrp_packet p, q;
	uint8_t buf[VRRP_PACKET_MAX];
	struct vrrp_datagram d;

	if (!vrrp_datagram_ipv4(data, len, &d) || vrrp_packet_parse(&d, &p) != VRRP_PACKET_OK)
		return 0;
	d.len = vrrp_packet_build(&p, &d.src, &d.dst, buf, sizeof(buf));
	d.bytes = buf;
	assert(vrrp_packet_parse(&d, &q) == VRRP_PACKET_OK && !memcmp(&p, &q, sizeof(p)));
	return 0;
}
