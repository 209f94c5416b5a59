/*
 * txn: see txn.h.
 *
 * `wanted` is the scratch and the truth of what should be: a test writes into it and, if the
 * model does not hold together, takes back exactly what it wrote. The overlay before the change
 * is kept whole (it is small), so undo is one file written.
 */
#define LOG_AREA LOG_AREA_CONTROL
#include "daemon/txn.h"

#include "base/log.h"
#include "base/text.h"
#include "config/config.h"
#include "config/create.h"
#include "daemon/actions.h"
#include "daemon/authors.h"
#include "daemon/changelog.h"
#include "daemon/nodes.h"
#include "daemon/numbers.h"
#include "daemon/overlay_rows.h"
#include "daemon/own.h"
#include "daemon/reload.h"
#include "daemon/save.h"
#include "model/rows.h"
#include "model/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct step {
	const struct field *f;
	unsigned char old[MAX_ROW]; /* the row before, when it is `known` */
	bool known; /* false after the test: an order (F_ACTION), or a row that comes or goes */
};

struct txn {
	struct director *d;
	struct change change;
	struct step *steps; /* one for each op; `done` of them are in `wanted` */
	unsigned done;
	struct store *rows_before; /* `wanted` before, if more changes than the ops say */
	struct overlay *before;    /* set while committed */
	uint32_t trial_s;          /* it goes back after that; 0: it stays */
	bool on_trial;             /* ... and it is in force */
	enum confirm_order order;  /* about what is on trial */
	struct save *save;         /* of OP_SAVE */
	struct store *file_before; /* ... while it is committed */
};

/* Fields that are orders about all that was set: to take it back, to save it. */
static void take_order(struct change_op *op)
{
	bool revert = text_eq(op->field, "revert"), save = text_eq(op->field, "save");

	if (op->kind != OP_SET || op->table != T_GLOBAL || (!revert && !save) ||
	    !text_eq(op->value, enum_name(order_names, ORDER_RUN)))
		return;
	op->kind = revert ? OP_REVERT_ALL : OP_SAVE;
	op->field[0] = op->value[0] = '\0';
}

struct txn *txn_new(struct director *d, struct change *change)
{
	struct txn *t = xcalloc(1, sizeof(*t));

	t->d = d;
	t->change = *change;
	*change = (struct change){0};
	for (unsigned i = 0; i < t->change.nops; i++)
		take_order(&t->change.ops[i]);
	t->steps = xcalloc(t->change.nops ? t->change.nops : 1, sizeof(*t->steps));
	return t;
}

static void remember(struct step *s, enum table_id t, const void *row)
{
	if (s->known)
		row_drop(t, s->old);
	memcpy(s->old, row, schema_table(t)->row_size);
	row_hold(t, s->old);
	s->known = true;
}

void txn_free(struct txn *t)
{
	if (!t)
		return;
	for (unsigned i = 0; i < t->change.nops; i++)
		if (t->steps[i].known)
			row_drop(t->change.ops[i].table, t->steps[i].old);
	overlay_free(t->before);
	if (t->rows_before)
		store_free(t->rows_before);
	if (t->file_before)
		store_free(t->file_before);
	save_free(t->save);
	change_free(&t->change);
	free(t->steps);
	free(t);
}

static bool __attribute__((format(printf, 4, 5)))
refuse(struct result *r, enum result_status status, unsigned op, const char *fmt, ...)
{
	va_list ap;

	*r = (struct result){.status = status, .op = op};
	va_start(ap, fmt);
	vsnprintf(r->text, sizeof(r->text), fmt, ap);
	va_end(ap);
	return false;
}

/* ---- test ------------------------------------------------------------- */

/* Whether an earlier op makes the row of this one. */
static bool is_born(const struct txn *t, unsigned i)
{
	const struct change_op *op = &t->change.ops[i];

	while (i-- > 0)
		if (t->change.ops[i].kind == OP_ADD && t->change.ops[i].table == op->table &&
		    row_key_cmp(op->table, t->change.ops[i].key, op->key) == 0)
			return true;
	return false;
}

