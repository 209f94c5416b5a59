/*
 * loop: the event loop (libevent with precise timers) with `now` handed to every
 * callback. The clock is read once for each wake-up, here and nowhere else.
 *
 * struct timer and struct watch are embedded by their users; a zeroed one is idle.
 * A callback may free the object that holds its own timer or watch after
 * timer_stop()/watch_stop().
 */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include "base/clock.h"

#include <stdbool.h>

struct loop;
struct event;

struct loop *loop_new(void);
void loop_free(struct loop *l);
/* Runs until loop_stop(). */
/* For one with thousands of calls a second: the clock is read less often. Times are the same. */
void loop_batches(struct loop *l);
void loop_run(struct loop *l);
void loop_stop(struct loop *l);
/* Time of the current wake-up; refreshed by loop_run() only. */
struct mono loop_now(const struct loop *l);
/* Reads the clock again; for a callback that has worked for long. */
struct mono loop_refresh(struct loop *l);
/* The libevent base, for libraries that need it. */
void *loop_base(struct loop *l);

typedef void (*timer_fn)(void *arg, struct mono now);

struct timer {
	struct loop *loop;
	struct event *ev;
	timer_fn fn;
	void *arg;
	struct mono due; /* when it was asked to fire: lateness is now - due */
	bool armed;
};

void timer_init(struct timer *t, struct loop *l, timer_fn fn, void *arg);
/* Fires once at `due` (at once if that is past). Re-arming moves it. */
void timer_at(struct timer *t, struct mono due);
void timer_after(struct timer *t, int64_t ns);
void timer_cancel(struct timer *t);
/* Cancels and releases; the struct may then be freed. */
void timer_stop(struct timer *t);

#define WATCH_READ  1
#define WATCH_WRITE 2

typedef void (*watch_fn)(void *arg, int fd, int what, struct mono now);

struct watch {
	struct loop *loop;
	struct event *ev;
	watch_fn fn;
	void *arg;
	int fd;
	int what;
};

/* Watches fd until watch_stop(); `what` is a mask of WATCH_*. Level triggered. */
void watch_start(struct watch *w, struct loop *l, int fd, int what, watch_fn fn, void *arg);
/* Changes the mask; 0 keeps the watch silent. */
void watch_set(struct watch *w, int what);
void watch_stop(struct watch *w);

typedef void (*signal_fn)(void *arg, int signo, struct mono now);

struct sigwatch {
	struct event *ev;
	struct loop *loop;
	signal_fn fn;
	void *arg;
	int signo;
};

void sigwatch_start(struct sigwatch *s, struct loop *l, int signo, signal_fn fn, void *arg);
void sigwatch_stop(struct sigwatch *s);

#endif
