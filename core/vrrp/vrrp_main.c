/*
 * vrrp_main: the process that speaks VRRP. It joins the parts: the guardian's link, main's
 * link with its replica of rows, rtnetlink, the packet path, and the instances.
 *
 * Rows arrive one by one; nothing is done until they are whole (the snapshot has ended, or the
 * current wake-up has). Then apply() compares what runs with what the rows want and changes
 * only what differs, so that a snapshot from a restarted main that says the same as before
 * makes no transition and no gap between advertisements. Between main's death and its return
 * the rows stay as they are and everything runs on.
 *
 * A barrier is answered when everything before it is in force: applied, and every address
 * write that followed from it answered by the kernel.
 *
 * To stop: a master resigns, its addresses and virtual MAC interfaces are removed, then the process
 * ends; it waits for the kernel's answers, but not longer than STOP_NS. To stop and keep leaves the
 * kernel alone.
 */
#include "base/cpus.h"
#include "base/log.h"
#include "base/process.h"
#include "base/text.h"
#include "ipc/link.h"
#include "ipc/parent.h"
#include "vrrp/igmp.h"
#include "vrrp/instance.h"
#include "vrrp/linkbeat.h"
#include "vrrp/links.h"
#include "vrrp/vmac_links.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STOP_NS      (2 * NS_PER_S)
#define STAMP_NS     (100 * NS_PER_MS)
#define BARRIERS_MAX 64

struct barrier {
	uint32_t id;
	uint64_t writes; /* answers to wait for */
};

struct process {
	struct vrrp_env env;
	struct loop *loop;
	struct parent *parent;
	struct link *main;
	struct timer apply;
	struct timer stamp; /* shows the netlink thread that the loop turns */
	bool applied_once;
	bool dirty; /* rows have changed since apply() */
	struct barrier barrier[BARRIERS_MAX];
	unsigned nbarriers;
	bool stopping;
	struct timer stop;
};

/* ---- what runs and what should ------------------------------------------------- */

static void sync_instance(struct process *p, struct vrrp_instance *i, struct mono now)
{
	const struct vrrp_instance_row *row = store_find(p->env.store, T_VRRP_INSTANCE, &i->row);

	if (row && vrrp_instance_update(i, row, now)) {
		vrrp_instance_addresses(i, now);
		return;
	}
	vrrp_instance_free(i, now); /* the new one, if any, is made by add_missing() */
}

static void add_missing(struct process *p)
{
	enum vrrp_reason why = p->applied_once ? VRRP_REASON_CONFIG : VRRP_REASON_STARTUP;

	STORE_EACH(p->env.store, T_VRRP_INSTANCE, struct vrrp_instance_row, row)
	{
		if (!vrrp_instance_find(&p->env, row->name))
			vrrp_instance_new(&p->env, row, why);
	}
}

static void check_all(struct process *p, struct mono now)
{
	struct vrrp_instance *i;

	vrrp_tracks_look(&p->env, now);
	vrrp_means_begin(&p->env);
	LIST_FOREACH(i, &p->env.instances, next)
	vrrp_instance_look(i);
	LIST_FOREACH(i, &p->env.instances, next)
	vrrp_instance_check(i, now);
}

static struct mono later_of(struct mono a, struct mono b)
{
	return a.ns > b.ns ? a : b;
}

/* The delays are those of the start: a reload does not begin them anew. CLOCK_MONOTONIC counts
 * from the boot. */
static void read_global(struct process *p)
{
	struct mono boot = {0}, began = vrrp_memory_began(p->env.memory);
	const struct global_row *g;

	if (!store_count(p->env.store, T_GLOBAL))
		return;
	g = store_at(p->env.store, T_GLOBAL, 0);
	if (g->vrrp_startup_delay_ms)
		p->env.start_at = mono_add(began, g->vrrp_startup_delay_ms * NS_PER_MS);
	if (g->vrrp_delay_after_boot_ms)
		p->env.start_at = later_of(p->env.start_at,
					   mono_add(boot, g->vrrp_delay_after_boot_ms * NS_PER_MS));
}