/* The field of an op, if this source may set it. */
static const struct field *settable(const struct txn *t, unsigned i, struct result *r)
{
	const struct change_op *op = &t->change.ops[i];
	const struct table *tab = schema_table(op->table);
	const struct field *f = schema_field(op->table, op->field);
	unsigned need = t->change.source == SOURCE_SNMP ? F_SNMP : F_SET;

	if (!f) {
		refuse(r, RESULT_NOT_WRITABLE, i, "%s has no field %s", tab->name, op->field);
		return NULL;
	}
	if (!(f->flags & need) || (f->flags & F_EXEC)) {
		refuse(r, RESULT_NOT_WRITABLE, i, "%s of %s cannot be set", f->name, tab->name);
		return NULL;
	}
	if ((f->flags & F_CREATE) && !is_born(t, i)) {
		refuse(r, RESULT_INCONSISTENT_VALUE, i,
		       "%s of %s can be set by the change that adds the row, and by no other",
		       f->name, tab->name);
		return NULL;
	}
	return f;
}

/* What a field's range cannot say. */
static const char *objection(const struct txn *t, const struct change_op *op, const void *row)
{
	const struct real_server_row *rs = row;
	struct virtual_server_row key;
	const struct virtual_server_row *vs;

	if (op->table == T_VRRP_INSTANCE)
		return vrrp_command_objection(t->d->wanted, row);
	if (op->table != T_REAL_SERVER || rs->admin_state != RS_DRAINING)
		return NULL;
	row_init(T_VIRTUAL_SERVER, &key);
	key.name = rs->vs;
	vs = store_find(t->d->wanted, T_VIRTUAL_SERVER, &key);
	return vs ? lvs_drain_objection(vs) : NULL;
}

/* Rows that come and go take others along, and so do some fields: the way back is what was. */
static void remember_rows(struct txn *t)
{
	for (unsigned i = 0; i < t->change.nops && !t->rows_before; i++) {
		const struct change_op *op = &t->change.ops[i];

		if (op->kind == OP_SAVE)
			continue;
		if (op->kind == OP_SET && !config_spreads(schema_field(op->table, op->field)))
			continue;
		t->rows_before = store_new();
		store_merge(t->rows_before, t->d->wanted, F_WANTED);
	}
}

/* Lines for what a setting of the virtual server has changed in its checks: by itself a line would
 * find others at the next start. */
static void keep_spread(const struct txn *t, const void *of, const struct field *f,
			struct overlay *after)
{
	const struct virtual_server_row *vs = of;
	struct checker_row key = {.vs = vs->name};
	const struct checker_row *now, *was;
	char text[TEXT_MAX];

	for (size_t i = store_lower_bound(t->d->wanted, T_CHECKER, &key);
	     (now = store_at(t->d->wanted, T_CHECKER, i)) && text_eq(now->vs, vs->name); i++) {
		was = store_find(t->rows_before, T_CHECKER, now);
		if (was && field_get(f, was) != field_get(f, now))
			overlay_set(after, T_CHECKER, now, f,
				    field_text(f, now, text, sizeof(text)));
	}
}

/* The overlay with what the first `n` ops say. */
static struct overlay *with_ops(const struct txn *t, unsigned n)
{
	struct overlay *after = overlay_clone(t->d->overlay);

	for (unsigned i = 0; i < n; i++) {
		const struct change_op *op = &t->change.ops[i];

		if (op->kind == OP_ADD)
			overlay_add(after, op->table, op->key);
		else if (op->kind == OP_DEL)
			overlay_del(after, op->table, op->key,
				    store_find(t->d->file, op->table, op->key));
		else if (op->kind == OP_REVERT)
			overlay_revert(after, op->table, op->key);
		else if (op->kind == OP_REVERT_ALL)
			overlay_revert_all(after);
		else if (t->steps[i].known)
			overlay_set(after, op->table, op->key, t->steps[i].f, op->value);
		if (op->kind == OP_SET && t->steps[i].known && config_spreads(t->steps[i].f))
			keep_spread(t, op->key, config_spreads(t->steps[i].f), after);
	}
	return after;
}

