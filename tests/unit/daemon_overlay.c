/* daemon: the overlay and the file behind it. */
#include "base/log.h"
#include "base/text.h"
#include "daemon/overlay.h"
#include "daemon/persist.h"
#include "model/rows.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static int folder_errno; /* what syncing a folder fails with */
static int writes_short; /* every other write is interrupted, and one writes an octet */

/* In the place of the C library's. */
int fsync(int fd)
{
	struct stat st;

	if (folder_errno && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		errno = folder_errno;
		return -1;
	}
	return (int)syscall(SYS_fsync, fd);
}

ssize_t write(int fd, const void *data, size_t len)
{
	if (writes_short && writes_short++ % 2) {
		errno = EINTR;
		return -1;
	}
	return syscall(SYS_write, fd, data, writes_short && len ? 1 : len);
}

static struct real_server_row server(void)
{
	struct real_server_row r;

	row_init(T_REAL_SERVER, &r);
	r.vs = "192.0.2.1:80/tcp";
	r.name = "10.0.0.1:80";
	return r;
}

static void set(struct overlay *o, const char *field, const char *value)
{
	struct real_server_row r = server();

	overlay_set(o, T_REAL_SERVER, &r, schema_field(T_REAL_SERVER, field), value);
}

static void parse(struct overlay *o, const char *text)
{
	assert_int_equal(overlay_parse(o, text, strlen(text)), 0);
}

/* As a string that holds until the next call. */
static const char *print(struct overlay *o)
{
	static struct buf b;

	buf_reset(&b);
	overlay_print(o, &b);
	return buf_cstr(&b);
}

static bool nobody_drains(const struct store *s, char *why)
{
	const struct real_server_row *r = store_at(s, T_REAL_SERVER, 0);

	text_copy(why, TEXT_MAX, "it cannot drain");
	return r->admin_state != RS_DRAINING;
}

/* The file has, say, another scheduler now, which cannot drain. */
static void what_the_rules_forbid_is_kept_and_not_in_force(void **state)
{
	struct real_server_row r = server();
	const struct real_server_row *after;
	struct overlay *o = overlay_new();
	struct store *s = store_new();

	(void)state;
	store_put(s, T_REAL_SERVER, &r, F_WANTED, NULL);
	set(o, "admin_state", "draining");
	set(o, "weight", "300");
	assert_int_equal(overlay_apply_acceptable(o, s, nobody_drains), 1);
	after = store_at(s, T_REAL_SERVER, 0);
	assert_int_equal(after->admin_state, RS_ENABLED);
	assert_int_equal(after->weight, 300);
	assert_int_equal(overlay_count(o), 2);
	overlay_free(o);
	store_free(s);
}

static void the_last_value_counts_and_stands_once(void **state)
{
	struct overlay *o = overlay_new();

	(void)state;
	set(o, "weight", "256");
	set(o, "weight", "300");
	assert_int_equal(overlay_count(o), 1);
	assert_string_equal(print(o), "halvard-overlay 1\n"
				      "set real_server \"192.0.2.1:80/tcp\" \"10.0.0.1:80\" weight "
				      "\"300\"\n");
	overlay_free(o);
}

static void an_operators_default_is_forgotten_a_configured_value_is_not(void **state)
{
	struct overlay *o = overlay_new();

	(void)state;
	set(o, "admin_state", "draining");
	set(o, "admin_state", "enabled");
	assert_int_equal(overlay_count(o), 0);
	set(o, "weight", "1");
	assert_int_equal(overlay_count(o), 1);
	overlay_free(o);
}

static void any_text_comes_back(void **state)
{
	struct overlay *a = overlay_new(), *b = overlay_new();
	struct store *s = store_new();
	struct real_server_row r = server();
	const struct real_server_row *got;
	char text[128] = {0};

	(void)state;
	for (int i = 0; i < 127; i++)
		text[i] = (char)(i + 1);
	set(a, "admin_reason", text);
	parse(b, print(a));
	store_put(s, T_REAL_SERVER, &r, F_WANTED, NULL);
	assert_int_equal(overlay_apply(b, s), 0);
	got = store_find(s, T_REAL_SERVER, &r);
	assert_string_equal(got->admin_reason, text);
	overlay_free(a);
	overlay_free(b);
	store_free(s);
}

