/*
 * link_poll: asks a driver for the state of a link, by ioctl. That may take the kernel's lock of
 * all network settings: for the writer's thread only (nl/rtnl.h).
 */
#ifndef NL_LINK_POLL_H
#define NL_LINK_POLL_H

#include <stdbool.h>

/* Each 0 and the answer, or an errno value: EOPNOTSUPP when the driver cannot say. fd: any socket.
 */
int link_poll_mii(int fd, const char *name, bool *up);
int link_poll_ethtool(int fd, const char *name, bool *up);
int link_poll_ioctl(int fd, const char *name, bool *up);

#endif
