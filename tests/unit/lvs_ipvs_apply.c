/*
 * lvs_ipvs_apply: the difference of two tables, and the reconciler against a small kernel of
 * our own that counts writes, forgets services in dumps, gives some twice and refuses some.
 */
#include "lvs/ipvs_apply.h"
#include "lvs/ipvs_drift.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- a kernel -------------------------------------------------------- */

struct fake {
	struct ipvs_table table;
	struct ipvs_port port;
	char log[1024]; /* the writes, in order: "NS" new service, "SD" set dest, ... */
	unsigned writes;
	bool dump_forgets; /* the first of several services is missing in dumps */
	bool dump_doubles;
	const char *refuses; /* scheduler that it does not have */
	const char *rival;   /* a service that somebody adds just before we write */
	size_t heard;        /* how many answers of a batch come, if not 0; the rest is lost */
};

static void add_service(struct ipvs_table *t, const char *text);

static int fake_dump_services(void *arg, struct ipvs_table *ret)
{
	struct fake *f = arg;

	for (size_t i = f->dump_forgets && f->table.nentries > 1; i < f->table.nentries; i++) {
		ipvs_table_add(ret, &f->table.entries[i].service);
		if (f->dump_doubles)
			ipvs_table_add(ret, &f->table.entries[i].service);
	}
	return 0;
}

static int fake_dump_dests(void *arg, struct ipvs_entry *e)
{
	struct fake *f = arg;
	struct ipvs_entry *have = ipvs_table_find(&f->table, &e->service.key);

	for (size_t i = 0; have && i < have->ndests; i++)
		ipvs_entry_add(e, &have->dests[i]);
	return 0;
}

static int fake_get_service(void *arg, const struct ipvs_service_key *k, struct ipvs_service *ret)
{
	struct fake *f = arg;
	struct ipvs_entry *have = ipvs_table_find(&f->table, k);

	if (!have)
		return -ESRCH;
	*ret = have->service;
	return 0;
}

static int fake_get_services(void *arg, const struct ipvs_table *keys, struct ipvs_table *ret)
{
	struct ipvs_service s;

	for (size_t i = 0; i < keys->nentries; i++)
		if (fake_get_service(arg, &keys->entries[i].service.key, &s) == 0)
			ipvs_table_add(ret, &s);
	return 0;
}

static int fake_write_service(struct fake *f, const struct ipvs_op *op, struct ipvs_entry *have)
{
	if (op->kind == IPVS_NEW_SERVICE && have)
		return -EEXIST;
	if (op->kind != IPVS_NEW_SERVICE && !have)
		return -ESRCH;
	if (op->kind == IPVS_DEL_SERVICE)
		ipvs_table_remove(&f->table, &op->service.key);
	else if (f->refuses && !strcmp(op->service.scheduler, f->refuses))
		return -ENOENT;
	else if (have)
		have->service = op->service;
	else
		ipvs_table_add(&f->table, &op->service);
	ipvs_table_seal(&f->table);
	return 0;
}

static int fake_write_dest(const struct ipvs_op *op, struct ipvs_entry *have)
{
	struct ipvs_dest *d = have ? ipvs_entry_find(have, &op->dest.key) : NULL;

	if (!have)
		return -ESRCH;
	if (op->kind == IPVS_NEW_DEST && d)
		return -EEXIST;
	if (op->kind != IPVS_NEW_DEST && !d)
		return -ENOENT;
	if (op->kind == IPVS_DEL_DEST) {
		*d = have->dests[--have->ndests];
	} else if (d) {
		*d = op->dest;
	} else {
		ipvs_entry_add(have, &op->dest);
	}
	ipvs_entry_seal(have);
	return 0;
}

static int fake_write(void *arg, const struct ipvs_op *op)
{
	static const char *const names[] = {"NS", "SS", "DS", "ND", "SD", "DD"};
	struct fake *f = arg;
	struct ipvs_entry *have = ipvs_table_find(&f->table, &op->service.key);
	size_t at = strlen(f->log);

	f->writes++;
	snprintf(f->log + at, sizeof(f->log) - at, "%s%s", at ? " " : "", names[op->kind]);
	if (op->kind <= IPVS_DEL_SERVICE)
		return fake_write_service(f, op, have);
	return fake_write_dest(op, have);
}

