/*
 * validate: what must hold between rows, for a file as for a file with the overlay over it.
 *
 * A row that breaks a rule is objected to, with a finding at the place in the file that set
 * the field, or with the row's name where there is no file. Warnings are said and object to
 * nothing. Ranges of single fields are the schema's and have been checked before.
 *
 * Pure: reads the store, writes findings.
 */
#include "config/parse.h"

#include "base/log.h"
#include "base/text.h"
#include "model/rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- saying so ------------------------------------------------------- */

static const struct origin *find_origin(const struct origins *o, const void *row, unsigned field)
{
	size_t low = 0, high = o ? o->count : 0;

	while (low < high) {
		size_t mid = (low + high) / 2;
		const struct origin *m = &o->items[mid];

		if ((const char *)m->row < (const char *)row || (m->row == row && m->field < field))
			low = mid + 1;
		else
			high = mid;
	}
	return o && low < o->count && o->items[low].row == row && o->items[low].field == field
		   ? &o->items[low]
		   : NULL;
}

static void object(struct validation *v, enum table_id t, const void *row)
{
	if (v->count == v->cap) {
		v->cap = v->cap ? v->cap * 2 : 8;
		v->objections = xrealloc(v->objections, v->cap, sizeof(*v->objections));
	}
	v->objections[v->count++] = (struct objection){t, row};
}

/* `field` is the name of the field at fault, or NULL for the row. */
static void say(struct validation *v, enum finding_level level, enum table_id t, const void *row,
		const char *field, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

static void say(struct validation *v, enum finding_level level, enum table_id t, const void *row,
		const char *field, const char *fmt, ...)
{
	const struct field *f = field ? schema_field(t, field) : NULL;
	const struct origin *o = NULL;
	char key[TEXT_MAX], text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	row_key_text(t, row, key, sizeof(key));
	if (level == FINDING_ERROR && v->why && !v->count)
		snprintf(v->why, TEXT_MAX, "%s %.120s: %.300s", schema_table(t)->name, key, text);
	if (level == FINDING_ERROR)
		object(v, t, row);
	if (!v->findings)
		return;
	if (f)
		o = find_origin(v->origins, row, field_index(schema_table(t), f));
	if (!o)
		o = find_origin(v->origins, row, ORIGIN_ROW);
	if (o)
		place_report(v->findings, level, &o->at, "%s %s: %s", schema_table(t)->name, key,
			     text);
	else
		findings_add(v->findings, level, NULL, 0, 0, NULL, "%s %s: %s",
			     schema_table(t)->name, key, text);
}

/* ---- VRRP ------------------------------------------------------------ */

static void check_interval(struct validation *v, const struct vrrp_instance_row *r)
{
	if (r->version == 2 &&
	    (r->adver_int_cs % 100 || !r->adver_int_cs || r->adver_int_cs > 25500))
		say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "adver_int_cs",
		    "version 2 advertises each 1..255 whole seconds, not each %u.%02u",
		    r->adver_int_cs / 100, r->adver_int_cs % 100);
	else if (r->version == 3 && (!r->adver_int_cs || r->adver_int_cs > 4095))
		say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "adver_int_cs",
		    "version 3 advertises each 0.01..40.95 seconds, not each %u.%02u",
		    r->adver_int_cs / 100, r->adver_int_cs % 100);
}

static bool same_router(const struct vrrp_instance_row *a, const struct vrrp_instance_row *b)
{
	return a->vrid == b->vrid && a->family == b->family && text_eq(a->interface, b->interface);
}

static void check_vrid(struct validation *v, size_t index, const struct vrrp_instance_row *r)
{
	for (size_t i = 0; i < index; i++) {
		const struct vrrp_instance_row *o = store_at(v->store, T_VRRP_INSTANCE, i);

		if (!same_router(o, r))
			continue;
		say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "vrid",
		    "virtual_router_id %u is taken by instance %s on interface %s", r->vrid,
		    o->name, r->interface);
		return;
	}
}

/* The owner never gives way; an instance that is not to preempt cannot be one. */
static void check_owner(struct validation *v, const struct vrrp_instance_row *r)
{
	if (r->base_priority == 255 && !r->preempt)
		say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "preempt",
		    "priority 255 is the owner of the addresses, which always preempts");
}

unsigned validate_addresses_max(uint8_t family)
{
	return family == FAMILY_IPV6 ? (1500 - 40 - 8) / 16 : 255;
}

