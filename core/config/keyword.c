/*
 * keyword: looking words up, and turning text into field values and back.
 *
 * A number is converted with the range of the keyword, or else of the field, so that the same
 * limits hold for the file, halvardctl and SNMP. Times are decimal seconds in the file and
 * integers of the field's own unit (s, ms, cs) in the row; a time finer than the unit is
 * rounded up, never to zero.
 */
#include "config/keyword.h"

#include "base/log.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- looking up ------------------------------------------------------ */

const struct keyword *keyword_among(const struct keyword *rows, const char *name)
{
	for (const struct keyword *k = rows; k && k->name; k++)
		if (text_eq(k->name, name))
			return k;
	return NULL;
}

const struct keyword *keyword_row(const struct block *b, const char *name)
{
	return keyword_among(b->keywords, name);
}

const struct keyword *keyword_find(const struct block *b, const char *name)
{
	const struct keyword *k = keyword_row(b, name);

	return k && k->means ? keyword_row(b, k->means) : k;
}

bool keyword_has_field(const struct keyword *k)
{
	return k->status == KEYWORD_DONE && !k->means && !k->block;
}

static void add_block(const struct block *list[BLOCKS_MAX], size_t *n, const struct block *b)
{
	for (size_t i = 0; i < *n; i++)
		if (list[i] == b)
			return;
	if (*n == BLOCKS_MAX)
		fatalx("more blocks than BLOCKS_MAX");
	list[(*n)++] = b;
}

size_t blocks_list(const struct block *list[BLOCKS_MAX])
{
	size_t n = 0;

	add_block(list, &n, &block_root);
	for (size_t i = 0; i < n; i++)
		for (const struct keyword *k = list[i]->keywords; k && k->name; k++)
			if (k->block)
				add_block(list, &n, k->block);
	return n;
}

/* The same in other letters, the same by another name, or spelt nearly so. */
static const char *nearest_of(const char *word, const char *const *names)
{
	const char *synonym = hint_synonym(word, names);

	for (const char *const *n = names; *n; n++)
		if (strcasecmp(word, *n) == 0)
			return *n;
	return synonym ? synonym : text_nearest(word, names);
}

#define NAMES_MAX 256

const char *keyword_nearest(const struct keyword *rows, const char *word)
{
	const char *names[NAMES_MAX + 1];
	size_t n = 0;

	for (const struct keyword *k = rows; k && k->name && n < NAMES_MAX; k++)
		names[n++] = k->name;
	names[n] = NULL;
	return nearest_of(word, names);
}

const struct block *keyword_elsewhere(const struct block *b, const char *name)
{
	const struct block *list[BLOCKS_MAX];
	size_t n = blocks_list(list);

	for (size_t i = 0; i < n; i++)
		if (list[i] != b && keyword_row(list[i], name))
			return list[i];
	return NULL;
}

const struct field *keyword_field(const struct keyword *k)
{
	return &schema_table(k->table)->fields[field_at(k->table, k->offset)];
}

/* ---- text to value --------------------------------------------------- */

static bool in_list(const char *const *list, const char *name)
{
	for (; list && *list; list++)
		if (text_eq(*list, name))
			return true;
	return false;
}

bool keyword_boolean(const char *text, bool *ret)
{
	static const char *const yes[] = {"on", "true", "yes", NULL};
	static const char *const no[] = {"off", "false", "no", NULL};

	*ret = in_list(yes, text);
	return *ret || in_list(no, text);
}

static uint64_t units_per_second(const struct field *f)
{
	if (text_eq(f->unit, "us"))
		return 1000000;
	if (text_eq(f->unit, "ms"))
		return 1000;
	if (text_eq(f->unit, "cs"))
		return 100;
	if (text_eq(f->unit, "s"))
		return 1;
	fatalx("field %s is no time", f->name);
}

static void range_of(const struct keyword *k, const struct field *f, uint64_t *min, uint64_t *max)
{
	*min = k->max ? k->min : f->min;
	*max = k->max ? k->max : f->max;
}

/* So that a number may be negative where the field may. */
static bool read_number(const struct field *f, const char *text, uint64_t min, uint64_t max,
			uint64_t *ret)
{
	int64_t i;

	if (f->type != FT_I32)
		return text_u64(text, min, max, ret);
	if (!text_i64(text, (int64_t)min, (int64_t)max, &i))
		return false;
	*ret = (uint64_t)i;
	return true;
}

