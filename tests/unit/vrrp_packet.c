/*
 * vrrp_packet: the codec against advertisements typed from the RFCs, every length, every
 * flipped bit, and the property parse(build(x)) == x over random packets.
 */
#include "vrrp/packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Octets of a packet that mean something: a parser does not clear the rest. */
static size_t used(const struct vrrp_packet *p)
{
	return offsetof(struct vrrp_packet, addr) + p->naddr * sizeof(p->addr[0]);
}

static struct addr src, dst;

/* Version 2, vrid 51, priority 150, 1 s, PASS "1111", 192.168.200.11; the sum over the message
 * was worked out by hand. */
static const uint8_t golden_v2[] = {
    0x21, 51, 150, 1, 1, 1, 0x0, 0x0, 192, 168, 200, 11, '1', '1', '1', '1', 0, 0, 0, 0,
};
static const uint8_t golden_v3[] = {0x31, 7, 100, 1, 0x00, 0x64, 0x0, 0x0, 10, 0, 0, 1};

static uint16_t reference_sum(const uint8_t *p, size_t len, uint32_t sum)
{
	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
	while (sum > 0xffff)
		sum = (sum >> 16) + (sum & 0xffff);
	return (uint16_t)~sum;
}

static void set_sum(uint8_t *p, size_t len, bool pseudo)
{
	uint32_t start = 0;
	uint16_t v;

	p[6] = p[7] = 0;
	if (pseudo) /* 192.0.2.1, 224.0.0.18, 112, length */
		start = 0xc000 + 0x0201 + 0xe000 + 0x0012 + 112 + (uint32_t)len;
	v = reference_sum(p, len, start);
	p[6] = (uint8_t)(v >> 8);
	p[7] = (uint8_t)v;
}

static enum vrrp_packet_error parse(const uint8_t *p, size_t len, struct vrrp_packet *ret)
{
	struct vrrp_datagram d = {p, len, src, dst, 255};

	return vrrp_packet_parse(&d, ret);
}

static void test_v2(void **state)
{
	uint8_t b[sizeof(golden_v2)], out[sizeof(golden_v2)];
	struct vrrp_packet p;

	(void)state;
	memcpy(b, golden_v2, sizeof(b));
	set_sum(b, sizeof(b), false);
	assert_int_equal(parse(b, sizeof(b), &p), VRRP_PACKET_OK);
	assert_int_equal(p.version, 2);
	assert_int_equal(p.vrid, 51);
	assert_int_equal(p.priority, 150);
	assert_int_equal(p.adver_int_cs, 100);
	assert_int_equal(p.auth_type, VRRP_WIRE_PASS);
	assert_memory_equal(p.auth_data, "1111\0\0\0\0", 8);
	assert_int_equal(p.naddr, 1);
	assert_int_equal(addr_ipv4_value(&p.addr[0]), 0xc0a8c80b);
	assert_int_equal(vrrp_packet_build(&p, &src, &dst, out, sizeof(out)), sizeof(b));
	assert_memory_equal(out, b, sizeof(b));
}

static void test_v3_both_sums(void **state)
{
	uint8_t b[sizeof(golden_v3)], out[sizeof(golden_v3)];
	struct vrrp_packet p;

	(void)state;
	memcpy(b, golden_v3, sizeof(b));
	for (int pseudo = 0; pseudo < 2; pseudo++) {
		set_sum(b, sizeof(b), pseudo);
		assert_int_equal(parse(b, sizeof(b), &p), VRRP_PACKET_OK);
		assert_int_equal(p.sum, pseudo ? VRRP_SUM_PSEUDO : VRRP_SUM_MESSAGE);
		assert_int_equal(p.adver_int_cs, 100);
		assert_int_equal(vrrp_packet_build(&p, &src, &dst, out, sizeof(out)), sizeof(b));
		assert_memory_equal(out, b, sizeof(b));
	}
	b[4] = 0xf0; /* reserved bits are ignored (RFC 9568 5.2.6) */
	set_sum(b, sizeof(b), true);
	assert_int_equal(parse(b, sizeof(b), &p), VRRP_PACKET_OK);
	assert_int_equal(p.adver_int_cs, 100);
}

static void test_v2_has_one_sum(void **state)
{
	uint8_t b[sizeof(golden_v2)];
	struct vrrp_packet p;

	(void)state;
	memcpy(b, golden_v2, sizeof(b));
	set_sum(b, sizeof(b), true);
	assert_int_equal(parse(b, sizeof(b), &p), VRRP_PACKET_CHECKSUM);
}

