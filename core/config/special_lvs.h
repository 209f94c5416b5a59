/* special_lvs: see special_lvs.c. */
#ifndef CONFIG_SPECIAL_LVS_H
#define CONFIG_SPECIAL_LVS_H

#include "config/parse.h"

void special_forwarding(struct parse *p, struct draft *d, const struct keyword *k,
			const struct item *it);
bool print_forwarding(const void *row, char *buf, size_t size); /* of a real server */
void special_granularity(struct parse *p, struct draft *d, const struct keyword *k,
			 const struct item *it);
bool print_granularity(const void *row, char *buf, size_t size);
/* Of a scheduler whose flags have no names. */
bool print_flag(const void *row, char *buf, size_t size);

#endif
