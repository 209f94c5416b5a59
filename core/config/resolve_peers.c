/*
 * resolve_peers: how an instance speaks to the others (source, multicast group, unicast peers,
 * VRF): drafts into rows.
 *
 * What is of the other family than the instance is left out with an error, as keepalived does.
 * Unicast needs no interface, if it has a source of its own; keepalived's default interface
 * then carries the addresses that name none.
 */
#include "config/parse.h"
#include "config/validate.h"

#include "base/text.h"

#include <stddef.h>
#include <string.h>

#define IN_INSTANCE(member) T_VRRP_INSTANCE, offsetof(struct vrrp_instance_row, member)
#define IN_PEER(member)     T_VRRP_PEER, offsetof(struct vrrp_peer_row, member)

static const struct vrrp_peer_row *peer_of(const struct draft *d)
{
	return d->parts[T_VRRP_PEER] ? d->parts[T_VRRP_PEER]->row : NULL;
}

static uint8_t address_family(const struct vrrp_instance_row *v)
{
	return v->family == FAMILY_IPV6 ? ADDR_IPV6 : ADDR_IPV4;
}

static struct place place_of(const struct draft *d, enum table_id t, size_t offset)
{
	return part_has(d->parts[t], t, offset)
		   ? part_place(d->parts[t], field_at(t, offset), d->at)
		   : d->at;
}

/* Why it cannot be a peer of the instance; NULL: it can. */
static const char *objection(const struct vrrp_instance_row *v, const struct vrrp_peer_row *peer)
{
	if (peer->addr.family != address_family(v))
		return v->family == FAMILY_IPV6 ? "the instance speaks IPv6"
						: "the instance speaks IPv4";
	if (!v->interface[0] && addr_is_link_local(&peer->addr))
		return "without an interface it cannot be reached: it is link-local";
	return address_objection(&peer->addr);
}

uint8_t resolve_family_of_peers(const struct draft *d, uint8_t otherwise)
{
	for (const struct draft *c = d->first; c; c = c->next)
		if (peer_of(c) && !address_objection(&peer_of(c)->addr))
			return peer_of(c)->addr.family == ADDR_IPV6 ? FAMILY_IPV6 : FAMILY_IPV4;
	return otherwise;
}

bool resolve_has_peers(const struct draft *d, const struct vrrp_instance_row *v)
{
	for (const struct draft *c = d->first; c; c = c->next)
		if (peer_of(c) && !objection(v, peer_of(c)))
			return true;
	return false;
}

/* ---- source, group, VRF ------------------------------------------------ */

static void fix_source(struct parse *p, const struct draft *d, struct vrrp_instance_row *v)
{
	struct place at = place_of(d, IN_INSTANCE(source_addr));

	if (v->source_addr.family &&
	    (v->source_addr.family != address_family(v) || address_objection(&v->source_addr))) {
		place_report(p->findings, FINDING_ERROR, &at,
			     "mcast_src_ip: it must be an %s address that a machine can have; it "
			     "was ignored",
			     v->family == FAMILY_IPV6 ? "IPv6" : "IPv4");
		v->source_addr = (struct addr){0};
	}
	if (!v->source_addr.family && v->track_src_ip) {
		at = place_of(d, IN_INSTANCE(track_src_ip));
		place_report(p->findings, FINDING_WARNING, &at,
			     "track_src_ip was ignored: there is no mcast_src_ip or "
			     "unicast_src_ip");
		v->track_src_ip = false;
	}
}

static void fix_group(struct parse *p, const struct draft *d, struct vrrp_instance_row *v)
{
	const struct network_row *n = draft_part(&p->lexed->arena, p->root, T_NETWORK)->row;
	struct place at = place_of(d, IN_INSTANCE(group_addr));
	const char *why = validate_group_objection(&v->group_addr, address_family(v));

	if (v->group_addr.family && why) {
		place_report(p->findings, FINDING_ERROR, &at, "mcast_dst_ip: %s; it was ignored",
			     why);
		v->group_addr = (struct addr){0};
	}
	if (!v->group_addr.family)
		v->group_addr =
		    v->family == FAMILY_IPV6 ? n->vrrp_mcast_group6 : n->vrrp_mcast_group4;
}

