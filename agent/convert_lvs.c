/* convert_lvs: see convert_lvs.h. Process: halvard-agent. */
#include "agent/convert_lvs.h"

#include "base/text.h"
#include "model/rows.h"

#include <arpa/inet.h>
#include <string.h>

/* fwmark(1), ip(2), group(3) */
CONVERT(convert_service_type)
{
	const struct virtual_server_row *vs = row;

	return convert_show(c, vs->fwmark ? 1 : vs->group[0] ? 3 : 2, clock, ret);
}

/* None for a mark. */
CONVERT(convert_protocol)
{
	const struct virtual_server_row *vs = row;

	return !vs->fwmark && convert_show(c, vs->protocol, clock, ret);
}

CONVERT(convert_scheduler)
{
	static const struct enum_name numbers[] = {
	    {1, "rr"},    {2, "wrr"},  {3, "lc"},  {4, "wlc"},   {5, "lblc"},
	    {6, "lblcr"}, {7, "dh"},   {8, "sh"},  {9, "sed"},   {10, "nq"},
	    {11, "fo"},   {12, "ovf"}, {13, "mh"}, {14, "twos"}, {0},
	};
	const struct virtual_server_row *vs = row;
	int n = 99;

	if (!enum_value(numbers, vs->scheduler, &n))
		n = 99;
	return convert_show(c, (uint64_t)n, clock, ret);
}

/* alive(1), dead(2) */
CONVERT(convert_service_alive)
{
	const struct virtual_server_row *vs = row;

	return convert_show(c, vs->rs_up ? 1 : 2, clock, ret);
}

/* met(1), notMet(2), shutdown(3) */
CONVERT(convert_quorum)
{
	const struct virtual_server_row *vs = row;

	return convert_show(c, vs->quorum_state == QUORUM_MET ? 1 : 2, clock, ret);
}

/* Of IPv4 alone. */
CONVERT(convert_netmask)
{
	const struct virtual_server_row *vs = row;
	uint32_t mask;

	(void)c, (void)clock;
	if (vs->family != FAMILY_IPV4)
		return false;
	mask = htonl(vs->persistence_granularity ? UINT32_MAX << (32 - vs->persistence_granularity)
						 : UINT32_MAX);
	return value_bytes(&mask, sizeof(mask), ret);
}

CONVERT(convert_granularity_v6)
{
	const struct virtual_server_row *vs = row;

	if (vs->family != FAMILY_IPV6)
		return false;
	return convert_show(c, vs->persistence_granularity ? vs->persistence_granularity : 128,
			    clock, ret);
}

/* `rs` NULL: of any server. */
static bool has_alpha(const struct store *s, const char *vs, const char *rs)
{
	struct checker_row key = {.vs = vs};
	const struct checker_row *k;

	for (size_t i = store_lower_bound(s, T_CHECKER, &key);
	     (k = store_at(s, T_CHECKER, i)) && text_eq(k->vs, vs); i++)
		if (k->alpha && (!rs || text_eq(k->rs, rs)))
			return true;
	return false;
}

CONVERT(convert_service_alpha)
{
	const struct virtual_server_row *vs = row;

	return convert_show(c, has_alpha(clock->store, vs->name, NULL) ? 1 : 2, clock, ret);
}

CONVERT(convert_server_alpha)
{
	const struct real_server_row *rs = row;

	return convert_show(c, has_alpha(clock->store, rs->vs, rs->name) ? 1 : 2, clock, ret);
}

CONVERT(convert_server_delay)
{
	const struct real_server_row *rs = row;
	const char *const words[] = {rs->vs};
	const struct virtual_server_row *vs =
	    store_find_text(clock->store, T_VIRTUAL_SERVER, words);
	uint64_t ms = vs && rs->kind != RS_SORRY ? vs->delay_loop_ms : 0;

	return convert_show(c, c->arg > 0 ? ms / (uint64_t)c->arg : ms * (uint64_t)-c->arg, clock,
			    ret);
}

CONVERT(convert_tunnel)
{
	const struct real_server_row *rs = row;

	return rs->forwarding == LVS_TUN && rs->tunnel_type >= c->arg &&
	       convert_show(c, field_get(c->f, row), clock, ret);
}

CONVERT(convert_of_pool)
{
	const struct real_server_row *rs = row;

	return rs->kind != RS_SORRY && convert_plus(c, row, clock, ret);
}

CONVERT(convert_service_port)
{
	const struct virtual_server_row *vs = row;

	return vs->addr.family != ADDR_NONE && convert_show(c, vs->port, clock, ret);
}

CONVERT(convert_drain_conns)
{
	const struct real_server_row *rs = row;
	bool drains = rs->oper_state == RS_OPER_DRAINING;

	return convert_show(c, drains ? (uint64_t)rs->active_conns + rs->inactive_conns : 0, clock,
			    ret);
}

