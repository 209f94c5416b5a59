/*
 * daemon: main's ends of its links against peers that lie. The agent is played by a fuzzer that
 * speaks whole messages, mangled ones and noise; and a peer asks, and never reads the answers.
 * Main must live, and nothing may change but what SNMP may set.
 */
#include "base/log.h"
#include "base/text.h"
#include "daemon/jobs.h"
#include "model/rows.h"

#include <event2/event.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define ROUNDS     4000
#define BIG        65536
#define BIG_COUNT  1020  /* nearly fills a link's queue */
#define ROWS_COUNT 20000 /* pending rows: more than its rest */

struct world {
	struct director d;
	struct role_env env;
	struct client agent;
	struct store *lvs_store;
	struct link *lvs;
	int fd; /* the agent's end: a plain socket */
	unsigned downs;
	struct virtual_server_row vs;
	struct real_server_row rs;
	char dir[32];
	struct buf out; /* what the agent says next */
	uint64_t random;
};

static struct world *w;

/* ---- main, as daemon/main.c ---------------------------------------------- */

static void agent_message(void *arg, struct msg *m, struct mono now)
{
	(void)arg;
	(void)now;
	jobs_message(&w->agent, m);
}

static void agent_down(void *arg, const char *why)
{
	(void)arg;
	(void)why;
	w->downs++;
	jobs_client_gone(&w->agent);
	link_close(w->agent.link);
	w->agent.link = NULL;
}

static void lvs_message(void *arg, struct msg *m, struct mono now)
{
	struct result r;

	(void)arg;
	(void)now;
	if (m->type == MSG_RESULT && wire_get_result(&m->body, &r))
		jobs_barrier(w->d.jobs, ROLE_LVS, m->id, &r);
}

static void lvs_down(void *arg, const char *why)
{
	(void)arg;
	(void)why;
	w->downs++;
	jobs_worker_gone(w->d.jobs, ROLE_LVS);
	link_close(w->d.links[ROLE_LVS]);
	w->d.links[ROLE_LVS] = NULL;
}

static void barrier(void *arg, struct msg *m, struct mono now)
{
	struct result r = {.status = RESULT_OK};

	(void)arg;
	(void)now;
	if (m->type == MSG_BARRIER)
		link_send_result(w->lvs, m->id, &r);
}

static const struct link_ops agent_ops = {.message = agent_message, .down = agent_down};
static const struct link_ops lvs_ops = {.message = lvs_message, .down = lvs_down};
static const struct link_ops worker_ops = {.message = barrier};

/* Everything that has been said is heard and answered. */
static void pump(void)
{
	for (int i = 0; i < 6; i++)
		event_base_loop(loop_base(w->d.loop), EVLOOP_NONBLOCK);
}

/* ---- the agent ------------------------------------------------------------ */

static void say(enum msg_type type, uint32_t id, const struct buf *body)
{
	size_t at = wire_begin(&w->out, type, id);

	if (body)
		buf_add(&w->out, body->data, body->len);
	wire_end(&w->out, at);
}

static void flush_out(void)
{
	send(w->fd, w->out.data, w->out.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	buf_free(&w->out);
}

static void say_hello(void)
{
	struct buf b = {0};

	buf_u64(&b, schema_hash());
	buf_u8(&b, ROLE_AGENT);
	buf_u32(&b, 1);
	say(MSG_HELLO, 0, &b);
	buf_free(&b);
}

static void say_set(enum msg_type type, uint32_t id, const char *field, const char *value)
{
	struct change c = {.source = SOURCE_CTL, .who = "root"};
	struct change_op *op = change_add(&c, OP_SET, T_REAL_SERVER);
	struct buf b = {0};

	memcpy(op->key, &w->rs, sizeof(w->rs));
	TEXT_COPY(op->field, field);
	TEXT_COPY(op->value, value);
	wire_put_change(&b, &c);
	say(type, id, &b);
	buf_free(&b);
	change_free(&c);
}

static void connect_agent(void)
{
	int fd[2];

	socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fd);
	if (w->fd >= 0)
		close(w->fd);
	w->fd = fd[1];
	w->agent.link =
	    link_open(w->d.loop, fd[0], ROLE_MAIN, ROLE_AGENT, w->d.live, &agent_ops, NULL);
	say_hello();
	flush_out();
}

