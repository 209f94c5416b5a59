/*
 * view: what the operator sees: the reading commands of halvardctl.
 *
 * Each view is a list of columns and a function that fills one line; the JSON form of every
 * view is the rows as they are, written from the schema (value.c), so that it never lacks a
 * field. Words for states and reasons are the ones of the schema's name tables: the same as
 * in the log and in SNMP.
 */
#include "ctl/view.h"

#include "base/text.h"
#include "ctl/grid.h"
#include "ctl/match.h"
#include "ctl/value.h"
#include "model/rows.h"

#include <stdio.h>
#include <string.h>

#define SMALL 32

static void add_age(const struct ctl *c, struct grid *g, struct mono when)
{
	char text[SMALL];

	grid_add(g, value_age(c, when, text, sizeof(text)));
}

static void add_short(struct grid *g, uint64_t v)
{
	char text[SMALL];

	grid_add(g, value_short(v, text, sizeof(text)));
}

static void add_addr(struct grid *g, const struct addr *a)
{
	char text[ADDR_TEXT_MAX];

	grid_add(g, a->family ? addr_text(a, text) : "");
}

static void print_grid(const struct ctl *c, struct grid *g)
{
	grid_print(g, stdout, c->colour);
	grid_free(g);
}

/* With --json: the named tables, ended by T_COUNT, as value_json_table(); true when that was
 * the answer. */
static bool answer_json(struct ctl *c, const enum table_id *tables, const char *key1,
			const char *key2)
{
	const char *const keys[VALUE_KEYS] = {key1, key2};
	struct json j = {0};

	if (!c->json)
		return false;
	json_open(&j, NULL, '{');
	for (; *tables != T_COUNT; tables++)
		value_json_table(c, &j, *tables, keys);
	json_close(&j, '}');
	printf("%s\n", buf_cstr(&j.out));
	json_free(&j);
	return true;
}

/* ---- VRRP -------------------------------------------------------------- */

static const struct grid_column vrrp_columns[] = {
    {"INSTANCE"},
    {"STATE", .state = true},
    {"PRIORITY", .right = true},
    {"ADMIN", .state = true},
    {"INTERFACE"},
    {"VRID", .right = true},
    {"MASTER"},
    {"SINCE", .right = true},
    {"REASON"},
    {"ADDRESSES"},
    {NULL},
};

/* "192.0.2.10 192.0.2.11": those of the instance; what is absent on a master in brackets. */
static void add_addresses(const struct ctl *c, struct grid *g, const struct vrrp_instance_row *i)
{
	char text[TEXT_MAX] = "";

	STORE_EACH(c->store, T_VRRP_ADDRESS, struct vrrp_address_row, a)
	{
		bool odd = i->state == VRRP_MASTER && !a->present;
		size_t len = strlen(text);

		if (text_eq(a->instance, i->name))
			snprintf(text + len, sizeof(text) - len, "%s%s%s%s", len ? " " : "",
				 odd ? "(" : "", a->address, odd ? ")" : "");
	}
	grid_add(g, text);
}

static void add_vrrp(const struct ctl *c, struct grid *g, const struct vrrp_instance_row *i)
{
	static const struct addr nobody; /* an instance that does not run knows no master */

	grid_add(g, i->name);
	grid_add(g, enum_name(vrrp_state_names, i->state));
	if (i->effective_priority == i->base_priority)
		grid_addf(g, "%u", i->base_priority);
	else
		grid_addf(g, "%u of %u", i->effective_priority, i->base_priority);
	grid_add(g, enum_name(admin_updown_names, i->admin_state));
	grid_add(g, i->interface);
	grid_addf(g, "%u", i->vrid);
	add_addr(g, i->state == VRRP_INIT || i->state == VRRP_FAULT ? &nobody : &i->master_addr);
	add_age(c, g, i->last_transition);
	grid_add(g, enum_name(vrrp_reason_names, i->reason));
	add_addresses(c, g, i);
}

static void print_vrrp(const struct ctl *c, const struct vrrp_instance_row *only)
{
	struct grid *g = grid_new(vrrp_columns);

	STORE_EACH(c->store, T_VRRP_INSTANCE, struct vrrp_instance_row, i)
	{
		if (!only || only == i)
			add_vrrp(c, g, i);
	}
	print_grid(c, g);
}

