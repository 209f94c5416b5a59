/* engine_kernel: a virtual server and its servers in the kernel's services. See engine_int.h. */
#ifndef LVS_ENGINE_KERNEL_H
#define LVS_ENGINE_KERNEL_H

#include "lvs/ipvs_table.h"
#include "lvs/refusals.h"
#include "model/rows.h"

struct engine;

/* The kernel's services of a virtual server, one after the other. */
struct service_walk {
	const struct engine *engine;
	const struct virtual_server_row *vs;
	size_t member;   /* to come: its place in the store */
	uint32_t offset; /* within that */
	struct ipvs_service_key key;
};
struct service_walk engine_services(const struct engine *e, const struct virtual_server_row *vs);
/* The next one into w->key; false: there are no more. */
bool engine_next_service(struct service_walk *w);
#define SERVICES_OF(e, vs, var)                                                                    \
	for (struct service_walk var = engine_services(e, vs); engine_next_service(&var);)

/* A server in one of the services of its virtual server. */
struct ipvs_dest_key engine_dest_key(const struct ipvs_service_key *service,
				     const struct real_server_row *rs);
/* What the kernel was last seen to have of a server, and what it refused. */
struct server_seen {
	const struct ipvs_dest *dest; /* in the first service that has it; NULL: in none */
	const struct refusal *refusal;
};
struct server_seen engine_seen(const struct engine *e, const struct virtual_server_row *vs,
			       const struct real_server_row *rs);
/* The name of the virtual server that has the service; "?" when none has. */
const char *engine_owner_of(const struct engine *e, const struct ipvs_service_key *key);

#endif
