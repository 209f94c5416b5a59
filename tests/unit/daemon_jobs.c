/* daemon: transactions from a client, against workers that obey, refuse or vanish. */
#include "base/log.h"
#include "base/text.h"
#include "daemon/authors.h"
#include "daemon/changelog.h"
#include "daemon/own.h"
#include "daemon/jobs.h"
#include "daemon/overlay_rows.h"
#include "model/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum mood { OBEYS, REFUSES, SILENT };

struct world {
	struct director d;
	struct role_env env;
	struct client client;
	struct store *worker_store, *client_store;
	struct link *worker, *asker;
	enum mood mood;
	struct result result;
	uint32_t answered;
	uint32_t answered_at_sync; /* `answered` when the change log was last waited for */
	uint32_t asked;            /* number of the question that the worker has */
	char dir[32];
};

static struct world *w;
static int folder_errno; /* what syncing a folder fails with */

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

int fdatasync(int fd)
{
	w->answered_at_sync = w->answered;
	return (int)syscall(SYS_fdatasync, fd);
}

/* ---- the worker, and the one who asks ---------------------------------- */

static void worker_message(void *arg, struct msg *m, struct mono now)
{
	struct result r = {.status = w->mood == REFUSES ? RESULT_COMMIT_FAILED : RESULT_OK,
			   .text = "the kernel says no"};

	(void)arg;
	(void)now;
	if (m->type == MSG_BARRIER && w->mood != SILENT)
		link_send_result(w->worker, m->id, &r);
	if (m->type == MSG_COMMAND)
		w->asked = m->id;
}

static void asker_message(void *arg, struct msg *m, struct mono now)
{
	(void)arg;
	(void)now;
	if (m->type == MSG_RESULT && wire_get_result(&m->body, &w->result))
		w->answered = m->id;
}

static const struct link_ops worker_ops = {.message = worker_message};
static const struct link_ops asker_ops = {.message = asker_message};

/* Main's ends: as daemon/main and daemon/control do. */
static void from_worker(void *arg, struct msg *m, struct mono now)
{
	struct result r;

	(void)arg;
	(void)now;
	if (m->type == MSG_RESULT && wire_get_result(&m->body, &r))
		jobs_barrier(w->d.jobs, ROLE_LVS, m->id, &r);
}

static void from_asker(void *arg, struct msg *m, struct mono now)
{
	(void)arg;
	(void)now;
	jobs_message(&w->client, m);
}

static const struct link_ops main_worker_ops = {.message = from_worker};
static const struct link_ops main_asker_ops = {.message = from_asker};

static void settle(void)
{
	for (int i = 0; i < 10; i++) {
		link_pump(w->asker, 1);
		if (w->client.link)
			link_pump(w->client.link, 1);
		if (w->d.links[ROLE_LVS])
			link_pump(w->d.links[ROLE_LVS], 1);
		link_pump(w->worker, 1);
	}
}

static void put_rows(struct store *s)
{
	struct virtual_server_row vs;
	struct real_server_row rs;

	row_init(T_VIRTUAL_SERVER, &vs);
	vs.name = "192.0.2.1:80/tcp";
	TEXT_COPY(vs.scheduler, "rr");
	addr_parse("192.0.2.1", &vs.addr);
	vs.port = 80;
	vs.protocol = LVS_TCP;
	store_put(s, T_VIRTUAL_SERVER, &vs, F_WANTED, NULL);
	row_init(T_REAL_SERVER, &rs);
	rs.vs = vs.name;
	rs.name = "10.0.0.1:80";
	addr_parse("10.0.0.1", &rs.addr);
	rs.port = 80;
	store_put(s, T_REAL_SERVER, &rs, F_WANTED, NULL);
}

static int setup(void **state)
{
	int fd[2];

	(void)state;
	w = calloc(1, sizeof(*w));
	TEXT_COPY(w->dir, "/tmp/halvard-jobs-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	w->env.state_dir = w->dir;
	w->d.env = &w->env;
	w->d.loop = loop_new();
	w->d.file = store_new();
	w->d.wanted = store_new();
	w->d.live = store_new();
	w->d.departed = store_new();
	w->d.overlay = overlay_new();
	w->d.jobs = jobs_new(&w->d);
	w->d.changelog = changelog_new(w->d.loop, w->d.live, w->dir);
	changelog_load(w->d.changelog);
	put_rows(w->d.file);
	store_merge(w->d.wanted, w->d.file, F_WANTED);
	store_merge(w->d.live, w->d.file, F_WANTED);
	w->worker_store = store_new();
	w->client_store = store_new();
	socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd);
	w->d.links[ROLE_LVS] =
	    link_open(w->d.loop, fd[0], ROLE_MAIN, ROLE_LVS, w->d.live, &main_worker_ops, NULL);
	w->worker =
	    link_open(w->d.loop, fd[1], ROLE_LVS, ROLE_MAIN, w->worker_store, &worker_ops, NULL);
	socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd);
	w->client =
	    (struct client){.d = &w->d, .source = SOURCE_SNMP, .may_change = true, .who = "snmp"};
	w->client.link =
	    link_open(w->d.loop, fd[0], ROLE_MAIN, ROLE_AGENT, w->d.live, &main_asker_ops, NULL);
	w->asker =
	    link_open(w->d.loop, fd[1], ROLE_AGENT, ROLE_MAIN, w->client_store, &asker_ops, NULL);
	settle();
	return 0;
}

