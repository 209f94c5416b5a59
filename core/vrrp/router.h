/*
 * router: what is kept of one virtual router in the running process. See instance.h.
 */
#ifndef VRRP_ROUTER_H
#define VRRP_ROUTER_H

#include "vrrp/env.h"
#include "vrrp/fsm.h"
#include "vrrp/gap.h"
#include "vrrp/track.h"
#include "vrrp/warnings.h"

struct vrrp_vip {
	struct vrrp_address_row row;
	bool asked;       /* the last write asked for was to add it */
	unsigned ifindex; /* of the link that it was to be added to, whatever its name is now */
	bool lost;        /* of a master, and said so: it was taken away by somebody else */
	bool left;        /* the same of one that nobody wants back (no_track) */
};

struct vrrp_instance {
	LIST_ENTRY(vrrp_instance) next;
	struct vrrp_env *env;
	uint32_t serial; /* names it in answers that may come after its end */
	enum vrrp_reason why_new;
	struct vrrp_group *group; /* NULL: in none */
	LIST_ENTRY(vrrp_instance) fellow;
	const char *missing;          /* why it cannot run by itself; NULL: it can */
	struct vrrp_claim inherited;  /* of a process before this one, if it can be taken over */
	struct vrrp_instance_row row; /* as wanted, with our state and counters */
	struct vrrp_fsm_config cfg;
	struct vrrp_fsm fsm;
	struct vrrp_gap gap;
	struct vrrp_packet advert; /* what it sends, and expects of others */
	struct vrrp_ah ah;
	struct vrrp_peers peers; /* none: multicast */
	struct vrrp_seat seat;   /* at the port */
	struct vrrp_port *port;  /* NULL while it cannot run */
	struct timer timer;      /* fsm.due */
	struct timer publish;    /* counters to the store */
	struct vrrp_warnings warnings;
	uint64_t vrid_errors; /* of the row when the port was opened, without those of the port */
	bool claimed;         /* the memory may hold a claim of it */
	bool contest;         /* `takeover` was said and has not worked yet */
	bool send_failed;     /* the last advertisement did not go out */
	bool yields;          /* or its group does */
	struct vrrp_tracked tracked; /* what it and its group track */
	bool awaits;                 /* a first result of these, and may not run before */
	/* vip.c */
	struct vrrp_vip *vips;
	unsigned nvips;
	unsigned adding;   /* additions not yet answered */
	bool announce;     /* announce when the last of them is */
	struct timer garp; /* the second burst */
	unsigned garp_repeat;
	struct timer refresh;
	struct timer extra; /* on the other interfaces of its addresses */
	struct timer repair;
	struct mono lower_announced;
	/* paths.c */
	struct vrrp_paths paths;
	char lacking[400]; /* vrrp_paths_missing() */
	unsigned promoted; /* interface whose setting promote.c has changed */
};

#endif
