/*
 * silence: see silence.h.
 *
 * A master that has not advertised for three intervals has lost its mastership: the others take
 * over, and it steps back as soon as it wakes, or its successor begins as backup (vrrp/fsm.c). It
 * may have advertised last just before the heartbeat that did not come any more.
 *
 * So what is said here is never taken back by an unchanged row: the process tells its next state
 * as a change. Backups stay what they are: nobody relies on them, and they need not change when
 * they wake. Counters are the router's own.
 */
#include "daemon/silence.h"

#include "base/log.h"
#include "base/text.h"
#include "model/rows.h"

#define HEARTBEAT_ROOM (250 * NS_PER_MS)

static bool is_over(const struct vrrp_instance_row *r, int64_t silent_ns)
{
	return r->state == VRRP_MASTER &&
	       silent_ns > 3 * r->master_adver_int_cs * NS_PER_CS + HEARTBEAT_ROOM;
}

static void note(enum log_event event, const char *name)
{
	log_transition(
	    &(struct log_transition){.event = event,
				     .level = LOG_LV_WARN,
				     .key = {name},
				     .old = enum_name(vrrp_state_names, VRRP_MASTER),
				     .now = enum_name(vrrp_state_names, VRRP_INIT),
				     .reason = enum_name(vrrp_reason_names, VRRP_REASON_SILENT)},
	    "no heartbeat: that is what main shows");
}

static void end_group(struct store *live, const char *name)
{
	struct sync_group_row key = {{0}}, g;
	const struct sync_group_row *found;

	TEXT_COPY(key.name, name);
	found = store_find(live, T_SYNC_GROUP, &key);
	if (!found || found->state != VRRP_MASTER)
		return;
	g = *found;
	g.state = VRRP_INIT;
	g.reason = VRRP_REASON_SILENT;
	store_put(live, T_SYNC_GROUP, &g, F_SEEN, NULL);
	note(LOG_SYNC_GROUP, g.name);
}

void silence_of_vrrp(struct store *live, int64_t silent_ns)
{
	STORE_EACH(live, T_VRRP_INSTANCE, struct vrrp_instance_row, row)
	{
		struct vrrp_instance_row r = *row;

		if (!is_over(row, silent_ns))
			continue;
		r.state = VRRP_INIT;
		r.reason = VRRP_REASON_SILENT;
		store_put(live, T_VRRP_INSTANCE, &r, F_SEEN, NULL);
		note(LOG_VRRP_INSTANCE, r.name);
		if (*r.sync_group)
			end_group(live, r.sync_group);
	}
}
