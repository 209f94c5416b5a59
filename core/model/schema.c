/*
 * schema: the walkers over the field descriptors. Nothing here knows a table; what a type is
 * stands in one switch each for get, put, compare, text and validity.
 */
#include "model/schema.h"

#include "base/addr.h"
#include "base/log.h"
#include "base/text.h"
#include "model/texts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct enum_name role_names[] = {
    {ROLE_GUARDIAN, "guardian"}, {ROLE_MAIN, "main"}, {ROLE_VRRP, "vrrp"}, {ROLE_LVS, "lvs"},
    {ROLE_AGENT, "agent"},       {ROLE_EXEC, "exec"}, {ROLE_CTL, "ctl"},   {0},
};

const char *role_name(enum role r)
{
	return enum_name(role_names, (int)r);
}

const struct table *schema_table(enum table_id id)
{
	return schema_tables[id];
}

const struct table *schema_table_by_name(const char *name)
{
	for (int i = 0; i < T_COUNT; i++)
		if (text_eq(schema_tables[i]->name, name))
			return schema_tables[i];
	return NULL;
}

const struct field *schema_field(enum table_id id, const char *name)
{
	const struct table *t = schema_tables[id];

	for (unsigned i = 0; i < t->nfields; i++)
		if (text_eq(t->fields[i].name, name))
			return &t->fields[i];
	return NULL;
}

unsigned field_index(const struct table *t, const struct field *f)
{
	return (unsigned)(f - t->fields);
}

static uint64_t hash_bytes(uint64_t h, const void *data, size_t len)
{
	const unsigned char *p = data;

	while (len--)
		h = (h ^ *p++) * UINT64_C(1099511628211); /* FNV-1a */
	return h;
}

static uint64_t hash_field(uint64_t h, const struct field *f)
{
	uint64_t parts[] = {f->type, f->flags, f->offset, f->size, f->min, f->max, f->def};

	h = hash_bytes(h, f->name, strlen(f->name) + 1);
	h = hash_bytes(h, parts, sizeof(parts));
	for (const struct enum_name *n = f->names; n && n->name; n++) {
		h = hash_bytes(h, &n->value, sizeof(n->value));
		h = hash_bytes(h, n->name, strlen(n->name) + 1);
	}
	return h;
}

uint64_t schema_hash(void)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (int i = 0; i < T_COUNT; i++) {
		h = hash_bytes(h, schema_tables[i]->name, strlen(schema_tables[i]->name) + 1);
		h = hash_bytes(h, &schema_tables[i]->row_size, sizeof(schema_tables[i]->row_size));
		for (unsigned k = 0; k < schema_tables[i]->nfields; k++)
			h = hash_field(h, &schema_tables[i]->fields[k]);
	}
	return h;
}

/* ---- sets of fields -------------------------------------------------- */

static struct fieldset fields_with(const struct table *t, unsigned flags)
{
	struct fieldset s = {{0}};

	for (unsigned i = 0; i < t->nfields; i++)
		if (t->fields[i].flags & flags)
			fieldset_add(&s, i);
	return s;
}

/* Every change of a row asks for the same few sets: each table remembers the last ones. */
struct fieldset fieldset_of(enum table_id id, unsigned flags)
{
	static struct {
		unsigned flags;
		struct fieldset set;
	} known[T_COUNT][8];

	unsigned slot = (flags ^ flags >> 3) % 8;

	if (known[id][slot].flags != flags) {
		known[id][slot].set = fields_with(schema_tables[id], flags);
		known[id][slot].flags = flags;
	}
	return known[id][slot].set;
}

bool schema_has(enum table_id id, unsigned flags)
{
	struct fieldset s = fieldset_of(id, flags);

	return !fieldset_empty(&s);
}

bool schema_configured(enum table_id id)
{
	enum role owner = schema_tables[id]->owner;

	return owner == ROLE_VRRP || owner == ROLE_LVS || schema_has(id, F_CONFIG);
}

bool fieldset_has_name(const struct fieldset *s, enum table_id id, const char *name)
{
	const struct field *f = schema_field(id, name);

	if (!f)
		fatalx("no field %s in table %s", name, schema_tables[id]->name);
	return fieldset_has(s, field_index(schema_tables[id], f));
}

/* ---- rows ------------------------------------------------------------ */

static void *at(const struct field *f, void *row)
{
	return (char *)row + f->offset;
}

static const void *at_const(const struct field *f, const void *row)
{
	return (const char *)row + f->offset;
}

static void set_defaults(const struct table *t, void *row)
{
	memset(row, 0, t->row_size);
	for (unsigned i = 0; i < t->nfields; i++)
		if (t->fields[i].type == FT_TEXT)
			field_point(&t->fields[i], row, "");
		else if (t->fields[i].def)
			field_put(&t->fields[i], row, t->fields[i].def);
}

