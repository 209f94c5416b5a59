/*
 * options: see options.h. Process: halvardctl.
 *
 * They may stand before or behind the command. getopt_long(3) judges them; what it has to say
 * is said here, with the nearest right word.
 */
#include "ctl/options.h"

#include "base/text.h"
#include "ctl/say.h"
#include "model/rows.h"

#include <config.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum {
	OPT_RUN_DIR = 256,
	OPT_JSON,
	OPT_ALL,
	OPT_REASON,
	OPT_TIME,
	OPT_PEER,
	OPT_DRY_RUN,
	OPT_CONFIRM,
	OPT_SORT,
	OPT_NO_COLOUR,
	OPT_HELP,
	OPT_VERSION,
};

const struct ctl_option ctl_options[] = {
    {"json", no_argument, OPT_JSON, TAKES_JSON, NULL, "print JSON, as `halvardctl schema` says"},
    {"all", no_argument, OPT_ALL, TAKES_ALL, NULL, "all that fit, not only one"},
    {"reason", required_argument, OPT_REASON, TAKES_REASON, "TEXT", "kept with the change"},
    {"time", required_argument, OPT_TIME, TAKES_TIME, "SECONDS", "take it out then at the latest"},
    {"peer", required_argument, OPT_PEER, TAKES_PEER, "FILE", "an export; - is standard input"},
    {"dry-run", no_argument, OPT_DRY_RUN, TAKES_DRY, NULL, "say what would change, change nothing"},
    {"confirm", required_argument, OPT_CONFIRM, TAKES_TRIAL, "SECONDS",
     "it goes back by itself then, unless `confirm` comes first"},
    {"sort", required_argument, OPT_SORT, TAKES_SORT, "ORDER",
     "name, state, weight, active, cps, in or out"},
    {"run-dir", required_argument, OPT_RUN_DIR, 0, "DIR", "where the control socket is"},
    {"no-colour", no_argument, OPT_NO_COLOUR, 0, NULL, "no colours; NO_COLOR does the same"},
    {"no-color", no_argument, OPT_NO_COLOUR, 0, NULL, NULL},
    {"help", no_argument, OPT_HELP, 0, NULL, "this, or of the command"},
    {"version", no_argument, OPT_VERSION, 0, NULL, "print the version"},
    {NULL},
};

#define COUNT (sizeof(ctl_options) / sizeof(ctl_options[0]))

static void complain_unknown(const char *word)
{
	const char *names[COUNT], *near;
	char name[64];

	TEXT_COPY(name, word + strspn(word, "-"));
	name[strcspn(name, "=")] = '\0';
	for (size_t i = 0; i < COUNT; i++)
		names[i] = ctl_options[i].name;
	near = text_nearest(name, names);
	say(stderr, "halvardctl: unknown option %s%s%s%s\n", word, near ? ": did you mean --" : "",
	    near ? near : "", near ? "?" : "; see halvardctl --help");
}

static void take(struct ctl *c, int value)
{
	switch (value) {
	case OPT_RUN_DIR:
		c->run_dir = optarg;
		break;
	case OPT_JSON:
		c->json = true;
		say_collect();
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
	case OPT_PEER:
		c->peer = optarg;
		break;
	case OPT_DRY_RUN:
		c->dry_run = true;
		break;
	case OPT_CONFIRM:
		c->trial_s = optarg;
		break;
	case OPT_SORT:
		c->sort = optarg;
		break;
	case OPT_NO_COLOUR:
		c->colour = false;
		break;
	case OPT_HELP:
		c->help = true;
		break;
	}
}

static const struct ctl_option *option_of(int value)
{
	const struct ctl_option *o = ctl_options;

	while (o->name && o->value != value)
		o++;
	return o;
}

/* A value below zero, which looks like an option; it stands last. */
static bool is_negative(const char *word)
{
	return word[0] == '-' && word[1] && word[strspn(word + 1, "0123456789") + 1] == '\0';
}

int options_read(struct ctl *c, int argc, char **argv)
{
	struct option table[COUNT] = {{0}};
	int o;

	for (size_t i = 0; ctl_options[i].name; i++)
		table[i] = (struct option){ctl_options[i].name, ctl_options[i].has_arg, NULL,
					   ctl_options[i].value};
	if (argc > 1 && is_negative(argv[argc - 1]))
		argc--;
	while ((o = getopt_long(argc, argv, ":", table, NULL)) != -1) {
		if (o == OPT_VERSION) {
			printf("halvardctl %s\n", PACKAGE_VERSION);
			return CTL_OK;
		}
		if (o == ':') {
			say(stderr, "halvardctl: %s needs its %s\n", argv[optind - 1],
			    option_of(optopt)->arg);
			return CTL_USAGE;
		}
		if (o == '?' && optopt >= OPT_RUN_DIR) {
			say(stderr, "halvardctl: --%s takes no argument\n",
			    option_of(optopt)->name);
			return CTL_USAGE;
		}
		if (o == '?') {
			complain_unknown(argv[optind - 1]);
			return CTL_USAGE;
		}
		c->given |= option_of(o)->takes;
		take(c, o);
	}
	return -1;
}

/* Not 0: what is to be on trial must not stay for that. */
static bool trial_fits(const struct ctl *c)
{
	uint64_t n;

	if (!c->trial_s || text_u64(c->trial_s, 1, CONFIRM_MAX_S, &n))
		return true;
	say(stderr, "halvardctl: --confirm: \"%s\" is not allowed: 1..%u s\n", c->trial_s,
	    CONFIRM_MAX_S);
	return false;
}

bool options_fit(const struct ctl *c, const struct command *k)
{
	for (const struct ctl_option *o = ctl_options; o->name; o++) {
		if (o->takes & c->given & ~k->takes) {
			say(stderr, "halvardctl: %s has no option --%s\n", k->name, o->name);
			return false;
		}
	}
	return trial_fits(c);
}
