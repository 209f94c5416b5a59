/*
 * rtnl: the monitor of links and addresses (process vrrp).
 *
 * One netlink socket, member of the link and address groups. At the start, and after lost
 * events (ENOBUFS), it asks for all links, then for all addresses; replies are handled by the
 * same code as events. Each row carries the number of the round that last saw it: when the
 * second dump ends, what the round did not see has gone. Events that arrive between are newer
 * than the dump or equal to it, so their order does not matter.
 *
 * The tables are plain arrays. With 1,000 instances there may be as many links and some thousands
 * of addresses, and after an event each instance looks for its own, so there is an index of each.
 * What is new is added to it; after other changes the next look-up makes it anew.
 */
#include "nl/rtnl.h"

#include "base/log.h"
#include "base/chains.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define RECEIVE_BYTES (1024 * 1024)
#define MESSAGE_BYTES (32 * 1024) /* the longest that the kernel makes of a dump */

struct link_entry {
	struct rtnl_link link;
	char former[IF_NAMESIZE]; /* its name before this one; empty: none */
	unsigned round;
};

struct addr_entry {
	struct rtnl_addr addr;
	unsigned round;
};

struct indexes {
	struct chains name, ifindex; /* of links: fresh, or not, together */
	struct chains addr;
};

enum phase { READ_LINKS, READ_ADDRS, FOLLOW };

struct rtnl {
	struct nl_sock *sock;
	struct watch watch;
	const struct rtnl_ops *ops;
	void *arg;
	enum phase phase;
	unsigned round;
	bool stale; /* the running dumps are not good */
	bool ready;
	struct link_entry *links;
	unsigned nlinks;
	struct addr_entry *addrs;
	unsigned naddrs, addr_room;
	struct indexes *index;
};

static void ask(struct rtnl *r, enum phase phase)
{
	int type = phase == READ_LINKS ? RTM_GETLINK : RTM_GETADDR;
	struct rtgenmsg any = {.rtgen_family = AF_UNSPEC};

	r->phase = phase;
	if (nl_send_simple(r->sock, type, NLM_F_DUMP, &any, sizeof(any)) < 0)
		log_warnx("rtnetlink: the kernel took no request to list %s",
			  phase == READ_LINKS ? "links" : "addresses");
}

/* The kernel runs one dump at a time for a socket: what is running is ended first. */
static void read_again(struct rtnl *r)
{
	if (r->phase != FOLLOW) {
		r->stale = true;
		return;
	}
	r->stale = false;
	r->round++;
	ask(r, READ_LINKS);
}

/* ---- links --------------------------------------------------------------- */

static uint32_t name_hash(const char *name)
{
	return chains_hash(0, name, strnlen(name, IF_NAMESIZE));
}

static uint32_t ifindex_hash(unsigned ifindex)
{
	return chains_hash(0, &ifindex, sizeof(ifindex));
}

static void index_link(const struct rtnl *r, unsigned i)
{
	chains_add(&r->index->name, i, name_hash(r->links[i].link.name));
	chains_add(&r->index->ifindex, i, ifindex_hash(r->links[i].link.ifindex));
}

/* From the end: of two with one name the first in the array is found first. */
static void index_links(const struct rtnl *r)
{
	if (r->index->name.fresh)
		return;
	chains_begin(&r->index->name, r->nlinks);
	chains_begin(&r->index->ifindex, r->nlinks);
	for (unsigned i = r->nlinks; i-- > 0;)
		index_link(r, i);
	r->index->name.fresh = true;
}

static struct link_entry *link_entry(const struct rtnl *r, unsigned ifindex)
{
	const struct chains *x = &r->index->ifindex;
	uint32_t hash = ifindex_hash(ifindex);

	index_links(r);
	for (uint32_t i = chains_first(x, hash); i != CHAINS_END; i = chains_next(x, i))
		if (r->links[i].link.ifindex == ifindex)
			return &r->links[i];
	return NULL;
}

static void link_drop(struct rtnl *r, struct link_entry *e)
{
	struct rtnl_link gone = e->link;

	*e = r->links[--r->nlinks];
	r->index->name.fresh = false;
	r->ops->link(r->arg, &gone, true);
}