static void fake_write_all(void *arg, const struct ipvs_op *ops, size_t n, int *results)
{
	struct fake *f = arg;

	if (f->rival)
		add_service(&f->table, f->rival);
	f->rival = NULL;
	ipvs_table_seal(&f->table);
	for (size_t i = 0; i < n; i++)
		results[i] = fake_write(arg, &ops[i]);
	for (size_t i = f->heard; f->heard && i < n; i++)
		results[i] = -ENOBUFS;
}

static int refusals;
static int last_refusal;

static void refused(void *arg, const struct ipvs_op *op, int err)
{
	(void)arg, (void)op;
	refusals++;
	last_refusal = err;
}

static void fake_init(struct fake *f)
{
	*f = (struct fake){.port = {.dump_services = fake_dump_services,
				    .dump_dests = fake_dump_dests,
				    .get_service = fake_get_service,
				    .get_services = fake_get_services,
				    .write = fake_write,
				    .write_all = fake_write_all,
				    .arg = f}};
	refusals = 0;
}

static void forget_writes(struct fake *f)
{
	f->writes = 0;
	f->log[0] = 0;
}

/* ---- tables by hand -------------------------------------------------- */

/* "80 rr 1=1 2=3" : port, scheduler, then last octet of a server = weight. */
static void add_service(struct ipvs_table *t, const char *text)
{
	struct ipvs_service s = {.key = {.addr = addr_ipv4(0xc0000201), .protocol = IPPROTO_TCP},
				 .prefix = 32};
	struct ipvs_entry *e;
	unsigned port, server, weight;
	int n;

	assert_int_equal(sscanf(text, "%u %15s%n", &port, s.scheduler, &n), 2);
	s.key.port = (uint16_t)port;
	e = ipvs_table_add(t, &s);
	for (text += n; sscanf(text, " %u=%u%n", &server, &weight, &n) == 2; text += n) {
		struct ipvs_dest d = {.weight = weight, .forwarding = IP_VS_CONN_F_DROUTE};

		d.key.addr = addr_ipv4(0x0a000000 + server);
		d.key.port = 80;
		ipvs_entry_add(e, &d);
	}
}

static struct ipvs_table table_of(const char *const *services)
{
	struct ipvs_table t = {0};

	for (; *services; services++)
		add_service(&t, *services);
	return t;
}

#define TABLE(...) table_of((const char *const[]){__VA_ARGS__, NULL})

static void load(struct fake *f, struct ipvs_table t)
{
	ipvs_table_free(&f->table);
	f->table = t;
	ipvs_table_seal(&f->table);
}

static struct ipvs_report sync_to(struct ipvs_apply *a, struct ipvs_table want)
{
	struct ipvs_report r;

	assert_int_equal(ipvs_apply_sync(a, &want, &r), 0);
	return r;
}

static uint32_t weight_of(struct fake *f, uint16_t port, uint32_t server)
{
	struct ipvs_service_key k = {
	    .addr = addr_ipv4(0xc0000201), .port = port, .protocol = IPPROTO_TCP};
	struct ipvs_dest_key dk = {.addr = addr_ipv4(0x0a000000 + server), .port = 80};
	struct ipvs_entry *e = ipvs_table_find(&f->table, &k);
	struct ipvs_dest *d = e ? ipvs_entry_find(e, &dk) : NULL;

	return d ? d->weight : UINT32_MAX;
}

static void done(struct ipvs_apply *a, struct fake *f)
{
	ipvs_apply_free(a);
	ipvs_table_free(&f->table);
}

/* ---- the difference -------------------------------------------------- */

struct diff_case {
	const char *have, *want; /* NULL: absent */
	uint32_t have_flags, want_flags;
	const char *writes;
};

static const struct diff_case diff_cases[] = {
    {NULL, NULL, 0, 0, ""},
    {NULL, "80 rr 1=1 2=1", 0, 0, "NS ND ND"},
    {"80 rr 1=1 2=1", "80 rr 1=1 2=1", 0, 0, ""},
    {"80 rr 1=1 2=1", "80 rr 2=1 1=1", 0, 0, ""},
    {"80 rr 1=1 2=1", "80 rr 1=5 2=1", 0, 0, "SD"},
    {"80 rr 1=1 2=1", "80 rr 2=1", 0, 0, "DD"},
    {"80 rr 1=1", "80 rr 2=1", 0, 0, "ND DD"},
    {"80 rr 1=1", "80 wlc 1=1", 0, 0, "SS"},
    {"80 rr 1=1", NULL, 0, 0, "DS"},
    {"80 sh 1=1", "80 sh 1=0", 0, IP_VS_SVC_F_SCHED_SH_FALLBACK, "SS SD"},
    {"80 sh 1=0", "80 sh 1=1", IP_VS_SVC_F_SCHED_SH_FALLBACK, 0, "SD SS"},
};

