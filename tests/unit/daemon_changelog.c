/*
 * daemon_changelog: who has changed what outlives main: wherever a crash cuts the file, whatever
 * the disk says, and in bounds.
 */
#include "daemon/changelog.h"

#include "base/log.h"
#include "base/text.h"
#include "daemon/changelog_text.h"
#include "daemon/persist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#define SIZE     16
#define ALL      1000
#define BIG      100000
#define HEAD_LEN (sizeof(CHANGELOG_MAGIC) - 1)

struct world {
	char dir[40];
	struct loop *loop;
	struct store *live;
	struct changelog *log;
};

static struct world *w;
static unsigned synced; /* times that the disk was waited for */

/* In the place of the C library's. */
int fdatasync(int fd)
{
	synced++;
	return (int)syscall(SYS_fdatasync, fd);
}

/* ---- a main that comes and goes ----------------------------------------- */

static void begin_main(void)
{
	struct global_row g;

	w->loop = loop_new();
	w->live = store_new();
	row_init(T_GLOBAL, &g);
	g.change_log_size = SIZE;
	store_put(w->live, T_GLOBAL, &g, F_WANTED, NULL);
	w->log = changelog_new(w->loop, w->live, w->dir);
	changelog_load(w->log);
}

/* As a kill would: nothing is written any more. */
static void end_main(void)
{
	char away[64], back[64];

	snprintf(away, sizeof(away), "%s.away", w->dir);
	snprintf(back, sizeof(back), "%s", w->dir);
	assert_int_equal(rename(back, away), 0);
	changelog_free(w->log);
	assert_int_equal(rename(away, back), 0);
	store_free(w->live);
	loop_free(w->loop);
}

static void start_again(void)
{
	end_main();
	begin_main();
}

static int setup(void **state)
{
	(void)state;
	w = calloc(1, sizeof(*w));
	TEXT_COPY(w->dir, "/tmp/halvard-changes-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	begin_main();
	return 0;
}

static int teardown(void **state)
{
	char command[64];

	(void)state;
	end_main();
	snprintf(command, sizeof(command), "rm -rf %s", w->dir);
	assert_int_equal(system(command), 0);
	free(w);
	return 0;
}

static void on_stop(void *arg, struct mono now)
{
	(void)arg, (void)now;
	loop_stop(w->loop);
}

/* What is put off is done. */
static void run(void)
{
	struct timer t = {0};

	timer_init(&t, w->loop, on_stop, NULL);
	timer_after(&t, 5 * NS_PER_MS);
	loop_run(w->loop);
	timer_stop(&t);
}

/* ---- rows and files ------------------------------------------------------ */

static struct change_log_row row_of(const char *value)
{
	struct change_log_row row;

	row_init(T_CHANGE_LOG, &row);
	row.source = SOURCE_CTL;
	row.result = CHANGE_DONE;
	TEXT_COPY(row.who, "root");
	TEXT_COPY(row.object, "vrrp_instance VI_1");
	TEXT_COPY(row.field, "base_priority");
	TEXT_COPY(row.new_value, value);
	return row;
}

static void add(const char *value)
{
	struct change_log_row row = row_of(value);

	changelog_add(w->log, &row);
	changelog_write(w->log, true);
}

static void add_number(unsigned value)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", value);
	add(text);
}

static void begin(const char *value)
{
	struct change_log_row row = row_of(value);

	row.result = CHANGE_FAILED;
	changelog_begin(w->log, &row);
	changelog_write(w->log, false);
}

static size_t nrows(void)
{
	return store_count(w->live, T_CHANGE_LOG);
}

static const struct change_log_row *nth(size_t i)
{
	return store_at(w->live, T_CHANGE_LOG, i);
}

