/*
 * memory: what outlives a vrrp process: for each instance the last claim to be master, and a
 * setting of the kernel that has to be put back. The
 * guardian holds it (a memory file, PARENT_MEMORY_FD) and hands it to every vrrp process.
 */
#ifndef VRRP_MEMORY_H
#define VRRP_MEMORY_H

#include "vrrp/fsm.h"

struct vrrp_memory;

/* What a claim is bound to; another router of that name inherits nothing. */
struct vrrp_identity {
	const char *name; /* shorter than NAME_VRRP */
	uint32_t ifindex;
	uint8_t vrid;
};

/* Maps the memory file, closes fd, and takes over the content, or clears it when it is not of
 * this layout. Never fails: without a usable file nothing is remembered, and fd is left alone. */
struct vrrp_memory *vrrp_memory_open(int fd);
/* When the first process of this guardian began; without a memory: this one. */
struct mono vrrp_memory_began(const struct vrrp_memory *m);
void vrrp_memory_close(struct vrrp_memory *m);
/* The claim that was kept for it; at.ns 0: none. */
struct vrrp_claim vrrp_memory_get(const struct vrrp_memory *m, const struct vrrp_identity *id);
/* Keeps a claim, or that there is none (at.ns 0). When there is no room it is not kept. */
/* The greatest sequence number of AH that was kept beside the claim; 0: none. */
uint32_t vrrp_memory_sequence(const struct vrrp_memory *m, const struct vrrp_identity *id);
void vrrp_memory_put_sequence(struct vrrp_memory *m, const struct vrrp_identity *id,
			      uint32_t sequence);
void vrrp_memory_put(struct vrrp_memory *m, const struct vrrp_identity *id,
		     const struct vrrp_claim *c);
/* Where one keeps what the kernel's setting of IGMP was, plus one; 0: it was not changed. Valid
 * until the memory is closed. */
_Atomic uint32_t *vrrp_memory_igmp(struct vrrp_memory *m);

#endif
