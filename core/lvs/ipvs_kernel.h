/*
 * ipvs_kernel: the kernel's IPVS behind struct ipvs_port, over generic netlink.
 */
#ifndef LVS_IPVS_KERNEL_H
#define LVS_IPVS_KERNEL_H

#include "lvs/ipvs_apply.h"

struct ipvs_kernel;

/* 0, -ENOENT (the kernel has no IPVS and could not load it) or another -errno. */
int ipvs_kernel_open(struct ipvs_kernel **ret);
/* Makes the socket that all that are opened later use, in the present network namespace. */
int ipvs_kernel_keep(void);
void ipvs_kernel_close(struct ipvs_kernel *k); /* NULL is allowed */
const struct ipvs_port *ipvs_kernel_port(struct ipvs_kernel *k);
/* Takes out all services, whoever made them. */
int ipvs_kernel_flush(struct ipvs_kernel *k);
int ipvs_kernel_info(struct ipvs_kernel *k, struct ipvs_info *ret);
int ipvs_kernel_timeouts(struct ipvs_kernel *k, struct ipvs_timeouts *ret);
int ipvs_kernel_set_timeouts(struct ipvs_kernel *k, const struct ipvs_timeouts *t);
/* Those that run: the one that listens at 0, the one that tells at 1. */
int ipvs_kernel_daemons(struct ipvs_kernel *k, struct ipvs_daemon ret[2]);
int ipvs_kernel_begin_daemon(struct ipvs_kernel *k, const struct ipvs_daemon *d);
int ipvs_kernel_end_daemon(struct ipvs_kernel *k, const struct ipvs_daemon *d);

#endif
