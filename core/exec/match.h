/* match: whether a process is one that is tracked. Pure. */
#ifndef EXEC_MATCH_H
#define EXEC_MATCH_H

#include "base/argv.h"
#include "model/rows_track.h"

#include <stddef.h>

/* What /proc shows of a process: its name, and its command line, words that end with NUL each. */
struct process_seen {
	const char *comm;
	const char *cmdline;
	size_t len;
};

/* Whether the command line counts, and not the name alone; else it need not be read. */
bool match_needs_cmdline(const struct track_process_row *t, const struct argv *wanted);
/* `wanted`: the words of t->process. */
bool match_process(const struct track_process_row *t, const struct argv *wanted,
		   const struct process_seen *seen);

#endif
