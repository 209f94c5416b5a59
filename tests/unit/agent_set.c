/* SET: the phases as net-snmp calls them, against a main that answers as told. */
#include "agent/set.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- a main ---------------------------------------------------------------- */

struct fake {
	struct mono now;
	unsigned tests, commits, undos, told_undos, barriers;
	uint32_t id;
	unsigned nops;
	char values[8][64];
	struct result next; /* what the next question is answered */
};

static void fake_ask(void *arg, enum msg_type type, uint32_t id, const struct change *c,
		     struct result *ret)
{
	struct fake *f = arg;

	if (type == MSG_TXN_TEST) {
		f->tests++;
		f->id = id;
		f->nops = c->nops;
		for (unsigned i = 0; i < c->nops && i < 8; i++)
			text_copy(f->values[i], 64, c->ops[i].value);
		assert_int_equal(c->source, SOURCE_SNMP);
	} else if (type == MSG_BARRIER) {
		assert_null(c);
		f->barriers++;
	} else {
		assert_null(c);
		assert_int_equal(id, f->id);
		f->commits += type == MSG_TXN_COMMIT;
		f->undos += type == MSG_TXN_UNDO;
	}
	*ret = f->next;
	f->next = (struct result){.status = RESULT_OK};
}

static void fake_tell(void *arg, enum msg_type type, uint32_t id)
{
	struct fake *f = arg;

	assert_int_equal(type, MSG_TXN_UNDO);
	assert_int_equal(id, f->id);
	f->told_undos++;
}

static struct mono fake_now(void *arg)
{
	return ((struct fake *)arg)->now;
}

static const struct set_ops ops = {fake_ask, fake_tell, fake_now};

/* ---- a replica and varbinds ------------------------------------------------ */

struct bench {
	struct fake fake;
	struct store *store;
	struct set *set;
	struct table_view rs, vrrp;
	oid weight_1[MAX_OID_LEN], weight_2[MAX_OID_LEN], oper[MAX_OID_LEN], none[MAX_OID_LEN];
	oid priority[MAX_OID_LEN], unknown[MAX_OID_LEN];
	size_t len_weight_1, len_weight_2, len_oper, len_none, len_priority, len_unknown;
	long good, bad;
};

static const struct set_pdu pdu_1 = {1, 100}, pdu_2 = {1, 101};

static size_t name_of(const struct table_view *v, oid column, const char *a, const char *b,
		      oid *out)
{
	const char *const names[] = {a, b};
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

static void fill(struct store *s)
{
	struct real_server_row r;
	struct vrrp_instance_row i;

	row_init(T_REAL_SERVER, &r);
	r.vs = "v";
	r.name = "1";
	store_put(s, T_REAL_SERVER, &r, ~0u, NULL);
	r.name = "2";
	store_put(s, T_REAL_SERVER, &r, ~0u, NULL);
	row_init(T_VRRP_INSTANCE, &i);
	TEXT_COPY(i.name, "VI");
	store_put(s, T_VRRP_INSTANCE, &i, ~0u, NULL);
}

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	map_resolve();
	b->fake.next.status = RESULT_OK;
	b->fake.now.ns = NS_PER_S;
	b->store = store_new();
	fill(b->store);
	b->set = set_new(&ops, &b->fake);
	table_view_init(&b->rs, &map_rs, b->store);
	table_view_init(&b->vrrp, &map_vrrp, b->store);
	b->len_weight_1 = name_of(&b->rs, 6, "v", "1", b->weight_1);
	b->len_weight_2 = name_of(&b->rs, 6, "v", "2", b->weight_2);
	b->len_none = name_of(&b->rs, 6, "v", "3", b->none);
	b->len_oper = name_of(&b->rs, 9, "v", "1", b->oper);
	b->len_unknown = name_of(&b->rs, 200, "v", "1", b->unknown);
	b->len_priority = name_of(&b->vrrp, 10, "VI", NULL, b->priority);
	b->good = 300;
	b->bad = 65536;
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	set_free(b->set);
	store_free(b->store);
	free(b);
	return 0;
}

#define VB(b, which, value)                                                                        \
	(&(struct set_varbind){(b)->which, (b)->len_##which, ASN_UNSIGNED, &(b)->value,            \
			       sizeof(long)})

/* ---- the phases ------------------------------------------------------------ */

