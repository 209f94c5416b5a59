/*
 * lvs_ipvs_msg: IPVS attributes as bytes. Golden bytes typed from the kernel's header, round
 * trips for both families, and what must be refused.
 */
#include "lvs/ipvs_msg.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct addr addr_of(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

static struct ipvs_service service_of(const char *addr)
{
	struct ipvs_service s = {0};

	s.key.addr = addr_of(addr);
	s.key.port = 80;
	s.key.protocol = IPPROTO_TCP;
	strcpy(s.scheduler, "wrr");
	s.prefix = s.key.addr.family == ADDR_IPV4 ? 32 : 128;
	return s;
}

static const unsigned char golden_service[] = {
    /* nested SERVICE, 84 octets */
    0x54, 0, 1, 0x80, 6,    0,   1,   0,   2,    0,    0,    0, /* AF */
    6,    0, 2, 0,    6,    0,   0,   0,                        /* PROTOCOL */
    20,   0, 3, 0,    192,  168, 1,   200, 0,    0,    0,    0,
    0,    0, 0, 0,    0,    0,   0,   0,                           /* ADDR */
    6,    0, 4, 0,    0,    80,  0,   0,                           /* PORT, network order */
    8,    0, 6, 0,    'w',  'r', 'r', 0,                           /* SCHED_NAME */
    12,   0, 7, 0,    1,    0,   0,   0,   0xff, 0xff, 0xff, 0xff, /* FLAGS: persistent */
    8,    0, 8, 0,    0x2c, 1,   0,   0,                           /* TIMEOUT 300 */
    8,    0, 9, 0,    255,  255, 255, 0,                           /* NETMASK, network order */
};

static const unsigned char golden_dest[] = {
    0x48, 0, 2, 0x80, 6,    0,    11, 0,  2,    0,    0, 0, /* ADDR_FAMILY */
    20,   0, 1, 0,    192,  168,  1,  11, 0,    0,    0, 0, 0, 0, 0, 0,
    0,    0, 0, 0,    6,    0,    2,  0,  0x1f, 0x90, 0, 0, /* PORT 8080 */
    8,    0, 3, 0,    3,    0,    0,  0,                    /* FWD_METHOD droute */
    8,    0, 4, 0,    0xff, 0xff, 0,  0,                    /* WEIGHT 65535 */
    8,    0, 5, 0,    0,    0,    0,  0,  8,    0,    6, 0, 0, 0, 0, 0,
};

static void test_golden_service(void **state)
{
	struct ipvs_service s = service_of("192.168.1.200");
	struct buf b = {0};

	(void)state;
	s.flags = IP_VS_SVC_F_PERSISTENT;
	s.timeout_s = 300;
	s.prefix = 24;
	ipvs_msg_put_service(&b, &s);
	assert_int_equal(b.len, sizeof(golden_service));
	assert_memory_equal(b.data, golden_service, b.len);
	buf_free(&b);
}

static void test_golden_dest(void **state)
{
	struct ipvs_dest d = {.forwarding = IP_VS_CONN_F_DROUTE, .weight = 65535};
	struct buf b = {0};

	(void)state;
	d.key.addr = addr_of("192.168.1.11");
	d.key.port = 8080;
	ipvs_msg_put_dest(&b, &d);
	assert_int_equal(b.len, sizeof(golden_dest));
	assert_memory_equal(b.data, golden_dest, b.len);
	buf_free(&b);
}

static void test_round_trip_service(void **state)
{
	static const char *const addrs[] = {"10.0.0.1", "255.255.255.255", "2001:db8::1"};
	static const uint32_t prefixes[] = {1, 8, 24, 32};

	(void)state;
	for (size_t i = 0; i < sizeof(addrs) / sizeof(addrs[0]); i++)
		for (size_t p = 0; p < sizeof(prefixes) / sizeof(prefixes[0]); p++) {
			struct ipvs_service s = service_of(addrs[i]), got;
			struct buf b = {0};

			s.prefix = prefixes[p];
			s.key.protocol = IPPROTO_UDP;
			s.key.port = 65535;
			s.flags = IP_VS_SVC_F_SCHED1 | IP_VS_SVC_F_SCHED2;
			ipvs_msg_put_service(&b, &s);
			assert_true(ipvs_msg_get_service(b.data, b.len, &got));
			assert_memory_equal(&s, &got, sizeof(s));
			buf_free(&b);
		}
}

static void test_round_trip_mark(void **state)
{
	struct ipvs_service s = {
	    .key = {.addr = {.family = ADDR_IPV6}, .fwmark = 7}, .scheduler = "mh", .prefix = 128};
	struct ipvs_service got;
	struct buf b = {0};

	(void)state;
	ipvs_msg_put_service(&b, &s);
	assert_true(ipvs_msg_get_service(b.data, b.len, &got));
	assert_memory_equal(&s, &got, sizeof(s));
	buf_free(&b);
}

/* ---- replies --------------------------------------------------------- */

static void attr(struct buf *b, uint16_t type, const void *v, uint16_t len)
{
	uint16_t head[2] = {(uint16_t)(len + 4), type};

	buf_add(b, head, 4);
	buf_add(b, v, len);
	buf_add(b, "\0\0\0", (4 - len % 4) % 4);
}

static void attr_u32(struct buf *b, uint16_t type, uint32_t v)
{
	attr(b, type, &v, sizeof(v));
}

