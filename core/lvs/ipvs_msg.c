/*
 * ipvs_msg: the IPVS dialect of generic netlink (family "IPVS", version 1), both ways.
 *
 * An attribute is u16 length (with its 4 octets of header), u16 type, then the value padded
 * to 4 octets; integers are in host order, ports and IPv4 masks in network order, addresses
 * are always 16 octets of which IPv4 uses the first four. Attributes are written and read
 * here by hand instead of through libnl, so that a reply is nothing but bytes for the tests
 * and the fuzzer, and nothing is allocated but the growing request.
 *
 * The kernel's rules behind it: NEW and SET need the full set of attributes (what is left
 * out of SET is reset, there is no "weight only"), so a caller keeps whole destinations.
 * Statistics come twice; only the 64 bit ones are read, the old ones wrap. A dump of
 * destinations does not repeat the service. HASHED is the kernel's own flag and is taken off,
 * so that flags compare.
 *
 * Runs in the lvs process.
 */
#include "lvs/ipvs_msg.h"

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

#define ADDR_ATTR_LEN 16

int ipvs_service_key_cmp(const struct ipvs_service_key *a, const struct ipvs_service_key *b)
{
	int r = addr_cmp(&a->addr, &b->addr);

	if (r)
		return r;
	if (a->fwmark != b->fwmark)
		return a->fwmark < b->fwmark ? -1 : 1;
	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	return (int)a->protocol - (int)b->protocol;
}

int ipvs_dest_key_cmp(const struct ipvs_dest_key *a, const struct ipvs_dest_key *b)
{
	int r = addr_cmp(&a->addr, &b->addr);

	return r ? r : (int)a->port - (int)b->port;
}

/* ---- writing --------------------------------------------------------- */

static void put_attr(struct buf *b, uint16_t type, const void *data, size_t len)
{
	static const unsigned char zero[NLA_ALIGNTO];
	uint16_t head[2] = {(uint16_t)(NLA_HDRLEN + len), type};

	buf_add(b, head, sizeof(head));
	buf_add(b, data, len);
	buf_add(b, zero, NLA_ALIGN(len) - len);
}

static void put_u16(struct buf *b, uint16_t type, uint16_t v)
{
	put_attr(b, type, &v, sizeof(v));
}

static void put_u32(struct buf *b, uint16_t type, uint32_t v)
{
	put_attr(b, type, &v, sizeof(v));
}

static void put_addr(struct buf *b, uint16_t type, const struct addr *a)
{
	put_attr(b, type, a->bytes, ADDR_ATTR_LEN);
}

static size_t nest_begin(struct buf *b, uint16_t type)
{
	size_t at = b->len;

	put_attr(b, type | NLA_F_NESTED, "", 0);
	return at;
}

static void nest_end(struct buf *b, size_t at)
{
	uint16_t len = (uint16_t)(b->len - at);

	memcpy(b->data + at, &len, sizeof(len));
}

static void put_key(struct buf *b, const struct ipvs_service_key *k)
{
	put_u16(b, IPVS_SVC_ATTR_AF, (uint16_t)addr_af(&k->addr));
	if (k->fwmark) {
		put_u32(b, IPVS_SVC_ATTR_FWMARK, k->fwmark);
		return;
	}
	put_u16(b, IPVS_SVC_ATTR_PROTOCOL, k->protocol);
	put_addr(b, IPVS_SVC_ATTR_ADDR, &k->addr);
	put_u16(b, IPVS_SVC_ATTR_PORT, htons(k->port));
}

void ipvs_msg_put_service_key(struct buf *b, const struct ipvs_service_key *k)
{
	size_t at = nest_begin(b, IPVS_CMD_ATTR_SERVICE);

	put_key(b, k);
	nest_end(b, at);
}

/* IPv4 takes a mask in network order, IPv6 the prefix length itself. */
static uint32_t netmask_of(const struct ipvs_service *s)
{
	if (s->key.addr.family == ADDR_IPV6)
		return s->prefix;
	return s->prefix ? htonl(UINT32_MAX << (32 - s->prefix)) : 0;
}