const void *row_defaults(enum table_id id)
{
	static unsigned char empty[T_COUNT][MAX_ROW] __attribute__((aligned(16)));
	static bool made[T_COUNT];

	if (!made[id]) {
		set_defaults(schema_tables[id], empty[id]);
		made[id] = true;
	}
	return empty[id];
}

void row_init(enum table_id id, void *row)
{
	memcpy(row, row_defaults(id), schema_tables[id]->row_size);
}

struct fieldset row_optional(enum table_id id)
{
	static struct fieldset known[T_COUNT];
	static bool made[T_COUNT];
	const struct table *t = schema_tables[id];

	if (made[id])
		return known[id];
	for (unsigned i = t->nkeys; i < t->nfields; i++)
		if (field_valid(&t->fields[i], row_defaults(id)))
			fieldset_add(&known[id], i);
	made[id] = true;
	return known[id];
}

size_t row_prefix(enum table_id id, unsigned flags)
{
	const struct table *t = schema_tables[id];
	size_t end = 0;

	for (unsigned i = 0; i < t->nfields; i++)
		if (t->fields[i].flags & flags)
			end = (size_t)t->fields[i].offset + t->fields[i].size;
	return end;
}

static int cmp_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int key_cmp(const struct field *f, const void *a, const void *b)
{
	if (!field_is_text(f))
		return cmp_u64(field_get(f, a), field_get(f, b));

	const char *sa = field_str(f, a), *sb = field_str(f, b);
	size_t la, lb;

	if (sa == sb)
		return 0;
	la = strlen(sa);
	lb = strlen(sb);
	return la == lb ? memcmp(sa, sb, la) : la < lb ? -1 : 1;
}

int row_key_cmp(enum table_id id, const void *a, const void *b)
{
	const struct table *t = schema_tables[id];
	int r = 0;

	for (unsigned i = 0; i < t->nkeys && !r; i++)
		r = key_cmp(&t->fields[i], a, b);
	return r;
}

static bool same(const struct field *f, const void *a, const void *b)
{
	return memcmp(at_const(f, a), at_const(f, b), f->size) == 0 ||
	       (f->type == FT_TEXT && text_eq(field_str(f, a), field_str(f, b)));
}

struct fieldset row_diff(enum table_id id, const void *a, const void *b, struct fieldset mask)
{
	const struct table *t = schema_tables[id];
	struct fieldset d = {{0}};

	FIELDS_OF(mask, i)
	{
		if (!same(&t->fields[i], a, b))
			fieldset_add(&d, i);
	}
	return d;
}

void row_copy_fields(enum table_id id, void *dst, const void *src, struct fieldset mask)
{
	const struct table *t = schema_tables[id];

	FIELDS_OF(mask, i)
	{
		const struct field *f = &t->fields[i];

		memcpy(at(f, dst), at_const(f, src), f->size);
	}
}

struct fieldset row_texts(enum table_id id)
{
	static struct fieldset known[T_COUNT];
	static bool made[T_COUNT];
	const struct table *t = schema_tables[id];

	if (made[id])
		return known[id];
	for (unsigned i = 0; i < t->nfields; i++)
		if (t->fields[i].type == FT_TEXT)
			fieldset_add(&known[id], i);
	made[id] = true;
	return known[id];
}

void row_hold(enum table_id id, void *row)
{
	FIELDS_OF(row_texts(id), i)
	{
		const struct field *f = &schema_tables[id]->fields[i];

		field_point(f, row, texts_hold(field_str(f, row)));
	}
}

void row_drop(enum table_id id, const void *row)
{
	FIELDS_OF(row_texts(id), i)
	texts_drop(field_str(&schema_tables[id]->fields[i], row));
}

const char *row_key_text(enum table_id id, const void *row, char *buf, size_t size)
{
	const struct table *t = schema_tables[id];
	char one[TEXT_MAX];
	size_t n = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < t->nkeys && n < size; i++)
		n += (size_t)snprintf(buf + n, size - n, "%s%s", i ? " " : "",
				      field_text(&t->fields[i], row, one, sizeof(one)));
	return buf;
}

bool row_read_keys(enum table_id id, const char **p, void *row, char words[MAX_KEYS][TEXT_MAX])
{
	const struct table *t = schema_tables[id];
	char why[TEXT_MAX];

	row_init(id, row);
	for (unsigned i = 0; i < t->nkeys; i++)
		if (!text_word(p, words[i], TEXT_MAX) ||
		    !field_parse(&t->fields[i], row, words[i], why))
			return false;
	return true;
}

/* ---- values ---------------------------------------------------------- */