static void test_one_varbind(void **state)
{
	struct bench *b = *state;

	assert_int_equal(set_reserve1(b->set, pdu_1, &b->rs, VB(b, weight_1, good)), 0);
	assert_int_equal(b->fake.tests, 0);
	assert_int_equal(set_reserve2(b->set, pdu_1, VB(b, weight_1, good)), 0);
	assert_int_equal(b->fake.tests, 1);
	assert_int_equal(b->fake.nops, 1);
	assert_string_equal(b->fake.values[0], "300");
	assert_int_equal(set_action(b->set, pdu_1, VB(b, weight_1, good)), 0);
	assert_int_equal(b->fake.commits, 1);
	set_end(b->set, pdu_1);
	assert_int_equal(b->fake.undos + b->fake.told_undos, 0);
}

/* All reservations of a PDU over two tables are one change, tested and committed once. */
static void test_whole_pdu(void **state)
{
	struct bench *b = *state;

	b->good = 200;
	assert_int_equal(set_reserve1(b->set, pdu_1, &b->rs, VB(b, weight_1, good)), 0);
	assert_int_equal(set_reserve1(b->set, pdu_1, &b->rs, VB(b, weight_2, good)), 0);
	assert_int_equal(set_reserve1(b->set, pdu_1, &b->vrrp, VB(b, priority, good)), 0);
	assert_int_equal(set_reserve2(b->set, pdu_1, VB(b, priority, good)), 0);
	assert_int_equal(set_reserve2(b->set, pdu_1, VB(b, weight_1, good)), 0);
	assert_int_equal(set_reserve2(b->set, pdu_1, VB(b, weight_2, good)), 0);
	assert_int_equal(b->fake.tests, 1);
	assert_int_equal(b->fake.nops, 3);
	assert_int_equal(set_action(b->set, pdu_1, VB(b, weight_1, good)), 0);
	assert_int_equal(set_action(b->set, pdu_1, VB(b, weight_2, good)), 0);
	assert_int_equal(set_action(b->set, pdu_1, VB(b, priority, good)), 0);
	assert_int_equal(b->fake.commits, 1);
	set_end(b->set, pdu_1);
	set_end(b->set, pdu_1); /* once for each registration */
}

static void test_reserve1_errors(void **state)
{
	struct bench *b = *state;
	struct set_varbind text = {b->weight_1, b->len_weight_1, ASN_OCTET_STR, "x", 1};
	struct set_varbind minus = {b->weight_1, b->len_weight_1, ASN_INTEGER, &b->good,
				    sizeof(long)};

	assert_int_equal(set_reserve1(b->set, pdu_1, &b->rs, VB(b, weight_1, bad)),
			 SNMP_ERR_WRONGVALUE);
	assert_int_equal(set_reserve1(b->set, pdu_1, &b->rs, &text), SNMP_ERR_WRONGTYPE);
	assert_int_equal(set_reserve1(b->set, pdu_1, &b->rs, &minus), SNMP_ERR_WRONGTYPE);
	assert_int_equal(set_reserve1(b->set, pdu_1, &b->rs, VB(b, oper, good)),
			 SNMP_ERR_NOTWRITABLE);
	assert_int_equal(set_reserve1(b->set, pdu_1, &b->rs, VB(b, unknown, good)),
			 SNMP_ERR_NOTWRITABLE);
	/* another varbind may make its row; when none does it is said at the end of the phase */
	assert_int_equal(set_reserve1(b->set, pdu_1, &b->rs, VB(b, none, good)), 0);
	assert_int_equal(set_reserve2(b->set, pdu_1, VB(b, none, good)), SNMP_ERR_NOCREATION);
	set_end(b->set, pdu_1);
	/* wrongValue comes before noCreation */
	assert_int_equal(set_reserve1(b->set, pdu_1, &b->rs, VB(b, none, bad)),
			 SNMP_ERR_WRONGVALUE);
	set_end(b->set, pdu_1);
	assert_int_equal(b->fake.tests + b->fake.told_undos, 0);
}

static int test_answer(struct bench *b, enum result_status status)
{
	int err;

	b->fake.next = (struct result){.status = status, .op = 1};
	assert_int_equal(set_reserve1(b->set, pdu_1, &b->rs, VB(b, weight_1, good)), 0);
	assert_int_equal(set_reserve1(b->set, pdu_1, &b->rs, VB(b, weight_2, good)), 0);
	assert_int_equal(set_reserve2(b->set, pdu_1, VB(b, weight_1, good)), 0);
	err = set_reserve2(b->set, pdu_1, VB(b, weight_2, good));
	set_end(b->set, pdu_1);
	return err;
}

