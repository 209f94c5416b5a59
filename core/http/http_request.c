/* http_request: see http_request.h (module check_http). */
#include "http/http_request.h"

#include "base/log.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool compile(struct http_url *u, const char *regex, char why[TEXT_REASON])
{
	u->regex = regex_compile(regex, u->regex_options, u->regex_max_offset, why, TEXT_REASON);
	if (!u->regex)
		return false;
	u->match = pcre2_match_data_create_from_pattern(u->regex, NULL);
	pcre2_jit_compile(u->regex, PCRE2_JIT_COMPLETE); /* where it can */
	return true;
}

static struct http_url *begin_url(struct http_request *r, const char *path)
{
	struct http_url *u;

	r->urls = xrealloc(r->urls, r->nurls + 1, sizeof(*r->urls));
	u = &r->urls[r->nurls++];
	*u = (struct http_url){.path = xstrdup(path),
			       .virtualhost = xstrdup(""),
			       .status_code = xstrdup(""),
			       .digest = xstrdup(""),
			       .regex_options = xstrdup("")};
	return u;
}

static void keep(char **at, const char *value)
{
	free(*at);
	*at = xstrdup(value);
}

static bool of_check(struct http_request *r, const char *name, const char *value)
{
	if (text_eq(name, "virtualhost"))
		keep(&r->virtualhost, value);
	else if (text_eq(name, "sni_name"))
		keep(&r->sni_name, value);
	else if (text_eq(name, "http_protocol"))
		for (const struct enum_name *n = http_protocol_names; n->name; n++)
			r->protocol = text_eq(n->name, value) ? n->value : (int)r->protocol;
	else
		return false;
	return true;
}

static bool of_url(struct http_url *u, const char *name, const char *value, char why[TEXT_REASON])
{
	uint64_t number = 0;

	text_u64(value, 0, UINT32_MAX, &number);
	if (text_eq(name, "virtualhost"))
		keep(&u->virtualhost, value);
	else if (text_eq(name, "status_code"))
		keep(&u->status_code, value);
	else if (text_eq(name, "digest"))
		keep(&u->digest, value);
	else if (text_eq(name, "regex_options"))
		keep(&u->regex_options, value);
	else if (text_eq(name, "regex_no_match"))
		u->regex_no_match = number;
	else if (text_eq(name, "regex_min_offset"))
		u->regex_min_offset = (uint32_t)number;
	else if (text_eq(name, "regex_max_offset"))
		u->regex_max_offset = (uint32_t)number;
	else if (text_eq(name, "tls_compliant"))
		u->tls_compliant = number;
	else
		return text_eq(name, "regex") && compile(u, value, why);
	return true;
}

static bool read_line(struct http_request *r, const char *line, char why[TEXT_REASON])
{
	char name[32], value[TEXT_URL];

	if (!text_word(&line, name, sizeof(name)) || !text_word(&line, value, sizeof(value)))
		return false;
	if (text_eq(name, "url"))
		return begin_url(r, value);
	return r->nurls ? of_url(&r->urls[r->nurls - 1], name, value, why)
			: of_check(r, name, value);
}

struct http_request *http_request_new(const char *text, char why[TEXT_REASON])
{
	struct http_request *r = xcalloc(1, sizeof(*r));
	char *copy = xstrdup(text), *rest = copy, *line;
	bool good = true;

	r->virtualhost = xstrdup("");
	r->sni_name = xstrdup("");
	r->protocol = HTTP_1_0;
	snprintf(why, TEXT_REASON, "what is to be asked cannot be read");
	while (good && (line = strsep(&rest, "\n")))
		good = !line[0] || read_line(r, line, why);
	free(copy);
	if (good && r->nurls)
		return r;
	http_request_free(r);
	return NULL;
}

void http_request_free(struct http_request *r)
{
	for (size_t i = 0; i < r->nurls; i++) {
		struct http_url *u = &r->urls[i];

		free(u->path);
		free(u->virtualhost);
		free(u->status_code);
		free(u->digest);
		free(u->regex_options);
		pcre2_code_free(u->regex);
		pcre2_match_data_free(u->match);
	}
	free(r->urls);
	free(r->virtualhost);
	free(r->sni_name);
	free(r);
}
