/*
 * rtnl_routes: events about routes and rules, on a socket of their own, since a router may have a
 * million routes that come and go and links and addresses must not be lost among them. Nothing is
 * listed: whether a route is there is asked by writing it (NLM_F_CREATE), which changes nothing
 * when it is.
 */
#ifndef NL_RTNL_ROUTES_H
#define NL_RTNL_ROUTES_H

#include "base/loop.h"
#include "nl/rtnl_route.h"

struct rtnl_routes;

struct rtnl_routes_ops {
	/* Of protocols that are followed only. */
	void (*route)(void *arg, const struct ip_route *r, bool gone);
	void (*rule)(void *arg, const struct ip_rule *r, bool gone);
	/* Some were lost. */
	void (*lost)(void *arg);
};

/* NULL with errno set when the kernel refuses the socket. */
struct rtnl_routes *rtnl_routes_open(struct loop *loop, const struct rtnl_names *names,
				     const struct rtnl_routes_ops *ops, void *arg);
void rtnl_routes_close(struct rtnl_routes *r);
/* Which protocols count; the others are passed over unread. */
void rtnl_routes_follow(struct rtnl_routes *r, const bool protocols[256]);

#endif
