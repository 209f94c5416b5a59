/*
 * nodes: see nodes.h. Part of main.
 *
 * Machines are many where real servers are many, and hardly one is ever spoken of: so lvs has no
 * rows of them.
 */
#include "daemon/nodes.h"

#include "base/log.h"
#include "base/text.h"

#include <stdlib.h>

static bool is_said(const struct node_row *n)
{
	return n->admin_state != RS_ENABLED || n->drain_time_s;
}

static void say_to(struct store *live, const struct real_server_row *rs, const struct node_row *n)
{
	struct real_server_row now = *rs;

	now.node_admin = n ? n->admin_state : RS_ENABLED;
	now.node_drain_time_s = n ? n->drain_time_s : 0;
	if (now.node_admin == rs->node_admin && now.node_drain_time_s == rs->node_drain_time_s)
		return;
	store_put(live, T_REAL_SERVER, &now, F_MAIN, NULL);
}

void nodes_say(struct store *live, const struct node_row *n)
{
	STORE_EACH(live, T_REAL_SERVER, struct real_server_row, rs)
	{
		if (addr_equal(&rs->addr, &n->addr))
			say_to(live, rs, n);
	}
}

static size_t place_of(const struct store *live, const struct addr *addr)
{
	char name[ADDR_TEXT_MAX];
	struct node_row key;

	row_init(T_NODE, &key);
	key.name = addr_text(addr, name);
	return store_lower_bound(live, T_NODE, &key);
}

static const struct node_row *node_of(const struct store *live, const struct addr *addr)
{
	size_t i = place_of(live, addr);
	const struct node_row *n = i < store_count(live, T_NODE) ? store_at(live, T_NODE, i) : NULL;

	return n && addr_equal(&n->addr, addr) ? n : NULL;
}

void nodes_say_all(struct store *live)
{
	bool any = false;

	STORE_EACH(live, T_NODE, struct node_row, n)
	any = any || is_said(n);
	STORE_EACH(live, T_REAL_SERVER, struct real_server_row, rs)
	say_to(live, rs, any ? node_of(live, &rs->addr) : NULL);
}

bool nodes_counts_change(enum table_id t, const struct fieldset *changed)
{
	return t == T_REAL_SERVER && fieldset_has_name(changed, t, "oper_state");
}

static bool is_up(const struct real_server_row *rs)
{
	return rs->oper_state == RS_UP || rs->oper_state == RS_CHECKING;
}

void nodes_count(struct store *live)
{
	size_t n = store_count(live, T_NODE);
	struct count {
		uint32_t total, up;
	} *counts = xcalloc(n + 1, sizeof(*counts));

	STORE_EACH(live, T_REAL_SERVER, struct real_server_row, rs)
	{
		const struct node_row *node = node_of(live, &rs->addr);
		struct count *c =
		    &counts[node ? place_of(live, &rs->addr) : n]; /* the last: of none */

		c->total++;
		c->up += is_up(rs);
	}
	for (size_t i = 0; i < n; i++) {
		struct node_row row = *(const struct node_row *)store_at(live, T_NODE, i);

		row.rs_total = counts[i].total;
		row.rs_up = counts[i].up;
		store_put(live, T_NODE, &row, F_SEEN, NULL);
	}
	free(counts);
}
