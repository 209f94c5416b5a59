/*
 * check_smtp: does a mail server greet, answer HELO and let us go? (SMTP_CHECK)
 *
 * What is said stands in smtp.c; here are the connection and the time. As keepalived has it, each
 * step may take connect_timeout: the connection and each of the three answers. So a server that
 * makes strangers wait for its greeting is not down; but an answer that comes octet by octet gets
 * no more time than one that comes at once.
 *
 * Runs in the lvs process.
 */
#include "lvs/check_request.h"
#include "lvs/check_socket.h"
#include "lvs/smtp.h"

#include "base/log.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct smtp_state {
	struct watch watch;
	int fd;
	bool open;
	bool connected;
	struct smtp smtp;
};

/* The line that greets. */
static void *prepare(const struct check_params *p, char why[TEXT_REASON])
{
	char name[NAME_HOST], *line;

	if (!request_value(p->request, "helo_name", name, sizeof(name)) &&
	    (gethostname(name, sizeof(name)) < 0 || !name[0]))
		TEXT_COPY(name, "localhost");
	name[sizeof(name) - 1] = '\0';
	for (const char *c = name; *c; c++)
		if (!isgraph((unsigned char)*c)) {
			text_copy(why, TEXT_REASON, "the name to greet with has odd characters");
			return NULL;
		}
	line = xcalloc(1, sizeof("HELO \r\n") + strlen(name));
	sprintf(line, "HELO %s\r\n", name);
	return line;
}

static void cancel(struct check_job *j, void *state)
{
	struct smtp_state *s = state;

	(void)j;
	watch_stop(&s->watch);
	if (s->open)
		close(s->fd);
	s->open = false;
}

static void finish(struct check_job *j, enum check_reason reason, const char *text)
{
	cancel(j, check_job_state(j));
	check_done(j, reason, text);
}

static void finish_error(struct check_job *j, int err)
{
	finish(j, check_reason_of(err), strerror(err));
}

/* A line is little enough for an empty buffer: what does not go at once never will. */
static void say(struct check_job *j, struct smtp_state *s, const char *line)
{
	ssize_t n = send(s->fd, line, strlen(line), MSG_NOSIGNAL);

	if (n == (ssize_t)strlen(line))
		check_go_on(j);
	else
		finish_error(j, n < 0 ? errno : ENOBUFS);
}

static void go_on(struct check_job *j, struct smtp_state *s, enum smtp_next next)
{
	switch (next) {
	case SMTP_WAIT:
		break;
	case SMTP_SAY_HELO:
		say(j, s, check_job_prepared(j));
		break;
	case SMTP_SAY_QUIT:
		say(j, s, "QUIT\r\n");
		break;
	case SMTP_GOOD:
		finish(j, REASON_OK, "");
		break;
	case SMTP_BAD:
		finish(j, s->smtp.reason, s->smtp.text);
		break;
	}
}

static void expired(struct check_job *j, void *state)
{
	struct smtp_state *s = state;

	if (s->connected)
		go_on(j, s, smtp_late(&s->smtp));
	else
		finish(j, REASON_TIMEOUT, "no connection in time");
}

static void hear(void *arg, int fd, int what, struct mono now)
{
	struct check_job *j = arg;
	struct smtp_state *s = check_job_state(j);
	char data[1024];
	ssize_t n = recv(fd, data, sizeof(data), 0);

	(void)what, (void)now;
	if (n > 0)
		go_on(j, s, smtp_take(&s->smtp, data, (size_t)n));
	else if (n == 0)
		go_on(j, s, smtp_closed(&s->smtp));
	else if (errno != EAGAIN && errno != EINTR)
		finish_error(j, errno);
}

static void listen_to(struct check_job *j, struct smtp_state *s)
{
	s->connected = true;
	smtp_begin(&s->smtp);
	check_go_on(j);
	watch_stop(&s->watch);
	watch_start(&s->watch, check_job_loop(j), s->fd, WATCH_READ, hear, j);
}

static void connected(void *arg, int fd, int what, struct mono now)
{
	struct check_job *j = arg;
	socklen_t len = sizeof(int);
	int err = 0;

	(void)what, (void)now;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
		err = errno;
	if (err)
		finish_error(j, err);
	else
		listen_to(j, check_job_state(j));
}

static void start(struct check_job *j, void *state)
{
	struct smtp_state *s = state;
	int err = check_connect(check_job_params(j), SOCK_STREAM, IPPROTO_TCP, &s->fd);

	s->open = s->fd >= 0;
	if (!err)
		listen_to(j, s);
	else if (err == EINPROGRESS)
		watch_start(&s->watch, check_job_loop(j), s->fd, WATCH_WRITE, connected, j);
	else
		finish_error(j, err);
}

const struct check_ops check_smtp = {
    .kind = CHECK_SMTP,
    .size = sizeof(struct smtp_state),
    .prepare = prepare,
    .discard = free,
    .start = start,
    .cancel = cancel,
    .expired = expired,
};
