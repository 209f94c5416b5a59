/*
 * instance: runs one virtual router (process vrrp).
 *
 * Events come from the timer, from receive.c, from the conditions (administrative state, link,
 * source address) and from changes of the rows; each goes through vrrp_instance_step(), the
 * only place that changes the state, executes actions, counts transitions and logs them.
 *
 * Conditions are looked at as a whole (vrrp_instance_check), never one event at a time, so it
 * does not matter in which order link, address and configuration arrive. What an instance needs
 * to run is found by means.c.
 *
 * The claim of a master (when it advertised last) is kept in the memory that outlives the
 * process: withdrawn before anything is done that gives mastership up, and renewed after the
 * advertisement has gone out, so that what is found there is never better than the truth.
 *
 * The worst gap between advertisements is measured as they go out (gap.h). The first one of a
 * process that resumes ends the gap that the death of its predecessor made: the claim tells when
 * that began. Like the counters the figure itself comes back with the row.
 *
 * The clock is read again before each step: a process that was stopped after it woke must not
 * judge by the time before. What is left is the time from there to sendto().
 *
 * Transitions are told to the store at once, each of them to main too, for there are programs that
 * are run for each; counters at most every PUBLISH_NS: main and the
 * agent need not see every advertisement.
 *
 * A member of a sync group runs when all members can, and only then; a change of its state is
 * passed on to them when the step is complete (group.c).
 *
 * `yield` lowers the priority for as long as it stands. `takeover` is an order for once: when
 * the instance has become master it is fulfilled, and a process that starts later does not
 * repeat it.
 *
 * Version 2 has whole seconds on the wire: other intervals are rounded, at least one second.
 */
#include "vrrp/instance.h"

#include "base/log.h"
#include "base/text.h"
#include "model/rules.h"
#include "vrrp/vmac_links.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PUBLISH_NS       (200 * NS_PER_MS)
#define YIELDED_PRIORITY 1
#define SEQUENCE_SKIP    8

/* Values of `missing`, beside what vrrp_means_find() says. */
static const char set_down[] = "it is set down";
static const char not_seen[] = "it was not looked at";
static const char tracked_fault[] = "what it tracks has failed";

/* ---- the row ----------------------------------------------------------------- */

static bool runs(const struct vrrp_instance *i)
{
	return i->fsm.state == VRRP_BACKUP || i->fsm.state == VRRP_MASTER;
}

/* Until then the row shows what a predecessor was. */
static bool has_begun(const struct vrrp_instance *i)
{
	return i->fsm.reason != VRRP_REASON_NONE;
}

/* A backup's master is noted by receive.c. */
static void tell_master(struct vrrp_instance *i)
{
	if (!runs(i)) {
		i->row.master_addr = (struct addr){0};
		i->row.master_priority = 0;
		i->row.master_adver_int_cs = 0;
	} else if (i->fsm.state == VRRP_MASTER) {
		i->row.master_addr = i->cfg.primary;
		i->row.master_priority = i->cfg.priority;
		i->row.master_adver_int_cs = i->cfg.adver_int_cs;
	}
}

static void put_row(struct vrrp_instance *i)
{
	timer_cancel(&i->publish);
	tell_master(i);
	if (has_begun(i)) {
		i->row.state = (uint8_t)i->fsm.state;
		i->row.reason = (uint8_t)i->fsm.reason;
	}
	i->row.effective_priority = i->cfg.priority;
	i->row.worst_advert_gap_us = i->gap.worst_us;
	i->row.primary_addr = i->cfg.primary;
	if (i->port)
		i->row.vrid_errors = i->vrid_errors + vrrp_port_unknown_vrids(i->port);
	i->row.skew_time_us = (uint32_t)(vrrp_fsm_skew(&i->cfg, &i->fsm) / NS_PER_US);
	i->row.master_down_us = (uint32_t)(vrrp_fsm_master_down(&i->cfg, &i->fsm) / NS_PER_US);
	if (store_find(i->env->store, T_VRRP_INSTANCE, &i->row))
		store_put(i->env->store, T_VRRP_INSTANCE, &i->row, F_SEEN, NULL);
	vrrp_peers_put(&i->peers, i->env->store);
}

void vrrp_instance_publish(struct vrrp_instance *i, bool at_once)
{
	if (at_once) {
		put_row(i);
		if (i->env->changed)
			i->env->changed(i->env);
	} else if (!i->publish.armed) {
		timer_after(&i->publish, PUBLISH_NS);
	}
}

