/*
 * fuzz_route: routes and rules from outside. The first octet says what the rest is: a line of the
 * language, whose canonical text must parse to an equal value, or a message of the kernel.
 */
#include "nl/rtnl_route.h"

#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned any_index(void *arg, const char *name)
{
	(void)arg;
	return (unsigned)strlen(name);
}

static const char *any_name(void *arg, unsigned ifindex)
{
	(void)arg;
	return ifindex % 2 ? "eth0" : NULL;
}

static uint32_t any_table(void *arg, const char *vrf)
{
	(void)arg;
	return (uint32_t)strlen(vrf);
}

static const struct rtnl_names names = {any_index, any_name, any_table, NULL};

static void read_line(const uint8_t *data, size_t size)
{
	char text[ROUTE_TEXT_MAX], canonical[ROUTE_TEXT_MAX];
	struct ip_route route, route_again;
	struct ip_rule rule, rule_again;

	if (size >= sizeof(text))
		return;
	memcpy(text, data, size);
	text[size] = '\0';
	if (route_parse_text(text, &route) && route_text(&route, canonical, sizeof(canonical)) &&
	    (!route_parse_text(canonical, &route_again) ||
	     memcmp(&route, &route_again, sizeof(route)) != 0))
		abort();
	if (rule_parse_text(text, &rule) && rule_text(&rule, canonical, sizeof(canonical)) &&
	    (!rule_parse_text(canonical, &rule_again) ||
	     memcmp(&rule, &rule_again, sizeof(rule)) != 0))
		abort();
}

static void read_message(const uint8_t *data, size_t size)
{
	struct nlmsghdr *h = calloc(1, NLMSG_HDRLEN + size);
	struct ip_route route;
	struct ip_rule rule;

	if (!h)
		abort();
	h->nlmsg_len = (uint32_t)(NLMSG_HDRLEN + size);
	h->nlmsg_type = RTM_NEWROUTE;
	memcpy(NLMSG_DATA(h), data, size);
	rtnl_route_decode(h, &names, &route);
	rtnl_rule_decode(h, &rule);
	free(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size && data[0] == 'm')
		read_message(data + 1, size - 1);
	else if (size)
		read_line(data + 1, size - 1);
	return 0;
}
