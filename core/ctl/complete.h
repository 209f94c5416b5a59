/*
 * complete: what the completions of bash and zsh ask for: the words that may stand in the place
 * of the last one, one in a line, with what it is behind a tab.
 */
#ifndef CTL_COMPLETE_H
#define CTL_COMPLETE_H

#include "ctl/ctl.h"

/* The words behind `halvardctl` as typed so far; the last one is to be completed. */
int complete_run(struct ctl *c, int argc, char **argv);

#endif
