/* ctl: what halvardctl makes of values, names and tables, without a daemon. */
#include "base/text.h"
#include "ctl/grid.h"
#include "ctl/json.h"
#include "ctl/match.h"
#include "ctl/say.h"
#include "ctl/value.h"
#include "model/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct ctl at_noon = {
    .now = {1000000 * NS_PER_S},
    .wall_ms = INT64_C(1700000000123),
};

static void ages_take_the_unit_that_fits(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} cases[] = {
	    {-5, "0 s"},       {0, "0 s"},    {119, "119 s"},   {120, "2 min"},
	    {7199, "119 min"}, {7200, "2 h"}, {172799, "47 h"}, {172800, "2 d"},
	};
	char text[32];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mono when = mono_add(at_noon.now, -cases[i].seconds * NS_PER_S);

		assert_string_equal(value_age(&at_noon, when, text, sizeof(text)), cases[i].text);
	}
	assert_string_equal(value_age(&at_noon, (struct mono){0}, text, sizeof(text)), "-");
}

static void large_numbers_are_short(void **state)
{
	static const struct {
		uint64_t v;
		const char *text;
	} cases[] = {
	    {0, "0"},         {9999, "9999"},    {10000, "10.0k"},
	    {99949, "99.9k"}, {99950, "100k"},   {999499, "999k"},
	    {999500, "1.0M"}, {1234567, "1.2M"}, {UINT64_MAX, "18.4E"},
	};
	char text[32];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(value_short(cases[i].v, text, sizeof(text)), cases[i].text);
}

static void fields_show_their_unit(void **state)
{
	struct real_server_row r;
	char text[TEXT_MAX];

	(void)state;
	row_init(T_REAL_SERVER, &r);
	r.drain_time_s = 60;
	r.last_change = mono_add(at_noon.now, -3 * NS_PER_S);
#define SHOWN(name) value_text(&at_noon, schema_field(T_REAL_SERVER, name), &r, text, sizeof(text))
	assert_string_equal(SHOWN("drain_time_s"), "60 s");
	assert_string_equal(SHOWN("last_change"), "3 s ago");
	assert_string_equal(SHOWN("drain_started"), "-");
	assert_string_equal(SHOWN("admin_state"), "enabled");
	assert_string_equal(SHOWN("admin_reason"), "-");
	assert_string_equal(SHOWN("inhibit_on_failure"), "no");
}

static void monotonic_time_becomes_wall_time(void **state)
{
	struct real_server_row r;
	struct json j = {0};

	(void)state;
	row_init(T_REAL_SERVER, &r);
	r.last_change = mono_add(at_noon.now, -1500 * NS_PER_MS);
	json_open(&j, NULL, '{');
	value_json(&at_noon, &j, schema_field(T_REAL_SERVER, "last_change"), &r);
	value_json(&at_noon, &j, schema_field(T_REAL_SERVER, "drain_started"), &r);
	value_json(&at_noon, &j, schema_field(T_REAL_SERVER, "addr"), &r);
	json_close(&j, '}');
	assert_string_equal(buf_cstr(&j.out),
			    "{\n  \"last_change\": \"2023-11-14T22:13:18.623Z\",\n"
			    "  \"drain_started\": null,\n  \"addr\": null\n}");
	json_free(&j);
}

static void json_of(const char *in, const char *want)
{
	struct json j = {0};

	json_text(&j, NULL, in);
	assert_string_equal(buf_cstr(&j.out), want);
	json_free(&j);
}

