/* actions: see actions.h. */
#include "daemon/actions.h"

#include "base/text.h"
#include "model/rows.h"

#include <stdio.h>
#include <sys/random.h>

int32_t spin_lock_first(void)
{
	uint32_t r = 0;

	if (getrandom(&r, sizeof(r), GRND_NONBLOCK) != sizeof(r))
		r = (uint32_t)wall_now_ms();
	return (int32_t)(r & INT32_MAX);
}

int32_t spin_lock_next(int32_t lock)
{
	return lock == INT32_MAX ? 0 : lock + 1;
}

const char *action_objection(const struct director *d, const struct field *f, const char *value)
{
	const struct global_row *g = store_single(d->live, T_GLOBAL);
	char now[16];

	if (!text_eq(f->name, "spin_lock"))
		return NULL;
	snprintf(now, sizeof(now), "%d", g->spin_lock);
	return text_eq(value, now) ? NULL
				   : "somebody has changed the configuration since it was read";
}
