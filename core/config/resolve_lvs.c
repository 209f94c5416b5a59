/* resolve_lvs: virtual servers, their real servers and checks into rows; see resolve.c. */
#include "config/resolve_int.h"

#include "config/commands.h"
#include "config/special_checks.h"
#include "config/special_pool.h"
#include "config/validate.h"

#include "base/text.h"
#include "model/http.h"
#include "model/rules.h"

/* ---- checkers -------------------------------------------------------- */

struct server_context {
	const struct virtual_server_row *vs;
	const struct real_server_row *rs;
	struct draft *vs_draft, *rs_draft;
	uint16_t port; /* that its block says */
};

static bool check_usable(struct resolver *r, const struct layers *l, const struct checker_row *c,
			 const struct draft *d)
{
	const char *why = NULL;

	if (check_connects(c->kind) && address_objection(&c->connect_addr))
		why = "no connection can be made to its connect_ip";
	else if (!c->connect_port && check_has_port(c->kind))
		why = "connect_port is missing, and the real server has no port either";
	else if (c->bindto.family && c->bindto.family != c->connect_addr.family)
		why = "bindto must be of the same address family as the address that is checked";
	else if (http_is_spoken(c->kind) && !d->first)
		why = "it has no url, so there is nothing to ask for";
	else if (c->min_reply_length > c->max_reply_length)
		why = "no answer is as short as max_reply_length and as long as min_reply_length";
	if (why)
		resolve_report(r, FINDING_ERROR, l->at, "%s: %s; the block was left out",
			       enum_name(check_kind_names, c->kind), why);
	return !why;
}

/* What no block says. */
static void fix_check(struct checker_row *c, const struct layers *l, const struct server_context *s)
{
	struct checker_row usual;

	if (!layers_have(l, IN_CHECK(connect_addr)) && check_connects(c->kind))
		c->connect_addr = s->rs->addr;
	if (!layers_have(l, IN_CHECK(connect_port)) && check_has_port(c->kind))
		c->connect_port = s->rs->port ? s->rs->port : s->port;
	if (!layers_have(l, IN_CHECK(delay_loop_ms)))
		c->delay_loop_ms = s->vs->delay_loop_ms;
	check_defaults(&usual, c->kind, c->delay_loop_ms);
	if (!layers_have(l, IN_CHECK(retry)))
		c->retry = usual.retry;
	if (!layers_have(l, IN_CHECK(delay_before_retry_ms)))
		c->delay_before_retry_ms = usual.delay_before_retry_ms;
	if (!layers_have(l, IN_CHECK(warmup_ms)))
		c->warmup_ms = usual.warmup_ms;
	if (!http_is_spoken(c->kind))
		c->virtualhost = "";
}

static void resolve_url(struct resolver *r, const struct checker_row *c, const struct draft *check,
			const struct draft *d, unsigned number)
{
	struct check_url_row u;
	struct layers l = {
	    T_CHECK_URL, {d->parts[T_CHECK_URL], check->parts[T_CHECK_URL]}, d->at, &u};

	layers_pile(&l);
	u.vs = c->vs;
	u.rs = c->rs;
	u.number = c->number;
	u.url = number;
	if (!u.path[0])
		u.path = "/";
	if (!u.status_code[0] && !u.digest[0] && !u.regex[0])
		u.status_code = "200-299";
	layers_keep(r, &l);
}

/* `host`: the block within that of the check, or NULL. */
static bool resolve_check(struct resolver *r, const struct server_context *s, struct draft *d,
			  struct draft *host, unsigned number)
{
	struct checker_row c;
	struct draft *inner = host ? host : d;
	struct layers l = {T_CHECKER,
			   {inner->parts[T_CHECKER], d->parts[T_CHECKER],
			    s->rs_draft->parts[T_CHECKER], s->vs_draft->parts[T_CHECKER]},
			   inner->at,
			   &c};
	char name[NAME_VS];
	unsigned url = 0;

	layers_pile(&l);
	c.vs = s->vs->name;
	c.rs = s->rs->name;
	c.number = number;
	fix_check(&c, &l, s);
	if (!resolve_source_of(r, &l, d, name) || !check_usable(r, &l, &c, d))
		return false;
	layers_keep(r, &l);
	for (const struct draft *u = d->first; http_is_spoken(c.kind) && u; u = u->next)
		resolve_url(r, &c, d, u, ++url);
	return true;
}

/* One check, or one for each of its hosts: all of them must be well. How many there are. */
static unsigned resolve_check_block(struct resolver *r, const struct server_context *s,
				    struct draft *d, unsigned number)
{
	unsigned n = 0;

	if (d->block != &block_smtp_check || !d->first)
		return resolve_check(r, s, d, NULL, number);
	for (struct draft *host = d->first; host; host = host->next)
		n += resolve_check(r, s, d, host, number + n);
	return n;
}

/* ---- real_server ----------------------------------------------------- */

static const char *word_of(const struct real_server_row *s)
{
	return s->kind == RS_SORRY ? "sorry_server" : "real_server";
}

