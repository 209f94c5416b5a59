/* special_snmp: statements of global_defs that say which notifications are sent. See special.h. */
#ifndef CONFIG_SPECIAL_SNMP_H
#define CONFIG_SPECIAL_SNMP_H

#include "config/keyword.h"

/* Who asks for tables of keepalived asks for its notifications. */
void special_enable_snmp(struct parse *p, struct draft *d, const struct keyword *k,
			 const struct item *it);
/* One statement for two fields; they are printed by their own. */
void special_enable_snmp_rfc(struct parse *p, struct draft *d, const struct keyword *k,
			     const struct item *it);
bool print_nothing(const void *row, char *buf, size_t size);

#endif