static const struct grid_column vrrp_count_columns[] = {
    {"INSTANCE"},
    {"VERSION", .right = true},
    {"INTERVAL", .right = true},
    {"SENT", .right = true},
    {"RECEIVED", .right = true},
    {"ERRORS", .right = true},
    {"TRANSITIONS", .right = true},
    {"BECAME MASTER", .right = true},
    {"WORST LATENESS", .right = true},
    {NULL},
};

static void print_vrrp_counts(const struct ctl *c, const struct vrrp_instance_row *only)
{
	struct grid *g = grid_new(vrrp_count_columns);

	STORE_EACH(c->store, T_VRRP_INSTANCE, struct vrrp_instance_row, i)
	{
		if (only && only != i)
			continue;
		grid_add(g, i->name);
		grid_addf(g, "%u", i->version);
		grid_addf(g, "%u ms", i->adver_int_cs * 10);
		add_short(g, i->adverts_sent);
		add_short(g, i->adverts_received);
		add_short(g, i->checksum_errors + i->version_errors + i->ttl_errors +
				 i->type_errors + i->length_errors + i->interval_errors +
				 i->auth_errors + i->address_list_errors);
		grid_addf(g, "%u", i->transitions);
		grid_addf(g, "%u", i->become_master);
		grid_addf(g, "%.1f ms", (double)i->worst_lateness_us / 1000);
	}
	print_grid(c, g);
}

int view_vrrp(struct ctl *c, int argc, char **argv)
{
	static const enum table_id tables[] = {T_VRRP_INSTANCE, T_VRRP_ADDRESS, T_COUNT};
	const struct vrrp_instance_row *only = NULL;

	if (argc && !(only = match_vrrp(c, argv[0])))
		return CTL_REFUSED;
	if (answer_json(c, tables, only ? only->name : NULL, NULL))
		return CTL_OK;
	print_vrrp(c, only);
	printf("\n");
	print_vrrp_counts(c, only);
	return CTL_OK;
}

/* ---- virtual and real servers ------------------------------------------ */

static const struct grid_column server_columns[] = {
    {"SERVER"},
    {"STATE", .state = true},
    {"ADMIN", .state = true},
    {"WEIGHT", .right = true},
    {"IN FORCE", .right = true},
    {"ACTIVE", .right = true},
    {"INACTIVE", .right = true},
    {"CONNECTIONS", .right = true},
    {"SINCE", .right = true},
    {"REASON"},
    {NULL},
};

/* The word, and what it means here when there is more to say. */
static void add_reason(struct grid *g, const struct real_server_row *r)
{
	const char *word = enum_name(check_reason_names, r->reason);

	if (r->reason_text[0] && !text_eq(r->reason_text, word))
		grid_addf(g, "%s: %s", word, r->reason_text);
	else
		grid_add(g, word);
}

static void add_rs(const struct ctl *c, struct grid *g, const struct real_server_row *r)
{
	grid_addf(g, "  %s", r->name);
	grid_add(g, enum_name(rs_oper_names, r->oper_state));
	grid_add(g, enum_name(rs_admin_names, r->admin_state));
	grid_addf(g, "%u", r->weight);
	grid_addf(g, "%u", r->effective_weight);
	add_short(g, r->active_conns);
	add_short(g, r->inactive_conns);
	add_short(g, r->conns);
	add_age(c, g, r->last_change);
	add_reason(g, r);
}

static void add_vs(const struct ctl *c, struct grid *g, const struct virtual_server_row *v)
{
	grid_add(g, v->name);
	grid_add(g, enum_name(vs_oper_names, v->oper_state));
	grid_add(g, enum_name(vs_admin_names, v->admin_state));
	grid_addf(g, "%u", v->weight_total);
	grid_addf(g, "%u", v->weight_up);
	add_short(g, v->active_conns);
	grid_add(g, "");
	add_short(g, v->conns);
	add_age(c, g, v->last_change);
	grid_addf(g, "%u of %u up, %s %s", v->rs_up, v->rs_total, v->scheduler,
		  enum_name(lvs_forwarding_names, v->forwarding));
}

