/* buf: see buf.h. */
#include "base/buf.h"

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){0};
}

void buf_reset(struct buf *b)
{
	b->len = 0;
}

static void reserve(struct buf *b, size_t more)
{
	size_t cap = b->cap ? b->cap : 256;

	if (b->data && b->len + more <= b->cap)
		return;
	while (cap < b->len + more)
		cap *= 2;
	b->data = xrealloc(b->data, 1, cap);
	b->cap = cap;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
	if (!len)
		return;
	reserve(b, len);
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

static void add_le(struct buf *b, uint64_t v, size_t bytes)
{
	reserve(b, bytes);
	for (size_t i = 0; i < bytes; i++)
		b->data[b->len++] = (unsigned char)(v >> (8 * i));
}

void buf_u8(struct buf *b, uint8_t v)
{
	add_le(b, v, 1);
}

void buf_u16(struct buf *b, uint16_t v)
{
	add_le(b, v, 2);
}

void buf_u32(struct buf *b, uint32_t v)
{
	add_le(b, v, 4);
}

void buf_u64(struct buf *b, uint64_t v)
{
	add_le(b, v, 8);
}

void buf_str(struct buf *b, const char *s)
{
	size_t len = strlen(s);

	if (len > UINT16_MAX)
		len = UINT16_MAX;
	buf_u16(b, (uint16_t)len);
	buf_add(b, s, len);
}

void buf_text(struct buf *b, const char *s)
{
	buf_str(b, s);
	buf_u8(b, 0);
}

void buf_patch_u32(struct buf *b, size_t at, uint32_t v)
{
	for (size_t i = 0; i < 4; i++)
		b->data[at + i] = (unsigned char)(v >> (8 * i));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	reserve(b, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf((char *)b->data + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

const char *buf_cstr(struct buf *b)
{
	reserve(b, 1);
	b->data[b->len] = '\0';
	return (const char *)b->data;
}

struct cursor cursor_over(const void *data, size_t len)
{
	return (struct cursor){.p = data, .end = (const unsigned char *)data + len};
}

size_t cursor_left(const struct cursor *c)
{
	return (size_t)(c->end - c->p);
}

const unsigned char *cursor_bytes(struct cursor *c, size_t len)
{
	const unsigned char *p = c->p;

	if (c->failed || cursor_left(c) < len) {
		c->failed = true;
		return NULL;
	}
	c->p += len;
	return p;
}

static uint64_t take_le(struct cursor *c, size_t bytes)
{
	const unsigned char *p = cursor_bytes(c, bytes);
	uint64_t v = 0;

	for (size_t i = 0; p && i < bytes; i++)
		v |= (uint64_t)p[i] << (8 * i);
	return v;
}

uint8_t cursor_u8(struct cursor *c)
{
	return (uint8_t)take_le(c, 1);
}

uint16_t cursor_u16(struct cursor *c)
{
	return (uint16_t)take_le(c, 2);
}

uint32_t cursor_u32(struct cursor *c)
{
	return (uint32_t)take_le(c, 4);
}

uint64_t cursor_u64(struct cursor *c)
{
	return take_le(c, 8);
}

bool cursor_str(struct cursor *c, char *dst, size_t size)
{
	size_t len = cursor_u16(c);
	const unsigned char *p = cursor_bytes(c, len);

	if (!p || len >= size || memchr(p, 0, len)) {
		c->failed = true;
		return false;
	}
	memcpy(dst, p, len);
	memset(dst + len, 0, size - len);
	return true;
}

bool cursor_text(struct cursor *c, const char **ret)
{
	size_t len = cursor_u16(c);
	const unsigned char *p = cursor_bytes(c, len + 1);

	if (!p || memchr(p, 0, len + 1) != p + len) {
		c->failed = true;
		return false;
	}
	*ret = (const char *)p;
	return true;
}
