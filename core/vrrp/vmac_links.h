/*
 * vmac_links: makes and removes the interfaces with virtual MAC addresses, so that there are those
 * that the rows want and no others of ours.
 */
#ifndef VRRP_VMAC_LINKS_H
#define VRRP_VMAC_LINKS_H

#include "vrrp/env.h"

void vrrp_vmacs_open(struct vrrp_env *env, const char *run_dir);
void vrrp_vmacs_close(struct vrrp_env *env);
/* Takes over what the rows want. */
void vrrp_vmacs_read(struct vrrp_env *env);
/* Compares with the links that there are, and asks for what is missing or too much. */
void vrrp_vmacs_check(struct vrrp_env *env, struct mono now);
/* Nothing is wanted any more. */
void vrrp_vmacs_release(struct vrrp_env *env, struct mono now);

/* Whether packets to the MAC address of an instance are forwarded: those of a master are. */
void vrrp_vmacs_forward(struct vrrp_env *env, const struct vrrp_instance_row *r, bool on);

/* Of vrrp_vmacs_missing(): it will be there soon. */
extern const char vrrp_vmac_not_yet[];
/* Why an instance's own is not ready; NULL: it is, or none is wanted. Sets its index in the row. */
const char *vrrp_vmacs_missing(const struct vrrp_env *env, struct vrrp_instance_row *r);
/* The link that carries an address of the instance; NULL while there is none. */
const struct rtnl_link *vrrp_vmacs_carrier(const struct vrrp_env *env,
					   const struct vrrp_instance_row *r,
					   const struct vrrp_address_row *a);

#endif