uint64_t field_get(const struct field *f, const void *row)
{
	const void *p = at_const(f, row);
	uint64_t v = 0;

	switch (f->type) {
	case FT_BOOL:
		return *(const bool *)p;
	case FT_U8:
	case FT_ENUM:
		return *(const uint8_t *)p;
	case FT_U16:
		return *(const uint16_t *)p;
	case FT_U32:
		return *(const uint32_t *)p;
	case FT_I32:
		return (uint64_t)(int64_t) * (const int32_t *)p;
	case FT_U64:
	case FT_WALL:
	case FT_WHEN:
		memcpy(&v, p, sizeof(v));
		return v;
	case FT_STR:
	case FT_TEXT:
	case FT_ADDR:
		break;
	}
	return 0;
}

void field_put(const struct field *f, void *row, uint64_t v)
{
	void *p = at(f, row);

	switch (f->type) {
	case FT_BOOL:
		*(bool *)p = v != 0;
		break;
	case FT_U8:
	case FT_ENUM:
		*(uint8_t *)p = (uint8_t)v;
		break;
	case FT_U16:
		*(uint16_t *)p = (uint16_t)v;
		break;
	case FT_U32:
		*(uint32_t *)p = (uint32_t)v;
		break;
	case FT_I32:
		*(int32_t *)p = (int32_t)v;
		break;
	case FT_U64:
	case FT_WALL:
	case FT_WHEN:
		memcpy(p, &v, sizeof(v));
		break;
	case FT_STR:
	case FT_TEXT:
	case FT_ADDR:
		break;
	}
}

const char *field_str(const struct field *f, const void *row)
{
	const char *text = NULL;

	if (f->type == FT_STR)
		return at_const(f, row);
	if (f->type == FT_TEXT)
		memcpy(&text, at_const(f, row), sizeof(text));
	return text ? text : "";
}

void field_point(const struct field *f, void *row, const char *text)
{
	memcpy(at(f, row), &text, sizeof(text));
}

const char *enum_name(const struct enum_name *names, int value)
{
	for (; names->name; names++)
		if (names->value == value)
			return names->name;
	return "?";
}

bool enum_value(const struct enum_name *names, const char *name, int *ret)
{
	for (; names->name; names++) {
		if (text_eq(names->name, name)) {
			*ret = names->value;
			return true;
		}
	}
	return false;
}

bool enum_word(const char **p, const struct enum_name *names, int *ret)
{
	char word[64];

	return text_word(p, word, sizeof(word)) && enum_value(names, word, ret);
}

static void put_text(char *buf, size_t size, const char *text)
{
	size_t len = strnlen(text, size - 1);

	memcpy(buf, text, len);
	buf[len] = '\0';
}

#define DECIMAL_MAX 21 /* of 64 bits, with the NUL */

static const char *decimal(uint64_t v, char buf[DECIMAL_MAX])
{
	char *p = buf + DECIMAL_MAX - 1;

	*p = '\0';
	do
		*--p = (char)('0' + v % 10);
	while (v /= 10);
	return p;
}

const char *field_text_secret(const struct field *f, const void *row, char *buf, size_t size)
{
	char addr[ADDR_TEXT_MAX], number[DECIMAL_MAX];

	switch (f->type) {
	case FT_BOOL:
		put_text(buf, size, field_get(f, row) ? "yes" : "no");
		break;
	case FT_ENUM:
		put_text(buf, size, enum_name(f->names, (int)field_get(f, row)));
		break;
	case FT_STR:
	case FT_TEXT:
		put_text(buf, size, field_str(f, row));
		break;
	case FT_ADDR:
		put_text(buf, size, addr_text(at_const(f, row), addr));
		break;
	case FT_I32:
		snprintf(buf, size, "%" PRId64, (int64_t)field_get(f, row));
		break;
	default:
		put_text(buf, size, decimal(field_get(f, row), number));
		break;
	}
	return buf;
}

const char *field_text(const struct field *f, const void *row, char *buf, size_t size)
{
	if (f->flags & F_SECRET) {
		snprintf(buf, size, "%s", field_str(f, row)[0] ? "***" : "");
		return buf;
	}
	return field_text_secret(f, row, buf, size);
}

static const char *enum_allowed(const struct enum_name *names, char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	for (; names->name && n < size; names++) {
		const char *sep = !n ? "" : names[1].name ? ", " : " or ";

		n += (size_t)snprintf(buf + n, size - n, "%s%s", sep, names->name);
	}
	return buf;
}

