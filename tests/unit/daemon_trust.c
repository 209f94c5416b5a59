/*
 * daemon: main's ends of its links against peers that lie. The agent is played by a fuzzer that
 * speaks whole messages, mangled ones and noise; and a peer asks, and never reads the answers.
 * Main must live, and nothing may change but what SNMP may set.
 */
#include "config/create.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/own.h"
#include "daemon/changelog.h"
#include "daemon/jobs.h"
#include "liar.h"
#include "model/rows.h"

#include <dirent.h>
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

#define ROUNDS      4000
#define BIG         65536
#define BIG_COUNT   1020               /* nearly fills a link's queue */
#define ANSWERS_MAX (64 * 1024 * 1024) /* what a link keeps for who does not read */
#define ROWS_COUNT  20000              /* pending rows: more than its rest */

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
	struct liar liar;
	unsigned rows[T_COUNT];
	unsigned char before[T_COUNT][MAX_ROW]; /* the one row of each table */
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

static void flush_out(void)
{
	send(w->fd, w->liar.out.data, w->liar.out.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	buf_free(&w->liar.out);
}

static void say_set(enum msg_type type, uint32_t id, const char *field, const char *value)
{
	struct change c = {.source = SOURCE_CTL, .who = "root"};
	struct change_op *op = change_add(&c, OP_SET, T_REAL_SERVER, &w->rs);
	struct buf b = {0};

	TEXT_COPY(op->field, field);
	TEXT_COPY(op->value, value);
	wire_put_change(&b, &c);
	liar_say(&w->liar, type, id, &b);
	buf_free(&b);
	change_free(&c);
}

static void connect_without_greeting(void)
{
	int fd[2];

	socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fd);
	if (w->fd >= 0)
		close(w->fd);
	w->fd = fd[1];
	w->agent.link =
	    link_open(w->d.loop, fd[0], ROLE_MAIN, ROLE_AGENT, w->d.live, &agent_ops, NULL);
}

