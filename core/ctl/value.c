/*
 * value: see value.h. Process: halvardctl.
 *
 * Driven by the field descriptors alone: a field that is added to a table appears here
 * without a change. FT_WHEN is monotonic time, the same in every process of the machine; it
 * becomes an age for a person and, by the distance from now, a wall time for a program.
 */
#include "ctl/value.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

const char *value_age(const struct ctl *c, struct mono when, char *buf, size_t size)
{
	int64_t s = mono_diff(c->now, when) / NS_PER_S;

	if (when.ns == 0)
		snprintf(buf, size, "-");
	else if (s < 120)
		snprintf(buf, size, "%lld s", (long long)(s > 0 ? s : 0));
	else if (s < 2 * 3600)
		snprintf(buf, size, "%lld min", (long long)s / 60);
	else if (s < 2 * 86400)
		snprintf(buf, size, "%lld h", (long long)s / 3600);
	else
		snprintf(buf, size, "%lld d", (long long)s / 86400);
	return buf;
}

const char *value_wall(uint64_t wall_ms, char *buf, size_t size)
{
	time_t t = (time_t)(wall_ms / 1000);
	struct tm tm;

	if (!wall_ms || !localtime_r(&t, &tm) || !strftime(buf, size, "%Y-%m-%d %H:%M:%S", &tm))
		snprintf(buf, size, "-");
	return buf;
}

const char *value_short(uint64_t v, char *buf, size_t size)
{
	static const char units[] = " kMGTPE";
	unsigned u = 0;
	double d = (double)v;

	if (v < 10000) {
		snprintf(buf, size, "%llu", (unsigned long long)v);
		return buf;
	}
	while (d >= 999.5 && units[u + 1]) {
		d /= 1000;
		u++;
	}
	snprintf(buf, size, d < 99.95 ? "%.1f%c" : "%.0f%c", d, units[u]);
	return buf;
}

const char *value_text(const struct ctl *c, const struct field *f, const void *row, char *buf,
		       size_t size)
{
	char text[TEXT_MAX];

	if (f->type == FT_WHEN) {
		struct mono when = {(int64_t)field_get(f, row)};

		value_age(c, when, text, sizeof(text));
		snprintf(buf, size, when.ns ? "%s ago" : "%s", text);
	} else if (f->type == FT_WALL) {
		value_wall(field_get(f, row), buf, size);
	} else {
		field_text(f, row, text, sizeof(text));
		snprintf(buf, size, "%s%s%s", *text ? text : "-", f->unit && *text ? " " : "",
			 f->unit && *text ? f->unit : "");
	}
	return buf;
}

void value_json_time(struct json *j, const char *key, int64_t wall_ms)
{
	char text[80];
	time_t t = (time_t)(wall_ms / 1000);
	struct tm tm;
	size_t n;

	if (!gmtime_r(&t, &tm)) {
		json_null(j, key);
		return;
	}
	n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, sizeof(text) - n, ".%03dZ", (int)(wall_ms % 1000));
	json_text(j, key, text);
}

int64_t value_wall_ms(const struct ctl *c, const struct field *f, const void *row)
{
	uint64_t v = field_get(f, row);

	if (f->type != FT_WHEN || !v)
		return (int64_t)v;
	return c->wall_ms - (c->now.ns - (int64_t)v) / NS_PER_MS;
}

void value_json(const struct ctl *c, struct json *j, const struct field *f, const void *row)
{
	char text[TEXT_MAX];
	uint64_t v = field_is_text(f) || f->type == FT_ADDR ? 0 : field_get(f, row);

	switch (f->type) {
	case FT_BOOL:
		json_bool(j, f->name, v != 0);
		break;
	case FT_U8:
	case FT_U16:
	case FT_U32:
	case FT_U64:
		json_number(j, f->name, v);
		break;
	case FT_I32:
		json_signed(j, f->name, (int64_t)v);
		break;
	case FT_WHEN:
	case FT_WALL:
		if (v)
			value_json_time(j, f->name, value_wall_ms(c, f, row));
		else
			json_null(j, f->name);
		break;
	case FT_ADDR:
	case FT_ENUM:
	case FT_STR:
	case FT_TEXT:
		field_text(f, row, text, sizeof(text));
		if (f->type == FT_ADDR && text_eq(text, "-"))
			json_null(j, f->name);
		else
			json_text(j, f->name, text);
		break;
	}
}

void value_json_key(struct json *j, enum table_id t, const void *row)
{
	const struct table *table = schema_table(t);
	char text[TEXT_MAX];

	json_open(j, "key", '[');
	for (unsigned i = 0; i < table->nkeys; i++)
		json_text(j, NULL, field_text(&table->fields[i], row, text, sizeof(text)));
	json_close(j, ']');
}

void value_json_row(const struct ctl *c, struct json *j, const char *key, enum table_id t,
		    const void *row)
{
	const struct table *table = schema_table(t);

	json_open(j, key, '{');
	for (unsigned i = 0; i < table->nfields; i++)
		value_json(c, j, &table->fields[i], row);
	json_close(j, '}');
}

static bool has_keys(const struct table *t, const void *row, const char *const keys[VALUE_KEYS])
{
	for (unsigned i = 0; keys && i < VALUE_KEYS && i < t->nkeys; i++)
		if (keys[i] && !text_eq(field_str(&t->fields[i], row), keys[i]))
			return false;
	return true;
}

void value_json_table(const struct ctl *c, struct json *j, enum table_id t,
		      const char *const keys[VALUE_KEYS])
{
	const struct table *table = schema_table(t);

	if (table->nkeys == 0) {
		value_json_row(c, j, table->name, t, store_single(c->store, t));
		return;
	}
	json_open(j, table->name, '[');
	for (size_t i = 0; i < store_count(c->store, t); i++)
		if (has_keys(table, store_at(c->store, t, i), keys))
			value_json_row(c, j, NULL, t, store_at(c->store, t, i));
	json_close(j, ']');
}
