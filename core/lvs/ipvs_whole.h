/*
 * ipvs_whole: what concerns the kernel's IPVS as a whole: how long it keeps connections, and its
 * synchronisation daemons.
 */
#ifndef LVS_IPVS_WHOLE_H
#define LVS_IPVS_WHOLE_H

#include "lvs/ipvs_kernel.h"
#include "model/rows.h"

struct ipvs_whole {
	struct ipvs_kernel *kernel;  /* of the last call */
	struct ipvs_timeouts before; /* as the kernel had them, once `read` */
	bool read;
	struct ipvs_daemon running[2]; /* role 0: does not run; the backup first */
	bool refused;                  /* something, in the last call: try again */
	char told[96];                 /* what was refused last */
};

/* Makes it as the row says. Returns which daemons run. Refusals go to the log, once each. */
enum sync_role ipvs_whole_sync(struct ipvs_whole *w, struct ipvs_kernel *k,
			       const struct ipvs_row *r);
/* Ends our daemons and puts the timeouts back. */
void ipvs_whole_release(struct ipvs_whole *w);

#endif
