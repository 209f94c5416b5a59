/* resolve_vrrp: instances, their addresses and sync groups into rows; see resolve.c. */
#include "config/resolve_int.h"

#include "config/commands.h"
#include "config/lines_route.h"
#include "config/validate.h"

#include "base/text.h"
#include "model/rules.h"

#include <string.h>

#define DEFAULT_INTERFACE "eth0" /* keepalived's */

/* ---- vrrp_instance --------------------------------------------------- */

/* IPv6 is version 3 unless the instance itself says 2, as in keepalived. */
static void fix_version(struct resolver *r, struct layers *l, struct vrrp_instance_row *v)
{
	const struct global_row *g = draft_part(&r->p->lexed->arena, r->p->root, T_GLOBAL)->row;

	if (!layers_have(l, IN_INSTANCE(version)))
		v->version = v->family == FAMILY_IPV6 ? 3 : g->vrrp_version;
	else if (v->family == FAMILY_IPV6 && v->version == 2)
		resolve_report(
		    r, FINDING_WARNING, layers_place(l, IN_INSTANCE(version)),
		    "version 2 over IPv6 is spoken by keepalived alone; the standard has "
		    "version 3");
}

static void fix_interval(struct resolver *r, struct layers *l, struct vrrp_instance_row *v)
{
	uint32_t asked = v->adver_int_cs;

	if (v->version == 2 && asked % 100) {
		v->adver_int_cs = asked - asked % 100 + 100;
		if (v->adver_int_cs > 25500)
			v->adver_int_cs = 25500;
		resolve_report(
		    r, FINDING_WARNING, layers_place(l, IN_INSTANCE(adver_int_cs)),
		    "advert_int: version 2 carries whole seconds only; %u is used (version 3 has "
		    "hundredths)",
		    v->adver_int_cs / 100);
	} else if (v->version == 3 && asked > 4095) {
		v->adver_int_cs = 4095;
		resolve_report(r, FINDING_WARNING, layers_place(l, IN_INSTANCE(adver_int_cs)),
			       "advert_int: version 3 carries at most 40.95 seconds; that is used");
	}
}

static void fix_authentication(struct resolver *r, struct layers *l, struct vrrp_instance_row *v)
{
	struct place at = layers_place(l, IN_INSTANCE(auth_type));
	const char *why = NULL;

	if (!layers_have(l, IN_INSTANCE(auth_type)))
		at = layers_place(l, IN_INSTANCE(auth_pass));
	if (v->auth_type == VRRP_AUTH_NONE && !v->auth_pass[0])
		return;
	if (v->strict_mode)
		why = "strict_mode does not allow it";
	else if (v->version == 3)
		why = "version 3 has no authentication";
	else if (v->family == FAMILY_IPV6)
		why = "over IPv6 there is none";
	else if (v->auth_type == VRRP_AUTH_NONE)
		why = "auth_type is missing";
	else if (!v->auth_pass[0])
		why = "auth_pass is missing";
	if (!why)
		return;
	resolve_report(r, FINDING_WARNING, at, "authentication: %s; the instance runs without",
		       why);
	v->auth_type = VRRP_AUTH_NONE;
	memset(v->auth_pass, 0, sizeof(v->auth_pass));
}

static void fix_preempt(struct resolver *r, struct layers *l, struct vrrp_instance_row *v)
{
	if (v->preempt || (v->initial_state != VRRP_MASTER && v->base_priority != 255))
		return;
	resolve_report(
	    r, FINDING_WARNING, layers_place(l, IN_INSTANCE(preempt)),
	    v->initial_state == VRRP_MASTER
		? "nopreempt was ignored: it needs state BACKUP, on all directors"
		: "nopreempt was ignored: priority 255 is the owner of the addresses, which "
		  "always preempts");
	v->preempt = true;
}

static void fix_preempt_delay(struct resolver *r, struct layers *l, struct vrrp_instance_row *v)
{
	const char *why = NULL;

	if (!v->preempt_delay_ms)
		return;
	if (v->initial_state == VRRP_MASTER)
		why = "it needs state BACKUP";
	else if (v->base_priority == 255)
		why = "priority 255 is the owner of the addresses, which preempts at once";
	else if (!v->preempt)
		why = "with nopreempt there is nothing to delay";
	else if (v->strict_mode)
		why = "the standard has none (strict_mode)";
	if (!why)
		return;
	resolve_report(r, FINDING_WARNING, layers_place(l, IN_INSTANCE(preempt_delay_ms)),
		       "preempt_delay was ignored: %s", why);
	v->preempt_delay_ms = 0;
}

