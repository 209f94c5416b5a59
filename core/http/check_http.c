/*
 * check_http: what does a web server answer? (HTTP_GET, SSL_GET)
 *
 * A run asks for one URL after the other, each on a connection of its own, and ends with the first
 * that is not answered as it should be. The transfers are libcurl's; nothing of the environment
 * (proxies, netrc) is used, no redirect is followed, and no name is looked up: the connection goes
 * to the address that is checked, and names are only said. The deadline is for each URL, from the
 * connection to the last octet. The peer's certificate is not verified: the server is known by its
 * address, and a pool mostly answers for a name that its members do not have.
 *
 * A server that ends a TLS connection without a message is taken as good, unless tls_compliant
 * asks for more.
 *
 * Module check_http of the lvs process: see lvs/check_plugin.h.
 */
#include "lvs/check_socket.h"
#include "http/curl_loop.h"
#include "http/http_request.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/text.h"
#include "model/http.h"

#include <errno.h>
#include <md5.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CONTENT_MAX (16 << 20) /* octets of an answer */
#define MATCHED_MAX (1 << 20)  /* of one that an expression is tried on */

struct http_state {
	struct check_job *job;
	struct curl_run run;
	CURL *easy; /* NULL: no transfer */
	struct curl_slist *headers, *connect_to;
	size_t url; /* that is asked for */
	MD5_CTX md5;
	struct buf content; /* for the expression */
	size_t len;
	bool too_large;
	int socket_error; /* errno of our own side */
	bool tls_ended;   /* by a message */
};

struct outcome {
	enum check_reason reason;
	char text[TEXT_REASON];
};

static const struct http_url *url_of(const struct http_state *s)
{
	const struct http_request *r = check_job_prepared(s->job);

	return &r->urls[s->url];
}

/* ---- what comes ------------------------------------------------------ */

static size_t on_content(char *data, size_t one, size_t len, void *arg)
{
	struct http_state *s = arg;
	const struct http_url *u = url_of(s);

	(void)one;
	s->len += len;
	s->too_large = s->len > (u->regex ? MATCHED_MAX : CONTENT_MAX);
	if (s->too_large)
		return 0;
	if (u->digest[0])
		MD5Update(&s->md5, (const uint8_t *)data, len);
	if (u->regex)
		buf_add(&s->content, data, len);
	return len;
}

