/* Tables without a master: a filled replica, GET and GETNEXT of every column, the order of
 * whole walks, names that are no instances, and walks while rows come and go. */
#include "agent/table.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct value_clock clock_0 = {
    .now = {100 * NS_PER_S}, .uptime_zero = {NS_PER_S}, .confirmed = {99 * NS_PER_S}};

static void add_rs(struct store *s, const char *vs, const char *name, uint32_t weight)
{
	struct real_server_row r;

	row_init(T_REAL_SERVER, &r);
	r.vs = vs;
	r.name = name;
	r.weight = weight;
	store_put(s, T_REAL_SERVER, &r, ~0u, NULL);
}

static void del_rs(struct store *s, const char *vs, const char *name)
{
	struct real_server_row r = {0};

	r.vs = vs;
	r.name = name;
	assert_true(store_del(s, T_REAL_SERVER, &r));
}

static void add_named(struct store *s, enum table_id t, const char *first, const char *second)
{
	unsigned char row[MAX_ROW] __attribute__((aligned(16)));
	const struct table *def = schema_table(t);
	char why[TEXT_MAX];

	row_init(t, row);
	assert_true(field_parse(&def->fields[0], row, first, why));
	if (second)
		assert_true(field_parse(&def->fields[1], row, second, why));
	store_put(s, t, row, ~0u, NULL);
}

static void add_track(struct store *s, enum track_user by, const char *user, const char *object)
{
	struct track_row t;

	row_init(T_TRACK, &t);
	t.user_kind = (uint8_t)by;
	TEXT_COPY(t.user, user);
	TEXT_COPY(t.object, object);
	t.weight = -50;
	store_put(s, T_TRACK, &t, ~0u, NULL);
}

static void add_check(struct store *s, const char *vs, const char *rs, uint32_t number)
{
	struct checker_row c;

	row_init(T_CHECKER, &c);
	c.vs = vs;
	c.rs = rs;
	c.number = number;
	store_put(s, T_CHECKER, &c, ~0u, NULL);
}

static struct store *filled(void)
{
	struct store *s = store_new();
	struct change_log_row c;

	store_single(s, T_GLOBAL);
	store_single(s, T_AGENT);
	add_named(s, T_NODE, "10.0.0.1", NULL);
	add_named(s, T_PROCESS, "main", NULL);
	add_named(s, T_PROCESS, "lvs", NULL);
	add_named(s, T_VRRP_INSTANCE, "VI_1", NULL);
	add_named(s, T_VRRP_INSTANCE, "VI_10", NULL);
	add_named(s, T_VRRP_INSTANCE, "A", NULL);
	add_named(s, T_VRRP_ADDRESS, "VI_1", "192.168.1.200");
	add_named(s, T_VRRP_ADDRESS, "VI_1", "192.168.1.3");
	add_named(s, T_SYNC_GROUP, "VG_1", NULL);
	add_named(s, T_SYNC_MEMBER, "VG_1", "VI_1");
	add_named(s, T_SYNC_MEMBER, "VG_1", "VI_22");
	add_track(s, TRACK_BY_INSTANCE, "VI_1", "eth1");
	add_track(s, TRACK_BY_GROUP, "A", "eth0");
	add_named(s, T_VIRTUAL_SERVER, "192.168.1.200:80/tcp", NULL);
	add_named(s, T_VIRTUAL_SERVER, "fwmark:7", NULL);
	add_rs(s, "192.168.1.200:80/tcp", "192.168.1.11:80", 1);
	add_rs(s, "192.168.1.200:80/tcp", "192.168.1.9:80", 2);
	add_rs(s, "fwmark:7", "192.168.1.11:0", 3);
	store_single(s, T_IPVS);
	add_check(s, "192.168.1.200:80/tcp", "192.168.1.9:80", 10);
	add_check(s, "192.168.1.200:80/tcp", "192.168.1.9:80", 2);
	add_check(s, "fwmark:7", "192.168.1.11:0", 1);
	for (uint32_t i = 0; i < 3; i++) {
		row_init(T_CHANGE_LOG, &c);
		c.number = i ? UINT32_C(1000000) * i : 9;
		store_put(s, T_CHANGE_LOG, &c, ~0u, NULL);
	}
	return s;
}

static struct table_view view_of(const struct map_table *m, const struct store *s)
{
	struct table_view v;

	table_view_init(&v, m, s);
	return v;
}

