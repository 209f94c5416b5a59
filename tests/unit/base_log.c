/*
 * base_log: levels as text, the form of transitions, and what arrives at real datagram sockets in
 * the place of the journal and of syslog: fields, lines of several lines, a socket that is full,
 * one that is gone and comes back, and the count of what was lost.
 */
#define LOG_AREA LOG_AREA_VRRP
#include "base/log.h"

#include "base/log_limit.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/blog.XXXXXX";
static char journal[64], syslog_path[64];

static const struct log_transition takeover = {.event = LOG_VRRP_INSTANCE,
					       .level = LOG_LV_NOTICE,
					       .key = {"VI_1"},
					       .old = "backup",
					       .now = "master",
					       .reason = "masterDownTimer"};

/* ---- helpers ------------------------------------------------------------ */

static int serve(const char *path)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	memcpy(sun.sun_path, path, strlen(path));
	unlink(path);
	assert_int_equal(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	return fd;
}

static void end(int fd, const char *path)
{
	close(fd);
	unlink(path);
}

static void start(void)
{
	log_init(&(struct log_options){.ident = "halvard-test",
				       .area = LOG_AREA_LVS,
				       .levels.rest = LOG_LV_INFO,
				       .to_syslog = true,
				       .facility = 3 << 3,
				       .journal_path = journal,
				       .syslog_path = syslog_path});
}

/* The next datagram; "" when there is none. */
static size_t next(int fd, char *buf, size_t size)
{
	ssize_t n = recv(fd, buf, size - 1, MSG_DONTWAIT);

	if (n < 0)
		n = 0;
	buf[n] = '\0';
	return (size_t)n;
}

/* Reads one field as journald does; NULL: there is none of that name. */
static const char *field(const char *entry, size_t len, const char *name, char *value)
{
	const char *p = entry, *stop = entry + len;

	while (p < stop) {
		size_t word = strcspn(p, "=\n");
		bool binary = p[word] == '\n', found = !strncmp(p, name, word) && !name[word];
		uint64_t size;

		p += word + 1;
		if (binary) {
			memcpy(&size, p, sizeof(size));
			size = le64toh(size);
			p += sizeof(size);
		} else {
			size = strcspn(p, "\n");
		}
		assert_true(p + size < stop && p[size] == '\n');
		if (found) {
			memcpy(value, p, size);
			value[size] = '\0';
			return value;
		}
		p += size + 1;
	}
	return NULL;
}

#define assert_field(entry, len, name, wanted)                                                     \
	do {                                                                                       \
		char value_[4096];                                                                 \
		const char *is_ = field((entry), (len), (name), value_);                           \
		assert_non_null(is_);                                                              \
		assert_string_equal(is_, (wanted));                                                \
	} while (0)

/* ---- levels --------------------------------------------------------------- */

static void levels_are_text_and_back(void **state)
{
	static const char *const texts[][2] = {
	    {"", ""},
	    {"debug", "debug"},
	    {"check:debug", "check:debug"},
	    {" snmp:error , info  vrrp:debug,vrrp:warning", "info,vrrp:warning,snmp:error"},
	    {"guardian:debug,main:debug,config:debug,control:debug,vrrp:debug,lvs:debug,check:"
	     "debug,"
	     "snmp:warning,warning",
	     "warning,guardian:debug,main:debug,config:debug,control:debug,vrrp:debug,lvs:debug,"
	     "check:debug,snmp:warning"},
	};
	char buf[LOG_LEVELS_TEXT], why[200];
	struct log_levels l;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_true(log_levels_parse(texts[i][0], &l, why, sizeof(why)));
		assert_string_equal(log_levels_text(&l, buf), texts[i][1]);
	}
}

static void bad_levels_name_the_word(void **state)
{
	struct log_levels l = {.rest = LOG_LV_ERR};
	char why[200];

	(void)state;
	assert_false(log_levels_parse("info,chek:debug", &l, why, sizeof(why)));
	assert_string_equal(why,
			    "\"chek\" is not an area of the log: allowed are guardian, main, "
			    "config, control, vrrp, lvs, check, snmp, exec; did you mean check?");
	assert_false(log_levels_parse("check:7", &l, why, sizeof(why)));
	assert_string_equal(why, "\"7\" is not a log level: allowed are error, warning, notice, "
				 "info, debug");
	assert_false(log_levels_parse("check:", &l, why, sizeof(why)));
	assert_false(log_levels_parse(":debug", &l, why, sizeof(why)));
	assert_int_equal(l.rest, LOG_LV_ERR);
}