static int teardown(void **state)
{
	char path[64];

	(void)state;
	folder_errno = 0;
	link_close(w->d.links[ROLE_LVS]);
	link_close(w->client.link);
	link_close(w->worker);
	link_close(w->asker);
	jobs_free(w->d.jobs);
	changelog_free(w->d.changelog);
	own_free(&w->d);
	overlay_free(w->d.overlay);
	store_free(w->d.file);
	store_free(w->d.wanted);
	store_free(w->d.live);
	store_free(w->d.departed);
	store_free(w->worker_store);
	store_free(w->client_store);
	loop_free(w->d.loop);
	snprintf(path, sizeof(path), "%s/overlay", w->dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/accepted.conf", w->dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/changes", w->dir);
	unlink(path);
	assert_int_equal(rmdir(w->dir), 0);
	free(w);
	return 0;
}

/* ---- asking ------------------------------------------------------------ */

static struct change_op *op(struct change *c, const char *field, const char *value)
{
	const struct real_server_row key = {.vs = "192.0.2.1:80/tcp", .name = "10.0.0.1:80"};
	struct change_op *o = change_add(c, OP_SET, T_REAL_SERVER, &key);

	TEXT_COPY(o->field, field);
	TEXT_COPY(o->value, value);
	return o;
}

static void set_of(struct change *c, const struct real_server_row *key, const char *field,
		   const char *value)
{
	struct change_op *o = change_add(c, OP_SET, T_REAL_SERVER, key);

	TEXT_COPY(o->field, field);
	TEXT_COPY(o->value, value);
}

static enum result_status ask(enum msg_type type, uint32_t id, struct change *c)
{
	w->answered = 0;
	if (c) {
		link_send_change(w->asker, type, id, c);
		change_free(c);
	} else {
		link_send(w->asker, type, id, NULL);
	}
	settle();
	return w->answered == id ? w->result.status : (enum result_status)0;
}

static const struct real_server_row *row_in(struct store *s)
{
	return store_at(s, T_REAL_SERVER, 0);
}

static bool overlay_has(const char *text)
{
	char path[64], content[1024] = "";
	FILE *f;

	snprintf(path, sizeof(path), "%s/overlay", w->dir);
	f = fopen(path, "r");
	if (!f)
		return false;
	content[fread(content, 1, sizeof(content) - 1, f)] = '\0';
	fclose(f);
	return strstr(content, text) != NULL;
}

static const struct change_log_row *last_change(void)
{
	return store_at(w->d.live, T_CHANGE_LOG, store_count(w->d.live, T_CHANGE_LOG) - 1);
}

/* ---- tests ------------------------------------------------------------- */

static void tested_then_committed_is_in_force_and_durable(void **state)
{
	struct change c = {0};

	(void)state;
	op(&c, "weight", "300");
	assert_int_equal(ask(MSG_TXN_TEST, 7, &c), RESULT_OK);
	assert_int_equal(row_in(w->worker_store)->weight, 1);
	assert_false(overlay_has("300"));
	assert_int_equal(ask(MSG_TXN_COMMIT, 7, NULL), RESULT_OK);
	assert_int_equal(row_in(w->worker_store)->weight, 300);
	assert_true(overlay_has("weight \"300\""));
	assert_string_equal(last_change()->old_value, "1");
	assert_int_equal(last_change()->result, CHANGE_DONE);
	assert_string_equal(row_in(w->client_store)->changed_by, "snmp");
}

static void one_bad_value_refuses_the_whole(void **state)
{
	struct change c = {0};

	(void)state;
	op(&c, "weight", "300");
	op(&c, "weight", "65536");
	assert_int_equal(ask(MSG_TXN_TEST, 1, &c), RESULT_WRONG_VALUE);
	assert_int_equal(w->result.op, 1);
	assert_non_null(strstr(w->result.text, "0..65535"));
	assert_int_equal(row_in(w->d.wanted)->weight, 1);
	assert_int_equal(ask(MSG_TXN_COMMIT, 1, NULL), RESULT_UNAVAILABLE);
	assert_int_equal(row_in(w->d.live)->weight, 1);
}

static void for_halvardctl(struct change *c)
{
	const struct virtual_server_row key = {.name = "192.0.2.1:80/tcp"};
	struct change_op *o = change_add(c, OP_SET, T_VIRTUAL_SERVER, &key);

	TEXT_COPY(o->field, "omega");
	TEXT_COPY(o->value, "yes");
}

static void what_may_not_be_set_is_refused(void **state)
{
	static const char *const fields[] = {"oper_state", "port", "nosuch", "changed_by"};

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct change c = {0};

		op(&c, fields[i], "1");
		assert_int_equal(ask(MSG_TXN_RUN, 9, &c), RESULT_NOT_WRITABLE);
	}
	/* A field for halvardctl is not one for SNMP. */
	struct change c = {0};

	for_halvardctl(&c);
	assert_int_equal(ask(MSG_TXN_RUN, 9, &c), RESULT_NOT_WRITABLE);
	w->client.source = SOURCE_CTL;
	for_halvardctl(&c);
	assert_int_equal(ask(MSG_TXN_RUN, 9, &c), RESULT_OK);
}

