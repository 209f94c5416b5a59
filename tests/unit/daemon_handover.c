/*
 * daemon_handover: what one daemon leaves for the next: every state of the workers' rows, and
 * nothing else; for one start of the same boot, and states not for long.
 */
#include "daemon/handover.h"

#include "base/text.h"
#include "ipc/parent.h"
#include "model/rows.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define VS "192.0.2.1:80/tcp"
#define RS "10.0.0.1:80"

static char folder[] = "/tmp/handover.XXXXXX";

/* The row that a file makes, or as a worker tells of it. */
static void put_check(struct store *s, bool told)
{
	struct checker_row c;

	row_init(T_CHECKER, &c);
	c.vs = VS;
	c.rs = RS;
	c.connect_port = told ? 81 : 80;
	if (told) {
		c.state = CHECK_DOWN;
		c.reason = REASON_REFUSED;
		c.value = -300;
		c.result = "no \"door\"\nat all";
		c.runs = 77;
		c.last_run.ns = 123456789;
	}
	store_put(s, T_CHECKER, &c, F_KEY | F_WANTED | F_SEEN, NULL);
}

static void put_router(struct store *s, bool told)
{
	struct vrrp_instance_row v;

	row_init(T_VRRP_INSTANCE, &v);
	TEXT_COPY(v.name, "VI 1");
	if (told) {
		v.state = VRRP_MASTER;
		v.transitions = 4000000000;
		v.snmp_index = 9;
	}
	store_put(s, T_VRRP_INSTANCE, &v, F_KEY | F_WANTED | F_SEEN, NULL);
}

static struct store *rows(bool told)
{
	struct global_row g = {0};
	struct store *s = store_new();

	put_check(s, told);
	put_router(s, told);
	row_init(T_GLOBAL, &g);
	g.config_generation = told ? 8 : 1;
	store_put(s, T_GLOBAL, &g, F_SEEN, NULL);
	return s;
}

static const struct checker_row *check_of(const struct store *s)
{
	return store_at(s, T_CHECKER, 0);
}

static const struct vrrp_instance_row *router_of(const struct store *s)
{
	return store_at(s, T_VRRP_INSTANCE, 0);
}

static void assert_all_is_known(const struct store *s)
{
	assert_int_equal(check_of(s)->state, CHECK_DOWN);
	assert_int_equal(check_of(s)->reason, REASON_REFUSED);
	assert_int_equal(check_of(s)->value, -300);
	assert_string_equal(check_of(s)->result, "no \"door\"\nat all");
	assert_int_equal(check_of(s)->runs, 77);
	assert_int_equal(check_of(s)->last_run.ns, 123456789);
	assert_int_equal(router_of(s)->state, VRRP_MASTER);
	assert_int_equal(router_of(s)->transitions, 4000000000);
}

static void what_the_workers_told_and_no_more(void **state)
{
	struct store *before = rows(true), *s = rows(false);
	struct buf text = {0};

	(void)state;
	handover_print(before, &text);
	assert_int_equal(handover_parse(s, buf_cstr(&text)), 8);
	assert_all_is_known(s);
	assert_int_equal(check_of(s)->connect_port, 80); /* the file's */
	assert_int_equal(router_of(s)->snmp_index, 0);   /* main's */
	assert_int_equal(((const struct global_row *)store_at(s, T_GLOBAL, 0))->config_generation,
			 1);
	buf_free(&text);
	store_free(before);
	store_free(s);
}

static void what_another_version_says_is_left_out(void **state)
{
	static const char *const lines[] = {
	    "moon \"x\" phase \"full\"",
	    "vrrp_instance \"VI 1\" colour \"green\"",
	    "vrrp_instance \"VI 1\" state \"abbot\"",
	    "vrrp_instance \"VI 1\" transitions \"-1\"",
	    "vrrp_instance \"VI 1\" base_priority \"7\"", /* not a state */
	    "vrrp_instance \"VI 1\" snmp_index \"7\"",
	    "vrrp_instance \"VI 2\" transitions \"7\"", /* not in the file any more */
	    "vrrp_instance \"VI 1\" transitions",
	    "vrrp_instance \"VI 1",
	    "global config_generation \"7\"",
	    "",
	};
	struct store *s = rows(false);

	(void)state;
	for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(handover_parse(s, lines[i]), 0);
		assert_int_equal(router_of(s)->transitions, 0);
	}
	assert_int_equal(store_count(s, T_VRRP_INSTANCE), 1);
	assert_int_equal(
	    handover_parse(s, "moon\n\nvrrp_instance \"VI 1\" transitions 7\nvrrp_ins"), 1);
	assert_int_equal(router_of(s)->transitions, 7);
	store_free(s);
}