static void connect_agent(void)
{
	connect_without_greeting();
	liar_hello(&w->liar, ROLE_AGENT, schema_hash());
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

static void put_vrrp_rows(struct store *s)
{
	struct vrrp_instance_row vi;
	struct vrrp_address_row va;

	row_init(T_VRRP_INSTANCE, &vi);
	TEXT_COPY(vi.name, "VI_1");
	TEXT_COPY(vi.interface, "eth0");
	TEXT_COPY(vi.auth_pass, "secret");
	store_put(s, T_VRRP_INSTANCE, &vi, F_WANTED, NULL);
	row_init(T_VRRP_ADDRESS, &va);
	TEXT_COPY(va.instance, "VI_1");
	TEXT_COPY(va.address, "192.0.2.1");
	addr_parse("192.0.2.1", &va.addr);
	store_put(s, T_VRRP_ADDRESS, &va, F_WANTED, NULL);
}

static void put_rows(struct store *s)
{
	row_init(T_VIRTUAL_SERVER, &w->vs);
	w->vs.name = "192.0.2.1:80/tcp";
	TEXT_COPY(w->vs.scheduler, "rr");
	addr_parse("192.0.2.1", &w->vs.addr);
	w->vs.port = 80;
	w->vs.protocol = LVS_TCP;
	store_put(s, T_VIRTUAL_SERVER, &w->vs, F_WANTED, NULL);
	row_init(T_REAL_SERVER, &w->rs);
	w->rs.vs = w->vs.name;
	w->rs.name = "10.0.0.1:80";
	addr_parse("10.0.0.1", &w->rs.addr);
	w->rs.port = 80;
	store_put(s, T_REAL_SERVER, &w->rs, F_WANTED, NULL);
	put_vrrp_rows(s);
}

/* What an agent may not change is compared with this. */
static void remember(void)
{
	for (int t = 0; t < T_COUNT; t++) {
		const struct table *tab = schema_table((enum table_id)t);

		w->rows[t] = (unsigned)store_count(w->d.live, tab->id);
		if (!w->rows[t])
			continue;
		memcpy(w->before[t], store_at(w->d.live, tab->id, 0), tab->row_size);
		row_hold(tab->id, w->before[t]); /* rows may go meanwhile */
	}
}

static int setup(void **state)
{
	(void)state;
	w = calloc(1, sizeof(*w));
	w->fd = -1;
	w->liar.random = 1;
	TEXT_COPY(w->dir, "/tmp/halvard-trust-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	log_init(&(struct log_options){.ident = "main", .levels.rest = LOG_LV_ERR});
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
	w->liar.known = w->d.live;
	remember();
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
	for (int t = 0; t < T_COUNT; t++)
		if (w->rows[t])
			row_drop((enum table_id)t, w->before[t]);
	link_close(w->agent.link);
	link_close(w->d.links[ROLE_LVS]);
	link_close(w->lvs);
	close(w->fd);
	jobs_free(w->d.jobs);
	changelog_free(w->d.changelog);
	own_free(&w->d);
	overlay_free(w->d.overlay);
	store_free(w->d.file);
	store_free(w->d.wanted);
	store_free(w->d.live);
	store_free(w->d.departed);
	store_free(w->lvs_store);
	loop_free(w->d.loop);
	snprintf(path, sizeof(path), "%s/overlay", w->dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/changes", w->dir);
	unlink(path);
	rmdir(w->dir);
	free(w);
	return 0;
}

/* ---- the fuzzer ------------------------------------------------------------- */

static void drain(void)
{
	char heard[WIRE_DATAGRAM];

	while (recv(w->fd, heard, sizeof(heard), MSG_DONTWAIT) > 0)
		;
}

/* What differs from before and is not SNMP's to set, nor main's note of who set it. */
static bool only_settable_differs(enum table_id t)
{
	const struct table *tab = schema_table(t);
	const void *after = store_at(w->d.live, t, 0);
	char a[TEXT_MAX], b[TEXT_MAX];

	for (unsigned i = 0; i < tab->nfields; i++) {
		const struct field *f = &tab->fields[i];

		if (f->flags & (F_SNMP | F_MAIN) && !(f->flags & F_EXEC))
			continue;
		field_text_secret(f, w->before[t], a, sizeof(a));
		field_text_secret(f, after, b, sizeof(b));
		if (strcmp(a, b) != 0) {
			print_message("%s.%s: %s -> %s\n", tab->name, f->name, a, b);
			return false;
		}
	}
	return true;
}

/* Whose rows SNMP may make and take away, and what is part of them. */
static bool comes_and_goes(enum table_id t)
{
	return config_may_create(t) || t == T_CHECKER || t == T_CHECK_URL;
}

static bool is_another(enum table_id t)
{
	const void *after = store_at(w->d.live, t, 0);

	return !w->rows[t] || !after || row_key_cmp(t, w->before[t], after) != 0;
}

/* The change log and main's own notes go on. */
static void nothing_else_has_changed(void)
{
	for (int i = 0; i < T_COUNT; i++) {
		enum table_id t = (enum table_id)i;

		if (t == T_CHANGE_LOG || t == T_GLOBAL || t == T_OVERLAY)
			continue;
		if (comes_and_goes(t) && is_another(t))
			continue;
		assert_true(comes_and_goes(t) || store_count(w->d.live, t) == w->rows[t]);
		assert_true(!w->rows[t] || only_settable_differs(t));
	}
}

/* It may have been taken away: by RowStatus that is allowed. */
static void make_server_again(void)
{
	const struct virtual_server_row vs = {.name = w->rs.vs};
	struct change c = {0};
	struct buf b = {0};

	if (store_find(w->d.live, T_REAL_SERVER, &w->rs))
		return;
	if (!store_find(w->d.live, T_VIRTUAL_SERVER, &vs))
		change_add(&c, OP_ADD, T_VIRTUAL_SERVER, &vs);
	change_add(&c, OP_ADD, T_REAL_SERVER, &w->rs);
	wire_put_change(&b, &c);
	liar_say(&w->liar, MSG_TXN_RUN, 2, &b);
	buf_free(&b);
	change_free(&c);
	flush_out();
	for (int i = 0; i < 5; i++)
		pump();
}

static void honest_agent_is_served(void)
{
	const struct real_server_row *rs;

	link_close(w->agent.link);
	jobs_client_gone(&w->agent);
	connect_agent();
	make_server_again();
	say_set(MSG_TXN_RUN, 1, "weight", "77");
	flush_out();
	for (int i = 0; i < 5; i++)
		pump();
	rs = store_find(w->d.live, T_REAL_SERVER, &w->rs);
	assert_non_null(rs);
	assert_int_equal(rs->weight, 77);
}

static void a_lying_agent_changes_nothing_else(void **state)
{
	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		for (unsigned n = 1 + liar_below(&w->liar, 4); n > 0; n--)
			liar_lie(&w->liar);
		liar_mangle(&w->liar);
		flush_out();
		pump();
		drain();
		if (!w->agent.link)
			connect_agent();
		nothing_else_has_changed();
	}
	for (int type = 1; type < MSG_TYPE_MAX; type++)
		assert_true(w->liar.said[type] > 10);
	assert_true(w->downs > 100); /* it did lie */
	honest_agent_is_served();    /* and what was no offence has cost nothing */
}

/* ---- every message, cut and changed at every octet ---------------------------- */

/* A message of the type as the liar would say it, of a size that can be gone through. */
static struct buf sample(enum msg_type type)
{
	struct cursor c;
	struct msg m;

	for (;;) {
		liar_lie(&w->liar);
		c = cursor_over(w->liar.out.data, w->liar.out.len);
		if (w->liar.out.len < 400 && wire_next(&c, &m) == 1 && m.type == type) {
			struct buf b = w->liar.out;

			w->liar.out = (struct buf){0};
			return b;
		}
		buf_free(&w->liar.out);
	}
}

/* To a fresh link that has greeted. */
static void try(const struct buf *message)
{
	if (w->agent.link) {
		link_close(w->agent.link);
		jobs_client_gone(&w->agent);
	}
	connect_agent();
	buf_add(&w->liar.out, message->data, message->len);
	flush_out();
	pump();
	nothing_else_has_changed();
}

static void try_cut(const struct buf *message)
{
	for (size_t len = WIRE_HEADER; len < message->len; len++) {
		struct buf b = {0};

		buf_add(&b, message->data, len);
		wire_end(&b, WIRE_HEADER);
		try(&b);
		buf_free(&b);
	}
}

static void try_changed(const struct buf *message)
{
	static const unsigned char masks[] = {0x01, 0x80, 0xff};

	for (size_t at = 0; at < message->len; at++) {
		for (unsigned i = 0; i < sizeof(masks); i++) {
			message->data[at] ^= masks[i];
			try(message);
			message->data[at] ^= masks[i];
		}
	}
}

static void every_message_may_be_mangled_anywhere(void **state)
{
	(void)state;
	for (int type = 1; type < MSG_TYPE_MAX; type++) {
		struct buf message = sample((enum msg_type)type);

		try(&message);
		try_cut(&message);
		try_changed(&message);
		buf_free(&message);
	}
	honest_agent_is_served();
}

/* ---- greetings ------------------------------------------------------------------ */

/* A link that has greeted with this; nothing but main's own greeting was said to it. */
static void is_turned_away(enum role as, uint64_t hash)
{
	unsigned downs = w->downs;
	char heard[WIRE_DATAGRAM];
	struct cursor c;
	struct msg m;
	ssize_t n;

	link_close(w->agent.link);
	jobs_client_gone(&w->agent);
	connect_without_greeting();
	liar_hello(&w->liar, as, hash);
	flush_out();
	pump();
	assert_int_equal(w->downs, downs + 1);
	assert_null(w->agent.link);
	n = recv(w->fd, heard, sizeof(heard), MSG_DONTWAIT);
	assert_true(n > 0);
	c = cursor_over(heard, (size_t)n);
	assert_int_equal(wire_next(&c, &m), 1);
	assert_int_equal(m.type, MSG_HELLO);
	assert_int_equal(wire_next(&c, &m), 0);
	assert_true(recv(w->fd, heard, sizeof(heard), MSG_DONTWAIT) <= 0);
}

static void a_stranger_learns_nothing(void **state)
{
	(void)state;
	is_turned_away(ROLE_AGENT, schema_hash() + 1);
	is_turned_away(ROLE_LVS, schema_hash());
	is_turned_away(ROLE_CTL, schema_hash());
	is_turned_away(ROLE_MAIN, schema_hash());
}

static void a_second_snapshot_is_an_offence(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		liar_say(&w->liar, MSG_SNAPSHOT, 0, NULL);
		liar_say(&w->liar, MSG_SNAPSHOT_END, 0, NULL);
		flush_out();
		pump();
		assert_int_equal(w->downs, i);
	}
}

/* ---- datagrams -------------------------------------------------------------------- */

/* Of whole messages, so that what fits of it would be none the worse. */
static void an_oversized_datagram_ends_the_link(void **state)
{
	struct buf four = {0};

	(void)state;
	buf_u32(&four, 0);
	while (w->liar.out.len <= WIRE_DATAGRAM)
		liar_say(&w->liar, MSG_LINES, 0, &four);
	assert_int_equal(WIRE_DATAGRAM % (WIRE_HEADER + four.len), 0);
	buf_free(&four);
	flush_out();
	pump();
	assert_int_equal(w->downs, 1);
	assert_null(w->agent.link);
}

static unsigned open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

/* Descriptors that come with a message go at once: the pipe has no writer then. */
static void descriptors_are_not_taken(void **state)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr head;
	} control = {{0}};
	unsigned before = open_files();
	struct iovec iov;
	struct msghdr h = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = control.room,
			   .msg_controllen = sizeof(control.room)};
	int p[2];
	char c;

	(void)state;
	assert_int_equal(pipe(p), 0);
	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.head), &p[1], sizeof(int));
	liar_say(&w->liar, MSG_BARRIER, 1, NULL);
	iov = (struct iovec){.iov_base = w->liar.out.data, .iov_len = w->liar.out.len};
	assert_true(sendmsg(w->fd, &h, MSG_DONTWAIT) > 0);
	buf_free(&w->liar.out);
	close(p[1]);
	pump();
	assert_non_null(w->agent.link);
	assert_int_equal(read(p[0], &c, 1), 0);
	close(p[0]);
	assert_int_equal(open_files(), before);
}

