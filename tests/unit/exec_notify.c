/*
 * exec_notify: changes of rows into programs and lines of pipes, with real programs: each change is
 * told, in order and one at a time, the newest are kept, and a process that replaces another tells
 * what is different from what was told and nothing else.
 */
#include "base/log.h"
#include "base/text.h"
#include "exec/notify.h"

#include <fcntl.h>
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

#define PATIENCE_NS (20 * NS_PER_S)

static char folder[] = "/tmp/halvard-notify-XXXXXX";
/* Of each test its own: a program that a test before has left may still write into that. */
static char told_file[16];
static unsigned tests_begun;
static struct exec_env env;
static struct notify *notify;
static struct vrrp_instance_row row;
static char told[65536];

/* What exec_main.c does. */
void exec_count(struct exec_env *e, const struct run_result *r)
{
	e->runs += r->outcome != RUN_NOT_STARTED;
}

static const char *at(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void on_idle(void *arg, struct mono now)
{
	(void)arg, (void)now;
	loop_stop(env.loop);
}

static void begin_process(void)
{
	notify = notify_new(&env);
	notify_on_idle(notify, on_idle, NULL);
}

static void command(enum notify_object object, const char *name, enum notify_event event,
		    const char *text)
{
	struct notify_row r;

	row_init(T_NOTIFY, &r);
	r.object = (uint8_t)object;
	r.event = (uint8_t)event;
	r.name = name;
	r.command = text;
	store_put(env.store, T_NOTIFY, &r, F_WANTED, NULL);
}

/* Appends its words behind `after` seconds to the file "told". */
static void tells(enum notify_object object, const char *name, enum notify_event event,
		  const char *after, const char *word)
{
	char text[COMMAND_MAX];

	snprintf(text, sizeof(text),
		 "/bin/sh -c 'echo \"<$*\" >>%s/%s; sleep %s; echo \">\" >>%s/%s' sh %s", folder,
		 told_file, after, folder, told_file, word);
	command(object, name, event, text);
}

static int setup(void **state)
{
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
	row_init(T_VRRP_INSTANCE, &row);
	TEXT_COPY(row.name, "A");
	row.effective_priority = 100;
	begin_process();
	snprintf(told_file, sizeof(told_file), "told.%u", ++tests_begun);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	notify_free(notify);
	runner_free(env.runner);
	store_free(env.store);
	loop_free(env.loop);
	free(env.memory);
	return 0;
}

static void give_up(void *arg, struct mono now)
{
	(void)arg, (void)now;
	loop_stop(env.loop);
}

static void settle(void)
{
	struct timer limit = {0};

	timer_init(&limit, env.loop, give_up, NULL);
	timer_after(&limit, PATIENCE_NS);
	while (!notify_is_idle(notify) && limit.armed)
		loop_run(env.loop);
	assert_true(notify_is_idle(notify));
	timer_stop(&limit);
}

/* All that was told so far, with ends of programs left out when each has followed its begin. */
static const char *heard(void)
{
	FILE *f = fopen(at(told_file), "re");
	char line[128];
	size_t n = 0;
	bool open = false;

	told[0] = '\0';
	while (f && fgets(line, sizeof(line), f)) {
		bool begins = line[0] == '<';

		assert_true(begins != open); /* never two at a time */
		open = begins;
		line[strcspn(line, "\n")] = '\0';
		if (begins)
			n += (size_t)snprintf(told + n, sizeof(told) - n, "%s%s", n ? "; " : "",
					      line + 1);
	}
	if (f)
		fclose(f);
	unlink(at(told_file));
	return told;
}

/* As main's link does it. */
static void put(const struct vrrp_instance_row *r)
{
	const struct vrrp_instance_row *known = store_find(env.store, T_VRRP_INSTANCE, r);
	struct vrrp_instance_row old;
	const void *now;

	if (known)
		old = *known;
	now = store_put(env.store, T_VRRP_INSTANCE, r, F_KEY | F_WANTED | F_SEEN, NULL);
	notify_row_changed(notify, T_VRRP_INSTANCE, now, known ? &old : NULL, loop_now(env.loop));
}

static void becomes(enum vrrp_state state, enum vrrp_reason reason)
{
	row.state = (uint8_t)state;
	row.reason = (uint8_t)reason;
	row.transitions++;
	put(&row);
}

static void all_commands(const char *after)
{
	tells(NOTIFY_INSTANCE, "A", NOTIFY_MASTER, after, "m");
	tells(NOTIFY_INSTANCE, "A", NOTIFY_BACKUP, after, "b");
	tells(NOTIFY_INSTANCE, "A", NOTIFY_FAULT, after, "f");
	tells(NOTIFY_INSTANCE, "A", NOTIFY_STOP, after, "s");
	tells(NOTIFY_INSTANCE, "A", NOTIFY_ANY, after, "any");
}

/* ---- order ------------------------------------------------------------------------ */

static void each_change_in_order(void **state)
{
	(void)state;
	all_commands("0.02");
	put(&row);
	becomes(VRRP_BACKUP, VRRP_REASON_STARTUP);
	becomes(VRRP_MASTER, VRRP_REASON_MASTER_DOWN_TIMER);
	becomes(VRRP_FAULT, VRRP_REASON_INTERFACE_DOWN);
	becomes(VRRP_BACKUP, VRRP_REASON_INTERFACE_UP);
	becomes(VRRP_INIT, VRRP_REASON_ADMIN_DOWN);
	settle();
	assert_string_equal(heard(), "b; any INSTANCE A BACKUP 100; m; any INSTANCE A MASTER 100; "
				     "f; any INSTANCE A FAULT 100; b; any INSTANCE A BACKUP 100; "
				     "s; any INSTANCE A STOP 100");
}

static void the_newest_are_kept(void **state)
{
	(void)state;
	tells(NOTIFY_INSTANCE, "A", NOTIFY_ANY, "0.3", "any");
	put(&row);
	for (int i = 0; i < 60; i++)
		becomes(i % 2 ? VRRP_BACKUP : VRRP_FAULT, VRRP_REASON_INTERFACE_DOWN);
	row.effective_priority = 7;
	tells(NOTIFY_INSTANCE, "A", NOTIFY_ANY, "0", "any"); /* those that wait are as they were */
	becomes(VRRP_MASTER, VRRP_REASON_MASTER_DOWN_TIMER);
	settle();
	heard();
	assert_int_equal(env.runs, 1 + 32); /* what ran at once, and a full queue */
	assert_non_null(strstr(told, "any INSTANCE A MASTER 7"));
	assert_string_equal(strrchr(told, ';'), "; any INSTANCE A MASTER 7");
}

static void one_does_not_hold_up_another(void **state)
{
	struct vrrp_instance_row other = row;

	(void)state;
	command(NOTIFY_INSTANCE, "A", NOTIFY_ANY, "/bin/sh -c 'sleep 100'");
	put(&row);
	becomes(VRRP_BACKUP, VRRP_REASON_STARTUP);
	tells(NOTIFY_INSTANCE, "B", NOTIFY_ANY, "0", "any");
	TEXT_COPY(other.name, "B");
	put(&other);
	other.state = VRRP_MASTER;
	other.transitions++;
	put(&other);
	for (int i = 0; i < 1000 && !strstr(heard(), "B MASTER"); i++) {
		struct timer step = {0};

		timer_init(&step, env.loop, give_up, NULL);
		timer_after(&step, 10 * NS_PER_MS);
		loop_run(env.loop);
		timer_stop(&step);
	}
	assert_string_equal(told, "any INSTANCE B MASTER 100");
	assert_false(notify_is_idle(notify));
}

/* ---- what is told ------------------------------------------------------------------- */

/* One that begins anew with another configuration has not stopped. */
static void a_stop_is_told_at_the_end(void **state)
{
	(void)state;
	tells(NOTIFY_INSTANCE, "A", NOTIFY_ANY, "0", "any");
	tells(NOTIFY_GROUP, "G", NOTIFY_ANY, "0", "any");
	put(&row);
	becomes(VRRP_MASTER, VRRP_REASON_PREEMPT);
	becomes(VRRP_INIT, VRRP_REASON_SHUTDOWN);
	becomes(VRRP_BACKUP, VRRP_REASON_CONFIG);
	becomes(VRRP_INIT, VRRP_REASON_SHUTDOWN);
	settle();
	assert_string_equal(heard(), "any INSTANCE A MASTER 100; any INSTANCE A BACKUP 100");
	env.stopping = true;
	notify_stopping(notify, loop_now(env.loop));
	settle();
	assert_string_equal(heard(), "any INSTANCE A STOP 100");
}

/* Nobody says any more that it is shut down. */
static void a_stop_is_told_without_a_last_word(void **state)
{
	(void)state;
	tells(NOTIFY_INSTANCE, "A", NOTIFY_ANY, "0", "any");
	put(&row);
	becomes(VRRP_MASTER, VRRP_REASON_PREEMPT);
	settle();
	heard();
	env.stopping = true;
	notify_stopping(notify, loop_now(env.loop));
	settle();
	assert_string_equal(heard(), "any INSTANCE A STOP 100");
}

static void the_end_of_a_configured_one(void **state)
{
	(void)state;
	tells(NOTIFY_INSTANCE, "A", NOTIFY_ANY, "0", "any");
	put(&row);
	becomes(VRRP_BACKUP, VRRP_REASON_STARTUP);
	notify_row_gone(notify, T_VRRP_INSTANCE, &row, loop_now(env.loop));
	settle();
	assert_string_equal(heard(), "any INSTANCE A BACKUP 100; any INSTANCE A FAULT 100");
	notify_apply(notify);
	assert_null(exec_memory_told(env.memory, NOTIFY_INSTANCE, "A", false));
}

/* The rows of its commands may go first. */
static void the_end_as_deleted(void **state)
{
	struct notify_row key = {.object = NOTIFY_INSTANCE, .name = "A"};
	const struct notify_row *r;

	(void)state;
	tells(NOTIFY_INSTANCE, "A", NOTIFY_ANY, "0", "any");
	tells(NOTIFY_INSTANCE, "A", NOTIFY_DELETED, "0", "d");
	put(&row);
	becomes(VRRP_BACKUP, VRRP_REASON_STARTUP);
	for (key.event = 1; key.event <= NOTIFY_ANY; key.event++) {
		r = store_find(env.store, T_NOTIFY, &key);
		if (r) {
			notify_row_gone(notify, T_NOTIFY, r, loop_now(env.loop));
			store_del(env.store, T_NOTIFY, r);
		}
	}
	notify_row_gone(notify, T_VRRP_INSTANCE, &row, loop_now(env.loop));
	notify_apply(notify);
	settle();
	assert_string_equal(heard(), "any INSTANCE A BACKUP 100; d; any INSTANCE A DELETED 100");
}

static void a_lower_priority(void **state)
{
	(void)state;
	tells(NOTIFY_INSTANCE, "A", NOTIFY_RX_LOWER_PRI, "0", "lower");
	tells(NOTIFY_INSTANCE, "A", NOTIFY_ANY, "0", "any");
	put(&row);
	becomes(VRRP_MASTER, VRRP_REASON_PREEMPT);
	row.lower_priority_received = 7;
	put(&row);
	put(&row);
	settle();
	assert_string_equal(heard(), "any INSTANCE A MASTER 100; lower");
}

static void a_process_that_hangs_is_a_fault(void **state)
{
	(void)state;
	tells(NOTIFY_INSTANCE, "A", NOTIFY_ANY, "0", "any");
	put(&row);
	becomes(VRRP_MASTER, VRRP_REASON_PREEMPT);
	becomes(VRRP_INIT, VRRP_REASON_SILENT);
	settle();
	assert_string_equal(heard(), "any INSTANCE A MASTER 100; any INSTANCE A FAULT 100");
}

/* ---- another process ------------------------------------------------------------------ */

static void replace_process(void)
{
	notify_free(notify);
	begin_process();
	notify_row_changed(notify, T_VRRP_INSTANCE, store_find(env.store, T_VRRP_INSTANCE, &row),
			   NULL, loop_now(env.loop));
}

static void the_next_process_tells_what_was_missed(void **state)
{
	(void)state;
	tells(NOTIFY_INSTANCE, "A", NOTIFY_ANY, "0", "any");
	row.state = VRRP_BACKUP;
	row.transitions = 1;
	put(&row); /* nobody knew it: what it is is not what it has become */
	becomes(VRRP_MASTER, VRRP_REASON_PREEMPT);
	settle();
	assert_string_equal(heard(), "any INSTANCE A MASTER 100");
	replace_process();
	settle();
	assert_string_equal(heard(), "");
	row.state = VRRP_FAULT;
	row.transitions++;
	store_put(env.store, T_VRRP_INSTANCE, &row, F_SEEN, NULL);
	replace_process();
	settle();
	assert_string_equal(heard(), "any INSTANCE A FAULT 100");
	row.transitions += 2; /* to something else and back */
	store_put(env.store, T_VRRP_INSTANCE, &row, F_SEEN, NULL);
	replace_process();
	settle();
	assert_string_equal(heard(), "any INSTANCE A FAULT 100");
}

/* What died with a process may have done half of its work. */
static void what_was_cut_short_is_run_again(void **state)
{
	(void)state;
	command(NOTIFY_INSTANCE, "A", NOTIFY_ANY, "/bin/sleep 100");
	put(&row);
	becomes(VRRP_MASTER, VRRP_REASON_PREEMPT);
	assert_false(notify_is_idle(notify));
	tells(NOTIFY_INSTANCE, "A", NOTIFY_ANY, "0", "any");
	replace_process();
	settle();
	assert_string_equal(heard(), "any INSTANCE A MASTER 100");
	replace_process();
	settle();
	assert_string_equal(heard(), "");
}

/* Main and the process of the routers have died together: nothing has happened to this one. */
static void counters_that_begin_anew_tell_nothing(void **state)
{
	(void)state;
	tells(NOTIFY_INSTANCE, "A", NOTIFY_ANY, "0", "any");
	put(&row);
	becomes(VRRP_BACKUP, VRRP_REASON_STARTUP);
	becomes(VRRP_MASTER, VRRP_REASON_PREEMPT);
	settle();
	heard();
	row.transitions = 0;
	put(&row);
	settle();
	assert_string_equal(heard(), "");
	becomes(VRRP_BACKUP, VRRP_REASON_HIGHER_PRIORITY);
	settle();
	assert_string_equal(heard(), "any INSTANCE A BACKUP 100");
}

static void goes(void)
{
	notify_row_gone(notify, T_VRRP_INSTANCE, &row, loop_now(env.loop));
	store_del(env.store, T_VRRP_INSTANCE, &row);
	notify_apply(notify);
}

static void one_that_comes_again_is_another(void **state)
{
	(void)state;
	tells(NOTIFY_INSTANCE, "A", NOTIFY_ANY, "0.3", "any");
	put(&row);
	becomes(VRRP_MASTER, VRRP_REASON_PREEMPT);
	goes();
	row.state = VRRP_INIT;
	row.transitions = 0;
	put(&row);
	becomes(VRRP_BACKUP, VRRP_REASON_STARTUP);
	settle();
	assert_string_equal(heard(), "any INSTANCE A MASTER 100; any INSTANCE A FAULT 100; "
				     "any INSTANCE A BACKUP 100");
}

/* Main tells of a row what it is by then. */
static void a_new_one_whose_first_row_comes_late(void **state)
{
	(void)state;
	tells(NOTIFY_INSTANCE, "A", NOTIFY_ANY, "0", "any");
	notify_apply(notify);
	row.state = VRRP_BACKUP;
	row.transitions = 1;
	put(&row);
	settle();
	assert_string_equal(heard(), "any INSTANCE A BACKUP 100");
}

/* Its name may come back some day. */
static void what_went_while_no_process_was_there_is_forgotten(void **state)
{
	(void)state;
	put(&row);
	becomes(VRRP_MASTER, VRRP_REASON_PREEMPT);
	notify_free(notify);
	store_del(env.store, T_VRRP_INSTANCE, &row);
	begin_process();
	notify_apply(notify);
	assert_null(exec_memory_told(env.memory, NOTIFY_INSTANCE, "A", false));
}

/* ---- pipes ---------------------------------------------------------------------------- */

static void pipe_row(const char *script)
{
	struct notify_fifo_row r;

	row_init(T_NOTIFY_FIFO, &r);
	r.kind = FIFO_ALL;
	TEXT_COPY(r.path, at("pipe"));
	TEXT_COPY(r.script, script);
	store_put(env.store, T_NOTIFY_FIFO, &r, F_WANTED, NULL);
}

static const char *in_pipe(void)
{
	static char text[512];
	int fd = open(at("pipe"), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;

	text[n > 0 ? n : 0] = '\0';
	close(fd);
	return text;
}

static void pipes_are_told_what_was_missed(void **state)
{
	(void)state;
	pipe_row("");
	notify_apply(notify);
	put(&row);
	becomes(VRRP_MASTER, VRRP_REASON_PREEMPT);
	assert_string_equal(in_pipe(), "INSTANCE \"A\" MASTER 100\n");
	row.state = VRRP_FAULT;
	row.transitions++;
	store_put(env.store, T_VRRP_INSTANCE, &row, F_SEEN, NULL);
	replace_process();
	notify_apply(notify);
	assert_string_equal(in_pipe(), "INSTANCE \"A\" FAULT 100\n");
}

static uint32_t reader_pid(void)
{
	struct notify_fifo_row key = {.kind = FIFO_ALL};

	return ((const struct notify_fifo_row *)store_find(env.store, T_NOTIFY_FIFO, &key))
	    ->script_pid;
}

/* A package that is being replaced has no program for a moment. */
static void a_reader_that_comes_late_is_started(void **state)
{
	struct timer limit = {0};
	char reader[128];

	(void)state;
	TEXT_COPY(reader, at("reader"));
	pipe_row(reader);
	notify_apply(notify);
	assert_int_equal(reader_pid(), 0);
	assert_int_equal(symlink("/usr/bin/tail", reader), 0);
	for (int i = 0; i < 1000 && !reader_pid(); i++) {
		timer_init(&limit, env.loop, give_up, NULL);
		timer_after(&limit, 20 * NS_PER_MS);
		loop_run(env.loop);
		timer_stop(&limit);
	}
	assert_int_not_equal(reader_pid(), 0);
}

static void an_old_session_may_be_anothers(void **state)
{
	struct mono died = mono_read();

	(void)state;
	env.memory->session = 1234;
	env.memory->alive_ns = died.ns;
	assert_int_equal(exec_memory_session(env.memory, mono_add(died, 30 * NS_PER_S)), 1234);
	assert_int_equal(exec_memory_session(env.memory, mono_add(died, 120 * NS_PER_S)), 0);
}

static void more_than_can_be_remembered(void **state)
{
	(void)state;
	for (unsigned i = 0; i < MEMORY_TOLD_MAX; i++) {
		char name[32];

		snprintf(name, sizeof(name), "other%u", i);
		assert_non_null(exec_memory_told(env.memory, NOTIFY_INSTANCE, name, true));
	}
	assert_null(exec_memory_told(env.memory, NOTIFY_INSTANCE, "A", true));
	tells(NOTIFY_INSTANCE, "A", NOTIFY_ANY, "0", "any");
	put(&row);
	becomes(VRRP_MASTER, VRRP_REASON_PREEMPT);
	settle();
	assert_string_equal(heard(), "any INSTANCE A MASTER 100");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(each_change_in_order, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_newest_are_kept, setup, teardown),
	    cmocka_unit_test_setup_teardown(one_does_not_hold_up_another, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_stop_is_told_at_the_end, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_stop_is_told_without_a_last_word, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_end_of_a_configured_one, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_end_as_deleted, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_lower_priority, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_process_that_hangs_is_a_fault, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_next_process_tells_what_was_missed, setup,
					    teardown),
	    cmocka_unit_test_setup_teardown(what_was_cut_short_is_run_again, setup, teardown),
	    cmocka_unit_test_setup_teardown(counters_that_begin_anew_tell_nothing, setup, teardown),
	    cmocka_unit_test_setup_teardown(one_that_comes_again_is_another, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_new_one_whose_first_row_comes_late, setup, teardown),
	    cmocka_unit_test_setup_teardown(what_went_while_no_process_was_there_is_forgotten,
					    setup, teardown),
	    cmocka_unit_test_setup_teardown(pipes_are_told_what_was_missed, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_reader_that_comes_late_is_started, setup, teardown),
	    cmocka_unit_test_setup_teardown(an_old_session_may_be_anothers, setup, teardown),
	    cmocka_unit_test_setup_teardown(more_than_can_be_remembered, setup, teardown),
	};
	char remove[64];
	int failed;

	if (geteuid() != 0) {
		printf("not root: its programs run as root\n");
		return 77;
	}
	log_init(&(struct log_options){.ident = "exec_notify", .levels.rest = LOG_LV_ERR});
	if (!mkdtemp(folder))
		return 77;
	chmod(folder, 0755);
	failed = cmocka_run_group_tests_name("notify", tests, NULL, NULL);
	snprintf(remove, sizeof(remove), "rm -rf %s", folder);
	return system(remove) ? 1 : failed;
}
