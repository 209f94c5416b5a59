/*
 * nl_genl: batches of commands, with the family that every kernel has: the one that knows the
 * families.
 */
#include "nl/genl.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct genl *genl;
static unsigned answers[GENL_BATCH_MAX];

static void count_answer(void *arg, size_t number, const void *attrs, size_t len)
{
	(void)arg, (void)attrs;
	assert_true(number < GENL_BATCH_MAX);
	assert_true(len > 0);
	answers[number]++;
}

/* A question for a family: there is one, or there is none of that name. */
static void ask(bool there, size_t number)
{
	static const char padding[NLA_ALIGNTO];
	char name[GENL_NAMSIZ];
	struct buf b = {0};
	struct nlattr a = {.nla_type = CTRL_ATTR_FAMILY_NAME};
	size_t len;

	snprintf(name, sizeof(name), there ? "nlctrl" : "none%zu", number);
	len = strlen(name) + 1;
	a.nla_len = (uint16_t)(NLA_HDRLEN + len);
	buf_add(&b, &a, sizeof(a));
	buf_add(&b, name, len);
	buf_add(&b, padding, NLA_ALIGN(len) - len);
	genl_batch_add(genl, CTRL_CMD_GETFAMILY, &b);
	buf_free(&b);
}

/* Asks for n families of which `pattern` has a bit for each that is there. */
static void run(size_t n, uint64_t pattern)
{
	int results[GENL_BATCH_MAX];

	memset(answers, 0, sizeof(answers));
	for (size_t i = 0; i < GENL_BATCH_MAX; i++)
		results[i] = 1;
	for (size_t i = 0; i < n; i++)
		ask(pattern >> i & 1, i);
	genl_batch_run(genl, results, count_answer, NULL);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(results[i], pattern >> i & 1 ? 0 : -ENOENT);
		assert_int_equal(answers[i], pattern >> i & 1);
	}
	if (n < GENL_BATCH_MAX)
		assert_int_equal(results[n], 1);
}

static void every_command_has_its_own_result(void **state)
{
	static const uint64_t patterns[] = {
	    0, UINT64_MAX, 0xaaaaaaaaaaaaaaaa, 0x5555555555555555, 1, UINT64_C(1) << 63};

	(void)state;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		for (size_t n = 1; n <= GENL_BATCH_MAX; n++)
			run(n, patterns[i]);
}

/* What a batch answers does not end up in the next exchange, nor the other way round. */
static void exchanges_do_not_mix(void **state)
{
	(void)state;
	run(3, 1);
	assert_int_equal(genl_request(genl, CTRL_CMD_UNSPEC, &(struct buf){0}), -EOPNOTSUPP);
	run(3, 6);
	assert_int_equal(genl_dump(genl, CTRL_CMD_GETFAMILY, &(struct buf){0}, NULL, NULL), 0);
	run(2, 0);
}

static int open_genl(void **state)
{
	(void)state;
	return genl_open("nlctrl", 2, &genl);
}

static int close_genl(void **state)
{
	(void)state;
	genl_close(genl);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_command_has_its_own_result),
	    cmocka_unit_test(exchanges_do_not_mix),
	};

	return cmocka_run_group_tests(tests, open_genl, close_genl);
}
