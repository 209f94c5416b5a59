/* rtnl_routes: see rtnl_routes.h (process vrrp). */
#include "nl/rtnl_routes.h"

#include "base/log.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stdlib.h>
#include <string.h>

#define RECEIVE_BYTES (1024 * 1024)

struct rtnl_routes {
	struct nl_sock *sock;
	struct watch watch;
	const struct rtnl_names *names;
	const struct rtnl_routes_ops *ops;
	void *arg;
	bool protocols[256];
};

static void route_message(struct rtnl_routes *r, struct nlmsghdr *h)
{
	const struct rtmsg *m = nlmsg_data(h);
	struct ip_route route;

	if (nlmsg_datalen(h) >= (int)sizeof(*m) && r->protocols[m->rtm_protocol] &&
	    rtnl_route_decode(h, r->names, &route))
		r->ops->route(r->arg, &route, h->nlmsg_type == RTM_DELROUTE);
}

static int on_message(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *h = nlmsg_hdr(msg);
	struct rtnl_routes *r = arg;
	struct ip_rule rule;

	if (h->nlmsg_type == RTM_NEWROUTE || h->nlmsg_type == RTM_DELROUTE)
		route_message(r, h);
	else if ((h->nlmsg_type == RTM_NEWRULE || h->nlmsg_type == RTM_DELRULE) &&
		 rtnl_rule_decode(h, &rule))
		r->ops->rule(r->arg, &rule, h->nlmsg_type == RTM_DELRULE);
	return NL_OK;
}

static void readable(void *arg, int fd, int what, struct mono now)
{
	struct rtnl_routes *r = arg;
	int e = nl_recvmsgs_default(r->sock);

	(void)fd, (void)what, (void)now;
	if (e == -NLE_NOMEM) { /* ENOBUFS */
		log_info("rtnetlink: events about routes were lost");
		r->ops->lost(r->arg);
	} else if (e < 0 && e != -NLE_AGAIN) {
		log_warnx("rtnetlink: %s", nl_geterror(e));
	}
}

static bool connect_socket(struct rtnl_routes *r)
{
	nl_socket_disable_seq_check(r->sock);
	nl_socket_modify_cb(r->sock, NL_CB_VALID, NL_CB_CUSTOM, on_message, r);
	if (nl_connect(r->sock, NETLINK_ROUTE) < 0)
		return false;
	nl_socket_set_buffer_size(r->sock, RECEIVE_BYTES, 0);
	nl_socket_set_nonblocking(r->sock);
	return nl_socket_add_memberships(r->sock, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
					 RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE, 0) == 0;
}

struct rtnl_routes *rtnl_routes_open(struct loop *loop, const struct rtnl_names *names,
				     const struct rtnl_routes_ops *ops, void *arg)
{
	struct rtnl_routes *r = xcalloc(1, sizeof(*r));

	r->names = names;
	r->ops = ops;
	r->arg = arg;
	r->sock = nl_socket_alloc();
	if (!r->sock || !connect_socket(r)) {
		int saved = errno;

		nl_socket_free(r->sock);
		free(r);
		errno = saved;
		return NULL;
	}
	watch_start(&r->watch, loop, nl_socket_get_fd(r->sock), WATCH_READ, readable, r);
	return r;
}

void rtnl_routes_close(struct rtnl_routes *r)
{
	if (!r)
		return;
	watch_stop(&r->watch);
	nl_socket_free(r->sock);
	free(r);
}

void rtnl_routes_follow(struct rtnl_routes *r, const bool protocols[256])
{
	memcpy(r->protocols, protocols, sizeof(r->protocols));
}