/* What main refuses is answered at the varbind that it names. */
static void test_refused_by_main(void **state)
{
	struct bench *b = *state;

	assert_int_equal(test_answer(b, RESULT_WRONG_VALUE), SNMP_ERR_WRONGVALUE);
	assert_int_equal(test_answer(b, RESULT_INCONSISTENT_VALUE), SNMP_ERR_INCONSISTENTVALUE);
	assert_int_equal(test_answer(b, RESULT_NOT_WRITABLE), SNMP_ERR_NOTWRITABLE);
	assert_int_equal(test_answer(b, RESULT_NO_ROW), SNMP_ERR_NOCREATION);
	assert_int_equal(test_answer(b, RESULT_UNAVAILABLE), SNMP_ERR_RESOURCEUNAVAILABLE);
	assert_int_equal(b->fake.told_undos, 0);
	assert_int_equal(test_answer(b, RESULT_UNKNOWN), SNMP_ERR_RESOURCEUNAVAILABLE);
	assert_int_equal(b->fake.told_undos, 1); /* it may have been reserved after all */
	assert_int_equal(b->fake.commits, 0);
}

static void reserve(struct bench *b, struct set_pdu pdu)
{
	assert_int_equal(set_reserve1(b->set, pdu, &b->rs, VB(b, weight_1, good)), 0);
	assert_int_equal(set_reserve2(b->set, pdu, VB(b, weight_1, good)), 0);
}

static void test_commit_failed(void **state)
{
	struct bench *b = *state;

	reserve(b, pdu_1);
	b->fake.next.status = RESULT_COMMIT_FAILED;
	assert_int_equal(set_action(b->set, pdu_1, VB(b, weight_1, good)), SNMP_ERR_COMMITFAILED);
	assert_int_equal(set_undo(b->set, pdu_1), 0); /* nothing was changed */
	assert_int_equal(b->fake.undos + b->fake.told_undos, 0);
}

static void test_commit_unknown(void **state)
{
	struct bench *b = *state;

	reserve(b, pdu_1);
	b->fake.next.status = RESULT_UNKNOWN;
	assert_int_equal(set_action(b->set, pdu_1, VB(b, weight_1, good)), SNMP_ERR_COMMITFAILED);
	assert_int_equal(set_undo(b->set, pdu_1), 0);
	assert_int_equal(b->fake.told_undos, 1); /* behind the commit, and nobody waits */
	assert_int_equal(b->fake.undos, 0);
}

/* Another subagent of the same PDU could not commit: ours is taken back, once. */
static void test_undo(void **state)
{
	struct bench *b = *state;

	reserve(b, pdu_1);
	assert_int_equal(set_action(b->set, pdu_1, VB(b, weight_1, good)), 0);
	assert_int_equal(set_undo(b->set, pdu_1), 0);
	assert_int_equal(set_undo(b->set, pdu_1), 0);
	assert_int_equal(b->fake.undos, 1);
	reserve(b, pdu_2);
	assert_int_equal(set_action(b->set, pdu_2, VB(b, weight_1, good)), 0);
	b->fake.next.status = RESULT_COMMIT_FAILED;
	assert_int_equal(set_undo(b->set, pdu_2), SNMP_ERR_UNDOFAILED);
	assert_int_equal(set_undo(b->set, pdu_2), SNMP_ERR_UNDOFAILED);
}

/* Tested but not committed: another subagent refused. */
static void test_freed(void **state)
{
	struct bench *b = *state;

	reserve(b, pdu_1);
	set_end(b->set, pdu_1);
	assert_int_equal(b->fake.told_undos, 1);
	assert_int_equal(set_action(b->set, pdu_1, VB(b, weight_1, good)), SNMP_ERR_COMMITFAILED);
	assert_int_equal(b->fake.commits, 0);
}

