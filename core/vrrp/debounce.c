/* debounce: see debounce.h (process vrrp). */
#include "vrrp/debounce.h"

bool vrrp_debounce(struct vrrp_debounce *d, bool up, int64_t down_ns, int64_t up_ns,
		   struct mono now, struct mono *due)
{
	int64_t delay = up ? up_ns : down_ns;

	*due = (struct mono){0};
	if (d->known && up != d->up) {
		if (!d->since.ns)
			d->since = now;
		if (mono_diff(now, d->since) < delay) {
			*due = mono_add(d->since, delay);
			return d->up;
		}
	}
	d->known = true;
	d->up = up;
	d->since = (struct mono){0};
	return up;
}
