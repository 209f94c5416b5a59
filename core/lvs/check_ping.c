/*
 * check_ping: does the address answer an ICMP echo request? (PING_CHECK)
 *
 * By the kernel's socket for pings where net.ipv4.ping_group_range lets us have one: it passes on
 * the answers to our own question only. Else by a raw socket (CAP_NET_RAW), which sees all ICMP of
 * the machine; a filter keeps everything but answers from waking us up. Either way the answer must
 * be from the address that was asked (the socket is connected to it) and have our id, sequence
 * number and a token that nobody can guess: the answer to an earlier question is none.
 *
 * An ICMP error is told as an errno of the connected socket.
 *
 * Runs in the lvs process.
 */
#include "lvs/check_socket.h"
#include "lvs/echo.h"

#include <errno.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

struct ping_state {
	struct check_socket socket;
	bool raw;
	struct echo echo;
};

/* A raw socket that hears nothing but answers. */
static int open_raw(struct check_job *j, struct ping_state *s)
{
	bool v6 = check_job_params(j)->addr.family == ADDR_IPV6;
	struct icmp_filter only = {.data = ~(1u << ICMP_ECHOREPLY)};
	struct icmp6_filter only6;
	int err = check_connect(j, SOCK_RAW, v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);

	s->raw = true;
	if (err)
		return err;
	memset(&only6, 0xff, sizeof(only6));
	only6.data[ICMPV6_ECHO_REPLY >> 5] &= ~(1u << (ICMPV6_ECHO_REPLY & 31));
	if (v6)
		setsockopt(s->socket.fd, SOL_ICMPV6, ICMPV6_FILTER, &only6, sizeof(only6));
	else
		setsockopt(s->socket.fd, SOL_RAW, ICMP_FILTER, &only, sizeof(only));
	return 0;
}

static int ask(struct check_job *j, struct ping_state *s)
{
	bool v6 = check_job_params(j)->addr.family == ADDR_IPV6;
	uint8_t question[ECHO_LEN];
	int err = check_connect(j, SOCK_DGRAM, v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);

	if (!s->socket.open && (err == EACCES || err == EPERM || err == EPROTONOSUPPORT))
		err = open_raw(j, s);
	if (err)
		return err;
	arc4random_buf(&s->echo, sizeof(s->echo));
	echo_write(&s->echo, v6, question);
	return send(s->socket.fd, question, sizeof(question), 0) < 0 ? errno : 0;
}

static void hear(void *arg, int fd, int what, struct mono now)
{
	struct check_job *j = arg;
	struct ping_state *s = check_job_state(j);
	bool v6 = check_job_params(j)->addr.family == ADDR_IPV6;
	uint8_t data[256];
	ssize_t n = recv(fd, data, sizeof(data), 0);

	(void)what, (void)now;
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		check_end_errno(j, errno);
	else if (n >= 0 && echo_is_answer(&s->echo, v6, s->raw && !v6, !s->raw, data, (size_t)n))
		check_end_errno(j, 0);
}

static void start(struct check_job *j, void *state)
{
	int err = ask(j, state);

	if (err)
		check_end_errno(j, err);
	else
		check_socket_watch(j, WATCH_READ, hear);
}

const struct check_ops check_ping = {
    .kind = CHECK_PING,
    .size = sizeof(struct ping_state),
    .start = start,
    .cancel = check_socket_cancel,
};
