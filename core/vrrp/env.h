/*
 * env: what all parts of the running vrrp process share.
 */
#ifndef VRRP_ENV_H
#define VRRP_ENV_H

#include "base/chains.h"
#include "base/loop.h"
#include "model/rows.h"
#include "model/store.h"
#include "nl/rtnl.h"
#include "nl/rtnl_routes.h"
#include "vrrp/announce.h"
#include "vrrp/io.h"
#include "vrrp/memory.h"
#include "vrrp/path_list.h"

#include <sys/queue.h>

/* What all instances of the process share. */
struct vrrp_env {
	struct loop *loop;
	struct store *store;
	struct rtnl *rtnl;
	struct rtnl_writer *writer;
	struct vrrp_links *links;
	struct vrrp_linkbeat *linkbeat;
	struct vrrp_io *io;
	struct vrrp_announcer *announcer;
	struct vrrp_memory *memory;
	struct mono start_at; /* nobody takes over before */
	struct vrrp_vmacs *vmacs;
	bool igmp_off;               /* asked for */
	struct chains virtual_addrs; /* rows of vrrp_address by what they add: means.c */
	uint32_t last_serial;
	LIST_HEAD(vrrp_instances, vrrp_instance) instances;
	LIST_HEAD(vrrp_groups, vrrp_group) groups;
	bool deferring; /* vrrp_groups_defer() */
	/* A state in the store has changed, and may change again at once; may be NULL. */
	void (*changed)(struct vrrp_env *env);
	/* paths.c */
	struct vrrp_paths statics;
	struct rtnl_routes *routes; /* NULL: nothing is followed */
	struct rtnl_names route_names;
	/* Soon, at all instances: a condition of theirs may have changed. */
	void (*look_again)(struct vrrp_env *env);
};

/* The head of what is kept about one write, whose address is the cookie of the writer (nl/rtnl.h).
 * Who is answered frees it. */
struct vrrp_write {
	void (*answered)(struct vrrp_env *env, struct vrrp_write *w, int error, struct mono now);
};

#endif
