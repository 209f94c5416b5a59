/* nodes: a row for each machine that real servers are on. They follow from the real servers, so no
 * file names them; what an operator wants of one lies in the overlay. */
#include "config/config.h"

#include "base/text.h"
#include "model/rows.h"

void config_nodes(struct store *s)
{
	STORE_EACH(s, T_REAL_SERVER, struct real_server_row, r)
	{
		char name[ADDR_TEXT_MAX];
		struct node_row n;

		row_init(T_NODE, &n);
		n.name = addr_text(&r->addr, name);
		n.addr = r->addr;
		if (!store_find(s, T_NODE, &n))
			store_put(s, T_NODE, &n, F_KEY | F_CONFIG, NULL);
	}
}
