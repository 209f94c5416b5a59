/*
 * igmp: disable_local_igmp: the kernel reports no groups of the local link by IGMP, so that a
 * switch sees no report from a backup.
 */
#ifndef VRRP_IGMP_H
#define VRRP_IGMP_H

#include "vrrp/env.h"

/* Makes the kernel's setting what the rows want, and keeps what it was. */
void vrrp_igmp_follow(struct vrrp_env *env);
/* At the end: puts it back. */
void vrrp_igmp_restore(struct vrrp_env *env);

#endif
