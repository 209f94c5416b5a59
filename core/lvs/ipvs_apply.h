/*
 * ipvs_apply: brings our part of the kernel's table to what is wanted, writing only what
 * differs, and keeps what the kernel was last seen to have.
 *
 * Ours are the services that are wanted, or were wanted earlier by this process. Nothing else
 * is read beyond its key, and nothing else is ever written.
 */
#ifndef LVS_IPVS_APPLY_H
#define LVS_IPVS_APPLY_H

#include "lvs/ipvs_table.h"

/* The kernel, or a test's idea of it. All return 0 or -errno. */
struct ipvs_port {
	/* Adds every service, without its servers. May miss some and give some twice. */
	int (*dump_services)(void *arg, struct ipvs_table *ret);
	/* Adds the servers of e->service to e; none when there is no such service. */
	int (*dump_dests)(void *arg, struct ipvs_entry *e);
	/* -ESRCH: there is none. */
	int (*get_service)(void *arg, const struct ipvs_service_key *k, struct ipvs_service *ret);
	/* Adds those of `keys` that there are, without their servers. */
	int (*get_services)(void *arg, const struct ipvs_table *keys, struct ipvs_table *ret);
	int (*write)(void *arg, const struct ipvs_op *op);
	/* Writes all, in order, whatever becomes of the ones before; results[i] is 0 or -errno. */
	void (*write_all)(void *arg, const struct ipvs_op *ops, size_t n, int *results);
	void *arg;
};

struct ipvs_report {
	size_t written; /* operations that the kernel took */
	size_t refused;
	size_t adopted_services, adopted_dests; /* found in the kernel as wanted */
};

/* An operation was refused with -errno; called from inside ipvs_apply_sync(). */
typedef void (*ipvs_refused_fn)(void *arg, const struct ipvs_op *op, int err);

struct ipvs_apply;

/* `port` is kept by reference. */
struct ipvs_apply *ipvs_apply_new(const struct ipvs_port *port, ipvs_refused_fn refused, void *arg);
void ipvs_apply_free(struct ipvs_apply *a); /* the kernel's table stays as it is */

/* Looks into the kernel for those services of `keys` (sealed; only keys are read) that were
 * never looked for, so that ipvs_apply_seen() answers for them. ipvs_apply_sync() does the
 * same; it is for a caller whose wish depends on what is there. 0 or -errno. */
int ipvs_apply_learn(struct ipvs_apply *a, const struct ipvs_table *keys);

/* Makes `want` what is wanted (takes its content, in any order) and writes the difference.
 * Services that were wanted and are no more are deleted. 0, or -errno when the kernel could
 * not be read (then nothing was written and nothing changed); single refusals are in *ret. */
int ipvs_apply_sync(struct ipvs_apply *a, struct ipvs_table *want, struct ipvs_report *ret);

/* What the kernel has of `keys` (sealed) is ours and not wanted: the next ipvs_apply_sync() deletes
 * it, unless that wants it. 0 or -errno. */
int ipvs_apply_abandon(struct ipvs_apply *a, const struct ipvs_table *keys);

/* The same as ipvs_apply_sync() for some services: what else is wanted stays as it is. */
int ipvs_apply_update(struct ipvs_apply *a, struct ipvs_table *some, struct ipvs_report *ret);

/* Reads again what the kernel has of ours, with statistics. *drift (may be NULL) gets the
 * number of operations that somebody else's changes have made necessary; the next
 * ipvs_apply_sync() does them. */
int ipvs_apply_read(struct ipvs_apply *a, size_t *drift);
/* Each of those operations, with what the kernel has of the service (NULL: nothing). What differs
 * is read once more before it counts, since a read while the table changes may lack something. */
typedef void (*ipvs_drift_fn)(void *arg, const struct ipvs_op *op, const struct ipvs_entry *have);
void ipvs_apply_each_drift(struct ipvs_apply *a, ipvs_drift_fn fn, void *arg);
/* Reads one service again, without looking for drift. */
int ipvs_apply_read_one(struct ipvs_apply *a, const struct ipvs_service_key *k);

/* What the kernel was last seen to have; NULL when nothing. Valid until the next call of the
 * functions above. */
const struct ipvs_entry *ipvs_apply_seen(const struct ipvs_apply *a,
					 const struct ipvs_service_key *k);

/* "the kernel has no scheduler \"foo\" (module ip_vs_foo)", "add server: ...". */
const char *ipvs_error_text(const struct ipvs_op *op, int err, char *buf, size_t size);

#endif