/* No other op says more than that it is on trial. */
static bool stands_alone(const struct txn *t, unsigned i)
{
	for (unsigned k = 0; k < t->change.nops; k++)
		if (k != i && (t->change.ops[k].table != T_GLOBAL ||
			       !text_eq(t->change.ops[k].field, "confirm_time_s")))
			return false;
	return true;
}

/* What is wanted is made anew: what a line of the overlay has changed only the file knows. */
static bool test_revert(struct txn *t, unsigned i, struct result *r)
{
	const struct change_op *op = &t->change.ops[i];
	struct overlay *before = with_ops(t, i), *after = with_ops(t, i + 1);
	bool changed = overlay_count(after) != overlay_count(before);
	char key[TEXT_MAX];

	if (op->kind == OP_REVERT_ALL && !stands_alone(t, i)) {
		overlay_free(before);
		overlay_free(after);
		return refuse(r, RESULT_INCONSISTENT_VALUE, i, "revert is a change for itself");
	}
	if (changed || op->kind == OP_REVERT_ALL) {
		store_free(t->d->wanted);
		t->d->wanted = reload_with(t->d, after);
		t->done = i + 1;
	}
	overlay_free(before);
	overlay_free(after);
	if (changed || op->kind == OP_REVERT_ALL)
		return true;
	row_key_text(op->table, op->key, key, sizeof(key));
	return refuse(r, RESULT_INCONSISTENT_VALUE, i, "%s%s%s is as the file has it",
		      schema_table(op->table)->name, *key ? " " : "", key);
}

static bool test_row(struct txn *t, unsigned i, struct result *r)
{
	const struct change_op *op = &t->change.ops[i];
	bool there = store_find(t->d->wanted, op->table, op->key);
	char why[TEXT_MAX], key[TEXT_MAX];

	row_key_text(op->table, op->key, key, sizeof(key));
	if (!config_may_create(op->table))
		return refuse(r, RESULT_NOT_WRITABLE, i,
			      "rows of %s come from the configuration file",
			      schema_table(op->table)->name);
	if (op->kind == OP_DEL && !there)
		return refuse(r, RESULT_NO_ROW, i, "there is no %s %s",
			      schema_table(op->table)->name, key);
	if (op->kind == OP_ADD && there)
		return refuse(r, RESULT_INCONSISTENT_VALUE, i, "%s %s is there already",
			      schema_table(op->table)->name, key);
	t->done = i + 1;
	if (op->kind == OP_DEL)
		config_remove(t->d->wanted, op->table, op->key);
	else if (!config_create(t->d->wanted, op->table, op->key, why))
		return refuse(r, RESULT_INCONSISTENT_VALUE, i, "%s", why);
	return true;
}

static bool test_save(struct txn *t, unsigned i, struct result *r)
{
	char why[TEXT_MAX];

	if (!stands_alone(t, i))
		return refuse(r, RESULT_INCONSISTENT_VALUE, i, "save is a change for itself");
	t->save = save_prepare(t->d, why);
	return t->save || refuse(r, RESULT_INCONSISTENT_VALUE, i, "%s", why);
}

/* What the fields about trials say; the rest is judged when all ops are known. */
static void note_trial(struct txn *t, const struct change_op *op)
{
	uint64_t n = 0;
	int order;

	if (op->table != T_GLOBAL)
		return;
	if (text_eq(op->field, "confirm_time_s") && text_u64(op->value, 0, CONFIRM_MAX_S, &n))
		t->trial_s = (uint32_t)n;
	if (text_eq(op->field, "confirm") && enum_value(confirm_order_names, op->value, &order))
		t->order = (enum confirm_order)order;
}

