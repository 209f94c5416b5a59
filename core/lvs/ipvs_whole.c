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

static uint32_t wanted(uint32_t by_row, uint32_t before)
{
	return by_row ? by_row : before;
}

static void sync_timeouts(struct ipvs_whole *w, const struct ipvs_row *r)
{
	struct ipvs_timeouts now, want = {.tcp = wanted(r->timeout_tcp_s, w->before.tcp),
					  .tcpfin = wanted(r->timeout_tcpfin_s, w->before.tcpfin),
					  .udp = wanted(r->timeout_udp_s, w->before.udp)};
	int err = ipvs_kernel_timeouts(w->kernel, &now);

	if (!err && memcmp(&now, &want, sizeof(now)) != 0)
		err = ipvs_kernel_set_timeouts(w->kernel, &want);
	if (err)
		refuse(w, "lvs_timeouts", err);
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

static void read_kernel(struct ipvs_whole *w)
{
	int err = ipvs_kernel_timeouts(w->kernel, &w->before);

	if (!err)
		err = ipvs_kernel_daemons(w->kernel, w->running);
	if (err)
		refuse(w, "reading timeouts and daemons", err);
	w->read = !err;
}

static enum sync_role running(const struct ipvs_whole *w)
{
	if (w->running[1].role)
		return w->running[0].role ? SYNC_BOTH : SYNC_MASTER;
	return w->running[0].role ? SYNC_BACKUP : SYNC_NONE;
}

enum sync_role ipvs_whole_sync(struct ipvs_whole *w, struct ipvs_kernel *k,
			       const struct ipvs_row *r)
{
	bool any = r->timeout_tcp_s || r->timeout_tcpfin_s || r->timeout_udp_s ||
		   r->sync_role != SYNC_NONE;

	w->kernel = k;
	w->refused = false;
	if (!w->read && any)
		read_kernel(w);
	if (!w->read)
		return SYNC_NONE;
	sync_timeouts(w, r);
	sync_daemons(w, r);
	if (!w->refused)
		w->told[0] = '\0';
	return running(w);
}

void ipvs_whole_release(struct ipvs_whole *w)
{
	const struct ipvs_row nothing = {.sync_role = SYNC_NONE};

	if (w->read && w->kernel)
		ipvs_whole_sync(w, w->kernel, &nothing);
}