CONVERT(convert_weight)
{
	const struct real_server_row *rs = row;

	if (rs->kind == RS_SORRY)
		return false;
	return convert_show(c, rs->admin_state == RS_ENABLED ? rs->weight : 0, clock, ret);
}

/* ---- what is inherited ---------------------------------------------------- */

/* NULL: the server (or the service) has none. */
static const struct checker_row *first_check(const struct map_column *c, const void *row,
					     const struct value_clock *clock)
{
	const struct real_server_row *rs = row;
	const struct virtual_server_row *vs = row;
	bool server = c->of == T_REAL_SERVER;
	struct checker_row key = {.vs = server ? rs->vs : vs->name, .rs = server ? rs->name : ""};
	const struct checker_row *k =
	    store_at(clock->store, T_CHECKER, store_lower_bound(clock->store, T_CHECKER, &key));

	if (!k || !text_eq(k->vs, key.vs) || (server && !text_eq(k->rs, key.rs)))
		return NULL;
	return k;
}

static uint64_t of_check(const struct map_column *c, const void *row,
			 const struct value_clock *clock)
{
	const struct checker_row *k = first_check(c, row, clock);
	const struct real_server_row *rs = c->of == T_REAL_SERVER ? row : NULL;
	bool timeout = c->arg == offsetof(struct checker_row, connect_timeout_ms);
	uint32_t n;

	if (!k && (!timeout || (rs && rs->kind == RS_SORRY)))
		return 0;
	memcpy(&n, (const char *)(k ? k : row_defaults(T_CHECKER)) + c->arg, sizeof(n));
	return n;
}

CONVERT(convert_check)
{
	return convert_show(c, of_check(c, row, clock), clock, ret);
}

CONVERT(convert_check_s)
{
	return convert_show(c, of_check(c, row, clock) / 1000, clock, ret);
}

CONVERT(convert_check_us)
{
	return convert_show(c, of_check(c, row, clock) * 1000, clock, ret);
}

static const struct real_server_row *first_server(const struct value_clock *clock,
						  const struct virtual_server_row *vs)
{
	struct real_server_row key = {.vs = vs->name, .name = ""};
	const struct real_server_row *rs = store_at(
	    clock->store, T_REAL_SERVER, store_lower_bound(clock->store, T_REAL_SERVER, &key));

	return rs && text_eq(rs->vs, vs->name) ? rs : NULL;
}

CONVERT(convert_service_inhibits)
{
	const struct real_server_row *rs = first_server(clock, row);

	return convert_show(c, rs && rs->inhibit_on_failure ? 2 : 1, clock, ret);
}

/* NULL: it is not behind a tunnel of the type `arg` or a later one. */
static const struct real_server_row *behind_tunnel(const struct map_column *c, const void *row,
						   const struct value_clock *clock)
{
	const struct real_server_row *rs = first_server(clock, row);

	return rs && rs->forwarding == LVS_TUN && rs->tunnel_type >= c->arg ? rs : NULL;
}

CONVERT(convert_service_tunnel)
{
	const struct real_server_row *rs = behind_tunnel(c, row, clock);

	return rs && convert_show(c, rs->tunnel_type, clock, ret);
}

CONVERT(convert_service_tunnel_port)
{
	const struct real_server_row *rs = behind_tunnel(c, row, clock);

	return rs && convert_show(c, rs->tunnel_port, clock, ret);
}

CONVERT(convert_service_tunnel_checksum)
{
	const struct real_server_row *rs = behind_tunnel(c, row, clock);

	return rs && convert_show(c, rs->tunnel_checksum, clock, ret);
}

CONVERT(convert_alert)
{
	uint64_t said = field_get(c->f, row);

	if (c->of == T_REAL_SERVER && ((const struct real_server_row *)row)->kind == RS_SORRY)
		said = ALERT_OFF;
	return convert_show(
	    c, (said == ALERT_DEFAULT ? (uint64_t)c->arg : said) == ALERT_ON ? 1 : 2, clock, ret);
}

/* ---- groups of addresses --------------------------------------------------- */

static unsigned member_type(const struct server_group_member_row *m)
{
	if (m->fwmark)
		return 1;
	return addr_equal(&m->addr, &m->last) ? MEMBER_ADDRESS : MEMBER_RANGE;
}

CONVERT(convert_member_type)
{
	return convert_show(c, member_type(row), clock, ret);
}

CONVERT(convert_member_address)
{
	const struct addr *a = (const struct addr *)((const char *)row + c->f->offset);

	(void)clock;
	return member_type(row) == c->arg && value_bytes(a->bytes, addr_len(a), ret);
}

CONVERT(convert_member_port)
{
	const struct server_group_member_row *m = row;

	return !m->fwmark && convert_show(c, m->port, clock, ret);
}
