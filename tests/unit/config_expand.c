/*
 * Conditional lines, variables and loops: text in, the stream of items as one line of text out,
 * as in config_lex: words joined by "_", statements by blanks, "?" before a damaged one. The
 * identity is "main". What keepalived does with the same text was measured, and is what is
 * expected, but for what it gets wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/lex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static const struct config_options as_main = {.id = "main"};

static char *render(const struct lexed *l)
{
	char *out = NULL;
	size_t size;
	FILE *to = open_memstream(&out, &size);

	for (size_t i = 0; i < l->count; i++) {
		const struct item *it = l->items[i];

		fprintf(to, "%s%s", i ? " " : "", it->damaged ? "?" : "");
		if (it->kind != ITEM_STATEMENT)
			fputs(it->kind == ITEM_OPEN ? "{" : "}", to);
		for (unsigned w = 0; w < it->nwords; w++)
			fprintf(to, "%s%s", w ? "_" : "", it->words[w].text);
	}
	fclose(to);
	return out;
}

struct expand_case {
	const char *text, *items;
	size_t findings;
	unsigned line, column; /* of the first finding */
};

static void check(const struct expand_case *c, size_t n)
{
	for (size_t i = 0; i < n; i++, c++) {
		struct findings f = {0};
		struct lexed *l = lex_all(lex_text("t", c->text, strlen(c->text), &as_main, &f));
		char *out = render(l);

		if (strcmp(out, c->items) != 0 || f.count != c->findings) {
			print_message("%s\n", c->text);
			for (size_t j = 0; j < f.count; j++)
				print_message("%u:%u: %s\n", f.items[j].line, f.items[j].column,
					      f.items[j].text);
		}
		assert_string_equal(out, c->items);
		assert_int_equal(f.count, c->findings);
		if (f.count && c->line) {
			assert_int_equal(f.items[0].line, c->line);
			assert_int_equal(f.items[0].column, c->column);
		}
		free(out);
		lex_free(l);
		findings_free(&f);
	}
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof((cases)[0]))

static void conditions(void **state)
{
	static const struct expand_case cases[] = {
	    {"@main a\n@other b\n@^main c\n@^other d\n", "a d"},
	    {"  @main\ta b\n", "a_b"},
	    {"@main\n@ a\n@^ b\n@mai c\n@mainx d\n", "b"},
	    {"@main a { # x\n@other } b {\n@main }\n", "a { }"},
	    {"@main @^other a\n@main @other b\n", "a"},
	    {"\"@other\" a\nx @other b\n", "@other_a x_@other_b"},
	    {"@other \"a\n", ""},
	    {"@main \"a\n", "?a", 1, 1, 7},
	    {"@main $A=1\n@other $A=2\na${A}\n", "a1"},
	    {"@other $A= \\\n x { \\\n y\nb\n", "b"},
	    {"$IF=@main\n$IF a\n$IF=@other\n$IF b\n", "a"},
	    {" @${_INSTANCE} a\n", "", 1, 1, 2},
	};

	(void)state;
	CHECK(cases);
}

static void identity_is_the_host(void **state)
{
	struct findings f = {0};
	struct utsname u;
	char text[256], *out;
	struct lexed *l;

	(void)state;
	assert_int_equal(uname(&u), 0);
	u.nodename[strcspn(u.nodename, ".")] = '\0';
	snprintf(text, sizeof(text), "@%.64s a\n@^%.64s b\nc${_INSTANCE}\n", u.nodename,
		 u.nodename);
	l = lex_all(lex_text("t", text, strlen(text), NULL, &f));
	out = render(l);
	snprintf(text, sizeof(text), "a c%.64s", u.nodename);
	assert_string_equal(out, text);
	free(out);
	lex_free(l);
}

