/*
 * order: the rows of a table by an index that is not their key: tables of other modules number what
 * has a name here. Made when it is asked for and rows have come, gone or got another index since.
 */
#ifndef AGENT_ORDER_H
#define AGENT_ORDER_H

#include "agent/map.h"
#include "model/rows.h"
#include "model/store.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#define INDEX_MAX 24 /* sub-identifiers of the longest: interface, VRID, type, an IPv6 address */

/* The index of a row. 0: the table does not show it. */
size_t order_index(const struct map_table *m, const struct store *s, const void *row,
		   oid ret[INDEX_MAX]);

/* What is a row of a table whose rows are the ways of a route. */
struct order_hop {
	const struct vrrp_route_row *route;
	unsigned number; /* from 0 */
};

struct ordering;

struct ordering *order_new(void);
void order_free(struct ordering *o);
/* Makes it anew unless that was done for this generation. */
void order_follow(struct ordering *o, const struct map_table *m, const struct store *s,
		  uint64_t generation);
size_t order_count(const struct ordering *o);
const void *order_row(const struct ordering *o, size_t i);
const oid *order_ids(const struct ordering *o, size_t i, size_t *ret_len);

#endif