static void one_word_is_over_another(void **state)
{
	struct log_levels base = {.rest = LOG_LV_INFO}, more = {0};

	(void)state;
	base.of[LOG_AREA_CHECK] = LOG_LV_DEBUG;
	more.of[LOG_AREA_VRRP] = LOG_LV_WARN;
	base = log_levels_over(&base, &more);
	assert_int_equal(log_levels_get(&base, LOG_AREA_CHECK), LOG_LV_DEBUG);
	assert_int_equal(log_levels_get(&base, LOG_AREA_VRRP), LOG_LV_WARN);
	assert_int_equal(log_levels_get(&base, LOG_AREA_LVS), LOG_LV_INFO);
	more.rest = LOG_LV_ERR;
	base = log_levels_over(&base, &more);
	assert_int_equal(log_levels_get(&base, LOG_AREA_CHECK), LOG_LV_ERR);
}

static void an_area_has_its_level_at_once(void **state)
{
	(void)state;
	start();
	assert_false(log_enabled(LOG_LV_DEBUG));
	log_levels_use("vrrp:debug");
	assert_true(log_enabled(LOG_LV_DEBUG));
	assert_false(log_enabled_in(LOG_AREA_CHECK, LOG_LV_DEBUG));
	assert_false(log_enabled_in(LOG_OF_PROCESS, LOG_LV_DEBUG));
	log_levels_use("lvs:debug");
	assert_false(log_enabled(LOG_LV_DEBUG));
	assert_true(log_enabled_in(LOG_OF_PROCESS, LOG_LV_DEBUG));
	log_levels_use("");
	assert_false(log_enabled_in(LOG_OF_PROCESS, LOG_LV_DEBUG));
	log_level_set(LOG_LV_ERR);
	assert_false(log_enabled_in(LOG_AREA_LVS, LOG_LV_WARN));
}

/* ---- form ------------------------------------------------------------------ */

static void transitions_have_one_form(void **state)
{
	struct log_transition t = takeover;
	char text[200], small[8];

	(void)state;
	log_transition_text(&t, text, sizeof(text));
	assert_string_equal(text, "vrrp_instance VI_1: backup -> master (masterDownTimer)");
	assert_int_equal(log_transition_text(&t, small, sizeof(small)), strlen(text));
	assert_string_equal(small, "vrrp_in");
	t = (struct log_transition){.event = LOG_RELOAD, .key = {"/x"}, .now = "ok", .who = "root"};
	log_transition_text(&t, text, sizeof(text));
	assert_string_equal(text, "reload /x: ok by root");
	t = (struct log_transition){
	    .event = LOG_REAL_SERVER, .key = {"v", "r"}, .old = "up", .now = "down"};
	log_transition_text(&t, text, sizeof(text));
	assert_string_equal(text, "real_server v r: up -> down");
}

static void every_kind_has_its_own_id(void **state)
{
	static const struct log_sender from = {"x", 0, 1};
	char entry[LOG_EVENTS][512], id[LOG_EVENTS][4096];

	(void)state;
	for (int e = 0; e < LOG_EVENTS; e++) {
		struct log_transition t = {.event = (enum log_event)e, .now = "y"};
		struct log_record r = {.text = "z", .transition = &t};
		size_t len = log_journal_entry(&r, &from, entry[e], sizeof(entry[e]));

		assert_non_null(field(entry[e], len, "MESSAGE_ID", id[e]));
		assert_int_equal(strlen(id[e]), 32);
		assert_int_equal(strspn(id[e], "0123456789abcdef"), 32);
		for (int before = 0; before < e; before++)
			assert_string_not_equal(id[before], id[e]);
	}
}

/* ---- the journal ------------------------------------------------------------ */

