/* lvs_udp_answer: which answers a UDP_CHECK takes; and the text that parameters travel in. */
#include "lvs/check_request.h"
#include "lvs/udp_answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void reads_octets(void **state)
{
	struct octets o;
	char longest[2 * OCTETS_MAX + 3];

	(void)state;
	assert_true(octets_read("", &o));
	assert_int_equal(o.len, 0);
	assert_true(octets_read("0aXf9xXX", &o));
	assert_int_equal(o.len, 4);
	assert_memory_equal(o.value, "\x0a\x0f\x90\x00", 4);
	assert_memory_equal(o.mask, "\xff\x0f\xf0\x00", 4);
	assert_false(octets_read("0", &o));
	assert_false(octets_read("0g", &o));
	assert_false(octets_read("0 1", &o));
	memset(longest, 'a', sizeof(longest));
	longest[2 * OCTETS_MAX] = '\0';
	assert_true(octets_read(longest, &o));
	assert_int_equal(o.len, OCTETS_MAX);
	longest[2 * OCTETS_MAX] = 'a';
	longest[2 * OCTETS_MAX + 2] = '\0';
	assert_false(octets_read(longest, &o));
}

struct answer_case {
	bool required;
	const char *reply;
	size_t min, max;
	const char *data;
	const char *text; /* NULL: it is good */
};

static const struct answer_case answers[] = {
    {false, "41", 5, 1, "B", NULL},
    {true, "", 0, 255, "", NULL},
    {true, "", 0, 3, "abc", NULL},
    {true, "", 0, 3, "abcd", "the answer has 4 octets, wanted is 0..3"},
    {true, "", 2, 3, "a", "the answer has 1 octets, wanted is 2..3"},
    {true, "616263", 0, 255, "abc", NULL},
    {true, "616263", 0, 255, "ab", NULL},
    {true, "6162", 0, 255, "abc", NULL},
    {true, "616263", 0, 255, "abd", "octet 3 of the answer is 64, not 63"},
    {true, "6162X3", 0, 255, "abs", NULL},
    {true, "6162X3", 0, 255, "abd", "octet 3 of the answer is 64, not 03"},
    {true, "6xXX63", 0, 255, "o.c", NULL},
};

static void judges_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		const struct answer_case *c = &answers[i];
		struct udp_wanted w = {.required = c->required, .min = c->min, .max = c->max};
		char text[TEXT_REASON] = "";
		enum check_reason r;

		assert_true(octets_read(c->reply, &w.reply));
		r = udp_judge(&w, (const uint8_t *)c->data, strlen(c->data), text);
		assert_int_equal(r, c->text ? REASON_CONTENT : REASON_OK);
		assert_string_equal(text, c->text ? c->text : "");
	}
}

static void request_is_read_back(void **state)
{
	struct buf b = {0};
	char value[32];

	(void)state;
	request_add(&b, "first", "a \"b\"\n");
	request_add(&b, "none", "");
	request_add_number(&b, "number", 7);
	request_add(&b, "last", "z");
	assert_true(request_value(buf_cstr(&b), "first", value, sizeof(value)));
	assert_string_equal(value, "a \"b\"\n");
	assert_false(request_value(buf_cstr(&b), "none", value, sizeof(value)));
	assert_string_equal(value, "");
	assert_false(request_value(buf_cstr(&b), "fir", value, sizeof(value)));
	assert_true(request_value(buf_cstr(&b), "last", value, sizeof(value)));
	assert_string_equal(value, "z");
	assert_int_equal(request_number(buf_cstr(&b), "number", 1), 7);
	assert_int_equal(request_number(buf_cstr(&b), "other", 1), 1);
	assert_int_equal(request_number("", "other", 1), 1);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_octets),
	    cmocka_unit_test(judges_answers),
	    cmocka_unit_test(request_is_read_back),
	};

	return cmocka_run_group_tests_name("lvs_udp_answer", tests, NULL, NULL);
}
