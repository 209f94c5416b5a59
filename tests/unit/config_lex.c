/*
 * The lexer: text in, the stream of items as one line of text out, so that a case is two
 * strings. "{" and "}" stand for themselves, words are joined by "_", statements by blanks,
 * a damaged statement has "?" before it. Findings are counted and the first one compared.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/lex.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void add(char *out, size_t size, const char *s)
{
	strncat(out, s, size - strlen(out) - 1);
}

static void render(const struct lexed *l, char *out, size_t size)
{
	out[0] = '\0';
	for (size_t i = 0; i < l->count; i++) {
		const struct item *it = l->items[i];

		if (i)
			add(out, size, " ");
		if (it->damaged)
			add(out, size, "?");
		if (it->kind != ITEM_STATEMENT)
			add(out, size, it->kind == ITEM_OPEN ? "{" : "}");
		for (unsigned w = 0; w < it->nwords; w++) {
			add(out, size, w ? "_" : "");
			add(out, size, it->words[w].text);
		}
	}
}

struct lex_case {
	const char *text, *items;
	size_t len; /* 0: the length of text */
	size_t findings;
	unsigned line, column; /* of the first finding */
};

static const struct lex_case cases[] = {
    {"", ""},
    {"a", "a"}, /* no final newline */
    {"a b\tc\n", "a_b_c"},
    {"a b\r\nc\r\n", "a_b c"},
    {"\xef\xbb\xbf"
     "a\n",
     "a"},
    {"! c\n# d\n  ! e\na #f\nb !g\n", "a b"},
    {"a b#c\n", "a_b", 0, 1, 1, 4},
    {"a \\#b c\\!d\n", "a_#b_c!d"},
    {"a \"b c\" \"#\" \"\"\n", "a_b c_#_"},
    {"a \"x\\\"y\\\\z\\n\"\n", "a_x\"y\\z\\n"},
    {"a p\"q r\"s\n", "a_pq rs"},
    {"a {\nb\n}\n", "a { b }"},
    {"a\n{\nb\n}\n", "a { b }"},
    {"a\n{ b }\n", "a { b }"},
    {"a{b}", "a { b }"},
    {"a { b { c d } } e\n", "a { b { c_d } } e"},
    {"a \"{\" \"}\"\n", "a_{_}"},
    {"a { # c\n} ! d\n", "a { }"},
    {"a \"b {\nc\n}\n", "?a_b { c }", 0, 1, 1, 3},
    {"a b\0c {\n}\nd\n", "?a_b { } d", 11, 1, 1, 4},
    {"include x\na\n", "a", 0, 1, 1, 9},
    {"a { includer {x,y} }\n", "a { }", 0, 1, 1, 14},
    {"\"include\" x\n", "include_x"},
    {"include\n", "", 0, 1, 1, 1},
};

static void check_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct lex_case *c = &cases[i];
		struct findings f = {0};
		struct lexed *l =
		    lex_all(lex_text("t", c->text, c->len ? c->len : strlen(c->text), NULL, &f));
		char out[256];

		render(l, out, sizeof(out));
		assert_string_equal(out, c->items);
		assert_int_equal(f.count, c->findings);
		if (f.count) {
			assert_int_equal(f.items[0].line, c->line);
			assert_int_equal(f.items[0].column, c->column);
		}
		lex_free(l);
		findings_free(&f);
	}
}

static void places_are_of_words(void **state)
{
	static const char text[] = "a\n\tbb  \"c d\"\n";
	struct findings f = {0};
	struct lexed *l = lex_all(lex_text("t", text, strlen(text), NULL, &f));

	(void)state;
	assert_int_equal(l->count, 2);
	assert_int_equal(item_place(l->items[1], 0).line, 2);
	assert_int_equal(item_place(l->items[1], 0).column, 2);
	assert_int_equal(item_place(l->items[1], 1).column, 6);
	assert_true(l->items[1]->words[1].quoted);
	lex_free(l);
}

/* A keyword with quotes of its own finds them, and the blanks between its words. */
static void statements_keep_their_text(void **state)
{
	static const char text[] = "$B=b\n { a  'b  c' \"d\\\"e\" \t} f # g\n h  ${B}'\n";
	static const char *const want[] = {"a  'b  c' \"d\\\"e\"", "f", "h  b'"};
	struct findings f = {0};
	struct lexed *l = lex_all(lex_text("t", text, strlen(text), NULL, &f));
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < l->count; i++) {
		const struct item *it = l->items[i];
		char got[64];

		if (it->kind != ITEM_STATEMENT)
			continue;
		snprintf(got, sizeof(got), "%.*s", it->len, it->text);
		assert_string_equal(got, want[n++]);
		if (n == 1) {
			assert_int_equal(it->nwords, 4);
			assert_int_equal(it->words[0].at, 0);
			assert_int_equal(it->words[1].at, 3);
			assert_int_equal(it->words[2].at, 7);
			assert_int_equal(it->words[3].at, 10);
			assert_string_equal(it->words[3].text, "d\"e");
		}
	}
	assert_int_equal(n, 3);
	lex_free(l);
}