static bool test_op(struct txn *t, unsigned i, struct result *r)
{
	const struct change_op *op = &t->change.ops[i];
	struct step *s = &t->steps[i];
	struct fieldset one = {{0}};
	unsigned char row[MAX_ROW];
	char why[TEXT_MAX], key[TEXT_MAX];
	const void *there = store_find(t->d->wanted, op->table, op->key);
	const char *bad;

	if (op->kind == OP_REVERT || op->kind == OP_REVERT_ALL)
		return test_revert(t, i, r);
	if (op->kind == OP_SAVE)
		return test_save(t, i, r);
	if (op->kind != OP_SET)
		return test_row(t, i, r);
	s->f = settable(t, i, r);
	if (!s->f)
		return false;
	if (!there)
		return refuse(r, RESULT_NO_ROW, i, "there is no %s %s",
			      schema_table(op->table)->name,
			      row_key_text(op->table, op->key, key, sizeof(key)));
	if (!(s->f->flags & F_ACTION))
		remember(s, op->table, there);
	memcpy(row, there, schema_table(op->table)->row_size);
	if (!field_parse(s->f, row, op->value, why))
		return refuse(r, RESULT_WRONG_VALUE, i, "%s", why);
	bad = s->known ? objection(t, op, row) : action_objection(t->d, s->f, op->value);
	if (bad)
		return refuse(r, RESULT_INCONSISTENT_VALUE, i, "%s", bad);
	t->done = i + 1;
	if (!s->known) {
		note_trial(t, op);
		return true;
	}
	fieldset_add(&one, field_index(schema_table(op->table), s->f));
	store_put_set(t->d->wanted, op->table, row, one, NULL);
	config_spread(t->d->wanted, s->f, s->old);
	return true;
}

void txn_untest(struct txn *t)
{
	if (t->rows_before) {
		store_free(t->d->wanted);
		t->d->wanted = t->rows_before;
		t->rows_before = NULL;
		t->done = 0;
	}
	while (t->done > 0) {
		const struct change_op *op = &t->change.ops[--t->done];

		if (t->steps[t->done].known)
			store_put(t->d->wanted, op->table, t->steps[t->done].old, F_WANTED, NULL);
	}
}

/* What was added has all that it needs; what was set of a row is of one that stays. */
static bool is_complete(const struct txn *t, unsigned i, struct result *r)
{
	const struct change_op *op = &t->change.ops[i];
	char why[TEXT_MAX];

	if (op->kind == OP_SET && t->steps[i].known &&
	    !store_find(t->d->wanted, op->table, op->key))
		return refuse(r, RESULT_INCONSISTENT_VALUE, i,
			      "another part of the change takes the row away");
	return op->kind != OP_ADD || config_complete(t->d->wanted, op->table, op->key, why) ||
	       refuse(r, RESULT_INCONSISTENT_VALUE, i, "%s", why);
}

/* The op that speaks of what is objected to: of its field, else of its row, else the first. */
static unsigned op_of(const struct txn *t, const struct objection *o)
{
	unsigned ret = t->change.nops;

	for (unsigned i = t->change.nops; i-- > 0;) {
		const struct change_op *op = &t->change.ops[i];

		if (op->table != o->table || row_key_cmp(op->table, op->key, o->row) != 0)
			continue;
		if (o->field && text_eq(op->field, o->field))
			return i;
		ret = i;
	}
	return ret < t->change.nops ? ret : 0;
}

static bool orders_reload(const struct txn *t)
{
	for (unsigned i = 0; i < t->change.nops; i++)
		if (t->change.ops[i].table == T_GLOBAL &&
		    text_eq(t->change.ops[i].field, "reload") &&
		    text_eq(t->change.ops[i].value, enum_name(order_names, ORDER_RUN)))
			return true;
	return false;
}

/* What it does beyond orders. */
static bool changes_something(const struct txn *t)
{
	for (unsigned i = 0; i < t->change.nops; i++)
		if (t->change.ops[i].kind != OP_SET || t->steps[i].known)
			return true;
	return false;
}

