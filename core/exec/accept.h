/*
 * accept: addresses at which the director itself must not answer (no_accept): packets to them are
 * dropped by a table of nftables while their instance is master and is not the owner of them.
 * Neighbour discovery never is.
 *
 * There is no such table while no instance is like that. What a dead process has left is removed
 * by the next; one that dies with the whole daemon is found by a file (EXEC_TABLE_FILE), for which
 * main starts this process.
 */
#ifndef EXEC_ACCEPT_H
#define EXEC_ACCEPT_H

#include "exec/exec.h"

struct accept;

/* `path`: of that file. */
struct accept *accept_new(struct exec_env *env, const char *path);
/* Makes the kernel's table equal to the rows, unless it is already. */
void accept_apply(struct accept *a);
/* Removes the table; `done` is called when it is gone. */
void accept_finish(struct accept *a, void (*done)(void *arg, struct mono now), void *arg);
void accept_free(struct accept *a);

#endif
