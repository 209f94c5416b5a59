/*
 * warn: what warnings.h promises (process vrrp).
 *
 * Each line says who, what, and what to do, since whoever reads it has two directors that do not
 * agree and little time. The counters are exact; the log is not to be filled by a wrong neighbour.
 *
 * Two masters are there for a moment at every takeover. What is told is one that goes on: RIVALS
 * losing advertisements, none later than RIVAL_INTERVALS after the one before.
 */
#include "vrrp/warnings.h"

#include "base/log.h"
#include "vrrp/instance.h"

#include <stdio.h>

#define SAY_AGAIN_NS    (60 * NS_PER_S)
#define RIVALS          3
#define RIVAL_INTERVALS 10

static bool may_say(struct vrrp_instance *i, unsigned warning, struct mono now)
{
	struct mono *said = &i->warnings.said[warning];

	if (said->ns && mono_diff(now, *said) < SAY_AGAIN_NS)
		return false;
	*said = now;
	return true;
}

/* ---- refused ----------------------------------------------------------------- */

static uint64_t *counter(struct vrrp_instance_row *r, enum vrrp_packet_error e)
{
	switch (e) {
	case VRRP_PACKET_TTL:
		return &r->ttl_errors;
	case VRRP_PACKET_LENGTH:
		return &r->length_errors;
	case VRRP_PACKET_VERSION:
		return &r->version_errors;
	case VRRP_PACKET_TYPE:
		return &r->type_errors;
	case VRRP_PACKET_CHECKSUM:
		return &r->checksum_errors;
	case VRRP_PACKET_DESTINATION:
	case VRRP_PACKET_PEER:
		return &r->peer_errors;
	case VRRP_PACKET_AUTH:
	case VRRP_PACKET_REPLAY:
		return &r->auth_errors;
	case VRRP_PACKET_INTERVAL:
		return &r->interval_errors;
	case VRRP_PACKET_NO_ADDRESS:
	case VRRP_PACKET_NOT_LINK_LOCAL:
	case VRRP_PACKET_ADDRESS_LIST:
		return &r->address_list_errors;
	case VRRP_PACKET_OK:
	case VRRP_PACKET_VRID:
	case VRRP_PACKET_ERRORS:
		break;
	}
	return NULL;
}

/* What it says, and what to do. */
static void advice(const struct vrrp_instance *i, enum vrrp_packet_error e,
		   const struct vrrp_packet *p, const struct vrrp_datagram *d, char *buf,
		   size_t size)
{
	if (e == VRRP_PACKET_TTL)
		snprintf(buf, size, " (%u): a router has passed it on, or it is forged", d->ttl);
	else if (e == VRRP_PACKET_VERSION)
		snprintf(buf, size,
			 " (%u, this router has %u): the two do not hear each other and are both "
			 "master: set the same version",
			 p->version, i->advert.version);
	else if (e == VRRP_PACKET_AUTH)
		snprintf(buf, size,
			 ": the two do not hear each other and are both master: set the same "
			 "auth_type and auth_pass");
	else if (e == VRRP_PACKET_INTERVAL && p->adver_int_cs)
		snprintf(buf, size,
			 " (%u s, this router has %u): in version 2 the two do not hear each other "
			 "and are both master: set the same advert_int",
			 p->adver_int_cs / 100, i->advert.adver_int_cs / 100);
	else if (e == VRRP_PACKET_ADDRESS_LIST)
		snprintf(
		    buf, size,
		    " (it has %u, this router %u): set the same addresses in virtual_ipaddress",
		    p->naddr, i->advert.naddr);
	else
		buf[0] = '\0';
}

static bool shares_an_address(const struct vrrp_packet *a, const struct vrrp_packet *b)
{
	for (unsigned n = 0; n < a->naddr; n++)
		for (unsigned m = 0; m < b->naddr; m++)
			if (addr_equal(&a->addr[n], &b->addr[m]))
				return true;
	return false;
}

/* True when that is what there is to say of a list that differs. */
static bool note_foreign(struct vrrp_instance *i, const struct vrrp_packet *p,
			 const struct addr *src, struct mono now)
{
	char text[ADDR_TEXT_MAX], first[ADDR_TEXT_MAX];

	if (!p->naddr || !i->advert.naddr || shares_an_address(p, &i->advert))
		return false;
	i->row.foreign_adverts++;
	if (may_say(i, VRRP_WARN_FOREIGN, now))
		log_warnx("vrrp_instance %s: %s has virtual_router_id %u on %s for %s and none of "
			  "this router's addresses: it is another virtual router: choose another "
			  "number for one of them",
			  i->row.name, addr_text(src, text), i->advert.vrid, i->row.interface,
			  addr_text(&p->addr[0], first));
	return true;
}

