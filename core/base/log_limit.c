/* log_limit: see log_limit.h. Pure: the time is an argument. Used by every process. */
#include "base/log_limit.h"

#include <stddef.h>
#include <stdio.h>

static bool is_over(const struct log_limit_site *s, int64_t now_ns)
{
	return now_ns - s->since_ns >= LOG_LIMIT_NS;
}

/* The place of the key, or one that is free; one with a count that is not told is not. */
static struct log_limit_site *find(struct log_limit *l, uint64_t key, int64_t now_ns)
{
	struct log_limit_site *empty = NULL;

	for (unsigned i = 0; i < LOG_LIMIT_SITES; i++) {
		struct log_limit_site *s = &l->sites[i];

		if (s->key == key)
			return s;
		if (!empty && (!s->key || (is_over(s, now_ns) && !s->held)))
			empty = s;
	}
	return empty;
}

bool log_limit_allows(struct log_limit *l, uint64_t key, const char *text, int64_t now_ns)
{
	struct log_limit_site *s = find(l, key, now_ns);

	if (!s)
		return true;
	if (s->key != key || (is_over(s, now_ns) && !s->held))
		*s = (struct log_limit_site){.key = key, .since_ns = now_ns};
	if (s->let < LOG_LIMIT_BURST) {
		s->let++;
		return true;
	}
	s->held++;
	snprintf(s->last, sizeof(s->last), "%s", text);
	return false;
}

const struct log_limit_site *log_limit_over(struct log_limit *l, int64_t now_ns)
{
	for (unsigned i = 0; i < LOG_LIMIT_SITES; i++) {
		struct log_limit_site *s = &l->sites[i];

		if (s->key && s->held && is_over(s, now_ns)) {
			s->key = 0;
			return s;
		}
	}
	return NULL;
}