/* The rows from `number` on that have these values, and no others. */
static void check(uint32_t number, const char *const *values, size_t n)
{
	assert_int_equal(nrows(), n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(nth(i)->number, number + i);
		assert_string_equal(nth(i)->new_value, values[i]);
	}
}
#define CHECK(number, ...)                                                                         \
	check(number, (const char *const[]){__VA_ARGS__},                                          \
	      sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static struct buf read_file(void)
{
	struct buf b = {0};

	assert_int_equal(persist_read(w->dir, "changes", &b), 0);
	buf_cstr(&b);
	return b;
}

static void write_file(const void *data, size_t len)
{
	struct buf b = {0};

	buf_add(&b, data, len);
	assert_int_equal(persist_write(w->dir, "changes", &b), 0);
	buf_free(&b);
}

static size_t lines_in(const struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->len; i++)
		n += b->data[i] == '\n';
	return n;
}

static void path_of(char path[64], const char *name)
{
	snprintf(path, 64, "%s/%s", w->dir, name);
}

/* ---- the text ------------------------------------------------------------ */

static void fill(char *text, size_t size, int octet)
{
	memset(text, octet, size - 1);
	text[size - 1] = '\0';
}

static void what_is_printed_reads_the_same(void **state)
{
	static const int octets[] = {'a', '"', '\\', '\n', '\t', ' ', 1, 0x7f, 0xc3, 0xff};
	struct store *s = store_new();
	struct buf text = {0};
	struct changelog_found found;
	struct change_log_row rows[sizeof(octets) / sizeof(octets[0])];

	(void)state;
	buf_add(&text, CHANGELOG_MAGIC, HEAD_LEN);
	for (size_t i = 0; i < sizeof(octets) / sizeof(octets[0]); i++) {
		struct change_log_row *r = &rows[i];

		row_init(T_CHANGE_LOG, r);
		r->number = (uint32_t)i + 1;
		r->when = UINT64_C(1700000000123) + i;
		r->source = (uint8_t)(1 + i % 3);
		r->result = (uint8_t)(1 + i / 3 % 3);
		fill(r->who, sizeof(r->who), octets[i]);
		fill(r->object, sizeof(r->object), octets[i]);
		fill(r->field, sizeof(r->field), octets[i]);
		fill(r->new_value, sizeof(r->new_value), octets[i]);
		fill(r->result_text, sizeof(r->result_text), octets[i]);
		changelog_print(r, &text);
	}
	assert_int_equal(changelog_parse(s, buf_cstr(&text), text.len, ALL, &found), 0);
	assert_int_equal(found.unknown, 0);
	assert_int_equal(found.last, sizeof(octets) / sizeof(octets[0]));
	for (size_t i = 0; i < sizeof(octets) / sizeof(octets[0]); i++)
		assert_memory_equal(store_at(s, T_CHANGE_LOG, i), &rows[i], sizeof(rows[i]));
	buf_free(&text);
	store_free(s);
}

static void a_line_that_is_cut_is_no_line(void **state)
{
	struct buf text;

	(void)state;
	for (unsigned i = 1; i <= 3; i++)
		add_number(i);
	text = read_file();
	for (size_t len = 0; len <= text.len; len++) {
		struct store *s = store_new();
		struct changelog_found found;
		struct buf part = {.data = text.data, .len = len};
		size_t whole = len < HEAD_LEN ? 0 : lines_in(&part) - 1;
		char *copy = malloc(len ? len : 1); /* its end is the end */

		memcpy(copy, text.data, len);
		assert_int_equal(changelog_parse(s, copy, len, ALL, &found), 0);
		assert_int_equal(store_count(s, T_CHANGE_LOG), whole);
		assert_int_equal(found.last, whole);
		assert_int_equal(found.unknown, 0);
		assert_int_equal(found.cut, !len || text.data[len - 1] != '\n');
		for (size_t i = 0; i < whole; i++)
			assert_memory_equal(store_at(s, T_CHANGE_LOG, i), nth(i),
					    sizeof(struct change_log_row));
		free(copy);
		store_free(s);
	}
	buf_free(&text);
}