static void a_transition_is_an_entry_with_fields(void **state)
{
	int fd = serve(journal);
	char entry[4096], value[4096];
	size_t len;

	(void)state;
	start();
	log_transition(&takeover, "priority %u", 100);
	len = next(fd, entry, sizeof(entry));
	assert_field(entry, len, "MESSAGE",
		     "vrrp_instance VI_1: backup -> master (masterDownTimer), priority 100");
	assert_field(entry, len, "PRIORITY", "5");
	assert_field(entry, len, "SYSLOG_IDENTIFIER", "halvard-test");
	assert_field(entry, len, "SYSLOG_FACILITY", "3");
	assert_field(entry, len, "MESSAGE_ID", "0b9585d26a8340508b4db0ae177c0ad0");
	assert_field(entry, len, "HALVARD_AREA", "vrrp");
	assert_field(entry, len, "HALVARD_OBJECT", "vrrp_instance");
	assert_field(entry, len, "HALVARD_INSTANCE", "VI_1");
	assert_field(entry, len, "HALVARD_OLD_STATE", "backup");
	assert_field(entry, len, "HALVARD_STATE", "master");
	assert_field(entry, len, "HALVARD_REASON", "masterDownTimer");
	assert_null(field(entry, len, "HALVARD_WHO", value));
	assert_null(field(entry, len, "ERRNO", value));
	assert_int_equal(next(fd, entry, sizeof(entry)), 0);
	end(fd, journal);
}

static void an_error_has_its_number(void **state)
{
	int fd = serve(journal);
	char entry[4096], value[4096];
	size_t len;

	(void)state;
	start();
	errno = ENOENT;
	log_warn("cannot open it");
	assert_int_equal(errno, ENOENT);
	len = next(fd, entry, sizeof(entry));
	assert_field(entry, len, "MESSAGE", "cannot open it: No such file or directory");
	assert_field(entry, len, "ERRNO", "2");
	assert_field(entry, len, "PRIORITY", "4");
	assert_null(field(entry, len, "MESSAGE_ID", value));
	end(fd, journal);
}

static void several_lines_stay_one_entry(void **state)
{
	static const char evil[] = "a\nPRIORITY=0\nMESSAGE_ID=b";
	int fd = serve(journal);
	struct log_transition t = takeover;
	char entry[4096];
	size_t len;

	(void)state;
	start();
	t.key[0] = evil;
	log_transition(&t, "end");
	len = next(fd, entry, sizeof(entry));
	assert_field(entry, len, "HALVARD_INSTANCE", evil);
	assert_field(entry, len, "PRIORITY", "5");
	assert_field(entry, len, "MESSAGE_ID", "0b9585d26a8340508b4db0ae177c0ad0");
	assert_int_equal(next(fd, entry, sizeof(entry)), 0);
	end(fd, journal);
}

static void long_text_is_cut_and_the_fields_stay(void **state)
{
	int fd = serve(journal);
	char entry[8192], value[4096], name[3000];
	struct log_transition t = takeover;
	size_t len;

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	start();
	t.key[0] = name;
	t.reason = name;
	log_transition(&t, "%s", name);
	len = next(fd, entry, sizeof(entry));
	assert_non_null(field(entry, len, "MESSAGE", value));
	assert_int_equal(strlen(value), 1023);
	assert_field(entry, len, "HALVARD_OLD_STATE", "backup");
	assert_field(entry, len, "HALVARD_STATE", "master");
	end(fd, journal);
}

/* ---- syslog ------------------------------------------------------------------ */

static void without_a_journal_it_is_syslog(void **state)
{
	int fd = serve(syslog_path);
	char line[4096], wanted[200];

	(void)state;
	start();
	log_notice("one\ntwo\x1b[31m");
	next(fd, line, sizeof(line));
	snprintf(wanted, sizeof(wanted), "<29>halvard-test[%d]: one\\ntwo\\x1b[31m", (int)getpid());
	assert_string_equal(line, wanted);
	assert_int_equal(next(fd, line, sizeof(line)), 0);
	end(fd, syslog_path);
}

static void a_logger_that_is_replaced_hears_the_next_line(void **state)
{
	int fd = serve(journal);
	char entry[4096];
	size_t len;

	(void)state;
	start();
	log_notice("first");
	assert_true(next(fd, entry, sizeof(entry)) > 0);
	end(fd, journal);
	fd = serve(journal);
	log_notice("second");
	len = next(fd, entry, sizeof(entry));
	assert_field(entry, len, "MESSAGE", "second");
	end(fd, journal);
	fd = serve(syslog_path);
	log_notice("third");
	next(fd, entry, sizeof(entry));
	assert_non_null(strstr(entry, "third"));
	end(fd, syslog_path);
}

/* ---- what is lost ------------------------------------------------------------- */

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

#define MANY 5000

