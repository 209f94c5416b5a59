/*
 * buf: a growing byte buffer for writing, and a bounded cursor for reading.
 *
 * Integers are little endian. A reader past its end sets `failed`, yields zeros
 * and never touches memory outside its bytes, so that a decoder may read a whole
 * record and test `failed` once.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	unsigned char *data;
	size_t len;
	size_t cap;
};

void buf_free(struct buf *b);
void buf_reset(struct buf *b); /* length 0, memory kept */
void buf_add(struct buf *b, const void *data, size_t len);
void buf_u8(struct buf *b, uint8_t v);
void buf_u16(struct buf *b, uint16_t v);
void buf_u32(struct buf *b, uint32_t v);
void buf_u64(struct buf *b, uint64_t v);
/* u16 length, then the bytes without a NUL. */
void buf_str(struct buf *b, const char *s);
/* The same with a NUL, so that it can be read in its place. */
void buf_text(struct buf *b, const char *s);
/* Overwrites 4 bytes at `at` (a length that is known later). */
void buf_patch_u32(struct buf *b, size_t at, uint32_t v);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The content as a C string (a NUL is kept behind the content). */
const char *buf_cstr(struct buf *b);

struct cursor {
	const unsigned char *p;
	const unsigned char *end;
	bool failed;
};

struct cursor cursor_over(const void *data, size_t len);
size_t cursor_left(const struct cursor *c);
uint8_t cursor_u8(struct cursor *c);
uint16_t cursor_u16(struct cursor *c);
uint32_t cursor_u32(struct cursor *c);
uint64_t cursor_u64(struct cursor *c);
/* Pointer to len bytes inside the data, or NULL and failed. */
const unsigned char *cursor_bytes(struct cursor *c, size_t len);
/* Reads a buf_str() into dst; a string that does not fit or holds a NUL fails. */
bool cursor_str(struct cursor *c, char *dst, size_t size);
/* Points at a buf_text() inside the data. */
bool cursor_text(struct cursor *c, const char **ret);

#endif
