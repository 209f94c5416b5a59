/*
 * validate: see validate.h. Here: how a rule speaks, and the rules of VRRP; those of virtual
 * servers are in validate_lvs.c.
 */
#include "config/keyword.h"
#include "config/validate.h"

#include "base/cpus.h"
#include "base/log.h"
#include "base/text.h"
#include "model/rules.h"
#include "model/store.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- saying so ------------------------------------------------------- */

static void object(struct validation *v, enum table_id t, const void *row, const char *field)
{
	if (v->count == v->cap) {
		v->cap = v->cap ? v->cap * 2 : 8;
		v->objections = xrealloc(v->objections, v->cap, sizeof(*v->objections));
	}
	v->objections[v->count++] = (struct objection){t, row, field};
}

/* As origins know it; of the row without a name. */
static unsigned field_number(enum table_id t, const char *field)
{
	const struct field *f = field ? schema_field(t, field) : NULL;

	return f ? field_index(schema_table(t), f) : ORIGIN_ROW;
}

const char *validate_place(const struct validation *v, enum table_id t, const void *row,
			   const char *field, char *buf, size_t size)
{
	return origin_text(v->origins, row, field_number(t, field), "set", buf, size);
}

/* The row as one who reads the file would name it. */
static void subject(enum table_id t, const void *row, char *buf, size_t size)
{
	const struct vrrp_address_row *a = row;
	const struct vrrp_peer_row *p = row;
	const struct sync_member_row *m = row;
	const struct real_server_row *r = row;
	const struct checker_row *c = row;
	const struct track_row *k = row;
	char key[TEXT_MAX];

	if (!schema_table(t)->nkeys)
		snprintf(buf, size, "global_defs");
	else if (t == T_VRRP_ADDRESS)
		snprintf(buf, size, "address %s of vrrp_instance %s", a->address, a->instance);
	else if (t == T_VRRP_PEER)
		snprintf(buf, size, "unicast_peer %s of vrrp_instance %s", p->address, p->instance);
	else if (t == T_SYNC_MEMBER)
		snprintf(buf, size, "member %s of vrrp_sync_group %s", m->instance, m->group);
	else if (t == T_TRACK)
		snprintf(buf, size, "%s %s of %s %s", track_block(k->kind), k->object,
			 k->user_kind == TRACK_BY_GROUP ? "vrrp_sync_group" : "vrrp_instance",
			 k->user);
	else if (t == T_REAL_SERVER)
		snprintf(buf, size, "real_server %s of virtual_server %s", r->name, r->vs);
	else if (t == T_CHECKER)
		snprintf(buf, size, "%s of real_server %s, virtual_server %s",
			 enum_name(check_kind_names, c->kind), c->rs, c->vs);
	else
		snprintf(buf, size, "%s %.300s", schema_table(t)->name,
			 row_key_text(t, row, key, sizeof(key)));
}

/* What is done about an error in a file. */
static const char *consequence(enum table_id t)
{
	return t == T_GLOBAL || t == T_EXEC || t == T_NETWORK || t == T_IPVS ? ""
	       : t == T_VRRP_ADDRESS || t == T_VRRP_PEER || t == T_SYNC_MEMBER || t == T_TRACK ||
		       t == T_VRRP_ROUTE || t == T_VRRP_RULE || t == T_STATIC_ADDRESS ||
		       t == T_TRACK_GROUP_MEMBER
		   ? "; the line was left out"
		   : "; the block was left out";
}

static void say(struct validation *v, enum finding_level level, bool objects, enum table_id t,
		const void *row, const char *field, const char *text)
{
	struct origin o = origins_find(v->origins, row, field_number(t, field));
	char name[TEXT_MAX];

	row_key_text(t, row, name, sizeof(name));
	if (objects && v->why && !v->count)
		snprintf(v->why, TEXT_MAX, "%s %.120s: %.300s", schema_table(t)->name, name, text);
	if (objects)
		object(v, t, row, field);
	if (!v->findings)
		return;
	subject(t, row, name, sizeof(name));
	if (o.order)
		place_report(v->findings, level, &o.at, "%s: %s%s", name, text,
			     objects ? consequence(t) : "");
	else
		findings_add(v->findings, level, NULL, 0, 0, NULL, "%s: %s", name, text);
}

