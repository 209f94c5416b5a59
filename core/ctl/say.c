/*
 * say: see say.h. Process: halvardctl.
 *
 * The whole message is cleaned, not each value on its way in: a value that nobody thought of is
 * clean too. A message of several lines is several calls.
 */
#include "ctl/say.h"

#include "base/log.h"
#include "ctl/grid.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>

void say(FILE *to, const char *fmt, ...)
{
	char *text = NULL;
	bool line;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		fatalx("out of memory");
	line = n > 0 && text[n - 1] == '\n';
	if (line)
		text[n - 1] = '\0';
	fprintf(to, "%s%s", grid_clean(text), line ? "\n" : "");
	free(text);
}
