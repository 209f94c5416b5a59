/*
 * halvard-agent: SNMP from a replica. A role as the others: the guardian starts it with its
 * end of a socketpair at descriptor 3 and hands it ends of links to main; main fills the
 * replica and executes changes. It touches neither the kernel nor the configuration, so the
 * library underneath may wait for a frozen snmpd and nobody else notices.
 *
 * The link comes first: which socket the master has and which tables are wanted are rows.
 * When they change, the agent ends and the guardian starts it again. When main dies the
 * tables stay as they were and their age grows; a new end of the link fills the same store.
 *
 * Age: each second main is sent a barrier; its answer means that every row before it is
 * here. Process: halvard-agent.
 */
#include "agent/sender.h"
#include "agent/serve.h"
#include "agent/snmp_loop.h"
#include "base/log.h"
#include "base/process.h"
#include "base/syscalls.h"
#include "base/text.h"
#include "ipc/link.h"
#include "ipc/parent.h"

#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_MS      300
#define BARRIER_NS     NS_PER_S
#define BARRIER_ID_BIT UINT32_C(0x80000000) /* sets apart ids of barriers and transactions */
#define STATS_ID       BARRIER_ID_BIT       /* no barrier's; nobody waits for its answer */
#define DEMAND_NS      NS_PER_S

struct agent {
	struct loop *loop;
	struct parent *parent;
	struct link *link;
	struct store *store;
	struct set *set;
	struct notify *notify;
	struct serve serve;
	uint64_t generation;
	struct mono demanded;   /* main was asked for statistics; 0: never */
	struct snmp_loop *snmp; /* NULL until the first snapshot */
	struct timer starter;
	struct timer barrier;
	uint32_t barrier_id;
	struct mono barrier_sent;
	struct mono confirmed;
	/* the result that is awaited */
	uint32_t wanted_id;
	bool is_waiting;
	struct result result;
	/* what the registrations were made from */
	char socket[sizeof(((struct global_row *)0)->snmp_socket)];
	char standalone[sizeof(((struct global_row *)0)->snmp_standalone)];
	char folder[PATH_MAX];
	uint64_t tables;
	int exit_status;
};

static const struct global_row *global_of(const struct agent *a)
{
	return store_count(a->store, T_GLOBAL) ? store_at(a->store, T_GLOBAL, 0) : NULL;
}

static const enum table_id always[] = {T_GLOBAL, T_PROCESS,        T_AGENT,
				       T_MAIL,   T_MAIL_RECIPIENT, T_CHANGE_LOG};
static const enum table_id of_vrrp[] = {
    T_VRRP_INSTANCE, T_VRRP_ADDRESS, T_SYNC_GROUP,    T_SYNC_MEMBER, T_TRACK,
    T_VRRP_SCRIPT,   T_TRACK_FILE,   T_TRACK_PROCESS, T_VRRP_ROUTE,  T_VRRP_RULE,
};
static const enum table_id of_checker[] = {
    T_SERVER_GROUP, T_SERVER_GROUP_MEMBER, T_VIRTUAL_SERVER, T_REAL_SERVER, T_NODE, T_CHECKER,
    T_IPVS,
};
#define BITS(list) bits((list), sizeof(list) / sizeof((list)[0]))

static uint64_t bits(const enum table_id *list, size_t n)
{
	_Static_assert(T_COUNT <= 64, "tables are bits of a word");
	uint64_t ret = 0;

	while (n-- > 0)
		ret |= UINT64_C(1) << list[n];
	return ret;
}

static uint64_t wanted_tables(const struct global_row *g)
{
	return BITS(always) | (g->enable_snmp_vrrp ? BITS(of_vrrp) : 0) |
	       (g->enable_snmp_checker ? BITS(of_checker) : 0);
}

/* ---- the way to main ---------------------------------------------------- */

static struct mono set_now(void *arg)
{
	struct agent *a = arg;

	return loop_refresh(a->loop);
}

static void await_result(struct agent *a, struct result *ret)
{
	struct mono until = mono_add(loop_refresh(a->loop), ANSWER_MS * NS_PER_MS);

	while (a->is_waiting) {
		int64_t left = mono_diff(until, loop_refresh(a->loop));

		if (left <= 0 || !a->link || !link_pump(a->link, (int)(left / NS_PER_MS) + 1))
			break;
	}
	*ret = a->result;
	if (a->is_waiting)
		*ret = (struct result){.status = RESULT_UNKNOWN, .text = "no answer in time"};
	a->is_waiting = false;
}

