/*
 * paths: routes and rules, which a master has and a backup has not, and the static ones
 * (process vrrp).
 *
 * The kernel is written through the netlink thread, behind the addresses, so that a route may
 * name one of them as its source. An addition with NLM_F_CREATE alone changes nothing and makes
 * no event when the very route is there (EEXIST); a rule is added with NLM_F_EXCL. So one write
 * serves for adding, for adopting what a predecessor left, and for looking whether it is still
 * there, and no table is ever listed, which may have a million routes.
 *
 * What somebody removes is added again after REPAIR_NS. The kernel tells of most removals; when a
 * link goes down or an address goes, IPv4 routes go in silence, so after such an event all are
 * looked at. What the kernel refuses is said once and tried again with the next such event, and
 * each RETRY_NS.
 *
 * One with no_track stays away when somebody has removed it, until the next time as master.
 * An instance cannot run while an interface of the others is down: keepalived has it so.
 */

#include "base/log.h"
#include "base/text.h"
#include "nl/rtnl_route.h"
#include "nl/rtnl_routes.h"
#include "vrrp/instance.h"
#include "vrrp/links.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPAIR_NS (100 * NS_PER_MS)
#define RETRY_NS  (5 * NS_PER_S)

struct path_write {
	struct vrrp_write head;
	uint32_t serial;
	enum table_id table;
	char name[NAME_ROUTE];
	bool add;
	bool again; /* it was there before, as far as was known */
};

/* ---- names ---------------------------------------------------------------------- */

static const char *name_of(const struct vrrp_path *p)
{
	return p->table == T_STATIC_ADDRESS ? p->address.address
	       : p->table == T_VRRP_ROUTE   ? p->route.name
					    : p->rule.name;
}

static bool untracked(const struct vrrp_path *p)
{
	return p->table == T_STATIC_ADDRESS ? p->address.no_track
	       : p->table == T_VRRP_ROUTE   ? p->route.no_track
					    : p->rule.no_track;
}

static const char *group_of(const struct vrrp_path *p)
{
	return p->table == T_STATIC_ADDRESS ? p->address.track_group
	       : p->table == T_VRRP_ROUTE   ? p->route.track_group
					    : p->rule.track_group;
}

/* "vrrp_route VI_1 10.0.0.0/8", "static route 10.0.0.0/8". */
static const char *title(const struct vrrp_paths *l, const struct vrrp_path *p, char buf[320])
{
	const char *what = p->table == T_STATIC_ADDRESS ? "address"
			   : p->table == T_VRRP_ROUTE   ? "route"
							: "rule";

	if (l->instance[0])
		snprintf(buf, 320, "vrrp_%s %s %s", what, l->instance, name_of(p));
	else
		snprintf(buf, 320, "static %s %s", what, name_of(p));
	return buf;
}

static unsigned index_of(void *arg, const char *name)
{
	const struct rtnl_link *link = rtnl_link_by_name(((struct vrrp_env *)arg)->rtnl, name);

	return link ? link->ifindex : 0;
}

/* What is removed may have gone through a link that has another name now. */
static unsigned index_that_was(void *arg, const char *name)
{
	const struct rtnl_link *link;
	unsigned ifindex = index_of(arg, name);

	if (ifindex)
		return ifindex;
	link = rtnl_link_by_former_name(((struct vrrp_env *)arg)->rtnl, name);
	return link ? link->ifindex : 0;
}

static const char *interface_of(void *arg, unsigned ifindex)
{
	const struct rtnl_link *link = rtnl_link_find(((struct vrrp_env *)arg)->rtnl, ifindex);

	return link ? link->name : NULL;
}

static uint32_t table_of(void *arg, const char *vrf)
{
	const struct rtnl_link *link = rtnl_link_by_name(((struct vrrp_env *)arg)->rtnl, vrf);

	return link ? link->vrf_table : 0;
}

static struct rtnl_names names_of(struct vrrp_env *env)
{
	return (struct rtnl_names){index_of, interface_of, table_of, env};
}

/* ---- what is seen ------------------------------------------------------------------ */