static void print_servers(const struct ctl *c)
{
	struct grid *g = grid_new(server_columns);

	STORE_EACH(c->store, T_VIRTUAL_SERVER, struct virtual_server_row, v)
	{
		add_vs(c, g, v);
		STORE_EACH(c->store, T_REAL_SERVER, struct real_server_row, r)
		{
			if (text_eq(r->vs, v->name))
				add_rs(c, g, r);
		}
	}
	print_grid(c, g);
}

static const struct grid_column vs_columns[] = {
    {"VIRTUAL SERVER"},
    {"STATE", .state = true},
    {"ADMIN", .state = true},
    {"SCHEDULER"},
    {"METHOD"},
    {"PERSIST", .right = true},
    {"UP", .right = true},
    {"WEIGHT UP", .right = true},
    {"ACTIVE", .right = true},
    {"CONN/S", .right = true},
    {"IN B/S", .right = true},
    {"OUT B/S", .right = true},
    {"CONNECTIONS", .right = true},
    {"SINCE", .right = true},
    {"ADMIN REASON"},
    {NULL},
};

static void add_vs_line(const struct ctl *c, struct grid *g, const struct virtual_server_row *v)
{
	grid_add(g, v->name);
	grid_add(g, enum_name(vs_oper_names, v->oper_state));
	grid_add(g, enum_name(vs_admin_names, v->admin_state));
	grid_add(g, v->scheduler);
	grid_add(g, enum_name(lvs_forwarding_names, v->forwarding));
	if (v->persistence_timeout_s)
		grid_addf(g, "%u s", v->persistence_timeout_s);
	else
		grid_add(g, "");
	grid_addf(g, "%u/%u", v->rs_up, v->rs_total);
	grid_addf(g, "%u/%u", v->weight_up, v->weight_total);
	add_short(g, v->active_conns);
	add_short(g, v->cps);
	add_short(g, v->in_bps);
	add_short(g, v->out_bps);
	add_short(g, v->conns);
	add_age(c, g, v->last_change);
	grid_add(g, v->admin_reason);
}

int view_vs(struct ctl *c, int argc, char **argv)
{
	static const enum table_id tables[] = {T_VIRTUAL_SERVER, T_COUNT};
	const struct virtual_server_row *only = NULL;
	struct grid *g;

	if (argc && !(only = match_vs(c, argv[0])))
		return CTL_REFUSED;
	if (answer_json(c, tables, only ? only->name : NULL, NULL))
		return CTL_OK;
	g = grid_new(vs_columns);
	STORE_EACH(c->store, T_VIRTUAL_SERVER, struct virtual_server_row, v)
	{
		if (!only || only == v)
			add_vs_line(c, g, v);
	}
	print_grid(c, g);
	return CTL_OK;
}

static const struct grid_column rs_columns[] = {
    {"VIRTUAL SERVER"},
    {"REAL SERVER"},
    {"STATE", .state = true},
    {"ADMIN", .state = true},
    {"WEIGHT", .right = true},
    {"IN FORCE", .right = true},
    {"ACTIVE", .right = true},
    {"INACTIVE", .right = true},
    {"CONNECTIONS", .right = true},
    {"CHECKS"},
    {"SINCE", .right = true},
    {"REASON"},
    {"CHANGED BY"},
    {"CHANGED AT"},
    {"ADMIN REASON"},
    {NULL},
};

static void add_rs_line(const struct ctl *c, struct grid *g, const struct real_server_row *r)
{
	char text[64];

	grid_add(g, r->vs);
	grid_add(g, r->name);
	grid_add(g, enum_name(rs_oper_names, r->oper_state));
	grid_add(g, enum_name(rs_admin_names, r->admin_state));
	grid_addf(g, "%u", r->weight);
	grid_addf(g, "%u", r->effective_weight);
	add_short(g, r->active_conns);
	add_short(g, r->inactive_conns);
	add_short(g, r->conns);
	if (r->checks_failing)
		grid_addf(g, "%u of %u fail", r->checks_failing, r->checks);
	else
		grid_addf(g, "%u ok", r->checks);
	add_age(c, g, r->last_change);
	add_reason(g, r);
	grid_add(g, r->changed_by);
	grid_add(g, r->changed_at ? value_wall(r->changed_at, text, sizeof(text)) : "");
	grid_add(g, r->admin_reason);
}