static const char *objection_of_order(const struct txn *t)
{
	enum confirm_pending now = confirm_pending(t->d->confirm);
	const struct global_row *g = store_single(t->d->live, T_GLOBAL);

	if (now == CONFIRM_NONE)
		return "nothing awaits a confirmation";
	if (now == CONFIRM_RELOAD && t->order == CONFIRM_CONFIRM &&
	    g->config_source != CONFIG_FROM_FILE)
		return "the file on trial is not what runs: since a start it has an error";
	return t->trial_s || changes_something(t) || orders_reload(t)
		   ? "confirm is a change for itself"
		   : NULL;
}

static const char *objection_of_trial(const struct txn *t)
{
	bool changes = changes_something(t);

	if (changes == orders_reload(t))
		return changes ? "a change and a reload cannot be on trial together"
			       : "there is nothing that could go back";
	return t->save ? "what was saved does not go back" : NULL;
}

/* One thing is on trial at a time, and nothing is built on a change that may go back. */
static bool test_trial(const struct txn *t, struct result *r)
{
	enum confirm_pending now = confirm_pending(t->d->confirm);
	bool orders = t->order > CONFIRM_IDLE;
	const char *bad = orders       ? objection_of_order(t)
			  : t->trial_s ? objection_of_trial(t)
				       : NULL;
	char text[TEXT_MAX];

	if (bad)
		return refuse(r, RESULT_INCONSISTENT_VALUE, 0, "%s", bad);
	if (orders || now == CONFIRM_NONE)
		return true;
	if (t->trial_s || t->save || (now == CONFIRM_CHANGE && changes_something(t)))
		return refuse(r, RESULT_INCONSISTENT_VALUE, 0,
			      "%s: confirm it, or take it back, first",
			      confirm_text(t->d->confirm, text, sizeof(text)));
	return true;
}

bool txn_test(struct txn *t, struct result *ret)
{
	struct objection o;
	char why[TEXT_MAX];
	bool ok = true;

	remember_rows(t);
	for (unsigned i = 0; ok && i < t->change.nops; i++)
		ok = test_op(t, i, ret);
	for (unsigned i = 0; ok && i < t->change.nops; i++)
		ok = is_complete(t, i, ret);
	ok = ok && test_trial(t, ret);
	if (ok && config_objection(t->d->wanted, why, &o))
		ok = refuse(ret, RESULT_INCONSISTENT_VALUE, op_of(t, &o), "%s", why);
	if (!ok)
		txn_untest(t);
	else
		*ret = (struct result){.status = RESULT_OK};
	return ok;
}

unsigned txn_workers(const struct txn *t)
{
	unsigned mask = 0;

	for (unsigned i = 0; i < t->change.nops; i++) {
		enum table_id table = t->change.ops[i].table;
		/* what is said of a machine is in force for its real servers */
		enum role owner = schema_table(table == T_NODE ? T_REAL_SERVER : table)->owner;

		if (owner != ROLE_MAIN)
			mask |= 1u << owner;
		if (t->change.ops[i].kind == OP_REVERT_ALL)
			mask |= t->d->env->workers; /* not all need be wanted: -P, -C */
	}
	return mask;
}

unsigned txn_followers(const struct txn *t)
{
	for (unsigned i = 0; i < t->change.nops; i++)
		if (t->change.ops[i].table == T_GLOBAL)
			return 1u << ROLE_VRRP | 1u << ROLE_LVS;
	return 0;
}

/* ---- change log ------------------------------------------------------- */

static enum change_result outcome(enum result_status s)
{
	if (s == RESULT_OK)
		return CHANGE_DONE;
	return s == RESULT_COMMIT_FAILED || s == RESULT_UNKNOWN ? CHANGE_FAILED : CHANGE_REFUSED;
}

