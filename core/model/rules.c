/*
 * rules: relations between fields that no range can express.
 *
 * Draining is weight 0 with the established connections kept. Whether that also keeps new
 * clients away depends on the scheduler (measured on Linux 6.1): most skip a server of weight
 * 0; sh and mh keep choosing it and then fail the client, unless their fallback flag is set;
 * dh keeps choosing it and has no such flag, so with dh a drain can only hurt and is refused.
 *
 * The owner of the addresses (priority 255) has them as its own: it cannot leave them to others.
 * A sync group yields as a whole, and so not when there is an owner in it.
 *
 * Linked by main (validation) and by the workers. Pure.
 */
#include "model/rules.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *lvs_drain_objection(const struct virtual_server_row *vs)
{
	if (strcmp(vs->scheduler, "dh") == 0)
		return "scheduler dh keeps sending clients to a server of weight 0 and fails them: "
		       "use another scheduler, or set forcedOffline";
	return NULL;
}

/* FNV-1a, the end of the text included. */
static uint64_t hash_text(uint64_t h, const char *text)
{
	do
		h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
	while (*text++);
	return h;
}

const char *misc_script_name(const struct misc_script_row *s, char buf[NAME_VS])
{
	uint64_t h = UINT64_C(14695981039346656037) ^ s->timeout_ms;
	size_t first = strcspn(s->script, " \t"), base = first, i;

	while (base && s->script[base - 1] != '/')
		base--;
	h = hash_text(hash_text(hash_text(h, s->script), s->user), s->group);
	for (i = 0; i < 32 && base + i < first; i++) {
		unsigned char c = (unsigned char)s->script[base + i];

		buf[i] = c > ' ' && c < 127 && !strchr("\"'\\", c) ? (char)c : '_';
	}
	snprintf(buf + i, NAME_VS - i, "#%016" PRIx64, h);
	return buf;
}

const char *vrrp_sync_group_of(const struct store *s, const char *instance)
{
	for (size_t i = 0; i < store_count(s, T_SYNC_MEMBER); i++) {
		const struct sync_member_row *m = store_at(s, T_SYNC_MEMBER, i);

		if (text_eq(m->instance, instance))
			return m->group;
	}
	return NULL;
}

struct wishes {
	bool yield, owner;
};

static void add_wishes(struct wishes *w, const struct vrrp_instance_row *v)
{
	w->yield |= v->command == VRRP_COMMAND_YIELD;
	w->owner |= v->base_priority == 255;
}

/* Of the instance as it is in `v`, and of the others of its group as they are in the store. */
static struct wishes wishes_of(const struct store *s, const struct vrrp_instance_row *v)
{
	const char *group = vrrp_sync_group_of(s, v->name);
	struct wishes w = {false, false};

	add_wishes(&w, v);
	STORE_EACH(s, T_SYNC_MEMBER, struct sync_member_row, m)
	{
		const char *const key[] = {m->instance};
		const struct vrrp_instance_row *o = store_find_text(s, T_VRRP_INSTANCE, key);

		if (group && o && text_eq(m->group, group) && !text_eq(o->name, v->name))
			add_wishes(&w, o);
	}
	return w;
}

/* Index of its first peer, or of the first of the next that has one. */
static size_t first_peer(const struct store *s, const char *instance)
{
	struct vrrp_peer_row key = {0};

	TEXT_COPY(key.instance, instance);
	return store_lower_bound(s, T_VRRP_PEER, &key);
}

static const struct vrrp_peer_row *peer_at(const struct store *s, const char *instance, size_t i)
{
	const struct vrrp_peer_row *p =
	    i < store_count(s, T_VRRP_PEER) ? store_at(s, T_VRRP_PEER, i) : NULL;

	return p && text_eq(p->instance, instance) ? p : NULL;
}

bool vrrp_is_unicast(const struct store *s, const char *instance)
{
	return peer_at(s, instance, first_peer(s, instance)) != NULL;
}

bool vrrp_peers_in_common(const struct store *s, const char *a, const char *b)
{
	const struct vrrp_peer_row *p;

	for (size_t i = first_peer(s, a); (p = peer_at(s, a, i)); i++) {
		const char *const key[] = {b, p->address};

		if (store_find_text(s, T_VRRP_PEER, key))
			return true;
	}
	return false;
}

const char *vrrp_command_objection(const struct store *s, const struct vrrp_instance_row *v)
{
	struct wishes w = wishes_of(s, v);

	if (w.yield && w.owner)
		return "the owner of the addresses (priority 255) cannot yield, nor can its sync "
		       "group: set it down, or change its priority";
	return NULL;
}

bool vrrp_yields(const struct store *s, const struct vrrp_instance_row *v)
{
	struct wishes w = wishes_of(s, v);

	return w.yield && !w.owner;
}

bool lvs_scheduler_needs_fallback(const char *scheduler)
{
	return strcmp(scheduler, "sh") == 0 || strcmp(scheduler, "mh") == 0;
}

bool vrrp_refuses(const struct vrrp_instance_row *v)
{
	return !v->accept && v->base_priority != 255;
}

bool nftables_name_ok(const char *name)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

	return name[0] && !strchr("0123456789", name[0]) && strlen(name) < NAME_TABLE &&
	       strspn(name, letters) == strlen(name);
}

const char *notify_server_name(char buf[NAME_POOL], const char *vs, const char *rs)
{
	snprintf(buf, NAME_POOL, "%s %s", vs, rs);
	return buf;
}
