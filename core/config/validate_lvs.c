/* validate_lvs: the rules of virtual servers, real servers and checks, see validate.h. */
#include "config/special_checks.h"
#include "config/validate.h"

#include "base/text.h"
#include "model/regex.h"
#include "model/rules.h"
#include "model/store.h"

#include <inttypes.h>
#include <stdlib.h>

#define SCHEDULERS_MAX 32

static bool scheduler_known(const char *name)
{
	const struct keyword *k = keyword_row(&block_virtual_server, "lb_algo");

	for (const struct enum_name *c = k->choices; c->name; c++)
		if (text_eq(c->name, name))
			return true;
	return false;
}

static const char not_reachable[] = "no connection can be made to it: %s";

/* Whether a VRRP address is that of the service. */
static bool is_held(const struct virtual_server_row *r, const struct vrrp_address_row *const *all,
		    size_t n)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (addr_cmp(&all[mid]->addr, &r->addr) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && addr_equal(&all[low]->addr, &r->addr);
}

#define HOLDERS_SAID 3 /* then it is meant so */

/* Where no instance has the address of a service, something else must. A file without any
 * VRRP address is not asked. */
static void check_holders(struct validation *v)
{
	const struct vrrp_address_row **all;
	size_t n, said = 0;

	if (!v->findings)
		return;
	all = addresses_sorted(v, &n);
	STORE_EACH(v->store, T_VIRTUAL_SERVER, struct virtual_server_row, r)
	{
		if (r->group[0])
			continue;
		if (r->ha_suspend && (r->fwmark || !is_held(r, all, n)))
			validate_say(v, FINDING_WARNING, T_VIRTUAL_SERVER, r, "ha_suspend",
				     "no vrrp_instance has an address of it that could be "
				     "elsewhere: it is checked always");
		if (!store_count(v->store, T_VRRP_ADDRESS) || r->fwmark ||
		    address_objection(&r->addr) || is_held(r, all, n) || ++said > HOLDERS_SAID)
			continue;
		validate_say(v, FINDING_NOTICE, T_VIRTUAL_SERVER, r, NULL,
			     "no vrrp_instance has this address: something else must put it on the "
			     "director, or route it there%s",
			     said == HOLDERS_SAID ? " (the same of others is not said)" : "");
	}
	free(all);
}

/* Each scheduler once, where it is used first. */
static void check_kernel(struct validation *v)
{
	const char *said[SCHEDULERS_MAX];
	size_t n = 0;

	if (!v->machine)
		return;
	STORE_EACH(v->store, T_VIRTUAL_SERVER, struct virtual_server_row, r)
	{
		size_t i = 0;

		while (i < n && !text_eq(said[i], r->scheduler))
			i++;
		if (i < n || n == SCHEDULERS_MAX)
			continue;
		said[n++] = r->scheduler;
		if (v->machine->lacks_scheduler(r->scheduler))
			validate_say(v, FINDING_WARNING, T_VIRTUAL_SERVER, r, "scheduler",
				     "the kernel of this machine has no scheduler %s: there is no "
				     "module ip_vs_%s",
				     r->scheduler, r->scheduler);
	}
}

/* Weight of the real servers, as configured. */
static uint64_t weight_of(const struct validation *v, const char *service)
{
	struct real_server_row key = {0};
	const struct real_server_row *r;
	uint64_t weight = 0;

	key.vs = service;
	for (size_t i = store_lower_bound(v->store, T_REAL_SERVER, &key);
	     i < store_count(v->store, T_REAL_SERVER); i++) {
		r = store_at(v->store, T_REAL_SERVER, i);
		if (!text_eq(r->vs, service))
			break;
		weight += r->kind == RS_REGULAR ? r->weight : 0;
	}
	return weight;
}

static void check_quorum(struct validation *v, const struct virtual_server_row *r)
{
	uint64_t needed = (uint64_t)r->quorum + r->hysteresis;

	if (r->family == FAMILY_IPV4 && r->persistence_granularity > 32)
		validate_say(v, FINDING_ERROR, T_VIRTUAL_SERVER, r, "persistence_granularity",
			     "%u is more than an IPv4 address has, 32", r->persistence_granularity);
	if (r->hysteresis >= r->quorum)
		validate_say(v, FINDING_ERROR, T_VIRTUAL_SERVER, r, "hysteresis",
			     "the hysteresis must be less than the quorum");
	if (v->findings && r->quorum > 1 && needed > weight_of(v, r->name))
		validate_say(v, FINDING_WARNING, T_VIRTUAL_SERVER, r,
			     r->hysteresis ? "hysteresis" : "quorum",
			     "it has no quorum even when all its real servers are up: they weigh "
			     "%" PRIu64 ", and %" PRIu64 " is needed",
			     weight_of(v, r->name), needed);
}

