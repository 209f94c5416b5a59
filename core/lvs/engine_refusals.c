/*
 * engine_refusals: what the kernel did not take in a pass, for the states, for the answer to
 * a transaction, and for the log, where a refusal is told once and not again until it changes.
 *
 * Runs in the lvs process.
 */
#include "lvs/engine_int.h"
#include "lvs/ipvs_drift.h"

#include "base/log.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static int cmp_refusals(const void *a, const void *b)
{
	const struct refusal *x = a, *y = b;
	int r = ipvs_service_key_cmp(&x->service, &y->service);

	return r ? r : ipvs_dest_key_cmp(&x->dest, &y->dest);
}

static const struct refusal *find(const struct refusals *r, const struct ipvs_service_key *s,
				  const struct ipvs_dest_key *d)
{
	struct refusal key = {.service = *s};

	if (d)
		key.dest = *d;
	return r->n ? bsearch(&key, r->list, r->n, sizeof(key), cmp_refusals) : NULL;
}

static void say(const struct engine *e, const struct refusal *r)
{
	char dest[IPVS_NAME_MAX];

	if (!r->dest.addr.family)
		log_warnx("virtual_server %s: refused by the kernel: %s",
			  engine_owner_of(e, &r->service), r->text);
	else
		log_warnx("real_server %s %s: refused by the kernel: %s",
			  engine_owner_of(e, &r->service), ipvs_dest_name(&r->dest, dest), r->text);
}

void engine_refused(void *engine, const struct ipvs_op *op, int err)
{
	struct engine *e = engine;
	struct refusals *all = &e->refusals;
	struct refusal *r;
	const struct refusal *before;

	if (all->n == all->cap) {
		all->cap = all->cap ? 2 * all->cap : 8;
		all->list = xrealloc(all->list, all->cap, sizeof(*all->list));
	}
	r = &all->list[all->n++];
	*r = (struct refusal){.service = op->service.key, .dest = op->dest.key};
	ipvs_error_text(op, err, r->text, sizeof(r->text));
	before = find(&e->earlier, &r->service, &r->dest);
	if (before && text_eq(before->text, r->text))
		return;
	say(e, r);
}

void engine_refusals_begin(struct engine *e)
{
	struct refusals old = e->earlier;

	e->earlier = e->refusals;
	e->refusals = old;
	e->refusals.n = 0;
}

void engine_refusals_end(struct engine *e)
{
	if (e->refusals.n)
		qsort(e->refusals.list, e->refusals.n, sizeof(*e->refusals.list), cmp_refusals);
}

void engine_refusals_free(struct engine *e)
{
	free(e->refusals.list);
	free(e->earlier.list);
}

const struct refusal *engine_refusal(const struct engine *e, const struct ipvs_service_key *s,
				     const struct ipvs_dest_key *d)
{
	const struct refusal *whole = find(&e->refusals, s, NULL);

	if (whole)
		return whole;
	if (d)
		return find(&e->refusals, s, d);
	for (size_t i = 0; i < e->refusals.n; i++)
		if (ipvs_service_key_cmp(&e->refusals.list[i].service, s) == 0)
			return &e->refusals.list[i];
	return NULL;
}
