/*
 * json: see json.h. Process: halvardctl.
 *
 * The writer keeps only the depth and whether a comma is due; that openings and closings
 * match is the caller's part (halvardctl's tests read everything it prints with Python's
 * parser). UTF-8 is checked as RFC 3629 defines it: no overlong forms, no surrogates.
 */
#include "ctl/json.h"

static void newline(struct json *j)
{
	if (j->compact)
		return;
	buf_printf(&j->out, "\n%*s", (int)(2 * j->depth), "");
}

/* Length of the UTF-8 character at s, 0 when it is none. */
static unsigned utf8_len(const unsigned char *s)
{
	unsigned len = s[0] < 0x80 ? 1 : s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	for (unsigned i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f))
		return 0;
	if ((s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

static void quoted(struct buf *b, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	buf_u8(b, '"');
	while (*s) {
		unsigned len = utf8_len(s);

		if (*s == '"' || *s == '\\')
			buf_printf(b, "\\%c", *s);
		else if (*s < 0x20 || *s == 0x7f)
			buf_printf(b, "\\u%04x", *s);
		else if (len)
			buf_add(b, s, len);
		else
			buf_printf(b, "\\ufffd");
		s += len ? len : 1;
	}
	buf_u8(b, '"');
}

/* Comma, line and key: what stands before any value. */
static void lead(struct json *j, const char *key)
{
	if (j->depth) {
		if (!j->empty)
			buf_u8(&j->out, ',');
		newline(j);
	}
	j->empty = false;
	if (key) {
		quoted(&j->out, key);
		buf_printf(&j->out, j->compact ? ":" : ": ");
	}
}

void json_open(struct json *j, const char *key, char kind)
{
	lead(j, key);
	buf_u8(&j->out, (uint8_t)kind);
	j->depth++;
	j->empty = true;
}

void json_close(struct json *j, char kind)
{
	j->depth--;
	if (!j->empty)
		newline(j);
	buf_u8(&j->out, (uint8_t)kind);
	j->empty = false;
}

void json_text(struct json *j, const char *key, const char *value)
{
	lead(j, key);
	quoted(&j->out, value);
}

void json_number(struct json *j, const char *key, uint64_t value)
{
	lead(j, key);
	buf_printf(&j->out, "%llu", (unsigned long long)value);
}

void json_bool(struct json *j, const char *key, bool value)
{
	lead(j, key);
	buf_printf(&j->out, value ? "true" : "false");
}

void json_null(struct json *j, const char *key)
{
	lead(j, key);
	buf_printf(&j->out, "null");
}

void json_free(struct json *j)
{
	buf_free(&j->out);
}
