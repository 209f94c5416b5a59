/*
 * control: see control.h.
 *
 * A client is a link with main's policy towards halvardctl: it gets a snapshot and every change,
 * and asks by transactions and commands. Who it is the kernel says (SO_PEERCRED).
 */
#define LOG_AREA LOG_AREA_CONTROL
#include "daemon/control.h"

#include "base/log.h"
#include "base/text.h"
#include "daemon/jobs.h"
#include "model/rows.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define CLIENTS_MAX   32 /* some stay: top, watch */
#define READERS_MAX   8  /* of them, of those who may only look: they cannot lock root out */
#define TRUSTED_GROUP "halvard"

struct control_client {
	TAILQ_ENTRY(control_client) next;
	struct client client;
	struct control *control;
};

struct control {
	struct director *d;
	struct watch watch;
	int fd;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	unsigned count, readers;
	TAILQ_HEAD(, control_client) clients;
};

static bool in_trusted_group(const struct ucred *who)
{
	const struct group *g = getgrnam(TRUSTED_GROUP);
	const struct passwd *pw;
	gid_t trusted, gids[256];
	int n = 256;

	if (!g)
		return false;
	trusted = g->gr_gid;
	if (who->gid == trusted)
		return true;
	pw = getpwuid(who->uid);
	if (!pw || getgrouplist(pw->pw_name, pw->pw_gid, gids, &n) < 0)
		return false;
	for (int i = 0; i < n; i++)
		if (gids[i] == trusted)
			return true;
	return false;
}

static void identify(struct client *c, int fd)
{
	struct ucred who = {0};
	socklen_t len = sizeof(who);
	const struct passwd *pw;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0) {
		TEXT_COPY(c->who, "unknown");
		return;
	}
	c->may_change = who.uid == 0 || in_trusted_group(&who);
	pw = getpwuid(who.uid);
	if (pw)
		TEXT_COPY(c->who, pw->pw_name);
	else
		snprintf(c->who, sizeof(c->who), "uid %u", (unsigned)who.uid);
}

static void drop(struct control_client *cc)
{
	jobs_client_gone(&cc->client);
	TAILQ_REMOVE(&cc->control->clients, cc, next);
	cc->control->count--;
	cc->control->readers -= !cc->client.may_change;
	link_close(cc->client.link);
	free(cc);
}

static void on_message(void *arg, struct msg *m, struct mono now)
{
	struct control_client *cc = arg;

	(void)now;
	jobs_message(&cc->client, m);
}

static void on_down(void *arg, const char *why)
{
	struct control_client *cc = arg;

	log_debug("control: %s: %s", cc->client.who, why);
	drop(cc);
}

static const struct link_ops client_ops = {.message = on_message, .down = on_down};

static bool has_place(const struct control *c, const struct client *who)
{
	return c->count < CLIENTS_MAX && (who->may_change || c->readers < READERS_MAX);
}

static void on_connect(void *arg, int sock, int what, struct mono now)
{
	struct control *c = arg;
	struct control_client *cc;
	int fd = accept4(sock, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)what;
	(void)now;
	if (fd < 0)
		return;
	cc = xcalloc(1, sizeof(*cc));
	cc->control = c;
	cc->client = (struct client){.d = c->d, .source = SOURCE_CTL};
	identify(&cc->client, fd);
	if (!has_place(c, &cc->client)) {
		log_warnx("control: too many clients: %s was turned away", cc->client.who);
		close(fd);
		free(cc);
		return;
	}
	TAILQ_INSERT_TAIL(&c->clients, cc, next);
	c->count++;
	c->readers += !cc->client.may_change;
	cc->client.link =
	    link_open(c->d->loop, fd, ROLE_MAIN, ROLE_CTL, c->d->live, &client_ops, cc);
}

/* A socket that is there was left by a dead process: the guardian holds the folder (flock). */
static int listen_at(const char *path)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || !text_copy(sun.sun_path, sizeof(sun.sun_path), path))
		goto bad;
	unlink(path);
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0 || chmod(path, 0666) < 0 ||
	    listen(fd, CLIENTS_MAX) < 0)
		goto bad;
	return fd;
bad:
	log_warn("control: cannot listen at %s", path);
	if (fd >= 0)
		close(fd);
	return -1;
}

struct control *control_open(struct director *d)
{
	struct control *c = xcalloc(1, sizeof(*c));

	c->d = d;
	TAILQ_INIT(&c->clients);
	snprintf(c->path, sizeof(c->path), "%s/control", d->env->run_dir);
	c->fd = listen_at(c->path);
	if (c->fd < 0) {
		free(c);
		return NULL;
	}
	return c;
}

void control_serve(struct control *c)
{
	if (c)
		watch_start(&c->watch, c->d->loop, c->fd, WATCH_READ, on_connect, c);
}

void control_close(struct control *c)
{
	struct control_client *cc;

	if (!c)
		return;
	while ((cc = TAILQ_FIRST(&c->clients)))
		drop(cc);
	watch_stop(&c->watch);
	close(c->fd);
	unlink(c->path);
	free(c);
}