static void fix_port(struct resolver *r, const struct layers *l, struct real_server_row *s,
		     const struct virtual_server_row *v)
{
	if (v->fwmark) /* packets of a mark may be for any port: they keep it */
		s->port = 0;
	if (v->fwmark || v->group[0] ||
	    (s->port && (s->forwarding == LVS_NAT || s->port == v->port)))
		return;
	if (s->port)
		resolve_report(r, FINDING_WARNING, l->at,
			       "%s: only NAT can change the port; %u is used, not %u", word_of(s),
			       v->port, s->port);
	s->port = v->port;
}

static void inherit_forwarding(struct real_server_row *s, const struct virtual_server_row *v,
			       const struct draft *vs_draft)
{
	const struct part *part = vs_draft->parts[T_REAL_SERVER];
	struct real_server_row usual;

	s->forwarding = v->forwarding;
	if (!part)
		return;
	part_row(part, T_REAL_SERVER, &usual);
	s->tunnel_type = usual.tunnel_type;
	s->tunnel_checksum = usual.tunnel_checksum;
	s->tunnel_port = usual.tunnel_port;
}

/* What the virtual server says of tunnels is for those of its servers that have one. */
static void fix_tunnel(struct real_server_row *s)
{
	if (s->forwarding == LVS_TUN)
		return;
	s->tunnel_type = TUNNEL_IPIP;
	s->tunnel_checksum = TUNNEL_NOCSUM;
	s->tunnel_port = 0;
}

static void fix_thresholds(struct resolver *r, const struct layers *l, struct real_server_row *s)
{
	if (s->lthreshold <= s->uthreshold)
		return;
	resolve_report(
	    r, FINDING_WARNING, layers_place(l, IN_SERVER(lthreshold)),
	    "lthreshold: %u is more than uthreshold, %u, which the kernel refuses; it was "
	    "left out",
	    s->lthreshold, s->uthreshold);
	s->lthreshold = 0;
}

static bool server_usable(struct resolver *r, const struct layers *l,
			  const struct real_server_row *s, const struct virtual_server_row *v)
{
	const void *first = store_find(r->store, T_REAL_SERVER, s);
	char place[TEXT_MAX];
	bool same_family = (s->addr.family == ADDR_IPV6) == (v->family == FAMILY_IPV6);

	if (address_objection(&s->addr)) {
		resolve_report(r, FINDING_ERROR, l->at,
			       "%s %s: no connection can be made to it: %s; the block was left out",
			       word_of(s), s->name, address_objection(&s->addr));
		return false;
	}
	if (!same_family && s->forwarding != LVS_TUN) {
		resolve_report(
		    r, FINDING_ERROR, l->at,
		    "%s %s: its virtual server %s has another address family, which only "
		    "TUN can do; the block was left out",
		    word_of(s), s->name, v->name);
		return false;
	}
	if (first && s->kind == RS_SORRY) {
		resolve_report(r, FINDING_WARNING, l->at,
			       "sorry_server %s is a real server of the same virtual server: it "
			       "cannot stand in for itself; it was left out",
			       s->name);
		return false;
	}
	if (first) {
		resolve_report(
		    r, FINDING_ERROR, l->at,
		    "real_server %s is in this virtual server already%s; the block was left out",
		    s->name, resolve_first_place(r, first, place, sizeof(place)));
		return false;
	}
	return true;
}

static bool resolve_server(struct resolver *r, const struct virtual_server_row *v,
			   struct draft *vs_draft, struct draft *d, uint64_t *weight)
{
	struct real_server_row s;
	char name[NAME_RS], pool[NAME_POOL];
	struct layers l = {T_REAL_SERVER, {d->parts[T_REAL_SERVER]}, d->at, &s};
	struct server_context context = {v, &s, vs_draft, d};
	unsigned number = 1;

	if (d->block == &block_real_server)
		l.parts[1] = vs_draft->parts[T_REAL_SERVER];
	layers_pile(&l);
	s.vs = v->name;
	if (!layers_have(&l, IN_SERVER(forwarding)))
		inherit_forwarding(&s, v, vs_draft);
	context.port = s.port;
	fix_tunnel(&s);
	fix_thresholds(r, &l, &s);
	fix_port(r, &l, &s, v);
	s.name = addr_endpoint(&s.addr, s.port, name);
	if (!server_usable(r, &l, &s, v))
		return false;
	layers_keep(r, &l);
	commands_resolve(r->p, d, NOTIFY_REAL_SERVER, notify_server_name(pool, v->name, s.name));
	for (struct draft *c = d->first; c; c = c->next)
		if (c->parts[T_CHECKER])
			number += resolve_check_block(r, &context, c, number);
	*weight += s.weight;
	return true;
}

/* The real servers, their number, and the sorry server behind them. */
static unsigned resolve_pool(struct resolver *r, const struct virtual_server_row *v,
			     struct draft *d, uint64_t *weight)
{
	struct draft *sorry = sorry_server_of(d);
	uint64_t of_sorry = 0;
	unsigned n = 0;

