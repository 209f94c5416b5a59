/*
 * suspended: see suspended.h. Part of main.
 *
 * Only the addresses of routers come and go. A virtual server whose address is none of them, or
 * that is a mark and has none, is checked always. One of several addresses is checked while any of
 * them is here.
 */
#include "daemon/suspended.h"

#include "daemon/tracked.h"

#include "base/text.h"
#include "model/rows.h"
#include "model/server_group.h"

static bool is_elsewhere(const struct store *live, const struct virtual_server_row *v)
{
	bool known = false, here = false;

	STORE_EACH(live, T_VRRP_ADDRESS, struct vrrp_address_row, a)
	{
		if (!virtual_server_has(live, v, &a->addr))
			continue;
		known = true;
		here = here || a->present;
	}
	return known && !here;
}

static void look(struct store *live, const struct virtual_server_row *v)
{
	struct virtual_server_row now = *v;
	struct fieldset changed;
	const void *row;

	now.suspended = v->ha_suspend && is_elsewhere(live, v);
	if (now.suspended == v->suspended)
		return;
	row = store_put(live, T_VIRTUAL_SERVER, &now, F_MAIN, &changed);
	tracked_seen(live, T_VIRTUAL_SERVER, row, &changed);
}

void suspended_seen(struct store *live, enum table_id t, const void *row,
		    const struct fieldset *changed)
{
	const struct vrrp_address_row *a = row;

	if (t != T_VRRP_ADDRESS || !fieldset_has_name(changed, t, "present"))
		return;
	STORE_EACH(live, T_VIRTUAL_SERVER, struct virtual_server_row, v)
	{
		if (v->ha_suspend && virtual_server_has(live, v, &a->addr))
			look(live, v);
	}
}

void suspended_all(struct store *live)
{
	STORE_EACH(live, T_VIRTUAL_SERVER, struct virtual_server_row, v)
	look(live, v);
}
