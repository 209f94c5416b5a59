/*
 * engine_request: what only one kind of check knows, as one text (check_request.h): checks with
 * equal texts share a job.
 *
 * Of checks by HTTP what stands before the first "url" is for all of them.
 *
 * Runs in the lvs process.
 */
#include "lvs/engine_int.h"

#include "base/text.h"
#include "lvs/check_request.h"
#include "model/http.h"
#include "model/texts.h"

static void add_number(struct buf *b, const char *name, uint32_t value)
{
	if (value)
		request_add_number(b, name, value);
}

static void add_url(struct buf *b, const struct check_url_row *u)
{
	request_add(b, "url", u->path);
	request_add(b, "virtualhost", u->virtualhost);
	request_add(b, "status_code", u->status_code);
	request_add(b, "digest", u->digest);
	request_add(b, "regex_options", u->regex_options);
	add_number(b, "regex_no_match", u->regex_no_match);
	add_number(b, "regex_min_offset", u->regex_min_offset);
	add_number(b, "regex_max_offset", u->regex_max_offset);
	request_add(b, "regex", u->regex);
	add_number(b, "tls_compliant", u->tls_compliant);
}

static void add_http(const struct engine *e, const struct checker_row *c, struct buf *b)
{
	struct check_url_row key;
	const struct check_url_row *u;

	request_add(b, "virtualhost", c->virtualhost);
	if (c->enable_sni)
		request_add(b, "sni_name", c->sni_name[0] ? c->sni_name : c->virtualhost);
	request_add(b, "http_protocol", enum_name(http_protocol_names, c->http_protocol));
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

static void add_udp(const struct checker_row *c, struct buf *b)
{
	request_add(b, "payload", c->send);
	request_add(b, "require_reply", c->require_reply);
	if (!c->require_reply[0])
		return;
	request_add_number(b, "min_reply_length", c->min_reply_length);
	request_add_number(b, "max_reply_length", c->max_reply_length);
}

static void add_dns(const struct checker_row *c, struct buf *b)
{
	request_add_number(b, "dns_type", c->dns_type);
	request_add(b, "dns_name", c->send);
}

const char *engine_request(const struct engine *e, const struct checker_row *c)
{
	struct buf b = {0};
	const char *ret;

	if (http_is_spoken(c->kind))
		add_http(e, c, &b);
	else if (c->kind == CHECK_UDP)
		add_udp(c, &b);
	else if (c->kind == CHECK_DNS)
		add_dns(c, &b);
	else if (c->kind == CHECK_SMTP)
		request_add(&b, "helo_name", c->send);
	ret = texts_hold(b.len ? buf_cstr(&b) : "");
	buf_free(&b);
	return ret;
}