static void test_diff(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(diff_cases) / sizeof(diff_cases[0]); i++) {
		const struct diff_case *c = &diff_cases[i];
		struct ipvs_table have = TABLE(c->have), want = TABLE(c->want);
		struct ipvs_ops ops = {0};
		struct fake f;

		fake_init(&f);
		ipvs_table_seal(&have);
		ipvs_table_seal(&want);
		if (c->have)
			have.entries[0].service.flags = c->have_flags;
		if (c->want)
			want.entries[0].service.flags = c->want_flags;
		ipvs_diff_entry(want.entries, have.entries, &ops);
		f.table = have;
		for (size_t o = 0; o < ops.nops; o++)
			assert_int_equal(fake_write(&f, &ops.ops[o]), 0);
		assert_string_equal(f.log, c->writes);
		ipvs_ops_free(&ops);
		ipvs_table_free(&f.table);
		ipvs_table_free(&want);
	}
}

static void test_persistence_counts_only_when_persistent(void **state)
{
	struct ipvs_service a = {.scheduler = "rr", .timeout_s = 300, .prefix = 32};
	struct ipvs_service b = {.scheduler = "rr", .timeout_s = 0, .prefix = 24};

	(void)state;
	assert_true(ipvs_service_same(&a, &b));
	a.flags = b.flags = IP_VS_SVC_F_PERSISTENT;
	assert_false(ipvs_service_same(&a, &b));
}

static void test_seal_removes_doubles(void **state)
{
	struct ipvs_table t = TABLE("80 rr 1=1", "443 rr 2=1 2=7 1=1", "80 wlc 1=3");

	(void)state;
	ipvs_table_seal(&t);
	assert_int_equal(t.nentries, 2);
	assert_int_equal(t.entries[0].service.key.port, 80);
	assert_int_equal(t.entries[1].ndests, 2);
	ipvs_table_free(&t);
}

/* ---- the reconciler -------------------------------------------------- */

static void test_adoption_writes_nothing(void **state)
{
	struct fake f;
	struct ipvs_apply *a;
	struct ipvs_report r;

	(void)state;
	fake_init(&f);
	load(&f, TABLE("80 rr 1=1 2=1", "443 wlc 1=2", "8080 rr 9=1"));
	a = ipvs_apply_new(&f.port, refused, NULL);
	r = sync_to(a, TABLE("80 rr 1=1 2=1", "443 wlc 1=2"));
	assert_int_equal(f.writes, 0);
	assert_int_equal(r.adopted_services, 2);
	assert_int_equal(r.adopted_dests, 3);
	r = sync_to(a, TABLE("80 rr 1=1 2=1", "443 wlc 1=2"));
	assert_int_equal(f.writes, 0);
	assert_int_equal(r.adopted_services, 0);
	assert_int_equal(weight_of(&f, 8080, 9), 1);
	done(a, &f);
}

static void test_adoption_repairs_by_set(void **state)
{
	struct fake f;
	struct ipvs_apply *a;

	(void)state;
	fake_init(&f);
	load(&f, TABLE("80 rr 1=7 2=1 3=1", "8080 rr 9=1"));
	a = ipvs_apply_new(&f.port, refused, NULL);
	sync_to(a, TABLE("80 rr 1=1 2=1"));
	assert_string_equal(f.log, "SD DD");
	assert_int_equal(weight_of(&f, 80, 1), 1);
	assert_int_equal(weight_of(&f, 80, 3), UINT32_MAX);
	assert_int_equal(weight_of(&f, 8080, 9), 1);
	done(a, &f);
}