static void link_take(struct rtnl *r, const struct rtnl_link *l)
{
	struct link_entry *e = link_entry(r, l->ifindex);
	bool same = e && memcmp(&e->link, l, sizeof(*l)) == 0;
	bool added = !e;

	if (added) {
		r->links = xrealloc(r->links, r->nlinks + 1, sizeof(*r->links));
		e = &r->links[r->nlinks++];
		memset(e, 0, sizeof(*e));
	} else if (strcmp(e->link.name, l->name) != 0) {
		memcpy(e->former, e->link.name, sizeof(e->former));
		r->index->name.fresh = false;
	}
	e->link = *l;
	if (added && chains_has_room(&r->index->name, r->nlinks))
		index_link(r, r->nlinks - 1);
	e->round = r->round;
	if (!same)
		r->ops->link(r->arg, l, false);
}

static uint32_t vrf_table(struct nlattr *info)
{
	struct nlattr *attr[IFLA_INFO_MAX + 1], *data[IFLA_VRF_MAX + 1];

	if (!info || nla_parse_nested(attr, IFLA_INFO_MAX, info, NULL) < 0 ||
	    !attr[IFLA_INFO_KIND] || nla_strcmp(attr[IFLA_INFO_KIND], "vrf") != 0 ||
	    !attr[IFLA_INFO_DATA] ||
	    nla_parse_nested(data, IFLA_VRF_MAX, attr[IFLA_INFO_DATA], NULL) < 0 ||
	    !data[IFLA_VRF_TABLE])
		return 0;
	return nla_get_u32(data[IFLA_VRF_TABLE]);
}

/* Setting n of the IPv4 settings of a link is at place n - 1. */
static bool promotes(struct nlattr *spec)
{
	struct nlattr *family[AF_INET + 1], *attr[IFLA_INET_MAX + 1];
	uint32_t value[IPV4_DEVCONF_PROMOTE_SECONDARIES];

	if (!spec || nla_parse_nested(family, AF_INET, spec, NULL) < 0 || !family[AF_INET] ||
	    nla_parse_nested(attr, IFLA_INET_MAX, family[AF_INET], NULL) < 0 ||
	    !attr[IFLA_INET_CONF] || nla_len(attr[IFLA_INET_CONF]) < (int)sizeof(value))
		return false;
	memcpy(value, nla_data(attr[IFLA_INET_CONF]), sizeof(value));
	return value[IPV4_DEVCONF_PROMOTE_SECONDARIES - 1];
}

/* What a device that the kernel makes is made of. */
static void take_kind(struct rtnl_link *l, struct nlattr *info)
{
	struct nlattr *attr[IFLA_INFO_MAX + 1], *data[IFLA_MACVLAN_MAX + 1];
	struct nlattr *ipvlan[IFLA_IPVLAN_MAX + 1];

	if (!info || nla_parse_nested(attr, IFLA_INFO_MAX, info, NULL) < 0 || !attr[IFLA_INFO_KIND])
		return;
	nla_strlcpy(l->kind, attr[IFLA_INFO_KIND], sizeof(l->kind));
	if (strcmp(l->kind, "ipvlan") == 0 && attr[IFLA_INFO_DATA] &&
	    nla_parse_nested(ipvlan, IFLA_IPVLAN_MAX, attr[IFLA_INFO_DATA], NULL) >= 0 &&
	    ipvlan[IFLA_IPVLAN_FLAGS])
		l->ipvlan_flags = nla_get_u16(ipvlan[IFLA_IPVLAN_FLAGS]);
	if (strcmp(l->kind, "macvlan") != 0 || !attr[IFLA_INFO_DATA] ||
	    nla_parse_nested(data, IFLA_MACVLAN_MAX, attr[IFLA_INFO_DATA], NULL) < 0)
		return;
	if (data[IFLA_MACVLAN_MODE])
		l->macvlan = nla_get_u32(data[IFLA_MACVLAN_MODE]);
}

