/*
 * lvs_engine: passes of the engine over a small kernel of our own: what a pass must put right for
 * services that it is not about, or that are no more.
 */
#include "lvs/engine.h"
#include "lvs/ipvs_whole.h"
#include "lvs/quiescent.h"

#include "base/log.h"
#include "base/text.h"
#include "model/rows.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- the kernel ------------------------------------------------------- */

static struct ipvs_table table;
static bool sysctl_set;

static int dump_services(void *arg, struct ipvs_table *ret)
{
	(void)arg;
	for (size_t i = 0; i < table.nentries; i++)
		ipvs_table_add(ret, &table.entries[i].service);
	return 0;
}

static uint32_t connections = 1; /* of each server: no drain ends */

static int dump_dests(void *arg, struct ipvs_entry *e)
{
	const struct ipvs_entry *have = ipvs_table_find(&table, &e->service.key);

	(void)arg;
	for (size_t i = 0; have && i < have->ndests; i++)
		ipvs_entry_add_counted(e, &have->dests[i],
				       &(struct ipvs_counts){.active = connections});
	return 0;
}

static int get_service(void *arg, const struct ipvs_service_key *k, struct ipvs_service *ret)
{
	const struct ipvs_entry *have = ipvs_table_find(&table, k);

	(void)arg;
	if (have)
		*ret = have->service;
	return have ? 0 : -ESRCH;
}

static int get_services(void *arg, const struct ipvs_table *keys, struct ipvs_table *ret)
{
	struct ipvs_service s;

	for (size_t i = 0; i < keys->nentries; i++)
		if (get_service(arg, &keys->entries[i].service.key, &s) == 0)
			ipvs_table_add(ret, &s);
	return 0;
}

static uint32_t weights[64]; /* as they were written */
static size_t nweights;
static struct loop *stop_at_full; /* when the weight 100 is written */

static void note_weight(const struct ipvs_op *op)
{
	if (op->kind != IPVS_NEW_DEST && op->kind != IPVS_SET_DEST)
		return;
	if (nweights < sizeof(weights) / sizeof(weights[0]))
		weights[nweights++] = op->dest.weight;
	if (stop_at_full && op->dest.weight == 100)
		loop_stop(stop_at_full);
}

static int write_op(void *arg, const struct ipvs_op *op)
{
	struct ipvs_entry *have = ipvs_table_find(&table, &op->service.key);

	(void)arg;
	note_weight(op);
	if (op->kind == IPVS_NEW_SERVICE)
		ipvs_table_insert(&table, &op->service);
	else if (!have)
		return -ESRCH;
	else if (op->kind == IPVS_SET_SERVICE)
		have->service = op->service;
	else if (op->kind == IPVS_DEL_SERVICE)
		ipvs_table_remove(&table, &op->service.key);
	else if (op->kind != IPVS_DEL_DEST)
		ipvs_entry_insert(have, &op->dest);
	else
		return -EOPNOTSUPP; /* nothing here takes a server out of a service that stays */
	return 0;
}

static void write_all(void *arg, const struct ipvs_op *ops, size_t n, int *results)
{
	for (size_t i = 0; i < n; i++)
		results[i] = write_op(arg, &ops[i]);
}

static const struct ipvs_port port = {.dump_services = dump_services,
				      .dump_dests = dump_dests,
				      .get_service = get_service,
				      .get_services = get_services,
				      .write = write_op,
				      .write_all = write_all};

int ipvs_kernel_open(struct ipvs_kernel **ret)
{
	*ret = (struct ipvs_kernel *)&table;
	return 0;
}

void ipvs_kernel_close(struct ipvs_kernel *k)
{
	(void)k;
}

const struct ipvs_port *ipvs_kernel_port(struct ipvs_kernel *k)
{
	(void)k;
	return &port;
}

int ipvs_kernel_info(struct ipvs_kernel *k, struct ipvs_info *ret)
{
	(void)k, (void)ret;
	return 0;
}