/* Changes one octet of a good version 3 message, mends the sum, and expects an error. */
static void expect_v3(size_t at, uint8_t value, enum vrrp_packet_error want)
{
	uint8_t b[sizeof(golden_v3)];
	struct vrrp_packet p;

	memcpy(b, golden_v3, sizeof(b));
	b[at] = value;
	set_sum(b, sizeof(b), true);
	assert_int_equal(parse(b, sizeof(b), &p), want);
	if (want != VRRP_PACKET_OK && at != 1)
		assert_int_equal(p.vrid, 7);
}

static void test_errors(void **state)
{
	uint8_t b[sizeof(golden_v3) + 1] = {0};
	struct vrrp_packet p;
	struct vrrp_datagram d = {b, sizeof(golden_v3), src, dst, 254};

	(void)state;
	expect_v3(0, 0x41, VRRP_PACKET_VERSION);
	expect_v3(0, 0x01, VRRP_PACKET_VERSION);
	expect_v3(0, 0x32, VRRP_PACKET_TYPE);
	expect_v3(0, 0x21, VRRP_PACKET_LENGTH); /* version 2 has the trailer */
	expect_v3(1, 0, VRRP_PACKET_VRID);
	expect_v3(3, 2, VRRP_PACKET_LENGTH);
	expect_v3(3, 0, VRRP_PACKET_LENGTH);
	expect_v3(5, 0, VRRP_PACKET_INTERVAL);
	memcpy(b, golden_v3, sizeof(golden_v3));
	set_sum(b, sizeof(golden_v3), true);
	assert_int_equal(vrrp_packet_parse(&d, &p), VRRP_PACKET_TTL);
	for (size_t len = 0; len <= sizeof(b); len++)
		if (len != sizeof(golden_v3))
			assert_int_equal(parse(b, len, &p), VRRP_PACKET_LENGTH);
}

