/*
 * smtp: see smtp.h.
 *
 * Bounded in every way: a line, the lines of an answer. A line ends with LF; the CR before it may
 * be missing. A server that speaks before it was spoken to is none: what it would have said is
 * mixed up with what it was asked.
 */
#include "lvs/smtp.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	unsigned wanted;
	enum smtp_next then;
} steps[SMTP_STEPS] = {
    [SMTP_GREETING] = {"greeting", 220, SMTP_SAY_HELO},
    [SMTP_HELO] = {"answer to HELO", 250, SMTP_SAY_QUIT},
    [SMTP_QUIT] = {"answer to QUIT", 221, SMTP_GOOD},
};

void smtp_begin(struct smtp *s)
{
	memset(s, 0, sizeof(*s));
}

__attribute__((format(printf, 3, 4))) static enum smtp_next bad(struct smtp *s, enum check_reason r,
								const char *fmt, ...)
{
	char text[2 * TEXT_REASON];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	TEXT_COPY(s->text, text);
	text_printable(s->text);
	s->reason = r;
	return SMTP_BAD;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Code of a line, and whether more lines follow; 0: it is none. */
static unsigned code_of(const char *line, bool *more)
{
	if (!is_digit(line[0]) || !is_digit(line[1]) || !is_digit(line[2]))
		return 0;
	if (line[3] && line[3] != ' ' && line[3] != '-')
		return 0;
	*more = line[3] == '-';
	return (unsigned)((line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0'));
}

static enum smtp_next take_line(struct smtp *s)
{
	const char *name = steps[s->step].name;
	unsigned wanted = steps[s->step].wanted, code;
	bool more = false;

	if (s->len && s->line[s->len - 1] == '\r')
		s->len--;
	s->line[s->len] = '\0';
	code = strlen(s->line) == s->len ? code_of(s->line, &more) : 0;
	s->len = 0;
	if (!code)
		return bad(s, REASON_BAD_REPLY, "the %s is not of SMTP: %.48s", name, s->line);
	if (code != wanted)
		return bad(s, REASON_STATUS, "%.56s: the %s should be %u", s->line, name, wanted);
	if (!more) {
		s->lines = 0;
		return steps[s->step++].then;
	}
	if (++s->lines == SMTP_LINES_MAX)
		return bad(s, REASON_BAD_REPLY, "the %s does not end", name);
	return SMTP_WAIT;
}

enum smtp_next smtp_take(struct smtp *s, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		enum smtp_next next;

		if (data[i] != '\n') {
			if (s->len == SMTP_LINE_MAX)
				return bad(s, REASON_BAD_REPLY, "a line of the %s is too long",
					   steps[s->step].name);
			s->line[s->len++] = data[i];
			continue;
		}
		next = take_line(s);
		if (next == SMTP_BAD || next == SMTP_GOOD)
			return next;
		if (next != SMTP_WAIT && i + 1 < len)
			return bad(s, REASON_BAD_REPLY, "it says more than its %s, unasked",
				   steps[s->step - 1].name);
		if (next != SMTP_WAIT)
			return next;
	}
	return SMTP_WAIT;
}

enum smtp_next smtp_closed(struct smtp *s)
{
	return bad(s, REASON_BAD_REPLY, "it closed the connection before its %s",
		   steps[s->step].name);
}

enum smtp_next smtp_late(struct smtp *s)
{
	return bad(s, REASON_TIMEOUT, "%s %s in time",
		   s->len || s->lines ? "only a part of the" : "no", steps[s->step].name);
}
