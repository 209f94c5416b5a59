/*
 * announce: see announce.h (process vrrp).
 *
 * A switch may not bear hundreds of announcements at once. The interfaces that share one (a
 * garp_group) share a pace: the least time between two packets, for each family. An interface
 * without a group has a pace of its own, that of global_defs, and by default none: then all goes at
 * once. What waits stands in a ring, so that each address gets its first packet before any gets its
 * second. It ends when the instance gives its addresses up.
 *
 * A pace finer than the timers (FINE_NS) is kept on average: what became due meanwhile goes
 * together, at most BURST packets at a time.
 */
#include "vrrp/announce.h"

#include "base/log.h"
#include "base/text.h"
#include "model/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#define FINE_NS    NS_PER_MS
#define BURST      64
#define REPEAT_MAX 10000

struct waiting {
	TAILQ_ENTRY(waiting) next;
	uint32_t serial;
	char interface[NAME_IF];
	struct addr addr;
	unsigned left;
};

/* Of one family in one group. */
struct lane {
	struct vrrp_announcer *announcer;
	int64_t interval_ns; /* 0: nothing waits */
	struct mono free_at;
	TAILQ_HEAD(, waiting) ring;
	struct timer timer;
};

enum { GARP, GNA, LANES };

struct pace {
	LIST_ENTRY(pace) next;
	uint32_t group; /* number of the garp_group; 0: of one interface alone */
	char interface[NAME_IF];
	struct lane lane[LANES];
};

struct vrrp_announcer {
	struct loop *loop;
	struct rtnl *const *rtnl;
	struct vrrp_garp *garp;
	struct vrrp_ndisc *ndisc;
	struct store *store;
	LIST_HEAD(, pace) paces;
};

/* ---- one lane ------------------------------------------------------------------ */

static int send_one(struct vrrp_announcer *n, const struct rtnl_link *l, const struct addr *a)
{
	return a->family == ADDR_IPV6 ? vrrp_ndisc_send(n->ndisc, l, a)
				      : vrrp_garp_send(n->garp, l, a);
}

static void drop(struct lane *l, struct waiting *w)
{
	TAILQ_REMOVE(&l->ring, w, next);
	free(w);
}

/* The first in the ring; it goes to the end, or out when it was its last. */
static void serve(struct lane *l)
{
	struct waiting *w = TAILQ_FIRST(&l->ring);
	const struct rtnl_link *link = rtnl_link_by_name(*l->announcer->rtnl, w->interface);

	if (!link || send_one(l->announcer, link, &w->addr) != 0 || --w->left == 0) {
		drop(l, w);
		return;
	}
	TAILQ_REMOVE(&l->ring, w, next);
	TAILQ_INSERT_TAIL(&l->ring, w, next);
}

/* Never from here at once: a burst is to be whole before the first of it goes. */
static void wait_turn(struct lane *l, struct mono now)
{
	if (!TAILQ_EMPTY(&l->ring))
		timer_at(&l->timer, l->free_at.ns > now.ns ? l->free_at : now);
}

static void run(struct lane *l, struct mono now)
{
	for (unsigned k = 0; k < BURST && !TAILQ_EMPTY(&l->ring) && l->free_at.ns <= now.ns; k++) {
		struct mono from =
		    l->interval_ns < FINE_NS && l->free_at.ns > now.ns - FINE_NS ? l->free_at : now;

		serve(l);
		l->free_at = mono_add(from, l->interval_ns);
	}
	wait_turn(l, now);
}

static void lane_due(void *arg, struct mono now)
{
	run(arg, now);
}

static struct waiting *find_waiting(struct lane *l, uint32_t serial, const char *interface,
				    const struct addr *a)
{
	struct waiting *w;

	TAILQ_FOREACH(w, &l->ring, next)
	if (w->serial == serial && text_eq(w->interface, interface) && addr_equal(&w->addr, a))
		return w;
	return NULL;
}

static void enqueue(struct lane *l, uint32_t serial, const char *interface, const struct addr *a,
		    unsigned repeat)
{
	struct waiting *w = find_waiting(l, serial, interface, a);

	if (!w) {
		w = xcalloc(1, sizeof(*w));
		*w = (struct waiting){.serial = serial, .addr = *a};
		TEXT_COPY(w->interface, interface);
		TAILQ_INSERT_TAIL(&l->ring, w, next);
	}
	w->left = w->left + repeat > REPEAT_MAX ? REPEAT_MAX : w->left + repeat;
	wait_turn(l, loop_now(l->announcer->loop));
}

/* ---- paces ------------------------------------------------------------------------ */

static struct pace *add_pace(struct vrrp_announcer *n, uint32_t group, const char *interface)
{
	struct pace *p = xcalloc(1, sizeof(*p));

