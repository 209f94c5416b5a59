/* changelog: see changelog.h. */
#include "daemon/changelog.h"

void changelog_add(struct store *s, struct change_log_row *row, uint32_t size)
{
	size_t n = store_count(s, T_CHANGE_LOG);
	const struct change_log_row *last = n ? store_at(s, T_CHANGE_LOG, n - 1) : NULL;

	row->number = last ? last->number + 1 : 1;
	row->when = wall_now_ms();
	store_put(s, T_CHANGE_LOG, row, F_SEEN, NULL);
	while (store_count(s, T_CHANGE_LOG) > size)
		store_del(s, T_CHANGE_LOG, store_at(s, T_CHANGE_LOG, 0));
}
