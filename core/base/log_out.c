/*
 * log_out: see log_out.h.
 *
 * syslog(3) and sd_journal_send(3) may wait for a full socket, so lines are sent as datagrams here,
 * each with MSG_DONTWAIT. stderr may be a pipe whose reader has stopped: poll(2) tells whether a
 * line fits before it is written.
 *
 * A logger that is started anew has another socket: a send that fails for another reason than a
 * full socket opens it again, the journal first, and tries once more.
 *
 * Where stderr is the journal's already (JOURNAL_STREAM names its device and inode) and the journal
 * takes entries, stderr would only say everything twice.
 */
#include "base/log_out.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define JOURNAL_PATH "/run/systemd/journal/socket"
#define SYSLOG_PATH  "/dev/log"
#define ENTRY_MAX    4096

enum taken { TAKEN, NOT_TAKEN, NOBODY_THERE };

static struct log_places places = {.ident = "halvard", .to_stderr = true};
static int fd = -1;
static bool fd_is_journal;
static bool stderr_is_journal;

static int open_socket(const char *path)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int s;

	if (strlen(path) >= sizeof(sun.sun_path))
		return -1;
	memcpy(sun.sun_path, path, strlen(path));
	s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s >= 0 && connect(s, (struct sockaddr *)&sun, sizeof(sun)) < 0) {
		close(s);
		s = -1;
	}
	return s;
}

static bool open_again(void)
{
	if (fd >= 0)
		close(fd);
	fd = open_socket(places.journal_path ? places.journal_path : JOURNAL_PATH);
	fd_is_journal = fd >= 0;
	if (fd < 0)
		fd = open_socket(places.syslog_path ? places.syslog_path : SYSLOG_PATH);
	return fd >= 0;
}

/* As systemd.exec(5) describes JOURNAL_STREAM: "DEVICE:INODE". */
static bool is_journal_stream(int stream)
{
	const char *name = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return name && sscanf(name, "%llu:%llu", &device, &inode) == 2 && fstat(stream, &st) == 0 &&
	       st.st_dev == device && st.st_ino == inode;
}

void log_out_open(const struct log_places *p)
{
	places = *p;
	stderr_is_journal = is_journal_stream(STDERR_FILENO);
	if (fd >= 0)
		close(fd);
	fd = -1;
	if (places.to_syslog)
		open_again();
}

static enum taken send_line(const char *bytes, size_t len)
{
	if (send(fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)len)
		return TAKEN;
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS ? NOT_TAKEN
									   : NOBODY_THERE;
}

static enum taken to_journal(const struct log_record *r)
{
	const struct log_sender from = {places.ident, places.facility, (int)getpid()};
	char entry[ENTRY_MAX];

	return send_line(entry, log_journal_entry(r, &from, entry, sizeof(entry)));
}

static enum taken to_syslog(const struct log_record *r, const char *text)
{
	char line[LOG_TEXT_MAX + 64];
	int n = snprintf(line, sizeof(line), "<%d>%s[%d]: %s", places.facility | (int)r->level,
			 places.ident, (int)getpid(), text);

	return send_line(line, n < (int)sizeof(line) ? (size_t)n : sizeof(line) - 1);
}

static enum taken to_logger(const struct log_record *r, const char *text)
{
	enum taken t = NOBODY_THERE;

	for (int tries = 0; tries < 2 && t == NOBODY_THERE; tries++) {
		if ((tries || fd < 0) && !open_again())
			break;
		t = fd_is_journal ? to_journal(r) : to_syslog(r, text);
	}
	return t;
}

static enum taken to_stderr(const char *text)
{
	struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};
	char line[LOG_TEXT_MAX + 96], when[24];
	struct timespec ts;
	struct tm tm;
	int n;

	if (poll(&p, 1, 0) != 1 || !(p.revents & POLLOUT))
		return NOT_TAKEN;
	clock_gettime(CLOCK_REALTIME, &ts);
	localtime_r(&ts.tv_sec, &tm);
	strftime(when, sizeof(when), "%H:%M:%S", &tm);
	n = snprintf(line, sizeof(line), "%s.%03ld %s: %s\n", when, ts.tv_nsec / 1000000,
		     places.ident, text);
	if (n >= (int)sizeof(line))
		n = sizeof(line) - 1;
	return write(STDERR_FILENO, line, (size_t)n) == n ? TAKEN : NOT_TAKEN;
}

bool log_out(const struct log_record *r)
{
	enum taken logger = NOBODY_THERE, console = NOBODY_THERE;
	char text[LOG_TEXT_MAX];

	log_one_line(text, sizeof(text), r->text);
	if (places.to_syslog)
		logger = to_logger(r, text);
	if (places.to_stderr && !(stderr_is_journal && fd_is_journal && logger == TAKEN))
		console = to_stderr(text);
	return logger == TAKEN || console == TAKEN || !(places.to_syslog || places.to_stderr);
}
