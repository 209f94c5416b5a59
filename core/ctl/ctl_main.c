/*
 * ctl_main: halvardctl, the command line. A process of the caller's, for one command.
 *
 * It knows nothing about the daemon beyond the schema: it receives the rows over the control
 * socket, prints them, and asks for changes.
 */
#include "ctl/client.h"
#include "ctl/command.h"
#include "ctl/help.h"
#include "ctl/options.h"
#include "ctl/result.h"
#include "ctl/say.h"

#include "base/log.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

static int run_command(struct ctl *c, int argc, char **argv)
{
	const struct command *k = c->command = command_find(argv[0]);
	int rc;

	if (!k)
		return CTL_USAGE;
	if (c->help) {
		help_command(k);
		c->printed = true;
		return CTL_OK;
	}
	if (!options_fit(c, k))
		return CTL_USAGE;
	if (argc - 1 < k->min_args || argc - 1 > k->max_args) {
		say(stderr, "halvardctl: usage: halvardctl %s %s\n", k->name, k->args);
		return CTL_USAGE;
	}
	if (k->alone)
		return k->alone(c, argc - 1, argv + 1);
	rc = client_connect(c);
	if (rc == CTL_OK && k->group == GROUP_LOOK)
		client_read_stats(c);
	if (rc == CTL_OK)
		rc = k->run(c, argc - 1, argv + 1);
	client_close(c);
	return rc;
}

static int run(struct ctl *c, int argc, char **argv)
{
	int rc = options_read(c, argc, argv);

	if (rc == CTL_OK)
		return rc;
	if (rc < 0 && optind < argc)
		return run_command(c, argc - optind, argv + optind);
	if (rc < 0 && c->help) {
		help_all();
		c->printed = true;
		return CTL_OK;
	}
	if (rc < 0)
		say(stderr, "halvardctl: no command; `halvardctl status` shows everything, "
			    "`halvardctl --help` the commands\n");
	return CTL_USAGE;
}

int main(int argc, char **argv)
{
	const struct log_options log = {
	    .ident = "halvardctl",
	    .to_stderr = true,
	    .facility = LOG_USER,
	    .levels.rest = LOG_LV_WARN,
	};
	struct ctl c = {.run_dir = RUNDIR, .colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR")};
	int rc;

	log_init(&log);
	opterr = 0;
	rc = run(&c, argc, argv);
	if (c.json && !c.printed)
		result_print(&c, NULL, rc);
	if (fflush(stdout) && rc == CTL_OK)
		rc = CTL_REFUSED;
	return rc;
}
