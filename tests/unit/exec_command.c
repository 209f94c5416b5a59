/*
 * exec_command: the text of a command into words, as keepalived's language has them; who runs it;
 * which program it is; and what enable_script_security refuses.
 */
#include "base/path.h"
#include "base/text.h"
#include "exec/command.h"

#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- words ------------------------------------------------------------------ */

static const struct {
	const char *text;
	const char *words; /* parted by | ; NULL: refused */
} splits[] = {
    {"/bin/true", "/bin/true"},
    {"  /bin/a\tb  c ", "/bin/a|b|c"},
    {"/bin/a \"one word\" 'and another'", "/bin/a|one word|and another"},
    {"/bin/a b\"c d\"e", "/bin/a|bc de"},
    {"/bin/a \"it's\" 'so \"it\" is'", "/bin/a|it's|so \"it\" is"},
    {"/bin/a ''", "/bin/a|"},
    {"/bin/a \\\"x\\\" a\\ b \\\\", "/bin/a|\"x\"|a b|\\"},
    {"/bin/a \\x41\\101\\x4a", "/bin/a|AAJ"},
    {"/bin/a \\t\\n", "/bin/a|\t\n"},
    {"/bin/a $HOME `id` ; rm > x | y *", "/bin/a|$HOME|`id`|;|rm|>|x|\x01|y|*"},
    {"", NULL},
    {"   ", NULL},
    {"\"\" x", NULL},
    {"/bin/a \"x", NULL},
    {"/bin/a 'x", NULL},
};

static void texts_are_split(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(splits) / sizeof(splits[0]); i++) {
		char joined[512] = "", *p = joined;
		const char *why = NULL;
		struct argv a;

		if (!argv_split(&a, splits[i].text, &why)) {
			assert_null(splits[i].words);
			assert_non_null(why);
			continue;
		}
		assert_non_null(splits[i].words);
		for (unsigned w = 0; w < a.count; w++)
			p += sprintf(p, "%s%s", w ? "|" : "",
				     text_eq(a.words[w], "|") ? "\x01" : a.words[w]);
		assert_string_equal(joined, splits[i].words);
		assert_null(a.words[a.count]);
	}
}

