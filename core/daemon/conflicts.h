/*
 * conflicts: where a file that has changed and what was set at run time say different things. What
 * was set stands, whatever the file comes to say, until it is reverted; so it must be said.
 */
#ifndef DAEMON_CONFLICTS_H
#define DAEMON_CONFLICTS_H

#include "config/config.h"
#include "daemon/overlay.h"

/* Adds a warning about `path` for each line of the overlay under which the file has changed from
 * `was` to `is`. Returns how many. */
size_t conflicts_find(const struct overlay *o, const struct store *was, const struct store *is,
		      const char *path, struct findings *f);

#endif