static void publish_due(void *arg, struct mono now)
{
	(void)now;
	put_row(arg);
}

/* ---- actions ------------------------------------------------------------------ */

static void act(struct vrrp_instance *i, const struct vrrp_action *a, struct mono now)
{
	switch (a->kind) {
	case VRRP_DO_ADVERT:
		vrrp_advert_send(i, i->cfg.priority);
		break;
	case VRRP_DO_ADVERT_ZERO:
		vrrp_advert_send(i, 0);
		break;
	case VRRP_DO_ARM_ADVERT:
	case VRRP_DO_ARM_DOWN:
	case VRRP_DO_ARM_SKEW:
		timer_at(&i->timer, a->at);
		break;
	case VRRP_DO_DISARM:
		timer_cancel(&i->timer);
		break;
	case VRRP_DO_VIP_ADD:
		vrrp_vips_add(i);
		vrrp_paths_add(&i->paths);
		break;
	case VRRP_DO_VIP_DEL:
		vrrp_vips_silence(i);
		vrrp_paths_remove(&i->paths);
		vrrp_vips_remove(i);
		break;
	case VRRP_DO_GARP:
		vrrp_vips_announce(i, now);
		break;
	case VRRP_DO_GARP_LOWER:
		vrrp_vips_announce_lower(i, now);
		break;
	case VRRP_DO_NOTHING:
	case VRRP_ACTION_KINDS:
		break;
	}
}

/* ---- the one door --------------------------------------------------------------- */

/* The state before is what the row says. A process that replaces another begins in INIT for
 * itself only: for everybody else the router is what it was, and when it goes on as that nothing
 * has happened that counts. */
static void transition(struct vrrp_instance *i, struct mono now)
{
	enum vrrp_state old = i->row.state;

	if (i->fsm.state != old) {
		i->row.transitions++;
		i->row.become_master += i->fsm.state == VRRP_MASTER;
		i->row.last_transition = now;
	}
	log_transition(
	    &(struct log_transition){.event = LOG_VRRP_INSTANCE,
				     .level = LOG_LV_NOTICE,
				     .key = {i->row.name},
				     .old = enum_name(vrrp_state_names, old),
				     .now = enum_name(vrrp_state_names, i->fsm.state),
				     .reason = enum_name(vrrp_reason_names, i->fsm.reason)},
	    "priority %u", i->cfg.priority);
}

static struct vrrp_identity identity(const struct vrrp_instance *i)
{
	return (struct vrrp_identity){i->row.name, i->row.ifindex, i->row.vrid};
}

static void remember(struct vrrp_instance *i)
{
	struct vrrp_identity id = identity(i);

	vrrp_memory_put(i->env->memory, &id, &i->fsm.claim);
	if (i->ah.sequence)
		vrrp_memory_put_sequence(i->env->memory, &id, i->ah.sequence);
	i->claimed = i->fsm.claim.at.ns || i->ah.sequence;
}

/* Others take no number twice, and the last one of a predecessor may not have been kept. */
static void inherit_sequence(struct vrrp_instance *i)
{
	struct vrrp_identity id = identity(i);
	uint32_t last = vrrp_memory_sequence(i->env->memory, &id);

	if (last && last < UINT32_MAX - SEQUENCE_SKIP && last + SEQUENCE_SKIP > i->ah.sequence)
		i->ah.sequence = last + SEQUENCE_SKIP;
}

/* What a process before this one has left, if it can be taken over. */
static struct vrrp_claim inherited(const struct vrrp_instance *i)
{
	struct vrrp_identity id = identity(i);

	return vrrp_vips_present(i) ? vrrp_memory_get(i->env->memory, &id) : (struct vrrp_claim){0};
}