void validate_say(struct validation *v, enum finding_level level, enum table_id t, const void *row,
		  const char *field, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	say(v, level, level == FINDING_ERROR, t, row, field, text);
}

void validate_drop(struct validation *v, enum table_id t, const void *row, const char *field,
		   const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	say(v, v->origins ? FINDING_WARNING : FINDING_ERROR, true, t, row, field, text);
}

/* ---- VRRP ------------------------------------------------------------ */

static void check_interval(struct validation *v, const struct vrrp_instance_row *r)
{
	if (r->version == 2 &&
	    (r->adver_int_cs % 100 || !r->adver_int_cs || r->adver_int_cs > 25500))
		validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "adver_int_cs",
			     "version 2 advertises each 1..255 whole seconds, not each %u.%02u",
			     r->adver_int_cs / 100, r->adver_int_cs % 100);
	else if (r->version == 3 && (!r->adver_int_cs || r->adver_int_cs > 4095))
		validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "adver_int_cs",
			     "version 3 advertises each 0.01..40.95 seconds, not each %u.%02u",
			     r->adver_int_cs / 100, r->adver_int_cs % 100);
}

struct router {
	const struct vrrp_instance_row *row;
	unsigned order; /* in the file */
};

/* Equal routers stand together, in the order of the file. */
static int by_router(const void *a, const void *b)
{
	const struct router *x = a, *y = b;
	int order = strcmp(x->row->interface, y->row->interface);

	if (!order)
		order = strcmp(x->row->vrf, y->row->vrf);
	if (!order)
		order = (int)x->row->vrid - (int)y->row->vrid;
	if (!order)
		order = (int)x->row->family - (int)y->row->family;
	if (!order && x->order != y->order)
		order = x->order < y->order ? -1 : 1;
	return order ? order : strcmp(x->row->name, y->row->name);
}

static bool same_place(const struct vrrp_instance_row *a, const struct vrrp_instance_row *b)
{
	return a->vrid == b->vrid && a->family == b->family &&
	       text_eq(a->interface, b->interface) && text_eq(a->vrf, b->vrf);
}

/* Advertisements of one cannot be told from those of the other. */
static bool same_router(const struct validation *v, const struct vrrp_instance_row *a,
			const struct vrrp_instance_row *b)
{
	bool unicast = vrrp_is_unicast(v->store, a->name);

	if (unicast != vrrp_is_unicast(v->store, b->name))
		return false;
	return unicast ? vrrp_peers_in_common(v->store, a->name, b->name)
		       : addr_equal(&a->group_addr, &b->group_addr);
}

/* One of those before it, from `first` on, that has its advertisements; NULL: none. */
static const struct vrrp_instance_row *taken_by(const struct validation *v,
						const struct router *all, size_t first, size_t i)
{
	for (; first < i; first++)
		if (same_router(v, all[first].row, all[i].row))
			return all[first].row;
	return NULL;
}

static void say_taken(struct validation *v, const struct vrrp_instance_row *r,
		      const struct vrrp_instance_row *first)
{
	char place[TEXT_MAX];

	validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "vrid",
		     "virtual_router_id %u is taken by instance %s on %s%s%s", r->vrid, first->name,
		     r->interface[0] ? "interface " : "any interface", r->interface,
		     validate_place(v, T_VRRP_INSTANCE, first, "vrid", place, sizeof(place)));
}

static void check_vrids(struct validation *v)
{
	size_t n = store_count(v->store, T_VRRP_INSTANCE), first = 0;
	struct router *all = xcalloc(n + 1, sizeof(*all));

	for (size_t i = 0; i < n; i++) {
		all[i].row = store_at(v->store, T_VRRP_INSTANCE, i);
		all[i].order = origins_find(v->origins, all[i].row, ORIGIN_ROW).order;
	}
	qsort(all, n, sizeof(*all), by_router);
	for (size_t i = 1; i < n; i++) {
		const struct vrrp_instance_row *other;

		if (!same_place(all[i].row, all[first].row))
			first = i;
		other = taken_by(v, all, first, i);
		if (other)
			say_taken(v, all[i].row, other);
	}
	free(all);
}