static void variables(void **state)
{
	static const struct expand_case cases[] = {
	    {"$A=1\na${A}\na$A\nb $A c\n", "a1 a1 b_1_c"},
	    {"$A=1\na$A.5\n\"b$A\"\n\"b $A c\"\n", "a$A.5 b$A b 1 c"},
	    {"$A=1\n$A=2\na${A}\n$A=\nb${A}c\n", "a2 bc"},
	    {"  $A=  x  y \t\na \"${A}\"\nb ${A}\n", "a_x  y b_x_y"},
	    {"$A =1\n", "$A_=1", 1, 1, 1},
	    {"$1A=4\n${1A}\n", "$1A=4 $ { 1A }"},
	    {"$A=x # c\n\"${A}\"\n$A=\"#\"\na ${A}\n$A=\\!b\na ${A}\n", "x a_# a_!b"},
	    {"$A=x#c\na ${A}\n", "a_x", 1, 1, 5},
	    {"$A=\"b c\"\na ${A}\n", "a_b c"},
	    {"a ${A} $B\n", "a_${A}_$B", 2, 1, 3},
	    {"a ${A} {\n}\n", "a_${A} { }", 1, 1, 3},
	    {"a $ $$ ${ b\n}\n", "a_$_$$_$ { b }"},
	    {"$A=1\n$$A ${A\n$A}\n", "$1_$ { A $A }"},
	    {"$A=1\n${A x}\n", "${A x}", 1, 2, 1},
	    /* replaced where it is used, with what is defined then */
	    {"$A=10.${B}\n$B=1\n${A}.7\n$B=2\n${A}.7\n", "10.1.7 10.2.7"},
	    {"$A=$B\n$B=1\na ${A}.5\nb $A 5\n", "a_$B.5 b_1_5"},
	    {"$A=$\n$B=x\na ${A}B\n", "a_x"},
	    /* a brace out of a variable is a brace */
	    {"$A={\na $A\n}\n", "a { }"},
	    {"$A=b }\na { $A c\n", "a { b } c"},
	    {"$_HASH=x\na ${_HASH}\n", "a_x"},
	    {"$_X=1\na$_X\n", "a1"},
	};

	(void)state;
	CHECK(cases);
}

static void several_lines(void **state)
{
	static const struct expand_case cases[] = {
	    {"$M= \\\na \\\n b c \\\nd\n$M\nx\n", "a b_c d x"},
	    {"$M=a \\ \t\nb\\\r\nc\n$M\n", "a b c"},
	    {"$M=a \\\n\nb\n$M\n", "b a"},
	    {"$M= \\\n a # x \\\n # y { \\\n b ! z\n$M\n", "a b"},
	    {"$M=a \\\nb\nx${M}y z\nx $M\nv { $M }\n", "xa by_z x_a b v { a b }"},
	    {"$M=a { \\\n b \\\n } \\\n\n$M\n$M # c\n${M}\n", "a { b } a { b } a { b }"},
	    {"$N=1\n$M= \\\nv I_${N} { \\\n @main a \\\n @other b \\\n}\n$M\n$N=2\n$M\n",
	     "v_I_1 { a } v_I_2 { a }"},
	    {"$R=r ${I} \\\ns\n$M= \\\n$I=1 \\\n$R \\\n$I=2 \\\n$R\n$M\n", "r_1 s r_2 s"},
	    {"$M=a \\\n$M=x \\\nb\n$M\n$M\n", "a b x"},
	    {"$M=a \\\n", ""},
	    {"$A=\\\n\n$A\nx${A}y\n", "xy"},
	};

	(void)state;
	CHECK(cases);
}

