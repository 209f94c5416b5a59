/* special_group: virtual_server_group, the addresses and marks that are one service. Internal to
 * config. */
#ifndef CONFIG_SPECIAL_GROUP_H
#define CONFIG_SPECIAL_GROUP_H

#include "config/parse.h"

bool enter_server_group(struct parse *p, struct draft *d, const struct item *it);
/* ADDRESS[-ADDRESS|/PREFIX] [PORT], or fwmark MARK [inet|inet6]. */
void line_server_group(struct parse *p, struct draft *d, const struct block *b,
		       const struct item *it);
/* "group NAME" of a virtual_server. */
bool read_server_group(struct parse *p, struct virtual_server_row *r, const struct item *it);
/* The rows of all groups, and what virtual servers take from them. */
void resolve_server_groups(struct parse *p);
/* Words of such a line, that mean the row. */
const char *print_group_member(const struct server_group_member_row *m, char *buf, size_t size);

#endif
