/* options: see options.h. */
#include "daemon/options.h"

#include "base/log.h"
#include "base/text.h"
#include "daemon/signals.h"

#include <config.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#define OWN_CONFIG        SYSCONFDIR "/halvard/halvard.conf"
#define KEEPALIVED_CONFIG "/etc/keepalived/keepalived.conf"

enum long_only {
	OPT_RUN_DIR = 256,
	OPT_STATE_DIR,
	OPT_PRINT_CONFIG,
	OPT_ROLE,
	OPT_WATCHDOG,
	OPT_SIGNUM,
	OPT_ALL,
	OPT_PERF,
	OPT_DEBUG,
	OPT_FLUSH_LOG_FILE,
	OPT_LOG_LEVEL,
	OPT_SNMP_STANDALONE,
	OPT_IPVS_FD,
};

static const struct option long_options[] = {
    {"use-file", required_argument, NULL, 'f'},
    {"dont-fork", no_argument, NULL, 'n'},
    {"log-console", no_argument, NULL, 'l'},
    {"log-detail", no_argument, NULL, 'D'},
    {"log-level", required_argument, NULL, OPT_LOG_LEVEL},
    {"log-facility", required_argument, NULL, 'S'},
    {"no-syslog", no_argument, NULL, 'G'},
    {"vrrp", no_argument, NULL, 'P'},
    {"check", no_argument, NULL, 'C'},
    {"dont-release-vrrp", no_argument, NULL, 'V'},
    {"dont-release-ipvs", no_argument, NULL, 'I'},
    {"pid", required_argument, NULL, 'p'},
    {"snmp", no_argument, NULL, 'x'},
    {"snmp-agent-socket", required_argument, NULL, 'A'},
    {"snmp-standalone", required_argument, NULL, OPT_SNMP_STANDALONE},
    {"config-test", optional_argument, NULL, 't'},
    {"namespace", required_argument, NULL, 's'},
    {"umask", required_argument, NULL, 'u'},
    {"core-dump", no_argument, NULL, 'm'},
    {"signum", required_argument, NULL, OPT_SIGNUM},
    {"no_bfd", no_argument, NULL, 'B'},
    {"all", no_argument, NULL, OPT_ALL},
    {"all-config", no_argument, NULL, 'e'},
    {"config-id", required_argument, NULL, 'i'},
    {"release-vips", no_argument, NULL, 'X'},
    {"dont-respawn", no_argument, NULL, 'R'},
    {"dump-conf", no_argument, NULL, 'd'},
    {"vrrp_pid", required_argument, NULL, 'r'},
    {"checkers_pid", required_argument, NULL, 'c'},
    {"bfd_pid", required_argument, NULL, 'b'},
    {"genhash", no_argument, NULL, 'T'},
    {"address-monitoring", no_argument, NULL, 'a'},
    {"core-dump-pattern", optional_argument, NULL, 'M'},
    {"log-file", optional_argument, NULL, 'g'},
    {"flush-log-file", no_argument, NULL, OPT_FLUSH_LOG_FILE},
    {"perf", optional_argument, NULL, OPT_PERF},
    {"debug", optional_argument, NULL, OPT_DEBUG},
    {"run-dir", required_argument, NULL, OPT_RUN_DIR},
    {"state-dir", required_argument, NULL, OPT_STATE_DIR},
    {"print-config", no_argument, NULL, OPT_PRINT_CONFIG},
    {"role", required_argument, NULL, OPT_ROLE},
    {"ipvs-fd", no_argument, NULL, OPT_IPVS_FD},
    {"watchdog", required_argument, NULL, OPT_WATCHDOG},
    {"version", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

/* Options of keepalived that change nothing here; NULL: what they ask for is so anyway. */
static const struct {
	int option;
	const char *name, *says;
} accepted[] = {
    {'B', "-B", NULL},
    {OPT_ALL, "--all", NULL},
    {'X', "-X", "a master that stops removes its addresses always; -V leaves them"},
    {'R', "-R", "a process that ends is started again always"},
    {'d', "-d", "halvard --print-config shows the configuration as it was understood"},
    {'r', "-r", "only the daemon has a pid file (-p); halvardctl status shows its processes"},
    {'c', "-c", "only the daemon has a pid file (-p); halvardctl status shows its processes"},
    {'b', "-b", "only the daemon has a pid file (-p); halvardctl status shows its processes"},
    {'a', "-a", "ip monitor address shows every change of addresses"},
    {'M', "-M", "the name of a core file is the machine's: sysctl kernel.core_pattern"},
    {'g', "-g", "the log goes to syslog, and with -l to standard error"},
    {OPT_FLUSH_LOG_FILE, "--flush-log-file", "there is no log file"},
    {OPT_PERF, "--perf", "perf record -p PID shows where a process spends its time"},
    {OPT_DEBUG, "--debug", "-D logs details"},
};

static bool take_accepted(int c)
{
	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		if (accepted[i].option != c)
			continue;
		if (accepted[i].says)
			fprintf(stderr, "halvard: option %s of keepalived has no effect: %s\n",
				accepted[i].name, accepted[i].says);
		return true;
	}
	return false;
}

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
	    "      --log-level=LEVELS      LEVEL or AREA:LEVEL, several with commas, over the "
	    "file's;\n"
	    "                              [info]\n"
	    "  -S, --log-facility=0..7     log to this local facility of syslog\n"
	    "  -G, --no-syslog             do not log to syslog\n"
	    "  -P, --vrrp                  VRRP only\n"
	    "  -C, --check                 virtual servers and their checks only\n"
	    "  -V, --dont-release-vrrp     leave the addresses in place at stop\n"
	    "  -I, --dont-release-ipvs     leave the virtual servers in place at stop\n"
	    "  -p, --pid=FILE              pid file [RUN-DIR/halvard.pid]\n"
	    "  -x, --snmp                  run the SNMP agent whatever the file says\n"
	    "  -A, --snmp-agent-socket=S   AgentX socket of the SNMP master\n"
	    "      --snmp-standalone=ADDRS answer SNMP without snmpd: udp:127.0.0.1:1161\n"
	    "  -s, --namespace=NAME        run in this network namespace (ip netns)\n"
	    "  -u, --umask=MASK            umask of the files that it makes\n"
	    "  -m, --core-dump             leave a core file after a crash\n"
	    "  -t, --config-test[=REPORT]  check the configuration and exit: 0 good, 4 it cannot\n"
	    "                              run, 5 it has errors but would run, 6 scripts that\n"
	    "                              others than root could change; what was found goes to\n"
	    "                              standard error or to the file REPORT; the word after\n"
	    "                              -t, if any, is the configuration, as after -f\n"
	    "  -i, --config-id=ID          lines that begin with @ID are read, and those with\n"
	    "                              @^OTHER [the host name up to its first dot]\n"
	    "  -e, --all-config            a file that an include misses is an error\n"
	    "      --print-config          print the configuration as it was understood\n"
	    "      --run-dir=DIR           sockets and pid file [%s]\n"
	    "      --state-dir=DIR         what was set at run time [%s]\n"
	    "      --signum=NAME           print the number of a signal: STOP, RELOAD, DATA,\n"
	    "                              STATS, STATS_CLEAR, JSON\n"
	    "  -v, --version               print the version and exit\n"
	    "  -h, --help                  print this and exit\n"
	    "\n"
	    "The other options of keepalived are accepted and have no effect.\n"
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
	const char *number = strncmp(text, "local", 5) == 0 ? text + 5 : text;
	uint64_t v;

	if (text_eq(text, "daemon") || text_eq(text, "user")) {
		o->facility = text_eq(text, "user") ? LOG_USER : LOG_DAEMON;
		return true;
	}
	if (!text_u64(number, 0, 7, &v)) {
		fprintf(stderr,
			"halvard: log facility %s: 0..7, local0..local7, user or daemon is "
			"allowed\n",
			text);
		return false;
	}
	o->facility = (int)((LOG_LOCAL0 >> 3) + v) << 3;
	return true;
}

