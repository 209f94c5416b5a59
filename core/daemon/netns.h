/*
 * netns: the network namespaces that the processes run in, and that of the IPVS table: of the
 * command line or of the configuration.
 */
#ifndef DAEMON_NETNS_H
#define DAEMON_NETNS_H

#include "daemon/options.h"

/* Enters the first, before anything is opened, and opens the other (ipvs_fd). Ends the program with
 * a message when it cannot. */
void netns_enter(struct options *o);

#endif
