/* special_vmac: use_vmac and what belongs to it, and the names that follow from it. */
#ifndef CONFIG_SPECIAL_VMAC_H
#define CONFIG_SPECIAL_VMAC_H

#include "config/parse.h"

void special_use_vmac(struct parse *p, struct draft *d, const struct keyword *k,
		      const struct item *it);
void special_vmac_prefix(struct parse *p, struct draft *d, const struct keyword *k,
			 const struct item *it);
bool print_use_vmac(const void *row, char *buf, size_t size);
void special_use_ipvlan(struct parse *p, struct draft *d, const struct keyword *k,
			const struct item *it);
bool print_use_ipvlan(const void *row, char *buf, size_t size);

/* resolve_vmac.c: names for the interfaces with a virtual MAC address, of instances when they are
 * rows, of addresses when all that is left are those that stay. */
void resolve_vmacs(struct parse *p);
void resolve_vmac_addresses(struct store *s);

#endif
