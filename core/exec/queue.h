/*
 * queue: programs that must run one after the other, in order, for one object of the
 * configuration. Bounded: where a program is slower than what it is told of, the oldest that wait
 * are dropped, the newest are kept, and it is said.
 */
#ifndef EXEC_QUEUE_H
#define EXEC_QUEUE_H

#include "exec/exec.h"

#define QUEUE_MAX 32 /* that wait for one object */

struct queue;

/* A command of the configuration, and words behind its own. */
struct queue_entry {
	struct notify_row row; /* its key says whose state shows how it went */
	char words[4][NAME_VRRP];
	unsigned nwords;
	int64_t timeout_ns;
};

/* `name`: of the object, for the log: "vrrp_instance VI_1". `done` (may be NULL) is called when
 * the last has ended. */
struct queue *queue_new(struct exec_env *env, const char *name,
			void (*done)(void *arg, struct mono now), void *arg);
/* What runs is cancelled. */
void queue_free(struct queue *q);
void queue_add(struct queue *q, const struct queue_entry *e, struct mono now);
bool queue_is_empty(const struct queue *q);

#endif