static void a_worker_that_refuses_undoes_everything(void **state)
{
	struct change c = {0};

	(void)state;
	w->mood = REFUSES;
	op(&c, "weight", "300");
	assert_int_equal(ask(MSG_TXN_RUN, 3, &c), RESULT_COMMIT_FAILED);
	assert_string_equal(w->result.text, "the kernel says no");
	settle();
	assert_int_equal(row_in(w->d.wanted)->weight, 1);
	assert_int_equal(row_in(w->d.live)->weight, 1);
	assert_int_equal(row_in(w->worker_store)->weight, 1);
	assert_false(overlay_has("weight"));
	assert_int_equal(last_change()->result, CHANGE_FAILED);
}

static void a_disk_that_refuses_changes_nothing(void **state)
{
	struct change c = {0};

	(void)state;
	w->env.state_dir = "/proc/self/nowhere";
	op(&c, "weight", "300");
	assert_int_equal(ask(MSG_TXN_TEST, 4, &c), RESULT_OK);
	assert_int_equal(ask(MSG_TXN_COMMIT, 4, NULL), RESULT_COMMIT_FAILED);
	assert_int_equal(row_in(w->d.wanted)->weight, 1);
	assert_int_equal(row_in(w->worker_store)->weight, 1);
	w->env.state_dir = w->dir;
}

static void undo_takes_back_what_was_committed(void **state)
{
	struct change c = {0};

	(void)state;
	op(&c, "weight", "300");
	op(&c, "admin_state", "draining");
	assert_int_equal(ask(MSG_TXN_TEST, 5, &c), RESULT_OK);
	assert_int_equal(ask(MSG_TXN_COMMIT, 5, NULL), RESULT_OK);
	assert_int_equal(ask(MSG_TXN_UNDO, 5, NULL), RESULT_OK);
	assert_int_equal(row_in(w->worker_store)->weight, 1);
	assert_int_equal(row_in(w->worker_store)->admin_state, RS_ENABLED);
	assert_false(overlay_has("weight"));
	assert_int_equal(ask(MSG_TXN_UNDO, 5, NULL), RESULT_UNAVAILABLE);
}

static struct real_server_row another_server(void)
{
	return (struct real_server_row){.vs = "192.0.2.1:80/tcp", .name = "10.0.0.7:80"};
}

static void rows_come_and_go(void **state)
{
	struct real_server_row key = another_server();
	struct change c = {0};
	const struct real_server_row *rs;

	(void)state;
	change_add(&c, OP_ADD, T_REAL_SERVER, &key);
	set_of(&c, &key, "weight", "5");
	assert_int_equal(ask(MSG_TXN_RUN, 5, &c), RESULT_OK);
	rs = store_find(w->worker_store, T_REAL_SERVER, &key);
	assert_non_null(rs);
	assert_int_equal(rs->weight, 5);
	assert_int_equal(rs->port, 80);
	assert_true(rs->snmp_index > 0);
	assert_true(overlay_has("add real_server"));
	change_add(&c, OP_ADD, T_REAL_SERVER, &key);
	assert_int_equal(ask(MSG_TXN_RUN, 6, &c), RESULT_INCONSISTENT_VALUE);
	change_add(&c, OP_DEL, T_REAL_SERVER, &key);
	assert_int_equal(ask(MSG_TXN_RUN, 7, &c), RESULT_OK);
	assert_null(store_find(w->worker_store, T_REAL_SERVER, &key));
	assert_false(overlay_has("real_server"));
	change_add(&c, OP_DEL, T_REAL_SERVER, &key);
	assert_int_equal(ask(MSG_TXN_RUN, 8, &c), RESULT_NO_ROW);
}

/* One that is refused, one that is taken back, and one that a worker cannot do leave nothing. */
static void rows_are_taken_back(void **state)
{
	struct real_server_row key = another_server();
	struct change c = {0};

	(void)state;
	op(&c, "weight", "300");
	change_add(&c, OP_ADD, T_REAL_SERVER, &key);
	set_of(&c, &key, "weight", "70000");
	assert_int_equal(ask(MSG_TXN_RUN, 5, &c), RESULT_WRONG_VALUE);
	assert_null(store_find(w->d.wanted, T_REAL_SERVER, &key));
	assert_int_equal(row_in(w->d.wanted)->weight, 1);

	op(&c, "weight", "300");
	change_add(&c, OP_DEL, T_REAL_SERVER, row_in(w->d.live));
	assert_int_equal(ask(MSG_TXN_RUN, 6, &c), RESULT_INCONSISTENT_VALUE); /* of one that goes */

	change_add(&c, OP_ADD, T_REAL_SERVER, &key);
	set_of(&c, &key, "weight", "300");
	change_add(&c, OP_DEL, T_REAL_SERVER, row_in(w->d.live));
	assert_int_equal(ask(MSG_TXN_TEST, 6, &c), RESULT_OK);
	assert_int_equal(ask(MSG_TXN_COMMIT, 6, NULL), RESULT_OK);
	assert_int_equal(store_count(w->worker_store, T_REAL_SERVER), 1);
	assert_int_equal(ask(MSG_TXN_UNDO, 6, NULL), RESULT_OK);
	assert_null(store_find(w->worker_store, T_REAL_SERVER, &key));
	assert_int_equal(row_in(w->worker_store)->weight, 1);
	assert_false(overlay_has("real_server"));

	w->mood = REFUSES;
	change_add(&c, OP_ADD, T_REAL_SERVER, &key);
	assert_int_equal(ask(MSG_TXN_RUN, 7, &c), RESULT_COMMIT_FAILED);
	settle();
	assert_null(store_find(w->worker_store, T_REAL_SERVER, &key));
}

