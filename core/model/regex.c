/* regex: see regex.h. */
#include "model/regex.h"

#include "base/text.h"
#include "model/http.h"

#include <stdio.h>

static const uint32_t bits[] = {
    [REGEX_ALLOW_EMPTY_CLASS] = PCRE2_ALLOW_EMPTY_CLASS,
    [REGEX_ALT_BSUX] = PCRE2_ALT_BSUX,
    [REGEX_ALT_CIRCUMFLEX] = PCRE2_ALT_CIRCUMFLEX,
    [REGEX_ALT_VERBNAMES] = PCRE2_ALT_VERBNAMES,
    [REGEX_AUTO_CALLOUT] = PCRE2_AUTO_CALLOUT,
    [REGEX_CASELESS] = PCRE2_CASELESS,
    [REGEX_DOLLAR_ENDONLY] = PCRE2_DOLLAR_ENDONLY,
    [REGEX_DOTALL] = PCRE2_DOTALL,
    [REGEX_DUPNAMES] = PCRE2_DUPNAMES,
    [REGEX_EXTENDED] = PCRE2_EXTENDED,
    [REGEX_FIRSTLINE] = PCRE2_FIRSTLINE,
    [REGEX_MATCH_UNSET_BACKREF] = PCRE2_MATCH_UNSET_BACKREF,
    [REGEX_MULTILINE] = PCRE2_MULTILINE,
    [REGEX_NEVER_BACKSLASH_C] = PCRE2_NEVER_BACKSLASH_C,
    [REGEX_NEVER_UCP] = PCRE2_NEVER_UCP,
    [REGEX_NEVER_UTF] = PCRE2_NEVER_UTF,
    [REGEX_NO_AUTO_CAPTURE] = PCRE2_NO_AUTO_CAPTURE,
    [REGEX_NO_AUTO_POSSESS] = PCRE2_NO_AUTO_POSSESS,
    [REGEX_NO_DOTSTAR_ANCHOR] = PCRE2_NO_DOTSTAR_ANCHOR,
    [REGEX_NO_START_OPTIMIZE] = PCRE2_NO_START_OPTIMIZE,
    [REGEX_UCP] = PCRE2_UCP,
    [REGEX_UNGREEDY] = PCRE2_UNGREEDY,
    [REGEX_USE_OFFSET_LIMIT] = PCRE2_USE_OFFSET_LIMIT,
    [REGEX_UTF] = PCRE2_UTF,
};

static uint32_t options_of(const char *words)
{
	char word[64];
	uint32_t ret = 0;

	while (text_word(&words, word, sizeof(word)))
		ret |= bits[http_regex_option(word)];
	return ret;
}

pcre2_code *regex_compile(const char *pattern, const char *options, uint32_t max_offset, char *why,
			  size_t size)
{
	uint32_t set = options_of(options) | (max_offset ? PCRE2_USE_OFFSET_LIMIT : 0);
	PCRE2_UCHAR reason[128];
	PCRE2_SIZE at;
	pcre2_code *ret;
	int error;

	ret = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, set, &error, &at, NULL);
	if (ret)
		return ret;
	pcre2_get_error_message(error, reason, sizeof(reason));
	snprintf(why, size, "regex, at character %zu: %.60s", at, (const char *)reason);
	return NULL;
}
