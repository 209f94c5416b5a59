/* roles: see roles.h. */
#include "daemon/roles.h"

#include <stddef.h>

const struct role_spec role_specs[] = {
    {ROLE_MAIN, "halvard-main", main_main, false, NULL, 1},
    {ROLE_VRRP, "halvard-vrrp", vrrp_main, true, NULL, 2},
    {ROLE_LVS, "halvard-lvs", lvs_main, false, NULL, 3},
    {ROLE_AGENT, "halvard-agent", NULL, false, "halvard-agent", 4},
};
const unsigned role_spec_count = sizeof(role_specs) / sizeof(role_specs[0]);

const struct role_spec *role_spec(enum role r)
{
	for (unsigned i = 0; i < role_spec_count; i++)
		if (role_specs[i].role == r)
			return &role_specs[i];
	return NULL;
}