static void connect_lvs(void)
{
	int fd[2];

	socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd);
	w->d.links[ROLE_LVS] =
	    link_open(w->d.loop, fd[0], ROLE_MAIN, ROLE_LVS, w->d.live, &lvs_ops, NULL);
	w->lvs = link_open(w->d.loop, fd[1], ROLE_LVS, ROLE_MAIN, w->lvs_store, &worker_ops, NULL);
}

/* ---- the world -------------------------------------------------------------- */

static void put_rows(struct store *s)
{
	row_init(T_VIRTUAL_SERVER, &w->vs);
	TEXT_COPY(w->vs.name, "192.0.2.1:80/tcp");
	TEXT_COPY(w->vs.scheduler, "rr");
	addr_parse("192.0.2.1", &w->vs.addr);
	w->vs.port = 80;
	w->vs.protocol = LVS_TCP;
	store_put(s, T_VIRTUAL_SERVER, &w->vs, F_WANTED, NULL);
	row_init(T_REAL_SERVER, &w->rs);
	TEXT_COPY(w->rs.vs, w->vs.name);
	TEXT_COPY(w->rs.name, "10.0.0.1:80");
	addr_parse("10.0.0.1", &w->rs.addr);
	w->rs.port = 80;
	store_put(s, T_REAL_SERVER, &w->rs, F_WANTED, NULL);
}

static int setup(void **state)
{
	(void)state;
	w = calloc(1, sizeof(*w));
	w->fd = -1;
	w->random = 1;
	TEXT_COPY(w->dir, "/tmp/halvard-trust-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	log_init(&(struct log_options){.ident = "main", .max_level = LOG_LV_ERR});
	w->env.state_dir = w->dir;
	w->d.env = &w->env;
	w->d.loop = loop_new();
	w->d.file = store_new();
	w->d.wanted = store_new();
	w->d.live = store_new();
	w->d.overlay = overlay_new();
	w->d.jobs = jobs_new(&w->d);
	put_rows(w->d.file);
	store_merge(w->d.wanted, w->d.file, F_WANTED);
	store_merge(w->d.live, w->d.file, F_WANTED);
	w->lvs_store = store_new();
	w->agent =
	    (struct client){.d = &w->d, .source = SOURCE_SNMP, .may_change = true, .who = "snmp"};
	connect_lvs();
	connect_agent();
	pump();
	pump();
	return 0;
}

static int teardown(void **state)
{
	char path[64];

	(void)state;
	link_close(w->agent.link);
	link_close(w->d.links[ROLE_LVS]);
	link_close(w->lvs);
	close(w->fd);
	jobs_free(w->d.jobs);
	overlay_free(w->d.overlay);
	store_free(w->d.file);
	store_free(w->d.wanted);
	store_free(w->d.live);
	store_free(w->lvs_store);
	loop_free(w->d.loop);
	snprintf(path, sizeof(path), "%s/overlay", w->dir);
	unlink(path);
	rmdir(w->dir);
	free(w);
	return 0;
}

/* ---- the fuzzer ------------------------------------------------------------- */

/* The same each time: xorshift. */
static unsigned below(unsigned n)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return (unsigned)(w->random >> 33) % n;
}

static void lie_row(enum msg_type type)
{
	_Alignas(16) unsigned char row[MAX_ROW];
	enum table_id t = (enum table_id)below(T_COUNT);
	struct fieldset set = {{(uint64_t)below(1u << 31) << below(32), 0}};
	struct buf b = {0};

	row_init(t, row);
	if (t == T_REAL_SERVER) {
		memcpy(row, &w->rs, sizeof(w->rs));
		((struct real_server_row *)(void *)row)->oper_state = RS_DOWN;
	}
	set = fieldset_and(set, fieldset_of(t, ~0u));
	wire_put_row(&b, t, row, set);
	say(type, 0, &b);
	buf_free(&b);
}

static void lie_change(enum msg_type type)
{
	static const char *const values[] = {"1",  "0",    "-1",       "99999999999",
					     "up", "down", "draining", "10.0.0.1",
					     "",   "rr",   "\xff\xfe", "/bin/sh"};
	const struct table *t =
	    schema_table(below(2) ? T_REAL_SERVER : (enum table_id)below(T_COUNT));
	const struct field *f = &t->fields[below(t->nfields)];
	struct change c = {.source = (uint8_t)below(5), .who = "root"};
	struct change_op *op = change_add(&c, (enum op_kind)(1 + below(3)), t->id);
	struct buf b = {0};

	row_init(t->id, op->key);
	if (t->id == T_REAL_SERVER)
		memcpy(op->key, &w->rs, sizeof(w->rs));
	else if (t->id == T_VIRTUAL_SERVER)
		memcpy(op->key, &w->vs, sizeof(w->vs));
	TEXT_COPY(op->field, f->name);
	TEXT_COPY(op->value, values[below(sizeof(values) / sizeof(values[0]))]);
	wire_put_change(&b, &c);
	say(type, below(4), &b);
	buf_free(&b);
	change_free(&c);
}

