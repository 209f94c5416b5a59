/* changelog: the ring of changes, as rows of change_log. */
#ifndef DAEMON_CHANGELOG_H
#define DAEMON_CHANGELOG_H

#include "model/rows.h"
#include "model/store.h"

/* Adds a row (its number and time are set here) and drops the oldest beyond `size`. */
void changelog_add(struct store *s, struct change_log_row *row, uint32_t size);

#endif