static void test_dump_is_not_trusted(void **state)
{
	static const char *const many[] = {"1 rr 1=1", "2 rr 1=1",  "3 rr 1=1", "4 rr 1=1",
					   "5 rr 1=1", "6 rr 1=1",  "7 rr 1=1", "8 rr 1=1",
					   "9 rr 1=1", "10 rr 1=1", NULL};
	struct fake f;
	struct ipvs_apply *a;
	size_t drift;

	(void)state;
	fake_init(&f);
	f.dump_forgets = f.dump_doubles = true;
	load(&f, table_of(many));
	a = ipvs_apply_new(&f.port, refused, NULL);
	assert_int_equal(sync_to(a, table_of(many)).adopted_services, 10);
	assert_int_equal(ipvs_apply_read(a, &drift), 0);
	assert_int_equal(drift, 0);
	sync_to(a, table_of(many));
	assert_int_equal(f.writes, 0);
	done(a, &f);
}

static void test_only_ours_are_deleted(void **state)
{
	struct fake f;
	struct ipvs_apply *a;

	(void)state;
	fake_init(&f);
	load(&f, TABLE("8080 rr 9=1"));
	a = ipvs_apply_new(&f.port, refused, NULL);
	sync_to(a, TABLE("80 rr 1=1", "443 rr 1=1"));
	forget_writes(&f);
	sync_to(a, TABLE("443 rr 1=1"));
	assert_string_equal(f.log, "DS");
	/* Somebody else makes it now: it is not ours any more. */
	add_service(&f.table, "80 rr 5=1");
	ipvs_table_seal(&f.table);
	sync_to(a, TABLE("443 rr 1=1"));
	sync_to(a, (struct ipvs_table){0});
	assert_int_equal(weight_of(&f, 80, 5), 1);
	assert_int_equal(weight_of(&f, 8080, 9), 1);
	assert_int_equal(weight_of(&f, 443, 1), UINT32_MAX);
	done(a, &f);
}

static void test_drift_is_seen_and_repaired(void **state)
{
	struct fake f;
	struct ipvs_apply *a;
	size_t drift;

	(void)state;
	fake_init(&f);
	a = ipvs_apply_new(&f.port, refused, NULL);
	sync_to(a, TABLE("80 rr 1=1 2=1", "443 rr 1=1"));
	load(&f, TABLE("80 rr 1=1 2=9 4=1"));
	assert_int_equal(ipvs_apply_read(a, &drift), 0);
	assert_int_equal(drift, 4); /* SD DD, NS ND */
	sync_to(a, TABLE("80 rr 1=1 2=1", "443 rr 1=1"));
	assert_int_equal(weight_of(&f, 80, 2), 1);
	assert_int_equal(weight_of(&f, 443, 1), 1);
	assert_int_equal(ipvs_apply_read(a, &drift), 0);
	assert_int_equal(drift, 0);
	done(a, &f);
}

/* Somebody wrote between our reading and our writing. */
static void test_races_are_resolved(void **state)
{
	struct fake f;
	struct ipvs_apply *a;

	(void)state;
	fake_init(&f);
	a = ipvs_apply_new(&f.port, refused, NULL);
	sync_to(a, TABLE("80 rr 1=1 2=1"));
	load(&f, TABLE("80 rr 2=1 3=5"));
	forget_writes(&f);
	sync_to(a, TABLE("80 rr 1=4 3=1"));
	assert_string_equal(f.log, "SD ND SD ND ND SD DD"); /* at first all, then one by one */
	assert_int_equal(weight_of(&f, 80, 1), 4);
	assert_int_equal(weight_of(&f, 80, 3), 1);
	assert_int_equal(refusals, 0);
	done(a, &f);
}

/* Somebody adds our service, otherwise than we want it, after we have looked for it. */
static void test_service_that_another_adds_becomes_ours(void **state)
{
	struct fake f;
	struct ipvs_apply *a;
	struct ipvs_report r;

	(void)state;
	fake_init(&f);
	a = ipvs_apply_new(&f.port, refused, NULL);
	f.rival = "80 wlc 2=7";
	r = sync_to(a, TABLE("80 rr 1=1 2=1"));
	assert_int_equal(r.refused, 0);
	assert_string_equal(f.table.entries[0].service.scheduler, "rr");
	assert_int_equal(weight_of(&f, 80, 1), 1);
	assert_int_equal(weight_of(&f, 80, 2), 1);
	done(a, &f);
}

