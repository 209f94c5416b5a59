/*
 * accept: see accept.h.
 *
 * nft takes a whole file as one transaction, so the table changes from one state to the next with
 * nothing between. Its chain and sets are emptied and filled again, and its counters, which have
 * names, stay; the first time it is deleted before it is made, whatever it is. One program runs at
 * a time; what has changed meanwhile is written by the next. A failure is said, shown and tried
 * again.
 *
 * Only names and addresses of our own making stand in the file; a name of an interface that nft
 * could misread is left out, and said.
 */
#include "exec/accept.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/text.h"
#include "exec/command.h"
#include "model/rules.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AGAIN_NS   (5 * NS_PER_S)
#define TIMEOUT_NS (10 * NS_PER_S)

struct accept {
	struct exec_env *env;
	char *path; /* of the file that says that there is a table */
	char table[NAME_TABLE];
	struct buf wanted;  /* the file for nft, "": no table */
	struct buf running; /* what nft is reading */
	struct buf there;   /* what it has read last */
	bool known;         /* ... by this process: what others made is gone */
	struct run *run;
	struct timer again;
	void (*done)(void *arg, struct mono now);
	void *arg;
};

/* ---- what is wanted ------------------------------------------------------------ */

static bool refuses(const struct vrrp_instance_row *v)
{
	return vrrp_refuses(v) && v->state == VRRP_MASTER;
}

static bool is_link_local(const struct addr *a)
{
	return a->family == ADDR_IPV6 && a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}

/* The interface that carries it: as the kernel calls it now, else as it is configured. */
static const char *interface_of(const struct vrrp_instance_row *v, const struct vrrp_address_row *a,
				char name[IF_NAMESIZE])
{
	uint32_t index = a->ifindex ? a->ifindex : v->ifindex;

	if (index && if_indextoname(index, name))
		return name;
	snprintf(name, IF_NAMESIZE, "%s", a->dev[0] ? a->dev : v->interface);
	return name;
}

static bool is_plain(const char *name)
{
	for (; *name; name++)
		if (!isgraph((unsigned char)*name) || strchr("\"\\*", *name))
			return false;
	return true;
}

enum set { SET_IPV4, SET_IPV6, SET_LINK_LOCAL };

static enum set set_of(const struct vrrp_address_row *a)
{
	return a->addr.family == ADDR_IPV4 ? SET_IPV4
	       : is_link_local(&a->addr)   ? SET_LINK_LOCAL
					   : SET_IPV6;
}

static void add_element(const struct accept *a, struct buf *list, const struct vrrp_instance_row *v,
			const struct vrrp_address_row *addr)
{
	char name[IF_NAMESIZE];
	uint32_t index = addr->ifindex ? addr->ifindex : v->ifindex;

	if (set_of(addr) != SET_LINK_LOCAL) {
		buf_printf(list, "%s%s", list->len ? ", " : "", addr->address);
	} else if (exec_settings(a->env)->nftables_ifindex) {
		if (index)
			buf_printf(list, "%s%s . %u", list->len ? ", " : "", addr->address, index);
	} else if (is_plain(interface_of(v, addr, name))) {
		buf_printf(list, "%s%s . \"%s\"", list->len ? ", " : "", addr->address, name);
	} else {
		log_warnx("no_accept: %s: nft cannot be told of interface %s", addr->address, name);
	}
}

static const struct vrrp_instance_row *instance_of(const struct accept *a, const char *name)
{
	struct vrrp_instance_row key = {{0}};

	TEXT_COPY(key.name, name);
	return store_find(a->env->store, T_VRRP_INSTANCE, &key);
}

/* The elements of a set, with commas. */
static void add_elements(const struct accept *a, enum set set, struct buf *list)
{
	STORE_EACH(a->env->store, T_VRRP_ADDRESS, struct vrrp_address_row, addr)
	{
		const struct vrrp_instance_row *v = instance_of(a, addr->instance);

		if (v && refuses(v) && set_of(addr) == set)
			add_element(a, list, v, addr);
	}
}

