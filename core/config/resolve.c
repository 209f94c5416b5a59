/*
 * resolve: drafts into rows. Here, and only here, are the defaults that depend on something,
 * the inheritance (checker before real server before virtual server; instance before
 * global_defs) and what keepalived makes of combinations that cannot work: it bends some with
 * a message, and so do we, with a finding of our own at the place that caused it.
 *
 * The order of the file does not matter, except that of two blocks with the same name the
 * first stays. A block that cannot be used is left out with an error and the others remain.
 */
#include "config/commands.h"
#include "config/keyword_rows.h"
#include "config/lines_route.h"
#include "config/parse.h"
#include "config/special_vmac.h"
#include "config/validate.h"

#include "base/log.h"
#include "base/text.h"
#include "model/rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_INTERFACE "eth0" /* keepalived's */

#define IN_INSTANCE(member) T_VRRP_INSTANCE, offsetof(struct vrrp_instance_row, member)
#define IN_SERVICE(member)  T_VIRTUAL_SERVER, offsetof(struct virtual_server_row, member)
#define IN_SERVER(member)   T_REAL_SERVER, offsetof(struct real_server_row, member)
#define IN_CHECK(member)    T_CHECKER, offsetof(struct checker_row, member)

struct resolver {
	struct parse *p;
	struct store *store;
	struct origins *origins;
};

/* ---- helpers --------------------------------------------------------- */

/* A row while it is put together: the drafts that speak about it, the innermost first. */
struct layers {
	enum table_id table;
	const struct part *parts[3];
	struct place at; /* of the block */
	void *row;
};

static bool has(const struct layers *l, enum table_id t, size_t offset)
{
	for (int i = 0; i < 3; i++)
		if (part_has(l->parts[i], t, offset))
			return true;
	return false;
}

static struct place where(const struct layers *l, enum table_id t, size_t offset)
{
	unsigned field = field_at(t, offset);

	for (int i = 0; i < 3; i++)
		if (l->parts[i] && fieldset_has(&l->parts[i]->set, field))
			return part_place(l->parts[i], field, l->at);
	return l->at;
}

/* Keys and identity come from the innermost part, set fields from the outer ones first. */
static void pile(struct layers *l)
{
	part_row(l->parts[0], l->table, l->row);
	for (int i = 2; i >= 0; i--)
		if (l->parts[i])
			row_copy_fields(l->table, l->row, l->parts[i]->row, l->parts[i]->set);
}

static void report(struct resolver *r, enum finding_level level, struct place at, const char *fmt,
		   ...) __attribute__((format(printf, 4, 5)));

static void report(struct resolver *r, enum finding_level level, struct place at, const char *fmt,
		   ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	place_report(r->p->findings, level, &at, "%s", text);
}

/* ", first defined at FILE:LINE" of a row that is in the store already. */
static const char *first_place(const struct resolver *r, const void *row, char *buf, size_t size)
{
	return origin_text(r->origins, row, ORIGIN_ROW, "first defined", buf, size);
}

static const void *keep(struct resolver *r, const struct layers *l)
{
	const void *row = store_put(r->store, l->table, l->row, F_WANTED, NULL);

	origins_add(r->origins, row, l->at, l->parts, 3);
	return row;
}

/* ---- vrrp_instance --------------------------------------------------- */

/* IPv6 is version 3 unless the instance itself says 2, as in keepalived. */
static void fix_version(struct resolver *r, struct layers *l, struct vrrp_instance_row *v)
{
	const struct global_row *g = draft_part(&r->p->lexed->arena, r->p->root, T_GLOBAL)->row;

	if (!has(l, IN_INSTANCE(version)))
		v->version = v->family == FAMILY_IPV6 ? 3 : g->vrrp_version;
	else if (v->family == FAMILY_IPV6 && v->version == 2)
		report(r, FINDING_WARNING, where(l, IN_INSTANCE(version)),
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
		report(
		    r, FINDING_WARNING, where(l, IN_INSTANCE(adver_int_cs)),
		    "advert_int: version 2 carries whole seconds only; %u is used (version 3 has "
		    "hundredths)",
		    v->adver_int_cs / 100);
	} else if (v->version == 3 && asked > 4095) {
		v->adver_int_cs = 4095;
		report(r, FINDING_WARNING, where(l, IN_INSTANCE(adver_int_cs)),
		       "advert_int: version 3 carries at most 40.95 seconds; that is used");
	}
}