static void send_txn(struct agent *a, enum msg_type type, uint32_t id, const struct change *c)
{
	if (c)
		link_send_change(a->link, type, id, c);
	else
		link_send(a->link, type, id, NULL);
}

static void set_ask(void *arg, enum msg_type type, uint32_t id, const struct change *c,
		    struct result *ret)
{
	struct agent *a = arg;

	if (!a->link || !link_is_up(a->link)) {
		*ret = (struct result){.status = RESULT_UNAVAILABLE, .text = "main is not there"};
		return;
	}
	a->wanted_id = id;
	a->is_waiting = true;
	send_txn(a, type, id, c);
	await_result(a, ret);
}

static void set_tell(void *arg, enum msg_type type, uint32_t id)
{
	struct agent *a = arg;

	if (a->link && link_is_up(a->link))
		send_txn(a, type, id, NULL);
}

static const struct set_ops set_ops = {set_ask, set_tell, set_now};

/* ---- SNMP --------------------------------------------------------------- */

static struct agent_row own_row(struct agent *a)
{
	return *(const struct agent_row *)store_single(a->store, T_AGENT);
}

static void on_connected(void *arg)
{
	struct agent *a = arg;
	struct agent_row own = own_row(a);

	serve_new_master();
	own.connected = true;
	own.connected_since = loop_refresh(a->loop);
	own.connections++;
	store_put(a->store, T_AGENT, &own, F_SEEN, NULL);
	notify_connected(a->notify);
}

static void on_disconnected(void *arg)
{
	struct agent *a = arg;
	struct agent_row own = own_row(a);

	set_abort(a->set);
	own.connected = false;
	store_put(a->store, T_AGENT, &own, F_SEEN, NULL);
}

static void on_answered(void *arg, enum notify_answer answer)
{
	struct agent *a = arg;

	notify_answered(a->notify, answer);
}

static const struct snmp_loop_ops snmp_ops = {on_connected, on_disconnected, on_answered};

static bool notify_send(void *arg, const struct notice *n)
{
	struct agent *a = arg;
	struct value_clock clock = serve_clock(&a->serve);

	return snmp_loop_notify(a->snmp, sender_varbinds(n, a->store, &clock));
}

static bool is_wanted(void *arg, const struct map_notification *what)
{
	const struct global_row *g = global_of(arg);

	return g && field_get(schema_field(T_GLOBAL, what->wanted), g);
}

static void notify_counted(void *arg, const struct notify_counts *c)
{
	struct agent *a = arg;
	struct agent_row own = own_row(a);

	own.notifications_waiting = c->waiting;
	own.notifications_sent = c->sent;
	own.notifications_lost = c->lost;
	store_put(a->store, T_AGENT, &own, F_SEEN, NULL);
}

static const struct notify_ops notify_ops = {notify_send, is_wanted, notify_counted};

/* A walk is many requests: main hears of it once a second. */
static void on_demand(void *arg)
{
	struct agent *a = arg;
	struct mono now = loop_refresh(a->loop);
	struct buf body = {0};

	if (!a->link || !link_is_up(a->link) ||
	    (a->demanded.ns && mono_diff(now, a->demanded) < DEMAND_NS))
		return;
	a->demanded = now;
	buf_str(&body, "stats");
	buf_str(&body, "snmp");
	link_send(a->link, MSG_COMMAND, STATS_ID, &body);
	buf_free(&body);
}

/* Before the first packet is read; a port below 1024 is bound by then. Alone, the library makes and
 * replaces files in its folder. */
static void confine(const struct agent *a)
{
	process_drop_caps();
	syscalls_limit(AGENT_SYSCALLS | (a->standalone[0] ? SYSCALLS_FILES : 0));
}

/* From a timer and not from the link's callback: the library may dispatch a SET while it
 * waits for the master, and that SET waits for the link. */