void ipvs_msg_put_service(struct buf *b, const struct ipvs_service *s)
{
	size_t at = nest_begin(b, IPVS_CMD_ATTR_SERVICE);
	struct ip_vs_flags flags = {.flags = s->flags, .mask = ~0U};

	put_key(b, &s->key);
	put_attr(b, IPVS_SVC_ATTR_SCHED_NAME, s->scheduler,
		 strnlen(s->scheduler, sizeof(s->scheduler) - 1) + 1);
	put_attr(b, IPVS_SVC_ATTR_FLAGS, &flags, sizeof(flags));
	put_u32(b, IPVS_SVC_ATTR_TIMEOUT, s->timeout_s);
	put_u32(b, IPVS_SVC_ATTR_NETMASK, netmask_of(s));
	if (s->engine[0])
		put_attr(b, IPVS_SVC_ATTR_PE_NAME, s->engine,
			 strnlen(s->engine, sizeof(s->engine) - 1) + 1);
	nest_end(b, at);
}

static void put_dest_key(struct buf *b, const struct ipvs_dest_key *k)
{
	put_u16(b, IPVS_DEST_ATTR_ADDR_FAMILY, (uint16_t)addr_af(&k->addr));
	put_addr(b, IPVS_DEST_ATTR_ADDR, &k->addr);
	put_u16(b, IPVS_DEST_ATTR_PORT, htons(k->port));
}

void ipvs_msg_put_dest_key(struct buf *b, const struct ipvs_dest_key *k)
{
	size_t at = nest_begin(b, IPVS_CMD_ATTR_DEST);

	put_dest_key(b, k);
	nest_end(b, at);
}

void ipvs_msg_put_dest(struct buf *b, const struct ipvs_dest *d)
{
	size_t at = nest_begin(b, IPVS_CMD_ATTR_DEST);

	put_dest_key(b, &d->key);
	put_u32(b, IPVS_DEST_ATTR_FWD_METHOD, d->forwarding);
	put_u32(b, IPVS_DEST_ATTR_WEIGHT, d->weight);
	put_u32(b, IPVS_DEST_ATTR_U_THRESH, d->u_threshold);
	put_u32(b, IPVS_DEST_ATTR_L_THRESH, d->l_threshold);
	if (d->tun_type || d->tun_flags) {
		put_attr(b, IPVS_DEST_ATTR_TUN_TYPE, &d->tun_type, sizeof(d->tun_type));
		put_u16(b, IPVS_DEST_ATTR_TUN_PORT, htons(d->tun_port));
		put_u16(b, IPVS_DEST_ATTR_TUN_FLAGS, d->tun_flags);
	}
	nest_end(b, at);
}

void ipvs_msg_put_timeouts(struct buf *b, const struct ipvs_timeouts *t)
{
	put_u32(b, IPVS_CMD_ATTR_TIMEOUT_TCP, t->tcp);
	put_u32(b, IPVS_CMD_ATTR_TIMEOUT_TCP_FIN, t->tcpfin);
	put_u32(b, IPVS_CMD_ATTR_TIMEOUT_UDP, t->udp);
}

/* Unlike all else here the port is in host order: the kernel has it so. */
void ipvs_msg_put_daemon(struct buf *b, const struct ipvs_daemon *d)
{
	size_t at = nest_begin(b, IPVS_CMD_ATTR_DAEMON);

	put_u32(b, IPVS_DAEMON_ATTR_STATE, d->role);
	put_attr(b, IPVS_DAEMON_ATTR_MCAST_IFN, d->interface,
		 strnlen(d->interface, sizeof(d->interface) - 1) + 1);
	put_u32(b, IPVS_DAEMON_ATTR_SYNC_ID, d->id);
	if (d->maxlen)
		put_u16(b, IPVS_DAEMON_ATTR_SYNC_MAXLEN, d->maxlen);
	if (d->port)
		put_u16(b, IPVS_DAEMON_ATTR_MCAST_PORT, d->port);
	if (d->ttl)
		put_attr(b, IPVS_DAEMON_ATTR_MCAST_TTL, &d->ttl, sizeof(d->ttl));
	if (d->group.family)
		put_attr(b,
			 d->group.family == ADDR_IPV6 ? IPVS_DAEMON_ATTR_MCAST_GROUP6
						      : IPVS_DAEMON_ATTR_MCAST_GROUP,
			 d->group.bytes, addr_len(&d->group));
	nest_end(b, at);
}

/* ---- reading --------------------------------------------------------- */

