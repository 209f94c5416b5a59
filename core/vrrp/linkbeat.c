/*
 * linkbeat: see linkbeat.h (process vrrp, and its netlink thread).
 *
 * Once a second the thread asks for all of them, since an ioctl may wait for the kernel's lock of
 * network settings, or for a slow driver. While an answer is outstanding nothing more is asked.
 * What has not been answered yet, or cannot be, is as rtnetlink says. Macvlans and ipvlans are
 * never polled: they follow the interface below.
 */
#include "vrrp/linkbeat.h"

#include "base/log.h"
#include "base/text.h"
#include "nl/link_poll.h"
#include "vrrp/env.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define POLL_NS NS_PER_S

struct polled {
	LIST_ENTRY(polled) next;
	char name[NAME_IF];
	uint8_t method, used; /* enum linkbeat_method */
	bool listed;
	bool known, up;
	int error; /* of the last time */
};

struct vrrp_linkbeat {
	struct vrrp_env *env;
	struct timer timer;
	bool all; /* linkbeat_use_polling */
	bool busy, stopped;
	LIST_HEAD(, polled) polled;
};

struct sight {
	char name[NAME_IF];
	uint8_t method, used;
	bool up;
	int error;
};

struct look {
	struct vrrp_write head;
	unsigned n;
	struct sight of[];
};

/* ---- the thread ------------------------------------------------------------------- */

static int poll_one(int fd, uint8_t method, const char *name, bool *up)
{
	switch (method) {
	case LINKBEAT_MII:
		return link_poll_mii(fd, name, up);
	case LINKBEAT_ETHTOOL:
		return link_poll_ethtool(fd, name, up);
	default:
		return link_poll_ioctl(fd, name, up);
	}
}

/* Of any the first that answers; what has answered before is asked first. */
static void see(int fd, struct sight *s)
{
	uint8_t first = s->used != LINKBEAT_ANY ? s->used : LINKBEAT_MII;

	if (s->method != LINKBEAT_ANY) {
		s->used = s->method;
		s->error = poll_one(fd, s->method, s->name, &s->up);
		return;
	}
	for (s->used = first; s->used <= LINKBEAT_IOCTL; s->used++) {
		s->error = poll_one(fd, s->used, s->name, &s->up);
		if (!s->error)
			return;
	}
}

/* An rtnl_job_fn. */
static int look_at_all(struct rtnl_writer *w, void *arg)
{
	struct look *l = arg;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)w;
	if (fd < 0)
		return errno;
	for (unsigned i = 0; i < l->n; i++)
		see(fd, &l->of[i]);
	close(fd);
	return 0;
}

/* ---- the loop --------------------------------------------------------------------- */

static struct polled *find(const struct vrrp_linkbeat *b, const char *name)
{
	struct polled *p;

	LIST_FOREACH(p, &b->polled, next)
	if (text_eq(p->name, name))
		break;
	return p;
}

static struct polled *find_or_add(struct vrrp_linkbeat *b, const char *name)
{
	struct polled *p = find(b, name);

	if (p)
		return p;
	p = xcalloc(1, sizeof(*p));
	TEXT_COPY(p->name, name);
	p->method = p->used = LINKBEAT_ANY;
	LIST_INSERT_HEAD(&b->polled, p, next);
	if (!b->timer.armed && !b->stopped)
		timer_after(&b->timer, 0);
	return p;
}

static void tell_row(struct vrrp_linkbeat *b, const struct polled *p)
{
	const char *const key[] = {p->name};
	const struct linkbeat_interface_row *r =
	    store_find_text(b->env->store, T_LINKBEAT_INTERFACE, key);
	struct linkbeat_interface_row row;

	if (!r)
		return;
	row = *r;
	row.used = p->known ? p->used : LINKBEAT_ANY;
	row.link_up = p->known && p->up;
	store_put(b->env->store, T_LINKBEAT_INTERFACE, &row, F_SEEN, NULL);
}

