/*
 * sync_role: what main tells lvs of what vrrp sees: whether this director tells its connections to
 * others, or listens.
 */
#ifndef DAEMON_SYNC_ROLE_H
#define DAEMON_SYNC_ROLE_H

#include "model/store.h"

/* A worker has told what it sees of a row. */
void sync_role_seen(struct store *live, enum table_id t, const void *row,
		    const struct fieldset *changed);
/* The same when rows have come or changed. */
void sync_role_look(struct store *live);

#endif