static void link_message(struct rtnl *r, struct nlmsghdr *h)
{
	struct nlattr *attr[IFLA_MAX + 1];
	const struct ifinfomsg *m = nlmsg_data(h);
	struct rtnl_link l;
	struct link_entry *e;

	if (nlmsg_parse(h, sizeof(*m), attr, IFLA_MAX, NULL) < 0 || m->ifi_family == AF_BRIDGE)
		return;
	memset(&l, 0, sizeof(l));
	l.ifindex = (unsigned)m->ifi_index;
	l.flags = m->ifi_flags;
	l.hw_type = m->ifi_type;
	if (attr[IFLA_IFNAME])
		nla_strlcpy(l.name, attr[IFLA_IFNAME], sizeof(l.name));
	if (attr[IFLA_MTU])
		l.mtu = nla_get_u32(attr[IFLA_MTU]);
	l.vrf_table = vrf_table(attr[IFLA_LINKINFO]);
	l.promote_secondaries = promotes(attr[IFLA_AF_SPEC]);
	if (attr[IFLA_ADDRESS])
		l.hw_len = (uint8_t)nla_memcpy(l.hw_addr, attr[IFLA_ADDRESS], sizeof(l.hw_addr));
	if (attr[IFLA_LINK] && !attr[IFLA_LINK_NETNSID])
		l.lower = nla_get_u32(attr[IFLA_LINK]);
	if (attr[IFLA_MASTER])
		l.master = nla_get_u32(attr[IFLA_MASTER]);
	if (attr[IFLA_GROUP])
		l.group = nla_get_u32(attr[IFLA_GROUP]);
	if (attr[IFLA_IFALIAS])
		nla_strlcpy(l.alias, attr[IFLA_IFALIAS], sizeof(l.alias));
	take_kind(&l, attr[IFLA_LINKINFO]);
	e = link_entry(r, l.ifindex);
	if (h->nlmsg_type == RTM_NEWLINK)
		link_take(r, &l);
	else if (e)
		link_drop(r, e);
}

/* ---- addresses ------------------------------------------------------------ */

static uint32_t addr_hash(const struct addr *a)
{
	return chains_hash(a->family, a->bytes, addr_len(a));
}

static void index_addr(const struct rtnl *r, unsigned i)
{
	chains_add(&r->index->addr, i, addr_hash(&r->addrs[i].addr.addr));
}

static void index_addrs(const struct rtnl *r)
{
	if (r->index->addr.fresh)
		return;
	chains_begin(&r->index->addr, r->naddrs);
	for (unsigned i = r->naddrs; i-- > 0;)
		index_addr(r, i);
	r->index->addr.fresh = true;
}

static struct addr_entry *addr_entry(const struct rtnl *r, unsigned ifindex, const struct addr *a,
				     uint8_t prefix_len)
{
	const struct chains *x = &r->index->addr;
	uint32_t hash = addr_hash(a);

	index_addrs(r);
	for (uint32_t i = chains_first(x, hash); i != CHAINS_END; i = chains_next(x, i))
		if (r->addrs[i].addr.ifindex == ifindex &&
		    r->addrs[i].addr.prefix_len == prefix_len &&
		    addr_equal(&r->addrs[i].addr.addr, a))
			return &r->addrs[i];
	return NULL;
}

/* Keeps the order of the kernel: the first address of an interface is its primary one. */
static void addr_drop(struct rtnl *r, struct addr_entry *e)
{
	struct rtnl_addr gone = e->addr;
	size_t behind = (size_t)(&r->addrs[r->naddrs] - (e + 1));

	memmove(e, e + 1, behind * sizeof(*e));
	r->naddrs--;
	r->index->addr.fresh = false;
	r->ops->addr(r->arg, &gone, true);
}

static void addr_take(struct rtnl *r, const struct rtnl_addr *a)
{
	struct addr_entry *e = addr_entry(r, a->ifindex, &a->addr, a->prefix_len);
	bool same = e && memcmp(&e->addr, a, sizeof(*a)) == 0;
	bool added = !e;

	if (added && r->naddrs == r->addr_room) {
		r->addr_room = r->addr_room ? 2 * r->addr_room : 64;
		r->addrs = xrealloc(r->addrs, r->addr_room, sizeof(*r->addrs));
	}
	if (added)
		e = &r->addrs[r->naddrs++];
	e->addr = *a;
	if (added && chains_has_room(&r->index->addr, r->naddrs))
		index_addr(r, r->naddrs - 1);
	e->round = r->round;
	if (!same)
		r->ops->addr(r->arg, a, false);
}

