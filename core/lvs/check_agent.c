/*
 * check_agent: what does an agent on the server say? (AGENT_CHECK)
 *
 * A connection, perhaps a text that is sent, and the answer's first line (agent_line.h), which ends
 * with the connection too. What the line says of weight and will is kept with the result, until
 * another line says otherwise: an agent that cannot be reached has not taken anything back. That it
 * cannot be reached is a failure of the check.
 *
 * Runs in the lvs process.
 */
#define LOG_AREA LOG_AREA_CHECK
#include "lvs/agent_line.h"
#include "lvs/check_socket.h"

#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct agent_state {
	struct watch watch;
	int fd;
	bool open, connected;
	char text[AGENT_SEND];
	size_t to_send, sent, len;
	char line[256];
};

static void cancel(struct check_job *j, void *state)
{
	struct agent_state *a = state;

	(void)j;
	watch_stop(&a->watch);
	if (a->open)
		close(a->fd);
	a->open = false;
}

static void fail(struct check_job *j, struct agent_state *a, enum check_reason reason,
		 const char *text)
{
	cancel(j, a);
	check_done(j, reason, text);
}

static void fail_with(struct check_job *j, struct agent_state *a, int err)
{
	fail(j, a, check_reason_of(err), strerror(err));
}

/* Said once, until the agent says something else. */
static void say_unknown(struct check_job *j, const char *line, const char *word)
{
	const struct check_params *p = check_job_params(j);
	char addr[ADDR_TEXT_MAX];

	if (word[0] && !text_eq(line, check_job_text(j)))
		log_warnx("AGENT_CHECK %s port %u: the agent says \"%s\", which means nothing: "
			  "ignored",
			  addr_text(&p->addr, addr), p->port, word);
}

static void understand(struct check_job *j, struct agent_state *a)
{
	char line[sizeof(a->line)];
	struct agent_line said;

	a->line[a->len] = '\0';
	a->line[strcspn(a->line, "\r\n")] = '\0';
	TEXT_COPY(line, a->line);
	text_printable(line);
	line[TEXT_REASON - 1] = '\0'; /* as it is kept */
	said = agent_line_read(a->line, check_job_weight(j));
	say_unknown(j, line, said.unknown);
	cancel(j, a);
	check_done(j, said.says_down ? REASON_AGENT : REASON_OK, said.why[0] ? said.why : line);
}

/* False: wait for more. */
static bool receive(struct check_job *j, struct agent_state *a)
{
	size_t room = sizeof(a->line) - 1 - a->len;
	ssize_t n = recv(a->fd, a->line + a->len, room, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n < 0) {
		fail_with(j, a, errno);
		return true;
	}
	a->len += (size_t)n;
	if (!a->len) {
		fail(j, a, REASON_RESET, "it closed the connection without a word");
		return true;
	}
	if (n && (size_t)n < room && !memchr(a->line, '\n', a->len) &&
	    !memchr(a->line, '\r', a->len))
		return false;
	understand(j, a);
	return true;
}

static void can_read(void *arg, int fd, int what, struct mono now)
{
	(void)fd, (void)what, (void)now;
	receive(arg, check_job_state(arg));
}

static void can_write(void *arg, int fd, int what, struct mono now);

/* What is still to be sent; then the answer. */
static void go_on(struct check_job *j, struct agent_state *a)
{
	size_t left = a->to_send - a->sent;
	ssize_t n = left ? send(a->fd, a->text + a->sent, left, MSG_NOSIGNAL) : 0;

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		fail_with(j, a, errno);
		return;
	}
	a->sent += n > 0 ? (size_t)n : 0;
	watch_stop(&a->watch);
	if (a->sent < a->to_send)
		watch_start(&a->watch, check_job_loop(j), a->fd, WATCH_WRITE, can_write, j);
	else
		watch_start(&a->watch, check_job_loop(j), a->fd, WATCH_READ, can_read, j);
}

static void can_write(void *arg, int fd, int what, struct mono now)
{
	struct check_job *j = arg;
	struct agent_state *a = check_job_state(j);
	socklen_t len = sizeof(int);
	int err = 0;

	(void)what, (void)now;
	if (!a->connected && getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
		err = errno;
	a->connected = true;
	if (err)
		fail_with(j, a, err);
	else
		go_on(j, a);
}

static void start(struct check_job *j, void *state)
{
	struct agent_state *a = state;
	const struct check_params *p = check_job_params(j);
	int err = check_connect(p, SOCK_STREAM, IPPROTO_TCP, &a->fd);

	a->to_send = agent_text(p->object ? p->object : "", a->text, sizeof(a->text));
	a->open = a->fd >= 0;
	if (err && err != EINPROGRESS)
		fail_with(j, a, err);
	else
		watch_start(&a->watch, check_job_loop(j), a->fd, WATCH_WRITE, can_write, j);
}

const struct check_ops check_agent = {
    .kind = CHECK_AGENT,
    .size = sizeof(struct agent_state),
    .start = start,
    .cancel = cancel,
};
