/* machine: what a test of the configuration asks about the machine on which it runs. */
#ifndef DAEMON_MACHINE_H
#define DAEMON_MACHINE_H

#include "config/config.h"

/* For config_options. */
extern const struct config_machine this_machine;

/* True when the kernel certainly has no such scheduler of IPVS: none is loaded, and the lists of
 * what can be loaded and what is built in, below ROOT/lib/modules, are there and do not name it. */
bool machine_lacks_scheduler(const char *root, const char *name);

#endif