static void apply(struct process *p, struct mono now)
{
	struct vrrp_instance *i, *next;

	timer_cancel(&p->apply);
	if (!rtnl_is_ready(p->env.rtnl) || p->stopping)
		return;
	vrrp_groups_defer(&p->env);
	if (p->dirty && p->main && link_is_up(p->main)) {
		read_global(p);
		vrrp_paths_read(&p->env.statics);
		if (!p->env.statics.wanted)
			vrrp_paths_add(&p->env.statics);
		vrrp_groups_read(&p->env, now);
		vrrp_linkbeat_read(p->env.linkbeat);
		vrrp_links_read(p->env.links, p->env.store);
		vrrp_igmp_follow(&p->env);
		for (i = LIST_FIRST(&p->env.instances); i; i = next) {
			next = LIST_NEXT(i, next);
			sync_instance(p, i, now);
		}
		add_missing(p);
		vrrp_vmacs_read(&p->env);
		vrrp_paths_follow(&p->env);
		p->applied_once = true;
		p->dirty = false;
	}
	if (p->applied_once)
		vrrp_vmacs_check(&p->env, now);
	check_all(p, now);
	vrrp_groups_settle(&p->env, now);
}

static void answer_barriers(struct process *p)
{
	struct result ok = {.status = RESULT_OK};
	unsigned left = 0;

	if (!rtnl_is_ready(p->env.rtnl))
		return;
	for (unsigned k = 0; k < p->nbarriers; k++)
		if (rtnl_writer_answered(p->env.writer) < p->barrier[k].writes)
			p->barrier[left++] = p->barrier[k];
		else if (p->main)
			link_send_result(p->main, p->barrier[k].id, &ok);
	p->nbarriers = left;
}

static void apply_due(void *arg, struct mono now)
{
	apply(arg, now);
}

static void apply_soon(struct process *p)
{
	if (!p->apply.armed)
		timer_after(&p->apply, 0);
}

static struct process *process_of(struct vrrp_env *env)
{
	return (struct process *)((char *)env - offsetof(struct process, env));
}

static void look_again(struct vrrp_env *env)
{
	apply_soon(process_of(env));
}

/* ---- rtnetlink -------------------------------------------------------------------- */

static void net_ready(void *arg)
{
	struct process *p = arg;

	if (p->main && link_is_up(p->main))
		apply(p, loop_now(p->loop));
	for (unsigned k = 0; k < p->nbarriers; k++)
		p->barrier[k].writes = rtnl_writer_taken(p->env.writer);
	answer_barriers(p);
}

static void net_link(void *arg, const struct rtnl_link *l, bool gone)
{
	struct process *p = arg;

	(void)l, (void)gone;
	vrrp_paths_disturbed(&p->env);
	apply_soon(p);
}

static void net_addr(void *arg, const struct rtnl_addr *a, bool gone)
{
	struct process *p = arg;

	vrrp_paths_address(&p->env, a, gone);
	vrrp_paths_disturbed(&p->env);
	if (!vrrp_vips_seen(&p->env, a, gone))
		apply_soon(p);
}

static const struct rtnl_ops net_ops = {net_ready, net_link, net_addr};

static void written(void *arg, uint64_t cookie, int error, struct mono now)
{
	struct process *p = arg;
	struct vrrp_write *w = (struct vrrp_write *)(uintptr_t)cookie;

	w->answered(&p->env, w, error, now);
	answer_barriers(p);
	if (p->stopping && rtnl_writer_answered(p->env.writer) == rtnl_writer_taken(p->env.writer))
		loop_stop(p->loop);
}

/* ---- main's link ------------------------------------------------------------------- */

static void main_up(void *arg)
{
	struct process *p = arg;

	p->dirty = true;
	apply(p, loop_now(p->loop));
}