static void check_services(struct validation *v)
{
	STORE_EACH(v->store, T_VIRTUAL_SERVER, struct virtual_server_row, r)
	{
		bool addressed = !r->fwmark && !r->group[0];
		const char *why = addressed ? address_objection(&r->addr) : NULL;

		check_quorum(v, r);
		if (!scheduler_known(r->scheduler))
			validate_say(
			    v, FINDING_ERROR, T_VIRTUAL_SERVER, r, "scheduler",
			    "scheduler \"%s\" is not one of rr, wrr, lc, wlc, lblc, lblcr, dh, sh, "
			    "sed, nq, "
			    "fo, ovf, mh, twos",
			    r->scheduler);
		if ((r->sched_fallback || r->sched_port) &&
		    !lvs_scheduler_needs_fallback(r->scheduler))
			validate_say(
			    v, FINDING_WARNING, T_VIRTUAL_SERVER, r,
			    r->sched_port ? "sched_port" : "sched_fallback",
			    "the fallback and port flags mean something with sh and mh only, not "
			    "with %s",
			    r->scheduler);
		if (why)
			validate_say(v, FINDING_ERROR, T_VIRTUAL_SERVER, r, "addr", not_reachable,
				     why);
		if (addressed && !r->port && !r->persistence_timeout_s)
			validate_say(v, FINDING_ERROR, T_VIRTUAL_SERVER, r, "port",
				     "port 0 works with persistence only");
	}
}

static const struct virtual_server_row *service_of(const struct validation *v, const char *name)
{
	struct virtual_server_row key = {0};

	key.name = name;
	return store_find(v->store, T_VIRTUAL_SERVER, &key);
}

static void check_server(struct validation *v, const struct real_server_row *r,
			 const struct virtual_server_row *vs)
{
	const char *drain = lvs_drain_objection(vs), *why = address_objection(&r->addr);
	bool addressed = !vs->fwmark && !vs->group[0];

	if (why)
		validate_say(v, FINDING_ERROR, T_REAL_SERVER, r, "addr", not_reachable, why);
	if (vs->group[0])
		validate_group_server(v, r, vs);
	if (addressed && r->port == vs->port && addr_equal(&r->addr, &vs->addr))
		validate_say(v, FINDING_WARNING, T_REAL_SERVER, r, NULL,
			     "it is the virtual server itself, not a server behind it");
	if (r->forwarding != LVS_NAT && addressed && r->port != vs->port)
		validate_say(v, FINDING_ERROR, T_REAL_SERVER, r, "port",
			     "only NAT can change the port: it must be %u", vs->port);
	if (r->forwarding != LVS_TUN &&
	    (r->addr.family == ADDR_IPV6) != (vs->family == FAMILY_IPV6))
		validate_say(
		    v, FINDING_ERROR, T_REAL_SERVER, r, "addr",
		    "its virtual server has another address family, which only TUN can do");
	if (r->lthreshold > r->uthreshold)
		validate_say(v, FINDING_ERROR, T_REAL_SERVER, r, "lthreshold",
			     "lthreshold %u is more than uthreshold, %u", r->lthreshold,
			     r->uthreshold);
	if (r->admin_state == RS_DRAINING && drain)
		validate_say(v, FINDING_ERROR, T_REAL_SERVER, r, "admin_state", "%s", drain);
}

static void check_servers(struct validation *v)
{
	STORE_EACH(v->store, T_REAL_SERVER, struct real_server_row, r)
	{
		const struct virtual_server_row *vs = service_of(v, r->vs);

		if (vs)
			check_server(v, r, vs);
		else
			validate_say(v, FINDING_ERROR, T_REAL_SERVER, r, NULL,
				     "there is no such virtual server");
	}
}

/* Of the servers from index i on that are of one virtual server: true when none has a weight. */
static bool all_without_weight(const struct validation *v, size_t *i, const char *service)
{
	bool none = true;

	for (; *i < store_count(v->store, T_REAL_SERVER); ++*i) {
		const struct real_server_row *r = store_at(v->store, T_REAL_SERVER, *i);

		if (!text_eq(r->vs, service))
			break;
		none = none && (!r->weight || r->kind == RS_SORRY);
	}
	return none;
}