	for (struct draft *c = d->first; c; c = c->next)
		if (c->block == &block_real_server)
			n += resolve_server(r, v, d, c, weight);
	if (n && sorry)
		resolve_server(r, v, d, sorry, &of_sorry);
	return n;
}

/* ---- virtual_server -------------------------------------------------- */

static void name_service(struct resolver *r, const struct layers *l, struct virtual_server_row *v,
			 char name[NAME_VS])
{
	char endpoint[ADDR_ENDPOINT_MAX];

	v->name = name;
	if (v->fwmark) {
		snprintf(name, NAME_VS, "fwmark:%u%s", v->fwmark,
			 v->family == FAMILY_IPV6 ? "/inet6" : "");
		v->protocol =
		    LVS_UDP; /* a mark has none: the default, so that equal rows are equal */
		return;
	}
	if (v->group[0]) {
		snprintf(name, NAME_VS, "group:%s/%s", v->group,
			 enum_name(lvs_protocol_names, v->protocol));
		return;
	}
	if (!layers_have(l, IN_SERVICE(protocol)))
		resolve_report(r, FINDING_WARNING, l->at,
			       "virtual_server: no valid protocol is given; UDP is used");
	snprintf(name, NAME_VS, "%s/%s", addr_endpoint(&v->addr, v->port, endpoint),
		 enum_name(lvs_protocol_names, v->protocol));
}

/* A mark or a group has no address: its family is that of its first real server, if none is given.
 */
static void fix_family(struct resolver *r, const struct layers *l, const struct draft *d,
		       struct virtual_server_row *v)
{
	const struct draft *first = d->first;
	const struct real_server_row *s;
	uint8_t asked = v->family;

	while (first && first->block != &block_real_server)
		first = first->next;
	s = first ? first->parts[T_REAL_SERVER]->row : NULL;
	if (!v->fwmark && !v->group[0])
		v->family = v->addr.family == ADDR_IPV6 ? FAMILY_IPV6 : FAMILY_IPV4;
	else if (s && !layers_have(l, IN_SERVICE(family)))
		v->family = s->addr.family == ADDR_IPV6 ? FAMILY_IPV6 : FAMILY_IPV4;
	if (v->family != asked && layers_have(l, IN_SERVICE(family)))
		resolve_report(r, FINDING_WARNING, layers_place(l, IN_SERVICE(family)),
			       "ip_family is for marks and groups; the address says which it is");
}

static void fix_persistence(struct resolver *r, const struct layers *l,
			    struct virtual_server_row *v)
{
	if (v->port || v->fwmark || v->group[0] || v->persistence_timeout_s)
		return;
	v->persistence_timeout_s = 360;
	resolve_report(
	    r, FINDING_WARNING, l->at,
	    "virtual_server: port 0, or none, means all ports and works with persistence only; "
	    "persistence_timeout 360 is used");
}

static void fix_granularity(struct resolver *r, const struct layers *l,
			    struct virtual_server_row *v)
{
	if (v->family == FAMILY_IPV6 || v->persistence_granularity <= 32)
		return;
	resolve_report(
	    r, FINDING_ERROR, layers_place(l, IN_SERVICE(persistence_granularity)),
	    "persistence_granularity: %u is more than an IPv4 address has, 32; it was left "
	    "out",
	    v->persistence_granularity);
	v->persistence_granularity = 0;
}

static void make_service(struct resolver *r, struct draft *d)
{
	struct virtual_server_row v;
	char name[NAME_VS];
	struct layers l = {T_VIRTUAL_SERVER, {d->parts[T_VIRTUAL_SERVER]}, d->at, &v};
	char place[TEXT_MAX];
	const void *first;
	uint64_t weight = 0;

	layers_pile(&l);
	if (!layers_have(&l, IN_SERVICE(scheduler)))
		TEXT_COPY(v.scheduler, "wlc");
	fix_family(r, &l, d, &v);
	name_service(r, &l, &v, name);
	fix_persistence(r, &l, &v);
	fix_granularity(r, &l, &v);
	first = store_find(r->store, T_VIRTUAL_SERVER, &v);
	if (first) {
		resolve_report(
		    r, FINDING_WARNING, l.at,
		    "virtual_server %s is there already%s; the block was left out: its real "
		    "servers belong into the first one",
		    v.name, resolve_first_place(r, first, place, sizeof(place)));
		return;
	}
	if (resolve_pool(r, &v, d, &weight)) {
		resolve_quorum(r, &l, &v, weight);
		layers_keep(r, &l);
		commands_resolve(r->p, d, NOTIFY_VIRTUAL_SERVER, v.name);
	} else
		resolve_report(r, FINDING_WARNING, l.at,
			       "virtual_server %s has no valid real server; the block was left out",
			       v.name);
}

void resolve_service(struct parse *p, struct draft *d)
{
	struct resolver r = {p, p->store, p->origins};

	make_service(&r, d);
}