static void seconds_text(uint64_t value, uint64_t per_second, char *buf, size_t size)
{
	int digits = per_second == 1000000 ? 6 : per_second == 1000 ? 3 : per_second == 100 ? 2 : 0;
	int n = snprintf(buf, size, "%" PRIu64, value / per_second);

	if (!(value % per_second))
		return;
	n += snprintf(buf + n, size - (size_t)n, ".%0*" PRIu64, digits, value % per_second);
	while (buf[n - 1] == '0')
		buf[--n] = '\0';
}

/* Digits, and what of `more` goes with them. */
static bool is_number(const char *text, const char *more)
{
	while (*text && (strchr("0123456789", *text) || strchr(more, *text)))
		text++;
	return !*text;
}

static void range_allowed(const struct keyword *k, const struct field *f, char *buf, size_t size)
{
	uint64_t min, max;
	char low[32], high[32];

	range_of(k, f, &min, &max);
	if (k->conv == CONV_NUMBER) {
		snprintf(buf, size,
			 f->type == FT_I32 ? "%" PRId64 "..%" PRId64 : "%" PRIu64 "..%" PRIu64, min,
			 max);
		return;
	}
	seconds_text(min, units_per_second(f), low, sizeof(low));
	seconds_text(max, units_per_second(f), high, sizeof(high));
	snprintf(buf, size, "%s..%s seconds", low, high);
}

static void choices_allowed(const struct keyword *k, char *buf, size_t size)
{
	size_t n = 0;

	for (const struct enum_name *c = k->choices; c->name && n < size; c++)
		n += (size_t)snprintf(buf + n, size - n, "%s%s", c == k->choices ? "" : ", ",
				      c->name);
}

/* Of a text, octets. */
static size_t longest(const struct field *f)
{
	return f->type == FT_TEXT ? (size_t)f->max : (size_t)f->size - 1;
}

void keyword_allowed(const struct keyword *k, char *buf, size_t size)
{
	const struct field *f = keyword_field(k);

	switch (k->conv) {
	case CONV_NUMBER:
	case CONV_SECONDS:
		range_allowed(k, f, buf, size);
		break;
	case CONV_CHOICE:
		choices_allowed(k, buf, size);
		break;
	case CONV_TEXT:
		snprintf(buf, size, "%u..%u characters", (unsigned)(k->max ? k->min : f->min),
			 (unsigned)longest(f));
		break;
	case CONV_ADDRESS:
		text_copy(buf, size, "an IPv4 or IPv6 address");
		break;
	case CONV_FLAG:
	case CONV_UNFLAG:
		text_copy(buf, size, "on, off, true, false, yes, no");
		break;
	}
}

#define CHOICES_MAX 32

static bool refuse(const struct keyword *k, const char *text, const char *how, char *why)
{
	char allowed[256];

	keyword_allowed(k, allowed, sizeof(allowed));
	snprintf(why, TEXT_MAX, "\"%.64s\" %s %s", text, how, allowed);
	return false;
}

static bool convert_number(const struct keyword *k, const struct field *f, const char *text,
			   void *row, char *why)
{
	uint64_t min, max, value;

	range_of(k, f, &min, &max);
	if (!read_number(f, text, min, max, &value))
		return refuse(k, text,
			      is_number(text, "-") ? "is out of range, allowed is"
						   : "is not a whole number, allowed is",
			      why);
	field_put(f, row, value);
	return true;
}

static bool convert_seconds(const struct keyword *k, const struct field *f, const char *text,
			    void *row, char *why)
{
	uint64_t step = 1000000 / units_per_second(f), min, max, us, value = 0;
	bool ok = text_fixed(text, 6, &us) && us <= UINT64_MAX / 2;

	range_of(k, f, &min, &max);
	if (ok)
		value = us / step + (us % step != 0);
	if (!ok || value < min || value > max)
		return refuse(k, text,
			      is_number(text, "-.") ? "is out of range, allowed is"
						    : "is not a time, allowed is",
			      why);
	field_put(f, row, value);
	return true;
}

bool keyword_rounds(const struct keyword *k, const char *text)
{
	uint64_t us;

	return text_fixed(text, 6, &us) && us % (1000000 / units_per_second(keyword_field(k)));
}

static void suggest_choice(const struct keyword *k, const char *text, char *why)
{
	const char *names[CHOICES_MAX + 1] = {NULL}, *nearest;
	size_t used = strlen(why);

	for (unsigned i = 0; i < CHOICES_MAX && k->choices[i].name; i++)
		names[i] = k->choices[i].name;
	nearest = nearest_of(text, names);
	if (nearest)
		snprintf(why + used, TEXT_MAX - used, ", did you mean %s?", nearest);
}