static void add_set(const struct accept *a, struct buf *file, enum set set)
{
	static const char *const names[] = {"addresses4", "addresses6", "link_local"};
	const struct exec_row *s = exec_settings(a->env);
	const char *type = set == SET_IPV4       ? "ipv4_addr"
			   : set == SET_IPV6     ? "ipv6_addr"
			   : s->nftables_ifindex ? "ipv6_addr . iface_index"
						 : "ipv6_addr . ifname";
	struct buf list = {0};

	add_elements(a, set, &list);
	buf_printf(file, "add set inet %s %s { type %s; }\n", a->table, names[set], type);
	buf_printf(file, "flush set inet %s %s\n", a->table, names[set]);
	if (list.len)
		buf_printf(file, "add element inet %s %s { %s }\n", a->table, names[set],
			   buf_cstr(&list));
	buf_free(&list);
}

static void add_rules(const struct accept *a, struct buf *file)
{
	const struct exec_row *s = exec_settings(a->env);
	const char *iface = s->nftables_ifindex ? "iif" : "iifname";
	const struct {
		const char *match, *on, *counter, *verdict;
	} rules[] = {
	    {"icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert, "
	     "nd-redirect }",
	     "", "neighbours", "accept"},
	    {"ip daddr @addresses4", "", "dropped4", "drop"},
	    {"ip6 daddr @addresses6", "", "dropped6", "drop"},
	    {"ip6 daddr . ", iface, "dropped6", "drop"},
	};

	buf_printf(
	    file,
	    "add chain inet %s input { type filter hook input priority %d; policy accept; }\n"
	    "flush chain inet %s input\n",
	    a->table, s->nftables_priority, a->table);
	for (unsigned i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (s->nftables_counters)
			buf_printf(file, "add counter inet %s %s\n", a->table, rules[i].counter);
		buf_printf(file, "add rule inet %s input %s%s%s %s%s %s\n", a->table,
			   rules[i].match, rules[i].on, rules[i].on[0] ? " @link_local" : "",
			   s->nftables_counters ? "counter name " : "",
			   s->nftables_counters ? rules[i].counter : "", rules[i].verdict);
	}
}

static bool any_refuses(const struct accept *a)
{
	STORE_EACH(a->env->store, T_VRRP_INSTANCE, struct vrrp_instance_row, v)
	{
		if (refuses(v))
			return true;
	}
	return false;
}

static void compose(struct accept *a)
{
	const struct exec_row *s = exec_settings(a->env);

	buf_reset(&a->wanted);
	if (a->done || !any_refuses(a))
		return;
	TEXT_COPY(a->table, s->nftables[0] ? s->nftables : NFTABLES_TABLE);
	for (enum set set = SET_IPV4; set <= SET_LINK_LOCAL; set++)
		add_set(a, &a->wanted, set);
	add_rules(a, &a->wanted);
}

/* ---- the file that says so -------------------------------------------------------- */

/* The name of the table is in it, so that one by another name than ours now is removed too. */
static void note_table(struct accept *a)
{
	int fd = open(a->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0 || write(fd, a->table, strlen(a->table)) != (ssize_t)strlen(a->table))
		log_warn("no_accept: %s cannot be written: a crash of all would leave the table",
			 a->path);
	if (fd >= 0)
		close(fd);
}

