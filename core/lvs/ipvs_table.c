/*
 * ipvs_table: what is wanted against what the kernel has.
 *
 * The difference is worked out service by service (ipvs_diff_entry), because the caller may
 * doubt one service (a dump that missed it) and trust the rest, and because services that are
 * not ours must not even be looked at.
 *
 * Three rules decide what a difference costs the traffic:
 *  - a server whose weight or method differs is SET, never deleted and added again: deleting
 *    ends its connections;
 *  - inside a service, servers are added and changed before others are deleted, so that a
 *    change of servers never leaves a moment with none;
 *  - a SET of the service that adds a flag (sh and mh need "fallback" while a server has
 *    weight 0) goes before the servers, one that only takes flags away goes behind them.
 *
 * Timeout and granularity of persistence are compared for persistent services only: the
 * kernel keeps old values that mean nothing.
 *
 * Runs in the lvs process. Pure.
 */
#include "lvs/ipvs_table.h"

#include "base/log.h"

#include <stdlib.h>
#include <string.h>

const char *const ipvs_op_name[] = {
    [IPVS_NEW_SERVICE] = "add service",    [IPVS_SET_SERVICE] = "change service",
    [IPVS_DEL_SERVICE] = "delete service", [IPVS_NEW_DEST] = "add server",
    [IPVS_SET_DEST] = "change server",     [IPVS_DEL_DEST] = "delete server",
};

/* ---- tables ---------------------------------------------------------- */

void ipvs_table_free(struct ipvs_table *t)
{
	for (size_t i = 0; i < t->nentries; i++)
		ipvs_entry_free(&t->entries[i]);
	free(t->entries);
	*t = (struct ipvs_table){0};
}

struct ipvs_entry *ipvs_table_add(struct ipvs_table *t, const struct ipvs_service *s)
{
	if (t->nentries == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 16;
		t->entries = xrealloc(t->entries, t->cap, sizeof(*t->entries));
	}
	t->entries[t->nentries] = (struct ipvs_entry){.service = *s};
	return &t->entries[t->nentries++];
}

void ipvs_entry_add(struct ipvs_entry *e, const struct ipvs_dest *d)
{
	if (e->ndests == e->cap) {
		e->cap = e->cap ? 2 * e->cap : 4;
		e->dests = xrealloc(e->dests, e->cap, sizeof(*e->dests));
	}
	e->dests[e->ndests] = *d;
	e->dests[e->ndests++].counted = 0;
}

void ipvs_entry_add_counted(struct ipvs_entry *e, const struct ipvs_dest *d,
			    const struct ipvs_counts *n)
{
	ipvs_entry_add(e, d);
	e->counts = xrealloc(e->counts, e->ncounts + 1, sizeof(*e->counts));
	e->counts[e->ncounts++] = *n;
	e->dests[e->ndests - 1].counted = e->ncounts;
}

void ipvs_entry_free(struct ipvs_entry *e)
{
	free(e->dests);
	free(e->counts);
	e->dests = NULL;
	e->counts = NULL;
	e->ndests = e->cap = e->ncounts = 0;
}

static int cmp_entries(const void *a, const void *b)
{
	const struct ipvs_entry *x = a, *y = b;

	return ipvs_service_key_cmp(&x->service.key, &y->service.key);
}

static int cmp_dests(const void *a, const void *b)
{
	const struct ipvs_dest *x = a, *y = b;

	return ipvs_dest_key_cmp(&x->key, &y->key);
}

void ipvs_entry_seal(struct ipvs_entry *e)
{
	size_t n = 0;

	if (!e->ndests)
		return;
	qsort(e->dests, e->ndests, sizeof(*e->dests), cmp_dests);
	for (size_t i = 1; i < e->ndests; i++) {
		if (cmp_dests(&e->dests[n], &e->dests[i]))
			n++;
		e->dests[n] = e->dests[i];
	}
	e->ndests = (uint32_t)n + 1;
}

void ipvs_table_seal(struct ipvs_table *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->nentries; i++)
		ipvs_entry_seal(&t->entries[i]);
	if (!t->nentries)
		return;
	qsort(t->entries, t->nentries, sizeof(*t->entries), cmp_entries);
	for (size_t i = 1; i < t->nentries; i++) {
		if (cmp_entries(&t->entries[n], &t->entries[i]))
			n++;
		else
			ipvs_entry_free(&t->entries[n]);
		t->entries[n] = t->entries[i];
	}
	t->nentries = n + 1;
}

struct ipvs_entry *ipvs_table_find(const struct ipvs_table *t, const struct ipvs_service_key *k)
{
	struct ipvs_entry key = {.service.key = *k};

	if (!t->nentries)
		return NULL;
	return bsearch(&key, t->entries, t->nentries, sizeof(key), cmp_entries);
}

struct ipvs_dest *ipvs_entry_find(const struct ipvs_entry *e, const struct ipvs_dest_key *k)
{
	struct ipvs_dest key = {.key = *k};

	if (!e->ndests)
		return NULL;
	return bsearch(&key, e->dests, e->ndests, sizeof(key), cmp_dests);
}

const struct ipvs_counts *ipvs_entry_counts(const struct ipvs_entry *e,
					    const struct ipvs_dest_key *k)
{
	static const struct ipvs_counts none;
	const struct ipvs_dest *d = ipvs_entry_find(e, k);

	if (!d)
		return NULL;
	return d->counted ? &e->counts[d->counted - 1] : &none;
}