static void sequences(void **state)
{
	static const struct expand_case cases[] = {
	    {"~SEQ(I,1,3) a$I\n", "a1 a2 a3"},
	    {"~SEQ(I,3) a$I\n~SEQ(I,-2) a$I\n~SEQ(I,0) b$I\n", "a1 a2 a3 a-1 a-2 b1 b0"},
	    {"~SEQ(I,3,1) a$I\n", "a3 a2 a1"},
	    {"~SEQ(I,1,2,6) a$I\n~SEQ(I,6,-2,1) b$I\n", "a1 a3 a5 b6 b4 b2"},
	    {"~SEQ(I,5,5) a$I\n", "a5"},
	    {" ~SEQ ( I , 0x9 , 11 )a$I\n~SEQ(I,010,9) b$I\n", "a9 a10 a11 b8 b9"},
	    {"~SEQx(I,0x9,11) a$I\n", "a9 aa ab"},
	    {"~SEQ(I,1,2) ~SEQ(J,3,4) a.${I}.$J\n", "a.1.3 a.1.4 a.2.3 a.2.4"},
	    {"~SEQ(I,1,2) ~SEQ(J,${I},2) a${I}$J\n", "a11 a12 a22"},
	    {"$N=2\n~SEQ(I,${N}) a$I\n", "a1 a2"},
	    {"$M=a${I} { \\\n b \\\n}\n~SEQ(I,1,2) $M\n", "a1 { b } a2 { b }"},
	    {"$S=~SEQ(I,1,2)\n$S a$I\n", "a1 a2"},
	    {"~SEQ(I,1,2) @main a$I\n~SEQ(J,1,2) @other b$J\n", "a1 a2"},
	    {"@other ~SEQ(I,1,2) a$I\n@main ~SEQ(I,1,2) b$I\n", "b1 b2"},
	    {"~SEQ(I,1,3) $X=${I}\na${X}\n", "a3"},
	    {"~SEQ(I,1,2) a # ${I}\n~SEQ(I,1,2)\n", "a a"},
	    {"x ~SEQ(I,1,2)\n", "x_~SEQ(I,1,2)"},
	    {"~seq(I,1,2) a\n", "~seq(I,1,2)_a"},
	    {"~SEQ(I,1,0,6) a {\n}\n", "?~SEQ(I,1,0,6)_a { }", 1, 1, 1},
	    {"~SEQ(I,1,-1,6) a\n", "?~SEQ(I,1,-1,6)_a", 1, 1, 1},
	    {"~SEQ(I,a,6) a\n", "?~SEQ(I,a,6)_a", 1, 1, 1},
	    {"~SEQ(I,1,2,3,4) a\n", "?~SEQ(I,1,2,3,4)_a", 1, 1, 1},
	    {"~SEQ(I) a\n", "?~SEQ(I)_a", 1, 1, 1},
	    {"~SEQ() a\n", "?~SEQ()_a", 1, 1, 1},
	    {"~SEQ(1I,1,2) a\n", "?~SEQ(1I,1,2)_a", 1, 1, 1},
	    {"  ~SEQ(I,1,2 a\n~SEQ a\n", "?~SEQ(I,1,2_a ?~SEQ_a", 2, 1, 3},
	    {"~SEQX(I,1,2) a\n", "?~SEQX(I,1,2)_a", 1, 1, 1},
	    {"~SEQx(I,-1,2) a\n", "?~SEQx(I,-1,2)_a", 1, 1, 1},
	    {"~SEQ(I,1,99999999999999) a\n", "?~SEQ(I,1,99999999999999)_a", 1, 1, 1},
	};

	(void)state;
	CHECK(cases);
}

static void lists(void **state)
{
	static const struct expand_case cases[] = {
	    {"~LST(V,a,b) x$V\n", "xa xb"},
	    {"~LST({A,B},{1,2},{3,4}) x${A}.$B\n", "x1.2 x3.4"},
	    {"~LST( { A , B } , { 1 , 2 } ,{3}) x${A}.${B}.\n", "x1.2. x3.."},
	    {"~LST({A,B},1,{2,3}) x${A}.${B}.\n", "x1.. x2.3."},
	    {"~LST(V,a,,b) x${V}.\n~LST(V,) y${V}.\n", "xa. x. xb. y."},
	    {"~LST(V,\"a, b\",c d) x $V\n", "x_a, b x_c_d"},
	    {"~LST(A,1,2) ~LST(B,x,y) ${A}$B\n", "1x 1y 2x 2y"},
	    {"~LST({A,B},{1,2}) ~SEQ(I,1,2) ${A}.${B}.$I\n", "1.2.1 1.2.2"},
	    {"~LST(A,x,y) $A $A\n", "x_x y_y"},
	    {"~LST({A,B},{1,2,3}) x {\n}\n", "?~LST( { ?A,B } ?, { ?1,2,3 } ?)_x { }", 1, 1, 1},
	    {"~LST(V) x\n", "?~LST(V)_x", 1, 1, 1},
	    {"~LST(V,{a,b) x\n}\n", "?~LST(V, { ?a,b)_x }", 1, 1, 1},
	    {"~LST(V,a\n", "?~LST(V,a", 1, 1, 1},
	};

	(void)state;
	CHECK(cases);
}

