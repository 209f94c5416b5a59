/*
 * sync_role: see sync_role.h. Part of main.
 *
 * Who is master tells, all others listen: a director that takes over knows the connections then.
 * Without an instance both daemons run always, as keepalived has it.
 */
#include "daemon/sync_role.h"

#include "base/text.h"
#include "model/rows.h"

static enum sync_role role_of(const struct store *live, const struct ipvs_row *r)
{
	const char *const key[] = {r->sync_instance};
	const struct vrrp_instance_row *v;

	if (!r->sync_interface[0])
		return SYNC_NONE;
	if (!r->sync_instance[0])
		return SYNC_BOTH;
	v = store_find_text(live, T_VRRP_INSTANCE, key);
	return v && v->state == VRRP_MASTER ? SYNC_MASTER : SYNC_BACKUP;
}

void sync_role_look(struct store *live)
{
	const struct ipvs_row *known = store_at(live, T_IPVS, 0);
	struct ipvs_row r;
	enum sync_role role;

	if (!known)
		return;
	r = *known;
	role = role_of(live, &r);
	if (r.sync_role == role)
		return;
	r.sync_role = (uint8_t)role;
	store_put(live, T_IPVS, &r, F_MAIN, NULL);
}

void sync_role_seen(struct store *live, enum table_id t, const void *row,
		    const struct fieldset *changed)
{
	(void)row;
	if (t == T_VRRP_INSTANCE && fieldset_has_name(changed, t, "state"))
		sync_role_look(live);
}
