/*
 * turns: who may run now, when not all may at one time: so many in all, and so many of one
 * address. Those that wait are called in the order in which they asked: first for a place of
 * their address, then for one of all, so nobody is passed over for ever.
 */
#ifndef LVS_TURNS_H
#define LVS_TURNS_H

#include "base/addr.h"
#include "base/loop.h"

#include <sys/queue.h>

struct turns;
struct turn_host;

enum turn_state { TURN_IDLE, TURN_WAITS_FOR_HOST, TURN_WAITS, TURN_RUNS };

/* Embedded by who runs; zeroed it is idle. */
struct turn {
	struct turns *turns;
	struct turn_host *host; /* NULL: of no address, and so only one of all */
	uint8_t state;          /* enum turn_state */
	TAILQ_ENTRY(turn) waiting;
};

/* `go` calls one that has waited, which runs from then on. */
struct turns *turns_new(struct loop *loop, void (*go)(struct turn *t));
void turns_free(struct turns *s); /* everybody must have left */
/* Those that run already go on. */
void turns_limit(struct turns *s, uint32_t all, uint32_t per_host);
size_t turns_running(const struct turns *s);

/* addr of family 0: of no address. */
void turn_join(struct turns *s, struct turn *t, const struct addr *addr);
void turn_leave(struct turn *t); /* whatever it does */
/* An idle one wants to run. True: now; false: it is called. */
bool turn_ask(struct turn *t);
/* It has run. */
void turn_end(struct turn *t);

#endif
