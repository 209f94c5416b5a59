/*
 * watch: the stream of events: what changes is printed as it happens.
 */
#ifndef CTL_WATCH_H
#define CTL_WATCH_H

#include "ctl/ctl.h"

/* [TABLE | NAME]; ends with SIGINT or SIGTERM, or when nobody reads any more. */
int watch_run(struct ctl *c, int argc, char **argv);

#endif