static void add_stats64(struct buf *b, uint16_t type, uint64_t first)
{
	struct buf s = {0};

	for (uint16_t i = IPVS_STATS_ATTR_CONNS; i <= IPVS_STATS_ATTR_OUTBPS; i++) {
		uint64_t v = first + i;

		attr(&s, i, &v, sizeof(v));
	}
	attr(b, type | 0x8000, s.data, (uint16_t)s.len);
	buf_free(&s);
}

/* A destination as the kernel reports it, with or without the family. */
static void build_dest_reply(struct buf *b, bool with_family, bool with_weight)
{
	struct buf d = {0};
	unsigned char addr[16] = {10, 1, 2, 3};
	uint16_t af = 2, port = htons(80);

	attr(&d, IPVS_DEST_ATTR_ADDR, addr, sizeof(addr));
	attr(&d, IPVS_DEST_ATTR_PORT, &port, sizeof(port));
	if (with_family)
		attr(&d, IPVS_DEST_ATTR_ADDR_FAMILY, &af, sizeof(af));
	attr_u32(&d, IPVS_DEST_ATTR_FWD_METHOD, IP_VS_CONN_F_TUNNEL | IP_VS_CONN_F_INACTIVE);
	if (with_weight)
		attr_u32(&d, IPVS_DEST_ATTR_WEIGHT, 300);
	attr_u32(&d, IPVS_DEST_ATTR_U_THRESH, 0);
	attr_u32(&d, IPVS_DEST_ATTR_L_THRESH, 0);
	attr_u32(&d, IPVS_DEST_ATTR_ACTIVE_CONNS, 5);
	attr_u32(&d, IPVS_DEST_ATTR_INACT_CONNS, 6);
	attr_u32(&d, IPVS_DEST_ATTR_PERSIST_CONNS, 7);
	attr_u32(&d, 99, 1); /* a newer kernel's */
	add_stats64(&d, IPVS_DEST_ATTR_STATS64, UINT64_C(1) << 40);
	attr(b, IPVS_CMD_ATTR_DEST | 0x8000, d.data, (uint16_t)d.len);
	buf_free(&d);
}

static void test_dest_reply(void **state)
{
	(void)state;
	for (int with_family = 0; with_family < 2; with_family++) {
		struct buf b = {0};
		struct ipvs_dest d;
		struct ipvs_counts n;

		build_dest_reply(&b, with_family, true);
		assert_true(ipvs_msg_get_dest(b.data, b.len, ADDR_IPV4, &d, &n));
		assert_int_equal(addr_ipv4_value(&d.key.addr), 0x0a010203);
		assert_int_equal(d.key.port, 80);
		assert_int_equal(d.forwarding, IP_VS_CONN_F_TUNNEL);
		assert_int_equal(d.weight, 300);
		assert_int_equal(n.active, 5);
		assert_int_equal(n.inactive, 6);
		assert_int_equal(n.persistent, 7);
		assert_int_equal(n.stats.conns, (UINT64_C(1) << 40) + 1);
		assert_int_equal(n.stats.out_bps, (UINT64_C(1) << 40) + 10);
		buf_free(&b);
	}
}

static void test_reply_incomplete(void **state)
{
	struct buf b = {0};
	struct ipvs_dest d;
	struct ipvs_counts n;
	struct ipvs_service s;
	struct ipvs_info info;

	(void)state;
	build_dest_reply(&b, true, false);
	assert_false(ipvs_msg_get_dest(b.data, b.len, ADDR_IPV4, &d, &n));
	assert_false(ipvs_msg_get_service(b.data, b.len, &s));
	assert_false(ipvs_msg_get_info(b.data, b.len, &info));
	assert_false(ipvs_msg_get_service("", 0, &s));
	buf_free(&b);
}

/* No prefix of a good reply decodes, and none is read past its end (run under ASan). */
static void test_reply_truncated(void **state)
{
	struct buf b = {0};
	struct ipvs_dest d;
	struct ipvs_counts n;

	(void)state;
	build_dest_reply(&b, true, true);
	for (size_t len = 0; len < b.len; len++) {
		unsigned char *copy = test_malloc(len + 1);

		memcpy(copy, b.data, len);
		assert_false(ipvs_msg_get_dest(copy, len, ADDR_IPV4, &d, &n));
		test_free(copy);
	}
	assert_true(ipvs_msg_get_dest(b.data, b.len, ADDR_IPV4, &d, &n));
	buf_free(&b);
}

static void test_info(void **state)
{
	struct buf b = {0};
	struct ipvs_info info;

	(void)state;
	attr_u32(&b, IPVS_INFO_ATTR_VERSION, 0x010201);
	attr_u32(&b, IPVS_INFO_ATTR_CONN_TAB_SIZE, 4096);
	assert_true(ipvs_msg_get_info(b.data, b.len, &info));
	assert_int_equal(info.version, 0x010201);
	assert_int_equal(info.conn_tab_size, 4096);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden_service),     cmocka_unit_test(test_golden_dest),
	    cmocka_unit_test(test_round_trip_service), cmocka_unit_test(test_round_trip_mark),
	    cmocka_unit_test(test_dest_reply),         cmocka_unit_test(test_reply_incomplete),
	    cmocka_unit_test(test_reply_truncated),    cmocka_unit_test(test_info),
	};

	return cmocka_run_group_tests_name("lvs_ipvs_msg", tests, NULL, NULL);
}