static void predefined_variables(void **state)
{
	static const struct expand_case cases[] = {
	    {"a${_HASH}b ${_BANG}c $_HASH\n", "a#b_!c_#"},
	    {"\"${_HASH}\" x\n", "#_x"},
	    {"a ${_INSTANCE} $_INSTANCE\n", "a_main_main"},
	    {"a ${_ENV HALVARD_TEST}x\n", "a_valuex"},
	    {"a ${_ENV HALVARD_UNSET} ${_ENV}\n", "a_${_ENV HALVARD_UNSET}_${_ENV}", 2, 1, 3},
	    {"a ${_RANDOM 7 7} ${_RANDOM  3  3 }\n", "a_7_3"},
	    {"a ${_RANDOM 7 6}\n", "a_${_RANDOM 7 6}", 1, 1, 3},
	    {"a ${_RANDOM x}\n", "a_${_RANDOM x}", 1, 1, 3},
	    {"a ${_RANDOM 1 2 3}\n", "a_${_RANDOM 1 2 3}", 1, 1, 3},
	    {"a ${_PWD x} ${_NONE}\n", "a_${_PWD x}_${_NONE}", 2, 1, 3},
	};

	(void)state;
	setenv("HALVARD_TEST", "value", 1);
	unsetenv("HALVARD_UNSET");
	CHECK(cases);
}

static char *items_of(const char *text)
{
	struct findings f = {0};
	struct lexed *l = lex_all(lex_text("t", text, strlen(text), &as_main, &f));
	char *out = render(l);

	lex_free(l);
	findings_free(&f);
	return out;
}

static void random_numbers(void **state)
{
	char *some, *same, *other;
	bool low = false, high = false;

	(void)state;
	some = items_of("random_seed 1\n~SEQ(I,1,8) $_RANDOM\n");
	same = items_of("random_seed 1\n~SEQ(I,1,8) $_RANDOM\n");
	other = items_of("random_seed 2\n~SEQ(I,1,8) $_RANDOM\n");
	assert_string_equal(some, same);
	assert_string_not_equal(some, other);
	free(same);
	free(other);
	same = items_of("~SEQ(I,1,8) $_RANDOM\n"); /* another time, other numbers */
	assert_string_not_equal(some, same);
	free(some);
	free(same);
	some = items_of("~SEQ(I,1,400) ${_RANDOM 5 6}\n");
	for (const char *p = some; *p; p++) {
		low = low || *p == '5';
		high = high || *p == '6';
		assert_non_null(strchr("56 ", *p));
	}
	assert_true(low && high);
	free(some);
}

/* ---- places ---------------------------------------------------------- */

/* A finding at a word of the item; what it says and shows. */
static void expect_finding(const char *text, size_t item, unsigned word, const char *want)
{
	struct findings f = {0};
	struct lexed *l = lex_all(lex_text("t", text, strlen(text), &as_main, &f));
	struct place at = item_place(l->items[item], word);
	char *out = NULL;
	size_t size;
	FILE *to = open_memstream(&out, &size);

	place_report(&f, FINDING_ERROR, &at, "bad");
	finding_print(&f.items[f.count - 1], to);
	fclose(to);
	assert_string_equal(out, want);
	free(out);
	lex_free(l);
	findings_free(&f);
}

