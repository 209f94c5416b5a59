/*
 * log: see log.h.
 *
 * syslog(3) may wait for a full socket, so lines go to /dev/log here, as a datagram that is
 * dropped and counted when it cannot be taken at once. stderr may be a pipe whose reader has
 * stopped: poll(2) tells whether a line fits before it is written.
 */
#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 1024

static struct log_options opt = {.ident = "halvard", .to_stderr = true, .max_level = LOG_LV_INFO};
static int syslog_fd = -1;
static unsigned long dropped;

static int syslog_open(void)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd >= 0 && connect(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

void log_init(const struct log_options *o)
{
	opt = *o;
	if (syslog_fd >= 0)
		close(syslog_fd);
	syslog_fd = opt.to_syslog ? syslog_open() : -1;
}

bool log_enabled(enum log_level level)
{
	return level <= opt.max_level;
}

static bool to_stderr(const char *line, size_t len)
{
	struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};

	if (poll(&p, 1, 0) != 1 || !(p.revents & POLLOUT))
		return false;
	return write(STDERR_FILENO, line, len) == (ssize_t)len;
}

static bool to_syslog(enum log_level level, const char *text)
{
	char line[LINE_MAX_BYTES + 64];
	int n;

	if (syslog_fd < 0 && (syslog_fd = syslog_open()) < 0)
		return false;
	n = snprintf(line, sizeof(line), "<%d>%s[%d]: %s", opt.facility | (int)level, opt.ident,
		     (int)getpid(), text);
	if (n >= (int)sizeof(line))
		n = sizeof(line) - 1;
	if (send(syslog_fd, line, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL) == n)
		return true;
	if (errno != EAGAIN && errno != EWOULDBLOCK) { /* the logger restarted */
		close(syslog_fd);
		syslog_fd = -1;
	}
	return false;
}

static void emit(enum log_level level, const char *text)
{
	bool ok = true;

	if (opt.to_stderr) {
		char line[LINE_MAX_BYTES + 96], when[24];
		struct timespec ts;
		struct tm tm;
		int n;

		clock_gettime(CLOCK_REALTIME, &ts);
		localtime_r(&ts.tv_sec, &tm);
		strftime(when, sizeof(when), "%H:%M:%S", &tm);
		n = snprintf(line, sizeof(line), "%s.%03ld %s: %s\n", when, ts.tv_nsec / 1000000,
			     opt.ident, text);
		ok = to_stderr(line, n < (int)sizeof(line) ? (size_t)n : sizeof(line) - 1);
	}
	if (opt.to_syslog && !to_syslog(level, text))
		ok = ok && opt.to_stderr;
	if (!ok)
		dropped++;
}

__attribute__((format(printf, 4, 0))) static void vlog(enum log_level level, int saved_errno,
						       bool with_errno, const char *fmt, va_list ap)
{
	char text[LINE_MAX_BYTES];
	int n;

	if (!log_enabled(level))
		return;
	n = vsnprintf(text, sizeof(text), fmt, ap);
	if (with_errno && n >= 0 && n < (int)sizeof(text))
		snprintf(text + n, sizeof(text) - (size_t)n, ": %s", strerror(saved_errno));
	if (dropped) {
		unsigned long lost = dropped;
		char note[64];

		dropped = 0;
		snprintf(note, sizeof(note), "%lu log lines were lost", lost);
		emit(LOG_LV_WARN, note);
		if (dropped)
			dropped = lost;
	}
	emit(level, text);
}

#define LOG_BODY(level, with_errno)                                                                \
	do {                                                                                       \
		int saved_errno = errno;                                                           \
		va_list ap;                                                                        \
		va_start(ap, fmt);                                                                 \
		vlog((level), saved_errno, with_errno, fmt, ap);                                   \
		va_end(ap);                                                                        \
		errno = saved_errno;                                                               \
	} while (0)

void log_err(const char *fmt, ...)
{
	LOG_BODY(LOG_LV_ERR, true);
}

void log_errx(const char *fmt, ...)
{
	LOG_BODY(LOG_LV_ERR, false);
}

void log_warn(const char *fmt, ...)
{
	LOG_BODY(LOG_LV_WARN, true);
}

void log_warnx(const char *fmt, ...)
{
	LOG_BODY(LOG_LV_WARN, false);
}

void log_notice(const char *fmt, ...)
{
	LOG_BODY(LOG_LV_NOTICE, false);
}

void log_info(const char *fmt, ...)
{
	LOG_BODY(LOG_LV_INFO, false);
}

void log_debug(const char *fmt, ...)
{
	LOG_BODY(LOG_LV_DEBUG, false);
}

void log_at(enum log_level level, const char *fmt, ...)
{
	LOG_BODY(level, false);
}

void fatal(const char *fmt, ...)
{
	LOG_BODY(LOG_LV_ERR, true);
	exit(1);
}

void fatalx(const char *fmt, ...)
{
	LOG_BODY(LOG_LV_ERR, false);
	exit(1);
}

void *xcalloc(unsigned long n, unsigned long size)
{
	void *p = calloc(n, size);

	if (!p)
		fatalx("out of memory");
	return p;
}

void *xrealloc(void *p, unsigned long n, unsigned long size)
{
	void *q = reallocarray(p, n ? n : 1, size ? size : 1);

	if (!q)
		fatalx("out of memory");
	return q;
}

char *xstrdup(const char *s)
{
	char *p = strdup(s);

	if (!p)
		fatalx("out of memory");
	return p;
}
