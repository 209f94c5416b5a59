/*
 * turns: see turns.h.
 *
 * One that has a place of its address keeps it while it waits for one of all. Who waited is
 * called from a timer and not from turn_end(): a run may end while it begins, and a thousand of
 * them would be as deep on the stack.
 *
 * Runs in the lvs process.
 */
#include "lvs/turns.h"

#include "base/log.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

TAILQ_HEAD(turn_queue, turn);

struct turn_host {
	struct addr addr; /* first: the key */
	size_t users, running;
	struct turn_queue queue;
};

struct turns {
	void (*go)(struct turn *t);
	uint32_t all, per_host;
	size_t running;
	struct turn_queue queue;
	void *hosts; /* tsearch(3) */
	struct timer call;
	struct loop *loop;
};

static int cmp_hosts(const void *a, const void *b)
{
	return addr_cmp(a, b);
}

static void call(void *arg, struct mono now)
{
	struct turns *s = arg;
	struct turn *t;

	(void)now;
	while (s->running < s->all && (t = TAILQ_FIRST(&s->queue))) {
		TAILQ_REMOVE(&s->queue, t, waiting);
		t->state = TURN_RUNS;
		s->running++;
		s->go(t);
	}
}

static void call_soon(struct turns *s)
{
	if (!TAILQ_EMPTY(&s->queue) && !s->call.armed)
		timer_at(&s->call, loop_now(s->loop));
}

struct turns *turns_new(struct loop *loop, void (*go)(struct turn *t))
{
	struct turns *s = xcalloc(1, sizeof(*s));

	s->loop = loop;
	s->go = go;
	s->all = s->per_host = UINT32_MAX;
	TAILQ_INIT(&s->queue);
	timer_init(&s->call, loop, call, s);
	return s;
}

void turns_free(struct turns *s)
{
	if (!s)
		return;
	if (s->hosts)
		fatalx("turns: not everybody has left");
	timer_stop(&s->call);
	free(s);
}

size_t turns_running(const struct turns *s)
{
	return s->running;
}

/* Those of this address that have a place there now wait for one of all. */
static void admit(struct turns *s, struct turn_host *h)
{
	struct turn *t;

	while (h->running < s->per_host && (t = TAILQ_FIRST(&h->queue))) {
		TAILQ_REMOVE(&h->queue, t, waiting);
		h->running++;
		t->state = TURN_WAITS;
		TAILQ_INSERT_TAIL(&s->queue, t, waiting);
	}
	call_soon(s);
}

static struct turns *admit_in; /* twalk(3) has no argument; one thread */

static void admit_host(const void *node, VISIT visit, int depth)
{
	(void)depth;
	if (visit == postorder || visit == leaf)
		admit(admit_in, *(struct turn_host *const *)node);
}

void turns_limit(struct turns *s, uint32_t all, uint32_t per_host)
{
	s->all = all;
	s->per_host = per_host;
	admit_in = s;
	twalk(s->hosts, admit_host);
	call_soon(s);
}

static struct turn_host *host_of(struct turns *s, const struct addr *addr)
{
	struct turn_host key = {.addr = *addr}, **found = tfind(&key, &s->hosts, cmp_hosts), *h;

	if (found)
		return *found;
	h = xcalloc(1, sizeof(*h));
	h->addr = *addr;
	TAILQ_INIT(&h->queue);
	if (!tsearch(h, &s->hosts, cmp_hosts))
		fatalx("out of memory");
	return h;
}

void turn_join(struct turns *s, struct turn *t, const struct addr *addr)
{
	t->turns = s;
	t->state = TURN_IDLE;
	t->host = addr->family ? host_of(s, addr) : NULL;
	if (t->host)
		t->host->users++;
}

void turn_leave(struct turn *t)
{
	struct turns *s = t->turns;
	struct turn_host *h = t->host;

	turn_end(t);
	t->host = NULL;
	if (!h || --h->users)
		return;
	tdelete(h, &s->hosts, cmp_hosts);
	free(h);
}

bool turn_ask(struct turn *t)
{
	struct turns *s = t->turns;
	struct turn_host *h = t->host;

	if (h && h->running >= s->per_host) {
		t->state = TURN_WAITS_FOR_HOST;
		TAILQ_INSERT_TAIL(&h->queue, t, waiting);
		return false;
	}
	if (h)
		h->running++;
	if (s->running >= s->all || !TAILQ_EMPTY(&s->queue)) {
		t->state = TURN_WAITS;
		TAILQ_INSERT_TAIL(&s->queue, t, waiting);
		call_soon(s);
		return false;
	}
	t->state = TURN_RUNS;
	s->running++;
	return true;
}

void turn_end(struct turn *t)
{
	struct turns *s = t->turns;
	struct turn_host *h = t->host;
	enum turn_state was = t->state;

	t->state = TURN_IDLE;
	if (was == TURN_IDLE)
		return;
	if (was == TURN_WAITS_FOR_HOST) {
		TAILQ_REMOVE(&h->queue, t, waiting);
		return;
	}
	if (was == TURN_WAITS)
		TAILQ_REMOVE(&s->queue, t, waiting);
	else
		s->running--;
	if (h) {
		h->running--;
		admit(s, h);
	}
	call_soon(s);
}
