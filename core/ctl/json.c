/*
 * json: see json.h. Process: halvardctl.
 *
 * The writer keeps only the depth and whether a comma is due; that openings and closings
 * match is the caller's part (halvardctl's tests read everything it prints with Python's
 * parser).
 */
#include "ctl/json.h"

#include "base/text.h"

static void newline(struct json *j)
{
	if (j->compact)
		return;
	buf_printf(&j->out, "\n%*s", (int)(2 * j->depth), "");
}

static void quoted(struct buf *b, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	buf_u8(b, '"');
	while (*s) {
		size_t len = text_utf8((const char *)s);

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

void json_signed(struct json *j, const char *key, int64_t value)
{
	lead(j, key);
	buf_printf(&j->out, "%lld", (long long)value);
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
