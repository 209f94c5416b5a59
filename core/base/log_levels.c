/* log_levels: see log_levels.h. Pure: text to levels and back. Used by every process. */
#include "base/log_levels.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define WORD_MAX 32

static const char *const level_names[] = {
    [LOG_LV_ERR] = "error", [LOG_LV_WARN] = "warning", [LOG_LV_NOTICE] = "notice",
    [LOG_LV_INFO] = "info", [LOG_LV_DEBUG] = "debug",
};
static const char *const area_names[LOG_AREAS] = {
    [LOG_AREA_GUARDIAN] = "guardian", [LOG_AREA_MAIN] = "main", [LOG_AREA_CONFIG] = "config",
    [LOG_AREA_CONTROL] = "control",   [LOG_AREA_VRRP] = "vrrp", [LOG_AREA_LVS] = "lvs",
    [LOG_AREA_CHECK] = "check",       [LOG_AREA_SNMP] = "snmp", [LOG_AREA_EXEC] = "exec",
};

const char *log_level_name(enum log_level l)
{
	return l >= LOG_LV_ERR && l <= LOG_LV_DEBUG ? level_names[l] : "none";
}

const char *log_area_name(enum log_area a)
{
	return a > LOG_OF_PROCESS && a < LOG_AREAS ? area_names[a] : "process";
}

/* LOG_LV_NONE: no such level. */
static enum log_level level_by_name(const char *name)
{
	for (int l = LOG_LV_ERR; l <= LOG_LV_DEBUG; l++)
		if (text_eq(level_names[l], name))
			return (enum log_level)l;
	return LOG_LV_NONE;
}

/* LOG_OF_PROCESS: no such area. */
static enum log_area area_by_name(const char *name)
{
	for (int a = LOG_OF_PROCESS + 1; a < LOG_AREAS; a++)
		if (text_eq(area_names[a], name))
			return (enum log_area)a;
	return LOG_OF_PROCESS;
}

static bool refuse(const char *what, const char *word, const char *const *names, size_t n,
		   char *why, size_t size)
{
	const char *list[LOG_AREAS + 1] = {0}, *near;
	size_t used;

	used = (size_t)snprintf(why, size, "\"%.31s\" is not %s: allowed are", word, what);
	for (size_t i = 0; i < n && used < size; i++) {
		list[i] = names[i];
		used += (size_t)snprintf(why + used, size - used, "%s %s", i ? "," : "", names[i]);
	}
	near = text_nearest(word, list);
	if (near && used < size)
		snprintf(why + used, size - used, "; did you mean %s?", near);
	return false;
}

static bool take_level(const char *word, uint8_t *ret, char *why, size_t size)
{
	*ret = (uint8_t)level_by_name(word);
	return *ret || refuse("a log level", word, level_names + LOG_LV_ERR,
			      LOG_LV_DEBUG - LOG_LV_ERR + 1, why, size);
}

/* "LEVEL" or "AREA:LEVEL". */
static bool take_word(char *word, struct log_levels *l, char *why, size_t size)
{
	char *colon = strchr(word, ':');
	enum log_area a;

	if (!colon)
		return take_level(word, &l->rest, why, size);
	*colon = '\0';
	a = area_by_name(word);
	if (a == LOG_OF_PROCESS)
		return refuse("an area of the log", word, area_names + 1, LOG_AREAS - 1, why, size);
	return take_level(colon + 1, &l->of[a], why, size);
}

bool log_levels_parse(const char *text, struct log_levels *ret, char *why, size_t size)
{
	static const char between[] = ", \t";
	struct log_levels l = {0};
	char word[WORD_MAX];

	for (text += strspn(text, between); *text; text += strspn(text, between)) {
		size_t len = strcspn(text, between);

		snprintf(word, sizeof(word), "%.*s", (int)len, text);
		if (!take_word(word, &l, why, size))
			return false;
		text += len;
	}
	*ret = l;
	return true;
}

const char *log_levels_text(const struct log_levels *l, char buf[LOG_LEVELS_TEXT])
{
	size_t used = 0;

	buf[0] = '\0';
	if (l->rest)
		used = (size_t)snprintf(buf, LOG_LEVELS_TEXT, "%s", log_level_name(l->rest));
	for (int a = LOG_OF_PROCESS + 1; a < LOG_AREAS; a++)
		if (l->of[a])
			used += (size_t)snprintf(buf + used, LOG_LEVELS_TEXT - used, "%s%s:%s",
						 used ? "," : "", area_names[a],
						 log_level_name(l->of[a]));
	return buf;
}

struct log_levels log_levels_over(const struct log_levels *base, const struct log_levels *more)
{
	struct log_levels l = *base;

	if (more->rest)
		return *more;
	for (int a = 0; a < LOG_AREAS; a++)
		if (more->of[a])
			l.of[a] = more->of[a];
	return l;
}

enum log_level log_levels_get(const struct log_levels *l, enum log_area a)
{
	uint8_t own = a < LOG_AREAS ? l->of[a] : LOG_LV_NONE;

	return (enum log_level)(own ? own : l->rest);
}
