/*
 * check_tcp: can a connection be opened? (TCP_CHECK)
 *
 * A non-blocking connect, watched until it is writable; SO_ERROR tells how it went. Nothing is
 * sent. The connection is closed in the ordinary way, because servers complain in their logs
 * about resets.
 *
 * Runs in the lvs process.
 */
#include "lvs/check.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct tcp_state {
	struct watch watch;
	int fd;
	bool open;
};

static socklen_t fill_sockaddr(struct sockaddr_storage *ret, const struct addr *a, uint16_t port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret;

	memset(ret, 0, sizeof(*ret));
	ret->ss_family = (sa_family_t)addr_af(a);
	if (a->family == ADDR_IPV6) {
		in6->sin6_port = htons(port);
		memcpy(&in6->sin6_addr, a->bytes, sizeof(in6->sin6_addr));
		return sizeof(*in6);
	}
	in->sin_port = htons(port);
	memcpy(&in->sin_addr, a->bytes, sizeof(in->sin_addr));
	return sizeof(*in);
}

static enum check_reason reason_of(int err)
{
	switch (err) {
	case 0:
		return REASON_OK;
	case ECONNREFUSED:
		return REASON_REFUSED;
	case ETIMEDOUT:
		return REASON_TIMEOUT;
	case ECONNRESET:
		return REASON_RESET;
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EHOSTDOWN:
	case ENETDOWN:
		return REASON_UNREACHABLE;
	default:
		return REASON_LOCAL_ERROR;
	}
}

static void cancel(struct check_job *j, void *state)
{
	struct tcp_state *t = state;

	(void)j;
	watch_stop(&t->watch);
	if (t->open)
		close(t->fd);
	t->open = false;
}

static void finish(struct check_job *j, struct tcp_state *t, int err)
{
	cancel(j, t);
	check_done(j, reason_of(err), err ? strerror(err) : "");
}

static void connected(void *arg, int fd, int what, struct mono now);

static int begin(struct check_job *j, struct tcp_state *t)
{
	const struct check_params *p = check_job_params(j);
	struct sockaddr_storage ss;
	socklen_t len;

	t->fd = socket(addr_af(&p->addr), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
	if (t->fd < 0)
		return errno;
	t->open = true;
	if (p->bindto.family || p->bind_port) {
		struct addr from = p->bindto;

		from.family = p->addr.family;
		len = fill_sockaddr(&ss, &from, p->bind_port);
		setsockopt(t->fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
		if (bind(t->fd, (struct sockaddr *)&ss, len) < 0)
			return errno;
	}
	len = fill_sockaddr(&ss, &p->addr, p->port);
	return connect(t->fd, (struct sockaddr *)&ss, len) < 0 ? errno : 0;
}

static void start(struct check_job *j, void *state)
{
	struct tcp_state *t = state;
	int err = begin(j, t);

	if (err == EINPROGRESS)
		watch_start(&t->watch, check_job_loop(j), t->fd, WATCH_WRITE, connected, j);
	else
		finish(j, t, err);
}

static void connected(void *arg, int fd, int what, struct mono now)
{
	struct check_job *j = arg;
	socklen_t len = sizeof(int);
	int err = 0;

	(void)what, (void)now;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
		err = errno;
	finish(j, check_job_state(j), err);
}

const struct check_ops check_tcp = {
    .kind = CHECK_TCP,
    .size = sizeof(struct tcp_state),
    .start = start,
    .cancel = cancel,
};
