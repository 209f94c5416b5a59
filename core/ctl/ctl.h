/*
 * ctl: what one run of halvardctl knows: its options, the replica it received, its link.
 */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include "base/buf.h"
#include "base/loop.h"
#include "ipc/link.h"
#include "model/store.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Exit codes; part of the interface (halvardctl(8)). */
enum ctl_exit {
	CTL_OK = 0,
	CTL_REFUSED = 1,     /* the daemon refused it, it failed, or there is no such row */
	CTL_DIFFERS = 1,     /* diff, as diff(1): something differs */
	CTL_USAGE = 2,       /* the command line is wrong: nothing was sent */
	CTL_UNREACHABLE = 3, /* no daemon behind the control socket */
};

struct command;

/* Who goes on looking when the rows are there (watch, top). */
struct observer {
	void (*row)(void *arg, enum table_id t, const void *row, const struct fieldset *changed,
		    const void *old);
	void (*gone)(void *arg, enum table_id t, const void *row);
	/* The link is down; it is up again, and the rows have become what is. */
	void (*lost)(void *arg, const char *why);
	void (*back)(void *arg);
};

struct ctl {
	const struct command *command;
	/* options */
	const char *run_dir;
	bool json;
	bool colour;
	bool all;            /* --all: every match, not only one */
	const char *reason;  /* --reason TEXT, or NULL */
	const char *time_s;  /* --time SECONDS, or NULL */
	const char *trial_s; /* --confirm SECONDS, or NULL */
	const char *peer;    /* --peer FILE, or NULL */
	const char *sort;    /* --sort COLUMN, or NULL */
	bool dry_run;        /* --dry-run */
	bool help;           /* --help */
	unsigned given;      /* TAKES_ of the options that were given */
	/* the daemon's rows, and when they were received */
	struct store *store;
	struct mono now;
	int64_t wall_ms;
	FILE *out; /* where views print; NULL: standard output */
	const struct observer *observer;
	void *observer_arg;
	/* connection */
	struct loop *loop;
	struct link *link;
	bool up;
	bool replaced; /* by a daemon of another version */
	struct timer retry;
	char down_why[128];
	uint32_t asked; /* number of the request that is waited for */
	bool answered;
	struct result result; /* of the request that was answered, or why none was sent */
	struct buf lines;     /* MSG_LINES that came before it */
	bool printed;         /* --json: the one object is out */
};

#endif
