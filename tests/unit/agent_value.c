/* Values: every type of column both ways, with every boundary of what may be written. */
#include "agent/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct value_clock clock_0 = {
    .now = {100 * NS_PER_S}, .uptime_zero = {40 * NS_PER_S}, .confirmed = {99 * NS_PER_S}};

static struct map_column column(enum table_id t, const char *field, enum map_type type,
				unsigned flags)
{
	struct map_column c = {1, field, type, flags, schema_field(t, field)};

	assert_non_null(c.f);
	return c;
}

static bool read_rs(const char *field, enum map_type type, unsigned flags,
		    const struct real_server_row *row, struct value *v)
{
	struct map_column c = column(T_REAL_SERVER, field, type, flags);

	memset(v, 0, sizeof(*v));
	return value_read(&c, row, &clock_0, v);
}

static void assert_number(const struct value *v, u_char type, long n)
{
	assert_int_equal(v->type, type);
	assert_int_equal(v->len, sizeof(long));
	assert_int_equal(v->u.integer, n);
}

static void test_read_numbers(void **state)
{
	struct real_server_row r = {
	    .weight = 65535, .admin_state = RS_DRAINING, .transitions = UINT32_MAX};
	struct value v;

	(void)state;
	assert_true(read_rs("weight", M_UNSIGNED32, M_RO, &r, &v));
	assert_number(&v, ASN_UNSIGNED, 65535);
	assert_true(read_rs("admin_state", M_INTEGER, M_RO, &r, &v));
	assert_number(&v, ASN_INTEGER, 2);
	assert_true(read_rs("inhibit_on_failure", M_TRUTH, M_RO, &r, &v));
	assert_number(&v, ASN_INTEGER, 2);
	r.inhibit_on_failure = true;
	assert_true(read_rs("inhibit_on_failure", M_TRUTH, M_RO, &r, &v));
	assert_number(&v, ASN_INTEGER, 1);
	assert_true(read_rs("transitions", M_COUNTER32, M_RO, &r, &v));
	assert_number(&v, ASN_COUNTER, 4294967295L);
	r.in_bytes = UINT64_C(0x123456789abcdef0);
	assert_true(read_rs("in_bytes", M_COUNTER64, M_RO, &r, &v));
	assert_int_equal(v.type, ASN_COUNTER64);
	assert_int_equal(v.len, sizeof(struct counter64));
	assert_int_equal(v.u.counter64.high, 0x12345678);
	assert_int_equal(v.u.counter64.low, 0x9abcdef0);
	assert_true(read_rs("in_bytes", M_GAUGE32, M_RO, &r, &v));
	assert_number(&v, ASN_GAUGE, 4294967295L); /* a gauge stays at its maximum */
}

static void test_read_octets(void **state)
{
	struct real_server_row r = {.reason_text = "connection refused"};
	struct value v;

	(void)state;
	assert_true(read_rs("reason_text", M_STRING, M_RO, &r, &v));
	assert_int_equal(v.type, ASN_OCTET_STR);
	assert_int_equal(v.len, 18);
	assert_memory_equal(v.u.bytes, "connection refused", 18);
	assert_true(read_rs("addr", M_ADDR, M_RO, &r, &v));
	assert_int_equal(v.len, 0);
	assert_true(read_rs("addr", M_ADDR_TYPE, M_RO, &r, &v));
	assert_number(&v, ASN_INTEGER, 0);
	assert_true(addr_parse("10.0.0.1", &r.addr));
	assert_true(read_rs("addr", M_ADDR, M_RO, &r, &v));
	assert_int_equal(v.len, 4);
	assert_memory_equal(v.u.bytes, "\x0a\x00\x00\x01", 4);
	assert_true(addr_parse("2001:db8::1", &r.addr));
	assert_true(read_rs("addr", M_ADDR_TYPE, M_RO, &r, &v));
	assert_number(&v, ASN_INTEGER, 2);
	assert_true(read_rs("addr", M_ADDR, M_RO, &r, &v));
	assert_int_equal(v.len, 16);
	assert_memory_equal(v.u.bytes, "\x20\x01\x0d\xb8", 4);
}

