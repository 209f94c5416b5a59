/* liar: see liar.h. */
#include "liar.h"

#include "base/text.h"
#include "model/rows.h"

#include <string.h>

unsigned liar_below(struct liar *l, unsigned n) /* xorshift */
{
	l->random ^= l->random << 13;
	l->random ^= l->random >> 7;
	l->random ^= l->random << 17;
	return (unsigned)(l->random >> 33) % n;
}

void liar_say(struct liar *l, enum msg_type type, uint32_t id, const struct buf *body)
{
	size_t at = wire_begin(&l->out, type, id);

	if (body)
		buf_add(&l->out, body->data, body->len);
	wire_end(&l->out, at);
	if (type < MSG_TYPE_MAX)
		l->said[type]++;
}

void liar_hello(struct liar *l, enum role as, uint64_t hash)
{
	struct buf b = {0};

	buf_u64(&b, hash);
	buf_u8(&b, (uint8_t)as);
	buf_u32(&b, 1);
	liar_say(l, MSG_HELLO, 0, &b);
	buf_free(&b);
}

/* One of the rows that are there, or one that is not. */
static void any_row(struct liar *l, enum table_id t, void *row)
{
	size_t n = store_count(l->known, t);

	row_init(t, row);
	if (n)
		memcpy(row, store_at(l->known, t, liar_below(l, (unsigned)n)),
		       schema_table(t)->row_size);
}

/* Another value that the field may have; texts and addresses stay. */
static void other_value(struct liar *l, const struct field *f, void *row)
{
	uint64_t v = ((uint64_t)liar_below(l, 1u << 31) << 31) + liar_below(l, 1u << 31);

	if (field_is_text(f) || f->type == FT_ADDR)
		return;
	if (f->type == FT_ENUM) {
		unsigned n = 0;

		while (f->names[n].name)
			n++;
		v = (uint64_t)f->names[liar_below(l, n)].value;
	} else if (f->type == FT_BOOL) {
		v &= 1;
	} else if (f->type == FT_I32) {
		v = (uint64_t)((int64_t)f->min +
			       (int64_t)(v % (uint64_t)((int64_t)f->max - (int64_t)f->min + 1)));
	} else if (f->max > f->min) {
		v = f->min + v % (f->max - f->min);
	}
	field_put(f, row, v);
}

/* A row of the table with some of the fields that it may be about. */
static void say_row(struct liar *l, enum msg_type type, enum table_id t, struct fieldset may)
{
	_Alignas(16) unsigned char row[MAX_ROW];
	const struct table *tab = schema_table(t);
	struct fieldset set = {{0}};
	struct buf b = {0};

	any_row(l, t, row);
	for (unsigned i = tab->nkeys; i < tab->nfields; i++) {
		if (!fieldset_has(&may, i) || liar_below(l, 4))
			continue;
		other_value(l, &tab->fields[i], row);
		fieldset_add(&set, i);
	}
	wire_put_row(&b, t, row, set);
	liar_say(l, type, 0, &b);
	buf_free(&b);
}

void liar_row(struct liar *l, enum msg_type type)
{
	enum table_id t = (enum table_id)liar_below(l, T_COUNT);
	struct fieldset may = {{0}};

	if (type != MSG_ROW_GONE && liar_below(l, 8))
		may = fieldset_of(t, ~0u);
	say_row(l, type, t, may);
}

void liar_testify(struct liar *l)
{
	enum table_id t;

	do
		t = (enum table_id)liar_below(l, T_COUNT);
	while (schema_table(t)->owner == ROLE_MAIN);
	say_row(l, MSG_ROW, t, fieldset_minus(fieldset_of(t, F_SEEN), fieldset_of(t, F_MAIN)));
}

/* What SNMP may do to an instance, and to rows that its tests look at. */
static bool is_spared(const struct liar *l, enum op_kind kind, enum table_id t,
		      const struct field *f)
{
	bool comes_and_goes = t == T_VIRTUAL_SERVER || t == T_REAL_SERVER || t == T_VRRP_ADDRESS ||
			      t == T_VRRP_INSTANCE;

	if (!l->spares_vrrp)
		return false;
	if (kind == OP_REVERT_ALL || kind == OP_SAVE)
		return true;
	return kind == OP_SET
		   ? (t == T_VRRP_INSTANCE && (f->flags & F_SNMP)) || (f->flags & F_ACTION)
		   : comes_and_goes;
}