static void rows_changed(struct process *p, enum table_id t)
{
	if (t == T_GARP_GROUP || t == T_GLOBAL)
		vrrp_announcer_changed(p->env.announcer);
	if (t != T_GLOBAL && schema_table(t)->owner != ROLE_VRRP)
		return;
	p->dirty = true;
	if (p->main && link_is_up(p->main))
		apply_soon(p);
}

static bool says(const struct fieldset *changed, const char *field)
{
	return fieldset_has_name(changed, T_GLOBAL, field);
}

static void use_global(struct process *p, const struct global_row *g,
		       const struct fieldset *changed)
{
	log_levels_use(g->log_level);
	if (says(changed, "vrrp_process_name"))
		process_called(g->vrrp_process_name);
	errno = says(changed, "vrrp_cpu_affinity") ? cpus_use(g->vrrp_cpu_affinity) : 0;
	if (errno)
		log_warn("process vrrp: vrrp_cpu_affinity %s cannot be set", g->vrrp_cpu_affinity);
	errno =
	    says(changed, "vrrp_rlimit_rttime_us") ? process_rttime(g->vrrp_rlimit_rttime_us) : 0;
	if (errno)
		log_warn("process vrrp: vrrp_rlimit_rttime %u cannot be set",
			 g->vrrp_rlimit_rttime_us);
	if (says(changed, "vrrp_netlink_monitor_rcv_bufs") ||
	    says(changed, "vrrp_netlink_monitor_rcv_bufs_force"))
		rtnl_receive_buffer(p->env.rtnl, g->vrrp_netlink_monitor_rcv_bufs,
				    g->vrrp_netlink_monitor_rcv_bufs_force);
}

static void main_row(void *arg, enum table_id t, const void *row, const struct fieldset *changed,
		     const void *old)
{
	struct process *p = arg;

	(void)old;
	if (t == T_GLOBAL)
		use_global(arg, row, changed);
	else if (t == T_NETWORK)
		vrrp_io_log_unknown(p->env.io,
				    ((const struct network_row *)row)->log_unknown_vrids);
	rows_changed(arg, t);
}

static void main_gone(void *arg, enum table_id t, const void *row)
{
	(void)row;
	rows_changed(arg, t);
}

static void add_barrier(struct process *p, uint32_t id, struct mono now)
{
	struct result busy = {.status = RESULT_UNAVAILABLE, .text = "too many barriers"};

	if (p->nbarriers == BARRIERS_MAX) {
		link_send_result(p->main, id, &busy);
		return;
	}
	apply(p, now);
	p->barrier[p->nbarriers].id = id;
	p->barrier[p->nbarriers++].writes = rtnl_writer_taken(p->env.writer);
	answer_barriers(p);
}

static void main_message(void *arg, struct msg *m, struct mono now)
{
	if (m->type == MSG_BARRIER)
		add_barrier(arg, m->id, now);
	else
		log_debug("process vrrp: message of type %d from main is not for it", m->type);
}

static void main_down(void *arg, const char *why)
{
	struct process *p = arg;

	link_without_main(&p->main, ROLE_VRRP, why);
	p->nbarriers = 0;
}

static const struct link_ops main_ops = {
    .up = main_up,
    .row = main_row,
    .gone = main_gone,
    .message = main_message,
    .down = main_down,
};

/* ---- the guardian's link -------------------------------------------------------------- */

static void parent_link(void *arg, enum role role, int fd)
{
	struct process *p = arg;

	if (role == ROLE_MAIN)
		p->nbarriers = 0;
	link_to_main(&p->main, p->loop, fd, ROLE_VRRP, role, p->env.store, &main_ops, p);
}

static void free_instances(struct process *p, struct mono now)
{
	struct vrrp_instance *i;

	while ((i = LIST_FIRST(&p->env.instances)))
		vrrp_instance_free(i, now);
}

/* They would vanish when nobody renews them any more. */
static void keep_addresses(struct process *p)
{
	struct vrrp_instance *i;

	LIST_FOREACH(i, &p->env.instances, next)
	vrrp_vips_keep(i);
}