static void places(void **state)
{
	(void)state;
	expect_finding("$A=9\n  priority  1${A} x\n", 0, 1,
		       "t:2:13: error: bad; expanded to: priority  19 x\n"
		       "  priority  1${A} x\n            ^\n");
	expect_finding("$A=9\n  priority  1${A} x\n", 0, 2,
		       "t:2:19: error: bad; expanded to: priority  19 x\n"
		       "  priority  1${A} x\n                  ^\n");
	expect_finding("$M=a \\\n b 1 \\\n c\nx $M y\n", 1, 1,
		       "t:4:3: error: bad; expanded to: b 1 (t:2)\nx $M y\n  ^\n");
	expect_finding("$M=a \\\n b 1 \\\n c\nx $M y\n", 2, 1,
		       "t:4:6: error: bad; expanded to: c y (t:3)\nx $M y\n     ^\n");
	expect_finding("\n~SEQ(I,1,2) a { $I }\n", 6, 0,
		       "t:2:17: error: bad; expanded to: a { 2 }\n~SEQ(I,1,2) a { $I }\n"
		       "                ^\n");
	/* nothing has changed: nothing is said */
	expect_finding("@main a b # $C\n", 0, 1, "t:1:9: error: bad\n@main a b # $C\n        ^\n");
	expect_finding(" a $B c\n", 0, 2, "t:1:7: error: bad\n a $B c\n      ^\n");
}

static void secrets(void **state)
{
	(void)state;
	expect_finding("$P=hunter2\nauth_pass $P\n", 0, 1,
		       "t:2:11: error: bad; expanded to: auth_pass *******\nauth_pass **\n"
		       "          ^\n");
	expect_finding("$A=auth_\n${A}pass hunter2\n", 0, 1,
		       "t:2:10: error: bad; expanded to: auth_pass *******\n${A}pass *******\n"
		       "         ^\n");
	expect_finding("$M=a \\\nauth_pass hunter2\nx\n$M\n", 2, 1,
		       "t:4:1: error: bad; expanded to: auth_pass ******* (t:2)\n$M\n^\n");
}

static void values_are_not_shown(void **state)
{
	static const char text[] = "$PASS=hunter2#x\n";
	struct findings f = {0};

	(void)state;
	lex_free(lex_all(lex_text("t", text, strlen(text), NULL, &f)));
	assert_int_equal(f.count, 1);
	assert_string_equal(f.items[0].source, "$PASS=*********");
	findings_free(&f);
}

/* A loop says its mistake a few times, and then that there is more. */
static void findings_of_a_line_are_few(void **state)
{
	static const char text[] = "~SEQ(I,1,1000) a \"$I \n~SEQ(I,1,3) \"b\n";
	struct findings f = {0};

	(void)state;
	lex_free(lex_all(lex_text("t", text, strlen(text), NULL, &f)));
	assert_int_equal(f.count, 9 + 3);
	assert_non_null(strstr(f.items[7].text, "expanded to: a \"8"));
	assert_non_null(strstr(f.items[8].text, "more about what this line becomes"));
	for (size_t i = 0; i < f.count; i++)
		assert_int_equal(f.items[i].level, FINDING_ERROR);
	findings_free(&f);
}

/* ---- bounds ---------------------------------------------------------- */

static double seconds_since(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)(now.tv_sec - then->tv_sec) + (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

/* The text gives these items and one error of this line, without much work. */
static void bounded(const char *text, unsigned lines_max, const char *items, unsigned line,
		    const char *why)
{
	struct config_options o = {.id = "main", .lines_max = lines_max};
	struct findings f = {0};
	struct timespec then;
	struct lexed *l;
	char *out;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &then);
	l = lex_all(lex_text("t", text, strlen(text), &o, &f));
	out = render(l);
	assert_true(seconds_since(&then) < 5); /* of this process, whatever else runs */
	assert_string_equal(out, items);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.items[0].level, FINDING_ERROR);
	assert_int_equal(f.items[0].line, line);
	assert_non_null(strstr(f.items[0].text, why));
	free(out);
	lex_free(l);
	findings_free(&f);
}

