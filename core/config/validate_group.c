/*
 * validate_group: the rules of virtual servers that have a virtual_server_group, and the one that
 * no two virtual servers have the same address, port and protocol, or the same mark. See
 * validate.h.
 */
#include "config/validate.h"

#include "base/log.h"
#include "base/text.h"
#include "model/server_group.h"

#include <stdlib.h>

/* Addresses, or a mark, of a virtual server. */
struct span {
	const struct virtual_server_row *vs;
	uint64_t rank; /* of two the one with the lower rank stays */
	uint32_t fwmark;
	uint8_t family, protocol;
	uint16_t port;
	struct addr first, last;
};

struct spans {
	struct span *list;
	size_t n, cap;
};

static void add_span(struct spans *s, const struct span *one)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 64;
		s->list = xrealloc(s->list, s->cap, sizeof(*s->list));
	}
	s->list[s->n++] = *one;
}

static uint8_t family_of(const struct server_group_member_row *m,
			 const struct virtual_server_row *vs)
{
	return m->family ? m->family : vs->family;
}

/* In the order of the file; without one, those that have a service of their own come first. */
static uint64_t rank_of(const struct validation *v, const struct virtual_server_row *vs)
{
	uint64_t order = origins_find(v->origins, vs, ORIGIN_ROW).order;

	return order ? order : vs->group[0] != 0;
}

static void add_spans_of(struct spans *spans, const struct validation *v,
			 const struct virtual_server_row *vs)
{
	struct span one = {.vs = vs,
			   .rank = rank_of(v, vs),
			   .fwmark = vs->fwmark,
			   .family = vs->family,
			   .protocol = vs->protocol,
			   .port = vs->port,
			   .first = vs->addr,
			   .last = vs->addr};

	if (!vs->group[0])
		add_span(spans, &one);
	SERVER_GROUP_EACH(v->store, vs->group, m)
	{
		one.fwmark = m->fwmark;
		one.family = family_of(m, vs);
		one.port = m->port;
		one.first = m->addr;
		one.last = m->last;
		add_span(spans, &one);
	}
}

static int by_service(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	if (x->fwmark != y->fwmark)
		return x->fwmark < y->fwmark ? -1 : 1;
	if (x->family != y->family)
		return x->family - y->family;
	if (x->fwmark)
		return 0;
	if (x->protocol != y->protocol)
		return x->protocol - y->protocol;
	if (x->port != y->port)
		return x->port - y->port;
	return addr_cmp(&x->first, &y->first);
}

/* `low` begins first. */
static bool overlap(const struct span *low, const struct span *high)
{
	if (low->fwmark != high->fwmark || low->family != high->family)
		return false;
	return low->fwmark || (low->protocol == high->protocol && low->port == high->port &&
			       addr_cmp(&high->first, &low->last) <= 0);
}

/* Two that have something in common; the first one has the lower rank. */
struct clash {
	const struct span *first, *second;
};

static int by_second(const void *a, const void *b)
{
	const struct clash *x = a, *y = b;
	int order = x->second->rank < y->second->rank ? -1 : x->second->rank > y->second->rank;

	return order ? order
		     : (x->first->rank > y->first->rank) - (x->first->rank < y->first->rank);
}

static struct clash *find_clashes(const struct spans *s, size_t *n)
{
	struct clash *list = NULL;
	size_t cap = 0;

	*n = 0;
	for (size_t i = 0; i < s->n; i++)
		for (size_t j = i + 1; j < s->n && overlap(&s->list[i], &s->list[j]); j++) {
			bool sorted = s->list[i].rank <= s->list[j].rank;

			if (*n == cap) {
				cap = cap ? 2 * cap : 16;
				list = xrealloc(list, cap, sizeof(*list));
			}
			list[(*n)++] =
			    (struct clash){&s->list[sorted ? i : j], &s->list[sorted ? j : i]};
		}
	if (*n)
		qsort(list, *n, sizeof(*list), by_second);
	return list;
}

static void object_to(struct validation *v, const struct clash *c)
{
	const struct virtual_server_row *first = c->first->vs, *second = c->second->vs;
	char place[TEXT_MAX];

	if (first == second)
		validate_drop(v, T_VIRTUAL_SERVER, second, NULL,
			      "two lines of its group are the same service");
	else
		validate_drop(
		    v, T_VIRTUAL_SERVER, second, NULL,
		    "virtual_server %s has some of its addresses or marks%s", first->name,
		    validate_place(v, T_VIRTUAL_SERVER, first, NULL, place, sizeof(place)));
}

