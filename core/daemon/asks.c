/*
 * asks: see asks.h.
 *
 * Their numbers have the highest bit, so that no barrier is mistaken for one.
 */
#include "daemon/asks.h"

#include "base/log.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#define OURS       UINT32_C(0x80000000)
#define ASKS_MAX   4 /* of one client */
#define PATIENCE_S 25

struct ask {
	TAILQ_ENTRY(ask) next;
	struct asks *all;
	struct client *client;
	uint32_t client_id, id;
	enum role worker;
	struct timer patience;
};

struct asks {
	struct director *d;
	TAILQ_HEAD(, ask) list;
	uint32_t last;
};

struct asks *asks_new(struct director *d)
{
	struct asks *a = xcalloc(1, sizeof(*a));

	a->d = d;
	TAILQ_INIT(&a->list);
	return a;
}

static void ask_free(struct ask *q)
{
	TAILQ_REMOVE(&q->all->list, q, next);
	timer_stop(&q->patience);
	free(q);
}

void asks_free(struct asks *a)
{
	struct ask *q;

	while ((q = TAILQ_FIRST(&a->list)))
		ask_free(q);
	free(a);
}

static void __attribute__((format(printf, 4, 5)))
refuse(struct client *c, uint32_t id, enum result_status status, const char *fmt, ...)
{
	struct result r = {.status = status};
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r.text, sizeof(r.text), fmt, ap);
	va_end(ap);
	link_send_result(c->link, id, &r);
}

static void on_patience(void *arg, struct mono now)
{
	struct ask *q = arg;
	struct client *c = q->client;
	uint32_t id = q->client_id;
	enum role worker = q->worker;

	(void)now;
	ask_free(q);
	refuse(c, id, RESULT_UNKNOWN, "%s has not answered within %d s", role_name(worker),
	       PATIENCE_S);
}

static unsigned count(const struct asks *a, const struct client *c)
{
	const struct ask *q;
	unsigned n = 0;

	TAILQ_FOREACH(q, &a->list, next)
	n += q->client == c;
	return n;
}

void asks_worker(struct asks *a, struct client *c, uint32_t id, enum role worker, const char *words)
{
	struct buf body = {0};
	struct ask *q;

	if (!link_is_up(a->d->links[worker])) {
		refuse(c, id, RESULT_UNAVAILABLE, "the %s process is not there: try again",
		       role_name(worker));
		return;
	}
	if (count(a, c) >= ASKS_MAX) {
		refuse(c, id, RESULT_UNAVAILABLE, "too many questions are waiting");
		return;
	}
	q = xcalloc(1, sizeof(*q));
	q->all = a;
	q->client = c;
	q->client_id = id;
	q->worker = worker;
	q->id = OURS | ++a->last;
	timer_init(&q->patience, a->d->loop, on_patience, q);
	timer_after(&q->patience, PATIENCE_S * NS_PER_S);
	TAILQ_INSERT_TAIL(&a->list, q, next);
	buf_str(&body, words);
	buf_str(&body, c->who);
	link_send(a->d->links[worker], MSG_COMMAND, q->id, &body);
	buf_free(&body);
}

bool asks_result(struct asks *a, enum role worker, uint32_t id, const struct result *r)
{
	struct client *c;
	uint32_t client_id;
	struct ask *q;

	if (!(id & OURS))
		return false;
	TAILQ_FOREACH(q, &a->list, next)
	if (q->id == id && q->worker == worker)
		break;
	if (!q)
		return true; /* its client is gone, or its patience */
	c = q->client;
	client_id = q->client_id;
	ask_free(q);
	link_send_result(c->link, client_id, r);
	return true;
}

void asks_client_gone(struct asks *a, struct client *c)
{
	struct ask *q, *after;

	for (q = TAILQ_FIRST(&a->list); q; q = after) {
		after = TAILQ_NEXT(q, next);
		if (q->client == c)
			ask_free(q);
	}
}

void asks_worker_gone(struct asks *a, enum role worker)
{
	struct ask *q;

	/* From the front each time: a client that is dropped takes its own along. */
	do {
		TAILQ_FOREACH(q, &a->list, next)
		if (q->worker == worker)
			break;
		if (q) {
			struct client *c = q->client;
			uint32_t id = q->client_id;

			ask_free(q);
			refuse(c, id, RESULT_UNAVAILABLE, "the %s process went away: try again",
			       role_name(worker));
		}
	} while (q);
}