static bool take(bool all)
{
	struct store *s = rows(false);
	bool taken = handover_take_states(s, folder);

	if (all)
		assert_all_is_known(s);
	else
		assert_int_equal(router_of(s)->transitions, 0);
	store_free(s);
	return taken;
}

static void leave(void)
{
	struct store *s = rows(true);

	handover_leave_states(s, folder);
	store_free(s);
}

static const char *path(void)
{
	static char p[80];

	snprintf(p, sizeof(p), "%s/handover.states", folder);
	return p;
}

/* Of another boot, or of `older` nanoseconds before. */
static void change_first_line(const char *what, const char *boot, int64_t older)
{
	char name[80], magic[64], version[8], was[64];
	struct buf rest = {0};
	int64_t when;
	FILE *f;
	int c;

	snprintf(name, sizeof(name), "%s/handover.%s", folder, what);
	f = fopen(name, "r");
	assert_int_equal(fscanf(f, "%63s %7s %63s %" SCNd64 "\n", magic, version, was, &when), 4);
	while ((c = getc(f)) != EOF)
		buf_add(&rest, &(char){(char)c}, 1);
	fclose(f);
	f = fopen(name, "w");
	fprintf(f, "%s %s %s %" PRId64 "\n", magic, version, boot ? boot : was, when - older);
	assert_int_equal(fwrite(rest.data, 1, rest.len, f), rest.len);
	fclose(f);
	buf_free(&rest);
}

static void states_are_for_one_start_soon_in_the_same_boot(void **state)
{
	(void)state;
	assert_false(take(false));
	assert_false(handover_has_states(folder));
	leave();
	assert_true(handover_has_states(folder));
	assert_true(take(true));
	assert_int_not_equal(access(path(), F_OK), 0);
	assert_false(take(false));

	leave();
	change_first_line("states", "00000000-0000-0000-0000-000000000000", 0);
	assert_false(take(false));
	leave();
	change_first_line("states", NULL, (HANDOVER_MAX_AGE_S - 5) * NS_PER_S);
	assert_true(take(true));
	leave();
	change_first_line("states", NULL, (HANDOVER_MAX_AGE_S + 1) * NS_PER_S);
	assert_false(take(false));
	leave();
	change_first_line("states", NULL, -60 * NS_PER_S); /* not yet */
	assert_false(take(false));
	assert_int_not_equal(access(path(), F_OK), 0);
}

static int memory(const char *begins)
{
	int fd = memfd_create("memory", 0);

	assert_int_equal(ftruncate(fd, PARENT_MEMORY_BYTES), 0);
	assert_int_equal(pwrite(fd, begins, strlen(begins), 0), (ssize_t)strlen(begins));
	assert_int_equal(pwrite(fd, "end", 3, PARENT_MEMORY_BYTES - 3), 3);
	return fd;
}

static void a_memory_is_what_it_was(void **state)
{
	int old = memory("one\ntwo"), new = memory("");
	char text[8] = "";

	(void)state;
	handover_leave_memory(folder, "vrrp", old);
	handover_take_memory(folder, "exec", new); /* another's */
	assert_int_equal(pread(new, text, 3, 0), 3);
	assert_string_equal(text, "");
	handover_take_memory(folder, "vrrp", new);
	assert_int_equal(pread(new, text, 7, 0), 7);
	assert_string_equal(text, "one\ntwo");
	memset(text, 0, sizeof(text));
	assert_int_equal(pread(new, text, 3, PARENT_MEMORY_BYTES - 3), 3);
	assert_string_equal(text, "end");
	close(new);
	new = memory("fresh");
	handover_take_memory(folder, "vrrp", new); /* once */
	assert_int_equal(pread(new, text, 5, 0), 5);
	assert_string_equal(text, "fresh");
	handover_leave_memory(folder, "vrrp", old);
	change_first_line("vrrp", NULL, (HANDOVER_MAX_AGE_S + 1) * NS_PER_S);
	handover_take_memory(folder, "vrrp", new);
	assert_int_equal(pread(new, text, 5, 0), 5);
	assert_string_equal(text, "fresh");
	handover_leave_memory(folder, "vrrp", old);
	change_first_line("vrrp", NULL, (HANDOVER_MAX_AGE_S - 5) * NS_PER_S);
	handover_take_memory(folder, "vrrp", new);
	assert_int_equal(pread(new, text, 3, 0), 3);
	assert_memory_equal(text, "one", 3);
	close(new);
	close(old);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder); /* nothing is left in it */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_the_workers_told_and_no_more),
	    cmocka_unit_test(what_another_version_says_is_left_out),
	    cmocka_unit_test(states_are_for_one_start_soon_in_the_same_boot),
	    cmocka_unit_test(a_memory_is_what_it_was),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
