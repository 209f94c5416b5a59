/*
 * tracked: see tracked.h. Part of main.
 *
 * A pool is dead when nothing in it can serve, or not enough. What the operator has switched off is
 * not dead: one who disables a virtual server does not ask for another master.
 */
#include "daemon/tracked.h"

#include "base/text.h"
#include "model/rows.h"

static enum track_state state_of_pool(const struct virtual_server_row *v)
{
	if (!v->rs_total)
		return TRACK_UNKNOWN; /* lvs has not spoken of it yet */
	switch (v->oper_state) {
	case VS_UP:
	case VS_DEGRADED:
	case VS_OPER_DISABLED:
		return TRACK_OK;
	case VS_DOWN:
	case VS_QUORUM_LOST:
	case VS_SORRY:
		return TRACK_FAILED;
	default:
		return TRACK_UNKNOWN;
	}
}

/* What is known of the object of a track row; false: nothing is. */
static bool look_up(const struct store *live, const struct track_row *t, struct track_row *ret)
{
	const char *const key[] = {t->object};
	const struct virtual_server_row *v;

	if (t->kind != TRACK_VIRTUAL_SERVER)
		return false;
	v = store_find_text(live, T_VIRTUAL_SERVER, key);
	*ret = *t;
	if (v)
		ret->reported = (uint8_t)state_of_pool(v);
	return v != NULL;
}

static void report(struct store *live, const struct track_row *t)
{
	struct track_row now;

	if (look_up(live, t, &now))
		store_put(live, T_TRACK, &now, F_MAIN, NULL);
}

void tracked_seen(struct store *live, enum table_id t, const void *row,
		  const struct fieldset *changed)
{
	const struct virtual_server_row *v = row;

	if (t != T_VIRTUAL_SERVER || (!fieldset_has_name(changed, t, "oper_state") &&
				      !fieldset_has_name(changed, t, "rs_total")))
		return;
	STORE_EACH(live, T_TRACK, struct track_row, track)
	{
		if (track->kind == TRACK_VIRTUAL_SERVER && text_eq(track->object, v->name))
			report(live, track);
	}
}

void tracked_all(struct store *live)
{
	STORE_EACH(live, T_TRACK, struct track_row, track)
	report(live, track);
}
