/*
 * log: one line per event, never blocking the caller.
 *
 * A line goes to stderr (-l) and to the syslog socket, both without waiting; a
 * line that cannot be written at once is counted and the count is reported with
 * the next line that goes through. Values are printed by name, never as bare
 * numbers: "vrrp VI_1: BACKUP -> MASTER, master down timer, priority 100".
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdarg.h>
#include <stdbool.h>

enum log_level {
	LOG_LV_ERR = 3,
	LOG_LV_WARN = 4,
	LOG_LV_NOTICE = 5,
	LOG_LV_INFO = 6,
	LOG_LV_DEBUG = 7
};

struct log_options {
	const char *ident; /* program or role name, kept by reference */
	bool to_stderr;
	bool to_syslog;
	int facility; /* as in syslog(3), already shifted (LOG_DAEMON) */
	enum log_level max_level;
};

void log_init(const struct log_options *o);
bool log_enabled(enum log_level level);

#define LOG_PRINTF __attribute__((format(printf, 1, 2)))
void log_err(const char *fmt, ...) LOG_PRINTF; /* appends ": strerror(errno)" */
void log_errx(const char *fmt, ...) LOG_PRINTF;
void log_warn(const char *fmt, ...) LOG_PRINTF; /* appends ": strerror(errno)" */
void log_warnx(const char *fmt, ...) LOG_PRINTF;
void log_notice(const char *fmt, ...) LOG_PRINTF; /* transitions */
void log_info(const char *fmt, ...) LOG_PRINTF;
void log_debug(const char *fmt, ...) LOG_PRINTF;
void log_at(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* For what cannot be carried on from (memory, broken invariant): logs, exits 1. */
void fatal(const char *fmt, ...) LOG_PRINTF __attribute__((noreturn));
void fatalx(const char *fmt, ...) LOG_PRINTF __attribute__((noreturn));

/* Allocation that cannot fail: the guardian restarts a process out of memory. */
void *xcalloc(unsigned long n, unsigned long size) __attribute__((malloc));
void *xrealloc(void *p, unsigned long n, unsigned long size);
char *xstrdup(const char *s) __attribute__((malloc));

#endif
