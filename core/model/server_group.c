/* server_group: see server_group.h. */
#include "model/server_group.h"

#include "base/text.h"

size_t server_group_first(const struct store *s, const char *group)
{
	struct server_group_member_row key;

	row_init(T_SERVER_GROUP_MEMBER, &key);
	key.group = group;
	return store_lower_bound(s, T_SERVER_GROUP_MEMBER, &key);
}

const struct server_group_member_row *server_group_at(const struct store *s, const char *group,
						      size_t i)
{
	const struct server_group_member_row *m = NULL;

	if (i < store_count(s, T_SERVER_GROUP_MEMBER))
		m = store_at(s, T_SERVER_GROUP_MEMBER, i);
	return m && text_eq(m->group, group) ? m : NULL;
}

bool virtual_server_has(const struct store *s, const struct virtual_server_row *vs,
			const struct addr *addr)
{
	if (!vs->group[0])
		return addr_equal(&vs->addr, addr);
	SERVER_GROUP_EACH(s, vs->group, m)
	if (addr_cmp(&m->addr, addr) <= 0 && addr_cmp(addr, &m->last) <= 0)
		return true;
	return false;
}
