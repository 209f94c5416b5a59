/* options: see options.h. */
#include "daemon/options.h"

#include "base/log.h"
#include "base/text.h"

#include <config.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#define OWN_CONFIG        SYSCONFDIR "/halvard/halvard.conf"
#define KEEPALIVED_CONFIG "/etc/keepalived/keepalived.conf"

enum long_only { OPT_RUN_DIR = 256, OPT_STATE_DIR, OPT_PRINT_CONFIG, OPT_ROLE, OPT_WATCHDOG };

static const struct option long_options[] = {
    {"use-file", required_argument, NULL, 'f'},
    {"dont-fork", no_argument, NULL, 'n'},
    {"log-console", no_argument, NULL, 'l'},
    {"log-detail", no_argument, NULL, 'D'},
    {"log-facility", required_argument, NULL, 'S'},
    {"no-syslog", no_argument, NULL, 'G'},
    {"vrrp", no_argument, NULL, 'P'},
    {"check", no_argument, NULL, 'C'},
    {"dont-release-vrrp", no_argument, NULL, 'V'},
    {"dont-release-ipvs", no_argument, NULL, 'I'},
    {"pid", required_argument, NULL, 'p'},
    {"snmp", no_argument, NULL, 'x'},
    {"snmp-agent-socket", required_argument, NULL, 'A'},
    {"config-test", optional_argument, NULL, 't'},
    {"run-dir", required_argument, NULL, OPT_RUN_DIR},
    {"state-dir", required_argument, NULL, OPT_STATE_DIR},
    {"print-config", no_argument, NULL, OPT_PRINT_CONFIG},
    {"role", required_argument, NULL, OPT_ROLE},
    {"watchdog", required_argument, NULL, OPT_WATCHDOG},
    {"version", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static void usage(void)
{
	printf(
	    "Usage: halvard [OPTION]...\n"
	    "Manages a Linux Virtual Server director: VRRP, IPVS with health checks, SNMP.\n"
	    "\n"
	    "  -f, --use-file=FILE         configuration, in keepalived's language\n"
	    "                              [%s, else\n"
	    "                              %s]\n"
	    "  -n, --dont-fork             stay in the foreground\n"
	    "  -l, --log-console           log to standard error too\n"
	    "  -D, --log-detail            log details: every check, every link\n"
	    "  -S, --log-facility=0..7     log to this local facility of syslog\n"
	    "  -G, --no-syslog             do not log to syslog\n"
	    "  -P, --vrrp                  VRRP only\n"
	    "  -C, --check                 virtual servers and their checks only\n"
	    "  -V, --dont-release-vrrp     leave the addresses in place at stop\n"
	    "  -I, --dont-release-ipvs     leave the virtual servers in place at stop\n"
	    "  -p, --pid=FILE              pid file [RUN-DIR/halvard.pid]\n"
	    "  -x, --snmp                  run the SNMP agent whatever the file says\n"
	    "  -A, --snmp-agent-socket=S   AgentX socket of the SNMP master\n"
	    "  -t, --config-test[=FILE]    check the configuration and exit: 0 good, 4 it cannot\n"
	    "                              run, 5 it has errors but would run\n"
	    "      --print-config          print the configuration as it was understood\n"
	    "      --run-dir=DIR           sockets and pid file [%s]\n"
	    "      --state-dir=DIR         what was set at run time [%s]\n"
	    "  -v, --version               print the version and exit\n"
	    "  -h, --help                  print this and exit\n"
	    "\n"
	    "SIGHUP reads the configuration again, SIGTERM stops. See halvard(8), halvardctl(8).\n",
	    OWN_CONFIG, KEEPALIVED_CONFIG, RUNDIR, STATEDIR);
}

static bool set_role(struct options *o, const char *name)
{
	int r;

	if (!enum_value(role_names, name, &r)) {
		fprintf(stderr, "halvard: no role %s\n", name);
		return false;
	}
	o->env.role = (enum role)r;
	return true;
}

static bool set_facility(struct options *o, const char *text)
{
	uint64_t v;

	if (!text_u64(text, 0, 7, &v)) {
		fprintf(stderr, "halvard: log facility %s: 0..7 is allowed\n", text);
		return false;
	}
	o->facility = (int)((LOG_LOCAL0 >> 3) + v) << 3;
	return true;
}

static bool set_watchdog(struct options *o, const char *text)
{
	uint64_t v = 0;

	if (strcmp(text, "off") != 0 && !text_u64(text, 1, 3600, &v)) {
		fprintf(stderr, "halvard: watchdog %s: off or 1..3600 seconds is allowed\n", text);
		return false;
	}
	o->watchdog_s = (int)v;
	return true;
}

static bool take_more(struct options *o, int c)
{
	switch (c) {
	case 'x':
		o->env.force_snmp = true;
		return true;
	case 'A':
		o->env.snmp_socket = optarg;
		return true;
	case 't':
		o->test = true;
		if (optarg)
			o->env.config_file = optarg;
		return true;
	case OPT_RUN_DIR:
		o->env.run_dir = optarg;
		return true;
	case OPT_STATE_DIR:
		o->env.state_dir = optarg;
		return true;
	case OPT_PRINT_CONFIG:
		o->print_config = true;
		return true;
	case OPT_ROLE:
		return set_role(o, optarg);
	case OPT_WATCHDOG:
		return set_watchdog(o, optarg);
	default:
		return false;
	}
}

static bool take(struct options *o, int c)
{
	switch (c) {
	case 'f':
		o->env.config_file = optarg;
		return true;
	case 'n':
		o->foreground = true;
		return true;
	case 'l':
		o->console = true;
		return true;
	case 'D':
		o->detail = true;
		return true;
	case 'S':
		return set_facility(o, optarg);
	case 'G':
		o->no_syslog = true;
		return true;
	case 'P':
		o->no_lvs = true;
		return true;
	case 'C':
		o->no_vrrp = true;
		return true;
	case 'V':
		o->env.keep_vrrp = true;
		return true;
	case 'I':
		o->env.keep_lvs = true;
		return true;
	case 'p':
		o->pid_file = optarg;
		return true;
	default:
		return take_more(o, c);
	}
}

/* getopt has named the word; the nearest long option helps. */
static void suggest(const char *word)
{
	const char *words[sizeof(long_options) / sizeof(long_options[0])];
	const char *near;
	size_t n = 0;

	for (; long_options[n].name; n++)
		words[n] = long_options[n].name;
	words[n] = NULL;
	near = word && strncmp(word, "--", 2) == 0 ? text_nearest(word + 2, words) : NULL;
	if (near)
		fprintf(stderr, "halvard: did you mean --%s?\n", near);
	fprintf(stderr, "halvard: try --help\n");
}

static enum options_result finish(struct options *o, int argc, char **argv)
{
	if (o->test && optind < argc)
		o->env.config_file = argv[optind++];
	if (optind < argc) {
		fprintf(stderr, "halvard: what is %s? It takes options only; try --help\n",
			argv[optind]);
		return OPTIONS_BAD;
	}
	if (o->no_vrrp && o->no_lvs)
		o->no_vrrp = o->no_lvs = false; /* both "only": both */
	o->env.workers = (o->no_vrrp ? 0 : 1u << ROLE_VRRP) | (o->no_lvs ? 0 : 1u << ROLE_LVS);
	if (!o->env.config_file)
		o->env.config_file =
		    access(OWN_CONFIG, F_OK) == 0 || access(KEEPALIVED_CONFIG, F_OK) < 0
			? OWN_CONFIG
			: KEEPALIVED_CONFIG;
	o->env.log_level = o->detail ? LOG_LV_DEBUG : LOG_LV_INFO;
	return OPTIONS_RUN;
}

enum options_result options_parse(struct options *o, int argc, char **argv)
{
	int c;

	*o = (struct options){
	    .env = {.role = ROLE_GUARDIAN, .run_dir = RUNDIR, .state_dir = STATEDIR},
	    .facility = LOG_DAEMON,
	    .watchdog_s = WATCHDOG_OF_ROLE};
	while ((c = getopt_long(argc, argv, "f:nlDS:GPCVIp:xA:t::vh", long_options, NULL)) != -1) {
		if (c == 'h') {
			usage();
			return OPTIONS_DONE;
		}
		if (c == 'v') {
			printf("halvard %s\n", PACKAGE_VERSION);
			return OPTIONS_DONE;
		}
		if (!take(o, c)) {
			if (c == '?')
				suggest(argv[optind - 1]);
			return OPTIONS_BAD;
		}
	}
	return finish(o, argc, argv);
}

/* One word, so that a process list shows what it is. */
static const char *role_word(enum role role)
{
	size_t size = sizeof("--role=") + strlen(role_name(role));
	char *word = xcalloc(1, size);

	snprintf(word, size, "--role=%s", role_name(role));
	return word;
}

/* The agent is a program of its own with a command line of its own. */
static const char **options_for_agent(const struct options *o, const char *program)
{
	const char **v = xcalloc(16, sizeof(*v));
	unsigned n = 0;

	v[n++] = program;
	v[n++] = "--parent-fd";
	v[n++] = "3";
	v[n++] = "--run-dir";
	v[n++] = o->env.run_dir;
	v[n++] = "--log-level";
	v[n++] = o->detail ? "7" : "6";
	if (o->console)
		v[n++] = "--log-stderr";
	v[n] = NULL;
	return v;
}

const char **options_for_role(const struct options *o, enum role role, const char *program)
{
	const char **v;
	unsigned n = 0;

	if (role == ROLE_AGENT)
		return options_for_agent(o, program);
	v = xcalloc(32, sizeof(*v));

	v[n++] = program;
	v[n++] = role_word(role);
	v[n++] = "--run-dir";
	v[n++] = o->env.run_dir;
	v[n++] = "--state-dir";
	v[n++] = o->env.state_dir;
	v[n++] = "-f";
	v[n++] = o->env.config_file;
	if (o->console)
		v[n++] = "-l";
	if (o->detail)
		v[n++] = "-D";
	if (o->no_syslog)
		v[n++] = "-G";
	if (o->facility != LOG_DAEMON) {
		static const char *const local[] = {"0", "1", "2", "3", "4", "5", "6", "7"};

		v[n++] = "-S";
		v[n++] = local[(o->facility >> 3) - (LOG_LOCAL0 >> 3)];
	}
	if (o->no_lvs)
		v[n++] = "-P";
	if (o->no_vrrp)
		v[n++] = "-C";
	if (o->env.keep_vrrp)
		v[n++] = "-V";
	if (o->env.keep_lvs)
		v[n++] = "-I";
	if (o->env.force_snmp)
		v[n++] = "-x";
	if (o->env.snmp_socket) {
		v[n++] = "-A";
		v[n++] = o->env.snmp_socket;
	}
	v[n] = NULL;
	return v;
}
