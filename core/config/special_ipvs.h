/* special_ipvs: see special_ipvs.c. */
#ifndef CONFIG_SPECIAL_IPVS_H
#define CONFIG_SPECIAL_IPVS_H

#include "config/parse.h"

void special_timeouts(struct parse *p, struct draft *d, const struct keyword *k,
		      const struct item *it);
bool print_timeouts(const void *row, char *buf, size_t size);
void special_flush_on_stop(struct parse *p, struct draft *d, const struct keyword *k,
			   const struct item *it);
bool print_flush_on_stop(const void *row, char *buf, size_t size);
void special_sync_daemon(struct parse *p, struct draft *d, const struct keyword *k,
			 const struct item *it);
bool print_sync_daemon(const void *row, char *buf, size_t size);
/* Of an instance: the same for the whole, in an old form. */
void special_sync_interface(struct parse *p, struct draft *d, const struct keyword *k,
			    const struct item *it);

#endif
