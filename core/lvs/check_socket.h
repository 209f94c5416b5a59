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
/* Opens such a socket and begins to connect it: 0, EINPROGRESS, or why not. fd: -1, or to be closed
 * in any case. */
int check_connect(const struct check_params *p, int type, int protocol, int *fd);

#endif
