/*
 * processes: how many processes match each vrrp_track_process (process exec).
 *
 * /proc is read each SCAN_NS. A process that matches is held by a descriptor that tells its end, so
 * an end is seen at once and a start within that time. The kernel's own events of processes would
 * tell both, but in the first network namespace only, and of every process of the machine.
 *
 * Enough of them, or too few, counts when that has lasted for the delay; the first look counts at
 * once.
 */
#include "exec/trackers.h"

#include "base/log.h"
#include "base/text.h"
#include "exec/match.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SCAN_NS     NS_PER_S
#define SOON_NS     (20 * NS_PER_MS) /* after an end: several often end together */
#define HELD_MAX    256              /* descriptors; more are found by looking */
#define CMDLINE_MAX 4096

/* A process whose end is awaited. */
struct held {
	LIST_ENTRY(held) next;
	struct processes *all;
	pid_t pid;
	int fd;
	struct watch watch;
	bool seen;
};

/* What is tracked. */
struct kind {
	struct track_process_row row; /* as wanted */
	struct argv words;
	uint32_t found;
	struct mono since; /* of the other verdict; ns 0: there is none */
};

struct processes {
	struct exec_env *env;
	struct kind *kinds;
	size_t count;
	struct timer scan;
	LIST_HEAD(, held) held;
	unsigned nheld;
};

/* ---- processes that match ------------------------------------------------------ */

static void release(struct held *h)
{
	watch_stop(&h->watch);
	close(h->fd);
	h->all->nheld--;
	LIST_REMOVE(h, next);
	free(h);
}

static void on_end(void *arg, int fd, int what, struct mono now)
{
	struct held *h = arg;
	struct processes *p = h->all;

	(void)fd, (void)what, (void)now;
	release(h);
	timer_after(&p->scan, SOON_NS);
}

static void hold(struct processes *p, pid_t pid)
{
	struct held *h;
	int fd;

	LIST_FOREACH(h, &p->held, next)
	if (h->pid == pid) {
		h->seen = true;
		return;
	}
	fd = p->nheld < HELD_MAX ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	if (fd < 0)
		return;
	h = xcalloc(1, sizeof(*h));
	h->all = p;
	h->pid = pid;
	h->fd = fd;
	h->seen = true;
	p->nheld++;
	LIST_INSERT_HEAD(&p->held, h, next);
	watch_start(&h->watch, p->env->loop, fd, WATCH_READ, on_end, h);
}

/* ---- /proc --------------------------------------------------------------------- */

static ssize_t read_of(pid_t pid, const char *name, char *buf, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, buf, size - 1);
	if (fd >= 0)
		close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return n;
}

/* One that has ended and is not yet forgotten. */
static bool is_zombie(pid_t pid)
{
	char stat[256];
	const char *end = read_of(pid, "stat", stat, sizeof(stat)) > 0 ? strrchr(stat, ')') : NULL;

	return !end || end[1] != ' ' || end[2] == 'Z' || end[2] == 'X';
}

static void look_at(struct processes *p, pid_t pid)
{
	char comm[64], cmdline[CMDLINE_MAX];
	struct process_seen seen = {comm, cmdline, 0};
	bool read_it = false, found = false, lives = false;

	if (read_of(pid, "comm", comm, sizeof(comm)) <= 0)
		return;
	comm[strcspn(comm, "\n")] = '\0';
	for (size_t i = 0; i < p->count; i++) {
		struct kind *k = &p->kinds[i];

		if (!read_it && match_needs_cmdline(&k->row, &k->words)) {
			ssize_t n = read_of(pid, "cmdline", cmdline, sizeof(cmdline));

			seen.len = n > 0 ? (size_t)n : 0;
			read_it = true;
		}
		if (!match_process(&k->row, &k->words, &seen))
			continue;
		lives = found ? lives : !is_zombie(pid);
		found = true;
		k->found += lives;
	}
	if (lives)
		hold(p, pid);
}

static void look_at_all(struct processes *p)
{
	DIR *proc = opendir("/proc");
	struct dirent *e;

	for (size_t i = 0; i < p->count; i++)
		p->kinds[i].found = 0;
	while (proc && (e = readdir(proc)))
		if (isdigit((unsigned char)e->d_name[0]))
			look_at(p, (pid_t)atoi(e->d_name));
	if (proc)
		closedir(proc);
}