static bool is_out(const struct virtual_server_row *const *out, size_t n,
		   const struct virtual_server_row *vs)
{
	for (size_t i = 0; i < n; i++)
		if (out[i] == vs)
			return true;
	return false;
}

/* What stays is what has nothing in common with what stays and comes before it. */
static void check_overlaps(struct validation *v)
{
	const struct virtual_server_row **out;
	struct spans s = {0};
	struct clash *clashes;
	size_t n, nout = 0;

	STORE_EACH(v->store, T_VIRTUAL_SERVER, struct virtual_server_row, vs)
	add_spans_of(&s, v, vs);
	if (s.n)
		qsort(s.list, s.n, sizeof(*s.list), by_service);
	clashes = find_clashes(&s, &n);
	out = xcalloc(n + 1, sizeof(*out));
	for (size_t i = 0; i < n; i++) {
		const struct clash *c = &clashes[i];
		bool first_is_out =
		    c->first->vs != c->second->vs && is_out(out, nout, c->first->vs);

		if (first_is_out || is_out(out, nout, c->second->vs))
			continue;
		object_to(v, c);
		out[nout++] = c->second->vs;
	}
	free(out);
	free(clashes);
	free(s.list);
}

/* Packets of another family than a server's reach it through a tunnel only. */
static bool all_tunnelled(const struct store *s, const struct virtual_server_row *vs)
{
	struct real_server_row key = {0};

	key.vs = vs->name;
	for (size_t i = store_lower_bound(s, T_REAL_SERVER, &key);
	     i < store_count(s, T_REAL_SERVER); i++) {
		const struct real_server_row *r = store_at(s, T_REAL_SERVER, i);

		if (!text_eq(r->vs, vs->name))
			break;
		if (r->forwarding != LVS_TUN)
			return false;
	}
	return true;
}

static void check_member(struct validation *v, const struct virtual_server_row *vs,
			 const struct server_group_member_row *m)
{
	if (!m->fwmark && !m->port && !vs->persistence_timeout_s)
		validate_say(v, FINDING_ERROR, T_VIRTUAL_SERVER, vs, "persistence_timeout_s",
			     "%s of its group is all ports, which works with persistence only",
			     m->name);
	if (family_of(m, vs) != vs->family && !all_tunnelled(v->store, vs))
		validate_drop(v, T_VIRTUAL_SERVER, vs, "group",
			      "%s of its group has another address family than its servers, which "
			      "only TUN can do",
			      m->name);
}

static void check_group(struct validation *v, const struct virtual_server_row *vs)
{
	bool any = false;

	SERVER_GROUP_EACH(v->store, vs->group, m)
	{
		any = true;
		check_member(v, vs, m);
	}
	if (!any)
		validate_drop(
		    v, T_VIRTUAL_SERVER, vs, "group",
		    "there is no virtual_server_group %s, or it has no address and no mark",
		    vs->group);
}

static bool is_port_of(const struct store *s, const struct virtual_server_row *vs, uint16_t port)
{
	bool all = true;

	SERVER_GROUP_EACH(s, vs->group, m)
	all = all && (m->fwmark || m->port == port);
	return all;
}

/* Only NAT changes a port. */
static void check_ports(struct validation *v, const struct real_server_row *r,
			const struct virtual_server_row *vs)
{
	if (r->port && r->forwarding != LVS_NAT && !is_port_of(v->store, vs, r->port))
		validate_say(v, FINDING_WARNING, T_REAL_SERVER, r, "port",
			     "only NAT can change the port: it gets what comes for the ports of "
			     "virtual_server_group %s on those ports",
			     vs->group);
}

void validate_group_server(struct validation *v, const struct real_server_row *r,
			   const struct virtual_server_row *vs)
{
	if (v->findings)
		check_ports(v, r, vs);
}

void validate_server_groups(struct validation *v)
{
	bool any = false;

	STORE_EACH(v->store, T_VIRTUAL_SERVER, struct virtual_server_row, vs)
	{
		if (!vs->group[0])
			continue;
		any = true;
		check_group(v, vs);
	}
	if (any)
		check_overlaps(v);
}
