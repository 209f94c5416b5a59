/*
 * notify: what is told of changes of state: programs and pipes. Changes are found in the rows, one
 * by one as they come from main, and compared with what was told last, which outlives the process.
 */
#ifndef EXEC_NOTIFY_H
#define EXEC_NOTIFY_H

#include "exec/exec.h"

struct notify;

struct notify *notify_new(struct exec_env *env);
void notify_free(struct notify *n);
/* A row has changed, or goes: for every row of main's link. */
void notify_row_changed(struct notify *n, enum table_id t, const void *row, const void *old,
			struct mono now);
void notify_row_gone(struct notify *n, enum table_id t, const void *row, struct mono now);
/* Rows are whole: pipes are made equal to them, and what went is forgotten. */
void notify_apply(struct notify *n);
/* The file was read again. */
void notify_reloaded(struct notify *n);
/* All end (env->stopping): so do the instances and groups. */
void notify_stopping(struct notify *n, struct mono now);
/* Runs the script of the director for an event; `done` is called when it has ended, or at once
 * when there is none. */
void notify_director(struct notify *n, enum notify_event event, int64_t timeout_ns,
		     void (*done)(void *arg, struct mono now), void *arg);
/* Closes the pipes; `done` is called when the scripts that read them have ended. */
void notify_close_fifos(struct notify *n, void (*done)(void *arg, struct mono now), void *arg);
/* Nothing waits or runs any more. */
bool notify_is_idle(const struct notify *n);
/* Called when it has become so. */
void notify_on_idle(struct notify *n, void (*idle)(void *arg, struct mono now), void *arg);

#endif
