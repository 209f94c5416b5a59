/*
 * asks: questions of clients that a worker answers in its own time, beside the line of jobs,
 * since they change nothing that is wanted: the checks of a server run now.
 */
#ifndef DAEMON_ASKS_H
#define DAEMON_ASKS_H

#include "daemon/client.h"

struct asks;

struct asks *asks_new(struct director *d);
void asks_free(struct asks *a);

/* Hands `words` to the worker; the client gets its result, or why there will be none. */
void asks_worker(struct asks *a, struct client *c, uint32_t id, enum role worker,
		 const char *words);
/* A result of a worker; false: not of a question. */
bool asks_result(struct asks *a, enum role worker, uint32_t id, const struct result *r);
void asks_client_gone(struct asks *a, struct client *c);
void asks_worker_gone(struct asks *a, enum role worker);

#endif
