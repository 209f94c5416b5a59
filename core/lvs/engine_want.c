/*
 * engine_want: from rows to the table that the kernel should have.
 *
 * Every server is judged here, once for each pass, and the verdict is remembered for the
 * states that are written afterwards. A draining server is wanted only while the kernel has
 * it, so the kernel must have been read (ipvs_apply_learn) before.
 *
 * Runs in the lvs process.
 */
#include "lvs/engine_int.h"

#include "base/text.h"
#include "model/rules.h"

#include <string.h>

void engine_want_keys(struct engine *e, struct ipvs_table *ret)
{
	for (size_t i = 0; i < e->scope.n; i++) {
		SERVICES_OF(e, e->scope.list[i], service)
		ipvs_table_add(ret, &(struct ipvs_service){.key = service.key});
	}
	ipvs_table_seal(ret);
}

static struct ipvs_service service_of(const struct virtual_server_row *vs,
				      const struct ipvs_service_key *key)
{
	struct ipvs_service s = {.key = *key,
				 .prefix = vs->persistence_granularity,
				 .timeout_s = vs->persistence_timeout_s};

	if (!s.prefix || (key->addr.family == ADDR_IPV4 && s.prefix > 32))
		s.prefix = key->addr.family == ADDR_IPV6 ? 128 : 32;
	memcpy(s.scheduler, vs->scheduler, sizeof(s.scheduler));
	TEXT_COPY(s.engine, vs->persistence_engine);
	if (vs->persistence_timeout_s)
		s.flags |= IP_VS_SVC_F_PERSISTENT;
	if (vs->sched_fallback)
		s.flags |= IP_VS_SVC_F_SCHED1;
	if (vs->sched_port)
		s.flags |= IP_VS_SVC_F_SCHED2;
	if (vs->sched_flag_3)
		s.flags |= IP_VS_SVC_F_SCHED3;
	if (vs->one_packet)
		s.flags |= IP_VS_SVC_F_ONEPACKET;
	return s;
}

static void add_tunnel(struct ipvs_dest *d, const struct real_server_row *rs)
{
	static const uint8_t types[] = {[TUNNEL_IPIP] = IP_VS_CONN_F_TUNNEL_TYPE_IPIP,
					[TUNNEL_GUE] = IP_VS_CONN_F_TUNNEL_TYPE_GUE,
					[TUNNEL_GRE] = IP_VS_CONN_F_TUNNEL_TYPE_GRE};
	static const uint16_t flags[] = {[TUNNEL_NOCSUM] = IP_VS_TUNNEL_ENCAP_FLAG_NOCSUM,
					 [TUNNEL_CSUM] = IP_VS_TUNNEL_ENCAP_FLAG_CSUM,
					 [TUNNEL_REMCSUM] = IP_VS_TUNNEL_ENCAP_FLAG_REMCSUM};

	d->tun_type = types[rs->tunnel_type];
	d->tun_port = rs->tunnel_port;
	d->tun_flags = flags[rs->tunnel_checksum];
}

static struct ipvs_dest dest_of(const struct ipvs_service_key *service,
				const struct real_server_row *rs, uint32_t weight)
{
	static const uint32_t methods[] = {[LVS_NAT] = IP_VS_CONN_F_MASQ,
					   [LVS_DR] = IP_VS_CONN_F_DROUTE,
					   [LVS_TUN] = IP_VS_CONN_F_TUNNEL};

	struct ipvs_dest d = {.key = engine_dest_key(service, rs),
			      .forwarding = methods[rs->forwarding],
			      .weight = weight,
			      .u_threshold = rs->uthreshold,
			      .l_threshold = rs->lthreshold};

	if (rs->forwarding == LVS_TUN)
		add_tunnel(&d, rs);
	return d;
}

static void set_deadline(struct server_memory *m)
{
	m->drain_ends = m->drain_time_s ? mono_add(m->drain_started, m->drain_time_s * NS_PER_S)
					: (struct mono){0};
}

/* What the operator wants of a server: the stricter of what is said of it and of its machine. */
struct admin_word {
	enum rs_admin state; /* in order of strictness */
	uint32_t drain_time_s;
};

static struct admin_word admin_of(const struct real_server_row *rs)
{
	struct admin_word w = {.state = rs->admin_state, .drain_time_s = rs->drain_time_s};

	if (rs->node_admin <= rs->admin_state)
		return w;
	w.state = rs->node_admin;
	if (rs->node_drain_time_s)
		w.drain_time_s = rs->node_drain_time_s;
	return w;
}

