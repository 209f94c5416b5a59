/*
 * roles: see roles.h.
 *
 * Only the two that touch the kernel are watched. A heartbeat comes each 100 ms; vrrp is real-time
 * and silent for 3 s only when it hangs, lvs shares the processor and may wait for the kernel's
 * answer to a large table. Main is not watched: nothing stands still without it, and a change that
 * it is in the middle of is worth more than a quick restart. Neither is the agent: its library
 * waits for a frozen snmpd, and killing it would only begin the same wait again.
 */
#include "daemon/roles.h"

#include <stddef.h>

const struct role_spec role_specs[] = {
    {ROLE_MAIN, "halvard-main", main_main, false, NULL, 1, 0},
    {ROLE_VRRP, "halvard-vrrp", vrrp_main, true, NULL, 2, 3},
    {ROLE_LVS, "halvard-lvs", lvs_main, false, NULL, 3, 10},
    {ROLE_AGENT, "halvard-agent", NULL, false, "halvard-agent", 4, 0},
};
const unsigned role_spec_count = sizeof(role_specs) / sizeof(role_specs[0]);

const struct role_spec *role_spec(enum role r)
{
	for (unsigned i = 0; i < role_spec_count; i++)
		if (role_specs[i].role == r)
			return &role_specs[i];
	return NULL;
}