static void long_line(size_t words, const char *want, size_t findings)
{
	struct findings f = {0};
	struct lexed *l;
	size_t len = words + 10;
	char *text = malloc(len), out[64];

	memset(text, 'x', len);
	memcpy(text + words, " {\n}\nlast\n", 10);
	l = lex_all(lex_text("t", text, len, NULL, &f));
	if (findings)
		render(l, out, sizeof(out));
	else
		snprintf(out, sizeof(out), "%zu", strlen(l->items[0]->words[0].text));
	assert_string_equal(out, want);
	assert_int_equal(f.count, findings);
	lex_free(l);
	findings_free(&f);
	free(text);
}

static void long_lines_are_left_out(void **state)
{
	(void)state;
	long_line(LEX_LINE_MAX - 2, "4093", 0);
	long_line(LEX_LINE_MAX - 1, "{ } last", 1);
	long_line(100000, "{ } last", 1);
}

static void secrets_are_hidden(void **state)
{
	static const char text[] = "authentication { auth_pass \"hunter\\\"2\" x#y }\n";
	struct findings f = {0};
	struct lexed *l = lex_all(lex_text("t", text, strlen(text), NULL, &f));
	struct place at = item_place(l->items[2], 1);

	(void)state;
	place_report(&f, FINDING_WARNING, &at, "too %s", "long");
	assert_int_equal(f.count, 2); /* the lexer has seen a comment inside a word */
	for (size_t i = 0; i < f.count; i++)
		assert_string_equal(f.items[i].source,
				    "authentication { auth_pass *********** *** *");
	assert_string_equal(f.items[1].text, "too long");
	lex_free(l);
	findings_free(&f);
}

static const struct {
	const char *line, *shown;
} shown_lines[] = {
    {"auth_pass", "auth_pass"},       {"auth_password one two", "auth_pass**** *** ***"},
    {"key 1 hex:00", "key * ******"}, {"{ key 1 x", "{ key * *"},
    {"monkey 1 key", "monkey 1 key"}, {"monkey 1 key x", "monkey 1 key *"},
    {"keys 1 x", "keys 1 x"},         {"password x", "password *"},
};

static void secret_words_are_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(shown_lines) / sizeof(shown_lines[0]); i++) {
		const char *line = shown_lines[i].line;
		struct findings f = {0};
		struct lexed *l = lex_all(lex_text("t", line, strlen(line), NULL, &f));
		struct place at = item_place(l->items[0], 0);

		place_report(&f, FINDING_WARNING, &at, "said");
		assert_string_equal(f.items[f.count - 1].source, shown_lines[i].shown);
		lex_free(l);
		findings_free(&f);
	}
}

static void caret_stands_under_the_word(void **state)
{
	struct findings f = {0};
	char *out = NULL;
	size_t size;
	FILE *to = open_memstream(&out, &size);

	(void)state;
	findings_add(&f, FINDING_ERROR, "f", 3, 5, "\t\xc3\xa9 x", "bad%c", 7);
	finding_print(&f.items[0], to);
	fclose(to);
	assert_string_equal(out, "f:3:5: error: bad?\n\t\xc3\xa9 x\n\t  ^\n");
	free(out);
	findings_free(&f);
}

/* ---- files ----------------------------------------------------------- */

static char dir[] = "/tmp/config_lex.XXXXXX";

static void write_file(const char *name, const char *text)
{
	char path[128];
	FILE *to;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	to = fopen(path, "w");
	fputs(text, to);
	fclose(to);
}

