/* text: see text.h. */
#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

bool text_copy(char *dst, size_t size, const char *src)
{
	size_t len = strlen(src);
	bool fits = len < size;

	if (!fits)
		len = size - 1;
	memmove(dst, src, len);
	memset(dst + len, 0, size - len);
	return fits;
}

bool text_eq(const char *a, const char *b)
{
	return *a == *b && strcmp(a, b) == 0; /* most differ at once */
}

bool text_fixed(const char *s, int digits, uint64_t *ret)
{
	uint64_t v = 0;
	int seen = 0, after = -1;

	for (; *s; s++) {
		if (*s == '.' && after < 0) {
			after = 0;
			continue;
		}
		if (!isdigit((unsigned char)*s) || (after >= 0 && after == digits) ||
		    v > (UINT64_MAX - 9) / 10)
			return false;
		v = v * 10 + (uint64_t)(*s - '0');
		seen++;
		if (after >= 0)
			after++;
	}
	if (!seen)
		return false;
	for (int i = after < 0 ? 0 : after; i < digits; i++) {
		if (v > UINT64_MAX / 10)
			return false;
		v *= 10;
	}
	*ret = v;
	return true;
}

bool text_u64(const char *s, uint64_t min, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		uint64_t digit = (uint64_t)(*s - '0');

		if (!isdigit((unsigned char)*s) || v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	if (v < min || v > max)
		return false;
	*ret = v;
	return true;
}

bool text_i64(const char *s, int64_t min, int64_t max, int64_t *ret)
{
	bool neg = *s == '-';
	uint64_t v;
	int64_t n;

	if (!text_u64(s + neg, 0, INT64_MAX, &v))
		return false;
	n = neg ? -(int64_t)v : (int64_t)v;
	if (n < min || n > max)
		return false;
	*ret = n;
	return true;
}

size_t text_quote(char *dst, size_t size, const char *s)
{
	size_t n = 0;

#define PUT(c)                                                                                     \
	do {                                                                                       \
		if (n + 1 < size)                                                                  \
			dst[n] = (char)(c);                                                        \
		n++;                                                                               \
	} while (0)
	PUT('"');
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\') {
			PUT('\\');
			PUT(c);
		} else if (c == '\n' || c == '\t') {
			PUT('\\');
			PUT(c == '\n' ? 'n' : 't');
		} else if (c < 0x20 || c == 0x7f) {
			PUT('\\');
			PUT('x');
			PUT("0123456789abcdef"[c >> 4]);
			PUT("0123456789abcdef"[c & 15]);
		} else {
			PUT(c);
		}
	}
	PUT('"');
#undef PUT
	if (size)
		dst[n < size ? n : size - 1] = '\0';
	return n;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads the escape behind a backslash; -1 when it is none that text_quote() writes. */
static int unescape(const char **p)
{
	int hi, lo;

	switch (*(*p)++) {
	case '"':
		return '"';
	case '\\':
		return '\\';
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case 'x':
		hi = hex_digit((*p)[0]);
		lo = hi < 0 ? -1 : hex_digit((*p)[1]);
		if (lo < 0 || (hi == 0 && lo == 0))
			return -1;
		*p += 2;
		return hi * 16 + lo;
	default:
		return -1;
	}
}

bool text_word(const char **p, char *dst, size_t size)
{
	const char *s = *p;
	size_t n = 0;
	bool quoted;

	while (*s == ' ' || *s == '\t')
		s++;
	*p = s;
	if (!*s)
		return false;
	quoted = *s == '"';
	if (quoted)
		s++;
	while (*s && (quoted ? *s != '"' : *s != ' ' && *s != '\t')) {
		int c = (unsigned char)*s++;

		if (quoted && c == '\\' && (c = unescape(&s)) < 0)
			return false;
		if (n + 1 >= size)
			return false;
		dst[n++] = (char)c;
	}
	if (quoted) {
		if (*s != '"' || (s[1] && s[1] != ' ' && s[1] != '\t'))
			return false;
		s++;
	}
	memset(dst + n, 0, size - n);
	*p = s;
	return true;
}

bool text_word_u64(const char **p, uint64_t min, uint64_t max, uint64_t *ret)
{
	char word[32];

	return text_word(p, word, sizeof(word)) && text_u64(word, min, max, ret);
}

bool text_line(const char **p, char *dst, size_t size)
{
	size_t len = strcspn(*p, "\n"), fits = len < size ? len : 0;

	if (!**p)
		return false;
	memcpy(dst, *p, fits);
	dst[fits] = '\0';
	*p += len + ((*p)[len] == '\n');
	return true;
}

/* Edit distance with neighbours swapped as one edit; words longer than 31 never match. */
static unsigned distance(const char *a, const char *b)
{
	unsigned d[32][32];
	size_t la = strlen(a), lb = strlen(b);

	if (la > 31 || lb > 31)
		return 99;
	for (size_t i = 0; i <= la; i++)
		d[i][0] = (unsigned)i;
	for (size_t j = 0; j <= lb; j++)
		d[0][j] = (unsigned)j;
	for (size_t i = 1; i <= la; i++) {
		for (size_t j = 1; j <= lb; j++) {
			unsigned v = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			if (d[i - 1][j] + 1 < v)
				v = d[i - 1][j] + 1;
			if (d[i][j - 1] + 1 < v)
				v = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    d[i - 2][j - 2] + 1 < v)
				v = d[i - 2][j - 2] + 1;
			d[i][j] = v;
		}
	}
	return d[la][lb];
}

const char *text_nearest(const char *word, const char *const *candidates)
{
	size_t len = strlen(word);
	unsigned best = len <= 3 ? 2 : len <= 7 ? 3 : 4; /* must be below */
	const char *found = NULL;

	for (; *candidates; candidates++) {
		unsigned d = distance(word, *candidates);

		if (d < best && d < len) {
			best = d;
			found = *candidates;
		}
	}
	return found;
}

/* ---- UTF-8 ----------------------------------------------------------- */

size_t text_utf8(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t len = s[0] < 0x80 ? 1 : s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f))
		return 0;
	if ((s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

size_t text_shown(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	bool control = s[0] < 0x20 || s[0] == 0x7f || (s[0] == 0xc2 && s[1] <= 0x9f);

	return control ? 0 : text_utf8(text);
}

char *text_printable(char *text)
{
	for (char *p = text; *p;) {
		size_t len = text_shown(p);

		if (len)
			p += len;
		else
			*p++ = '?';
	}
	return text;
}
