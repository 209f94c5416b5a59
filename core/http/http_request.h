/* http_request: the text of engine_request() of a check by HTTP, made ready for its runs. */
#ifndef LVS_HTTP_REQUEST_H
#define LVS_HTTP_REQUEST_H

#include "model/regex.h"
#include "model/rows.h"

struct http_url {
	char *path, *virtualhost; /* "" for none */
	char *status_code, *digest, *regex_options;
	pcre2_code *regex; /* NULL: none */
	pcre2_match_data *match;
	bool regex_no_match;
	uint32_t regex_min_offset, regex_max_offset;
	bool tls_compliant;
};

struct http_request {
	char *virtualhost, *sni_name;
	enum http_protocol protocol;
	struct http_url *urls;
	size_t nurls;
};

/* NULL with `why`: the text is not one, or an expression does not compile. */
struct http_request *http_request_new(const char *text, char why[TEXT_REASON]);
void http_request_free(struct http_request *r);

#endif