static void check_file(const char *name, const char *want, size_t findings)
{
	struct findings f = {0};
	struct lexed *l;
	char path[128], out[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	l = lex_all(lex_file(path, NULL, &f));
	render(l, out, sizeof(out));
	assert_string_equal(out, want);
	assert_int_equal(f.count, findings);
	lex_free(l);
	findings_free(&f);
}

static int mkdir_in(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return mkdir(path, 0700);
}

static enum finding_level worst_of(const char *text, bool all_includes)
{
	struct config_options o = {.all_includes = all_includes};
	struct findings f = {0};
	enum finding_level worst;
	char path[128];

	write_file("worst", text);
	snprintf(path, sizeof(path), "%s/worst", dir);
	lex_free(lex_all(lex_file(path, &o, &f)));
	worst = findings_worst(&f);
	findings_free(&f);
	return worst;
}

static void includes(void **state)
{
	char sub[64];

	(void)state;
	snprintf(sub, sizeof(sub), "%s/d[1]", dir);
	assert_int_equal(mkdir(sub, 0700), 0);
	write_file("d[1]/b.conf", "b2\n");
	write_file("d[1]/a.conf", "a2 {"); /* a block may begin in one file and end in another */
	write_file("d[1]/inner", "include *.conf\n");
	write_file("main", "x\ninclude d[[]1]/inner\n}\ny\n");
	check_file("main", "x a2 { b2 } y", 0);
	write_file("braces", "include d[[]1]/{b,a}.conf } z\n");
	check_file("braces", "b2 a2 { } z", 0);
	write_file("none", "include q*\nincludem q*\nincluder nofile\ninclude nofile\nx\n");
	check_file("none", "x", 4);
	write_file("blank name", "b\n");
	write_file("blanks", "include  blank name # c\ninclude \"blank name\" } x\n");
	check_file("blanks", "b b } x", 0);
	write_file("self", "a\ninclude ./self\nb\n");
	check_file("self", "a b", 1);
	write_file("folder", "include d[[]1]\n");
	check_file("folder", "", 1);
	check_file("absent", "", 1);
	assert_int_equal(findings_worst(&(struct findings){0}), FINDING_NOTICE);
}

/* Its first page cannot be read: a file that is cut short must not pass for a short one. */
static void what_cannot_be_read_to_its_end(void **state)
{
	(void)state;
	assert_int_equal(worst_of("include /proc/self/mem\n", false), FINDING_ERROR);
	assert_int_equal(worst_of("include /proc/self/nothing\n", false), FINDING_WARNING);
}

/* What each word of the family insists on, as keepalived 2.2.7 was seen to. */
static void the_family_insists(void **state)
{
	static const struct {
		const char *pattern;
		const char *members; /* of the family, that make an error of it */
	} patterns[] = {
	    {"nofile", "mwa"},
	    {"zz*", "wa"},
	    {"zz{1,2}", "ba"},
	    {"f-{x,zz}", "ba"},
	    {"f-{x,zz}*", "a"},
	    {"f-{x,y}", ""},
	    {"{f-{x,y},f-x}*", ""},
	    {"f-{}x", "mwa"},
	    {"f-folder", " rmwba"} /* where keepalived lets plain include pass */,
	};

	static const char family[] = " rmwba";

	(void)state;
	write_file("f-x", "x\n");
	write_file("f-y", "y\n");
	assert_int_equal(mkdir_in("f-folder"), 0);
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		for (const char *m = family; *m; m++) {
			char text[64], check[128];
			bool want = strchr(patterns[i].members, *m);
			static const char *const options[] = {
			    "-match", "readable", "match", "wildcard_match", "brace_match", ""};

			snprintf(text, sizeof(text), "include%.*s %s\n", *m != ' ', m,
				 patterns[i].pattern);
			assert_int_equal(worst_of(text, false) >= FINDING_ERROR, want);
			/* include_check asks for the same, in this file and what it includes */
			snprintf(check, sizeof(check), "include_check %s\ninclude %s\n",
				 options[m - family], patterns[i].pattern);
			assert_int_equal(worst_of(check, false) >= FINDING_ERROR, want);
		}
}

static void include_check_is_of_a_file(void **state)
{
	(void)state;
	write_file("loose", "include_check -match -wildcard_match\ninclude nofile\n");
	write_file("strict", "include nofile\n");
	assert_int_equal(worst_of("include_check match\ninclude loose\n", false), FINDING_WARNING);
	assert_int_equal(worst_of("include_check match\ninclude strict\n", false), FINDING_ERROR);
	assert_int_equal(worst_of("include_check match\ninclude loose\ninclude nofile\n", false),
			 FINDING_ERROR);
	assert_int_equal(worst_of("include nofile\n", false), FINDING_WARNING);
	assert_int_equal(worst_of("include nofile\n", true), FINDING_ERROR); /* -e */
	assert_int_equal(worst_of("include_check matches\n", false), FINDING_ERROR);
}

static void braces_are_bounded(void **state)
{
	char text[4096] = "include ";

	(void)state;
	for (int i = 0; i < 60; i++)
		strcat(text, "{a,b,c,d,e}");
	alarm(60);
	assert_int_equal(worst_of(text, false), FINDING_ERROR);
	alarm(0);
}

/* Each is as large as a file may be, and one line that cannot be read. */
static void files_have_a_limit_together(void **state)
{
	struct findings f = {0};
	char path[128];

	(void)state;
	write_file("main", "include large\ninclude large\ninclude large\ninclude large\n"
			   "include large\na\n");
	write_file("large", "");
	snprintf(path, sizeof(path), "%s/large", dir);
	assert_int_equal(truncate(path, (off_t)LEX_FILE_MAX - 64), 0);
	snprintf(path, sizeof(path), "%s/main", dir);
	lex_free(lex_all(lex_file(path, NULL, &f)));
	assert_int_equal(f.count, 5);
	for (size_t i = 0; i < 4; i++)
		assert_non_null(strstr(f.items[i].text, "NUL byte"));
	assert_int_equal(f.items[4].level, FINDING_ERROR);
	assert_int_equal(f.items[4].line, 5);
	assert_non_null(strstr(f.items[4].text, "larger than 256 MiB"));
	findings_free(&f);
}

static void there_is_a_limit_for_all(void **state)
{
	struct config_options o = {.items_max = 1000};
	struct findings f = {0};
	struct lexed *l;
	char path[128];

	(void)state;
	write_file("some", "~SEQ(I,1,40) a\n{\n}\n");
	write_file("more", "~SEQ(I,1,100) include some\nb\ninclude some\n");
	snprintf(path, sizeof(path), "%s/more", dir);
	l = lex_all(lex_file(path, &o, &f));
	assert_true(l->count >= 1000 && l->count < 1100);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.items[0].level, FINDING_ERROR);
	assert_non_null(strstr(f.items[0].text, "more than 1000 statements"));
	lex_free(l);
	findings_free(&f);
}

