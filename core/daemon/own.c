/*
 * own: see own.h. Part of main.
 *
 * A line is a service ("service 192.0.2.1-192.0.2.9:80/tcp", as lvs reads it), or says what the
 * kernel had before us ("timeouts 900 120 300") or has of us ("daemons both"), or which daemon
 * wrote the file ("guardian 712"): a main that finds another one there begins with the daemon. A
 * name is written before lvs hears of the service, and is struck out after lvs has said that it is
 * gone.
 */
#include "daemon/own.h"

#include "daemon/persist.h"

#include "base/log.h"
#include "base/text.h"
#include "ipc/wire.h"
#include "model/server_group.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_NAME "services"
#define NAME_OWN  128

/* ---- names ------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool has(const struct own *o, const char *name)
{
	return o->n && bsearch(&name, o->names, o->n, sizeof(*o->names), by_name);
}

static void add(struct own *o, const char *name)
{
	if (o->n == o->cap) {
		o->cap = o->cap ? 2 * o->cap : 64;
		o->names = xrealloc(o->names, o->cap, sizeof(*o->names));
	}
	o->names[o->n++] = xstrdup(name);
}

static void seal(struct own *o)
{
	size_t n = 0;

	if (o->n)
		qsort(o->names, o->n, sizeof(*o->names), by_name);
	for (size_t i = 0; i < o->n; i++) {
		if (n && text_eq(o->names[n - 1], o->names[i]))
			free(o->names[i]);
		else
			o->names[n++] = o->names[i];
	}
	o->n = n;
}

static void clear(struct own *o)
{
	for (size_t i = 0; i < o->n; i++)
		free(o->names[i]);
	free(o->names);
	*o = (struct own){.first = o->first};
}

/* As the kernel's services are named: that of a virtual server without a group is its own. */
static void name_member(const struct virtual_server_row *vs,
			const struct server_group_member_row *m, char name[NAME_OWN])
{
	uint8_t family = m->family ? m->family : vs->family;

	if (m->fwmark)
		snprintf(name, NAME_OWN, "fwmark:%u%s", m->fwmark,
			 family == FAMILY_IPV6 ? "/inet6" : "");
	else
		snprintf(name, NAME_OWN, "%s/%s", m->name,
			 enum_name(lvs_protocol_names, vs->protocol));
}

static struct own services_of(const struct store *s)
{
	struct own all = {0};
	char name[NAME_OWN];

	STORE_EACH(s, T_VIRTUAL_SERVER, struct virtual_server_row, vs)
	{
		if (!vs->group[0])
			add(&all, vs->name);
		SERVER_GROUP_EACH(s, vs->group, m)
		{
			name_member(vs, m, name);
			add(&all, name);
		}
	}
	seal(&all);
	return all;
}

/* ---- the file ---------------------------------------------------------- */

static void print_all(const struct director *d, struct buf *ret)
{
	const struct ipvs_row *r = store_at(d->live, T_IPVS, 0);

	if (!d->own.first)
		buf_printf(ret, "guardian %d\n", getppid());
	for (size_t i = 0; i < d->own.n; i++)
		buf_printf(ret, "service %s\n", d->own.names[i]);
	if (r && r->before_tcp_s)
		buf_printf(ret, "timeouts %u %u %u\n", r->before_tcp_s, r->before_tcpfin_s,
			   r->before_udp_s);
	if (r && r->sync_running != SYNC_NONE)
		buf_printf(ret, "daemons %s\n", enum_name(sync_role_names, r->sync_running));
}

static void write_file(const struct director *d)
{
	struct buf text = {0};
	int err;

	if (!d->env->run_dir)
		return;
	print_all(d, &text);
	err = persist_write(d->env->run_dir, FILE_NAME, &text);
	if (err)
		log_warnx("cannot write %s/" FILE_NAME ": %s; what is taken out of the "
			  "configuration while nothing runs would stay in the kernel",
			  d->env->run_dir, strerror(abs(err)));
	buf_free(&text);
}

static void take_line(struct director *d, const char *line)
{
	struct ipvs_row r = *(const struct ipvs_row *)store_single(d->live, T_IPVS);
	char role[16] = "";
	int found, guardian;

	if (strncmp(line, "service ", 8) == 0 && strlen(line + 8) < NAME_OWN)
		add(&d->own, line + 8);
	if (sscanf(line, "guardian %d", &guardian) == 1)
		d->own.first = guardian != getppid();
	sscanf(line, "timeouts %u %u %u", &r.before_tcp_s, &r.before_tcpfin_s, &r.before_udp_s);
	if (sscanf(line, "daemons %15s", role) == 1 && enum_value(sync_role_names, role, &found))
		r.sync_running = (uint8_t)found;
	store_put(d->live, T_IPVS, &r, F_SEEN, NULL);
}

void own_load(struct director *d)
{
	struct buf text = {0};
	int err = persist_read(d->env->run_dir, FILE_NAME, &text);
	char *save = NULL;

	if (err && err != -ENOENT)
		log_warnx("%s/" FILE_NAME ": %s", d->env->run_dir, strerror(-err));
	buf_cstr(&text);
	d->own.first = true;
	for (char *line = err ? NULL : strtok_r((char *)text.data, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		take_line(d, line);
	seal(&d->own);
	buf_free(&text);
}

/* ---- what is ours ------------------------------------------------------ */

void own_claim(struct director *d, const struct store *wanted)
{
	struct own now = services_of(wanted);
	size_t before = d->own.n;

	for (size_t i = 0; i < now.n; i++)
		if (!has(&(struct own){.names = d->own.names, .n = before}, now.names[i]))
			add(&d->own, now.names[i]);
	clear(&now);
	if (d->own.n == before)
		return;
	seal(&d->own);
	write_file(d);
}

static void send_words(struct director *d, const char *words)
{
	struct buf body = {0};

	buf_str(&body, words);
	buf_str(&body, "main");
	link_send(d->links[ROLE_LVS], MSG_COMMAND, OWN_COMMAND, &body);
	buf_free(&body);
}

void own_tell(struct director *d)
{
	struct own wanted = services_of(d->wanted);
	const struct ipvs_row *r = store_single(d->live, T_IPVS);
	char words[NAME_OWN + 16];

	if (d->own.first && !d->continues && r->flush_on_start && link_is_up(d->links[ROLE_LVS]))
		send_words(d, "flush");
	for (size_t i = 0; i < d->own.n && link_is_up(d->links[ROLE_LVS]); i++) {
		if (has(&wanted, d->own.names[i]))
			continue;
		snprintf(words, sizeof(words), "leftover %s", d->own.names[i]);
		send_words(d, words);
	}
	clear(&wanted);
}

void own_look(struct director *d)
{
	if (link_is_up(d->links[ROLE_LVS]))
		send_words(d, "look");
}

void own_settled(struct director *d)
{
	struct own wanted = services_of(d->wanted);

	/* what is ours has all that is wanted: as many are the same */
	if (wanted.n == d->own.n && !d->own.first) {
		clear(&wanted);
		return;
	}
	clear(&d->own);
	d->own = wanted;
	write_file(d);
}

void own_seen(struct director *d, enum table_id t, const struct fieldset *changed)
{
	if (t == T_IPVS && (fieldset_has_name(changed, t, "before_tcp_s") ||
			    fieldset_has_name(changed, t, "sync_running")))
		write_file(d);
}

void own_free(struct director *d)
{
	clear(&d->own);
}
