/* Any name and any value from a manager: GETNEXT goes forward to an instance that GET finds, and
 * what a SET lets through is text that the field takes. */
#include "agent/table.h"

#include "base/text.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const struct value_clock clock_0 = {.now = {NS_PER_S}};

static void add(struct store *s, enum table_id t, const char *first, const char *second)
{
	unsigned char row[MAX_ROW] __attribute__((aligned(16)));
	const struct table *def = schema_table(t);
	char why[TEXT_MAX];

	row_init(t, row);
	field_parse(&def->fields[0], row, first, why);
	if (second)
		field_parse(&def->fields[1], row, second, why);
	store_put(s, t, row, ~0u, NULL);
}

static struct store *filled(void)
{
	struct store *s = store_new();

	map_resolve();
	store_single(s, T_GLOBAL);
	add(s, T_VRRP_INSTANCE, "VI_1", NULL);
	add(s, T_VIRTUAL_SERVER, "a", NULL);
	add(s, T_REAL_SERVER, "a", "1");
	add(s, T_REAL_SERVER, "a", "22");
	add(s, T_REAL_SERVER, "bb", "1");
	return s;
}

/* The root, or less of it, and sub-identifiers of the input behind it. */
static size_t make_name(const struct table_view *v, const uint8_t *data, size_t len, oid *name)
{
	size_t n = data[0] % (v->root_len + 1);

	n = data[0] & 0x80 ? v->root_len : n;
	memcpy(name, v->root, n * sizeof(oid));
	for (size_t i = 1; i < len && n < MAX_OID_LEN; i++)
		name[n++] = data[i] == 0xff ? 0xffffffff : data[i];
	return n;
}

static void check_names(const struct table_view *v, const uint8_t *data, size_t len)
{
	oid name[MAX_OID_LEN], next[MAX_OID_LEN];
	size_t n = make_name(v, data, len, name), next_len;
	struct value a, b;
	bool exact = table_get(v, name, n, &clock_0, &a) == TABLE_FOUND;

	if (table_next(v, name, n, true, &clock_0, next, &next_len, &b))
		assert(!exact == !!snmp_oid_compare(name, n, next, next_len));
	else
		assert(!exact);
	if (!table_next(v, name, n, false, &clock_0, next, &next_len, &b))
		return;
	assert(snmp_oid_compare(name, n, next, next_len) < 0);
	assert(table_get(v, next, next_len, &clock_0, &a) == TABLE_FOUND);
}

static void check_value(const struct table_view *v, const uint8_t *data, size_t len)
{
	const struct map_column *c = &v->map->columns[data[0] % v->map->ncolumns];
	unsigned char row[MAX_ROW] __attribute__((aligned(16)));
	u_char type = len > 1 ? data[1] : ASN_INTEGER;
	char text[TEXT_MAX], why[TEXT_MAX];
	long number = 0;
	int err;

	data += len > 2 ? 2 : len;
	len -= len > 2 ? 2 : len;
	memcpy(&number, data, len < sizeof(number) ? len : sizeof(number));
	if (type == ASN_OCTET_STR)
		err = value_write(c, type, data, len, text);
	else
		err = value_write(c, type, &number, sizeof(number), text);
	row_init(v->map->table, row);
	assert(err || field_parse(c->f, row, text, why));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct map_table *const maps[] = {&map_rs, &map_vs, &map_vrrp, &map_general};
	static struct store *s;
	struct table_view v;

	if (!s)
		s = filled();
	if (len < 2)
		return 0;
	table_view_init(&v, maps[data[0] % 4], s);
	check_names(&v, data + 1, len - 1);
	check_value(&v, data + 1, len - 1);
	return 0;
}