static void object_of(const struct change_op *op, char *buf, size_t size)
{
	char key[TEXT_MAX];

	row_key_text(op->table, op->key, key, sizeof(key));
	snprintf(buf, size, "%s%s%s", schema_table(op->table)->name, *key ? " " : "", key);
}

/* A secret may be asked for in vain, but not found in the log. */
static const char *new_value(const struct change_op *op)
{
	const struct field *f;

	if (op->kind != OP_SET)
		return op_kind_done(op->kind);
	f = schema_field(op->table, op->field);
	return f && f->flags & F_SECRET ? "***" : op->value;
}

static const char *old_value(const struct txn *t, unsigned i, char *buf, size_t size)
{
	buf[0] = '\0';
	return t->steps[i].known ? field_text(t->steps[i].f, t->steps[i].old, buf, size) : buf;
}

static struct change_log_row row_of(const struct txn *t, unsigned i, const struct result *r)
{
	const struct change_op *op = &t->change.ops[i];
	struct change_log_row row = {.source = t->change.source,
				     .result = (uint8_t)outcome(r->status)};
	char object[TEXT_MAX + 32], old[TEXT_MAX];

	object_of(op, object, sizeof(object));
	TEXT_COPY(row.who, t->change.who);
	TEXT_COPY(row.object, object);
	TEXT_COPY(row.field, op->field);
	TEXT_COPY(row.old_value, old_value(t, i, old, sizeof(old)));
	TEXT_COPY(row.new_value, new_value(op));
	TEXT_COPY(row.result_text, r->status == RESULT_OK ? "" : r->text);
	return row;
}

/* Before it is done: what is to be read when main ends in the midst of it. */
static void begin(const struct txn *t)
{
	static const struct result unknown = {
	    .status = RESULT_UNKNOWN, .text = "begun; main ended before its outcome was known"};

	for (unsigned i = 0; i < t->change.nops; i++) {
		struct change_log_row row = row_of(t, i, &unknown);

		changelog_begin(t->d->changelog, &row);
	}
	changelog_write(t->d->changelog, false);
}

/* ---- commit ----------------------------------------------------------- */

/* Copies the rows that the ops name from `wanted` to `live`. */
static void show(struct txn *t, bool with_author)
{
	for (unsigned i = 0; i < t->change.nops; i++) {
		const struct change_op *op = &t->change.ops[i];
		const void *row = store_find(t->d->wanted, op->table, op->key);

		if (!row)
			continue; /* it has gone */
		store_put(t->d->live, op->table, row, F_WANTED, NULL);
		if (with_author)
			authors_note(t->d->live, op->table, op->key, t->change.who);
		if (op->table == T_NODE)
			nodes_say(t->d->live, row);
	}
}

/* More rows than the ops name have changed in `wanted`. */
static void show_rows(struct director *d)
{
	own_claim(d, d->wanted);
	numbers_leave(d->live, d->wanted, d->departed);
	store_merge(d->live, d->wanted, F_WANTED);
	numbers_return(d->live, d->departed);
	numbers_rest(d->live, d->last_number);
	nodes_say_all(d->live);
	nodes_count(d->live);
}

/* What writing the overlay has come to (persist_write()); false: the old one stands. `what` has
 * been done when it is there. */
static bool is_written(const struct director *d, int r, const char *what, struct result *ret)
{
	const char *dir = d->env->state_dir;

	if (r < 0)
		return refuse(ret, RESULT_COMMIT_FAILED, 0, "cannot write the overlay in %s: %s",
			      dir, strerror(-r));
	if (r > 0)
		refuse(ret, RESULT_UNKNOWN, 0,
		       "%s, but whether the overlay in %s is on disk is not known (%s): read back",
		       what, dir, strerror(r));
	else
		*ret = (struct result){.status = RESULT_OK};
	return true;
}

static void put_file_back(struct txn *t)
{
	store_free(t->d->file);
	t->d->file = t->file_before;
	t->file_before = NULL;
}

static void tell_saved(struct director *d)
{
	reload_kept(d);
	overlay_rows(d);
	director_changed(d);
}

