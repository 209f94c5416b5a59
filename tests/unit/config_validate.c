/*
 * Validation of a whole model: one good model, and for each case one change that breaks one
 * rule, or must not. What is refused must name the row, and be refused as a transaction too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/config.h"

#include "base/text.h"
#include "model/rules.h"

#include <stdio.h>
#include <string.h>

static const char good[] = "vrrp_instance A {\n interface eth0\n virtual_router_id 1\n"
			   " virtual_ipaddress {\n  10.0.0.1\n }\n}\n"
			   "vrrp_instance B {\n interface eth0\n virtual_router_id 2\n version 3\n"
			   " nopreempt\n virtual_ipaddress {\n  10.0.0.2\n }\n}\n"
			   "vrrp_instance C {\n interface eth1\n virtual_router_id 1\n"
			   " virtual_ipaddress {\n  10.0.1.1\n }\n}\n"
			   "vrrp_instance D {\n interface eth1\n virtual_router_id 2\n"
			   " virtual_ipaddress {\n  10.0.1.2\n }\n}\n"
			   "vrrp_sync_group G {\n group { A B }\n}\n"
			   "vrrp_sync_group H {\n group {\n C\n D\n }\n}\n"
			   "virtual_server 10.0.0.1 80 {\n protocol TCP\n lb_kind DR\n lb_algo dh\n"
			   " real_server 10.0.0.11 80 {\n  TCP_CHECK {\n  }\n }\n}\n"
			   "virtual_server_group W {\n 10.0.0.20-29\n fwmark 7\n}\n"
			   "virtual_server group W {\n protocol TCP\n lb_kind DR\n"
			   " persistence_timeout 9\n real_server 10.0.0.11 {\n }\n}\n";

struct change {
	enum table_id table;
	const char *key[4];
	const char *field, *value;
	const char *refusal; /* part of it; NULL: accepted */
};

#define VS "10.0.0.1:80/tcp"
#define RS VS, "10.0.0.11:80"