static void add_op(struct liar *l, struct change *c)
{
	static const char *const values[] = {"1",  "0",    "-1",       "99999999999",
					     "up", "down", "draining", "10.0.0.1",
					     "",   "rr",   "\xff\xfe", "/bin/sh"};
	enum table_id t = liar_below(l, 2) ? T_REAL_SERVER : (enum table_id)liar_below(l, T_COUNT);
	const struct table *tab = schema_table(t);
	const struct field *f = &tab->fields[liar_below(l, tab->nfields)];
	_Alignas(16) unsigned char row[MAX_ROW];
	enum op_kind kind;
	struct change_op *op;

	kind = liar_below(l, 4) ? OP_SET : (enum op_kind)(1 + liar_below(l, OP_SAVE));
	if (is_spared(l, kind, t, f))
		return;
	any_row(l, t, row);
	op = change_add(c, kind, t, row);
	TEXT_COPY(op->field, f->name);
	TEXT_COPY(op->value, values[liar_below(l, sizeof(values) / sizeof(values[0]))]);
}

void liar_change(struct liar *l, enum msg_type type)
{
	struct change c = {.source = (uint8_t)liar_below(l, 5), .who = "root"};
	struct buf b = {0};

	for (unsigned n = liar_below(l, 8) ? 1 : liar_below(l, CHANGE_OPS_MAX + 2); n > 0; n--)
		add_op(l, &c);
	wire_put_change(&b, &c);
	liar_say(l, type, liar_below(l, 4), &b);
	buf_free(&b);
	change_free(&c);
}

void liar_noise(struct liar *l)
{
	struct buf b = {0};

	for (unsigned n = liar_below(l, 40); n > 0; n--)
		buf_u8(&b, (uint8_t)liar_below(l, 256));
	liar_say(l, (enum msg_type)liar_below(l, MSG_TYPE_MAX + 3), liar_below(l, 4), &b);
	buf_free(&b);
}

static void say_words(struct liar *l)
{
	static const char *const words[] = {"reload", "stop", "", "\xff", "set global router_id x"};
	struct buf b = {0};

	buf_str(&b, words[liar_below(l, sizeof(words) / sizeof(words[0]))]);
	buf_str(&b, "root");
	liar_say(l, liar_below(l, 4) ? MSG_COMMAND : MSG_LINES, liar_below(l, 4), &b);
	buf_free(&b);
}

static void say_result(struct liar *l)
{
	struct result r = {.status = (enum result_status)(1 + liar_below(l, RESULT_REFUSED)),
			   .text = "so it is"};
	struct buf b = {0};

	wire_put_result(&b, &r);
	liar_say(l, MSG_RESULT, liar_below(l, 64), &b);
	buf_free(&b);
}

void liar_lie_politely(struct liar *l)
{
	switch (liar_below(l, 8)) {
	case 0:
		say_words(l);
		break;
	case 1:
		say_result(l);
		break;
	case 2:
		liar_say(l, MSG_BARRIER, liar_below(l, 64), NULL);
		break;
	case 3:
		liar_say(l, liar_below(l, 2) ? MSG_TXN_COMMIT : MSG_TXN_UNDO, liar_below(l, 4),
			 NULL);
		break;
	default:
		liar_change(l, liar_below(l, 2) ? MSG_TXN_TEST : MSG_TXN_RUN);
		break;
	}
}

void liar_lie(struct liar *l)
{
	switch (liar_below(l, 12)) {
	case 0:
		liar_row(l, MSG_ROW);
		break;
	case 1:
		liar_testify(l);
		break;
	case 2:
		liar_row(l, MSG_ROW_GONE);
		break;
	case 3:
		liar_hello(l, ROLE_AGENT, schema_hash());
		break;
	case 4:
		liar_say(l, liar_below(l, 2) ? MSG_SNAPSHOT : MSG_SNAPSHOT_END, 0, NULL);
		break;
	case 5:
	case 6:
		liar_noise(l);
		break;
	default:
		liar_lie_politely(l);
		break;
	}
}

void liar_mangle(struct liar *l)
{
	if (liar_below(l, 4) == 0)
		for (unsigned n = 1 + liar_below(l, 4); n > 0 && l->out.len; n--)
			l->out.data[liar_below(l, (unsigned)l->out.len)] =
			    (unsigned char)liar_below(l, 256);
	if (liar_below(l, 16) == 0)
		l->out.len = liar_below(l, (unsigned)l->out.len + 1);
}
