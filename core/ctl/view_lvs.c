/*
 * view_lvs: virtual servers, real servers and their checks as halvardctl shows them; see view.c.
 * Process: halvardctl.
 */
#include "ctl/view.h"

#include "base/text.h"
#include "ctl/command.h"
#include "ctl/match.h"
#include "ctl/result.h"
#include "ctl/value.h"
#include "ctl/view_int.h"

#include <stdio.h>
#include <string.h>

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
	view_short(g, r->active_conns);
	view_short(g, r->inactive_conns);
	view_short(g, r->conns);
	view_age(c, g, r->last_change);
	add_reason(g, r);
}

static void add_vs(const struct ctl *c, struct grid *g, const struct virtual_server_row *v)
{
	grid_add(g, v->name);
	grid_add(g, enum_name(vs_oper_names, v->oper_state));
	grid_add(g, enum_name(vs_admin_names, v->admin_state));
	grid_addf(g, "%u", v->weight_total);
	grid_addf(g, "%u", v->weight_up);
	view_short(g, v->active_conns);
	grid_add(g, "");
	view_short(g, v->conns);
	view_age(c, g, v->last_change);
	grid_addf(g, "%u of %u up, %s %s", v->rs_up, v->rs_total, v->scheduler,
		  enum_name(lvs_forwarding_names, v->forwarding));
}

void view_servers(const struct ctl *c)
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
	view_print(c, g);
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
	view_short(g, v->active_conns);
	view_short(g, v->cps);
	view_short(g, v->in_bps);
	view_short(g, v->out_bps);
	view_short(g, v->conns);
	view_age(c, g, v->last_change);
	grid_add(g, v->admin_reason);
}

int view_vs(struct ctl *c, int argc, char **argv)
{
	const struct virtual_server_row *only = NULL;
	struct grid *g;

	if (argc && !(only = match_vs(c, argv[0])))
		return result_no_row(c);
	if (view_json(c, c->command->tables, only ? only->name : NULL, NULL))
		return CTL_OK;
	g = grid_new(vs_columns);
	STORE_EACH(c->store, T_VIRTUAL_SERVER, struct virtual_server_row, v)
	{
		if (!only || only == v)
			add_vs_line(c, g, v);
	}
	view_print(c, g);
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
	view_short(g, r->active_conns);
	view_short(g, r->inactive_conns);
	view_short(g, r->conns);
	if (r->checks_failing)
		grid_addf(g, "%u of %u fail", r->checks_failing, r->checks);
	else
		grid_addf(g, "%u ok", r->checks);
	view_age(c, g, r->last_change);
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
	const char *vs, *rs;
	struct grid *g;

	if (!pick_servers(c, argc, argv, &vs, &rs))
		return result_no_row(c);
	if (view_json(c, c->command->tables, vs, rs))
		return CTL_OK;
	g = grid_new(rs_columns);
	STORE_EACH(c->store, T_REAL_SERVER, struct real_server_row, r)
	{
		if ((!vs || text_eq(vs, r->vs)) && (!rs || text_eq(rs, r->name)))
			add_rs_line(c, g, r);
	}
	view_print(c, g);
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
	char text[ADDR_ENDPOINT_MAX];
	const char *word = enum_name(check_reason_names, k->reason);

	grid_add(g, k->vs);
	grid_add(g, k->rs);
	grid_addf(g, "%u %s", k->number, enum_name(check_kind_names, k->kind));
	grid_add(g, k->connect_port ? addr_endpoint(&k->connect_addr, k->connect_port, text)
				    : addr_text(&k->connect_addr, text));
	grid_add(g, enum_name(check_state_names, k->state));
	view_age(c, g, k->last_run);
	grid_addf(g, "%.1f ms", (double)k->latency_us / 1000);
	grid_addf(g, "%g s", (double)k->delay_loop_ms / 1000);
	view_short(g, k->runs);
	view_short(g, k->failures);
	if (k->result[0] && !text_eq(k->result, word))
		grid_addf(g, "%s: %s", word, k->result);
	else
		grid_add(g, word);
}

int view_checks(struct ctl *c, int argc, char **argv)
{
	const char *vs, *rs;
	struct grid *g;

	if (!pick_servers(c, argc, argv, &vs, &rs))
		return result_no_row(c);
	if (view_json(c, c->command->tables, vs, rs))
		return CTL_OK;
	g = grid_new(check_columns);
	STORE_EACH(c->store, T_CHECKER, struct checker_row, k)
	{
		if ((!vs || text_eq(vs, k->vs)) && (!rs || text_eq(rs, k->rs)))
			add_check(c, g, k);
	}
	view_print(c, g);
	return CTL_OK;
}