static void fix_vrf(struct parse *p, const struct draft *d, struct vrrp_instance_row *v)
{
	struct place at = place_of(d, IN_INSTANCE(vrf));

	if (!v->vrf[0] || !v->interface[0])
		return;
	place_report(p->findings, FINDING_WARNING, &at,
		     "vrf was ignored: the interface says where the instance runs");
	memset(v->vrf, 0, sizeof(v->vrf));
}

/* Words for unicast, and nobody to speak to: keepalived takes it for multicast. */
static void doubt_unicast(struct parse *p, const struct draft *d, const struct vrrp_instance_row *v)
{
	const struct part *own = d->parts[T_VRRP_INSTANCE];

	if (v->unicast_fault_no_peer || resolve_has_peers(d, v))
		return;
	if (part_has(own, IN_INSTANCE(check_unicast_src)) ||
	    part_has(own, IN_INSTANCE(unicast_ttl)) ||
	    part_has(own, IN_INSTANCE(old_unicast_checksum)))
		place_report(p->findings, FINDING_WARNING, &d->at,
			     "vrrp_instance %s: it has settings for unicast and no unicast_peer: "
			     "it runs as multicast, unless unicast_fault_no_peer is set",
			     v->name);
}

void resolve_transport(struct parse *p, const struct draft *d, struct vrrp_instance_row *v)
{
	fix_source(p, d, v);
	fix_group(p, d, v);
	fix_vrf(p, d, v);
	doubt_unicast(p, d, v);
	for (const struct draft *c = d->first; c; c = c->next)
		if (part_has(c->parts[T_VRRP_PEER], IN_PEER(min_ttl)) ||
		    part_has(c->parts[T_VRRP_PEER], IN_PEER(max_ttl)))
			v->check_unicast_src = true;
}

const char *resolve_no_interface(const struct draft *d, const struct vrrp_instance_row *v)
{
	if (v->interface[0])
		return NULL;
	if (!resolve_has_peers(d, v))
		return "it has no interface";
	if (!v->source_addr.family)
		return "it has neither an interface nor unicast_src_ip";
	if (addr_is_link_local(&v->source_addr))
		return "without an interface unicast_src_ip must not be link-local";
	return NULL;
}

/* ---- peers --------------------------------------------------------------- */

static void resolve_peer(struct parse *p, const struct vrrp_instance_row *v, const struct draft *d)
{
	struct vrrp_peer_row peer;
	const struct part *part = d->parts[T_VRRP_PEER];
	const char *why;
	const void *kept;

	part_row(part, T_VRRP_PEER, &peer);
	why = objection(v, &peer);
	TEXT_COPY(peer.instance, v->name);
	if (!why && peer.min_ttl > peer.max_ttl)
		why = "min_ttl is greater than max_ttl";
	if (why) {
		place_report(p->findings, FINDING_ERROR, &d->at,
			     "unicast_peer %s: %s; the line was left out", peer.address, why);
		return;
	}
	if (store_find(p->store, T_VRRP_PEER, &peer)) {
		place_report(p->findings, FINDING_WARNING, &d->at,
			     "unicast_peer %s is there already; the line was left out",
			     peer.address);
		return;
	}
	kept = store_put(p->store, T_VRRP_PEER, &peer, F_WANTED, NULL);
	origins_add(p->origins, kept, d->at, &part, 1);
}

void resolve_peers(struct parse *p, const struct vrrp_instance_row *v, const struct draft *d)
{
	for (const struct draft *c = d->first; c; c = c->next)
		if (peer_of(c))
			resolve_peer(p, v, c);
}