/* Each variable uses the one before it nine times. */
static char *laughs(const char *value, const char *before, const char *behind)
{
	char *out = NULL;
	size_t size;
	FILE *to = open_memstream(&out, &size);

	fprintf(to, "$A0=%s\n", value);
	for (int i = 1; i <= 30; i++) {
		fprintf(to, "$A%d= \\\n", i);
		for (int j = 0; j < 9; j++)
			fprintf(to, "%s%d%s", before, i - 1, behind);
		fputs("\n", to);
	}
	fputs("before\n$A30 {\nafter\n}\n", to);
	fclose(to);
	return out;
}

static void work_is_bounded(void **state)
{
	static const char left[] = "before ?$A30 { after }";
	char *text;

	(void)state;
	bounded("$A=$A\nx\n$A {\n}\ny\n", 0, "x ?$A { } y", 3,
		"$A: variables and loops are nested more than 64 deep");
	bounded("$A=${B}\n$B=x${A}\na ${A}\nb\n", 0, "?a_${A} b", 3, "more than 64 deep");
	bounded("$M=x \\\n$M\n$M\ny\n", 0, "?$M y", 3, "more than 64 deep");
	bounded("$A=~SEQ(I,1,2) $A\n$A\ny\n", 0, "?$A y", 2, "more than 64 deep");
	bounded("$A=~SEQ(I,${A},2) x\n$A\ny\n", 0, "?$A y", 2, "more than 64 deep");
	/* a billion laughs: of lines, of octets, of nothing */
	text = laughs("ha", "$A", " \\\n");
	bounded(text, 0, left, 1 + 30 * 11 + 2, "nothing is replaced any more");
	free(text);
	text = laughs("ha", "${A", "}");
	bounded(text, 50000, left, 1 + 30 * 2 + 2, "more than 4095 octets");
	free(text);
	text = laughs("", "${A", "}");
	bounded(text, 50000, left, 1 + 30 * 2 + 2, "nothing is replaced any more");
	free(text);
	bounded("~SEQ(I,1,99999999) ~SEQ(J,1,99999999) a$I\nb\n", 200000,
		"?~SEQ(I,1,99999999)_~SEQ(J,1,99999999)_a$I b", 1, "nothing is replaced any more");
	bounded("~SEQ(I,1,99999999) $X=1\nb\n", 200000, "?~SEQ(I,1,99999999)_$X=1 b", 1,
		"nothing is replaced any more");
	bounded("~SEQ(I,1,3) a$I\n~SEQ(J,1,3) b$J\n$C=1\nc$C\n", 5,
		"a1 a2 a3 ?~SEQ(J,1,3)_b$J ?c$C", 2, "more than 5 lines come out");
}

static void limits_are_not_lower(void **state)
{
	struct findings f = {0};
	char text[8192];
	struct lexed *l;
	size_t n = 0;

	(void)state;
	/* 63 variables in each other, and a line of 4095 octets out of one of 4000 */
	for (int i = 1; i <= 63; i++)
		n += (size_t)sprintf(text + n, "$A%d=${A%d}\n", i, i - 1);
	n += (size_t)sprintf(text + n, "$A0=%095d\n", 7);
	n += (size_t)sprintf(text + n, "%04000d${A63}\n", 1);
	l = lex_all(lex_text("t", text, n, NULL, &f));
	assert_int_equal(f.count, 0);
	assert_int_equal(l->count, 1);
	assert_int_equal(strlen(l->items[0]->words[0].text), 4095);
	lex_free(l);
	/* the largest example of keepalived's manual: 65024 instances */
	strcpy(text, "$V=f o.${IF}.${NUM}.${ID} { \\\n a ${ID} \\\n} \\\nv v4.${IF}.${NUM}.${ID} { "
		     "\\\n b \\\n c \\\n}\n~SEQ(IF,0,7) ~SEQ(NUM,0,31) ~SEQ(ID,1,254) $V\n");
	l = lex_all(lex_text("t", text, strlen(text), NULL, &f));
	assert_int_equal(f.count, 0);
	assert_int_equal(l->count, 65024 * 9);
	assert_string_equal(l->items[l->count - 5]->words[1].text, "v4.7.31.254");
	lex_free(l);
}

