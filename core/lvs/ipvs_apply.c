/*
 * ipvs_apply: reconciles the kernel's table with the wanted one.
 *
 * Three tables are kept: `want` (the last thing asked for), `seen` (ours as the kernel was
 * last read or written) and `leaving` (services that are no longer wanted and still have to
 * be deleted). A service enters `seen` by being read, never by assumption: the first time it
 * is wanted it is looked for in the kernel, and what is found there and fits is left alone.
 * That is adoption, at start and for a service added later alike.
 *
 * A dump of the kernel is not consistent while the table changes: entries come twice or not at
 * all and nothing says so (measured: 193 of 200 dumps wrong with one busy writer). So doubles
 * are removed, and a service that a dump lacks is asked for by its key before it counts as
 * absent, unless the dump has none at all. A destination that a dump lacks is caught by the write:
 * NEW answers EEXIST and becomes SET, SET answers ENOENT and becomes NEW, DEL of what is gone is
 * done. ESRCH says that a service is gone: it is made again, with all its servers.
 *
 * Writes go in two steps. First all that adds or changes, for many services in few system calls
 * (write_all), where a failure is only noted. Then, one by one, what is left: servers that go,
 * and what failed, which is tried again with the rules above. So servers leave a service only
 * after the kernel has said yes to those that come.
 *
 * There is no event for changes by others; ipvs_apply_read() is called now and then and says
 * how much has drifted.
 *
 * Runs in the lvs process; all I/O is behind struct ipvs_port.
 */
#include "lvs/ipvs_apply.h"

#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES_AT_A_TIME  64
#define PROBES_BEFORE_DUMP 8 /* asking for more services than this one by one: dump instead */

struct ipvs_apply {
	const struct ipvs_port *port;
	ipvs_refused_fn refused;
	void *arg;
	struct ipvs_table want, seen, leaving;
	struct ipvs_table known; /* keys that were looked for in the kernel */
	struct ipvs_ops ops;     /* of the first step */
	int *results;            /* of each of them */
	size_t results_cap;
};

struct ipvs_apply *ipvs_apply_new(const struct ipvs_port *port, ipvs_refused_fn refused, void *arg)
{
	struct ipvs_apply *a = xcalloc(1, sizeof(*a));

	a->port = port;
	a->refused = refused;
	a->arg = arg;
	return a;
}

void ipvs_apply_free(struct ipvs_apply *a)
{
	if (!a)
		return;
	ipvs_table_free(&a->want);
	ipvs_table_free(&a->seen);
	ipvs_table_free(&a->leaving);
	ipvs_table_free(&a->known);
	ipvs_ops_free(&a->ops);
	free(a->results);
	free(a);
}

const struct ipvs_entry *ipvs_apply_seen(const struct ipvs_apply *a,
					 const struct ipvs_service_key *k)
{
	return ipvs_table_find(&a->seen, k);
}

/* ---- reading --------------------------------------------------------- */

/* Looks one service up by its key and adds it, with its servers, to `into`. */
static int probe(const struct ipvs_apply *a, const struct ipvs_service_key *k,
		 struct ipvs_table *into)
{
	struct ipvs_service s;
	int r = a->port->get_service(a->port->arg, k, &s);

	if (r == -ESRCH)
		return 0;
	if (r < 0)
		return r;
	return a->port->dump_dests(a->port->arg, ipvs_table_add(into, &s));
}

static int read_dests(const struct ipvs_apply *a, const struct ipvs_service *s,
		      struct ipvs_table *into)
{
	return a->port->dump_dests(a->port->arg, ipvs_table_add(into, s));
}

/* Asks for services by their keys: a dump does not have them. */
static int read_missing(const struct ipvs_apply *a, const struct ipvs_table *missing,
			struct ipvs_table *into)
{
	struct ipvs_table found = {0};
	int r = 0;

	if (missing->nentries)
		r = a->port->get_services(a->port->arg, missing, &found);
	for (size_t i = 0; i < found.nentries && r == 0; i++)
		r = read_dests(a, &found.entries[i].service, into);
	ipvs_table_free(&found);
	return r;
}

