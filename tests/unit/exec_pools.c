/*
 * exec_pools: rows of virtual servers and real servers into lines of a pipe: who is told of what,
 * in which words, and what a process tells that replaces another.
 */
#include "base/log.h"
#include "base/text.h"
#include "exec/memory.h"
#include "exec/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/halvard-pools-XXXXXX";
static struct exec_env env;
static struct notify *notify;
static struct virtual_server_row vs;
static struct real_server_row rs;
static int reader = -1;

/* What exec_main.c does. */
void exec_count(struct exec_env *e, const struct run_result *r)
{
	(void)e, (void)r;
}

static void begin_process(void)
{
	notify = notify_new(&env);
}

static void *lasting(enum table_id t, const void *row)
{
	void *now = calloc(1, MAX_ROW);

	memcpy(now, row, schema_table(t)->row_size);
	row_hold(t, now);
	return now;
}

/* As main's link does it. */
static void put(enum table_id t, const void *row)
{
	const void *known = store_find(env.store, t, row), *now;
	void *old = known ? lasting(t, known) : NULL;

	now = store_put(env.store, t, row, F_KEY | F_WANTED | F_SEEN, NULL);
	notify_row_changed(notify, t, now, old, loop_now(env.loop));
	if (old)
		row_drop(t, old);
	free(old);
}

static void quorum(enum vs_quorum q)
{
	vs.quorum_changes += vs.quorum_state != QUORUM_UNKNOWN && vs.quorum_state != q;
	vs.quorum_state = (uint8_t)q;
	put(T_VIRTUAL_SERVER, &vs);
}

static void health(enum rs_health h)
{
	rs.health_changes += rs.health != HEALTH_UNKNOWN && rs.health != h;
	rs.health = (uint8_t)h;
	put(T_REAL_SERVER, &rs);
}

static const char *path(void)
{
	static char text[128];

	snprintf(text, sizeof(text), "%s/pipe", folder);
	return text;
}

