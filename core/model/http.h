/* http: what checks by HTTP expect, for those who read it and for those who compare. Pure. */
#ifndef MODEL_HTTP_H
#define MODEL_HTTP_H

#include "model/schema.h"

struct status_range {
	uint16_t low, high; /* 100..999, both included */
};

/* Whether a check (enum check_kind) speaks HTTP, and so has URLs. */
bool http_is_spoken(int kind);
/* Reads "200" or "200-299". */
bool http_status_range(const char *word, struct status_range *ret);
/* Whether the status is in a list of them, "200-299 301"; an empty list has all. */
bool http_status_in(const char *list, unsigned status);

/* Options of PCRE2 by the names that its manual gives them, in lower case. */
enum regex_option {
	REGEX_ALLOW_EMPTY_CLASS = 1,
	REGEX_ALT_BSUX,
	REGEX_ALT_CIRCUMFLEX,
	REGEX_ALT_VERBNAMES,
	REGEX_AUTO_CALLOUT,
	REGEX_CASELESS,
	REGEX_DOLLAR_ENDONLY,
	REGEX_DOTALL,
	REGEX_DUPNAMES,
	REGEX_EXTENDED,
	REGEX_FIRSTLINE,
	REGEX_MATCH_UNSET_BACKREF,
	REGEX_MULTILINE,
	REGEX_NEVER_BACKSLASH_C,
	REGEX_NEVER_UCP,
	REGEX_NEVER_UTF,
	REGEX_NO_AUTO_CAPTURE,
	REGEX_NO_AUTO_POSSESS,
	REGEX_NO_DOTSTAR_ANCHOR,
	REGEX_NO_START_OPTIMIZE,
	REGEX_UCP,
	REGEX_UNGREEDY,
	REGEX_USE_OFFSET_LIMIT,
	REGEX_UTF,
};
extern const struct enum_name http_regex_option_names[];
/* 0: there is none of this name. */
enum regex_option http_regex_option(const char *word);

#endif
