/*
 * netns: the network namespace that the processes run in, of the command line or of the
 * configuration.
 */
#ifndef DAEMON_NETNS_H
#define DAEMON_NETNS_H

#include "daemon/options.h"

/* Enters it, before anything is opened. Ends the program with a message when it cannot. */
void netns_enter(const struct options *o);

#endif
