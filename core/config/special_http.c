/*
 * special_http: words of checks by HTTP that stand in a list on their line, or must be of a form.
 *
 * Lists become one text with blanks between the words: "200-299 301".
 */
#include "config/special_http.h"

#include "base/text.h"
#include "model/http.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

bool enter_url(struct parse *p, struct draft *d, const struct item *it)
{
	draft_part(p->arena, d, T_CHECK_URL);
	parse_no_more(p, it, 1);
	return true;
}

void special_digest(struct parse *p, struct draft *d, const struct keyword *k,
		    const struct item *it)
{
	const char *text = parse_word(p, it, 1, "the digest");
	char lower[TEXT_DIGEST] = "";

	if (!text)
		return;
	for (size_t i = 0; i + 1 < sizeof(lower) && text[i]; i++)
		lower[i] = (char)tolower((unsigned char)text[i]);
	if (strlen(text) != TEXT_DIGEST - 1 || strspn(lower, "0123456789abcdef") != strlen(text)) {
		parse_report(p, FINDING_ERROR, it, 1,
			     "digest: \"%.64s\" is not an MD5 digest of 32 hexadecimal digits; it "
			     "was left out",
			     text);
		return;
	}
	parse_keep_text(p, d, k, it, lower);
	parse_no_more(p, it, 2);
}

/* keepalived says nothing of these: so it is no error. */
static bool has_value(struct parse *p, const struct item *it)
{
	if (it->nwords > 1)
		return true;
	parse_report(p, FINDING_WARNING, it, 0, "%s: the value is missing; it was left out",
		     it->words[0].text);
	return false;
}

/* Joins the words that `good` agrees to; false: one was not, which was reported. */
static bool join(struct parse *p, const struct item *it, enum finding_level level, const char *what,
		 bool (*good)(const char *word), char text[TEXT_NOTE])
{
	size_t used = 0;

	text[0] = '\0';
	if (!has_value(p, it))
		return false;
	for (unsigned w = 1; w < it->nwords; w++) {
		const char *word = it->words[w].text;

		if (!good(word)) {
			parse_report(p, level, it, w,
				     "%s: \"%.64s\" is not %s; the line was left out",
				     it->words[0].text, word, what);
			return false;
		}
		if (used + strlen(word) + 2 > TEXT_NOTE) {
			parse_report(p, FINDING_ERROR, it, w,
				     "%s: together at most %d characters; the line was left out",
				     it->words[0].text, TEXT_NOTE - 1);
			return false;
		}
		used +=
		    (size_t)snprintf(text + used, TEXT_NOTE - used, "%s%s", w > 1 ? " " : "", word);
	}
	return true;
}

static bool good_status(const char *word)
{
	struct status_range r;

	return http_status_range(word, &r);
}

void special_status_code(struct parse *p, struct draft *d, const struct keyword *k,
			 const struct item *it)
{
	char text[TEXT_NOTE];

	if (join(p, it, FINDING_ERROR, "a status code or a range of them in 100..999", good_status,
		 text))
		parse_keep_text(p, d, k, it, text);
}

static bool good_option(const char *word)
{
	return http_regex_option(word) != 0;
}

void special_regex_options(struct parse *p, struct draft *d, const struct keyword *k,
			   const struct item *it)
{
	char text[TEXT_NOTE];

	if (join(p, it, FINDING_WARNING, "an option of PCRE2", good_option, text))
		parse_keep_text(p, d, k, it, text);
}

void special_regex(struct parse *p, struct draft *d, const struct keyword *k, const struct item *it)
{
	if (has_value(p, it))
		parse_value(p, d, k, it);
}

void special_regex_offset(struct parse *p, struct draft *d, const struct keyword *k,
			  const struct item *it)
{
	uint64_t value;

	if (!has_value(p, it))
		return;
	if (text_u64(it->words[1].text, 0, UINT32_MAX, &value))
		parse_value(p, d, k, it);
	else
		parse_report(p, FINDING_WARNING, it, 1,
			     "%s: \"%.64s\" is not a number in 0..4294967295; it was left out",
			     it->words[0].text, it->words[1].text);
}

bool print_status_code(const void *row, char *buf, size_t size)
{
	const struct check_url_row *r = row;

	text_copy(buf, size, r->status_code);
	return r->status_code[0] != '\0';
}

bool print_regex_options(const void *row, char *buf, size_t size)
{
	const struct check_url_row *r = row;

	text_copy(buf, size, r->regex_options);
	return r->regex_options[0] != '\0';
}