static void lines_of_another_version_are_kept(void **state)
{
	static const char *const in =
	    "halvard-overlay 1\n"
	    "set real_server \"192.0.2.1:80/tcp\" \"10.0.0.1:80\" colour \"green\"\n"
	    "set moon \"x\" y \"z\"\n"
	    "move virtual_server \"192.0.2.2:80/tcp\"\n"
	    "set real_server \"192.0.2.1:80/tcp\" \"10.0.0.1:80\" weight \"70000\"\n"
	    "set real_server \"192.0.2.1:80/tcp\" \"10.0.0.1:80\" weight \"7\"\n";
	struct overlay *o = overlay_new();
	struct store *s = store_new();
	struct real_server_row r = server();

	(void)state;
	parse(o, in);
	assert_string_equal(print(o), in);
	store_put(s, T_REAL_SERVER, &r, F_WANTED, NULL);
	assert_int_equal(overlay_apply(o, s), 4);
	assert_int_equal(((const struct real_server_row *)store_find(s, T_REAL_SERVER, &r))->weight,
			 7);
	overlay_free(o);
	store_free(s);
}

static bool nobody_is_added(const struct store *s, char *why)
{
	text_copy(why, TEXT_MAX, "no");
	return store_count(s, T_REAL_SERVER) == 0;
}

/* In their order: what is set of a row stands behind what makes it. */
static void rows_come_and_go(void **state)
{
	static const char *const in =
	    "halvard-overlay 1\n"
	    "add virtual_server \"192.0.2.2:80/tcp\"\n"
	    "add real_server \"192.0.2.2:80/tcp\" \"10.0.0.1:80\"\n"
	    "set real_server \"192.0.2.2:80/tcp\" \"10.0.0.1:80\" weight \"7\"\n"
	    "del real_server \"192.0.2.1:80/tcp\" \"10.0.0.1:80\"\n";
	struct overlay *o = overlay_new();
	struct store *s = store_new();
	struct real_server_row r = server();
	const struct real_server_row *made;
	struct virtual_server_row v;

	(void)state;
	parse(o, in);
	assert_string_equal(print(o), in);
	store_put(s, T_REAL_SERVER, &r, F_WANTED, NULL);
	assert_int_equal(overlay_apply(o, s), 0);
	assert_null(store_find(s, T_REAL_SERVER, &r));
	r.vs = "192.0.2.2:80/tcp";
	made = store_find(s, T_REAL_SERVER, &r);
	assert_non_null(made);
	assert_int_equal(made->weight, 7);
	assert_int_equal(made->port, 80);
	/* with its virtual server goes all that was said of it, and the file has neither */
	row_init(T_VIRTUAL_SERVER, &v);
	v.name = "192.0.2.2:80/tcp";
	overlay_del(o, T_VIRTUAL_SERVER, &v, false);
	assert_string_equal(print(o), "halvard-overlay 1\n"
				      "del real_server \"192.0.2.1:80/tcp\" \"10.0.0.1:80\"\n");
	overlay_del(o, T_VIRTUAL_SERVER, &v, true);
	overlay_add(o, T_VIRTUAL_SERVER, &v);
	assert_string_equal(print(o), "halvard-overlay 1\n"
				      "del real_server \"192.0.2.1:80/tcp\" \"10.0.0.1:80\"\n"
				      "del virtual_server \"192.0.2.2:80/tcp\"\n"
				      "add virtual_server \"192.0.2.2:80/tcp\"\n");
	/* taken back with what is part of it; and everything, but what another version wrote */
	assert_int_equal(overlay_revert(o, T_VIRTUAL_SERVER, &v), 2);
	v.name = "192.0.2.1:80/tcp";
	assert_int_equal(overlay_revert(o, T_VIRTUAL_SERVER, &v), 1);
	assert_int_equal(overlay_count(o), 0);
	parse(o, "halvard-overlay 1\nfold the_map twice\nset vrrp_instance VI_1 base_priority 7\n");
	assert_int_equal(overlay_revert_all(o), 1);
	assert_string_equal(print(o), "halvard-overlay 1\nfold the_map twice\n");
	overlay_free(o);
	store_free(s);
}

static void that_of_a_newer_version_stays_one(void **state)
{
	struct overlay *o = overlay_new(), *copy;

	(void)state;
	parse(o, "halvard-overlay 12 by-keys\n"
		 "fold the_map twice\n"
		 "add virtual_server\n" /* by no key that is known here */
		 "set vrrp_instance VI_1 base_priority 7\n"
		 "set vrrp_instance VI_1 moon \"\\x01full\"\n");
	copy = overlay_clone(o);
	assert_int_equal(overlay_revert_all(copy), 1);
	assert_string_equal(print(copy), "halvard-overlay 12 by-keys\n"
					 "fold the_map twice\n"
					 "add virtual_server\n"
					 "set vrrp_instance VI_1 moon \"\\x01full\"\n");
	overlay_free(copy);
	overlay_free(o);
	for (unsigned i = 0; i < 4; i++) {
		static const char *const others[] = {"halvard-overlay\n", "halvard-overlay \n",
						     "halvard-overlay 0\n", "halvard-overlay x\n"};

		o = overlay_new();
		assert_int_equal(overlay_parse(o, others[i], strlen(others[i])), -EINVAL);
		overlay_free(o);
	}
}

