/*
 * command: the table of halvardctl's commands, and the ones that change something.
 */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include "ctl/ctl.h"

/* Which options a command takes, beside those of every command. */
#define TAKES_JSON   1u
#define TAKES_ALL    2u
#define TAKES_REASON 4u
#define TAKES_TIME   8u

struct command {
	const char *name;
	const char *args; /* as in the usage line */
	const char *help;
	int min_args, max_args;
	unsigned takes;
	int (*run)(struct ctl *c, int argc, char **argv); /* returns an enum ctl_exit */
};

extern const struct command commands[]; /* ended by a NULL name */

/* The command of that name, or NULL after a message with the nearest one. */
const struct command *command_find(const char *name);

#endif
