/*
 * vmac_job: see vmac_job.h (process vrrp, netlink thread).
 *
 * To make one takes several steps: make, mark, set, raise. One that is up is complete, so that a
 * process that resumes finds it ready, or finds that it has to be finished.
 *
 * Settings of the interface below are changed by the first job that needs them. What they were is
 * remembered here and stands in the mark. When the last macvlan on it goes, a setting that is
 * still as we made it is put back.
 */
#include "vrrp/vmac_job.h"

#include "base/log.h"
#include "base/text.h"
#include "nl/sysctl.h"

#include <errno.h>
#include <stdlib.h>

/* Settings as they were below what has been made. */
struct vmac_base {
	LIST_ENTRY(vmac_base) next;
	unsigned ifindex;
	struct vrrp_vmac_before before;
};

static struct vmac_base *base_find(struct vmac_bases *bases, unsigned ifindex)
{
	struct vmac_base *b;

	LIST_FOREACH(b, bases, next)
	if (b->ifindex == ifindex)
		return b;
	return NULL;
}

static void base_forget(struct vmac_base *b)
{
	LIST_REMOVE(b, next);
	free(b);
}

static int setting_of(const char *interface, const char *name)
{
	int value;

	return sysctl_read(false, interface, name, &value) ? value : -1;
}

/* Fills in what the settings were before anything was made on it. */
static void remember_base(struct vmac_job *j)
{
	struct vmac_base *b = base_find(j->bases, j->link.lower);

	if (j->v.family != FAMILY_IPV4)
		return;
	if (!b) {
		b = xcalloc(1, sizeof(*b));
		b->ifindex = j->link.lower;
		b->before = j->before;
		if (b->before.arp_ignore < 0)
			b->before.arp_ignore = setting_of(j->v.base, "arp_ignore");
		if (b->before.arp_announce < 0)
			b->before.arp_announce = setting_of(j->v.base, "arp_announce");
		LIST_INSERT_HEAD(j->bases, b, next);
	}
	j->before = b->before;
}

static int mark(struct rtnl_writer *w, struct vmac_job *j)
{
	char text[VRRP_VMAC_MARK_MAX];

	vrrp_vmac_mark(j->owner, &j->before, text);
	return rtnl_writer_execute(w, link_mark(j->v.name, text, j->v.group));
}

/* A kernel without IPv6 has nothing to be set. */
static int set_one(bool ipv6, const char *interface, const char *name, int value)
{
	int error = sysctl_write(ipv6, interface, name, value);

	return ipv6 && error == ENOENT ? 0 : error;
}

static int set_all(struct vmac_job *j)
{
	const struct vrrp_vmac_setting *s = vrrp_vmac_settings(j->v.family);
	int error = 0;

	for (; s->name && !error; s++)
		error = set_one(s->ipv6, j->v.name, s->name, s->value);
	if (!error)
		error = set_one(false, j->v.name, "rp_filter",
				vrrp_vmac_rp_filter(setting_of("all", "rp_filter")));
	return error;
}

static int change_base(const struct vmac_job *j, const char *name, int (*wanted)(int has))
{
	int has = setting_of(j->v.base, name);

	if (j->v.family != FAMILY_IPV4 || has < 0 || wanted(has) == has)
		return 0;
	return sysctl_write(false, j->v.base, name, wanted(has));
}

static int step(struct vmac_job *j, const char *name, int error)
{
	if (error)
		j->step = name;
	return error;
}

/* A new one has no index yet: its address follows when the loop has seen it. */
static int give_address(struct rtnl_writer *w, const struct vmac_job *j)
{
	if (!j->v.addr.family || !j->made)
		return 0;
	return rtnl_writer_execute(w, link_address(j->made, &j->v.addr, j->v.prefix_len));
}

int vmac_job_make(struct rtnl_writer *w, void *arg)
{
	struct vmac_job *j = arg;
	int e = 0;

	if (j->ifindex)
		rtnl_writer_execute(w, link_delete(j->ifindex, j->v.name));
	if (j->create)
		e = step(j, "making it", rtnl_writer_execute(w, macvlan_create(&j->link)));
	else if (j->move)
		e = step(j, "its VRF",
			 rtnl_writer_execute(w, link_master(j->made, j->link.master)));
	if (!e) {
		remember_base(j);
		e = step(j, "marking it", mark(w, j));
	}
	if (!e)
		e = step(j, "its settings", set_all(j));
	if (!e)
		e = step(j, "arp_ignore of the interface below",
			 change_base(j, "arp_ignore", vrrp_vmac_arp_ignore));
	if (!e)
		e = step(j, "arp_announce of the interface below",
			 change_base(j, "arp_announce", vrrp_vmac_arp_announce));
	if (!e)
		e = step(j, "setting it up", rtnl_writer_execute(w, link_up(j->v.name)));
	if (!e)
		e = step(j, "its address", give_address(w, j));
	if (!e && j->v.netlink_notify)
		rtnl_writer_execute(w, link_regroup(j->link.lower, j->base_group));
	return e;
}

static void restore_one(const struct vmac_job *j, const char *name, int before,
			int (*wanted)(int has))
{
	if (before >= 0 && wanted(before) != before &&
	    setting_of(j->v.base, name) == wanted(before))
		sysctl_write(false, j->v.base, name, before);
}

int vmac_job_discard(struct rtnl_writer *w, void *arg)
{
	struct vmac_job *j = arg;
	struct vmac_base *b = base_find(j->bases, j->link.lower);
	int e = rtnl_writer_execute(w, link_delete(j->ifindex, j->v.name));

	if (b)
		j->before = b->before;
	if (j->restore) {
		restore_one(j, "arp_ignore", j->before.arp_ignore, vrrp_vmac_arp_ignore);
		restore_one(j, "arp_announce", j->before.arp_announce, vrrp_vmac_arp_announce);
		if (b)
			base_forget(b);
	}
	return e == ENODEV ? 0 : step(j, "removing it", e);
}

#define SWEPT 0x68616c76u /* a group of links that nobody has by chance */

/* The kernel waits some 20 ms for each link that is removed, and once for all of a group. */
int vmac_job_sweep(struct rtnl_writer *w, void *arg)
{
	const struct vmac_sweep *s = arg;

	for (unsigned i = 0; i < s->n; i++)
		rtnl_writer_execute(w, link_regroup(s->ifindex[i], SWEPT));
	return rtnl_writer_execute(w, link_delete_group(SWEPT));
}

/* Of IPv4 what the interface below does. IPv6 is forwarded by the setting of the whole machine;
 * this one is the router flag in what the kernel answers (RFC 9568 8.2.2). */
int vmac_job_forward(struct rtnl_writer *w, void *arg)
{
	const struct vmac_forward *f = arg;

	(void)w;
	for (unsigned i = 0; i < f->n; i++) {
		bool ipv6 = f->v[i].family == FAMILY_IPV6;
		int value = ipv6 || !f->on ? f->on : setting_of(f->v[i].base, "forwarding");

		sysctl_write(ipv6, f->v[i].name, "forwarding", value > 0);
	}
	return 0;
}

void vmac_bases_free(struct vmac_bases *bases)
{
	while (!LIST_EMPTY(bases))
		base_forget(LIST_FIRST(bases));
}
