/*
 * netns: see netns.h (guardian, before it starts anybody; the others inherit it).
 *
 * What the configuration says of it must be known before main, which reads configurations,
 * exists, and the guardian reads none. So a process of its own reads it once more and hands back
 * the name, of a fixed length, by a pipe; one that hangs is ended and the start goes on as if the
 * file had said nothing. It reads what main will run: the file, or, when that has errors, what was
 * accepted last. Most configurations say nothing of namespaces, which a glance at their octets
 * shows: the start of a large one does not wait until all of it was read twice.
 */
#include "daemon/netns.h"

#include "base/clock.h"
#include "base/text.h"
#include "config/config.h"
#include "daemon/accepted.h"
#include "daemon/reload.h"
#include "model/rows.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define READ_MS 10000

struct answer {
	char name[sizeof(((struct network_row *)0)->net_namespace)];
	char ipvs[sizeof(((struct network_row *)0)->net_namespace_ipvs)];
};

/* ---- the process that reads --------------------------------------------- */

/* What main may run. */
static bool may_say_something(const struct options *o)
{
	return config_may_mention(o->env.config_file, "net_namespace") ||
	       accepted_may_mention(o->env.state_dir, "net_namespace");
}

static struct store *read_config(const struct options *o)
{
	struct config_options how = options_of_config(&o->env);
	struct findings f = {0}, other = {0};
	struct store *s = config_load(o->env.config_file, &how, &f), *accepted;
	char source[TEXT_MAX], why[TEXT_MAX];

	if (reload_runs_file(o->env.config_file, s, &f))
		return s;
	accepted = accepted_load(o->env.state_dir, &other, source, why);
	return accepted ? accepted : s;
}

static void __attribute__((noreturn)) answer(const struct options *o, int fd)
{
	const struct network_row *n;
	struct answer a = {0};

	if (may_say_something(o)) {
		n = store_single(read_config(o), T_NETWORK);
		TEXT_COPY(a.name, n->net_namespace);
		TEXT_COPY(a.ipvs, n->net_namespace_ipvs);
	}
	_exit(write(fd, &a, sizeof(a)) == sizeof(a) ? 0 : 1);
}

/* ---- the one that asks ---------------------------------------------------- */

static bool wait_answer(int fd, struct answer *ret)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, READ_MS) == 1 && read(fd, ret, sizeof(*ret)) == sizeof(*ret) &&
	       memchr(ret->name, '\0', sizeof(ret->name)) &&
	       memchr(ret->ipvs, '\0', sizeof(ret->ipvs));
}

static void ask(const struct options *o, struct answer *ret)
{
	int fd[2];
	pid_t pid;

	memset(ret, 0, sizeof(*ret));
	if (pipe2(fd, O_CLOEXEC) < 0)
		return;
	pid = fork();
	if (pid == 0)
		answer(o, fd[1]);
	close(fd[1]);
	if (pid > 0 && !wait_answer(fd[0], ret)) {
		memset(ret, 0, sizeof(*ret));
		fprintf(stderr,
			"halvard: the configuration could not be read for its net_namespace\n");
	}
	close(fd[0]);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}

static int open_namespace(const char *name)
{
	char path[PATH_MAX] = "/proc/self/ns/net";
	int fd;

	if (!text_eq(name, IPVS_OF_CALLER))
		snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) /* out of the way of the descriptors that processes are given */
		return fcntl(fd, F_DUPFD_CLOEXEC, 2 * PARENT_IPVS_FD);
	fprintf(stderr, "halvard: there is no network namespace %s (%s): %s\n", name, path,
		strerror(errno));
	exit(1);
}

/* As "ip netns exec", without its own view of /sys. */
static void enter(const char *name)
{
	int fd = open_namespace(name);

	if (setns(fd, CLONE_NEWNET) < 0) {
		fprintf(stderr, "halvard: cannot enter the network namespace %s: %s\n", name,
			strerror(errno));
		exit(1);
	}
	close(fd);
}

void netns_enter(struct options *o)
{
	struct answer a;

	ask(o, &a);
	if (a.ipvs[0])
		o->ipvs_fd = open_namespace(a.ipvs);
	if (o->net_namespace)
		enter(o->net_namespace);
	else if (a.name[0])
		enter(a.name);
}