static void a_full_socket_never_waits_and_the_loss_is_told(void **state)
{
	int fd = serve(journal);
	char entry[4096], wanted[100];
	unsigned arrived = 0;
	double began;
	size_t len;

	(void)state;
	start();
	began = seconds();
	for (unsigned i = 0; i < MANY; i++)
		log_notice("line %u", i);
	assert_true(seconds() - began < 5);
	while (next(fd, entry, sizeof(entry)))
		arrived++;
	assert_true(arrived > 0 && arrived < MANY);
	log_tick();
	len = next(fd, entry, sizeof(entry));
	snprintf(wanted, sizeof(wanted), "log: %u lines were lost, nobody took them in time",
		 MANY - arrived);
	assert_field(entry, len, "MESSAGE", wanted);
	assert_field(entry, len, "PRIORITY", "4");
	assert_field(entry, len, "MESSAGE_ID", "8208573cd90b4f678c68b6d994968e8c");
	log_tick();
	assert_int_equal(next(fd, entry, sizeof(entry)), 0);
	end(fd, journal);
}

static void nobody_there_is_a_loss_that_is_told(void **state)
{
	char entry[4096];
	size_t len;
	int fd;

	(void)state;
	start();
	log_notice("one");
	log_notice("two");
	fd = serve(journal);
	log_notice("three");
	len = next(fd, entry, sizeof(entry));
	assert_field(entry, len, "MESSAGE", "log: 2 lines were lost, nobody took them in time");
	len = next(fd, entry, sizeof(entry));
	assert_field(entry, len, "MESSAGE", "three");
	end(fd, journal);
}

/* A pipe whose reader has stopped, in the place of standard error. */
static void a_stopped_console_never_waits(void **state)
{
	int kept = dup(STDERR_FILENO), pipe_fd[2];
	unsigned lines = 0;
	char buf[65536];
	double began;
	ssize_t n;

	(void)state;
	assert_int_equal(pipe(pipe_fd), 0);
	dup2(pipe_fd[1], STDERR_FILENO);
	log_init(
	    &(struct log_options){.ident = "x", .levels.rest = LOG_LV_INFO, .to_stderr = true});
	began = seconds();
	for (unsigned i = 0; i < MANY; i++)
		log_notice("line %u of many that together are more than a pipe takes", i);
	fcntl(pipe_fd[0], F_SETFL, O_NONBLOCK);
	while ((n = read(pipe_fd[0], buf, sizeof(buf))) > 0)
		for (ssize_t i = 0; i < n; i++)
			lines += buf[i] == '\n';
	log_tick();
	n = read(pipe_fd[0], buf, sizeof(buf) - 1);
	dup2(kept, STDERR_FILENO);
	close(kept);
	assert_true(seconds() - began < 5);
	assert_true(lines > 0 && lines < MANY);
	assert_true(n > 0);
	buf[n] = '\0';
	assert_non_null(strstr(buf, "lines were lost"));
	assert_int_equal(strtoul(strstr(buf, "log: ") + 5, NULL, 10), MANY - lines);
	close(pipe_fd[0]);
	close(pipe_fd[1]);
}

/* systemd has connected stderr to the journal: a line that went there with its fields is not said
 * again, one that could not is. */
static void a_console_that_is_the_journal_is_not_told_twice(void **state)
{
	int kept = dup(STDERR_FILENO), pipe_fd[2], fd = serve(journal);
	char name[64], buf[1024] = "", entry[4096];
	struct stat st;

	(void)state;
	assert_int_equal(pipe(pipe_fd), 0);
	fcntl(pipe_fd[0], F_SETFL, O_NONBLOCK);
	dup2(pipe_fd[1], STDERR_FILENO);
	fstat(STDERR_FILENO, &st);
	snprintf(name, sizeof(name), "%llu:%llu", (unsigned long long)st.st_dev,
		 (unsigned long long)st.st_ino);
	for (int same = 0; same < 2; same++) {
		setenv("JOURNAL_STREAM", same ? name : "1:2", 1);
		log_init(&(struct log_options){.ident = "x",
					       .levels.rest = LOG_LV_INFO,
					       .to_stderr = true,
					       .to_syslog = true,
					       .journal_path = journal,
					       .syslog_path = syslog_path});
		log_notice("said");
		assert_int_equal(read(pipe_fd[0], buf, sizeof(buf)) > 0, !same);
		assert_true(next(fd, entry, sizeof(entry)) > 0);
	}
	end(fd, journal);
	log_notice("alone");
	assert_true(read(pipe_fd[0], buf, sizeof(buf)) > 0);
	unsetenv("JOURNAL_STREAM");
	dup2(kept, STDERR_FILENO);
	close(kept);
	close(pipe_fd[0]);
	close(pipe_fd[1]);
	start();
}

