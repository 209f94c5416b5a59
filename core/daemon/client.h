/*
 * client: who asks main for something.
 */
#ifndef DAEMON_CLIENT_H
#define DAEMON_CLIENT_H

#include "daemon/director.h"

/* Who asks: a control client or the agent. */
struct client {
	struct director *d;
	struct link *link;
	uint8_t source; /* enum change_source */
	bool may_change;
	char who[48];
	uint64_t turn; /* of the line: when it was served last; 0: never */
};

#endif
