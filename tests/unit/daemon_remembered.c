/*
 * daemon_remembered: what outlives all processes: checks that are down, of the same target and
 * not for ever; and deadlines of drains, which no clock extends.
 */
#include "daemon/remembered.h"

#include "base/text.h"
#include "model/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define VS   "192.0.2.1:80/tcp"
#define DEAD "10.0.0.1:80"
#define GOOD "10.0.0.2:80"

#define WALL UINT64_C(1700000000000)
static const struct remembered_now then = {.mono = {5000 * NS_PER_S}, .wall_ms = WALL};

static void put_check(struct store *s, const char *rs, uint32_t addr, uint8_t state)
{
	struct checker_row c;

	row_init(T_CHECKER, &c);
	c.vs = VS;
	c.rs = rs;
	c.connect_addr = addr_ipv4(addr);
	c.connect_port = 80;
	c.state = state;
	c.reason = state == CHECK_DOWN ? REASON_REFUSED : REASON_NOT_RUN;
	c.result = state == CHECK_DOWN ? "no \"door\"\n" : "";
	c.failed_in_row = state == CHECK_DOWN ? 7 : 0;
	store_put(s, T_CHECKER, &c, F_KEY | F_WANTED | F_SEEN, NULL);
}

static void put_server(struct store *s, const char *rs, struct mono started, struct mono ends)
{
	struct real_server_row r;

	row_init(T_REAL_SERVER, &r);
	r.vs = VS;
	r.name = rs;
	r.drain_started = started;
	r.drain_ends = ends;
	store_put(s, T_REAL_SERVER, &r, F_KEY | F_WANTED | F_SEEN, NULL);
}

/* What was known; `drain_s`: so long the dead one drains already, for 100 s in all. */
static void print_known(struct buf *ret, int64_t drain_s)
{
	struct store *s = store_new();

	put_check(s, DEAD, 0x0a000001, CHECK_DOWN);
	put_check(s, GOOD, 0x0a000002, CHECK_UP);
	if (drain_s)
		put_server(s, DEAD, mono_add(then.mono, -drain_s * NS_PER_S),
			   mono_add(then.mono, (100 - drain_s) * NS_PER_S));
	remembered_print(s, &then, ret);
	store_free(s);
}

/* Rows as after a start. */
static struct store *fresh(uint32_t addr)
{
	struct store *s = store_new();

	put_check(s, DEAD, addr, CHECK_UNKNOWN);
	put_check(s, GOOD, 0x0a000002, CHECK_UNKNOWN);
	put_server(s, DEAD, (struct mono){0}, (struct mono){0});
	return s;
}

static const struct checker_row *check_of(const struct store *s, const char *rs)
{
	const char *const key[] = {VS, rs, "1"};

	return store_find_text(s, T_CHECKER, key);
}

static const struct real_server_row *dead_of(const struct store *s)
{
	const char *const key[] = {VS, DEAD};

	return store_find_text(s, T_REAL_SERVER, key);
}

static void what_is_down_comes_back_and_nothing_else(void **state)
{
	struct buf text = {0};
	struct store *s = fresh(0x0a000001);
	const struct checker_row *c;

	(void)state;
	print_known(&text, 0);
	assert_int_equal(remembered_parse(s, &then, buf_cstr(&text)), 1);
	c = check_of(s, DEAD);
	assert_int_equal(c->state, CHECK_DOWN);
	assert_int_equal(c->reason, REASON_REFUSED);
	assert_int_equal(c->failed_in_row, 7);
	assert_string_equal(c->result, "no \"door\"\n");
	assert_int_equal(check_of(s, GOOD)->state, CHECK_UNKNOWN);
	store_free(s);
	buf_free(&text);
}

static void another_target_is_not_believed_dead(void **state)
{
	struct buf text = {0};
	struct store *s = fresh(0x0a000009);

	(void)state;
	print_known(&text, 0);
	assert_int_equal(remembered_parse(s, &then, buf_cstr(&text)), 0);
	assert_int_equal(check_of(s, DEAD)->state, CHECK_UNKNOWN);
	store_free(s);
	buf_free(&text);
}

static void old_news_is_not_believed(void **state)
{
	static const struct {
		int64_t later_s;
		uint8_t state;
	} ages[] = {{REMEMBERED_MAX_AGE_S - 1, CHECK_DOWN},
		    {REMEMBERED_MAX_AGE_S + 1, CHECK_UNKNOWN},
		    {-86400, CHECK_DOWN}};
	struct buf text = {0};

	(void)state;
	print_known(&text, 0);
	for (size_t i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
		struct store *s = fresh(0x0a000001);
		struct remembered_now now = then;

		now.wall_ms = (uint64_t)((int64_t)WALL + ages[i].later_s * 1000);
		remembered_parse(s, &now, buf_cstr(&text));
		assert_int_equal(check_of(s, DEAD)->state, ages[i].state);
		store_free(s);
	}
	buf_free(&text);
}

/* 30 of 100 s had gone. The machine is back after 20 s, its monotonic clock begins anew. */
static void no_clock_extends_a_deadline(void **state)
{
	static const struct {
		int64_t wall_s;
		int64_t left_s;
	} cases[] = {{20, 50}, {0, 70}, {-3600, 70}, {71, 0}, {100000, 0}};
	struct buf text = {0};

	(void)state;
	print_known(&text, 30);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct remembered_now now = {
		    .mono = {4 * NS_PER_S},
		    .wall_ms = (uint64_t)((int64_t)WALL + cases[i].wall_s * 1000)};
		struct store *s = fresh(0x0a000001);
		const struct real_server_row *r;

		remembered_parse(s, &now, buf_cstr(&text));
		r = dead_of(s);
		assert_int_equal(mono_diff(r->drain_ends, now.mono), cases[i].left_s * NS_PER_S);
		assert_true(r->drain_started.ns > 0);
		assert_true(mono_diff(now.mono, r->drain_started) > 0);
		store_free(s);
	}
	buf_free(&text);
}

static void what_is_not_ours_harms_nobody(void **state)
{
	static const char *const texts[] = {"", "halvard-remembered 2 1\ndown a b 1", "garbage\n"};
	static const char rest[] = "halvard-remembered 1 1700000000000\n"
				   "down\ndown a b\ndown " VS " " DEAD " x TCP_CHECK - 1 1 ok z\n"
				   "drain " VS " " DEAD " 1 2\ndrain\n\n\"\nfuture words\n";
	struct store *s = fresh(0x0a000001);

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(remembered_parse(s, &then, texts[i]), -1);
	assert_int_equal(remembered_parse(s, &then, rest), 0);
	assert_int_equal(check_of(s, DEAD)->state, CHECK_UNKNOWN);
	assert_int_equal(dead_of(s)->drain_ends.ns, 0);
	store_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_down_comes_back_and_nothing_else),
	    cmocka_unit_test(another_target_is_not_believed_dead),
	    cmocka_unit_test(old_news_is_not_believed),
	    cmocka_unit_test(no_clock_extends_a_deadline),
	    cmocka_unit_test(what_is_not_ours_harms_nobody),
	};

	return cmocka_run_group_tests_name("daemon_remembered", tests, NULL, NULL);
}
