/*
 * set: the transaction of a SET, as a small state machine driven by net-snmp's phases.
 *
 * The master repeats a PDU that was not answered within its time-out; the library then runs
 * RESERVE1 and RESERVE2 again for the same transaction number. A repeated varbind is not
 * gathered twice and a finished test is not made twice: its result is kept until the PDU
 * ends. Numbers begin anew with a master, so a transaction also ends by age and when the
 * master goes.
 *
 * Errors (RFC 3416 4.2.5, in its order): what the map and the schema can say is said in
 * RESERVE1, at the varbind itself; what main says names the op at fault, and an op remembers
 * the name of its varbind. In ACTION only commitFailed is legal. When main has not answered
 * a commit in time the outcome is unknown: the answer is commitFailed and main is told to
 * undo, which it does behind the commit; the change log has both.
 */
#include "agent/set.h"

#include "base/log.h"
#include "base/text.h"
#include "model/rows.h"

#include <stdlib.h>
#include <string.h>

enum set_state { SET_IDLE, SET_GATHERING, SET_TESTED, SET_COMMITTED, SET_UNDONE };

#define SET_AGE_MAX (10 * NS_PER_S)

struct set_name {
	oid name[MAX_OID_LEN];
	size_t len;
	bool is_new; /* of a row that is not there yet */
};

struct set {
	const struct set_ops *ops;
	void *arg;
	enum set_state state;
	struct set_pdu pdu;
	struct mono since;
	uint32_t id;
	struct change change;
	struct set_name *names; /* of the varbinds, by op */
	struct result result;   /* of the test, then of the commit, then of the undo */
};

struct set *set_new(const struct set_ops *ops, void *arg)
{
	struct set *s = xcalloc(1, sizeof(*s));

	s->ops = ops;
	s->arg = arg;
	return s;
}

static void forget(struct set *s)
{
	change_free(&s->change);
	memset(&s->change, 0, sizeof(s->change));
	free(s->names);
	s->names = NULL;
	s->state = SET_IDLE;
}

void set_free(struct set *s)
{
	forget(s);
	free(s);
}

/* Nothing is to be done, as for a row to go that is not there. But the replica may be that of a
 * main which has died since it made the row: only a main that is there can say so. */
static bool is_void(const struct set *s)
{
	return !s->change.nops;
}

void set_abort(struct set *s)
{
	if (s->state == SET_TESTED && s->result.status == RESULT_OK && !is_void(s))
		s->ops->tell(s->arg, MSG_TXN_UNDO, s->id);
	forget(s);
}

static bool is_current(const struct set *s, struct set_pdu pdu)
{
	return s->state != SET_IDLE && s->pdu.session == pdu.session &&
	       s->pdu.transaction == pdu.transaction &&
	       mono_diff(s->ops->now(s->arg), s->since) < SET_AGE_MAX;
}

static void begin(struct set *s, struct set_pdu pdu)
{
	set_abort(s);
	s->state = SET_GATHERING;
	s->pdu = pdu;
	s->since = s->ops->now(s->arg);
	s->id++;
	s->change.source = SOURCE_SNMP;
	TEXT_COPY(s->change.who, "snmp");
}

/* ---- RESERVE1 ----------------------------------------------------------- */

static bool name_is(const struct set_name *n, const struct set_varbind *vb)
{
	return !snmp_oid_compare(n->name, n->len, vb->name, vb->name_len);
}

static bool has_op(const struct set *s, const struct set_varbind *vb, const char *text)
{
	for (unsigned i = 0; i < s->change.nops; i++)
		if (name_is(&s->names[i], vb) && text_eq(s->change.ops[i].value, text))
			return true;
	return false;
}

static void add_op(struct set *s, const struct set_varbind *vb, const struct table_view *v,
		   const char *field, const void *row, const char *text)
{
	unsigned i = s->change.nops;
	struct change_op *op = change_add(&s->change, OP_SET, v->map->table, row);

	TEXT_COPY(op->field, field);
	TEXT_COPY(op->value, text);
	s->names = xrealloc(s->names, i + 1, sizeof(*s->names));
	s->names[i].len = vb->name_len;
	s->names[i].is_new = false;
	memcpy(s->names[i].name, vb->name, vb->name_len * sizeof(oid));
}

