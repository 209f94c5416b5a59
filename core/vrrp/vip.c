/*
 * vip: the addresses of an instance and their announcement (process vrrp).
 *
 * Writes go to the netlink thread and are answered later; a write carries the serial number of
 * its instance, not a pointer, since the instance may be gone by then. Requests are executed in
 * order, so "add" then "remove" ends removed whatever the answers' timing.
 *
 * An address is removed when the kernel has it or when the last request was to add it: that
 * covers what a killed process left behind and makes no netlink write for a backup that has
 * nothing. What is seen in the kernel (rtnetlink events) is `present` in the row; an address
 * that a master lacks (somebody removed it, its interface came later) is added after REPAIR_NS.
 *
 * One with no_track stays away when somebody has removed it, until the next time as master.
 *
 * Addresses are on a lease: when this process stands still, the kernel takes them away, so that
 * two directors hold an address for longer than the lease only if both believe to be master. A
 * master whose lease ran out because the netlink thread was held up, and who was itself awake,
 * sees the address go and adds it again.
 *
 * Announcements (gratuitous ARP, unsolicited neighbour advertisements), with keepalived's
 * settings, which are named after ARP: a burst as soon as the additions are answered (an
 * announcement before the address is there would invite traffic for nobody, RFC 9568 6.4.2), a
 * second burst after a delay, then a refresh if configured. A losing advertisement gives
 * bursts of its own settings, the immediate one at most once in LOWER_NS, so that a neighbour
 * cannot make us flood the network.
 */
#include "vrrp/instance.h"
#include "vrrp/vmac_links.h"

#include "base/log.h"
#include "base/text.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#define REPAIR_NS (100 * NS_PER_MS)
#define LOWER_NS  NS_PER_S

struct write {
	struct vrrp_write head;
	uint32_t serial;
	bool add;
	struct rtnl_addr addr;
};

/* ---- one address -------------------------------------------------------------- */

static uint8_t kernel_scope(uint8_t scope)
{
	switch (scope) {
	case SCOPE_SITE:
		return RT_SCOPE_SITE;
	case SCOPE_LINK:
		return RT_SCOPE_LINK;
	case SCOPE_HOST:
		return RT_SCOPE_HOST;
	case SCOPE_NOWHERE:
		return RT_SCOPE_NOWHERE;
	default:
		return RT_SCOPE_UNIVERSE;
	}
}

static struct addr broadcast_of(const struct vrrp_address_row *v)
{
	uint32_t host;

	if (v->broadcast.family || !v->broadcast_set || v->addr.family != ADDR_IPV4 ||
	    v->prefix_len > 30)
		return v->broadcast;
	host = v->prefix_len ? UINT32_MAX >> v->prefix_len : UINT32_MAX;
	return addr_ipv4(addr_ipv4_value(&v->addr) | host);
}

/* The link that carries it, NULL while there is none. */
static const struct rtnl_link *carrier(const struct vrrp_instance *i,
				       const struct vrrp_address_row *v)
{
	return vrrp_vmacs_carrier(i->env, &i->row, v);
}

static uint32_t kernel_flags(const struct vrrp_address_row *v)
{
	uint32_t flags = v->no_prefix_route ? IFA_F_NOPREFIXROUTE : 0;

	if (v->join_group)
		flags |= IFA_F_MCAUTOJOIN;
	if (v->addr.family == ADDR_IPV4)
		return flags;
	if (v->home)
		flags |= IFA_F_HOMEADDRESS;
	if (v->manage_temporary)
		flags |= IFA_F_MANAGETEMPADDR;
	return flags;
}

struct rtnl_addr vrrp_vip_kernel_form(const struct vrrp_address_row *v, unsigned ifindex)
{
	struct rtnl_addr a = {.ifindex = ifindex, .addr = v->addr, .prefix_len = v->prefix_len};

	a.scope = kernel_scope(v->scope);
	a.broadcast = broadcast_of(v);
	a.peer = v->peer;
	a.flags = kernel_flags(v);
	a.dad = v->detect_duplicates;
	a.limited = v->preferred_lft_s != LFT_FOREVER;
	a.preferred_s = v->preferred_lft_s;
	TEXT_COPY(a.label, v->label);
	return a;
}

static bool in_kernel(const struct vrrp_env *env, const struct vrrp_address_row *v,
		      unsigned ifindex)
{
	return rtnl_addr_find(env->rtnl, ifindex, &v->addr, v->prefix_len) != NULL;
}

