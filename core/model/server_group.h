/* server_group: the members of a virtual_server_group, in a store. Pure. */
#ifndef MODEL_SERVER_GROUP_H
#define MODEL_SERVER_GROUP_H

#include "model/rows_group.h"
#include "model/rows_lvs.h"
#include "model/store.h"

/* They are neighbours: the place of the first, and the one at a place; NULL behind the last. */
size_t server_group_first(const struct store *s, const char *group);
const struct server_group_member_row *server_group_at(const struct store *s, const char *group,
						      size_t i);

#define SERVER_GROUP_EACH(s, group, var)                                                           \
	for (size_t var##_i_ = server_group_first(s, group); server_group_at(s, group, var##_i_);  \
	     var##_i_++)                                                                           \
		for (const struct server_group_member_row *var =                                   \
			 server_group_at(s, group, var##_i_);                                      \
		     var; var = NULL)

/* Whether it is an address of the virtual server, or of its group. */
bool virtual_server_has(const struct store *s, const struct virtual_server_row *vs,
			const struct addr *addr);

#endif
