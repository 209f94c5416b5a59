/*
 * ctl_main: halvardctl, the command line. A process of the caller's, for one command.
 *
 * It knows nothing about the daemon beyond the schema: it receives the rows over the control
 * socket, prints them, and asks for changes. Options may stand before or behind the command.
 */
#include "ctl/client.h"
#include "ctl/command.h"
#include "ctl/say.h"

#include "base/log.h"
#include "base/text.h"

#include <config.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

enum { OPT_RUN_DIR = 256, OPT_JSON, OPT_ALL, OPT_REASON, OPT_TIME, OPT_NO_COLOUR };

static const struct option options[] = {
    {"run-dir", required_argument, NULL, OPT_RUN_DIR},
    {"json", no_argument, NULL, OPT_JSON},
    {"all", no_argument, NULL, OPT_ALL},
    {"reason", required_argument, NULL, OPT_REASON},
    {"time", required_argument, NULL, OPT_TIME},
    {"no-colour", no_argument, NULL, OPT_NO_COLOUR},
    {"no-color", no_argument, NULL, OPT_NO_COLOUR},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'v'},
    {NULL, 0, NULL, 0},
};

static void print_help(void)
{
	printf("usage: halvardctl [OPTION...] COMMAND [ARGUMENT...]\n\n");
	for (const struct command *k = commands; k->name; k++) {
		char left[64];

		snprintf(left, sizeof(left), "%s %s", k->name, k->args);
		printf("  %-32s %s\n", left, k->help);
	}
	printf("\n"
	       "  --json          (reading commands) the rows as JSON\n"
	       "  --all           every real server of that name, not only one\n"
	       "  --reason TEXT   kept with the change and shown with the row\n"
	       "  --time SECONDS  (drain) take it out after that time at the latest\n"
	       "  --run-dir DIR   where the daemon's control socket is [%s]\n"
	       "  --no-colour     also without a terminal or with NO_COLOR set\n"
	       "  --help, --version\n\n"
	       "A virtual server may be named without its protocol or port, a real server without\n"
	       "its port, where that is unique. Exit status: 0 done, 1 refused or failed, 2 wrong\n"
	       "command line, 3 the daemon cannot be reached. See halvardctl(8).\n",
	       RUNDIR);
}

/* An option that this command has no use for is a mistake, not a thing to pass over. */
static bool options_fit(const struct ctl *c, const struct command *k)
{
	const struct {
		bool given;
		unsigned takes;
		const char *name;
	} given[] = {
	    {c->json, TAKES_JSON, "--json"},
	    {c->all, TAKES_ALL, "--all"},
	    {c->reason != NULL, TAKES_REASON, "--reason"},
	    {c->time_s != NULL, TAKES_TIME, "--time"},
	};

	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
		if (given[i].given && !(k->takes & given[i].takes)) {
			say(stderr, "halvardctl: %s has no option %s\n", k->name, given[i].name);
			return false;
		}
	}
	return true;
}

/* Reads the options into c; an exit code when that was all, else -1. */
static int read_options(struct ctl *c, int argc, char **argv)
{
	int o;

	while ((o = getopt_long(argc, argv, "hv", options, NULL)) != -1) {
		switch (o) {
		case OPT_RUN_DIR:
			c->run_dir = optarg;
			break;
		case OPT_JSON:
			c->json = true;
			break;
		case OPT_ALL:
			c->all = true;
			break;
		case OPT_REASON:
			c->reason = optarg;
			break;
		case OPT_TIME:
			c->time_s = optarg;
			break;
		case OPT_NO_COLOUR:
			c->colour = false;
			break;
		case 'h':
			print_help();
			return CTL_OK;
		case 'v':
			printf("halvardctl %s\n", PACKAGE_VERSION);
			return CTL_OK;
		default:
			say(stderr, "halvardctl: see halvardctl --help\n");
			return CTL_USAGE;
		}
	}
	return -1;
}

static int run(struct ctl *c, int argc, char **argv)
{
	const struct command *k = command_find(argv[0]);
	int rc;

	if (!k)
		return CTL_USAGE;
	if (!options_fit(c, k))
		return CTL_USAGE;
	if (argc - 1 < k->min_args || argc - 1 > k->max_args) {
		say(stderr, "halvardctl: usage: halvardctl %s %s\n", k->name, k->args);
		return CTL_USAGE;
	}
	rc = client_connect(c);
	if (rc == CTL_OK)
		rc = k->run(c, argc - 1, argv + 1);
	client_close(c);
	if (fflush(stdout) && rc == CTL_OK)
		rc = CTL_REFUSED;
	return rc;
}

int main(int argc, char **argv)
{
	const struct log_options log = {
	    .ident = "halvardctl",
	    .to_stderr = true,
	    .facility = LOG_USER,
	    .max_level = LOG_LV_WARN,
	};
	struct ctl c = {.run_dir = RUNDIR, .colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR")};
	int rc;

	log_init(&log);
	rc = read_options(&c, argc, argv);
	if (rc >= 0)
		return rc;
	if (optind == argc) {
		say(stderr, "halvardctl: no command; `halvardctl status` shows everything, "
			    "`halvardctl --help` the commands\n");
		return CTL_USAGE;
	}
	return run(&c, argc - optind, argv + optind);
}
