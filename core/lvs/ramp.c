/* ramp: see ramp.h (lvs process). */
#include "lvs/ramp.h"

#include "base/text.h"

static int64_t steps_of(const char *scheduler)
{
	static const char *const by_hash[] = {"sh", "mh", "dh", "lblc", "lblcr"};

	for (size_t i = 0; i < sizeof(by_hash) / sizeof(by_hash[0]); i++)
		if (text_eq(scheduler, by_hash[i]))
			return RAMP_STEPS_HASH;
	return RAMP_STEPS;
}

struct ramp ramp_at(const char *scheduler, uint32_t slow_start_s, int64_t since_ns)
{
	int64_t steps = steps_of(scheduler), each = slow_start_s * NS_PER_S / (steps - 1);
	int64_t step = each && since_ns >= 0 ? since_ns / each : 0;

	if (!each || step >= steps - 1)
		return (struct ramp){.percent = 100};
	return (struct ramp){.percent = (uint8_t)((step + 1) * 100 / steps),
			     .next_ns = (step + 1) * each - since_ns};
}

int64_t ramp_since(const char *scheduler, uint32_t slow_start_s, uint8_t percent)
{
	int64_t steps = steps_of(scheduler), each = slow_start_s * NS_PER_S / (steps - 1);
	int64_t step = percent * steps / 100;

	return step > 1 ? (step - 1) * each : 0;
}

uint32_t ramp_weight(uint32_t weight, uint8_t percent)
{
	uint32_t share = (uint32_t)((uint64_t)weight * percent / 100);

	return weight && !share ? 1 : share;
}