/* The names of argv as filters: the virtual server, and the real server below it. False
 * after a message. */
static bool pick_servers(const struct ctl *c, int argc, char **argv, const char **vs,
			 const char **rs)
{
	const struct virtual_server_row *v = NULL;
	struct match m;

	*vs = *rs = NULL;
	if (argc > 0) {
		if (!(v = match_vs(c, argv[0])))
			return false;
		*vs = v->name;
	}
	if (argc > 1) {
		if (match_rs(c, v, argv[1], &m) != 1)
			return false;
		*rs = ((const struct real_server_row *)m.rows[0])->name;
		match_free(&m);
	}
	return true;
}

int view_rs(struct ctl *c, int argc, char **argv)
{
	static const enum table_id tables[] = {T_REAL_SERVER, T_COUNT};
	const char *vs, *rs;
	struct grid *g;

	if (!pick_servers(c, argc, argv, &vs, &rs))
		return CTL_REFUSED;
	if (answer_json(c, tables, vs, rs))
		return CTL_OK;
	g = grid_new(rs_columns);
	STORE_EACH(c->store, T_REAL_SERVER, struct real_server_row, r)
	{
		if ((!vs || text_eq(vs, r->vs)) && (!rs || text_eq(rs, r->name)))
			add_rs_line(c, g, r);
	}
	print_grid(c, g);
	return CTL_OK;
}

/* ---- checks ------------------------------------------------------------ */

static const struct grid_column check_columns[] = {
    {"VIRTUAL SERVER"},
    {"REAL SERVER"},
    {"CHECK"},
    {"TARGET"},
    {"STATE", .state = true},
    {"LAST RUN", .right = true},
    {"LATENCY", .right = true},
    {"EVERY", .right = true},
    {"RUNS", .right = true},
    {"FAILURES", .right = true},
    {"RESULT"},
    {NULL},
};

static void add_check(const struct ctl *c, struct grid *g, const struct checker_row *k)
{
	char text[ADDR_TEXT_MAX];
	bool v6 = k->connect_addr.family == ADDR_IPV6;
	const char *word = enum_name(check_reason_names, k->reason);

	grid_add(g, k->vs);
	grid_add(g, k->rs);
	grid_addf(g, "%u %s", k->number, enum_name(check_kind_names, k->kind));
	grid_addf(g, "%s%s%s:%u", v6 ? "[" : "", addr_text(&k->connect_addr, text), v6 ? "]" : "",
		  k->connect_port);
	grid_add(g, enum_name(check_state_names, k->state));
	add_age(c, g, k->last_run);
	grid_addf(g, "%.1f ms", (double)k->latency_us / 1000);
	grid_addf(g, "%g s", (double)k->delay_loop_ms / 1000);
	add_short(g, k->runs);
	add_short(g, k->failures);
	if (k->result[0] && !text_eq(k->result, word))
		grid_addf(g, "%s: %s", word, k->result);
	else
		grid_add(g, word);
}

int view_checks(struct ctl *c, int argc, char **argv)
{
	static const enum table_id tables[] = {T_CHECKER, T_COUNT};
	const char *vs, *rs;
	struct grid *g;

	if (!pick_servers(c, argc, argv, &vs, &rs))
		return CTL_REFUSED;
	if (answer_json(c, tables, vs, rs))
		return CTL_OK;
	g = grid_new(check_columns);
	STORE_EACH(c->store, T_CHECKER, struct checker_row, k)
	{
		if ((!vs || text_eq(vs, k->vs)) && (!rs || text_eq(rs, k->rs)))
			add_check(c, g, k);
	}
	print_grid(c, g);
	return CTL_OK;
}

/* ---- change log -------------------------------------------------------- */

static const struct grid_column log_columns[] = {
    {"NUMBER", .right = true}, {"WHEN"}, {"SOURCE"}, {"WHO"}, {"OBJECT"}, {"FIELD"}, {"CHANGE"},
    {"RESULT", .state = true}, {"WHY"},  {NULL},
};

