/*
 * packet: the codec of VRRP advertisements (process vrrp; also tests, simulator and fuzzing).
 *
 * Layout (RFC 3768 5.1, RFC 9568 5.1), 8 octets before the addresses:
 *
 *     v2: 2|1  vrid  priority  count | auth type  interval s   checksum   addresses  auth data
 *     v3: 3|1  vrid  priority  count | 0|interval cs (12 bit)  checksum   addresses
 *
 * Checks are made in the order of RFC 9568 7.1 (RFC 3768 7.1); the length must be exact, since
 * octets behind the message would be outside or inside the checksum as the sender likes.
 * Version 2 over IPv4 always carries the 8 octets of authentication data, also for type 0; over
 * IPv6, as keepalived sends it, never.
 *
 * Checksum of v3 over IPv4: RFC 5798 was read as "with pseudo-header" (keepalived, FRR), RFC
 * 9568 5.2.8 says the message only. Both are accepted and the form is reported; a sum that
 * fits both counts as the RFC 9568 form. keepalived before 1.3.7 had the multicast group in the
 * pseudo-header of unicast, too. In v2 the sum is over the message including the authentication
 * data.
 *
 * An address list that differs is not a reason to drop the advertisement (RFC 9568 7.1: log):
 * dropping would make two masters of what is only an unfinished change of configuration. A
 * count of 0 (erratum 8299) is dropped unless this router has no addresses to advertise either;
 * so is a first IPv6 address that is not link-local (erratum 8300), unless ours is not either or
 * the list is ours in another order: keepalived sends what its file says, as it says it, and
 * two routers with one list must agree who is master.
 */
#include "vrrp/packet.h"

#include <string.h>

#define HEADER             8
#define AUTH_LEN           8
#define TYPE_ADVERTISEMENT 1

static const char *const error_names[VRRP_PACKET_ERRORS] = {
    [VRRP_PACKET_OK] = "ok",
    [VRRP_PACKET_TTL] = "wrong TTL",
    [VRRP_PACKET_DESTINATION] = "it was not sent to where this router is spoken to",
    [VRRP_PACKET_PEER] = "its sender is no unicast peer",
    [VRRP_PACKET_LENGTH] = "wrong length",
    [VRRP_PACKET_VERSION] = "wrong version",
    [VRRP_PACKET_TYPE] = "unknown type",
    [VRRP_PACKET_CHECKSUM] = "bad checksum",
    [VRRP_PACKET_VRID] = "unknown virtual router",
    [VRRP_PACKET_AUTH] = "wrong authentication",
    [VRRP_PACKET_REPLAY] = "sequence number of an older packet",
    [VRRP_PACKET_INTERVAL] = "wrong advertisement interval",
    [VRRP_PACKET_NO_ADDRESS] = "no address",
    [VRRP_PACKET_NOT_LINK_LOCAL] = "first address is not link-local",
    [VRRP_PACKET_ADDRESS_LIST] = "address list differs",
};

const char *vrrp_packet_error_name(enum vrrp_packet_error e)
{
	return (unsigned)e < VRRP_PACKET_ERRORS ? error_names[e] : "?";
}

struct addr vrrp_group_of(uint8_t family)
{
	static const struct addr v6 = {ADDR_IPV6, {0xff, 2, [15] = 0x12}};

	return family == ADDR_IPV6 ? v6 : addr_ipv4(VRRP_GROUP_IPV4);
}

static unsigned get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* ---- checksum ---------------------------------------------------------- */

static uint32_t sum_bytes(uint32_t sum, const uint8_t *p, size_t len)
{
	for (; len > 1; p += 2, len -= 2)
		sum += get16(p);
	return len ? sum + ((uint32_t)p[0] << 8) : sum;
}

static unsigned sum_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* RFC 9568 5.2.8 and RFC 8200 8.1: addresses, length, next header 112. For IPv4 the same sum
 * as of the TCP pseudo-header. */
static uint32_t sum_pseudo(const struct addr *src, const struct addr *dst, size_t len)
{
	uint32_t sum = sum_bytes(0, src->bytes, addr_len(src));

	sum = sum_bytes(sum, dst->bytes, addr_len(dst));
	return sum + (uint32_t)len + VRRP_IPPROTO;
}

/* ---- parse ------------------------------------------------------------- */

