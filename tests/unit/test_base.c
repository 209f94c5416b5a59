/* base: text, buf, addr. */
#include "base/addr.h"
#include "base/buf.h"
#include "base/sha256.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
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

static void assert_sha256(const void *data, size_t len, size_t piece, const char *expected)
{
	unsigned char md[SHA256_SIZE];
	char text[2 * SHA256_SIZE + 1];
	struct sha256 s;

	sha256_begin(&s);
	for (size_t at = 0; at < len; at += piece)
		sha256_add(&s, (const char *)data + at, len - at < piece ? len - at : piece);
	sha256_end(&s, md);
	for (size_t i = 0; i < sizeof(md); i++)
		snprintf(text + 2 * i, 3, "%02x", md[i]);
	assert_string_equal(text, expected);
}

/* The examples of FIPS 180-4, and lengths around the end of a block (from sha256sum). */
static void digests(void **state)
{
	static char a[1000000];

	(void)state;
	memset(a, 'a', sizeof(a));
	assert_sha256("", 0, 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_sha256("abc", 3, 3,
		      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, 5,
		      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	assert_sha256(a, 55, 7, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
	assert_sha256(a, 63, 7, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34");
	assert_sha256(a, 64, 7, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
	assert_sha256(a, 65, 7, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0");
	assert_sha256(a, 119, 7,
		      "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb");
	assert_sha256(a, 120, 7,
		      "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c");
	assert_sha256(a, sizeof(a), 4099,
		      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
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
	    cmocka_unit_test(digests),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
