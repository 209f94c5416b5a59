/*
 * parent: see parent.h.
 *
 * The guardian holds the other end of fd 3. When it is gone this process must not outlive it:
 * besides PR_SET_PDEATHSIG, end of file here ends the process.
 */
#include "ipc/parent.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEARTBEAT_NS (100 * NS_PER_MS)

struct parent {
	struct loop *loop;
	struct watch watch;
	struct timer beat;
	uint64_t worst_us;
	const struct parent_ops *ops;
	void *arg;
};

static void tell(const struct parent_msg *m)
{
	if (send(PARENT_FD, m, sizeof(*m), MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno != EAGAIN)
		log_warn("cannot reach the guardian");
}

static void on_beat(void *arg, struct mono now)
{
	struct parent *p = arg;
	int64_t late = mono_diff(now, p->beat.due) / NS_PER_US;

	if (late > 0 && (uint64_t)late > p->worst_us)
		p->worst_us = (uint64_t)late;
	tell(&(struct parent_msg){.type = PARENT_HEARTBEAT, .value = p->worst_us});
	log_tick();
	timer_after(&p->beat, HEARTBEAT_NS);
}

/* Receives one datagram with at most one fd; the fd is -1 when there is none. */
static ssize_t receive(struct parent_msg *m, int *fd)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = {.iov_base = m, .iov_len = sizeof(*m)};
	struct msghdr h = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = CMSG_LEN(sizeof(int))}; /* no room for a second */
	ssize_t n = recvmsg(PARENT_FD, &h, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&h) : NULL;

	*fd = -1;
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(c), sizeof(int));
	return n;
}

static void dispatch(struct parent *p, const struct parent_msg *m, int fd)
{
	switch (m->type) {
	case PARENT_LINK:
		if (fd >= 0)
			p->ops->link(p->arg, (enum role)m->role, fd);
		return;
	case PARENT_STOP:
		p->ops->stop(p->arg, (enum stop_mode)m->value);
		break;
	case PARENT_PROCESS:
		if (p->ops->process)
			p->ops->process(p->arg, m);
		break;
	case PARENT_SIGNAL:
		if (p->ops->signal)
			p->ops->signal(p->arg, (int)m->value);
		break;
	default:
		break;
	}
	if (fd >= 0)
		close(fd);
}

static void on_parent(void *arg, int sock, int what, struct mono now)
{
	struct parent *p = arg;
	struct parent_msg m;
	int fd;
	ssize_t n = receive(&m, &fd);

	(void)sock;
	(void)what;
	(void)now;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		fatalx("the guardian is gone");
	if (n == sizeof(m))
		dispatch(p, &m, fd);
	else if (fd >= 0)
		close(fd);
}

struct parent *parent_open(struct loop *loop, const struct parent_ops *ops, void *arg)
{
	struct parent *p = xcalloc(1, sizeof(*p));

	p->loop = loop;
	p->ops = ops;
	p->arg = arg;
	fcntl(PARENT_FD, F_SETFD, FD_CLOEXEC);
	watch_start(&p->watch, loop, PARENT_FD, WATCH_READ, on_parent, p);
	timer_init(&p->beat, loop, on_beat, p);
	timer_after(&p->beat, 0);
	return p;
}

void parent_ready(struct parent *p)
{
	(void)p;
	tell(&(struct parent_msg){.type = PARENT_READY});
}

void parent_command(struct parent *p, enum role role, uint64_t value)
{
	(void)p;
	tell(&(struct parent_msg){.type = PARENT_COMMAND, .role = role, .value = value});
}

void parent_log_level(struct parent *p, enum log_level level)
{
	(void)p;
	tell(&(struct parent_msg){.type = PARENT_LOG_LEVEL, .value = level});
}

void parent_close(struct parent *p)
{
	watch_stop(&p->watch);
	timer_stop(&p->beat);
	free(p);
}
