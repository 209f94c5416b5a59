/*
 * pools: what is told of virtual servers and real servers: programs, pipes and mail, when a quorum
 * is gained or lost, and when checks find a server alive or dead. A part of notify, see there.
 */
#ifndef EXEC_POOLS_H
#define EXEC_POOLS_H

#include "exec/exec.h"
#include "exec/fifo.h"
#include "exec/mails.h"

struct pools;

/* Finds a command by its key; NULL: there is none. */
typedef const struct notify_row *(*pools_command_fn)(void *arg, enum notify_object object,
						     const char *name, enum notify_event event);

struct pools *pools_new(struct exec_env *env, struct fifos *fifos, struct mails *mails,
			pools_command_fn command, void *arg);
void pools_free(struct pools *p);
void pools_row_changed(struct pools *p, enum table_id t, const void *row, const void *old,
		       struct mono now);
void pools_row_gone(struct pools *p, enum table_id t, const void *row, struct mono now);
/* Rows are whole: what went is forgotten. */
void pools_apply(struct pools *p);
/* All end: with omega those that are up are told to be down. */
void pools_stopping(struct pools *p, struct mono now);
bool pools_are_idle(const struct pools *p);
void pools_on_idle(struct pools *p, void (*idle)(void *arg, struct mono now), void *arg);

#endif