int view_log(struct ctl *c, int argc, char **argv)
{
	static const enum table_id tables[] = {T_CHANGE_LOG, T_COUNT};
	size_t count = store_count(c->store, T_CHANGE_LOG);
	uint64_t wanted = 20;
	struct grid *g;

	if (argc && !text_u64(argv[0], 1, UINT32_MAX, &wanted)) {
		fprintf(stderr, "halvardctl: log: \"%s\" is not a number of lines (1 or more)\n",
			argv[0]);
		return CTL_USAGE;
	}
	if (answer_json(c, tables, NULL, NULL))
		return CTL_OK;
	g = grid_new(log_columns);
	for (size_t i = count > wanted ? count - wanted : 0; i < count; i++) {
		const struct change_log_row *l = store_at(c->store, T_CHANGE_LOG, i);
		char when[64];

		grid_addf(g, "%u", l->number);
		grid_add(g, value_wall(l->when, when, sizeof(when)));
		grid_add(g, enum_name(change_source_names, l->source));
		grid_add(g, l->who);
		grid_add(g, l->object);
		grid_add(g, l->field);
		grid_addf(g, "%s -> %s", l->old_value[0] ? l->old_value : "(nothing)",
			  l->new_value[0] ? l->new_value : "(nothing)");
		grid_add(g, enum_name(change_result_names, l->result));
		grid_add(g, l->result_text);
	}
	print_grid(c, g);
	return CTL_OK;
}

/* ---- overview ---------------------------------------------------------- */

static const struct grid_column process_columns[] = {
    {"PROCESS"},
    {"STATE", .state = true},
    {"PID", .right = true},
    {"RESTARTS", .right = true},
    {"STARTED", .right = true},
    {"HEARTBEAT", .right = true},
    {"WORST LATENESS", .right = true},
    {"MEMORY", .right = true},
    {NULL},
};

static void print_processes(const struct ctl *c)
{
	struct grid *g = grid_new(process_columns);

	STORE_EACH(c->store, T_PROCESS, struct process_row, p)
	{
		grid_add(g, p->role);
		grid_add(g, enum_name(process_state_names, p->state));
		grid_addf(g, "%u", p->pid);
		grid_addf(g, "%u", p->restarts);
		add_age(c, g, p->started);
		add_age(c, g, p->heartbeat);
		if (p->worst_lateness_us)
			grid_addf(g, "%.1f ms", (double)p->worst_lateness_us / 1000);
		else
			grid_add(g, "");
		if (p->memory_kb)
			grid_addf(g, "%llu kB", (unsigned long long)p->memory_kb);
		else
			grid_add(g, "");
	}
	print_grid(c, g);
}

static void print_headline(const struct ctl *c)
{
	const struct global_row *gl = store_single(c->store, T_GLOBAL);
	char up[SMALL], reload[SMALL], name[sizeof(gl->router_id)];
	char error[sizeof(gl->last_reload_error)];

	TEXT_COPY(name, gl->router_id);
	TEXT_COPY(error, gl->last_reload_error);
	printf("halvard %s%s%s, up %s, configuration %llu", gl->version, name[0] ? " on " : "",
	       grid_clean(name), value_age(c, gl->started, up, sizeof(up)),
	       (unsigned long long)gl->config_generation);
	if (gl->overlay_entries)
		printf(", %u change%s kept in the overlay", gl->overlay_entries,
		       gl->overlay_entries == 1 ? "" : "s");
	printf("\n");
	if (gl->last_reload_result == RELOAD_REFUSED)
		printf("the last reload, %s ago, was refused: %s\n",
		       value_age(c, gl->last_reload, reload, sizeof(reload)), grid_clean(error));
}

