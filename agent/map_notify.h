/*
 * map_notify: which change of a row sends which notification, and which objects go with it.
 */
#ifndef AGENT_MAP_NOTIFY_H
#define AGENT_MAP_NOTIFY_H

#include "agent/map.h"

/* Objects that go with a notification: of the row that has changed, of the virtual server that it
 * is part of, or of the only row of their table. */
struct map_carried {
	struct map_table *objects; /* NULL ends */
	unsigned columns[10];      /* in the order of the module; 0 ends */
};
#define MAP_CARRIED 4

/* A notification: which change sends it, and what goes with it. */
struct map_notification {
	unsigned number; /* below halNotifications, or `root` */
	const char *name;
	enum table_id table;
	const char *counter; /* tells when this has grown; NULL: there is none */
	const char *state;   /* ... or this has changed; both NULL: the agent says when */
	struct map_carried carried[MAP_CARRIED];
	const struct map_root *root; /* NULL: HALVARD-MIB */
	const char *wanted;          /* the setting by which a module's are sent; of `root` */
	/* Whether that change is one; NULL: all are. */
	bool (*applies)(const void *old, const void *row);
	const struct field *counter_f, *state_f; /* filled by map_notify_resolve() */
};

/* Number 0 ends the list. */
extern struct map_notification map_notifications[];
#define MAP_SUBAGENT_START 12

/* What goes with every notification: the column of map_general, and arc and numbers of what is
 * in no row. */
#define MAP_ROUTER_ID           2
#define MAP_NOTIFICATION_ARC    15
#define MAP_NOTIFICATION_NUMBER 1
#define MAP_NOTIFICATION_TIME   2

/* After map_resolve(), in the same way. */
void map_notify_resolve(void);

#endif