/* The agent gave up waiting for a slow worker: it said failed, so it must not stay. */
static void undo_that_overtakes_its_commit_takes_it_back(void **state)
{
	struct change c = {0};

	(void)state;
	op(&c, "weight", "300");
	assert_int_equal(ask(MSG_TXN_TEST, 14, &c), RESULT_OK);
	w->mood = SILENT;
	assert_int_equal(ask(MSG_TXN_COMMIT, 14, NULL), 0);
	assert_int_equal(row_in(w->worker_store)->weight, 300);
	assert_int_equal(ask(MSG_TXN_UNDO, 14, NULL), 0);
	w->mood = OBEYS;
	jobs_worker_gone(w->d.jobs, ROLE_LVS); /* and the outcome is not known either */
	settle();
	assert_int_equal(w->answered, 14);
	assert_int_equal(w->result.status, RESULT_OK);
	assert_int_equal(row_in(w->d.wanted)->weight, 1);
	assert_int_equal(row_in(w->worker_store)->weight, 1);
	assert_false(overlay_has("weight"));
	assert_int_equal(last_change()->result, CHANGE_FAILED);
	assert_non_null(strstr(last_change()->result_text, "undone"));
	op(&c, "weight", "9");
	assert_int_equal(ask(MSG_TXN_RUN, 15, &c), RESULT_OK);
}

static void an_absent_worker_is_said_before_anything_happens(void **state)
{
	struct change c = {0};

	(void)state;
	link_close(w->d.links[ROLE_LVS]);
	w->d.links[ROLE_LVS] = NULL;
	op(&c, "weight", "300");
	assert_int_equal(ask(MSG_TXN_RUN, 6, &c), RESULT_UNAVAILABLE);
	assert_int_equal(row_in(w->d.wanted)->weight, 1);
	assert_false(overlay_has("weight"));
}

static void a_worker_that_left_after_the_test_fails_the_commit(void **state)
{
	struct change c = {0};

	(void)state;
	op(&c, "weight", "300");
	assert_int_equal(ask(MSG_TXN_TEST, 13, &c), RESULT_OK);
	link_close(w->d.links[ROLE_LVS]);
	w->d.links[ROLE_LVS] = NULL;
	assert_int_equal(ask(MSG_TXN_COMMIT, 13, NULL), RESULT_COMMIT_FAILED);
	assert_non_null(strstr(w->result.text, "lvs"));
	assert_int_equal(row_in(w->d.wanted)->weight, 1);
	assert_int_equal(row_in(w->d.live)->weight, 1);
	assert_false(overlay_has("weight"));
	assert_int_equal(last_change()->result, CHANGE_FAILED);
}

static void a_worker_that_dies_leaves_the_outcome_open_and_the_change_kept(void **state)
{
	struct change c = {0};

	(void)state;
	w->mood = SILENT;
	op(&c, "weight", "300");
	assert_int_equal(ask(MSG_TXN_RUN, 8, &c), 0);
	jobs_worker_gone(w->d.jobs, ROLE_LVS);
	settle();
	assert_int_equal(w->answered, 8);
	assert_int_equal(w->result.status, RESULT_UNKNOWN);
	assert_true(overlay_has("weight \"300\""));
}

static void a_client_that_leaves_lets_go_of_what_it_held(void **state)
{
	struct change c = {0};

	(void)state;
	op(&c, "weight", "300");
	assert_int_equal(ask(MSG_TXN_TEST, 10, &c), RESULT_OK);
	assert_int_equal(row_in(w->d.wanted)->weight, 300);
	jobs_client_gone(&w->client);
	assert_int_equal(row_in(w->d.wanted)->weight, 1);
	op(&c, "weight", "9");
	assert_int_equal(ask(MSG_TXN_RUN, 11, &c), RESULT_OK);
}

static void put_question(uint32_t id)
{
	struct buf body = {0};

	w->answered = 0;
	buf_str(&body, "check-now \"192.0.2.1:80/tcp\" \"10.0.0.1:80\"");
	buf_str(&body, "");
	link_send(w->asker, MSG_COMMAND, id, &body);
	buf_free(&body);
	settle();
}

/* Four of a client wait; the answer goes to the one who asked, whatever comes in between. */
static void a_question_waits_beside_the_line(void **state)
{
	struct result r = {.status = RESULT_OK, .text = "all have run"};
	struct change c = {0};
	uint32_t first;

	(void)state;
	w->client.source = SOURCE_CTL;
	put_question(1);
	first = w->asked;
	assert_int_not_equal(first, 0);
	assert_int_equal(w->answered, 0);
	op(&c, "weight", "300");
	assert_int_equal(ask(MSG_TXN_RUN, 2, &c), RESULT_OK);
	for (uint32_t id = 3; id <= 5; id++)
		put_question(id);
	assert_int_equal(w->answered, 0);
	put_question(6);
	assert_int_equal(w->answered, 6);
	assert_int_equal(w->result.status, RESULT_UNAVAILABLE);
	link_send_result(w->worker, first, &r);
	settle();
	assert_int_equal(w->answered, 1);
	assert_int_equal(w->result.status, RESULT_OK);
	assert_string_equal(w->result.text, "all have run");
	link_send_result(w->worker, first, &r); /* nobody waits for it any more */
	w->answered = 0;
	settle();
	assert_int_equal(w->answered, 0);
	jobs_worker_gone(w->d.jobs, ROLE_LVS);
	settle();
	assert_int_equal(w->answered, 5);
	assert_int_equal(w->result.status, RESULT_UNAVAILABLE);
}