/* Longer than the time in which a successor takes over: one second is the kernel's unit. */
static struct rtnl_lease lease_of(const struct vrrp_instance *i)
{
	struct vrrp_fsm own = {.master_adver_int_cs = i->cfg.adver_int_cs};
	int64_t down = vrrp_fsm_master_down(&i->cfg, &own);
	uint32_t ms = i->row.address_lease_ms;
	struct rtnl_lease l = {.alive_ns = down};

	if (ms == ADDRESS_LEASE_AUTO)
		l.seconds = (uint32_t)((down + NS_PER_S - 1) / NS_PER_S) + 1;
	else
		l.seconds = (ms + 999) / 1000;
	return l;
}

static void note_presence(const struct vrrp_vip *v, bool present)
{
	log_transition(&(struct log_transition){.event = LOG_VRRP_ADDRESS,
						.level = present ? LOG_LV_NOTICE : LOG_LV_WARN,
						.key = {v->row.instance, v->row.address},
						.old = present ? "absent" : "present",
						.now = present ? "present" : "absent",
						.reason = present ? "restored" : "lost"},
		       present ? NULL : "it is added again");
}

static void written(struct vrrp_env *env, struct vrrp_write *head, int error, struct mono now);

static void put_present(struct vrrp_env *env, const struct vrrp_address_row *v, bool present,
			unsigned ifindex)
{
	struct vrrp_address_row row = *v;

	row.present = present;
	row.ifindex = ifindex;
	store_put(env->store, T_VRRP_ADDRESS, &row, F_SEEN, NULL);
}

static struct write *write_new(const struct vrrp_instance *i, const struct vrrp_vip *v, bool add,
			       unsigned ifindex)
{
	struct write *w = xcalloc(1, sizeof(*w));

	*w = (struct write){{written}, i->serial, add, vrrp_vip_kernel_form(&v->row, ifindex)};
	return w;
}

static void ask_remove_from(struct vrrp_instance *i, const struct vrrp_vip *v, unsigned ifindex)
{
	struct write *w = write_new(i, v, false, ifindex);

	rtnl_writer_del(i->env->writer, &w->addr, (uintptr_t)w);
}

static void ask_add(struct vrrp_instance *i, struct vrrp_vip *v)
{
	struct rtnl_lease lease = lease_of(i);
	const struct rtnl_link *l = carrier(i, &v->row);
	struct write *w;

	v->asked = true;
	v->left = false;
	if (!l) {
		log_warnx("vrrp_address %s %s: there is no interface %s", i->row.name,
			  v->row.address, v->row.dev);
		return;
	}
	if (v->ifindex && v->ifindex != l->ifindex)
		ask_remove_from(i, v, v->ifindex);
	v->ifindex = l->ifindex;
	w = write_new(i, v, true, l->ifindex);
	i->adding++;
	rtnl_writer_add(i->env->writer, &w->addr, lease.seconds ? &lease : NULL, (uintptr_t)w);
}

/* A link that has another name now still has the address. */
static void ask_remove(struct vrrp_instance *i, struct vrrp_vip *v)
{
	const struct rtnl_link *l = carrier(i, &v->row);

	if (v->ifindex)
		ask_remove_from(i, v, v->ifindex);
	if (l && l->ifindex != v->ifindex && in_kernel(i->env, &v->row, l->ifindex))
		ask_remove_from(i, v, l->ifindex);
	if (!l && store_find(i->env->store, T_VRRP_ADDRESS, &v->row))
		put_present(i->env, &v->row, false, 0); /* no event will tell */
	v->ifindex = 0;
	v->asked = v->lost = v->left = false;
}

/* ---- all of an instance -------------------------------------------------------- */

void vrrp_vips_add(struct vrrp_instance *i)
{
	for (unsigned k = 0; k < i->nvips; k++)
		ask_add(i, &i->vips[k]);
}

void vrrp_vips_keep(struct vrrp_instance *i)
{
	if (i->fsm.state != VRRP_MASTER)
		return;
	i->row.address_lease_ms = ADDRESS_LEASE_OFF;
	vrrp_vips_add(i);
}

void vrrp_vips_remove(struct vrrp_instance *i)
{
	for (unsigned k = 0; k < i->nvips; k++)
		ask_remove(i, &i->vips[k]);
}

