/* http: see http.h. */
#include "model/http.h"

#include "base/text.h"
#include "model/rows_lvs.h"

#include <stdlib.h>
#include <string.h>

const struct enum_name http_regex_option_names[] = {
    {REGEX_ALLOW_EMPTY_CLASS, "allow_empty_class"},
    {REGEX_ALT_BSUX, "alt_bsux"},
    {REGEX_ALT_CIRCUMFLEX, "alt_circumflex"},
    {REGEX_ALT_VERBNAMES, "alt_verbnames"},
    {REGEX_AUTO_CALLOUT, "auto_callout"},
    {REGEX_CASELESS, "caseless"},
    {REGEX_DOLLAR_ENDONLY, "dollar_endonly"},
    {REGEX_DOTALL, "dotall"},
    {REGEX_DUPNAMES, "dupnames"},
    {REGEX_EXTENDED, "extended"},
    {REGEX_FIRSTLINE, "firstline"},
    {REGEX_MATCH_UNSET_BACKREF, "match_unset_backref"},
    {REGEX_MULTILINE, "multiline"},
    {REGEX_NEVER_BACKSLASH_C, "never_backslash_c"},
    {REGEX_NEVER_UCP, "never_ucp"},
    {REGEX_NEVER_UTF, "never_utf"},
    {REGEX_NO_AUTO_CAPTURE, "no_auto_capture"},
    {REGEX_NO_AUTO_POSSESS, "no_auto_possess"},
    {REGEX_NO_DOTSTAR_ANCHOR, "no_dotstar_anchor"},
    {REGEX_NO_START_OPTIMIZE, "no_start_optimize"},
    {REGEX_UCP, "ucp"},
    {REGEX_UNGREEDY, "ungreedy"},
    {REGEX_USE_OFFSET_LIMIT, "use_offset_limit"},
    {REGEX_UTF, "utf"},
    {0},
};

enum regex_option http_regex_option(const char *word)
{
	for (const struct enum_name *n = http_regex_option_names; n->name; n++)
		if (text_eq(n->name, word))
			return n->value;
	return 0;
}

bool http_is_spoken(int kind)
{
	return kind == CHECK_HTTP || kind == CHECK_SSL;
}

bool http_status_range(const char *word, struct status_range *ret)
{
	char low[8], *dash;
	uint64_t from, to;

	if (!text_copy(low, sizeof(low), word))
		return false;
	dash = strchr(low, '-');
	if (dash)
		*dash = '\0';
	if (!text_u64(low, 100, 999, &from) || !text_u64(dash ? dash + 1 : low, from, 999, &to))
		return false;
	*ret = (struct status_range){.low = (uint16_t)from, .high = (uint16_t)to};
	return true;
}

bool http_status_in(const char *list, unsigned status)
{
	struct status_range r;
	char word[16];
	bool any = false;

	while (text_word(&list, word, sizeof(word))) {
		any = true;
		if (http_status_range(word, &r) && status >= r.low && status <= r.high)
			return true;
	}
	return !any;
}