static void a_question_of_a_client_that_left_is_forgotten(void **state)
{
	(void)state;
	w->client.source = SOURCE_CTL;
	put_question(1);
	jobs_client_gone(&w->client);
	w->answered = 0;
	link_send_result(w->worker, w->asked, &(struct result){.status = RESULT_OK});
	settle();
	jobs_worker_gone(w->d.jobs, ROLE_LVS);
	settle();
	assert_int_equal(w->answered, 0);
}

static const struct overlay_row *overlay_of(const char *field)
{
	const char *const key[] = {"real_server 192.0.2.1:80/tcp 10.0.0.1:80", field};

	return store_find_text(w->d.live, T_OVERLAY, key);
}

static void what_was_set_is_a_row(void **state)
{
	struct change c = {0};

	(void)state;
	assert_int_equal(store_count(w->d.live, T_OVERLAY), 0);
	op(&c, "weight", "300");
	assert_int_equal(ask(MSG_TXN_RUN, 1, &c), RESULT_OK);
	assert_string_equal(overlay_of("weight")->file_value, "1");
	assert_string_equal(overlay_of("weight")->value, "300");
	assert_string_equal(overlay_of("weight")->changed_by, "snmp");
	assert_int_equal(overlay_of("weight")->state, OVERLAY_IN_FORCE);
	op(&c, "admin_state", "disabled");
	assert_int_equal(ask(MSG_TXN_RUN, 2, &c), RESULT_OK);
	assert_int_equal(store_count(w->d.live, T_OVERLAY), 2);
	op(&c, "admin_state", "enabled"); /* the operator's field at its default is no change */
	assert_int_equal(ask(MSG_TXN_RUN, 3, &c), RESULT_OK);
	assert_int_equal(store_count(w->d.live, T_OVERLAY), 1);
	assert_non_null(overlay_of("weight"));
	w->mood = REFUSES;
	op(&c, "weight", "400");
	assert_int_equal(ask(MSG_TXN_RUN, 4, &c), RESULT_COMMIT_FAILED);
	assert_string_equal(overlay_of("weight")->value, "300");
}

/* ---- the change log and a main that begins again ------------------------- */

/* Rows as a main would have them that begins now. */
static struct store *begun_again(void)
{
	struct store *before = w->d.live;
	struct changelog *log;

	w->d.live = store_new();
	store_merge(w->d.live, w->d.wanted, F_WANTED);
	overlay_rows(&w->d);
	log = changelog_new(w->d.loop, w->d.live, w->dir);
	changelog_load(log);
	changelog_free(log);
	authors_load(w->d.live);
	return before;
}

static void forget_again(struct store *before)
{
	store_free(w->d.live);
	w->d.live = before;
}

static void run_as(const char *who, uint32_t id, const char *field, const char *value)
{
	struct change c = {0};

	TEXT_COPY(w->client.who, who);
	w->client.source = SOURCE_CTL;
	op(&c, field, value);
	ask(MSG_TXN_RUN, id, &c);
}

static void who_set_what_is_known_after_a_start(void **state)
{
	struct store *before;

	(void)state;
	run_as("alice", 1, "weight", "7");
	run_as("bob", 2, "admin_state", "disabled");
	run_as("carol", 3, "weight", "70000"); /* refused */
	w->mood = REFUSES;
	run_as("dave", 4, "weight", "7"); /* failed, and what is set is what alice set */
	before = begun_again();
	assert_int_equal(store_count(w->d.live, T_CHANGE_LOG), 4);
	assert_int_equal(last_change()->result, CHANGE_FAILED);
	assert_string_equal(last_change()->who, "dave");
	assert_string_equal(overlay_of("weight")->changed_by, "alice");
	assert_true(overlay_of("weight")->changed_at);
	assert_string_equal(overlay_of("admin_state")->changed_by, "bob");
	assert_string_equal(row_in(w->d.live)->changed_by, "bob");
	assert_true(row_in(w->d.live)->changed_at);
	forget_again(before);
	w->mood = OBEYS;
	run_as("erin", 5, "weight", "8");
	before = begun_again();
	assert_string_equal(overlay_of("weight")->changed_by, "erin");
	forget_again(before);
}

static void a_row_that_was_made_has_its_author_after_a_start(void **state)
{
	const struct real_server_row key = {.vs = "192.0.2.1:80/tcp", .name = "10.0.0.7:80"};
	const char *const line[] = {"real_server 192.0.2.1:80/tcp 10.0.0.7:80", "-"};
	struct change c = {0};
	struct store *before;

	(void)state;
	change_add(&c, OP_ADD, T_REAL_SERVER, &key);
	assert_int_equal(ask(MSG_TXN_RUN, 1, &c), RESULT_OK);
	before = begun_again();
	assert_string_equal(
	    ((const struct overlay_row *)store_find_text(w->d.live, T_OVERLAY, line))->changed_by,
	    "snmp");
	forget_again(before);
}

