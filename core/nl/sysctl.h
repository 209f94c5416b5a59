/*
 * sysctl: settings of one interface, /proc/sys/net/ipv4/conf/NAME and ipv6/conf/NAME, and of the
 * whole network namespace, /proc/sys/net/ipv4. To write one may take the kernel's lock of all
 * network settings: for the writer's thread only (nl/rtnl.h).
 */
#ifndef NL_SYSCTL_H
#define NL_SYSCTL_H

#include <stdbool.h>

/* `interface` may be "all". False when it is not there. */
bool sysctl_read(bool ipv6, const char *interface, const char *name, int *ret);
/* 0, or an errno value: ENOENT when this kernel does not have it. */
int sysctl_write(bool ipv6, const char *interface, const char *name, int value);
/* The same for IPv4 as a whole. */
bool sysctl_read_ipv4(const char *name, int *ret);
int sysctl_write_ipv4(const char *name, int value);

#endif
