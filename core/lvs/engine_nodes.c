/*
 * engine_nodes: machines. What the operator says of one is in force for each real server with its
 * address, in every virtual server; what he said of a server by itself stays, and the stricter
 * counts. So taking a machine back brings each server to where it was.
 *
 * Runs in the lvs process.
 */
#include "lvs/engine.h"
#include "lvs/engine_int.h"

#include "base/log.h"
#include "base/text.h"

#include <stdlib.h>

#define NODES_INTERVAL (NS_PER_S / 2)

static const struct node_row *node_of(const struct engine *e, const struct addr *addr)
{
	char name[ADDR_TEXT_MAX];
	struct node_row key;

	key.name = addr_text(addr, name);
	return store_find(e->store, T_NODE, &key);
}

/* The states are in order of strictness. */
struct admin_word engine_admin(const struct engine *e, const struct real_server_row *rs)
{
	const struct node_row *n = node_of(e, &rs->addr);
	struct admin_word w = {.state = rs->admin_state, .drain_time_s = rs->drain_time_s};

	if (!n || n->admin_state <= rs->admin_state)
		return w;
	w.state = n->admin_state;
	w.node = n;
	if (n->drain_time_s)
		w.drain_time_s = n->drain_time_s;
	return w;
}

void engine_touch_node(struct engine *e, const struct node_row *n)
{
	STORE_EACH(e->store, T_REAL_SERVER, struct real_server_row, rs)
	{
		if (addr_equal(&rs->addr, &n->addr))
			engine_touch(e, T_REAL_SERVER, rs);
	}
}

/* Counts lie beside the rows while all servers are looked at. */
struct node_count {
	uint32_t total, up;
};

static void count_servers(struct engine *e)
{
	STORE_EACH(e->store, T_REAL_SERVER, struct real_server_row, rs)
	{
		const struct node_row *n = node_of(e, &rs->addr);
		struct node_count *c;

		if (!n)
			continue;
		if (!*store_beside(n))
			*store_beside(n) = xcalloc(1, sizeof(*c));
		c = *store_beside(n);
		c->total++;
		c->up += rs->oper_state == RS_UP || rs->oper_state == RS_CHECKING;
	}
}

void engine_on_nodes(void *engine, struct mono now)
{
	struct engine *e = engine;

	(void)now;
	count_servers(e);
	for (size_t i = 0; i < store_count(e->store, T_NODE); i++) {
		const struct node_row *n = store_at(e->store, T_NODE, i);
		struct node_count *c = *store_beside(n);
		struct node_row row = *n;

		*store_beside(n) = NULL;
		row.rs_total = c ? c->total : 0;
		row.rs_up = c ? c->up : 0;
		free(c);
		store_put(e->store, T_NODE, &row, F_SEEN, NULL);
	}
}

void engine_count_nodes_soon(struct engine *e)
{
	if (!e->nodes.armed)
		timer_after(&e->nodes, NODES_INTERVAL);
}