/* Main dies between a change and its answer: it is durable, so it has a row. */
static void a_change_in_the_midst_has_a_row_after_a_start(void **state)
{
	struct store *before;

	(void)state;
	w->mood = SILENT;
	run_as("alice", 1, "weight", "7");
	assert_int_equal(w->answered, 0);
	assert_true(overlay_has("weight \"7\""));
	assert_int_equal(store_count(w->d.live, T_CHANGE_LOG), 0);
	before = begun_again();
	assert_int_equal(store_count(w->d.live, T_CHANGE_LOG), 1);
	assert_int_equal(last_change()->number, 1);
	assert_int_equal(last_change()->result, CHANGE_FAILED);
	assert_string_equal(last_change()->who, "alice");
	assert_string_equal(last_change()->old_value, "1");
	assert_string_equal(last_change()->new_value, "7");
	assert_non_null(strstr(last_change()->result_text, "main ended before"));
	assert_string_equal(overlay_of("weight")->changed_by, "alice");
	forget_again(before);
}

/* What is answered has its row with the disk. */
static void the_row_is_durable_before_the_answer(void **state)
{
	(void)state;
	w->answered_at_sync = 99;
	run_as("alice", 1, "weight", "7");
	assert_int_equal(w->answered, 1);
	run_as("alice", 2, "weight", "8"); /* the file is there now */
	assert_int_equal(w->answered, 2);
	assert_int_equal(w->answered_at_sync, 0);
	w->answered_at_sync = 99;
	run_as("alice", 3, "weight", "-1");
	assert_int_equal(w->answered, 3);
	assert_int_equal(w->answered_at_sync, 0);
}

/* As if another client had sent it; nobody hears the answer. */
static void ask_as(struct client *who, enum msg_type type, struct change *c)
{
	struct msg m = {.type = type, .id = 1};
	struct buf body = {0};

	wire_put_change(&body, c);
	m.body = cursor_over(body.data, body.len);
	jobs_message(who, &m);
	buf_free(&body);
	change_free(c);
}

static void one_who_asks_for_much_does_not_keep_out_the_others(void **state)
{
	struct client root = {.d = &w->d, .source = SOURCE_CTL, .may_change = true, .who = "root"};
	const struct change_log_row *first;
	struct change c = {0};

	(void)state;
	op(&c, "weight", "300");
	assert_int_equal(ask(MSG_TXN_TEST, 30, &c), RESULT_OK);
	for (uint32_t i = 0; i < 17; i++) {
		op(&c, "weight", "2");
		assert_int_equal(ask(MSG_TXN_RUN, 31 + i, &c), i < 16 ? 0 : RESULT_UNAVAILABLE);
	}
	op(&c, "weight", "99");
	ask_as(&root, MSG_TXN_RUN, &c);
	ask(MSG_TXN_UNDO, 30, NULL);
	while (store_count(w->d.live, T_CHANGE_LOG) < 17)
		settle();
	first = store_at(w->d.live, T_CHANGE_LOG, 0);
	assert_string_equal(first->who, "root");
	assert_string_equal(first->new_value, "99");
}

static void what_waits_for_one_who_left_is_not_begun(void **state)
{
	struct change c = {0};

	(void)state;
	op(&c, "weight", "300");
	assert_int_equal(ask(MSG_TXN_TEST, 50, &c), RESULT_OK);
	op(&c, "weight", "400");
	assert_int_equal(ask(MSG_TXN_RUN, 51, &c), 0);
	jobs_client_gone(&w->client);
	settle();
	assert_int_equal(row_in(w->d.wanted)->weight, 1);
	assert_int_equal(store_count(w->d.live, T_CHANGE_LOG), 0);
}

static void commands_come_from_halvardctl_only(void **state)
{
	struct buf body = {0};

	(void)state;
	buf_str(&body, "reload");
	link_send(w->asker, MSG_COMMAND, 60, &body);
	buf_free(&body);
	settle();
	assert_int_equal(w->answered, 60);
	assert_int_equal(w->result.status, RESULT_DENIED);
}

static void a_storm_of_signals_takes_one_place_in_the_line(void **state)
{
	struct change c = {0};

	(void)state;
	op(&c, "weight", "300");
	assert_int_equal(ask(MSG_TXN_TEST, 16, &c), RESULT_OK);
	for (int i = 0; i < 1000; i++)
		jobs_reload(w->d.jobs, &(struct trial){.who = "signal"});
	op(&c, "weight", "9");
	assert_int_equal(ask(MSG_TXN_RUN, 17, &c), 0); /* it waits behind the held one */
}

static void an_overlay_that_could_not_be_read_is_never_written_over(void **state)
{
	struct change c = {0};

	(void)state;
	w->d.overlay_error = -EIO;
	op(&c, "weight", "300");
	assert_int_equal(ask(MSG_TXN_RUN, 21, &c), RESULT_COMMIT_FAILED);
	assert_non_null(strstr(w->result.text, strerror(EIO)));
	assert_int_equal(row_in(w->d.wanted)->weight, 1);
	assert_int_equal(row_in(w->worker_store)->weight, 1);
	assert_false(overlay_has("halvard-overlay"));
}

/* The new file is there, so the change is too: what is told is that the disk is not sure. */
static void a_disk_that_is_not_sure_leaves_the_change_in_force_and_says_so(void **state)
{
	struct change c = {0};

	(void)state;
	folder_errno = EIO;
	op(&c, "weight", "300");
	assert_int_equal(ask(MSG_TXN_RUN, 22, &c), RESULT_UNKNOWN);
	assert_non_null(strstr(w->result.text, "read back"));
	assert_true(overlay_has("weight \"300\""));
	assert_int_equal(row_in(w->d.wanted)->weight, 300);
	assert_int_equal(row_in(w->worker_store)->weight, 300);
	assert_int_equal(last_change()->result, CHANGE_FAILED);
	assert_int_equal(overlay_count(w->d.overlay), 1);
}

