/*
 * exec_track: how many results are believed, and which processes match: names, parameters, and
 * what /proc cuts off.
 */
#include "exec/match.h"
#include "exec/rise_fall.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Results as a word of + and -, states as a word of the same length: u(nknown), o(k), f(ailed). */
static void follow(uint8_t state, uint32_t rise, uint32_t fall, const char *results,
		   const char *states)
{
	static const char letters[] = "?uofd";
	uint32_t against = 0;

	for (size_t i = 0; results[i]; i++) {
		rise_fall(&state, &against, results[i] == '+', rise, fall);
		if (letters[state] != states[i])
			fail_msg("%s: %zu is %c, not %c", results, i, letters[state], states[i]);
	}
}

static void test_rise_and_fall(void **state)
{
	(void)state;
	follow(TRACK_UNKNOWN, 1, 1, "+-+--", "ofoff");
	follow(TRACK_UNKNOWN, 3, 2, "+-+--++-+++", "ooooffffffo");
	follow(TRACK_UNKNOWN, 3, 2, "-+++", "fffo"); /* the first decides at once */
	follow(TRACK_FAILED, 2, 1, "++", "fo");      /* init_fail */
	follow(TRACK_DISABLED, 3, 3, "+", "o");
	follow(TRACK_OK, 1, 3, "--+--+---", "oooooooof");
}

struct item {
	const char *wanted;
	enum param_match how;
	bool full;
	const char *comm, *cmdline; /* words end with | */
	bool matches;
};

static const struct item items[] = {
    {"nginx", PARAM_MATCH_ANY, false, "nginx", "nginx: master|", true},
    {"nginx", PARAM_MATCH_ANY, false, "nginx2", "nginx|", false},
    {"ngin", PARAM_MATCH_ANY, false, "nginx", "nginx|", false},
    {"a-name-of-seventeen", PARAM_MATCH_ANY, false, "a-name-of-seven", "|", true},
    /* the command line */
    {"nginx", PARAM_MATCH_ANY, true, "x", "nginx|-g|a|", true},
    {"nginx", PARAM_MATCH_ANY, true, "x", "/usr/sbin/nginx|", true},
    {"/usr/sbin/nginx", PARAM_MATCH_ANY, true, "x", "/usr/sbin/nginx|", true},
    {"/usr/sbin/nginx", PARAM_MATCH_ANY, true, "x", "nginx|", false},
    {"nginx", PARAM_MATCH_ANY, true, "nginx", "", false}, /* of the kernel */
    /* parameters */
    {"nginx -c f", PARAM_MATCH_ANY, false, "x", "nginx|-c|f|", true},
    {"nginx -c f", PARAM_MATCH_ANY, false, "x", "nginx|-c|f|g|", false},
    {"nginx -c f", PARAM_MATCH_ANY, false, "x", "nginx|-c|", false},
    {"nginx -c f", PARAM_MATCH_ANY, false, "x", "nginx|-c|ff|", false},
    {"nginx -c f", PARAM_MATCH_PARTIAL, false, "x", "nginx|-c|f|g|", true},
    {"nginx -c f", PARAM_MATCH_PARTIAL, false, "x", "nginx|-c|ff|", false},
    {"nginx -c f", PARAM_MATCH_INITIAL, false, "x", "nginx|-c|ff|", true},
    {"nginx -c f", PARAM_MATCH_INITIAL, false, "x", "nginx|-c|gf|", false},
    {"nginx -c f", PARAM_MATCH_INITIAL, false, "x", "nginx|-cc|f|", false},
    {"nginx -c f", PARAM_MATCH_EXACT, false, "x", "nginx|-c|f|", true},
    {"nginx -c f", PARAM_MATCH_EXACT, false, "x", "nginx|-c|f|g|", false},
    {"nginx", PARAM_MATCH_EXACT, false, "x", "nginx|", true},
    {"nginx", PARAM_MATCH_EXACT, false, "x", "nginx|-c|", false},
    {"nginx", PARAM_MATCH_INITIAL, false, "x", "nginx|", true},
    {"nginx", PARAM_MATCH_PARTIAL, false, "x", "nginx|-c|", false}, /* it must have none */
    {"\"a b\" 'c d'", PARAM_MATCH_ANY, false, "x", "a b|c d|", true},
};

static void test_matches(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		const struct item *it = &items[i];
		struct track_process_row t = {.param_match = (uint8_t)it->how,
					      .full_command = it->full};
		char line[128];
		struct process_seen seen = {it->comm, line, strlen(it->cmdline)};
		struct argv wanted;

		memset(line, 0, sizeof(line));
		for (size_t k = 0; k < seen.len; k++)
			line[k] = it->cmdline[k] == '|' ? '\0' : it->cmdline[k];
		assert_true(argv_split(&wanted, it->wanted, NULL));
		if (match_process(&t, &wanted, &seen) != it->matches)
			fail_msg("item %zu: %s", i, it->wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rise_and_fall),
	    cmocka_unit_test(test_matches),
	};

	return cmocka_run_group_tests_name("exec_track", tests, NULL, NULL);
}