static void start_snmp(void *arg, struct mono now)
{
	static const struct agent_row nothing_yet;
	struct agent *a = arg;
	const struct global_row *g = global_of(a);

	(void)now;
	if (!g || a->snmp)
		return;
	TEXT_COPY(a->socket, g->snmp_socket);
	TEXT_COPY(a->standalone, g->snmp_standalone);
	a->tables = wanted_tables(g);
	store_put(a->store, T_AGENT, &nothing_yet, F_SEEN, NULL);
	notify_enable(a->notify, g->enable_traps);
	notify_event(a->notify, MAP_SUBAGENT_START, g);
	if (!a->standalone[0])
		confine(a);
	a->snmp = snmp_loop_new(a->loop, &(struct snmp_place){a->socket, a->standalone, a->folder},
				&snmp_ops, a);
	serve_tables(&a->serve, a->tables);
	snmp_loop_start(a->snmp);
	if (a->standalone[0])
		confine(a);
}

static bool settings_changed(const struct agent *a, const struct global_row *g)
{
	return !text_eq(a->socket, g->snmp_socket) || !text_eq(a->standalone, g->snmp_standalone) ||
	       a->tables != wanted_tables(g);
}

/* ---- the link ----------------------------------------------------------- */

static void confirm(struct agent *a, struct mono when)
{
	if (mono_diff(when, a->confirmed) > 0)
		a->confirmed = when;
}

static void on_up(void *arg)
{
	struct agent *a = arg;

	confirm(a, loop_now(a->loop));
	if (!a->snmp)
		timer_after(&a->starter, 0);
	parent_ready(a->parent);
	timer_after(&a->barrier, BARRIER_NS);
}

static void follow_settings(struct agent *a, const struct global_row *g)
{
	notify_enable(a->notify, g->enable_traps);
	if (!settings_changed(a, g))
		return;
	log_notice("process agent: the settings have changed: starting again");
	loop_stop(a->loop);
}

/* Whether a table of another module may be in another order now. */
static bool gives_index(enum table_id t, const struct fieldset *changed)
{
	if (t == T_VRRP_INSTANCE &&
	    (fieldset_has_name(changed, t, "ifindex") || fieldset_has_name(changed, t, "vrid") ||
	     fieldset_has_name(changed, t, "version") || fieldset_has_name(changed, t, "family")))
		return true;
	if (t == T_VRRP_ADDRESS && fieldset_has_name(changed, t, "excluded"))
		return true;
	if ((t == T_TRACK && fieldset_has_name(changed, t, "ifindex")) ||
	    (t == T_VRRP_ROUTE && fieldset_has_name(changed, t, "route")))
		return true;
	return schema_field(t, "snmp_index") && fieldset_has_name(changed, t, "snmp_index");
}

static void on_gone(void *arg, enum table_id t, const void *row)
{
	struct agent *a = arg;

	(void)t, (void)row;
	a->generation++;
}

static void on_row(void *arg, enum table_id t, const void *row, const struct fieldset *changed,
		   const void *old)
{
	struct agent *a = arg;

	a->generation += !old || gives_index(t, changed);
	if (t == T_GLOBAL)
		log_levels_use(((const struct global_row *)row)->log_level);
	if (!a->snmp)
		return; /* the first snapshot: nothing has happened */
	if (t == T_GLOBAL)
		follow_settings(a, row);
	if (old)
		notify_row(a->notify, t, old, row);
}

static void on_result(struct agent *a, struct msg *m)
{
	struct result r;

	if (!wire_get_result(&m->body, &r)) {
		log_warnx("process agent: main sent a malformed result");
		return;
	}
	if (m->id & BARRIER_ID_BIT) {
		if (m->id == a->barrier_id)
			confirm(a, a->barrier_sent);
	} else if (a->is_waiting && m->id == a->wanted_id) {
		a->result = r;
		a->is_waiting = false;
	} else {
		log_info("agent: late result of a SET: %s",
			 enum_name(result_status_names, r.status));
	}
}

static void on_message(void *arg, struct msg *m, struct mono now)
{
	(void)now;
	if (m->type == MSG_RESULT)
		on_result(arg, m);
}

static void on_down(void *arg, const char *why)
{
	struct agent *a = arg;

	log_info("process agent: the link to main is down: %s", why);
	timer_cancel(&a->barrier);
	link_close(a->link);
	a->link = NULL;
}

static const struct link_ops link_ops = {
    .up = on_up, .row = on_row, .gone = on_gone, .message = on_message, .down = on_down};

