/*
 * compare: what is in force as text, and the comparisons with the file and with another director.
 */
#ifndef CTL_COMPARE_H
#define CTL_COMPARE_H

#include "ctl/ctl.h"

int compare_export(struct ctl *c, int argc, char **argv);
int compare_diff(struct ctl *c, int argc, char **argv);

#endif
