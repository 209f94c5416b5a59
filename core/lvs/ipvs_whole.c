/*
 * ipvs_whole: see ipvs_whole.h.
 *
 * A daemon whose attributes change is ended and begun again, since the kernel cannot change one.
 * One that runs as it should when this process begins is adopted: connections go on being told.
 *
 * Runs in the lvs process.
 */
#include "lvs/ipvs_whole.h"

#include "base/log.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static void refuse(struct ipvs_whole *w, const char *what, int err)
{
	char text[sizeof(w->told)];

	snprintf(text, sizeof(text), "%s: %s", what, strerror(-err));
	w->refused = true;
	if (!text_eq(text, w->told))
		log_errx("ipvs: %s", text);
	TEXT_COPY(w->told, text);
}

/* ---- timeouts -------------------------------------------------------- */

static bool has_timeouts(const struct ipvs_row *r)
{
	return r->timeout_tcp_s || r->timeout_tcpfin_s || r->timeout_udp_s;
}

static uint32_t wanted(uint32_t by_row, uint32_t before)
{
	return by_row ? by_row : before;
}

static struct ipvs_timeouts timeouts_of(const struct ipvs_row *r)
{
	return (struct ipvs_timeouts){.tcp = wanted(r->timeout_tcp_s, r->before_tcp_s),
				      .tcpfin = wanted(r->timeout_tcpfin_s, r->before_tcpfin_s),
				      .udp = wanted(r->timeout_udp_s, r->before_udp_s)};
}

static void keep_before(struct ipvs_row *r, const struct ipvs_timeouts *t)
{
	r->before_tcp_s = t->tcp;
	r->before_tcpfin_s = t->tcpfin;
	r->before_udp_s = t->udp;
}

/* What they were is kept from the first change until they are so again. */
static void sync_timeouts(struct ipvs_whole *w, struct ipvs_row *r)
{
	struct ipvs_timeouts now, want;
	int err;

	if (!has_timeouts(r) && !r->before_tcp_s)
		return;
	err = ipvs_kernel_timeouts(w->kernel, &now);
	if (!err && !r->before_tcp_s)
		keep_before(r, &now);
	want = timeouts_of(r);
	if (!err && memcmp(&now, &want, sizeof(now)) != 0)
		err = ipvs_kernel_set_timeouts(w->kernel, &want);
	if (err)
		refuse(w, "lvs_timeouts", err);
	else if (!has_timeouts(r))
		keep_before(r, &(struct ipvs_timeouts){0});
}

/* ---- daemons --------------------------------------------------------- */

static struct ipvs_daemon daemon_of(const struct ipvs_row *r, enum sync_role role)
{
	struct ipvs_daemon d = {.role =
				    role == SYNC_MASTER ? IP_VS_STATE_MASTER : IP_VS_STATE_BACKUP,
				.id = r->sync_id,
				.maxlen = r->sync_maxlen,
				.port = r->sync_port,
				.ttl = r->sync_ttl,
				.group = r->sync_group};

	TEXT_COPY(d.interface, r->sync_interface);
	return d;
}

/* What was not said is the kernel's choice. */
static bool is_as_wanted(const struct ipvs_daemon *have, const struct ipvs_daemon *want)
{
	return have->role == want->role && text_eq(have->interface, want->interface) &&
	       have->id == want->id && (!want->maxlen || have->maxlen == want->maxlen) &&
	       (!want->port || have->port == want->port) &&
	       (!want->ttl || have->ttl == want->ttl) &&
	       (!want->group.family || addr_equal(&have->group, &want->group));
}

static void sync_daemon(struct ipvs_whole *w, struct ipvs_daemon *have,
			const struct ipvs_daemon *want)
{
	int err = 0;

	if (want ? is_as_wanted(have, want) : !have->role)
		return;
	if (have->role)
		err = ipvs_kernel_end_daemon(w->kernel, have);
	if (!err)
		have->role = 0;
	if (!err && want)
		err = ipvs_kernel_begin_daemon(w->kernel, want);
	if (err)
		refuse(w, "lvs_sync_daemon", err);
	else if (want)
		*have = *want;
}