static bool take_addr(struct nlattr *at, int af, struct addr *ret)
{
	size_t size = af == AF_INET ? 4 : 16;

	memset(ret, 0, sizeof(*ret));
	if (!at || (size_t)nla_len(at) != size)
		return false;
	ret->family = af == AF_INET ? ADDR_IPV4 : ADDR_IPV6;
	memcpy(ret->bytes, nla_data(at), size);
	return true;
}

/* An optimistic address is tentative, and used all the same. */
static bool is_tentative(uint32_t flags)
{
	return flags & IFA_F_DADFAILED ||
	       (flags & (IFA_F_TENTATIVE | IFA_F_OPTIMISTIC)) == IFA_F_TENTATIVE;
}

static void addr_message(struct rtnl *r, struct nlmsghdr *h)
{
	struct nlattr *attr[IFA_MAX + 1];
	const struct ifaddrmsg *m = nlmsg_data(h);
	struct rtnl_addr a;
	struct addr_entry *e;
	uint32_t flags;

	if (nlmsg_parse(h, sizeof(*m), attr, IFA_MAX, NULL) < 0)
		return;
	memset(&a, 0, sizeof(a));
	if ((m->ifa_family != AF_INET && m->ifa_family != AF_INET6) ||
	    !take_addr(attr[IFA_LOCAL] ? attr[IFA_LOCAL] : attr[IFA_ADDRESS], m->ifa_family,
		       &a.addr))
		return;
	a.ifindex = m->ifa_index;
	a.prefix_len = m->ifa_prefixlen;
	a.scope = m->ifa_scope;
	flags = attr[IFA_FLAGS] ? nla_get_u32(attr[IFA_FLAGS]) : m->ifa_flags;
	a.secondary = flags & IFA_F_SECONDARY && m->ifa_family == AF_INET;
	a.tentative = m->ifa_family == AF_INET6 && is_tentative(flags);
	take_addr(attr[IFA_BROADCAST], m->ifa_family, &a.broadcast);
	if (attr[IFA_LABEL])
		nla_strlcpy(a.label, attr[IFA_LABEL], sizeof(a.label));
	e = addr_entry(r, a.ifindex, &a.addr, a.prefix_len);
	if (h->nlmsg_type == RTM_NEWADDR)
		addr_take(r, &a);
	else if (e)
		addr_drop(r, e);
}

/* ---- the socket ------------------------------------------------------------ */

static void sweep(struct rtnl *r)
{
	for (unsigned i = 0; i < r->naddrs;)
		if (r->addrs[i].round != r->round)
			addr_drop(r, &r->addrs[i]);
		else
			i++;
	for (unsigned i = 0; i < r->nlinks;)
		if (r->links[i].round != r->round)
			link_drop(r, &r->links[i]);
		else
			i++;
}

static int on_finish(struct nl_msg *msg, void *arg)
{
	struct rtnl *r = arg;

	(void)msg;
	if (r->phase == READ_LINKS) {
		ask(r, READ_ADDRS);
		return NL_OK;
	}
	if (r->phase != READ_ADDRS)
		return NL_OK;
	r->phase = FOLLOW;
	if (r->stale) {
		read_again(r);
		return NL_OK;
	}
	sweep(r);
	if (!r->ready) {
		r->ready = true;
		r->ops->ready(r->arg);
	}
	return NL_OK;
}

static int on_interrupted(struct nl_msg *msg, void *arg)
{
	struct rtnl *r = arg;

	(void)msg;
	r->stale = true;
	return NL_OK;
}

static int on_message(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *h = nlmsg_hdr(msg);

	if (h->nlmsg_type == RTM_NEWLINK || h->nlmsg_type == RTM_DELLINK)
		link_message(arg, h);
	else if (h->nlmsg_type == RTM_NEWADDR || h->nlmsg_type == RTM_DELADDR)
		addr_message(arg, h);
	return NL_OK;
}

static void readable(void *arg, int fd, int what, struct mono now)
{
	struct rtnl *r = arg;
	int e = nl_recvmsgs_default(r->sock);

	(void)fd, (void)what, (void)now;
	if (e == -NLE_NOMEM || e == -NLE_MSG_TRUNC) { /* ENOBUFS: events were lost */
		if (!r->stale)
			log_info("rtnetlink: events were lost, reading links and addresses again");
		read_again(r);
	} else if (e < 0 && e != -NLE_AGAIN) {
		log_warnx("rtnetlink: %s", nl_geterror(e));
	}
}