/* Reads every service of `keys` into `into`, from a dump where that has it. */
static int read_keys(const struct ipvs_apply *a, const struct ipvs_table *keys,
		     struct ipvs_table *dump, struct ipvs_table *into)
{
	struct ipvs_table missing = {0};
	int r = 0;

	for (size_t i = 0; i < keys->nentries && r == 0; i++) {
		const struct ipvs_service *s = &keys->entries[i].service;
		const struct ipvs_entry *found = ipvs_table_find(dump, &s->key);

		if (found)
			r = read_dests(a, &found->service, into);
		else
			ipvs_table_add(&missing, s);
	}
	/* A dump that has nothing was made in one piece: nothing is missing. */
	if (r == 0 && dump->nentries)
		r = read_missing(a, &missing, into);
	ipvs_table_free(&missing);
	return r;
}

static int read_all(const struct ipvs_apply *a, const struct ipvs_table *want,
		    struct ipvs_table *ret)
{
	struct ipvs_table dump = {0}, fresh = {0};
	int r = a->port->dump_services(a->port->arg, &dump);

	ipvs_table_seal(&dump);
	if (r == 0)
		r = read_keys(a, want, &dump, &fresh);
	if (r == 0)
		r = read_keys(a, &a->leaving, &dump, &fresh);
	ipvs_table_free(&dump);
	if (r < 0) {
		ipvs_table_free(&fresh);
		return r;
	}
	ipvs_table_seal(&fresh);
	ipvs_table_free(ret);
	*ret = fresh;
	return 0;
}

static size_t count_drift(const struct ipvs_apply *a)
{
	struct ipvs_ops ops = {0};
	size_t n;

	for (size_t i = 0; i < a->want.nentries; i++) {
		const struct ipvs_entry *w = &a->want.entries[i];

		ipvs_diff_entry(w, ipvs_table_find(&a->seen, &w->service.key), &ops);
	}
	n = ops.nops;
	ipvs_ops_free(&ops);
	return n;
}

int ipvs_apply_read(struct ipvs_apply *a, size_t *drift)
{
	int r = read_all(a, &a->want, &a->seen);

	if (drift)
		*drift = r < 0 ? 0 : count_drift(a);
	return r;
}

static void move_entry(struct ipvs_entry *from, struct ipvs_table *to)
{
	*ipvs_table_insert(to, &from->service) = *from;
	*from = (struct ipvs_entry){.service = from->service};
}

/* Replaces what was seen of one service by what a probe finds. */
int ipvs_apply_read_one(struct ipvs_apply *a, const struct ipvs_service_key *k)
{
	struct ipvs_table one = {0};
	int r = probe(a, k, &one);

	ipvs_table_seal(&one);
	if (r == 0)
		ipvs_table_remove(&a->seen, k);
	if (r == 0 && one.nentries)
		move_entry(&one.entries[0], &a->seen);
	ipvs_table_free(&one);
	return r;
}

static const struct ipvs_entry *seen_of(const struct ipvs_apply *a, const struct ipvs_entry *w)
{
	return ipvs_table_find(&a->seen, &w->service.key);
}

void ipvs_apply_each_drift(struct ipvs_apply *a, ipvs_drift_fn fn, void *arg)
{
	struct ipvs_ops ops = {0};

	for (size_t i = 0; i < a->want.nentries; i++) {
		const struct ipvs_entry *w = &a->want.entries[i];

		ops.nops = 0;
		ipvs_diff_entry(w, seen_of(a, w), &ops);
		if (!ops.nops || ipvs_apply_read_one(a, &w->service.key) < 0)
			continue;
		ops.nops = 0;
		ipvs_diff_entry(w, seen_of(a, w), &ops);
		for (size_t n = 0; n < ops.nops; n++)
			fn(arg, &ops.ops[n], seen_of(a, w));
	}
	ipvs_ops_free(&ops);
}