bool vrrp_vips_present(const struct vrrp_instance *i)
{
	for (unsigned k = 0; k < i->nvips; k++) {
		const struct rtnl_link *l = carrier(i, &i->vips[k].row);

		if (!l || !in_kernel(i->env, &i->vips[k].row, l->ifindex))
			return false;
	}
	return true;
}

static void announce_burst(struct vrrp_instance *i, unsigned repeat);

static struct vrrp_instance *by_serial(struct vrrp_env *env, uint32_t serial)
{
	struct vrrp_instance *i;

	LIST_FOREACH(i, &env->instances, next)
	if (i->serial == serial)
		return i;
	return NULL;
}

static void written(struct vrrp_env *env, struct vrrp_write *head, int error, struct mono now)
{
	struct write *w = (struct write *)head;
	struct vrrp_instance *i = by_serial(env, w->serial);
	char text[ADDR_TEXT_MAX];

	(void)now;
	if (error)
		log_warnx("vrrp_address %s %s/%u: it cannot be %s: %s", i ? i->row.name : "-",
			  addr_text(&w->addr.addr, text), w->addr.prefix_len,
			  w->add ? "added" : "removed", strerror(error));
	if (i && w->add && --i->adding == 0 && i->announce) {
		i->announce = false;
		announce_burst(i, i->row.garp_master_repeat);
	}
	free(w);
}

/* ---- rows ----------------------------------------------------------------------- */

static void refresh_present(struct vrrp_instance *i, const struct vrrp_address_row *v)
{
	const struct rtnl_link *l = carrier(i, v);

	put_present(i->env, v, l && in_kernel(i->env, v, l->ifindex), l ? l->ifindex : 0);
}

static struct vrrp_vip *find_vip(struct vrrp_vip *list, unsigned n,
				 const struct vrrp_address_row *row)
{
	for (unsigned k = 0; k < n; k++)
		if (strcmp(list[k].row.address, row->address) == 0)
			return &list[k];
	return NULL;
}

static bool same_wanted(const struct vrrp_address_row *a, const struct vrrp_address_row *b)
{
	struct fieldset wanted = fieldset_of(T_VRRP_ADDRESS, F_WANTED);
	struct fieldset diff = row_diff(T_VRRP_ADDRESS, a, b, wanted);

	return fieldset_empty(&diff);
}

/* Index range of the instance's rows: they are neighbours in key order. */
static size_t first_row(const struct vrrp_instance *i)
{
	struct vrrp_address_row key = {0};

	TEXT_COPY(key.instance, i->row.name);
	return store_lower_bound(i->env->store, T_VRRP_ADDRESS, &key);
}

static const struct vrrp_address_row *row_at(const struct vrrp_instance *i, size_t k)
{
	const struct vrrp_address_row *r;

	if (k >= store_count(i->env->store, T_VRRP_ADDRESS))
		return NULL;
	r = store_at(i->env->store, T_VRRP_ADDRESS, k);
	return strcmp(r->instance, i->row.name) == 0 ? r : NULL;
}

static struct vrrp_vip *list_from_rows(const struct vrrp_instance *i, unsigned *ret_n)
{
	struct vrrp_vip *list = NULL;
	const struct vrrp_address_row *r;
	unsigned n = 0;

	for (size_t k = first_row(i); (r = row_at(i, k)); k++) {
		list = xrealloc(list, n + 1, sizeof(*list));
		list[n++] = (struct vrrp_vip){.row = *r};
	}
	*ret_n = n;
	return list;
}

/* Carries over what is known of addresses that stay; true when something differs. */
static bool keep_known(struct vrrp_instance *i, struct vrrp_vip *list, unsigned n)
{
	bool differs = n != i->nvips;

	for (unsigned k = 0; k < n; k++) {
		struct vrrp_vip *old = find_vip(i->vips, i->nvips, &list[k].row);

		if (old && same_wanted(&old->row, &list[k].row))
			list[k].asked = old->asked, list[k].lost = old->lost,
			list[k].left = old->left, list[k].ifindex = old->ifindex;
		else
			differs = true;
	}
	return differs;
}

/* Its new instance has had its turn already, and is master. */
static bool is_taken_over(const struct vrrp_instance *i, const struct vrrp_vip *v)
{
	const struct vrrp_instance *o;

	LIST_FOREACH(o, &i->env->instances, next)
	for (unsigned k = 0; o != i && k < o->nvips; k++)
		if (o->vips[k].asked && o->vips[k].ifindex == v->ifindex &&
		    o->vips[k].row.prefix_len == v->row.prefix_len &&
		    addr_equal(&o->vips[k].row.addr, &v->row.addr))
			return true;
	return false;
}