/* What a row had from others as it was made stays only while the row does. */
static void a_row_that_comes_and_goes_leaves_nothing_behind(void **state)
{
	struct overlay *o = overlay_new();
	struct real_server_row r = server();
	char weight[8];

	(void)state;
	r.name = "10.0.0.2:80";
	set(o, "weight", "1");
	for (int i = 2; i < 6; i++) {
		overlay_add(o, T_REAL_SERVER, &r);
		snprintf(weight, sizeof(weight), "%d", i);
		set(o, "weight", weight);
	}
	assert_string_equal(print(o),
			    "halvard-overlay 1\n"
			    "set real_server \"192.0.2.1:80/tcp\" \"10.0.0.1:80\" weight \"4\"\n"
			    "add real_server \"192.0.2.1:80/tcp\" \"10.0.0.2:80\"\n"
			    "set real_server \"192.0.2.1:80/tcp\" \"10.0.0.1:80\" weight \"5\"\n");
	overlay_del(o, T_REAL_SERVER, &r, false);
	assert_string_equal(print(o),
			    "halvard-overlay 1\n"
			    "set real_server \"192.0.2.1:80/tcp\" \"10.0.0.1:80\" weight \"5\"\n");
	overlay_free(o);
}

static void a_row_that_the_rules_forbid_is_left_out(void **state)
{
	struct overlay *o = overlay_new();
	struct store *s = store_new();

	(void)state;
	parse(o, "halvard-overlay 1\n"
		 "add virtual_server \"192.0.2.2:80/tcp\"\n"
		 "add real_server \"192.0.2.2:80/tcp\" \"10.0.0.1:80\"\n");
	assert_int_equal(overlay_apply_acceptable(o, s, nobody_is_added), 1);
	assert_int_equal(store_count(s, T_VIRTUAL_SERVER), 1);
	assert_int_equal(store_count(s, T_REAL_SERVER), 0);
	assert_int_equal(overlay_count(o), 2);
	overlay_free(o);
	store_free(s);
}

static void another_file_is_not_taken_for_an_overlay(void **state)
{
	struct overlay *o = overlay_new();

	(void)state;
	assert_int_not_equal(overlay_parse(o, "halvard-overlaid 2\n", 19), 0);
	assert_int_not_equal(overlay_parse(o, "! Configuration File\n", 21), 0);
	assert_int_equal(overlay_count(o), 0);
	overlay_free(o);
}

static void a_full_disk_leaves_the_old_file(void **state)
{
	char dir[] = "/tmp/halvard-overlay-XXXXXX", path[64];
	struct overlay *o = overlay_new(), *back = overlay_new();
	struct rlimit small = {10, RLIM_INFINITY}, before;

	(void)state;
	assert_non_null(mkdtemp(dir));
	set(o, "weight", "256");
	assert_int_equal(overlay_save(o, dir), 0);
	set(o, "weight", "300");
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	small.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_true(overlay_save(o, dir) < 0);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(overlay_load(back, dir), 0);
	assert_non_null(strstr(print(back), "weight \"256\""));
	snprintf(path, sizeof(path), "%s/.overlay.new", dir);
	assert_int_not_equal(access(path, F_OK), 0);
	snprintf(path, sizeof(path), "%s/overlay", dir);
	unlink(path);
	assert_int_equal(rmdir(dir), 0);
	overlay_free(o);
	overlay_free(back);
}

/* ---- files that cannot be read ------------------------------------------ */

static char folder[32];