/* The ASN type that each type of column must have. */
static const u_char asn_of[] = {
    [M_INTEGER] = ASN_INTEGER,     [M_TRUTH] = ASN_INTEGER,       [M_UNSIGNED32] = ASN_UNSIGNED,
    [M_GAUGE32] = ASN_GAUGE,       [M_COUNTER32] = ASN_COUNTER,   [M_COUNTER64] = ASN_COUNTER64,
    [M_STRING] = ASN_OCTET_STR,    [M_ADDR_TYPE] = ASN_INTEGER,   [M_ADDR] = ASN_OCTET_STR,
    [M_TIMESTAMP] = ASN_TIMETICKS, [M_AGE_MS] = ASN_GAUGE,        [M_DATE] = ASN_OCTET_STR,
    [M_REPLICA_AGE] = ASN_GAUGE,   [M_IPADDRESS] = ASN_IPADDRESS, [M_TICKS] = ASN_TIMETICKS,
    [M_ROW_STATUS] = ASN_INTEGER,
};

/* Walks a table; checks that names grow, that GET agrees with GETNEXT and that types are
 * exact. Returns the number of instances. */
static size_t walk_at(const struct table_view *v, const struct value_clock *clock)
{
	oid at[MAX_OID_LEN], next[MAX_OID_LEN];
	size_t len = v->root_len, next_len, n = 0;
	struct value value, again;

	memcpy(at, v->root, sizeof(at));
	while (table_next(v, at, len, false, clock, next, &next_len, &value)) {
		const struct map_column *c;
		const void *row;

		assert_true(snmp_oid_compare(at, len, next, next_len) < 0);
		assert_true(table_lookup(v, next, next_len, &c, &row));
		assert_int_equal(value.type, asn_of[c->type]);
		assert_int_equal(table_get(v, next, next_len, clock, &again), TABLE_FOUND);
		assert_int_equal(again.len, value.len);
		assert_memory_equal(&again.u, &value.u, value.len);
		memcpy(at, next, sizeof(at));
		len = next_len;
		n++;
	}
	return n;
}

static size_t walk(const struct table_view *v)
{
	return walk_at(v, &clock_0);
}

static size_t cells(const struct map_table *m, const struct store *s)
{
	struct value v;
	size_t n = 0;

	for (size_t i = 0; i < store_count(s, m->table); i++)
		for (size_t c = 0; c < m->ncolumns; c++)
			n += value_read(&m->columns[c], store_at(s, m->table, i), &clock_0, &v);
	return n;
}

static void test_walk_all(void **state)
{
	struct store *s = filled();

	(void)state;
	for (struct map_table *const *m = map_tables; *m; m++) {
		struct table_view v = view_of(*m, s);

		assert_true(store_count(s, (*m)->table) > 0);
		assert_int_equal(walk(&v), cells(*m, s));
	}
	store_free(s);
}

/* Numbers that are not in the order of the names. */
static void number_rows(struct store *s, enum table_id t)
{
	const struct field *f = schema_field(t, "snmp_index");
	struct fieldset one = {{0}};

	fieldset_add(&one, field_index(schema_table(t), f));
	for (size_t i = 0, n = store_count(s, t); i < n; i++) {
		unsigned char row[MAX_ROW];

		memcpy(row, store_at(s, t, i), schema_table(t)->row_size);
		field_put(f, row, n - i);
		store_put_set(s, t, row, one, NULL);
	}
}

/* Everything that can be tracked, by the first instance and the first group. */
static void put_tracks(struct store *s)
{
	const struct vrrp_instance_row *v = store_at(s, T_VRRP_INSTANCE, 0);
	const struct sync_group_row *g = store_at(s, T_SYNC_GROUP, 0);
	struct track_row t;

	for (int kind = TRACK_INTERFACE; kind <= TRACK_PROCESS; kind++)
		for (int user = TRACK_BY_INSTANCE; user <= TRACK_BY_GROUP; user++) {
			row_init(T_TRACK, &t);
			t.kind = (uint8_t)kind;
			t.user_kind = (uint8_t)user;
			TEXT_COPY(t.user, user == TRACK_BY_GROUP ? g->name : v->name);
			TEXT_COPY(t.object, "what");
			t.ifindex = 3;
			store_put(s, T_TRACK, &t, ~0u, NULL);
		}
}