static void test_read_times(void **state)
{
	struct real_server_row r = {0};
	struct value v;

	(void)state;
	assert_true(read_rs("last_change", M_TIMESTAMP, M_RO, &r, &v));
	assert_number(&v, ASN_TIMETICKS, 0); /* never */
	r.last_change.ns = 30 * NS_PER_S;
	assert_true(read_rs("last_change", M_TIMESTAMP, M_RO, &r, &v));
	assert_number(&v, ASN_TIMETICKS, 0); /* before sysUpTime began */
	r.last_change.ns = 52 * NS_PER_S + 340 * NS_PER_MS;
	assert_true(read_rs("last_change", M_TIMESTAMP, M_RO, &r, &v));
	assert_number(&v, ASN_TIMETICKS, 1234);
	assert_true(read_rs("last_change", M_AGE_MS, M_RO, &r, &v));
	assert_number(&v, ASN_GAUGE, 47660);
	assert_false(read_rs("changed_at", M_DATE, M_RO | M_SPARSE, &r, &v));
	r.changed_at = UINT64_C(1709210096789); /* 2024-02-29 12:34:56.789 UTC */
	assert_true(read_rs("changed_at", M_DATE, M_RO | M_SPARSE, &r, &v));
	assert_int_equal(v.len, 11);
	assert_memory_equal(v.u.bytes, "\x07\xe8\x02\x1d\x0c\x22\x38\x07+\x00\x00", 11);
}

static void test_replica_age(void **state)
{
	struct map_column c = {17, NULL, M_REPLICA_AGE, M_RO, NULL};
	struct global_row g = {0};
	struct value v;

	(void)state;
	assert_true(value_read(&c, &g, &clock_0, &v));
	assert_number(&v, ASN_GAUGE, 1000);
}

static void test_sparse(void **state)
{
	struct real_server_row r = {0};
	struct value v;

	(void)state;
	assert_false(read_rs("weight", M_UNSIGNED32, M_SPARSE, &r, &v));
	assert_false(read_rs("reason_text", M_STRING, M_SPARSE, &r, &v));
	assert_false(read_rs("addr", M_ADDR, M_SPARSE, &r, &v));
	assert_true(read_rs("weight", M_UNSIGNED32, M_RO, &r, &v));
}

/* ---- writing ------------------------------------------------------------- */

struct number_case {
	u_char type;
	long n;
	int err;
	const char *text;
};

static void check_numbers(struct map_column c, const struct number_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char text[TEXT_MAX] = "untouched";
		int err = value_write(&c, cases[i].type, &cases[i].n, sizeof(long), text);

		if (err != cases[i].err)
			print_error("%s = %ld (type %#x)\n", c.field, cases[i].n, cases[i].type);
		assert_int_equal(err, cases[i].err);
		assert_string_equal(text, err ? "untouched" : cases[i].text);
	}
}
#define CHECK(c, cases) check_numbers((c), (cases), sizeof(cases) / sizeof((cases)[0]))

static const struct number_case weight_cases[] = {
    {ASN_UNSIGNED, 0, 0, "0"},
    {ASN_UNSIGNED, 1, 0, "1"},
    {ASN_UNSIGNED, 256, 0, "256"},
    {ASN_UNSIGNED, 300, 0, "300"},
    {ASN_UNSIGNED, 65535, 0, "65535"},
    {ASN_UNSIGNED, 65536, SNMP_ERR_WRONGVALUE, NULL},
    {ASN_UNSIGNED, 4294967295L, SNMP_ERR_WRONGVALUE, NULL},
    {ASN_UNSIGNED, -1, SNMP_ERR_WRONGVALUE, NULL},
    {ASN_INTEGER, -1, SNMP_ERR_WRONGTYPE, NULL},
    {ASN_INTEGER, 1, SNMP_ERR_WRONGTYPE, NULL},
    {ASN_COUNTER, 1, SNMP_ERR_WRONGTYPE, NULL},
    {ASN_TIMETICKS, 1, SNMP_ERR_WRONGTYPE, NULL},
    {ASN_OCTET_STR, 1, SNMP_ERR_WRONGTYPE, NULL},
};