static void undo_takes_back_what_the_disk_is_not_sure_of(void **state)
{
	struct change c = {0};

	(void)state;
	op(&c, "weight", "300");
	assert_int_equal(ask(MSG_TXN_TEST, 24, &c), RESULT_OK);
	folder_errno = EIO;
	assert_int_equal(ask(MSG_TXN_COMMIT, 24, NULL), RESULT_UNKNOWN);
	folder_errno = 0;
	assert_int_equal(ask(MSG_TXN_UNDO, 24, NULL), RESULT_OK);
	assert_false(overlay_has("300"));
	assert_int_equal(row_in(w->worker_store)->weight, 1);
}

/* It goes back, and the disk is not sure of that either. */
static void a_worker_that_refuses_counts_more_than_a_disk_that_is_not_sure(void **state)
{
	struct change c = {0};

	(void)state;
	folder_errno = EIO;
	w->mood = REFUSES;
	op(&c, "weight", "300");
	assert_int_equal(ask(MSG_TXN_TEST, 23, &c), RESULT_OK);
	assert_int_equal(ask(MSG_TXN_COMMIT, 23, NULL), RESULT_UNKNOWN);
	assert_non_null(strstr(w->result.text, "the kernel says no; taken back, but"));
	assert_int_equal(ask(MSG_TXN_UNDO, 23, NULL), RESULT_UNAVAILABLE);
	assert_false(overlay_has("300"));
	assert_int_equal(row_in(w->d.wanted)->weight, 1);
	assert_int_equal(row_in(w->worker_store)->weight, 1);
}

/* Of DIR/conf, which is gone afterwards. */
static enum result_status reload(void)
{
	struct buf body = {0};
	char path[64];

	snprintf(path, sizeof(path), "%s/conf", w->dir);
	w->env.config_file = path;
	w->client.source = SOURCE_CTL;
	buf_str(&body, "reload");
	w->answered = 0;
	link_send(w->asker, MSG_COMMAND, 20, &body);
	settle();
	buf_free(&body);
	unlink(path);
	w->env.config_file = NULL;
	return w->answered == 20 ? w->result.status : (enum result_status)0;
}

static enum result_status reload_of(const char *text)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/conf", w->dir);
	f = fopen(path, "w");
	fputs(text, f);
	fclose(f);
	return reload();
}

static void a_reload_of_a_pipe_is_refused_and_does_not_wait(void **state)
{
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "%s/conf", w->dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	alarm(10); /* instead of waiting for ever */
	assert_int_equal(reload(), RESULT_REFUSED);
	alarm(0);
	assert_non_null(strstr(w->result.text, "not a regular file"));
	assert_int_equal(store_count(w->d.live, T_VIRTUAL_SERVER), 1);
}

static void a_reload_that_takes_everything_away_says_so(void **state)
{
	(void)state;
	assert_int_equal(reload_of("! nothing\n"), RESULT_OK);
	assert_non_null(strstr(w->result.text, "0 VRRP instances and 1 virtual servers"));
	assert_int_equal(store_count(w->d.live, T_VIRTUAL_SERVER), 0);
	assert_int_equal(reload_of("! nothing again\n"), RESULT_OK);
	assert_null(strstr(w->result.text, "virtual servers"));
}

static void a_reader_may_not_change(void **state)
{
	struct change c = {0};

	(void)state;
	w->client.may_change = false;
	op(&c, "weight", "300");
	assert_int_equal(ask(MSG_TXN_RUN, 12, &c), RESULT_DENIED);
	assert_int_equal(row_in(w->d.wanted)->weight, 1);
}

/* ---- the log, in the place of the journal --------------------------------------- */

static int journal;
static char journal_path[64];

static int setup_log(void **state)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};

	setup(state);
	snprintf(journal_path, sizeof(journal_path), "%s/j", w->dir);
	memcpy(sun.sun_path, journal_path, sizeof(journal_path));
	journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (bind(journal, (struct sockaddr *)&sun, sizeof(sun)) < 0)
		return -1;
	log_init(&(struct log_options){.ident = "test",
				       .levels.rest = LOG_LV_INFO,
				       .to_syslog = true,
				       .journal_path = journal_path});
	return 0;
}

static int teardown_log(void **state)
{
	close(journal);
	unlink(journal_path);
	log_init(&(struct log_options){.ident = "test", .levels.rest = LOG_LV_ERR});
	return teardown(state);
}

/* The next entry; "" when there is none. */
static const char *entry(void)
{
	static char buf[4096];
	ssize_t n = recv(journal, buf, sizeof(buf) - 1, MSG_DONTWAIT);

	buf[n > 0 ? n : 0] = '\0';
	return buf;
}

static void a_change_of_256_fields_that_is_refused_is_one_line(void **state)
{
	struct change c = {0};
	const char *said;

	(void)state;
	for (unsigned i = 0; i < 256; i++)
		op(&c, "weight", i == 77 ? "70000" : "5");
	assert_int_equal(ask(MSG_TXN_RUN, 70, &c), RESULT_WRONG_VALUE);
	said = entry();
	assert_non_null(
	    strstr(said, "MESSAGE=change real_server 192.0.2.1:80/tcp 10.0.0.1:80 weight: 5 -> "
			 "70000 (wrong value) by snmp, refused, with 255 others: "));
	assert_non_null(strstr(said, "\nHALVARD_FIELD=weight\n"));
	assert_non_null(strstr(said, "\nHALVARD_STATE=70000\n"));
	assert_non_null(strstr(said, "\nHALVARD_WHO=snmp\n"));
	assert_string_equal(entry(), "");
	assert_int_equal(store_count(w->d.live, T_CHANGE_LOG), 256);
}

