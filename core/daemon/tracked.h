/*
 * tracked: what main reports to vrrp of things that other processes see: for each track row of a
 * virtual server the state of its pool, of a script, file or process what exec has seen. Relations
 * between workers are fields that main routes.
 */
#ifndef DAEMON_TRACKED_H
#define DAEMON_TRACKED_H

#include "model/store.h"

/* A worker has told what it sees of a row. */
void tracked_seen(struct store *live, enum table_id t, const void *row,
		  const struct fieldset *changed);
/* The same for all track rows, when rows have come or changed. */
void tracked_all(struct store *live);

#endif
