/*
 * tracking: the track rows of the running process (process vrrp): what is seen goes into them, and
 * what they come to for each instance is read from them.
 *
 * Links are seen here, by rtnetlink; all else main reports in fields of the rows. Who has nothing
 * to report, because it has just begun, changes nothing: what was seen last counts until then, so
 * neither main nor an observer need live for the routers to go on.
 *
 * Members of a sync group are held together by equal priorities. So weights that a member has for
 * itself count only where the group says so (sync_group_tracking_weight), as in keepalived; its
 * trackers of weight 0 count always. Nor has an owner of addresses any other priority.
 */
#include "vrrp/instance.h"
#include "vrrp/links.h"

#include "base/log.h"
#include "base/text.h"

#include <string.h>

static struct vrrp_sight see_link(const struct vrrp_env *env, const char *name)
{
	bool up = vrrp_link_usable(env->links, name, rtnl_link_by_name(env->rtnl, name));

	return (struct vrrp_sight){up ? TRACK_OK : TRACK_FAILED, 0};
}

static uint32_t index_of(const struct vrrp_env *env, const char *name)
{
	const struct rtnl_link *link = rtnl_link_by_name(env->rtnl, name);

	return link ? link->ifindex : 0;
}

static struct vrrp_sight see(const struct vrrp_env *env, const struct track_row *t)
{
	if (t->kind == TRACK_INTERFACE)
		return see_link(env, t->object);
	return (struct vrrp_sight){(enum track_state)t->reported, t->reported_value};
}

/* The first sight is no event. */
static void transition(struct track_row *t, enum track_state old, struct mono now)
{
	const struct log_transition event = {.event = LOG_TRACK,
					     .level =
						 old == TRACK_UNKNOWN ? LOG_LV_INFO : LOG_LV_NOTICE,
					     .key = {t->user, t->object},
					     .old = enum_name(track_state_names, old),
					     .now = enum_name(track_state_names, t->state),
					     .reason = enum_name(track_kind_names, t->kind)};

	t->transitions += old != TRACK_UNKNOWN;
	t->last_transition = now;
	log_transition(&event, vrrp_track_faults(t) ? "fault" : "priority %+d", t->contribution);
}

void vrrp_tracks_look(struct vrrp_env *env, struct mono now)
{
	STORE_EACH(env->store, T_TRACK, struct track_row, row)
	{
		struct track_row t = *row;

		if (t.kind == TRACK_INTERFACE)
			t.ifindex = index_of(env, t.object);
		if (!vrrp_track_judge(&t, see(env, row)) && t.ifindex == row->ifindex)
			continue;
		if (t.state != row->state)
			transition(&t, (enum track_state)row->state, now);
		store_put(env->store, T_TRACK, &t, F_SEEN, NULL);
	}
}

/* Adds what one user tracks. */
static void add(const struct store *s, enum track_user kind, const char *user, bool weigh,
		struct vrrp_tracked *ret)
{
	struct track_row key = {.user_kind = (uint8_t)kind};

	if (!TEXT_COPY(key.user, user))
		return;
	for (size_t k = store_lower_bound(s, T_TRACK, &key); k < store_count(s, T_TRACK); k++) {
		const struct track_row *t = store_at(s, T_TRACK, k);

		if (t->user_kind != key.user_kind || !text_eq(t->user, key.user))
			break;
		vrrp_tracked_add(ret, t, weigh);
	}
}

struct vrrp_tracked vrrp_tracks_of(const struct vrrp_instance *i)
{
	const struct store *s = i->env->store;
	struct sync_group_row key = {{0}};
	const struct sync_group_row *group;
	struct vrrp_tracked sum = {0};

	TEXT_COPY(key.name, i->row.sync_group);
	group = i->group ? store_find(s, T_SYNC_GROUP, &key) : NULL;
	add(s, TRACK_BY_INSTANCE, i->row.name, !group || group->tracking_weight, &sum);
	if (group)
		add(s, TRACK_BY_GROUP, group->name, true, &sum);
	return sum;
}
