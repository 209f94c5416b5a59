/* loop: see loop.h. */
#include "base/loop.h"

#include "base/log.h"

#include <event2/event.h>
#include <stdlib.h>

struct loop {
	struct event_base *base;
	struct mono now;
	struct mono synced; /* now, when libevent has read the clock last at our wish */
	bool running;
	bool batches; /* libevent reads the clock once for all that is called in one wake-up */
	struct timeval seen; /* its time then */
};

struct loop *loop_new(void)
{
	struct loop *l = xcalloc(1, sizeof(*l));
	struct event_config *cfg = event_config_new();

	if (!cfg || event_config_set_flag(cfg, EVENT_BASE_FLAG_PRECISE_TIMER) < 0)
		fatalx("cannot set up the event loop");
	l->base = event_base_new_with_config(cfg);
	if (!l->base)
		fatalx("cannot set up the event loop");
	event_config_free(cfg);
	l->now = l->synced = mono_read();
	return l;
}

void loop_free(struct loop *l)
{
	event_base_free(l->base);
	free(l);
}

void loop_run(struct loop *l)
{
	l->running = true;
	event_base_dispatch(l->base);
	l->running = false;
}

void loop_stop(struct loop *l)
{
	event_base_loopbreak(l->base);
}

struct mono loop_now(const struct loop *l)
{
	return l->now;
}

/* libevent counts a timer from the time that it has read, and `now` is read just before that: so
 * a timer is set by a subtraction, and is never early. */
static void sync_libevent(struct loop *l)
{
	l->synced = l->now;
	event_base_update_cache_time(l->base);
}

struct mono loop_refresh(struct loop *l)
{
	l->now = mono_read();
	if (!l->batches)
		sync_libevent(l);
	return l->now;
}

void loop_batches(struct loop *l)
{
	l->batches = true;
}

/* At the beginning of each call. Its time stands still during one wake-up: what is set then is
 * counted from `synced`. */
static struct mono begin_call(struct loop *l)
{
	struct timeval at;

	if (!l->batches)
		return loop_refresh(l);
	loop_refresh(l);
	event_base_gettimeofday_cached(l->base, &at);
	if (at.tv_sec != l->seen.tv_sec || at.tv_usec != l->seen.tv_usec) {
		sync_libevent(l);
		event_base_gettimeofday_cached(l->base, &l->seen);
	}
	return l->now;
}

void *loop_base(struct loop *l)
{
	return l->base;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct timer *t = arg;

	(void)fd;
	(void)what;
	t->armed = false;
	t->fn(t->arg, begin_call(t->loop));
}

void timer_init(struct timer *t, struct loop *l, timer_fn fn, void *arg)
{
	*t = (struct timer){.loop = l, .fn = fn, .arg = arg};
	t->ev = evtimer_new(l->base, on_timer, t);
	if (!t->ev)
		fatalx("out of memory");
}

void timer_at(struct timer *t, struct mono due)
{
	int64_t ns = mono_diff(due, t->loop->running ? t->loop->synced : mono_read());
	struct timeval tv = {0, 0};

	if (ns > 0) {
		ns += NS_PER_US - 1; /* never early */
		tv.tv_sec = ns / NS_PER_S;
		tv.tv_usec = ns % NS_PER_S / NS_PER_US;
	}
	t->due = due;
	t->armed = true;
	evtimer_add(t->ev, &tv);
}

void timer_after(struct timer *t, int64_t ns)
{
	timer_at(t, mono_add(mono_read(), ns));
}

void timer_cancel(struct timer *t)
{
	if (t->armed)
		evtimer_del(t->ev);
	t->armed = false;
}

void timer_stop(struct timer *t)
{
	if (!t->ev)
		return;
	timer_cancel(t);
	event_free(t->ev);
	t->ev = NULL;
}

static void on_watch(evutil_socket_t fd, short what, void *arg)
{
	struct watch *w = arg;
	int mask = (what & EV_READ ? WATCH_READ : 0) | (what & EV_WRITE ? WATCH_WRITE : 0);

	w->fn(w->arg, fd, mask, begin_call(w->loop));
}

static short watch_flags(int what)
{
	return (short)(EV_PERSIST | (what & WATCH_READ ? EV_READ : 0) |
		       (what & WATCH_WRITE ? EV_WRITE : 0));
}

void watch_start(struct watch *w, struct loop *l, int fd, int what, watch_fn fn, void *arg)
{
	*w = (struct watch){.loop = l, .fn = fn, .arg = arg, .fd = fd, .what = what};
	w->ev = event_new(l->base, fd, watch_flags(what), on_watch, w);
	if (!w->ev)
		fatalx("out of memory");
	if (what)
		event_add(w->ev, NULL);
}

void watch_set(struct watch *w, int what)
{
	if (what == w->what)
		return;
	if (w->what)
		event_del(w->ev);
	w->what = what;
	event_assign(w->ev, w->loop->base, w->fd, watch_flags(what), on_watch, w);
	if (what)
		event_add(w->ev, NULL);
}

void watch_stop(struct watch *w)
{
	if (!w->ev)
		return;
	event_free(w->ev);
	w->ev = NULL;
}

static void on_signal(evutil_socket_t signo, short what, void *arg)
{
	struct sigwatch *s = arg;

	(void)what;
	s->fn(s->arg, signo, loop_refresh(s->loop));
}

void sigwatch_start(struct sigwatch *s, struct loop *l, int signo, signal_fn fn, void *arg)
{
	*s = (struct sigwatch){.loop = l, .fn = fn, .arg = arg, .signo = signo};
	s->ev = evsignal_new(l->base, signo, on_signal, s);
	if (!s->ev || event_add(s->ev, NULL) < 0)
		fatalx("cannot watch signal %d", signo);
}

void sigwatch_stop(struct sigwatch *s)
{
	if (!s->ev)
		return;
	event_free(s->ev);
	s->ev = NULL;
}