static void words_are_bounded(void **state)
{
	char many[4 * ARGV_WORDS_MAX], large[2048];
	struct argv a;

	(void)state;
	memset(many, ' ', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	for (unsigned i = 0; i <= ARGV_WORDS_MAX; i++)
		many[2 * i] = 'x';
	assert_false(argv_split(&a, many, NULL));
	many[2 * ARGV_WORDS_MAX] = ' ';
	assert_true(argv_split(&a, many, NULL));
	assert_int_equal(a.count, ARGV_WORDS_MAX);
	assert_false(argv_add(&a, "more"));
	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	assert_false(argv_split(&a, large, NULL));
	large[sizeof(a.text) - 3] = '\0';
	assert_true(argv_split(&a, large, NULL));
	assert_false(argv_add(&a, "more"));
	assert_true(argv_add(&a, ""));
	assert_int_equal(a.count, 2);
	assert_string_equal(a.words[1], "");
}

/* ---- who and what -------------------------------------------------------------- */

static char folder[] = "/tmp/halvard-command-XXXXXX";

static const char *at(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void make(const char *name, mode_t mode)
{
	FILE *f = fopen(at(name), "we");

	assert_non_null(f);
	fputs("#!/bin/sh\n", f);
	fclose(f);
	assert_int_equal(chmod(at(name), mode), 0);
}

static void users_are_found(void **state)
{
	const struct passwd *nobody = getpwnam("nobody"), *script = getpwnam(COMMAND_USER);
	struct exec_row g = {.script_user = ""};
	char why[TEXT_MAX] = "";
	struct command c;

	(void)state;
	assert_true(command_prepare(&c, &g, "/bin/true", "", "", why));
	assert_int_equal(c.uid, script ? script->pw_uid : 0);
	assert_true(command_prepare(&c, &g, "/bin/true", "root", "", why));
	assert_int_equal(c.uid, 0);
	assert_string_equal(c.user, "root");
	if (!nobody)
		skip();
	TEXT_COPY(g.script_user, "nobody");
	TEXT_COPY(g.script_group, "0");
	assert_true(command_prepare(&c, &g, "/bin/true", "", "", why));
	assert_int_equal(c.uid, nobody->pw_uid);
	assert_int_equal(c.gid, 0);
	/* the group of script_user is not that of another user */
	assert_true(command_prepare(&c, &g, "/bin/true", "65534", "", why));
	assert_int_equal(c.gid, getpwuid(65534) ? getpwuid(65534)->pw_gid : 65534);
	assert_false(command_prepare(&c, &g, "/bin/true", "no such user", "", why));
	assert_string_equal(why, "there is no user no such user");
	assert_false(command_prepare(&c, &g, "/bin/true", "root", "no such group", why));
	assert_string_equal(why, "there is no group no such group");
}

static void programs_are_found(void **state)
{
	struct exec_row g = {.script_user = "root"};
	char why[TEXT_MAX] = "", whole[PATH_MAX];
	struct command c;

	(void)state;
	assert_true(command_prepare(&c, &g, "sh -c true", "", "", why));
	assert_true(c.program[0] == '/');
	assert_string_equal(c.argv.words[0], "sh");
	make("plain", 0644);
	make("good", 0755);
	assert_int_equal(symlink("good", at("link")), 0);
	assert_false(command_prepare(&c, &g, at("plain"), "", "", why));
	assert_non_null(strstr(why, "is not a file that can be executed"));
	assert_false(command_prepare(&c, &g, folder, "", "", why));
	assert_false(command_prepare(&c, &g, at("absent"), "", "", why));
	assert_non_null(strstr(why, "No such file"));
	assert_false(command_prepare(&c, &g, "no-such-program", "", "", why));
	assert_false(command_prepare(&c, &g, "./good", "", "", why));
	assert_true(command_prepare(&c, &g, at("link"), "", "", why));
	assert_string_equal(c.program, realpath(at("good"), whole));
	g.use_symlink_paths = true;
	assert_true(command_prepare(&c, &g, at("link"), "", "", why));
	assert_string_equal(c.program, at("link"));
}

/* Below /tmp, which is safe for what is root's. */
static void what_others_change_is_not_run_by_root(void **state)
{
	struct exec_row g = {.script_user = "root", .enable_script_security = true};
	char why[TEXT_MAX] = "";
	struct command c;

	(void)state;
	if (geteuid() != 0 || chown(at("good"), 1, 1) < 0)
		skip();
	assert_false(command_prepare(&c, &g, at("good"), "", "", why));
	assert_non_null(strstr(why, "enable_script_security"));
	assert_non_null(strstr(why, "another user"));
	assert_int_equal(chown(at("good"), 0, 1), 0);
	assert_true(command_prepare(&c, &g, at("good"), "", "", why));
	assert_int_equal(chmod(at("good"), 0775), 0);
	assert_false(command_prepare(&c, &g, at("good"), "", "", why));
	assert_int_equal(chown(at("good"), 0, 0), 0);
	assert_true(command_prepare(&c, &g, at("good"), "", "", why));
	assert_int_equal(chmod(folder, 0777), 0);
	assert_false(command_prepare(&c, &g, at("good"), "", "", why));
	assert_non_null(strstr(why, "everybody"));
	assert_true(command_prepare(&c, &g, at("good"), "nobody", "", why));
	assert_false(command_prepare(&c, &g, at("good"), "nobody", "root", why));
	assert_int_equal(chmod(folder, 0755), 0);
	/* a link that another may point elsewhere */
	assert_int_equal(lchown(at("link"), 1, 1), 0);
	assert_true(command_prepare(&c, &g, at("link"), "", "", why)); /* what it leads to is run */
	g.use_symlink_paths = true;
	assert_false(command_prepare(&c, &g, at("link"), "", "", why));
	assert_non_null(strstr(why, "owns a link"));
	g.enable_script_security = false;
	assert_true(command_prepare(&c, &g, at("link"), "", "", why));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts_are_split),
	    cmocka_unit_test(words_are_bounded),
	    cmocka_unit_test(users_are_found),
	    cmocka_unit_test(programs_are_found),
	    cmocka_unit_test(what_others_change_is_not_run_by_root),
	};
	int failed;

	if (!mkdtemp(folder))
		return 77;
	chmod(folder, 0755);
	failed = cmocka_run_group_tests_name("command", tests, NULL, NULL);
	unlink(at("plain"));
	unlink(at("good"));
	unlink(at("link"));
	rmdir(folder);
	return failed;
}