static void put_row(const struct vrrp_paths *l, struct vrrp_path *p)
{
	struct vrrp_path copy = *p;
	const struct rtnl_link *link;

	if (p->table == T_STATIC_ADDRESS) {
		link = rtnl_link_by_name(l->env->rtnl, p->address.dev);
		copy.address.present = p->present;
		copy.address.ifindex = link ? link->ifindex : 0;
	} else if (p->table == T_VRRP_ROUTE) {
		copy.route.present = p->present;
	} else {
		copy.rule.present = p->present;
	}
	if (store_find(l->env->store, p->table, &copy.address))
		store_put(l->env->store, p->table, &copy.address, F_SEEN, NULL);
}

static void note(const struct vrrp_paths *l, const struct vrrp_path *p, bool present)
{
	const char *more = present ? NULL : untracked(p) ? "nobody tracks it" : "it is added again";
	const char *whose = l->instance[0] ? l->instance : "static";

	log_transition(&(struct log_transition){.event = p->table == T_VRRP_RULE ? LOG_VRRP_RULE
							 : p->table == T_VRRP_ROUTE
							     ? LOG_VRRP_ROUTE
							     : LOG_VRRP_ADDRESS,
						.level = present ? LOG_LV_NOTICE : LOG_LV_WARN,
						.key = {whose, name_of(p)},
						.family = whose, /* a thousand may go at once */
						.old = present ? "absent" : "present",
						.now = present ? "present" : "absent",
						.reason = present ? "restored" : "lost"},
		       more ? "%s" : NULL, more);
}

static void check_soon(struct vrrp_paths *l)
{
	struct mono at = mono_add(loop_now(l->env->loop), REPAIR_NS);

	if (l->wanted && (!l->check.armed || mono_diff(l->check.due, at) > 0))
		timer_at(&l->check, at);
}

static void set_present(struct vrrp_paths *l, struct vrrp_path *p, bool present)
{
	bool tracked = p->settled && p->present != present && group_of(p)[0];

	if (p->present != present) {
		p->present = present;
		put_row(l, p);
	}
	if (tracked)
		l->env->look_again(l->env);
}

static void seen(struct vrrp_paths *l, struct vrrp_path *p, bool gone)
{
	bool taken = gone && p->asked && p->present && l->wanted;

	set_present(l, p, !gone);
	if (!gone && p->lost) {
		p->lost = false;
		p->told = true;
		note(l, p, true);
	}
	if (!taken)
		return;
	if (!p->lost)
		note(l, p, false);
	p->left = untracked(p);
	p->lost = !p->left;
	check_soon(l);
}

/* ---- writing -------------------------------------------------------------------------- */

static void answered(struct vrrp_env *env, struct vrrp_write *head, int error, struct mono now);

static uint64_t cookie(struct vrrp_paths *l, const struct vrrp_path *p, bool add, bool again)
{
	struct path_write *w = xcalloc(1, sizeof(*w));

	*w = (struct path_write){.head = {answered}, .serial = l->serial, .table = p->table};
	TEXT_COPY(w->name, name_of(p));
	w->add = add;
	w->again = again;
	l->asking++;
	return (uintptr_t)w;
}

static void refuse(struct vrrp_paths *l, struct vrrp_path *p, int error, const char *missing)
{
	char text[320];

	if (p->error != error && missing)
		log_warnx("%s: it cannot be added: there is no interface %s", title(l, p, text),
			  missing);
	else if (p->error != error)
		log_warnx("%s: it cannot be added: %s", title(l, p, text), strerror(error));
	p->error = error;
	p->settled = true;
	set_present(l, p, false);
	if (l->wanted && !l->check.armed)
		timer_after(&l->check, RETRY_NS);
}

/* NULL: there is nothing to be sent. */
static struct nl_msg *compose(struct vrrp_paths *l, struct vrrp_path *p, bool add)
{
	struct rtnl_names names = names_of(l->env);
	const char *missing = NULL;
	struct nl_msg *m = NULL;
	struct ip_route route;
	struct ip_rule rule;

