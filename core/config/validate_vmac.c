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

static void check_name(struct validation *v, const struct vrrp_instance_row *r)
{
	const char *owner = earlier_owner(v->store, r->vmac_interface, r->name);

	if (is_interface(v->store, r->vmac_interface))
		validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "vmac_interface",
			     "use_vmac: %s is the interface of an instance", r->vmac_interface);
	if (owner)
		validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "vmac_interface",
			     "use_vmac: instance %s has the interface %s already", owner,
			     r->vmac_interface);
}

static void check_instance(struct validation *v, const struct vrrp_instance_row *r)
{
	uint8_t mac[MAC_LEN];

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
