/*
 * vrrp_ah: packets with an authentication header: those that keepalived 2.2.7 has sent (recorded
 * on a veth pair), and values that Python's hmac has computed; what is altered, sent again or made
 * with another key is refused.
 */
#include "vrrp/ah.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define LEN 68
#define ICV 32

/* auth_pass secret12, VRID 5, priority 100, advert_int 1, 10.1.1.9 and 10.1.1.10; numbers 1, 2. */
static const char *const recorded[2] = {
    "45c0004400010000ff33cfb10a010101e0000012700400000a010101000000018d2c98169a1ff5fdd347a876"
    "21056402020162e20a0101090a01010a0000000000000000",
    "45c0004400020000ff33cfb00a010101e0000012700400000a0101010000000249947d94c2b188450551783"
    "421056402020162e20a0101090a01010a0000000000000000",
};

static void bytes_of(const char *hex, uint8_t *ret)
{
	for (size_t k = 0; k < LEN; k++) {
		unsigned v = 0;

		for (size_t n = 0; n < 2; n++) {
			char c = hex[2 * k + n];

			v = v * 16 + (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
		}
		ret[k] = (uint8_t)v;
	}
}

static struct vrrp_ah keyed(const char *password)
{
	struct vrrp_ah ah = {0};

	memcpy(ah.key, password, strnlen(password, 8));
	return ah;
}

static void test_recorded_packets_are_taken(void **state)
{
	struct vrrp_ah ah = keyed("secret12");
	struct vrrp_packet p;
	struct vrrp_datagram d;
	uint8_t b[LEN];

	(void)state;
	for (unsigned k = 0; k < 2; k++) {
		bytes_of(recorded[k], b);
		assert_true(vrrp_ah_strip(b, LEN, &d));
		assert_int_equal(vrrp_packet_parse(&d, &p), VRRP_PACKET_OK);
		assert_int_equal(p.vrid, 5);
		assert_int_equal(p.auth_type, VRRP_WIRE_AH);
		assert_int_equal(p.naddr, 2);
		assert_int_equal(vrrp_ah_take(&ah, &d), VRRP_PACKET_OK);
		assert_int_equal(ah.sequence, k + 1);
		assert_int_equal(vrrp_ah_take(&ah, &d), VRRP_PACKET_REPLAY);
	}
	bytes_of(recorded[0], b);
	assert_true(vrrp_ah_strip(b, LEN, &d));
	assert_int_equal(vrrp_ah_take(&ah, &d), VRRP_PACKET_REPLAY);
	assert_int_equal(ah.sequence, 2);
}

/* But for the checksum of IP, which the kernel writes. */
static void test_the_same_is_sent(void **state)
{
	struct vrrp_ah ah = keyed("secret12");
	struct vrrp_datagram d;
	uint8_t b[LEN], sent[VRRP_AH_MAX];

	(void)state;
	for (unsigned k = 0; k < 2; k++) {
		bytes_of(recorded[k], b);
		assert_true(vrrp_ah_strip(b, LEN, &d));
		assert_int_equal(vrrp_ah_wrap(&ah, &d, sent, sizeof(sent)), LEN);
		memset(b + 10, 0, 2);
		assert_memory_equal(sent, b, LEN);
		assert_int_equal(ah.sequence, k + 1);
	}
}

/* Values of Python's hmac: what RFC 2402 orders for the recorded packet, what a shorter key gives,
 * and a packet to 10.1.1.2, whose TTL does not count. */
static void test_computed_values(void **state)
{
	static const uint8_t rfc[12] = {0xbc, 0xbf, 0x81, 0xd1, 0x4c, 0x47,
					0xd0, 0xb5, 0x70, 0xff, 0xe3, 0x28};
	static const uint8_t shorter[12] = {0x4d, 0x1d, 0x5b, 0x4a, 0x66, 0x9a,
					    0xa6, 0xa9, 0x0e, 0x9c, 0xc6, 0xc6};
	static const uint8_t unicast[12] = {0xb4, 0x68, 0x6c, 0x60, 0xc6, 0xfa,
					    0xb9, 0x87, 0xb6, 0xb4, 0x33, 0xf9};
	struct vrrp_ah ah = keyed("secret12"), abc = keyed("abc");
	uint8_t b[LEN], sent[VRRP_AH_MAX];
	struct vrrp_datagram d;

	(void)state;
	bytes_of(recorded[0], b);
	memcpy(b + ICV, rfc, 12);
	assert_true(vrrp_ah_strip(b, LEN, &d));
	assert_int_equal(vrrp_ah_take(&ah, &d), VRRP_PACKET_OK);
	assert_int_equal(vrrp_ah_wrap(&abc, &d, sent, sizeof(sent)), LEN);
	assert_memory_equal(sent + ICV, shorter, 12);
	d.dst = addr_ipv4(0x0a010102);
	d.ttl = 64;
	ah.sequence = 0;
	assert_int_equal(vrrp_ah_wrap(&ah, &d, sent, sizeof(sent)), LEN);
	assert_memory_equal(sent + ICV, unicast, 12);
}

/* Service, fragmentation and checksum may change on the way, and nothing else. */
static void test_every_bit_matters(void **state)
{
	uint8_t b[LEN];

	(void)state;
	for (unsigned bit = 0; bit < LEN * 8; bit++) {
		unsigned at = bit / 8;
		bool changes = at == 1 || at == 6 || at == 7 || at == 10 || at == 11;
		struct vrrp_ah ah = keyed("secret12");
		struct vrrp_datagram d;

		bytes_of(recorded[0], b);
		b[at] ^= (uint8_t)(1 << bit % 8);
		if (!vrrp_ah_strip(b, LEN, &d))
			continue; /* not this protocol, another length, a fragment */
		if ((vrrp_ah_take(&ah, &d) == VRRP_PACKET_OK) != changes)
			fail_msg("bit %u of octet %u", bit % 8, at);
	}
}

static void test_refused(void **state)
{
	struct vrrp_ah other = keyed("secret13"), last = keyed("secret12");
	uint8_t b[LEN], sent[VRRP_AH_MAX];
	struct vrrp_datagram d, plain;

	(void)state;
	bytes_of(recorded[0], b);
	for (size_t len = 0; len < LEN; len++)
		assert_false(vrrp_ah_strip(b, len, &d));
	assert_true(vrrp_ah_strip(b, LEN, &d));
	assert_int_equal(vrrp_ah_take(&other, &d), VRRP_PACKET_AUTH);
	assert_int_equal(other.sequence, 0);
	plain = d;
	plain.authenticated = NULL;
	assert_int_equal(vrrp_ah_take(&last, &plain), VRRP_PACKET_AUTH);
	d.src = addr_ipv4(0x0a010102); /* the SPI is of another */
	assert_int_equal(vrrp_ah_take(&last, &d), VRRP_PACKET_AUTH);
	assert_int_equal(vrrp_ah_wrap(&last, &d, sent, LEN - 1), 0);
	last.sequence = UINT32_MAX; /* RFC 2402 3.3.2: it must not cycle */
	assert_int_equal(vrrp_ah_wrap(&last, &d, sent, sizeof(sent)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_recorded_packets_are_taken),
	    cmocka_unit_test(test_the_same_is_sent),
	    cmocka_unit_test(test_computed_values),
	    cmocka_unit_test(test_every_bit_matters),
	    cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests_name("vrrp_ah", tests, NULL, NULL);
}
