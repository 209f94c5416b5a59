/*
 * guardian: see guardian.h.
 *
 * Each role has a socket pair to the guardian (its fd 3). Links between main and another role are
 * socket pairs too, made here and handed to both whenever one of them is new; so main may die and
 * return without anybody else noticing more than a new link. When the guardian itself dies all go
 * with it (PR_SET_PDEATHSIG, and end of file on fd 3).
 *
 * It is SCHED_RR so that a machine full of busy processes does not delay a restart; what it starts
 * is not (SCHED_RESET_ON_FORK) but for vrrp.
 *
 * A process that lives but does not work is worse than a dead one: where roles.c says so, one whose
 * heartbeat does not come is killed, and then it is a death like any other.
 */
#include "daemon/guardian.h"

#include "base/log.h"
#include "base/text.h"
#include "daemon/confine.h"
#include "daemon/memlock.h"
#include "daemon/notify.h"
#include "daemon/roles.h"
#include "daemon/signals.h"
#include "daemon/spawn.h"
#include "daemon/watchdog.h"
#include "model/rows.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_NS       NS_PER_S
#define STABLE_NS     NS_PER_S          /* a process that lived this long is forgiven */
#define BACKOFF_FIRST (100 * NS_PER_MS) /* after the second death in a row; then doubled */
#define BACKOFF_LAST  (10 * NS_PER_S)
#define HANDOVER_NS   (600 * NS_PER_MS) /* of a process that makes place for its successor */
#define STARTING_NS   (30 * NS_PER_S)   /* the watchdog's patience until a process is ready */

struct guardian;

struct child {
	struct guardian *g;
	const struct role_spec *spec;
	pid_t pid;
	int fd;
	struct watch watch;
	struct timer restart;
	struct timer stop_limit; /* it was asked to stop: patience */
	bool wanted;
	bool ready;
	bool killed;       /* and said so; it may take its time to die */
	bool told_to_stop; /* at the end of all */
	uint32_t restarts;
	int64_t backoff_ns;
	struct mono started;
	struct mono heartbeat;
	uint64_t lateness_us;
};

static const int own_signals[] = {SIGCHLD, SIGHUP, SIGTERM, SIGINT, SIGUSR2};

struct guardian {
	const struct options *o;
	struct loop *loop;
	struct child children[ROLE_COUNT]; /* by role; spec NULL: none */
	struct sigwatch signals[sizeof(own_signals) / sizeof(own_signals[0]) + FOREIGN_SIGNALS];
	struct timer tick;
	struct timer look;
	struct watchdog watchdog;
	uint64_t worst_us; /* lateness of its own timer */
	bool stopping;
	bool handover;  /* ... for another daemon, which goes on at once */
	bool announced; /* READY=1 was said */
};

static void start(struct child *c);

/* ---- telling ---------------------------------------------------------- */

static void tell(struct child *c, const struct parent_msg *m)
{
	if (c->pid && send(c->fd, m, sizeof(*m), MSG_DONTWAIT | MSG_NOSIGNAL) < 0 &&
	    errno != EPIPE && errno != ECONNRESET)
		log_warn("process %s: cannot be told", role_name(c->spec->role));
}

static void tell_with_fd(struct child *c, const struct parent_msg *m, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec iov = {.iov_base = (void *)(uintptr_t)m, .iov_len = sizeof(*m)};
	struct msghdr h = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = sizeof(control)};
	struct cmsghdr *cm = CMSG_FIRSTHDR(&h);

	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cm), &fd, sizeof(int));
	if (sendmsg(c->fd, &h, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno != EPIPE)
		log_warn("process %s: cannot be handed a link", role_name(c->spec->role));
}

/* Of the process, or since the last one died; 0: there was none yet. */
static int64_t silence(const struct child *c, struct mono now)
{
	if (!c->heartbeat.ns)
		return 0;
	return watchdog_silence(&c->g->watchdog, c->heartbeat, now);
}

static enum process_state state_of(const struct child *c)
{
	return !c->wanted ? PROCESS_DISABLED
	       : !c->pid  ? PROCESS_DEAD
	       : c->ready ? PROCESS_RUNNING
			  : PROCESS_STARTING;
}

