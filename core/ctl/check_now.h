/* check_now: the command that runs the checks of a server and waits for what comes of it. */
#ifndef CTL_CHECK_NOW_H
#define CTL_CHECK_NOW_H

#include "ctl/ctl.h"

/* [VS] RS: CTL_OK when every check is good, else CTL_REFUSED. */
int check_now_run(struct ctl *c, int argc, char **argv);

#endif