/* Takes what a dump found into what was seen. */
static int read_many(struct ipvs_apply *a, const struct ipvs_table *keys)
{
	struct ipvs_table fresh = {0};
	int r = read_all(a, keys, &fresh);

	for (size_t i = 0; r == 0 && i < fresh.nentries; i++)
		move_entry(&fresh.entries[i], &a->seen);
	ipvs_table_free(&fresh);
	return r;
}

int ipvs_apply_learn(struct ipvs_apply *a, const struct ipvs_table *keys)
{
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < keys->nentries; i++)
		n += !ipvs_table_find(&a->known, &keys->entries[i].service.key);
	if (n > PROBES_BEFORE_DUMP)
		r = read_many(a, keys);
	for (size_t i = 0; n && n <= PROBES_BEFORE_DUMP && i < keys->nentries && r == 0; i++)
		if (!ipvs_table_find(&a->known, &keys->entries[i].service.key))
			r = ipvs_apply_read_one(a, &keys->entries[i].service.key);
	for (size_t i = 0; n && i < keys->nentries && r == 0; i++)
		ipvs_table_add(&a->known, &keys->entries[i].service);
	ipvs_table_seal(&a->known);
	return r;
}

int ipvs_apply_abandon(struct ipvs_apply *a, const struct ipvs_table *keys)
{
	int r = ipvs_apply_learn(a, keys);

	for (size_t i = 0; r == 0 && i < keys->nentries; i++) {
		const struct ipvs_service *s = &keys->entries[i].service;

		if (ipvs_table_find(&a->seen, &s->key) && !ipvs_table_find(&a->want, &s->key))
			ipvs_table_insert(&a->leaving, s);
	}
	return r;
}

/* Counts what is wanted for the first time and was there already. */
static void count_adopted(const struct ipvs_apply *a, const struct ipvs_table *want,
			  struct ipvs_report *ret)
{
	for (size_t i = 0; i < want->nentries; i++) {
		const struct ipvs_entry *w = &want->entries[i];
		const struct ipvs_entry *s = ipvs_table_find(&a->seen, &w->service.key);

		if (!s || ipvs_table_find(&a->want, &w->service.key) ||
		    ipvs_table_find(&a->leaving, &w->service.key))
			continue;
		ret->adopted_services++;
		for (size_t d = 0; d < w->ndests; d++)
			ret->adopted_dests += ipvs_entry_find(s, &w->dests[d].key) != NULL;
	}
}

/* ---- writing --------------------------------------------------------- */

/* What to do instead when the kernel's table is not what we saw; -1: nothing. */
static int other_kind(enum ipvs_op_kind kind, int err)
{
	switch (kind) {
	case IPVS_NEW_SERVICE:
		return err == -EEXIST ? IPVS_SET_SERVICE : -1;
	case IPVS_NEW_DEST:
		return err == -EEXIST ? IPVS_SET_DEST : -1;
	case IPVS_SET_DEST:
		return err == -ENOENT ? IPVS_NEW_DEST : -1;
	default:
		return -1;
	}
}

static int write_op(struct ipvs_apply *a, const struct ipvs_op *op)
{
	struct ipvs_op other = *op;
	int r = a->port->write(a->port->arg, op), kind = other_kind(op->kind, r);

	if (kind >= 0) {
		other.kind = (enum ipvs_op_kind)kind;
		r = a->port->write(a->port->arg, &other);
	}
	if ((op->kind == IPVS_DEL_SERVICE && r == -ESRCH) ||
	    (op->kind == IPVS_DEL_DEST && r == -ENOENT))
		r = 0;
	return r;
}

static void note_dest(struct ipvs_entry *e, const struct ipvs_op *op)
{
	struct ipvs_dest *have = ipvs_entry_find(e, &op->dest.key);

	if (op->kind == IPVS_DEL_DEST && have) {
		memmove(have, have + 1,
			(size_t)(e->dests + e->ndests - (have + 1)) * sizeof(*have));
		e->ndests--;
	} else if (op->kind != IPVS_DEL_DEST && have) {
		uint32_t counted = have->counted;

		*have = op->dest;
		have->counted = counted;
	} else if (op->kind != IPVS_DEL_DEST) {
		ipvs_entry_insert(e, &op->dest);
	}
}

