/*
 * change: the commands that change something; see change.h. Process: halvardctl.
 *
 * A command that changes something builds one struct change and sends it as one transaction:
 * all of it happens, durably, or nothing. It is the same transaction that an SNMP SET runs,
 * with the same validation in the daemon. What can be known here (a table, a field, a value
 * out of its range) is refused before anything is sent, with the nearest right word.
 */
#include "ctl/change.h"

#include "base/text.h"
#include "ctl/client.h"
#include "ctl/grid.h"
#include "ctl/match.h"
#include "ctl/result.h"
#include "ctl/say.h"
#include "ctl/value.h"
#include "ctl/view.h"
#include "model/rows.h"

#include <stdio.h>
#include <string.h>

/* ---- building a change --------------------------------------------------- */

/* Adds "set FIELD of this row to VALUE"; false after a message when the value cannot be. */
static bool add_set(struct ctl *c, struct change *ch, enum table_id t, const void *row,
		    const char *field, const char *value)
{
	const struct field *f = schema_field(t, field);
	unsigned char copy[MAX_ROW];
	struct change_op *op;
	char why[TEXT_MAX];

	row_init(t, copy);
	row_copy_fields(t, copy, row, fieldset_of(t, F_KEY));
	op = change_add(ch, OP_SET, t, row);
	if (!field_parse(f, copy, value, why)) {
		say(stderr, "halvardctl: %s\n", why);
		c->result.status = RESULT_WRONG_VALUE;
		return false;
	}
	TEXT_COPY(op->field, field);
	if (!TEXT_COPY(op->value, value)) {
		say(stderr, "halvardctl: %s: the value is too long\n", field);
		return false;
	}
	return true;
}

/* One operation as words: what was and what will be. Read before it is sent, because the replica
 * may hold the new values when the answer comes. */
struct done {
	const struct table *table;
	const struct field *field;
	char before[TEXT_MAX], after[TEXT_MAX];
};

static void describe(const struct ctl *c, const struct change_op *op, struct done *d)
{
	const void *old = store_find(c->store, op->table, op->key);
	unsigned char row[MAX_ROW];

	*d = (struct done){.table = schema_table(op->table),
			   .field = schema_field(op->table, op->field)};
	TEXT_COPY(d->after, op_kind_done(op->kind));
	if (!d->field)
		return;
	if (old)
		field_text(d->field, old, d->before, sizeof(d->before));
	row_init(op->table, row);
	if (field_parse(d->field, row, op->value, d->after))
		field_text(d->field, row, d->after, sizeof(d->after));
}

/* "real_server KEY: FIELD is NEW, was OLD" for each. */
static void write_summary(const struct ctl *c, const struct change *ch, struct buf *out)
{
	for (unsigned i = 0; i < ch->nops; i++) {
		char key[TEXT_MAX];
		size_t line = out->len;
		struct done d;

		describe(c, &ch->ops[i], &d);
		row_key_text(d.table->id, ch->ops[i].key, key, sizeof(key));
		buf_printf(out, "%s%s%s: %s%s%s", d.table->name, *key ? " " : "", key,
			   d.field ? d.field->name : "", d.field ? " is " : "",
			   *d.after ? d.after : "empty");
		if (*d.before && !text_eq(d.before, d.after))
			buf_printf(out, ", was %s", d.before);
		buf_cstr(out);
		text_printable((char *)out->data + line);
		buf_printf(out, "\n");
	}
}

static void write_json(const struct ctl *c, const struct change *ch, struct json *j)
{
	json_open(j, "changes", '[');
	for (unsigned i = 0; i < ch->nops; i++) {
		struct done d;

		describe(c, &ch->ops[i], &d);
		json_open(j, NULL, '{');
		json_text(j, "table", d.table->name);
		value_json_key(j, d.table->id, ch->ops[i].key);
		json_text(j, "field", d.field ? d.field->name : "");
		json_text(j, "old", d.before);
		json_text(j, "new", d.after);
		json_close(j, '}');
	}
	json_close(j, ']');
}

