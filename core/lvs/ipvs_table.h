/*
 * ipvs_table: a table of services with their destinations as a value, and the difference of
 * two of them as a list of operations. Pure; used for what is wanted and for what the kernel
 * has.
 *
 * A table is filled in any order, then sealed: sorted, doubles gone. Only sealed tables are
 * searched and compared.
 */
#ifndef LVS_IPVS_TABLE_H
#define LVS_IPVS_TABLE_H

#include "lvs/ipvs_msg.h"

#include <stddef.h>

/* What is wanted has no counts, and what was just written has none yet. */
struct ipvs_entry {
	struct ipvs_service service;
	struct ipvs_dest *dests;
	struct ipvs_counts *counts; /* of some of them: in the order in which they were added */
	uint32_t ndests, cap, ncounts;
};

struct ipvs_table {
	struct ipvs_entry *entries;
	size_t nentries, cap;
};

void ipvs_table_free(struct ipvs_table *t); /* leaves an empty table */
/* The entry is valid until the next one is added. */
struct ipvs_entry *ipvs_table_add(struct ipvs_table *t, const struct ipvs_service *s);
void ipvs_entry_add(struct ipvs_entry *e, const struct ipvs_dest *d);
void ipvs_entry_add_counted(struct ipvs_entry *e, const struct ipvs_dest *d,
			    const struct ipvs_counts *n);
void ipvs_entry_free(struct ipvs_entry *e); /* its servers; the table keeps the entry */
/* Sorts; of doubles (the kernel's dumps have them) the last stays. */
void ipvs_table_seal(struct ipvs_table *t);
void ipvs_entry_seal(struct ipvs_entry *e);
/* NULL when absent. */
struct ipvs_entry *ipvs_table_find(const struct ipvs_table *t, const struct ipvs_service_key *k);
struct ipvs_dest *ipvs_entry_find(const struct ipvs_entry *e, const struct ipvs_dest_key *k);
/* NULL when it is absent, zeroes when it was not counted. */
const struct ipvs_counts *ipvs_entry_counts(const struct ipvs_entry *e,
					    const struct ipvs_dest_key *k);
/* Into a sealed table, which stays sealed; an entry of the same key is replaced and its servers
 * go. The entry is valid until the next change. */
struct ipvs_entry *ipvs_table_insert(struct ipvs_table *t, const struct ipvs_service *s);
void ipvs_entry_insert(struct ipvs_entry *e, const struct ipvs_dest *d); /* likewise */
/* Takes an entry out of a sealed table; it stays sealed. */
void ipvs_table_remove(struct ipvs_table *t, const struct ipvs_service_key *k);

/* True when nothing need be written to turn `have` into `want`. */
bool ipvs_service_same(const struct ipvs_service *want, const struct ipvs_service *have);
bool ipvs_dest_same(const struct ipvs_dest *want, const struct ipvs_dest *have);

enum ipvs_op_kind {
	IPVS_NEW_SERVICE,
	IPVS_SET_SERVICE,
	IPVS_DEL_SERVICE,
	IPVS_NEW_DEST,
	IPVS_SET_DEST,
	IPVS_DEL_DEST,
};
extern const char *const ipvs_op_name[]; /* "add service", ... */

struct ipvs_op {
	enum ipvs_op_kind kind;
	struct ipvs_service service; /* DEST operations: its key matters */
	struct ipvs_dest dest;
};

struct ipvs_ops {
	struct ipvs_op *ops;
	size_t nops, cap;
};

void ipvs_ops_free(struct ipvs_ops *o);
/* Appends what turns `have` (NULL: absent) into `want` (NULL: to be absent), in an order that
 * is safe at every step: new servers before old ones go, a scheduler's fallback before the
 * weight 0 that needs it. */
void ipvs_diff_entry(const struct ipvs_entry *want, const struct ipvs_entry *have,
		     struct ipvs_ops *ret);

#endif
