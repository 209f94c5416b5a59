/*
 * lvs_agent: what a line of an agent makes of what it has said before, and what is said to it.
 */
#include "lvs/agent_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *line;
	/* expected, after "drain 40% down" */
	enum agent_word agent;
	unsigned percent;
	bool down;
	const char *why, *unknown;
} lines[] = {
    {"", AGENT_DRAIN, 40, true, "", ""},
    {"\r\n", AGENT_DRAIN, 40, true, "", ""},
    {"75%", AGENT_DRAIN, 75, true, "", ""},
    {"75%\n", AGENT_DRAIN, 75, true, "", ""},
    {"0%", AGENT_DRAIN, 0, true, "", ""},
    {"up", AGENT_DRAIN, 40, false, "", ""},
    {"ready", AGENT_READY, 40, true, "", ""},
    {"UP, Ready\t100%", AGENT_READY, 100, false, "", ""},
    {"maint up 5%\r", AGENT_MAINT, 5, false, "", ""},
    {"up ready\n0% maint", AGENT_READY, 40, false, "", ""}, /* the first line alone */
    {"stopped#for the backup, drain", AGENT_DRAIN, 40, true, "for the backup, drain", ""},
    {"up fail # disk full\n", AGENT_DRAIN, 40, true, " disk full", ""},
    {"failed", AGENT_DRAIN, 40, true, "", ""},
    {"up bogus 30% worse", AGENT_DRAIN, 30, false, "", "bogus"},
    {"up 75 % 1000000% -3% 7.5%", AGENT_DRAIN, 40, false, "", "75"},
    {"up 65536%", AGENT_DRAIN, 40, false, "", "65536%"},
    {"up \x01\xff", AGENT_DRAIN, 40, false, "", "??"},
};

static void test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct check_weight w = {.agent = AGENT_NONE, .percent = 100};
		struct agent_line r = agent_line_read("drain 40% down", &w);

		assert_true(r.says_down);
		r = agent_line_read(lines[i].line, &w);
		if (w.agent != lines[i].agent || w.percent != lines[i].percent ||
		    w.agent_down != lines[i].down || r.says_down != lines[i].down)
			fail_msg("\"%s\": agent %d percent %u down %d", lines[i].line, w.agent,
				 w.percent, w.agent_down);
		assert_string_equal(r.why, lines[i].why);
		assert_string_equal(r.unknown, lines[i].unknown);
	}
}

/* However long, it is read within its bounds. */
static void test_long_words(void **state)
{
	struct check_weight w = {.percent = 100};
	char line[300];
	struct agent_line r;

	(void)state;
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	r = agent_line_read(line, &w);
	assert_int_equal(strlen(r.unknown), AGENT_UNKNOWN - 1);
	memcpy(line, "down#", 5);
	r = agent_line_read(line, &w);
	assert_true(r.says_down);
	assert_int_equal(strlen(r.why), sizeof(r.why) - 1);
}

static void test_what_is_said(void **state)
{
	char buf[16];

	(void)state;
	assert_int_equal(agent_text("web1\\n", buf, sizeof(buf)), 5);
	assert_string_equal(buf, "web1\n");
	assert_int_equal(agent_text("a\\r\\t\\\\\\x\\", buf, sizeof(buf)), 7);
	assert_string_equal(buf, "a\r\t\\\\x\\");
	assert_int_equal(agent_text("0123456789abcdefgh", buf, sizeof(buf)), 15);
	assert_int_equal(agent_text("", buf, sizeof(buf)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_long_words),
	    cmocka_unit_test(test_what_is_said),
	};

	return cmocka_run_group_tests_name("lvs_agent", tests, NULL, NULL);
}
