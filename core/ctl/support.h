/* support: what somebody needs to know who helps from afar, as one text. */
#ifndef CTL_SUPPORT_H
#define CTL_SUPPORT_H

#include "ctl/ctl.h"

/* Prints it; each part says which command it comes from, and how that ended if not well. Nothing in
 * it is a secret: rows have none outside the processes that need them, and the configuration file
 * and the command lines of scripts are left out. Needs no daemon. CTL_OK. */
int support_run(struct ctl *c, int argc, char **argv);

#endif
