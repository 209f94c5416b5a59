/*
 * agent_line: see agent_line.h.
 *
 * Words stand between blanks and commas, in any case:
 *   N%                        the server gets so much of its weight
 *   ready, drain, maint       what the agent wants of the server, until it says another of them
 *   up, down, stopped, fail, failed   whether it works, until the agent says another of them
 * Behind a word for failure may stand #reason, which goes on to the end of the line.
 *
 * Runs in the lvs process. Pure.
 */
#include "lvs/agent_line.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define BETWEEN " \t,"

static const struct {
	const char *name;
	enum agent_word word; /* AGENT_NONE: whether it works */
	bool down;
} words[] = {
    {"ready", AGENT_READY, false}, {"drain", AGENT_DRAIN, false}, {"maint", AGENT_MAINT, false},
    {"up", AGENT_NONE, false},     {"down", AGENT_NONE, true},    {"stopped", AGENT_NONE, true},
    {"fail", AGENT_NONE, true},    {"failed", AGENT_NONE, true},
};

static bool read_percent(const char *word, uint16_t *ret)
{
	size_t len = strlen(word);
	char digits[8];
	uint64_t n;

	if (len < 2 || len > sizeof(digits) || word[len - 1] != '%')
		return false;
	snprintf(digits, sizeof(digits), "%.*s", (int)(len - 1), word);
	if (!text_u64(digits, 0, AGENT_PERCENT, &n))
		return false;
	*ret = (uint16_t)n;
	return true;
}

static bool read_word(const char *word, struct check_weight *w)
{
	if (read_percent(word, &w->percent))
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(word, words[i].name) != 0)
			continue;
		if (words[i].word == AGENT_NONE)
			w->agent_down = words[i].down;
		else
			w->agent = (uint8_t)words[i].word;
		return true;
	}
	return false;
}

struct agent_line agent_line_read(const char *line, struct check_weight *w)
{
	struct agent_line ret = {0};
	size_t end = strcspn(line, "\r\n"), len;
	char word[AGENT_UNKNOWN];

	for (size_t i = 0; i < end; i += len) {
		i += strspn(line + i, BETWEEN);
		if (i >= end)
			break;
		if (line[i] == '#') {
			snprintf(ret.why, sizeof(ret.why), "%.*s", (int)(end - i - 1),
				 line + i + 1);
			break;
		}
		len = strcspn(line + i, BETWEEN "#\r\n");
		snprintf(word, sizeof(word), "%.*s", (int)len, line + i);
		if ((len >= sizeof(word) || !read_word(word, w)) && !ret.unknown[0])
			TEXT_COPY(ret.unknown, word);
	}
	text_printable(ret.why);
	text_printable(ret.unknown);
	ret.says_down = w->agent_down;
	return ret;
}

size_t agent_text(const char *written, char *buf, size_t size)
{
	static const char from[] = "nrt\\", to[] = "\n\r\t\\";
	size_t len = 0;

	for (const char *p = written; *p && len + 1 < size; p++) {
		const char *escaped = *p == '\\' && p[1] ? strchr(from, p[1]) : NULL;

		buf[len++] = escaped ? to[escaped - from] : *p;
		p += escaped != NULL;
	}
	buf[len] = '\0';
	return len;
}