/* Sends the change unless it is not `good`, tells what was done, frees it. */
static int send_change(struct ctl *c, struct change *ch, bool good)
{
	struct buf summary = {0};
	struct json j = {0};
	int rc = CTL_REFUSED;

	ch->source = SOURCE_CTL;
	if (good && c->trial_s)
		good = add_set(c, ch, T_GLOBAL, store_single(c->store, T_GLOBAL), "confirm_time_s",
			       c->trial_s);
	if (good) {
		write_summary(c, ch, &summary);
		json_open(&j, NULL, '{');
		write_json(c, ch, &j);
		rc = client_change(c, ch);
	}
	if (rc == CTL_OK && c->json)
		result_print(c, &j, rc);
	else if (rc == CTL_OK)
		fputs(buf_cstr(&summary), stdout);
	buf_free(&summary);
	json_free(&j);
	change_free(ch);
	return rc;
}

/* ---- set ------------------------------------------------------------------- */

/* Of a row that is there, or that the command makes. */
static bool may_set(const struct field *f, bool adds)
{
	return (f->flags & F_SET) && (adds || !(f->flags & F_CREATE));
}

static void complain_field(const struct table *t, const char *name, bool adds)
{
	const char *names[MAX_FIELDS + 1] = {NULL};
	unsigned n = 0;

	for (unsigned i = 0; i < t->nfields; i++) {
		if (may_set(&t->fields[i], adds))
			names[n++] = t->fields[i].name;
	}
	if (!n) {
		say(stderr, "halvardctl: nothing of %s may be set\n", t->name);
		return;
	}
	say(stderr, "halvardctl: %s of %s may not be set; ", name, t->name);
	if (text_nearest(name, names))
		say(stderr, "did you mean %s? ", text_nearest(name, names));
	say(stderr, "These may be:");
	for (unsigned i = 0; i < n; i++)
		say(stderr, " %s", names[i]);
	say(stderr, "\n");
}

int change_set(struct ctl *c, int argc, char **argv)
{
	const struct table *t = view_table(argv[0]);
	const struct field *f;
	struct change ch = {0};
	const void *row;

	if (!t)
		return CTL_USAGE;
	if ((unsigned)argc != t->nkeys + 3) {
		say(stderr, "halvardctl: usage: set %s", t->name);
		for (unsigned i = 0; i < t->nkeys; i++)
			say(stderr, " %s", t->fields[i].name);
		say(stderr, " FIELD VALUE\n");
		return CTL_USAGE;
	}
	f = schema_field(t->id, argv[argc - 2]);
	if (!f || !may_set(f, false)) {
		complain_field(t, argv[argc - 2], false);
		return CTL_USAGE;
	}
	row = t->nkeys ? match_row(c, t->id, argv + 1, argc - 3) : store_single(c->store, t->id);
	if (!row)
		return result_no_row(c);
	return send_change(c, &ch, add_set(c, &ch, t->id, row, f->name, argv[argc - 1]));
}

/* ---- rows that come and go -------------------------------------------------- */

static int complain_keys(const char *command, const struct table *t, const char *more)
{
	say(stderr, "halvardctl: usage: %s %s", command, t->name);
	for (unsigned i = 0; i < t->nkeys; i++)
		say(stderr, " %s", t->fields[i].name);
	say(stderr, "%s\n", more);
	return CTL_USAGE;
}

/* The keys as they are given: there is no row yet to take them from. */
static bool read_keys(const struct table *t, char **argv, unsigned char *row)
{
	char why[TEXT_MAX];

	row_init(t->id, row);
	for (unsigned i = 0; i < t->nkeys; i++)
		if (!field_parse(&t->fields[i], row, argv[i], why)) {
			say(stderr, "halvardctl: %s: %s\n", t->fields[i].name, why);
			return false;
		}
	return true;
}

int change_add_row(struct ctl *c, int argc, char **argv)
{
	const struct table *t = view_table(argv[0]);
	unsigned given = (unsigned)argc - 1;
	unsigned char row[MAX_ROW];
	struct change ch = {0};
	bool good = true;

	if (!t)
		return CTL_USAGE;
	if (!t->nkeys || given < t->nkeys || (given - t->nkeys) % 2)
		return complain_keys("add", t, " [FIELD VALUE]...");
	if (!read_keys(t, argv + 1, row))
		return CTL_USAGE;
	change_add(&ch, OP_ADD, t->id, row);
	for (unsigned i = t->nkeys + 1; i < (unsigned)argc && good; i += 2) {
		const struct field *f = schema_field(t->id, argv[i]);

		if (!f || !may_set(f, true)) {
			complain_field(t, argv[i], true);
			change_free(&ch);
			return CTL_USAGE;
		}
		good = add_set(c, &ch, t->id, row, f->name, argv[i + 1]);
	}
	return send_change(c, &ch, good);
}

