/* route_words: see route_words.h. */
#include "base/route_words.h"

#include "base/text.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool words_fail(struct words *w, unsigned word, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->findings->error, sizeof(w->findings->error), fmt, ap);
	va_end(ap);
	w->findings->word = word < w->n ? word : w->n ? w->n - 1 : 0;
	return false;
}

void words_note(struct words *w, unsigned word, const char *fmt, ...)
{
	struct route_note *note = &w->findings->notes[w->findings->nnotes];
	va_list ap;

	if (w->findings->nnotes == ROUTE_NOTES_MAX)
		return;
	w->findings->nnotes++;
	note->word = word;
	va_start(ap, fmt);
	vsnprintf(note->text, sizeof(note->text), fmt, ap);
	va_end(ap);
}

bool words_fail_unknown(struct words *w, unsigned word, const char *what, const char *const *names)
{
	const char *near = text_nearest(w->word[word], names);

	return words_fail(w, word, "\"%.64s\" is not known in a %s%s%s%s", w->word[word], what,
			  near ? ", did you mean " : "", near ? near : "", near ? "?" : "");
}

bool word_value(const struct word_value *table, const char *word, uint8_t *ret)
{
	for (; table->word; table++)
		if (text_eq(table->word, word)) {
			*ret = table->value;
			return true;
		}
	return false;
}

const char *word_for(const struct word_value *table, uint8_t value)
{
	while (table->word && table->value != value)
		table++;
	return table->word ? table->word : "?";
}

bool words_take_family(struct words *w, uint8_t family)
{
	if (w->family && w->family != family)
		return words_fail(w, w->at - 1, "%s: the addresses are of the other family",
				  w->word[w->at - 1]);
	w->family = family;
	return true;
}

const char *words_next(struct words *w)
{
	if (w->at < w->n)
		return w->word[w->at++];
	words_fail(w, w->n, "%.32s needs a value", w->n ? w->word[w->n - 1] : "it");
	return NULL;
}

bool words_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret)
{
	char *end;

	if (strncmp(text, "0x", 2) != 0)
		return text_u64(text, min, max, ret);
	if (!text[2] || strspn(text + 2, "0123456789abcdefABCDEF") != strlen(text + 2))
		return false;
	errno = 0;
	*ret = strtoull(text, &end, 16);
	return !errno && *ret >= min && *ret <= max;
}

bool words_read_number(struct words *w, uint64_t min, uint64_t max, uint64_t *ret)
{
	unsigned at = w->at;
	const char *text = words_next(w);

	if (!text)
		return false;
	return words_number(text, min, max, ret) ||
	       words_fail(w, at, "%.32s: \"%.32s\" is not a number in %llu..%llu", w->word[at - 1],
			  text, (unsigned long long)min, (unsigned long long)max);
}

bool words_read_u32(struct words *w, uint32_t min, uint32_t max, uint32_t *ret)
{
	uint64_t value;

	if (!words_read_number(w, min, max, &value))
		return false;
	*ret = (uint32_t)value;
	return true;
}

/* ---- names -------------------------------------------------------------- */

struct known {
	enum route_names kind;
	const char *name;
	uint32_t value;
};

/* What everybody has, whatever the files say. */
static const struct known known[] = {
    {ROUTE_TABLES, "main", RT_TABLE_MAIN},           {ROUTE_TABLES, "local", RT_TABLE_LOCAL},
    {ROUTE_TABLES, "default", RT_TABLE_DEFAULT},     {ROUTE_PROTOCOLS, "redirect", RTPROT_REDIRECT},
    {ROUTE_PROTOCOLS, "kernel", RTPROT_KERNEL},      {ROUTE_PROTOCOLS, "boot", RTPROT_BOOT},
    {ROUTE_PROTOCOLS, "static", RTPROT_STATIC},      {ROUTE_PROTOCOLS, "ra", RTPROT_RA},
    {ROUTE_PROTOCOLS, "zebra", RTPROT_ZEBRA},        {ROUTE_PROTOCOLS, "bird", RTPROT_BIRD},
    {ROUTE_PROTOCOLS, "keepalived", ROUTE_PROTOCOL}, {ROUTE_SCOPES, "global", RT_SCOPE_UNIVERSE},
    {ROUTE_SCOPES, "universe", RT_SCOPE_UNIVERSE},   {ROUTE_SCOPES, "site", RT_SCOPE_SITE},
    {ROUTE_SCOPES, "link", RT_SCOPE_LINK},           {ROUTE_SCOPES, "host", RT_SCOPE_HOST},
    {ROUTE_SCOPES, "nowhere", RT_SCOPE_NOWHERE},     {ROUTE_GROUPS, "default", 0},
};

static const char *const kind_names[] = {
    [ROUTE_TABLES] = "routing table", [ROUTE_PROTOCOLS] = "routing protocol",
    [ROUTE_SCOPES] = "scope",         [ROUTE_DSFIELDS] = "differentiated service",
    [ROUTE_REALMS] = "realm",         [ROUTE_GROUPS] = "group of interfaces",
};

static bool find_name(struct words *w, enum route_names kind, const char *text, uint32_t *ret)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].kind == kind && text_eq(known[i].name, text)) {
			*ret = known[i].value;
			return true;
		}
	return w->names && w->names(w->arg, kind, text, ret);
}

static bool take_name(struct words *w, unsigned word, const char *text, enum route_names kind,
		      uint64_t max, uint32_t *ret)
{
	uint64_t value;

	if (words_number(text, 0, max, &value)) {
		*ret = (uint32_t)value;
		return true;
	}
	if (find_name(w, kind, text, ret) && *ret <= max)
		return true;
	return words_fail(w, word, "%.32s: \"%.32s\" is neither a known %s nor a number in 0..%llu",
			  w->word[word - 1], text, kind_names[kind], (unsigned long long)max);
}

