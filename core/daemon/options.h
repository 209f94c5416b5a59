/* options: the command line of halvard, with keepalived's letters. */
#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H

#include "base/log_levels.h"
#include "config/config.h"
#include "ipc/parent.h"

struct options {
	struct role_env env;       /* role is ROLE_GUARDIAN unless --role names another */
	const char *pid_file;      /* NULL: RUNDIR/halvard.pid */
	bool foreground;           /* -n */
	bool console;              /* -l */
	bool no_syslog;            /* -G */
	int facility;              /* -S */
	int ipvs_fd;               /* of the namespace of the IPVS table; -1: that of lvs */
	const char *net_namespace; /* -s; NULL: that of the caller */
	int umask;                 /* -u, or UMASK_AS_IT_IS */
	bool core_dump;            /* -m */
	bool no_vrrp;              /* -C: checks only */
	bool no_lvs;               /* -P: VRRP only */
	int watchdog_s;            /* --watchdog: 0 off, WATCHDOG_OF_ROLE as the role says */
	bool test;                 /* -t */
	const char *report;        /* -tREPORT: where the findings go; NULL: to standard error */
	bool print_config;
	struct log_levels levels; /* --log-level; env.log_level is its text */
	char level_text[LOG_LEVELS_TEXT];
};

#define WATCHDOG_OF_ROLE (-1)
#define UMASK_AS_IT_IS   (-1)

enum options_result { OPTIONS_RUN, OPTIONS_DONE, OPTIONS_BAD };

/* Reads argv into `o`. DONE: help or version was printed; BAD: a message was. */
enum options_result options_parse(struct options *o, int argc, char **argv);

/* How the configuration is to be read. */
struct config_options options_of_config(const struct role_env *env);

/* The arguments with which `o` starts again as `role`; NULL terminated, the caller frees the
 * array (not the words). `program` is argv[0]. */
const char **options_for_role(const struct options *o, enum role role, const char *program);

#endif
