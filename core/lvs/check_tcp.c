/*
 * check_tcp: can a connection be opened? (TCP_CHECK)
 *
 * A non-blocking connect, watched until it is writable; SO_ERROR tells how it went. Nothing is
 * sent. The connection is closed in the ordinary way, because servers complain in their logs
 * about resets.
 *
 * Runs in the lvs process.
 */
#include "lvs/check_socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

struct tcp_state {
	struct watch watch;
	int fd;
	bool open;
};

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
	check_done(j, check_reason_of(err), err ? strerror(err) : "");
}

static void connected(void *arg, int fd, int what, struct mono now);

static void start(struct check_job *j, void *state)
{
	struct tcp_state *t = state;
	int err = check_connect(check_job_params(j), SOCK_STREAM, IPPROTO_TCP, &t->fd);

	t->open = t->fd >= 0;
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
