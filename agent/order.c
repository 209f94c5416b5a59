/* order: see order.h. Process: halvard-agent. */
#include "agent/order.h"

#include "base/log.h"
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
};

/* ---- indices ------------------------------------------------------------ */

static size_t parent_and_number(const struct store *s, enum table_id parent, const char *name,
				uint32_t number, oid *ret)
{
	const char *const words[] = {name};
	const void *row = store_find_text(s, parent, words);
	const struct field *f = schema_field(parent, "snmp_index");

	ret[0] = row ? (oid)field_get(f, row) : 0;
	ret[1] = number;
	return ret[0] && number ? 2 : 0;
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

static size_t number(uint32_t n, oid *ret)
{
	ret[0] = n;
	return n ? 1 : 0;
}

size_t order_index(enum map_index kind, const struct store *s, const void *row, oid ret[INDEX_MAX])
{
	const struct vrrp_address_row *a = row;
	const struct sync_member_row *m = row;
	const struct real_server_row *rs = row;

	switch (kind) {
	case INDEX_INSTANCE:
		return number(((const struct vrrp_instance_row *)row)->snmp_index, ret);
	case INDEX_ADDRESS:
		return parent_and_number(s, T_VRRP_INSTANCE, a->instance, a->snmp_index, ret);
	case INDEX_GROUP:
		return number(((const struct sync_group_row *)row)->snmp_index, ret);
	case INDEX_MEMBER:
		return parent_and_number(s, T_SYNC_GROUP, m->group, m->snmp_index, ret);
	case INDEX_SERVICE:
		return number(((const struct virtual_server_row *)row)->snmp_index, ret);
	case INDEX_SERVER:
		return parent_and_number(s, T_VIRTUAL_SERVER, rs->vs, rs->snmp_index, ret);
	case INDEX_ROUTER_V2:
		return router(row, 2, ret);
	case INDEX_ROUTER_V3:
		return router(row, 3, ret);
	case INDEX_ROUTER_ADDRESS_V2:
		return router_address(s, a, 2, ret);
	case INDEX_ROUTER_ADDRESS_V3:
		return router_address(s, a, 3, ret);
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
	free(o);
}

static int by_ids(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;

	return snmp_oid_compare(x->ids, x->len, y->ids, y->len);
}

void order_follow(struct ordering *o, const struct map_table *m, const struct store *s,
		  uint64_t generation)
{
	if (o->generation == generation)
		return;
	o->generation = generation;
	o->n = 0;
	for (size_t i = 0; i < store_count(s, m->table); i++) {
		struct ordered *r;

		if (o->n == o->cap) {
			o->cap = o->cap ? 2 * o->cap : 16;
			o->rows = xrealloc(o->rows, o->cap, sizeof(*o->rows));
		}
		r = &o->rows[o->n];
		r->row = store_at(s, m->table, i);
		r->len = order_index(m->index, s, r->row, r->ids);
		o->n += r->len > 0;
	}
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