/* ---- files ----------------------------------------------------------- */

static char dir[] = "/tmp/config_expand.XXXXXX";

static void write_file(const char *name, const char *text)
{
	char path[128];
	FILE *to;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	to = fopen(path, "w");
	fputs(text, to);
	fclose(to);
}

static void files(void **state)
{
	struct findings f = {0};
	char path[128], want[512], *out;
	struct lexed *l;

	(void)state;
	snprintf(path, sizeof(path), "%s/sub", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	write_file("main", "$DEF=include sub/a\n$B=b\n@main include sub/${B}\n$DEF\n"
			   "@other include none\n~LST(F,a,b) include ${_PWD}/sub/$F\nx ${_PWD}\n"
			   "z$A\n$M= \\\ny { \\\n include sub/a \\\n}\n$M\n");
	write_file("sub/a", "a ${_PWD} \\\n$A=1 \\\n");
	write_file("sub/b", "~SEQ(I,1,2) b$I\n");
	snprintf(path, sizeof(path), "%s/main", dir);
	l = lex_all(lex_file(path, &as_main, &f));
	out = render(l);
	snprintf(want, sizeof(want),
		 "b1 b2 a_%s/sub_\\ a_%s/sub_\\ b1 b2 x_%s z1 y { a_%s/sub_\\ }", dir, dir, dir,
		 dir);
	assert_string_equal(out, want);
	assert_int_equal(f.count, 0);
	free(out);
	findings_free(&f);
	lex_free(l);
}

static bool mentions(const char *text)
{
	char path[128];

	write_file("main", text);
	snprintf(path, sizeof(path), "%s/main", dir);
	return config_may_mention(path, "net_namespace");
}

/* A keyword that could come into a line in any way is not denied. */
static void glance(void **state)
{
	enum { SIZE = 100000 };
	char *long_text = malloc(SIZE + 32);

	(void)state;
	assert_false(mentions(""));
	assert_false(mentions("global_defs {\n\trouter_id \"net\"\n}\nnamespace x\n"));
	assert_true(mentions("net_namespace one\n"));
	assert_true(mentions("@main net_namespace_ipvs one"));
	assert_true(mentions("net\"_name\"space one\n"));
	assert_true(mentions("$A=net_name\n${A}space one\n"));
	assert_true(mentions("includer other.conf\n"));
	for (size_t at = 32768 - 32; at < 32768 + 32;
	     at++) { /* over the end of what is read at once */
		memset(long_text, '\n', SIZE);
		memcpy(long_text + at, "net_namespace x", 15);
		long_text[SIZE] = '\0';
		assert_true(mentions(long_text));
		long_text[at + 3] = '-';
		assert_false(mentions(long_text));
	}
	free(long_text);
	assert_true(config_may_mention("/nonexistent/file", "net_namespace"));
}

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	static const char *const names[] = {"main", "sub/a", "sub/b", "sub"};
	char path[128];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		remove(path);
	}
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(conditions),
	    cmocka_unit_test(identity_is_the_host),
	    cmocka_unit_test(variables),
	    cmocka_unit_test(several_lines),
	    cmocka_unit_test(sequences),
	    cmocka_unit_test(lists),
	    cmocka_unit_test(predefined_variables),
	    cmocka_unit_test(random_numbers),
	    cmocka_unit_test(places),
	    cmocka_unit_test(secrets),
	    cmocka_unit_test(values_are_not_shown),
	    cmocka_unit_test(findings_of_a_line_are_few),
	    cmocka_unit_test(work_is_bounded),
	    cmocka_unit_test(limits_are_not_lower),
	    cmocka_unit_test(files),
	    cmocka_unit_test(glance),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
