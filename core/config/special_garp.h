/* special_garp: the syntaxes of gratuitous ARP, for the tables of keywords. */
#ifndef CONFIG_SPECIAL_GARP_H
#define CONFIG_SPECIAL_GARP_H

#include "config/parse.h"

bool enter_garp_group(struct parse *p, struct draft *d, const struct item *it);
void special_garp_interface(struct parse *p, struct draft *d, const struct keyword *k,
			    const struct item *it);
void line_garp_interfaces(struct parse *p, struct draft *d, const struct block *b,
			  const struct item *it);
void special_extra_if(struct parse *p, struct draft *d, const struct keyword *k,
		      const struct item *it);
bool print_extra_if(const void *row, char *buf, size_t size);
void special_min_garp(struct parse *p, struct draft *d, const struct keyword *k,
		      const struct item *it);

#endif
