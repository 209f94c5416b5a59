/*
 * watchdog: how long a process has been silent, without what its watcher slept through itself.
 * Pure: time is an argument.
 */
#ifndef DAEMON_WATCHDOG_H
#define DAEMON_WATCHDOG_H

#include "base/clock.h"

#define WATCHDOG_TICK_NS (250 * NS_PER_MS)

struct watchdog {
	struct mono tick;  /* the last look */
	struct mono awake; /* since when the watcher itself has looked without a gap */
};

/* Once, before the first look. */
void watchdog_start(struct watchdog *w, struct mono now);
/* Each WATCHDOG_TICK_NS, before watchdog_silence(). */
void watchdog_tick(struct watchdog *w, struct mono now);
/* Silence of a process whose last sign of life came at `heard`, in ns. */
int64_t watchdog_silence(const struct watchdog *w, struct mono heard, struct mono now);

#endif
