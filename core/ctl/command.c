/*
 * command: see command.h. Process: halvardctl.
 */
#include "ctl/command.h"

#include "base/text.h"
#include "ctl/match.h"

#define COMMANDS_MAX 64

const char *const command_groups[GROUP_COUNT] = {
    [GROUP_LOOK] = "Look",
    [GROUP_STEER] = "Steer; what is set stays set",
    [GROUP_FILE] = "Configuration",
    [GROUP_SCRIPT] = "For scripts and shells",
};

const struct command *command_find(const char *name)
{
	const char *names[COMMANDS_MAX + 1];
	unsigned n = 0;

	for (const struct command *k = commands; k->name && n < COMMANDS_MAX; k++) {
		if (text_eq(k->name, name))
			return k;
		names[n++] = k->name;
	}
	names[n] = NULL;
	match_complain("command", name, names);
	return NULL;
}
