/*
 * group: the sync groups of the running process (process vrrp): which instances are in which,
 * and what the rules of sync.c make of their states.
 *
 * A member's change is passed on when its step is complete, from the end of vrrp_instance_step(),
 * and the steps that follow from it are passed on by the same loop, not from within each other.
 * While rows are taken over or conditions looked at (vrrp_groups_defer) nothing is passed on
 * until all members have had their turn, so the order of the list makes no difference: the whole
 * group starts, faults or yields, and then it is seen whether its members agree.
 *
 * A member that starts, or comes to a running group, takes over the group's state; the others
 * stay as they are.
 */
#include "vrrp/instance.h"

#include "base/log.h"
#include "base/text.h"
#include "model/rules.h"
#include "vrrp/sync.h"

#include <stdlib.h>
#include <string.h>

struct vrrp_group {
	LIST_ENTRY(vrrp_group) next;
	struct vrrp_env *env;
	enum vrrp_state state;     /* of the whole */
	struct sync_group_row row; /* until the first state, as a predecessor left it */
	LIST_HEAD(, vrrp_instance) members;
	bool settling;
};

#define EACH_MEMBER(m, g) LIST_FOREACH(m, &(g)->members, fellow)

/* ---- the rows ---------------------------------------------------------------- */

static void put_group(struct vrrp_group *g)
{
	struct vrrp_instance *m;

	g->row.members = 0;
	EACH_MEMBER(m, g)
	g->row.members++;
	if (store_find(g->env->store, T_SYNC_GROUP, &g->row))
		store_put(g->env->store, T_SYNC_GROUP, &g->row, F_SEEN, NULL);
}

static void put_member(const struct vrrp_instance *i)
{
	struct sync_member_row row = {.usable = !i->missing};

	TEXT_COPY(row.group, i->group->row.name);
	TEXT_COPY(row.instance, i->row.name);
	if (store_find(i->env->store, T_SYNC_MEMBER, &row))
		store_put(i->env->store, T_SYNC_MEMBER, &row, F_SEEN, NULL);
}

/* ---- passing on --------------------------------------------------------------- */

/* It awaits a first result beside others that run already, and comes to them when it may. They
 * stay of one mind without it. */
static bool is_to_come(const struct vrrp_group *g, const struct vrrp_instance *i)
{
	const struct vrrp_instance *m;

	if (!i->awaits || i->fsm.state != VRRP_INIT)
		return false;
	EACH_MEMBER(m, g)
	if (m->fsm.state == VRRP_BACKUP || m->fsm.state == VRRP_MASTER)
		return true;
	return false;
}

static struct vrrp_tally tally(const struct vrrp_group *g, const struct vrrp_instance *but)
{
	const struct vrrp_instance *m;
	struct vrrp_tally t = {0};

	EACH_MEMBER(m, g)
	if (m != but && !is_to_come(g, m))
		vrrp_tally_add(&t, &m->fsm);
	return t;
}

/* The member that changed by itself knows why; the others say that it was the group. */
static enum vrrp_reason reason_of(const struct vrrp_group *g)
{
	const struct vrrp_instance *m;
	enum vrrp_reason found = VRRP_REASON_GROUP;

	EACH_MEMBER(m, g)
	if (m->fsm.reason != VRRP_REASON_GROUP && (m->missing || g->state != VRRP_FAULT))
		found = m->fsm.reason;
	return found;
}

static void transition(struct vrrp_group *g, enum vrrp_state state, struct mono now)
{
	enum vrrp_state old = g->row.state;

	g->state = state;
	if (state != old) {
		g->row.transitions++;
		g->row.last_transition = now;
	}
	g->row.state = (uint8_t)state;
	g->row.reason = (uint8_t)reason_of(g);
	log_transition(
	    &(struct log_transition){.event = LOG_SYNC_GROUP,
				     .level = LOG_LV_NOTICE,
				     .key = {g->row.name},
				     .old = enum_name(vrrp_state_names, old),
				     .now = enum_name(vrrp_state_names, state),
				     .reason = enum_name(vrrp_reason_names, g->row.reason)},
	    NULL);
	put_group(g);
	if (g->env->changed)
		g->env->changed(g->env);
}

/* Tells the first member that is not in the wanted state; false: all are. */
static bool tell_one(struct vrrp_group *g, enum vrrp_state wanted, struct mono now)
{
	struct vrrp_event e = {.kind = VRRP_EVENT_KINDS};
	struct vrrp_instance *m;

	EACH_MEMBER(m, g)
	{
		if (is_to_come(g, m))
			continue;
		e.kind = vrrp_sync_event(&m->fsm, wanted, now);
		if (e.kind != VRRP_EVENT_KINDS)
			break;
	}
	if (m)
		vrrp_instance_step(m, &e, now);
	return m != NULL;
}

/* Until then its row shows what a predecessor was. */
static bool has_begun(const struct vrrp_group *g)
{
	const struct vrrp_instance *m;

	EACH_MEMBER(m, g)
	if (m->fsm.reason == VRRP_REASON_NONE && !is_to_come(g, m))
		return false;
	return !LIST_EMPTY(&g->members);
}