static void lie(void)
{
	struct buf noise = {0};

	switch (below(12)) {
	case 0:
	case 1:
		lie_row(MSG_ROW);
		break;
	case 2:
		lie_row(MSG_ROW_GONE);
		break;
	case 3:
	case 4:
	case 5:
		lie_change(below(2) ? MSG_TXN_TEST : MSG_TXN_RUN);
		break;
	case 6:
		say(below(2) ? MSG_TXN_COMMIT : MSG_TXN_UNDO, below(4), NULL);
		break;
	case 7:
		say_hello();
		break;
	case 8:
		say(below(2) ? MSG_SNAPSHOT : MSG_SNAPSHOT_END, 0, NULL);
		break;
	default:
		for (unsigned n = below(40); n > 0; n--)
			buf_u8(&noise, (uint8_t)below(256));
		say((enum msg_type)below(MSG_TYPE_MAX + 3), below(4), &noise);
		break;
	}
	buf_free(&noise);
}

static void mangle(void)
{
	if (below(4) == 0)
		for (unsigned n = 1 + below(4); n > 0 && w->out.len; n--)
			w->out.data[below((unsigned)w->out.len)] = (unsigned char)below(256);
	if (below(16) == 0)
		w->out.len = below((unsigned)w->out.len + 1);
}

static void drain(void)
{
	char heard[WIRE_DATAGRAM];

	while (recv(w->fd, heard, sizeof(heard), MSG_DONTWAIT) > 0)
		;
}

/* What differs between two rows and is not SNMP's to set, nor main's note of who set it. */
static bool only_settable_differs(enum table_id t, const void *before, const void *after)
{
	const struct table *tab = schema_table(t);
	char a[TEXT_MAX], b[TEXT_MAX];

	for (unsigned i = 0; i < tab->nfields; i++) {
		const struct field *f = &tab->fields[i];

		if (f->flags & (F_SNMP | F_MAIN) && !(f->flags & F_EXEC))
			continue;
		field_text(f, before, a, sizeof(a));
		field_text(f, after, b, sizeof(b));
		if (strcmp(a, b) != 0) {
			print_message("%s.%s: %s -> %s\n", tab->name, f->name, a, b);
			return false;
		}
	}
	return true;
}

static void a_lying_agent_changes_nothing_else(void **state)
{
	struct virtual_server_row vs =
	    *(const struct virtual_server_row *)store_find(w->d.live, T_VIRTUAL_SERVER, &w->vs);
	struct real_server_row rs =
	    *(const struct real_server_row *)store_find(w->d.live, T_REAL_SERVER, &w->rs);

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		for (unsigned n = 1 + below(4); n > 0; n--)
			lie();
		mangle();
		flush_out();
		pump();
		drain();
		if (!w->agent.link)
			connect_agent();
		for (int t = 0; t < T_COUNT; t++)
			if (t != T_CHANGE_LOG && t != T_GLOBAL)
				assert_int_equal(store_count(w->d.live, (enum table_id)t),
						 t == T_VIRTUAL_SERVER || t == T_REAL_SERVER);
	}
	assert_true(
	    only_settable_differs(T_VIRTUAL_SERVER, &vs, store_at(w->d.live, T_VIRTUAL_SERVER, 0)));
	assert_true(
	    only_settable_differs(T_REAL_SERVER, &rs, store_at(w->d.live, T_REAL_SERVER, 0)));
	assert_true(w->downs > 100); /* it did lie */
	/* Its lies that were no offence have cost nothing: an honest agent is served. */
	link_close(w->agent.link);
	jobs_client_gone(&w->agent);
	connect_agent();
	say_set(MSG_TXN_RUN, 1, "weight", "77");
	flush_out();
	for (int i = 0; i < 5; i++)
		pump();
	assert_int_equal(
	    ((const struct real_server_row *)store_at(w->d.live, T_REAL_SERVER, 0))->weight, 77);
}

/* ---- what must not cost memory --------------------------------------------- */

