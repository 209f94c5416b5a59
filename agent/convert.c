/* convert: see convert.h. Process: halvard-agent. */
#include "agent/convert.h"

#include "base/text.h"
#include "model/rows.h"

#include <arpa/inet.h>
#include <string.h>

#define CONVERT(name)                                                                              \
	bool name(const struct map_column *c, const void *row, const struct value_clock *clock,    \
		  struct value *ret)

/* Shows the number as the type of the column has it. */
static bool show(const struct map_column *c, uint64_t n, const struct value_clock *clock,
		 struct value *ret)
{
	return value_number(c->type, n, clock, ret);
}

CONVERT(convert_constant)
{
	(void)row;
	return show(c, (uint64_t)c->arg, clock, ret);
}

CONVERT(convert_empty)
{
	(void)c, (void)row, (void)clock;
	return value_bytes("", 0, ret);
}

CONVERT(convert_part)
{
	return show(c, field_get(c->f, row) / (uint64_t)c->arg, clock, ret);
}

CONVERT(convert_times)
{
	return show(c, field_get(c->f, row) * (uint64_t)c->arg, clock, ret);
}

CONVERT(convert_plus)
{
	int64_t n = (int64_t)field_get(c->f, row) + c->arg;

	return show(c, n > 0 ? (uint64_t)n : 0, clock, ret);
}

CONVERT(convert_not)
{
	return show(c, field_get(c->f, row) ? 2 : 1, clock, ret);
}

CONVERT(convert_high)
{
	return show(c, field_get(c->f, row) >> 32, clock, ret);
}

/* ---- virtual routers ----------------------------------------------------- */

/* The module of RFC 2787 counts in 32 bits and is about version 2, that of RFC 6527 in 64 and has
 * the virtual routers of both. */
CONVERT(convert_sum)
{
	uint64_t sum = 0;

	(void)row;
	STORE_EACH(clock->store, T_VRRP_INSTANCE, struct vrrp_instance_row, v)
	{
		uint64_t n;

		memcpy(&n, (const char *)v + c->arg, sizeof(n));
		sum += v->version == 2 || c->type == M_COUNTER64 ? n : 0;
	}
	return show(c, sum, clock, ret);
}

CONVERT(convert_router_state)
{
	uint64_t state = field_get(c->f, row);

	return show(c, state == VRRP_FAULT ? VRRP_INIT : state, clock, ret);
}

static unsigned count_addresses(const struct store *s, const struct vrrp_instance_row *v,
				unsigned *present)
{
	unsigned n = 0;

	*present = 0;
	STORE_EACH(s, T_VRRP_ADDRESS, struct vrrp_address_row, a)
	{
		if (a->excluded || !text_eq(a->instance, v->name))
			continue;
		n++;
		*present += a->present;
	}
	return n;
}

CONVERT(convert_address_count)
{
	unsigned present;

	return show(c, count_addresses(clock->store, row, &present), clock, ret);
}

CONVERT(convert_all_present)
{
	unsigned present, n = count_addresses(clock->store, row, &present);

	return show(c, present == n ? 1 : 2, clock, ret);
}

/* RFC 9568 7.3, of RFC 3768 the same. */
CONVERT(convert_mac)
{
	const struct vrrp_instance_row *v = row;
	unsigned char mac[6] = {0, 0, 0x5e, 0, v->family == FAMILY_IPV6 ? 2 : 1, v->vrid};

	(void)c, (void)clock;
	return value_bytes(mac, sizeof(mac), ret);
}

/* node-local 1, link-local 2, site-local 5, global 14 */
CONVERT(convert_scope)
{
	static const uint8_t numbers[] = {[SCOPE_GLOBAL] = 14,
					  [SCOPE_SITE] = 5,
					  [SCOPE_LINK] = 2,
					  [SCOPE_HOST] = 1,
					  [SCOPE_NOWHERE] = 0};
	const struct vrrp_address_row *a = row;

	return show(c, numbers[a->scope], clock, ret);
}

CONVERT(convert_address_interface)
{
	const struct vrrp_address_row *a = row;
	const char *const words[] = {a->instance};
	const struct vrrp_instance_row *v = store_find_text(clock->store, T_VRRP_INSTANCE, words);
	const char *name = a->dev[0] ? a->dev : v ? v->interface : "";

	(void)c;
	return value_bytes(name, strlen(name), ret);
}

