/*
 * help: what halvardctl says of itself, from the tables of commands and options.
 */
#ifndef CTL_HELP_H
#define CTL_HELP_H

#include "ctl/ctl.h"

/* [COMMAND] */
int help_run(struct ctl *c, int argc, char **argv);
void help_all(void);
void help_command(const struct command *k);

#endif