static void put_routes(struct store *s)
{
	const struct vrrp_instance_row *v = store_at(s, T_VRRP_INSTANCE, 0);
	struct vrrp_route_row route;
	struct vrrp_rule_row rule;

	row_init(T_VRRP_ROUTE, &route);
	TEXT_COPY(route.instance, v->name);
	TEXT_COPY(route.name, "10.0.0.0/8");
	TEXT_COPY(
	    route.route,
	    "10.0.0.0/8 nexthop via 192.0.2.1 dev eth0 weight 2 nexthop via 192.0.2.2 dev eth0");
	store_put(s, T_VRRP_ROUTE, &route, ~0u, NULL);
	row_init(T_VRRP_RULE, &rule);
	TEXT_COPY(rule.instance, v->name);
	TEXT_COPY(rule.name, "100");
	TEXT_COPY(rule.rule, "from 192.0.2.0/24 table 7 preference 100");
	store_put(s, T_VRRP_RULE, &rule, ~0u, NULL);
}

static struct store *filled_for_others(void)
{
	static const enum table_id named[] = {T_VRRP_SCRIPT, T_TRACK_FILE, T_TRACK_PROCESS,
					      T_SERVER_GROUP, T_MAIL_RECIPIENT};
	struct store *s = filled();
	struct ipvs_row ipvs;

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		unsigned char row[MAX_ROW];
		char why[TEXT_MAX];

		row_init(named[i], row);
		assert_true(field_parse(&schema_table(named[i])->fields[0], row, "one", why));
		store_put(s, named[i], row, ~0u, NULL);
	}
	store_put(
	    s, T_SERVER_GROUP_MEMBER,
	    &(struct server_group_member_row){.group = "one", .name = "fwmark:7", .fwmark = 7}, ~0u,
	    NULL);
	put_tracks(s);
	put_routes(s);

	store_single(s, T_MAIL);
	ipvs = *(const struct ipvs_row *)store_single(s, T_IPVS);
	ipvs.timeout_tcp_s = 900;
	store_put(s, T_IPVS, &ipvs, ~0u, NULL);
	for (enum table_id t = 0; t < T_COUNT; t++)
		if (schema_field(t, "snmp_index"))
			number_rows(s, t);
	for (size_t i = 0; i < store_count(s, T_VRRP_INSTANCE); i++) {
		struct vrrp_instance_row v =
		    *(const struct vrrp_instance_row *)store_at(s, T_VRRP_INSTANCE, i);

		v.ifindex = 7;
		v.vrid = (uint8_t)(9 - i);
		store_put(s, T_VRRP_INSTANCE, &v, ~0u, NULL);
	}
	return s;
}

static void test_walk_others(void **state)
{
	struct store *s = filled_for_others();
	struct value_clock clock = clock_0;

	(void)state;
	clock.store = s;
	for (struct map_table *const *m = map_foreign; *m; m++) {
		struct table_view v = view_of(*m, s);

		table_view_follow(&v, 1);
		assert_true(walk_at(&v, &clock) > 0);
		table_view_free(&v);
	}
	store_free(s);
}

/* A row that comes has its place when the generation says so, and one that goes has none. */
static void test_order_follows(void **state)
{
	struct store *s = filled_for_others();
	struct value_clock clock = clock_0;
	const struct map_table *servers = NULL;
	struct virtual_server_row vs;
	struct table_view v;
	size_t before;

	(void)state;
	clock.store = s;
	for (struct map_table *const *m = map_foreign; *m; m++)
		if (text_eq((*m)->name, "virtualServerTable"))
			servers = *m;
	v = view_of(servers, s);
	table_view_follow(&v, 1);
	before = walk_at(&v, &clock);
	row_init(T_VIRTUAL_SERVER, &vs);
	vs.name = "192.0.2.1:1/tcp";
	vs.snmp_index = 9;
	store_put(s, T_VIRTUAL_SERVER, &vs, ~0u, NULL);
	table_view_follow(&v, 1);
	assert_int_equal(walk_at(&v, &clock), before);
	table_view_follow(&v, 2);
	assert_true(walk_at(&v, &clock) > before);
	store_del(s, T_VIRTUAL_SERVER, &vs);
	table_view_follow(&v, 3);
	assert_int_equal(walk_at(&v, &clock), before);
	table_view_free(&v);
	store_free(s);
}

static void test_walk_empty(void **state)
{
	struct store *s = store_new();

	(void)state;
	for (struct map_table *const *m = map_tables; *m; m++) {
		struct table_view v = view_of(*m, s);

		assert_int_equal(walk(&v), 0);
	}
	store_free(s);
}

/* "root.1.6" and the names behind it, as length and octets. */
static size_t rs_name(const struct table_view *v, oid column, const char *vs, const char *rs,
		      oid *out)
{
	const char *const names[] = {vs, rs};
	size_t n = v->root_len;

	memcpy(out, v->root, n * sizeof(oid));
	out[n++] = 1;
	out[n++] = column;
	for (int i = 0; i < 2 && names[i]; i++) {
		out[n++] = strlen(names[i]);
		for (const char *p = names[i]; *p; p++)
			out[n++] = (u_char)*p;
	}
	return n;
}