static void remove_unwanted(struct vrrp_instance *i, struct vrrp_vip *list, unsigned n)
{
	for (unsigned k = 0; k < i->nvips; k++) {
		struct vrrp_vip *new = find_vip(list, n, &i->vips[k].row);

		if ((!new || !same_wanted(&new->row, &i->vips[k].row)) &&
		    !is_taken_over(i, &i->vips[k]))
			ask_remove(i, &i->vips[k]);
	}
}

/* A new address of a running instance: a master has it, a backup does not. */
static void fit_to_state(struct vrrp_instance *i, struct vrrp_vip *v)
{
	if (i->fsm.state == VRRP_BACKUP) {
		ask_remove(i, v);
	} else if (i->fsm.state == VRRP_MASTER && !v->asked) {
		ask_add(i, v);
		i->announce = true;
	}
}

bool vrrp_vips_read(struct vrrp_instance *i)
{
	unsigned n;
	struct vrrp_vip *list = list_from_rows(i, &n);

	if (!keep_known(i, list, n)) {
		free(list);
		return false;
	}
	remove_unwanted(i, list, n);
	free(i->vips);
	i->vips = list;
	i->nvips = n;
	for (unsigned k = 0; k < n; k++) {
		refresh_present(i, &list[k].row);
		fit_to_state(i, &list[k]);
	}
	return true;
}

static bool is_missing(const struct vrrp_instance *i, const struct vrrp_vip *v)
{
	const struct rtnl_link *l = carrier(i, &v->row);

	return l && v->asked && !v->left && !in_kernel(i->env, &v->row, l->ifindex);
}

/* Would be endless if two programs fought for it: REPAIR_NS bounds the rate. */
static void repair(void *arg, struct mono now)
{
	struct vrrp_instance *i = arg;

	(void)now;
	for (unsigned k = 0; k < i->nvips && i->fsm.state == VRRP_MASTER; k++) {
		if (!is_missing(i, &i->vips[k]))
			continue;
		if (!i->vips[k].lost)
			note_presence(&i->vips[k], false);
		i->vips[k].lost = true;
		ask_add(i, &i->vips[k]);
		i->announce = true;
	}
}

void vrrp_vips_check(struct vrrp_instance *i)
{
	if (i->fsm.state != VRRP_MASTER || i->adding || i->repair.armed)
		return;
	for (unsigned k = 0; k < i->nvips && !i->repair.armed; k++)
		if (is_missing(i, &i->vips[k]))
			timer_after(&i->repair, REPAIR_NS);
}

static bool seen_by(struct vrrp_instance *i, const struct rtnl_addr *a, bool gone)
{
	bool ours = false;

	for (unsigned k = 0; k < i->nvips; k++) {
		const struct vrrp_address_row *v = &i->vips[k].row;
		const struct rtnl_link *l;

		if (!addr_equal(&v->addr, &a->addr) || v->prefix_len != a->prefix_len)
			continue;
		l = carrier(i, v);
		if (!l || l->ifindex != a->ifindex)
			continue;
		ours = true;
		put_present(i->env, v, !gone, l->ifindex);
		if (!gone && i->vips[k].lost)
			note_presence(&i->vips[k], true);
		i->vips[k].lost = i->vips[k].lost && gone;
		i->vips[k].left = gone && v->no_track && i->vips[k].asked;
		if (gone && i->fsm.state == VRRP_MASTER && !i->repair.armed)
			timer_after(&i->repair, REPAIR_NS);
	}
	return ours;
}

bool vrrp_vips_seen(struct vrrp_env *env, const struct rtnl_addr *a, bool gone)
{
	struct vrrp_instance *i;
	bool ours = false;

	LIST_FOREACH(i, &env->instances, next)
	ours = seen_by(i, a, gone) || ours;
	return ours;
}

/* ---- announcements ---------------------------------------------------------------- */

static void announce_burst(struct vrrp_instance *i, unsigned repeat)
{
	for (unsigned k = 0; k < i->nvips; k++) {
		const struct rtnl_link *l = carrier(i, &i->vips[k].row);

		if (l && repeat)
			vrrp_announce(i->env->announcer, i->serial, l, &i->vips[k].row.addr,
				      repeat);
	}
}

