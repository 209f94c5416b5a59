/*
 * ah: the authentication header around advertisements of version 2 (RFC 2402, HMAC-MD5-96 of RFC
 * 2403), as keepalived sends it. Pure: bytes in, bytes out.
 */
#ifndef VRRP_AH_H
#define VRRP_AH_H

#include "vrrp/packet.h"

#define VRRP_AH_IPPROTO  51
#define VRRP_AH_OVERHEAD 44 /* IPv4 header and authentication header */
#define VRRP_AH_MAX      (VRRP_AH_OVERHEAD + VRRP_PACKET_MAX)

/* Of one virtual router: its key, and the greatest number that was sent or taken. */
struct vrrp_ah {
	uint8_t key[8];
	uint32_t sequence;
};

/* Takes both headers off an IPv4 packet of protocol 51; false when it does not hold VRRP. */
bool vrrp_ah_strip(const uint8_t *bytes, size_t len, struct vrrp_datagram *ret);
/* Whether key, source and sequence are right; *ah goes on to its sequence if so. */
enum vrrp_packet_error vrrp_ah_take(struct vrrp_ah *ah, const struct vrrp_datagram *d);
/* Writes an IPv4 packet with the next sequence around the message d; its length, 0 when it does
 * not fit or when there is no next one. */
size_t vrrp_ah_wrap(struct vrrp_ah *ah, const struct vrrp_datagram *d, uint8_t *buf, size_t cap);

#endif