static const struct change changes[] = {
    {T_VIRTUAL_SERVER, {"group:W/tcp"}, "persistence_timeout_s", "10", NULL},
    {T_VIRTUAL_SERVER, {"group:W/tcp"}, "persistence_timeout_s", "0", "is all ports"},
    {T_VIRTUAL_SERVER, {"group:W/tcp"}, "group", "X", "there is no virtual_server_group X"},
    {T_VIRTUAL_SERVER, {"group:W/tcp"}, "family", "ipv6", "which only TUN can do"},
    {T_VIRTUAL_SERVER, {VS}, "fwmark", "7", "has some of its addresses or marks"},
    {T_VRRP_INSTANCE, {"A"}, "base_priority", "200", NULL},
    {T_VRRP_INSTANCE, {"A"}, "base_priority", "255", NULL},
    {T_VRRP_INSTANCE, {"B"}, "base_priority", "255", "vrrp_instance B: priority 255"},
    {T_VRRP_INSTANCE, {"B"}, "vrid", "1", "virtual_router_id 1 is taken by instance A"},
    {T_VRRP_INSTANCE, {"B"}, "adver_int_cs", "10", NULL},
    {T_VRRP_INSTANCE, {"B"}, "adver_int_cs", "4095", NULL},
    {T_VRRP_INSTANCE, {"B"}, "adver_int_cs", "4096", "version 3 advertises each 0.01..40.95"},
    {T_VRRP_INSTANCE, {"A"}, "adver_int_cs", "200", NULL},
    {T_VRRP_INSTANCE, {"A"}, "adver_int_cs", "150", "vrrp_instance A: version 2 advertises"},
    {T_VRRP_INSTANCE, {"B"}, "auth_type", "PASS", "version 3 has no authentication"},
    {T_VRRP_INSTANCE, {"A"}, "family", "ipv6", "another family"},
    {T_VRRP_ADDRESS, {"A", "10.0.0.1"}, "addr", "fd00::1", "of another family"},
    {T_VRRP_ADDRESS, {"A", "10.0.0.1"}, "excluded", "yes", NULL},
    {T_VRRP_ADDRESS, {"A", "10.0.0.1"}, "addr", "224.0.0.18", "it is a multicast address"},
    {T_VRRP_ADDRESS, {"A", "10.0.0.1"}, "addr", "0.0.0.0", "it is the unspecified address"},
    {T_VRRP_ADDRESS, {"A", "10.0.0.1"}, "addr", "255.255.255.255", "it is the broadcast address"},
    {T_VRRP_ADDRESS, {"A", "10.0.0.1"}, "addr", "127.0.0.1", NULL},
    {T_VRRP_ADDRESS, {"nobody", "10.0.0.1"}, "addr", "10.0.0.1", "no such instance"},
    {T_SYNC_MEMBER, {"G", "nobody"}, "usable", "yes", "no such instance"},
    {T_SYNC_MEMBER, {"none", "A"}, "usable", "yes", "there is no such group"},
    {T_SYNC_MEMBER, {"H", "B"}, "usable", "yes", "the instance is in group G already"},
    {T_VIRTUAL_SERVER, {VS}, "scheduler", "sh", NULL},
    {T_VIRTUAL_SERVER, {VS}, "scheduler", "best", "\"best\" is not one of rr, wrr"},
    {T_VIRTUAL_SERVER, {VS}, "persistence_timeout_s", "60", NULL},
    {T_VIRTUAL_SERVER, {VS}, "port", "0", "port 0 works with persistence only"},
    {T_REAL_SERVER, {RS}, "weight", "65535", NULL},
    {T_REAL_SERVER, {RS}, "admin_state", "draining", "scheduler dh"},
    {T_REAL_SERVER, {RS}, "admin_state", "forcedOffline", NULL},
    {T_REAL_SERVER, {RS}, "port", "8080", "only NAT can change the port"},
    {T_REAL_SERVER, {RS}, "addr", "fd00::1", "another address family"},
    {T_REAL_SERVER,
     {RS},
     "addr",
     "239.1.1.1",
     "no connection can be made to it: it is a multicast"},
    {T_VIRTUAL_SERVER,
     {VS},
     "addr",
     "0.0.0.0",
     "no connection can be made to it: it is the unspecified"},
    {T_CHECKER, {RS, "1"}, "connect_addr", "224.0.0.1", "no connection can be made to it"},
    {T_REAL_SERVER, {"10.9.9.9:80/tcp", "10.0.0.11:80"}, "weight", "1", "no such virtual server"},
    {T_CHECKER, {RS, "1"}, "connect_port", "0", "no port to connect to"},
    {T_CHECKER, {VS, "10.0.0.12:80", "1"}, "connect_port", "80", "no such real server"},
};

static void change_row(struct store *s, const struct change *c)
{
	const struct table *t = schema_table(c->table);
	char row[MAX_ROW] __attribute__((aligned(16))), why[TEXT_MAX] = "";
	const void *old;

	row_init(c->table, row);
	for (unsigned i = 0; i < t->nkeys; i++)
		assert_true(field_parse(&t->fields[i], row, c->key[i], why));
	old = store_find(s, c->table, row);
	if (old)
		memcpy(row, old, t->row_size);
	if (!field_parse(schema_field(c->table, c->field), row, c->value, why))
		fail_msg("%s %s: %s", c->field, c->value, why);
	store_put(s, c->table, row, F_WANTED, NULL);
}

