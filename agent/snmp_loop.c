/*
 * snmp_loop: the AgentX subagent library driven by base/loop.
 *
 * What the library needs, learned by measuring:
 *  - init_agent() resets ping interval, time-out and retries: they are set behind it. A
 *    session takes its own time-out from the SESSION_INIT callback, else opens wait 6 s.
 *  - An alarm must take less time than its interval, or run_alarms() never returns: ping
 *    each second, time-out 300 ms, no retries (on a reliable stream they only duplicate).
 *  - The library closes and opens descriptors inside its calls, and the new one may have the
 *    old number, which epoll does not notice. So after every call the set of descriptors is
 *    asked for again, and a watch is kept only when its descriptor is still the same inode.
 *  - Reading and alarms never run for the same wake-up: an alarm may wait for an answer and
 *    so read what the reader was woken for.
 *  - One request passes several internal pipes: what became readable meanwhile is handled at
 *    once, in at most ROUNDS_MAX rounds, without going back to the event loop.
 *
 * No MIB file is read, and as a subagent no configuration is, and no state is kept on disk by the
 * library. Alone it reads halvard-agent.conf of its folder, and keeps beside it what SNMPv3 needs.
 */
#include "agent/snmp_loop.h"

#include "agent/agentx_unix.h"
#include "base/log.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <net-snmp/agent/agent_callbacks.h>
#include <net-snmp/library/large_fd_set.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of net-snmp's library of modules, whose headers are not installed. */
void init_system_mib(void);
void init_sysORTable(void);
void init_snmp_mib(void);
void init_snmpEngine(void);
void init_usmUser(void);
void init_vacm_vars(void);

#define NAME           "halvard-agent"
#define PING_S         1
#define TIMEOUT_US     300000L
#define RETRIES        0
#define FDS_MAX        32
#define ROUNDS_MAX     64
#define PROBE_NS       (2 * NS_PER_S)
#define WAKE_MIN_NS    NS_PER_MS
#define DEFAULT_SOCKET "/var/agentx/master"

struct fd_watch {
	struct watch watch;
	int fd;
	dev_t dev;
	ino_t ino;
	bool used;
	bool wanted;
};

struct snmp_loop {
	struct loop *loop;
	const struct snmp_loop_ops *ops;
	void *arg;
	char *socket;
	bool alone;
	struct fd_watch fds[FDS_MAX];
	struct timer alarm;
	struct timer probe;
	netsnmp_session *master; /* NULL: not connected */
	bool remedy_told;
};

/* The library is once in a process, and frees what its callbacks are registered with. */
static struct snmp_loop *self;

/* ---- descriptors -------------------------------------------------------- */

static void on_readable(void *arg, int fd, int what, struct mono now);

static struct fd_watch *slot_for(struct snmp_loop *s, int fd)
{
	struct fd_watch *empty = NULL;

	for (size_t i = 0; i < FDS_MAX; i++) {
		if (s->fds[i].used && s->fds[i].fd == fd)
			return &s->fds[i];
		if (!s->fds[i].used && !empty)
			empty = &s->fds[i];
	}
	return empty;
}

static void drop_watch(struct fd_watch *w)
{
	watch_stop(&w->watch);
	memset(w, 0, sizeof(*w));
}

static void want_fd(struct snmp_loop *s, int fd)
{
	struct fd_watch *w = slot_for(s, fd);
	struct stat st;

	if (!w || fstat(fd, &st) < 0) {
		log_warnx("agent: descriptor %d of the library cannot be watched", fd);
		return;
	}
	if (w->used && (w->dev != st.st_dev || w->ino != st.st_ino))
		drop_watch(w);
	if (!w->used) {
		*w = (struct fd_watch){.fd = fd, .dev = st.st_dev, .ino = st.st_ino, .used = true};
		watch_start(&w->watch, s->loop, fd, WATCH_READ, on_readable, s);
	}
	w->wanted = true;
}

static void drop_unwanted(struct snmp_loop *s)
{
	for (size_t i = 0; i < FDS_MAX; i++) {
		if (s->fds[i].used && !s->fds[i].wanted)
			drop_watch(&s->fds[i]);
		s->fds[i].wanted = false;
	}
}

/* What the library waits for: its descriptors and the time of its next alarm. */
struct select_info {
	netsnmp_large_fd_set set;
	int nfds;
	struct timeval tv;
	int block;
};

