/*
 * ah: see ah.h (process vrrp; also tests and fuzzing).
 *
 *     IPv4 header, 20 octets, protocol 51
 *     112 | length 4 | 0 0   SPI   sequence   integrity check value, 12 octets
 *     VRRP message, authentication type 2
 *
 * The value is HMAC-MD5 over the packet from the first octet of the IPv4 header, cut to 96 bits.
 * What a router may change is 0 for that: service, fragmentation, checksum and the value itself.
 * RFC 2402 counts the TTL among them. keepalived does so for unicast and not for multicast, where
 * every TTL but 255 is refused anyway; so do we when sending, and take both.
 *
 * The SPI is the source address, and the sequence is one for all routers of the VRID: who becomes
 * master goes on from what it has heard. A packet whose number is not greater than the last is an
 * old one, sent again by somebody. A router that comes back with a lower number learns the right
 * one from the first advertisement of another.
 */
#include "vrrp/ah.h"

#include <md5.h>
#include <string.h>

#define IP_LEN   20
#define AH_LEN   24
#define ICV      (IP_LEN + 12)
#define ICV_LEN  12
#define MD5_LEN  16
#define MD5_ROOM 64

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

/* ---- HMAC-MD5 (RFC 2104) ---------------------------------------------------- */

static void start_padded(MD5_CTX *c, const uint8_t key[8], uint8_t pad)
{
	uint8_t block[MD5_ROOM];

	memset(block, pad, sizeof(block));
	for (unsigned k = 0; k < 8; k++)
		block[k] ^= key[k];
	MD5Init(c);
	MD5Update(c, block, sizeof(block));
}

static void hmac(const uint8_t key[8], const uint8_t *head, const uint8_t *rest, size_t len,
		 uint8_t ret[MD5_LEN])
{
	MD5_CTX c;

	start_padded(&c, key, 0x36);
	MD5Update(&c, head, IP_LEN + AH_LEN);
	MD5Update(&c, rest, len);
	MD5Final(ret, &c);
	start_padded(&c, key, 0x5c);
	MD5Update(&c, ret, MD5_LEN);
	MD5Final(ret, &c);
}

/* Over a packet whose headers are copied, to be cleared of what changes. */
static void icv_of(const uint8_t key[8], const uint8_t *packet, size_t len, bool with_ttl,
		   uint8_t ret[MD5_LEN])
{
	uint8_t head[IP_LEN + AH_LEN];

	memcpy(head, packet, sizeof(head));
	head[1] = 0;
	put16(head + 6, 0);
	head[8] = with_ttl ? head[8] : 0;
	put16(head + 10, 0);
	memset(head + ICV, 0, ICV_LEN);
	hmac(key, head, packet + sizeof(head), len - sizeof(head), ret);
}

/* ---- receiving ---------------------------------------------------------------- */

bool vrrp_ah_strip(const uint8_t *bytes, size_t len, struct vrrp_datagram *ret)
{
	const uint8_t *ah = bytes + IP_LEN;
	size_t total;

	if (len < IP_LEN + AH_LEN || bytes[0] != 0x45 || bytes[9] != VRRP_AH_IPPROTO)
		return false;
	total = (size_t)bytes[2] << 8 | bytes[3];
	if (total < IP_LEN + AH_LEN || total > len || bytes[6] & 0x3f || bytes[7])
		return false;
	if (ah[0] != VRRP_IPPROTO || ah[1] != AH_LEN / 4 - 2)
		return false;
	*ret = (struct vrrp_datagram){.bytes = ah + AH_LEN, .len = total - IP_LEN - AH_LEN};
	ret->authenticated = bytes;
	ret->ttl = bytes[8];
	ret->src.family = ret->dst.family = ADDR_IPV4;
	memcpy(ret->src.bytes, bytes + 12, 4);
	memcpy(ret->dst.bytes, bytes + 16, 4);
	return true;
}

static bool icv_valid(const struct vrrp_ah *ah, const uint8_t *packet, size_t len, bool with_ttl)
{
	uint8_t icv[MD5_LEN];

	icv_of(ah->key, packet, len, with_ttl, icv);
	return memcmp(icv, packet + ICV, ICV_LEN) == 0;
}

enum vrrp_packet_error vrrp_ah_take(struct vrrp_ah *ah, const struct vrrp_datagram *d)
{
	const uint8_t *packet = d->authenticated;
	size_t len = IP_LEN + AH_LEN + d->len;
	uint32_t sequence;

	if (!packet || (!icv_valid(ah, packet, len, true) && !icv_valid(ah, packet, len, false)))
		return VRRP_PACKET_AUTH;
	if (memcmp(packet + IP_LEN + 4, d->src.bytes, 4) != 0)
		return VRRP_PACKET_AUTH;
	sequence = get32(packet + IP_LEN + 8);
	if (sequence <= ah->sequence)
		return VRRP_PACKET_REPLAY;
	ah->sequence = sequence;
	return VRRP_PACKET_OK;
}

/* ---- sending -------------------------------------------------------------------- */

static bool is_multicast(const struct addr *a)
{
	return a->bytes[0] >> 4 == 14;
}

/* The kernel fills in the checksum, and the identification if it is 0, which would be too late. */
static void put_ip(uint8_t *b, const struct vrrp_datagram *d, size_t len, uint32_t sequence)
{
	b[0] = 0x45;
	b[1] = 0xc0; /* as all advertisements: CS6 */
	put16(b + 2, (unsigned)len);
	put16(b + 4, sequence & 0xffff ? sequence & 0xffff : 1);
	b[8] = d->ttl;
	b[9] = VRRP_AH_IPPROTO;
	memcpy(b + 12, d->src.bytes, 4);
	memcpy(b + 16, d->dst.bytes, 4);
}

size_t vrrp_ah_wrap(struct vrrp_ah *ah, const struct vrrp_datagram *d, uint8_t *buf, size_t cap)
{
	size_t len = IP_LEN + AH_LEN + d->len;
	uint8_t icv[MD5_LEN];

	if (len > cap || len > UINT16_MAX || ah->sequence == UINT32_MAX)
		return 0;
	ah->sequence++;
	memset(buf, 0, IP_LEN + AH_LEN);
	put_ip(buf, d, len, ah->sequence);
	buf[IP_LEN] = VRRP_IPPROTO;
	buf[IP_LEN + 1] = AH_LEN / 4 - 2;
	memcpy(buf + IP_LEN + 4, d->src.bytes, 4);
	put32(buf + IP_LEN + 8, ah->sequence);
	memcpy(buf + IP_LEN + AH_LEN, d->bytes, d->len);
	icv_of(ah->key, buf, len, is_multicast(&d->dst), icv);
	memcpy(buf + ICV, icv, ICV_LEN);
	return len;
}
