/* convert: see convert.h. Process: halvard-agent. */
#include "agent/convert.h"

#include "base/text.h"
#include "model/rows.h"

#include <arpa/inet.h>
#include <string.h>

CONVERT(convert_constant)
{
	(void)row;
	return convert_show(c, (uint64_t)c->arg, clock, ret);
}

CONVERT(convert_empty)
{
	(void)c, (void)row, (void)clock;
	return value_bytes("", 0, ret);
}

CONVERT(convert_part)
{
	return convert_show(c, field_get(c->f, row) / (uint64_t)c->arg, clock, ret);
}

CONVERT(convert_times)
{
	return convert_show(c, field_get(c->f, row) * (uint64_t)c->arg, clock, ret);
}

CONVERT(convert_plus)
{
	int64_t n = (int64_t)field_get(c->f, row) + c->arg;

	return convert_show(c, n > 0 ? (uint64_t)n : 0, clock, ret);
}

CONVERT(convert_not)
{
	return convert_show(c, field_get(c->f, row) ? 2 : 1, clock, ret);
}

CONVERT(convert_high)
{
	return convert_show(c, field_get(c->f, row) >> 32, clock, ret);
}

CONVERT(convert_some)
{
	bool some =
	    field_is_text(c->f) ? field_str(c->f, row)[0] != '\0' : field_get(c->f, row) != 0;

	return convert_show(c, some ? 1 : 2, clock, ret);
}

CONVERT(convert_row_status)
{
	return convert_show(c, field_get(c->f, row) == (uint64_t)c->arg ? 2 : 1, clock, ret);
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
	return convert_show(c, sum, clock, ret);
}

CONVERT(convert_router_state)
{
	uint64_t state = field_get(c->f, row);

	return convert_show(c, state == VRRP_FAULT ? VRRP_INIT : state, clock, ret);
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

	return convert_show(c, count_addresses(clock->store, row, &present), clock, ret);
}

CONVERT(convert_all_present)
{
	unsigned present, n = count_addresses(clock->store, row, &present);

	return convert_show(c, present == n ? 1 : 2, clock, ret);
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

	return convert_show(c, numbers[a->scope], clock, ret);
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

	return convert_show(c, v->version == 2 ? v->adver_int_cs / 100 : v->adver_int_cs, clock,
			    ret);
}

CONVERT(convert_has_scripts)
{
	struct notify_row key = {.object = (uint8_t)c->arg, .name = field_str(c->f, row)};
	size_t i = store_lower_bound(clock->store, T_NOTIFY, &key);
	const struct notify_row *n = store_at(clock->store, T_NOTIFY, i);
	bool any = n && n->object == key.object && text_eq(n->name, key.name);

	return convert_show(c, any ? 1 : 2, clock, ret);
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
	return convert_show(c, leads_sync(clock, row) ? 1 : 2, clock, ret);
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
	return convert_show(c, i && i->flush_on_start ? 1 : 2, clock, ret);
}

CONVERT(convert_flush_on_stop)
{
	const struct ipvs_row *i = ipvs_of(clock);
	uint8_t what = i ? i->flush_on_stop : FLUSH_OURS;

	(void)row;
	return convert_show(c, what == FLUSH_ALL ? 1 : what == FLUSH_SERVICES ? 3 : 2, clock, ret);
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
	return convert_show(c, reason, clock, ret);
}

/* ---- what is tracked, mail -------------------------------------------------- */

CONVERT(convert_script_result)
{
	static const uint8_t numbers[] = {
	    [TRACK_UNKNOWN] = 1, [TRACK_OK] = 3, [TRACK_FAILED] = 2, [TRACK_DISABLED] = 5};
	const struct vrrp_script_row *s = row;

	return convert_show(c, numbers[s->state], clock, ret);
}

CONVERT(convert_is_ok)
{
	return convert_show(c, field_get(c->f, row) == TRACK_OK ? 1 : 2, clock, ret);
}

CONVERT(convert_first_word)
{
	const char *text = field_str(c->f, row);

	(void)clock;
	return value_bytes(text, strcspn(text, " "), ret);
}

CONVERT(convert_other_words)
{
	const char *text = field_str(c->f, row);

	(void)clock;
	text += strcspn(text, " ");
	text += strspn(text, " ");
	return *text && value_bytes(text, strlen(text), ret);
}

static bool has_params(const struct track_process_row *p)
{
	return strchr(p->process, ' ');
}

CONVERT(convert_process_match)
{
	const struct track_process_row *p = row;
	unsigned match = p->param_match - PARAM_MATCH_ANY;

	return convert_show(c, !match && has_params(p) ? 1 : match, clock, ret);
}

CONVERT(convert_process_full)
{
	const struct track_process_row *p = row;

	return convert_show(c, p->full_command || has_params(p) ? 1 : 2, clock, ret);
}

CONVERT(convert_quorum_max)
{
	const struct track_process_row *p = row;

	(void)c, (void)clock;
	return value_signed(p->quorum_max > INT32_MAX ? -1 : (int32_t)p->quorum_max, ret);
}

CONVERT(convert_text_address)
{
	struct addr a;

	if (!addr_parse(field_str(c->f, row), &a))
		return false;
	if (c->type == M_ADDR_TYPE)
		return value_number(M_INTEGER, a.family == ADDR_IPV6 ? 2 : 1, clock, ret);
	return value_bytes(a.bytes, addr_len(&a), ret);
}

CONVERT(convert_alert_word)
{
	uint64_t said = field_get(c->f, row);

	return convert_show(c, said == ALERT_ON ? 1 : said == ALERT_OFF ? 2 : 3, clock, ret);
}
