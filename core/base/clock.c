/* clock: see clock.h. */
#include "base/clock.h"

#include <time.h>

struct mono mono_read(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (struct mono){ts.tv_sec * NS_PER_S + ts.tv_nsec};
}

uint64_t wall_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}
