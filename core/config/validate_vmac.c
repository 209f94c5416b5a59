/*
 * validate_vmac: virtual MAC addresses, see validate.h. Each interface that is made for one belongs
 * to one instance, and its name to nothing else.
 */
#include "config/validate.h"

#include "base/mac.h"
#include "base/text.h"

#include <string.h>

static bool is_interface(const struct store *s, const char *name)
{
	bool found = false;

	STORE_EACH(s, T_VRRP_INSTANCE, struct vrrp_instance_row, v)
	found = found || text_eq(v->interface, name);
	return found;
}

/* Another instance that has it, before this one in order of names. */
static const char *earlier_owner(const struct store *s, const char *name, const char *own)
{
	const char *owner = NULL;

	STORE_EACH(s, T_VRRP_INSTANCE, struct vrrp_instance_row, v)
	{
		if (text_eq(v->vmac_interface, name) && strcmp(v->name, own) < 0)
			owner = v->name;
	}
	return owner;
}

static const char *word_of(const struct vrrp_instance_row *r)
{
	return r->use_ipvlan ? "use_ipvlan" : "use_vmac";
}

static void check_name(struct validation *v, const struct vrrp_instance_row *r)
{
	const char *owner = earlier_owner(v->store, r->vmac_interface, r->name);

	if (is_interface(v->store, r->vmac_interface))
		validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "vmac_interface",
			     "%s: %s is the interface of an instance", word_of(r),
			     r->vmac_interface);
	if (owner)
		validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "vmac_interface",
			     "%s: instance %s has the interface %s already", word_of(r), owner,
			     r->vmac_interface);
}

/* The kernel keeps one kind, and one reach, for all of an interface. */
static void check_neighbours(struct validation *v, const struct vrrp_instance_row *r)
{
	STORE_EACH(v->store, T_VRRP_INSTANCE, struct vrrp_instance_row, b)
	{
		if (!text_eq(b->interface, r->interface) || text_eq(b->name, r->name))
			continue;
		if (b->use_vmac)
			validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "use_ipvlan",
				     "use_ipvlan: instance %s has a macvlan on %s; the kernel has "
				     "no ipvlan beside it",
				     b->name, b->interface);
		else if (b->use_ipvlan && b->ipvlan_reach != r->ipvlan_reach &&
			 strcmp(b->name, r->name) < 0)
			validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "use_ipvlan",
				     "use_ipvlan: all ipvlans of %s are %s, as instance %s says",
				     r->interface, enum_name(ipvlan_reach_names, b->ipvlan_reach),
				     b->name);
	}
}

static void check_ipvlan(struct validation *v, const struct vrrp_instance_row *r)
{
	const struct addr *a = &r->ipvlan_addr;

	if (r->use_vmac)
		validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "use_ipvlan",
			     "use_ipvlan and use_vmac exclude each other");
	if (!r->interface[0])
		validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "use_ipvlan",
			     "use_ipvlan needs an interface");
	if (a->family && (a->family == ADDR_IPV6) != (r->family == FAMILY_IPV6))
		validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "use_ipvlan",
			     "use_ipvlan: its address must be of the family of the instance");
	if (!a->family && r->family == FAMILY_IPV4)
		validate_say(v, FINDING_WARNING, T_VRRP_INSTANCE, r, "use_ipvlan",
			     "use_ipvlan: it has no address of its own; that of %s is used",
			     r->interface);
	if (!r->vmac_interface[0])
		validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "vmac_interface",
			     "use_ipvlan: the interface has no name");
	else
		check_name(v, r);
	check_neighbours(v, r);
}

static void check_instance(struct validation *v, const struct vrrp_instance_row *r)
{
	uint8_t mac[MAC_LEN];

	if (r->use_ipvlan) {
		check_ipvlan(v, r);
		return;
	}
	if (!r->use_vmac) {
		if (r->vmac_xmit_base)
			validate_say(v, FINDING_WARNING, T_VRRP_INSTANCE, r, "vmac_xmit_base",
				     "vmac_xmit_base means nothing without use_vmac");
		return;
	}
	if (!r->interface[0])
		validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "use_vmac",
			     "use_vmac needs an interface");
	if (!r->vmac_interface[0])
		validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "vmac_interface",
			     "use_vmac: the interface has no name");
	else
		check_name(v, r);
	if (r->virtual_mac[0] && mac_parse(r->virtual_mac, mac) != MAC_LEN)
		validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "virtual_mac",
			     "use_vmac: %s is not a MAC address", r->virtual_mac);
}

void validate_vmacs(struct validation *v)
{
	STORE_EACH(v->store, T_VRRP_INSTANCE, struct vrrp_instance_row, r)
	check_instance(v, r);
}
