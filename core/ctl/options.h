/*
 * options: the table of halvardctl's options, and reading them.
 */
#ifndef CTL_OPTIONS_H
#define CTL_OPTIONS_H

#include "ctl/command.h"

struct ctl_option {
	const char *name;
	int has_arg;      /* as getopt_long(3) */
	int value;        /* enum in options.c */
	unsigned takes;   /* TAKES_ of the commands that have it; 0: all */
	const char *arg;  /* placeholder of its argument */
	const char *help; /* NULL: another spelling, not shown */
};

extern const struct ctl_option ctl_options[]; /* ended by a NULL name */

/* Reads the options into c; `optind` is then the first word that is none. An exit code when
 * that was all, else -1. */
int options_read(struct ctl *c, int argc, char **argv);
/* False after a message when one was given that the command does not have: that is a mistake,
 * not a thing to pass over. Or the time of a trial is none. */
bool options_fit(const struct ctl *c, const struct command *k);

#endif
