/*
 * suspended: what main tells lvs of what vrrp sees: whether the address of a virtual server with
 * ha_suspend is elsewhere, so that its servers are not checked from here.
 */
#ifndef DAEMON_SUSPENDED_H
#define DAEMON_SUSPENDED_H

#include "model/store.h"

/* A worker has told what it sees of a row. */
void suspended_seen(struct store *live, enum table_id t, const void *row,
		    const struct fieldset *changed);
/* The same for all virtual servers, when rows have come or changed. */
void suspended_all(struct store *live);

#endif
