/*
 * resolve_route: drafts of routes, rules and static addresses into rows; see resolve.c. They get
 * their names here, which must tell each from the others, and rules without a preference get one
 * as keepalived gives it: from 16384 downwards in the order of the file.
 */
#include "config/lines_route.h"
#include "config/parse.h"
#include "config/validate.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define PREFERENCE_FIRST 16384

struct routes {
	struct parse *p;
	uint32_t preference; /* for the next rule without one */
};

static void keep(struct routes *r, enum table_id t, const void *row, struct place at)
{
	origins_add(r->p->origins, resolve_put(r->p->store, t, row), at, NULL, 0);
}

static void say_twice(struct routes *r, const struct draft *d, enum table_id t, const void *row,
		      const char *what, const char *name)
{
	char place[TEXT_MAX];

	place_report(r->p->findings, FINDING_WARNING, &d->at,
		     "%s %s is there already%s; the line was left out", what, name,
		     origin_text(r->p->origins, store_find(r->p->store, t, row), ORIGIN_ROW,
				 "first defined", place, sizeof(place)));
}

/* ---- routes ------------------------------------------------------------------ */

/* What is shown of it besides its text. */
static void show_route(struct vrrp_route_row *row, const struct ip_route *r)
{
	row->family = r->family == ADDR_IPV6 ? FAMILY_IPV6 : FAMILY_IPV4;
	row->destination = r->dst.addr;
	row->prefix_len = r->dst.len;
	row->gateway = r->nhops ? r->hops[0].via : r->hop.via;
	TEXT_COPY(row->dev, r->nhops ? r->hops[0].dev : r->hop.dev);
	row->table = r->table;
	row->metric = r->metric;
	row->no_track = r->no_track;
}

/* Of several to one destination the later ones are named by their way, too. */
static bool name_route(struct routes *r, struct vrrp_route_row *row, const struct ip_route *route)
{
	char gateway[ADDR_TEXT_MAX];
	size_t len;

	route_name(route, row->name, sizeof(row->name));
	if (!store_find(r->p->store, T_VRRP_ROUTE, row))
		return true;
	len = strlen(row->name);
	if (row->gateway.family)
		snprintf(row->name + len, sizeof(row->name) - len, " via %s",
			 addr_text(&row->gateway, gateway));
	else if (row->dev[0])
		snprintf(row->name + len, sizeof(row->name) - len, " dev %s", row->dev);
	return !store_find(r->p->store, T_VRRP_ROUTE, row);
}

static void resolve_route(struct routes *r, const struct draft *d, const char *instance)
{
	struct vrrp_route_row row;
	struct ip_route route;

	part_row(d->parts[T_VRRP_ROUTE], T_VRRP_ROUTE, &row);
	TEXT_COPY(row.instance, instance);
	route_parse_text(row.route, &route);
	show_route(&row, &route);
	if (name_route(r, &row, &route))
		keep(r, T_VRRP_ROUTE, &row, d->at);
	else
		say_twice(r, d, T_VRRP_ROUTE, &row, "route", row.name);
}

/* ---- rules -------------------------------------------------------------------- */

static void give_preference(struct routes *r, const struct draft *d, struct ip_rule *rule)
{
	if (rule->has_preference)
		return;
	rule->has_preference = true;
	rule->preference = r->preference--;
	place_report(r->p->findings, FINDING_WARNING, &d->at,
		     "rule: without a preference its order among others is chance; %u is used",
		     rule->preference);
}

static bool name_rule(struct routes *r, struct vrrp_rule_row *row, const struct ip_rule *rule)
{
	snprintf(row->name, sizeof(row->name), "%s%u", rule->family == ADDR_IPV6 ? "inet6 " : "",
		 rule->preference);
	if (!store_find(r->p->store, T_VRRP_RULE, row))
		return true;
	snprintf(row->name, sizeof(row->name), "%u %.140s", rule->preference, row->rule);
	return !store_find(r->p->store, T_VRRP_RULE, row);
}

