/* check: halvard -t and --print-config. */
#ifndef DAEMON_CHECK_H
#define DAEMON_CHECK_H

#include "daemon/options.h"

/* Reads the configuration and says what there is to say, or prints what it means. Returns the
 * exit status: 0 good, 4 it cannot run, 5 it has errors but would run. */
int check_config(const struct options *o);

#endif
