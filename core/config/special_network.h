/* special_network: namespaces, and buffers of sockets. */
#ifndef CONFIG_SPECIAL_NETWORK_H
#define CONFIG_SPECIAL_NETWORK_H

#include "config/parse.h"

void special_namespace(struct parse *p, struct draft *d, const struct keyword *k,
		       const struct item *it);
void special_namespace_ipvs(struct parse *p, struct draft *d, const struct keyword *k,
			    const struct item *it);
bool print_namespace_ipvs(const void *row, char *buf, size_t size);
void special_rx_bufs(struct parse *p, struct draft *d, const struct keyword *k,
		     const struct item *it);
bool print_rx_bufs(const void *row, char *buf, size_t size);

#endif