int ipvs_kernel_flush(struct ipvs_kernel *k)
{
	(void)k;
	return -ENOSYS;
}

/* Of no interest here: nothing asks for timeouts or daemons. */
void ipvs_whole_sync(struct ipvs_whole *w, struct ipvs_kernel *k, struct ipvs_row *r)
{
	(void)w, (void)k, (void)r;
}

bool ipvs_whole_look(struct ipvs_whole *w, const struct ipvs_row *r)
{
	(void)w, (void)r;
	return false;
}

void ipvs_whole_release(struct ipvs_whole *w, const struct ipvs_row *r)
{
	(void)w, (void)r;
}

void quiescent_need(struct quiescent *q, bool needed)
{
	(void)q;
	sysctl_set = needed;
}

/* ---- the rows --------------------------------------------------------- */

struct director {
	struct loop *loop;
	struct store *store;
	struct engine *engine;
	struct timer look;
};

static const char *const names[] = {"192.0.2.1:80/tcp", "192.0.2.2:80/tcp"};

static void add(struct director *d, enum table_id t, const void *row)
{
	engine_touch(d->engine, t, store_put(d->store, t, row, F_WANTED, NULL));
}

static void add_service(struct director *d, unsigned i)
{
	struct virtual_server_row vs;
	struct real_server_row rs;

	row_init(T_VIRTUAL_SERVER, &vs);
	vs.name = names[i];
	TEXT_COPY(vs.scheduler, "rr");
	vs.addr = addr_ipv4(0xc0000201 + i);
	vs.port = 80;
	vs.protocol = LVS_TCP;
	vs.persistence_timeout_s = 60;
	add(d, T_VIRTUAL_SERVER, &vs);
	row_init(T_REAL_SERVER, &rs);
	rs.vs = names[i];
	rs.name = "10.0.0.1:80";
	rs.addr = addr_ipv4(0x0a000001);
	rs.port = 80;
	add(d, T_REAL_SERVER, &rs);
}

static const struct real_server_row *server_of(const struct director *d, unsigned i)
{
	const char *const words[] = {names[i], "10.0.0.1:80"};

	return store_find_text(d->store, T_REAL_SERVER, words);
}

static const struct virtual_server_row *service_of(const struct director *d, unsigned i)
{
	const char *const words[] = {names[i]};

	return store_find_text(d->store, T_VIRTUAL_SERVER, words);
}

static void drain(struct director *d, unsigned i)
{
	struct real_server_row rs = *server_of(d, i);

	rs.admin_state = RS_DRAINING;
	add(d, T_REAL_SERVER, &rs);
}

static void remove_row(struct director *d, enum table_id t, const void *row)
{
	engine_forget(d->engine, t, row);
	assert_true(store_del(d->store, t, row));
}

static void remove_service(struct director *d, unsigned i)
{
	const char *const words[] = {names[i]};

	remove_row(d, T_REAL_SERVER, server_of(d, i));
	remove_row(d, T_VIRTUAL_SERVER, store_find_text(d->store, T_VIRTUAL_SERVER, words));
}

static void settle(struct director *d)
{
	char why[TEXT_MAX] = "";

	if (!engine_settle(d->engine, why))
		fail_msg("%s", why);
}

static void begin(struct director *d)
{
	d->loop = loop_new();
	d->store = store_new();
	d->engine = engine_new(d->loop, d->store);
	sysctl_set = false;
	add_service(d, 0);
	add_service(d, 1);
	engine_start(d->engine);
	settle(d);
	assert_int_equal(table.nentries, 2);
}

static void end(struct director *d)
{
	engine_free(d->engine);
	store_free(d->store);
	loop_free(d->loop);
	ipvs_table_free(&table);
}

/* ---- tests ------------------------------------------------------------ */