static struct outcome outcome(enum check_reason reason, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static struct outcome outcome(enum check_reason reason, const char *fmt, ...)
{
	struct outcome o = {.reason = reason};
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(o.text, sizeof(o.text), fmt, ap);
	va_end(ap);
	return o;
}

static struct outcome judge_digest(struct http_state *s, const struct http_url *u)
{
	uint8_t raw[MD5_DIGEST_LENGTH];
	char digest[TEXT_DIGEST];

	MD5Final(raw, &s->md5);
	for (unsigned i = 0; i < sizeof(raw); i++)
		snprintf(digest + 2 * i, 3, "%02x", raw[i]);
	if (text_eq(digest, u->digest))
		return outcome(REASON_OK, "%s", "");
	return outcome(REASON_CONTENT, "digest %s of %.40s is not the one wanted", digest, u->path);
}

static struct outcome judge_regex(struct http_state *s, const struct http_url *u)
{
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	int found = PCRE2_ERROR_NOMATCH;

	if (u->regex_max_offset)
		pcre2_set_offset_limit(limits, u->regex_max_offset);
	if (u->regex_min_offset <= s->content.len)
		found = pcre2_match(u->regex, (PCRE2_SPTR)buf_cstr(&s->content), s->content.len,
				    u->regex_min_offset, 0, u->match, limits);
	pcre2_match_context_free(limits);
	if (found < 0 && found != PCRE2_ERROR_NOMATCH)
		return outcome(REASON_CONTENT, "regex cannot be tried on %.60s: error %d", u->path,
			       found);
	if ((found >= 0) != u->regex_no_match)
		return outcome(REASON_OK, "%s", "");
	return outcome(REASON_CONTENT, "%.60s %s regex", u->path,
		       u->regex_no_match ? "matches" : "does not match");
}

/* Who did not say how much would come ends it by a message; a cut cable looks like an end too. */
static bool is_cut_off(const struct http_state *s)
{
	curl_off_t length = -1;

	curl_easy_getinfo(s->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	return check_job_params(s->job)->kind == CHECK_SSL && length < 0 && !s->tls_ended;
}

static struct outcome judge_answer(struct http_state *s)
{
	const struct http_url *u = url_of(s);
	struct outcome o = {.reason = REASON_OK};
	long status = 0;

	if (u->tls_compliant && is_cut_off(s))
		return outcome(REASON_TLS, "the connection of %.50s did not end with a message",
			       u->path);

	curl_easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &status);
	if (!http_status_in(u->status_code, (unsigned)status))
		return outcome(REASON_STATUS, "status %ld of %.40s, wanted is %.30s", status,
			       u->path, u->status_code);
	if (u->digest[0])
		o = judge_digest(s, u);
	if (o.reason == REASON_OK && u->regex)
		o = judge_regex(s, u);
	return o;
}

static struct outcome broken_off(const struct http_state *s, CURLcode code)
{
	long os_error = 0;

	curl_easy_getinfo(s->easy, CURLINFO_OS_ERRNO, &os_error);
	if (os_error)
		return outcome(check_reason_of((int)os_error), "%s", strerror((int)os_error));
	if (code == CURLE_COULDNT_CONNECT)
		return outcome(REASON_UNREACHABLE, "no connection");
	return outcome(REASON_RESET, "%s", curl_easy_strerror(code));
}

static struct outcome judge_failure(const struct http_state *s, CURLcode code)
{
	if (s->socket_error)
		return outcome(REASON_LOCAL_ERROR, "%s", strerror(s->socket_error));
	switch (code) {
	case CURLE_COULDNT_CONNECT:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
		return broken_off(s, code);
	case CURLE_OPERATION_TIMEDOUT:
		return outcome(REASON_TIMEOUT, "no answer in time");
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CIPHER:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_SHUTDOWN_FAILED:
		return outcome(REASON_TLS, "%s", curl_easy_strerror(code));
	case CURLE_WRITE_ERROR:
		return outcome(REASON_BAD_REPLY, "%s",
			       s->too_large ? "the answer is too long" : curl_easy_strerror(code));
	case CURLE_GOT_NOTHING:
		return outcome(REASON_BAD_REPLY, "closed without an answer");
	case CURLE_OUT_OF_MEMORY:
	case CURLE_FAILED_INIT:
	case CURLE_URL_MALFORMAT:
	case CURLE_SSL_ENGINE_INITFAILED:
		return outcome(REASON_LOCAL_ERROR, "%s", curl_easy_strerror(code));
	default:
		return outcome(REASON_BAD_REPLY, "%s", curl_easy_strerror(code));
	}
}

/* ---- what is asked --------------------------------------------------- */

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct http_state *s = arg;
	int fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);

	(void)purpose;
	s->socket_error = fd < 0 ? errno : check_socket_prepare(fd, check_job_params(s->job));
	if (!s->socket_error)
		return fd;
	if (fd >= 0)
		close(fd);
	return CURL_SOCKET_BAD;
}

static void on_tls_event(const SSL *ssl, int where, int what)
{
	struct http_state *s = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

	if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT &&
	    (what & 0xff) == SSL_AD_CLOSE_NOTIFY)
		s->tls_ended = true;
}

static CURLcode on_tls(CURL *easy, void *ctx, void *arg)
{
	(void)easy;
	SSL_CTX_set_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_app_data(ctx, arg);
	SSL_CTX_set_info_callback(ctx, on_tls_event);
	return CURLE_OK;
}

static void set_address(struct http_state *s, const struct http_request *r)
{
	const struct check_params *p = check_job_params(s->job);
	char target[ADDR_ENDPOINT_MAX], url[NAME_HOST + 64], to[sizeof(target) + 8];
	const char *scheme = p->kind == CHECK_SSL ? "https" : "http";

	addr_endpoint(&p->addr, p->port, target);
	if (p->kind == CHECK_SSL && r->sni_name[0]) {
		snprintf(url, sizeof(url), "%s://%s:%u/", scheme, r->sni_name, p->port);
		snprintf(to, sizeof(to), "::%s", target);
		s->connect_to = curl_slist_append(NULL, to);
		curl_easy_setopt(s->easy, CURLOPT_CONNECT_TO, s->connect_to);
	} else {
		snprintf(url, sizeof(url), "%s://%s/", scheme, target);
	}
	curl_easy_setopt(s->easy, CURLOPT_URL, url);
	curl_easy_setopt(s->easy, CURLOPT_PROTOCOLS_STR, scheme);
	curl_easy_setopt(s->easy, CURLOPT_REQUEST_TARGET, url_of(s)->path);
}