static void release_unseen(struct processes *p)
{
	struct held *h, *next;

	for (h = LIST_FIRST(&p->held); h; h = next) {
		next = LIST_NEXT(h, next);
		if (!h->seen)
			release(h);
	}
}

/* ---- verdicts ------------------------------------------------------------------ */

static void tell(struct processes *p, struct track_process_row *row, enum track_state old,
		 struct mono now)
{
	if (row->state != old) {
		row->transitions += old != TRACK_UNKNOWN;
		row->last_transition = now;
		log_transition(
		    &(struct log_transition){.event = LOG_TRACK_PROCESS,
					     .level =
						 old == TRACK_UNKNOWN ? LOG_LV_INFO : LOG_LV_NOTICE,
					     .key = {row->name},
					     .old = enum_name(track_state_names, old),
					     .now = enum_name(track_state_names, row->state)},
		    "%u found", row->processes);
	}
	store_put(p->env->store, T_TRACK_PROCESS, row, F_SEEN, NULL);
}

/* Time until the verdict counts; 0: it does now, or there is none. */
static int64_t judge(struct processes *p, struct kind *k, struct mono now)
{
	const struct track_process_row *old = store_find(p->env->store, T_TRACK_PROCESS, &k->row);
	bool enough = k->found >= k->row.quorum && k->found <= k->row.quorum_max;
	uint8_t says = enough ? TRACK_OK : TRACK_FAILED;
	int64_t delay = (enough ? k->row.fork_delay_ms : k->row.terminate_delay_ms) * NS_PER_MS;
	struct track_process_row row;
	int64_t left = 0;

	if (!old)
		return 0;
	row = *old;
	row.processes = k->found;
	if (old->state == says) {
		k->since.ns = 0;
	} else {
		k->since = k->since.ns ? k->since : now;
		left = old->state == TRACK_UNKNOWN ? 0 : delay - mono_diff(now, k->since);
		if (left <= 0)
			row.state = says;
	}
	tell(p, &row, (enum track_state)old->state, now);
	return left > 0 ? left : 0;
}

static void on_scan(void *arg, struct mono now)
{
	struct processes *p = arg;
	int64_t next = SCAN_NS;
	struct held *h;

	LIST_FOREACH(h, &p->held, next)
	h->seen = false;
	look_at_all(p);
	release_unseen(p);
	for (size_t i = 0; i < p->count; i++) {
		int64_t left = judge(p, &p->kinds[i], now);

		next = left && left < next ? left : next;
	}
	timer_after(&p->scan, next);
}

/* ---- rows ---------------------------------------------------------------------- */

static bool add(struct processes *p, const struct track_process_row *row, struct mono since)
{
	struct kind *k = &p->kinds[p->count];

	*k = (struct kind){.row = *row, .since = since};
	/* Words point into their own struct. */
	if (!argv_split(&k->words, row->process, NULL))
		return false;
	p->count++;
	return true;
}

/* A delay that is under way goes on. */
static struct mono since_of(const struct kind *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (text_eq(list[i].row.name, name))
			return list[i].since;
	return (struct mono){0};
}

void processes_apply(struct processes *p, struct mono now)
{
	size_t n = store_count(p->env->store, T_TRACK_PROCESS), before = p->count;
	struct kind *old = p->kinds;

	timer_cancel(&p->scan);
	p->kinds = n ? xcalloc(n, sizeof(*p->kinds)) : NULL;
	p->count = 0;
	STORE_EACH(p->env->store, T_TRACK_PROCESS, struct track_process_row, row)
	{
		if (!add(p, row, since_of(old, before, row->name)))
			log_warnx("vrrp_track_process %s: its command cannot be read", row->name);
	}
	free(old);
	if (n)
		on_scan(p, now);
	else
		release_unseen(p);
}

struct processes *processes_new(struct exec_env *env)
{
	struct processes *p = xcalloc(1, sizeof(*p));

	p->env = env;
	LIST_INIT(&p->held);
	timer_init(&p->scan, env->loop, on_scan, p);
	return p;
}

void processes_free(struct processes *p)
{
	while (!LIST_EMPTY(&p->held))
		release(LIST_FIRST(&p->held));
	timer_stop(&p->scan);
	free(p->kinds);
	free(p);
}