static void the_sysctl_is_put_back_when_the_last_drain_is_taken_back(void **state)
{
	struct director d;
	struct real_server_row rs;

	(void)state;
	begin(&d);
	assert_false(sysctl_set);
	drain(&d, 0);
	drain(&d, 1);
	settle(&d);
	assert_int_equal(server_of(&d, 0)->oper_state, RS_OPER_DRAINING);
	assert_true(sysctl_set);
	for (unsigned i = 0; i < 2; i++) {
		assert_true(sysctl_set);
		rs = *server_of(&d, i);
		rs.admin_state = RS_ENABLED;
		add(&d, T_REAL_SERVER, &rs);
		settle(&d);
	}
	assert_false(sysctl_set);
	end(&d);
}

static void the_sysctl_is_left_alone_where_that_is_set(void **state)
{
	struct director d;
	struct global_row g;

	(void)state;
	begin(&d);
	row_init(T_GLOBAL, &g);
	g.lvs_drain_persistent = false;
	engine_use_global(d.engine, &g);
	drain(&d, 0);
	settle(&d);
	assert_false(sysctl_set);
	g.lvs_drain_persistent = true;
	engine_use_global(d.engine, &g);
	settle(&d);
	assert_true(sysctl_set);
	end(&d);
}

static void a_drain_ends_with_its_virtual_server(void **state)
{
	struct director d;

	(void)state;
	begin(&d);
	drain(&d, 0);
	settle(&d);
	assert_true(sysctl_set);
	remove_service(&d, 0);
	settle(&d);
	assert_int_equal(table.nentries, 1);
	assert_false(sysctl_set);
	end(&d);
}

/* The statistics find what others did while something else was about to be looked at. */
static void drift_is_repaired_although_a_pass_is_due(void **state)
{
	struct director d;

	(void)state;
	begin(&d);
	settle(&d); /* the checks */
	ipvs_table_remove(&table, &table.entries[1].service.key);
	drain(&d, 0);
	engine_refresh(d.engine);
	settle(&d);
	assert_int_equal(table.nentries, 2);
	end(&d);
}

/* ---- statistics ------------------------------------------------------- */

static void statistics_are_read_when_somebody_asks(void **state)
{
	struct global_row g;
	struct director d;

	(void)state;
	begin(&d);
	settle(&d);
	engine_refresh(d.engine);
	assert_int_equal(server_of(&d, 0)->active_conns, 0);
	assert_int_equal(service_of(&d, 0)->stats_at.ns, 0);

	connections = 3;
	engine_ask_stats(d.engine);
	assert_int_equal(server_of(&d, 0)->active_conns, 3);
	assert_int_equal(service_of(&d, 0)->active_conns, 3);
	assert_true(service_of(&d, 0)->stats_at.ns > 0);

	/* they are fresh; and they are kept up for who has asked */
	connections = 4;
	engine_ask_stats(d.engine);
	assert_int_equal(server_of(&d, 0)->active_conns, 3);
	engine_refresh(d.engine);
	assert_int_equal(server_of(&d, 0)->active_conns, 4);

	/* they may be older when the file says so: then nobody reads them sooner */
	row_init(T_GLOBAL, &g);
	g.stats_update_interval_ms = 60000;
	engine_use_global(d.engine, &g);
	connections = 5;
	engine_ask_stats(d.engine);
	engine_refresh(d.engine);
	assert_int_equal(server_of(&d, 0)->active_conns, 4);
	connections = 1;
	end(&d);
}

/* ---- machines --------------------------------------------------------- */

/* As main says it of each of its servers. */
static void say_of_node(struct director *d, uint8_t state)
{
	for (unsigned i = 0; i < 2; i++) {
		struct real_server_row rs = *server_of(d, i);

		rs.node_admin = state;
		rs.node_drain_time_s = 7;
		engine_touch(d->engine, T_REAL_SERVER,
			     store_put(d->store, T_REAL_SERVER, &rs, F_MAIN, NULL));
	}
	settle(d);
}

static uint32_t weight_in(unsigned i)
{
	const struct ipvs_dest_key key = {.addr = addr_ipv4(0x0a000001), .port = 80};
	const struct ipvs_service_key service = {
	    .addr = addr_ipv4(0xc0000201 + i), .port = 80, .protocol = IPPROTO_TCP};
	const struct ipvs_dest *dest = ipvs_entry_find(ipvs_table_find(&table, &service), &key);

	return dest ? dest->weight : UINT32_MAX;
}