static void sync_daemons(struct ipvs_whole *w, const struct ipvs_row *r)
{
	struct ipvs_daemon master = daemon_of(r, SYNC_MASTER), backup = daemon_of(r, SYNC_BACKUP);
	bool tells = r->sync_role == SYNC_MASTER || r->sync_role == SYNC_BOTH;
	bool listens = r->sync_role == SYNC_BACKUP || r->sync_role == SYNC_BOTH;

	/* The one that is not wanted goes first: both would have a socket for the port. */
	if (!listens)
		sync_daemon(w, &w->running[0], NULL);
	sync_daemon(w, &w->running[1], tells ? &master : NULL);
	sync_daemon(w, &w->running[0], listens ? &backup : NULL);
}

/* ---- both ------------------------------------------------------------ */

static enum sync_role running(const struct ipvs_whole *w)
{
	if (w->running[1].role)
		return w->running[0].role ? SYNC_BOTH : SYNC_MASTER;
	return w->running[0].role ? SYNC_BACKUP : SYNC_NONE;
}

void ipvs_whole_sync(struct ipvs_whole *w, struct ipvs_kernel *k, struct ipvs_row *r)
{
	bool any = has_timeouts(r) || r->before_tcp_s || r->sync_role != SYNC_NONE ||
		   r->sync_running != SYNC_NONE;
	int err;

	w->kernel = k;
	w->refused = false;
	if (!w->read && any) {
		err = ipvs_kernel_daemons(w->kernel, w->running);
		if (err)
			refuse(w, "reading the synchronisation daemons", err);
		w->read = !err;
	}
	if (!w->read)
		return;
	sync_timeouts(w, r);
	sync_daemons(w, r);
	if (!w->refused)
		w->told[0] = '\0';
	r->sync_running = (uint8_t)running(w);
}

static bool timeouts_differ(struct ipvs_whole *w, const struct ipvs_row *r)
{
	struct ipvs_timeouts now, want = timeouts_of(r);

	if (!has_timeouts(r) || ipvs_kernel_timeouts(w->kernel, &now) < 0 ||
	    memcmp(&now, &want, sizeof(now)) == 0)
		return false;
	log_warnx("ipvs: timeouts are %u, %u and %u s, not %u, %u and %u s; they were changed by "
		  "others, and are repaired",
		  now.tcp, now.tcpfin, now.udp, want.tcp, want.tcpfin, want.udp);
	return true;
}

static bool daemons_differ(struct ipvs_whole *w, const struct ipvs_row *r)
{
	struct ipvs_daemon now[2] = {{0}};

	if (r->sync_role == SYNC_NONE || ipvs_kernel_daemons(w->kernel, now) < 0 ||
	    (now[0].role == w->running[0].role && now[1].role == w->running[1].role))
		return false;
	memcpy(w->running, now, sizeof(now));
	log_warnx("ipvs: synchronisation daemons: %s runs, not %s; they were changed by others, "
		  "and are repaired",
		  enum_name(sync_role_names, running(w)),
		  enum_name(sync_role_names, r->sync_running));
	return true;
}

bool ipvs_whole_look(struct ipvs_whole *w, const struct ipvs_row *r)
{
	bool timeouts, daemons;

	if (!w->read || !w->kernel || w->refused)
		return false;
	timeouts = timeouts_differ(w, r);
	daemons = daemons_differ(w, r);
	return timeouts || daemons;
}

void ipvs_whole_release(struct ipvs_whole *w, const struct ipvs_row *r)
{
	struct ipvs_row nothing = {.sync_role = SYNC_NONE,
				   .before_tcp_s = r->before_tcp_s,
				   .before_tcpfin_s = r->before_tcpfin_s,
				   .before_udp_s = r->before_udp_s};

	if (w->read && w->kernel)
		ipvs_whole_sync(w, w->kernel, &nothing);
}