void vrrp_instance_step(struct vrrp_instance *i, const struct vrrp_event *e, struct mono now)
{
	struct vrrp_step s;
	enum vrrp_state old = i->fsm.state;
	bool moved;

	now = loop_refresh(i->env->loop);
	rtnl_writer_stamp(i->env->writer, now);
	i->cfg.held = vrrp_group_holds(i);
	s = vrrp_fsm_step(&i->cfg, &i->fsm, e, now);

	if (!s.known) {
		log_debug("vrrp_instance %s: no rule for %s in state %s", i->row.name,
			  vrrp_event_name(e->kind), enum_name(vrrp_state_names, old));
		return;
	}
	i->fsm = s.next;
	if (!i->fsm.claim.at.ns && i->claimed)
		remember(i);
	for (unsigned a = 0; a < s.nactions; a++)
		act(i, &s.action[a], now);
	if (i->fsm.claim.at.ns)
		remember(i);
	if (i->fsm.state == VRRP_MASTER)
		i->contest = i->cfg.contest = false;
	else
		vrrp_gap_end(&i->gap);
	moved = has_begun(i) && (old != i->fsm.state || i->row.state != i->fsm.state);
	if (moved) {
		transition(i, now);
		vrrp_vmacs_forward(i->env, &i->row, i->fsm.state == VRRP_MASTER);
	}
	vrrp_instance_publish(i, moved);
	if (moved)
		vrrp_group_changed(i, now);
}

static void step_kind(struct vrrp_instance *i, enum vrrp_event_kind k, struct mono now)
{
	vrrp_instance_step(i, &(struct vrrp_event){.kind = k}, now);
}

static void timer_due(void *arg, struct mono now)
{
	struct vrrp_instance *i = arg;
	int64_t late_ns = mono_diff(now, i->timer.due), late = late_ns / NS_PER_US;

	if (late > 0 && (uint64_t)late > i->row.worst_lateness_us)
		i->row.worst_lateness_us = (uint64_t)late;
	vrrp_warn_late(i, late_ns, now);
	if (i->fsm.state == VRRP_BACKUP && i->port)
		vrrp_port_look(i->port, now);
	if (!i->timer.armed) /* the master was heard after all */
		step_kind(i, VRRP_EVENT_TIMER, now);
}

void vrrp_instance_renew(struct vrrp_instance *i, struct mono now)
{
	if (i->fsm.state != VRRP_MASTER)
		return;
	step_kind(i, VRRP_EVENT_TIMER, now);
	if (i->fsm.state == VRRP_MASTER)
		vrrp_vips_add(i);
}

/* ---- configuration -------------------------------------------------------------- */

static uint32_t wire_interval(const struct vrrp_instance_row *r)
{
	uint32_t cs = r->adver_int_cs;

	if (r->version == 2) {
		cs = (cs + 50) / 100 * 100;
		return cs < 100 ? 100 : cs > 25500 ? 25500 : cs;
	}
	return cs > VRRP_INTERVAL_MAX ? VRRP_INTERVAL_MAX : cs;
}

static void configure(struct vrrp_instance *i)
{
	const struct vrrp_instance_row *r = &i->row;

	i->cfg.version = r->version;
	i->yields = vrrp_yields(i->env->store, r);
	i->cfg.priority =
	    i->yields ? YIELDED_PRIORITY : vrrp_tracked_priority(&i->tracked, r->base_priority);
	i->cfg.contest = i->contest;
	i->cfg.preempt = r->preempt || r->base_priority == VRRP_PRIO_OWNER;
	i->cfg.start_master = r->initial_state == VRRP_MASTER;
	i->cfg.adver_int_cs = wire_interval(r);
	i->cfg.down_timer_adverts = r->down_timer_adverts;
	i->cfg.preempt_delay_ns = r->preempt_delay_ms * NS_PER_MS;
	i->cfg.start_at = i->env->start_at;
	i->cfg.lower_prio_no_advert = r->lower_prio_no_advert;
	i->cfg.higher_prio_send_advert = r->higher_prio_send_advert;
	i->cfg.owner_ignore_adverts = r->owner_ignore_adverts;
}

bool vrrp_instance_update(struct vrrp_instance *i, const struct vrrp_instance_row *row,
			  struct mono now)
{
	struct fieldset wanted = fieldset_of(T_VRRP_INSTANCE, F_WANTED);
	struct fieldset live = fieldset_of(T_VRRP_INSTANCE, F_LIVE);
	struct fieldset changed = row_diff(T_VRRP_INSTANCE, &i->row, row, wanted), restart;
	struct vrrp_fsm_config before = i->cfg;
	uint32_t lease = i->row.address_lease_ms, refresh = i->row.garp_master_refresh_ms,
		 extra = i->row.garp_extra_if_ms;
	bool yielded = i->yields;

