/*
 * json: a small writer of correct JSON (RFC 8259), indented by two blanks, or compact.
 *
 * Whatever the strings hold, the output is valid: control characters are escaped and bytes
 * that are not UTF-8 become U+FFFD. `key` is NULL for the elements of an array and for the
 * outermost value. Numbers are written in full (a counter may exceed 2^53).
 */
#ifndef CTL_JSON_H
#define CTL_JSON_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct json {
	struct buf out;
	unsigned depth;
	bool empty;   /* nothing written yet in the innermost object or array */
	bool compact; /* all in one line */
};

/* kind is '{' or '['. */
void json_open(struct json *j, const char *key, char kind);
void json_close(struct json *j, char kind); /* '}' or ']' */
void json_text(struct json *j, const char *key, const char *value);
void json_number(struct json *j, const char *key, uint64_t value);
void json_signed(struct json *j, const char *key, int64_t value);
void json_bool(struct json *j, const char *key, bool value);
void json_null(struct json *j, const char *key);
void json_free(struct json *j);

#endif