const char *field_allowed(const struct field *f, char *buf, size_t size)
{
	switch (f->type) {
	case FT_BOOL:
		snprintf(buf, size, "yes or no");
		break;
	case FT_ENUM:
		return enum_allowed(f->names, buf, size);
	case FT_STR:
	case FT_TEXT:
		snprintf(buf, size, "%" PRIu64 "..%" PRIu64 " characters", f->min, f->max);
		break;
	case FT_ADDR:
		snprintf(buf, size, "an IPv4 or IPv6 address");
		break;
	case FT_I32:
		snprintf(buf, size, "%" PRId64 "..%" PRId64 "%s%s", (int64_t)f->min,
			 (int64_t)f->max, f->unit ? " " : "", f->unit ? f->unit : "");
		break;
	default:
		snprintf(buf, size, "%" PRIu64 "..%" PRIu64 "%s%s", f->min, f->max,
			 f->unit ? " " : "", f->unit ? f->unit : "");
		break;
	}
	return buf;
}

static bool parse_bool(const char *text, uint64_t *ret)
{
	static const char *const words[] = {"no", "yes", "off", "on", "false", "true", "0", "1"};

	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (text_eq(text, words[i])) {
			*ret = i & 1;
			return true;
		}
	}
	return false;
}

static bool parse_str(const struct field *f, void *row, const char *text)
{
	size_t len = strlen(text);

	if (len < f->min || len > f->max)
		return false;
	if (f->type == FT_STR)
		return text_copy(at(f, row), f->size, text);
	field_point(f, row, text);
	return true;
}

static bool parse_addr(const struct field *f, void *row, const char *text)
{
	struct addr a = {0};

	if (!text_eq(text, "-") && text[0] && !addr_parse(text, &a))
		return false;
	memcpy(at(f, row), &a, sizeof(a));
	return true;
}

static bool parse_value(const struct field *f, void *row, const char *text)
{
	uint64_t v = 0;
	int64_t i = 0;
	int e = 0;
	bool ok;

	switch (f->type) {
	case FT_STR:
	case FT_TEXT:
		return parse_str(f, row, text);
	case FT_ADDR:
		return parse_addr(f, row, text);
	case FT_BOOL:
		ok = parse_bool(text, &v);
		break;
	case FT_ENUM:
		ok = enum_value(f->names, text, &e);
		v = (uint64_t)e;
		break;
	case FT_I32:
		ok = text_i64(text, (int64_t)f->min, (int64_t)f->max, &i);
		v = (uint64_t)i;
		break;
	default:
		ok = text_u64(text, f->min, f->max, &v);
		break;
	}
	if (ok)
		field_put(f, row, v);
	return ok;
}

/* The nearest name of an enum, as ": did you mean ...?" */
static const char *enum_hint(const struct field *f, const char *text, char *buf, size_t size)
{
	const char *words[32];
	const char *near;
	unsigned n = 0;

	buf[0] = '\0';
	for (const struct enum_name *e = f->names; f->type == FT_ENUM && e->name && n < 31; e++)
		words[n++] = e->name;
	words[n] = NULL;
	near = text_nearest(text, words);
	if (near)
		snprintf(buf, size, " (did you mean %s?)", near);
	return buf;
}

bool field_parse(const struct field *f, void *row, const char *text, char *why)
{
	char allowed[256], hint[64];

	if (parse_value(f, row, text))
		return true;
	snprintf(why, TEXT_MAX, "%s: \"%.80s\" is not allowed: %s%s", f->name, text,
		 field_allowed(f, allowed, sizeof(allowed)),
		 enum_hint(f, text, hint, sizeof(hint)));
	return false;
}

static bool valid_str(const struct field *f, const void *row)
{
	const char *s = at_const(f, row);
	size_t len = strnlen(s, f->size);

	if (len >= f->size || len < f->min || len > f->max)
		return false;
	for (size_t i = len; i < f->size; i++)
		if (s[i])
			return false;
	return true;
}

static bool valid_text(const struct field *f, const void *row)
{
	size_t len = strlen(field_str(f, row));

	return len >= f->min && len <= f->max;
}

static bool valid_addr(const struct addr *a)
{
	size_t len = addr_len(a);

	if (a->family != ADDR_NONE && !len)
		return false;
	for (size_t i = len; i < sizeof(a->bytes); i++)
		if (a->bytes[i])
			return false;
	return true;
}

bool field_valid(const struct field *f, const void *row)
{
	uint64_t v;

	if (f->type == FT_STR)
		return valid_str(f, row);
	if (f->type == FT_TEXT)
		return valid_text(f, row);
	if (f->type == FT_ADDR)
		return valid_addr(at_const(f, row));
	v = f->type == FT_BOOL ? *(const uint8_t *)at_const(f, row) : field_get(f, row);
	if (f->type == FT_ENUM) {
		for (const struct enum_name *n = f->names; n->name; n++)
			if ((uint64_t)n->value == v)
				return true;
		return false;
	}
	if (f->type == FT_I32)
		return (int64_t)v >= (int64_t)f->min && (int64_t)v <= (int64_t)f->max;
	return v >= f->min && v <= f->max;
}