static void resolve_rule(struct routes *r, const struct draft *d, const char *instance)
{
	struct vrrp_rule_row row;
	struct ip_rule rule;

	part_row(d->parts[T_VRRP_RULE], T_VRRP_RULE, &row);
	TEXT_COPY(row.instance, instance);
	rule_parse_text(row.rule, &rule);
	give_preference(r, d, &rule);
	if (!rule_text(&rule, row.rule, sizeof(row.rule)))
		return; /* it had been read from a shorter one */
	row.family = rule.family == ADDR_IPV6 ? FAMILY_IPV6 : FAMILY_IPV4;
	row.preference = rule.preference;
	row.table = rule.table;
	row.no_track = rule.no_track;
	if (name_rule(r, &row, &rule))
		keep(r, T_VRRP_RULE, &row, d->at);
	else
		say_twice(r, d, T_VRRP_RULE, &row, "rule", row.name);
}

static void resolve_both(struct routes *r, const struct draft *d, const char *instance)
{
	for (const struct draft *c = d->first; c; c = c->next)
		if (c->parts[T_VRRP_ROUTE])
			resolve_route(r, c, instance);
		else if (c->parts[T_VRRP_RULE])
			resolve_rule(r, c, instance);
}

static void resolve_instance(struct routes *r, const struct draft *d)
{
	const struct vrrp_instance_row *v = d->parts[T_VRRP_INSTANCE]->row;
	const void *row = store_find(r->p->store, T_VRRP_INSTANCE, v);
	struct origin o = origins_find(r->p->origins, row, ORIGIN_ROW);

	/* It was left out, or is the second of its name. */
	if (o.order && o.at.line == d->at.line && o.at.source == d->at.source)
		resolve_both(r, d, v->name);
}

/* ---- static addresses ----------------------------------------------------------- */

static void resolve_address(struct routes *r, const struct draft *d)
{
	struct vrrp_address_row a;
	struct static_address_row row;

	row_init(T_STATIC_ADDRESS, &row);
	if (d->parts[T_STATIC_ADDRESS])
		part_row(d->parts[T_STATIC_ADDRESS], T_STATIC_ADDRESS, &row);
	part_row(d->parts[T_VRRP_ADDRESS], T_VRRP_ADDRESS, &a);
	if (!part_has(d->parts[T_VRRP_ADDRESS], T_VRRP_ADDRESS,
		      offsetof(struct vrrp_address_row, preferred_lft_s)))
		a.preferred_lft_s = preferred_by_default(&a);
	static_of_address(&row, &a);
	if (!row.dev[0])
		TEXT_COPY(row.dev, r->p->default_interface[0] ? r->p->default_interface : "eth0");
	if (virtual_objection(&a))
		place_report(r->p->findings, FINDING_ERROR, &d->at,
			     "address %s: no interface can have it: %s; the line was left out",
			     a.address, virtual_objection(&a));
	else if (store_find(r->p->store, T_STATIC_ADDRESS, &row))
		say_twice(r, d, T_STATIC_ADDRESS, &row, "address", row.address);
	else
		keep(r, T_STATIC_ADDRESS, &row, d->at);
}

/* ---- track groups ------------------------------------------------------------------ */

static void resolve_group(struct routes *r, const struct draft *d)
{
	const struct track_group_member_row *head = d->parts[T_TRACK_GROUP_MEMBER]->row;
	unsigned members = 0;

	for (const struct draft *c = d->first; c; c = c->next) {
		struct track_group_member_row row = {0};
		const struct sync_member_row *m = c->parts[T_SYNC_MEMBER]->row;
		const char *const key[] = {m->instance};

		TEXT_COPY(row.group, head->group);
		TEXT_COPY(row.instance, m->instance);
		if (!store_find_text(r->p->store, T_VRRP_INSTANCE, key)) {
			place_report(r->p->findings, FINDING_WARNING, &c->at,
				     "track_group %s: there is no vrrp_instance %s; the member was "
				     "left out",
				     head->group, m->instance);
			continue;
		}
		keep(r, T_TRACK_GROUP_MEMBER, &row, c->at);
		members++;
	}
	if (!members)
		place_report(r->p->findings, FINDING_WARNING, &d->at,
			     "track_group %s has no valid member in group { }; it was left out",
			     head->group);
}

void resolve_routes(struct parse *p)
{
	struct routes r = {p, PREFERENCE_FIRST};

	for (struct draft *d = p->root->first; d; d = d->next) {
		if (d->block == &block_vrrp_instance)
			resolve_instance(&r, d);
		else if (d->block == &block_static_routes || d->block == &block_static_rules)
			resolve_both(&r, d, "");
		else if (d->block == &block_track_group)
			resolve_group(&r, d);
		for (struct draft *c = d->block == &block_static_ipaddress ? d->first : NULL; c;
		     c = c->next)
			resolve_address(&r, c);
	}
}