/* ipvsadm -C, and a change before that was noticed. */
static void test_service_that_went_away_is_made_again(void **state)
{
	struct fake f;
	struct ipvs_apply *a;
	struct ipvs_report r;

	(void)state;
	fake_init(&f);
	a = ipvs_apply_new(&f.port, refused, NULL);
	sync_to(a, TABLE("80 rr 1=1 2=1"));
	load(&f, (struct ipvs_table){0});
	forget_writes(&f);
	r = sync_to(a, TABLE("80 rr 1=5 2=1"));
	assert_string_equal(f.log, "SD SD NS ND ND");
	assert_int_equal(r.refused, 0);
	assert_int_equal(refusals, 0);
	assert_int_equal(weight_of(&f, 80, 1), 5);
	assert_int_equal(weight_of(&f, 80, 2), 1);
	load(&f, (struct ipvs_table){0});
	sync_to(a, TABLE("80 rr 2=1"));
	assert_int_equal(weight_of(&f, 80, 2), 1);
	load(&f, (struct ipvs_table){0});
	sync_to(a, TABLE("80 wlc 2=1"));
	assert_int_equal(weight_of(&f, 80, 2), 1);
	done(a, &f);
}

/* Servers go after the kernel has said yes to those that come, many services or one. */
static void test_servers_go_last(void **state)
{
	struct fake f;
	struct ipvs_apply *a;

	(void)state;
	fake_init(&f);
	a = ipvs_apply_new(&f.port, refused, NULL);
	sync_to(a, TABLE("80 rr 1=1", "443 rr 1=1"));
	forget_writes(&f);
	sync_to(a, TABLE("80 rr 2=1", "443 rr 2=1"));
	assert_string_equal(f.log, "ND ND DD DD");
	assert_int_equal(weight_of(&f, 80, 1), UINT32_MAX);
	done(a, &f);
}

static void test_update_of_some(void **state)
{
	struct fake f;
	struct ipvs_apply *a;
	struct ipvs_report r;
	struct ipvs_table some = TABLE("443 rr 1=7 2=1"), new = TABLE("8080 rr 3=1");

	(void)state;
	fake_init(&f);
	load(&f, TABLE("8080 rr 3=1"));
	a = ipvs_apply_new(&f.port, refused, NULL);
	sync_to(a, TABLE("80 rr 1=1", "443 rr 1=1"));
	forget_writes(&f);
	assert_int_equal(ipvs_apply_update(a, &some, &r), 0);
	assert_string_equal(f.log, "SD ND");
	assert_int_equal(r.written, 2);
	assert_int_equal(ipvs_apply_update(a, &new, &r), 0);
	assert_int_equal(r.adopted_services, 1);
	assert_string_equal(f.log, "SD ND");
	/* What was not named is still wanted, and all of it is ours to delete. */
	load(&f, (struct ipvs_table){0});
	assert_int_equal(ipvs_apply_read(a, NULL), 0);
	sync_to(a, TABLE("80 rr 1=1", "443 rr 1=7 2=1", "8080 rr 3=1"));
	assert_int_equal(weight_of(&f, 80, 1), 1);
	sync_to(a, (struct ipvs_table){0});
	assert_int_equal(f.table.nentries, 0);
	done(a, &f);
}

/* The dump of many services that are new does not forget those that are known. */
static void test_update_of_many(void **state)
{
	static const char *const many[] = {"1 rr", "2 rr", "3 rr", "4 rr", "5 rr",
					   "6 rr", "7 rr", "8 rr", "9 rr", NULL};
	struct ipvs_table some = table_of(many);
	struct ipvs_service_key key;
	struct ipvs_report r;
	struct ipvs_apply *a;
	struct fake f;

	(void)state;
	fake_init(&f);
	a = ipvs_apply_new(&f.port, refused, NULL);
	sync_to(a, TABLE("80 rr 1=1"));
	key = f.table.entries[0].service.key;
	assert_int_equal(ipvs_apply_update(a, &some, &r), 0);
	assert_int_equal(r.written, 9);
	assert_non_null(ipvs_apply_seen(a, &key));
	done(a, &f);
}

