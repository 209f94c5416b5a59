/*
 * own: what is ours in the kernel's IPVS, in a file of the run directory, which is emptied by a
 * reboot as the kernel is. So what a crash leaves is taken out by the next start, whatever its
 * configuration is, and what was never ours stays.
 */
#ifndef DAEMON_OWN_H
#define DAEMON_OWN_H

#include "daemon/director.h"
#include "model/rows.h"

/* Numbers of what lvs answers; those of jobs count up from 1. */
#define OWN_TOLD    UINT32_MAX       /* the barrier behind own_tell() */
#define OWN_COMMAND (UINT32_MAX - 1) /* a command, whose answer is of no interest */

/* Reads the file: before the first configuration is in force. */
void own_load(struct director *d);
/* The services of a configuration that is about to be in force are ours from now on. */
void own_claim(struct director *d, const struct store *wanted);
/* Names to lvs what is ours and no more wanted; all there is (lvs_flush), when the daemon begins.
 */
void own_tell(struct director *d);
/* Lvs reads the kernel's table and repairs what others have changed. */
void own_look(struct director *d);
/* Lvs has taken that out. */
void own_settled(struct director *d);
/* A worker has told what it sees of a row: timeouts and daemons are kept too. */
void own_seen(struct director *d, enum table_id t, const struct fieldset *changed);
void own_free(struct director *d);

#endif
