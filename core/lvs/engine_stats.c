/*
 * engine_stats: what the kernel counts, into the rows.
 *
 * The kernel's counters of a server that is taken out and added again (a failed check does that)
 * go on where they were if that was within about two minutes, in which the kernel keeps what was
 * taken out, and begin at zero later. The rows' totals go on in either case: what was counted last
 * stays, and is added to when the counters are less than that. Only what this process has seen can
 * be added, so after a restart of the process a total may once step back; `discontinuity` then says
 * when. What a group has of several services is their sum.
 *
 * Runs in the lvs process.
 */
#include "lvs/engine_int.h"

#include "base/log.h"

#include <stdlib.h>

static uint32_t gauge(uint64_t v)
{
	return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

static bool went_back(const struct ipvs_stats *now, const struct ipvs_stats *last)
{
	return now->conns < last->conns || now->in_pkts < last->in_pkts ||
	       now->out_pkts < last->out_pkts || now->in_bytes < last->in_bytes ||
	       now->out_bytes < last->out_bytes;
}

static bool is_zero(const struct ipvs_stats *s)
{
	return !s->conns && !s->in_pkts && !s->out_pkts && !s->in_bytes && !s->out_bytes;
}

static void add_counts(struct ipvs_stats *sum, const struct ipvs_stats *n)
{
	sum->conns += n->conns;
	sum->in_pkts += n->in_pkts;
	sum->out_pkts += n->out_pkts;
	sum->in_bytes += n->in_bytes;
	sum->out_bytes += n->out_bytes;
}

static void add_rates(struct ipvs_stats *sum, const struct ipvs_stats *n)
{
	sum->cps += n->cps;
	sum->in_pps += n->in_pps;
	sum->out_pps += n->out_pps;
	sum->in_bps += n->in_bps;
	sum->out_bps += n->out_bps;
}

/* ---- totals ------------------------------------------------------------ */

/* The part of one of the kernel's services; made when it has something to count. They are asked for
 * in one order mostly. */
static struct totals_part *part_of(struct totals **at, const struct ipvs_service_key *service,
				   bool wanted)
{
	struct totals *t = *at;
	size_t n = t ? t->n : 0;

	for (size_t i = 0; i < n; i++, t->next++) {
		if (t->next >= n)
			t->next = 0;
		if (ipvs_service_key_cmp(&t->parts[t->next].service, service) == 0)
			return &t->parts[t->next++];
	}
	if (!wanted)
		return NULL;
	t = xrealloc(t, 1, sizeof(*t) + (n + 1) * sizeof(t->parts[0]));
	if (!*at)
		*t = (struct totals){0};
	*at = t;
	t->n = n + 1;
	t->parts[n] = (struct totals_part){.service = *service};
	return &t->parts[n];
}

/* What the kernel says now of one service, and what it has said and forgotten. */
static void advance(struct totals **at, const struct ipvs_service_key *service,
		    const struct ipvs_stats *now)
{
	struct totals_part *part = part_of(at, service, !is_zero(now));

	if (!part)
		return;
	if (went_back(now, &part->last))
		add_counts(&(*at)->base, &part->last);
	part->last = *now;
	part->counted = true;
}

/* It is not in the kernel now, and may come back. */
static void stay(struct totals **at, const struct ipvs_service_key *service)
{
	struct totals_part *part = part_of(at, service, false);

	if (part)
		part->counted = true;
}

/* Ends a round: what was not spoken of in it will not come back. Adds the totals. */
static void close_round(struct totals *t, struct ipvs_stats *sum)
{
	size_t kept = 0;

	for (size_t i = 0; t && i < t->n; i++) {
		struct totals_part *part = &t->parts[i];

		if (!part->counted) {
			add_counts(&t->base, &part->last);
			continue;
		}
		add_counts(sum, &part->last);
		part->counted = false;
		t->parts[kept++] = *part;
	}
	if (!t)
		return;
	t->n = kept;
	add_counts(sum, &t->base);
}

/* The fields have the same names in both rows. */
#define COPY_STATS(row, sum, now)                                                                  \
	do {                                                                                       \
		if (!(row)->discontinuity.ns || (sum)->conns < (row)->conns ||                     \
		    (sum)->in_bytes < (row)->in_bytes)                                             \
			(row)->discontinuity = (now);                                              \
		(row)->conns = (sum)->conns;                                                       \
		(row)->in_pkts = (sum)->in_pkts;                                                   \
		(row)->out_pkts = (sum)->out_pkts;                                                 \
		(row)->in_bytes = (sum)->in_bytes;                                                 \
		(row)->out_bytes = (sum)->out_bytes;                                               \
		(row)->cps = gauge((sum)->cps);                                                    \
		(row)->in_pps = gauge((sum)->in_pps);                                              \
		(row)->out_pps = gauge((sum)->out_pps);                                            \
		(row)->in_bps = gauge((sum)->in_bps);                                              \
		(row)->out_bps = gauge((sum)->out_bps);                                            \
	} while (0)

static void write_server(struct engine *e, const struct virtual_server_row *vs,
			 const struct real_server_row *rs, uint32_t *active)
{
	struct totals **totals = &engine_server_memory(rs)->totals;
	struct real_server_row row = *rs;
	struct ipvs_stats sum = {0};
	bool seen = false;

	row.active_conns = row.inactive_conns = row.persistent_conns = 0;
	SERVICES_OF(e, vs, service)
	{
		struct ipvs_dest_key key = engine_dest_key(&service.key, rs);
		const struct ipvs_entry *entry = ipvs_apply_seen(e->apply, &service.key);
		const struct ipvs_counts *n = entry ? ipvs_entry_counts(entry, &key) : NULL;

		if (!n) {
			stay(totals, &service.key);
			continue;
		}
		seen = true;
		row.active_conns += n->active;
		row.inactive_conns += n->inactive;
		row.persistent_conns += n->persistent;
		add_rates(&sum, &n->stats);
		advance(totals, &service.key, &n->stats);
	}
	close_round(*totals, &sum);
	if (seen)
		COPY_STATS(&row, &sum, loop_now(e->loop));
	else
		row.cps = row.in_pps = row.out_pps = row.in_bps = row.out_bps = 0;
	store_put(e->store, T_REAL_SERVER, &row, F_SEEN, NULL);
	*active += row.active_conns;
}

void engine_write_stats(struct engine *e, const struct virtual_server_row *vs)
{
	struct totals **totals = &engine_service_memory(vs)->totals;
	struct virtual_server_row row = *vs;
	struct ipvs_stats sum = {0};
	bool any = false;

	row.active_conns = 0;
	SERVERS_OF(e, vs->name, rs)
	write_server(e, vs, rs, &row.active_conns);
	SERVICES_OF(e, vs, service)
	{
		const struct ipvs_entry *seen = ipvs_apply_seen(e->apply, &service.key);

		if (!seen) {
			stay(totals, &service.key);
			continue;
		}
		any = true;
		add_rates(&sum, &seen->service.stats);
		advance(totals, &service.key, &seen->service.stats);
	}
	if (!any)
		return;
	close_round(*totals, &sum);
	row.stats_at = loop_now(e->loop);
	COPY_STATS(&row, &sum, row.stats_at);
	store_put(e->store, T_VIRTUAL_SERVER, &row, F_SEEN, NULL);
}