static void fix_authentication(struct resolver *r, struct layers *l, struct vrrp_instance_row *v)
{
	struct place at = where(l, IN_INSTANCE(auth_type));
	const char *why = NULL;

	if (!has(l, IN_INSTANCE(auth_type)))
		at = where(l, IN_INSTANCE(auth_pass));
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
	report(r, FINDING_WARNING, at, "authentication: %s; the instance runs without", why);
	v->auth_type = VRRP_AUTH_NONE;
	memset(v->auth_pass, 0, sizeof(v->auth_pass));
}

static void fix_preempt(struct resolver *r, struct layers *l, struct vrrp_instance_row *v)
{
	if (v->preempt || (v->initial_state != VRRP_MASTER && v->base_priority != 255))
		return;
	report(r, FINDING_WARNING, where(l, IN_INSTANCE(preempt)),
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
	report(r, FINDING_WARNING, where(l, IN_INSTANCE(preempt_delay_ms)),
	       "preempt_delay was ignored: %s", why);
	v->preempt_delay_ms = 0;
}

static void fix_garp(struct layers *l, struct vrrp_instance_row *v)
{
	if (!has(l, IN_INSTANCE(garp_lower_prio_repeat)))
		v->garp_lower_prio_repeat = v->garp_master_repeat;
	if (!has(l, IN_INSTANCE(garp_lower_prio_delay_ms)))
		v->garp_lower_prio_delay_ms = v->garp_master_delay_ms;
}

/* ---- strict_mode ------------------------------------------------------ */

/* What the block itself asks for against the standard is said; what it inherits is only bent. */
static void bend(struct resolver *r, const struct layers *l, enum table_id t, size_t offset,
		 const char *text)
{
	if (part_has(l->parts[0], t, offset))
		report(r, FINDING_WARNING, where(l, t, offset), "strict_mode: %s", text);
}

static void fix_strict_owner(struct resolver *r, struct layers *l, struct vrrp_instance_row *v)
{
	bool owner = v->base_priority == 255;

	if ((v->initial_state == VRRP_MASTER) == owner)
		return;
	if (has(l, IN_INSTANCE(initial_state)))
		report(
		    r, FINDING_WARNING, where(l, IN_INSTANCE(initial_state)),
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
	if (!has(l, IN_INSTANCE(accept)))
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

	if (!has(l, IN_INSTANCE(vrid)))
		why = "it has no valid virtual_router_id";
	else if (resolve_no_interface(d, v))
		why = resolve_no_interface(d, v);
	else if (strict_objection(v, d))
		why = strict_objection(v, d);
	else if (first)
		why = "the name is taken";
	if (first)
		first_place(r, first, place, sizeof(place));
	if (why)
		report(r, FINDING_ERROR, l->at, "vrrp_instance %s: %s%s; the block was left out",
		       v->name, why, place);
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
		report(r, FINDING_ERROR, d->at,
		       "address %s: no interface can have it: %s; the line was left out", a.address,
		       virtual_objection(&a));
		return;
	}
	TEXT_COPY(a.instance, v->name);
	first = store_find(r->store, T_VRRP_ADDRESS, &a);
	if (first) {
		report(r, FINDING_WARNING, d->at,
		       "address %s is in this instance already%s; the line was left out", a.address,
		       first_place(r, first, place, sizeof(place)));
		return;
	}
	if (!a.excluded && (a.addr.family == ADDR_IPV6) != (v->family == FAMILY_IPV6)) {
		report(r, FINDING_ERROR, d->at,
		       "address %s: the instance advertises %s addresses; put this one into "
		       "virtual_ipaddress_excluded; the line was left out",
		       a.address, v->family == FAMILY_IPV6 ? "IPv6" : "IPv4");
		return;
	}
	if (!a.dev[0] && !v->interface[0]) {
		report(r, FINDING_NOTICE, d->at,
		       "address %s: the instance has no interface and the address names none: %s "
		       "has it",
		       a.address, DEFAULT_INTERFACE);
		TEXT_COPY(a.dev, DEFAULT_INTERFACE);
	}
	if (!a.excluded && *advertised == validate_addresses_max(v->family)) {
		report(r, FINDING_WARNING, d->at,
		       "address %s: an advertisement has room for %u; this one is not advertised",
		       a.address, validate_addresses_max(v->family));
		a.excluded = true;
	}
	*advertised += !a.excluded;
	keep(r, &l);
}

static void resolve_instance(struct resolver *r, struct draft *d)
{
	struct vrrp_instance_row v;
	struct layers l = {T_VRRP_INSTANCE,
			   {d->parts[T_VRRP_INSTANCE], r->p->root->parts[T_VRRP_INSTANCE]},
			   d->at,
			   &v};
	unsigned advertised = 0;

	pile(&l);
	v.family = family_of_addresses(d);
	if (!has(&l, IN_INSTANCE(base_priority)) && v.initial_state == VRRP_MASTER)
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
	keep(r, &l);
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
		report(r, FINDING_WARNING, l->at,
		       "vrrp_sync_group %s: vrrp_instance %s was left out, so the member was too",
		       m->group, m->instance);
	else if (!v)
		report(r, FINDING_ERROR, l->at,
		       "vrrp_sync_group %s: there is no vrrp_instance %s; the member was left out",
		       m->group, m->instance);
	else if (other)
		report(r, FINDING_ERROR, l->at,
		       "vrrp_sync_group %s: %s is in group %s already%s; the member was left out",
		       m->group, m->instance, other, place);
	else if (v->family == FAMILY_IPV6)
		report(r, FINDING_WARNING, l->at,
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
	keep(r, &l);
	return true;
}

static void resolve_group(struct resolver *r, struct draft *d)
{
	struct sync_group_row g;
	struct layers l = {
	    T_SYNC_GROUP, {d->parts[T_SYNC_GROUP], r->p->root->parts[T_SYNC_GROUP]}, d->at, &g};
	char place[TEXT_MAX];
	unsigned members = 0;
	const void *first;

	pile(&l);
	first = store_find(r->store, T_SYNC_GROUP, &g);
	if (first) {
		report(r, FINDING_ERROR, l.at,
		       "vrrp_sync_group %s: the name is taken%s; the block was left out", g.name,
		       first_place(r, first, place, sizeof(place)));
		return;
	}
	for (struct draft *c = d->first; c; c = c->next)
		if (c->parts[T_SYNC_MEMBER])
			members += resolve_member(r, &g, c);
	if (members) {
		keep(r, &l);
		commands_resolve(r->p, d, NOTIFY_GROUP, g.name);
	}
	if (members < 2)
		report(r, FINDING_WARNING, l.at, "vrrp_sync_group %s has %s", g.name,
		       members ? "one valid member only, which runs as it would alone"
			       : "no valid member in group { }; the block was left out");
}

/* ---- checkers -------------------------------------------------------- */

struct server_context {
	const struct virtual_server_row *vs;
	const struct real_server_row *rs;
	struct draft *vs_draft, *rs_draft;
};

static bool check_usable(struct resolver *r, const struct layers *l, const struct checker_row *c)
{
	const char *why = NULL;

	if (address_objection(&c->connect_addr))
		why = "no connection can be made to its connect_ip";
	else if (!c->connect_port)
		why = "connect_port is missing, and the real server has no port either";
	else if (c->bindto.family && c->bindto.family != c->connect_addr.family)
		why = "bindto must be of the same address family as the address that is checked";
	if (why)
		report(r, FINDING_ERROR, l->at, "TCP_CHECK: %s; the block was left out", why);
	return !why;
}

static bool resolve_check(struct resolver *r, const struct server_context *s, struct draft *d,
			  unsigned number)
{
	struct checker_row c;
	struct layers l = {
	    T_CHECKER,
	    {d->parts[T_CHECKER], s->rs_draft->parts[T_CHECKER], s->vs_draft->parts[T_CHECKER]},
	    d->at,
	    &c};

	pile(&l);
	c.vs = s->vs->name;
	c.rs = s->rs->name;
	c.number = number;
	if (!has(&l, IN_CHECK(connect_addr)))
		c.connect_addr = s->rs->addr;
	if (!has(&l, IN_CHECK(connect_port)))
		c.connect_port = s->rs->port;
	if (!has(&l, IN_CHECK(delay_loop_ms)))
		c.delay_loop_ms = s->vs->delay_loop_ms;
	if (!has(&l, IN_CHECK(warmup_ms)))
		c.warmup_ms = c.delay_loop_ms;
	if (!check_usable(r, &l, &c))
		return false;
	keep(r, &l);
	return true;
}

/* ---- real_server ----------------------------------------------------- */

static void name_endpoint(char *buf, size_t size, const struct addr *a, uint16_t port,
			  const char *tail)
{
	char text[ADDR_TEXT_MAX];

	addr_text(a, text);
	snprintf(buf, size, a->family == ADDR_IPV6 ? "[%s]:%u%s" : "%s:%u%s", text, port, tail);
}

static void fix_port(struct resolver *r, const struct layers *l, struct real_server_row *s,
		     const struct virtual_server_row *v)
{
	if (v->fwmark || (s->port && (s->forwarding == LVS_NAT || s->port == v->port)))
		return;
	if (s->port)
		report(r, FINDING_WARNING, l->at,
		       "real_server: only NAT can change the port; %u is used, not %u", v->port,
		       s->port);
	s->port = v->port;
}

static bool server_usable(struct resolver *r, const struct layers *l,
			  const struct real_server_row *s, const struct virtual_server_row *v)
{
	const void *first = store_find(r->store, T_REAL_SERVER, s);
	char place[TEXT_MAX];
	bool same_family = (s->addr.family == ADDR_IPV6) == (v->family == FAMILY_IPV6);

	if (address_objection(&s->addr)) {
		report(
		    r, FINDING_ERROR, l->at,
		    "real_server %s: no connection can be made to it: %s; the block was left out",
		    s->name, address_objection(&s->addr));
		return false;
	}
	if (!same_family && s->forwarding != LVS_TUN) {
		report(
		    r, FINDING_ERROR, l->at,
		    "real_server %s: its virtual server %s has another address family, which only "
		    "TUN can do; the block was left out",
		    s->name, v->name);
		return false;
	}
	if (first) {
		report(r, FINDING_ERROR, l->at,
		       "real_server %s is in this virtual server already%s; the block was left out",
		       s->name, first_place(r, first, place, sizeof(place)));
		return false;
	}
	return true;
}

static bool resolve_server(struct resolver *r, const struct virtual_server_row *v,
			   struct draft *vs_draft, struct draft *d)
{
	struct real_server_row s;
	char name[NAME_RS];
	struct layers l = {
	    T_REAL_SERVER, {d->parts[T_REAL_SERVER], vs_draft->parts[T_REAL_SERVER]}, d->at, &s};
	struct server_context context = {v, &s, vs_draft, d};
	unsigned number = 1;

	pile(&l);
	s.vs = v->name;
	if (!has(&l, IN_SERVER(forwarding)))
		s.forwarding = v->forwarding;
	fix_port(r, &l, &s, v);
	name_endpoint(name, sizeof(name), &s.addr, s.port, "");
	s.name = name;
	if (!server_usable(r, &l, &s, v))
		return false;
	keep(r, &l);
	for (struct draft *c = d->first; c; c = c->next)
		number += resolve_check(r, &context, c, number);
	return true;
}

/* ---- virtual_server -------------------------------------------------- */

static void name_service(struct resolver *r, const struct layers *l, struct virtual_server_row *v,
			 char name[NAME_VS])
{
	char tail[8];

	v->name = name;
	if (v->fwmark) {
		snprintf(name, NAME_VS, "fwmark:%u%s", v->fwmark,
			 v->family == FAMILY_IPV6 ? "/inet6" : "");
		v->protocol =
		    LVS_UDP; /* a mark has none: the default, so that equal rows are equal */
		return;
	}
	if (!has(l, IN_SERVICE(protocol)))
		report(r, FINDING_WARNING, l->at,
		       "virtual_server: no valid protocol is given; UDP is used");
	snprintf(tail, sizeof(tail), "/%s", enum_name(lvs_protocol_names, v->protocol));
	name_endpoint(name, NAME_VS, &v->addr, v->port, tail);
}

/* A mark has no address: its family is that of its first real server, if none is given. */
static void fix_family(struct resolver *r, const struct layers *l, const struct draft *d,
		       struct virtual_server_row *v)
{
	const struct real_server_row *s = d->first ? d->first->parts[T_REAL_SERVER]->row : NULL;
	uint8_t asked = v->family;

	if (!v->fwmark)
		v->family = v->addr.family == ADDR_IPV6 ? FAMILY_IPV6 : FAMILY_IPV4;
	else if (s && !has(l, IN_SERVICE(family)))
		v->family = s->addr.family == ADDR_IPV6 ? FAMILY_IPV6 : FAMILY_IPV4;
	if (v->family != asked && has(l, IN_SERVICE(family)))
		report(r, FINDING_WARNING, where(l, IN_SERVICE(family)),
		       "ip_family is for fwmark services; the address says which it is");
}

static void fix_persistence(struct resolver *r, const struct layers *l,
			    struct virtual_server_row *v)
{
	if (v->port || v->fwmark || v->persistence_timeout_s)
		return;
	v->persistence_timeout_s = 360;
	report(r, FINDING_WARNING, l->at,
	       "virtual_server: port 0, or none, means all ports and works with persistence only; "
	       "persistence_timeout 360 is used");
}

static void make_service(struct resolver *r, struct draft *d)
{
	struct virtual_server_row v;
	char name[NAME_VS];
	struct layers l = {T_VIRTUAL_SERVER, {d->parts[T_VIRTUAL_SERVER]}, d->at, &v};
	char place[TEXT_MAX];
	const void *first;
	bool any = false;

	pile(&l);
	if (!has(&l, IN_SERVICE(scheduler)))
		TEXT_COPY(v.scheduler, "wlc");
	fix_family(r, &l, d, &v);
	name_service(r, &l, &v, name);
	fix_persistence(r, &l, &v);
	first = store_find(r->store, T_VIRTUAL_SERVER, &v);
	if (first) {
		report(r, FINDING_WARNING, l.at,
		       "virtual_server %s is there already%s; the block was left out: its real "
		       "servers belong into the first one",
		       v.name, first_place(r, first, place, sizeof(place)));
		return;
	}
	for (struct draft *c = d->first; c; c = c->next)
		any |= resolve_server(r, &v, d, c);
	if (any)
		keep(r, &l);
	else
		report(r, FINDING_WARNING, l.at,
		       "virtual_server %s has no valid real server; the block was left out",
		       v.name);
}

void resolve_service(struct parse *p, struct draft *d)
{
	struct resolver r = {p, p->store, p->origins};

	make_service(&r, d);
}

/* A table without keys, whose fields are set in global_defs. */
static void resolve_single(struct resolver *r, enum table_id t)
{
	unsigned char row[MAX_ROW] __attribute__((aligned(16)));
	struct layers l = {t, {draft_part(r->p->arena, r->p->root, t)}, {0}, row};

	part_row(l.parts[0], t, row);
	keep(r, &l);
}

/* ---- garp_group --------------------------------------------------------- */

static const struct garp_group_row *garp_group_of(struct resolver *r, const char *interface)
{
	STORE_EACH(r->store, T_GARP_GROUP, struct garp_group_row, g)
	{
		if (text_eq(g->interface, interface))
			return g;
	}
	return NULL;
}

/* True when something has come of it. */
static bool resolve_garp_group(struct resolver *r, const struct draft *d, uint32_t number)
{
	bool any = false;

	if (!d->first)
		report(r, FINDING_WARNING, d->at,
		       "garp_group: it has no interface; the block was left out");
	for (struct draft *c = d->first; c; c = c->next) {
		struct garp_group_row g;
		struct layers l = {
		    T_GARP_GROUP, {c->parts[T_GARP_GROUP], d->parts[T_GARP_GROUP]}, c->at, &g};
		const struct garp_group_row *first;
		char place[TEXT_MAX];

		pile(&l);
		g.number = number;
		first = garp_group_of(r, g.interface);
		if (first)
			report(r, FINDING_ERROR, c->at,
			       "garp_group: interface %s is in one already%s; it was left out",
			       g.interface, first_place(r, first, place, sizeof(place)));
		else
			any = keep(r, &l);
	}
	return any;
}

void resolve_drafts(struct parse *p)
{
	uint32_t groups = 0;
	struct resolver r = {p, p->store, p->origins};

	resolve_single(&r, T_GLOBAL);
	resolve_single(&r, T_EXEC);
	resolve_single(&r, T_NETWORK);
	resolve_single(&r, T_MAIL);
	commands_resolve(p, p->root, NOTIFY_DIRECTOR, "");
	commands_resolve_fifos(p, p->root);
	mails_resolve(p, p->root);
	for (struct draft *d = p->root->first; d; d = d->next)
		if (d->block == &block_vrrp_instance)
			resolve_instance(&r, d);
	resolve_vmacs(p);
	for (struct draft *d = p->root->first; d; d = d->next)
		if (d->block == &block_sync_group)
			resolve_group(&r, d);
	for (struct draft *d = p->root->first; d; d = d->next)
		if (d->block == &block_garp_group)
			groups += resolve_garp_group(&r, d, groups + 1);
	resolve_tracks(p);
	resolve_routes(p);
}
