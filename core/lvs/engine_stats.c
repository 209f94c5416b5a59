/*
 * engine_stats: what the kernel counts, into the rows.
 *
 * The kernel's counters of a server begin at zero when it is taken out and added again (a
 * failed check does that). The rows' totals go on: what was counted before is added. Only what
 * this process has seen can be added, so after a restart of the process a total may once step
 * back; `discontinuity` then says when.
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

/* The totals after the kernel said `now`; there are none to be remembered before it has counted. */
static struct ipvs_stats advance(struct totals **at, const struct ipvs_stats *now)
{
	struct totals *t = *at;
	struct ipvs_stats sum;

	if (!t && is_zero(now))
		return *now;
	if (!t)
		*at = t = xcalloc(1, sizeof(*t));
	if (went_back(now, &t->last)) {
		t->base.conns += t->last.conns;
		t->base.in_pkts += t->last.in_pkts;
		t->base.out_pkts += t->last.out_pkts;
		t->base.in_bytes += t->last.in_bytes;
		t->base.out_bytes += t->last.out_bytes;
	}
	t->last = *now;
	sum = *now;
	sum.conns += t->base.conns;
	sum.in_pkts += t->base.in_pkts;
	sum.out_pkts += t->base.out_pkts;
	sum.in_bytes += t->base.in_bytes;
	sum.out_bytes += t->base.out_bytes;
	return sum;
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

static void write_absent(struct engine *e, const struct real_server_row *rs)
{
	struct real_server_row row = *rs;

	row.active_conns = row.inactive_conns = row.persistent_conns = 0;
	row.cps = row.in_pps = row.out_pps = row.in_bps = row.out_bps = 0;
	store_put(e->store, T_REAL_SERVER, &row, F_SEEN, NULL);
}

static void write_server(struct engine *e, const struct real_server_row *rs,
			 const struct ipvs_counts *n)
{
	struct ipvs_stats sum = advance(&engine_server_memory(rs)->totals, &n->stats);
	struct real_server_row row = *rs;

	row.active_conns = n->active;
	row.inactive_conns = n->inactive;
	row.persistent_conns = n->persistent;
	COPY_STATS(&row, &sum, loop_now(e->loop));
	store_put(e->store, T_REAL_SERVER, &row, F_SEEN, NULL);
}

void engine_write_stats(struct engine *e, const struct virtual_server_row *vs)
{
	struct ipvs_service_key key = engine_service_key(vs);
	const struct ipvs_entry *seen = ipvs_apply_seen(e->apply, &key);
	struct virtual_server_row row = *vs;
	struct ipvs_stats sum;

	row.active_conns = 0;
	SERVERS_OF(e, vs->name, rs)
	{
		struct ipvs_dest_key dk = engine_dest_key(rs);
		const struct ipvs_counts *n = seen ? ipvs_entry_counts(seen, &dk) : NULL;

		if (n)
			write_server(e, rs, n);
		else
			write_absent(e, rs);
		row.active_conns += n ? n->active : 0;
	}
	if (!seen)
		return;
	sum = advance(&engine_service_memory(vs)->totals, &seen->service.stats);
	row.stats_at = loop_now(e->loop);
	COPY_STATS(&row, &sum, row.stats_at);
	store_put(e->store, T_VIRTUAL_SERVER, &row, F_SEEN, NULL);
}
