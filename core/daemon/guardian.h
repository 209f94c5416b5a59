/*
 * guardian: the process that starts the others, holds the ends of their links together and
 * starts again what dies. It parses nothing and never waits; it writes no file but the pid file
 * and, when all others have ended, what is left for the next daemon.
 */
#ifndef DAEMON_GUARDIAN_H
#define DAEMON_GUARDIAN_H

#include "daemon/options.h"

/* Of SIGUSR2: another daemon is to be started at once. The unit has systemd do that. */
#define GUARDIAN_HANDOVER 75

/* Runs until SIGTERM or SIGINT, or SIGUSR2; returns the exit status. */
int guardian_run(const struct options *o);

#endif