static const struct number_case rs_admin_cases[] = {
    {ASN_INTEGER, 1, 0, "enabled"},
    {ASN_INTEGER, 2, 0, "draining"},
    {ASN_INTEGER, 3, 0, "disabled"},
    {ASN_INTEGER, 4, 0, "forcedOffline"},
    {ASN_INTEGER, 0, SNMP_ERR_WRONGVALUE, NULL},
    {ASN_INTEGER, 5, SNMP_ERR_WRONGVALUE, NULL},
    {ASN_INTEGER, -1, SNMP_ERR_WRONGVALUE, NULL},
    {ASN_INTEGER, 257, SNMP_ERR_WRONGVALUE, NULL}, /* not enabled(1) cut to a byte */
    {ASN_INTEGER, 2147483647, SNMP_ERR_WRONGVALUE, NULL},
    {ASN_UNSIGNED, 1, SNMP_ERR_WRONGTYPE, NULL},
    {ASN_OCTET_STR, 1, SNMP_ERR_WRONGTYPE, NULL},
};

static const struct number_case two_state_cases[] = {
    {ASN_INTEGER, 0, SNMP_ERR_WRONGVALUE, NULL},  {ASN_INTEGER, 3, SNMP_ERR_WRONGVALUE, NULL},
    {ASN_INTEGER, -1, SNMP_ERR_WRONGVALUE, NULL}, {ASN_INTEGER, 256, SNMP_ERR_WRONGVALUE, NULL},
    {ASN_UNSIGNED, 1, SNMP_ERR_WRONGTYPE, NULL},
};

static const struct number_case vs_admin_cases[] = {{ASN_INTEGER, 1, 0, "enabled"},
						    {ASN_INTEGER, 2, 0, "disabled"}};
static const struct number_case vrrp_admin_cases[] = {{ASN_INTEGER, 1, 0, "up"},
						      {ASN_INTEGER, 2, 0, "down"}};

static const struct number_case priority_cases[] = {
    {ASN_UNSIGNED, 0, SNMP_ERR_WRONGVALUE, NULL},
    {ASN_UNSIGNED, 1, 0, "1"},
    {ASN_UNSIGNED, 254, 0, "254"},
    {ASN_UNSIGNED, 255, 0, "255"},
    {ASN_UNSIGNED, 256, SNMP_ERR_WRONGVALUE, NULL},
    {ASN_UNSIGNED, 300, SNMP_ERR_WRONGVALUE, NULL},
    {ASN_UNSIGNED, 65536, SNMP_ERR_WRONGVALUE, NULL},
    {ASN_UNSIGNED, 4294967295L, SNMP_ERR_WRONGVALUE, NULL},
    {ASN_INTEGER, -1, SNMP_ERR_WRONGTYPE, NULL},
};

static const struct number_case drain_cases[] = {
    {ASN_UNSIGNED, 0, 0, "0"},
    {ASN_UNSIGNED, 2592000, 0, "2592000"},
    {ASN_UNSIGNED, 2592001, SNMP_ERR_WRONGVALUE, NULL},
    {ASN_UNSIGNED, 4294967295L, SNMP_ERR_WRONGVALUE, NULL},
    {ASN_INTEGER, 0, SNMP_ERR_WRONGTYPE, NULL},
};

static void test_write_numbers(void **state)
{
	(void)state;
	CHECK(column(T_REAL_SERVER, "weight", M_UNSIGNED32, M_RW), weight_cases);
	CHECK(column(T_REAL_SERVER, "admin_state", M_INTEGER, M_RW), rs_admin_cases);
	CHECK(column(T_REAL_SERVER, "drain_time_s", M_UNSIGNED32, M_RW), drain_cases);
	CHECK(column(T_VIRTUAL_SERVER, "admin_state", M_INTEGER, M_RW), vs_admin_cases);
	CHECK(column(T_VIRTUAL_SERVER, "admin_state", M_INTEGER, M_RW), two_state_cases);
	CHECK(column(T_VRRP_INSTANCE, "admin_state", M_INTEGER, M_RW), vrrp_admin_cases);
	CHECK(column(T_VRRP_INSTANCE, "admin_state", M_INTEGER, M_RW), two_state_cases);
	CHECK(column(T_VRRP_INSTANCE, "base_priority", M_UNSIGNED32, M_RW), priority_cases);
}

static void test_write_truth(void **state)
{
	static const struct number_case cases[] = {
	    {ASN_INTEGER, 1, 0, "yes"},
	    {ASN_INTEGER, 2, 0, "no"},
	    {ASN_INTEGER, 0, SNMP_ERR_WRONGVALUE, NULL},
	    {ASN_INTEGER, 3, SNMP_ERR_WRONGVALUE, NULL},
	};

	(void)state;
	CHECK(column(T_REAL_SERVER, "inhibit_on_failure", M_TRUTH, M_RW), cases);
}

