/*
 * match: see match.h. The name of a process is what the kernel has, 15 octets of it; where
 * parameters or the full command count, the first word of the command line, with its folders when
 * they were written.
 */
#include "exec/match.h"

#include "base/text.h"

#include <string.h>

#define COMM_MAX 15

bool match_needs_cmdline(const struct track_process_row *t, const struct argv *wanted)
{
	return t->full_command || wanted->count > 1 || t->param_match != PARAM_MATCH_ANY;
}

static bool same_name(const char *wanted, const char *first)
{
	const char *slash = strchr(wanted, '/') ? NULL : strrchr(first, '/');

	return text_eq(wanted, slash ? slash + 1 : first);
}

static bool same_params(const struct track_process_row *t, const struct argv *wanted, const char *p,
			const char *end)
{
	for (unsigned i = 1; i < wanted->count; i++) {
		const char *word = wanted->words[i];
		bool last = i + 1 == wanted->count && t->param_match == PARAM_MATCH_INITIAL;

		if (p >= end || (last ? strncmp(p, word, strlen(word)) != 0 : !text_eq(p, word)))
			return false;
		p += strlen(p) + 1;
	}
	return p >= end || (wanted->count > 1 && t->param_match != PARAM_MATCH_ANY &&
			    t->param_match != PARAM_MATCH_EXACT);
}

bool match_process(const struct track_process_row *t, const struct argv *wanted,
		   const struct process_seen *seen)
{
	const char *end = seen->cmdline + seen->len, *params;

	if (!match_needs_cmdline(t, wanted))
		return strncmp(wanted->words[0], seen->comm, COMM_MAX) == 0;
	if (!seen->len || !same_name(wanted->words[0], seen->cmdline))
		return false;
	params = seen->cmdline + strlen(seen->cmdline) + 1;
	if (wanted->count == 1 && t->param_match == PARAM_MATCH_ANY)
		return true;
	return same_params(t, wanted, params, end);
}