static void fix_garp(struct layers *l, struct vrrp_instance_row *v)
{
	if (!layers_have(l, IN_INSTANCE(garp_lower_prio_repeat)))
		v->garp_lower_prio_repeat = v->garp_master_repeat;
	if (!layers_have(l, IN_INSTANCE(garp_lower_prio_delay_ms)))
		v->garp_lower_prio_delay_ms = v->garp_master_delay_ms;
}

/* ---- strict_mode ------------------------------------------------------ */

/* What the block itself asks for against the standard is said; what it inherits is only bent. */
static void bend(struct resolver *r, const struct layers *l, enum table_id t, size_t offset,
		 const char *text)
{
	if (part_has(l->parts[0], t, offset))
		resolve_report(r, FINDING_WARNING, layers_place(l, t, offset), "strict_mode: %s",
			       text);
}

static void fix_strict_owner(struct resolver *r, struct layers *l, struct vrrp_instance_row *v)
{
	bool owner = v->base_priority == 255;

	if ((v->initial_state == VRRP_MASTER) == owner)
		return;
	if (layers_have(l, IN_INSTANCE(initial_state)))
		resolve_report(
		    r, FINDING_WARNING, layers_place(l, IN_INSTANCE(initial_state)),
		    "strict_mode: state MASTER belongs to priority 255 and to no other; state %s "
		    "is used",
		    owner ? "MASTER" : "BACKUP");
	v->initial_state = owner ? VRRP_MASTER : VRRP_BACKUP;
}

static void fix_strict(struct resolver *r, struct layers *l, struct vrrp_instance_row *v)
{
	bool owner = v->base_priority == 255;

	if (!v->strict_mode)
		return;
	fix_strict_owner(r, l, v);
	if (!layers_have(l, IN_INSTANCE(accept)))
		v->accept = owner;
	if (v->accept && !owner && v->version == 2)
		bend(r, l, IN_INSTANCE(accept), "version 2 has no accept mode; it was ignored");
	if (v->version == 2)
		v->accept = owner;
	if (v->garp_lower_prio_repeat)
		bend(r, l, IN_INSTANCE(garp_lower_prio_repeat),
		     "no gratuitous ARP follows a losing advertisement; 0 is used");
	v->garp_lower_prio_repeat = v->garp_lower_prio_delay_ms = 0;
	if (!v->lower_prio_no_advert)
		bend(r, l, IN_INSTANCE(lower_prio_no_advert),
		     "a losing advertisement is not answered; on is used");
	v->lower_prio_no_advert = true;
	if (v->higher_prio_send_advert)
		bend(r, l, IN_INSTANCE(higher_prio_send_advert),
		     "a master that loses sends nothing; off is used");
	v->higher_prio_send_advert = false;
	if (v->use_vmac && v->vmac_xmit_base)
		bend(r, l, IN_INSTANCE(vmac_xmit_base),
		     "advertisements come from the virtual MAC address; it was ignored");
	v->vmac_xmit_base = false;
}

static const char *strict_objection(const struct vrrp_instance_row *v, const struct draft *d)
{
	if (!v->strict_mode)
		return NULL;
	if (resolve_has_peers(d, v))
		return "strict_mode does not allow unicast_peer";
	for (const struct draft *c = d->first; c; c = c->next) {
		const struct vrrp_address_row *a =
		    c->parts[T_VRRP_ADDRESS] ? c->parts[T_VRRP_ADDRESS]->row : NULL;

		if (a && !a->excluded)
			return NULL;
	}
	return "strict_mode wants an address in virtual_ipaddress { }";
}

/* ---- vrrp_instance as a whole ------------------------------------------ */

static bool instance_usable(struct resolver *r, struct layers *l, const struct draft *d,
			    struct vrrp_instance_row *v)
{
	const char *why = NULL;
	const void *first = store_find(r->store, T_VRRP_INSTANCE, v);
	char place[TEXT_MAX] = "";

	if (!layers_have(l, IN_INSTANCE(vrid)))
		why = "it has no valid virtual_router_id";
	else if (resolve_no_interface(d, v))
		why = resolve_no_interface(d, v);
	else if (strict_objection(v, d))
		why = strict_objection(v, d);
	else if (first)
		why = "the name is taken";
	if (first)
		resolve_first_place(r, first, place, sizeof(place));
	if (why)
		resolve_report(r, FINDING_ERROR, l->at,
			       "vrrp_instance %s: %s%s; the block was left out", v->name, why,
			       place);
	return !why;
}

