/*
 * engine_request: the rows that only one kind of check knows, as one text: checks with equal texts
 * share a job.
 *
 * A line for each word that is not as usual: its name, and its value in quotes as text_quote()
 * writes it. What stands before the first "url" is for all of them.
 *
 * Runs in the lvs process.
 */
#include "lvs/engine_int.h"

#include "base/log.h"
#include "base/text.h"
#include "model/texts.h"

#include <stdlib.h>

static void add(struct buf *b, const char *name, const char *value)
{
	char quoted[4 * TEXT_URL + 3];

	if (!value[0])
		return;
	text_quote(quoted, sizeof(quoted), value);
	buf_printf(b, "%s %s\n", name, quoted);
}

static void add_number(struct buf *b, const char *name, uint32_t value)
{
	if (value)
		buf_printf(b, "%s \"%u\"\n", name, value);
}

static void add_url(struct buf *b, const struct check_url_row *u)
{
	add(b, "url", u->path);
	add(b, "virtualhost", u->virtualhost);
	add(b, "status_code", u->status_code);
	add(b, "digest", u->digest);
	add(b, "regex_options", u->regex_options);
	add_number(b, "regex_no_match", u->regex_no_match);
	add_number(b, "regex_min_offset", u->regex_min_offset);
	add_number(b, "regex_max_offset", u->regex_max_offset);
	add(b, "regex", u->regex);
	add_number(b, "tls_compliant", u->tls_compliant);
}

static void add_http(const struct engine *e, const struct checker_row *c, struct buf *b)
{
	struct check_url_row key;
	const struct check_url_row *u;

	add(b, "virtualhost", c->virtualhost);
	if (c->enable_sni)
		add(b, "sni_name", c->sni_name[0] ? c->sni_name : c->virtualhost);
	add(b, "http_protocol", enum_name(http_protocol_names, c->http_protocol));
	row_init(T_CHECK_URL, &key);
	key.vs = c->vs;
	key.rs = c->rs;
	key.number = c->number;
	key.url = 0;
	for (size_t i = store_lower_bound(e->store, T_CHECK_URL, &key);
	     (u = store_at(e->store, T_CHECK_URL, i)); i++) {
		if (!text_eq(u->vs, c->vs) || !text_eq(u->rs, c->rs) || u->number != c->number)
			return;
		add_url(b, u);
	}
}

const char *engine_request(const struct engine *e, const struct checker_row *c)
{
	struct buf b = {0};
	const char *ret;

	if (c->kind == CHECK_HTTP || c->kind == CHECK_SSL)
		add_http(e, c, &b);
	ret = texts_hold(b.len ? buf_cstr(&b) : "");
	buf_free(&b);
	return ret;
}