/* The master repeats TestSet four times (measured): one test, one commit. */
static void test_retransmission(void **state)
{
	struct bench *b = *state;

	for (int i = 0; i < 4; i++)
		assert_int_equal(set_reserve1(b->set, pdu_1, &b->rs, VB(b, weight_1, good)), 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(set_reserve2(b->set, pdu_1, VB(b, weight_1, good)), 0);
	assert_int_equal(set_reserve1(b->set, pdu_1, &b->rs, VB(b, weight_1, good)), 0);
	assert_int_equal(set_reserve2(b->set, pdu_1, VB(b, weight_1, good)), 0);
	assert_int_equal(b->fake.tests, 1);
	assert_int_equal(b->fake.nops, 1);
	assert_int_equal(set_action(b->set, pdu_1, VB(b, weight_1, good)), 0);
	assert_int_equal(set_action(b->set, pdu_1, VB(b, weight_1, good)), 0);
	assert_int_equal(b->fake.commits, 1);
	set_end(b->set, pdu_1);
}

/* The refusal of a repeated PDU is the same one. */
static void test_retransmitted_refusal(void **state)
{
	struct bench *b = *state;

	b->fake.next.status = RESULT_INCONSISTENT_VALUE;
	assert_int_equal(set_reserve1(b->set, pdu_1, &b->rs, VB(b, weight_1, good)), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(set_reserve2(b->set, pdu_1, VB(b, weight_1, good)),
				 SNMP_ERR_INCONSISTENTVALUE);
	assert_int_equal(b->fake.tests, 1);
}

/* A PDU that never ended, because the master went, holds nothing up. */
static void test_abandoned(void **state)
{
	struct bench *b = *state;

	reserve(b, pdu_1);
	reserve(b, pdu_2);
	assert_int_equal(b->fake.told_undos, 1);
	assert_int_equal(b->fake.tests, 2);
	set_abort(b->set); /* the master is gone */
	assert_int_equal(b->fake.told_undos, 2);
	/* the numbers of another master may be the same, long after */
	reserve(b, pdu_1);
	b->fake.now.ns += 60 * NS_PER_S;
	reserve(b, pdu_1);
	assert_int_equal(b->fake.tests, 4);
}

static void test_same_varbind_twice(void **state)
{
	struct bench *b = *state;
	long other = 7;
	struct set_varbind vb = {b->weight_1, b->len_weight_1, ASN_UNSIGNED, &other, sizeof(long)};

	assert_int_equal(set_reserve1(b->set, pdu_1, &b->rs, VB(b, weight_1, good)), 0);
	assert_int_equal(set_reserve1(b->set, pdu_1, &b->rs, &vb), 0);
	assert_int_equal(set_reserve2(b->set, pdu_1, &vb), 0);
	assert_int_equal(b->fake.nops, 2);
	assert_string_equal(b->fake.values[1], "7");
}

/* The row that is to go is not there; only main can say so. */
static void test_nothing_to_do(void **state)
{
	struct bench *b = *state;
	oid name[MAX_OID_LEN];
	size_t len = name_of(&b->rs, 42, "v", "3", name);
	long destroy = SNMP_ROW_DESTROY;
	struct set_varbind vb = {name, len, ASN_INTEGER, &destroy, sizeof(long)};

	assert_int_equal(set_reserve1(b->set, pdu_1, &b->rs, &vb), 0);
	assert_int_equal(set_reserve2(b->set, pdu_1, &vb), 0);
	assert_int_equal(set_action(b->set, pdu_1, &vb), 0);
	set_end(b->set, pdu_1);
	assert_int_equal(b->fake.barriers, 1);
	b->fake.next.status = RESULT_UNAVAILABLE;
	assert_int_equal(set_reserve1(b->set, pdu_2, &b->rs, &vb), 0);
	assert_int_equal(set_reserve2(b->set, pdu_2, &vb), SNMP_ERR_RESOURCEUNAVAILABLE);
	set_end(b->set, pdu_2);
	assert_int_equal(b->fake.tests + b->fake.commits + b->fake.told_undos, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_one_varbind),
	    TEST(test_whole_pdu),
	    TEST(test_reserve1_errors),
	    TEST(test_refused_by_main),
	    TEST(test_commit_failed),
	    TEST(test_commit_unknown),
	    TEST(test_undo),
	    TEST(test_freed),
	    TEST(test_retransmission),
	    TEST(test_retransmitted_refusal),
	    TEST(test_abandoned),
	    TEST(test_same_varbind_twice),
	    TEST(test_nothing_to_do),
	};

	return cmocka_run_group_tests_name("agent_set", tests, NULL, NULL);
}
