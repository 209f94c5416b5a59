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

static void connected(void *arg, int fd, int what, struct mono now)
{
	(void)what, (void)now;
	check_end_errno(arg, check_socket_error(fd));
}

static void start(struct check_job *j, void *state)
{
	int err = check_connect(j, SOCK_STREAM, IPPROTO_TCP);

	(void)state;
	if (err == EINPROGRESS)
		check_socket_watch(j, WATCH_WRITE, connected);
	else
		check_end_errno(j, err);
}

const struct check_ops check_tcp = {
    .kind = CHECK_TCP,
    .size = sizeof(struct check_socket),
    .start = start,
    .cancel = check_socket_cancel,
};
