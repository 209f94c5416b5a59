/*
 * compare: what is in force as text, and the comparison with another director's.
 */
#ifndef CTL_COMPARE_H
#define CTL_COMPARE_H

#include "ctl/ctl.h"

int compare_export(struct ctl *c, int argc, char **argv);
int compare_diff(struct ctl *c, int argc, char **argv);

#endif