/* VRRP_PROTO_OK: it is of another kind. */
static enum vrrp_proto_error proto_error(enum vrrp_packet_error e)
{
	switch (e) {
	case VRRP_PACKET_TTL:
		return VRRP_PROTO_TTL;
	case VRRP_PACKET_VERSION:
		return VRRP_PROTO_VERSION;
	case VRRP_PACKET_CHECKSUM:
		return VRRP_PROTO_CHECKSUM;
	default:
		return VRRP_PROTO_OK;
	}
}

/* An authentication header is a type for itself: whether it is there is not in the packet. */
static enum vrrp_auth_error auth_error(const struct vrrp_instance *i, const struct vrrp_packet *p,
				       const struct vrrp_datagram *d)
{
	uint8_t type = d->authenticated ? VRRP_WIRE_AH : p->auth_type;

	if (type > VRRP_WIRE_AH)
		return VRRP_AUTH_INVALID_TYPE;
	return type != i->advert.auth_type ? VRRP_AUTH_OTHER_TYPE : VRRP_AUTH_FAILED;
}

/* For notifications: what it was, from whom, and that it is told now. */
static void note_error(struct vrrp_instance *i, enum vrrp_packet_error e,
		       const struct vrrp_packet *p, const struct vrrp_datagram *d, bool told)
{
	bool proto = proto_error(e) != VRRP_PROTO_OK;
	bool auth = e == VRRP_PACKET_AUTH || e == VRRP_PACKET_REPLAY;

	if (proto)
		i->row.proto_error = proto_error(e);
	if (auth) {
		i->row.auth_error = auth_error(i, p, d);
		i->row.error_source = d->src;
	}
	i->row.proto_warnings += proto && told;
	i->row.auth_warnings += auth && told;
}

void vrrp_warn_error(struct vrrp_instance *i, enum vrrp_packet_error e, const struct vrrp_packet *p,
		     const struct vrrp_datagram *d, struct mono now)
{
	uint64_t *count = counter(&i->row, e);
	char text[ADDR_TEXT_MAX], more[160];
	bool told;

	if (count)
		++*count;
	if (e == VRRP_PACKET_ADDRESS_LIST && note_foreign(i, p, &d->src, now)) {
		vrrp_instance_publish(i, false);
		return;
	}
	told = may_say(i, e, now);
	note_error(i, e, p, d, told);
	if (told) {
		advice(i, e, p, d, more, sizeof(more));
		log_warnx("vrrp_instance %s: advertisement from %s %s: %s%s", i->row.name,
			  addr_text(&d->src, text),
			  e == VRRP_PACKET_ADDRESS_LIST ? "is used" : "is ignored",
			  vrrp_packet_error_name(e), more);
	}
	vrrp_instance_publish(i, false);
}

void vrrp_warn_own(struct vrrp_instance *i, const struct addr *src, struct mono now)
{
	char text[ADDR_TEXT_MAX];

	i->row.own_address_adverts++;
	if (may_say(i, VRRP_WARN_OWN_ADDRESS, now))
		log_warnx("vrrp_instance %s: an advertisement with this router's own address %s "
			  "came in on %s: the network has a loop, or another host has the address",
			  i->row.name, addr_text(src, text), i->row.interface);
	vrrp_instance_publish(i, false);
}

/* ---- taken ----------------------------------------------------------------------- */

static bool loses(const struct vrrp_instance *i, const struct vrrp_packet *p,
		  const struct addr *src)
{
	return p->priority < i->cfg.priority ||
	       (p->priority == i->cfg.priority && addr_cmp(src, &i->cfg.primary) < 0);
}

static int64_t rival_span(const struct vrrp_instance *i, const struct vrrp_packet *p)
{
	uint32_t cs = p->adver_int_cs > i->cfg.adver_int_cs ? p->adver_int_cs : i->cfg.adver_int_cs;

	return RIVAL_INTERVALS * cs * NS_PER_CS;
}

static void note_rival(struct vrrp_instance *i, const struct vrrp_packet *p, const struct addr *src,
		       struct mono now)
{
	struct vrrp_warnings *w = &i->warnings;
	bool goes_on = w->rival.ns && mono_diff(now, w->rival) < rival_span(i, p);
	char text[ADDR_TEXT_MAX];