/* Whether the switches behind a link, which carries the k-th address, may forget it: nothing else
 * is sent there. One address is enough for each. */
static bool is_extra(const struct vrrp_instance *i, unsigned k, const struct rtnl_link *l)
{
	static const uint8_t virtual_mac[4] = {0, 0, 0x5e, 0};

	for (unsigned n = 0; n < k; n++)
		if (carrier(i, &i->vips[n].row) == l)
			return false;
	if (i->row.garp_extra_if_all)
		return true;
	return l->ifindex != i->row.ifindex && memcmp(l->hw_addr, virtual_mac, 4) == 0;
}

static void extra_due(void *arg, struct mono now)
{
	struct vrrp_instance *i = arg;

	for (unsigned k = 0; k < i->nvips; k++) {
		const struct rtnl_link *l = carrier(i, &i->vips[k].row);

		if (l && is_extra(i, k, l))
			vrrp_announce(i->env->announcer, i->serial, l, &i->vips[k].row.addr, 1);
	}
	if (i->row.garp_extra_if_ms)
		timer_at(&i->extra, mono_add(now, i->row.garp_extra_if_ms * NS_PER_MS));
}

static void second_burst(void *arg, struct mono now)
{
	struct vrrp_instance *i = arg;

	(void)now;
	announce_burst(i, i->garp_repeat);
}

static void refresh_due(void *arg, struct mono now)
{
	struct vrrp_instance *i = arg;

	announce_burst(i, i->row.garp_master_refresh_repeat);
	if (i->row.garp_master_refresh_ms)
		timer_at(&i->refresh, mono_add(now, i->row.garp_master_refresh_ms * NS_PER_MS));
}

static void plan_second(struct vrrp_instance *i, uint32_t repeat, uint32_t delay_ms,
			struct mono now)
{
	if (!repeat || !delay_ms)
		return; /* one that is planned goes on */
	i->garp_repeat = repeat;
	timer_at(&i->garp, mono_add(now, delay_ms * NS_PER_MS));
}

static void announce_each(struct timer *t, uint32_t interval_ms, struct mono now)
{
	timer_cancel(t);
	if (interval_ms)
		timer_at(t, mono_add(now, interval_ms * NS_PER_MS));
}

void vrrp_vips_refresh(struct vrrp_instance *i, struct mono now)
{
	announce_each(&i->refresh, i->row.garp_master_refresh_ms, now);
	announce_each(&i->extra, i->row.garp_extra_if_ms, now);
}

void vrrp_vips_announce(struct vrrp_instance *i, struct mono now)
{
	const struct vrrp_instance_row *r = &i->row;

	if (i->adding)
		i->announce = true;
	else
		announce_burst(i, r->garp_master_repeat);
	plan_second(i, r->garp_master_repeat, r->garp_master_delay_ms, now);
	vrrp_vips_refresh(i, now);
}

void vrrp_vips_announce_lower(struct vrrp_instance *i, struct mono now)
{
	const struct vrrp_instance_row *r = &i->row;

	if (i->lower_announced.ns && mono_diff(now, i->lower_announced) < LOWER_NS)
		return;
	i->lower_announced = now;
	announce_burst(i, r->garp_lower_prio_repeat);
	plan_second(i, r->garp_lower_prio_repeat, r->garp_lower_prio_delay_ms, now);
}

void vrrp_vips_silence(struct vrrp_instance *i)
{
	i->announce = false;
	vrrp_announce_cancel(i->env->announcer, i->serial);
	timer_cancel(&i->garp);
	timer_cancel(&i->refresh);
	timer_cancel(&i->extra);
	timer_cancel(&i->repair);
}

void vrrp_vips_open(struct vrrp_instance *i)
{
	timer_init(&i->garp, i->env->loop, second_burst, i);
	timer_init(&i->refresh, i->env->loop, refresh_due, i);
	timer_init(&i->extra, i->env->loop, extra_due, i);
	timer_init(&i->repair, i->env->loop, repair, i);
}

void vrrp_vips_close(struct vrrp_instance *i)
{
	timer_stop(&i->garp);
	timer_stop(&i->refresh);
	timer_stop(&i->extra);
	vrrp_announce_cancel(i->env->announcer, i->serial);
	timer_stop(&i->repair);
	free(i->vips);
	i->vips = NULL;
	i->nvips = 0;
}
