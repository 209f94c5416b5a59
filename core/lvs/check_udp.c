/*
 * check_udp: does a UDP port answer, or at least not refuse? (UDP_CHECK)
 *
 * A datagram is sent from a connected socket, so that only its answer is heard and an ICMP error
 * (no such port, no such host) is told as an errno. Where an answer is required its octets and
 * length decide; where not, any answer is good, and so is silence until the deadline: a port that
 * nobody listens to refuses at once.
 *
 * Runs in the lvs process.
 */
#include "lvs/check_request.h"
#include "lvs/check_socket.h"
#include "lvs/udp_answer.h"

#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RANDOM_LEN 16

struct udp_state {
	struct watch watch;
	int fd;
	bool open;
};

static void *prepare(const struct check_params *p, char why[TEXT_REASON])
{
	struct udp_wanted *w = xcalloc(1, sizeof(*w));
	char payload[TEXT_OCTETS], reply[TEXT_OCTETS];

	request_value(p->request, "payload", payload, sizeof(payload));
	w->required = request_value(p->request, "require_reply", reply, sizeof(reply));
	if (text_eq(reply, UDP_ANY_REPLY))
		reply[0] = '\0';
	w->min = request_number(p->request, "min_reply_length", 0);
	w->max = request_number(p->request, "max_reply_length", UINT16_MAX);
	if (octets_read(payload, &w->payload) && octets_read(reply, &w->reply))
		return w;
	text_copy(why, TEXT_REASON, "payload or require_reply is not hexadecimal");
	free(w);
	return NULL;
}

static void cancel(struct check_job *j, void *state)
{
	struct udp_state *s = state;

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

static void expired(struct check_job *j, void *state)
{
	const struct udp_wanted *w = check_job_prepared(j);

	(void)state;
	if (w->required)
		finish(j, REASON_TIMEOUT, "no answer in time");
	else
		finish(j, REASON_OK, "no answer, and no refusal");
}

static void hear(void *arg, int fd, int what, struct mono now)
{
	static uint8_t data[UINT16_MAX];
	struct check_job *j = arg;
	char text[TEXT_REASON] = "";
	ssize_t n = recv(fd, data, sizeof(data), 0);

	(void)what, (void)now;
	if (n >= 0)
		finish(j, udp_judge(check_job_prepared(j), data, (size_t)n, text), text);
	else if (errno != EAGAIN && errno != EINTR)
		finish_error(j, errno);
}

static int ask(const struct udp_wanted *w, int fd)
{
	uint8_t random[RANDOM_LEN];

	if (w->payload.len)
		return send(fd, w->payload.value, w->payload.len, 0) < 0 ? errno : 0;
	arc4random_buf(random, sizeof(random));
	return send(fd, random, sizeof(random), 0) < 0 ? errno : 0;
}

static void start(struct check_job *j, void *state)
{
	struct udp_state *s = state;
	int err = check_connect(check_job_params(j), SOCK_DGRAM, IPPROTO_UDP, &s->fd);

	s->open = s->fd >= 0;
	if (!err)
		err = ask(check_job_prepared(j), s->fd);
	if (err)
		finish_error(j, err);
	else
		watch_start(&s->watch, check_job_loop(j), s->fd, WATCH_READ, hear, j);
}

const struct check_ops check_udp = {
    .kind = CHECK_UDP,
    .size = sizeof(struct udp_state),
    .prepare = prepare,
    .discard = free,
    .start = start,
    .cancel = cancel,
    .expired = expired,
};
