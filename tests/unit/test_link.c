/* ipc: two roles over a socket pair in one process; hostile bytes. */
#include "base/text.h"
#include "ipc/link.h"
#include "model/rows.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct side {
	struct store *store;
	struct link *link;
	unsigned ups, rows, gone, messages, downs;
	uint32_t last_id;
	uint32_t first_weight; /* of the first server, when the last message came */
	char why[64];
};

static void on_up(void *arg)
{
	((struct side *)arg)->ups++;
}

static void on_row(void *arg, enum table_id t, const void *row, const struct fieldset *changed,
		   const void *old)
{
	(void)t;
	(void)row;
	(void)changed;
	(void)old;
	((struct side *)arg)->rows++;
}

static void on_gone(void *arg, enum table_id t, const void *row)
{
	(void)t;
	(void)row;
	((struct side *)arg)->gone++;
}

static void on_message(void *arg, struct msg *m, struct mono now)
{
	struct side *s = arg;

	(void)now;
	s->messages++;
	s->last_id = m->id;
	if (store_count(s->store, T_REAL_SERVER))
		s->first_weight =
		    ((const struct real_server_row *)store_at(s->store, T_REAL_SERVER, 0))->weight;
}

static void on_down(void *arg, const char *why)
{
	struct side *s = arg;

	s->downs++;
	TEXT_COPY(s->why, why);
}

static const struct link_ops ops = {on_up, on_row, on_gone, on_message, on_down};

struct pair {
	struct loop *loop;
	struct side a, b; /* a: main, b: lvs unless said otherwise */
};

static void settle(struct pair *p)
{
	for (int i = 0; i < 20; i++) {
		if (p->a.link && !p->a.downs)
			link_pump(p->a.link, 1);
		if (p->b.link && !p->b.downs)
			link_pump(p->b.link, 1);
	}
}

static void connect_roles(struct pair *p, enum role me, enum role peer)
{
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd), 0);
	p->a.link = link_open(p->loop, fd[0], me, peer, p->a.store, &ops, &p->a);
	p->b.link = link_open(p->loop, fd[1], peer, me, p->b.store, &ops, &p->b);
	settle(p);
}

static void disconnect(struct pair *p)
{
	link_close(p->a.link);
	link_close(p->b.link);
	p->a.link = p->b.link = NULL;
	p->a.downs = p->b.downs = 0;
}

static int setup(void **state)
{
	struct pair *p = calloc(1, sizeof(*p));

	p->loop = loop_new();
	p->a.store = store_new();
	p->b.store = store_new();
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct pair *p = *state;

	disconnect(p);
	store_free(p->a.store);
	store_free(p->b.store);
	loop_free(p->loop);
	free(p);
	return 0;
}

static struct real_server_row server(uint32_t weight)
{
	struct real_server_row r;

	row_init(T_REAL_SERVER, &r);
	r.vs = "192.0.2.1:80/tcp";
	r.name = "10.0.0.1:80";
	r.weight = weight;
	return r;
}

static const struct real_server_row *found(struct store *s)
{
	struct real_server_row key = server(0);

	return store_find(s, T_REAL_SERVER, &key);
}

static void rows_go_down_and_state_comes_up(void **state)
{
	struct pair *p = *state;
	struct real_server_row r = server(300);

	store_put(p->a.store, T_REAL_SERVER, &r, F_WANTED, NULL);
	connect_roles(p, ROLE_MAIN, ROLE_LVS);
	assert_int_equal(p->a.ups, 1);
	assert_int_equal(p->b.ups, 1);
	assert_int_equal(found(p->b.store)->weight, 300);
	r.oper_state = RS_UP;
	r.weight = 1; /* not lvs's to say: must not travel */
	store_put(p->b.store, T_REAL_SERVER, &r, F_SEEN, NULL);
	settle(p);
	assert_int_equal(found(p->a.store)->oper_state, RS_UP);
	assert_int_equal(found(p->a.store)->weight, 300);
	store_del(p->a.store, T_REAL_SERVER, &r);
	settle(p);
	assert_null(found(p->b.store));
	assert_int_equal(p->b.gone, 1);
}

