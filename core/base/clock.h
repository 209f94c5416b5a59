/*
 * clock: monotonic time as a type of its own, so that it cannot be mixed with
 * wall time or with a duration by accident.
 *
 * Only base/loop reads the clock, once for each wake-up; everything else takes
 * `now` as an argument. Durations are int64_t nanoseconds.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

struct mono {
	int64_t ns; /* CLOCK_MONOTONIC; the same in every process of the machine */
};

#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_CS INT64_C(10000000)
#define NS_PER_S  INT64_C(1000000000)

struct mono mono_read(void);
/* Milliseconds since the epoch: for what people read, since it may jump. */
uint64_t wall_now_ms(void);

static inline struct mono mono_add(struct mono t, int64_t ns)
{
	return (struct mono){t.ns + ns};
}

/* a - b in nanoseconds. */
static inline int64_t mono_diff(struct mono a, struct mono b)
{
	return a.ns - b.ns;
}

#endif
