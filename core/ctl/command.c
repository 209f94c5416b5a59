/*
 * command: what halvardctl can be told to do. Process: halvardctl.
 *
 * A command that changes something builds one struct change and sends it as one transaction:
 * all of it happens, durably, or nothing. It is the same transaction that an SNMP SET runs,
 * with the same validation in the daemon. What can be known here (a table, a field, a value
 * out of its range) is refused before anything is sent, with the nearest right word.
 */
#include "ctl/command.h"

#include "base/text.h"
#include "ctl/client.h"
#include "ctl/grid.h"
#include "ctl/match.h"
#include "ctl/say.h"
#include "ctl/view.h"
#include "model/rows.h"

#include <stdio.h>
#include <string.h>

/* ---- building a change --------------------------------------------------- */

/* Adds "set FIELD of this row to VALUE"; false after a message when the value cannot be. */
static bool add_set(struct change *ch, enum table_id t, const void *row, const char *field,
		    const char *value)
{
	const struct field *f = schema_field(t, field);
	unsigned char copy[MAX_ROW];
	struct change_op *op;
	char why[TEXT_MAX];

	row_init(t, copy);
	row_copy_fields(t, copy, row, fieldset_of(t, F_KEY));
	op = change_add(ch, OP_SET, t);
	memcpy(op->key, copy, schema_table(t)->row_size);
	if (!field_parse(f, copy, value, why)) {
		say(stderr, "halvardctl: %s\n", why);
		return false;
	}
	TEXT_COPY(op->field, field);
	if (!TEXT_COPY(op->value, value)) {
		say(stderr, "halvardctl: %s: the value is too long\n", field);
		return false;
	}
	return true;
}

/* What will be said once it is done: "real_server KEY: FIELD is NEW, was OLD" for each. Written
 * before it is sent, because the replica may hold the new values when the answer comes. */
static void write_summary(const struct ctl *c, const struct change *ch, struct buf *out)
{
	for (unsigned i = 0; i < ch->nops; i++) {
		const struct change_op *op = &ch->ops[i];
		const struct field *f = schema_field(op->table, op->field);
		const void *old = store_find(c->store, op->table, op->key);
		char key[TEXT_MAX], before[TEXT_MAX] = "", after[TEXT_MAX] = "";
		size_t line = out->len;
		unsigned char row[MAX_ROW];

		if (old)
			field_text(f, old, before, sizeof(before));
		row_init(op->table, row);
		if (field_parse(f, row, op->value, after))
			field_text(f, row, after, sizeof(after));
		row_key_text(op->table, op->key, key, sizeof(key));
		buf_printf(out, "%s%s%s: %s is %s", schema_table(op->table)->name, *key ? " " : "",
			   key, f->name, *after ? after : "empty");
		if (*before && !text_eq(before, after))
			buf_printf(out, ", was %s", before);
		buf_cstr(out);
		grid_clean((char *)out->data + line);
		buf_printf(out, "\n");
	}
}

/* Sends the change unless it is not `good`, tells what was done, frees it. */
static int send_change(struct ctl *c, struct change *ch, bool good)
{
	struct buf summary = {0};
	int rc = CTL_REFUSED;

	ch->source = SOURCE_CTL;
	if (good) {
		write_summary(c, ch, &summary);
		rc = client_change(c, ch);
	}
	if (rc == CTL_OK)
		fputs(buf_cstr(&summary), stdout);
	buf_free(&summary);
	change_free(ch);
	return rc;
}

/* ---- set ------------------------------------------------------------------- */