/* What a peer has said is not said to it again: of ten thousand rows that would be half the work.
 */
static void nothing_is_echoed(void **state)
{
	struct pair *p = *state;
	struct real_server_row r = server(300);
	char data[4096];

	connect_roles(p, ROLE_MAIN, ROLE_LVS);
	store_put(p->a.store, T_REAL_SERVER, &r, F_WANTED, NULL);
	link_pump(p->a.link, 1);
	for (int i = 0; i < 3; i++)
		link_pump(p->b.link, 1);
	assert_int_equal(found(p->b.store)->weight, 300);
	assert_true(recv(link_fd(p->a.link), data, sizeof(data), MSG_DONTWAIT) < 0);
	r.oper_state = RS_UP;
	store_put(p->b.store, T_REAL_SERVER, &r, F_SEEN, NULL);
	link_pump(p->b.link, 1);
	assert_true(recv(link_fd(p->a.link), data, sizeof(data), MSG_DONTWAIT) > 0);
}

static void a_new_worker_inherits_state_and_a_running_one_keeps_it(void **state)
{
	struct pair *p = *state;
	struct real_server_row r = server(1);

	r.oper_state = RS_DOWN;
	store_put(p->a.store, T_REAL_SERVER, &r, F_WANTED | F_SEEN, NULL);
	connect_roles(p, ROLE_MAIN, ROLE_LVS);
	assert_int_equal(found(p->b.store)->oper_state, RS_DOWN);
	disconnect(p);
	store_del(p->a.store, T_REAL_SERVER, &r); /* main restarts and knows the file only */
	r.oper_state = RS_CHECKING;
	store_put(p->a.store, T_REAL_SERVER, &r, F_WANTED, NULL);
	connect_roles(p, ROLE_MAIN, ROLE_LVS);
	assert_int_equal(found(p->b.store)->oper_state, RS_DOWN);
	assert_int_equal(found(p->a.store)->oper_state, RS_DOWN);
}

static void rows_that_main_forgot_go_with_its_next_snapshot(void **state)
{
	struct pair *p = *state;
	struct real_server_row r = server(1);

	store_put(p->a.store, T_REAL_SERVER, &r, F_WANTED, NULL);
	connect_roles(p, ROLE_MAIN, ROLE_LVS);
	disconnect(p);
	store_del(p->a.store, T_REAL_SERVER, &r);
	connect_roles(p, ROLE_MAIN, ROLE_LVS);
	assert_null(found(p->b.store));
	assert_int_equal(p->b.gone, 1);
}

static void a_secret_reaches_its_worker_only(void **state)
{
	struct pair *p = *state;
	struct vrrp_instance_row r;
	const struct vrrp_instance_row *there;

	row_init(T_VRRP_INSTANCE, &r);
	TEXT_COPY(r.name, "VI_1");
	TEXT_COPY(r.interface, "eth0");
	TEXT_COPY(r.auth_pass, "1111");
	store_put(p->a.store, T_VRRP_INSTANCE, &r, F_WANTED, NULL);
	connect_roles(p, ROLE_MAIN, ROLE_AGENT);
	there = store_find(p->b.store, T_VRRP_INSTANCE, &r);
	assert_string_equal(there->interface, "eth0");
	assert_string_equal(there->auth_pass, "");
	disconnect(p);
	store_del(p->b.store, T_VRRP_INSTANCE, &r);
	connect_roles(p, ROLE_MAIN, ROLE_VRRP);
	there = store_find(p->b.store, T_VRRP_INSTANCE, &r);
	assert_string_equal(there->auth_pass, "1111");
}

static const char *user_told_to(struct pair *p, enum role role)
{
	struct exec_row r;

	row_init(T_EXEC, &r);
	TEXT_COPY(r.script_user, "alice");
	r.enable_script_security = true;
	store_put(p->a.store, T_EXEC, &r, F_WANTED, NULL);
	connect_roles(p, ROLE_MAIN, role);
	return ((const struct exec_row *)store_single(p->b.store, T_EXEC))->script_user;
}