/* One word takes it out everywhere and leaves what was said of each server; the stricter counts. */
static void a_machine_is_out_everywhere(void **state)
{
	static const struct {
		uint8_t node, server, oper; /* of the second virtual server */
		uint32_t weight;
	} cases[] = {
	    {RS_DRAINING, RS_ENABLED, RS_OPER_DRAINING, 0},
	    {RS_DISABLED, RS_ENABLED, RS_OPER_DISABLED, 0},
	    {RS_ENABLED, RS_ENABLED, RS_UP, 1},
	    {RS_DRAINING, RS_DISABLED, RS_OPER_DISABLED, 0},
	    {RS_DISABLED, RS_DRAINING, RS_OPER_DISABLED, 0},
	    {RS_ENABLED, RS_DRAINING, RS_OPER_DRAINING, 0},
	};
	struct director d;

	(void)state;
	begin(&d);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct real_server_row rs = *server_of(&d, 1);

		rs.admin_state = cases[i].server;
		add(&d, T_REAL_SERVER, &rs);
		say_of_node(&d, cases[i].node);
		assert_int_equal(server_of(&d, 1)->oper_state, cases[i].oper);
		assert_int_equal(server_of(&d, 1)->admin_state, cases[i].server);
		assert_int_equal(weight_in(1), cases[i].weight);
		assert_int_equal(weight_in(0), cases[i].node == RS_ENABLED);
		assert_string_equal(server_of(&d, 0)->reason_text,
				    cases[i].node == RS_DRAINING   ? "node 10.0.0.1 is draining"
				    : cases[i].node == RS_DISABLED ? "node 10.0.0.1 is disabled"
								   : "");
		if (cases[i].node == RS_DRAINING)
			assert_int_equal(mono_diff(server_of(&d, 0)->drain_ends,
						   server_of(&d, 0)->drain_started),
					 7 * NS_PER_S);
	}
	end(&d);
}

/* ---- one check for all ------------------------------------------------- */

#define SERVICES 1000

static unsigned accepted;

static void on_connection(void *arg, int fd, int what, struct mono now)
{
	int got = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

	(void)what, (void)now;
	if (got >= 0)
		close(got);
	if (++accepted == 3)
		loop_stop(arg);
}

static int listen_again(uint16_t at)
{
	struct sockaddr_in sin = {.sin_family = AF_INET,
				  .sin_port = htons(at),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	assert_int_equal(listen(fd, SERVICES), 0);
	return fd;
}

static int listen_on(uint16_t *at)
{
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);
	int fd = listen_again(0);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
	*at = ntohs(sin.sin_port);
	return fd;
}

static void add_checked(struct director *d, unsigned i, uint16_t at)
{
	struct virtual_server_row vs;
	struct real_server_row rs;
	struct checker_row c;
	char name[NAME_VS];

	snprintf(name, sizeof(name), "198.51.%u.%u:80/tcp", i / 250, i % 250 + 1);
	row_init(T_VIRTUAL_SERVER, &vs);
	vs.name = name;
	TEXT_COPY(vs.scheduler, "rr");
	vs.addr = addr_ipv4(0xc6330001 + i / 250 * 256 + i % 250);
	vs.port = 80;
	vs.protocol = LVS_TCP;
	add(d, T_VIRTUAL_SERVER, &vs);
	row_init(T_REAL_SERVER, &rs);
	rs.vs = name;
	rs.name = "127.0.0.1:80";
	rs.addr = addr_ipv4(INADDR_LOOPBACK);
	rs.port = 80;
	add(d, T_REAL_SERVER, &rs);
	row_init(T_CHECKER, &c);
	c.vs = name;
	c.rs = rs.name;
	c.kind = CHECK_TCP;
	c.connect_addr = rs.addr;
	c.connect_port = at;
	c.delay_loop_ms = 50;
	c.warmup_ms = 0;
	add(d, T_CHECKER, &c);
}

