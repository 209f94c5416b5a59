/*
 * peers: the unicast peers of an instance (process vrrp).
 *
 * What is known of a peer outlives a change of its limits, and of the other peers.
 */
#include "vrrp/peers.h"

#include "base/log.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static const struct vrrp_peer_row *row_at(const struct store *s, const char *instance, size_t k)
{
	const struct vrrp_peer_row *r;

	if (k >= store_count(s, T_VRRP_PEER))
		return NULL;
	r = store_at(s, T_VRRP_PEER, k);
	return text_eq(r->instance, instance) ? r : NULL;
}

/* A row as it is wanted now, with what was seen of it before. */
static struct vrrp_peer taken_over(const struct vrrp_peer *old, const struct vrrp_peer_row *row)
{
	struct vrrp_peer p = old ? *old : (struct vrrp_peer){.row = *row};

	row_copy_fields(T_VRRP_PEER, &p.row, row, fieldset_of(T_VRRP_PEER, F_WANTED));
	return p;
}

bool vrrp_peers_read(struct vrrp_peers *p, const struct store *s, const char *instance)
{
	struct vrrp_peers now = {0};
	struct vrrp_peer_row key = {0};
	const struct vrrp_peer_row *r;
	unsigned kept = 0, before = p->n;

	TEXT_COPY(key.instance, instance);
	for (size_t k = store_lower_bound(s, T_VRRP_PEER, &key); (r = row_at(s, instance, k));
	     k++) {
		const struct vrrp_peer *old = vrrp_peers_find(p, &r->addr);

		now.list = xrealloc(now.list, now.n + 1, sizeof(*now.list));
		now.list[now.n++] = taken_over(old, r);
		kept += old != NULL;
	}
	free(p->list);
	*p = now;
	return kept != before || kept != now.n;
}

void vrrp_peers_put(const struct vrrp_peers *p, struct store *s)
{
	for (unsigned k = 0; k < p->n; k++)
		if (store_find(s, T_VRRP_PEER, &p->list[k].row))
			store_put(s, T_VRRP_PEER, &p->list[k].row, F_SEEN, NULL);
}

void vrrp_peers_free(struct vrrp_peers *p)
{
	free(p->list);
	*p = (struct vrrp_peers){0};
}

struct vrrp_peer *vrrp_peers_find(const struct vrrp_peers *p, const struct addr *a)
{
	for (unsigned k = 0; k < p->n; k++)
		if (addr_equal(&p->list[k].row.addr, a))
			return &p->list[k];
	return NULL;
}

bool vrrp_peers_overlap(const struct vrrp_peers *a, const struct vrrp_peers *b)
{
	for (unsigned k = 0; k < a->n; k++)
		if (vrrp_peers_find(b, &a->list[k].row.addr))
			return true;
	return false;
}
