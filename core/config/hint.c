/*
 * hint: what somebody probably meant who writes as other programs would have it. Each is the end
 * of a finding.
 */
#include "config/parse.h"

#include <ctype.h>
#include <string.h>

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* "5s", "1.5m", "500ms", "10sec" */
static bool has_unit(const char *text)
{
	size_t digits = strspn(text, "0123456789."), letters = 0;

	while (isalpha((unsigned char)text[digits + letters]))
		letters++;
	return digits && letters && letters <= 7 && !text[digits + letters];
}

static bool has_comma(const char *text)
{
	size_t n = strspn(text, "0123456789");

	return n && text[n] == ',' && isdigit((unsigned char)text[n + 1]);
}

const char *hint_word(const char *text)
{
	size_t len = strlen(text);

	if (begins(text, "//") || begins(text, "/*") || begins(text, "--") || text[0] == ';')
		return "; a comment begins with '#' or '!'";
	if (strchr(text, '='))
		return "; there is no '=' between a keyword and its value";
	if (len && text[len - 1] == ';')
		return "; a line does not end with ';'";
	return "";
}

const char *hint_value(const char *text)
{
	const char *hint = hint_word(text);

	if (hint[0])
		return hint;
	if (has_unit(text))
		return "; a number is without a unit, and a time is in seconds";
	return has_comma(text) ? "; a fraction is written with a point" : "";
}

const char *hint_address(const char *text)
{
	size_t octets = strspn(text, "0123456789.");

	if (octets && text[octets] == ':' && isdigit((unsigned char)text[octets + 1]))
		return ", and a port is a word of its own";
	for (; *text; text++)
		if (isalpha((unsigned char)*text) && !isxdigit((unsigned char)*text))
			return ", and names are not looked up";
	return "";
}