/* Main learns of every process, for the process table. */
static void report(struct child *c)
{
	struct child *to = &c->g->children[ROLE_MAIN];
	struct parent_msg m = {.type = PARENT_PROCESS, .role = c->spec->role};

	m.pid = (uint32_t)c->pid;
	m.state = state_of(c);
	m.restarts = c->restarts;
	m.started_ns = (uint64_t)c->started.ns;
	m.heartbeat_ns = (uint64_t)c->heartbeat.ns;
	m.silence_ns = (uint64_t)silence(c, loop_now(c->g->loop));
	m.lateness_us = c->lateness_us;
	tell(to, &m);
}

static void report_guardian(struct guardian *g)
{
	static struct mono started;

	if (!started.ns)
		started = loop_now(g->loop);
	tell(&g->children[ROLE_MAIN],
	     &(struct parent_msg){.type = PARENT_PROCESS,
				  .role = ROLE_GUARDIAN,
				  .pid = (uint32_t)getpid(),
				  .state = PROCESS_RUNNING,
				  .started_ns = (uint64_t)started.ns,
				  .heartbeat_ns = (uint64_t)loop_now(g->loop).ns,
				  .lateness_us = g->worst_us});
}

static void report_all(struct guardian *g)
{
	report_guardian(g);
	for (int r = 0; r < ROLE_COUNT; r++)
		if (g->children[r].spec)
			report(&g->children[r]);
}

/* A step in the life of a process, in the words of the process table. */
static void __attribute__((format(printf, 5, 6)))
note(const struct child *c, enum log_level level, enum process_state now, const char *reason,
     const char *fmt, ...)
{
	enum process_state old = c->ready  ? PROCESS_RUNNING
				 : !c->pid ? PROCESS_DEAD
					   : PROCESS_STARTING;
	char more[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(more, sizeof(more), fmt, ap);
	va_end(ap);
	log_transition(&(struct log_transition){.event = LOG_PROCESS,
						.level = level,
						.key = {role_name(c->spec->role)},
						.old = enum_name(process_state_names, (int)old),
						.now = enum_name(process_state_names, (int)now),
						.reason = reason},
		       "%s", more);
}

/* Then SIGKILL. The sum of those that end one after the other is less than the unit allows, and at
 * a handover less than the time in which a peer takes over. */
static int64_t stop_patience(const struct child *c)
{
	return c->g->handover ? HANDOVER_NS : c->spec->stop_s * NS_PER_S;
}

static void ask_to_stop(struct child *c, enum stop_mode mode)
{
	tell(c, &(struct parent_msg){.type = PARENT_STOP, .value = mode});
	timer_after(&c->stop_limit, stop_patience(c));
}

/* ---- links ------------------------------------------------------------ */

/* Gives main and the role the two ends of a new link. */
static void join(struct guardian *g, enum role role)
{
	struct child *a = &g->children[ROLE_MAIN], *b = &g->children[role];
	int fd[2];

	if (!a->pid || !b->pid)
		return;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fd) < 0) {
		log_err("process %s: cannot be given a link to main", role_name(role));
		return;
	}
	tell_with_fd(a, &(struct parent_msg){.type = PARENT_LINK, .role = role}, fd[0]);
	tell_with_fd(b, &(struct parent_msg){.type = PARENT_LINK, .role = ROLE_MAIN}, fd[1]);
	close(fd[0]);
	close(fd[1]);
}

static void join_new(struct child *c)
{
	if (c->spec->role != ROLE_MAIN) {
		join(c->g, c->spec->role);
		return;
	}
	for (int r = 0; r < ROLE_COUNT; r++)
		if (r != ROLE_MAIN && c->g->children[r].pid)
			join(c->g, (enum role)r);
}

/* ---- a child's life --------------------------------------------------- */

