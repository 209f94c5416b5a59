/*
 * rules: relations between fields that no range can express.
 *
 * Draining is weight 0 with the established connections kept. Whether that also keeps new
 * clients away depends on the scheduler (measured on Linux 6.1): most skip a server of weight
 * 0; sh and mh keep choosing it and then fail the client, unless their fallback flag is set;
 * dh keeps choosing it and has no such flag, so with dh a drain can only hurt and is refused.
 *
 * The owner of the addresses (priority 255) has them as its own: it cannot leave them to others.
 *
 * Linked by main (validation) and by lvs. Pure.
 */
#include "model/rules.h"

#include <string.h>

const char *lvs_drain_objection(const struct virtual_server_row *vs)
{
	if (strcmp(vs->scheduler, "dh") == 0)
		return "scheduler dh keeps sending clients to a server of weight 0 and fails them: "
		       "use another scheduler, or set forcedOffline";
	return NULL;
}

const char *vrrp_command_objection(const struct vrrp_instance_row *v)
{
	if (v->command == VRRP_COMMAND_YIELD && v->base_priority == 255)
		return "the owner of the addresses (priority 255) cannot yield: set it down, or "
		       "change its priority";
	return NULL;
}

bool lvs_scheduler_needs_fallback(const char *scheduler)
{
	return strcmp(scheduler, "sh") == 0 || strcmp(scheduler, "mh") == 0;
}
