/* signals: see signals.h. The numbers of real-time signals are known at run time only. */
#include "daemon/signals.h"

#include "base/text.h"

#include <signal.h>
#include <stddef.h>

struct known {
	const char *name;
	int signo;
	const char *advice; /* NULL: it works, or another one of that number has it */
};

#define KNOWN 6

static void table(struct known ret[KNOWN])
{
	const struct known all[KNOWN] = {
	    {"STOP", SIGTERM, NULL},
	    {"RELOAD", SIGHUP, NULL},
	    {"DATA", SIGUSR1, "no file is written; halvardctl status and halvardctl show tell all"},
	    {"STATS", SIGUSR1, NULL}, /* the same: keepalived's SIGUSR2 is a handover here */
	    {"JSON", SIGRTMIN + 2, "no file is written; halvardctl --json status prints it"},
	    {"STATS_CLEAR", SIGRTMAX - 1, "counters are not reset; take the difference of two"},
	};

	for (int i = 0; i < KNOWN; i++)
		ret[i] = all[i];
}

int keepalived_signal(const char *name)
{
	struct known all[KNOWN];

	table(all);
	for (int i = 0; i < KNOWN; i++)
		if (text_eq(all[i].name, name))
			return all[i].signo;
	return 0;
}

void foreign_signals(int ret[FOREIGN_SIGNALS])
{
	struct known all[KNOWN];
	int n = 0;

	table(all);
	for (int i = 0; i < KNOWN; i++)
		if (all[i].advice)
			ret[n++] = all[i].signo;
}

const char *foreign_signal_advice(int signo)
{
	struct known all[KNOWN];

	table(all);
	for (int i = 0; i < KNOWN; i++)
		if (all[i].signo == signo && all[i].advice)
			return all[i].advice;
	return NULL;
}

void foreign_signals_ignore(void)
{
	int all[FOREIGN_SIGNALS];

	foreign_signals(all);
	for (int i = 0; i < FOREIGN_SIGNALS; i++)
		signal(all[i], SIG_IGN);
	signal(SIGUSR2, SIG_IGN); /* the guardian's alone */
}