static void ask_library(struct select_info *i)
{
	memset(i, 0, sizeof(*i));
	i->block = 1;
	netsnmp_large_fd_set_init(&i->set, FD_SETSIZE);
	NETSNMP_LARGE_FD_ZERO(&i->set);
	snmp_select_info2(&i->nfds, &i->set, &i->tv, &i->block);
}

/* Brings watches and timer in line with what the library waits for now. */
static void follow(struct snmp_loop *s)
{
	struct select_info i;

	ask_library(&i);
	for (int fd = 0; fd < i.nfds; fd++)
		if (NETSNMP_LARGE_FD_ISSET(fd, &i.set))
			want_fd(s, fd);
	drop_unwanted(s);
	if (i.block) {
		timer_cancel(&s->alarm);
	} else {
		int64_t ns = i.tv.tv_sec * NS_PER_S + i.tv.tv_usec * NS_PER_US;

		timer_after(&s->alarm, ns > WAKE_MIN_NS ? ns : WAKE_MIN_NS);
	}
	netsnmp_large_fd_set_cleanup(&i.set);
}

/* Keeps in the set only what can be read now; returns how many. */
static int only_ready(struct select_info *i)
{
	struct pollfd p[FDS_MAX];
	nfds_t n = 0;
	int ready = 0;

	for (int fd = 0; fd < i->nfds && n < FDS_MAX; fd++)
		if (NETSNMP_LARGE_FD_ISSET(fd, &i->set))
			p[n++] = (struct pollfd){.fd = fd, .events = POLLIN};
	if (poll(p, n, 0) <= 0)
		return 0;
	for (nfds_t k = 0; k < n; k++) {
		if (p[k].revents)
			ready++;
		else
			NETSNMP_LARGE_FD_CLR(p[k].fd, &i->set);
	}
	return ready;
}

static bool read_round(void)
{
	struct select_info i;
	bool any;

	ask_library(&i);
	any = only_ready(&i) > 0;
	if (any) {
		snmp_read2(&i.set);
		netsnmp_check_outstanding_agent_requests();
	}
	netsnmp_large_fd_set_cleanup(&i.set);
	return any;
}

static void on_readable(void *arg, int fd, int what, struct mono now)
{
	struct snmp_loop *s = arg;

	(void)fd;
	(void)what;
	(void)now;
	for (int n = 0; n < ROUNDS_MAX && read_round(); n++)
		;
	follow(s);
}

static void on_alarm(void *arg, struct mono now)
{
	struct snmp_loop *s = arg;

	(void)now;
	snmp_timeout();
	run_alarms();
	netsnmp_check_outstanding_agent_requests();
	loop_refresh(s->loop);
	follow(s);
}

/* ---- the master --------------------------------------------------------- */

/* Path of a socket in the file system, or NULL for tcp: and the like. */
static const char *socket_path(const struct snmp_loop *s)
{
	const char *p = *s->socket ? s->socket : DEFAULT_SOCKET;

	if (!strncmp(p, "unix:", 5))
		p += 5;
	return *p == '/' ? p : NULL;
}

/* While there is no master: says once what to do when we are not let in. Whether that is so
 * is for the kernel to say: access() does not know capabilities of a socket's folder. */
static void on_probe(void *arg, struct mono now)
{
	struct snmp_loop *s = arg;
	const char *path = socket_path(s);

	(void)now;
	if (!s->master && !s->remedy_told && path && access(path, R_OK | W_OK) < 0 &&
	    errno == EACCES) {
		log_warnx("agent: permission denied at the AgentX socket %s; let user %s in: put "
			  "\"agentXPerms 0660 0755 root halvard-agent\" into snmpd.conf (a file "
			  "for /etc/snmp/snmpd.conf.d is in conf/snmpd) and restart snmpd",
			  path, NAME);
		s->remedy_told = true;
	}
	timer_after(&s->probe, PROBE_NS);
}

static void note_session(const struct snmp_loop *s, bool connected)
{
	log_transition(&(struct log_transition){.event = LOG_AGENT,
						.level = connected ? LOG_LV_NOTICE : LOG_LV_WARN,
						.key = {*s->socket ? s->socket : DEFAULT_SOCKET},
						.old = connected ? "disconnected" : "connected",
						.now = connected ? "connected" : "disconnected",
						.reason = connected ? "masterFound" : "masterGone"},
		       connected ? NULL : "it is tried again each second");
}