struct attr {
	uint16_t type;
	uint16_t len;
	const unsigned char *data;
};

/* Fills found[0..max] with the last attribute of each type; false when malformed. */
static bool parse_attrs(const unsigned char *p, size_t left, struct attr *found, unsigned max)
{
	memset(found, 0, (max + 1) * sizeof(*found));
	while (left >= NLA_HDRLEN) {
		uint16_t len, type;
		size_t step;

		memcpy(&len, p, sizeof(len));
		memcpy(&type, p + 2, sizeof(type));
		type &= NLA_TYPE_MASK;
		if (len < NLA_HDRLEN || len > left)
			return false;
		if (type <= max)
			found[type] = (struct attr){type, len - NLA_HDRLEN, p + NLA_HDRLEN};
		step = NLA_ALIGN((size_t)len);
		step = step < left ? step : left;
		p += step;
		left -= step;
	}
	return left == 0;
}

/* The value as an integer of exactly `size` octets; false when absent or of another size. */
static bool get_int(const struct attr *a, size_t size, uint64_t *ret)
{
	uint16_t v16;
	uint32_t v32;

	if (!a->data || a->len != size)
		return false;
	switch (size) {
	case sizeof(v16):
		memcpy(&v16, a->data, sizeof(v16));
		*ret = v16;
		return true;
	case sizeof(v32):
		memcpy(&v32, a->data, sizeof(v32));
		*ret = v32;
		return true;
	default:
		memcpy(ret, a->data, sizeof(*ret));
		return true;
	}
}

static bool get_u16(const struct attr *a, uint16_t *ret)
{
	uint64_t v;

	if (!get_int(a, sizeof(*ret), &v))
		return false;
	*ret = (uint16_t)v;
	return true;
}

static bool get_u32(const struct attr *a, uint32_t *ret)
{
	uint64_t v;

	if (!get_int(a, sizeof(*ret), &v))
		return false;
	*ret = (uint32_t)v;
	return true;
}

static bool get_port(const struct attr *a, uint16_t *ret)
{
	if (!get_u16(a, ret))
		return false;
	*ret = ntohs(*ret);
	return true;
}

static enum addr_family family_of(uint16_t af)
{
	return af == AF_INET ? ADDR_IPV4 : af == AF_INET6 ? ADDR_IPV6 : ADDR_NONE;
}

static bool get_addr(const struct attr *a, enum addr_family family, struct addr *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->family = (uint8_t)family;
	if (!a->data || a->len < addr_len(ret))
		return false;
	memcpy(ret->bytes, a->data, addr_len(ret));
	return true;
}

/* A string that may come with or without its NUL; longer than dst fails. */
static bool get_name(const struct attr *a, char *dst, size_t size)
{
	size_t n = a->data ? strnlen((const char *)a->data, a->len) : 0;

	if (!n || n >= size)
		return false;
	memset(dst, 0, size);
	memcpy(dst, a->data, n);
	return true;
}

static bool get_stats(const struct attr *a, struct ipvs_stats *s)
{
	struct attr f[IPVS_STATS_ATTR_MAX + 1];
	uint64_t *const into[IPVS_STATS_ATTR_MAX + 1] = {
	    [IPVS_STATS_ATTR_CONNS] = &s->conns,        [IPVS_STATS_ATTR_INPKTS] = &s->in_pkts,
	    [IPVS_STATS_ATTR_OUTPKTS] = &s->out_pkts,   [IPVS_STATS_ATTR_INBYTES] = &s->in_bytes,
	    [IPVS_STATS_ATTR_OUTBYTES] = &s->out_bytes, [IPVS_STATS_ATTR_CPS] = &s->cps,
	    [IPVS_STATS_ATTR_INPPS] = &s->in_pps,       [IPVS_STATS_ATTR_OUTPPS] = &s->out_pps,
	    [IPVS_STATS_ATTR_INBPS] = &s->in_bps,       [IPVS_STATS_ATTR_OUTBPS] = &s->out_bps,
	};

	memset(s, 0, sizeof(*s));
	if (!a->data)
		return true; /* kernels before 4.1 */
	if (!parse_attrs(a->data, a->len, f, IPVS_STATS_ATTR_MAX))
		return false;
	for (unsigned i = 0; i <= IPVS_STATS_ATTR_MAX; i++)
		if (into[i] && f[i].data && !get_int(&f[i], sizeof(uint64_t), into[i]))
			return false;
	return true;
}

