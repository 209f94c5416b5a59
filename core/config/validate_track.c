/* validate_track: the rules of what is tracked; see validate.h. */
#include "config/validate.h"

#include "base/text.h"
#include "model/rules.h"
#include "model/store.h"

static const struct vrrp_instance_row *instance_of(const struct validation *v, const char *name)
{
	const char *const key[] = {name};

	return store_find_text(v->store, T_VRRP_INSTANCE, key);
}

static const struct sync_group_row *group_of(const struct validation *v, const char *name)
{
	const char *const key[] = {name};

	return store_find_text(v->store, T_SYNC_GROUP, key);
}

static const char *owner_in(const struct validation *v, const char *group)
{
	STORE_EACH(v->store, T_SYNC_MEMBER, struct sync_member_row, m)
	{
		const struct vrrp_instance_row *i =
		    text_eq(m->group, group) ? instance_of(v, m->instance) : NULL;

		if (i && i->base_priority == 255)
			return i->name;
	}
	return NULL;
}

/* A weight that has no effect was probably not meant so. */
static void check_weight(struct validation *v, const struct track_row *t)
{
	const struct vrrp_instance_row *i = NULL;
	const struct sync_group_row *g = NULL;
	const char *owner = NULL, *in;

	if (!t->weight || !v->findings)
		return;
	if (t->user_kind == TRACK_BY_GROUP) {
		owner = owner_in(v, t->user);
	} else {
		i = instance_of(v, t->user);
		in = vrrp_sync_group_of(v->store, t->user);
		g = in ? group_of(v, in) : NULL;
	}
	if (i && i->base_priority == 255)
		owner = i->name;
	if (owner)
		validate_say(v, FINDING_WARNING, T_TRACK, t, "weight",
			     "weight %d has no effect on %s: priority 255 is the owner of the "
			     "addresses",
			     t->weight, owner);
	else if (g && !g->tracking_weight)
		validate_say(v, FINDING_WARNING, T_TRACK, t, "weight",
			     "weight %d has no effect in sync group %s, which has no "
			     "sync_group_tracking_weight: let the group track it",
			     t->weight, g->name);
}

static void check_user(struct validation *v, const struct track_row *t)
{
	bool there = t->user_kind == TRACK_BY_GROUP ? group_of(v, t->user) != NULL
						    : instance_of(v, t->user) != NULL;

	if (!there)
		validate_say(v, FINDING_ERROR, T_TRACK, t, NULL, "there is no such %s",
			     t->user_kind == TRACK_BY_GROUP ? "sync group" : "instance");
}

static enum table_id table_of(int kind)
{
	return kind == TRACK_SCRIPT    ? T_VRRP_SCRIPT
	       : kind == TRACK_FILE    ? T_TRACK_FILE
	       : kind == TRACK_PROCESS ? T_TRACK_PROCESS
				       : T_VIRTUAL_SERVER;
}

/* It is looked at only where the address is already. */
static void check_suspended(struct validation *v, const struct track_row *t)
{
	const char *const key[] = {t->object};
	const struct virtual_server_row *r = t->kind == TRACK_VIRTUAL_SERVER
						 ? store_find_text(v->store, T_VIRTUAL_SERVER, key)
						 : NULL;

	if (v->findings && r && r->ha_suspend)
		validate_say(
		    v, FINDING_WARNING, T_TRACK, t, NULL,
		    "with ha_suspend it counts as alive while its address is elsewhere: a "
		    "director with a dead pool takes it, finds that, and gives it away again");
}

static void check_object(struct validation *v, const struct track_row *t)
{
	const char *const key[] = {t->object};

	if (t->kind == TRACK_INTERFACE) {
		if (v->findings && v->machine && !v->machine->has_interface(t->object))
			validate_say(v, FINDING_NOTICE, T_TRACK, t, NULL,
				     "this machine has no interface %s now: it counts as down",
				     t->object);
	} else if (!store_find_text(v->store, table_of(t->kind), key)) {
		validate_say(v, FINDING_ERROR, T_TRACK, t, NULL, "%s",
			     t->kind == TRACK_VIRTUAL_SERVER
				 ? "there is no such virtual server; its name is as in "
				   "192.0.2.10:80/tcp or fwmark:7"
			     : t->kind == TRACK_SCRIPT ? "there is no such vrrp_script"
			     : t->kind == TRACK_FILE   ? "there is no such track_file"
						       : "there is no such vrrp_track_process");
	}
}

void validate_tracks(struct validation *v)
{
	STORE_EACH(v->store, T_TRACK, struct track_row, t)
	{
		check_user(v, t);
		check_object(v, t);
		check_suspended(v, t);
		check_weight(v, t);
	}
}