static void test_get(void **state)
{
	struct store *s = filled();
	struct table_view v = view_of(&map_rs, s);
	oid name[MAX_OID_LEN];
	struct value value;
	size_t n = rs_name(&v, 6, "192.168.1.200:80/tcp", "192.168.1.9:80", name);

	(void)state;
	assert_int_equal(table_get(&v, name, n, &clock_0, &value), TABLE_FOUND);
	assert_int_equal(value.u.integer, 2);
	assert_int_equal(table_get(&v, name, n - 1, &clock_0, &value), TABLE_NO_INSTANCE);
	name[n] = 1;
	assert_int_equal(table_get(&v, name, n + 1, &clock_0, &value), TABLE_NO_INSTANCE);
	name[v.root_len + 1] = 99;
	assert_int_equal(table_get(&v, name, n, &clock_0, &value), TABLE_NO_OBJECT);
	name[v.root_len + 1] = 1; /* the index: not accessible */
	assert_int_equal(table_get(&v, name, n, &clock_0, &value), TABLE_NO_OBJECT);
	name[v.root_len + 1] = 6;
	name[v.root_len] = 2;
	assert_int_equal(table_get(&v, name, n, &clock_0, &value), TABLE_NO_OBJECT);
	for (size_t len = 0; len <= v.root_len + 1; len++)
		assert_int_equal(table_get(&v, v.root, len, &clock_0, &value), TABLE_NO_OBJECT);
	n = rs_name(&v, 14, "192.168.1.200:80/tcp", "192.168.1.9:80", name);
	assert_int_equal(table_get(&v, name, n, &clock_0, &value), TABLE_NO_INSTANCE); /* sparse */
	store_free(s);
}

static void test_scalar(void **state)
{
	struct store *s = filled();
	struct table_view v = view_of(&map_general, s);
	oid name[MAX_OID_LEN];
	struct value value;

	(void)state;
	memcpy(name, v.root, sizeof(name));
	name[v.root_len] = 17;
	name[v.root_len + 1] = 0;
	assert_int_equal(table_get(&v, name, v.root_len + 2, &clock_0, &value), TABLE_FOUND);
	assert_int_equal(value.u.integer, 1000);
	assert_int_equal(table_get(&v, name, v.root_len + 1, &clock_0, &value), TABLE_NO_INSTANCE);
	name[v.root_len + 1] = 1;
	assert_int_equal(table_get(&v, name, v.root_len + 2, &clock_0, &value), TABLE_NO_INSTANCE);
	name[v.root_len] = 99;
	assert_int_equal(table_get(&v, name, v.root_len + 2, &clock_0, &value), TABLE_NO_OBJECT);
	store_free(s);
}

/* The weight behind a name that need not be an instance; -1 when the column has no more. */
static long weight_after(const struct table_view *v, const oid *name, size_t len, bool inclusive)
{
	oid next[MAX_OID_LEN];
	size_t next_len;
	struct value value;

	if (!table_next(v, name, len, inclusive, &clock_0, next, &next_len, &value) ||
	    next[v->root_len + 1] != 6)
		return -1;
	return value.u.integer;
}

/* Order: fwmark:7 (8 octets) first, then the longer name; below it .9 (14) before .11 (15). */
static void test_next_from_odd_names(void **state)
{
	struct store *s = filled();
	struct table_view v = view_of(&map_rs, s);
	oid name[MAX_OID_LEN];
	size_t n = rs_name(&v, 6, NULL, NULL, name);

	(void)state;
	assert_int_equal(weight_after(&v, name, n, false), 3);
	name[n] = 0; /* an index shorter than any */
	assert_int_equal(weight_after(&v, name, n + 1, false), 3);
	name[n] = 9; /* a length between 8 and 20 */
	assert_int_equal(weight_after(&v, name, n + 1, false), 2);
	name[n] = 4294967295UL;
	assert_int_equal(weight_after(&v, name, n + 1, false), -1);
	n = rs_name(&v, 6, "fwmark:7", "192.168.1.11:0", name);
	assert_int_equal(weight_after(&v, name, n, false), 2);
	assert_int_equal(weight_after(&v, name, n, true), 3);
	assert_int_equal(weight_after(&v, name, n - 1, false), 3); /* cut short: before the row */
	name[n] = 0;
	assert_int_equal(weight_after(&v, name, n + 1, true), 2); /* too long: behind the row */
	n = rs_name(&v, 6, "192.168.1.200:80/tcp", "192.168.1.11:80", name);
	assert_int_equal(weight_after(&v, name, n, false), -1);
	name[n - 1] = 4294967295UL; /* no octet */
	assert_int_equal(weight_after(&v, name, n, true), -1);
	store_free(s);
}