/* Opens the nested attribute `type` of the first level. */
static bool open_nest(const void *attrs, size_t len, unsigned type, struct attr *found,
		      unsigned max)
{
	struct attr top[IPVS_CMD_ATTR_MAX + 1];

	if (!parse_attrs(attrs, len, top, IPVS_CMD_ATTR_MAX) || !top[type].data)
		return false;
	return parse_attrs(top[type].data, top[type].len, found, max);
}

static bool get_key(const struct attr *f, struct ipvs_service_key *k)
{
	uint16_t af, protocol;

	memset(k, 0, sizeof(*k));
	if (!get_u16(&f[IPVS_SVC_ATTR_AF], &af) || !family_of(af))
		return false;
	if (get_u32(&f[IPVS_SVC_ATTR_FWMARK], &k->fwmark) && k->fwmark) {
		k->addr.family = (uint8_t)family_of(af);
		return true;
	}
	if (!get_u16(&f[IPVS_SVC_ATTR_PROTOCOL], &protocol) || protocol > UINT8_MAX)
		return false;
	k->protocol = (uint8_t)protocol;
	return get_addr(&f[IPVS_SVC_ATTR_ADDR], family_of(af), &k->addr) &&
	       get_port(&f[IPVS_SVC_ATTR_PORT], &k->port);
}

/* Number of leading one bits; what lies behind the first zero is not looked at. */
static uint32_t prefix_of(const struct ipvs_service *s, uint32_t mask)
{
	uint32_t v = ~ntohl(mask);

	if (s->key.addr.family == ADDR_IPV6)
		return mask;
	return v ? (uint32_t)__builtin_clz(v) : 32;
}

bool ipvs_msg_get_service(const void *attrs, size_t len, struct ipvs_service *ret)
{
	struct attr f[IPVS_SVC_ATTR_MAX + 1];
	struct ip_vs_flags flags;
	uint32_t mask;

	memset(ret, 0, sizeof(*ret));
	if (!open_nest(attrs, len, IPVS_CMD_ATTR_SERVICE, f, IPVS_SVC_ATTR_MAX))
		return false;
	if (!get_key(f, &ret->key) ||
	    !get_name(&f[IPVS_SVC_ATTR_SCHED_NAME], ret->scheduler, sizeof(ret->scheduler)) ||
	    !get_u32(&f[IPVS_SVC_ATTR_TIMEOUT], &ret->timeout_s) ||
	    !get_u32(&f[IPVS_SVC_ATTR_NETMASK], &mask) ||
	    f[IPVS_SVC_ATTR_FLAGS].len != sizeof(flags))
		return false;
	memcpy(&flags, f[IPVS_SVC_ATTR_FLAGS].data, sizeof(flags));
	ret->flags = flags.flags & ~(uint32_t)IP_VS_SVC_F_HASHED;
	ret->prefix = prefix_of(ret, mask);
	get_name(&f[IPVS_SVC_ATTR_PE_NAME], ret->engine, sizeof(ret->engine));
	return get_stats(&f[IPVS_SVC_ATTR_STATS64], &ret->stats);
}

static bool get_counts(const struct attr *f, struct ipvs_counts *n)
{
	return get_u32(&f[IPVS_DEST_ATTR_ACTIVE_CONNS], &n->active) &&
	       get_u32(&f[IPVS_DEST_ATTR_INACT_CONNS], &n->inactive) &&
	       get_u32(&f[IPVS_DEST_ATTR_PERSIST_CONNS], &n->persistent) &&
	       get_stats(&f[IPVS_DEST_ATTR_STATS64], &n->stats);
}

/* Kernels before 5.2 say nothing of it. */
static void get_tunnel(const struct attr *f, struct ipvs_dest *d)
{
	const struct attr *type = &f[IPVS_DEST_ATTR_TUN_TYPE];

	if (type->data && type->len == sizeof(d->tun_type))
		d->tun_type = type->data[0];
	get_port(&f[IPVS_DEST_ATTR_TUN_PORT], &d->tun_port);
	get_u16(&f[IPVS_DEST_ATTR_TUN_FLAGS], &d->tun_flags);
}

