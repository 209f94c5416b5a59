/*
 * policy: who may tell what to whom. Main owns the existence of rows and what is wanted;
 * the worker that owns a table tells what is seen; secrets go to the process that needs them
 * and to nobody else, and what is to be executed to exec alone (link.c); the agent and halvardctl
 * are told, and ask by transactions. Of itself the agent tells as a worker does.
 */
#include "ipc/link.h"

/* What main tells a worker of one table: what is wanted, and what main itself sees; in the first
 * snapshot also what was last seen, so that a restarted worker goes on where its predecessor was.
 */
static void main_to_worker(struct link_policy *p, enum table_id t)
{
	p->send[t] = F_KEY | F_WANTED | F_MAIN;
	p->send_first[t] = F_KEY | F_WANTED | F_SEEN;
	p->accept[t] = F_SEEN;
}

static void worker_from_main(struct link_policy *p, enum table_id t)
{
	p->accept[t] = F_KEY | F_WANTED | F_MAIN;
	p->accept_first[t] = F_KEY | F_WANTED | F_SEEN;
	p->send[t] = F_SEEN;
}

typedef void (*table_rule)(struct link_policy *p, enum table_id t);

static void worker_tables(struct link_policy *p, enum role worker, table_rule rule)
{
	for (int t = 0; t < T_COUNT; t++)
		if (schema_table((enum table_id)t)->owner == worker)
			rule(p, (enum table_id)t);
}

/* exec is told of states as well: they are what scripts are run for. Not of all counters: it would
 * wake up for each of them. */
static void exec_tables(unsigned masks[T_COUNT])
{
	masks[T_GLOBAL] = F_KEY | F_WANTED;
	masks[T_VRRP_INSTANCE] = F_KEY | F_WANTED | F_STATE | F_EVENT;
	masks[T_SYNC_GROUP] = F_KEY | F_WANTED | F_STATE | F_EVENT;
	masks[T_VRRP_ADDRESS] = F_KEY | F_WANTED | F_STATE;
	masks[T_VIRTUAL_SERVER] = F_KEY | F_WANTED | F_EVENT;
	masks[T_REAL_SERVER] = F_KEY | F_WANTED | F_EVENT;
}

static void all_tables(unsigned masks[T_COUNT], unsigned flags)
{
	for (int t = 0; t < T_COUNT; t++)
		masks[t] = flags;
}

/* What no table of a MIB shows. */
static void spare_agent(unsigned masks[T_COUNT])
{
	masks[T_CHECK_URL] = masks[T_CHECK_SOURCE] = 0;
}

struct link_policy link_policy(enum role me, enum role peer)
{
	struct link_policy p = {0};

	if (me == ROLE_MAIN && (peer == ROLE_VRRP || peer == ROLE_LVS)) {
		worker_tables(&p, peer, main_to_worker);
		p.send[T_GLOBAL] = F_KEY | F_WANTED;
	} else if (me == ROLE_MAIN && peer == ROLE_EXEC) {
		exec_tables(p.send);
		worker_tables(&p, peer, main_to_worker);
	} else if (me == ROLE_MAIN) { /* the agent, halvardctl */
		all_tables(p.send, F_KEY | F_WANTED | F_SEEN);
		if (peer == ROLE_AGENT)
			spare_agent(p.send);
		worker_tables(&p, peer, main_to_worker);
	} else if (me == ROLE_VRRP || me == ROLE_LVS) {
		worker_tables(&p, me, worker_from_main);
		p.accept[T_GLOBAL] = F_KEY | F_WANTED;
		p.accept_rows = true;
	} else if (me == ROLE_EXEC) {
		exec_tables(p.accept);
		worker_tables(&p, me, worker_from_main);
		p.accept_rows = true;
	} else {
		all_tables(p.accept, F_KEY | F_WANTED | F_SEEN);
		if (me == ROLE_AGENT)
			spare_agent(p.accept);
		worker_tables(&p, me, worker_from_main);
		p.accept_rows = true;
	}
	return p;
}
