/*
 * dns_answer: the question of a DNS_CHECK octet by octet, and answers whole, cut anywhere, changed
 * in each bit, and random.
 */
#include "dns/dns.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct dns_question question(const char *name, enum dns_type type)
{
	struct dns_question q = {.type = (uint8_t)type, .id = 0x1234};

	TEXT_COPY(q.name, name);
	return q;
}

static void question_is_written(void **state)
{
	static const char www[] = "\x12\x34\x01\0\0\1\0\0\0\0\0\0\3www\7example\0\0\x1c\0\1";
	static const char root[] = "\x12\x34\x01\0\0\1\0\0\0\0\0\0\0\0\6\0\1";
	struct dns_question q = question("www.example", DNS_AAAA);

	(void)state;
	assert_true(dns_write(&q));
	assert_int_equal(q.len, sizeof(www) - 1);
	q.octets[2] |= 1; /* recursion is asked for or not */
	assert_memory_equal(q.octets, www, sizeof(www) - 1);
	dns_free(&q);
	q = question("", DNS_SOA);
	assert_true(dns_write(&q));
	assert_int_equal(q.len, sizeof(root) - 1);
	assert_memory_equal(q.octets + 12, root + 12, sizeof(root) - 13);
	dns_free(&q);
	q = question("a..b", DNS_A);
	assert_false(dns_write(&q));
	dns_free(&q);
}

/* One record, and one more in each of the other sections. */
static const unsigned char good[] = "\x12\x34\x84\0\0\1\0\1\0\1\0\1\3www\7example\0\0\1\0\1"
				    "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1"
				    "\xc0\x10\0\2\0\1\0\0\0\x3c\0\5\2ns\xc0\x10"
				    "\0\0\x29\x04\xd0\0\0\0\0\0\0";

#define GOOD_LEN (sizeof(good) - 1)

static void whole_and_cut(void **state)
{
	struct dns_question q = question("WWW.example", DNS_A);
	char text[TEXT_REASON];

	(void)state;
	assert_int_equal(dns_judge(&q, good, GOOD_LEN, text), REASON_OK);
	assert_string_equal(text, "");
	for (size_t len = 0; len < GOOD_LEN; len++) {
		unsigned char *cut = malloc(len ? len : 1);

		memcpy(cut, good, len);
		assert_int_equal(dns_judge(&q, cut, len, text), REASON_BAD_REPLY);
		free(cut);
	}
}

static void other_questions(void **state)
{
	const struct dns_question others[] = {question("www.exampl", DNS_A), question("", DNS_A),
					      question("www.example", DNS_AAAA)};
	char text[TEXT_REASON];

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_int_equal(dns_judge(&others[i], good, GOOD_LEN, text), REASON_BAD_REPLY);
		assert_string_equal(text, "the answer is to another question");
	}
}

static void each_bit(void **state)
{
	struct dns_question q = question("www.example", DNS_A);
	char text[TEXT_REASON];
	unsigned ours = 0;

	(void)state;
	for (size_t i = 0; i < GOOD_LEN * 8; i++) {
		unsigned char *changed = malloc(GOOD_LEN);
		enum check_reason r;

		memcpy(changed, good, GOOD_LEN);
		changed[i / 8] ^= (unsigned char)(1u << i % 8);
		r = dns_judge(&q, changed, GOOD_LEN, text);
		if (i / 8 < 2)
			assert_int_equal(r, REASON_NONE);
		else
			assert_int_not_equal(r, REASON_NONE);
		if (i == 3 * 8 + 1)
			assert_string_equal(text, "SERVFAIL for www.example");
		ours += r == REASON_STATUS;
		free(changed);
	}
	assert_int_equal(ours, 4); /* the bits of the rcode */
}

static void random_octets(void **state)
{
	struct dns_question q = question("www.example", DNS_A);
	char text[TEXT_REASON];

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		size_t len = arc4random_uniform(128);
		unsigned char *data = malloc(len ? len : 1);

		arc4random_buf(data, len);
		if (len > 4)
			memcpy(data, good, i % (len < 34 ? len : 34));
		dns_judge(&q, data, len, text);
		assert_true(strlen(text) < TEXT_REASON);
		free(data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(question_is_written), cmocka_unit_test(whole_and_cut),
	    cmocka_unit_test(other_questions),     cmocka_unit_test(each_bit),
	    cmocka_unit_test(random_octets),
	};

	return cmocka_run_group_tests_name("dns_answer", tests, NULL, NULL);
}