static void check_addresses(struct validation *v, const struct vrrp_instance_row *r)
{
	unsigned advertised = 0, all = 0, max = validate_addresses_max(r->family);
	struct vrrp_address_row key = {0};

	TEXT_COPY(key.instance, r->name);
	for (size_t i = store_lower_bound(v->store, T_VRRP_ADDRESS, &key);
	     i < store_count(v->store, T_VRRP_ADDRESS); i++) {
		const struct vrrp_address_row *a = store_at(v->store, T_VRRP_ADDRESS, i);

		if (!text_eq(a->instance, r->name))
			break;
		all++;
		advertised += !a->excluded;
		if (!a->excluded && (a->addr.family == ADDR_IPV6) != (r->family == FAMILY_IPV6))
			say(v, FINDING_ERROR, T_VRRP_ADDRESS, a, "addr",
			    "the address is of another family than the instance");
	}
	if (!all)
		say(v, FINDING_WARNING, T_VRRP_INSTANCE, r, NULL, "it has no address");
	if (advertised > max)
		say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, NULL,
		    "%u addresses, an advertisement has room for %u", advertised, max);
}

static void check_instances(struct validation *v)
{
	for (size_t i = 0; i < store_count(v->store, T_VRRP_INSTANCE); i++) {
		const struct vrrp_instance_row *r = store_at(v->store, T_VRRP_INSTANCE, i);

		if (!r->interface[0])
			say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "interface",
			    "it has no interface");
		if (!r->vrid)
			say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "vrid",
			    "virtual_router_id must be in 1..255");
		if (r->version == 2 && r->family == FAMILY_IPV6)
			say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "version",
			    "version 2 has no IPv6");
		if (r->version == 3 && r->auth_type != VRRP_AUTH_NONE)
			say(v, FINDING_ERROR, T_VRRP_INSTANCE, r, "auth_type",
			    "version 3 has no authentication");
		check_interval(v, r);
		check_vrid(v, i, r);
		check_owner(v, r);
		check_addresses(v, r);
	}
}

static void check_address_owners(struct validation *v)
{
	STORE_EACH(v->store, T_VRRP_ADDRESS, struct vrrp_address_row, a)
	{
		struct vrrp_instance_row key = {0};

		TEXT_COPY(key.name, a->instance);
		if (!store_find(v->store, T_VRRP_INSTANCE, &key))
			say(v, FINDING_ERROR, T_VRRP_ADDRESS, a, NULL, "there is no such instance");
	}
}

static int by_address(const void *a, const void *b)
{
	const struct vrrp_address_row *const *x = a, *const *y = b;
	int order = addr_cmp(&(*x)->addr, &(*y)->addr);

	return order ? order : strcmp((*x)->instance, (*y)->instance);
}

/* Two instances with one address: when one of them lets go, the other has lost it too. */
static void check_shared_addresses(struct validation *v)
{
	size_t n = store_count(v->store, T_VRRP_ADDRESS);
	const struct vrrp_address_row **all;

	if (!v->findings)
		return;
	all = xcalloc(n + 1, sizeof(*all));
	for (size_t i = 0; i < n; i++)
		all[i] = store_at(v->store, T_VRRP_ADDRESS, i);
	qsort(all, n, sizeof(*all), by_address);
	for (size_t i = 1; i < n; i++)
		if (addr_equal(&all[i]->addr, &all[i - 1]->addr))
			say(v, FINDING_WARNING, T_VRRP_ADDRESS, all[i], NULL,
			    "instance %s has this address too; when one of them gives it up, both "
			    "lose it",
			    all[i - 1]->instance);
	free(all);
}

static void check_groups(struct validation *v)
{
	STORE_EACH(v->store, T_SYNC_MEMBER, struct sync_member_row, m)
	{
		const char *const instance[] = {m->instance}, *const group[] = {m->group};

		if (!store_find_text(v->store, T_SYNC_GROUP, group))
			say(v, FINDING_ERROR, T_SYNC_MEMBER, m, NULL, "there is no such group");
		if (!store_find_text(v->store, T_VRRP_INSTANCE, instance))
			say(v, FINDING_ERROR, T_SYNC_MEMBER, m, NULL, "there is no such instance");
		if (!text_eq(vrrp_sync_group_of(v->store, m->instance), m->group))
			say(v, FINDING_ERROR, T_SYNC_MEMBER, m, NULL,
			    "the instance is in group %s already",
			    vrrp_sync_group_of(v->store, m->instance));
	}
}

