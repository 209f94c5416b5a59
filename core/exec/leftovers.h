/*
 * leftovers: what an exec process that died has left running. Each begins a session, and what it
 * runs is of that session unless it has made one of its own, as a daemon does that a script
 * starts. The number of the session is kept where the next process finds it.
 */
#ifndef EXEC_LEFTOVERS_H
#define EXEC_LEFTOVERS_H

#include <sys/types.h>

/* Kills the processes of the session, this one excepted; their number. */
unsigned leftovers_end(pid_t session);

#endif