bool vrrp_datagram_ipv4(const uint8_t *bytes, size_t len, struct vrrp_datagram *ret)
{
	size_t head, total;

	if (len < 20 || bytes[0] >> 4 != 4 || bytes[9] != VRRP_IPPROTO)
		return false;
	head = (bytes[0] & 15) * 4u;
	total = get16(bytes + 2);
	if (head < 20 || total < head || total > len || get16(bytes + 6) & 0x3fff)
		return false;
	*ret = (struct vrrp_datagram){.bytes = bytes + head, .len = total - head};
	ret->ttl = bytes[8];
	ret->src.family = ret->dst.family = ADDR_IPV4;
	memcpy(ret->src.bytes, bytes + 12, 4);
	memcpy(ret->dst.bytes, bytes + 16, 4);
	return true;
}

static bool checksum_valid(const struct vrrp_datagram *d, struct vrrp_packet *p)
{
	uint32_t message = sum_bytes(0, d->bytes, d->len);
	uint32_t pseudo = message + sum_pseudo(&d->src, &d->dst, d->len);
	struct addr group = vrrp_group_of(ADDR_IPV4);

	p->sum = VRRP_SUM_MESSAGE;
	if (d->src.family == ADDR_IPV4 && sum_fold(message) == 0xffff)
		return true;
	p->sum = VRRP_SUM_PSEUDO;
	if (p->version != 3 && d->src.family != ADDR_IPV6)
		return false;
	if (sum_fold(pseudo) == 0xffff)
		return true;
	p->sum = VRRP_SUM_GROUP;
	return d->src.family == ADDR_IPV4 && !addr_is_multicast(&d->dst) &&
	       sum_fold(message + sum_pseudo(&d->src, &group, d->len)) == 0xffff;
}

static void take_addresses(const struct vrrp_datagram *d, struct vrrp_packet *p)
{
	size_t size = addr_len(&d->src);

	for (unsigned i = 0; i < p->naddr; i++) {
		p->addr[i] = (struct addr){.family = d->src.family};
		memcpy(p->addr[i].bytes, d->bytes + HEADER + i * size, size);
	}
}

static void take_v2(const struct vrrp_datagram *d, struct vrrp_packet *p)
{
	p->auth_type = d->bytes[4];
	p->adver_int_cs = d->bytes[5] * 100u;
	if (d->src.family == ADDR_IPV4)
		memcpy(p->auth_data, d->bytes + d->len - AUTH_LEN, AUTH_LEN);
}

static void take_v3(const struct vrrp_datagram *d, struct vrrp_packet *p)
{
	p->adver_int_cs = get16(d->bytes + 4) & VRRP_INTERVAL_MAX; /* reserved bits ignored */
}

size_t vrrp_packet_size(const struct vrrp_packet *p, uint8_t family)
{
	bool six = family == ADDR_IPV6;

	return HEADER + p->naddr * (six ? 16u : 4u) + (p->version == 2 && !six ? AUTH_LEN : 0);
}

enum vrrp_packet_error vrrp_packet_parse(const struct vrrp_datagram *d, struct vrrp_packet *ret)
{
	struct vrrp_packet *p = ret;
	const uint8_t *b = d->bytes;

	memset(p, 0,
	       offsetof(struct vrrp_packet, addr)); /* what is behind naddr is not looked at */
	if (d->len < HEADER || !addr_len(&d->src) || d->src.family != d->dst.family)
		return VRRP_PACKET_LENGTH;
	p->version = b[0] >> 4;
	p->vrid = b[1];
	p->priority = b[2];
	p->naddr = b[3];
	if (d->ttl != VRRP_TTL && addr_is_multicast(&d->dst))
		return VRRP_PACKET_TTL;
	if (p->version != 3 && p->version != 2)
		return VRRP_PACKET_VERSION;
	if ((b[0] & 15) != TYPE_ADVERTISEMENT)
		return VRRP_PACKET_TYPE;
	if (d->len != vrrp_packet_size(p, d->src.family))
		return VRRP_PACKET_LENGTH;
	if (!checksum_valid(d, p))
		return VRRP_PACKET_CHECKSUM;
	if (p->version == 2)
		take_v2(d, p);
	else
		take_v3(d, p);
	if (!p->vrid)
		return VRRP_PACKET_VRID;
	if (!p->adver_int_cs) /* erratum 8301 */
		return VRRP_PACKET_INTERVAL;
	take_addresses(d, p);
	return VRRP_PACKET_OK;
}

