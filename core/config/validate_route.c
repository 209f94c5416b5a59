/* validate_route: rules about routes, rules, static addresses and track groups; see validate.h. */
#include "config/validate.h"

#include "base/text.h"

static bool has_instance(const struct validation *v, const char *name)
{
	const char *const key[] = {name};

	return !name[0] || store_find_text(v->store, T_VRRP_INSTANCE, key);
}

static void check_group(struct validation *v, enum table_id t, const void *row, const char *group)
{
	if (!group[0])
		return;
	STORE_EACH(v->store, T_TRACK_GROUP_MEMBER, struct track_group_member_row, m)
	{
		if (text_eq(m->group, group))
			return;
	}
	validate_say(v, FINDING_WARNING, t, row, "track_group",
		     "there is no track_group %s with an instance", group);
}

void validate_routes(struct validation *v)
{
	struct ip_route route;
	struct ip_rule rule;

	STORE_EACH(v->store, T_VRRP_ROUTE, struct vrrp_route_row, r)
	{
		if (!has_instance(v, r->instance))
			validate_say(v, FINDING_ERROR, T_VRRP_ROUTE, r, NULL,
				     "there is no such instance");
		if (!route_parse_text(r->route, &route))
			validate_say(v, FINDING_ERROR, T_VRRP_ROUTE, r, "route", "it is no route");
		check_group(v, T_VRRP_ROUTE, r, r->track_group);
	}
	STORE_EACH(v->store, T_VRRP_RULE, struct vrrp_rule_row, r)
	{
		if (!has_instance(v, r->instance))
			validate_say(v, FINDING_ERROR, T_VRRP_RULE, r, NULL,
				     "there is no such instance");
		if (!rule_parse_text(r->rule, &rule))
			validate_say(v, FINDING_ERROR, T_VRRP_RULE, r, "rule", "it is no rule");
		check_group(v, T_VRRP_RULE, r, r->track_group);
	}
	STORE_EACH(v->store, T_STATIC_ADDRESS, struct static_address_row, a)
	check_group(v, T_STATIC_ADDRESS, a, a->track_group);
	STORE_EACH(v->store, T_TRACK_GROUP_MEMBER, struct track_group_member_row, m)
	{
		if (!has_instance(v, m->instance))
			validate_say(v, FINDING_ERROR, T_TRACK_GROUP_MEMBER, m, NULL,
				     "there is no such instance");
	}
}