/* Without looking at a message first: that look makes the kernel go on with a running dump, which
 * fails while the message still fills a small buffer, and the error comes in place of the message
 * for ever. */
static bool connect_socket(struct rtnl *r)
{
	nl_socket_disable_msg_peek(r->sock);
	if (nl_socket_set_msg_buf_size(r->sock, MESSAGE_BYTES) < 0)
		return false;
	nl_socket_disable_seq_check(r->sock);
	nl_socket_modify_cb(r->sock, NL_CB_VALID, NL_CB_CUSTOM, on_message, r);
	nl_socket_modify_cb(r->sock, NL_CB_DUMP_INTR, NL_CB_CUSTOM, on_interrupted, r);
	nl_socket_modify_cb(r->sock, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, r);
	if (nl_connect(r->sock, NETLINK_ROUTE) < 0)
		return false;
	nl_socket_set_buffer_size(r->sock, RECEIVE_BYTES, 0);
	nl_socket_set_nonblocking(r->sock);
	return nl_socket_add_memberships(r->sock, RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR,
					 RTNLGRP_IPV6_IFADDR, 0) == 0;
}

struct rtnl *rtnl_open(struct loop *loop, const struct rtnl_ops *ops, void *arg)
{
	struct rtnl *r = xcalloc(1, sizeof(*r));

	r->ops = ops;
	r->arg = arg;
	r->phase = FOLLOW;
	r->index = xcalloc(1, sizeof(*r->index));
	r->sock = nl_socket_alloc();
	if (!r->sock || !connect_socket(r)) {
		int saved = errno;

		nl_socket_free(r->sock);
		free(r->index);
		free(r);
		errno = saved;
		return NULL;
	}
	watch_start(&r->watch, loop, nl_socket_get_fd(r->sock), WATCH_READ, readable, r);
	read_again(r);
	return r;
}

void rtnl_close(struct rtnl *r)
{
	if (!r)
		return;
	watch_stop(&r->watch);
	nl_socket_free(r->sock);
	free(r->links);
	free(r->addrs);
	chains_free(&r->index->name);
	chains_free(&r->index->ifindex);
	chains_free(&r->index->addr);
	free(r->index);
	free(r);
}

void rtnl_receive_buffer(struct rtnl *r, uint32_t bytes, bool force)
{
	int value = bytes ? (int)bytes : RECEIVE_BYTES;

	if (setsockopt(nl_socket_get_fd(r->sock), SOL_SOCKET, force ? SO_RCVBUFFORCE : SO_RCVBUF,
		       &value, sizeof(value)) < 0)
		log_warn("rtnetlink: cannot set a receive buffer of %d octets", value);
}

bool rtnl_is_ready(const struct rtnl *r)
{
	return r->ready;
}

const struct rtnl_link *rtnl_link_find(const struct rtnl *r, unsigned ifindex)
{
	struct link_entry *e = link_entry(r, ifindex);

	return e ? &e->link : NULL;
}

const struct rtnl_link *rtnl_link_by_name(const struct rtnl *r, const char *name)
{
	const struct chains *x = &r->index->name;
	uint32_t hash = name_hash(name);

	index_links(r);
	for (uint32_t i = chains_first(x, hash); i != CHAINS_END; i = chains_next(x, i))
		if (strcmp(r->links[i].link.name, name) == 0)
			return &r->links[i].link;
	return NULL;
}

const struct rtnl_link *rtnl_link_by_former_name(const struct rtnl *r, const char *name)
{
	for (unsigned i = 0; i < r->nlinks; i++)
		if (strcmp(r->links[i].former, name) == 0)
			return &r->links[i].link;
	return NULL;
}

const struct rtnl_link *rtnl_link_at(const struct rtnl *r, unsigned i)
{
	return i < r->nlinks ? &r->links[i].link : NULL;
}

const struct rtnl_addr *rtnl_addr_find(const struct rtnl *r, unsigned ifindex, const struct addr *a,
				       uint8_t prefix_len)
{
	struct addr_entry *e = addr_entry(r, ifindex, a, prefix_len);

	return e ? &e->addr : NULL;
}

const struct rtnl_addr *rtnl_addr_at(const struct rtnl *r, unsigned i)
{
	return i < r->naddrs ? &r->addrs[i].addr : NULL;
}