/* To which the daemon may say more than yes. */
static int send_order(struct ctl *c, struct change *ch, bool good)
{
	int rc = send_change(c, ch, good);

	if (rc == CTL_OK && !c->json && c->result.text[0])
		say(stdout, "%s\n", c->result.text);
	return rc;
}

int change_save(struct ctl *c, int argc, char **argv)
{
	struct change ch = {0};

	(void)argc, (void)argv;
	change_add(&ch, OP_SAVE, T_GLOBAL, store_single(c->store, T_GLOBAL));
	return send_order(c, &ch, true);
}

int change_confirm(struct ctl *c)
{
	struct change ch = {0};
	bool good = add_set(c, &ch, T_GLOBAL, store_single(c->store, T_GLOBAL), "confirm",
			    enum_name(confirm_order_names, CONFIRM_CONFIRM));

	return send_order(c, &ch, good);
}

int change_revert(struct ctl *c, int argc, char **argv)
{
	unsigned char row[MAX_ROW];
	const struct table *t;
	struct change ch = {0};

	if (argc == 1 && text_eq(argv[0], "all")) {
		change_add(&ch, OP_REVERT_ALL, T_GLOBAL, store_single(c->store, T_GLOBAL));
		return send_change(c, &ch, true);
	}
	t = view_table(argv[0]);
	if (!t)
		return CTL_USAGE;
	if ((unsigned)argc != t->nkeys + 1)
		return complain_keys("revert", t, "");
	if (!read_keys(t, argv + 1, row))
		return CTL_USAGE;
	change_add(&ch, OP_REVERT, t->id, row);
	return send_change(c, &ch, true);
}

int change_delete_row(struct ctl *c, int argc, char **argv)
{
	const struct table *t = view_table(argv[0]);
	struct change ch = {0};
	const void *row;

	if (!t)
		return CTL_USAGE;
	if (!t->nkeys || (unsigned)argc != t->nkeys + 1)
		return complain_keys("delete", t, "");
	row = match_row(c, t->id, argv + 1, argc - 1);
	if (!row)
		return result_no_row(c);
	change_add(&ch, OP_DEL, t->id, row);
	return send_change(c, &ch, true);
}

/* ---- servers and instances ------------------------------------------------- */

/* The note of --reason; without one a note that told why it was out goes when it is back. */
static bool add_reason(struct ctl *c, struct change *ch, enum table_id t, const void *row,
		       const char *value)
{
	const struct field *f = schema_field(t, "admin_reason");
	bool back = text_eq(value, enum_name(rs_admin_names, RS_ENABLED)) ||
		    text_eq(value, enum_name(admin_updown_names, ADMIN_UP)) ||
		    text_eq(value, enum_name(vrrp_command_names, VRRP_COMMAND_TAKEOVER));

	if (c->reason)
		return add_set(c, ch, t, row, f->name, c->reason);
	return !back || !*field_str(f, row) || add_set(c, ch, t, row, f->name, "");
}

/* The real servers that [VS] RS names, as match_rs(). */
static size_t find_servers(struct ctl *c, int argc, char **argv, struct match *m)
{
	const struct virtual_server_row *vs = NULL;

	if (argc > 1 && !(vs = match_vs(c, argv[0])))
		return 0;
	return match_rs(c, vs, argv[argc - 1], m);
}

/* A machine: one change is for every real server that has its address. */
static int set_node(struct ctl *c, char *address, const char *field, const char *value)
{
	const void *row = match_row(c, T_NODE, &address, 1);
	struct change ch = {0};
	bool good;

	if (!row)
		return result_no_row(c);
	good = add_set(c, &ch, T_NODE, row, field, value) && add_reason(c, &ch, T_NODE, row, value);
	if (good && c->time_s)
		good = add_set(c, &ch, T_NODE, row, "drain_time_s", c->time_s);
	return send_change(c, &ch, good);
}

