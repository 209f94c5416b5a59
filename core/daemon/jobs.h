/*
 * jobs: changes of what is wanted, one at a time: transactions of SNMP and halvardctl, and
 * reloads. Others wait in line.
 *
 *   test    apply to `wanted`, validate the whole model; nothing else has happened
 *   commit  write the overlay (durable), put the rows into `live`, and wait until every worker
 *           concerned says that they are in force (barrier)
 *   undo    the same backwards
 *
 * A reload has the same last step. Success is said only behind it. Clients take turns.
 */
#ifndef DAEMON_JOBS_H
#define DAEMON_JOBS_H

#include "daemon/client.h"
#include "daemon/confirm.h"

/* Makes `confirm` of the director too, since going back is a job. */
struct jobs *jobs_new(struct director *d);
void jobs_free(struct jobs *j);

/* TXN_*, COMMAND and BARRIER of a client; anything else is ignored. */
void jobs_message(struct client *c, struct msg *m);
/* The client is gone: what it held open is undone, what waits in line is not begun, and what is
 * being done is finished unheard. */
void jobs_client_gone(struct client *c);
/* A worker answered a barrier or a question, or went away. */
void jobs_barrier(struct jobs *j, enum role worker, uint32_t id, const struct result *r);
void jobs_worker_gone(struct jobs *j, enum role worker);
/* Reads the file again, since `who` says so ("signal": SIGHUP), for good or on trial: the outcome
 * is in the log and in the global row. */
void jobs_reload(struct jobs *j, const struct trial *trial);
/* What is on trial goes back, because `who` says so, or "": its time is over. */
void jobs_go_back(struct jobs *j, const char *who);

#endif