static void what_is_not_understood_harms_nobody(void **state)
{
	static const char text[] = CHANGELOG_MAGIC
	    "\n"
	    "5 1 ctl done \"root\" \"a b\" \"f\" \"\" \"good\" \"\"\n"
	    "6 1 bgp done \"root\" \"a b\" \"f\" \"\" \"x\" \"\"\n"
	    "7 1 ctl begun \"root\" \"a b\" \"f\" \"\" \"x\" \"\"\n"
	    "8 1 ctl done \"root\" \"a b\" \"f\" \"\" \"x\"\n"
	    "9 1 ctl done \"root\" \"a b\" \"f\" \"\" \"more\" \"\" words of \"another\n"
	    "9999999999 1 ctl done \"root\" \"a b\" \"f\" \"\" \"x\" \"\"\n"
	    "4294967295 1 ctl done \"root\" \"a b\" \"f\" \"\" \"x\" \"\"\n"
	    "0 1 ctl done \"root\" \"a b\" \"f\" \"\" \"x\" \"\"\n"
	    "10 1 ctl done \"ro\0t\" \"a b\" \"f\" \"\" \"x\" \"\"\n"
	    "garbage \"\n";

	(void)state;
	write_file(text, sizeof(text) - 1);
	start_again();
	assert_int_equal(nrows(), 2);
	assert_string_equal(nth(0)->new_value, "good");
	assert_string_equal(nth(1)->new_value, "more");
	add("next"); /* those that are not understood have numbers too */
	assert_int_equal(nth(2)->number, 10);
	start_again();
	assert_int_equal(nrows(), 3);
}

/* ---- the file ------------------------------------------------------------- */

static void what_was_answered_is_there_after_a_kill(void **state)
{
	struct stat st;
	char path[64];

	(void)state;
	assert_int_equal(nrows(), 0);
	add("1");
	synced = 0;
	add("2");
	assert_int_equal(synced, 1);
	start_again();
	CHECK(1, "1", "2");
	assert_string_equal(nth(1)->who, "root");
	assert_true(nth(1)->when > UINT64_C(1600000000000));
	add("3");
	start_again();
	CHECK(1, "1", "2", "3");
	path_of(path, "changes");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

/* Wherever the crash was, what comes after is not lost, and nothing is read from two halves. */
static void it_goes_on_after_a_cut(void **state)
{
	struct buf text;

	(void)state;
	for (unsigned i = 1; i <= 3; i++)
		add_number(i);
	text = read_file();
	for (size_t len = 0; len <= text.len; len++) {
		struct buf part = {.data = text.data, .len = len};
		size_t whole = len < HEAD_LEN ? 0 : lines_in(&part) - 1;

		write_file(text.data, len);
		start_again();
		add("after");
		start_again();
		assert_int_equal(nrows(), whole + 1);
		for (size_t i = 0; i < whole; i++)
			assert_int_equal(nth(i)->number, i + 1);
		assert_int_equal(nth(whole)->number, whole + 1);
		assert_string_equal(nth(whole)->new_value, "after");
	}
	buf_free(&text);
}

static void it_is_bounded_and_numbers_go_on(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 200; i++) {
		struct buf text;

		begin("x");
		add_number(i);
		run();
		text = read_file();
		assert_in_range(lines_in(&text), 1, 2 * SIZE + 1);
		buf_free(&text);
		if (i % 37 == 0)
			start_again();
		assert_int_equal(nrows(), i < SIZE ? i : SIZE);
		assert_int_equal(nth(nrows() - 1)->number, i);
	}
	start_again();
	assert_int_equal(nth(0)->number, 201 - SIZE);
	assert_string_equal(nth(0)->new_value, "185");
	assert_string_equal(nth(SIZE - 1)->new_value, "200");
}