static void json_strings_are_always_valid(void **state)
{
	(void)state;
	json_of("plain", "\"plain\"");
	json_of("\"\\/\n\x01\x7f", "\"\\\"\\\\/\\u000a\\u0001\\u007f\"");
	json_of("\xc3\xbc \xe2\x82\xac \xf0\x9f\x98\x80",
		"\"\xc3\xbc \xe2\x82\xac \xf0\x9f\x98\x80\"");
	json_of("\xff", "\"\\ufffd\"");
	json_of("\xc3", "\"\\ufffd\"");                       /* cut short */
	json_of("\xc0\xaf", "\"\\ufffd\\ufffd\"");            /* overlong */
	json_of("\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""); /* a surrogate */
	json_of("\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
}

static void json_nests(void **state)
{
	struct json j = {0};

	(void)state;
	json_open(&j, NULL, '{');
	json_open(&j, "empty", '[');
	json_close(&j, ']');
	json_open(&j, "list", '[');
	json_number(&j, NULL, UINT64_MAX);
	json_bool(&j, NULL, true);
	json_close(&j, ']');
	json_close(&j, '}');
	assert_string_equal(buf_cstr(&j.out), "{\n  \"empty\": [],\n  \"list\": [\n"
					      "    18446744073709551615,\n    true\n  ]\n}");
	json_free(&j);
}

static void short_names_match_at_their_parts(void **state)
{
	static const struct {
		const char *name, *word;
		bool yes;
	} cases[] = {
	    {"192.168.1.200:80/tcp", "192.168.1.200:80/tcp", true},
	    {"192.168.1.200:80/tcp", "192.168.1.200:80", true},
	    {"192.168.1.200:80/tcp", "192.168.1.200", true},
	    {"192.168.1.200:80/tcp", "192.168.1.20", false},
	    {"192.168.1.200:8080/tcp", "192.168.1.200:80", false},
	    {"192.168.1.200:80/tcp", "", false},
	    {"[2001:db8::1]:53/udp", "2001:db8::1", true},
	    {"[2001:db8::1]:53/udp", "[2001:db8::1]", true},
	    {"[2001:db8::1]:53/udp", "[2001:db8::1]:53", true},
	    {"[2001:db8::1]:53/udp", "2001:db8", false},
	    {"[2001:db8::1]:53/udp", "[2001", false},
	    {"[2001:db8::1]:53/udp", "2001:db8::1:53", false},
	    {"group:web/tcp", "group:web", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (match_name(cases[i].name, cases[i].word) != cases[i].yes)
			fail_msg("%s against %s", cases[i].word, cases[i].name);
	}
}

static void printed(struct grid *g, bool colour, const char *want)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	grid_print(g, f, colour);
	fclose(f);
	assert_string_equal(text, want);
	free(text);
}

static void grids_are_aligned_and_end_without_blanks(void **state)
{
	static const struct grid_column columns[] = {
	    {"NAME"}, {"N", .right = true}, {"NOTHING"}, {"STATE", .state = true}, {NULL}};
	struct grid *g = grid_new(columns);

	(void)state;
	printed(g, false, "none\n");
	grid_add(g, "a");
	grid_addf(g, "%d", 100);
	grid_add(g, "");
	grid_add(g, "up");
	grid_add(g, "longer");
	grid_addf(g, "%d", 5);
	grid_add(g, "");
	grid_add(g, "");
	printed(g, false, "NAME      N  STATE\na       100  up\nlonger    5\n");
	printed(g, true, "NAME      N  STATE\na       100  \033[32mup\033[0m\nlonger    5\n");
	grid_free(g);
}

static void messages_are_safe_for_a_terminal(void **state)
{
	char *out = NULL;
	size_t size;
	FILE *to = open_memstream(&out, &size);

	(void)state;
	say(to, "no \"%s\"", "a\033[2Jb\x7f\n\r\xc2\x9b");
	say(to, "; %s\n", "\xc3\xa9\n");
	say(to, "%s", "");
	fclose(to);
	assert_string_equal(out, "no \"a?[2Jb?????\"; \xc3\xa9?\n");
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ages_take_the_unit_that_fits),
	    cmocka_unit_test(large_numbers_are_short),
	    cmocka_unit_test(fields_show_their_unit),
	    cmocka_unit_test(monotonic_time_becomes_wall_time),
	    cmocka_unit_test(json_strings_are_always_valid),
	    cmocka_unit_test(json_nests),
	    cmocka_unit_test(short_names_match_at_their_parts),
	    cmocka_unit_test(messages_are_safe_for_a_terminal),
	    cmocka_unit_test(grids_are_aligned_and_end_without_blanks),
	};

	return cmocka_run_group_tests_name("ctl_text", tests, NULL, NULL);
}