bool words_read_name(struct words *w, enum route_names kind, uint64_t max, uint32_t *ret)
{
	unsigned at = w->at;
	const char *text = words_next(w);

	return text && take_name(w, at, text, kind, max, ret);
}

bool words_read_byte(struct words *w, enum route_names kind, uint8_t *ret)
{
	uint32_t value;

	if (!words_read_name(w, kind, UINT8_MAX, &value))
		return false;
	*ret = (uint8_t)value;
	return true;
}

bool words_read_realms(struct words *w, uint32_t *ret)
{
	unsigned at = w->at;
	const char *text = words_next(w), *slash = text ? strchr(text, '/') : NULL;
	char first[32] = "0";
	uint32_t from = 0, to;

	if (!text)
		return false;
	if (slash)
		snprintf(first, sizeof(first), "%.*s", (int)(slash - text), text);
	if (!take_name(w, at, first, ROUTE_REALMS, 255, &from) ||
	    !take_name(w, at, slash ? slash + 1 : text, ROUTE_REALMS, 255, &to))
		return false;
	*ret = from << 16 | to;
	return true;
}

/* ---- addresses ------------------------------------------------------------ */

static bool same_family(struct words *w, unsigned word, uint8_t family)
{
	if (w->family && w->family != family)
		return words_fail(w, word, "\"%.64s\": IPv4 and IPv6 cannot be mixed",
				  w->word[word]);
	w->family = family;
	return true;
}

bool words_read_addr(struct words *w, struct addr *ret)
{
	unsigned at = w->at;
	const char *text = words_next(w);

	if (!text)
		return false;
	if (!addr_parse(text, ret))
		return words_fail(w, at, "%.32s: \"%.64s\" is not an IPv4 or IPv6 address",
				  w->word[at - 1], text);
	return same_family(w, at, ret->family);
}

bool words_is_prefix(const char *text)
{
	char bare[ADDR_TEXT_MAX];
	size_t len = strcspn(text, "/");
	struct addr a;

	if (text_eq(text, "default") || text_eq(text, "any") || text_eq(text, "all"))
		return true;
	snprintf(bare, sizeof(bare), "%.*s", (int)(len < sizeof(bare) ? len : 0), text);
	return addr_parse(bare, &a);
}

static bool clear_host_bits(struct prefix *p)
{
	unsigned bits = 8 * (unsigned)addr_len(&p->addr);
	bool any = false;

	for (unsigned bit = p->len; bit < bits; bit++) {
		uint8_t mask = (uint8_t)(0x80 >> bit % 8);

		any |= p->addr.bytes[bit / 8] & mask;
		p->addr.bytes[bit / 8] &= (uint8_t)~mask;
	}
	return any;
}

bool words_take_prefix(struct words *w, unsigned word, struct prefix *ret)
{
	const char *text = w->word[word], *slash = strchr(text, '/');
	char bare[ADDR_TEXT_MAX];
	size_t len = strcspn(text, "/");
	uint64_t prefix;

	*ret = (struct prefix){0};
	if (!slash && !addr_parse(text, &ret->addr) && words_is_prefix(text))
		return true;
	snprintf(bare, sizeof(bare), "%.*s", (int)(len < sizeof(bare) ? len : 0), text);
	if (!addr_parse(bare, &ret->addr))
		return words_fail(w, word, "\"%.64s\" is not an address with a prefix length",
				  text);
	prefix = 8 * addr_len(&ret->addr);
	if (slash && !words_number(slash + 1, 0, prefix, &prefix))
		return words_fail(w, word, "\"%.64s\": the prefix length must be in 0..%zu", text,
				  8 * addr_len(&ret->addr));
	ret->len = (uint8_t)prefix;
	if (!same_family(w, word, ret->addr.family))
		return false;
	if (clear_host_bits(ret))
		words_note(w, word, "\"%.64s\" has bits behind its prefix, which do not count",
			   text);
	return true;
}

bool words_read_interface(struct words *w, char ret[ROUTE_IF])
{
	unsigned at = w->at;
	const char *text = words_next(w);

	if (!text)
		return false;
	/* a word of the canonical text, and of a printed file, without quotes */
	if (strpbrk(text, " \t\r\n\v\f\"\\!#{}$~@/"))
		return words_fail(w, at, "%.32s: \"%.64s\" is no name", w->word[at - 1], text);
	if (!text[0] || !text_copy(ret, ROUTE_IF, text))
		return words_fail(w, at, "%.32s: \"%.64s\" has more than 15 characters or none",
				  w->word[at - 1], text);
	return true;
}

bool words_cut(const char *text, char copy[ROUTE_TEXT_MAX], const char **words, unsigned max,
	       unsigned *ret_n)
{
	char *save = NULL;

	*ret_n = 0;
	if (!text_copy(copy, ROUTE_TEXT_MAX, text))
		return false;
	for (char *p = strtok_r(copy, " ", &save); p; p = strtok_r(NULL, " ", &save)) {
		if (*ret_n == max)
			return false;
		words[(*ret_n)++] = p;
	}
	return true;
}

/* ---- writing ---------------------------------------------------------------- */

void out_add(struct text_out *o, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(o->buf + o->len, o->size - o->len, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= o->size - o->len)
		o->cut = true, o->buf[o->len] = '\0';
	else
		o->len += (size_t)n;
}

const char *prefix_text(const struct prefix *p, char *buf, size_t size)
{
	char text[ADDR_TEXT_MAX];

	if (!p->addr.family || !p->len)
		snprintf(buf, size, "default");
	else
		snprintf(buf, size, "%s/%u", addr_text(&p->addr, text), p->len);
	return buf;
}
