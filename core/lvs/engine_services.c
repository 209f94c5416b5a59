/*
 * engine_services: the services that the kernel has for a virtual server. It is one for a virtual
 * server with an address or a mark of its own, and one for each address and each mark of its
 * virtual_server_group. Health, weights and quorum are of the virtual server, so what is decided
 * holds for all of them.
 *
 * Runs in the lvs process.
 */
#include "lvs/engine_int.h"

#include "base/text.h"
#include "model/server_group.h"

#include <netinet/in.h>

static struct ipvs_service_key mark_key(uint32_t fwmark, uint8_t family)
{
	return (struct ipvs_service_key){
	    .fwmark = fwmark, .addr.family = family == FAMILY_IPV6 ? ADDR_IPV6 : ADDR_IPV4};
}

static struct ipvs_service_key address_key(const struct virtual_server_row *vs,
					   const struct addr *addr, uint16_t port)
{
	static const uint8_t protocols[] = {
	    [LVS_TCP] = IPPROTO_TCP, [LVS_UDP] = IPPROTO_UDP, [LVS_SCTP] = IPPROTO_SCTP};

	return (struct ipvs_service_key){
	    .addr = *addr, .port = port, .protocol = protocols[vs->protocol]};
}

struct service_walk engine_services(const struct engine *e, const struct virtual_server_row *vs)
{
	return (struct service_walk){
	    .engine = e,
	    .vs = vs,
	    .member = vs->group[0] ? server_group_first(e->store, vs->group) : 0,
	};
}

static bool next_of_group(struct service_walk *w)
{
	const struct server_group_member_row *m =
	    server_group_at(w->engine->store, w->vs->group, w->member);
	struct addr addr;

	if (!m)
		return false;
	if (m->fwmark) {
		w->key = mark_key(m->fwmark, m->family ? m->family : w->vs->family);
		w->member++;
		return true;
	}
	addr = addr_add(&m->addr, w->offset);
	w->key = address_key(w->vs, &addr, m->port);
	w->offset++;
	if (addr_equal(&addr, &m->last)) {
		w->member++;
		w->offset = 0;
	}
	return true;
}

bool engine_next_service(struct service_walk *w)
{
	const struct virtual_server_row *vs = w->vs;

	if (vs->group[0])
		return next_of_group(w);
	if (w->offset++)
		return false;
	w->key =
	    vs->fwmark ? mark_key(vs->fwmark, vs->family) : address_key(vs, &vs->addr, vs->port);
	return true;
}

/* Only NAT changes the port; packets of a mark keep theirs. */
struct ipvs_dest_key engine_dest_key(const struct ipvs_service_key *service,
				     const struct real_server_row *rs)
{
	return (struct ipvs_dest_key){.addr = rs->addr,
				      .port = rs->forwarding == LVS_NAT ? rs->port : service->port};
}

struct server_seen engine_seen(const struct engine *e, const struct virtual_server_row *vs,
			       const struct real_server_row *rs)
{
	struct server_seen ret = {0};

	SERVICES_OF(e, vs, service)
	{
		struct ipvs_dest_key key = engine_dest_key(&service.key, rs);
		const struct ipvs_entry *entry =
		    e->apply ? ipvs_apply_seen(e->apply, &service.key) : NULL;
		const struct ipvs_dest *dest = entry ? ipvs_entry_find(entry, &key) : NULL;

		if (!ret.dest)
			ret.dest = dest;
		if (!ret.refusal)
			ret.refusal = engine_refusal(e, &service.key, &key);
	}
	return ret;
}

const char *engine_owner_of(const struct engine *e, const struct ipvs_service_key *key)
{
	STORE_EACH(e->store, T_VIRTUAL_SERVER, struct virtual_server_row, vs)
	{
		SERVICES_OF(e, vs, service)
		if (ipvs_service_key_cmp(&service.key, key) == 0)
			return vs->name;
	}
	return "?";
}