	if (!add)
		names.index = index_that_was;
	if (p->table == T_VRRP_RULE) {
		if (rule_parse_text(p->rule.rule, &rule)) {
			/* as keepalived marks them */
			if (!rule.protocol && !rule.no_track)
				rule.protocol = ROUTE_PROTOCOL;
			m = rtnl_rule_message(&rule, add);
		}
	} else if (route_parse_text(p->route.route, &route)) {
		m = rtnl_route_message(&route, add, &names, &missing);
		if (!m && add)
			refuse(l, p, ENODEV, missing);
	}
	return m;
}

static void ask_address(struct vrrp_paths *l, struct vrrp_path *p, bool add, bool again)
{
	const struct rtnl_link *link = rtnl_link_by_name(l->env->rtnl, p->address.dev);
	struct vrrp_address_row row;
	struct rtnl_addr a;

	if (!link) {
		if (add)
			refuse(l, p, ENODEV, p->address.dev);
		return;
	}
	row_init(T_VRRP_ADDRESS, &row);
	address_of_static(&row, &p->address);
	a = vrrp_vip_kernel_form(&row, link->ifindex);
	if (add)
		rtnl_writer_add(l->env->writer, &a, NULL, cookie(l, p, true, again));
	else
		rtnl_writer_del(l->env->writer, &a, cookie(l, p, false, again));
}

static void ask(struct vrrp_paths *l, struct vrrp_path *p, bool add, bool again)
{
	struct nl_msg *m;

	p->asked = add;
	p->told = false;
	p->clean = p->clean && !add;
	if (!again)
		p->left = p->lost = false;
	if (p->table == T_STATIC_ADDRESS) {
		ask_address(l, p, add, again);
		return;
	}
	m = compose(l, p, add);
	if (m)
		rtnl_writer_send(l->env->writer, m, cookie(l, p, add, again));
}

static struct vrrp_path *find(struct vrrp_path *items, unsigned n, enum table_id table,
			      const char *name)
{
	for (unsigned k = 0; k < n; k++)
		if (items[k].table == table && text_eq(name_of(&items[k]), name))
			return &items[k];
	return NULL;
}

static struct vrrp_paths *list_of(struct vrrp_env *env, uint32_t serial)
{
	struct vrrp_instance *i;

	if (!serial)
		return &env->statics;
	LIST_FOREACH(i, &env->instances, next)
	if (i->serial == serial)
		return &i->paths;
	return NULL;
}

static void added(struct vrrp_paths *l, struct vrrp_path *p, const struct path_write *w, int error)
{
	if (!p->asked)
		return; /* it was taken back meanwhile */
	if (error && error != EEXIST) {
		refuse(l, p, error, NULL);
		return;
	}
	p->error = 0;
	p->settled = true;
	set_present(l, p, true);
	if (w->again && !error && !p->told && p->table != T_STATIC_ADDRESS) {
		p->lost = false;
		note(l, p, true);
	}
}

static void answered(struct vrrp_env *env, struct vrrp_write *head, int error, struct mono now)
{
	struct path_write *w = (struct path_write *)head;
	struct vrrp_paths *l = list_of(env, w->serial);
	struct vrrp_path *p = l ? find(l->items, l->n, w->table, w->name) : NULL;

	(void)now;
	if (l)
		l->asking--;
	if (p && w->add) {
		added(l, p, w, error);
	} else if (p && !p->asked) {
		p->clean = true;
		set_present(l, p, false);
	}
	free(w);
}

/* ---- all of a list ------------------------------------------------------------------------ */

void vrrp_paths_add(struct vrrp_paths *l)
{
	l->wanted = true;
	l->released = false;
	for (unsigned k = 0; k < l->n; k++)
		ask(l, &l->items[k], true, false);
}

static void drop(struct vrrp_paths *l, struct vrrp_path *p)
{
	if (p->asked || !p->clean)
		ask(l, p, false, false);
}

void vrrp_paths_remove(struct vrrp_paths *l)
{
	l->wanted = false;
	l->released = true;
	timer_cancel(&l->check);
	for (unsigned k = l->n; k-- > 0;)
		drop(l, &l->items[k]);
}

