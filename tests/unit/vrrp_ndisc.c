/* vrrp_ndisc: the frame of an unsolicited neighbour advertisement. */
#include "vrrp/ndisc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Seen from keepalived 2.2.7, with the router flag beside (0x80, and the checksum less 0x8000). */
static const uint8_t golden[VRRP_NDISC_FRAME] = {
    0x33, 0x33, 0,    0,    0,    1,    0x46, 0xe5, 0x5a, 0x48, 0x23, 0x23, 0x86, 0xdd, /* eth */
    0x60, 0,    0,    0,    0,    32,   58,   255,                                      /* ip */
    0x20, 0x01, 0x0d, 0xb8, 0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
    0,    5,    0xff, 2,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
    0,    0,    0,    1,    136,  0,    0xb6, 0xd2, 0xa0, 0,    0,    0, /* icmp6 */
    0x20, 0x01, 0x0d, 0xb8, 0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
    0,    5,    2,    1,    0x46, 0xe5, 0x5a, 0x48, 0x23, 0x23, /* option */
};

static void test_frame(void **state)
{
	uint8_t frame[VRRP_NDISC_FRAME];
	struct addr a;

	(void)state;
	assert_true(addr_parse("2001:db8::5", &a));
	vrrp_ndisc_frame(golden + 6, &a, frame);
	assert_memory_equal(frame, golden, sizeof(golden));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_frame)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