static void what_is_executed_is_told_to_exec_only(void **state)
{
	struct pair *p = *state;

	assert_string_equal(user_told_to(p, ROLE_AGENT), "");
	assert_true(
	    ((const struct exec_row *)store_single(p->b.store, T_EXEC))->enable_script_security);
	disconnect(p);
	assert_string_equal(user_told_to(p, ROLE_CTL), "");
	disconnect(p);
	assert_string_equal(user_told_to(p, ROLE_VRRP), "");
	disconnect(p);
	assert_string_equal(user_told_to(p, ROLE_EXEC), "alice");
}

/* States are what scripts are run for; exec writes none of them. */
static void exec_hears_of_states(void **state)
{
	struct pair *p = *state;
	struct vrrp_instance_row r;
	const struct vrrp_instance_row *there;

	row_init(T_VRRP_INSTANCE, &r);
	TEXT_COPY(r.name, "VI_1");
	TEXT_COPY(r.interface, "eth0");
	TEXT_COPY(r.auth_pass, "1111");
	r.state = VRRP_MASTER;
	store_put(p->a.store, T_VRRP_INSTANCE, &r, F_WANTED | F_SEEN, NULL);
	connect_roles(p, ROLE_MAIN, ROLE_EXEC);
	there = store_find(p->b.store, T_VRRP_INSTANCE, &r);
	assert_int_equal(there->state, VRRP_MASTER);
	assert_string_equal(there->auth_pass, "");
	r.state = VRRP_BACKUP;
	store_put(p->b.store, T_VRRP_INSTANCE, &r, F_SEEN, NULL);
	settle(p);
	there = store_find(p->a.store, T_VRRP_INSTANCE, &r);
	assert_int_equal(there->state, VRRP_MASTER);
}

static void a_barrier_comes_behind_the_rows(void **state)
{
	struct pair *p = *state;
	struct real_server_row r = server(1);

	connect_roles(p, ROLE_MAIN, ROLE_LVS);
	store_put(p->a.store, T_REAL_SERVER, &r, F_WANTED, NULL);
	link_send(p->a.link, MSG_BARRIER, 42, NULL);
	while (link_pump(p->b.link, 100) && !p->b.messages)
		;
	assert_int_equal(p->b.last_id, 42);
	assert_non_null(found(p->b.store));
}

static void a_value_goes_back_to_its_default(void **state)
{
	struct pair *p = *state;
	struct real_server_row r = server(300);

	r.admin_reason = "a note";
	store_put(p->a.store, T_REAL_SERVER, &r, F_WANTED, NULL);
	connect_roles(p, ROLE_MAIN, ROLE_LVS);
	disconnect(p);
	r = server(1);
	store_put(p->a.store, T_REAL_SERVER, &r, F_WANTED, NULL);
	connect_roles(p, ROLE_MAIN, ROLE_LVS);
	assert_int_equal(found(p->b.store)->weight, 1);
	assert_string_equal(found(p->b.store)->admin_reason, "");
	r = server(2);
	store_put(p->a.store, T_REAL_SERVER, &r, F_WANTED, NULL);
	settle(p);
	r = server(1);
	store_put(p->a.store, T_REAL_SERVER, &r, F_WANTED, NULL);
	settle(p);
	assert_int_equal(found(p->b.store)->weight, 1);
}

static void a_field_without_default_must_be_told(void **state)
{
	struct virtual_server_row v; /* a scheduler has at least one letter */
	struct fieldset set = {{0}};
	struct buf b = {0};
	unsigned char row[MAX_ROW];
	enum table_id t;
	struct cursor c;

	(void)state;
	row_init(T_VIRTUAL_SERVER, &v);
	v.name = "192.0.2.1:80/tcp";
	fieldset_add(&set, field_index(schema_table(T_VIRTUAL_SERVER),
				       schema_field(T_VIRTUAL_SERVER, "scheduler")));
	wire_put_row(&b, T_VIRTUAL_SERVER, &v, set);
	c = cursor_over(b.data, b.len);
	assert_false(wire_get_row(&c, &t, row, &set));
	/* Now as if it were told to be the default. */
	memset(b.data + b.len - 2 - 16, 0, 16);
	c = cursor_over(b.data, b.len - 2);
	assert_false(wire_get_row(&c, &t, row, &set));
	buf_free(&b);
}

