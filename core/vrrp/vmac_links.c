/*
 * vmac_links: see vmac_links.h (process vrrp).
 *
 * Links and rows are compared as a whole, whatever has happened: a macvlan that is missing is made
 * and one of ours that nobody wants is removed, so it makes no difference whether a process before
 * this one left it, or somebody deleted it, or the interface below went and came back. Ours is
 * what has our mark (vmac.h); one of a wanted name without it is reported and left alone.
 *
 * The netlink thread does the work (vmac_job.h). After a job the next look waits a little, longer
 * after a failure.
 */
#include "vrrp/vmac_links.h"

#include "base/chains.h"
#include "base/log.h"
#include "base/text.h"
#include "vrrp/vmac_job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define AGAIN_NS  (100 * NS_PER_MS)
#define FAILED_NS NS_PER_S
#define BUCKETS   256

const char vrrp_vmac_not_yet[] = "its virtual MAC interface is not there yet";
static const char foreign[] =
    "its virtual MAC interface has the name of another, which is left alone";
static const char failed[] = "its virtual MAC interface cannot be made";

/* One that is wanted, or one of ours that has to go. */
struct entry {
	LIST_ENTRY(entry) next;
	LIST_ENTRY(entry) same; /* in its bucket */
	struct vrrp_vmac v;
	bool wanted;
	bool busy;         /* a job is under way */
	int error;         /* of the last job */
	bool told;         /* that it is somebody else's */
	struct mono again; /* not before */
};

struct vrrp_vmacs {
	struct vrrp_env *env;
	uint32_t owner;
	LIST_HEAD(bucket, entry) entries;
	struct bucket by_name[BUCKETS]; /* every link of ours is looked for, with every event */
	struct vmac_bases bases;        /* the thread's */
	bool releasing;
	struct timer timer;
};

/* ---- what there is ------------------------------------------------------------------ */

static const struct rtnl_link *link_of(const struct vrrp_vmacs *all, const char *name)
{
	return rtnl_link_by_name(all->env->rtnl, name);
}

static unsigned ifindex_of(const struct vrrp_vmacs *all, const char *name)
{
	const struct rtnl_link *l = link_of(all, name);

	return l ? l->ifindex : 0;
}

/* The VRF that an interface is in; a bridge or a bond above it does not matter. */
static unsigned vrf_of(const struct vrrp_vmacs *all, const char *name)
{
	const struct rtnl_link *l = link_of(all, name);
	const struct rtnl_link *master = l ? rtnl_link_find(all->env->rtnl, l->master) : NULL;

	return master && master->vrf_table ? master->ifindex : 0;
}

static bool has_address(const struct vrrp_vmacs *all, const struct vrrp_vmac *v)
{
	return !v->addr.family ||
	       rtnl_addr_find(all->env->rtnl, ifindex_of(all, v->name), &v->addr, v->prefix_len);
}

static enum vrrp_vmac_fit judge(const struct vrrp_vmacs *all, const struct vrrp_vmac *v)
{
	enum vrrp_vmac_fit fit = vrrp_vmac_judge(all->owner, v, link_of(all, v->name),
						 ifindex_of(all, v->base), vrf_of(all, v->base));

	return fit == VRRP_VMAC_READY && !has_address(all, v) ? VRRP_VMAC_UNFINISHED : fit;
}

static unsigned bucket_of(const char *name)
{
	return chains_hash(0, name, strnlen(name, NAME_IF)) % BUCKETS;
}

static struct entry *find(const struct vrrp_vmacs *all, const char *name)
{
	struct entry *e;

	LIST_FOREACH(e, &all->by_name[bucket_of(name)], same)
	if (text_eq(e->v.name, name))
		return e;
	return NULL;
}

static struct entry *find_or_add(struct vrrp_vmacs *all, const char *name)
{
	struct entry *e = find(all, name);

	if (e)
		return e;
	e = xcalloc(1, sizeof(*e));
	TEXT_COPY(e->v.name, name);
	LIST_INSERT_HEAD(&all->entries, e, next);
	LIST_INSERT_HEAD(&all->by_name[bucket_of(name)], e, same);
	return e;
}

static void want(struct vrrp_vmacs *all, const struct vrrp_vmac *v)
{
	struct entry *e = find_or_add(all, v->name);

	if (memcmp(&e->v, v, sizeof(*v)) != 0)
		e->again = (struct mono){0};
	e->v = *v;
	e->wanted = true;
}