/* Follows the operator's word: a drain begins, or is over because it was taken back. */
static void follow_drain(struct engine *e, struct server_memory *m,
			 const struct real_server_row *rs, const struct admin_word *w)
{
	bool known = rs->drain_started.ns;

	if (w->state != RS_DRAINING) {
		m->drained = false;
		m->drain_started = m->drain_ends = (struct mono){0};
	} else if (!m->drain_started.ns) {
		m->drain_started = known ? rs->drain_started : loop_now(e->loop);
		m->drain_time_s = w->drain_time_s;
		m->drain_ends = rs->drain_ends;
		if (!known || !m->drain_ends.ns)
			set_deadline(m);
	} else if (m->drain_time_s != w->drain_time_s) {
		m->drain_time_s = w->drain_time_s;
		set_deadline(m);
	}
}

static struct pool_verdict judge(struct engine *e, const struct virtual_server_row *vs,
				 const struct real_server_row *rs, struct server_memory *m)
{
	struct check_count n = engine_count_checks(e, rs);
	struct admin_word w = admin_of(rs);
	struct pool_facts f = {.vs = vs,
			       .rs = rs,
			       .checks = n.checks,
			       .failing = n.failing,
			       .unknown = n.unknown,
			       .unproven = n.unproven,
			       .changes = n.changes};

	follow_drain(e, m, rs, &w);
	f.admin = (uint8_t)w.state;
	f.in_kernel = engine_seen(e, vs, rs).dest;
	f.drained = m->drained;
	f.ramp_percent = engine_ramp(e, vs, rs, &n);
	return pool_judge(&f);
}

struct held {
	size_t draining;
	bool any;    /* a server is held out by the operator's word */
	bool placed; /* the sorry server stands in, or stands by with weight 0 */
};

/* Each server by itself, then the pool as a whole. */
static struct held judge_pool(struct engine *e, const struct virtual_server_row *vs)
{
	struct service_memory *service = engine_service_memory(vs);
	struct quorum_facts facts = {0};
	struct held held = {0};
	bool sorry;

	service->ramp_next = (struct mono){0};
	SERVERS_OF(e, vs->name, rs)
	{
		struct server_memory *m = engine_server_memory(rs);

		m->verdict = judge(e, vs, rs, m);
		quorum_count(&facts, rs, &m->verdict);
	}
	service->quorum = (uint8_t)quorum_judge(vs, facts.weight);
	sorry = quorum_wants_sorry(&facts, service->quorum);
	SERVERS_OF(e, vs->name, rs)
	{
		struct server_memory *m = engine_server_memory(rs);

		m->verdict = quorum_place(vs, rs, m->verdict, sorry);
		held.draining += m->verdict.oper == RS_OPER_DRAINING;
		held.any |= pool_is_held_out(&m->verdict);
		held.placed |= m->verdict.present && (sorry || m->verdict.oper == RS_STANDBY);
	}
	return held;
}

static void want_servers(struct engine *e, const struct virtual_server_row *vs,
			 struct ipvs_entry *entry)
{
	SERVERS_OF(e, vs->name, rs)
	{
		const struct server_memory *m = engine_server_memory(rs);
		struct ipvs_dest d;

		if (!m->verdict.present)
			continue;
		d = dest_of(&entry->service.key, rs, m->verdict.weight);
		ipvs_entry_add(entry, &d);
	}
}

void engine_count_held(struct engine *e, struct service_memory *m, size_t draining, bool holding)
{
	e->draining += draining - m->draining;
	e->holding += (size_t)holding - (size_t)m->holding;
	m->draining = draining;
	m->holding = holding;
}

/* The same in all its services. */
static void want_services(struct engine *e, const struct virtual_server_row *vs,
			  struct ipvs_table *ret)
{
	struct held held = judge_pool(e, vs);
	bool fallback = (held.any || held.placed) && lvs_scheduler_needs_fallback(vs->scheduler);

	engine_count_held(e, engine_service_memory(vs), held.draining,
			  held.any && vs->persistence_timeout_s);
	SERVICES_OF(e, vs, service)
	{
		struct ipvs_service s = service_of(vs, &service.key);

		if (fallback)
			s.flags |= IP_VS_SVC_F_SCHED1;
		want_servers(e, vs, ipvs_table_add(ret, &s));
	}
}

void engine_want(struct engine *e, struct ipvs_table *ret)
{
	for (size_t i = 0; i < e->scope.n; i++)
		want_services(e, e->scope.list[i], ret);
}
