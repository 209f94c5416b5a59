/*
 * lvs_smtp: what mail servers say, whole and octet by octet, and what a check makes of it.
 */
#include "lvs/smtp.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What a server says at each step, NULL: it closes; "": it is late. */
struct smtp_case {
	const char *says[SMTP_STEPS];
	enum check_reason reason;
	const char *text;
};

static const struct smtp_case cases[] = {
    {{"220 mail ESMTP\r\n", "250 mail\r\n", "221 bye\r\n"}, REASON_OK, ""},
    {{"220\r\n", "250\n", "221 \r\n"}, REASON_OK, ""},
    {{"220-one\r\n220-two\r\n220 three\r\n", "250-mail\r\n250 SIZE\r\n", "221 bye\r\n"},
     REASON_OK,
     ""},
    {{"554 no service\r\n"}, REASON_STATUS, "554 no service: the greeting should be 220"},
    {{"421 too busy\r\n"}, REASON_STATUS, "421 too busy: the greeting should be 220"},
    {{"220-wait\r\n421 no\r\n"}, REASON_STATUS, "421 no: the greeting should be 220"},
    {{"220 m\r\n", "501 who?\r\n"}, REASON_STATUS, "501 who?: the answer to HELO should be 250"},
    {{"220 m\r\n", "451 later\r\n"}, REASON_STATUS, "451 later: the answer to HELO should be 250"},
    {{"220 m\r\n", "250 m\r\n", "500 what\r\n"},
     REASON_STATUS,
     "500 what: the answer to QUIT should be 221"},
    {{"SSH-2.0-OpenSSH\r\n"}, REASON_BAD_REPLY, "the greeting is not of SMTP: SSH-2.0-OpenSSH"},
    {{"22 m\r\n"}, REASON_BAD_REPLY, "the greeting is not of SMTP: 22 m"},
    {{"2200 m\r\n"}, REASON_BAD_REPLY, "the greeting is not of SMTP: 2200 m"},
    {{"\r\n"}, REASON_BAD_REPLY, "the greeting is not of SMTP: "},
    {{"22\t0\001\r\n"}, REASON_BAD_REPLY, "the greeting is not of SMTP: 22?0?"},
    {{"220 m\r\n220 m\r\n"}, REASON_BAD_REPLY, "it says more than its greeting, unasked"},
    {{NULL}, REASON_BAD_REPLY, "it closed the connection before its greeting"},
    {{"220 m\r\n", NULL}, REASON_BAD_REPLY, "it closed the connection before its answer to HELO"},
    {{"220 m\r\n", "250 m\r\n", NULL},
     REASON_BAD_REPLY,
     "it closed the connection before its answer to QUIT"},
    {{""}, REASON_TIMEOUT, "no greeting in time"},
    {{"220 m"}, REASON_TIMEOUT, "only a part of the greeting in time"},
    {{"220-m\r\n"}, REASON_TIMEOUT, "only a part of the greeting in time"},
    {{"220 m\r\n", ""}, REASON_TIMEOUT, "no answer to HELO in time"},
    {{"220 m\r\n", "250 m\r\n", ""}, REASON_TIMEOUT, "no answer to QUIT in time"},
};

/* By at most `piece` octets at a time. */
static enum smtp_next hear(struct smtp *s, const char *says, size_t piece)
{
	size_t len = strlen(says), at = 0;
	enum smtp_next next = SMTP_WAIT;

	while (at < len && next == SMTP_WAIT) {
		size_t n = len - at < piece ? len - at : piece;

		next = smtp_take(s, says + at, n);
		at += n;
	}
	return next;
}

static void talk(const struct smtp_case *c, size_t piece)
{
	static const enum smtp_next good[SMTP_STEPS] = {SMTP_SAY_HELO, SMTP_SAY_QUIT, SMTP_GOOD};
	struct smtp s;

	smtp_begin(&s);
	for (unsigned i = 0; i < SMTP_STEPS; i++) {
		enum smtp_next next = c->says[i] ? hear(&s, c->says[i], piece) : smtp_closed(&s);

		if (next == good[i])
			continue;
		if (next == SMTP_WAIT)
			next = smtp_late(&s);
		assert_int_equal(next, SMTP_BAD);
		assert_int_equal(s.reason, c->reason);
		assert_string_equal(s.text, c->text);
		return;
	}
	assert_int_equal(c->reason, REASON_OK);
	assert_int_equal(s.step, SMTP_STEPS);
}

static void whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		talk(&cases[i], 1024);
}

static void octet_by_octet(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (!strstr(cases[i].text, "unasked")) /* which comes too late to be heard */
			talk(&cases[i], 1);
}

static void long_line(void **state)
{
	char line[SMTP_LINE_MAX + 2];
	struct smtp s;

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "220 ", 4);
	line[SMTP_LINE_MAX] = '\n';
	smtp_begin(&s);
	assert_int_equal(smtp_take(&s, line, SMTP_LINE_MAX + 1), SMTP_SAY_HELO);
	line[SMTP_LINE_MAX] = 'x';
	smtp_begin(&s);
	assert_int_equal(smtp_take(&s, line, SMTP_LINE_MAX + 1), SMTP_BAD);
	assert_int_equal(s.reason, REASON_BAD_REPLY);
	assert_string_equal(s.text, "a line of the greeting is too long");
}

static void endless_answer(void **state)
{
	struct smtp s;

	(void)state;
	smtp_begin(&s);
	for (unsigned i = 1; i < SMTP_LINES_MAX; i++)
		assert_int_equal(smtp_take(&s, "220-more\r\n", 10), SMTP_WAIT);
	assert_int_equal(smtp_take(&s, "220-more\r\n", 10), SMTP_BAD);
	assert_string_equal(s.text, "the greeting does not end");
}

static void nul_octets(void **state)
{
	struct smtp s;

	(void)state;
	smtp_begin(&s);
	assert_int_equal(smtp_take(&s, "220 \0 m\r\n", 9), SMTP_BAD);
	assert_int_equal(s.reason, REASON_BAD_REPLY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(whole),      cmocka_unit_test(octet_by_octet),
	    cmocka_unit_test(long_line),  cmocka_unit_test(endless_answer),
	    cmocka_unit_test(nul_octets),
	};

	return cmocka_run_group_tests_name("lvs_smtp", tests, NULL, NULL);
}