static void on_barrier(void *arg, struct mono now)
{
	struct agent *a = arg;

	if (a->link && link_is_up(a->link)) {
		a->barrier_id = (a->barrier_id + 1) | BARRIER_ID_BIT;
		a->barrier_sent = now;
		link_send(a->link, MSG_BARRIER, a->barrier_id, NULL);
	}
	timer_after(&a->barrier, BARRIER_NS);
}

/* ---- the guardian ------------------------------------------------------- */

static void on_parent_link(void *arg, enum role role, int fd)
{
	struct agent *a = arg;

	link_to_main(&a->link, a->loop, fd, ROLE_AGENT, role, a->store, &link_ops, a);
}

static void on_parent_stop(void *arg, enum stop_mode mode)
{
	struct agent *a = arg;

	(void)mode;
	loop_stop(a->loop);
}

static const struct parent_ops parent_ops = {.link = on_parent_link, .stop = on_parent_stop};

/* ---- life --------------------------------------------------------------- */

static int run(const char *state_dir)
{
	struct agent *a = xcalloc(1, sizeof(*a));

	snprintf(a->folder, sizeof(a->folder), "%s" AGENT_FOLDER, state_dir);
	map_resolve();
	map_notify_resolve();
	a->loop = loop_new();
	a->store = store_new();
	a->set = set_new(&set_ops, a);
	a->notify = notify_new(a->loop, &notify_ops, a);
	a->generation = 1;
	a->serve =
	    (struct serve){a->loop, a->store, a->set, &a->confirmed, &a->generation, on_demand, a};
	timer_init(&a->barrier, a->loop, on_barrier, a);
	timer_init(&a->starter, a->loop, start_snmp, a);
	a->parent = parent_open(a->loop, &parent_ops, a);
	loop_run(a->loop);
	set_abort(a->set);
	if (a->snmp)
		snmp_loop_free(a->snmp);
	if (a->link)
		link_close(a->link);
	timer_stop(&a->barrier);
	timer_stop(&a->starter);
	parent_close(a->parent);
	set_free(a->set);
	notify_free(a->notify);
	store_free(a->store);
	loop_free(a->loop);
	free(a);
	return 0;
}

static void usage(void)
{
	fputs("usage: halvard-agent --parent-fd 3 [--log-level LEVELS] [--log-detail] "
	      "[--log-stderr]\n"
	      "       [--no-syslog] [--log-facility 0..7] [--run-dir DIR] [--state-dir DIR]\n"
	      "The guardian starts it; it is of no use by hand.\n",
	      stderr);
	exit(2);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
	    {"parent-fd", required_argument, NULL, 'p'},
	    {"run-dir", required_argument, NULL, 'r'},
	    {"state-dir", required_argument, NULL, 's'},
	    {"log-level", required_argument, NULL, 'v'},
	    {"log-detail", no_argument, NULL, 'D'},
	    {"log-stderr", no_argument, NULL, 'l'},
	    {"log-facility", required_argument, NULL, 'S'},
	    {"no-syslog", no_argument, NULL, 'G'},
	    {NULL, 0, NULL, 0},
	};
	struct log_options log = {
	    .ident = "halvard-agent", .area = LOG_AREA_SNMP, .to_syslog = true};
	const char *levels = "", *state_dir = STATEDIR;
	uint64_t n = 0;
	int c;

	log.levels.rest = LOG_LV_INFO;
	log.facility = 3 << 3; /* daemon */
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'l')
			log.to_stderr = true;
		else if (c == 'G')
			log.to_syslog = false;
		else if (c == 'S' && text_eq(optarg, "user"))
			log.facility = 1 << 3;
		else if (c == 'S' && text_u64(optarg, 0, 7, &n))
			log.facility = (16 + (int)n) << 3; /* local0 to local7 */
		else if (c == 'D')
			log.levels.rest = LOG_LV_DEBUG;
		else if (c == 'v')
			levels = optarg;
		else if (c == 's')
			state_dir = optarg;
		else if (c == 'p' ? !text_u64(optarg, PARENT_FD, PARENT_FD, &n) : c != 'r')
			usage();
	}
	log_init(&log);
	log_levels_use(levels);
	signal(SIGPIPE, SIG_IGN);
	return run(state_dir);
}