static bool has_room(const struct set *s, const struct set_varbind *vb)
{
	return s->change.nops < CHANGE_OPS_MAX && vb->name_len <= MAX_OID_LEN;
}

/* KEEPALIVED-MIB has no other word for it: 0 lets no new connection come, and keeps the weight. */
static int add_weight(struct set *s, const struct set_varbind *vb, const struct table_view *v,
		      const void *row, const char *text)
{
	bool drains = text_eq(text, "0");

	if (s->change.nops + 2 > CHANGE_OPS_MAX)
		return SNMP_ERR_RESOURCEUNAVAILABLE;
	if (!drains)
		add_op(s, vb, v, "weight", row, text);
	add_op(s, vb, v, "admin_state", row,
	       enum_name(rs_admin_names, drains ? RS_DRAINING : RS_ENABLED));
	return SNMP_ERR_NOERROR;
}

/* Rows come before what is set of them, and what others are part of (it has the lower number) with
 * what is set of it before those. */
static unsigned rank(const struct set *s, unsigned i)
{
	const struct change_op *op = &s->change.ops[i];

	if (op->kind == OP_ADD)
		return 2 * op->table;
	return s->names[i].is_new ? 2 * op->table + 1 : 2 * T_COUNT;
}

/* The last op to its place. */
static void bring_forward(struct set *s)
{
	unsigned last = s->change.nops - 1, at = 0;
	struct change_op op = s->change.ops[last];
	struct set_name name = s->names[last];

	while (at < last && rank(s, at) <= rank(s, last))
		at++;
	memmove(&s->change.ops[at + 1], &s->change.ops[at], (last - at) * sizeof(s->change.ops[0]));
	memmove(&s->names[at + 1], &s->names[at], (last - at) * sizeof(s->names[0]));
	s->change.ops[at] = op;
	s->names[at] = name;
}

static void add_row_op(struct set *s, const struct set_varbind *vb, const struct table_view *v,
		       enum op_kind kind, const void *row)
{
	add_op(s, vb, v, "", row, "");
	s->change.ops[s->change.nops - 1].kind = kind;
	bring_forward(s);
}

/* The words for a row that is in use, and for one that is not; NULL: the table has none. */
static const char *word_of_status(enum table_id t, long status)
{
	bool active = status == SNMP_ROW_ACTIVE;

	if (t == T_VRRP_INSTANCE)
		return enum_name(admin_updown_names, active ? ADMIN_UP : ADMIN_DOWN);
	if (t == T_REAL_SERVER)
		return enum_name(rs_admin_names, active ? RS_ENABLED : RS_FORCED_OFFLINE);
	if (t == T_VIRTUAL_SERVER)
		return enum_name(vs_admin_names, active ? VS_ENABLED : VS_DISABLED);
	return NULL;
}

static bool is_down(const void *row)
{
	const struct vrrp_instance_row *i = row;

	return i->admin_state == ADMIN_DOWN && i->state == VRRP_INIT;
}

