/* check_socket: what checks have in common that open a socket. */
#ifndef LVS_CHECK_SOCKET_H
#define LVS_CHECK_SOCKET_H

#include "lvs/check.h"

#include <sys/socket.h>

socklen_t check_sockaddr(struct sockaddr_storage *ret, const struct addr *a, uint16_t port);
/* What an errno of connect() says of the server. */
enum check_reason check_reason_of(int err);
/* Gives the socket what the check says of where it comes from. 0 or errno. */
int check_socket_prepare(int fd, const struct check_params *p);

/* The state of a kind with one socket begins with this. */
struct check_socket {
	struct watch watch;
	int fd;
	bool open;
};

/* Opens the socket and begins to connect it to the target: 0, EINPROGRESS, or why not. */
int check_connect(struct check_job *j, int type, int protocol);
/* Waits for it, and no longer for what was waited for before; `fn` gets the job. */
void check_socket_watch(struct check_job *j, int what, watch_fn fn);
/* What became of a connection that was begun: 0 or errno. */
int check_socket_error(int fd);
/* For check_ops. */
void check_socket_cancel(struct check_job *j, void *state);
/* Ends the run with what an errno says of the server. */
void check_end_errno(struct check_job *j, int err);

#endif
