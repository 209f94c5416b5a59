/* regex: expressions as the configuration writes them, which PCRE2 understands. */
#ifndef MODEL_REGEX_H
#define MODEL_REGEX_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stddef.h>

/* What a match is looked for in: `options` are words of http_regex_option_names, `max_offset` is
 * that of a limit on where it may begin, 0 for none. NULL with `why` (of `size`): it does not
 * compile. To be freed with pcre2_code_free(). */
pcre2_code *regex_compile(const char *pattern, const char *options, uint32_t max_offset, char *why,
			  size_t size);

#endif
