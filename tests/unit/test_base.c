/* base: text, buf, addr. */
#include "base/addr.h"
#include "base/buf.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void fixed_point_numbers(void **state)
{
	uint64_t v = 7;

	(void)state;
	assert_true(text_fixed("1.5", 3, &v));
	assert_int_equal(v, 1500);
	assert_true(text_fixed("40", 2, &v));
	assert_int_equal(v, 4000);
	assert_true(text_fixed(".01", 2, &v));
	assert_int_equal(v, 1);
	assert_false(text_fixed("1.555", 2, &v));
	assert_false(text_fixed("", 2, &v));
	assert_false(text_fixed(".", 2, &v));
	assert_false(text_fixed("-1", 2, &v));
	assert_false(text_fixed("1s", 2, &v));
	assert_false(text_fixed("99999999999999999999", 2, &v));
	assert_int_equal(v, 1);
}

static void whole_numbers_keep_their_range(void **state)
{
	uint64_t v = 0;

	(void)state;
	assert_true(text_u64("65535", 0, 65535, &v));
	assert_false(text_u64("65536", 0, 65535, &v));
	assert_false(text_u64("-1", 0, 65535, &v));
	assert_false(text_u64("4294967296x", 0, UINT64_MAX, &v));
	assert_true(text_u64("18446744073709551615", 0, UINT64_MAX, &v));
	assert_false(text_u64("18446744073709551616", 0, UINT64_MAX, &v));
}

static void quoted_words_come_back(void **state)
{
	(void)state;
	for (int c = 1; c < 256; c++) {
		char in[4] = {'a', (char)c, 'b', 0}, quoted[32], out[8];
		const char *p = quoted;

		text_quote(quoted, sizeof(quoted), in);
		assert_true(text_word(&p, out, sizeof(out)));
		assert_string_equal(out, in);
		assert_int_equal(*p, 0);
	}
}

static void bad_words_are_refused(void **state)
{
	static const char *const bad[] = {"\"open", "\"a\\q\"", "\"a\"b", "\"\\x0\"", "\"\\x00\""};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *p = bad[i];
		char out[16];

		assert_false(text_word(&p, out, sizeof(out)));
		assert_int_not_equal(*p, 0);
	}
}

static void nearest_word(void **state)
{
	static const char *const words[] = {"interface", "priority", "preempt", NULL};

	(void)state;
	assert_string_equal(text_nearest("interfaec", words), "interface");
	assert_string_equal(text_nearest("prioriti", words), "priority");
	assert_null(text_nearest("weight", words));
}

static void a_cursor_never_reads_past_its_end(void **state)
{
	struct buf b = {0};
	struct cursor c;
	char text[4];

	(void)state;
	buf_u32(&b, 0x01020304);
	buf_str(&b, "abc");
	c = cursor_over(b.data, b.len);
	assert_int_equal(cursor_u32(&c), 0x01020304);
	assert_true(cursor_str(&c, text, sizeof(text)));
	assert_string_equal(text, "abc");
	assert_false(c.failed);
	assert_int_equal(cursor_u8(&c), 0);
	assert_true(c.failed);
	c = cursor_over(b.data + 4, b.len - 4);
	assert_false(cursor_str(&c, text, 3)); /* "abc" and its NUL need four */
	buf_free(&b);
}

static const struct range {
	const char *first, *last;
	uint32_t count;
} ranges[] = {
    {"192.0.2.1", "192.0.2.1", 1},
    {"192.0.2.250", "192.0.3.5", 12},
    {"192.0.2.2", "192.0.2.1", 0},
    {"0.0.0.0", "255.255.255.255", UINT32_MAX},
    {"1.255.255.255", "2.0.0.0", 2},
    {"2001:db8::ffff", "2001:db8::1:0", 2},
    {"2001:db8::", "2001:db8:0:1::", UINT32_MAX},
    {"2001:db8::1", "192.0.2.1", 0},
    {"::", "::ffff:fffe", UINT32_MAX},
    {"::", "::ffff:fffd", UINT32_MAX - 1},
};

static void ranges_of_addresses(void **state)
{
	struct addr a, b;

	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		struct addr at;

		assert_true(addr_parse(ranges[i].first, &a) && addr_parse(ranges[i].last, &b));
		assert_int_equal(addr_count(&a, &b), ranges[i].count);
		at = addr_add(&a, ranges[i].count - 1);
		if (ranges[i].count && ranges[i].count != UINT32_MAX)
			assert_true(addr_equal(&at, &b));
	}
}

static const struct network {
	const char *addr;
	unsigned prefix;
	bool is_network;
	const char *last;
} networks[] = {
    {"192.0.2.32", 27, true, "192.0.2.63"},    {"192.0.2.33", 27, false, "192.0.2.63"},
    {"192.0.2.33", 32, true, "192.0.2.33"},    {"0.0.0.0", 0, true, "255.255.255.255"},
    {"2001:db8::", 121, true, "2001:db8::7f"}, {"2001:db8::40", 121, false, "2001:db8::7f"},
};

static void networks_of_addresses(void **state)
{
	struct addr a, last;
	char text[ADDR_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(networks) / sizeof(networks[0]); i++) {
		assert_true(addr_parse(networks[i].addr, &a));
		assert_int_equal(addr_is_network(&a, networks[i].prefix), networks[i].is_network);
		last = addr_last(&a, networks[i].prefix);
		assert_string_equal(addr_text(&last, text), networks[i].last);
	}
}

static void addresses(void **state)
{
	struct addr a, b;
	char text[ADDR_TEXT_MAX];

	(void)state;
	assert_true(addr_parse("192.0.2.1", &a));
	assert_int_equal(addr_ipv4_value(&a), 0xc0000201);
	assert_true(addr_parse("2001:db8::1", &b));
	assert_string_equal(addr_text(&b, text), "2001:db8::1");
	assert_true(addr_cmp(&a, &b) < 0);
	assert_false(addr_parse("192.0.2.256", &a));
	assert_false(addr_parse("host.example", &a));
	assert_true(addr_parse("224.0.0.18", &a));
	assert_true(addr_is_multicast(&a));
}

static void what_a_terminal_shows(void **state)
{
	char text[] =
	    "a\x1b[31m \xc3\xa9 \x9b \xe9\x9b \xc2\x9bx \xed\xa0\x80 \xf0\x9f\x98\x80 \xe2\x82";

	(void)state;
	assert_string_equal(text_printable(text),
			    "a?[31m \xc3\xa9 ? ?? ??x ??? \xf0\x9f\x98\x80 ??");
	assert_int_equal(text_utf8("\x1b"), 1);
	assert_int_equal(text_shown("\x1b"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fixed_point_numbers),
	    cmocka_unit_test(whole_numbers_keep_their_range),
	    cmocka_unit_test(quoted_words_come_back),
	    cmocka_unit_test(bad_words_are_refused),
	    cmocka_unit_test(nearest_word),
	    cmocka_unit_test(a_cursor_never_reads_past_its_end),
	    cmocka_unit_test(addresses),
	    cmocka_unit_test(ranges_of_addresses),
	    cmocka_unit_test(networks_of_addresses),
	    cmocka_unit_test(what_a_terminal_shows),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
