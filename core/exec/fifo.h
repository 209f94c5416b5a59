/*
 * fifo: the named pipes that are told of changes, a line each, and the scripts that read them.
 * A pipe is made when it is not there, and then removed at the end. Writing never waits: what
 * nobody reads in time is lost, counted and said.
 */
#ifndef EXEC_FIFO_H
#define EXEC_FIFO_H

#include "exec/exec.h"

struct fifos;

struct fifos *fifos_new(struct exec_env *env);
/* Closes and removes them, and ends their scripts. */
void fifos_free(struct fifos *f);
/* Makes pipes and scripts equal to the rows. */
void fifos_apply(struct fifos *f);
/* Closes and removes them, lets their scripts read to the end, and says when these have ended. */
void fifos_finish(struct fifos *f, void (*done)(void *arg, struct mono now), void *arg);
/* Writes a line, without its end, to those of a kind, and to those that are told all. */
void fifos_tell(struct fifos *f, enum fifo_kind kind, const char *line);

#endif