/* How many of n elements (sorted) have a key below that of *key; most often all of them. */
static size_t rank(const void *key, const void *all, size_t n, size_t size,
		   int (*cmp)(const void *, const void *))
{
	size_t lo = 0, hi = n;

	if (n && cmp((const char *)all + (n - 1) * size, key) < 0)
		return n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (cmp((const char *)all + mid * size, key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct ipvs_entry *ipvs_table_insert(struct ipvs_table *t, const struct ipvs_service *s)
{
	struct ipvs_entry new = {.service = *s}, *at;
	size_t i = rank(&new, t->entries, t->nentries, sizeof(new), cmp_entries);

	if (i < t->nentries && cmp_entries(&t->entries[i], &new) == 0) {
		ipvs_entry_free(&t->entries[i]);
	} else {
		ipvs_table_add(t, s);
		at = &t->entries[i];
		memmove(at + 1, at, (t->nentries - 1 - i) * sizeof(*at));
	}
	t->entries[i] = new;
	return &t->entries[i];
}

void ipvs_entry_insert(struct ipvs_entry *e, const struct ipvs_dest *d)
{
	size_t i = rank(d, e->dests, e->ndests, sizeof(*d), cmp_dests);

	if (i == e->ndests || cmp_dests(&e->dests[i], d) != 0) {
		ipvs_entry_add(e, d);
		memmove(&e->dests[i + 1], &e->dests[i], (e->ndests - 1 - i) * sizeof(*d));
	}
	e->dests[i] = *d;
	e->dests[i].counted = 0;
}

void ipvs_table_remove(struct ipvs_table *t, const struct ipvs_service_key *k)
{
	struct ipvs_entry *e = ipvs_table_find(t, k);
	size_t behind;

	if (!e)
		return;
	behind = (size_t)(t->entries + t->nentries - (e + 1));
	ipvs_entry_free(e);
	memmove(e, e + 1, behind * sizeof(*e));
	t->nentries--;
}

/* ---- difference ------------------------------------------------------ */

bool ipvs_service_same(const struct ipvs_service *want, const struct ipvs_service *have)
{
	if (want->flags != have->flags || strcmp(want->scheduler, have->scheduler) != 0 ||
	    strcmp(want->engine, have->engine) != 0)
		return false;
	if (!(want->flags & IP_VS_SVC_F_PERSISTENT))
		return true;
	return want->timeout_s == have->timeout_s && want->prefix == have->prefix;
}

bool ipvs_dest_same(const struct ipvs_dest *want, const struct ipvs_dest *have)
{
	return want->weight == have->weight && want->forwarding == have->forwarding &&
	       want->u_threshold == have->u_threshold && want->l_threshold == have->l_threshold &&
	       want->tun_type == have->tun_type && want->tun_port == have->tun_port &&
	       want->tun_flags == have->tun_flags;
}

void ipvs_ops_free(struct ipvs_ops *o)
{
	free(o->ops);
	*o = (struct ipvs_ops){0};
}

static void add_op(struct ipvs_ops *o, enum ipvs_op_kind kind, const struct ipvs_service *s,
		   const struct ipvs_dest *d)
{
	struct ipvs_op *op;

	if (o->nops == o->cap) {
		o->cap = o->cap ? 2 * o->cap : 16;
		o->ops = xrealloc(o->ops, o->cap, sizeof(*o->ops));
	}
	op = &o->ops[o->nops++];
	*op = (struct ipvs_op){.kind = kind, .service = *s};
	if (d)
		op->dest = *d;
}

static void add_dest_ops(const struct ipvs_entry *want, const struct ipvs_entry *have,
			 struct ipvs_ops *ret)
{
	for (size_t i = 0; i < want->ndests; i++) {
		const struct ipvs_dest *w = &want->dests[i];
		const struct ipvs_dest *h = have ? ipvs_entry_find(have, &w->key) : NULL;

		if (!h)
			add_op(ret, IPVS_NEW_DEST, &want->service, w);
		else if (!ipvs_dest_same(w, h))
			add_op(ret, IPVS_SET_DEST, &want->service, w);
	}
	for (size_t i = 0; have && i < have->ndests; i++)
		if (!ipvs_entry_find(want, &have->dests[i].key))
			add_op(ret, IPVS_DEL_DEST, &want->service, &have->dests[i]);
}

void ipvs_diff_entry(const struct ipvs_entry *want, const struct ipvs_entry *have,
		     struct ipvs_ops *ret)
{
	bool differs, adds_flag;

	if (!want) {
		if (have)
			add_op(ret, IPVS_DEL_SERVICE, &have->service, NULL);
		return;
	}
	differs = have && !ipvs_service_same(&want->service, &have->service);
	adds_flag = differs && (want->service.flags & ~have->service.flags);
	if (!have)
		add_op(ret, IPVS_NEW_SERVICE, &want->service, NULL);
	else if (adds_flag)
		add_op(ret, IPVS_SET_SERVICE, &want->service, NULL);
	add_dest_ops(want, have, ret);
	if (differs && !adds_flag)
		add_op(ret, IPVS_SET_SERVICE, &want->service, NULL);
}