static void a_row_of_defaults_is_short(void **state)
{
	struct real_server_row r = server(1);
	struct buf b = {0};

	(void)state;
	wire_put_row(&b, T_REAL_SERVER, &r, fieldset_of(T_REAL_SERVER, F_WANTED | F_SEEN));
	assert_in_range(b.len, 32, 100);
	buf_free(&b);
}

static void put_numbered(struct store *s, unsigned number, uint32_t weight)
{
	struct real_server_row r = server(weight);
	char name[NAME_RS], note[TEXT_NOTE] = "";

	snprintf(name, sizeof(name), "10.0.%u.%u:80", number / 100 + 100, number % 100 + 100);
	memset(note, 'x', sizeof(note) - 1);
	r.name = name;
	r.admin_reason = note;
	store_put(s, T_REAL_SERVER, &r, F_WANTED, NULL);
}

static void delete_at(struct store *s, size_t i)
{
	store_del(s, T_REAL_SERVER, store_at(s, T_REAL_SERVER, i));
}

static void assert_same_servers(const struct store *a, const struct store *b)
{
	size_t n = store_count(a, T_REAL_SERVER);

	assert_int_equal(store_count(b, T_REAL_SERVER), n);
	for (size_t i = 0; i < n; i++) {
		struct fieldset d =
		    row_diff(T_REAL_SERVER, store_at(a, T_REAL_SERVER, i),
			     store_at(b, T_REAL_SERVER, i), fieldset_of(T_REAL_SERVER, ~0u));

		assert_true(fieldset_empty(&d));
	}
}

/* The socket holds less than the snapshot: rows change, go and come while it is on its way. */
static void rows_change_under_a_long_snapshot(void **state)
{
	enum { ROWS = 9900 };
	struct pair *p = *state;
	int fd[2];

	for (unsigned i = 1; i <= ROWS; i++)
		put_numbered(p->a.store, i, 1);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd), 0);
	p->a.link = link_open(p->loop, fd[0], ROLE_MAIN, ROLE_LVS, p->a.store, &ops, &p->a);
	p->b.link = link_open(p->loop, fd[1], ROLE_LVS, ROLE_MAIN, p->b.store, &ops, &p->b);
	link_pump(p->a.link, 1);
	assert_int_equal(poll(&(struct pollfd){.fd = fd[0], .events = POLLOUT}, 1, 0), 0);
	put_numbered(p->a.store, 10, 2);
	put_numbered(p->a.store, ROWS - 10, 2);
	delete_at(p->a.store, ROWS - 20);
	delete_at(p->a.store, 20);
	put_numbered(p->a.store, 0, 3);
	put_numbered(p->a.store, ROWS + 1, 3);
	link_send(p->a.link, MSG_BARRIER, 42, NULL);
	put_numbered(p->a.store, ROWS + 2, 4); /* may come before the barrier or behind it */
	settle(p);
	assert_int_equal(p->b.ups, 1);
	assert_int_equal(p->b.last_id, 42);
	assert_int_equal(p->b.first_weight, 3);
	assert_same_servers(p->a.store, p->b.store);
}

/* Sends rows of `table` with one named field as `role` would not be allowed to. */
static void forge(struct pair *p, enum role peer, enum table_id t, const void *row,
		  const char *field)
{
	struct buf b = {0};
	struct fieldset set = {{0}};

	connect_roles(p, ROLE_MAIN, peer);
	fieldset_add(&set, field_index(schema_table(t), schema_field(t, field)));
	wire_put_row(&b, t, row, set);
	link_send(p->b.link, MSG_ROW, 0, &b);
	buf_free(&b);
	settle(p);
}

