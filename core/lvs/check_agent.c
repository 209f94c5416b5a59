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

struct agent_state {
	struct check_socket socket;
	bool connected;
	char text[AGENT_SEND];
	size_t to_send, sent, len;
	char line[256];
};

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
	check_end(j, said.says_down ? REASON_AGENT : REASON_OK, said.why[0] ? said.why : line);
}

static void can_read(void *arg, int fd, int what, struct mono now)
{
	struct check_job *j = arg;
	struct agent_state *a = check_job_state(j);
	size_t room = sizeof(a->line) - 1 - a->len;
	ssize_t n = recv(fd, a->line + a->len, room, 0);

	(void)what, (void)now;
	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			check_end_errno(j, errno);
		return;
	}
	a->len += (size_t)n;
	if (!a->len)
		check_end(j, REASON_RESET, "it closed the connection without a word");
	else if (!n || (size_t)n == room || memchr(a->line, '\n', a->len) ||
		 memchr(a->line, '\r', a->len))
		understand(j, a);
}

static void can_write(void *arg, int fd, int what, struct mono now);

/* What is still to be sent; then the answer. */
static void go_on(struct check_job *j, struct agent_state *a)
{
	size_t left = a->to_send - a->sent;
	ssize_t n = left ? send(a->socket.fd, a->text + a->sent, left, MSG_NOSIGNAL) : 0;

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		check_end_errno(j, errno);
		return;
	}
	a->sent += n > 0 ? (size_t)n : 0;
	if (a->sent < a->to_send)
		check_socket_watch(j, WATCH_WRITE, can_write);
	else
		check_socket_watch(j, WATCH_READ, can_read);
}

static void can_write(void *arg, int fd, int what, struct mono now)
{
	struct check_job *j = arg;
	struct agent_state *a = check_job_state(j);
	int err = a->connected ? 0 : check_socket_error(fd);

	(void)what, (void)now;
	a->connected = true;
	if (err)
		check_end_errno(j, err);
	else
		go_on(j, a);
}

static void start(struct check_job *j, void *state)
{
	struct agent_state *a = state;
	const struct check_params *p = check_job_params(j);
	int err = check_connect(j, SOCK_STREAM, IPPROTO_TCP);

	a->to_send = agent_text(p->object ? p->object : "", a->text, sizeof(a->text));
	if (err && err != EINPROGRESS)
		check_end_errno(j, err);
	else
		check_socket_watch(j, WATCH_WRITE, can_write);
}

const struct check_ops check_agent = {
    .kind = CHECK_AGENT,
    .size = sizeof(struct agent_state),
    .start = start,
    .cancel = check_socket_cancel,
};