static void a_snapshot_without_end_is_not_kept(void **state)
{
	struct real_server_row r = w->rs;
	size_t before;

	(void)state;
	say(MSG_SNAPSHOT, 0, NULL);
	flush_out();
	pump();
	before = mallinfo2().uordblks;
	for (unsigned i = 0; i < 5000; i++) {
		struct buf b = {0};

		snprintf(r.name, sizeof(r.name), "10.1.%u.%u:80", i / 256, i % 256);
		wire_put_row(&b, T_REAL_SERVER, &r, (struct fieldset){{0}});
		say(MSG_ROW, 0, &b);
		buf_free(&b);
		if (i % 100 == 99) {
			flush_out();
			link_pump(w->agent.link, 1);
			drain();
		}
	}
	assert_non_null(w->agent.link);
	assert_true(mallinfo2().uordblks < before + 200000);
}

/* ---- peers that do not read -------------------------------------------------- */

static void fill(struct link *l)
{
	struct buf b = {0};
	int small = 1;

	setsockopt(link_fd(l), SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	while (b.len < BIG)
		buf_u8(&b, 0);
	for (int i = 0; i < BIG_COUNT; i++)
		link_send(l, MSG_EVENT, 0, &b);
	buf_free(&b);
}

/* Rows that go with the next message and are more than the queue takes. */
static void pend(void)
{
	struct real_server_row r = w->rs;

	for (unsigned i = 0; i < ROWS_COUNT; i++) {
		snprintf(r.name, sizeof(r.name), "10.%03u.%03u.1:80", i / 256, i % 256);
		store_put(w->d.live, T_REAL_SERVER, &r, F_WANTED, NULL);
	}
}

static void an_undo_whose_answer_is_not_read(void **state)
{
	(void)state;
	fill(w->agent.link);
	say_set(MSG_TXN_TEST, 7, "weight", "5");
	flush_out();
	link_pump(w->agent.link, 1000);
	pend();
	say(MSG_TXN_UNDO, 7, NULL);
	flush_out();
	link_pump(w->agent.link, 1000);
	assert_int_equal(w->downs, 1);
	assert_null(w->agent.link);
	assert_int_equal(
	    ((const struct real_server_row *)store_find(w->d.wanted, T_REAL_SERVER, &w->rs))
		->weight,
	    w->rs.weight);
}

static void a_worker_that_does_not_read(void **state)
{
	(void)state;
	fill(w->d.links[ROLE_LVS]);
	pend();
	say_set(MSG_TXN_RUN, 8, "weight", "5");
	flush_out();
	link_pump(w->agent.link, 1000);
	assert_int_equal(w->downs, 1);
	assert_null(w->d.links[ROLE_LVS]);
}

/* ---- fields that name something to execute ---------------------------------- */

static bool exec_weight;

const struct field *__real_schema_field(enum table_id t, const char *name);
const struct field *__wrap_schema_field(enum table_id t, const char *name);

/* No table has such a field yet, so one is made to look so. */
const struct field *__wrap_schema_field(enum table_id t, const char *name)
{
	static struct field marked;
	const struct field *f = __real_schema_field(t, name);

	if (!exec_weight || !f || strcmp(name, "weight") != 0)
		return f;
	marked = *f;
	marked.flags |= F_EXEC;
	return &marked;
}

static uint32_t weight_after(const char *value)
{
	say_set(MSG_TXN_RUN, 9, "weight", value);
	flush_out();
	for (int i = 0; i < 5; i++)
		pump();
	return ((const struct real_server_row *)store_at(w->d.live, T_REAL_SERVER, 0))->weight;
}

static void what_is_executed_comes_from_the_file_only(void **state)
{
	static const uint8_t sources[] = {SOURCE_SNMP, SOURCE_CTL};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		w->agent.source = sources[i];
		exec_weight = true;
		assert_int_equal(weight_after("66"), i ? 55 : w->rs.weight);
		exec_weight = false;
		assert_int_equal(weight_after("55"), 55);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_lying_agent_changes_nothing_else, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_snapshot_without_end_is_not_kept, setup, teardown),
	    cmocka_unit_test_setup_teardown(an_undo_whose_answer_is_not_read, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_worker_that_does_not_read, setup, teardown),
	    cmocka_unit_test_setup_teardown(what_is_executed_comes_from_the_file_only, setup,
					    teardown),
	};

	return cmocka_run_group_tests_name("trust", tests, NULL, NULL);
}