static void complain_field(const struct table *t, const char *name)
{
	const char *names[MAX_FIELDS + 1] = {NULL};
	unsigned n = 0;

	for (unsigned i = 0; i < t->nfields; i++) {
		if (t->fields[i].flags & F_SET)
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

static int run_set(struct ctl *c, int argc, char **argv)
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
	if (!f || !(f->flags & F_SET)) {
		complain_field(t, argv[argc - 2]);
		return CTL_USAGE;
	}
	row = t->nkeys ? match_row(c, t->id, argv + 1, argc - 3) : store_single(c->store, t->id);
	if (!row)
		return CTL_REFUSED;
	return send_change(c, &ch, add_set(&ch, t->id, row, f->name, argv[argc - 1]));
}

/* ---- servers and instances ------------------------------------------------- */

/* The note of --reason; without one a note that told why it was out goes when it is back. */
static bool add_reason(const struct ctl *c, struct change *ch, enum table_id t, const void *row,
		       const char *value)
{
	const struct field *f = schema_field(t, "admin_reason");
	bool back = text_eq(value, enum_name(rs_admin_names, RS_ENABLED)) ||
		    text_eq(value, enum_name(admin_updown_names, ADMIN_UP)) ||
		    text_eq(value, enum_name(vrrp_command_names, VRRP_COMMAND_TAKEOVER));

	if (c->reason)
		return add_set(ch, t, row, f->name, c->reason);
	return !back || !*field_str(f, row) || add_set(ch, t, row, f->name, "");
}

/* The real servers that [VS] RS names, as match_rs(). */
static size_t find_servers(struct ctl *c, int argc, char **argv, struct match *m)
{
	const struct virtual_server_row *vs = NULL;

	if (argc > 1 && !(vs = match_vs(c, argv[0])))
		return 0;
	return match_rs(c, vs, argv[argc - 1], m);
}

static int set_servers(struct ctl *c, int argc, char **argv, const char *field, const char *value)
{
	struct change ch = {0};
	struct match m = {0};
	bool good = true;

	if (!find_servers(c, argc, argv, &m) || !m.n)
		return CTL_REFUSED;
	if (m.n * 3 > CHANGE_OPS_MAX) {
		say(stderr, "halvardctl: %zu servers are more than one transaction takes\n", m.n);
		match_free(&m);
		return CTL_REFUSED;
	}
	for (size_t i = 0; i < m.n && good; i++) {
		good = add_set(&ch, T_REAL_SERVER, m.rows[i], field, value) &&
		       add_reason(c, &ch, T_REAL_SERVER, m.rows[i], value);
		if (good && c->time_s)
			good = add_set(&ch, T_REAL_SERVER, m.rows[i], "drain_time_s", c->time_s);
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
		return CTL_REFUSED;
	good = add_set(&ch, t, row, field, value) && add_reason(c, &ch, t, row, value);
	return send_change(c, &ch, good);
}

static int run_drain(struct ctl *c, int argc, char **argv)
{
	return set_servers(c, argc, argv, "admin_state", enum_name(rs_admin_names, RS_DRAINING));
}

static int run_offline(struct ctl *c, int argc, char **argv)
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

static int run_enable(struct ctl *c, int argc, char **argv)
{
	return turn(c, argc, argv, true);
}

static int run_disable(struct ctl *c, int argc, char **argv)
{
	return turn(c, argc, argv, false);
}

static int command_instance(struct ctl *c, char **argv, enum vrrp_command command)
{
	return set_one(c, T_VRRP_INSTANCE, match_vrrp(c, argv[0]), "command",
		       enum_name(vrrp_command_names, command));
}

static int run_yield(struct ctl *c, int argc, char **argv)
{
	(void)argc;
	return command_instance(c, argv, VRRP_COMMAND_YIELD);
}

static int run_takeover(struct ctl *c, int argc, char **argv)
{
	(void)argc;
	return command_instance(c, argv, VRRP_COMMAND_TAKEOVER);
}

static int run_weight(struct ctl *c, int argc, char **argv)
{
	return set_servers(c, argc - 1, argv, "weight", argv[argc - 1]);
}

static int run_reload(struct ctl *c, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return client_command(c, "reload");
}

/* ---- the table --------------------------------------------------------------- */

const struct command commands[] = {
    {"status", "", "everything at a glance", 0, 0, TAKES_JSON, view_status},
    {"vrrp", "[INSTANCE]", "VRRP instances, their addresses and counters", 0, 1, TAKES_JSON,
     view_vrrp},
    {"vs", "[VS]", "virtual servers with their rates", 0, 1, TAKES_JSON, view_vs},
    {"rs", "[VS [RS]]", "real servers: states, weights, who changed what", 0, 2, TAKES_JSON,
     view_rs},
    {"checks", "[VS [RS]]", "health checks and their last results", 0, 2, TAKES_JSON, view_checks},
    {"log", "[COUNT]", "the change log: the last COUNT changes (20)", 0, 1, TAKES_JSON, view_log},
    {"show", "[TABLE [KEY...]]", "every field of a table, or of one row", 0, 4, TAKES_JSON,
     view_show},
    {"set", "TABLE KEY... FIELD VALUE", "set any field that may be set", 3, 8, 0, run_set},
    {"drain", "[VS] RS", "no new connections; established ones go on", 1, 2,
     TAKES_ALL | TAKES_REASON | TAKES_TIME, run_drain},
    {"enable", "INSTANCE | VS | [VS] RS", "back to work", 1, 2, TAKES_ALL | TAKES_REASON,
     run_enable},
    {"disable", "INSTANCE | VS | [VS] RS", "out of work until enabled", 1, 2,
     TAKES_ALL | TAKES_REASON, run_disable},
    {"offline", "[VS] RS", "out at once, connections too", 1, 2, TAKES_ALL | TAKES_REASON,
     run_offline},
    {"weight", "[VS] RS WEIGHT", "change the weight of a real server", 2, 3, TAKES_ALL, run_weight},
    {"yield", "INSTANCE", "give mastership away, and leave it to others", 1, 1, TAKES_REASON,
     run_yield},
    {"takeover", "INSTANCE", "end yield, and take mastership from a lower priority", 1, 1,
     TAKES_REASON, run_takeover},
    {"reload", "", "read the configuration again, apply what differs", 0, 0, 0, run_reload},
    {NULL},
};

const struct command *command_find(const char *name)
{
	const char *names[sizeof(commands) / sizeof(commands[0])];
	unsigned n = 0;

	for (const struct command *k = commands; k->name; k++) {
		if (text_eq(k->name, name))
			return k;
		names[n++] = k->name;
	}
	names[n] = NULL;
	match_complain("command", name, names);
	return NULL;
}
