/*
 * rtnl_route: routes and rules as messages of rtnetlink, and back. Pure: interfaces are resolved
 * by the caller.
 */
#ifndef NL_RTNL_ROUTE_H
#define NL_RTNL_ROUTE_H

#include "base/route.h"

#include <linux/netlink.h>

struct nl_msg; /* libnl's */

/* Names of interfaces and their numbers. */
struct rtnl_names {
	unsigned (*index)(void *arg, const char *name);   /* 0: there is none */
	const char *(*name)(void *arg, unsigned ifindex); /* NULL: there is none */
	uint32_t (*table)(void *arg, const char *vrf);    /* 0: it is none */
	void *arg;
};

/* The message that adds or removes it; NULL: there is no interface `*missing`. */
struct nl_msg *rtnl_route_message(const struct ip_route *r, bool add,
				  const struct rtnl_names *names, const char **missing);
struct nl_msg *rtnl_rule_message(const struct ip_rule *r, bool add);
/* What the kernel says. false: it is of another family, or not whole. */
bool rtnl_route_decode(struct nlmsghdr *h, const struct rtnl_names *names, struct ip_route *ret);
bool rtnl_rule_decode(struct nlmsghdr *h, struct ip_rule *ret);
/* Whether a route of the kernel may be the one that was written: the same place in the tables,
 * type and way. What the kernel adds does not count. */
bool rtnl_route_is(const struct ip_route *seen, const struct ip_route *wanted);
bool rtnl_rule_is(const struct ip_rule *seen, const struct ip_rule *wanted);

#endif