static void each_change(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const struct change *c = &changes[i];
		struct findings f = {0};
		struct store *s = config_parse("good", good, strlen(good), NULL, &f);
		char why[TEXT_MAX] = "";
		bool ok;

		assert_int_equal(f.count, 0);
		assert_true(config_validate(s, &f));
		assert_int_equal(f.count, 0);
		change_row(s, c);
		ok = config_acceptable(s, why);
		if (ok != !c->refusal || (!ok && !strstr(why, c->refusal)))
			fail_msg("%s %s: %s", c->field, c->value, ok ? "accepted" : why);
		assert_int_equal(config_validate(s, &f), ok);
		assert_int_equal(findings_worst(&f) == FINDING_ERROR, !ok);
		store_free(s);
		findings_free(&f);
	}
}

/* `count` addresses of a family in one instance; how many are advertised, and how many said. */
static void fill(const char *format, unsigned count, unsigned advertised, size_t findings)
{
	static char text[64 * 1024];
	struct findings f = {0};
	struct store *s;
	unsigned n = 0;
	size_t len = (size_t)snprintf(text, sizeof(text),
				      "vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\n"
				      "version 3\nvirtual_ipaddress {\n");

	for (unsigned i = 0; i < count; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%u\n", format, i);
	snprintf(text + len, sizeof(text) - len, "}\n}\n");
	s = config_parse("many", text, strlen(text), NULL, &f);
	STORE_EACH(s, T_VRRP_ADDRESS, struct vrrp_address_row, a)
	n += !a->excluded;
	assert_int_equal(n, advertised);
	assert_int_equal(f.count, findings);
	store_free(s);
	findings_free(&f);
}

static void what_an_advertisement_holds(void **state)
{
	(void)state;
	fill("10.0.0.", 255, 255, 0);
	fill("fd00::", 90, 90, 1); /* that none is link-local */
	fill("fd00::", 93, 90, 4);
}

/* The text of the printed form cannot show what follows what: the rows can. */
static void losing_bursts_follow_the_others(void **state)
{
	static const char text[] = "vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\n"
				   "garp_master_repeat 2\ngarp_master_delay 1.5\n}\n";
	struct findings f = {0};
	struct store *s = config_parse("garp", text, strlen(text), NULL, &f);
	const struct vrrp_instance_row *v = store_at(s, T_VRRP_INSTANCE, 0);

	(void)state;
	assert_int_equal(v->garp_lower_prio_repeat, 2);
	assert_int_equal(v->garp_lower_prio_delay_ms, 1500);
	store_free(s);
	findings_free(&f);
}

/* The same notice a thousand times is said once; errors are all said. */
static void notices_are_folded(void **state)
{
	static char text[64 * 1024];
	struct findings f = {0};
	struct store *s;
	size_t len = 0, errors = 0;

	(void)state;
	findings_add(&f, FINDING_NOTICE, NULL, 0, 0, NULL, "was here before");
	for (int i = 0; i < 1000; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"namespace_with_ipsets\nnonsense\n");
	s = config_parse("many", text, len, NULL, &f);
	for (size_t i = 0; i < f.count; i++)
		errors += f.items[i].level == FINDING_ERROR;
	assert_int_equal(errors, 1000);
	assert_int_equal(f.count, 1 + 1 + 1000);
	assert_string_equal(f.items[0].text, "was here before");
	assert_string_equal(
	    f.items[1].text,
	    "namespace_with_ipsets is known but not supported yet; it was skipped (and 999 "
	    "more like this)");
	store_free(s);
	findings_free(&f);
}

static void errors_are_left_out_whole(void **state)
{
	static const char text[] = "vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\n"
				   "virtual_ipaddress {\n10.0.0.1\n}\n}\n"
				   "vrrp_instance B {\ninterface eth0\nvirtual_router_id 1\n"
				   "virtual_ipaddress {\n10.0.0.2\n}\n}\n";
	struct findings f = {0};
	struct store *s = config_parse("clash", text, strlen(text), NULL, &f);

	(void)state;
	assert_int_equal(f.count, 1);
	assert_int_equal(f.items[0].line, 10);
	assert_int_equal(store_count(s, T_VRRP_INSTANCE), 1);
	assert_int_equal(store_count(s, T_VRRP_ADDRESS), 1);
	store_free(s);
	findings_free(&f);
}

static struct vrrp_instance_row put_wish(struct store *s, const char *name, uint8_t command,
					 uint8_t priority)
{
	const char *const key[] = {name};
	struct vrrp_instance_row row =
	    *(const struct vrrp_instance_row *)store_find_text(s, T_VRRP_INSTANCE, key);

	row.command = command;
	row.base_priority = priority;
	store_put(s, T_VRRP_INSTANCE, &row, F_WANTED, NULL);
	return row;
}

/* Groups {A B} and {C D}: one that yields is all of its group; an owner among them forbids it. */
static void a_group_yields_as_a_whole(void **state)
{
	struct findings f = {0};
	struct store *s = config_parse("good", good, strlen(good), NULL, &f);
	struct vrrp_instance_row a = put_wish(s, "A", VRRP_COMMAND_NONE, 100);
	struct vrrp_instance_row b = put_wish(s, "B", VRRP_COMMAND_YIELD, 100);
	struct vrrp_instance_row c = put_wish(s, "C", VRRP_COMMAND_TAKEOVER, 100);

	(void)state;
	assert_true(vrrp_yields(s, &a));
	assert_true(vrrp_yields(s, &b));
	assert_false(vrrp_yields(s, &c));
	assert_null(vrrp_command_objection(s, &a));
	a.base_priority = 255; /* asked for, not in the store */
	assert_non_null(vrrp_command_objection(s, &a));
	assert_null(vrrp_command_objection(s, &b));
	a = put_wish(s, "A", VRRP_COMMAND_NONE, 255); /* the file says so */
	assert_non_null(vrrp_command_objection(s, &b));
	assert_false(vrrp_yields(s, &a));
	assert_false(vrrp_yields(s, &b));
	b.command = VRRP_COMMAND_NONE; /* is not judged by what the store says of it */
	assert_null(vrrp_command_objection(s, &b));
	store_free(s);
	findings_free(&f);
}

static bool has_eth0(const char *name)
{
	return text_eq(name, "eth0");
}

static bool lacks_dh(const char *name)
{
	return text_eq(name, "dh");
}

/* What the machine lacks is said, each scheduler once, and is no error: it may come. */
static void what_the_machine_lacks(void **state)
{
	static const struct config_machine machine = {has_eth0, lacks_dh};
	const struct config_options options = {.machine = &machine};
	char text[sizeof(good) + 200];
	struct findings f = {0};

	(void)state;
	snprintf(text, sizeof(text), "%s%s", good,
		 "virtual_server 10.0.0.1 81 {\n protocol TCP\n lb_algo dh\n"
		 " real_server 10.0.0.11 81 {\n }\n}\n");
	store_free(config_parse("x", text, strlen(text), &options, &f));
	assert_int_equal(f.count, 3);
	assert_string_equal(f.items[0].text, "vrrp_instance C: this machine has no interface eth1 "
					     "now: the instance waits until it has");
	assert_int_equal(f.items[0].level, FINDING_NOTICE);
	assert_int_equal(f.items[0].line, 18);
	assert_non_null(strstr(f.items[1].text, "vrrp_instance D: this machine has no"));
	assert_string_equal(f.items[2].text,
			    "virtual_server 10.0.0.1:80/tcp: the kernel of this machine has no "
			    "scheduler dh: there is no module ip_vs_dh");
	assert_int_equal(f.items[2].level, FINDING_WARNING);
	findings_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_change),
	    cmocka_unit_test(a_group_yields_as_a_whole),
	    cmocka_unit_test(what_an_advertisement_holds),
	    cmocka_unit_test(losing_bursts_follow_the_others),
	    cmocka_unit_test(notices_are_folded),
	    cmocka_unit_test(errors_are_left_out_whole),
	    cmocka_unit_test(what_the_machine_lacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