static void a_peer_may_tell_only_its_own(void **state)
{
	struct pair *p = *state;
	struct real_server_row r = server(7);

	store_put(p->a.store, T_REAL_SERVER, &r, F_WANTED, NULL);
	forge(p, ROLE_LVS, T_REAL_SERVER, &r, "weight");
	assert_int_equal(p->a.downs, 1);
	assert_non_null(strstr(p->a.why, "may not"));
	disconnect(p);
	forge(p, ROLE_AGENT, T_REAL_SERVER, &r, "oper_state");
	assert_int_equal(p->a.downs, 1);
	disconnect(p);
	forge(p, ROLE_LVS, T_REAL_SERVER, &r, "changed_by");
	assert_int_equal(p->a.downs, 1);
}

static void mangled_datagrams_end_the_link_and_nothing_else(void **state)
{
	struct pair *p = *state;
	struct real_server_row r = server(7);
	struct buf good = {0};
	size_t at = wire_begin(&good, MSG_ROW, 0);

	r.oper_state = RS_DOWN;
	r.reason_text = "refused";
	r.conns = 77;
	wire_put_row(&good, T_REAL_SERVER, &r, fieldset_of(T_REAL_SERVER, F_SEEN & ~F_MAIN));
	wire_end(&good, at);
	for (size_t i = 0; i < good.len; i++) {
		unsigned char saved = good.data[i];

		connect_roles(p, ROLE_MAIN, ROLE_LVS);
		good.data[i] = (unsigned char)(saved ^ 0xff);
		send(link_fd(p->b.link), good.data, good.len, 0);
		link_pump(p->a.link, 5);
		good.data[i] = saved;
		if (!p->a.downs) /* still well formed: it must be in order to go on */
			assert_true(link_is_up(p->a.link));
		disconnect(p);
	}
	for (size_t n = 1; n < good.len; n++) {
		connect_roles(p, ROLE_MAIN, ROLE_LVS);
		send(link_fd(p->b.link), good.data, n, 0);
		link_pump(p->a.link, 5);
		assert_int_equal(p->a.downs, 1);
		disconnect(p);
	}
	buf_free(&good);
}

static void a_change_survives_the_wire(void **state)
{
	struct change c = {.source = SOURCE_SNMP, .who = "snmp"}, back;
	struct real_server_row r = server(0);
	struct change_op *op = change_add(&c, OP_SET, T_REAL_SERVER, &r);
	struct buf b = {0};
	struct cursor cur;

	(void)state;
	TEXT_COPY(op->field, "weight");
	TEXT_COPY(op->value, "256");
	wire_put_change(&b, &c);
	cur = cursor_over(b.data, b.len);
	assert_true(wire_get_change(&cur, &back));
	assert_int_equal(back.nops, 1);
	assert_string_equal(back.ops[0].value, "256");
	assert_int_equal(row_key_cmp(T_REAL_SERVER, back.ops[0].key, &r), 0);
	change_free(&back);
	for (size_t n = 0; n < b.len; n++) {
		cur = cursor_over(b.data, n);
		assert_false(wire_get_change(&cur, &back));
	}
	change_free(&c);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(rows_go_down_and_state_comes_up, setup, teardown),
	    cmocka_unit_test_setup_teardown(nothing_is_echoed, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_new_worker_inherits_state_and_a_running_one_keeps_it,
					    setup, teardown),
	    cmocka_unit_test_setup_teardown(rows_that_main_forgot_go_with_its_next_snapshot, setup,
					    teardown),
	    cmocka_unit_test_setup_teardown(a_secret_reaches_its_worker_only, setup, teardown),
	    cmocka_unit_test_setup_teardown(what_is_executed_is_told_to_exec_only, setup, teardown),
	    cmocka_unit_test_setup_teardown(exec_hears_of_states, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_barrier_comes_behind_the_rows, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_value_goes_back_to_its_default, setup, teardown),
	    cmocka_unit_test(a_field_without_default_must_be_told),
	    cmocka_unit_test(a_row_of_defaults_is_short),
	    cmocka_unit_test_setup_teardown(rows_change_under_a_long_snapshot, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_peer_may_tell_only_its_own, setup, teardown),
	    cmocka_unit_test_setup_teardown(mangled_datagrams_end_the_link_and_nothing_else, setup,
					    teardown),
	    cmocka_unit_test(a_change_survives_the_wire),
	};

	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
