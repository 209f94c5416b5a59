/*
 * guardian: the process that starts the others, holds the ends of their links together and
 * starts again what dies. It parses nothing, writes no file but the pid file, and never waits.
 */
#ifndef DAEMON_GUARDIAN_H
#define DAEMON_GUARDIAN_H

#include "daemon/options.h"

/* Runs until SIGTERM or SIGINT; returns the exit status. */
int guardian_run(const struct options *o);

#endif