/* ---- repetition ------------------------------------------------------------- */

static void repetition_is_bounded_and_counted(void **state)
{
	static struct log_limit l;
	const struct log_limit_site *s;
	unsigned let = 0;

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		let += log_limit_allows(&l, 7, "again", i);
	assert_int_equal(let, LOG_LIMIT_BURST);
	assert_true(log_limit_allows(&l, 8, "another", 50));
	assert_null(log_limit_over(&l, LOG_LIMIT_NS - 1));
	s = log_limit_over(&l, LOG_LIMIT_NS);
	assert_non_null(s);
	assert_int_equal(s->held, 100 - LOG_LIMIT_BURST);
	assert_string_equal(s->last, "again");
	assert_null(log_limit_over(&l, LOG_LIMIT_NS));
	assert_true(log_limit_allows(&l, 7, "later", LOG_LIMIT_NS + 1));
}

static void a_count_that_is_not_told_is_not_forgotten(void **state)
{
	static struct log_limit l;

	(void)state;
	for (unsigned i = 0; i <= LOG_LIMIT_BURST; i++)
		log_limit_allows(&l, 1, "first", 0);
	for (uint64_t key = 2; key < 2 + 3 * LOG_LIMIT_SITES; key++)
		assert_true(log_limit_allows(&l, key, "other", 2 * LOG_LIMIT_NS));
	assert_string_equal(log_limit_over(&l, 2 * LOG_LIMIT_NS)->last, "first");
}

static unsigned count(int fd)
{
	unsigned n = 0;
	char entry[4096];

	while (next(fd, entry, sizeof(entry)))
		n++;
	return n;
}

static void flap(int fd, const char *name, unsigned *arrived)
{
	struct log_transition t = takeover;

	t.key[0] = name;
	for (unsigned i = 0; i < 40; i++) {
		log_transition(&t, NULL);
		*arrived += count(fd);
	}
}

static void one_that_flaps_does_not_silence_another(void **state)
{
	unsigned first = 0, second = 0, each = 0;
	int fd = serve(journal);

	(void)state;
	start();
	flap(fd, "VI_7", &first);
	flap(fd, "VI_8", &second);
	for (unsigned i = 0; i < 40; i++) {
		log_at(LOG_LV_ERR, "finding %u", i);
		each += count(fd);
	}
	assert_int_equal(first, LOG_LIMIT_BURST);
	assert_int_equal(second, LOG_LIMIT_BURST);
	assert_int_equal(each, 40);
	end(fd, journal);
}

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(journal, sizeof(journal), "%s/j", folder);
	snprintf(syslog_path, sizeof(syslog_path), "%s/s", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(journal);
	unlink(syslog_path);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(levels_are_text_and_back),
	    cmocka_unit_test(bad_levels_name_the_word),
	    cmocka_unit_test(one_word_is_over_another),
	    cmocka_unit_test(an_area_has_its_level_at_once),
	    cmocka_unit_test(transitions_have_one_form),
	    cmocka_unit_test(every_kind_has_its_own_id),
	    cmocka_unit_test(a_transition_is_an_entry_with_fields),
	    cmocka_unit_test(an_error_has_its_number),
	    cmocka_unit_test(several_lines_stay_one_entry),
	    cmocka_unit_test(long_text_is_cut_and_the_fields_stay),
	    cmocka_unit_test(without_a_journal_it_is_syslog),
	    cmocka_unit_test(a_logger_that_is_replaced_hears_the_next_line),
	    cmocka_unit_test(a_full_socket_never_waits_and_the_loss_is_told),
	    cmocka_unit_test(nobody_there_is_a_loss_that_is_told),
	    cmocka_unit_test(a_stopped_console_never_waits),
	    cmocka_unit_test(a_console_that_is_the_journal_is_not_told_twice),
	    cmocka_unit_test(repetition_is_bounded_and_counted),
	    cmocka_unit_test(a_count_that_is_not_told_is_not_forgotten),
	    cmocka_unit_test(one_that_flaps_does_not_silence_another),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