	if (fieldset_empty(&changed) && vrrp_yields(i->env->store, row) == yielded)
		return true;
	restart = fieldset_minus(changed, live);
	if (!fieldset_empty(&restart))
		return false;
	if (row->command != i->row.command)
		vrrp_group_contest(i, row->command == VRRP_COMMAND_TAKEOVER);
	row_copy_fields(T_VRRP_INSTANCE, &i->row, row, changed);
	configure(i);
	if (i->fsm.preempt_at.ns)
		i->fsm.preempt_at =
		    mono_add(i->fsm.preempt_at, i->cfg.preempt_delay_ns - before.preempt_delay_ns);
	vrrp_advert_compose(i);
	if (i->yields && !yielded)
		step_kind(i, VRRP_EVENT_YIELD, now);
	if (i->cfg.priority != before.priority || i->cfg.preempt != before.preempt ||
	    i->cfg.adver_int_cs != before.adver_int_cs ||
	    i->cfg.down_timer_adverts != before.down_timer_adverts)
		step_kind(i, VRRP_EVENT_CONFIG, now);
	if (i->fsm.state == VRRP_MASTER &&
	    (i->row.address_lease_ms != lease || i->cfg.adver_int_cs != before.adver_int_cs ||
	     i->cfg.down_timer_adverts != before.down_timer_adverts))
		vrrp_vips_add(i);
	if (i->fsm.state == VRRP_MASTER &&
	    (i->row.garp_master_refresh_ms != refresh || i->row.garp_extra_if_ms != extra))
		vrrp_vips_refresh(i, now);
	vrrp_instance_publish(i, true);
	return true;
}

void vrrp_instance_addresses(struct vrrp_instance *i, struct mono now)
{
	if (vrrp_peers_read(&i->peers, i->env->store, i->row.name))
		vrrp_means_drop(i); /* they are found anew before anything is sent */
	vrrp_paths_read(&i->paths);
	if (!vrrp_vips_read(i))
		return;
	vrrp_advert_compose(i);
	step_kind(i, VRRP_EVENT_CONFIG, now);
}

/* ---- conditions ------------------------------------------------------------------ */

static enum vrrp_reason start_reason(const struct vrrp_instance *i)
{
	if (i->fsm.state == VRRP_FAULT && i->fsm.reason == VRRP_REASON_GROUP)
		return VRRP_REASON_GROUP;
	if (i->fsm.state == VRRP_FAULT && i->fsm.reason == VRRP_REASON_TRACK_FAULT)
		return VRRP_REASON_TRACK_OK;
	if (i->fsm.state == VRRP_FAULT)
		return VRRP_REASON_INTERFACE_UP;
	return i->fsm.reason == VRRP_REASON_ADMIN_DOWN ? VRRP_REASON_ADMIN_UP : i->why_new;
}

static void hold_down(struct vrrp_instance *i, struct mono now)
{
	if (i->fsm.state != VRRP_INIT || i->fsm.reason != VRRP_REASON_ADMIN_DOWN)
		step_kind(i, VRRP_EVENT_ADMIN_DOWN, now);
	vrrp_means_drop(i);
}

static void fail(struct vrrp_instance *i, enum vrrp_event_kind k, struct mono now)
{
	bool tracked = i->missing == tracked_fault;
	struct vrrp_event e = {.kind = k};

	if (k == VRRP_EVENT_LINK_DOWN && tracked)
		e.reason = VRRP_REASON_TRACK_FAULT;
	if (i->fsm.state != VRRP_FAULT)
		vrrp_instance_step(i, &e, now);
	if (i->missing && !tracked)
		vrrp_means_drop(i);
}

static void start(struct vrrp_instance *i, struct mono now)
{
	struct vrrp_event e = {.kind = VRRP_EVENT_START, .reason = start_reason(i)};

	inherit_sequence(i);
	if (vrrp_group_resumes(i, now))
		e.claim = i->inherited;
	if (vrrp_claim_holds(&e.claim, now))
		i->gap.last = e.claim.at;
	vrrp_instance_step(i, &e, now);
	vrrp_group_join_in(i, now);
}

/* Whether it is well is not known before there is a result; one that runs goes on meanwhile. At
 * the start its virtual MAC interface is waited for too, which is no fault. */
static void await_result(struct vrrp_instance *i, bool vmac_awaited)
{
	bool awaits = i->tracked.awaited && !runs(i);

	if (awaits && !i->awaits)
		log_info("vrrp_instance %s: waits for the first result of %u that it tracks",
			 i->row.name, i->tracked.awaited);
	i->awaits = awaits || vmac_awaited;
}

