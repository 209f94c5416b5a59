/*
 * hint: what somebody probably meant who writes as other programs would have it. Each is the end
 * of a finding.
 */
#include "config/parse.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Words of other programs, of documents and of habit. */
static const struct {
	const char *said, *meant;
} synonyms[] = {
    {"vrid", "virtual_router_id"},
    {"router", "virtual_router_id"},
    {"vip", "virtual_ipaddress"},
    {"vips", "virtual_ipaddress"},
    {"virtual_address", "virtual_ipaddress"},
    {"prio", "priority"},
    {"dev", "interface"},
    {"device", "interface"},
    {"adv_int", "advert_int"},
    {"advert_interval", "advert_int"},
    {"advertisement_interval", "advert_int"},
    {"password", "auth_pass"},
    {"scheduler", "lb_algo"},
    {"method", "lb_kind"},
    {"forwarding", "lb_kind"},
    {"persistence", "persistence_timeout"},
    {"interval", "delay_loop"},
    {"check", "TCP_CHECK"},
    {"timeout", "connect_timeout"},
    {"roundrobin", "rr"},
    {"round-robin", "rr"},
    {"leastconn", "lc"},
    {"source", "sh"},
    {"masq", "NAT"},
    {"masquerading", "NAT"},
    {"gate", "DR"},
    {"gatewaying", "DR"},
    {"direct", "DR"},
    {"ipip", "TUN"},
    {"tunnel", "TUN"},
};

const char *hint_synonym(const char *word, const char *const *candidates)
{
	for (size_t i = 0; i < sizeof(synonyms) / sizeof(synonyms[0]); i++) {
		if (strcasecmp(synonyms[i].said, word) != 0)
			continue;
		for (const char *const *c = candidates; *c; c++)
			if (strcmp(*c, synonyms[i].meant) == 0)
				return *c;
	}
	return NULL;
}

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
	if (text[0] == '$')
		return "; a variable is defined without blanks: $NAME=value";
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

	if (text[0] == '[')
		return ", which stands without brackets, and a port is a word of its own";
	if (octets && text[octets] == ':' && isdigit((unsigned char)text[octets + 1]))
		return ", and a port is a word of its own";
	for (; *text; text++)
		if (isalpha((unsigned char)*text) && !isxdigit((unsigned char)*text))
			return ", and names are not looked up";
	return "";
}