static void announce(struct guardian *g)
{
	static const enum role needed[] = {ROLE_MAIN, ROLE_VRRP, ROLE_LVS};

	for (unsigned i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (g->children[needed[i]].wanted && !g->children[needed[i]].ready)
			return;
	if (!g->announced) {
		g->announced = true;
		notify_systemd("READY=1\nSTATUS=Running");
		log_notice("guardian: all processes run");
	}
}

/* The death is told here; it may be some time until it is complete. Where it is refused it is tried
 * again after the same time. */
static void kill_child(struct child *c, enum log_level level, const char *reason, const char *why)
{
	c->killed = kill(c->pid, SIGKILL) == 0;
	if (c->killed) {
		note(c, level, PROCESS_DEAD, reason, "pid %d, %s: killed", (int)c->pid, why);
		return;
	}
	log_err("process %s: pid %d, %s: it cannot be killed (CAP_KILL allows it)",
		role_name(c->spec->role), (int)c->pid, why);
	c->heartbeat = loop_now(c->g->loop);
	if (c->g->stopping || !c->wanted)
		timer_after(&c->stop_limit, stop_patience(c));
}

/* Some are started and stopped as main says, and it may say so again. */
static void want(struct child *c, bool wanted)
{
	if (!c->spec->on_demand || c->wanted == wanted)
		return;
	c->wanted = wanted;
	if (wanted && !c->pid && !c->restart.armed)
		start(c);
	else if (!wanted && c->pid)
		ask_to_stop(c, STOP_RELEASE);
	report(c);
}

static void command(struct guardian *g, const struct parent_msg *m)
{
	struct child *c = m->role < ROLE_COUNT ? &g->children[m->role] : NULL;

	if (!c || c->spec == NULL || m->role == ROLE_MAIN || g->stopping)
		return;
	if (m->value != COMMAND_REPLACE_ROLE) {
		want(c, m->value == COMMAND_START_ROLE);
	} else if (c->pid && !c->killed) {
		kill_child(c, LOG_LV_ERR, "linkBroken", "it broke the rules of its link");
	}
}

static void on_child(void *arg, int fd, int what, struct mono now)
{
	struct child *c = arg;
	struct parent_msg m;
	ssize_t n = recv(fd, &m, sizeof(m), MSG_DONTWAIT | MSG_TRUNC);

	(void)what;
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		watch_set(&c->watch, 0); /* its death is told by SIGCHLD */
		return;
	}
	if (n != sizeof(m))
		return;
	c->heartbeat = now; /* whatever it says, it lives */
	if (m.type == PARENT_HEARTBEAT) {
		c->lateness_us = m.value;
	} else if (m.type == PARENT_READY && !c->ready) {
		note(c, LOG_LV_INFO, PROCESS_RUNNING, "ready", "pid %d", (int)c->pid);
		c->ready = true;
		report(c);
		announce(c->g);
	} else if (m.type == PARENT_LOG_LEVEL && c->spec->role == ROLE_MAIN) {
		if (m.value >= LOG_LV_ERR && m.value <= LOG_LV_DEBUG)
			log_level_set((enum log_level)m.value);
	} else if (m.type == PARENT_COMMAND && c->spec->role == ROLE_MAIN) {
		command(c->g, &m);
	}
}

/* Main hears of the processes before it has the links, so that no snapshot of it lacks them. */
static void start(struct child *c)
{
	pid_t pid;

	if (!spawn_is_installed(c->spec)) {
		log_warnx("process %s: its program is not installed; a reload looks again",
			  role_name(c->spec->role));
		c->wanted = false;
		report(c);
		return;
	}
	pid = spawn_role(c->g->o, c->spec, &c->fd);
	if (pid < 0) {
		log_err("process %s: cannot be started", role_name(c->spec->role));
		timer_after(&c->restart, BACKOFF_LAST);
		return;
	}
	c->ready = c->killed = false;
	if (c->restarts)
		note(c, LOG_LV_NOTICE, PROCESS_STARTING, "restarted", "pid %d, restart %u",
		     (int)pid, c->restarts);
	else
		note(c, LOG_LV_INFO, PROCESS_STARTING, "started", "pid %d", (int)pid);
	c->pid = pid;
	c->lateness_us = 0;
	c->started = c->heartbeat = loop_now(c->g->loop);
	watch_start(&c->watch, c->g->loop, c->fd, WATCH_READ, on_child, c);
	if (c->spec->role == ROLE_MAIN)
		report_all(c->g);
	else
		report(c);
	join_new(c);
}

static void on_restart(void *arg, struct mono now)
{
	struct child *c = arg;

	(void)now;
	if (c->wanted && !c->pid && !c->g->stopping)
		start(c);
}

static void schedule_restart(struct child *c, struct mono now)
{
	if (mono_diff(now, c->started) >= STABLE_NS)
		c->backoff_ns = 0;
	timer_after(&c->restart, c->backoff_ns);
	c->backoff_ns = !c->backoff_ns                     ? BACKOFF_FIRST
			: 2 * c->backoff_ns > BACKOFF_LAST ? BACKOFF_LAST
							   : 2 * c->backoff_ns;
	c->restarts++;
}

/* ---- the end ---------------------------------------------------------- */

