/* gap: see gap.h (process vrrp). */
#include "vrrp/gap.h"

void vrrp_gap_sent(struct vrrp_gap *g, struct mono now)
{
	int64_t us = g->last.ns ? mono_diff(now, g->last) / NS_PER_US : 0;

	if (us > 0 && (uint64_t)us > g->worst_us)
		g->worst_us = (uint64_t)us;
	g->last = now;
}

void vrrp_gap_end(struct vrrp_gap *g)
{
	g->last = (struct mono){0};
}