/* ---- what must not cost memory --------------------------------------------- */

static void a_snapshot_without_end_is_not_kept(void **state)
{
	struct real_server_row r = w->rs;
	char name[NAME_RS];
	size_t before;

	(void)state;
	liar_say(&w->liar, MSG_SNAPSHOT, 0, NULL);
	flush_out();
	pump();
	before = mallinfo2().uordblks;
	for (unsigned i = 0; i < 5000; i++) {
		struct buf b = {0};

		r.name = name;
		snprintf(name, sizeof(name), "10.1.%u.%u:80", i / 256, i % 256);
		wire_put_row(&b, T_REAL_SERVER, &r, (struct fieldset){{0}});
		liar_say(&w->liar, MSG_ROW, 0, &b);
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
		link_send(l, MSG_LINES, 0, &b);
	buf_free(&b);
}

/* Rows that go with the next message and are more than the queue takes. */
static void pend(void)
{
	struct real_server_row r = w->rs;
	char name[NAME_RS];

	r.name = name;
	for (unsigned i = 0; i < ROWS_COUNT; i++) {
		snprintf(name, sizeof(name), "10.%03u.%03u.1:80", i / 256, i % 256);
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
	liar_say(&w->liar, MSG_TXN_UNDO, 7, NULL);
	flush_out();
	link_pump(w->agent.link, 1000);
	assert_int_equal(w->downs, 1);
	assert_null(w->agent.link);
	assert_int_equal(
	    ((const struct real_server_row *)store_find(w->d.wanted, T_REAL_SERVER, &w->rs))
		->weight,
	    w->rs.weight);
}

/* It asks and asks: the answers are kept for it up to a limit, and then it goes. */
static void one_who_asks_and_never_reads(void **state)
{
	size_t before = mallinfo2().uordblks;

	(void)state;
	for (int i = 0; i < 100000 && w->agent.link; i++) {
		for (int k = 0; k < 5000; k++)
			liar_say(&w->liar, MSG_BARRIER, (uint32_t)k, NULL);
		flush_out();
		link_pump(w->agent.link, 1000);
		assert_true(mallinfo2().uordblks < before + ANSWERS_MAX + ANSWERS_MAX / 4);
	}
	assert_int_equal(w->downs, 1);
	assert_null(w->agent.link);
	assert_true(mallinfo2().uordblks < before + 1000000);
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
	    cmocka_unit_test_setup_teardown(every_message_may_be_mangled_anywhere, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_stranger_learns_nothing, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_second_snapshot_is_an_offence, setup, teardown),
	    cmocka_unit_test_setup_teardown(an_oversized_datagram_ends_the_link, setup, teardown),
	    cmocka_unit_test_setup_teardown(descriptors_are_not_taken, setup, teardown),
	    cmocka_unit_test_setup_teardown(one_who_asks_and_never_reads, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_snapshot_without_end_is_not_kept, setup, teardown),
	    cmocka_unit_test_setup_teardown(an_undo_whose_answer_is_not_read, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_worker_that_does_not_read, setup, teardown),
	    cmocka_unit_test_setup_teardown(what_is_executed_comes_from_the_file_only, setup,
					    teardown),
	};

	return cmocka_run_group_tests_name("trust", tests, NULL, NULL);
}
