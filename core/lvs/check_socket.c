/* check_socket: see check_socket.h (lvs process). */
#include "lvs/check_socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

socklen_t check_sockaddr(struct sockaddr_storage *ret, const struct addr *a, uint16_t port)
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

enum check_reason check_reason_of(int err)
{
	switch (err) {
	case 0:
		return REASON_OK;
	case ECONNREFUSED:
		return REASON_REFUSED;
	case ETIMEDOUT:
		return REASON_TIMEOUT;
	case ECONNRESET:
	case EPIPE:
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

int check_socket_prepare(int fd, const struct check_params *p)
{
	struct sockaddr_storage ss;
	struct addr from = p->bindto;
	socklen_t len;

	if (p->bind_if[0] && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, p->bind_if,
					(socklen_t)strlen(p->bind_if)) < 0)
		return errno;
	if (p->fwmark && setsockopt(fd, SOL_SOCKET, SO_MARK, &p->fwmark, sizeof(p->fwmark)) < 0)
		return errno;
	if (!p->bindto.family && !p->bind_port)
		return 0;
	from.family = p->addr.family;
	len = check_sockaddr(&ss, &from, p->bind_port);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
	return bind(fd, (struct sockaddr *)&ss, len) < 0 ? errno : 0;
}

int check_connect(struct check_job *j, int type, int protocol)
{
	const struct check_params *p = check_job_params(j);
	struct check_socket *s = check_job_state(j);
	struct sockaddr_storage ss;
	socklen_t len = check_sockaddr(&ss, &p->addr, p->port);
	int err;

	s->fd = socket(addr_af(&p->addr), type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
	s->open = s->fd >= 0;
	if (!s->open)
		return errno;
	err = check_socket_prepare(s->fd, p);
	if (err)
		return err;
	return connect(s->fd, (struct sockaddr *)&ss, len) < 0 ? errno : 0;
}

void check_socket_watch(struct check_job *j, int what, watch_fn fn)
{
	struct check_socket *s = check_job_state(j);

	watch_stop(&s->watch);
	watch_start(&s->watch, check_job_loop(j), s->fd, what, fn, j);
}

int check_socket_error(int fd)
{
	socklen_t len = sizeof(int);
	int err = 0;

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0 ? errno : err;
}

void check_socket_cancel(struct check_job *j, void *state)
{
	struct check_socket *s = state;

	(void)j;
	watch_stop(&s->watch);
	if (s->open)
		close(s->fd);
	s->open = false;
}

void check_end_errno(struct check_job *j, int err)
{
	check_end(j, check_reason_of(err), err ? strerror(err) : "");
}
