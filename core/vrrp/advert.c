/*
 * advert: what an instance says: its advertisement, composed from its rows and sent (process
 * vrrp).
 *
 * It goes to the multicast group, or to each unicast peer. A peer that cannot be reached keeps
 * nothing from the others: only when none was, the advertisement has not gone out.
 *
 * The worst gap between advertisements is measured here, as they go out (gap.h).
 */
#include "vrrp/instance.h"

#include "base/log.h"

#include <errno.h>
#include <string.h>

/* ---- composing ----------------------------------------------------------------- */

static void compose_address(struct vrrp_instance *i, const struct vrrp_address_row *v)
{
	bool six = i->row.family == FAMILY_IPV6;

	if (!v->excluded && v->addr.family == (six ? ADDR_IPV6 : ADDR_IPV4) &&
	    i->advert.naddr < VRRP_MAX_ADDRS)
		i->advert.addr[i->advert.naddr++] = v->addr;
}

/* Link-local addresses come first (RFC 9568 5.2.9). */
static void compose_addresses(struct vrrp_instance *i)
{
	for (unsigned v = 0; v < i->nvips; v++)
		if (addr_is_link_local(&i->vips[v].row.addr))
			compose_address(i, &i->vips[v].row);
	for (unsigned v = 0; v < i->nvips; v++)
		if (!addr_is_link_local(&i->vips[v].row.addr))
			compose_address(i, &i->vips[v].row);
}

void vrrp_advert_compose(struct vrrp_instance *i)
{
	const struct vrrp_instance_row *r = &i->row;
	struct vrrp_packet *p = &i->advert;

	memset(p, 0, sizeof(*p));
	p->version = r->version;
	p->vrid = r->vrid;
	p->priority = i->cfg.priority;
	p->adver_int_cs = i->cfg.adver_int_cs;
	p->sum = VRRP_SUM_MESSAGE;
	if (r->family == FAMILY_IPV6 || (r->version == 3 && !r->v3_checksum_as_v2))
		p->sum = VRRP_SUM_PSEUDO;
	if (r->version == 2 && r->family == FAMILY_IPV4 && r->auth_type == VRRP_AUTH_PASS) {
		p->auth_type = VRRP_WIRE_PASS;
		memcpy(p->auth_data, r->auth_pass, strnlen(r->auth_pass, 8));
	}
	if (r->version == 2 && r->auth_type == VRRP_AUTH_AH) {
		p->auth_type = VRRP_WIRE_AH;
		memset(i->ah.key, 0, sizeof(i->ah.key));
		memcpy(i->ah.key, r->auth_pass, strnlen(r->auth_pass, 8));
	}
	compose_addresses(i);
}

/* ---- sending ------------------------------------------------------------------- */

static enum vrrp_checksum_form form_for(const struct vrrp_instance *i, const struct vrrp_peer *p)
{
	uint8_t old = i->row.old_unicast_checksum;

	if (i->row.version != 3 || i->row.family != FAMILY_IPV4)
		return i->advert.sum;
	return old == OLD_CHECKSUM_ALWAYS || (old == OLD_CHECKSUM_AUTO && p->old_sum)
		   ? VRRP_SUM_GROUP
		   : i->advert.sum;
}

/* The interface with the virtual MAC address, 0: that of the port. */
static unsigned way_out(const struct vrrp_instance *i)
{
	return i->row.vmac_xmit_base ? 0 : i->row.vmac_ifindex;
}

/* 0, or an errno value. */
static int send_one(struct vrrp_instance *i, const struct addr *dst, uint8_t ttl)
{
	struct vrrp_datagram head = {.src = i->cfg.primary, .dst = *dst, .ttl = ttl};

	return vrrp_port_send(i->port, way_out(i), &i->advert, &head,
			      i->advert.auth_type == VRRP_WIRE_AH ? &i->ah : NULL);
}

static int send_to_peer(struct vrrp_instance *i, struct vrrp_peer *p)
{
	enum vrrp_checksum_form usual = i->advert.sum;
	int e;

	i->advert.sum = form_for(i, p);
	e = send_one(i, &p->row.addr, i->row.unicast_ttl);
	i->advert.sum = usual;
	p->row.adverts_sent += !e;
	p->row.send_errors += e != 0;
	errno = e;
	if (e && !p->failed)
		log_warn("vrrp_peer %s %s: cannot send advertisements to it", i->row.name,
			 p->row.address);
	p->failed = e != 0;
	return e;
}

static int send_to_all(struct vrrp_instance *i)
{
	unsigned sent = 0;
	int e = 0;

	if (!i->peers.n)
		return send_one(i, &i->seat.group, VRRP_TTL);
	for (unsigned k = 0; k < i->peers.n; k++) {
		int one = send_to_peer(i, &i->peers.list[k]);

		sent += !one;
		e = one ? one : e;
	}
	return sent ? 0 : e;
}

static const char *outlet(const struct vrrp_instance *i)
{
	return i->row.interface[0] ? i->row.interface : i->row.vrf[0] ? i->row.vrf : "any interface";
}

void vrrp_advert_send(struct vrrp_instance *i, uint8_t priority)
{
	int e;

	if (!i->port)
		return;
	i->advert.priority = priority;
	e = send_to_all(i);
	i->advert.priority = i->cfg.priority;
	errno = e;
	if (e && !i->send_failed)
		log_warn("vrrp_instance %s: cannot send advertisements on %s", i->row.name,
			 outlet(i));
	i->send_failed = e != 0;
	if (!e)
		vrrp_gap_sent(&i->gap, loop_refresh(i->env->loop));
	i->row.adverts_sent += !e;
	i->row.priority_zero_sent += !e && priority == 0;
}
