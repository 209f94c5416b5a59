/*
 * log: one line for each event, never blocking the caller.
 *
 * A line belongs to an area of the program, whose level says whether it is logged. A file whose
 * lines are not of the area of its process says so before it includes this header:
 *
 *	#define LOG_AREA LOG_AREA_CHECK
 *
 * Levels: debug is each single step; info what is routine, or seldom of interest; notice what
 * an operator wants to find later, above all transitions; warning that something is not as it
 * should be; error that something does not work. Values are told by name, never as bare numbers.
 *
 * A line goes to the journal or to syslog, and to stderr (-l), as log_out.h says. One that
 * cannot be taken at once is counted, and the count is told as soon as one goes through. Of
 * warnings and errors that one place in the code repeats within ten seconds twenty are told, and
 * later how many more there were (log_limit.h); so too the transitions of one object.
 *
 * For one thread of a process.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/log_event.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>

struct log_options {
	const char *ident;        /* program or role name; kept by reference, as the paths */
	enum log_area area;       /* of the process */
	struct log_levels levels; /* what is not said otherwise */
	bool to_stderr;
	bool to_syslog;           /* or to the journal */
	int facility;             /* as in syslog(3), already shifted (LOG_DAEMON) */
	const char *journal_path; /* NULL: the system's */
	const char *syslog_path;  /* NULL: the system's */
};

void log_init(const struct log_options *o);
/* The levels of the text (log_levels.h) over those of log_init(), in place of an earlier text. */
void log_levels_use(const char *text);
/* The level of this process's own area. */
void log_level_set(enum log_level level);
enum log_level log_level_of(enum log_area area);
bool log_enabled_in(enum log_area area, enum log_level level);
/* To be called each second or so: tells what was lost and what was held back. */
void log_tick(void);

enum log_how {
	LOG_WITH_ERRNO = 1 << 0, /* appends ": strerror(errno)" */
	LOG_EACH = 1 << 1,       /* however often it is repeated */
};

void log_line(enum log_area area, enum log_level level, unsigned how, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* The one line of a transition; `fmt` is what else there is to say, or NULL. */
void log_transition(const struct log_transition *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#ifndef LOG_AREA
#define LOG_AREA LOG_OF_PROCESS
#endif

#define log_enabled(level) log_enabled_in(LOG_AREA, (level))
#define log_err(...)       log_line(LOG_AREA, LOG_LV_ERR, LOG_WITH_ERRNO, __VA_ARGS__)
#define log_errx(...)      log_line(LOG_AREA, LOG_LV_ERR, 0, __VA_ARGS__)
#define log_warn(...)      log_line(LOG_AREA, LOG_LV_WARN, LOG_WITH_ERRNO, __VA_ARGS__)
#define log_warnx(...)     log_line(LOG_AREA, LOG_LV_WARN, 0, __VA_ARGS__)
#define log_notice(...)    log_line(LOG_AREA, LOG_LV_NOTICE, 0, __VA_ARGS__)
#define log_info(...)      log_line(LOG_AREA, LOG_LV_INFO, 0, __VA_ARGS__)
#define log_debug(...)     log_line(LOG_AREA, LOG_LV_DEBUG, 0, __VA_ARGS__)
#define log_at(level, ...) log_line(LOG_AREA, (level), LOG_EACH, __VA_ARGS__)
/* For what cannot be carried on from (memory, broken invariant): logs, exits 1. */
#define fatal(...)  (log_line(LOG_AREA, LOG_LV_ERR, LOG_WITH_ERRNO | LOG_EACH, __VA_ARGS__), exit(1))
#define fatalx(...) (log_line(LOG_AREA, LOG_LV_ERR, LOG_EACH, __VA_ARGS__), exit(1))

/* Allocation that cannot fail: the guardian restarts a process out of memory. */
void *xcalloc(unsigned long n, unsigned long size) __attribute__((malloc));
void *xrealloc(void *p, unsigned long n, unsigned long size);
char *xstrdup(const char *s) __attribute__((malloc));

#endif
