/*
 * change: the commands that change something. Each sends one transaction, says what was done
 * (with --json as an object with a member "changes") and returns an enum ctl_exit.
 */
#ifndef CTL_CHANGE_H
#define CTL_CHANGE_H

#include "ctl/ctl.h"

/* TABLE KEY... FIELD VALUE */
int change_add_row(struct ctl *c, int argc, char **argv);
int change_save(struct ctl *c, int argc, char **argv);
int change_revert(struct ctl *c, int argc, char **argv);
/* Of what is on trial. */
int change_confirm(struct ctl *c);
int change_delete_row(struct ctl *c, int argc, char **argv);
int change_set(struct ctl *c, int argc, char **argv);
/* [VS] RS */
int change_drain(struct ctl *c, int argc, char **argv);
int change_offline(struct ctl *c, int argc, char **argv);
/* INSTANCE | VS | [VS] RS */
int change_enable(struct ctl *c, int argc, char **argv);
int change_disable(struct ctl *c, int argc, char **argv);
/* [VS] RS WEIGHT */
int change_weight(struct ctl *c, int argc, char **argv);
/* INSTANCE */
int change_yield(struct ctl *c, int argc, char **argv);
int change_takeover(struct ctl *c, int argc, char **argv);

#endif
