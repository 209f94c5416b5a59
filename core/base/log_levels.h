/*
 * log_levels: which lines are logged: a level for each area of the program, and one for all
 * areas that have none. As text "notice" or "check:debug" or "info,vrrp:debug,check:warning".
 */
#ifndef BASE_LOG_LEVELS_H
#define BASE_LOG_LEVELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level { /* as the severities of syslog(3) */
		 LOG_LV_NONE = 0,
		 LOG_LV_ERR = 3,
		 LOG_LV_WARN = 4,
		 LOG_LV_NOTICE = 5,
		 LOG_LV_INFO = 6,
		 LOG_LV_DEBUG = 7
};

enum log_area {
	LOG_OF_PROCESS, /* the area of the process that logs */
	LOG_AREA_GUARDIAN,
	LOG_AREA_MAIN,
	LOG_AREA_CONFIG,
	LOG_AREA_CONTROL,
	LOG_AREA_VRRP,
	LOG_AREA_LVS,
	LOG_AREA_CHECK,
	LOG_AREA_SNMP,
	LOG_AREA_EXEC,
	LOG_AREAS
};

struct log_levels {
	uint8_t rest;          /* of the areas without one; LOG_LV_NONE: nothing is said of them */
	uint8_t of[LOG_AREAS]; /* LOG_LV_NONE: as the rest */
};

#define LOG_LEVELS_TEXT 176 /* enough for the text of any levels */

const char *log_level_name(enum log_level l);
const char *log_area_name(enum log_area a);
/* Words are divided by commas or blanks; what is not named is LOG_LV_NONE. An empty text says
 * nothing. false: `why` tells the word, what is allowed and the nearest word. */
bool log_levels_parse(const char *text, struct log_levels *ret, char *why, size_t size);
/* The same again as text; returns buf. */
const char *log_levels_text(const struct log_levels *l, char buf[LOG_LEVELS_TEXT]);
/* What `more` says, over what `base` says. A word for the rest replaces all. */
struct log_levels log_levels_over(const struct log_levels *base, const struct log_levels *more);
/* The level in force; LOG_LV_NONE when nothing is said. */
enum log_level log_levels_get(const struct log_levels *l, enum log_area a);

#endif
