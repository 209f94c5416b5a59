/* validate_peers: the rules of how instances speak to the others; see validate.h. */
#include "config/validate.h"

#include "base/text.h"
#include "model/rules.h"
#include "model/store.h"

#include <string.h>

const char *validate_group_objection(const struct addr *a, uint8_t family)
{
	if (!addr_is_multicast(a))
		return "it is not a multicast address";
	if (a->family != family)
		return family == ADDR_IPV6 ? "it must be an IPv6 address"
					   : "it must be an IPv4 address";
	if (family == ADDR_IPV6 && (a->bytes[1] & 15) != 2)
		return "an IPv6 group must be one of the local link (ffX2::)";
	return NULL;
}

static uint8_t address_family(const struct vrrp_instance_row *r)
{
	return r->family == FAMILY_IPV6 ? ADDR_IPV6 : ADDR_IPV4;
}

static void check_without_interface(struct validation *v, const struct vrrp_instance_row *r)
{
	if (r->interface[0])
		return;
	if (!vrrp_is_unicast(v->store, r->name))
		validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "interface",
			     "it has no interface");
	else if (!r->source_addr.family || addr_is_link_local(&r->source_addr))
		validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "source_addr",
			     "without an interface it needs a unicast_src_ip that is not "
			     "link-local");
}

static void check_source(struct validation *v, const struct vrrp_instance_row *r)
{
	const char *why = NULL;

	if (r->source_addr.family && r->source_addr.family != address_family(r))
		why = "it is of another family than the instance";
	else if (r->source_addr.family)
		why = address_objection(&r->source_addr);
	if (why)
		validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "source_addr",
			     "mcast_src_ip: %s", why);
	why = r->group_addr.family ? validate_group_objection(&r->group_addr, address_family(r))
				   : NULL;
	if (why)
		validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "group_addr", "mcast_dst_ip: %s",
			     why);
}

void validate_transport(struct validation *v, const struct vrrp_instance_row *r)
{
	check_without_interface(v, r);
	check_source(v, r);
}

static void check_peer(struct validation *v, const struct vrrp_instance_row *r,
		       const struct vrrp_peer_row *p)
{
	if (p->addr.family != address_family(r))
		validate_say(v, FINDING_ERROR, T_VRRP_PEER, p, "addr",
			     "it is of another family than the instance");
	else if (address_objection(&p->addr))
		validate_say(v, FINDING_ERROR, T_VRRP_PEER, p, NULL, "it cannot be spoken to: %s",
			     address_objection(&p->addr));
	else if (!r->interface[0] && addr_is_link_local(&p->addr))
		validate_say(v, FINDING_ERROR, T_VRRP_PEER, p, NULL,
			     "it is link-local, and the instance has no interface");
	else if (p->min_ttl > p->max_ttl)
		validate_say(v, FINDING_ERROR, T_VRRP_PEER, p, "min_ttl",
			     "min_ttl %u is greater than max_ttl %u", p->min_ttl, p->max_ttl);
	else if (v->findings && addr_equal(&p->addr, &r->source_addr))
		validate_say(v, FINDING_WARNING, T_VRRP_PEER, p, NULL,
			     "it is the instance itself: its unicast_src_ip");
}

void validate_peers(struct validation *v)
{
	STORE_EACH(v->store, T_VRRP_PEER, struct vrrp_peer_row, p)
	{
		const char *const key[] = {p->instance};
		const struct vrrp_instance_row *r = store_find_text(v->store, T_VRRP_INSTANCE, key);

		if (r)
			check_peer(v, r, p);
		else
			validate_say(v, FINDING_ERROR, T_VRRP_PEER, p, NULL,
				     "there is no such instance");
	}
}