/* The state table of RFC 2579; what the row has so far is in the replica. */
static int set_row_status(struct set *s, const struct set_varbind *vb, const struct table_view *v,
			  const struct map_column *c, const void *row)
{
	char texts[MAX_KEYS][TEXT_MAX];
	unsigned char key[MAX_ROW];
	const char *word;
	long status;

	if (vb->type != ASN_INTEGER)
		return SNMP_ERR_WRONGTYPE;
	if (vb->data_len != sizeof(long))
		return SNMP_ERR_WRONGLENGTH;
	status = *(const long *)vb->data;
	if (status < SNMP_ROW_ACTIVE || status > SNMP_ROW_DESTROY || status == SNMP_ROW_NOTREADY ||
	    status == SNMP_ROW_CREATEANDWAIT)
		return SNMP_ERR_WRONGVALUE;
	word = c->field && status <= SNMP_ROW_NOTINSERVICE ? word_of_status(v->map->table, status)
							   : NULL;
	if (status == SNMP_ROW_NOTINSERVICE && !word)
		return SNMP_ERR_WRONGVALUE;
	if (!row && !(c->flags & M_CREATES))
		return status == SNMP_ROW_DESTROY ? SNMP_ERR_NOERROR : SNMP_ERR_NOCREATION;
	if (row ? status == SNMP_ROW_CREATEANDGO
		: status == SNMP_ROW_ACTIVE || status == SNMP_ROW_NOTINSERVICE)
		return SNMP_ERR_INCONSISTENTVALUE;
	if (status == SNMP_ROW_DESTROY && row && (c->flags & M_DOWN) && !is_down(row))
		return SNMP_ERR_INCONSISTENTVALUE;
	if (!row && !table_key(v, vb->name, vb->name_len, key, texts))
		return SNMP_ERR_NOCREATION;
	if (s->state != SET_GATHERING || has_op(s, vb, word ? word : ""))
		return SNMP_ERR_NOERROR;
	if (!has_room(s, vb))
		return SNMP_ERR_RESOURCEUNAVAILABLE;
	if (status == SNMP_ROW_CREATEANDGO)
		add_row_op(s, vb, v, OP_ADD, key);
	else if (status == SNMP_ROW_DESTROY && row)
		add_row_op(s, vb, v, OP_DEL, row);
	else if (row && word)
		add_op(s, vb, v, "admin_state", row, word);
	return SNMP_ERR_NOERROR;
}

static const char *written(const struct map_column *c)
{
	return c->writes ? c->writes : c->field;
}

/* What is set of a row that is not there, unless this PDU makes it. */
static int set_of_new(struct set *s, const struct set_varbind *vb, const struct table_view *v,
		      const struct map_column *column, const char *text)
{
	char texts[MAX_KEYS][TEXT_MAX];
	unsigned char key[MAX_ROW];

	if (!table_row_status(v->map) || !table_key(v, vb->name, vb->name_len, key, texts))
		return SNMP_ERR_NOCREATION;
	if (s->state != SET_GATHERING || has_op(s, vb, text))
		return SNMP_ERR_NOERROR;
	if (!has_room(s, vb))
		return SNMP_ERR_RESOURCEUNAVAILABLE;
	add_op(s, vb, v, written(column), key, text);
	s->names[s->change.nops - 1].is_new = true;
	bring_forward(s);
	return SNMP_ERR_NOERROR;
}

/* All varbinds have been seen. false: one is of a row that nobody makes. */
static bool rows_are_made(struct set *s)
{
	for (unsigned i = 0; i < s->change.nops; i++) {
		const struct change_op *op = &s->change.ops[i];
		bool made = !s->names[i].is_new;

		for (unsigned k = 0; k < s->change.nops && !made; k++)
			made = s->change.ops[k].kind == OP_ADD &&
			       s->change.ops[k].table == op->table &&
			       row_key_cmp(op->table, s->change.ops[k].key, op->key) == 0;
		if (made)
			continue;
		s->result = (struct result){.status = RESULT_NO_ROW, .op = i};
		s->state = SET_TESTED;
		return false;
	}
	return true;
}

int set_reserve1(struct set *s, struct set_pdu pdu, const struct table_view *v,
		 const struct set_varbind *vb)
{
	const struct map_column *column;
	const void *row;
	char text[TEXT_MAX];
	bool found = table_lookup(v, vb->name, vb->name_len, &column, &row);
	int err;

	if (!is_current(s, pdu))
		begin(s, pdu);
	if (!column)
		return SNMP_ERR_NOTWRITABLE;
	if (column->type == M_ROW_STATUS && (column->flags & M_RW))
		return set_row_status(s, vb, v, column, found ? row : NULL);
	err = value_write(column, vb->type, vb->data, vb->data_len, text);
	if (err && (found || err != SNMP_ERR_INCONSISTENTVALUE))
		return err;
	if (!found)
		return set_of_new(s, vb, v, column, text);
	if ((column->flags & M_DOWN) && !is_down(row))
		return SNMP_ERR_INCONSISTENTVALUE;
	if (s->state != SET_GATHERING || has_op(s, vb, text))
		return SNMP_ERR_NOERROR;
	if (!has_room(s, vb))
		return SNMP_ERR_RESOURCEUNAVAILABLE;
	if (column->flags & M_DRAINS)
		return add_weight(s, vb, v, row, text);
	add_op(s, vb, v, written(column), row, text);
	return SNMP_ERR_NOERROR;
}

