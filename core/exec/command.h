/*
 * command: what the configuration says is to be run, made ready: words, program, user. Every
 * command goes through here, so the rules of security stand in one place.
 */
#ifndef EXEC_COMMAND_H
#define EXEC_COMMAND_H

#include "base/argv.h"
#include "exec/run.h"
#include "model/rows_exec.h"

#include <limits.h>

/* The user of scripts that name none, when script_user does not either; root if he is not there. */
#define COMMAND_USER "keepalived_script"

struct command {
	struct argv argv;
	char program[PATH_MAX]; /* what is executed */
	char user[NAME_USER];
	uid_t uid;
	gid_t gid;
	bool all_groups; /* and not gid alone */
};

/* Finds the user (a name or a number; empty: script_user) and his group (empty: his own), splits
 * the text and finds its program. false: it is not to be run; `why` (of TEXT_MAX) says why not. */
bool command_prepare(struct command *c, const struct exec_row *s, const char *text,
		     const char *user, const char *group, char *why);
/* The user and the group alone. */
bool command_user(struct command *c, const struct exec_row *s, const char *user, const char *group,
		  char *why);
/* For run_start(): points into the command. */
struct run_spec command_spec(const struct command *c, const char *name, int64_t timeout_ns);

#endif