static void a_storm_of_refusals_is_bounded(void **state)
{
	unsigned lines = 0;

	(void)state;
	for (uint32_t i = 0; i < 40; i++) {
		struct change c = {0};

		op(&c, i % 2 ? "weight" : "vs", "-1");
		assert_true(ask(MSG_TXN_RUN, 100 + i, &c) != RESULT_OK);
		while (*entry())
			lines++;
	}
	assert_int_equal(lines, 20);
}

static void a_secret_is_not_logged(void **state)
{
	struct change_op *o;
	struct change c = {0};
	const char *said;

	(void)state;
	o = change_add(&c, OP_SET, T_VRRP_INSTANCE, &(struct vrrp_instance_row){.name = "VI_1"});
	TEXT_COPY(o->field, "auth_pass");
	TEXT_COPY(o->value, "hunter22");
	assert_int_equal(ask(MSG_TXN_RUN, 80, &c), RESULT_NOT_WRITABLE);
	said = entry();
	assert_non_null(strstr(said, "auth_pass:  -> *** (not writable)"));
	assert_null(strstr(said, "hunter22"));
	assert_string_equal(last_change()->new_value, "***");
}

/* ---- the level of the log --------------------------------------------------------- */

static enum result_status set_level(uint32_t id, const char *text)
{
	struct change c = {0};
	struct change_op *o = change_add(&c, OP_SET, T_GLOBAL, NULL);

	w->client.source = SOURCE_CTL;
	TEXT_COPY(o->field, "log_level");
	TEXT_COPY(o->value, text);
	return ask(MSG_TXN_RUN, id, &c);
}

static void a_level_is_with_the_worker_when_it_is_answered(void **state)
{
	(void)state;
	store_single(w->d.wanted, T_GLOBAL);
	assert_int_equal(set_level(90, "check:debug"), RESULT_OK);
	assert_string_equal(
	    ((const struct global_row *)store_single(w->worker_store, T_GLOBAL))->log_level,
	    "check:debug");
	assert_true(overlay_has("log_level \"check:debug\""));
	assert_int_equal(set_level(91, "check:loud"), RESULT_INCONSISTENT_VALUE);
	assert_non_null(strstr(w->result.text, "\"loud\" is not a log level"));
	w->mood = REFUSES; /* something else is wrong there */
	assert_int_equal(set_level(92, "check:info"), RESULT_OK);
	w->mood = SILENT;
	assert_int_equal(set_level(93, "check:notice"), 0);
}

#define TEST_LOG(f) cmocka_unit_test_setup_teardown(f, setup_log, teardown_log)
#define TEST(f)     cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(tested_then_committed_is_in_force_and_durable),
	    TEST(one_bad_value_refuses_the_whole),
	    TEST(what_may_not_be_set_is_refused),
	    TEST(a_worker_that_refuses_undoes_everything),
	    TEST(a_disk_that_refuses_changes_nothing),
	    TEST(undo_takes_back_what_was_committed),
	    TEST(rows_come_and_go),
	    TEST(rows_are_taken_back),
	    TEST(undo_that_overtakes_its_commit_takes_it_back),
	    TEST(an_absent_worker_is_said_before_anything_happens),
	    TEST(a_worker_that_left_after_the_test_fails_the_commit),
	    TEST(a_worker_that_dies_leaves_the_outcome_open_and_the_change_kept),
	    TEST(a_client_that_leaves_lets_go_of_what_it_held),
	    TEST(a_question_waits_beside_the_line),
	    TEST(a_question_of_a_client_that_left_is_forgotten),
	    TEST(what_was_set_is_a_row),
	    TEST(who_set_what_is_known_after_a_start),
	    TEST(a_row_that_was_made_has_its_author_after_a_start),
	    TEST(a_change_in_the_midst_has_a_row_after_a_start),
	    TEST(the_row_is_durable_before_the_answer),
	    TEST(one_who_asks_for_much_does_not_keep_out_the_others),
	    TEST(what_waits_for_one_who_left_is_not_begun),
	    TEST(commands_come_from_halvardctl_only),
	    TEST(a_storm_of_signals_takes_one_place_in_the_line),
	    TEST(an_overlay_that_could_not_be_read_is_never_written_over),
	    TEST(a_disk_that_is_not_sure_leaves_the_change_in_force_and_says_so),
	    TEST(undo_takes_back_what_the_disk_is_not_sure_of),
	    TEST(a_worker_that_refuses_counts_more_than_a_disk_that_is_not_sure),
	    TEST(a_reload_of_a_pipe_is_refused_and_does_not_wait),
	    TEST(a_reload_that_takes_everything_away_says_so),
	    TEST(a_reader_may_not_change),
	    TEST_LOG(a_change_of_256_fields_that_is_refused_is_one_line),
	    TEST_LOG(a_storm_of_refusals_is_bounded),
	    TEST_LOG(a_secret_is_not_logged),
	    TEST(a_level_is_with_the_worker_when_it_is_answered),
	};

	log_init(&(struct log_options){.ident = "test", .levels.rest = LOG_LV_ERR});
	return cmocka_run_group_tests_name("daemon_jobs", tests, NULL, NULL);
}
