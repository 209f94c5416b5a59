/* notify: see notify.h. Process: halvard-agent. */
#include "agent/notify.h"

#include "base/log.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#define AGAIN_NS NS_PER_S /* after an attempt without an answer */

struct entry {
	TAILQ_ENTRY(entry) next;
	struct notice notice;
	unsigned char row[] __attribute__((aligned(16)));
};

struct notify {
	struct loop *loop;
	const struct notify_ops *ops;
	void *arg;
	TAILQ_HEAD(entries, entry) queue;
	bool busy;               /* one is under way: no other until it is answered */
	struct entry *under_way; /* that one, NULL when it was forgotten meanwhile */
	struct timer timer;      /* the next attempt */
	uint32_t last_number;
	struct notify_counts counts;
	bool enabled;
	bool full_told; /* since it was empty */
	bool connected;
};

static void counted(struct notify *n)
{
	n->ops->counted(n->arg, &n->counts);
}

static void drop(struct notify *n, struct entry *e)
{
	if (n->under_way == e)
		n->under_way = NULL;
	TAILQ_REMOVE(&n->queue, e, next);
	n->counts.waiting--;
	n->full_told = n->full_told && n->counts.waiting;
	row_drop(e->notice.what->table, e->row);
	free(e);
}

static void send_first(void *arg, struct mono now)
{
	struct notify *n = arg;
	struct entry *e = TAILQ_FIRST(&n->queue);

	(void)now;
	if (!e || n->busy || !n->connected)
		return;
	n->busy = true;
	n->under_way = e;
	if (n->ops->send(n->arg, &e->notice))
		return;
	n->busy = n->connected = false;
	n->under_way = NULL;
}

struct notify *notify_new(struct loop *loop, const struct notify_ops *ops, void *arg)
{
	struct notify *n = xcalloc(1, sizeof(*n));

	n->loop = loop;
	n->ops = ops;
	n->arg = arg;
	TAILQ_INIT(&n->queue);
	timer_init(&n->timer, loop, send_first, n);
	return n;
}

static void forget_all(struct notify *n)
{
	struct entry *e;

	while ((e = TAILQ_FIRST(&n->queue)))
		drop(n, e);
}

void notify_free(struct notify *n)
{
	forget_all(n);
	timer_stop(&n->timer);
	free(n);
}

void notify_enable(struct notify *n, bool on)
{
	if (!on && n->counts.waiting) {
		forget_all(n);
		counted(n);
	}
	n->enabled = on;
}

static void send_soon(struct notify *n, int64_t after)
{
	if (!n->busy && n->connected)
		timer_after(&n->timer, after);
}

/* The one under way may have arrived already, so it is not the one that goes. */
static void make_room(struct notify *n)
{
	struct entry *oldest = TAILQ_FIRST(&n->queue);

	if (n->counts.waiting < NOTIFY_QUEUE_MAX)
		return;
	if (oldest == n->under_way)
		oldest = TAILQ_NEXT(oldest, next);
	if (!n->full_told)
		log_warnx("agent: %d notifications wait for the master: the oldest are given up",
			  NOTIFY_QUEUE_MAX);
	n->full_told = true;
	n->counts.lost++;
	drop(n, oldest);
}

static void add(struct notify *n, const struct map_notification *what, const void *row)
{
	size_t size = schema_table(what->table)->row_size;
	struct entry *e = xcalloc(1, sizeof(*e) + size);

	make_room(n);
	memcpy(e->row, row, size);
	row_hold(what->table, e->row);
	e->notice = (struct notice){.what = what,
				    .number = ++n->last_number,
				    .when = loop_now(n->loop),
				    .wall_ms = wall_now_ms(),
				    .row = e->row};
	TAILQ_INSERT_TAIL(&n->queue, e, next);
	n->counts.waiting++;
	counted(n);
	send_soon(n, 0);
}

/* Both are needed: states may pass too quickly to be seen, and the counter of a process that lost
 * its memory begins anew. */
static bool tells(const struct map_notification *m, const void *old, const void *row)
{
	bool grown = m->counter_f && field_get(m->counter_f, row) > field_get(m->counter_f, old);
	bool changed = m->state_f && field_get(m->state_f, row) != field_get(m->state_f, old);

	return (grown || changed) && (!m->applies || m->applies(old, row));
}

void notify_row(struct notify *n, enum table_id t, const void *old, const void *row)
{
	for (const struct map_notification *m = map_notifications; m->number && n->enabled; m++)
		if (m->table == t && tells(m, old, row) && (!m->root || n->ops->wanted(n->arg, m)))
			add(n, m, row);
}

void notify_event(struct notify *n, unsigned number, const void *row)
{
	for (const struct map_notification *m = map_notifications; m->number && n->enabled; m++)
		if (!m->root && m->number == number)
			add(n, m, row);
}

void notify_connected(struct notify *n)
{
	n->connected = true;
	send_soon(n, 0);
}

void notify_answered(struct notify *n, enum notify_answer a)
{
	struct entry *e = n->under_way;

	n->busy = false;
	n->under_way = NULL;
	if (e && a != NOTIFY_AGAIN) {
		n->counts.sent += a == NOTIFY_TAKEN;
		n->counts.lost += a == NOTIFY_REFUSED;
		drop(n, e);
		counted(n);
	}
	send_soon(n, a == NOTIFY_AGAIN ? AGAIN_NS : 0);
}