static void test_refusal(void **state)
{
	struct ipvs_op op = {.kind = IPVS_NEW_SERVICE, .service.scheduler = "foo"};
	struct ipvs_op mixed = {.kind = IPVS_NEW_DEST,
				.service.key.addr.family = ADDR_IPV4,
				.dest.key.addr.family = ADDR_IPV6};
	struct fake f;
	struct ipvs_apply *a;
	struct ipvs_report r;
	char text[96];

	(void)state;
	fake_init(&f);
	f.refuses = "foo";
	a = ipvs_apply_new(&f.port, refused, NULL);
	r = sync_to(a, TABLE("80 foo 1=1 2=1", "443 rr 1=1"));
	assert_string_equal(f.log, "NS ND ND NS ND NS"); /* only what failed is tried again */
	assert_int_equal(r.refused, 1);
	assert_int_equal(refusals, 1);
	assert_int_equal(last_refusal, -ENOENT);
	assert_string_equal(ipvs_error_text(&op, last_refusal, text, sizeof(text)),
			    "the kernel has no scheduler \"foo\" (module ip_vs_foo)");
	assert_string_equal(ipvs_error_text(&mixed, -EINVAL, text, sizeof(text)),
			    "another address family: only by TUN, and without a "
			    "synchronisation daemon");
	f.refuses = NULL; /* the module came */
	r = sync_to(a, TABLE("80 foo 1=1 2=1", "443 rr 1=1"));
	assert_int_equal(r.written, 3);
	assert_int_equal(weight_of(&f, 80, 2), 1);
	done(a, &f);
}

/* ---- any wishes, and others who write too ------------------------------- */

#define SERVICES 5
#define SERVERS  4

struct chance {
	uint32_t random;
};

static unsigned below(struct chance *c, unsigned n)
{
	c->random = c->random * 1664525 + 1013904223;
	return (c->random >> 16) % n;
}

static void any_service(struct chance *c, unsigned port, struct ipvs_table *t)
{
	static const char *const schedulers[] = {"rr", "wlc"};
	char text[128];
	int n = snprintf(text, sizeof(text), "%u %s", port, schedulers[below(c, 2)]);

	for (unsigned i = 1; i <= SERVERS; i++)
		if (below(c, 2))
			n += snprintf(text + n, sizeof(text) - (size_t)n, " %u=%u", i, below(c, 3));
	add_service(t, text);
}

static void put_service(struct ipvs_table *t, struct ipvs_table *from)
{
	for (size_t i = 0; i < from->nentries; i++) {
		struct ipvs_entry *to = ipvs_table_insert(t, &from->entries[i].service);

		for (size_t d = 0; d < from->entries[i].ndests; d++)
			ipvs_entry_insert(to, &from->entries[i].dests[d]);
	}
}

/* Somebody adds, changes or removes a service that is ours. */
static void interfere(struct chance *c, struct fake *f, const struct ipvs_table *ours)
{
	struct ipvs_table t = {0};

	any_service(c, 1 + below(c, SERVICES), &t);
	ipvs_table_seal(&t);
	if (!ipvs_table_find(ours, &t.entries[0].service.key))
		; /* not ours: left alone whatever it is */
	else if (below(c, 2))
		put_service(&f->table, &t);
	else
		ipvs_table_remove(&f->table, &t.entries[0].service.key);
	ipvs_table_free(&t);
}

/* A new wish for some services or for all; the model takes it over. */
static void wish(struct chance *c, struct ipvs_apply *a, struct ipvs_table *model)
{
	bool all = below(c, 2);
	struct ipvs_table t = {0};
	struct ipvs_report r;

	for (unsigned port = 1; port <= SERVICES; port++)
		if (below(c, 2))
			any_service(c, port, &t);
	ipvs_table_seal(&t);
	if (all)
		ipvs_table_free(model);
	put_service(model, &t);
	assert_int_equal(all ? ipvs_apply_sync(a, &t, &r) : ipvs_apply_update(a, &t, &r), 0);
	assert_int_equal(r.refused, 0);
}

static void repair(struct ipvs_apply *a, const struct ipvs_table *model)
{
	struct ipvs_table t = {0};
	size_t drift;

	put_service(&t, (struct ipvs_table *)model);
	assert_int_equal(ipvs_apply_read(a, &drift), 0);
	sync_to(a, t);
	assert_int_equal(ipvs_apply_read(a, &drift), 0);
	assert_int_equal(drift, 0);
}

