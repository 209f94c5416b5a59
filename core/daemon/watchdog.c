/*
 * watchdog: see watchdog.h.
 *
 * A watcher that was stopped, or whose machine stood still, finds old heartbeats everywhere when
 * it wakes: what was said meanwhile is still unread, or was never said because nobody ran. So a
 * look that comes late begins a new period for everybody, and nobody is blamed for the gap.
 */
#include "daemon/watchdog.h"

#define LATE_NS (2 * WATCHDOG_TICK_NS)

void watchdog_start(struct watchdog *w, struct mono now)
{
	w->tick = w->awake = now;
}

void watchdog_tick(struct watchdog *w, struct mono now)
{
	if (mono_diff(now, w->tick) > LATE_NS)
		w->awake = now;
	w->tick = now;
}

int64_t watchdog_silence(const struct watchdog *w, struct mono heard, struct mono now)
{
	return mono_diff(now, mono_diff(heard, w->awake) > 0 ? heard : w->awake);
}
