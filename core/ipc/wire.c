/* wire: see wire.h. */
#include "ipc/wire.h"

#include "base/addr.h"
#include "base/log.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

const struct enum_name result_status_names[] = {
    {RESULT_OK, "ok"},
    {RESULT_WRONG_VALUE, "wrong value"},
    {RESULT_INCONSISTENT_VALUE, "inconsistent value"},
    {RESULT_NOT_WRITABLE, "not writable"},
    {RESULT_NO_ROW, "no such row"},
    {RESULT_DENIED, "denied"},
    {RESULT_UNAVAILABLE, "unavailable"},
    {RESULT_COMMIT_FAILED, "commit failed"},
    {RESULT_UNKNOWN, "outcome unknown"},
    {RESULT_REFUSED, "refused"},
    {0},
};

size_t wire_begin(struct buf *b, enum msg_type type, uint32_t id)
{
	buf_u16(b, (uint16_t)type);
	buf_u16(b, 0);
	buf_u32(b, id);
	buf_u32(b, 0);
	return b->len;
}

void wire_end(struct buf *b, size_t at)
{
	buf_patch_u32(b, at - 4, (uint32_t)(b->len - at));
}

int wire_next(struct cursor *c, struct msg *ret)
{
	const unsigned char *body;
	uint16_t type, zero;
	uint32_t len;

	if (cursor_left(c) == 0)
		return 0;
	type = cursor_u16(c);
	zero = cursor_u16(c);
	ret->id = cursor_u32(c);
	len = cursor_u32(c);
	body = cursor_bytes(c, len);
	if (!body || zero || type == 0 || type >= MSG_TYPE_MAX)
		return -1;
	ret->type = (enum msg_type)type;
	ret->body = cursor_over(body, len);
	return 1;
}

/* ---- rows ------------------------------------------------------------ */

static void put_field(struct buf *b, const struct field *f, const void *row)
{
	const struct addr *a;

	switch (f->type) {
	case FT_BOOL:
	case FT_U8:
	case FT_ENUM:
		buf_u8(b, (uint8_t)field_get(f, row));
		break;
	case FT_U16:
		buf_u16(b, (uint16_t)field_get(f, row));
		break;
	case FT_U32:
	case FT_I32:
		buf_u32(b, (uint32_t)field_get(f, row));
		break;
	case FT_U64:
	case FT_WALL:
	case FT_WHEN:
		buf_u64(b, field_get(f, row));
		break;
	case FT_STR:
		buf_str(b, field_str(f, row));
		break;
	case FT_TEXT:
		buf_text(b, field_str(f, row));
		break;
	case FT_ADDR:
		a = (const struct addr *)((const char *)row + f->offset);
		buf_u8(b, a->family);
		buf_add(b, a->bytes, addr_len(a));
		break;
	}
}

static bool get_addr(struct cursor *c, struct addr *a)
{
	const unsigned char *p;

	memset(a, 0, sizeof(*a));
	a->family = cursor_u8(c);
	if (a->family != ADDR_NONE && addr_len(a) == 0)
		return false;
	p = cursor_bytes(c, addr_len(a));
	if (p)
		memcpy(a->bytes, p, addr_len(a));
	return p != NULL;
}

static bool get_field(struct cursor *c, const struct field *f, void *row)
{
	const char *text;
	uint8_t byte;

	switch (f->type) {
	case FT_BOOL:
		byte = cursor_u8(c);
		if (byte > 1)
			return false;
		field_put(f, row, byte);
		break;
	case FT_U8:
	case FT_ENUM:
		field_put(f, row, cursor_u8(c));
		break;
	case FT_U16:
		field_put(f, row, cursor_u16(c));
		break;
	case FT_U32:
	case FT_I32:
		field_put(f, row, cursor_u32(c));
		break;
	case FT_U64:
	case FT_WALL:
	case FT_WHEN:
		field_put(f, row, cursor_u64(c));
		break;
	case FT_STR:
		if (!cursor_str(c, (char *)row + f->offset, f->size))
			return false;
		break;
	case FT_TEXT:
		if (!cursor_text(c, &text))
			return false;
		field_point(f, row, text);
		break;
	case FT_ADDR:
		if (!get_addr(c, (struct addr *)((char *)row + f->offset)))
			return false;
		break;
	}
	return !c->failed && field_valid(f, row);
}

static void put_keys(struct buf *b, enum table_id t, const void *row)
{
	const struct table *tab = schema_table(t);

	buf_u8(b, (uint8_t)t);
	for (unsigned i = 0; i < tab->nkeys; i++)
		put_field(b, &tab->fields[i], row);
}

static bool get_keys(struct cursor *c, enum table_id *t, void *row)
{
	uint8_t id = cursor_u8(c);
	const struct table *tab;

	if (c->failed || id >= T_COUNT)
		return false;
	*t = (enum table_id)id;
	tab = schema_table(*t);
	row_init(*t, row);
	for (unsigned i = 0; i < tab->nkeys; i++)
		if (!get_field(c, &tab->fields[i], row))
			return false;
	return true;
}