static void want_addresses(struct vrrp_vmacs *all)
{
	struct vrrp_vmac v;

	STORE_EACH(all->env->store, T_VRRP_ADDRESS, struct vrrp_address_row, a)
	{
		const char *const key[] = {a->instance};
		const struct vrrp_instance_row *r;

		if (!a->vmac_interface[0])
			continue;
		r = store_find_text(all->env->store, T_VRRP_INSTANCE, key);
		if (r && vrrp_vmac_of_address(r, a, &v))
			want(all, &v);
	}
}

void vrrp_vmacs_read(struct vrrp_env *env)
{
	struct entry *e;
	struct vrrp_vmac v;

	LIST_FOREACH(e, &env->vmacs->entries, next)
	e->wanted = false;
	STORE_EACH(env->store, T_VRRP_INSTANCE, struct vrrp_instance_row, r)
	{
		if (vrrp_vmac_of_instance(r, &v))
			want(env->vmacs, &v);
	}
	want_addresses(env->vmacs);
}

/* ---- forwarding ------------------------------------------------------------------------- */

static void forgotten(struct vrrp_env *env, struct vrrp_write *head, int error, struct mono now)
{
	(void)env, (void)error, (void)now;
	free(head);
}

static struct vmac_forward *forward_add(struct vmac_forward *f, const struct vrrp_vmac *v)
{
	unsigned n = f ? f->n : 0;

	f = xrealloc(f, 1, sizeof(*f) + (n + 1) * sizeof(f->v[0]));
	f->v[n] = *v;
	f->n = n + 1;
	return f;
}

/* NULL: the instance has none. */
static struct vmac_forward *forward_of(const struct vrrp_env *env,
				       const struct vrrp_instance_row *r)
{
	struct vrrp_address_row key = {0};
	struct vmac_forward *f = NULL;
	struct vrrp_vmac v;

	if (vrrp_vmac_of_instance(r, &v))
		f = forward_add(f, &v);
	TEXT_COPY(key.instance, r->name);
	for (size_t k = store_lower_bound(env->store, T_VRRP_ADDRESS, &key);
	     k < store_count(env->store, T_VRRP_ADDRESS); k++) {
		const struct vrrp_address_row *a = store_at(env->store, T_VRRP_ADDRESS, k);

		if (!text_eq(a->instance, r->name))
			break;
		if (vrrp_vmac_of_address(r, a, &v))
			f = forward_add(f, &v);
	}
	return f;
}

void vrrp_vmacs_forward(struct vrrp_env *env, const struct vrrp_instance_row *r, bool on)
{
	struct vmac_forward *f = forward_of(env, r);

	if (!f)
		return;
	f->head.answered = forgotten;
	f->on = on;
	rtnl_writer_run(env->writer, vmac_job_forward, f, (uintptr_t)f);
}

static bool has(const struct vmac_forward *f, const char *name)
{
	for (unsigned i = 0; f && i < f->n; i++)
		if (text_eq(f->v[i].name, name))
			return true;
	return false;
}

/* One that is made for a router that is master already: for an address that has come. */
static void forward_new(struct vrrp_env *env, const char *name)
{
	STORE_EACH(env->store, T_VRRP_INSTANCE, struct vrrp_instance_row, r)
	{
		struct vmac_forward *f = r->state == VRRP_MASTER ? forward_of(env, r) : NULL;

		if (has(f, name))
			vrrp_vmacs_forward(env, r, true);
		free(f);
	}
}

/* ---- asking for it -------------------------------------------------------------------- */

static const char *kind_text(const struct vrrp_vmac *v)
{
	return v->ipvlan ? "as an ipvlan" : "with a virtual MAC address";
}

/* At the end, one that was still being made; no event has told of it yet. */
static void discard_made(struct vrrp_vmacs *all, struct vmac_job *j)
{
	j->make = false;
	j->ifindex = 0;
	j->restore = true;
	rtnl_writer_run(all->env->writer, vmac_job_discard, j, (uintptr_t)j);
}

static void answered(struct vrrp_env *env, struct vrrp_write *head, int error, struct mono now)
{
	struct vmac_job *j = (struct vmac_job *)head;
	struct entry *e = find(env->vmacs, j->v.name);

	if (error && (!e || error != e->error))
		log_warnx("interface %s %s on %s: %s: %s", j->v.name, kind_text(&j->v), j->v.base,
			  j->step, strerror(error));
	if (e) {
		e->busy = false;
		e->error = error;
		e->again = mono_add(now, error ? FAILED_NS : AGAIN_NS);
	}
	if (env->vmacs->releasing && j->make) {
		discard_made(env->vmacs, j);
		return;
	}
	if (j->make && !error)
		forward_new(env, j->v.name);
	free(j);
	if (!env->vmacs->timer.armed)
		timer_after(&env->vmacs->timer, AGAIN_NS);
}

