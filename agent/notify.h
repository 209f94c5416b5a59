/*
 * notify: notifications on their way to the master. One is made when a row of the replica
 * changes (or by notify_event()), and it stays in the queue, in order, until the master has
 * said that it took it; so a master that is away costs none. One is under way at a time.
 *
 * The queue is bounded: the oldest goes when it is full, and is counted. Delivery is at least
 * once: a master that froze may have taken one and not said so. The number of a notification
 * tells repetitions and losses.
 *
 * Nothing here knows net-snmp.
 */
#ifndef AGENT_NOTIFY_H
#define AGENT_NOTIFY_H

#include "agent/map_notify.h"
#include "base/loop.h"

#define NOTIFY_QUEUE_MAX 4096

/* A notification as it waits: the row as it was when it happened. */
struct notice {
	const struct map_notification *what;
	uint32_t number; /* from 1 with each start of the agent */
	struct mono when;
	uint64_t wall_ms;
	const void *row;
};

struct notify_counts {
	uint32_t waiting, sent, lost;
};

struct notify_ops {
	/* Begins to send; what became of it is told by notify_answered(), perhaps before this
	 * returns. false: there is no master now. */
	bool (*send)(void *arg, const struct notice *n);
	/* Whether those of another module are to be sent. */
	bool (*wanted)(void *arg, const struct map_notification *what);
	/* The counts have changed. */
	void (*counted)(void *arg, const struct notify_counts *c);
};

enum notify_answer {
	NOTIFY_TAKEN,
	NOTIFY_AGAIN,   /* no answer, or not now */
	NOTIFY_REFUSED, /* it will never be taken: given up */
};

struct notify;

struct notify *notify_new(struct loop *loop, const struct notify_ops *ops, void *arg);
void notify_free(struct notify *n);
/* Off at first. Turned off, what waits is forgotten and does not count as lost. */
void notify_enable(struct notify *n, bool on);

/* A row of the replica has changed. A counter that begins anew is no event by itself. */
void notify_row(struct notify *n, enum table_id t, const void *old, const void *row);
/* The event with this number has happened, which no field shows. */
void notify_event(struct notify *n, unsigned number, const void *row);

/* There is a master: what waits is sent. */
void notify_connected(struct notify *n);
void notify_answered(struct notify *n, enum notify_answer a);

#endif