static int on_index_start(int major, int minor, void *session, void *arg)
{
	struct snmp_loop *s = self;

	(void)major;
	(void)minor;
	(void)arg;
	s->master = session;
	s->remedy_told = false;
	note_session(s, true);
	if (s->ops->connected)
		s->ops->connected(s->arg);
	return 0;
}

static int on_index_stop(int major, int minor, void *session, void *arg)
{
	struct snmp_loop *s = self;

	(void)major;
	(void)minor;
	(void)session;
	(void)arg;
	if (s->master)
		note_session(s, false);
	s->master = NULL;
	if (s->ops->disconnected)
		s->ops->disconnected(s->arg);
	return 0;
}

static int on_session_init(int major, int minor, void *session, void *arg)
{
	netsnmp_session *n = session;

	(void)major;
	(void)minor;
	(void)arg;
	n->timeout = TIMEOUT_US;
	n->retries = RETRIES;
	return 0;
}

static int on_log(int major, int minor, void *message, void *arg)
{
	const struct snmp_log_message *m = message;
	int len = (int)strcspn(m->msg, "\n");

	(void)major;
	(void)minor;
	(void)arg;
	if (m->priority <= LOG_ERR)
		log_warnx("net-snmp: %.*s", len, m->msg);
	else
		log_debug("net-snmp: %.*s", len, m->msg);
	return 0;
}

/* ---- notifications ------------------------------------------------------ */

#define AGENTX_NOTIFY   12  /* RFC 2741 6.1 */
#define AGENTX_NOT_OPEN 257 /* RFC 2741 6.2.16 */

static enum notify_answer judge(int operation, const netsnmp_pdu *pdu)
{
	if (operation != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE || pdu->errstat == AGENTX_NOT_OPEN)
		return NOTIFY_AGAIN;
	if (pdu->errstat)
		log_warnx("agent: the master refused a notification: error %ld", pdu->errstat);
	return pdu->errstat ? NOTIFY_REFUSED : NOTIFY_TAKEN;
}

static int on_notify_answer(int operation, netsnmp_session *session, int id, netsnmp_pdu *pdu,
			    void *arg)
{
	struct snmp_loop *s = arg;

	(void)session;
	(void)id;
	s->ops->answered(s->arg, judge(operation, pdu));
	return 1;
}

/* To whom its file says; the library repeats informs by itself. */
static bool notify_alone(struct snmp_loop *s, netsnmp_variable_list *varbinds)
{
	send_v2trap(varbinds);
	snmp_free_varbind(varbinds);
	follow(s);
	s->ops->answered(s->arg, NOTIFY_TAKEN);
	return true;
}

static bool notify_master(struct snmp_loop *s, netsnmp_variable_list *varbinds)
{
	netsnmp_pdu *pdu = s->master ? snmp_pdu_create(AGENTX_NOTIFY) : NULL;
	bool sent = false;

	if (!pdu) {
		snmp_free_varbind(varbinds);
		return false;
	}
	pdu->version = s->master->version;
	pdu->sessid = s->master->sessid;
	pdu->variables = varbinds;
	sent = snmp_async_send(s->master, pdu, on_notify_answer, s) != 0;
	if (!sent)
		snmp_free_pdu(pdu);
	follow(s);
	return sent;
}

bool snmp_loop_notify(struct snmp_loop *s, netsnmp_variable_list *varbinds)
{
	return s->alone ? notify_alone(s, varbinds) : notify_master(s, varbinds);
}

/* ---- alone -------------------------------------------------------------- */

static const char safe_access[] =
    "# Who may ask halvard-agent while it answers without snmpd (snmp_standalone).\n"
    "# snmpd.conf(5) explains the lines. It is read when the agent starts.\n"
    "\n"
    "# This machine may read; nobody may write.\n"
    "rocommunity public 127.0.0.1\n"
    "rocommunity6 public ::1\n"
    "\n"
    "# An operator, by SNMPv3 with authentication and privacy:\n"
    "#createUser operator SHA-256 \"long secret\" AES \"other secret\"\n"
    "#rwuser operator priv\n"
    "\n"
    "# Where notifications go; enable_traps in halvard.conf turns them on:\n"
    "#trap2sink manager.example public\n";