static bool address_is_there(const struct vrrp_paths *l, const struct vrrp_path *p)
{
	const struct rtnl_link *link = rtnl_link_by_name(l->env->rtnl, p->address.dev);

	return link &&
	       rtnl_addr_find(l->env->rtnl, link->ifindex, &p->address.addr, p->address.prefix_len);
}

static void check_due(void *arg, struct mono now)
{
	struct vrrp_paths *l = arg;

	(void)now;
	if (l->asking) { /* the kernel is slow: what is asked for is not to pile up */
		timer_after(&l->check, REPAIR_NS);
		return;
	}
	for (unsigned k = 0; k < l->n && l->wanted; k++) {
		struct vrrp_path *p = &l->items[k];

		if (p->asked && !p->left &&
		    !(p->table == T_STATIC_ADDRESS && address_is_there(l, p)))
			ask(l, p, true, p->settled && !p->error);
	}
}

void vrrp_paths_open(struct vrrp_paths *l, struct vrrp_env *env, const char *instance,
		     uint32_t serial)
{
	*l = (struct vrrp_paths){.env = env, .instance = instance, .serial = serial};
	timer_init(&l->check, env->loop, check_due, l);
}

void vrrp_paths_close(struct vrrp_paths *l)
{
	timer_stop(&l->check);
	free(l->items);
	l->items = NULL;
	l->n = 0;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void append(struct vrrp_path **list, unsigned *n, const struct vrrp_path *p)
{
	*list = xrealloc(*list, *n + 1, sizeof(**list));
	(*list)[(*n)++] = *p;
}

static void take_addresses(const struct vrrp_paths *l, struct vrrp_path **list, unsigned *n)
{
	struct vrrp_path p = {.table = T_STATIC_ADDRESS};

	if (l->instance[0])
		return;
	STORE_EACH(l->env->store, T_STATIC_ADDRESS, struct static_address_row, r)
	{
		p.address = *r;
		append(list, n, &p);
	}
}

static const void *row_after(const struct vrrp_paths *l, enum table_id t, size_t *at)
{
	return *at < store_count(l->env->store, t) ? store_at(l->env->store, t, (*at)++) : NULL;
}

/* The rows of an instance are neighbours. */
static void take_routes(const struct vrrp_paths *l, struct vrrp_path **list, unsigned *n)
{
	struct vrrp_route_row key = {0};
	const struct vrrp_route_row *r;
	size_t at;

	TEXT_COPY(key.instance, l->instance);
	at = store_lower_bound(l->env->store, T_VRRP_ROUTE, &key);
	while ((r = row_after(l, T_VRRP_ROUTE, &at)) && text_eq(r->instance, l->instance)) {
		struct vrrp_path p = {.table = T_VRRP_ROUTE, .route = *r};
		struct ip_route route;

		if (route_parse_text(r->route, &route)) {
			p.protocol = route.protocol;
			if (!route.no_track)
				TEXT_COPY(p.needs[0], route.hop.dev);
		}
		append(list, n, &p);
	}
}

static void take_rules(const struct vrrp_paths *l, struct vrrp_path **list, unsigned *n)
{
	struct vrrp_rule_row key = {0};
	const struct vrrp_rule_row *r;
	size_t at;

	TEXT_COPY(key.instance, l->instance);
	at = store_lower_bound(l->env->store, T_VRRP_RULE, &key);
	while ((r = row_after(l, T_VRRP_RULE, &at)) && text_eq(r->instance, l->instance)) {
		struct vrrp_path p = {.table = T_VRRP_RULE, .rule = *r};
		struct ip_rule rule;

		if (rule_parse_text(r->rule, &rule) && !rule.no_track) {
			TEXT_COPY(p.needs[0], rule.iif);
			TEXT_COPY(p.needs[1], rule.oif);
		}
		append(list, n, &p);
	}
}

static struct vrrp_path *list_from_rows(const struct vrrp_paths *l, unsigned *ret_n)
{
	struct vrrp_path *list = NULL;

	*ret_n = 0;
	take_addresses(l, &list, ret_n);
	take_routes(l, &list, ret_n);
	take_rules(l, &list, ret_n);
	return list;
}

static bool same_wanted(const struct vrrp_path *a, const struct vrrp_path *b)
{
	struct fieldset diff =
	    row_diff(a->table, &a->address, &b->address, fieldset_of(a->table, F_WANTED));

	return fieldset_empty(&diff);
}

/* What stays keeps what is known of it; true when something differs. */
static bool keep_known(struct vrrp_paths *l, struct vrrp_path *list, unsigned n)
{
	bool differs = n != l->n;

	for (unsigned k = 0; k < n; k++) {
		struct vrrp_path *old = find(l->items, l->n, list[k].table, name_of(&list[k]));

		if (old && same_wanted(old, &list[k]))
			list[k] = *old;
		else
			differs = true;
	}
	return differs;
}

void vrrp_paths_read(struct vrrp_paths *l)
{
	unsigned n;
	struct vrrp_path *list = list_from_rows(l, &n);

	if (!keep_known(l, list, n)) {
		free(list);
		return;
	}
	for (unsigned k = l->n; k-- > 0;) {
		struct vrrp_path *new = find(list, n, l->items[k].table, name_of(&l->items[k]));

		if (l->items[k].asked && (!new || !same_wanted(new, &l->items[k])))
			drop(l, &l->items[k]);
	}
	free(l->items);
	l->items = list;
	l->n = n;
	for (unsigned k = 0; k < n; k++)
		if (l->wanted && !list[k].asked)
			ask(l, &list[k], true, false);
		else if (l->released)
			drop(l, &list[k]);
}

/* ---- the kernel's events ------------------------------------------------------------------------
 */

/* IPv4 routes through a link that goes down are gone without a word. */
static void look_at_link(struct vrrp_paths *l, struct vrrp_path *p)
{
	const struct rtnl_link *link = p->table == T_VRRP_ROUTE && p->route.dev[0]
					   ? rtnl_link_by_name(l->env->rtnl, p->route.dev)
					   : NULL;

	if (link && !(link->flags & IFF_UP) && p->asked && p->present && untracked(p)) {
		p->left = true;
		set_present(l, p, false);
	}
}

static void disturb(struct vrrp_paths *l)
{
	for (unsigned k = 0; k < l->n; k++)
		look_at_link(l, &l->items[k]);
	if (l->n)
		check_soon(l);
}

void vrrp_paths_disturbed(struct vrrp_env *env)
{
	struct vrrp_instance *i;

	disturb(&env->statics);
	LIST_FOREACH(i, &env->instances, next)
	disturb(&i->paths);
}

void vrrp_paths_address(struct vrrp_env *env, const struct rtnl_addr *a, bool gone)
{
	struct vrrp_paths *l = &env->statics;

	for (unsigned k = 0; k < l->n && l->items[k].table == T_STATIC_ADDRESS; k++) {
		const struct static_address_row *r = &l->items[k].address;

		if (addr_equal(&r->addr, &a->addr) && r->prefix_len == a->prefix_len &&
		    a->ifindex == index_of(env, r->dev))
			seen(l, &l->items[k], gone);
	}
}

static void route_in(struct vrrp_paths *l, const struct ip_route *r, bool gone)
{
	struct ip_route wanted;

	for (unsigned k = 0; k < l->n; k++) {
		struct vrrp_path *p = &l->items[k];

		if (p->table == T_VRRP_ROUTE && p->route.prefix_len == r->dst.len &&
		    addr_equal(&p->route.destination, &r->dst.addr) &&
		    route_parse_text(p->route.route, &wanted) && rtnl_route_is(r, &wanted))
			seen(l, p, gone);
	}
}

static void rule_in(struct vrrp_paths *l, const struct ip_rule *r, bool gone)
{
	struct ip_rule wanted;

	for (unsigned k = 0; k < l->n; k++) {
		struct vrrp_path *p = &l->items[k];

		if (p->table == T_VRRP_RULE && p->rule.preference == r->preference &&
		    rule_parse_text(p->rule.rule, &wanted) && rtnl_rule_is(r, &wanted))
			seen(l, p, gone);
	}
}

static void on_route(void *arg, const struct ip_route *r, bool gone)
{
	struct vrrp_env *env = arg;
	struct vrrp_instance *i;

	route_in(&env->statics, r, gone);
	LIST_FOREACH(i, &env->instances, next)
	route_in(&i->paths, r, gone);
}

static void on_rule(void *arg, const struct ip_rule *r, bool gone)
{
	struct vrrp_env *env = arg;
	struct vrrp_instance *i;

	rule_in(&env->statics, r, gone);
	LIST_FOREACH(i, &env->instances, next)
	rule_in(&i->paths, r, gone);
}

static void on_lost(void *arg)
{
	vrrp_paths_disturbed(arg);
}

static const struct rtnl_routes_ops route_ops = {on_route, on_rule, on_lost};

/* Marks the protocols of its routes; true when there is a route or a rule. */
static bool mark(const struct vrrp_paths *l, bool protocols[256])
{
	bool any = false;

	for (unsigned k = 0; k < l->n; k++)
		if (l->items[k].table != T_STATIC_ADDRESS)
			protocols[l->items[k].protocol] = any = true;
	return any;
}

void vrrp_paths_follow(struct vrrp_env *env)
{
	bool protocols[256] = {false}, any = mark(&env->statics, protocols);
	struct vrrp_instance *i;

	LIST_FOREACH(i, &env->instances, next)
	any = mark(&i->paths, protocols) || any;
	if (any && !env->routes) {
		env->route_names = names_of(env);
		env->routes = rtnl_routes_open(env->loop, &env->route_names, &route_ops, env);
		if (!env->routes)
			log_warn("rtnetlink: events about routes cannot be followed");
	}
	if (!any && env->routes) {
		rtnl_routes_close(env->routes);
		env->routes = NULL;
	}
	if (env->routes)
		rtnl_routes_follow(env->routes, protocols);
}

/* ---- what an instance needs
 * ------------------------------------------------------------------------ */

static bool lacks(struct vrrp_instance *i, const char *dev, const char *what, const char *name)
{
	const struct rtnl_link *link;

	if (!dev[0] || text_eq(dev, i->row.interface))
		return false;
	link = rtnl_link_by_name(i->env->rtnl, dev);
	if (vrrp_link_usable(i->env->links, dev, link))
		return false;
	snprintf(i->lacking, sizeof(i->lacking), "interface %s of %s %s %s", dev, what, name,
		 link ? "is down" : "is not there");
	return true;
}

static bool path_lacks(struct vrrp_instance *i, const struct vrrp_path *p)
{
	const char *what = p->table == T_VRRP_ROUTE ? "route" : "rule";

	return lacks(i, p->needs[0], what, name_of(p)) || lacks(i, p->needs[1], what, name_of(p));
}

static bool in_group(const struct vrrp_instance *i, const char *group)
{
	const char *const key[] = {group, i->row.name};

	return group[0] && store_find_text(i->env->store, T_TRACK_GROUP_MEMBER, key);
}

const char *vrrp_paths_missing(struct vrrp_instance *i)
{
	const struct vrrp_paths *s = &i->env->statics;

	for (unsigned k = 0; k < i->nvips; k++)
		if (!i->vips[k].row.no_track &&
		    lacks(i, i->vips[k].row.dev, "address", i->vips[k].row.address))
			return i->lacking;
	for (unsigned k = 0; k < i->paths.n; k++)
		if (path_lacks(i, &i->paths.items[k]))
			return i->lacking;
	for (unsigned k = 0; k < s->n; k++) {
		char text[320];

		if (!s->items[k].settled || s->items[k].present ||
		    !in_group(i, group_of(&s->items[k])))
			continue;
		snprintf(i->lacking, sizeof(i->lacking), "%s is not there",
			 title(s, &s->items[k], text));
		return i->lacking;
	}
	return NULL;
}