static struct vmac_job *job_new(struct vrrp_vmacs *all, struct entry *e,
				const struct rtnl_link *base)
{
	struct vmac_job *j = xcalloc(1, sizeof(*j));

	e->busy = true;
	j->head.answered = answered;
	j->owner = all->owner;
	j->bases = &all->bases;
	j->v = e->v;
	j->before = (struct vrrp_vmac_before){-1, -1};
	TEXT_COPY(j->link.name, e->v.name);
	memcpy(j->link.mac, e->v.mac, sizeof(j->link.mac));
	j->link.group = e->v.group;
	j->link.ipvlan = e->v.ipvlan;
	j->link.ipvlan_flags = vrrp_vmac_ipvlan_flags(&e->v);
	if (base) {
		j->link.lower = base->ifindex;
		j->link.master = vrf_of(all, base->name);
		j->base_group = base->group;
		TEXT_COPY(j->v.base, base->name);
	}
	return j;
}

/* What a mark on the same interface says; -1 where there is none. */
static struct vrrp_vmac_before before_of(const struct vrrp_vmacs *all, unsigned base)
{
	struct vrrp_vmac_before b = {-1, -1};
	const struct rtnl_link *l;

	for (unsigned i = 0; b.arp_ignore < 0 && (l = rtnl_link_at(all->env->rtnl, i)); i++)
		if (l->lower == base)
			vrrp_vmac_is_marked(all->owner, l, &b);
	return b;
}

static void ask_make(struct vrrp_vmacs *all, struct entry *e, enum vrrp_vmac_fit fit)
{
	const struct rtnl_link *base = link_of(all, e->v.base), *there = link_of(all, e->v.name);
	struct vmac_job *j;

	if (!base)
		return;
	j = job_new(all, e, base);
	j->make = true;
	j->create = fit != VRRP_VMAC_UNFINISHED;
	j->before = before_of(all, base->ifindex);
	if (fit == VRRP_VMAC_WRONG) {
		j->ifindex = there->ifindex;
	} else if (there) {
		j->made = there->ifindex;
		j->move = there->master != j->link.master;
	}
	rtnl_writer_run(all->env->writer, vmac_job_make, j, (uintptr_t)j);
}

static bool base_is_needed(const struct vrrp_vmacs *all, unsigned base)
{
	const struct entry *e;

	LIST_FOREACH(e, &all->entries, next)
	if (e->wanted && e->v.family == FAMILY_IPV4 && ifindex_of(all, e->v.base) == base)
		return true;
	return false;
}

static void ask_discard(struct vrrp_vmacs *all, struct entry *e, const struct rtnl_link *l)
{
	const struct rtnl_link *base = rtnl_link_find(all->env->rtnl, l->lower);
	struct vmac_job *j = job_new(all, e, base);

	j->ifindex = l->ifindex;
	j->before = before_of(all, l->lower);
	j->restore = base && !base_is_needed(all, l->lower);
	rtnl_writer_run(all->env->writer, vmac_job_discard, j, (uintptr_t)j);
}

static void report_foreign(struct entry *e)
{
	if (!e->told)
		log_warnx("interface %s was not made by this Halvard, which needs one of that name "
			  "%s on %s: it is left alone",
			  e->v.name, kind_text(&e->v), e->v.base);
	e->told = true;
}

/* Not on the interface that it is wanted on now: that below gets its settings back. */
static bool lies_elsewhere(const struct vrrp_vmacs *all, const struct entry *e)
{
	unsigned base = ifindex_of(all, e->v.base);

	return base && link_of(all, e->v.name)->lower != base;
}

static void check_wanted(struct vrrp_vmacs *all, struct entry *e)
{
	enum vrrp_vmac_fit fit = judge(all, &e->v);

	if (fit == VRRP_VMAC_FOREIGN)
		report_foreign(e);
	else if (fit == VRRP_VMAC_WRONG && lies_elsewhere(all, e))
		ask_discard(all, e, link_of(all, e->v.name));
	else if (fit != VRRP_VMAC_READY)
		ask_make(all, e, fit);
	else
		e->error = 0;
	e->told = fit == VRRP_VMAC_FOREIGN;
}

static void check_unwanted(struct vrrp_vmacs *all, struct entry *e)
{
	const struct rtnl_link *l = link_of(all, e->v.name);

	/* The kernel does not tell of a mark on a link that has never been up. */
	if (l && (vrrp_vmac_is_ours(all->owner, l) || judge(all, &e->v) == VRRP_VMAC_UNFINISHED)) {
		ask_discard(all, e, l);
		return;
	}
	LIST_REMOVE(e, next);
	LIST_REMOVE(e, same);
	free(e);
}