static void test_every_bit_matters(void **state)
{
	uint8_t b[sizeof(golden_v2)];
	struct vrrp_packet p;

	(void)state;
	memcpy(b, golden_v2, sizeof(b));
	set_sum(b, sizeof(b), false);
	for (size_t bit = 0; bit < sizeof(b) * 8; bit++) {
		b[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(parse(b, sizeof(b), &p), VRRP_PACKET_OK);
		b[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void random_packet(struct vrrp_packet *p)
{
	memset(p, 0, sizeof(*p));
	p->version = rand() % 2 ? 2 : 3;
	p->vrid = (uint8_t)(1 + rand() % 255);
	p->priority = (uint8_t)(rand() % 256);
	p->naddr = (unsigned)rand() % (rand() % 8 ? 21 : 256);
	for (unsigned i = 0; i < p->naddr; i++)
		p->addr[i] = addr_ipv4((uint32_t)rand());
	if (p->version == 3) {
		p->adver_int_cs = 1 + (uint32_t)rand() % VRRP_INTERVAL_MAX;
		p->sum = rand() % 2 ? VRRP_SUM_PSEUDO : VRRP_SUM_MESSAGE;
		return;
	}
	p->adver_int_cs = 100 * (1 + (uint32_t)rand() % 255);
	p->auth_type = (uint8_t)(rand() % 3);
	for (int i = 0; i < 8; i++)
		p->auth_data[i] = (uint8_t)rand();
}

static void test_round_trip(void **state)
{
	static struct vrrp_packet in, out;
	uint8_t b[VRRP_PACKET_MAX];

	(void)state;
	srand(1);
	for (int i = 0; i < 20000; i++) {
		size_t len;

		random_packet(&in);
		len = vrrp_packet_build(&in, &src, &dst, b, sizeof(b));
		assert_int_equal(len, vrrp_packet_size(&in, ADDR_IPV4));
		assert_int_equal(parse(b, len, &out), VRRP_PACKET_OK);
		out.sum = in.sum; /* one message in 65535 fits both forms */
		assert_memory_equal(&in, &out, used(&in));
	}
}

static struct addr addr6(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

/* Version 2 as keepalived 2.2.7 was seen to send it from fe80::44e5:5aff:fe48:2323, and version 3.
 */
static void test_ipv6(void **state)
{
	static const uint8_t golden[] = {
	    0x21, 0x05, 0xc8, 0x02, 0x00, 0x01, 0x2b, 0x34, 0x20, 0x01, 0x0d, 0xb8, 0, 0,
	    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x05, 0xfe, 0x80, 0, 0,
	    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x05};
	struct vrrp_packet in = {.version = 3, .vrid = 9, .priority = 1, .adver_int_cs = 4095};
	struct vrrp_packet out;
	uint8_t b[VRRP_PACKET_MAX];
	struct vrrp_datagram d = {.bytes = b, .ttl = 255, .dst = vrrp_group_of(ADDR_IPV6)};

	(void)state;
	d.src = addr6("fe80::1");
	in.naddr = 1;
	in.addr[0] = d.src;
	in.sum = VRRP_SUM_PSEUDO;
	d.len = vrrp_packet_build(&in, &d.src, &d.dst, b, sizeof(b));
	assert_int_equal(d.len, 24);
	assert_int_equal(vrrp_packet_parse(&d, &out), VRRP_PACKET_OK);
	assert_memory_equal(&in, &out, used(&in));
	b[6] ^= 1;
	assert_int_equal(vrrp_packet_parse(&d, &out), VRRP_PACKET_CHECKSUM);
	d.src = addr6("fe80::44e5:5aff:fe48:2323");
	d.bytes = golden;
	d.len = sizeof(golden);
	assert_int_equal(vrrp_packet_parse(&d, &out), VRRP_PACKET_OK);
	assert_int_equal(out.adver_int_cs, 100);
	assert_int_equal(out.naddr, 2);
	assert_int_equal(vrrp_packet_build(&out, &d.src, &d.dst, b, sizeof(b)), sizeof(golden));
	assert_memory_equal(b, golden, sizeof(golden));
	d.len--;
	assert_int_equal(vrrp_packet_parse(&d, &out), VRRP_PACKET_LENGTH);
}

/* Unicast: no rule for the TTL, and a third form of the sum, which is none of multicast. */
static void test_unicast(void **state)
{
	struct vrrp_packet in = {.version = 3, .vrid = 9, .priority = 1, .adver_int_cs = 10}, out;
	uint8_t b[VRRP_PACKET_MAX];
	struct vrrp_datagram d = {b, 0, src, addr_ipv4(0xc0000263), 17};

	(void)state;
	for (enum vrrp_checksum_form f = VRRP_SUM_MESSAGE; f <= VRRP_SUM_GROUP; f++) {
		in.sum = f;
		d.len = vrrp_packet_build(&in, &d.src, &d.dst, b, sizeof(b));
		assert_int_equal(vrrp_packet_parse(&d, &out), VRRP_PACKET_OK);
		assert_int_equal(out.sum, f);
	}
	d.dst = addr_ipv4(0xe00000c8); /* another group */
	assert_int_equal(vrrp_packet_parse(&d, &out), VRRP_PACKET_TTL);
	d.ttl = 255;
	assert_int_equal(vrrp_packet_parse(&d, &out), VRRP_PACKET_CHECKSUM);
	assert_int_equal(out.vrid, 9);
}

/* Erratum 8300, and what is left of it when a peer does as keepalived. */
static void test_first_is_link_local(void **state)
{
	struct vrrp_packet own = {.version = 3, .vrid = 1, .adver_int_cs = 100, .naddr = 2}, p;

	(void)state;
	own.addr[0] = addr6("fe80::5");
	own.addr[1] = addr6("2001:db8::5");
	p = own;
	assert_int_equal(vrrp_packet_check(&p, &own), VRRP_PACKET_OK);
	p.addr[0] = own.addr[1];
	assert_int_equal(vrrp_packet_check(&p, &own), VRRP_PACKET_NOT_LINK_LOCAL);
	p.addr[1] = own.addr[0]; /* the same list */
	assert_int_equal(vrrp_packet_check(&p, &own), VRRP_PACKET_OK);
	p.addr[0] = addr6("febf::1");
	assert_int_equal(vrrp_packet_check(&p, &own), VRRP_PACKET_ADDRESS_LIST);
	own.addr[0] = addr6("fec0::1");
	p.addr[0] = own.addr[1];
	assert_int_equal(vrrp_packet_check(&p, &own), VRRP_PACKET_ADDRESS_LIST);
}

static void test_build_refuses(void **state)
{
	struct vrrp_packet p = {.version = 3, .vrid = 1, .adver_int_cs = 4096};
	uint8_t b[VRRP_PACKET_MAX];

	(void)state;
	assert_int_equal(vrrp_packet_build(&p, &src, &dst, b, sizeof(b)), 0);
	p.adver_int_cs = 100;
	assert_int_equal(vrrp_packet_build(&p, &src, &dst, b, 7), 0);
	assert_int_equal(vrrp_packet_build(&p, &src, &dst, b, 8), 8);
	p.version = 2;
	p.adver_int_cs = 150;
	assert_int_equal(vrrp_packet_build(&p, &src, &dst, b, sizeof(b)), 0);
	p.version = 4;
	p.adver_int_cs = 100;
	assert_int_equal(vrrp_packet_build(&p, &src, &dst, b, sizeof(b)), 0);
	p.version = 3;
	p.naddr = 1;
	p.addr[0] = addr6("fe80::1"); /* not over IPv4 */
	assert_int_equal(vrrp_packet_build(&p, &src, &dst, b, sizeof(b)), 0);
}

static void test_check(void **state)
{
	struct vrrp_packet own = {.version = 2, .vrid = 1, .adver_int_cs = 100, .naddr = 2};
	struct vrrp_packet p;

	(void)state;
	own.auth_type = VRRP_WIRE_PASS;
	memcpy(own.auth_data, "1111", 4);
	own.addr[0] = addr_ipv4(1);
	own.addr[1] = addr_ipv4(2);
	p = own;
	p.addr[0] = own.addr[1];
	p.addr[1] = own.addr[0];
	assert_int_equal(vrrp_packet_check(&p, &own), VRRP_PACKET_OK);
	p.addr[0] = addr_ipv4(3);
	assert_int_equal(vrrp_packet_check(&p, &own), VRRP_PACKET_ADDRESS_LIST);
	p.naddr = 0;
	assert_int_equal(vrrp_packet_check(&p, &own), VRRP_PACKET_NO_ADDRESS);
	p.adver_int_cs = 200;
	assert_int_equal(vrrp_packet_check(&p, &own), VRRP_PACKET_INTERVAL);
	p.auth_data[7] = 1;
	assert_int_equal(vrrp_packet_check(&p, &own), VRRP_PACKET_AUTH);
	p.auth_type = VRRP_WIRE_NONE;
	assert_int_equal(vrrp_packet_check(&p, &own), VRRP_PACKET_AUTH);
	p.vrid = 2;
	assert_int_equal(vrrp_packet_check(&p, &own), VRRP_PACKET_VRID);
	p.version = 3;
	assert_int_equal(vrrp_packet_check(&p, &own), VRRP_PACKET_VERSION);
	own.version = 3; /* version 3 adopts the interval */
	p = own;
	p.adver_int_cs = 7;
	assert_int_equal(vrrp_packet_check(&p, &own), VRRP_PACKET_OK);
}

static void test_ip_header(void **state)
{
	uint8_t b[64] = {0x45, 0, 0, 32, 0, 0, 0, 0, 255, 112, 0, 0, 192, 0, 2, 1, 224, 0, 0, 18};
	struct vrrp_datagram d;

	(void)state;
	assert_true(vrrp_datagram_ipv4(b, 40, &d)); /* behind the packet: padding */
	assert_int_equal(d.len, 12);
	assert_ptr_equal(d.bytes, b + 20);
	assert_int_equal(d.ttl, 255);
	assert_true(addr_equal(&d.src, &src) && addr_equal(&d.dst, &dst));
	assert_false(vrrp_datagram_ipv4(b, 31, &d));
	assert_false(vrrp_datagram_ipv4(b, 19, &d));
	b[0] = 0x46; /* options */
	assert_true(vrrp_datagram_ipv4(b, 40, &d));
	assert_int_equal(d.len, 8);
	b[0] = 0x49;
	assert_false(vrrp_datagram_ipv4(b, 40, &d));
	b[0] = 0x45;
	b[6] = 0x20; /* a fragment */
	assert_false(vrrp_datagram_ipv4(b, 40, &d));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_v2),
	    cmocka_unit_test(test_v3_both_sums),
	    cmocka_unit_test(test_v2_has_one_sum),
	    cmocka_unit_test(test_errors),
	    cmocka_unit_test(test_every_bit_matters),
	    cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_ipv6),
	    cmocka_unit_test(test_first_is_link_local),
	    cmocka_unit_test(test_unicast),
	    cmocka_unit_test(test_build_refuses),
	    cmocka_unit_test(test_check),
	    cmocka_unit_test(test_ip_header),
	};

	src = addr_ipv4(0xc0000201);
	dst = addr_ipv4(VRRP_GROUP_IPV4);
	return cmocka_run_group_tests_name("vrrp_packet", tests, NULL, NULL);
}
