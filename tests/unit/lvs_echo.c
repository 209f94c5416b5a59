/*
 * lvs_echo: the question of ping octet by octet, and which answers are ours: not another's, not
 * that to an earlier question, not a part of one. Then random octets, for the sanitizers.
 */
#include "lvs/echo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct echo ours = {0x1234, 0xfffe, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}};

/* As the other side makes it of the question. */
static void answer(const struct echo *e, bool v6, uint8_t ret[ECHO_LEN])
{
	echo_write(e, v6, ret);
	ret[0] = v6 ? 129 : 0;
}

static void question_of_ipv4(void **state)
{
	static const uint8_t head[8] = {8, 0, 0, 0, 0x12, 0x34, 0xff, 0xfe};
	uint8_t q[ECHO_LEN];
	uint32_t sum = 0;

	(void)state;
	echo_write(&ours, false, q);
	for (size_t i = 0; i < ECHO_LEN; i += 2)
		sum += (uint32_t)(q[i] << 8 | q[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	assert_int_equal((sum & 0xffff) + (sum >> 16), 0xffff);
	assert_memory_equal(q, head, 2);
	assert_memory_equal(q + 4, head + 4, 4);
	assert_memory_equal(q + 8, ours.token, sizeof(ours.token));
}

static void question_of_ipv6(void **state)
{
	static const uint8_t head[8] = {128, 0, 0, 0, 0x12, 0x34, 0xff, 0xfe};
	uint8_t q[ECHO_LEN];

	(void)state;
	echo_write(&ours, true, q);
	assert_memory_equal(q, head, sizeof(head));
}

static void answers(void **state)
{
	(void)state;
	for (int v6 = 0; v6 < 2; v6++) {
		uint8_t a[ECHO_LEN];

		answer(&ours, v6, a);
		assert_true(echo_is_answer(&ours, v6, false, false, a, sizeof(a)));
		assert_false(echo_is_answer(&ours, !v6, false, false, a, sizeof(a)));
		assert_false(echo_is_answer(&ours, v6, false, false, a, sizeof(a) - 1));
		for (size_t i = 0; i < ECHO_LEN; i++) {
			bool checked = i != 2 && i != 3; /* the kernel looks at the checksum */
			bool id = i == 4 || i == 5;

			a[i] ^= 0x80;
			assert_int_equal(echo_is_answer(&ours, v6, false, false, a, sizeof(a)),
					 !checked);
			assert_int_equal(echo_is_answer(&ours, v6, false, true, a, sizeof(a)),
					 !checked || id);
			a[i] ^= 0x80;
		}
	}
}

static void behind_an_ip_header(void **state)
{
	uint8_t packet[60 + ECHO_LEN];

	(void)state;
	for (uint8_t words = 0; words < 16; words++) {
		size_t head = words * 4u;
		bool good = words >= 5;

		memset(packet, 0, sizeof(packet));
		packet[0] = 0x40 | words;
		if (good)
			answer(&ours, false, packet + head);
		assert_int_equal(echo_is_answer(&ours, false, true, false, packet, head + ECHO_LEN),
				 good);
		assert_false(
		    echo_is_answer(&ours, false, true, false, packet, head + ECHO_LEN - 1));
	}
}

static void random_octets(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		size_t len = arc4random_uniform(96);
		uint8_t *data = malloc(len ? len : 1);

		arc4random_buf(data, len);
		assert_false(echo_is_answer(&ours, i & 1, i & 2, i & 4, data, len));
		free(data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(question_of_ipv4), cmocka_unit_test(question_of_ipv6),
	    cmocka_unit_test(answers),          cmocka_unit_test(behind_an_ip_header),
	    cmocka_unit_test(random_octets),
	};

	return cmocka_run_group_tests_name("lvs_echo", tests, NULL, NULL);
}