/* Whatever a SET lets through is text that the field takes. */
static void test_texts_parse(void **state)
{
	struct map_column c = column(T_REAL_SERVER, "weight", M_UNSIGNED32, M_RW);
	struct real_server_row r = {0};
	char text[TEXT_MAX], why[TEXT_MAX];

	(void)state;
	for (long n = 0; n <= 65535; n += n < 300 ? 1 : 997) {
		assert_int_equal(value_write(&c, ASN_UNSIGNED, &n, sizeof(n), text), 0);
		assert_true(field_parse(c.f, &r, text, why));
		assert_int_equal(r.weight, n);
	}
}

static int write_reason(const char *data, size_t len)
{
	struct map_column c = column(T_REAL_SERVER, "admin_reason", M_STRING, M_RW);
	char text[TEXT_MAX] = "";
	int err = value_write(&c, ASN_OCTET_STR, data, len, text);

	if (!err)
		assert_memory_equal(text, data, len + 1);
	return err;
}

static void test_write_strings(void **state)
{
	char longest[129] = {0};

	(void)state;
	memset(longest, 'x', 128);
	assert_int_equal(write_reason("", 0), 0);
	assert_int_equal(write_reason("ticket 17", 9), 0);
	assert_int_equal(write_reason("caf\xc3\xa9 \xe2\x82\xac", 9), 0);
	assert_int_equal(write_reason(longest, 128), SNMP_ERR_WRONGLENGTH);
	longest[127] = '\0';
	assert_int_equal(write_reason(longest, 127), 0);
	assert_int_equal(write_reason("a\0b", 3), SNMP_ERR_WRONGVALUE);
	assert_int_equal(write_reason("a\nb", 3), SNMP_ERR_WRONGVALUE);
	assert_int_equal(write_reason("\xff", 1), SNMP_ERR_WRONGVALUE);
	assert_int_equal(write_reason("\xc0\x80", 2), SNMP_ERR_WRONGVALUE);
	assert_int_equal(write_reason("\xe2\x82", 2), SNMP_ERR_WRONGVALUE);
}

static void test_write_refused(void **state)
{
	struct map_column ro = column(T_REAL_SERVER, "weight", M_UNSIGNED32, M_RO);
	struct map_column s = column(T_REAL_SERVER, "admin_reason", M_STRING, M_RW);
	char text[TEXT_MAX];
	long n = 1;

	(void)state;
	assert_int_equal(value_write(&ro, ASN_UNSIGNED, &n, sizeof(n), text), SNMP_ERR_NOTWRITABLE);
	assert_int_equal(value_write(&s, ASN_INTEGER, &n, sizeof(n), text), SNMP_ERR_WRONGTYPE);
	assert_int_equal(value_write(&s, ASN_IPADDRESS, "abcd", 4, text), SNMP_ERR_WRONGTYPE);
}

static void test_uptime_zero(void **state)
{
	struct mono zero = {0}, now = {1000 * NS_PER_S};

	(void)state;
	zero = value_uptime_zero(zero, now, 50000);
	assert_int_equal(zero.ns, 500 * NS_PER_S);
	/* a later answer, late by 30 ms: the same zero, so the same TimeStamps */
	now.ns += 10 * NS_PER_S;
	assert_int_equal(value_uptime_zero(zero, now, 50997).ns, zero.ns);
	/* the master began anew */
	assert_int_equal(value_uptime_zero(zero, now, 100).ns, now.ns - NS_PER_S);
	/* none yet: the first is taken, however near to 0 */
	assert_int_equal(value_uptime_zero((struct mono){0}, (struct mono){NS_PER_S}, 90).ns,
			 NS_PER_S / 10);
	/* it runs longer than this machine */
	assert_true(value_uptime_zero(zero, now, 300000).ns < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_read_numbers),  cmocka_unit_test(test_read_octets),
	    cmocka_unit_test(test_read_times),    cmocka_unit_test(test_replica_age),
	    cmocka_unit_test(test_sparse),        cmocka_unit_test(test_write_numbers),
	    cmocka_unit_test(test_write_truth),   cmocka_unit_test(test_texts_parse),
	    cmocka_unit_test(test_write_strings), cmocka_unit_test(test_write_refused),
	    cmocka_unit_test(test_uptime_zero),
	};

	return cmocka_run_group_tests_name("agent_value", tests, NULL, NULL);
}