CONVERT(convert_group_address)
{
	const struct vrrp_instance_row *v = row;
	unsigned char group[16] = {0};
	bool v6 = v->family == FAMILY_IPV6;

	if (c->type == M_ADDR_TYPE)
		return value_number(M_INTEGER, v->family, clock, ret);
	if (v->group_addr.family != ADDR_NONE)
		return value_bytes(v->group_addr.bytes, addr_len(&v->group_addr), ret);
	inet_pton(v6 ? AF_INET6 : AF_INET, v6 ? "ff02::12" : "224.0.0.18", group);
	return value_bytes(group, v6 ? 16 : 4, ret);
}

CONVERT(convert_interval)
{
	const struct vrrp_instance_row *v = row;

	return show(c, v->version == 2 ? v->adver_int_cs / 100 : v->adver_int_cs, clock, ret);
}

CONVERT(convert_has_scripts)
{
	struct notify_row key = {.object = (uint8_t)c->arg, .name = field_str(c->f, row)};
	size_t i = store_lower_bound(clock->store, T_NOTIFY, &key);
	const struct notify_row *n = store_at(clock->store, T_NOTIFY, i);
	bool any = n && n->object == key.object && text_eq(n->name, key.name);

	return show(c, any ? 1 : 2, clock, ret);
}

/* That of the kernel's IPVS, or NULL. */
static const struct ipvs_row *ipvs_of(const struct value_clock *clock)
{
	return store_at(clock->store, T_IPVS, 0);
}

static bool leads_sync(const struct value_clock *clock, const struct vrrp_instance_row *v)
{
	const struct ipvs_row *i = ipvs_of(clock);

	return i && i->sync_interface[0] && text_eq(i->sync_instance, v->name);
}

CONVERT(convert_leads_sync)
{
	return show(c, leads_sync(clock, row) ? 1 : 2, clock, ret);
}

CONVERT(convert_sync_interface)
{
	(void)c;
	return leads_sync(clock, row) && value_bytes(ipvs_of(clock)->sync_interface,
						     strlen(ipvs_of(clock)->sync_interface), ret);
}

CONVERT(convert_flush_on_start)
{
	const struct ipvs_row *i = ipvs_of(clock);

	(void)row;
	return show(c, i && i->flush_on_start ? 1 : 2, clock, ret);
}

CONVERT(convert_flush_on_stop)
{
	const struct ipvs_row *i = ipvs_of(clock);
	uint8_t what = i ? i->flush_on_stop : FLUSH_OURS;

	(void)row;
	return show(c, what == FLUSH_ALL ? 1 : what == FLUSH_SERVICES ? 3 : 2, clock, ret);
}

CONVERT(convert_broadcast)
{
	static const unsigned char zeroes[4];
	const struct vrrp_address_row *a = row;

	(void)c, (void)clock;
	if (a->addr.family != ADDR_IPV4)
		return false;
	return value_bytes(a->broadcast.family == ADDR_IPV4 ? a->broadcast.bytes : zeroes,
			   sizeof(zeroes), ret);
}

/* notMaster(0), priority(1), preempted(2), masterNoResponse(3) */
CONVERT(convert_new_master_reason)
{
	const struct vrrp_instance_row *v = row;
	unsigned reason = 3;

	if (v->state != VRRP_MASTER)
		reason = 0;
	else if (v->reason == VRRP_REASON_OWNER)
		reason = 1;
	else if (v->reason == VRRP_REASON_PREEMPT)
		reason = 2;
	return show(c, reason, clock, ret);
}

/* noError(0), ipTtlError(1), versionError(2), checksumError(3), vrIdError(4): which was last is not
 * kept, so it is the one that was seen most. */
CONVERT(convert_proto_error)
{
	const struct vrrp_instance_row *v = row;
	const uint64_t seen[] = {v->ttl_errors, v->version_errors, v->checksum_errors,
				 v->vrid_errors};
	unsigned most = 0;

	for (unsigned i = 1; i <= 4; i++)
		if (seen[i - 1] && (!most || seen[i - 1] > seen[most - 1]))
			most = i;
	return show(c, most, clock, ret);
}

/* ---- servers ------------------------------------------------------------- */