	if (i->fsm.state != VRRP_MASTER || !p->priority || !loses(i, p, src))
		return;
	i->row.second_master_adverts++;
	w->rivals = goes_on ? w->rivals + 1 : 1;
	w->rival = now;
	if (w->rivals < RIVALS || !may_say(i, VRRP_WARN_SECOND_MASTER, now))
		return;
	i->row.second_masters++;
	log_warnx("vrrp_instance %s: %s is master too, with priority %u, and goes on though this "
		  "router has %u: it does not hear this one: look at the network and firewall "
		  "between them (IP protocol 112), and whether both have the same version and "
		  "authentication",
		  i->row.name, addr_text(src, text), p->priority, i->cfg.priority);
}

static void note_priority(struct vrrp_instance *i, const struct vrrp_packet *p,
			  const struct addr *src, struct mono now)
{
	bool owner = p->priority == VRRP_PRIO_OWNER;
	char text[ADDR_TEXT_MAX];

	if (p->priority != i->cfg.priority || i->yields)
		return;
	if (owner)
		i->row.second_owner_adverts++;
	else
		i->row.equal_priority_adverts++;
	if (owner && may_say(i, VRRP_WARN_SECOND_OWNER, now))
		log_warnx("vrrp_instance %s: %s is owner of the addresses (priority 255) as this "
			  "router is: only one can be: lower the priority of one of them",
			  i->row.name, addr_text(src, text));
	if (!owner && may_say(i, VRRP_WARN_EQUAL_PRIORITY, now))
		log_warnx("vrrp_instance %s: %s has priority %u as this router has: the greater "
			  "address decides: give each director a priority of its own",
			  i->row.name, addr_text(src, text), p->priority);
}

/* Version 2 has refused it already. */
static void note_interval(struct vrrp_instance *i, const struct vrrp_packet *p,
			  const struct addr *src, struct mono now)
{
	char text[ADDR_TEXT_MAX];

	if (p->adver_int_cs == i->cfg.adver_int_cs)
		return;
	i->row.interval_mismatches++;
	if (may_say(i, VRRP_WARN_INTERVAL, now))
		log_warnx("vrrp_instance %s: %s advertises each %u.%02u s, this router each "
			  "%u.%02u s: set the same advert_int, or a takeover takes another time "
			  "than is written here",
			  i->row.name, addr_text(src, text), p->adver_int_cs / 100,
			  p->adver_int_cs % 100, i->cfg.adver_int_cs / 100,
			  i->cfg.adver_int_cs % 100);
}

static const char *const forms[] = {
    [VRRP_SUM_MESSAGE] = "without pseudo-header",
    [VRRP_SUM_PSEUDO] = "with pseudo-header",
    [VRRP_SUM_GROUP] = "as keepalived before 1.3.7",
};

static void note_form(struct vrrp_instance *i, const struct vrrp_packet *p, const struct addr *src,
		      struct mono now)
{
	char text[ADDR_TEXT_MAX];

	if (p->version != 3 || src->family != ADDR_IPV4 || p->sum == i->advert.sum)
		return;
	i->row.checksum_form_mismatches++;
	if (may_say(i, VRRP_WARN_CHECKSUM_FORM, now))
		log_warnx("vrrp_instance %s: %s sends checksums %s, this router %s: Halvard takes "
			  "both, others do not: set %s",
			  i->row.name, addr_text(src, text), forms[p->sum], forms[i->advert.sum],
			  p->sum == VRRP_SUM_GROUP           ? "old_unicast_checksum there to never"
			  : i->advert.sum == VRRP_SUM_PSEUDO ? "v3_checksum_as_v2 here"
							     : "v3_checksum_as_v2 there");
}

void vrrp_warn_advert(struct vrrp_instance *i, const struct vrrp_packet *p, const struct addr *src,
		      struct mono now)
{
	note_rival(i, p, src, now);
	note_priority(i, p, src, now);
	note_interval(i, p, src, now);
	note_form(i, p, src, now);
}

/* ---- this router itself ------------------------------------------------------------- */

/* RFC 9568 2.5: a router that cannot keep its own time makes others believe that it has gone. */
void vrrp_warn_late(struct vrrp_instance *i, int64_t late_ns, struct mono now)
{
	uint32_t cs =
	    i->fsm.state == VRRP_MASTER ? i->cfg.adver_int_cs : i->fsm.master_adver_int_cs;

	if (late_ns < cs * NS_PER_CS / 2)
		return;
	i->row.late_timers++;
	if (may_say(i, VRRP_WARN_LATE, now))
		log_warnx("vrrp_instance %s: its timer was %lld ms late, with advertisements each "
			  "%u ms: this machine is too busy, or was stopped: give it more room, or "
			  "set a longer advert_int",
			  i->row.name, (long long)(late_ns / NS_PER_MS), cs * 10);
}