static void check_weights(struct validation *v)
{
	size_t i = 0;

	if (!v->findings)
		return;
	while (i < store_count(v->store, T_REAL_SERVER)) {
		const struct real_server_row *first = store_at(v->store, T_REAL_SERVER, i);
		const struct virtual_server_row *vs = service_of(v, first->vs);

		if (all_without_weight(v, &i, first->vs) && vs)
			validate_say(v, FINDING_WARNING, T_VIRTUAL_SERVER, vs, NULL,
				     "all its real servers have weight 0: none gets a connection");
	}
}

static void check_target(struct validation *v, const struct checker_row *c)
{
	if (address_objection(&c->connect_addr))
		validate_say(v, FINDING_ERROR, T_CHECKER, c, "connect_addr", not_reachable,
			     address_objection(&c->connect_addr));
	if (!c->connect_port && check_has_port(c->kind))
		validate_say(v, FINDING_ERROR, T_CHECKER, c, "connect_port",
			     "it has no port to connect to");
}

static void check_source(struct validation *v, const struct checker_row *c)
{
	const char *const key[] = {c->object};
	bool script = c->kind == CHECK_MISC;

	if (!store_find_text(v->store, script ? T_MISC_SCRIPT : T_TRACK_FILE, key))
		validate_say(v, FINDING_ERROR, T_CHECKER, c, "object", "there is no %s %.64s",
			     script ? "script" : "track_file", c->object);
}

static void check_checkers(struct validation *v)
{
	STORE_EACH(v->store, T_CHECKER, struct checker_row, c)
	{
		struct real_server_row key = {0};

		key.vs = c->vs;
		key.name = c->rs;
		if (!store_find(v->store, T_REAL_SERVER, &key))
			validate_say(v, FINDING_ERROR, T_CHECKER, c, NULL,
				     "there is no such real server");
		if (check_connects(c->kind))
			check_target(v, c);
		else
			check_source(v, c);
	}
}

/* Such a check fails each time, and says so; many URLs have the same. */
static void check_expressions(struct validation *v)
{
	const struct check_url_row *last = NULL;
	char why[TEXT_REASON];

	STORE_EACH(v->store, T_CHECK_URL, struct check_url_row, u)
	{
		pcre2_code *code;

		if (!v->findings || !u->regex[0] ||
		    (last && u->regex == last->regex && u->regex_options == last->regex_options))
			continue;
		last = u;
		code = regex_compile(u->regex, u->regex_options, u->regex_max_offset, why,
				     sizeof(why));
		if (!code)
			validate_say(v, FINDING_WARNING, T_CHECK_URL, u, "regex", "%s", why);
		pcre2_code_free(code);
	}
}

static void check_node(struct validation *v, const struct node_row *n)
{
	STORE_EACH(v->store, T_REAL_SERVER, struct real_server_row, r)
	{
		const struct virtual_server_row *vs =
		    addr_equal(&r->addr, &n->addr) ? service_of(v, r->vs) : NULL;
		const char *why = vs ? lvs_drain_objection(vs) : NULL;

		if (!why)
			continue;
		validate_say(v, FINDING_ERROR, T_NODE, n, "admin_state", "%s: %s", r->vs, why);
		return;
	}
}

static void check_nodes(struct validation *v)
{
	STORE_EACH(v->store, T_NODE, struct node_row, n)
	{
		if (n->admin_state == RS_DRAINING)
			check_node(v, n);
	}
}

static void check_sync(struct validation *v)
{
	const struct ipvs_row *r =
	    store_count(v->store, T_IPVS) ? store_at(v->store, T_IPVS, 0) : NULL;
	const char *const key[] = {r ? r->sync_instance : ""};

	if (r && r->sync_interface[0] && key[0][0] &&
	    !store_find_text(v->store, T_VRRP_INSTANCE, key))
		validate_say(
		    v, FINDING_WARNING, T_IPVS, r, "sync_instance",
		    "lvs_sync_daemon: there is no vrrp_instance %s, so this director listens "
		    "always and never tells",
		    r->sync_instance);
}

void validate_services(struct validation *v)
{
	check_sync(v);
	check_services(v);
	validate_server_groups(v);
	check_kernel(v);
	check_holders(v);
	check_servers(v);
	check_nodes(v);
	check_weights(v);
	check_checkers(v);
	check_expressions(v);
}