/* What is tracked has changed the priority. */
static void weigh(struct vrrp_instance *i, struct mono now)
{
	uint8_t before = i->cfg.priority;

	configure(i);
	if (i->cfg.priority == before)
		return;
	log_info("vrrp_instance %s: priority %u -> %u", i->row.name, before, i->cfg.priority);
	vrrp_advert_compose(i);
	step_kind(i, VRRP_EVENT_CONFIG, now);
	vrrp_instance_publish(i, true);
}

void vrrp_instance_look(struct vrrp_instance *i)
{
	struct addr before = i->cfg.primary;
	const char *missing;
	bool awaited;

	if (!rtnl_is_ready(i->env->rtnl))
		return;
	i->tracked = vrrp_tracks_of(i);
	missing = i->row.admin_state == ADMIN_DOWN ? set_down : vrrp_means_find(i);
	if (!missing)
		missing = vrrp_paths_missing(i);
	awaited = missing == vrrp_vmac_not_yet && i->fsm.state == VRRP_INIT;
	if (awaited)
		missing = NULL;
	if (!missing && i->tracked.faults)
		missing = tracked_fault;
	if (missing && missing == i->lacking && missing != i->missing)
		log_warnx("vrrp_instance %s: it cannot run: %s", i->row.name, missing);
	else if (missing && missing != i->missing && missing != set_down &&
		 missing != tracked_fault)
		log_warnx("vrrp_instance %s: interface %s cannot be used: %s", i->row.name,
			  i->row.interface, missing);
	i->missing = missing;
	await_result(i, awaited);
	if (i->fsm.state == VRRP_INIT)
		i->inherited = inherited(i);
	vrrp_group_tell(i);
	if (runs(i) && !addr_equal(&before, &i->cfg.primary))
		vrrp_instance_publish(i, true);
}

void vrrp_instance_check(struct vrrp_instance *i, struct mono now)
{
	if (!rtnl_is_ready(i->env->rtnl))
		return;
	weigh(i, now);
	if (i->missing == set_down)
		hold_down(i, now);
	else if (i->missing)
		fail(i, VRRP_EVENT_LINK_DOWN, now);
	else if (!vrrp_group_runs(i))
		fail(i, VRRP_EVENT_GROUP_DOWN, now);
	else if (!runs(i) && !vrrp_group_awaits(i))
		start(i, now);
	vrrp_vips_check(i);
	vrrp_promote_set(i);
}

/* ---- life ------------------------------------------------------------------------ */

struct vrrp_instance *vrrp_instance_new(struct vrrp_env *env, const struct vrrp_instance_row *row,
					enum vrrp_reason why)
{
	struct vrrp_instance *i = xcalloc(1, sizeof(*i));

	i->env = env;
	i->serial = ++env->last_serial;
	i->why_new = why;
	i->missing = not_seen;
	i->claimed = true; /* by a process before this one, for all we know */
	i->row = *row;     /* state and counters go on where a predecessor left them */
	memset(i->row.sync_group, 0, sizeof(i->row.sync_group));
	i->gap.worst_us = row->worst_advert_gap_us;
	vrrp_fsm_init(&i->fsm);
	timer_init(&i->timer, env->loop, timer_due, i);
	timer_init(&i->publish, env->loop, publish_due, i);
	configure(i);
	i->fsm.master_adver_int_cs = i->cfg.adver_int_cs;
	vrrp_vips_open(i);
	vrrp_paths_open(&i->paths, env, i->row.name, i->serial);
	vrrp_paths_read(&i->paths);
	vrrp_vips_read(i);
	vrrp_peers_read(&i->peers, env->store, row->name);
	vrrp_advert_compose(i);
	LIST_INSERT_HEAD(&env->instances, i, next);
	vrrp_group_enter(i);
	return i;
}

void vrrp_instance_free(struct vrrp_instance *i, struct mono now)
{
	vrrp_group_leave(i);
	step_kind(i, VRRP_EVENT_SHUTDOWN, now);
	vrrp_means_drop(i);
	vrrp_peers_free(&i->peers);
	vrrp_vips_close(i);
	vrrp_paths_close(&i->paths);
	vrrp_promote_restore(i);
	timer_stop(&i->timer);
	timer_stop(&i->publish);
	LIST_REMOVE(i, next);
	free(i);
}

struct vrrp_instance *vrrp_instance_find(struct vrrp_env *env, const char *name)
{
	struct vrrp_instance *i;

	LIST_FOREACH(i, &env->instances, next)
	if (strcmp(i->row.name, name) == 0)
		return i;
	return NULL;
}