/* Full leases and a fresh claim: the time that the successor has. */
static void hand_over(struct process *p, struct mono now)
{
	struct vrrp_instance *i;

	LIST_FOREACH(i, &p->env.instances, next)
	vrrp_instance_renew(i, now);
}

static void stop_due(void *arg, struct mono now)
{
	struct process *p = arg;

	(void)now;
	log_warnx(
	    "process vrrp: the kernel has not answered all address writes: ending all the same");
	loop_stop(p->loop);
}

static void parent_stop(void *arg, enum stop_mode mode)
{
	struct process *p = arg;

	if (p->stopping)
		return;
	p->stopping = true;
	vrrp_linkbeat_stop(p->env.linkbeat);
	if (mode == STOP_RELEASE) {
		free_instances(p, loop_now(p->loop));
		vrrp_paths_remove(&p->env.statics);
		vrrp_vmacs_release(&p->env, loop_now(p->loop));
		vrrp_igmp_restore(&p->env);
	} else if (mode == STOP_HANDOVER) {
		hand_over(p, loop_refresh(p->loop));
	} else {
		keep_addresses(p);
	}
	if (rtnl_writer_answered(p->env.writer) == rtnl_writer_taken(p->env.writer))
		loop_stop(p->loop);
	else
		timer_after(&p->stop, STOP_NS);
}

static const struct parent_ops parent_ops = {.link = parent_link, .stop = parent_stop};

static void stamp_due(void *arg, struct mono now)
{
	struct process *p = arg;

	rtnl_writer_stamp(p->env.writer, now);
	timer_after(&p->stamp, STAMP_NS);
}

/* ---- life ------------------------------------------------------------------------------- */

static void state_changed(struct vrrp_env *env)
{
	const struct process *p = process_of(env);

	if (p->main)
		link_push(p->main);
}

static void link_due(void *arg)
{
	apply_soon(arg);
}

static void open_all(struct process *p, const char *run_dir)
{
	p->env.changed = state_changed;
	p->loop = p->env.loop = loop_new();
	p->env.store = store_new();
	LIST_INIT(&p->env.instances);
	LIST_INIT(&p->env.groups);
	p->env.look_again = look_again;
	vrrp_paths_open(&p->env.statics, &p->env, "", 0);
	timer_init(&p->apply, p->loop, apply_due, p);
	timer_init(&p->stop, p->loop, stop_due, p);
	timer_init(&p->stamp, p->loop, stamp_due, p);
	vrrp_linkbeat_open(&p->env);
	p->env.links = vrrp_links_new(p->loop, p->env.linkbeat, link_due, p);
	p->env.memory = vrrp_memory_open(PARENT_MEMORY_FD);
	p->env.io = vrrp_io_new(p->loop, vrrp_instance_receive);
	p->env.announcer = vrrp_announcer_new(p->loop, p->env.store, &p->env.rtnl);
	if (!p->env.announcer)
		fatal("process vrrp: cannot open a packet socket");
	p->env.writer = rtnl_writer_open(p->loop, written, p);
	vrrp_vmacs_open(&p->env, run_dir);
	stamp_due(p, loop_now(p->loop));
	p->env.rtnl = rtnl_open(p->loop, &net_ops, p);
	if (!p->env.rtnl)
		fatal("process vrrp: cannot open rtnetlink");
	p->parent = parent_open(p->loop, &parent_ops, p);
}

int vrrp_main(const struct role_env *env)
{
	static struct process p;

	open_all(&p, env->run_dir);
	parent_ready(p.parent);
	loop_run(p.loop);
	/* What is left (not STOP_RELEASE) stays in the kernel; the process ends here. */
	rtnl_writer_close(p.env.writer);
	vrrp_vmacs_close(&p.env);
	vrrp_linkbeat_close(&p.env);
	parent_close(p.parent);
	return 0;
}
