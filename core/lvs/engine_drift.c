/*
 * engine_drift: what others have changed of ours in the kernel. There is no event for that: the
 * table is read each five seconds for its counters, and when main has read its configuration again.
 * What the kernel refuses of ours stays different, and is none of it.
 *
 * Runs in the lvs process.
 */
#include "lvs/engine.h"

#include "lvs/engine_int.h"
#include "lvs/ipvs_drift.h"

#include "base/log.h"

#define SAID_MAX 8 /* differences of one look that are named */

struct look {
	struct engine *e;
	size_t n;
};

static bool is_refused(const struct engine *e, const struct ipvs_op *op)
{
	bool server =
	    op->kind == IPVS_NEW_DEST || op->kind == IPVS_SET_DEST || op->kind == IPVS_DEL_DEST;

	return engine_refusal(e, &op->service.key, server ? &op->dest.key : NULL);
}

static void note(void *arg, const struct ipvs_op *op, const struct ipvs_entry *have)
{
	struct look *l = arg;
	char name[IPVS_NAME_MAX], text[160];

	/* a service that is made anew gets its servers: it is one difference */
	if (is_refused(l->e, op) || (!have && op->kind != IPVS_NEW_SERVICE))
		return;
	if (l->n++ < SAID_MAX)
		log_warnx(
		    "ipvs: virtual_server %s, service %s: %s; it was changed by others, and is "
		    "repaired",
		    engine_owner_of(l->e, &op->service.key),
		    ipvs_service_name(&op->service.key, name),
		    ipvs_drift_text(op, have, text, sizeof(text)));
}

size_t engine_find_drift(struct engine *e)
{
	struct look l = {.e = e};
	struct ipvs_row r;

	ipvs_apply_each_drift(e->apply, note, &l);
	if (l.n > SAID_MAX)
		log_warnx("ipvs: %zu more differences made by others are repaired", l.n - SAID_MAX);
	if (!l.n)
		return 0;
	r = *(const struct ipvs_row *)store_single(e->store, T_IPVS);
	r.drift += (uint32_t)l.n;
	r.last_drift = loop_now(e->loop);
	store_put(e->store, T_IPVS, &r, F_SEEN, NULL);
	return l.n;
}

/* ---- what a predecessor has left --------------------------------------- */

bool engine_leftover(struct engine *e, const char *name)
{
	struct ipvs_service s = {0};
	struct addr last;
	uint32_t n;

	if (!ipvs_service_range(name, &s.key, &last))
		return false;
	n = s.key.fwmark ? 1 : addr_count(&s.key.addr, &last);
	for (uint32_t i = 0; i < n; i++) {
		ipvs_table_add(&e->leftovers, &s);
		s.key.addr = addr_add(&s.key.addr, !s.key.fwmark);
	}
	engine_wake_all(e);
	return true;
}

int engine_take_leftovers(struct engine *e)
{
	int r;

	if (!e->leftovers.nentries)
		return 0;
	ipvs_table_seal(&e->leftovers);
	r = ipvs_apply_abandon(e->apply, &e->leftovers);
	if (r == 0)
		ipvs_table_free(&e->leftovers);
	return r;
}
