/*
 * links: see links.h (process vrrp).
 *
 * A director that does not hear the others because its link is down would take over before it
 * believes in that. So what counts of the delay is less than the time after which a backup takes
 * over, for an interface that routers run on: one interval less than that.
 */
#include "vrrp/links.h"

#include "base/log.h"
#include "base/text.h"
#include "model/rows.h"
#include "vrrp/debounce.h"
#include "vrrp/linkbeat.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

struct delayed {
	LIST_ENTRY(delayed) next;
	char name[NAME_IF];
	int64_t down_ns, up_ns;
	struct vrrp_debounce debounce;
	bool found; /* while rows are read */
};

struct vrrp_links {
	struct loop *loop;
	struct vrrp_linkbeat *linkbeat;
	struct timer timer;
	void (*look)(void *arg);
	void *arg;
	LIST_HEAD(, delayed) delayed;
};

static void on_timer(void *arg, struct mono now)
{
	struct vrrp_links *l = arg;

	(void)now;
	l->look(l->arg);
}

static struct delayed *find(struct vrrp_links *l, const char *name)
{
	struct delayed *d;

	LIST_FOREACH(d, &l->delayed, next)
	if (text_eq(d->name, name))
		break;
	return d;
}

static int64_t longest_of(const struct store *s, const char *name)
{
	int64_t longest = INT64_MAX;

	STORE_EACH(s, T_VRRP_INSTANCE, struct vrrp_instance_row, v)
	{
		int64_t most = (v->down_timer_adverts - 1) * v->adver_int_cs * NS_PER_CS;

		if (text_eq(v->interface, name) && most < longest)
			longest = most;
	}
	return longest;
}

static void take(struct vrrp_links *l, const struct store *s, const struct interface_delay_row *row)
{
	struct delayed *d = find(l, row->interface);
	int64_t longest = longest_of(s, row->interface);

	if (!d) {
		d = xcalloc(1, sizeof(*d));
		TEXT_COPY(d->name, row->interface);
		LIST_INSERT_HEAD(&l->delayed, d, next);
	}
	d->found = true;
	d->up_ns = row->up_delay_ms * NS_PER_MS;
	d->down_ns = row->down_delay_ms * NS_PER_MS;
	if (d->down_ns > longest)
		d->down_ns = longest;
}

void vrrp_links_read(struct vrrp_links *l, const struct store *s)
{
	struct delayed *d, *next;

	LIST_FOREACH(d, &l->delayed, next)
	d->found = false;
	STORE_EACH(s, T_INTERFACE_DELAY, struct interface_delay_row, row)
	take(l, s, row);
	for (d = LIST_FIRST(&l->delayed); d; d = next) {
		next = LIST_NEXT(d, next);
		if (d->found)
			continue;
		LIST_REMOVE(d, next);
		free(d);
	}
}

static void look_again_at(struct vrrp_links *l, struct mono due)
{
	if (due.ns && (!l->timer.armed || mono_diff(due, l->timer.due) < 0))
		timer_at(&l->timer, due);
}

bool vrrp_link_usable(struct vrrp_links *l, const char *name, const struct rtnl_link *link)
{
	bool up = link && link->flags & IFF_UP && vrrp_linkbeat_running(l->linkbeat, link);
	struct delayed *d = find(l, name);
	struct mono due;

	if (!d)
		return up;
	up = vrrp_debounce(&d->debounce, up, d->down_ns, d->up_ns, loop_now(l->loop), &due);
	look_again_at(l, due);
	return up;
}

struct vrrp_links *vrrp_links_new(struct loop *loop, struct vrrp_linkbeat *linkbeat,
				  void (*look)(void *arg), void *arg)
{
	struct vrrp_links *l = xcalloc(1, sizeof(*l));

	l->loop = loop;
	l->linkbeat = linkbeat;
	l->look = look;
	l->arg = arg;
	LIST_INIT(&l->delayed);
	timer_init(&l->timer, loop, on_timer, l);
	return l;
}
