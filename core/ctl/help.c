/*
 * help: see help.h. Process: halvardctl.
 */
#include "ctl/help.h"

#include "base/text.h"
#include "ctl/command.h"
#include "ctl/options.h"

#include <stdio.h>

static void print_option(const struct ctl_option *o)
{
	char left[64];

	snprintf(left, sizeof(left), "--%s%s%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
	printf("  %-33s %s", left, o->help);
	printf(text_eq(o->name, "run-dir") ? " [" RUNDIR "]\n" : "\n");
}

/* The options that only commands with any of `takes` have; 0: those of all. */
static void print_options(const char *title, unsigned takes)
{
	printf("\n%s\n", title);
	for (const struct ctl_option *o = ctl_options; o->name; o++)
		if (o->help && (takes ? o->takes & takes : !o->takes))
			print_option(o);
}

void help_all(void)
{
	printf("usage: halvardctl [OPTION...] COMMAND [ARGUMENT...]\n");
	for (int g = 0; g < GROUP_COUNT; g++) {
		printf("\n%s:\n", command_groups[g]);
		for (const struct command *k = commands; k->name; k++) {
			char left[64];

			snprintf(left, sizeof(left), "%s %s", k->name, k->args);
			if ((int)k->group == g)
				printf("  %-33s %s\n", left, k->help);
		}
	}
	print_options("Options of every command (others: halvardctl help COMMAND):", 0);
	printf(
	    "\nA virtual server may be named without its protocol or port, a real server without\n"
	    "its port, where that is unique. Exit status: 0 done, 1 refused or failed (diff: it\n"
	    "differs), 2 wrong command line, 3 the daemon cannot be reached. See "
	    "halvardctl(8).\n");
}

void help_command(const struct command *k)
{
	printf("usage: halvardctl %s%s%s\n\n%s\n", k->name, *k->args ? " " : "", k->args, k->help);
	if (k->more)
		printf("\n%s\n", k->more);
	if (k->takes)
		print_options("Options:", k->takes);
}

int help_run(struct ctl *c, int argc, char **argv)
{
	const struct command *k = argc ? command_find(argv[0]) : NULL;

	(void)c;
	if (argc && !k)
		return CTL_USAGE;
	if (k)
		help_command(k);
	else
		help_all();
	return CTL_OK;
}