/* The file is there, but may be the old one after a power cut: the overlay goes on saying what it
 * says. */
static bool keep_both(struct txn *t, int r, struct result *ret)
{
	t->before = t->d->overlay;
	t->d->overlay = overlay_clone(t->before);
	tell_saved(t->d);
	refuse(
	    ret, RESULT_UNKNOWN, 0,
	    "%.200s is written, but whether it is on disk is not known (%s): what is in it stays "
	    "beside it too; save again",
	    t->d->env->config_file, strerror(r));
	return true;
}

/* The file first: a line that is in both says nothing else. What is wanted does not change. */
static bool commit_save(struct txn *t, struct result *ret)
{
	const char *file = t->d->env->config_file;
	struct overlay *rest;
	int r = save_write(t->save);

	if (r < 0)
		return refuse(ret, RESULT_COMMIT_FAILED, 0, "cannot write %s: %s", file,
			      strerror(-r));
	t->file_before = save_take_file(t->d);
	if (r > 0)
		return keep_both(t, r, ret);
	rest = save_rest(t->save, t->d->overlay, t->d->file);
	if (!is_written(t->d, overlay_save(rest, t->d->env->state_dir), "saved", ret)) {
		overlay_free(rest);
		put_file_back(t);
		if (save_undo(t->save) != 0)
			log_errx("save: %s has the values, and the overlay too", file);
		return false;
	}
	t->before = t->d->overlay;
	t->d->overlay = rest;
	tell_saved(t->d);
	if (ret->status == RESULT_OK)
		save_say(t->save, ret->text);
	return true;
}

static bool revert_save(struct txn *t, struct result *ret)
{
	int r = save_undo(t->save);

	if (r < 0)
		return refuse(ret, RESULT_COMMIT_FAILED, 0, "cannot write %s back: %s",
			      t->d->env->config_file, strerror(-r));
	if (!is_written(t->d, overlay_save(t->before, t->d->env->state_dir), "taken back", ret))
		return false;
	overlay_free(t->d->overlay);
	t->d->overlay = t->before;
	t->before = NULL;
	put_file_back(t);
	tell_saved(t->d);
	return true;
}

/* What may go back to is written over last. */
static bool commit_confirm(struct txn *t, struct result *ret)
{
	bool reload = confirm_pending(t->d->confirm) == CONFIRM_RELOAD;
	int r = confirm_end(t->d->confirm);

	if (r)
		return refuse(ret, RESULT_COMMIT_FAILED, 0, "cannot write %s: %s",
			      t->d->env->state_dir, strerror(-r));
	*ret = (struct result){.status = RESULT_OK};
	if (reload)
		reload_confirmed(t->d, ret->text);
	return true;
}

/* Written down before it is in force. */
static bool begin_trial(struct txn *t, struct result *ret)
{
	struct trial trial = {t->trial_s, t->change.who};
	int r;

	if (!t->trial_s || orders_reload(t))
		return true;
	r = confirm_begin(t->d->confirm, &trial, "", t->d->overlay);
	t->on_trial = !r;
	return !r || refuse(ret, RESULT_COMMIT_FAILED, 0, "cannot write %s: %s",
			    t->d->env->state_dir, strerror(-r));
}

static void end_trial(const struct txn *t)
{
	if (t->on_trial && confirm_end(t->d->confirm))
		log_errx("change: %s/unconfirmed cannot be removed", t->d->env->state_dir);
}

