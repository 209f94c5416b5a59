/*
 * mention: a glance at a file that need not be read for what is asked.
 *
 * A keyword can come into the lines of a configuration in three ways: it is written there,
 * perhaps with quotes or backslashes in it, another file is included, or a variable is replaced.
 * Who finds none of the three in the octets knows that the keyword is not there; all else is for
 * the parser.
 */
#include "config/config.h"

#include "base/text.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define WINDOW  32768
#define KEYWORD 64 /* longer than any */

struct glance {
	char text[KEYWORD + WINDOW]; /* the end of what was there before, and what was read */
	size_t len;
	const char *keyword;
};

/* Quotes and backslashes may stand inside a word, and are not part of it. */
static size_t without_quotes(char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		if (text[i] != '"' && text[i] != '\\')
			text[n++] = text[i];
	return n;
}

static bool holds(const struct glance *g, const char *word)
{
	return memmem(g->text, g->len, word, strlen(word));
}

static bool finds(struct glance *g, size_t got)
{
	size_t keep;

	g->len += without_quotes(g->text + g->len, got);
	if (holds(g, g->keyword) || holds(g, "include") || holds(g, "$"))
		return true;
	keep = g->len < KEYWORD ? g->len : KEYWORD;
	memmove(g->text, g->text + g->len - keep, keep);
	g->len = keep;
	return false;
}

bool config_may_mention(const char *path, const char *keyword)
{
	struct glance g = {.keyword = keyword};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t got = -1;
	bool found = false;

	if (fd < 0)
		return true;
	while (!found && (got = read(fd, g.text + g.len, WINDOW)) > 0)
		found = finds(&g, (size_t)got);
	close(fd);
	return found || got < 0;
}
