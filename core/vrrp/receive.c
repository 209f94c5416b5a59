/*
 * receive: what becomes of a received advertisement (process vrrp).
 *
 * The codec has checked form and checksum; here the packet is held against our own
 * advertisement and given to the state machine. What is wrong with it, or with the two routers
 * together, is counted and told in warn.c.
 *
 * An advertisement from our own source address is our own, come back over a loop in the
 * network, or that of a router with a stolen address; to take it for a rival's would make us
 * answer ourselves for ever.
 */
#include "vrrp/instance.h"

/* Whether it may come from where it comes from. */
static enum vrrp_packet_error check_sender(const struct vrrp_instance *i,
					   const struct vrrp_packet *p,
					   const struct vrrp_datagram *d, struct vrrp_peer *peer)
{
	if (p->sum == VRRP_SUM_GROUP && i->row.old_unicast_checksum == OLD_CHECKSUM_NEVER)
		return VRRP_PACKET_CHECKSUM;
	if (!peer)
		return i->peers.n && i->row.check_unicast_src ? VRRP_PACKET_PEER : VRRP_PACKET_OK;
	if (d->ttl >= peer->row.min_ttl && d->ttl <= peer->row.max_ttl)
		return VRRP_PACKET_OK;
	peer->row.ttl_errors++;
	return VRRP_PACKET_TTL;
}

static void note_peer(struct vrrp_peer *peer, const struct vrrp_packet *p, struct mono now)
{
	if (!peer)
		return;
	peer->row.adverts_received++;
	peer->row.last_heard = now;
	peer->old_sum = p->sum == VRRP_SUM_GROUP;
}

static void note_master(struct vrrp_instance *i, const struct vrrp_packet *p,
			const struct addr *src)
{
	if (i->fsm.state != VRRP_BACKUP || p->priority == 0)
		return;
	i->row.master_addr = *src;
	i->row.master_priority = p->priority;
	i->row.master_adver_int_cs = p->adver_int_cs;
}

/* What is sent with an authentication header is for those that expect it, and for them alone. */
static enum vrrp_packet_error check_ah(struct vrrp_instance *i, const struct vrrp_datagram *d)
{
	if (i->advert.auth_type == VRRP_WIRE_AH)
		return vrrp_ah_take(&i->ah, d);
	return d->authenticated ? VRRP_PACKET_AUTH : VRRP_PACKET_OK;
}

/* Of a master whose list was compared already, when that is to be enough. */
static bool is_known(const struct vrrp_instance *i, const struct addr *src)
{
	return i->row.skip_check_adv_addr && i->fsm.state == VRRP_BACKUP &&
	       addr_equal(&i->fsm.master, src);
}

void vrrp_instance_receive(void *user, enum vrrp_packet_error error, const struct vrrp_packet *p,
			   const struct vrrp_datagram *d, struct mono now)
{
	struct vrrp_instance *i = user;
	struct vrrp_event e = {.kind = VRRP_EVENT_ADVERT, .src = d->src};
	struct vrrp_peer *peer = vrrp_peers_find(&i->peers, &d->src);
	enum vrrp_state old = i->fsm.state;

	if (addr_equal(&d->src, &i->cfg.primary)) {
		vrrp_warn_own(i, &d->src, now);
		return;
	}
	if (error == VRRP_PACKET_OK)
		error = check_ah(i, d);
	if (error == VRRP_PACKET_OK)
		error = check_sender(i, p, d, peer);
	if (error == VRRP_PACKET_OK)
		error = vrrp_packet_check(p, &i->advert);
	if (error == VRRP_PACKET_ADDRESS_LIST && is_known(i, &d->src))
		error = VRRP_PACKET_OK;
	if (error != VRRP_PACKET_OK)
		vrrp_warn_error(i, error, p, d, now);
	if (error != VRRP_PACKET_OK && error != VRRP_PACKET_ADDRESS_LIST)
		return;
	vrrp_warn_advert(i, p, &d->src, now);
	note_peer(peer, p, now);
	i->row.adverts_received++;
	i->row.priority_zero_received += p->priority == 0;
	i->row.lower_priority_received +=
	    old == VRRP_MASTER && p->priority && p->priority < i->cfg.priority;
	e.priority = p->priority;
	e.adver_int_cs = p->adver_int_cs;
	vrrp_instance_step(i, &e, now);
	note_master(i, p, &d->src);
	vrrp_instance_publish(i, old != i->fsm.state);
}
