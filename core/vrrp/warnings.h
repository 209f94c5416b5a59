/*
 * warnings: what an operator must be told of what is heard, each thing counted in a field of the
 * instance and said in the log at most once a minute, with what can be done about it.
 */
#ifndef VRRP_WARNINGS_H
#define VRRP_WARNINGS_H

#include "vrrp/packet.h"

#include "base/clock.h"

struct vrrp_instance;

/* Besides the errors of packets. */
enum vrrp_warning {
	VRRP_WARN_SECOND_MASTER = VRRP_PACKET_ERRORS,
	VRRP_WARN_SECOND_OWNER,
	VRRP_WARN_EQUAL_PRIORITY,
	VRRP_WARN_INTERVAL,
	VRRP_WARN_CHECKSUM_FORM,
	VRRP_WARN_OWN_ADDRESS,
	VRRP_WARN_FOREIGN,
	VRRP_WARN_LATE,
	VRRP_WARNINGS
};

struct vrrp_warnings {
	struct mono said[VRRP_WARNINGS]; /* when each was logged last */
	unsigned rivals;                 /* losing advertisements heard one after the other */
	struct mono rival;               /* the last of them */
};

/* An advertisement that is refused, or whose list of addresses differs. */
void vrrp_warn_error(struct vrrp_instance *i, enum vrrp_packet_error e, const struct vrrp_packet *p,
		     const struct vrrp_datagram *d, struct mono now);
/* One that is valid, before it has an effect. */
void vrrp_warn_advert(struct vrrp_instance *i, const struct vrrp_packet *p, const struct addr *src,
		      struct mono now);
/* One from our own address. */
void vrrp_warn_own(struct vrrp_instance *i, const struct addr *src, struct mono now);
/* The timer was so late. */
void vrrp_warn_late(struct vrrp_instance *i, int64_t late_ns, struct mono now);

#endif