/* The owner never gives way; an instance that is not to preempt cannot be one. */
static void check_owner(struct validation *v, const struct vrrp_instance_row *r)
{
	if (r->base_priority == 255 && !r->preempt)
		validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "preempt",
			     "priority 255 is the owner of the addresses, which always preempts");
}

static void check_address(struct validation *v, const struct vrrp_instance_row *r,
			  const struct vrrp_address_row *a)
{
	const char *why = virtual_objection(a), *doubt = NULL;

	if (why)
		validate_say(v, FINDING_ERROR, T_VRRP_ADDRESS, a, NULL,
			     "no interface can have it: %s", why);
	else if (v->findings)
		doubt = address_doubt(&a->addr, a->prefix_len);
	if (doubt)
		validate_say(v, FINDING_WARNING, T_VRRP_ADDRESS, a, NULL, "%s", doubt);
	if (!a->excluded && (a->addr.family == ADDR_IPV6) != (r->family == FAMILY_IPV6))
		validate_say(v, FINDING_ERROR, T_VRRP_ADDRESS, a, "addr",
			     "the address is of another family than the instance");
}

static void check_addresses(struct validation *v, const struct vrrp_instance_row *r)
{
	unsigned advertised = 0, link_local = 0, all = 0;
	unsigned max = validate_addresses_max(r->family);
	struct vrrp_address_row key = {0};

	TEXT_COPY(key.instance, r->name);
	for (size_t i = store_lower_bound(v->store, T_VRRP_ADDRESS, &key);
	     i < store_count(v->store, T_VRRP_ADDRESS); i++) {
		const struct vrrp_address_row *a = store_at(v->store, T_VRRP_ADDRESS, i);

		if (!text_eq(a->instance, r->name))
			break;
		all++;
		advertised += !a->excluded;
		link_local += !a->excluded && addr_is_link_local(&a->addr);
		check_address(v, r, a);
	}
	if (!all && !r->no_addresses)
		validate_say(v, FINDING_WARNING, T_VRRP_INSTANCE, r, NULL,
			     "it has no valid address in virtual_ipaddress { }");
	if (r->family == FAMILY_IPV6 && advertised && !link_local && v->findings)
		validate_say(v, FINDING_NOTICE, T_VRRP_INSTANCE, r, NULL,
			     "no address is link-local (fe80::/10), and the first one should be: "
			     "other programs than keepalived and this one may ignore its "
			     "advertisements");
	if (advertised > max)
		validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, NULL,
			     "%u addresses, an advertisement has room for %u", advertised, max);
}

/* Names that the kernel has for no interface, or for none that can advertise. */
static void check_interface(struct validation *v, const struct vrrp_instance_row *r)
{
	struct addr a;

	if (!v->findings || !r->interface[0])
		return;
	if (addr_parse(r->interface, &a))
		validate_say(v, FINDING_WARNING, T_VRRP_INSTANCE, r, "interface",
			     "%s is an address, not the name of an interface", r->interface);
	else if (strchr(r->interface, ':'))
		validate_say(v, FINDING_WARNING, T_VRRP_INSTANCE, r, "interface",
			     "%s is the label of an address, not an interface: %.*s is one",
			     r->interface, (int)strcspn(r->interface, ":"), r->interface);
	else if (strpbrk(r->interface, "/ \t"))
		validate_say(v, FINDING_WARNING, T_VRRP_INSTANCE, r, "interface",
			     "no interface can have the name \"%s\"", r->interface);
	else if (v->machine && !v->machine->has_interface(r->interface))
		validate_say(
		    v, FINDING_NOTICE, T_VRRP_INSTANCE, r, "interface",
		    "this machine has no interface %s now: the instance waits until it has",
		    r->interface);
}

