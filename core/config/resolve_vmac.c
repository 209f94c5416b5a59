/*
 * resolve_vmac: the names of the interfaces with a virtual MAC address.
 *
 * One without a name in the file gets the name that keepalived gives it, since firewall rules and
 * scripts know it: vrrp.VRID, and when that is taken vrrp6.VRID for IPv6, then vrrp1.VRID and so
 * on: of instances in the order of the file, then of addresses in the order of their rows. A name
 * so long that the number would not fit is cut.
 *
 * An address has such an interface of its own when it says use_vmac, or the instance use_vmac_addr
 * and it is on another interface or of another family, and the instance's own interface does not
 * serve. Addresses of one instance, family and interface share it.
 */
#include "config/special_vmac.h"
#include "config/validate.h"

#include "base/mac.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define PREFIX "vrrp"

static bool is_taken(const struct store *s, const char *name)
{
	unsigned found = 0;

	STORE_EACH(s, T_VRRP_INSTANCE, struct vrrp_instance_row, v)
	found += text_eq(v->vmac_interface, name) || text_eq(v->interface, name);
	STORE_EACH(s, T_VRRP_ADDRESS, struct vrrp_address_row, a)
	found += text_eq(a->vmac_interface, name);
	return found;
}

static void compose(char name[NAME_IF], const char *prefix, const char *middle, uint8_t vrid)
{
	char end[NAME_IF];
	size_t len = (size_t)snprintf(end, sizeof(end), "%s.%u", middle, vrid);

	memset(name, 0, NAME_IF);
	text_copy(name, NAME_IF - len, prefix);
	text_copy(name + strlen(name), len + 1, end);
}

static void give_name(const struct store *s, char name[NAME_IF], const char *prefix, bool ipv6,
		      uint8_t vrid)
{
	char number[8];

	compose(name, prefix, "", vrid);
	if (ipv6 && is_taken(s, name))
		compose(name, prefix, "6", vrid);
	for (unsigned n = 1; is_taken(s, name) && n < 10000; n++) {
		snprintf(number, sizeof(number), "%u", n);
		compose(name, prefix, number, vrid);
	}
}

static const char *base_of(const struct vrrp_instance_row *v, const struct vrrp_address_row *a)
{
	return a->dev[0] ? a->dev : v->interface;
}

static bool needs_own(const struct vrrp_instance_row *v, const struct vrrp_address_row *a)
{
	bool other = !text_eq(base_of(v, a), v->interface) ||
		     (a->addr.family == ADDR_IPV6) != (v->family == FAMILY_IPV6);

	return (a->use_vmac || (v->use_vmac_addr && other)) && (other || !v->use_vmac);
}

/* One that a brother has already. */
static const char *shared_name(const struct store *s, const struct vrrp_instance_row *v,
			       const struct vrrp_address_row *a)
{
	const char *name = NULL;

	STORE_EACH(s, T_VRRP_ADDRESS, struct vrrp_address_row, b)
	{
		if (b->vmac_interface[0] && text_eq(b->instance, a->instance) &&
		    b->addr.family == a->addr.family && text_eq(base_of(v, b), base_of(v, a)))
			name = b->vmac_interface;
	}
	return name;
}

static void name_address(struct store *s, const struct vrrp_instance_row *v,
			 const struct vrrp_address_row *a, const char *prefix)
{
	struct vrrp_address_row row = *a;
	const char *shared = shared_name(s, v, a);

	if (!needs_own(v, a))
		return;
	if (shared)
		TEXT_COPY(row.vmac_interface, shared);
	else
		give_name(s, row.vmac_interface, prefix, a->addr.family == ADDR_IPV6, v->vrid);
	store_put(s, T_VRRP_ADDRESS, &row, F_WANTED, NULL);
}

static const char *prefix_of(struct store *s, bool addresses)
{
	const struct global_row *g = store_single(s, T_GLOBAL);

	if (addresses && g->vmac_addr_prefix[0])
		return g->vmac_addr_prefix;
	return g->vmac_prefix[0] ? g->vmac_prefix : PREFIX;
}

void resolve_vmac_addresses(struct store *s)
{
	const char *prefix = prefix_of(s, true);

	STORE_EACH(s, T_VRRP_ADDRESS, struct vrrp_address_row, a)
	{
		const char *const key[] = {a->instance};
		const struct vrrp_instance_row *v = store_find_text(s, T_VRRP_INSTANCE, key);

		if (v)
			name_address(s, v, a, prefix);
	}
}

/* The row that a block became; NULL: it was left out, or is another block. */
static const struct vrrp_instance_row *row_of(const struct parse *p, const struct draft *d)
{
	const struct vrrp_instance_row *v;
	const char *key[1];
	struct origin o;

	if (d->block != &block_vrrp_instance)
		return NULL;
	v = d->parts[T_VRRP_INSTANCE]->row;
	key[0] = v->name;
	v = store_find_text(p->store, T_VRRP_INSTANCE, key);
	o = origins_find(p->origins, v, ORIGIN_ROW);
	return o.order && o.at.source == d->at.source && o.at.line == d->at.line ? v : NULL;
}