uint32_t preferred_by_default(const struct vrrp_address_row *a)
{
	return a->addr.family == ADDR_IPV6 && a->prefix_len == 128 ? 0 : LFT_FOREVER;
}

/* The first advertised address decides; when there is none, IPv6 if all others are; when there is
 * no address at all, the first unicast peer. */
static uint8_t family_of_addresses(const struct draft *d)
{
	bool any = false, all6 = true;

	for (const struct draft *c = d->first; c; c = c->next) {
		const struct vrrp_address_row *a =
		    c->parts[T_VRRP_ADDRESS] ? c->parts[T_VRRP_ADDRESS]->row : NULL;
		bool six = a && a->addr.family == ADDR_IPV6;

		if (!a || virtual_objection(a))
			continue;
		if (!a->excluded)
			return six ? FAMILY_IPV6 : FAMILY_IPV4;
		any = true;
		all6 = all6 && six;
	}
	if (!any)
		return resolve_family_of_peers(d, FAMILY_IPV4);
	return all6 ? FAMILY_IPV6 : FAMILY_IPV4;
}

static void resolve_address(struct resolver *r, const struct vrrp_instance_row *v, struct draft *d,
			    unsigned *advertised)
{
	struct vrrp_address_row a;
	struct layers l = {T_VRRP_ADDRESS, {d->parts[T_VRRP_ADDRESS]}, d->at, &a};
	const void *first;
	char place[TEXT_MAX];

	part_row(l.parts[0], T_VRRP_ADDRESS, &a);
	if (!part_has(l.parts[0], T_VRRP_ADDRESS,
		      offsetof(struct vrrp_address_row, preferred_lft_s)))
		a.preferred_lft_s = preferred_by_default(&a);
	if (virtual_objection(&a)) {
		resolve_report(r, FINDING_ERROR, d->at,
			       "address %s: no interface can have it: %s; the line was left out",
			       a.address, virtual_objection(&a));
		return;
	}
	TEXT_COPY(a.instance, v->name);
	first = store_find(r->store, T_VRRP_ADDRESS, &a);
	if (first) {
		resolve_report(r, FINDING_WARNING, d->at,
			       "address %s is in this instance already%s; the line was left out",
			       a.address, resolve_first_place(r, first, place, sizeof(place)));
		return;
	}
	if (!a.excluded && (a.addr.family == ADDR_IPV6) != (v->family == FAMILY_IPV6)) {
		resolve_report(
		    r, FINDING_ERROR, d->at,
		    "address %s: the instance advertises %s addresses; put this one into "
		    "virtual_ipaddress_excluded; the line was left out",
		    a.address, v->family == FAMILY_IPV6 ? "IPv6" : "IPv4");
		return;
	}
	if (!a.dev[0] && !v->interface[0]) {
		resolve_report(
		    r, FINDING_NOTICE, d->at,
		    "address %s: the instance has no interface and the address names none: %s "
		    "has it",
		    a.address, DEFAULT_INTERFACE);
		TEXT_COPY(a.dev, DEFAULT_INTERFACE);
	}
	if (!a.excluded && *advertised == validate_addresses_max(v->family)) {
		resolve_report(
		    r, FINDING_WARNING, d->at,
		    "address %s: an advertisement has room for %u; this one is not advertised",
		    a.address, validate_addresses_max(v->family));
		a.excluded = true;
	}
	*advertised += !a.excluded;
	layers_keep(r, &l);
}

void resolve_instance(struct resolver *r, struct draft *d)
{
	struct vrrp_instance_row v;
	struct layers l = {T_VRRP_INSTANCE,
			   {d->parts[T_VRRP_INSTANCE], r->p->root->parts[T_VRRP_INSTANCE]},
			   d->at,
			   &v};
	unsigned advertised = 0;

	layers_pile(&l);
	v.family = family_of_addresses(d);
	if (!layers_have(&l, IN_INSTANCE(base_priority)) && v.initial_state == VRRP_MASTER)
		v.base_priority = 255;
	fix_version(r, &l, &v);
	fix_interval(r, &l, &v);
	fix_authentication(r, &l, &v);
	fix_preempt(r, &l, &v);
	fix_preempt_delay(r, &l, &v);
	fix_garp(&l, &v);
	resolve_transport(r->p, d, &v);
	fix_strict(r, &l, &v);
	if (!instance_usable(r, &l, d, &v))
		return;
	layers_keep(r, &l);
	for (struct draft *c = d->first; c; c = c->next)
		if (c->parts[T_VRRP_ADDRESS])
			resolve_address(r, &v, c, &advertised);
	resolve_peers(r->p, &v, d);
	commands_resolve(r->p, d, NOTIFY_INSTANCE, v.name);
}