/* Keeps `seen` true after the kernel took an operation. Servers may be taken for a service that we
 * have not seen, because somebody else added it: then nothing is known of it, and it is synced. */
static void note_done(struct ipvs_apply *a, const struct ipvs_op *op)
{
	struct ipvs_entry *e = ipvs_table_find(&a->seen, &op->service.key);
	bool service = op->kind == IPVS_NEW_SERVICE || op->kind == IPVS_SET_SERVICE;
	struct ipvs_stats stats;

	if (op->kind == IPVS_DEL_SERVICE) {
		ipvs_table_remove(&a->seen, &op->service.key);
	} else if (!e && service) {
		ipvs_table_insert(&a->seen, &op->service);
	} else if (service) {
		stats = e->service.stats;
		e->service = op->service;
		e->service.stats = stats;
	} else if (e) {
		note_dest(e, op);
	}
}

static void write_all(struct ipvs_apply *a)
{
	const struct ipvs_ops *o = &a->ops;

	if (o->nops > a->results_cap) {
		a->results_cap = o->cap;
		a->results = xrealloc(a->results, a->results_cap, sizeof(*a->results));
	}
	if (o->nops)
		a->port->write_all(a->port->arg, o->ops, o->nops, a->results);
}

/* Adds the difference of an entry up to its first removal; true when that is not all. */
static bool collect_additions(struct ipvs_apply *a, const struct ipvs_entry *want)
{
	struct ipvs_ops *o = &a->ops;
	size_t i = o->nops;

	ipvs_diff_entry(want, ipvs_table_find(&a->seen, &want->service.key), o);
	while (i < o->nops && o->ops[i].kind != IPVS_DEL_DEST)
		i++;
	if (i == o->nops)
		return false;
	o->nops = i;
	return true;
}

/* Performs the operations of one service; true when all were taken. */
static bool run_ops(struct ipvs_apply *a, const struct ipvs_ops *ops, struct ipvs_report *ret)
{
	size_t refused = ret->refused;

	for (size_t i = 0; i < ops->nops; i++) {
		int r = write_op(a, &ops->ops[i]);

		if (r == 0) {
			ret->written++;
			note_done(a, &ops->ops[i]);
			continue;
		}
		if (r == -ESRCH && ipvs_table_find(&a->seen, &ops->ops[i].service.key)) {
			ipvs_table_remove(&a->seen, &ops->ops[i].service.key);
			return false; /* the service itself is gone: see sync_entry() */
		}
		ret->refused++;
		if (a->refused)
			a->refused(a->arg, &ops->ops[i], r);
		if (ops->ops[i].kind == IPVS_NEW_SERVICE)
			break; /* its servers have nowhere to go */
	}
	return ret->refused == refused;
}

static bool sync_entry(struct ipvs_apply *a, const struct ipvs_entry *want,
		       const struct ipvs_service_key *k, struct ipvs_report *ret)
{
	bool done = false;

	/* A second time when somebody took the whole service away under the first. */
	for (int i = 0; i < 2 && !done; i++) {
		bool seen = ipvs_table_find(&a->seen, k);
		struct ipvs_ops ops = {0};

		ipvs_diff_entry(want, ipvs_table_find(&a->seen, k), &ops);
		done = run_ops(a, &ops, ret);
		ipvs_ops_free(&ops);
		if (!seen || ipvs_table_find(&a->seen, k))
			break;
	}
	return done;
}

/* At most ENTRIES_AT_A_TIME entries of what is wanted. */
static void sync_entries(struct ipvs_apply *a, const struct ipvs_entry *const *want, size_t n,
			 struct ipvs_report *ret)
{
	bool unfinished[ENTRIES_AT_A_TIME];
	size_t end[ENTRIES_AT_A_TIME], op = 0;