/* True: what counts has changed. */
static bool take(struct vrrp_linkbeat *b, const struct sight *s)
{
	struct polled *p = find(b, s->name);
	struct polled before;

	if (!p || p->method != s->method)
		return false;
	before = *p;
	if (s->error && s->error != ENODEV && s->error != p->error)
		log_warnx("interface %s: its link cannot be polled%s%s: %s: what rtnetlink says "
			  "counts",
			  p->name, s->method == LINKBEAT_ANY ? "" : " by ",
			  s->method == LINKBEAT_ANY ? ""
						    : enum_name(linkbeat_method_names, s->method),
			  strerror(s->error));
	p->error = s->error;
	p->known = !s->error;
	p->up = !s->error && s->up;
	p->used = s->error ? LINKBEAT_ANY : s->used;
	if (p->known == before.known && p->up == before.up && p->used == before.used)
		return false;
	tell_row(b, p);
	return true;
}

static void answered(struct vrrp_env *env, struct vrrp_write *head, int error, struct mono now)
{
	struct look *l = (struct look *)head;
	bool changed = false;

	(void)now;
	env->linkbeat->busy = false;
	if (error)
		log_warnx("links cannot be polled: %s", strerror(error));
	for (unsigned i = 0; !error && i < l->n; i++)
		changed = take(env->linkbeat, &l->of[i]) || changed;
	free(l);
	if (changed)
		env->look_again(env);
}

static void poll_due(void *arg, struct mono now)
{
	struct vrrp_linkbeat *b = arg;
	const struct polled *p;
	struct look *l;
	unsigned n = 0;

	(void)now;
	LIST_FOREACH(p, &b->polled, next)
	n++;
	if (!n)
		return;
	timer_after(&b->timer, POLL_NS);
	if (b->busy)
		return;
	l = xcalloc(1, sizeof(*l) + n * sizeof(l->of[0]));
	l->head.answered = answered;
	LIST_FOREACH(p, &b->polled, next)
	{
		struct sight *s = &l->of[l->n++];

		TEXT_COPY(s->name, p->name);
		s->method = p->method;
		s->used = p->used;
	}
	b->busy = true;
	rtnl_writer_run(b->env->writer, look_at_all, l, (uintptr_t)l);
}

bool vrrp_linkbeat_running(struct vrrp_linkbeat *b, const struct rtnl_link *link)
{
	bool running = link->flags & IFF_RUNNING;
	const struct polled *p;

	if (text_eq(link->kind, "macvlan") || text_eq(link->kind, "ipvlan"))
		return running;
	p = b->all ? find_or_add(b, link->name) : find(b, link->name);
	return p && p->known ? p->up : running;
}

static void drop(struct polled *p)
{
	LIST_REMOVE(p, next);
	free(p);
}

void vrrp_linkbeat_read(struct vrrp_linkbeat *b)
{
	const struct network_row *n = store_single(b->env->store, T_NETWORK);
	struct polled *p, *next;

	b->all = n->linkbeat_use_polling;
	LIST_FOREACH(p, &b->polled, next)
	p->listed = false;
	STORE_EACH(b->env->store, T_LINKBEAT_INTERFACE, struct linkbeat_interface_row, r)
	{
		p = find_or_add(b, r->interface);
		p->listed = true;
		if (p->method == r->method)
			continue;
		p->method = r->method;
		p->used = LINKBEAT_ANY;
		p->known = false;
		p->error = 0;
		timer_after(&b->timer, 0);
	}
	for (p = LIST_FIRST(&b->polled); p; p = next) {
		next = LIST_NEXT(p, next);
		if (!p->listed && !b->all)
			drop(p);
	}
}

void vrrp_linkbeat_stop(struct vrrp_linkbeat *b)
{
	b->stopped = true;
	timer_stop(&b->timer);
}

void vrrp_linkbeat_open(struct vrrp_env *env)
{
	struct vrrp_linkbeat *b = env->linkbeat = xcalloc(1, sizeof(*b));

	b->env = env;
	LIST_INIT(&b->polled);
	timer_init(&b->timer, env->loop, poll_due, b);
}

void vrrp_linkbeat_close(struct vrrp_env *env)
{
	struct vrrp_linkbeat *b = env->linkbeat;

	timer_stop(&b->timer);
	while (!LIST_EMPTY(&b->polled))
		drop(LIST_FIRST(&b->polled));
	free(b);
	env->linkbeat = NULL;
}