/* ---- results ------------------------------------------------------------ */

/* What a refused test answers. */
static int test_error(enum result_status status)
{
	switch (status) {
	case RESULT_OK:
		return SNMP_ERR_NOERROR;
	case RESULT_WRONG_VALUE:
		return SNMP_ERR_WRONGVALUE;
	case RESULT_INCONSISTENT_VALUE:
	case RESULT_REFUSED:
		return SNMP_ERR_INCONSISTENTVALUE;
	case RESULT_NOT_WRITABLE:
		return SNMP_ERR_NOTWRITABLE;
	case RESULT_NO_ROW:
		return SNMP_ERR_NOCREATION;
	case RESULT_DENIED:
		return SNMP_ERR_NOACCESS;
	default:
		return SNMP_ERR_RESOURCEUNAVAILABLE;
	}
}

/* Whether the result in hand blames this varbind; a result that blames none the first. */
static bool is_blamed(const struct set *s, const struct set_varbind *vb)
{
	unsigned op = s->result.op < s->change.nops ? s->result.op : 0;

	return is_void(s) || name_is(&s->names[op], vb);
}

static void ask(struct set *s, enum msg_type type, const char *what, enum set_state state)
{
	memset(&s->result, 0, sizeof(s->result));
	s->ops->ask(s->arg, type, s->id, type == MSG_TXN_TEST ? &s->change : NULL, &s->result);
	s->state = state;
	if (s->result.status != RESULT_OK)
		log_info("agent: %s of a SET: %s%s%s", what,
			 enum_name(result_status_names, s->result.status),
			 *s->result.text ? ": " : "", s->result.text);
}

int set_reserve2(struct set *s, struct set_pdu pdu, const struct set_varbind *vb)
{
	if (!is_current(s, pdu))
		return SNMP_ERR_RESOURCEUNAVAILABLE;
	if (s->state == SET_GATHERING && rows_are_made(s)) {
		ask(s, is_void(s) ? MSG_BARRIER : MSG_TXN_TEST, "test", SET_TESTED);
		if (s->result.status == RESULT_UNKNOWN && !is_void(s))
			s->ops->tell(s->arg, MSG_TXN_UNDO, s->id);
	}
	return is_blamed(s, vb) ? test_error(s->result.status) : SNMP_ERR_NOERROR;
}

int set_action(struct set *s, struct set_pdu pdu, const struct set_varbind *vb)
{
	if (!is_current(s, pdu) || s->state == SET_GATHERING)
		return SNMP_ERR_COMMITFAILED;
	if (s->state == SET_TESTED && !is_void(s))
		ask(s, MSG_TXN_COMMIT, "commit", SET_COMMITTED);
	if (s->result.status == RESULT_OK || !is_blamed(s, vb))
		return SNMP_ERR_NOERROR;
	return SNMP_ERR_COMMITFAILED;
}

int set_undo(struct set *s, struct set_pdu pdu)
{
	if (!is_current(s, pdu))
		return SNMP_ERR_NOERROR;
	if (s->state == SET_COMMITTED && s->result.status == RESULT_OK) {
		ask(s, MSG_TXN_UNDO, "undo", SET_UNDONE);
		return s->result.status == RESULT_OK ? SNMP_ERR_NOERROR : SNMP_ERR_UNDOFAILED;
	}
	if (s->state == SET_COMMITTED && s->result.status == RESULT_UNKNOWN) {
		s->ops->tell(s->arg, MSG_TXN_UNDO, s->id);
		s->state = SET_UNDONE;
		s->result.status = RESULT_OK;
	}
	if (s->state == SET_UNDONE && s->result.status != RESULT_OK)
		return SNMP_ERR_UNDOFAILED;
	return SNMP_ERR_NOERROR;
}

void set_end(struct set *s, struct set_pdu pdu)
{
	if (s->pdu.session == pdu.session && s->pdu.transaction == pdu.transaction)
		set_abort(s);
}
