/*
 * ramp: the share of its weight that a server gets for a while after it has come back
 * (slow_start), in steps of equal length and height. Pure.
 */
#ifndef LVS_RAMP_H
#define LVS_RAMP_H

#include "base/clock.h"

/* Fewer where each step moves clients from server to server. */
#define RAMP_STEPS      20
#define RAMP_STEPS_HASH 4

struct ramp {
	uint8_t percent; /* 1..100 */
	int64_t next_ns; /* until it grows; 0: it is over */
};

/* `since_ns` after the server came back. */
struct ramp ramp_at(const char *scheduler, uint32_t slow_start_s, int64_t since_ns);
/* How long ago it came back when it has this share now: the begin of that step. */
int64_t ramp_since(const char *scheduler, uint32_t slow_start_s, uint8_t percent);
/* At least 1 of a weight that is not 0. */
uint32_t ramp_weight(uint32_t weight, uint8_t percent);

#endif
