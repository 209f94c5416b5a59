/* special_checks: see special_checks.h. */
#include "config/special_checks.h"

#include "base/log.h"
#include "base/text.h"
#include "model/http.h"

#include <ctype.h>
#include <string.h>

bool enter_check(struct parse *p, struct draft *d, const struct item *it)
{
	struct checker_row *r = draft_part(p->arena, d, T_CHECKER)->row;
	int kind;

	if (!enum_value(check_kind_names, d->block->name, &kind))
		fatalx("%s is no kind of check", d->block->name);
	r->kind = (uint8_t)kind;
	parse_no_more(p, it, 1);
	return true;
}

bool enter_smtp_host(struct parse *p, struct draft *d, const struct item *it)
{
	struct checker_row *r = draft_part(p->arena, d, T_CHECKER)->row;

	r->kind = CHECK_SMTP;
	parse_no_more(p, it, 1);
	return true;
}

void special_helo_name(struct parse *p, struct draft *d, const struct keyword *k,
		       const struct item *it)
{
	const char *text = parse_word(p, it, 1, "the name");
	bool good = text && strlen(text) < NAME_HOST;

	for (const char *c = text; c && *c; c++)
		good = good && isgraph((unsigned char)*c);
	if (good)
		parse_value(p, d, k, it);
	else if (text)
		parse_report(p, FINDING_ERROR, it, 1,
			     "%s: a name has at most 255 letters, digits and signs, no blanks; "
			     "it was left out",
			     k->name);
}

#define DNS_NAME_MAX  253
#define DNS_LABEL_MAX 63

/* Labels with dots between them, and perhaps behind the last one. */
static bool is_dns_name(const char *s)
{
	size_t total = strlen(s);

	if (!*s || total > DNS_NAME_MAX + (s[total - 1] == '.'))
		return false;
	while (*s) {
		size_t n = strcspn(s, ".");

		for (size_t i = 0; i < n; i++)
			if (!isgraph((unsigned char)s[i]) || s[i] == '\\')
				return false;
		if (!n || n > DNS_LABEL_MAX)
			return false;
		s += n + (s[n] == '.');
	}
	return true;
}

void special_dns_name(struct parse *p, struct draft *d, const struct keyword *k,
		      const struct item *it)
{
	const char *text = parse_word(p, it, 1, "the name");

	if (!text)
		return;
	if (!is_dns_name(text) && strcmp(text, ".") != 0) {
		parse_report(p, FINDING_ERROR, it, 1,
			     "%s: \"%.64s\" is not a name of DNS; it was left out", k->name, text);
		return;
	}
	parse_keep_text(p, d, k, it, text[0] == '.' ? "" : text);
	parse_no_more(p, it, 2);
}

/* ---- octets ------------------------------------------------------------ */

/* Digits of one group, in pairs; of an odd number the last is an octet of its own. */
static bool add_group(char *text, size_t *len, const char *group, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool alone = i + 1 == n && n % 2;

		if (*len + 1 + alone >= TEXT_OCTETS)
			return false;
		if (alone)
			text[(*len)++] = '0';
		text[(*len)++] = (char)toupper((unsigned char)group[i]);
	}
	return true;
}

/* The words from the first on as pairs of digits; false: reported. */
static bool read_octets(struct parse *p, const struct keyword *k, const struct item *it,
			const char *digits, char text[TEXT_OCTETS])
{
	size_t len = 0;

	for (unsigned w = 1; w < it->nwords; w++)
		for (const char *c = it->words[w].text; *c; c += strspn(c, " \t")) {
			size_t n = strspn(c, digits);

			if (c[n] && !strchr(" \t", c[n])) {
				parse_report(
				    p, FINDING_ERROR, it, w,
				    "%s: \"%.64s\" is not hexadecimal; the line was left out",
				    k->name, it->words[w].text);
				return false;
			}
			if (!add_group(text, &len, c, n)) {
				parse_report(p, FINDING_ERROR, it, w,
					     "%s: at most %d octets; the line was left out",
					     k->name, OCTETS_MAX);
				return false;
			}
			c += n;
		}
	text[len] = '\0';
	return true;
}

#define HEXADECIMAL "0123456789abcdefABCDEF"

void special_payload(struct parse *p, struct draft *d, const struct keyword *k,
		     const struct item *it)
{
	char text[TEXT_OCTETS];

	if (parse_word(p, it, 1, "the hexadecimal text") &&
	    read_octets(p, k, it, HEXADECIMAL, text))
		parse_keep_text(p, d, k, it, text);
}

void special_require_reply(struct parse *p, struct draft *d, const struct keyword *k,
			   const struct item *it)
{
	char text[TEXT_OCTETS];

	if (read_octets(p, k, it, HEXADECIMAL "xX", text))
		parse_keep_text(p, d, k, it, text[0] ? text : UDP_ANY_REPLY);
}

bool print_require_reply(const void *row, char *buf, size_t size)
{
	const struct checker_row *c = row;

	text_copy(buf, size, strcmp(c->require_reply, UDP_ANY_REPLY) ? c->require_reply : "");
	return true;
}

/* ---- kinds --------------------------------------------------------------- */

const struct block *check_block(uint8_t kind)
{
	return keyword_row(&block_real_server, enum_name(check_kind_names, kind))->block;
}

bool check_connects(uint8_t kind)
{
	return kind != CHECK_MISC && kind != CHECK_FILE;
}

bool check_has_port(uint8_t kind)
{
	return kind != CHECK_PING && check_connects(kind);
}

void check_defaults(struct checker_row *ret, uint8_t kind, uint32_t delay_loop_ms)
{
	const struct checker_row *usual = row_defaults(T_CHECKER);

	ret->retry = usual->retry;
	ret->delay_before_retry_ms = usual->delay_before_retry_ms;
	if (kind == CHECK_MISC)
		ret->retry = 0;
	if (http_is_spoken(kind))
		ret->delay_before_retry_ms = HTTP_DELAY_BEFORE_RETRY_MS;
	if (kind == CHECK_DNS) {
		ret->retry = DNS_RETRY;
		ret->delay_before_retry_ms = delay_loop_ms;
	}
	ret->warmup_ms = delay_loop_ms;
}
