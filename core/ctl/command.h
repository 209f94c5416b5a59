/*
 * command: the table of halvardctl's commands: one row each, from which come the dispatch, the
 * help, the completion and the JSON Schema.
 */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include "ctl/ctl.h"

/* Which options a command takes, beside those of every command. */
#define TAKES_JSON   (1u << 0)
#define TAKES_ALL    (1u << 1)
#define TAKES_REASON (1u << 2)
#define TAKES_TIME   (1u << 3)
#define TAKES_PEER   (1u << 4)
#define TAKES_DRY    (1u << 5)
#define TAKES_SORT   (1u << 6)
#define TAKES_TRIAL  (1u << 7)

/* What its arguments may name, for completion. */
#define NAMES_INSTANCE (1u << 0)
#define NAMES_VS       (1u << 1)
#define NAMES_RS       (1u << 2) /* of the virtual server before it, if there is one */
#define NAMES_TABLE    (1u << 3) /* then the keys of a row */
#define NAMES_FIELD    (1u << 4) /* then a field that may be set, and its value */
#define NAMES_TABLES   (1u << 6) /* a table, and nothing behind it */
#define NAMES_COMMAND  (1u << 5)
#define NAMES_GROUP    (1u << 7)
#define NAMES_NODE     (1u << 8) /* "node" and an address */
#define NAMES_BACK     (1u << 9) /* "back" */

/* What its JSON may hold beside rows of `tables`: the members are in json_schema.c. */
#define JSON_RESULT      (1u << 0)
#define JSON_CHANGES     (1u << 1)
#define JSON_ANY_TABLE   (1u << 2)
#define JSON_TABLES      (1u << 3)
#define JSON_FIELDS      (1u << 4)
#define JSON_DIGESTS     (1u << 5)
#define JSON_DIFFERENCES (1u << 6)
#define JSON_PREVIEW     (1u << 7)
#define JSON_EVENT       (1u << 8) /* one object in each line, which is an event */

enum command_group { GROUP_LOOK, GROUP_STEER, GROUP_FILE, GROUP_SCRIPT, GROUP_COUNT };
extern const char *const command_groups[GROUP_COUNT];

struct command {
	const char *name;
	const char *args; /* as in the usage line */
	const char *help; /* one line */
	enum command_group group;
	int min_args, max_args;
	unsigned takes, names, json;
	const enum table_id *tables; /* that it shows, ended by T_COUNT, or NULL */
	/* Returns an enum ctl_exit. `run` has the rows, `alone` needs no daemon. */
	int (*run)(struct ctl *c, int argc, char **argv);
	int (*alone)(struct ctl *c, int argc, char **argv);
	const char *more; /* the rest of its help, or NULL */
};

extern const struct command commands[]; /* in commands.c; ended by a NULL name */

/* The command of that name, or NULL after a message with the nearest one. */
const struct command *command_find(const char *name);

#endif