/* ---- LVS ------------------------------------------------------------- */

static bool scheduler_known(const char *name)
{
	const struct keyword *k = keyword_row(&block_virtual_server, "lb_algo");

	for (const struct enum_name *c = k->choices; c->name; c++)
		if (text_eq(c->name, name))
			return true;
	return false;
}

static void check_services(struct validation *v)
{
	STORE_EACH(v->store, T_VIRTUAL_SERVER, struct virtual_server_row, r)
	{
		if (!scheduler_known(r->scheduler))
			say(v, FINDING_ERROR, T_VIRTUAL_SERVER, r, "scheduler",
			    "scheduler \"%s\" is not one of rr, wrr, lc, wlc, lblc, lblcr, dh, sh, "
			    "sed, nq, "
			    "fo, ovf, mh, twos",
			    r->scheduler);
		if ((r->sched_fallback || r->sched_port) &&
		    !lvs_scheduler_needs_fallback(r->scheduler))
			say(v, FINDING_WARNING, T_VIRTUAL_SERVER, r,
			    r->sched_port ? "sched_port" : "sched_fallback",
			    "the fallback and port flags mean something with sh and mh only, not "
			    "with %s",
			    r->scheduler);
		if (!r->fwmark && !r->port && !r->persistence_timeout_s)
			say(v, FINDING_ERROR, T_VIRTUAL_SERVER, r, "port",
			    "port 0 works with persistence only");
	}
}

static const struct virtual_server_row *service_of(const struct validation *v, const char *name)
{
	struct virtual_server_row key = {0};

	TEXT_COPY(key.name, name);
	return store_find(v->store, T_VIRTUAL_SERVER, &key);
}

static void check_server(struct validation *v, const struct real_server_row *r,
			 const struct virtual_server_row *vs)
{
	const char *drain = lvs_drain_objection(vs);

	if (r->forwarding != LVS_NAT && !vs->fwmark && r->port != vs->port)
		say(v, FINDING_ERROR, T_REAL_SERVER, r, "port",
		    "only NAT can change the port: it must be %u", vs->port);
	if (r->forwarding != LVS_TUN &&
	    (r->addr.family == ADDR_IPV6) != (vs->family == FAMILY_IPV6))
		say(v, FINDING_ERROR, T_REAL_SERVER, r, "addr",
		    "its virtual server has another address family, which only TUN can do");
	if (r->admin_state == RS_DRAINING && drain)
		say(v, FINDING_ERROR, T_REAL_SERVER, r, "admin_state", "%s", drain);
}

static void check_servers(struct validation *v)
{
	STORE_EACH(v->store, T_REAL_SERVER, struct real_server_row, r)
	{
		const struct virtual_server_row *vs = service_of(v, r->vs);

		if (vs)
			check_server(v, r, vs);
		else
			say(v, FINDING_ERROR, T_REAL_SERVER, r, NULL,
			    "there is no such virtual server");
	}
}

static void check_checkers(struct validation *v)
{
	STORE_EACH(v->store, T_CHECKER, struct checker_row, c)
	{
		struct real_server_row key = {0};

		TEXT_COPY(key.vs, c->vs);
		TEXT_COPY(key.name, c->rs);
		if (!store_find(v->store, T_REAL_SERVER, &key))
			say(v, FINDING_ERROR, T_CHECKER, c, NULL, "there is no such real server");
		if (!c->connect_port)
			say(v, FINDING_ERROR, T_CHECKER, c, "connect_port",
			    "it has no port to connect to");
	}
}

static void check_global(struct validation *v)
{
	struct log_levels levels;
	char why[TEXT_MAX];

	STORE_EACH(v->store, T_GLOBAL, struct global_row, g)
	{
		if (!log_levels_parse(g->log_level, &levels, why, sizeof(why)))
			say(v, FINDING_ERROR, T_GLOBAL, g, "log_level", "%s", why);
	}
}

void validate_store(struct validation *v)
{
	check_global(v);
	check_instances(v);
	check_address_owners(v);
	check_shared_addresses(v);
	check_groups(v);
	check_services(v);
	check_servers(v);
	check_checkers(v);
}