/* ---- check against our own --------------------------------------------- */

static bool auth_equal(const struct vrrp_packet *p, const struct vrrp_packet *own)
{
	if (p->auth_type != own->auth_type)
		return false;
	return own->auth_type != VRRP_WIRE_PASS ||
	       memcmp(p->auth_data, own->auth_data, AUTH_LEN) == 0;
}

static bool has_address(const struct vrrp_packet *p, const struct addr *a)
{
	for (unsigned i = 0; i < p->naddr; i++)
		if (addr_equal(&p->addr[i], a))
			return true;
	return false;
}

static bool begins_link_local(const struct vrrp_packet *p)
{
	return p->naddr && addr_is_link_local(&p->addr[0]);
}

static bool same_addresses(const struct vrrp_packet *p, const struct vrrp_packet *own)
{
	if (p->naddr != own->naddr)
		return false;
	for (unsigned i = 0; i < own->naddr; i++)
		if (!has_address(p, &own->addr[i]))
			return false;
	return true;
}

enum vrrp_packet_error vrrp_packet_check(const struct vrrp_packet *p, const struct vrrp_packet *own)
{
	if (p->version != own->version)
		return VRRP_PACKET_VERSION;
	if (p->vrid != own->vrid)
		return VRRP_PACKET_VRID;
	if (own->version == 2 && !auth_equal(p, own))
		return VRRP_PACKET_AUTH;
	if (own->version == 2 && p->adver_int_cs != own->adver_int_cs)
		return VRRP_PACKET_INTERVAL;
	if (!p->naddr && own->naddr)
		return VRRP_PACKET_NO_ADDRESS;
	if (same_addresses(p, own))
		return VRRP_PACKET_OK;
	if (begins_link_local(own) && !begins_link_local(p))
		return VRRP_PACKET_NOT_LINK_LOCAL;
	return VRRP_PACKET_ADDRESS_LIST;
}

/* ---- build ------------------------------------------------------------- */

static bool fits(const struct vrrp_packet *p, uint8_t family)
{
	if (p->naddr > VRRP_MAX_ADDRS || !p->vrid || !p->adver_int_cs)
		return false;
	for (unsigned i = 0; i < p->naddr; i++)
		if (p->addr[i].family != family)
			return false;
	if (p->version == 2)
		return p->adver_int_cs % 100 == 0 && p->adver_int_cs <= 25500;
	return p->version == 3 && p->adver_int_cs <= VRRP_INTERVAL_MAX;
}

static void put_middle(const struct vrrp_packet *p, uint8_t family, uint8_t *b, size_t len)
{
	if (p->version == 3) {
		put16(b + 4, p->adver_int_cs);
		return;
	}
	b[4] = p->auth_type;
	b[5] = (uint8_t)(p->adver_int_cs / 100);
	if (family == ADDR_IPV4)
		memcpy(b + len - AUTH_LEN, p->auth_data, AUTH_LEN);
}

size_t vrrp_packet_build(const struct vrrp_packet *p, const struct addr *src,
			 const struct addr *dst, uint8_t *buf, size_t cap)
{
	size_t len = vrrp_packet_size(p, src->family);
	struct addr group = vrrp_group_of(src->family);
	uint32_t sum = 0;

	if (!fits(p, src->family) || !addr_len(src) || len > cap)
		return 0;
	memset(buf, 0, len);
	buf[0] = (uint8_t)(p->version << 4 | TYPE_ADVERTISEMENT);
	buf[1] = p->vrid;
	buf[2] = p->priority;
	buf[3] = (uint8_t)p->naddr;
	for (unsigned i = 0; i < p->naddr; i++)
		memcpy(buf + HEADER + i * addr_len(&p->addr[i]), p->addr[i].bytes,
		       addr_len(&p->addr[i]));
	put_middle(p, src->family, buf, len);
	if (src->family == ADDR_IPV6 || (p->version == 3 && p->sum != VRRP_SUM_MESSAGE))
		sum = sum_pseudo(src, p->sum == VRRP_SUM_GROUP ? &group : dst, len);
	put16(buf + 6, ~sum_fold(sum_bytes(sum, buf, len)) & 0xffff);
	return len;
}
