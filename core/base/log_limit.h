/*
 * log_limit: a complaint that repeats itself is bounded. Complaints are told apart by a key (the
 * place in the code that makes them, the name of an object); of each the first LOG_LIMIT_BURST of a
 * span of LOG_LIMIT_NS are let through, the others are counted.
 */
#ifndef BASE_LOG_LIMIT_H
#define BASE_LOG_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#define LOG_LIMIT_BURST 20
#define LOG_LIMIT_NS    INT64_C(10000000000)
#define LOG_LIMIT_SITES 32
#define LOG_LIMIT_TEXT  160

struct log_limit_site {
	uint64_t key; /* 0: the place is free */
	int64_t since_ns;
	unsigned let, held;
	char last[LOG_LIMIT_TEXT]; /* of those that were held back */
};

struct log_limit {
	struct log_limit_site sites[LOG_LIMIT_SITES];
};

/* Whether a line with this key may go now; if not it is counted, and its text kept. When too many
 * keys are in use the line may go. */
bool log_limit_allows(struct log_limit *l, uint64_t key, const char *text, int64_t now_ns);
/* A span that is over, and in which lines were held back; it is free from then on, so the pointer
 * holds until the next call. NULL: none. */
const struct log_limit_site *log_limit_over(struct log_limit *l, int64_t now_ns);

#endif