static int set_servers(struct ctl *c, int argc, char **argv, const char *field, const char *value)
{
	struct change ch = {0};
	struct match m = {0};
	bool good = true;

	if (argc == 2 && text_eq(argv[0], "node"))
		return set_node(c, argv[1], field, value);
	if (!find_servers(c, argc, argv, &m) || !m.n)
		return result_no_row(c);
	if (m.n * 3 > CHANGE_OPS_MAX) {
		say(stderr, "halvardctl: %zu servers are more than one transaction takes\n", m.n);
		match_free(&m);
		return CTL_REFUSED;
	}
	for (size_t i = 0; i < m.n && good; i++) {
		good = add_set(c, &ch, T_REAL_SERVER, m.rows[i], field, value) &&
		       add_reason(c, &ch, T_REAL_SERVER, m.rows[i], value);
		if (good && c->time_s)
			good = add_set(c, &ch, T_REAL_SERVER, m.rows[i], "drain_time_s", c->time_s);
	}
	match_free(&m);
	return send_change(c, &ch, good);
}

static int set_one(struct ctl *c, enum table_id t, const void *row, const char *field,
		   const char *value)
{
	struct change ch = {0};
	bool good;

	if (!row)
		return result_no_row(c);
	good = add_set(c, &ch, t, row, field, value) && add_reason(c, &ch, t, row, value);
	return send_change(c, &ch, good);
}

int change_drain(struct ctl *c, int argc, char **argv)
{
	return set_servers(c, argc, argv, "admin_state", enum_name(rs_admin_names, RS_DRAINING));
}

int change_offline(struct ctl *c, int argc, char **argv)
{
	return set_servers(c, argc, argv, "admin_state",
			   enum_name(rs_admin_names, RS_FORCED_OFFLINE));
}

/* One word is an instance, a virtual server or a real server, whatever has that name. */
static int turn(struct ctl *c, int argc, char **argv, bool on)
{
	if (argc == 1 && match_any(c, T_VRRP_INSTANCE, argv[0]))
		return set_one(c, T_VRRP_INSTANCE, match_vrrp(c, argv[0]), "admin_state",
			       enum_name(admin_updown_names, on ? ADMIN_UP : ADMIN_DOWN));
	if (argc == 1 && match_any(c, T_VIRTUAL_SERVER, argv[0]))
		return set_one(c, T_VIRTUAL_SERVER, match_vs(c, argv[0]), "admin_state",
			       enum_name(vs_admin_names, on ? VS_ENABLED : VS_DISABLED));
	return set_servers(c, argc, argv, "admin_state",
			   enum_name(rs_admin_names, on ? RS_ENABLED : RS_DISABLED));
}

int change_enable(struct ctl *c, int argc, char **argv)
{
	return turn(c, argc, argv, true);
}

int change_disable(struct ctl *c, int argc, char **argv)
{
	return turn(c, argc, argv, false);
}

/* A group yields, and takes over, with all its members: the word is said to each. */
static int command_group(struct ctl *c, const struct sync_group_row *g, const char *command)
{
	struct change ch = {0};
	bool good = true;

	STORE_EACH(c->store, T_SYNC_MEMBER, struct sync_member_row, m)
	{
		const char *const key[] = {m->instance};
		const void *row = store_find_text(c->store, T_VRRP_INSTANCE, key);

		if (good && row && text_eq(m->group, g->name))
			good = add_set(c, &ch, T_VRRP_INSTANCE, row, "command", command) &&
			       add_reason(c, &ch, T_VRRP_INSTANCE, row, command);
	}
	return send_change(c, &ch, good);
}

static int command_instance(struct ctl *c, char **argv, enum vrrp_command command)
{
	const char *const key[] = {argv[0]};
	const struct sync_group_row *g = store_find_text(c->store, T_SYNC_GROUP, key);

	if (g && !match_any(c, T_VRRP_INSTANCE, argv[0]))
		return command_group(c, g, enum_name(vrrp_command_names, command));
	return set_one(c, T_VRRP_INSTANCE, match_vrrp(c, argv[0]), "command",
		       enum_name(vrrp_command_names, command));
}

int change_yield(struct ctl *c, int argc, char **argv)
{
	(void)argc;
	return command_instance(c, argv, VRRP_COMMAND_YIELD);
}

int change_takeover(struct ctl *c, int argc, char **argv)
{
	(void)argc;
	return command_instance(c, argv, VRRP_COMMAND_TAKEOVER);
}

int change_weight(struct ctl *c, int argc, char **argv)
{
	return set_servers(c, argc - 1, argv, "weight", argv[argc - 1]);
}
