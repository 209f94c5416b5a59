/* reload: halvardctl's commands about the configuration file. */
#ifndef CTL_RELOAD_H
#define CTL_RELOAD_H

#include "ctl/ctl.h"

int reload_run(struct ctl *c, int argc, char **argv);
int confirm_run(struct ctl *c, int argc, char **argv);

#endif
