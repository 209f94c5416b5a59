/*
 * say: see say.h. Process: halvardctl.
 *
 * The whole message is cleaned, not each value on its way in: a value that nobody thought of is
 * clean too. A message of several lines is several calls.
 */
#include "ctl/say.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define OWN_NAME "halvardctl: "

static struct buf gathered;
static bool gathers;

void say_collect(void)
{
	gathers = true;
}

const char *say_collected(void)
{
	while (gathered.len && gathered.data[gathered.len - 1] == '\n')
		gathered.len--;
	return buf_cstr(&gathered);
}

static void put(FILE *to, const char *text, bool line)
{
	size_t own = strlen(OWN_NAME);

	if (to != stderr || !gathers)
		fprintf(to, "%s%s", text, line ? "\n" : "");
	else
		buf_printf(&gathered, "%s%s", strncmp(text, OWN_NAME, own) ? text : text + own,
			   line ? "\n" : "");
}

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
	put(to, text_printable(text), line);
	free(text);
}
