/* agent_line: the words of an agent on a server, as HAProxy's agents speak. Pure. */
#ifndef LVS_AGENT_LINE_H
#define LVS_AGENT_LINE_H

#include "lvs/check.h"

#define AGENT_UNKNOWN 48

struct agent_line {
	bool says_down;
	char why[64];                /* behind the '#' of a word that takes the server down */
	char unknown[AGENT_UNKNOWN]; /* the first word that means nothing; empty: none */
};

/* What the line makes of what was said before: words that are not in it leave it as it was. */
struct agent_line agent_line_read(const char *line, struct check_weight *w);

/* What is said to an agent: as it was written, with \n, \r, \t and \\ as what they stand for;
 * returns its length. */
size_t agent_text(const char *written, char *buf, size_t size);

#endif