static void set_headers(struct http_state *s, const struct http_request *r)
{
	const struct http_url *u = url_of(s);
	const char *name = u->virtualhost[0] ? u->virtualhost : r->virtualhost;
	char header[NAME_HOST + 16];

	if (name[0]) {
		snprintf(header, sizeof(header), "Host: %s", name);
		s->headers = curl_slist_append(s->headers, header);
	}
	if (r->protocol != HTTP_1_0)
		s->headers = curl_slist_append(s->headers, "Connection: close");
	curl_easy_setopt(s->easy, CURLOPT_HTTPHEADER, s->headers);
	curl_easy_setopt(s->easy, CURLOPT_HTTP_VERSION,
			 r->protocol == HTTP_1_1 ? (long)CURL_HTTP_VERSION_1_1
						 : (long)CURL_HTTP_VERSION_1_0);
	curl_easy_setopt(s->easy, CURLOPT_USERAGENT, "halvard");
}

static void set_behaviour(struct http_state *s)
{
	curl_easy_setopt(s->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(s->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(s->easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(s->easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(s->easy, CURLOPT_WRITEFUNCTION, on_content);
	curl_easy_setopt(s->easy, CURLOPT_WRITEDATA, s);
	curl_easy_setopt(s->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(s->easy, CURLOPT_OPENSOCKETDATA, s);
	curl_easy_setopt(s->easy, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(s->easy, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(s->easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	curl_easy_setopt(s->easy, CURLOPT_SSL_CTX_FUNCTION, on_tls);
	curl_easy_setopt(s->easy, CURLOPT_SSL_CTX_DATA, s);
}

static void end_transfer(struct http_state *s)
{
	if (!s->easy)
		return;
	curl_loop_remove(s->easy);
	curl_easy_cleanup(s->easy);
	curl_slist_free_all(s->headers);
	curl_slist_free_all(s->connect_to);
	buf_free(&s->content);
	s->easy = NULL;
	s->headers = s->connect_to = NULL;
}

static bool begin_transfer(struct http_state *s)
{
	const struct http_request *r = check_job_prepared(s->job);

	s->easy = curl_easy_init();
	s->len = 0;
	s->socket_error = 0;
	s->tls_ended = false;
	MD5Init(&s->md5);
	if (!s->easy)
		return false;
	set_address(s, r);
	set_headers(s, r);
	set_behaviour(s);
	return curl_loop_add(check_job_loop(s->job), s->easy, &s->run);
}

/* ---- a run ----------------------------------------------------------- */

static void ask(struct http_state *s)
{
	if (begin_transfer(s))
		return;
	end_transfer(s);
	check_done(s->job, REASON_LOCAL_ERROR, "out of memory");
}

static void on_done(void *arg, CURLcode code)
{
	struct http_state *s = arg;
	const struct http_request *r = check_job_prepared(s->job);
	struct outcome o = code == CURLE_OK ? judge_answer(s) : judge_failure(s, code);

	end_transfer(s);
	if (o.reason == REASON_OK && ++s->url < r->nurls) {
		check_go_on(s->job);
		ask(s);
	} else {
		check_done(s->job, o.reason, o.text);
	}
}

static void start(struct check_job *j, void *state)
{
	struct http_state *s = state;

	s->job = j;
	s->run = (struct curl_run){.done = on_done, .arg = s};
	ask(s);
}

static void cancel(struct check_job *j, void *state)
{
	(void)j;
	end_transfer(state);
}

static void *prepare(const struct check_params *p, char why[TEXT_REASON])
{
	return http_request_new(p->request, why);
}

static void discard(void *prepared)
{
	http_request_free(prepared);
}

const struct check_ops check_http = {
    .kind = CHECK_HTTP,
    .size = sizeof(struct http_state),
    .prepare = prepare,
    .discard = discard,
    .start = start,
    .cancel = cancel,
};

const struct check_ops check_ssl = {
    .kind = CHECK_SSL,
    .size = sizeof(struct http_state),
    .prepare = prepare,
    .discard = discard,
    .start = start,
    .cancel = cancel,
};