/* Ours that nobody wants: left by a process before this one. */
static void add_unwanted(struct vrrp_vmacs *all)
{
	const struct rtnl_link *l;

	for (unsigned i = 0; (l = rtnl_link_at(all->env->rtnl, i)); i++)
		if (vrrp_vmac_is_ours(all->owner, l))
			find_or_add(all, l->name);
}

void vrrp_vmacs_check(struct vrrp_env *env, struct mono now)
{
	struct entry *e, *next;

	add_unwanted(env->vmacs);
	for (e = LIST_FIRST(&env->vmacs->entries); e; e = next) {
		next = LIST_NEXT(e, next);
		if (e->busy)
			continue;
		if (mono_diff(now, e->again) < 0) {
			if (!env->vmacs->timer.armed)
				timer_at(&env->vmacs->timer, e->again);
		} else if (e->wanted) {
			check_wanted(env->vmacs, e);
		} else {
			check_unwanted(env->vmacs, e);
		}
	}
}

/* All of ours at once; then each is looked at by itself. */
static void sweep(struct vrrp_vmacs *all)
{
	struct vmac_sweep *s = xcalloc(1, sizeof(*s));
	const struct rtnl_link *l;

	for (unsigned i = 0; (l = rtnl_link_at(all->env->rtnl, i)); i++) {
		if (!vrrp_vmac_is_ours(all->owner, l))
			continue;
		s = xrealloc(s, 1, sizeof(*s) + (s->n + 1) * sizeof(s->ifindex[0]));
		s->ifindex[s->n++] = l->ifindex;
	}
	if (s->n < 2) {
		free(s);
		return;
	}
	s->head.answered = forgotten;
	rtnl_writer_run(all->env->writer, vmac_job_sweep, s, (uintptr_t)s);
}

void vrrp_vmacs_release(struct vrrp_env *env, struct mono now)
{
	struct entry *e;

	if (!rtnl_is_ready(env->rtnl))
		return;
	env->vmacs->releasing = true;
	LIST_FOREACH(e, &env->vmacs->entries, next)
	{
		e->wanted = false;
		e->again = now;
	}
	sweep(env->vmacs);
	vrrp_vmacs_check(env, now);
}

/* ---- what others need to know ------------------------------------------------------------ */

const char *vrrp_vmacs_missing(const struct vrrp_env *env, struct vrrp_instance_row *r)
{
	const struct vrrp_vmacs *all = env->vmacs;
	const struct entry *e;
	struct vrrp_vmac v;

	r->vmac_ifindex = 0;
	if (!vrrp_vmac_of_instance(r, &v))
		return NULL;
	switch (judge(all, &v)) {
	case VRRP_VMAC_READY:
		r->vmac_ifindex = ifindex_of(all, v.name);
		return NULL;
	case VRRP_VMAC_FOREIGN:
		return foreign;
	default:
		e = find(all, v.name);
		return e && e->error ? failed : vrrp_vmac_not_yet;
	}
}

const struct rtnl_link *vrrp_vmacs_carrier(const struct vrrp_env *env,
					   const struct vrrp_instance_row *r,
					   const struct vrrp_address_row *a)
{
	const char *name = vrrp_vmac_carrier(r, a);
	const struct rtnl_link *l = rtnl_link_by_name(env->rtnl, name);
	bool virtual = text_eq(name, a->vmac_interface) || text_eq(name, r->vmac_interface);

	if (l && virtual && !vrrp_vmac_is_ours(env->vmacs->owner, l))
		return NULL;
	return l;
}

/* ---- life ---------------------------------------------------------------------------------- */

static void look_again(void *arg, struct mono now)
{
	vrrp_vmacs_check(((struct vrrp_vmacs *)arg)->env, now);
}

void vrrp_vmacs_open(struct vrrp_env *env, const char *run_dir)
{
	struct vrrp_vmacs *all = xcalloc(1, sizeof(*all));

	all->env = env;
	all->owner = vrrp_vmac_owner(run_dir ? run_dir : "");
	LIST_INIT(&all->entries);
	LIST_INIT(&all->bases);
	timer_init(&all->timer, env->loop, look_again, all);
	env->vmacs = all;
}

/* The thread must have ended. */
void vrrp_vmacs_close(struct vrrp_env *env)
{
	struct vrrp_vmacs *all = env->vmacs;

	timer_stop(&all->timer);
	while (!LIST_EMPTY(&all->entries)) {
		struct entry *e = LIST_FIRST(&all->entries);

		LIST_REMOVE(e, next);
		LIST_REMOVE(e, same);
		free(e);
	}
	vmac_bases_free(&all->bases);
	free(all);
	env->vmacs = NULL;
}