/* Processes that run besides those in the mask. */
static bool others_run(const struct guardian *g, unsigned besides)
{
	for (int r = 0; r < ROLE_COUNT; r++)
		if (g->children[r].pid && !(besides & 1u << r))
			return true;
	return false;
}

static void tell_to_stop(struct child *c, enum stop_mode mode)
{
	if (!c->pid || c->told_to_stop)
		return;
	c->told_to_stop = true;
	ask_to_stop(c, mode);
}

static enum stop_mode stop_mode(const struct guardian *g, enum role r)
{
	bool keep =
	    (r == ROLE_VRRP && g->o->env.keep_vrrp) || (r == ROLE_LVS && g->o->env.keep_lvs);

	if (g->handover)
		return STOP_HANDOVER;
	return keep ? STOP_KEEP : STOP_RELEASE;
}

/* Workers first; then exec, which has heard of them by main what is to be run; main last. */
static void go_on_stopping(struct guardian *g)
{
	const unsigned main_alone = 1u << ROLE_MAIN, last = main_alone | 1u << ROLE_EXEC;

	if (!others_run(g, last))
		tell_to_stop(&g->children[ROLE_EXEC], stop_mode(g, ROLE_EXEC));
	if (!others_run(g, main_alone))
		tell_to_stop(&g->children[ROLE_MAIN], stop_mode(g, ROLE_MAIN));
	if (!others_run(g, 0))
		loop_stop(g->loop);
}

static void begin_stopping(struct guardian *g, bool handover)
{
	if (g->stopping)
		return;
	g->stopping = true;
	g->handover = handover;
	notify_systemd("STOPPING=1");
	log_notice(handover ? "guardian: making place for another daemon: everything stays in place"
			    : "guardian: stopping");
	for (int r = 0; r < ROLE_COUNT; r++)
		if (r != ROLE_MAIN && r != ROLE_EXEC)
			tell_to_stop(&g->children[r], stop_mode(g, (enum role)r));
	go_on_stopping(g);
}

static void on_stop_limit(void *arg, struct mono now)
{
	struct child *c = arg;

	(void)now;
	kill_child(c, LOG_LV_WARN, "stopTimeout", "it did not stop in time");
}

/* ---- signals ---------------------------------------------------------- */

static void note_death(const struct child *c, int status, bool expected)
{
	enum log_level level = c->killed ? LOG_LV_DEBUG : expected ? LOG_LV_INFO : LOG_LV_WARN;
	enum process_state now = c->wanted ? PROCESS_DEAD : PROCESS_DISABLED;

	if (WIFSIGNALED(status))
		note(c, level, now, "signal", "pid %d, ended by %s", (int)c->pid,
		     strsignal(WTERMSIG(status)));
	else
		note(c, level, now, "exit", "pid %d, ended with status %d", (int)c->pid,
		     WEXITSTATUS(status));
}

static void bury(struct guardian *g, pid_t pid, int status, struct mono now)
{
	for (int r = 0; r < ROLE_COUNT; r++) {
		struct child *c = &g->children[r];

		if (!c->pid || c->pid != pid)
			continue;
		note_death(c, status, g->stopping || !c->wanted);
		watch_stop(&c->watch);
		timer_cancel(&c->stop_limit);
		close(c->fd);
		c->pid = 0;
		c->ready = false;
		if (g->stopping)
			go_on_stopping(g);
		else if (c->wanted)
			schedule_restart(c, now);
		report(c);
	}
}

static void on_signal(void *arg, int signo, struct mono now)
{
	const char *advice = foreign_signal_advice(signo);
	struct guardian *g = arg;
	pid_t pid;
	int status;

	if (advice) {
		log_notice("guardian: signal %d (%s) has no effect: %s", signo, strsignal(signo),
			   advice);
		return;
	}

	switch (signo) {
	case SIGCHLD: /* also orphans, when this is PID 1 */
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			bury(g, pid, status, now);
		break;
	case SIGHUP:
		tell(&g->children[ROLE_MAIN],
		     &(struct parent_msg){.type = PARENT_SIGNAL, .value = SIGHUP});
		break;
	default:
		begin_stopping(g, signo == SIGUSR2);
		break;
	}
}