static void assert_same_tables(const struct ipvs_table *is, const struct ipvs_table *wanted)
{
	assert_int_equal(is->nentries, wanted->nentries);
	for (size_t i = 0; i < is->nentries; i++) {
		const struct ipvs_entry *x = &is->entries[i], *y = &wanted->entries[i];

		assert_int_equal(ipvs_service_key_cmp(&x->service.key, &y->service.key), 0);
		assert_string_equal(x->service.scheduler, y->service.scheduler);
		assert_int_equal(x->ndests, y->ndests);
		for (size_t d = 0; d < x->ndests; d++) {
			assert_int_equal(ipvs_dest_key_cmp(&x->dests[d].key, &y->dests[d].key), 0);
			assert_int_equal(x->dests[d].weight, y->dests[d].weight);
		}
	}
}

static void test_any_wishes(void **state)
{
	struct chance c = {1};
	struct ipvs_table model = {0};
	struct fake f;
	struct ipvs_apply *a;

	(void)state;
	fake_init(&f);
	a = ipvs_apply_new(&f.port, refused, NULL);
	for (int i = 0; i < 5000; i++) {
		bool others = !below(&c, 3);

		forget_writes(&f);
		f.dump_forgets = f.table.nentries && below(&c, 2);
		f.dump_doubles = below(&c, 2);
		f.heard = below(&c, 5);
		if (others)
			interfere(&c, &f, &model);
		wish(&c, a, &model);
		if (others)
			repair(a, &model);
		assert_same_tables(&f.table, &model);
	}
	assert_int_equal(refusals, 0);
	ipvs_table_free(&model);
	done(a, &f);
}

/* ---- names ------------------------------------------------------------ */

static const struct {
	const char *name;
	const char *first, *last; /* NULL: it is no name */
} names[] = {
    {"192.0.2.1:80/tcp", "192.0.2.1:80/tcp", "192.0.2.1"},
    {"192.0.2.1-192.0.2.9:0/udp", "192.0.2.1:0/udp", "192.0.2.9"},
    {"[2001:db8::1]:53/sctp", "[2001:db8::1]:53/sctp", "2001:db8::1"},
    {"[2001:db8::1-2001:db8::f]:53/udp", "[2001:db8::1]:53/udp", "2001:db8::f"},
    {"fwmark:4294967295", "fwmark:4294967295", "-"},
    {"fwmark:7/inet6", "fwmark:7/inet6", "-"},
    {"fwmark:0", NULL, NULL},
    {"fwmark:7/inet", NULL, NULL},
    {"192.0.2.9-192.0.2.1:80/tcp", NULL, NULL},
    {"192.0.2.1-2001:db8::1:80/tcp", NULL, NULL},
    {"192.0.2.1:80", NULL, NULL},
    {"192.0.2.1:80/icmp", NULL, NULL},
    {"192.0.2.1:65536/tcp", NULL, NULL},
    {"[]:80/tcp", NULL, NULL},
    {"]:80/tcp", NULL, NULL},
    {"/", NULL, NULL},
    {"", NULL, NULL},
};

static void names_are_read_and_written(void **state)
{
	struct ipvs_service_key k;
	struct addr last;
	char text[ADDR_TEXT_MAX], name[IPVS_NAME_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		bool good = ipvs_service_range(names[i].name, &k, &last);

		assert_int_equal(good, names[i].first != NULL);
		if (!good)
			continue;
		assert_string_equal(ipvs_service_name(&k, name), names[i].first);
		assert_string_equal(addr_text(&last, text), names[i].last);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_diff),
	    cmocka_unit_test(test_persistence_counts_only_when_persistent),
	    cmocka_unit_test(test_seal_removes_doubles),
	    cmocka_unit_test(test_adoption_writes_nothing),
	    cmocka_unit_test(test_adoption_repairs_by_set),
	    cmocka_unit_test(test_dump_is_not_trusted),
	    cmocka_unit_test(test_only_ours_are_deleted),
	    cmocka_unit_test(test_drift_is_seen_and_repaired),
	    cmocka_unit_test(test_races_are_resolved),
	    cmocka_unit_test(test_service_that_another_adds_becomes_ours),
	    cmocka_unit_test(test_service_that_went_away_is_made_again),
	    cmocka_unit_test(test_servers_go_last),
	    cmocka_unit_test(test_update_of_some),
	    cmocka_unit_test(test_update_of_many),
	    cmocka_unit_test(test_refusal),
	    cmocka_unit_test(test_any_wishes),
	    cmocka_unit_test(names_are_read_and_written),
	};

	return cmocka_run_group_tests_name("lvs_ipvs_apply", tests, NULL, NULL);
}