/* Five octets are completed by the identifier. */
static void complete_mac(struct vrrp_instance_row *v)
{
	uint8_t mac[MAC_LEN];

	if (mac_parse(v->virtual_mac, mac) != MAC_LEN - 1)
		return;
	mac[MAC_LEN - 1] = v->vrid;
	mac_text(mac, v->virtual_mac);
}

/* A peer is answered by the interface below, where the source address is. */
static void fix_unicast(struct parse *p, const struct vrrp_instance_row *v,
			struct vrrp_instance_row *row)
{
	unsigned field = field_at(T_VRRP_INSTANCE, offsetof(struct vrrp_instance_row, use_vmac));
	struct origin o = origins_find(p->origins, v, field);
	bool peers = false;

	STORE_EACH(p->store, T_VRRP_PEER, struct vrrp_peer_row, peer)
	peers = peers || text_eq(peer->instance, v->name);
	if (!peers || v->vmac_xmit_base)
		return;
	place_report(p->findings, FINDING_WARNING, &o.at,
		     "use_vmac: unicast leaves from the interface below; vmac_xmit_base is set");
	row->vmac_xmit_base = true;
}

/* The statement that made the interface. */
static unsigned word_field(const struct vrrp_instance_row *v)
{
	return field_at(T_VRRP_INSTANCE, v->use_ipvlan
					     ? offsetof(struct vrrp_instance_row, use_ipvlan)
					     : offsetof(struct vrrp_instance_row, use_vmac));
}

/* keepalived lets both stand. */
static void drop_ipvlan(struct parse *p, const struct vrrp_instance_row *v,
			struct vrrp_instance_row *row)
{
	struct origin o = origins_find(p->origins, v, word_field(v));

	if (!v->use_vmac || !v->use_ipvlan)
		return;
	place_report(p->findings, FINDING_WARNING, &o.at,
		     "use_ipvlan: use_vmac counts; it was ignored");
	row->use_ipvlan = false;
	row->ipvlan_reach = IPVLAN_BRIDGE;
	row->ipvlan_addr = (struct addr){0};
	row->ipvlan_prefix_len = 0;
}

static void name_instance(struct parse *p, const struct vrrp_instance_row *v, const char *prefix)
{
	struct vrrp_instance_row row = *v;

	drop_ipvlan(p, v, &row);
	if (!v->vmac_interface[0])
		give_name(p->store, row.vmac_interface, prefix, v->family == FAMILY_IPV6, v->vrid);
	complete_mac(&row);
	if (v->use_vmac)
		fix_unicast(p, v, &row);
	store_put(p->store, T_VRRP_INSTANCE, &row, F_WANTED, NULL);
}

/* The instance that has the name of this one and stands before it in the file. */
static const struct vrrp_instance_row *first_of_name(const struct parse *p,
						     const struct vrrp_instance_row *v)
{
	unsigned order = origins_find(p->origins, v, ORIGIN_ROW).order;
	const struct vrrp_instance_row *first = NULL;

	STORE_EACH(p->store, T_VRRP_INSTANCE, struct vrrp_instance_row, b)
	{
		if (text_eq(b->vmac_interface, v->vmac_interface) &&
		    origins_find(p->origins, b, ORIGIN_ROW).order < order)
			first = b;
	}
	return first;
}

/* A name given twice stays with the first; the other gets one as if it had none. */
static void drop_second(struct parse *p, const struct vrrp_instance_row *v)
{
	const struct vrrp_instance_row *first = v->vmac_interface[0] ? first_of_name(p, v) : NULL;
	struct origin o = origins_find(p->origins, v, word_field(v));
	struct vrrp_instance_row row = *v;

	if (!first)
		return;
	place_report(p->findings, FINDING_ERROR, &o.at,
		     "%s: instance %s has the interface %s already; the name was ignored",
		     v->use_ipvlan ? "use_ipvlan" : "use_vmac", first->name, v->vmac_interface);
	memset(row.vmac_interface, 0, sizeof(row.vmac_interface));
	store_put(p->store, T_VRRP_INSTANCE, &row, F_WANTED, NULL);
}

void resolve_vmacs(struct parse *p)
{
	const char *prefix = prefix_of(p->store, false);
	const struct vrrp_instance_row *v;

	for (const struct draft *d = p->root->first; d; d = d->next)
		if ((v = row_of(p, d)))
			drop_second(p, v);
	for (const struct draft *d = p->root->first; d; d = d->next)
		if ((v = row_of(p, d)) && (v->use_vmac || v->use_ipvlan))
			name_instance(p, v, prefix);
}
