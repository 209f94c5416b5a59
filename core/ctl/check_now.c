/*
 * check_now: see check_now.h. Process: halvardctl.
 *
 * The answer says only that all have run: the rows are sent before it, so what came of it is in
 * the replica by then.
 */
#include "ctl/check_now.h"

#include "base/text.h"
#include "ctl/client.h"
#include "ctl/grid.h"
#include "ctl/match.h"
#include "ctl/result.h"
#include "ctl/say.h"
#include "ctl/value.h"
#include "ctl/view_int.h"

#include <stdio.h>

static const struct grid_column columns[] = {
    {"VIRTUAL SERVER"},         {"REAL SERVER"},          {"CHECK"}, {"RESULT", .state = true},
    {"LATENCY", .right = true}, {"STATE", .state = true}, {"WHY"},   {NULL},
};

static bool is_of(const struct checker_row *k, const struct real_server_row *r)
{
	return text_eq(k->vs, r->vs) && text_eq(k->rs, r->name);
}

static void add_check(struct grid *g, const struct checker_row *k)
{
	grid_add(g, k->vs);
	grid_add(g, k->rs);
	grid_addf(g, "%u %s", k->number, enum_name(check_kind_names, k->kind));
	grid_add(g, enum_name(check_reason_names, k->reason));
	grid_addf(g, "%.1f ms", (double)k->latency_us / 1000);
	grid_add(g, enum_name(check_state_names, k->state));
	grid_add(g, k->result);
}

/* Shows the checks of the servers; how many are not good. */
static unsigned show(struct ctl *c, const struct match *servers, struct json *j)
{
	struct grid *g = grid_new(columns);
	unsigned bad = 0;

	json_open(j, "checker", '[');
	for (size_t i = 0; i < servers->n; i++) {
		STORE_EACH(c->store, T_CHECKER, struct checker_row, k)
		{
			if (!is_of(k, servers->rows[i]))
				continue;
			bad += k->reason != REASON_OK;
			add_check(g, k);
			value_json_row(c, j, NULL, T_CHECKER, k);
		}
	}
	json_close(j, ']');
	if (!c->json)
		grid_print(g, stdout, c->colour);
	grid_free(g);
	return bad;
}

static int run_one(struct ctl *c, const struct real_server_row *r)
{
	char vs[4 * NAME_VS + 3], rs[4 * NAME_RS + 3], words[TEXT_MAX];

	text_quote(vs, sizeof(vs), r->vs);
	text_quote(rs, sizeof(rs), r->name);
	snprintf(words, sizeof(words), "check-now %s %s", vs, rs);
	return client_tell(c, client_ask(c, words));
}

int check_now_run(struct ctl *c, int argc, char **argv)
{
	const struct virtual_server_row *vs = argc > 1 ? match_vs(c, argv[0]) : NULL;
	struct match servers = {0};
	struct json j = {0};
	int rc = CTL_OK;

	if ((argc > 1 && !vs) || !match_rs(c, vs, argv[argc - 1], &servers))
		return result_no_row(c);
	for (size_t i = 0; i < servers.n && rc == CTL_OK; i++)
		rc = run_one(c, servers.rows[i]);
	if (rc == CTL_OK) {
		c->now = loop_refresh(c->loop);
		c->wall_ms = (int64_t)wall_now_ms();
		json_open(&j, NULL, '{');
		if (show(c, &servers, &j))
			rc = CTL_REFUSED;
		if (c->json)
			result_print(c, &j, rc);
	}
	match_free(&servers);
	json_free(&j);
	return rc;
}
