/*
 * packet: VRRP advertisements as bytes and as a struct in host units. Pure: no socket, clock,
 * log, allocation or static state; byte order is converted here and only here.
 *
 * Version 2 is RFC 3768 with the authentication field of RFC 2338 (keepalived's PASS), version
 * 3 is RFC 9568. Intervals are centiseconds in both. Version 2 over IPv6 is in no RFC: it is
 * keepalived's, without the authentication field.
 */
#ifndef VRRP_PACKET_H
#define VRRP_PACKET_H

#include "base/addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VRRP_IPPROTO      112
#define VRRP_TTL          255
#define VRRP_PRIO_OWNER   255
#define VRRP_MAX_ADDRS    255
#define VRRP_INTERVAL_MAX 4095 /* v3: centiseconds in 12 bits */
#define VRRP_PACKET_MAX   (8 + VRRP_MAX_ADDRS * 16)
#define VRRP_GROUP_IPV4   0xe0000012u /* 224.0.0.18 */

/* Authentication as it is on the wire (v2). */
enum vrrp_wire_auth { VRRP_WIRE_NONE = 0, VRRP_WIRE_PASS = 1, VRRP_WIRE_AH = 2 };

/* Over what the checksum is taken; v3 over IPv4 is seen in all forms, v2 over IPv4 has the first
 * only, IPv6 the second only. */
enum vrrp_checksum_form {
	VRRP_SUM_MESSAGE,
	VRRP_SUM_PSEUDO,
	VRRP_SUM_GROUP, /* unicast, with the multicast group as its destination */
};

struct vrrp_packet {
	uint8_t version; /* 2 or 3 */
	uint8_t vrid;
	uint8_t priority;
	uint32_t adver_int_cs; /* v2: whole seconds only */
	uint8_t auth_type;     /* enum vrrp_wire_auth; 0 in v3 */
	uint8_t auth_data[8];
	enum vrrp_checksum_form sum;
	unsigned naddr;
	struct addr addr[VRRP_MAX_ADDRS]; /* one family */
};

/* A received message with what IP said about it. `bytes` is not owned. */
struct vrrp_datagram {
	const uint8_t *bytes;
	size_t len;
	struct addr src, dst;
	uint8_t ttl; /* TTL or hop limit */
	const uint8_t
	    *authenticated; /* the IPv4 packet around it that has an AH; NULL: it has none */
};

/* Why an advertisement is not used, in the order of the checks; the last does not stop it. */
enum vrrp_packet_error {
	VRRP_PACKET_OK,
	VRRP_PACKET_TTL,
	VRRP_PACKET_DESTINATION,
	VRRP_PACKET_PEER,
	VRRP_PACKET_LENGTH,
	VRRP_PACKET_VERSION,
	VRRP_PACKET_TYPE,
	VRRP_PACKET_CHECKSUM,
	VRRP_PACKET_VRID,
	VRRP_PACKET_AUTH,
	VRRP_PACKET_REPLAY, /* AH with a sequence number of the past */
	VRRP_PACKET_INTERVAL,
	VRRP_PACKET_NO_ADDRESS,
	VRRP_PACKET_NOT_LINK_LOCAL,
	VRRP_PACKET_ADDRESS_LIST, /* counted and told, but the advertisement is valid */
	VRRP_PACKET_ERRORS
};
const char *vrrp_packet_error_name(enum vrrp_packet_error e);

/* 224.0.0.18 or ff02::12. */
struct addr vrrp_group_of(uint8_t family);

/* Takes the IPv4 header off what a raw socket delivers; false when there is no whole packet of
 * protocol 112. */
bool vrrp_datagram_ipv4(const uint8_t *bytes, size_t len, struct vrrp_datagram *ret);

/* Checks form and checksum, and the TTL of multicast. *ret is complete on VRRP_PACKET_OK; on any
 * error its vrid is set (0 when there is none), so that the error can be counted where it
 * belongs. */
enum vrrp_packet_error vrrp_packet_parse(const struct vrrp_datagram *d, struct vrrp_packet *ret);

/* Compares a parsed advertisement with `own`, what this router would send itself. */
enum vrrp_packet_error vrrp_packet_check(const struct vrrp_packet *p,
					 const struct vrrp_packet *own);

/* Octets of the message when it goes over that family. */
size_t vrrp_packet_size(const struct vrrp_packet *p, uint8_t family);
/* Writes the message and returns its length, 0 when `cap` is too small or a value does not
 * fit its field. src says the family; it and dst enter the checksum. */
size_t vrrp_packet_build(const struct vrrp_packet *p, const struct addr *src,
			 const struct addr *dst, uint8_t *buf, size_t cap);

#endif