int view_status(struct ctl *c, int argc, char **argv)
{
	static const enum table_id tables[] = {T_GLOBAL,       T_PROCESS,        T_VRRP_INSTANCE,
					       T_VRRP_ADDRESS, T_VIRTUAL_SERVER, T_REAL_SERVER,
					       T_CHECKER,      T_COUNT};

	(void)argc;
	(void)argv;
	if (answer_json(c, tables, NULL, NULL))
		return CTL_OK;
	print_headline(c);
	if (store_count(c->store, T_VRRP_INSTANCE)) {
		printf("\n");
		print_vrrp(c, NULL);
	}
	if (store_count(c->store, T_VIRTUAL_SERVER)) {
		printf("\n");
		print_servers(c);
	}
	if (store_count(c->store, T_PROCESS)) {
		printf("\n");
		print_processes(c);
	}
	return CTL_OK;
}

/* ---- any table --------------------------------------------------------- */

const struct table *view_table(const char *name)
{
	const char *names[T_COUNT + 1] = {NULL};
	const struct table *t = schema_table_by_name(name);

	if (t)
		return t;
	for (int i = 0; i < T_COUNT; i++)
		names[i] = schema_table((enum table_id)i)->name;
	match_complain("table", name, names);
	return NULL;
}

static const struct grid_column field_columns[] = {
    {"FIELD"}, {"VALUE"}, {"KIND"}, {"MEANING"}, {NULL},
};

static const char *field_kind(const struct field *f)
{
	if (f->flags & F_KEY)
		return "key";
	if (f->flags & F_SET)
		return f->flags & F_SNMP ? "may be set, by SNMP too" : "may be set";
	if (f->flags & F_CONFIG)
		return "from the file";
	return f->flags & F_COUNTER ? "counter" : "state";
}

static void print_row(const struct ctl *c, const struct table *t, const void *row)
{
	struct grid *g = grid_new(field_columns);
	char text[TEXT_MAX];

	for (unsigned i = 0; i < t->nfields; i++) {
		const struct field *f = &t->fields[i];

		grid_add(g, f->name);
		grid_add(g, value_text(c, f, row, text, sizeof(text)));
		grid_add(g, field_kind(f));
		grid_add(g, f->help);
	}
	print_grid(c, g);
}

static void print_table_list(void)
{
	static const struct grid_column columns[] = {{"TABLE"}, {"KEY"}, {"WHAT"}, {NULL}};
	struct grid *g = grid_new(columns);

	for (int i = 0; i < T_COUNT; i++) {
		const struct table *t = schema_table((enum table_id)i);
		char keys[TEXT_MAX] = "";

		for (unsigned k = 0; k < t->nkeys; k++)
			snprintf(keys + strlen(keys), sizeof(keys) - strlen(keys), "%s%s",
				 k ? " " : "", t->fields[k].name);
		grid_add(g, t->name);
		grid_add(g, keys);
		grid_add(g, t->help);
	}
	grid_print(g, stdout, false);
	grid_free(g);
}

/* The row that KEY names in JSON, or the whole table without one. */
static void show_json(const struct ctl *c, const struct table *t, const void *row)
{
	struct json j = {0};

	json_open(&j, NULL, '{');
	if (row)
		value_json_row(c, &j, t->name, t->id, row);
	else
		value_json_table(c, &j, t->id, NULL);
	json_close(&j, '}');
	printf("%s\n", buf_cstr(&j.out));
	json_free(&j);
}

int view_show(struct ctl *c, int argc, char **argv)
{
	const struct table *t;
	const void *row = NULL;

	if (!argc) {
		print_table_list();
		return CTL_OK;
	}
	if (!(t = view_table(argv[0])))
		return CTL_USAGE;
	if (argc > 1 && (unsigned)argc - 1 != t->nkeys) {
		fprintf(stderr,
			"halvardctl: a row of %s has %u key%s, not %d (see `halvardctl show`)\n",
			t->name, t->nkeys, t->nkeys == 1 ? "" : "s", argc - 1);
		return CTL_USAGE;
	}
	if (argc > 1 && !(row = match_row(c, t->id, argv + 1, argc - 1)))
		return CTL_REFUSED;
	if (t->nkeys == 0)
		row = store_single(c->store, t->id);
	if (c->json) {
		show_json(c, t, row);
	} else if (row) {
		print_row(c, t, row);
	} else {
		for (size_t i = 0; i < store_count(c->store, t->id); i++) {
			if (i)
				printf("\n");
			print_row(c, t, store_at(c->store, t->id, i));
		}
	}
	return CTL_OK;
}
