/*
 * top: instances, virtual servers with their rates, and real servers on the whole terminal, kept
 * up to date.
 */
#ifndef CTL_TOP_H
#define CTL_TOP_H

#include "ctl/ctl.h"

int top_run(struct ctl *c, int argc, char **argv);

#endif
