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
	if (v->suspended)
		return TRACK_OK; /* nobody looks; else its address could never come here */
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

/* Where the object of a track row is described. */
static enum table_id table_of(int kind)
{
	return kind == TRACK_SCRIPT           ? T_VRRP_SCRIPT
	       : kind == TRACK_FILE           ? T_TRACK_FILE
	       : kind == TRACK_PROCESS        ? T_TRACK_PROCESS
	       : kind == TRACK_VIRTUAL_SERVER ? T_VIRTUAL_SERVER
					      : T_COUNT;
}

/* What is known of the object of a track row; false: nothing is. */
static bool look_up(const struct store *live, const struct track_row *t, struct track_row *ret)
{
	enum table_id table = table_of(t->kind);
	const char *const key[] = {t->object};
	const void *row = table != T_COUNT ? store_find_text(live, table, key) : NULL;
	const struct track_file_row *f = row;

	*ret = *t;
	if (row && table == T_VIRTUAL_SERVER)
		ret->reported = (uint8_t)state_of_pool(row);
	else if (row)
		ret->reported = (uint8_t)field_get(schema_field(table, "state"), row);
	ret->reported_value = row && table == T_TRACK_FILE ? f->value : 0;
	return row != NULL;
}

static void report(struct store *live, const struct track_row *t)
{
	struct track_row now;

	if (look_up(live, t, &now))
		store_put(live, T_TRACK, &now, F_MAIN, NULL);
}

/* Whether what has changed matters to who tracks it. */
static bool is_told(enum table_id t, const struct fieldset *changed)
{
	switch (t) {
	case T_VIRTUAL_SERVER:
		return fieldset_has_name(changed, t, "oper_state") ||
		       fieldset_has_name(changed, t, "suspended") ||
		       fieldset_has_name(changed, t, "rs_total");
	case T_TRACK_FILE:
		return fieldset_has_name(changed, t, "state") ||
		       fieldset_has_name(changed, t, "value");
	case T_VRRP_SCRIPT:
	case T_TRACK_PROCESS:
		return fieldset_has_name(changed, t, "state");
	default:
		return false;
	}
}

void tracked_seen(struct store *live, enum table_id t, const void *row,
		  const struct fieldset *changed)
{
	const char *name = field_str(&schema_table(t)->fields[0], row);

	if (!is_told(t, changed))
		return;
	STORE_EACH(live, T_TRACK, struct track_row, track)
	{
		if (table_of(track->kind) == t && text_eq(track->object, name))
			report(live, track);
	}
}

void tracked_all(struct store *live)
{
	STORE_EACH(live, T_TRACK, struct track_row, track)
	report(live, track);
}
