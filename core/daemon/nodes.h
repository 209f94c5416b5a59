/*
 * nodes: machines. What the operator says of one goes to lvs as a field of each of its real
 * servers; how many of them are up is counted from what lvs says.
 */
#ifndef DAEMON_NODES_H
#define DAEMON_NODES_H

#include "model/rows.h"
#include "model/store.h"

/* What is said of the machine of a row holds for its real servers. */
void nodes_say(struct store *live, const struct node_row *n);
/* The same for all, when rows have come or changed. */
void nodes_say_all(struct store *live);
/* Whether what a worker has told changes the counts. */
bool nodes_counts_change(enum table_id t, const struct fieldset *changed);
/* Counts the servers of each machine, and those that are up, into the rows. */
void nodes_count(struct store *live);

#endif