/* Nothing that is there is written over. */
static void make_access_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0) {
		if (errno != EEXIST)
			log_warn("agent: %s cannot be made: nobody may ask", path);
		return;
	}
	if (write(fd, safe_access, sizeof(safe_access) - 1) != (ssize_t)sizeof(safe_access) - 1)
		log_warn("agent: %s cannot be written", path);
	else
		log_notice("agent: %s was made: this machine may read, nobody may write", path);
	close(fd);
}

static void set_up_alone(const struct snmp_place *place)
{
	char path[PATH_MAX], both[2 * PATH_MAX];

	snprintf(path, sizeof(path), "%s/" NAME ".conf", place->folder);
	make_access_file(path);
	snprintf(path, sizeof(path), "%s/keep", place->folder);
	mkdir(path, 0700);
	setenv("SNMP_PERSISTENT_DIR", path, 1); /* boots of the engine, keys of users */
	snprintf(both, sizeof(both), "%s:%s", place->folder, path);
	setenv("SNMPCONFPATH", both, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_ROLE, 0 /* master */);
	netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_PORTS, place->standalone);
	if (init_agent(NAME) != 0)
		fatalx("net-snmp's agent library does not start");
	init_system_mib();
	init_sysORTable();
	init_snmp_mib();
	init_snmpEngine();
	init_usmUser();
	init_vacm_vars();
}

static void listen_alone(struct snmp_loop *s)
{
	if (init_master_agent() != 0)
		fatalx("agent: cannot listen at %s", s->socket);
	snmp_store(NAME); /* this boot of the engine counts, however it ends */
	log_notice("agent: answers at %s", s->socket);
	s->ops->connected(s->arg);
}

/* ---- life --------------------------------------------------------------- */

/* For the library: a path goes by our own transport. */
static void master_address(const struct snmp_loop *s, char *address, size_t size)
{
	const char *path = socket_path(s);

	if (path)
		snprintf(address, size, "%s:%s", AGENTX_UNIX_PREFIX, path);
	else
		snprintf(address, size, "%s", s->socket);
}

static void set_up_subagent(struct snmp_loop *s)
{
	char address[256];

	snmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_SESSION_INIT, on_session_init,
			       NULL);
	snmp_register_callback(SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_START,
			       on_index_start, NULL);
	snmp_register_callback(SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_STOP, on_index_stop,
			       NULL);
	netsnmp_enable_subagent();
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DISABLE_PERSISTENT_SAVE, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_NO_CONNECTION_WARNINGS,
			       1);
	agentx_unix_register();
	master_address(s, address, sizeof(address));
	netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET, address);
	if (init_agent(NAME) != 0)
		fatalx("net-snmp's agent library does not start");
	netsnmp_ds_set_int(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_AGENTX_PING_INTERVAL,
			   PING_S);
	netsnmp_ds_set_int(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_AGENTX_TIMEOUT, TIMEOUT_US);
	netsnmp_ds_set_int(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_AGENTX_RETRIES, RETRIES);
}

static void set_up_library(struct snmp_loop *s, const struct snmp_place *place)
{
	setenv("MIBS", "", 1);
	setenv("MIBDIRS", "/dev/null", 1);
	snmp_disable_log();
	snmp_enable_calllog();
	snmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, on_log, NULL);
	if (s->alone)
		set_up_alone(place);
	else
		set_up_subagent(s);
}

struct snmp_loop *snmp_loop_new(struct loop *loop, const struct snmp_place *place,
				const struct snmp_loop_ops *ops, void *arg)
{
	struct snmp_loop *s = xcalloc(1, sizeof(*s));

	self = s;
	s->loop = loop;
	s->ops = ops;
	s->arg = arg;
	s->alone = *place->standalone != '\0';
	s->socket = xstrdup(s->alone ? place->standalone : place->socket);
	timer_init(&s->alarm, loop, on_alarm, s);
	timer_init(&s->probe, loop, on_probe, s);
	set_up_library(s, place);
	return s;
}

void snmp_loop_start(struct snmp_loop *s)
{
	init_snmp(NAME);
	if (s->alone)
		listen_alone(s);
	loop_refresh(s->loop);
	follow(s);
	if (!s->alone)
		timer_after(&s->probe, NS_PER_MS);
}

void snmp_loop_free(struct snmp_loop *s)
{
	snmp_shutdown(NAME);
	for (size_t i = 0; i < FDS_MAX; i++)
		if (s->fds[i].used)
			drop_watch(&s->fds[i]);
	timer_stop(&s->alarm);
	timer_stop(&s->probe);
	free(s->socket);
	free(s);
}