/* ---- vrrp_sync_group ------------------------------------------------- */

/* The file has the instance, but it could not be used. */
static bool left_out(const struct resolver *r, const char *name)
{
	for (const struct draft *d = r->p->root->first; d; d = d->next)
		if (d->block == &block_vrrp_instance) {
			const struct vrrp_instance_row *v = d->parts[T_VRRP_INSTANCE]->row;

			if (text_eq(v->name, name))
				return true;
		}
	return false;
}

/* An error when it must not be in the group. */
static bool member_usable(struct resolver *r, const struct layers *l,
			  const struct sync_member_row *m)
{
	const char *const key[] = {m->instance};
	const struct vrrp_instance_row *v = store_find_text(r->store, T_VRRP_INSTANCE, key);
	const char *other = vrrp_sync_group_of(r->store, m->instance);
	const char *const pair[] = {other, m->instance};
	char place[TEXT_MAX] = "";

	if (other)
		origin_text(r->origins, store_find_text(r->store, T_SYNC_MEMBER, pair), ORIGIN_ROW,
			    "named", place, sizeof(place));
	if (!v && left_out(r, m->instance))
		resolve_report(
		    r, FINDING_WARNING, l->at,
		    "vrrp_sync_group %s: vrrp_instance %s was left out, so the member was too",
		    m->group, m->instance);
	else if (!v)
		resolve_report(
		    r, FINDING_ERROR, l->at,
		    "vrrp_sync_group %s: there is no vrrp_instance %s; the member was left out",
		    m->group, m->instance);
	else if (other)
		resolve_report(
		    r, FINDING_ERROR, l->at,
		    "vrrp_sync_group %s: %s is in group %s already%s; the member was left out",
		    m->group, m->instance, other, place);
	else if (v->family == FAMILY_IPV6)
		resolve_report(
		    r, FINDING_WARNING, l->at,
		    "vrrp_sync_group %s: %s is for IPv6, which is known but not supported yet; "
		    "the member was left out, so that the others can run",
		    m->group, m->instance);
	return v && !other && v->family != FAMILY_IPV6;
}

static bool resolve_member(struct resolver *r, const struct sync_group_row *g, struct draft *d)
{
	struct sync_member_row m;
	struct layers l = {T_SYNC_MEMBER, {d->parts[T_SYNC_MEMBER]}, d->at, &m};

	part_row(l.parts[0], T_SYNC_MEMBER, &m);
	TEXT_COPY(m.group, g->name);
	if (!member_usable(r, &l, &m))
		return false;
	layers_keep(r, &l);
	return true;
}

void resolve_group(struct resolver *r, struct draft *d)
{
	struct sync_group_row g;
	struct layers l = {
	    T_SYNC_GROUP, {d->parts[T_SYNC_GROUP], r->p->root->parts[T_SYNC_GROUP]}, d->at, &g};
	char place[TEXT_MAX];
	unsigned members = 0;
	const void *first;

	layers_pile(&l);
	first = store_find(r->store, T_SYNC_GROUP, &g);
	if (first) {
		resolve_report(r, FINDING_ERROR, l.at,
			       "vrrp_sync_group %s: the name is taken%s; the block was left out",
			       g.name, resolve_first_place(r, first, place, sizeof(place)));
		return;
	}
	for (struct draft *c = d->first; c; c = c->next)
		if (c->parts[T_SYNC_MEMBER])
			members += resolve_member(r, &g, c);
	if (members) {
		layers_keep(r, &l);
		commands_resolve(r->p, d, NOTIFY_GROUP, g.name);
	}
	if (members < 2)
		resolve_report(r, FINDING_WARNING, l.at, "vrrp_sync_group %s has %s", g.name,
			       members ? "one valid member only, which runs as it would alone"
				       : "no valid member in group { }; the block was left out");
}