bool ipvs_msg_get_dest(const void *attrs, size_t len, enum addr_family family,
		       struct ipvs_dest *ret, struct ipvs_counts *counts)
{
	struct attr f[IPVS_DEST_ATTR_MAX + 1];
	uint16_t af;

	memset(ret, 0, sizeof(*ret));
	if (!open_nest(attrs, len, IPVS_CMD_ATTR_DEST, f, IPVS_DEST_ATTR_MAX))
		return false;
	if (get_u16(&f[IPVS_DEST_ATTR_ADDR_FAMILY], &af) && family_of(af))
		family = family_of(af);
	if (!get_addr(&f[IPVS_DEST_ATTR_ADDR], family, &ret->key.addr) ||
	    !get_port(&f[IPVS_DEST_ATTR_PORT], &ret->key.port) ||
	    !get_u32(&f[IPVS_DEST_ATTR_FWD_METHOD], &ret->forwarding) ||
	    !get_u32(&f[IPVS_DEST_ATTR_WEIGHT], &ret->weight) ||
	    !get_u32(&f[IPVS_DEST_ATTR_U_THRESH], &ret->u_threshold) ||
	    !get_u32(&f[IPVS_DEST_ATTR_L_THRESH], &ret->l_threshold))
		return false;
	ret->forwarding &= IP_VS_CONN_F_FWD_MASK;
	if (ret->forwarding == IP_VS_CONN_F_TUNNEL)
		get_tunnel(f, ret);
	return get_counts(f, counts);
}

bool ipvs_msg_get_timeouts(const void *attrs, size_t len, struct ipvs_timeouts *ret)
{
	struct attr f[IPVS_CMD_ATTR_MAX + 1];

	memset(ret, 0, sizeof(*ret));
	return parse_attrs(attrs, len, f, IPVS_CMD_ATTR_MAX) &&
	       get_u32(&f[IPVS_CMD_ATTR_TIMEOUT_TCP], &ret->tcp) &&
	       get_u32(&f[IPVS_CMD_ATTR_TIMEOUT_TCP_FIN], &ret->tcpfin) &&
	       get_u32(&f[IPVS_CMD_ATTR_TIMEOUT_UDP], &ret->udp);
}

bool ipvs_msg_get_daemon(const void *attrs, size_t len, struct ipvs_daemon *ret)
{
	struct attr f[IPVS_DAEMON_ATTR_MAX + 1];
	const struct attr *ttl = &f[IPVS_DAEMON_ATTR_MCAST_TTL];

	memset(ret, 0, sizeof(*ret));
	if (!open_nest(attrs, len, IPVS_CMD_ATTR_DAEMON, f, IPVS_DAEMON_ATTR_MAX) ||
	    !get_u32(&f[IPVS_DAEMON_ATTR_STATE], &ret->role) ||
	    !get_name(&f[IPVS_DAEMON_ATTR_MCAST_IFN], ret->interface, sizeof(ret->interface)) ||
	    !get_u32(&f[IPVS_DAEMON_ATTR_SYNC_ID], &ret->id))
		return false;
	get_u16(&f[IPVS_DAEMON_ATTR_SYNC_MAXLEN], &ret->maxlen);
	get_u16(&f[IPVS_DAEMON_ATTR_MCAST_PORT], &ret->port);
	if (ttl->data && ttl->len == sizeof(ret->ttl))
		ret->ttl = ttl->data[0];
	if (!get_addr(&f[IPVS_DAEMON_ATTR_MCAST_GROUP], ADDR_IPV4, &ret->group) &&
	    !get_addr(&f[IPVS_DAEMON_ATTR_MCAST_GROUP6], ADDR_IPV6, &ret->group))
		ret->group = (struct addr){0};
	return true;
}

bool ipvs_msg_get_info(const void *attrs, size_t len, struct ipvs_info *ret)
{
	struct attr f[IPVS_INFO_ATTR_MAX + 1];

	memset(ret, 0, sizeof(*ret));
	return parse_attrs(attrs, len, f, IPVS_INFO_ATTR_MAX) &&
	       get_u32(&f[IPVS_INFO_ATTR_VERSION], &ret->version) &&
	       get_u32(&f[IPVS_INFO_ATTR_CONN_TAB_SIZE], &ret->conn_tab_size);
}