static bool convert_choice(const struct keyword *k, const struct field *f, const char *text,
			   void *row, char *why)
{
	for (const struct enum_name *c = k->choices; c->name; c++) {
		if (k->any_case ? strcasecmp(text, c->name) != 0 : !text_eq(text, c->name))
			continue;
		if (f->type == FT_STR)
			text_copy((char *)row + f->offset, f->size, c->name);
		else
			field_put(f, row, (uint64_t)c->value);
		return true;
	}
	refuse(k, text, "is not one of", why);
	suggest_choice(k, text, why);
	return false;
}

static bool convert_text(const struct keyword *k, const struct field *f, const char *text,
			 void *row, char *why)
{
	size_t len = strlen(text);
	char how[64];

	if (len <= longest(f) && len >= (k->max ? k->min : f->min)) {
		if (f->type == FT_TEXT)
			field_point(f, row, text);
		else
			text_copy((char *)row + f->offset, f->size, text);
		return true;
	}
	snprintf(how, sizeof(how), "has %zu characters, allowed is", len);
	return refuse(k, text, how, why);
}

static bool convert_flag(const struct keyword *k, const struct field *f, const char *text,
			 void *row, char *why)
{
	bool value;

	if (!keyword_boolean(text, &value))
		return refuse(k, text, "is not one of", why);
	field_put(f, row, value != (k->conv == CONV_UNFLAG));
	return true;
}

bool keyword_convert(const struct keyword *k, const char *text, void *row, char *why)
{
	const struct field *f = keyword_field(k);

	switch (k->conv) {
	case CONV_NUMBER:
		return convert_number(k, f, text, row, why);
	case CONV_SECONDS:
		return convert_seconds(k, f, text, row, why);
	case CONV_CHOICE:
		return convert_choice(k, f, text, row, why);
	case CONV_TEXT:
		return convert_text(k, f, text, row, why);
	case CONV_ADDRESS:
		return addr_parse(text, (struct addr *)((char *)row + f->offset)) ||
		       refuse(k, text, "is not", why);
	case CONV_FLAG:
	case CONV_UNFLAG:
		return convert_flag(k, f, text, row, why);
	}
	return false;
}

/* ---- value to text --------------------------------------------------- */

/* Nothing is defined in a printed file, but some variables are there without a definition. */
static bool begins_predefined(const char *text)
{
	return *text == '$' && (text[1] == '_' || (text[1] == '{' && text[2] == '_'));
}

/* A line that begins with it speaks to the lexer, unless it is in quotes. */
static bool is_heeded(const char *text)
{
	return lex_is_include(text) || text_eq(text, "include_check") ||
	       text_eq(text, "random_seed");
}

void keyword_quote(const char *text, char *buf, size_t size)
{
	size_t n = 0;

	if (text[0] && !strpbrk(text, " \t\r\v\f\"\\!#{}$~@") && !is_heeded(text)) {
		text_copy(buf, size, text);
		return;
	}
	buf[n++] = '"';
	for (; *text && n + 6 < size; text++) {
		if (*text == '"' || *text == '\\')
			buf[n++] = '\\';
		buf[n++] = *text;
		if (begins_predefined(text)) {
			buf[n++] = '"';
			buf[n++] = '"';
		}
	}
	buf[n++] = '"';
	buf[n] = '\0';
}

static const char *choice_text(const struct keyword *k, const struct field *f, const void *row)
{
	if (f->type == FT_STR)
		return (const char *)row + f->offset;
	return enum_name(k->choices, (int)field_get(f, row));
}

bool keyword_text(const struct keyword *k, const void *row, char *buf, size_t size)
{
	const struct field *f = keyword_field(k);
	char addr[ADDR_TEXT_MAX];

	buf[0] = '\0';
	switch (k->conv) {
	case CONV_FLAG:
		text_copy(buf, size, field_get(f, row) ? "" : "no");
		return true;
	case CONV_UNFLAG:
		return !field_get(f, row);
	case CONV_NUMBER:
		field_text(f, row, buf, size);
		return true;
	case CONV_SECONDS:
		seconds_text(field_get(f, row), units_per_second(f), buf, size);
		return true;
	case CONV_CHOICE:
		text_copy(buf, size, choice_text(k, f, row));
		return true;
	case CONV_TEXT:
		keyword_quote(field_str(f, row), buf, size);
		return true;
	case CONV_ADDRESS:
		text_copy(buf, size,
			  addr_text((const struct addr *)((const char *)row + f->offset), addr));
		return true;
	}
	return false;
}