static bool set_umask(struct options *o, const char *text)
{
	char *end;
	unsigned long v = strtoul(text, &end, 0);

	if (*end || end == text || text[0] == '-' || v > 0777) {
		fprintf(stderr, "halvard: umask %s: 0..0777 is allowed\n", text);
		return false;
	}
	o->umask = (int)v;
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

static bool set_log_level(struct options *o, const char *text)
{
	struct log_levels more;
	char why[200];

	if (!log_levels_parse(text, &more, why, sizeof(why))) {
		fprintf(stderr, "halvard: log level: %s\n", why);
		return false;
	}
	o->levels = log_levels_over(&o->levels, &more);
	o->env.log_level = log_levels_text(&o->levels, o->level_text);
	return true;
}

static bool take_of_keepalived(struct options *o, int c)
{
	switch (c) {
	case 's':
		o->net_namespace = optarg;
		return true;
	case 'u':
		return set_umask(o, optarg);
	case 'm':
		o->core_dump = true;
		return true;
	case 'i':
		o->env.config_id = optarg;
		return true;
	case 'e':
		o->env.all_includes = true;
		return true;
	case 'T':
		fprintf(stderr, "halvard: it cannot make hashes of pages: HTTP_GET and SSL_GET "
				"are not supported yet\n");
		return false;
	default:
		return take_accepted(c);
	}
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
	case OPT_SNMP_STANDALONE:
		o->env.snmp_standalone = optarg;
		o->env.force_snmp = true;
		return true;
	case 't':
		o->test = true;
		o->report = optarg;
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
	case OPT_IPVS_FD:
		o->env.ipvs_namespace = PARENT_IPVS_FD;
		return true;
	case OPT_LOG_LEVEL:
		return set_log_level(o, optarg);
	case OPT_WATCHDOG:
		return set_watchdog(o, optarg);
	default:
		return take_of_keepalived(o, c);
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
		o->env.log_detail = true;
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
	return OPTIONS_RUN;
}

static enum options_result print_signal(const char *name)
{
	int number = keepalived_signal(name);

	if (!number) {
		fprintf(stderr,
			"halvard: no signal %s: STOP, RELOAD, DATA, STATS, STATS_CLEAR and JSON "
			"are known\n",
			name);
		return OPTIONS_BAD;
	}
	printf("%d\n", number);
	return OPTIONS_DONE;
}

enum options_result options_parse(struct options *o, int argc, char **argv)
{
	static const char letters[] = "f:nlDS:GPCVIp:xA:t::vhs:u:mi:BeXRdr:c:b:TaM::g::";
	int c;

	*o = (struct options){.env = {.role = ROLE_GUARDIAN,
				      .run_dir = RUNDIR,
				      .state_dir = STATEDIR,
				      .log_level = "",
				      .ipvs_namespace = -1},
			      .ipvs_fd = -1,
			      .facility = LOG_DAEMON,
			      .umask = UMASK_AS_IT_IS,
			      .watchdog_s = WATCHDOG_OF_ROLE};
	while ((c = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
		if (c == 'h') {
			usage();
			return OPTIONS_DONE;
		}
		if (c == 'v') {
			printf("halvard %s\n", PACKAGE_VERSION);
			return OPTIONS_DONE;
		}
		if (c == OPT_SIGNUM)
			return print_signal(optarg);
		if (!take(o, c)) {
			if (c == '?')
				suggest(argv[optind - 1]);
			return OPTIONS_BAD;
		}
	}
	return finish(o, argc, argv);
}

struct config_options options_of_config(const struct role_env *env)
{
	return (struct config_options){.id = env->config_id, .all_includes = env->all_includes};
}

/* One word, so that a process list shows what it is. */
static const char *role_word(enum role role)
{
	size_t size = sizeof("--role=") + strlen(role_name(role));
	char *word = xcalloc(1, size);

	snprintf(word, size, "--role=%s", role_name(role));
	return word;
}

static const char *facility_word(const struct options *o)
{
	static const char *const local[] = {"0", "1", "2", "3", "4", "5", "6", "7"};

	return o->facility == LOG_USER ? "user" : local[(o->facility >> 3) - (LOG_LOCAL0 >> 3)];
}

/* The agent is a program of its own with a command line of its own. */
static const char **options_for_agent(const struct options *o, const char *program)
{
	const char **v = xcalloc(20, sizeof(*v));
	unsigned n = 0;

	v[n++] = program;
	v[n++] = "--parent-fd";
	v[n++] = "3";
	v[n++] = "--run-dir";
	v[n++] = o->env.run_dir;
	v[n++] = "--state-dir";
	v[n++] = o->env.state_dir;
	v[n++] = "--log-level";
	v[n++] = o->env.log_level;
	if (o->env.log_detail)
		v[n++] = "--log-detail";
	if (o->console)
		v[n++] = "--log-stderr";
	if (o->no_syslog)
		v[n++] = "--no-syslog";
	if (o->facility != LOG_DAEMON) {
		v[n++] = "--log-facility";
		v[n++] = facility_word(o);
	}
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
	if (role == ROLE_LVS && o->ipvs_fd >= 0)
		v[n++] = "--ipvs-fd";
	if (o->console)
		v[n++] = "-l";
	if (o->env.log_detail)
		v[n++] = "-D";
	if (*o->env.log_level) {
		v[n++] = "--log-level";
		v[n++] = o->env.log_level;
	}
	if (o->no_syslog)
		v[n++] = "-G";
	if (o->facility != LOG_DAEMON) {
		v[n++] = "-S";
		v[n++] = facility_word(o);
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
	if (o->env.snmp_standalone) {
		v[n++] = "--snmp-standalone";
		v[n++] = o->env.snmp_standalone;
	}
	if (o->env.config_id) {
		v[n++] = "-i";
		v[n++] = o->env.config_id;
	}
	if (o->env.all_includes)
		v[n++] = "-e";
	v[n] = NULL;
	return v;
}