/* fwmark(1), ip(2), group(3) */
CONVERT(convert_service_type)
{
	const struct virtual_server_row *vs = row;

	return show(c, vs->fwmark ? 1 : vs->group[0] ? 3 : 2, clock, ret);
}

/* None for a mark. */
CONVERT(convert_protocol)
{
	const struct virtual_server_row *vs = row;

	return !vs->fwmark && show(c, vs->protocol, clock, ret);
}

CONVERT(convert_service_family)
{
	const struct virtual_server_row *vs = row;

	return !vs->group[0] && show(c, vs->family, clock, ret);
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
	return show(c, (uint64_t)n, clock, ret);
}

/* alive(1), dead(2) */
CONVERT(convert_service_alive)
{
	const struct virtual_server_row *vs = row;

	return show(c, vs->rs_up ? 1 : 2, clock, ret);
}

/* met(1), notMet(2), shutdown(3) */
CONVERT(convert_quorum)
{
	const struct virtual_server_row *vs = row;

	return show(c, vs->quorum_state == QUORUM_MET ? 1 : 2, clock, ret);
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
	return show(c, vs->persistence_granularity ? vs->persistence_granularity : 128, clock, ret);
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

	return show(c, has_alpha(clock->store, vs->name, NULL) ? 1 : 2, clock, ret);
}

CONVERT(convert_server_alpha)
{
	const struct real_server_row *rs = row;

	return show(c, has_alpha(clock->store, rs->vs, rs->name) ? 1 : 2, clock, ret);
}

CONVERT(convert_server_delay)
{
	const struct real_server_row *rs = row;
	const char *const words[] = {rs->vs};
	const struct virtual_server_row *vs =
	    store_find_text(clock->store, T_VIRTUAL_SERVER, words);
	uint64_t ms = vs && rs->kind != RS_SORRY ? vs->delay_loop_ms : 0;

	return show(c, c->arg > 0 ? ms / (uint64_t)c->arg : ms * (uint64_t)-c->arg, clock, ret);
}

CONVERT(convert_tunnel)
{
	const struct real_server_row *rs = row;

	return rs->forwarding == LVS_TUN && rs->tunnel_type >= c->arg &&
	       show(c, field_get(c->f, row), clock, ret);
}

CONVERT(convert_of_pool)
{
	const struct real_server_row *rs = row;

	return rs->kind != RS_SORRY && convert_plus(c, row, clock, ret);
}

CONVERT(convert_service_port)
{
	const struct virtual_server_row *vs = row;

	return vs->addr.family != ADDR_NONE && show(c, vs->port, clock, ret);
}

CONVERT(convert_some)
{
	bool some =
	    field_is_text(c->f) ? field_str(c->f, row)[0] != '\0' : field_get(c->f, row) != 0;

	return show(c, some ? 1 : 2, clock, ret);
}

CONVERT(convert_weight)
{
	const struct real_server_row *rs = row;

	if (rs->kind == RS_SORRY)
		return false;
	return show(c, rs->admin_state == RS_ENABLED ? rs->weight : 0, clock, ret);
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
	return show(c, of_check(c, row, clock), clock, ret);
}

CONVERT(convert_check_s)
{
	return show(c, of_check(c, row, clock) / 1000, clock, ret);
}

CONVERT(convert_check_us)
{
	return show(c, of_check(c, row, clock) * 1000, clock, ret);
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

	return show(c, rs && rs->inhibit_on_failure ? 2 : 1, clock, ret);
}

CONVERT(convert_service_tunnel)
{
	const struct real_server_row *rs = first_server(clock, row);

	return rs && rs->forwarding == LVS_TUN && show(c, rs->tunnel_type, clock, ret);
}

CONVERT(convert_alert)
{
	uint64_t said = field_get(c->f, row);

	if (c->of == T_REAL_SERVER && ((const struct real_server_row *)row)->kind == RS_SORRY)
		said = ALERT_OFF;
	return show(c, (said == ALERT_DEFAULT ? (uint64_t)c->arg : said) == ALERT_ON ? 1 : 2, clock,
		    ret);
}

CONVERT(convert_row_status)
{
	return show(c, field_get(c->f, row) == (uint64_t)c->arg ? 2 : 1, clock, ret);
}
