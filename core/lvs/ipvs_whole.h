/*
 * ipvs_whole: what concerns the kernel's IPVS as a whole: how long it keeps connections, and its
 * synchronisation daemons.
 */
#ifndef LVS_IPVS_WHOLE_H
#define LVS_IPVS_WHOLE_H

#include "lvs/ipvs_kernel.h"
#include "model/rows.h"

struct ipvs_whole {
	struct ipvs_kernel *kernel; /* of the last call */
	bool read;
	struct ipvs_daemon running[2]; /* role 0: does not run; the backup first */
	bool refused;                  /* something, in the last call: try again */
	char told[96];                 /* what was refused last */
};

/* Makes it as the row says, and writes into it which daemons run, and what timeouts the kernel had
 * before. A row from a predecessor says what that one had changed. Refusals go to the log, once
 * each. */
void ipvs_whole_sync(struct ipvs_whole *w, struct ipvs_kernel *k, struct ipvs_row *r);
/* Looks whether others have changed something of it, and says so. True: it must be made anew. */
bool ipvs_whole_look(struct ipvs_whole *w, const struct ipvs_row *r);
/* Ends our daemons and puts the timeouts back. */
void ipvs_whole_release(struct ipvs_whole *w, const struct ipvs_row *r);

#endif
