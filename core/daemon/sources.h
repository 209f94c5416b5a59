/*
 * sources: what checks of real servers want of process exec, and what it answers: main carries both
 * between the rows of lvs (check_source) and those of exec (misc_script, track_file).
 */
#ifndef DAEMON_SOURCES_H
#define DAEMON_SOURCES_H

#include "model/store.h"

/* A worker has told what it sees of a row. */
void sources_seen(struct store *live, enum table_id t, const void *row,
		  const struct fieldset *changed);
/* The same for all of them, when rows have come or changed. */
void sources_all(struct store *live);

#endif