static void test_next_around_the_table(void **state)
{
	struct store *s = filled();
	struct table_view v = view_of(&map_rs, s);
	oid name[MAX_OID_LEN], next[MAX_OID_LEN];
	size_t len;
	struct value value;

	(void)state;
	memcpy(name, v.root, sizeof(name));
	for (size_t n = 0; n <= v.root_len; n++) {
		assert_true(table_next(&v, name, n, false, &clock_0, next, &len, &value));
		assert_int_equal(next[v.root_len + 1], 2); /* the first column */
	}
	name[v.root_len - 1]--; /* the table before */
	assert_true(table_next(&v, name, v.root_len, false, &clock_0, next, &len, &value));
	name[v.root_len - 1] += 2; /* the table behind */
	assert_false(table_next(&v, name, v.root_len, false, &clock_0, next, &len, &value));
	name[v.root_len - 1]--;
	name[v.root_len] = 2; /* behind the entry */
	assert_false(table_next(&v, name, v.root_len + 1, false, &clock_0, next, &len, &value));
	name[v.root_len] = 1;
	name[v.root_len + 1] = 200; /* behind the last column */
	assert_false(table_next(&v, name, v.root_len + 2, false, &clock_0, next, &len, &value));
	store_free(s);
}

/* A walk goes on behind a row that was deleted under it, and finds one that was added. */
static void test_walk_over_changes(void **state)
{
	struct store *s = filled();
	struct table_view v = view_of(&map_rs, s);
	oid name[MAX_OID_LEN];
	size_t n = rs_name(&v, 6, "fwmark:7", "192.168.1.11:0", name);

	(void)state;
	del_rs(s, "fwmark:7", "192.168.1.11:0");
	assert_int_equal(weight_after(&v, name, n, false), 2);
	n = rs_name(&v, 6, "192.168.1.200:80/tcp", "192.168.1.9:80", name);
	del_rs(s, "192.168.1.200:80/tcp", "192.168.1.9:80");
	assert_int_equal(weight_after(&v, name, n, false), 1);
	add_rs(s, "192.168.1.200:80/tcp", "192.168.1.10:80", 77);
	assert_int_equal(weight_after(&v, name, n, false), 77);
	store_free(s);
}

/* The longest names stay within 128 sub-identifiers. */
static void test_longest_names(void **state)
{
	struct store *s = store_new();
	char vs[NAME_VS] = "", rs[NAME_RS] = "", vi[NAME_VRRP] = "", addr[ADDR_TEXT_MAX] = "";
	char vg[NAME_SYNC] = "";
	struct table_view v = view_of(&map_rs, s);

	(void)state;
	memset(vs, 'v', sizeof(vs) - 1);
	memset(rs, 'r', sizeof(rs) - 1);
	memset(vi, 'i', sizeof(vi) - 1);
	memset(addr, 'a', sizeof(addr) - 1);
	memset(vg, 'g', sizeof(vg) - 1);
	add_rs(s, vs, rs, 1);
	add_named(s, T_VRRP_ADDRESS, vi, addr);
	assert_int_equal(walk(&v), cells(&map_rs, s));
	v = view_of(&map_vrrp_addr, s);
	assert_true(v.root_len + 2 + sizeof(vi) + sizeof(addr) <= MAX_OID_LEN);
	assert_int_equal(walk(&v), cells(&map_vrrp_addr, s));
	add_named(s, T_SYNC_MEMBER, vg, vi);
	v = view_of(&map_sync_member, s);
	assert_true(v.root_len + 2 + sizeof(vg) + sizeof(vi) <= MAX_OID_LEN);
	assert_int_equal(walk(&v), cells(&map_sync_member, s));
	store_free(s);
}

static int resolve(void **state)
{
	(void)state;
	map_resolve();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_walk_all),
	    cmocka_unit_test(test_walk_others),
	    cmocka_unit_test(test_order_follows),
	    cmocka_unit_test(test_walk_empty),
	    cmocka_unit_test(test_get),
	    cmocka_unit_test(test_scalar),
	    cmocka_unit_test(test_next_from_odd_names),
	    cmocka_unit_test(test_next_around_the_table),
	    cmocka_unit_test(test_walk_over_changes),
	    cmocka_unit_test(test_longest_names),
	};

	return cmocka_run_group_tests_name("agent_table", tests, resolve, NULL);
}