/* Three connections come; had each virtual server its own, most would have seen none of them. */
static void a_thousand_virtual_servers_share_a_check(void **state)
{
	struct director d = {.loop = loop_new(), .store = store_new()};
	struct watch watch = {0};
	uint16_t at;
	int fd = listen_on(&at);

	(void)state;
	accepted = 0;
	d.engine = engine_new(d.loop, d.store);
	for (unsigned i = 0; i < SERVICES; i++)
		add_checked(&d, i, at);
	watch_start(&watch, d.loop, fd, WATCH_READ, on_connection, d.loop);
	engine_start(d.engine);
	loop_run(d.loop);
	assert_int_equal(store_count(d.store, T_CHECKER), SERVICES);
	engine_ask_stats(d.engine);
	STORE_EACH(d.store, T_CHECKER, struct checker_row, c)
	{
		assert_in_range(c->runs, 2, 3);
		assert_int_equal(c->state, CHECK_UP);
	}
	watch_stop(&watch);
	close(fd);
	end(&d);
}

/* ---- slow start --------------------------------------------------------- */

static const struct real_server_row *slow_server(const struct director *d)
{
	const char *const words[] = {"198.51.0.1:80/tcp", "127.0.0.1:80"};

	return store_find_text(d->store, T_REAL_SERVER, words);
}

static void look_for_end(void *arg, struct mono now)
{
	struct director *d = arg;

	(void)now;
	if (slow_server(d)->oper_state == RS_DOWN)
		loop_stop(d->loop);
	else
		timer_after(&d->look, 10 * NS_PER_MS);
}

/* It is down; when it is back it gets its weight in steps, each written once. */
static void a_server_that_is_back_starts_slowly(void **state)
{
	struct director d = {.loop = loop_new(), .store = store_new()};
	struct real_server_row rs;
	uint16_t at;
	int fd = listen_on(&at);

	(void)state;
	close(fd);
	d.engine = engine_new(d.loop, d.store);
	add_checked(&d, 0, at);
	rs = *slow_server(&d);
	rs.weight = 100;
	rs.slow_start_s = 2;
	rs.inhibit_on_failure = true;
	add(&d, T_REAL_SERVER, &rs);
	nweights = 0;
	engine_start(d.engine);
	timer_init(&d.look, d.loop, look_for_end, &d);
	timer_after(&d.look, 0);
	loop_run(d.loop);
	assert_int_equal(weights[0], 100); /* not at the start */
	nweights = 0;
	fd = listen_again(at);
	stop_at_full = d.loop;
	loop_run(d.loop);
	stop_at_full = NULL;
	assert_in_range(nweights, 4, 20);
	assert_in_range(weights[0], 5, 25);
	for (size_t i = 1; i < nweights; i++)
		assert_in_range(weights[i], weights[i - 1] + 1, 100);
	settle(&d);
	assert_int_equal(slow_server(&d)->ramp_percent, 100);
	assert_int_equal(slow_server(&d)->effective_weight, 100);
	timer_stop(&d.look);
	close(fd);
	end(&d);
}

int main(void)
{
	const struct log_options quiet = {.ident = "lvs_engine", .levels.rest = LOG_LV_ERR};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_sysctl_is_put_back_when_the_last_drain_is_taken_back),
	    cmocka_unit_test(the_sysctl_is_left_alone_where_that_is_set),
	    cmocka_unit_test(a_drain_ends_with_its_virtual_server),
	    cmocka_unit_test(drift_is_repaired_although_a_pass_is_due),
	    cmocka_unit_test(statistics_are_read_when_somebody_asks),
	    cmocka_unit_test(a_machine_is_out_everywhere),
	    cmocka_unit_test(a_thousand_virtual_servers_share_a_check),
	    cmocka_unit_test(a_server_that_is_back_starts_slowly),
	};

	log_init(&quiet);
	return cmocka_run_group_tests_name("lvs_engine", tests, NULL, NULL);
}