	a->ops.nops = 0;
	for (size_t i = 0; i < n; i++) {
		unfinished[i] = collect_additions(a, want[i]);
		end[i] = a->ops.nops;
	}
	write_all(a);
	for (size_t i = 0; i < n; i++) {
		for (; op < end[i]; op++) {
			unfinished[i] |= a->results[op] != 0;
			if (a->results[op] == 0) {
				ret->written++;
				note_done(a, &a->ops.ops[op]);
			}
		}
		if (unfinished[i])
			sync_entry(a, want[i], &want[i]->service.key, ret);
	}
}

/* Moves what is no longer wanted to `leaving`, and what is wanted again back from there. */
static void sort_leavers(struct ipvs_apply *a, const struct ipvs_table *want)
{
	for (size_t i = 0; i < a->want.nentries; i++) {
		const struct ipvs_service *s = &a->want.entries[i].service;

		if (!ipvs_table_find(want, &s->key))
			ipvs_table_add(&a->leaving, s);
	}
	ipvs_table_seal(&a->leaving);
	for (size_t i = 0; i < want->nentries; i++)
		ipvs_table_remove(&a->leaving, &want->entries[i].service.key);
}

/* Brings the services of `keys` to what is wanted. */
static void sync_keys(struct ipvs_apply *a, const struct ipvs_table *keys, struct ipvs_report *ret)
{
	const struct ipvs_entry *some[ENTRIES_AT_A_TIME];
	size_t n = 0;

	for (size_t i = 0; i < keys->nentries; i++) {
		some[n++] = ipvs_table_find(&a->want, &keys->entries[i].service.key);
		if (n < ENTRIES_AT_A_TIME && i + 1 < keys->nentries)
			continue;
		sync_entries(a, some, n, ret);
		n = 0;
	}
}

int ipvs_apply_update(struct ipvs_apply *a, struct ipvs_table *some, struct ipvs_report *ret)
{
	int r;

	*ret = (struct ipvs_report){0};
	ipvs_table_seal(some);
	r = ipvs_apply_learn(a, some);
	if (r == 0)
		count_adopted(a, some, ret);
	for (size_t i = 0; r == 0 && i < some->nentries; i++) {
		ipvs_table_remove(&a->leaving, &some->entries[i].service.key);
		move_entry(&some->entries[i], &a->want);
	}
	if (r == 0)
		sync_keys(a, some, ret);
	ipvs_table_free(some);
	return r;
}

int ipvs_apply_sync(struct ipvs_apply *a, struct ipvs_table *want, struct ipvs_report *ret)
{
	int r;

	*ret = (struct ipvs_report){0};
	ipvs_table_seal(want);
	r = ipvs_apply_learn(a, want);
	if (r < 0) {
		ipvs_table_free(want);
		return r;
	}
	count_adopted(a, want, ret);
	sort_leavers(a, want);
	ipvs_table_free(&a->want);
	a->want = *want;
	*want = (struct ipvs_table){0};
	sync_keys(a, &a->want, ret);
	for (size_t i = a->leaving.nentries; i-- > 0;) {
		struct ipvs_service_key k = a->leaving.entries[i].service.key;

		if (!sync_entry(a, NULL, &k, ret))
			continue;
		ipvs_table_remove(&a->leaving, &k);
		ipvs_table_remove(&a->known, &k);
	}
	return 0;
}

const char *ipvs_error_text(const struct ipvs_op *op, int err, char *buf, size_t size)
{
	bool service = op->kind == IPVS_NEW_SERVICE || op->kind == IPVS_SET_SERVICE;
	bool mixed =
	    op->kind == IPVS_NEW_DEST && op->dest.key.addr.family != op->service.key.addr.family;

	if (service && err == -ENOENT)
		snprintf(buf, size, "the kernel has no scheduler \"%s\" (module ip_vs_%s)",
			 op->service.scheduler, op->service.scheduler);
	else if (mixed && err == -EINVAL)
		snprintf(
		    buf, size,
		    "another address family: only by TUN, and without a synchronisation daemon");
	else
		snprintf(buf, size, "%s: %s", ipvs_op_name[op->kind], strerror(-err));
	return buf;
}
