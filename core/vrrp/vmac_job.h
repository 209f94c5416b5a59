/*
 * vmac_job: what the netlink thread does to make and to remove an interface with a virtual MAC
 * address. See vmac_links.c, which asks for it.
 */
#ifndef VRRP_VMAC_JOB_H
#define VRRP_VMAC_JOB_H

#include "nl/macvlan.h"
#include "vrrp/env.h"
#include "vrrp/vmac.h"

LIST_HEAD(vmac_bases, vmac_base);

struct vmac_job {
	struct vrrp_write head;
	uint32_t owner;
	struct vmac_bases *bases;
	struct vrrp_vmac v;
	struct macvlan link;
	unsigned ifindex; /* of the one that goes */
	bool make;
	bool create;
	bool move;     /* the one that is there, into link.master */
	unsigned made; /* the index of that one, 0: not known yet */
	bool restore;  /* the settings of the interface below */
	uint32_t base_group;
	struct vrrp_vmac_before before;
	const char *step; /* that failed */
};

/* Whether packets to a MAC address are forwarded. */
struct vmac_forward {
	struct vrrp_write head;
	bool on;
	unsigned n;
	struct vrrp_vmac v[];
};

/* An rtnl_job_fn with a struct vmac_forward; no failure matters. */
int vmac_job_forward(struct rtnl_writer *w, void *arg);
/* Some that go together. */
struct vmac_sweep {
	struct vrrp_write head;
	unsigned n;
	unsigned ifindex[];
};

/* An rtnl_job_fn with a struct vmac_sweep; what is left is for vmac_job_discard(). */
int vmac_job_sweep(struct rtnl_writer *w, void *arg);
/* Each is an rtnl_job_fn with a struct vmac_job. */
int vmac_job_make(struct rtnl_writer *w, void *arg);
int vmac_job_discard(struct rtnl_writer *w, void *arg);
/* The thread must have ended. */
void vmac_bases_free(struct vmac_bases *bases);

#endif
