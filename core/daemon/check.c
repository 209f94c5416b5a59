/*
 * check: see check.h. Findings go to standard error or, with -tREPORT, into that file. Since
 * "-tFILE" looks like a way to name the configuration, a file is overwritten only when it is
 * empty or an earlier report, and never when the configuration was read from it.
 */
#include "daemon/check.h"

#include "config/config.h"
#include "daemon/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As keepalived's -t. */
enum { EXIT_BAD_OPTION = 1, EXIT_CANNOT_RUN = 4, EXIT_HAS_ERRORS = 5, EXIT_INSECURE = 6 };

#define REPORT_HEAD "halvard: report on "

static int config_status(const struct findings *f)
{
	enum finding_level worst = findings_worst(f);

	return worst == FINDING_FATAL   ? EXIT_CANNOT_RUN
	       : findings_security(f)   ? EXIT_INSECURE
	       : worst == FINDING_ERROR ? EXIT_HAS_ERRORS
					: 0;
}

/* ---- the report ------------------------------------------------------- */

static bool was_read(const struct findings *f, const struct stat *st)
{
	struct stat other;

	for (size_t i = 0; i < f->nfiles; i++)
		if (stat(f->files[i], &other) == 0 && other.st_dev == st->st_dev &&
		    other.st_ino == st->st_ino)
			return true;
	return false;
}

static bool is_report(int fd)
{
	char head[sizeof(REPORT_HEAD) - 1];

	return pread(fd, head, sizeof(head), 0) == (ssize_t)sizeof(head) &&
	       memcmp(head, REPORT_HEAD, sizeof(head)) == 0;
}

/* NULL: the file may be overwritten. */
static const char *objection_to(int fd, const struct findings *f)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return strerror(errno);
	if (was_read(f, &st))
		return "it is the configuration itself or included by it";
	if (S_ISREG(st.st_mode) && st.st_size && !is_report(fd))
		return "it has content that is not an earlier report";
	return NULL;
}

/* NULL: it has been said why not. */
static FILE *open_report(const struct options *o, const struct findings *f)
{
	int fd = open(o->report, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	const char *why = fd < 0 ? strerror(errno) : objection_to(fd, f);
	FILE *to;

	if (why) {
		fprintf(stderr,
			"halvard: the report cannot be written to %s: %s; a configuration to be "
			"tested stands after a blank: -t %s\n",
			o->report, why, o->report);
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	if (ftruncate(fd, 0) < 0 && errno != EINVAL) /* EINVAL: a terminal, a pipe */
		fprintf(stderr, "halvard: %s: %s\n", o->report, strerror(errno));
	to = fdopen(fd, "w");
	if (to)
		fprintf(to, REPORT_HEAD "%s\n", o->env.config_file);
	return to;
}

/* ---- what is said ----------------------------------------------------- */

static void count(FILE *to, size_t n, const char *what, const char **comma)
{
	if (!n)
		return;
	fprintf(to, "%s%zu %s%s", *comma, n, what, n == 1 ? "" : "s");
	*comma = ", ";
}

static void print_summary(const struct findings *f, int status, FILE *to)
{
	size_t n[FINDING_FATAL + 1] = {0};
	const char *comma = "";

	for (size_t i = 0; i < f->count; i++)
		n[f->items[i].level]++;
	count(to, n[FINDING_ERROR] + n[FINDING_FATAL], "error", &comma);
	count(to, n[FINDING_WARNING], "warning", &comma);
	count(to, n[FINDING_NOTICE], "notice", &comma);
	fprintf(to, "%s in %zu file%s%s\n", comma[0] ? "" : "nothing to complain about", f->nfiles,
		f->nfiles == 1 ? "" : "s",
		status == EXIT_CANNOT_RUN   ? ": it cannot run"
		: status == EXIT_INSECURE   ? ": scripts are not safe"
		: status == EXIT_HAS_ERRORS ? ": it would run without what was left out"
					    : "");
}

static bool wants_colours(FILE *to)
{
	const char *term = getenv("TERM");

	return isatty(fileno(to)) && !getenv("NO_COLOR") && term && strcmp(term, "dumb") != 0;
}

static void print_findings(const struct findings *f, FILE *to)
{
	bool colours = wants_colours(to);

	for (size_t i = 0; i < f->count; i++)
		(colours ? finding_print_colour : finding_print)(&f->items[i], to);
}

/* The status, or EXIT_BAD_OPTION when the report could not be written. */
static int say(const struct options *o, const struct findings *f, int status)
{
	FILE *to = o->report ? open_report(o, f) : stderr;

	if (!to)
		return EXIT_BAD_OPTION;
	print_findings(f, to);
	if (o->test)
		print_summary(f, status, to);
	if (to == stderr)
		return status;
	if (fclose(to) != 0) {
		fprintf(stderr, "halvard: %s: %s\n", o->report, strerror(errno));
		return EXIT_BAD_OPTION;
	}
	return status;
}

int check_config(const struct options *o)
{
	struct findings f = {0};
	struct config_options how = options_of_config(&o->env);
	struct store *s;
	int status, said;

	if (o->test && !o->net_namespace) /* another namespace has other interfaces */
		how.machine = &this_machine;
	s = config_load(o->env.config_file, &how, &f);
	status = config_status(&f);
	said = say(o, &f, status);
	if (o->print_config && status != EXIT_CANNOT_RUN)
		config_print(s, stdout);
	findings_free(&f);
	store_free(s);
	return said;
}