static void check_instances(struct validation *v)
{
	for (size_t i = 0; i < store_count(v->store, T_VRRP_INSTANCE); i++) {
		const struct vrrp_instance_row *r = store_at(v->store, T_VRRP_INSTANCE, i);

		if (!r->vrid)
			validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "vrid",
				     "virtual_router_id must be in 1..255");
		if (r->version == 3 && r->auth_type != VRRP_AUTH_NONE)
			validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "auth_type",
				     "version 3 has no authentication");
		else if (r->family == FAMILY_IPV6 && r->auth_type != VRRP_AUTH_NONE)
			validate_say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "auth_type",
				     "over IPv6 there is no authentication");
		check_interface(v, r);
		validate_transport(v, r);
		check_interval(v, r);
		check_owner(v, r);
		check_addresses(v, r);
	}
	check_vrids(v);
}

static void check_address_owners(struct validation *v)
{
	STORE_EACH(v->store, T_VRRP_ADDRESS, struct vrrp_address_row, a)
	{
		struct vrrp_instance_row key = {0};

		TEXT_COPY(key.name, a->instance);
		if (!store_find(v->store, T_VRRP_INSTANCE, &key))
			validate_say(v, FINDING_ERROR, T_VRRP_ADDRESS, a, NULL,
				     "there is no such instance");
	}
}

/* Two instances with one address: when one of them lets go, the other has lost it too. */
static void check_shared_addresses(struct validation *v)
{
	const struct vrrp_address_row **all;
	char place[TEXT_MAX];
	size_t n;

	if (!v->findings)
		return;
	all = addresses_sorted(v, &n);
	for (size_t i = 1; i < n; i++)
		if (addr_equal(&all[i]->addr, &all[i - 1]->addr))
			validate_say(v, FINDING_WARNING, T_VRRP_ADDRESS, all[i], NULL,
				     "instance %s has this address too%s; when one of them gives "
				     "it up, both lose it",
				     all[i - 1]->instance,
				     validate_place(v, T_VRRP_ADDRESS, all[i - 1], NULL, place,
						    sizeof(place)));
	free(all);
}

static void check_groups(struct validation *v)
{
	STORE_EACH(v->store, T_SYNC_MEMBER, struct sync_member_row, m)
	{
		const char *const instance[] = {m->instance}, *const group[] = {m->group};

		if (!store_find_text(v->store, T_SYNC_GROUP, group))
			validate_say(v, FINDING_ERROR, T_SYNC_MEMBER, m, NULL,
				     "there is no such group");
		if (!store_find_text(v->store, T_VRRP_INSTANCE, instance))
			validate_say(v, FINDING_ERROR, T_SYNC_MEMBER, m, NULL,
				     "there is no such instance");
		if (!text_eq(vrrp_sync_group_of(v->store, m->instance), m->group))
			validate_say(v, FINDING_ERROR, T_SYNC_MEMBER, m, NULL,
				     "the instance is in group %s already",
				     vrrp_sync_group_of(v->store, m->instance));
	}
}

static void check_global(struct validation *v)
{
	struct log_levels levels;
	char why[TEXT_MAX];

	STORE_EACH(v->store, T_GLOBAL, struct global_row, g)
	{
		if (!log_levels_parse(g->log_level, &levels, why, sizeof(why)))
			validate_say(v, FINDING_ERROR, T_GLOBAL, g, "log_level", "%s", why);
		if (!cpus_valid(g->vrrp_cpu_affinity))
			validate_say(v, FINDING_ERROR, T_GLOBAL, g, "vrrp_cpu_affinity",
				     "these are not numbers of processors");
		if (!cpus_valid(g->checker_cpu_affinity))
			validate_say(v, FINDING_ERROR, T_GLOBAL, g, "checker_cpu_affinity",
				     "these are not numbers of processors");
	}
}

void validate_store(struct validation *v)
{
	check_global(v);
	check_instances(v);
	check_address_owners(v);
	check_shared_addresses(v);
	validate_vmacs(v);
	check_groups(v);
	validate_peers(v);
	validate_services(v);
	validate_routes(v);
	validate_tracks(v);
}
