/* special_pool: the keywords of sorry servers. Internal to config. */
#ifndef CONFIG_SPECIAL_POOL_H
#define CONFIG_SPECIAL_POOL_H

#include "config/parse.h"
#include "config/special_lvs.h"

extern const struct block block_sorry_server;

/* ADDRESS [PORT] from `word` on; in special.c. */
bool read_endpoint(struct parse *p, const struct item *it, unsigned word, struct addr *addr,
		   uint16_t *port);
bool enter_sorry_server(struct parse *p, struct draft *d, const struct item *it);
/* The same without a block. */
void special_sorry_server(struct parse *p, struct draft *d, const struct keyword *k,
			  const struct item *it);
/* Options of it that stand behind it. */
void special_sorry_option(struct parse *p, struct draft *d, const struct keyword *k,
			  const struct item *it);
/* The draft of the sorry server in that of its virtual server; NULL: it has none. */
struct draft *sorry_server_of(const struct draft *d);

#endif