/* The oldest are not put into the store first: that would take as long as it is for each. */
static void a_large_file_is_read_at_once(void **state)
{
	struct change_log_row row = row_of("x");
	struct store *s = store_new();
	struct changelog_found found;
	struct buf text = {0};

	(void)state;
	buf_add(&text, CHANGELOG_MAGIC, HEAD_LEN);
	for (row.number = 1; row.number <= BIG; row.number++)
		changelog_print(&row, &text);
	assert_int_equal(changelog_parse(s, buf_cstr(&text), text.len, SIZE, &found), 0);
	assert_int_equal(store_count(s, T_CHANGE_LOG), SIZE);
	assert_int_equal(found.last, BIG);
	assert_int_equal(found.lines, BIG);
	assert_int_equal(((const struct change_log_row *)store_at(s, T_CHANGE_LOG, 0))->number,
			 BIG - SIZE + 1);
	buf_free(&text);
	store_free(s);
}

static void what_was_begun_is_a_row_when_main_dies(void **state)
{
	(void)state;
	add("1");
	synced = 0;
	begin("2");
	assert_int_equal(synced, 0);
	assert_int_equal(nrows(), 1);
	start_again();
	CHECK(1, "1", "2");
	assert_int_equal(nth(1)->result, CHANGE_FAILED);
	begin("3");
	add("3");
	start_again();
	CHECK(1, "1", "2", "3");
	assert_int_equal(nth(2)->result, CHANGE_DONE);
}

/* The file is made anew between the beginning and the end of a change. */
static void what_was_begun_stays_when_the_file_is_made_anew(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 2 * SIZE; i++)
		add_number(i);
	begin("33");
	run();
	start_again();
	assert_int_equal(nrows(), SIZE);
	assert_string_equal(nth(SIZE - 1)->new_value, "33");
	assert_int_equal(nth(SIZE - 1)->number, 33);
}

static void what_could_not_be_written_is_later(void **state)
{
	char path[64];

	(void)state;
	add("1");
	path_of(path, "changes");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	add("2");
	add("3");
	assert_int_equal(nrows(), 3);
	assert_int_equal(rmdir(path), 0);
	add("4");
	start_again();
	CHECK(1, "1", "2", "3", "4");
}

static void a_file_that_was_taken_away_is_made_again(void **state)
{
	char path[64];

	(void)state;
	add("1");
	path_of(path, "changes");
	assert_int_equal(unlink(path), 0);
	add("2");
	start_again();
	CHECK(1, "1", "2");
}

static void what_is_not_ours_is_kept(void **state)
{
	static const char *const texts[] = {"halvard-changes 2\n1 1 ctl\n", "garbage\n", "x"};
	char path[64];
	struct stat st;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		write_file(texts[i], strlen(texts[i]));
		start_again();
		assert_int_equal(nrows(), 0);
	}
	add("1");
	start_again();
	CHECK(1, "1");
	path_of(path, "changes.unreadable");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, strlen(texts[0]));
	path_of(path, "changes.unreadable.2");
	assert_int_equal(stat(path, &st), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_printed_reads_the_same),
	    TEST(a_line_that_is_cut_is_no_line),
	    TEST(what_is_not_understood_harms_nobody),
	    TEST(what_was_answered_is_there_after_a_kill),
	    TEST(it_goes_on_after_a_cut),
	    TEST(it_is_bounded_and_numbers_go_on),
	    cmocka_unit_test(a_large_file_is_read_at_once),
	    TEST(what_was_begun_is_a_row_when_main_dies),
	    TEST(what_was_begun_stays_when_the_file_is_made_anew),
	    TEST(what_could_not_be_written_is_later),
	    TEST(a_file_that_was_taken_away_is_made_again),
	    TEST(what_is_not_ours_is_kept),
	};

	log_init(&(struct log_options){.ident = "test", .levels.rest = LOG_LV_ERR});
	return cmocka_run_group_tests_name("daemon_changelog", tests, NULL, NULL);
}
