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
	struct check_socket socket;
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

/* A line is little enough for an empty buffer: what does not go at once never will. */
static void say(struct check_job *j, struct smtp_state *s, const char *line)
{
	ssize_t n = send(s->socket.fd, line, strlen(line), MSG_NOSIGNAL);

	if (n == (ssize_t)strlen(line))
		check_go_on(j);
	else
		check_end_errno(j, n < 0 ? errno : ENOBUFS);
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
		check_end(j, REASON_OK, "");
		break;
	case SMTP_BAD:
		check_end(j, s->smtp.reason, s->smtp.text);
		break;
	}
}

static void expired(struct check_job *j, void *state)
{
	struct smtp_state *s = state;

	if (s->connected)
		go_on(j, s, smtp_late(&s->smtp));
	else
		check_end(j, REASON_TIMEOUT, "no connection in time");
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
		check_end_errno(j, errno);
}

static void listen_to(struct check_job *j, struct smtp_state *s)
{
	s->connected = true;
	smtp_begin(&s->smtp);
	check_go_on(j);
	check_socket_watch(j, WATCH_READ, hear);
}

static void connected(void *arg, int fd, int what, struct mono now)
{
	struct check_job *j = arg;
	int err = check_socket_error(fd);

	(void)what, (void)now;
	if (err)
		check_end_errno(j, err);
	else
		listen_to(j, check_job_state(j));
}

static void start(struct check_job *j, void *state)
{
	int err = check_connect(j, SOCK_STREAM, IPPROTO_TCP);

	if (!err)
		listen_to(j, state);
	else if (err == EINPROGRESS)
		check_socket_watch(j, WATCH_WRITE, connected);
	else
		check_end_errno(j, err);
}

const struct check_ops check_smtp = {
    .kind = CHECK_SMTP,
    .size = sizeof(struct smtp_state),
    .prepare = prepare,
    .discard = free,
    .start = start,
    .cancel = check_socket_cancel,
    .expired = expired,
};