static void includes_have_a_depth(void **state)
{
	char name[16], text[64];

	(void)state;
	for (int i = 1; i <= 20; i++) {
		snprintf(name, sizeof(name), "deep%d", i);
		snprintf(text, sizeof(text), "l%d\ninclude deep%d\n", i, i + 1);
		write_file(name, text);
	}
	check_file("deep1", "l1 l2 l3 l4 l5 l6 l7 l8 l9 l10 l11 l12 l13 l14 l15 l16", 1);
}

static void check_irregular(const char *name, enum finding_level level, const char *why)
{
	struct findings f = {0};
	struct lexed *l;
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	l = lex_all(lex_file(path, NULL, &f));
	assert_int_equal(f.count, 1);
	assert_int_equal(f.items[0].level, level);
	assert_non_null(strstr(f.items[0].text, why));
	lex_free(l);
	findings_free(&f);
}

/* A pipe would be waited for; a device may never end. Both are errors, so a reload is refused. */
static void what_is_not_a_file_is_an_error(void **state)
{
	char pipe[128];

	(void)state;
	snprintf(pipe, sizeof(pipe), "%s/pipe", dir);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	write_file("of-pipe", "a\ninclude pipe\nb\n");
	write_file("of-device", "include /dev/null\n");
	write_file("of-folder", "include .\n");
	alarm(10); /* instead of waiting for ever */
	check_irregular("pipe", FINDING_FATAL, "not a regular file");
	check_irregular("../../dev/null", FINDING_FATAL, "not a regular file");
	check_irregular(".", FINDING_FATAL, "is a directory");
	check_irregular("of-pipe", FINDING_ERROR, "not a regular file");
	check_irregular("of-device", FINDING_ERROR, "not a regular file");
	check_irregular("of-folder", FINDING_ERROR, "is a directory");
	check_file("of-pipe", "a b", 1);
	alarm(0);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_folder(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(check_cases),
	    cmocka_unit_test(places_are_of_words),
	    cmocka_unit_test(statements_keep_their_text),
	    cmocka_unit_test(long_lines_are_left_out),
	    cmocka_unit_test(secrets_are_hidden),
	    cmocka_unit_test(secret_words_are_known),
	    cmocka_unit_test(caret_stands_under_the_word),
	    cmocka_unit_test(includes),
	    cmocka_unit_test(what_cannot_be_read_to_its_end),
	    cmocka_unit_test(the_family_insists),
	    cmocka_unit_test(include_check_is_of_a_file),
	    cmocka_unit_test(braces_are_bounded),
	    cmocka_unit_test(files_have_a_limit_together),
	    cmocka_unit_test(there_is_a_limit_for_all),
	    cmocka_unit_test(includes_have_a_depth),
	    cmocka_unit_test(what_is_not_a_file_is_an_error),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
