/*
 * view: the reading commands of halvardctl. Each prints tables for a person, or with --json
 * an object with one member for each table it is about. They return an enum ctl_exit.
 */
#ifndef CTL_VIEW_H
#define CTL_VIEW_H

#include "ctl/ctl.h"

/* The overview. */
int view_status(struct ctl *c, int argc, char **argv);
/* [INSTANCE] */
int view_vrrp(struct ctl *c, int argc, char **argv);
/* [VS] */
int view_vs(struct ctl *c, int argc, char **argv);
/* [VS [RS]] */
int view_rs(struct ctl *c, int argc, char **argv);
/* [VS [RS]] */
int view_checks(struct ctl *c, int argc, char **argv);
/* [COUNT] */
int view_log(struct ctl *c, int argc, char **argv);
/* TABLE [KEY...]: every field, from the schema. */
int view_show(struct ctl *c, int argc, char **argv);

/* The table by name, or NULL after a message with the nearest one. */
const struct table *view_table(const char *name);

#endif