static int make_folder(void **state)
{
	(void)state;
	TEXT_COPY(folder, "/tmp/halvard-overlay-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	char command[64];

	(void)state;
	folder_errno = 0;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static void write_file(const char *text, size_t len)
{
	struct buf b = {0};

	buf_add(&b, text, len);
	assert_int_equal(persist_write(folder, "overlay", &b), 0);
	buf_free(&b);
}

static void check_file(const char *name, const char *text, size_t len)
{
	struct buf b = {0};

	assert_int_equal(persist_read(folder, name, &b), 0);
	assert_int_equal(b.len, len);
	assert_memory_equal(b.data, text, len);
	buf_free(&b);
}

static void in_place_of_a_file(const char *name, int expected)
{
	struct buf b = {0};

	alarm(10); /* opening a pipe for reading waits, if nothing prevents it */
	assert_int_equal(persist_read(folder, name, &b), expected);
	alarm(0);
	assert_int_equal(b.len, 0);
	buf_free(&b);
}

static void only_a_regular_file_of_sensible_size_is_read(void **state)
{
	struct buf whole = {0};
	char path[300];

	(void)state;
	snprintf(path, sizeof(path), "%s/pipe", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	in_place_of_a_file("pipe", -EMEDIUMTYPE);
	snprintf(path, sizeof(path), "%s/folder", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	in_place_of_a_file("folder", -EISDIR);
	buf_add(&whole, "x", 1);
	assert_int_equal(persist_write(folder, "large", &whole), 0);
	buf_free(&whole);
	snprintf(path, sizeof(path), "%s/large", folder);
	assert_int_equal(truncate(path, (off_t)PERSIST_MAX + 1), 0);
	in_place_of_a_file("large", -EFBIG);
}

#define DAMAGED "halvard-overlay 1\nset real_server \"a\" \"b\" weight \"3\0\"\n"

static void what_is_not_an_overlay_is_kept_each_under_its_name(void **state)
{
	static const char other[] = "! Configuration File\n", third[] = "something else\n";
	struct overlay *o = overlay_new();

	(void)state;
	write_file(DAMAGED, sizeof(DAMAGED) - 1);
	assert_int_equal(overlay_load_or_keep(o, folder), 0);
	check_file("overlay.unreadable", DAMAGED, sizeof(DAMAGED) - 1);
	write_file(other, strlen(other));
	assert_int_equal(overlay_load_or_keep(o, folder), 0);
	write_file(third, strlen(third));
	assert_int_equal(overlay_load_or_keep(o, folder), 0);
	check_file("overlay.unreadable", DAMAGED, sizeof(DAMAGED) - 1);
	check_file("overlay.unreadable.1", other, strlen(other));
	check_file("overlay.unreadable.2", third, strlen(third));
	assert_int_equal(overlay_load_or_keep(o, folder), 0); /* there is none now */
	assert_int_equal(overlay_count(o), 0);
	overlay_free(o);
}

static void a_file_that_cannot_be_read_stays_and_is_told(void **state)
{
	struct overlay *o = overlay_new();
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "%s/overlay", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(overlay_load_or_keep(o, folder), -EISDIR);
	assert_int_equal(access(path, F_OK), 0);
	overlay_free(o);
}

static void a_folder_that_cannot_be_synced_is_not_told_as_no_change(void **state)
{
	static const char old[] = "halvard-overlay 1\n";
	struct overlay *o = overlay_new();

	(void)state;
	write_file(old, strlen(old));
	set(o, "weight", "300");
	folder_errno = EIO;
	assert_int_equal(overlay_save(o, folder), EIO);
	check_file("overlay", print(o), strlen(print(o)));
	overlay_free(o);
}

/* A write may do less than it was asked to. */
static void short_and_interrupted_writes_lose_nothing(void **state)
{
	struct overlay *o = overlay_new();
	int r;

	(void)state;
	set(o, "weight", "300");
	writes_short = 1;
	r = overlay_save(o, folder);
	assert_true(writes_short > 2 * (int)strlen(print(o)));
	writes_short = 0;
	assert_int_equal(r, 0);
	check_file("overlay", print(o), strlen(print(o)));
	overlay_free(o);
}

#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_the_rules_forbid_is_kept_and_not_in_force),
	    cmocka_unit_test(the_last_value_counts_and_stands_once),
	    cmocka_unit_test(an_operators_default_is_forgotten_a_configured_value_is_not),
	    cmocka_unit_test(any_text_comes_back),
	    cmocka_unit_test(lines_of_another_version_are_kept),
	    cmocka_unit_test(rows_come_and_go),
	    cmocka_unit_test(that_of_a_newer_version_stays_one),
	    cmocka_unit_test(a_row_that_comes_and_goes_leaves_nothing_behind),
	    cmocka_unit_test(a_row_that_the_rules_forbid_is_left_out),
	    cmocka_unit_test(another_file_is_not_taken_for_an_overlay),
	    cmocka_unit_test(a_full_disk_leaves_the_old_file),
	    IN_FOLDER(only_a_regular_file_of_sensible_size_is_read),
	    IN_FOLDER(what_is_not_an_overlay_is_kept_each_under_its_name),
	    IN_FOLDER(a_file_that_cannot_be_read_stays_and_is_told),
	    IN_FOLDER(a_folder_that_cannot_be_synced_is_not_told_as_no_change),
	    IN_FOLDER(short_and_interrupted_writes_lose_nothing),
	};

	log_init(&(struct log_options){.ident = "test", .levels.rest = LOG_LV_ERR});
	return cmocka_run_group_tests_name("daemon_overlay", tests, NULL, NULL);
}
