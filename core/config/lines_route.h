/* lines_route: routes, rules, static addresses and track groups in a file. Internal to config. */
#ifndef CONFIG_LINES_ROUTE_H
#define CONFIG_LINES_ROUTE_H

#include "base/route.h"
#include "config/keyword.h"

/* The number that the administrator has given a name to, in the files of iproute2. */
bool names_find(const struct parse *p, enum route_names kind, const char *name, uint32_t *ret);
void special_default_interface(struct parse *p, struct draft *d, const struct keyword *k,
			       const struct item *it);
void special_names_folder(struct parse *p, struct draft *d, const struct keyword *k,
			  const struct item *it);
#define WORDS_OF_LINE 200
void line_route(struct parse *p, struct draft *d, const struct block *b, const struct item *it);
void line_rule(struct parse *p, struct draft *d, const struct block *b, const struct item *it);
/* Drafts of these into rows, when the instances are there: resolve_route.c. */
void resolve_routes(struct parse *p);

/* What keepalived makes of an address without preferred_lft: one that is a host by itself is
 * deprecated, so that it is nobody's source by chance. */
uint32_t preferred_by_default(const struct vrrp_address_row *a);

#endif
