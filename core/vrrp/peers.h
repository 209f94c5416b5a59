/*
 * peers: the routers that an instance speaks to one by one (unicast_peer), and what is known of
 * them. An instance without any speaks to a multicast group.
 */
#ifndef VRRP_PEERS_H
#define VRRP_PEERS_H

#include "model/rows.h"
#include "model/store.h"

struct vrrp_peer {
	struct vrrp_peer_row row;
	bool old_sum; /* it sends the checksum of keepalived before 1.3.7 */
	bool failed;  /* the last advertisement to it did not go out */
};

struct vrrp_peers {
	struct vrrp_peer *list;
	unsigned n;
};

/* Makes the list equal to the rows of the instance; true when a peer has come or gone. */
bool vrrp_peers_read(struct vrrp_peers *p, const struct store *s, const char *instance);
/* Tells the store states and counters. */
void vrrp_peers_put(const struct vrrp_peers *p, struct store *s);
void vrrp_peers_free(struct vrrp_peers *p);
/* NULL: the address is no peer's. */
struct vrrp_peer *vrrp_peers_find(const struct vrrp_peers *p, const struct addr *a);
/* True when both have a peer in common. */
bool vrrp_peers_overlap(const struct vrrp_peers *a, const struct vrrp_peers *b);

#endif
