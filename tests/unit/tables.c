/*
 * tables: the promises that every described table keeps, whoever adds a field to it.
 *
 * Every table and field has a name and a help text; a field is exactly one of key,
 * configuration, override, state and counter; what may be set is one of the wanted ones;
 * ranges fit the type and hold the default; names of enums are unique; the descriptors
 * cover the struct byte by byte, so that a member without a description is found here.
 */
#include "model/rows.h"
#include "model/schema.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define EACH_TABLE(t)                                                                              \
	for (int t##_i = 0; t##_i < T_COUNT; t##_i++)                                              \
		for (const struct table *t = schema_table((enum table_id)t##_i); t; t = NULL)
#define EACH_FIELD(t, f)                                                                           \
	for (const struct field *f = (t)->fields; f < (t)->fields + (t)->nfields; f++)
#define expect(cond, t, f)                                                                         \
	do {                                                                                       \
		if (!(cond))                                                                       \
			fail_msg("%s %s: %s", (t)->name, (f)->name, #cond);                        \
	} while (0)

static size_t type_size(const struct field *f)
{
	switch (f->type) {
	case FT_BOOL:
	case FT_U8:
	case FT_ENUM:
		return 1;
	case FT_U16:
		return 2;
	case FT_U32:
	case FT_I32:
		return 4;
	case FT_U64:
	case FT_WALL:
	case FT_WHEN:
		return 8;
	case FT_ADDR:
		return sizeof(struct addr);
	case FT_STR:
		return f->size;
	case FT_TEXT:
		return sizeof(const char *);
	}
	return 0;
}

static size_t type_align(const struct field *f)
{
	return f->type == FT_STR || f->type == FT_ADDR ? 1 : type_size(f);
}

static uint64_t type_max(const struct field *f)
{
	return type_size(f) >= 8 ? UINT64_MAX : (UINT64_C(1) << (8 * type_size(f))) - 1;
}

static size_t align_up(size_t at, size_t align)
{
	return (at + align - 1) / align * align;
}

/* The name of a field, table, unit or enum value as it appears to people. */
static bool is_word(const char *s)
{
	return s && *s &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
		   strlen(s);
}

static void every_table_is_described(void **state)
{
	(void)state;
	for (int i = 0; i < T_COUNT; i++) {
		const struct table *t = schema_table((enum table_id)i);

		assert_non_null(t);
		assert_int_equal(t->id, i);
		assert_true(is_word(t->name));
		assert_ptr_equal(schema_table_by_name(t->name), t);
		assert_true(t->help && strlen(t->help) > 5);
		assert_true(t->nfields <= MAX_FIELDS);
		assert_true(t->row_size <= MAX_ROW);
		assert_true(t->owner < ROLE_COUNT);
	}
	assert_null(schema_table_by_name("no_such_table"));
}

static void every_field_is_described(void **state)
{
	(void)state;
	EACH_TABLE(t) EACH_FIELD(t, f)
	{
		expect(is_word(f->name), t, f);
		expect(f->help && strlen(f->help) > 3, t, f);
		expect(!f->unit || f->unit[0], t, f);
		expect(f->size == type_size(f), t, f);
		expect(schema_field(t->id, f->name) == f, t, f); /* so names are unique */
		expect(field_index(t, f) == (unsigned)(f - t->fields), t, f);
	}
}

static void a_field_is_one_kind(void **state)
{
	(void)state;
	EACH_TABLE(t) EACH_FIELD(t, f)
	{
		unsigned kind = f->flags & (F_KEY | F_CONFIG | F_ADMIN | F_STATE | F_COUNTER);

		expect(__builtin_popcount(kind) == 1, t, f);
		expect(!(f->flags & F_SET) || f->flags & (F_WANTED | F_ACTION), t, f);
		expect(!(f->flags & F_SNMP) || f->flags & F_SET, t, f);
		expect(!(f->flags & F_EXEC) || !(f->flags & F_SET), t, f);
		expect(!(f->flags & F_ADMIN) || f->flags & F_SET, t, f);
		expect(!(f->flags & F_MAIN) || f->flags & F_SEEN, t, f);
		expect(!(f->flags & F_KEY) == ((unsigned)(f - t->fields) >= t->nkeys), t, f);
	}
}

/* The design's promise: at most 1 kB for each real server in each process. */
static void a_server_with_two_checks_is_small(void **state)
{
	const size_t beside = 2 * 64; /* the store's own, the names' share */

	(void)state;
	assert_true(schema_table(T_REAL_SERVER)->row_size + 2 * schema_table(T_CHECKER)->row_size +
			3 * beside <=
		    1000);
}

static void ranges_are_sane(void **state)
{
	unsigned char row[MAX_ROW];

	(void)state;
	EACH_TABLE(t) EACH_FIELD(t, f)
	{
		if (f->type == FT_STR) {
			expect(f->max < f->size, t, f);
			expect(f->min <= f->max, t, f);
		} else if (f->type == FT_I32) {
			expect((int64_t)f->min <= (int64_t)f->max, t, f);
			expect((int64_t)f->min >= INT32_MIN && (int64_t)f->max <= INT32_MAX, t, f);
		} else if (f->type == FT_TEXT) {
			expect(f->min <= f->max, t, f);
			expect(f->max < TEXT_MAX, t, f);
		} else if (f->type != FT_ADDR && f->type != FT_ENUM) {
			expect(f->min <= f->max || f->max == 0, t, f);
			expect(f->max <= type_max(f), t, f);
		}
		row_init(t->id, row);
		if (f->flags & F_WANTED && !field_is_text(f) && f->type != FT_ADDR)
			expect(field_valid(f, row), t, f);
	}
}

static void enum_names_are_unique(void **state)
{
	(void)state;
	EACH_TABLE(t) EACH_FIELD(t, f)
	{
		expect((f->type == FT_ENUM) == (f->names != NULL), t, f);
		for (const struct enum_name *n = f->names; n && n->name; n++) {
			int value = -1;

			expect(is_word(n->name), t, f);
			expect(n->value >= 0 && n->value <= 255, t, f);
			expect(enum_value(f->names, n->name, &value) && value == n->value, t, f);
			expect(!strcmp(enum_name(f->names, n->value), n->name), t, f);
		}
	}
}

/* In the order of the struct each descriptor begins where the one before it ended, but for
 * the padding that alignment asks for; and the last ends at the end of the struct. */
static void descriptors_cover_the_row(void **state)
{
	(void)state;
	EACH_TABLE(t)
	{
		size_t end = 0, widest = 1;

		EACH_FIELD(t, f)
		{
			expect(f->offset == align_up(end, type_align(f)), t, f);
			end = (size_t)f->offset + f->size;
			if (type_align(f) > widest)
				widest = type_align(f);
		}
		if (t->row_size != align_up(end, widest))
			fail_msg("%s: the last field ends at %zu, the row at %zu", t->name, end,
				 t->row_size);
	}
}

static void keys_come_first_and_are_text_or_numbers(void **state)
{
	(void)state;
	EACH_TABLE(t) for (unsigned i = 0; i < t->nkeys; i++)
	{
		const struct field *f = &t->fields[i];

		expect(f->flags & F_KEY, t, f);
		expect(field_is_text(f) || f->type == FT_U32 || f->type == FT_ENUM, t, f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_table_is_described),
	    cmocka_unit_test(every_field_is_described),
	    cmocka_unit_test(a_field_is_one_kind),
	    cmocka_unit_test(a_server_with_two_checks_is_small),
	    cmocka_unit_test(ranges_are_sane),
	    cmocka_unit_test(enum_names_are_unique),
	    cmocka_unit_test(descriptors_cover_the_row),
	    cmocka_unit_test(keys_come_first_and_are_text_or_numbers),
	};

	return cmocka_run_group_tests_name("tables", tests, NULL, NULL);
}