bool txn_commit(struct txn *t, struct result *ret)
{
	struct overlay *after;

	if (t->d->overlay_error) {
		txn_untest(t);
		return refuse(ret, RESULT_COMMIT_FAILED, 0,
			      "the overlay in %s could not be read at start (%s): it is not "
			      "written over; mend it and restart",
			      t->d->env->state_dir, strerror(-t->d->overlay_error));
	}
	begin(t);
	if (t->order == CONFIRM_CONFIRM)
		return commit_confirm(t, ret);
	if (t->save)
		return commit_save(t, ret);
	if (!begin_trial(t, ret)) {
		txn_untest(t);
		return false;
	}
	after = with_ops(t, t->change.nops);
	if (!is_written(t->d, overlay_save(after, t->d->env->state_dir), "kept", ret)) {
		overlay_free(after);
		txn_untest(t);
		end_trial(t);
		return false;
	}
	t->before = t->d->overlay;
	t->d->overlay = after;
	if (t->rows_before)
		show_rows(t->d);
	show(t, true);
	overlay_rows(t->d);
	for (unsigned i = 0; i < t->change.nops; i++)
		authors_note_line(t->d->live, t->change.ops[i].table, t->change.ops[i].key,
				  t->change.ops[i].field, t->change.who);
	director_changed(t->d);
	return true;
}

bool txn_reloads(const struct txn *t, struct trial *ret)
{
	*ret = (struct trial){t->trial_s, t->change.who};
	return orders_reload(t);
}

bool txn_goes_back(const struct txn *t)
{
	return t->order == CONFIRM_GO_BACK;
}

bool txn_restore(struct director *d, struct overlay *before, struct result *ret)
{
	if (!is_written(d, overlay_save(before, d->env->state_dir), "taken back", ret)) {
		overlay_free(before);
		return false;
	}
	overlay_free(d->overlay);
	d->overlay = before;
	store_free(d->wanted);
	d->wanted = reload_with(d, before);
	show_rows(d);
	overlay_rows(d);
	authors_load(d->live);
	director_changed(d);
	return true;
}

bool txn_revert(struct txn *t, struct result *ret)
{
	bool rows;

	if (t->order == CONFIRM_CONFIRM)
		return refuse(ret, RESULT_COMMIT_FAILED, 0, "what was confirmed stays");
	if (t->save)
		return revert_save(t, ret);
	if (!is_written(t->d, overlay_save(t->before, t->d->env->state_dir), "taken back", ret))
		return false;
	overlay_free(t->d->overlay);
	t->d->overlay = t->before;
	t->before = NULL;
	rows = t->rows_before;
	txn_untest(t);
	end_trial(t);
	if (rows)
		show_rows(t->d);
	show(t, false);
	overlay_rows(t->d);
	director_changed(t->d);
	return true;
}

/* ---- its end in the change log and in the log ------------------------- */

/* One line however many there are: that of the one at fault, else of the first. */
static void say(const struct txn *t, const struct result *r)
{
	unsigned i = r->op < t->change.nops ? r->op : 0;
	const struct change_op *op = &t->change.ops[i];
	char object[TEXT_MAX + 32], old[TEXT_MAX], who[80], others[48] = "";
	enum change_result end = outcome(r->status);

	object_of(op, object, sizeof(object));
	snprintf(who, sizeof(who), "%s%s", t->change.source == SOURCE_CTL ? "ctl " : "",
		 t->change.who);
	if (t->change.nops > 1)
		snprintf(others, sizeof(others), ", with %u others", t->change.nops - 1);
	log_transition(
	    &(struct log_transition){.event = LOG_CHANGE,
				     .level = end == CHANGE_FAILED ? LOG_LV_ERR : LOG_LV_NOTICE,
				     .key = {object, op->field},
				     .old = old_value(t, i, old, sizeof(old)),
				     .now = new_value(op),
				     .reason = enum_name(result_status_names, (int)r->status),
				     .who = who,
				     .family = end == CHANGE_REFUSED ? who : NULL},
	    "%s%s%s%s", enum_name(change_result_names, (int)end), others, r->text[0] ? ": " : "",
	    r->text);
}

void txn_log(const struct txn *t, const struct result *r)
{
	for (unsigned i = 0; i < t->change.nops; i++) {
		struct change_log_row row = row_of(t, i, r);

		changelog_add(t->d->changelog, &row);
	}
	changelog_write(t->d->changelog, true);
	if (t->change.nops)
		say(t, r);
}
