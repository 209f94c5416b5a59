/* order: see order.h. Process: halvard-agent. */
#include "agent/order.h"

#include "base/log.h"
#include "base/route.h"
#include "base/text.h"
#include "model/rows.h"

#include <stdlib.h>
#include <string.h>

struct ordered {
	const void *row;
	size_t len;
	oid ids[INDEX_MAX];
};

struct ordering {
	uint64_t generation; /* that it was made for; 0: none */
	struct ordered *rows;
	size_t n, cap;
	struct order_hop *hops; /* that rows are, of a table of these */
	size_t nhops;
};

/* ---- indices ------------------------------------------------------------ */

static size_t number(const struct map_table *m, const void *row, oid *ret)
{
	ret[0] = (oid)field_get(m->number, row);
	return ret[0] ? 1 : 0;
}

static size_t part(const struct map_table *m, const struct store *s, const char *name, oid own,
		   oid *ret)
{
	const char *const words[] = {name};
	const void *whole = store_find_text(s, m->part_of, words);

	ret[0] = whole ? (oid)field_get(m->part_number, whole) : 0;
	ret[1] = own;
	return ret[0] && own ? 2 : 0;
}

static size_t track(const struct map_table *m, const struct store *s, const struct track_row *t,
		    oid *ret)
{
	bool group = m->part_of == T_SYNC_GROUP;

	if (t->kind != m->select || (t->user_kind == TRACK_BY_GROUP) != group)
		return 0;
	return part(m, s, t->user, t->kind == TRACK_INTERFACE ? t->ifindex : t->snmp_index, ret);
}

static size_t way(const struct map_table *m, const struct store *s, const struct order_hop *h,
		  oid *ret)
{
	size_t n = part(m, s, h->route->instance, h->route->snmp_index, ret);

	ret[2] = h->number + 1;
	return n ? 3 : 0;
}

/* The module of version 2 has no others; a virtual router without an interface has no index. */
static size_t router(const struct vrrp_instance_row *v, unsigned version, oid *ret)
{
	if (!v || !v->ifindex || (version == 2 && v->version != version))
		return 0;
	ret[0] = v->ifindex;
	ret[1] = v->vrid;
	if (version == 2)
		return v->family == FAMILY_IPV4 ? 2 : 0;
	ret[2] = v->family;
	return 3;
}

static size_t router_address(const struct store *s, const struct vrrp_address_row *a,
			     unsigned version, oid *ret)
{
	const char *const words[] = {a->instance};
	const struct vrrp_instance_row *v = store_find_text(s, T_VRRP_INSTANCE, words);
	size_t n = router(v, version, ret), len = addr_len(&a->addr);

	if (!n || a->excluded || (a->addr.family == ADDR_IPV6) != (v->family == FAMILY_IPV6))
		return 0;
	if (version == 3)
		ret[n++] = len;
	for (size_t i = 0; i < len; i++)
		ret[n++] = a->addr.bytes[i];
	return n;
}

size_t order_index(const struct map_table *m, const struct store *s, const void *row,
		   oid ret[INDEX_MAX])
{
	const struct field *first = schema_table(m->table)->fields;

	switch (m->index) {
	case INDEX_NUMBER:
		return number(m, row, ret);
	case INDEX_PART:
		return part(m, s, field_str(first, row), (oid)field_get(m->number, row), ret);
	case INDEX_TRACK:
		return track(m, s, row, ret);
	case INDEX_HOP:
		return way(m, s, row, ret);
	case INDEX_ROUTER_V2:
		return router(row, 2, ret);
	case INDEX_ROUTER_V3:
		return router(row, 3, ret);
	case INDEX_ROUTER_ADDRESS_V2:
		return router_address(s, row, 2, ret);
	case INDEX_ROUTER_ADDRESS_V3:
		return router_address(s, row, 3, ret);
	default:
		return 0;
	}
}

/* ---- the order ---------------------------------------------------------- */

struct ordering *order_new(void)
{
	return xcalloc(1, sizeof(struct ordering));
}

void order_free(struct ordering *o)
{
	free(o->rows);
	free(o->hops);
	free(o);
}

static int by_ids(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;

	return snmp_oid_compare(x->ids, x->len, y->ids, y->len);
}

static void add(struct ordering *o, const struct map_table *m, const struct store *s,
		const void *row)
{
	struct ordered *r;

	if (o->n == o->cap) {
		o->cap = o->cap ? 2 * o->cap : 16;
		o->rows = xrealloc(o->rows, o->cap, sizeof(*o->rows));
	}
	r = &o->rows[o->n];
	r->row = row;
	r->len = order_index(m, s, row, r->ids);
	o->n += r->len > 0;
}

static void list_hops(struct ordering *o, const struct store *s)
{
	o->nhops = 0;
	STORE_EACH(s, T_VRRP_ROUTE, struct vrrp_route_row, row)
	{
		struct ip_route r;

		if (!route_parse_text(row->route, &r))
			continue;
		o->hops = xrealloc(o->hops, o->nhops + r.nhops + 1, sizeof(*o->hops));
		for (unsigned k = 0; k < r.nhops; k++)
			o->hops[o->nhops++] = (struct order_hop){row, k};
	}
}

void order_follow(struct ordering *o, const struct map_table *m, const struct store *s,
		  uint64_t generation)
{
	if (o->generation == generation)
		return;
	o->generation = generation;
	o->n = 0;
	if (m->index == INDEX_HOP)
		list_hops(o, s);
	for (size_t i = 0; i < (m->index == INDEX_HOP ? o->nhops : store_count(s, m->table)); i++)
		add(o, m, s, m->index == INDEX_HOP ? &o->hops[i] : store_at(s, m->table, i));
	if (o->n)
		qsort(o->rows, o->n, sizeof(*o->rows), by_ids);
}

size_t order_count(const struct ordering *o)
{
	return o->n;
}

const void *order_row(const struct ordering *o, size_t i)
{
	return o->rows[i].row;
}

const oid *order_ids(const struct ordering *o, size_t i, size_t *ret_len)
{
	*ret_len = o->rows[i].len;
	return o->rows[i].ids;
}
