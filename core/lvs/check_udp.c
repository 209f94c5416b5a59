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

#define RANDOM_LEN 16

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

static void expired(struct check_job *j, void *state)
{
	const struct udp_wanted *w = check_job_prepared(j);

	(void)state;
	if (w->required)
		check_end(j, REASON_TIMEOUT, "no answer in time");
	else
		check_end(j, REASON_OK, "no answer, and no refusal");
}

static void hear(void *arg, int fd, int what, struct mono now)
{
	static uint8_t data[UINT16_MAX];
	struct check_job *j = arg;
	char text[TEXT_REASON] = "";
	ssize_t n = recv(fd, data, sizeof(data), 0);

	(void)what, (void)now;
	if (n >= 0)
		check_end(j, udp_judge(check_job_prepared(j), data, (size_t)n, text), text);
	else if (errno != EAGAIN && errno != EINTR)
		check_end_errno(j, errno);
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
	const struct check_socket *s = state;
	int err = check_connect(j, SOCK_DGRAM, IPPROTO_UDP);

	if (!err)
		err = ask(check_job_prepared(j), s->fd);
	if (err)
		check_end_errno(j, err);
	else
		check_socket_watch(j, WATCH_READ, hear);
}

const struct check_ops check_udp = {
    .kind = CHECK_UDP,
    .size = sizeof(struct check_socket),
    .prepare = prepare,
    .discard = free,
    .start = start,
    .cancel = check_socket_cancel,
    .expired = expired,
};