static void watch_signals(struct guardian *g)
{
	const unsigned own = sizeof(own_signals) / sizeof(own_signals[0]);
	int foreign[FOREIGN_SIGNALS];

	foreign_signals(foreign);
	signal(SIGPIPE, SIG_IGN);
	for (unsigned i = 0; i < own + FOREIGN_SIGNALS; i++)
		sigwatch_start(&g->signals[i], g->loop, i < own ? own_signals[i] : foreign[i - own],
			       on_signal, g);
}

static void on_tick(void *arg, struct mono now)
{
	struct guardian *g = arg;

	(void)now;
	report_all(g);
	notify_watchdog();
	log_tick();
	timer_after(&g->tick, TICK_NS);
}

/* ---- watchdog --------------------------------------------------------- */

static int64_t patience(const struct child *c)
{
	int set = c->g->o->watchdog_s;
	int64_t limit = (set == WATCHDOG_OF_ROLE ? c->spec->silence_s : (unsigned)set) * NS_PER_S;

	if (!c->spec->silence_s || !limit)
		return INT64_MAX;
	return c->ready || limit > STARTING_NS ? limit : STARTING_NS;
}

static void look_at(struct child *c, struct mono now)
{
	int64_t silent = silence(c, now);
	char why[40];

	if (!c->pid || c->killed || silent <= patience(c))
		return;
	snprintf(why, sizeof(why), "no heartbeat for %.1f s", (double)silent / (double)NS_PER_S);
	kill_child(c, LOG_LV_ERR, "hang", why);
}

static void on_look(void *arg, struct mono now)
{
	struct guardian *g = arg;
	int64_t late = mono_diff(now, g->look.due) / NS_PER_US;

	if (late > 0 && (uint64_t)late > g->worst_us)
		g->worst_us = (uint64_t)late;
	watchdog_tick(&g->watchdog, now);
	for (int r = 0; r < ROLE_COUNT; r++)
		if (g->children[r].spec && !g->stopping)
			look_at(&g->children[r], now);
	timer_after(&g->look, WATCHDOG_TICK_NS);
}

/* ---- start ------------------------------------------------------------ */

/* Those on demand are not: main says so when it has read the file. */
static bool wanted_at_start(const struct options *o, enum role r)
{
	return r == ROLE_MAIN || (o->env.workers & 1u << r);
}

static void start_children(struct guardian *g)
{
	for (unsigned i = 0; i < role_spec_count; i++) {
		const struct role_spec *s = &role_specs[i];
		struct child *c = &g->children[s->role];

		*c = (struct child){.g = g, .spec = s, .wanted = wanted_at_start(g->o, s->role)};
		timer_init(&c->restart, g->loop, on_restart, c);
		timer_init(&c->stop_limit, g->loop, on_stop_limit, c);
	}
	for (unsigned i = 0; i < role_spec_count; i++)
		if (g->children[role_specs[i].role].wanted)
			start(&g->children[role_specs[i].role]);
}

static void become_realtime(void)
{
	struct sched_param p = {.sched_priority = 20};

	if (sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &p) < 0)
		log_notice(
		    "guardian: real-time scheduling is refused (%s): on a busy machine restarts "
		    "and advertisements may be late; CAP_SYS_NICE allows it",
		    strerror(errno));
	if (!memlock_all())
		log_notice(
		    "guardian: locking memory is refused (%s): CAP_IPC_LOCK allows it, or no "
		    "limit of locked memory",
		    strerror(errno));
}

int guardian_run(const struct options *o)
{
	struct guardian g = {.o = o};

	g.loop = loop_new();
	confine_caps(guardian_caps());
	become_realtime();
	watch_signals(&g);
	timer_init(&g.tick, g.loop, on_tick, &g);
	timer_init(&g.look, g.loop, on_look, &g);
	start_children(&g);
	watchdog_start(&g.watchdog, loop_refresh(g.loop));
	timer_after(&g.tick, TICK_NS);
	timer_after(&g.look, WATCHDOG_TICK_NS);
	loop_run(g.loop);
	for (unsigned i = 0; i < sizeof(g.signals) / sizeof(g.signals[0]); i++)
		sigwatch_stop(&g.signals[i]);
	for (unsigned i = 0; i < role_spec_count; i++) {
		timer_stop(&g.children[role_specs[i].role].restart);
		timer_stop(&g.children[role_specs[i].role].stop_limit);
	}
	timer_stop(&g.tick);
	timer_stop(&g.look);
	loop_free(g.loop);
	if (!g.handover)
		return 0;
	spawn_leave_memories(o);
	return GUARDIAN_HANDOVER;
}
