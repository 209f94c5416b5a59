/*
 * value: a field as halvardctl shows it, to a person and in JSON.
 */
#ifndef CTL_VALUE_H
#define CTL_VALUE_H

#include "ctl/ctl.h"
#include "ctl/json.h"

/* With unit; times as "5 min ago" or "2026-11-22 12:53:00". Returns buf. */
const char *value_text(const struct ctl *c, const struct field *f, const void *row, char *buf,
		       size_t size);
/* How long ago, in the largest unit that fits: "7 s", "5 min", "3 h", "12 d"; "-": never. */
const char *value_age(const struct ctl *c, struct mono when, char *buf, size_t size);
/* Wall time in the caller's time zone; "-": never. */
const char *value_wall(uint64_t wall_ms, char *buf, size_t size);
/* 1234567 -> "1.2M"; what is below 10000 stays as it is. */
const char *value_short(uint64_t v, char *buf, size_t size);
/* One field or a whole row; times are RFC 3339 in UTC, what is absent is null. */
void value_json(const struct ctl *c, struct json *j, const struct field *f, const void *row);
void value_json_row(const struct ctl *c, struct json *j, const char *key, enum table_id t,
		    const void *row);
/* The words of the row's key as an array "key". */
void value_json_key(struct json *j, enum table_id t, const void *row);
/* A point in time, RFC 3339 in UTC. */
void value_json_time(struct json *j, const char *key, int64_t wall_ms);
/* When it was in wall time, as far as this machine's clocks tell; 0: never. */
int64_t value_wall_ms(const struct ctl *c, const struct field *f, const void *row);
/* The rows of a table as an array under its name, a table without keys as one object. With
 * `keys` only rows whose first keys are these (an entry may be NULL: any). */
#define VALUE_KEYS 2
void value_json_table(const struct ctl *c, struct json *j, enum table_id t,
		      const char *const keys[VALUE_KEYS]);

#endif