	p->group = group;
	TEXT_COPY(p->interface, interface);
	for (int k = 0; k < LANES; k++) {
		p->lane[k].announcer = n;
		TAILQ_INIT(&p->lane[k].ring);
		timer_init(&p->lane[k].timer, n->loop, lane_due, &p->lane[k]);
	}
	LIST_INSERT_HEAD(&n->paces, p, next);
	return p;
}

static struct pace *find_pace(struct vrrp_announcer *n, uint32_t group, const char *interface)
{
	struct pace *p;

	LIST_FOREACH(p, &n->paces, next)
	if (p->group == group && (group || text_eq(p->interface, interface)))
		return p;
	return NULL;
}

static void set_interval(struct lane *l, uint32_t us)
{
	l->interval_ns = us * NS_PER_US;
}

static const struct garp_group_row *group_of(const struct vrrp_announcer *n, const char *interface)
{
	STORE_EACH(n->store, T_GARP_GROUP, struct garp_group_row, g)
	{
		if (text_eq(g->interface, interface))
			return g;
	}
	return NULL;
}

static struct lane *lane_of(struct vrrp_announcer *n, const char *interface, bool six)
{
	const struct garp_group_row *g = group_of(n, interface);
	struct pace *p = find_pace(n, g ? g->number : 0, interface);
	const struct global_row *global = NULL;

	if (p)
		return &p->lane[six ? GNA : GARP];
	if (store_count(n->store, T_GLOBAL))
		global = store_at(n->store, T_GLOBAL, 0);
	p = add_pace(n, g ? g->number : 0, interface);
	if (g) {
		set_interval(&p->lane[GARP], g->garp_interval_us);
		set_interval(&p->lane[GNA], g->gna_interval_us);
	} else if (global) {
		set_interval(&p->lane[GARP], global->vrrp_garp_interval_us);
		set_interval(&p->lane[GNA], global->vrrp_gna_interval_us);
	}
	return &p->lane[six ? GNA : GARP];
}

static void free_pace(struct pace *p)
{
	for (int k = 0; k < LANES; k++) {
		while (!TAILQ_EMPTY(&p->lane[k].ring))
			drop(&p->lane[k], TAILQ_FIRST(&p->lane[k].ring));
		timer_stop(&p->lane[k].timer);
	}
	LIST_REMOVE(p, next);
	free(p);
}

/* A pace that has changed, or whose interfaces have, begins anew with what waits. */
static void move_waiting(struct vrrp_announcer *n, struct pace *p)
{
	for (int k = 0; k < LANES; k++) {
		struct waiting *w;

		while ((w = TAILQ_FIRST(&p->lane[k].ring))) {
			const struct rtnl_link *l = rtnl_link_by_name(*n->rtnl, w->interface);

			if (l)
				vrrp_announce(n, w->serial, l, &w->addr, w->left);
			drop(&p->lane[k], w);
		}
	}
}

void vrrp_announcer_changed(struct vrrp_announcer *n)
{
	LIST_HEAD(, pace) old = LIST_HEAD_INITIALIZER(old);
	struct pace *p;

	while ((p = LIST_FIRST(&n->paces))) {
		LIST_REMOVE(p, next);
		LIST_INSERT_HEAD(&old, p, next);
	}
	while ((p = LIST_FIRST(&old))) {
		move_waiting(n, p);
		free_pace(p);
	}
}

/* ---- what others call ---------------------------------------------------------------- */

void vrrp_announce(struct vrrp_announcer *n, uint32_t serial, const struct rtnl_link *link,
		   const struct addr *a, unsigned repeat)
{
	struct lane *l = lane_of(n, link->name, a->family == ADDR_IPV6);

	if (l->interval_ns) {
		enqueue(l, serial, link->name, a, repeat);
		return;
	}
	for (unsigned k = 0; k < repeat; k++)
		if (send_one(n, link, a) != 0)
			break;
}

void vrrp_announce_cancel(struct vrrp_announcer *n, uint32_t serial)
{
	struct pace *p;

	LIST_FOREACH(p, &n->paces, next)
	{
		for (int k = 0; k < LANES; k++) {
			struct waiting *w, *following;

			for (w = TAILQ_FIRST(&p->lane[k].ring); w; w = following) {
				following = TAILQ_NEXT(w, next);
				if (w->serial == serial)
					drop(&p->lane[k], w);
			}
		}
	}
}

struct vrrp_announcer *vrrp_announcer_new(struct loop *loop, struct store *store,
					  struct rtnl *const *rtnl)
{
	struct vrrp_announcer *n = xcalloc(1, sizeof(*n));

	n->loop = loop;
	n->store = store;
	n->rtnl = rtnl;
	LIST_INIT(&n->paces);
	n->garp = vrrp_garp_new();
	n->ndisc = vrrp_ndisc_new();
	if (n->garp && n->ndisc)
		return n;
	vrrp_garp_free(n->garp);
	vrrp_ndisc_free(n->ndisc);
	free(n);
	return NULL;
}