static void put_set(struct buf *b, struct fieldset set)
{
	buf_u64(b, set.w[0]);
	buf_u64(b, set.w[1]);
}

static struct fieldset get_set(struct cursor *c)
{
	struct fieldset set;

	set.w[0] = cursor_u64(c);
	set.w[1] = cursor_u64(c);
	return set;
}

static bool within(struct fieldset a, struct fieldset b)
{
	struct fieldset beyond = fieldset_minus(a, b);

	return fieldset_empty(&beyond);
}

void wire_put_row(struct buf *b, enum table_id t, const void *row, struct fieldset set)
{
	const struct table *tab = schema_table(t);
	struct fieldset given, needed;

	set = fieldset_minus(set, fieldset_of(t, F_KEY));
	given = row_diff(t, row, row_defaults(t), set);
	needed = fieldset_minus(set, row_optional(t));
	fieldset_merge(&given, &needed);
	put_keys(b, t, row);
	put_set(b, set);
	put_set(b, given);
	FIELDS_OF(given, i)
	put_field(b, &tab->fields[i], row);
}

bool wire_get_row(struct cursor *c, enum table_id *t, void *row, struct fieldset *set)
{
	struct fieldset given, fields, left_out;

	if (!get_keys(c, t, row))
		return false;
	*set = get_set(c);
	given = get_set(c);
	fields = fieldset_minus(fieldset_of(*t, ~0u), fieldset_of(*t, F_KEY));
	left_out = fieldset_minus(*set, given);
	if (!within(*set, fields) || !within(given, *set) || !within(left_out, row_optional(*t)))
		return false;
	FIELDS_OF(given, i)
	if (!get_field(c, &schema_table(*t)->fields[i], row))
		return false;
	return !c->failed;
}

/* ---- changes and results --------------------------------------------- */

struct change_op *change_add(struct change *c, enum op_kind kind, enum table_id t, const void *key)
{
	struct change_op *op;

	c->ops = xrealloc(c->ops, c->nops + 1, sizeof(*c->ops));
	op = &c->ops[c->nops++];
	memset(op, 0, sizeof(*op));
	op->kind = kind;
	op->table = t;
	row_init(t, op->key);
	if (key)
		row_copy_fields(t, op->key, key, fieldset_of(t, F_KEY));
	row_hold(t, op->key);
	return op;
}

void change_free(struct change *c)
{
	for (unsigned i = 0; i < c->nops; i++)
		row_drop(c->ops[i].table, c->ops[i].key);
	free(c->ops);
	*c = (struct change){0};
}

void wire_put_change(struct buf *b, const struct change *c)
{
	buf_u8(b, c->source);
	buf_str(b, c->who);
	buf_u32(b, c->nops);
	for (unsigned i = 0; i < c->nops; i++) {
		const struct change_op *op = &c->ops[i];

		buf_u8(b, (uint8_t)op->kind);
		put_keys(b, op->table, op->key);
		buf_str(b, op->field);
		buf_str(b, op->value);
	}
}

const char *op_kind_done(enum op_kind kind)
{
	switch (kind) {
	case OP_ADD:
		return "added";
	case OP_DEL:
		return "deleted";
	case OP_REVERT:
	case OP_REVERT_ALL:
		return "reverted";
	case OP_SAVE:
		return "saved";
	default:
		return "";
	}
}

static bool get_op(struct cursor *c, struct change *ret)
{
	_Alignas(16) unsigned char key[MAX_ROW];
	uint8_t kind = cursor_u8(c);
	struct change_op *op;
	enum table_id t;

	if (kind < OP_SET || kind > OP_SAVE || !get_keys(c, &t, key))
		return false;
	op = change_add(ret, (enum op_kind)kind, t, key);
	return cursor_str(c, op->field, sizeof(op->field)) &&
	       cursor_str(c, op->value, sizeof(op->value));
}

bool wire_get_change(struct cursor *c, struct change *ret)
{
	uint32_t n;
	bool ok;

	*ret = (struct change){.source = cursor_u8(c)};
	ok = cursor_str(c, ret->who, sizeof(ret->who));
	n = cursor_u32(c);
	ok = ok && !c->failed && n > 0 && n <= CHANGE_OPS_MAX;
	for (uint32_t i = 0; ok && i < n; i++)
		ok = get_op(c, ret);
	if (!ok || cursor_left(c)) {
		change_free(ret);
		return false;
	}
	return true;
}

void wire_put_result(struct buf *b, const struct result *r)
{
	buf_u8(b, (uint8_t)r->status);
	buf_u32(b, r->op);
	buf_str(b, r->text);
}

bool wire_get_result(struct cursor *c, struct result *ret)
{
	*ret = (struct result){.status = cursor_u8(c)};
	ret->op = cursor_u32(c);
	return cursor_str(c, ret->text, sizeof(ret->text)) && ret->status >= RESULT_OK &&
	       ret->status <= RESULT_REFUSED;
}