/* false: there is none. */
static bool noted_table(const struct accept *a, char table[NAME_TABLE])
{
	int fd = open(a->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = fd >= 0 ? read(fd, table, NAME_TABLE - 1) : 0;

	if (fd >= 0)
		close(fd);
	table[n > 0 ? n : 0] = '\0';
	return fd >= 0 && nftables_name_ok(table);
}

/* ---- nft --------------------------------------------------------------------------- */

static void start(struct accept *a);

static void show_error(struct accept *a, const char *text)
{
	struct exec_row r = *exec_settings(a->env);

	TEXT_COPY(r.nftables_error, text);
	store_put(a->env->store, T_EXEC, &r, F_SEEN, NULL);
}

static void finished(struct accept *a, struct mono now)
{
	void (*done)(void *, struct mono) = a->done;

	if (done)
		done(a->arg, now);
}

static void failed(struct accept *a, const char *why)
{
	if (!exec_settings(a->env)->nftables_error[0])
		log_warnx("no_accept: nft: %s", why);
	show_error(a, why);
	timer_after(&a->again, AGAIN_NS);
}

static bool same(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && (!a->len || memcmp(a->data, b->data, a->len) == 0);
}

static void on_done(void *arg, const struct run_result *r, struct mono now)
{
	struct accept *a = arg;
	char text[64], why[RUN_SAID_MAX + 80];

	a->run = NULL;
	exec_count(a->env, r);
	if (r->outcome != RUN_EXITED || r->value != 0) {
		a->known = false;
		snprintf(why, sizeof(why), "it %s: %s", run_result_text(r, text, sizeof(text)),
			 r->said);
		failed(a, why);
		finished(a, now);
		return;
	}
	show_error(a, "");
	a->known = true;
	buf_reset(&a->there);
	buf_add(&a->there, a->running.data, a->running.len);
	if (!a->there.len)
		unlink(a->path);
	log_debug("no_accept: %s", a->there.len ? "the table is written" : "there is no table");
	compose(a);
	if (!same(&a->wanted, &a->there))
		start(a);
	else
		finished(a, now);
}

/* What nft reads: deleting needs that it is there. */
static void put_delete(struct buf *file, const char *table)
{
	buf_printf(file, "add table inet %s\ndelete table inet %s\n", table, table);
}

static void start(struct accept *a)
{
	struct exec_row as_root = *exec_settings(a->env);
	char before[NAME_TABLE] = "", why[TEXT_MAX] = "too many programs wait";
	struct buf file = {0};
	struct command c;
	struct run_spec spec;

	if (noted_table(a, before) && (!a->known || !a->wanted.len || !text_eq(before, a->table)))
		put_delete(&file, before);
	if (a->wanted.len) {
		if (!a->known && !text_eq(before, a->table))
			put_delete(&file, a->table);
		buf_printf(&file, "add table inet %s\n%s", a->table, buf_cstr(&a->wanted));
		note_table(a);
	}
	buf_reset(&a->running);
	buf_add(&a->running, a->wanted.data, a->wanted.len);
	as_root.set_supplementary_groups = false;
	if (command_prepare(&c, &as_root, "nft -f -", "root", "", why)) {
		spec = command_spec(&c, "no_accept: nft", TIMEOUT_NS);
		spec.input = buf_cstr(&file);
		spec.listen = true;
		a->run = run_start(a->env->runner, &spec, on_done, a);
	}
	buf_free(&file);
	if (!a->run) {
		failed(a, why);
		finished(a, loop_now(a->env->loop));
	}
}

static void go(struct accept *a)
{
	char before[NAME_TABLE];

	if (a->run)
		return;
	if (!a->known && !a->wanted.len && !noted_table(a, before))
		a->known = true; /* nothing is there and nothing is to be */
	if (a->known && same(&a->wanted, &a->there))
		finished(a, loop_now(a->env->loop));
	else
		start(a);
}

void accept_apply(struct accept *a)
{
	compose(a);
	if (!a->again.armed && !a->done)
		go(a);
}

static void on_again(void *arg, struct mono now)
{
	struct accept *a = arg;

	(void)now;
	compose(a);
	if (!a->done)
		go(a);
}

/* ---- life ---------------------------------------------------------------------------- */

struct accept *accept_new(struct exec_env *env, const char *path)
{
	struct accept *a = xcalloc(1, sizeof(*a));

	a->env = env;
	a->path = xstrdup(path);
	timer_init(&a->again, env->loop, on_again, a);
	return a;
}

void accept_finish(struct accept *a, void (*done)(void *arg, struct mono now), void *arg)
{
	timer_cancel(&a->again);
	a->done = done;
	a->arg = arg;
	compose(a);
	go(a);
}

void accept_free(struct accept *a)
{
	if (a->run)
		run_cancel(a->run);
	timer_stop(&a->again);
	buf_free(&a->wanted);
	buf_free(&a->running);
	buf_free(&a->there);
	free(a->path);
	free(a);
}