static void settle(struct vrrp_group *g, struct mono now)
{
	enum vrrp_state wanted;

	g->settling = true;
	do {
		struct vrrp_tally t = tally(g, NULL);

		now = loop_refresh(g->env->loop);
		wanted = vrrp_sync_state(g->state, &t);
	} while (tell_one(g, wanted, now));
	g->settling = false;
	if (has_begun(g) && (wanted != g->state || wanted != (enum vrrp_state)g->row.state))
		transition(g, wanted, now);
}

void vrrp_group_changed(struct vrrp_instance *i, struct mono now)
{
	if (i->group && !i->group->settling && !i->env->deferring)
		settle(i->group, now);
}

void vrrp_groups_defer(struct vrrp_env *env)
{
	env->deferring = true;
}

void vrrp_groups_settle(struct vrrp_env *env, struct mono now)
{
	struct vrrp_group *g;

	env->deferring = false;
	LIST_FOREACH(g, &env->groups, next)
	settle(g, now);
}

/* ---- what a member asks --------------------------------------------------------- */

bool vrrp_group_holds(const struct vrrp_instance *i)
{
	struct vrrp_tally t;

	if (!i->group)
		return false;
	t = tally(i->group, i);
	return vrrp_sync_holds(&t);
}

bool vrrp_group_runs(const struct vrrp_instance *i)
{
	const struct vrrp_instance *m;

	if (!i->group)
		return !i->missing;
	EACH_MEMBER(m, i->group)
	if (m->missing)
		return false;
	return true;
}

bool vrrp_group_awaits(const struct vrrp_instance *i)
{
	const struct vrrp_instance *m;

	if (!i->group)
		return i->awaits;
	EACH_MEMBER(m, i->group)
	if (m->awaits)
		return true;
	return false;
}

bool vrrp_group_resumes(const struct vrrp_instance *i, struct mono now)
{
	const struct vrrp_instance *m;

	if (!i->group)
		return true;
	EACH_MEMBER(m, i->group)
	if (m->fsm.state != VRRP_MASTER &&
	    (m->fsm.state != VRRP_INIT || !vrrp_claim_holds(&m->inherited, now)))
		return false;
	return true;
}

void vrrp_group_join_in(struct vrrp_instance *i, struct mono now)
{
	enum vrrp_state wanted = i->group ? i->group->state : VRRP_INIT;
	struct vrrp_event e = {.kind = vrrp_sync_event(&i->fsm, wanted, now)};

	if (e.kind != VRRP_EVENT_KINDS)
		vrrp_instance_step(i, &e, now);
}

void vrrp_group_contest(struct vrrp_instance *i, bool on)
{
	struct vrrp_instance *m;

	i->contest = on && i->fsm.state != VRRP_MASTER;
	if (!i->group)
		return;
	EACH_MEMBER(m, i->group)
	m->contest = m->cfg.contest = i->contest;
}

void vrrp_group_tell(const struct vrrp_instance *i)
{
	if (i->group)
		put_member(i);
}

/* ---- membership ------------------------------------------------------------------ */

static struct vrrp_group *find(const struct vrrp_env *env, const char *name)
{
	struct vrrp_group *g;

	LIST_FOREACH(g, &env->groups, next)
	if (name && text_eq(g->row.name, name))
		return g;
	return NULL;
}

void vrrp_group_leave(struct vrrp_instance *i)
{
	struct vrrp_group *g = i->group;

	if (!g)
		return;
	LIST_REMOVE(i, fellow);
	if (LIST_EMPTY(&g->members))
		g->state = VRRP_INIT; /* nobody is left who knows */
	i->group = NULL;
	memset(i->row.sync_group, 0, sizeof(i->row.sync_group));
	put_group(g);
	vrrp_instance_publish(i, true);
}

bool vrrp_group_enter(struct vrrp_instance *i)
{
	struct vrrp_group *g = find(i->env, vrrp_sync_group_of(i->env->store, i->row.name));

	if (g == i->group)
		return false;
	vrrp_group_leave(i);
	if (!g)
		return true;
	i->group = g;
	LIST_INSERT_HEAD(&g->members, i, fellow);
	TEXT_COPY(i->row.sync_group, g->row.name);
	put_member(i);
	put_group(g);
	vrrp_instance_publish(i, true);
	return true;
}

static void add_group(struct vrrp_env *env, const struct sync_group_row *row)
{
	struct vrrp_group *g = xcalloc(1, sizeof(*g));

	g->env = env;
	g->state = VRRP_INIT;
	g->row = *row; /* state and counters go on where a predecessor left them */
	LIST_INIT(&g->members);
	LIST_INSERT_HEAD(&env->groups, g, next);
}

static void remove_group(struct vrrp_group *g)
{
	while (!LIST_EMPTY(&g->members))
		vrrp_group_leave(LIST_FIRST(&g->members));
	LIST_REMOVE(g, next);
	free(g);
}

void vrrp_groups_read(struct vrrp_env *env, struct mono now)
{
	struct vrrp_group *g, *next;
	struct vrrp_instance *i;

	for (g = LIST_FIRST(&env->groups); g; g = next) {
		next = LIST_NEXT(g, next);
		if (!store_find(env->store, T_SYNC_GROUP, &g->row))
			remove_group(g);
	}
	STORE_EACH(env->store, T_SYNC_GROUP, struct sync_group_row, row)
	{
		if (!find(env, row->name))
			add_group(env, row);
	}
	LIST_FOREACH(i, &env->instances, next)
	{
		if (vrrp_group_enter(i))
			vrrp_group_join_in(i, now);
	}
}
