/*
 * log: see log.h. The levels of this process, what bounds a complaint that repeats itself, and the
 * count of lines that were lost. Composing is in log_event.c, sending in log_out.c.
 */
#include "base/log.h"

#include "base/log_limit.h"
#include "base/log_out.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HASH_PRIME UINT64_C(1099511628211) /* of FNV-1a */

static enum log_area own_area = LOG_AREA_MAIN;
static struct log_levels first = {.rest = LOG_LV_INFO}, levels = {.rest = LOG_LV_INFO};
static struct log_limit limit;
static unsigned long lost;

void log_init(const struct log_options *o)
{
	own_area = o->area ? o->area : LOG_AREA_MAIN;
	first = levels = o->levels;
	limit = (struct log_limit){0};
	lost = 0;
	log_out_open(&(struct log_places){.ident = o->ident,
					  .to_stderr = o->to_stderr,
					  .to_syslog = o->to_syslog,
					  .facility = o->facility,
					  .journal_path = o->journal_path,
					  .syslog_path = o->syslog_path});
}

void log_levels_use(const char *text)
{
	struct log_levels more;
	char why[LOG_LEVELS_TEXT];

	if (log_levels_parse(text, &more, why, sizeof(why)))
		levels = log_levels_over(&first, &more);
	else
		log_warnx("log_level: %s", why);
}

void log_level_set(enum log_level level)
{
	levels.of[own_area] = (uint8_t)level;
}

enum log_level log_level_of(enum log_area area)
{
	return log_levels_get(&levels, area ? area : own_area);
}

bool log_enabled_in(enum log_area area, enum log_level level)
{
	return level <= log_level_of(area);
}

/* ---- sending ------------------------------------------------------------ */

static void say_lost(void)
{
	struct log_transition t = {LOG_LOST, LOG_LV_WARN, .now = "lost"};
	unsigned long n = lost;
	char text[80];

	snprintf(text, sizeof(text), "log: %lu lines were lost, nobody took them in time", n);
	if (log_out(&(struct log_record){own_area, LOG_LV_WARN, 0, text, &t}))
		lost -= n;
}

static void emit(const struct log_record *r)
{
	if (lost)
		say_lost();
	if (!log_out(r))
		lost++;
}

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static void say_held_back(const struct log_limit_site *s)
{
	char text[LOG_LIMIT_TEXT + 80];

	snprintf(text, sizeof(text), "log: %u more lines as this were held back: %s", s->held,
		 s->last);
	emit(&(struct log_record){own_area, LOG_LV_WARN, 0, text, NULL});
}

void log_tick(void)
{
	const struct log_limit_site *s;
	int64_t now = now_ns();

	while ((s = log_limit_over(&limit, now)))
		say_held_back(s);
	if (lost)
		say_lost();
}

/* ---- lines -------------------------------------------------------------- */

static bool may_repeat(const struct log_record *r, const char *fmt)
{
	return r->level > LOG_LV_WARN ||
	       log_limit_allows(&limit, (uint64_t)(uintptr_t)fmt, r->text, now_ns());
}

void log_line(enum log_area area, enum log_level level, unsigned how, const char *fmt, ...)
{
	int saved_errno = errno, n;
	char text[LOG_TEXT_MAX];
	va_list ap;
	struct log_record r = {area ? area : own_area, level, 0, text, NULL};

	if (!log_enabled_in(area, level))
		return;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (how & LOG_WITH_ERRNO) {
		r.err = saved_errno;
		if (n >= 0 && n < (int)sizeof(text))
			snprintf(text + n, sizeof(text) - (size_t)n, ": %s", strerror(saved_errno));
	}
	if ((how & LOG_EACH) || may_repeat(&r, fmt))
		emit(&r);
	errno = saved_errno;
}

static uint64_t hash(uint64_t h, const char *word)
{
	for (; word && *word; word++)
		h = (h ^ (unsigned char)*word) * HASH_PRIME;
	return h;
}

/* Of the object, so that one that flaps does not silence others. */
static uint64_t limit_key(const struct log_transition *t)
{
	uint64_t h = hash(t->event + 1, t->family);

	for (unsigned i = 0; i < LOG_KEYS && !t->family; i++)
		h = hash(h, t->key[i]);
	return h ? h : 1;
}

void log_transition(const struct log_transition *t, const char *fmt, ...)
{
	enum log_area area = log_event_area(t->event);
	char text[LOG_TEXT_MAX];
	struct log_record r = {area ? area : own_area, t->level, 0, text, t};
	size_t n;
	va_list ap;

	if (!log_enabled_in(area, t->level))
		return;
	n = log_transition_text(t, text, sizeof(text));
	if (fmt && n + 2 < sizeof(text)) {
		memcpy(text + n, ", ", 2);
		va_start(ap, fmt);
		vsnprintf(text + n + 2, sizeof(text) - n - 2, fmt, ap);
		va_end(ap);
	}
	if (log_limit_allows(&limit, limit_key(t), text, now_ns()))
		emit(&r);
}

/* ---- the end -------------------------------------------------------------- */

static void out_of_memory(void)
{
	fatalx("out of memory");
}

void *xcalloc(unsigned long n, unsigned long size)
{
	void *p = calloc(n, size);

	if (!p)
		out_of_memory();
	return p;
}

void *xrealloc(void *p, unsigned long n, unsigned long size)
{
	void *q = reallocarray(p, n ? n : 1, size ? size : 1);

	if (!q)
		out_of_memory();
	return q;
}

char *xstrdup(const char *s)
{
	char *p = strdup(s);

	if (!p)
		out_of_memory();
	return p;
}