static int setup(void **state)
{
	struct notify_fifo_row fifo;
	struct exec_row settings;

	(void)state;
	memset(&env, 0, sizeof(env));
	env.loop = loop_new();
	env.store = store_new();
	env.runner = runner_new(env.loop);
	env.memory = exec_memory_open(-1);
	row_init(T_EXEC, &settings);
	TEXT_COPY(settings.script_user, "root");
	store_put(env.store, T_EXEC, &settings, F_WANTED, NULL);
	row_init(T_NOTIFY_FIFO, &fifo);
	fifo.kind = FIFO_LVS;
	TEXT_COPY(fifo.path, path());
	store_put(env.store, T_NOTIFY_FIFO, &fifo, F_WANTED, NULL);
	row_init(T_VIRTUAL_SERVER, &vs);
	vs.name = "192.0.2.1:80/tcp";
	addr_parse("192.0.2.1", &vs.addr);
	vs.port = 80;
	vs.protocol = LVS_TCP;
	row_init(T_REAL_SERVER, &rs);
	rs.vs = vs.name;
	rs.name = "10.0.0.1:8080";
	addr_parse("10.0.0.1", &rs.addr);
	rs.port = 8080;
	begin_process();
	put(T_VIRTUAL_SERVER, &vs);
	put(T_REAL_SERVER, &rs);
	notify_apply(notify);
	reader = open(path(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(reader >= 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	close(reader);
	notify_free(notify);
	runner_free(env.runner);
	store_free(env.store);
	loop_free(env.loop);
	free(env.memory);
	unlink(path());
	return 0;
}

/* All that was told since, with "; " between lines. */
static const char *heard(void)
{
	static char text[4096];
	ssize_t n = read(reader, text, sizeof(text) - 1);

	text[n > 0 ? n - 1 : 0] = '\0'; /* without the last end of a line */
	for (char *end = text; (end = strchr(end, '\n'));)
		*end = ';';
	return text;
}

#define SERVER  "RS [10.0.0.1]:tcp:8080 [192.0.2.1]:tcp:80 "
#define SERVICE "VS [192.0.2.1]:tcp:80 "

static void the_first_state(void **state)
{
	(void)state;
	health(HEALTH_ALIVE);
	quorum(QUORUM_MET);
	assert_string_equal(heard(), SERVICE "UP");
	health(HEALTH_ALIVE);
	quorum(QUORUM_MET);
	assert_string_equal(heard(), "");
}

static void the_first_state_of_servers(void **state)
{
	struct exec_row settings = *(const struct exec_row *)store_single(env.store, T_EXEC);

	(void)state;
	settings.rs_init_notifies = true;
	store_put(env.store, T_EXEC, &settings, F_WANTED, NULL);
	health(HEALTH_ALIVE);
	quorum(QUORUM_MET);
	assert_string_equal(heard(), SERVER "UP;" SERVICE "UP");
	rs.name = "10.0.0.2:8080"; /* one that begins as dead, by alpha */
	rs.health = HEALTH_UNKNOWN;
	health(HEALTH_DEAD);
	assert_string_equal(heard(), "");
}

static void changes(void **state)
{
	(void)state;
	health(HEALTH_ALIVE);
	quorum(QUORUM_MET);
	heard();
	health(HEALTH_DEAD);
	quorum(QUORUM_LOST);
	health(HEALTH_ALIVE);
	quorum(QUORUM_MET);
	assert_string_equal(heard(), SERVER "DOWN;" SERVICE "DOWN;" SERVER "UP;" SERVICE "UP");
	rs.health_changes += 2; /* there and back while nobody could hear it */
	put(T_REAL_SERVER, &rs);
	assert_string_equal(heard(), SERVER "UP");
	rs.health_changes = 0; /* counters that begin anew */
	put(T_REAL_SERVER, &rs);
	assert_string_equal(heard(), "");
}

/* A draining server is as well as before. */
static void what_the_operator_does_is_not_told(void **state)
{
	(void)state;
	health(HEALTH_ALIVE);
	rs.admin_state = RS_DRAINING;
	rs.oper_state = RS_OPER_DRAINING;
	put(T_REAL_SERVER, &rs);
	assert_string_equal(heard(), "");
}

static void a_sorry_server_is_not_told(void **state)
{
	(void)state;
	rs.name = "10.0.0.9:80";
	rs.kind = RS_SORRY;
	health(HEALTH_ALIVE);
	health(HEALTH_DEAD);
	assert_string_equal(heard(), "");
}

/* The snapshot of the next one; it may begin with states that main does not know yet. */
static void the_next_process_tells_what_was_missed(void **state)
{
	struct virtual_server_row unknown;

	(void)state;
	health(HEALTH_ALIVE);
	quorum(QUORUM_MET);
	heard();
	for (int i = 0; i < 2; i++) {
		close(reader);
		notify_free(notify);
		store_del(env.store, T_REAL_SERVER, &rs);
		store_del(env.store, T_VIRTUAL_SERVER, &vs);
		begin_process();
		unknown = vs;
		unknown.quorum_state = QUORUM_UNKNOWN;
		unknown.quorum_changes = 0;
		put(T_VIRTUAL_SERVER, &unknown);
		put(T_REAL_SERVER, &rs);
		notify_apply(notify);
		reader = open(path(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		quorum((enum vs_quorum)vs.quorum_state);
		assert_string_equal(heard(), "");
		if (i == 0)
			health(HEALTH_DEAD);
		quorum(i == 0 ? QUORUM_LOST : QUORUM_MET);
		assert_string_equal(heard(), i == 0 ? SERVER "DOWN;" SERVICE "DOWN" : SERVICE "UP");
	}
}

/* It has virtual servers before real servers. */
static void quorums_wait_for_the_end_of_a_snapshot(void **state)
{
	(void)state;
	health(HEALTH_ALIVE);
	quorum(QUORUM_MET);
	heard();
	env.snapshot = true;
	quorum(QUORUM_LOST);
	assert_string_equal(heard(), "");
	health(HEALTH_DEAD);
	env.snapshot = false;
	notify_apply(notify);
	assert_string_equal(heard(), SERVER "DOWN;" SERVICE "DOWN");
	notify_apply(notify);
	assert_string_equal(heard(), "");
}

static void what_was_there_before_the_first_process_is_not_told(void **state)
{
	(void)state;
	vs.name = "192.0.2.2:80/tcp";
	vs.quorum_state = QUORUM_LOST;
	notify_free(notify);
	store_del(env.store, T_REAL_SERVER, &rs);
	begin_process();
	put(T_VIRTUAL_SERVER, &vs);
	notify_apply(notify);
	close(reader);
	reader = open(path(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_string_equal(heard(), "");
}

static void the_end(void **state)
{
	(void)state;
	health(HEALTH_ALIVE);
	quorum(QUORUM_MET);
	heard();
	notify_stopping(notify, loop_now(env.loop));
	assert_string_equal(heard(), "");
	vs.omega = true;
	put(T_VIRTUAL_SERVER, &vs);
	notify_stopping(notify, loop_now(env.loop));
	assert_string_equal(heard(), SERVER "DOWN;" SERVICE "DOWN");
	notify_stopping(notify, loop_now(env.loop));
	assert_string_equal(heard(), "");
}

static void gone(enum table_id t, const void *key)
{
	notify_row_gone(notify, t, store_find(env.store, t, key), loop_now(env.loop));
	store_del(env.store, t, key);
}

static void removed_and_there_again(void **state)
{
	(void)state;
	vs.omega = true;
	health(HEALTH_ALIVE);
	quorum(QUORUM_MET);
	heard();
	gone(T_VIRTUAL_SERVER, &vs); /* as the tables follow each other */
	gone(T_REAL_SERVER, &rs);
	notify_apply(notify);
	assert_string_equal(heard(), SERVER "DOWN;" SERVICE "DOWN");
	quorum(QUORUM_MET);
	assert_string_equal(heard(), SERVICE "UP");
}

static void names(void **state)
{
	static const struct {
		const char *name, *addr;
		uint32_t mark;
		const char *line;
	} all[] = {
	    {"[2001:db8::1]:80/tcp", "2001:db8::1", 0, "VS [2001:db8::1]:tcp:80 UP"},
	    {"fwmark:7", NULL, 7, "VS FWM 7 UP"},
	    {"group:web/tcp", NULL, 0, "VS [web]:0 UP"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		vs.name = all[i].name;
		vs.addr = (struct addr){0};
		if (all[i].addr)
			addr_parse(all[i].addr, &vs.addr);
		vs.fwmark = all[i].mark;
		vs.quorum_state = QUORUM_UNKNOWN;
		quorum(QUORUM_MET);
		assert_string_equal(heard(), all[i].line);
	}
	vs.name = rs.vs = "fwmark:7";
	vs.fwmark = 7;
	rs.port = 0;
	put(T_VIRTUAL_SERVER, &vs);
	health(HEALTH_ALIVE);
	heard();
	health(HEALTH_DEAD);
	assert_string_equal(heard(), "RS [10.0.0.1]:none:0 FWM 7 DOWN");
}

static void more_than_can_be_remembered(void **state)
{
	(void)state;
	for (size_t i = 0; i < MEMORY_POOLS_MAX; i++)
		env.memory->pools[i].key = 1 + i;
	vs.name = "192.0.2.3:80/tcp";
	vs.quorum_state = QUORUM_UNKNOWN;
	addr_parse("192.0.2.3", &vs.addr);
	quorum(QUORUM_MET);
	quorum(QUORUM_LOST);
	assert_string_equal(heard(), "VS [192.0.2.3]:tcp:80 UP;VS [192.0.2.3]:tcp:80 DOWN");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(the_first_state, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_first_state_of_servers, setup, teardown),
	    cmocka_unit_test_setup_teardown(changes, setup, teardown),
	    cmocka_unit_test_setup_teardown(what_the_operator_does_is_not_told, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_sorry_server_is_not_told, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_next_process_tells_what_was_missed, setup,
					    teardown),
	    cmocka_unit_test_setup_teardown(what_was_there_before_the_first_process_is_not_told,
					    setup, teardown),
	    cmocka_unit_test_setup_teardown(quorums_wait_for_the_end_of_a_snapshot, setup,
					    teardown),
	    cmocka_unit_test_setup_teardown(the_end, setup, teardown),
	    cmocka_unit_test_setup_teardown(removed_and_there_again, setup, teardown),
	    cmocka_unit_test_setup_teardown(names, setup, teardown),
	    cmocka_unit_test_setup_teardown(more_than_can_be_remembered, setup, teardown),
	};
	int failed;

	if (geteuid() != 0) {
		printf("not root: its pipes are root's\n");
		return 77;
	}
	log_init(&(struct log_options){.ident = "exec_pools", .levels.rest = LOG_LV_ERR});
	if (!mkdtemp(folder))
		return 77;
	failed = cmocka_run_group_tests_name("pools", tests, NULL, NULL);
	rmdir(folder);
	return failed;
}
