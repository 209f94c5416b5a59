/*
 * chains: what was added is found, and nothing else, while an array grows, shrinks and has equal
 * entries; beside a look at every entry.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/chains.h"

#include <stdlib.h>

#define MOST   500
#define VALUES 97 /* so that many are equal */

struct table {
	struct chains chains;
	uint32_t value[MOST];
	uint32_t n;
};

static uint32_t hash_of(uint32_t value)
{
	return chains_hash(0, &value, sizeof(value));
}

static void make_anew(struct table *t)
{
	chains_begin(&t->chains, t->n);
	for (uint32_t i = t->n; i-- > 0;)
		chains_add(&t->chains, i, hash_of(t->value[i]));
	t->chains.fresh = true;
}

/* As many as there are, each once. */
static unsigned found(const struct table *t, uint32_t value)
{
	bool seen[MOST] = {false};
	unsigned n = 0;

	for (uint32_t i = chains_first(&t->chains, hash_of(value)); i != CHAINS_END;
	     i = chains_next(&t->chains, i)) {
		assert_true(i < t->n);
		assert_false(seen[i]);
		seen[i] = true;
		n += t->value[i] == value;
	}
	return n;
}

static unsigned there(const struct table *t, uint32_t value)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < t->n; i++)
		n += t->value[i] == value;
	return n;
}

static void check(struct table *t)
{
	if (!t->chains.fresh)
		make_anew(t);
	for (uint32_t v = 0; v <= VALUES; v++)
		assert_int_equal(found(t, v), there(t, v));
}

static void as_a_look_at_all(void **state)
{
	static struct table t;

	(void)state;
	srandom(9568);
	check(&t);
	for (int k = 0; k < 4000; k++) {
		if (t.n < MOST && random() % 3) {
			t.value[t.n++] = (uint32_t)random() % VALUES;
			if (chains_has_room(&t.chains, t.n))
				chains_add(&t.chains, t.n - 1, hash_of(t.value[t.n - 1]));
		} else if (t.n) {
			t.value[(uint32_t)random() % t.n] = t.value[t.n - 1];
			t.n--;
			t.chains.fresh = false;
		}
		if (k % 7 == 0)
			check(&t);
	}
	check(&t);
	chains_free(&t.chains);
	assert_int_equal(chains_first(&t.chains, 1), CHAINS_END);
}

static void first_of_equals(void **state)
{
	struct table t = {.value = {5, 7, 5, 5}, .n = 4};

	(void)state;
	make_anew(&t);
	assert_int_equal(chains_first(&t.chains, hash_of(5)), 0);
	chains_free(&t.chains);
}

/* No entry is added beyond the room, and then it is made anew with more. */
static void room_ends(void **state)
{
	static struct table t;
	uint32_t room;

	(void)state;
	make_anew(&t);
	room = t.chains.room;
	while (chains_has_room(&t.chains, t.n + 1)) {
		assert_true(t.n < room);
		t.value[t.n] = t.n;
		chains_add(&t.chains, t.n, hash_of(t.n));
		t.n++;
	}
	assert_int_equal(t.n, room);
	assert_false(t.chains.fresh);
	t.value[t.n] = t.n;
	t.n++;
	make_anew(&t);
	assert_true(t.chains.room > room);
	check(&t);
	chains_free(&t.chains);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(as_a_look_at_all),
	    cmocka_unit_test(first_of_equals),
	    cmocka_unit_test(room_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
