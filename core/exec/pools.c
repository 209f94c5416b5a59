/*
 * pools: see pools.h.
 *
 * Lines of pipes and subjects of mails are those of keepalived. What is told is a difference to
 * what was told last, as with routers: nothing twice, and nothing not at all, whatever process
 * was replaced meanwhile. The first state of a quorum is told, as keepalived does, that of a
 * server only with rs_init_notifies, and only when it is up. Of what was there before this process
 * nothing is told.
 *
 * Programs of one object run in order, one at a time. A real server is told before the quorum
 * that it decides, since its row comes first; in the snapshot of a new main it does not, so the
 * quorums wait there for its end.
 *
 * There may be thousands of servers, so what was told of one is 16 octets in memory, found by a
 * hash of its names; where two fell on the same one, one change could be told twice or not.
 */
#include "exec/pools.h"

#include "base/log.h"
#include "base/text.h"
#include "exec/memory.h"
#include "exec/queue.h"
#include "model/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#define LABEL 64 /* of a server or a service in a line */

/* Lies beside its row. */
struct object {
	LIST_ENTRY(object) next;
	struct pools *p;
	struct exec_pool_told *told; /* in memory, or `own` when that is full */
	struct exec_pool_told own;
	struct queue *queue; /* NULL: nothing was run */
	bool cut_short;      /* its programs died with the process before this one */
	bool late;           /* a quorum that is told when all of a snapshot is there */
	bool gone;           /* its row is; it is forgotten when its queue is empty */
};

struct pools {
	struct exec_env *env;
	struct fifos *fifos;
	struct mails *mails;
	pools_command_fn command;
	void *command_arg;
	bool whole; /* rows have been, since this process began */
	LIST_HEAD(, object) objects;
	size_t busy; /* queues that are not empty */
	size_t gone; /* objects without a row */
	bool late;   /* there are objects like that */
	void (*idle)(void *arg, struct mono now);
	void *idle_arg;
};

/* Of what a change is told. */
struct subject {
	enum notify_object object;
	const struct virtual_server_row *vs; /* NULL: its row is not there */
	const struct real_server_row *rs;    /* NULL: of the virtual server */
	char name[NAME_POOL];                /* as programs have it */
};

/* ---- names ------------------------------------------------------------------ */

static const char *protocol_of(const struct virtual_server_row *vs)
{
	return !vs || vs->fwmark ? "none" : enum_name(lvs_protocol_names, vs->protocol);
}

/* "group:NAME/tcp", and what cannot be told otherwise. */
static void label_group(const char *name, char text[LABEL])
{
	if (strncmp(name, "group:", 6) == 0)
		snprintf(text, LABEL, "[%.*s]:0", (int)strcspn(name + 6, "/"), name + 6);
	else
		snprintf(text, LABEL, "%s", name);
}

static void label_service(const struct subject *s, char text[LABEL])
{
	char addr[ADDR_TEXT_MAX];

	if (s->vs && s->vs->fwmark)
		snprintf(text, LABEL, "FWM %u", s->vs->fwmark);
	else if (s->vs && s->vs->addr.family)
		snprintf(text, LABEL, "[%s]:%s:%u", addr_text(&s->vs->addr, addr),
			 protocol_of(s->vs), s->vs->port);
	else
		label_group(s->rs ? s->rs->vs : s->vs->name, text);
}

static void label_server(const struct subject *s, char text[LABEL])
{
	char addr[ADDR_TEXT_MAX];

	snprintf(text, LABEL, "[%s]:%s:%u", addr_text(&s->rs->addr, addr), protocol_of(s->vs),
		 s->rs->port);
}

/* ---- objects ---------------------------------------------------------------- */

static void set_busy(struct object *o, bool busy)
{
	o->p->busy += (size_t)busy - (size_t)o->told->runs;
	o->told->runs = busy;
}

static void on_queue_empty(void *arg, struct mono now)
{
	struct object *o = arg;
	struct pools *p = o->p;

	set_busy(o, false);
	if (p->idle && !p->busy)
		p->idle(p->idle_arg, now);
}

static void drop(struct object *o)
{
	o->p->gone--;
	memset(o->told, 0, sizeof(*o->told));
	LIST_REMOVE(o, next);
	queue_free(o->queue);
	free(o);
}

/* One that went and is there again while its programs run. */
static struct object *find_gone(struct pools *p, const struct exec_pool_told *told)
{
	struct object *o;

	LIST_FOREACH(o, &p->objects, next)
	if (o->gone && o->told == told)
		break;
	return o;
}

static struct object *make(struct pools *p, const struct subject *s)
{
	struct exec_pool_told *told = exec_memory_pool(p->env->memory, s->object, s->name);
	struct object *o = told && p->gone ? find_gone(p, told) : NULL;

	if (o) {
		o->gone = false;
		p->gone--;
		return o;
	}
	o = xcalloc(1, sizeof(*o));
	o->p = p;
	o->told = told;
	if (!o->told)
		o->told = &o->own;
	o->cut_short = o->told->runs;
	o->told->runs = false;
	LIST_INSERT_HEAD(&p->objects, o, next);
	return o;
}

static struct object *object_of(struct pools *p, const struct subject *s)
{
	void **at = store_beside(s->rs ? (const void *)s->rs : (const void *)s->vs);

	if (!*at)
		*at = make(p, s);
	return *at;
}

/* ---- telling ------------------------------------------------------------------ */

static void run_for(struct object *o, const struct subject *s, bool up, struct mono now)
{
	static const enum notify_event events[][2] = {{NOTIFY_QUORUM_DOWN, NOTIFY_QUORUM_UP},
						      {NOTIFY_DOWN, NOTIFY_UP}};
	struct queue_entry e = {.nwords = 0};
	const struct notify_row *r =
	    o->p->command(o->p->command_arg, s->object, s->name, events[s->rs != NULL][up]);
	char text[NAME_POOL + 32];

	if (!r || !r->command[0])
		return;
	if (!o->queue) {
		snprintf(text, sizeof(text), "%s %s", enum_name(notify_object_names, s->object),
			 s->name);
		o->queue = queue_new(o->p->env, text, on_queue_empty, o);
	}
	e.row = *r;
	e.timeout_ns = exec_settings(o->p->env)->notify_timeout_ms * NS_PER_MS;
	set_busy(o, true);
	queue_add(o->queue, &e, now);
}

static void tell_fifos(struct pools *p, const struct subject *s, bool up)
{
	char service[LABEL], server[LABEL], line[3 * LABEL];

	if (!p->whole) /* what was missed is told while the rows are coming */
		fifos_apply(p->fifos);
	label_service(s, service);
	if (s->rs) {
		label_server(s, server);
		snprintf(line, sizeof(line), "RS %s %s %s", server, service, up ? "UP" : "DOWN");
	} else {
		snprintf(line, sizeof(line), "VS %s %s", service, up ? "UP" : "DOWN");
	}
	fifos_tell(p->fifos, FIFO_LVS, line);
}

/* A server that says nothing is told of, a quorum is not, unless global_defs says something. */
static bool tells_mail(struct pools *p, const struct subject *s)
{
	const struct mail_row *m = store_single(p->env->store, T_MAIL);
	uint8_t own = s->rs ? s->rs->smtp_alert : s->vs ? s->vs->smtp_alert : ALERT_OFF;

	if (own == ALERT_DEFAULT)
		own = m->smtp_alert_checker;
	if (own == ALERT_DEFAULT)
		own = s->rs ? ALERT_ON : ALERT_OFF;
	return own == ALERT_ON;
}

static void tell_mail(struct pools *p, const struct subject *s, bool up)
{
	const struct global_row *g = store_single(p->env->store, T_GLOBAL);
	const char *word = up ? "UP" : "DOWN";
	char service[LABEL], server[LABEL], subject[240], text[400];

	if (!tells_mail(p, s))
		return;
	label_service(s, service);
	if (s->rs) {
		label_server(s, server);
		snprintf(subject, sizeof(subject), "[%s] Realserver %s of virtual server %s - %s",
			 g->router_id, server, service, word);
		snprintf(text, sizeof(text),
			 "Real server %s of virtual server %s is %s%s%s. %u of its checks fail.",
			 s->rs->name, s->rs->vs, up ? "up" : "down",
			 s->rs->reason_text[0] ? ": " : "", s->rs->reason_text,
			 s->rs->checks_failing);
	} else {
		snprintf(subject, sizeof(subject), "[%s] Virtualserver %s - %s", g->router_id,
			 service, word);
		snprintf(text, sizeof(text),
			 "Virtual server %s has %s its quorum of %u, with a hysteresis of %u.",
			 s->name, up ? "gained" : "lost", s->vs->quorum, s->vs->hysteresis);
	}
	mails_add(p->mails, subject, text);
}

static void tell(struct object *o, const struct subject *s, bool up, struct mono now)
{
	run_for(o, s, up, now);
	tell_fifos(o->p, s, up);
	tell_mail(o->p, s, up);
}

/* A first state is told when it is new, and when first states are. */
static bool begins(struct object *o, const struct subject *s, enum told_pool state)
{
	bool told = o->p->whole &&
		    (!s->rs || (state == TOLD_UP && exec_settings(o->p->env)->rs_init_notifies));

	if (o->told->state)
		return false;
	o->told->state = (uint8_t)state;
	return !told;
}

/* What the row says now against what was told. */
static void follow(struct pools *p, const struct subject *s, enum told_pool state, uint32_t changes,
		   struct mono now)
{
	struct object *o = object_of(p, s);
	bool first = !o->told->state, again = o->cut_short, differs;
	uint32_t more = changes < o->told->changes ? 0 : changes - o->told->changes;

	o->cut_short = false;
	if (begins(o, s, state)) {
		o->told->changes = changes;
		return;
	}
	differs = first || state != o->told->state;
	o->told->changes = changes;
	o->told->state = (uint8_t)state;
	if (!first && more > 1)
		log_notice("%s %s: %u changes came while nobody could tell them",
			   enum_name(notify_object_names, s->object), s->name, more - differs);
	if (differs || more)
		tell(o, s, state == TOLD_UP, now);
	else if (again)
		run_for(o, s, state == TOLD_UP, now);
}

/* ---- rows --------------------------------------------------------------------- */

static const struct virtual_server_row *service_named(struct pools *p, const char *name)
{
	struct virtual_server_row key;

	key.name = name;
	return store_find(p->env->store, T_VIRTUAL_SERVER, &key);
}

static struct subject of_service(const struct virtual_server_row *vs)
{
	struct subject s = {.object = NOTIFY_VIRTUAL_SERVER, .vs = vs};

	TEXT_COPY(s.name, vs->name);
	return s;
}

static struct subject of_server(struct pools *p, const struct real_server_row *rs)
{
	struct subject s = {.object = NOTIFY_REAL_SERVER, .vs = service_named(p, rs->vs), .rs = rs};

	notify_server_name(s.name, rs->vs, rs->name);
	return s;
}

static void server_changed(struct pools *p, const struct real_server_row *rs,
			   const struct real_server_row *old, struct mono now)
{
	const struct mail_row *m = store_single(p->env->store, T_MAIL);
	struct subject s = of_server(p, rs);

	if (rs->kind == RS_SORRY)
		return;
	object_of(p, &s); /* what was told of it is kept */
	if (rs->health == HEALTH_UNKNOWN)
		return;
	if (old && old->health == rs->health && old->checks_failing != rs->checks_failing &&
	    p->whole && !m->no_checker_emails)
		tell_mail(p, &s, rs->health == HEALTH_ALIVE);
	follow(p, &s, rs->health == HEALTH_ALIVE ? TOLD_UP : TOLD_DOWN, rs->health_changes, now);
}

static void service_changed(struct pools *p, const struct virtual_server_row *vs, struct mono now)
{
	struct subject s = of_service(vs);
	struct object *o = object_of(p, &s);

	o->late = p->env->snapshot;
	p->late |= o->late;
	if (!o->late && vs->quorum_state != QUORUM_UNKNOWN)
		follow(p, &s, vs->quorum_state == QUORUM_MET ? TOLD_UP : TOLD_DOWN,
		       vs->quorum_changes, now);
}

void pools_row_changed(struct pools *p, enum table_id t, const void *row, const void *old,
		       struct mono now)
{
	if (t == T_REAL_SERVER) {
		server_changed(p, row, old, now);
	} else if (t == T_VIRTUAL_SERVER) {
		service_changed(p, row, now);
	}
}

/* The quorums of a snapshot, behind the servers that decide them. */
static void tell_late(struct pools *p, struct mono now)
{
	p->late = false;
	STORE_EACH(p->env->store, T_VIRTUAL_SERVER, struct virtual_server_row, vs)
	{
		struct object *o = *store_beside(vs);

		if (o && o->late)
			service_changed(p, vs, now);
	}
}

static void end(struct object *o, const struct subject *s, struct mono now)
{
	if (!o || o->told->state != TOLD_UP || !s->vs || !s->vs->omega)
		return;
	o->told->state = TOLD_DOWN;
	tell(o, s, false, now);
}

/* Its row goes before those of its servers. */
static void end_servers(struct pools *p, const struct virtual_server_row *vs, struct mono now)
{
	struct real_server_row key;
	const struct real_server_row *rs;
	struct subject s;

	row_init(T_REAL_SERVER, &key);
	key.vs = vs->name;
	for (size_t i = store_lower_bound(p->env->store, T_REAL_SERVER, &key);
	     i < store_count(p->env->store, T_REAL_SERVER); i++) {
		rs = store_at(p->env->store, T_REAL_SERVER, i);
		if (!text_eq(rs->vs, vs->name))
			return;
		s = of_server(p, rs);
		end(*store_beside(rs), &s, now);
	}
}

void pools_row_gone(struct pools *p, enum table_id t, const void *row, struct mono now)
{
	struct subject s;
	struct object *o;

	if (t != T_REAL_SERVER && t != T_VIRTUAL_SERVER)
		return;
	o = *store_beside(row);
	if (!o)
		return;
	if (t == T_VIRTUAL_SERVER)
		end_servers(p, row, now);
	s = t == T_REAL_SERVER ? of_server(p, row) : of_service(row);
	end(o, &s, now);
	o->gone = true;
	p->gone++;
	*store_beside(row) = NULL;
}

/* What went while no process was there. */
static void forget_unknown(struct pools *p)
{
	struct exec_pool_told *told = p->env->memory->pools;
	bool *known = xcalloc(MEMORY_POOLS_MAX, sizeof(*known));
	struct object *o;

	LIST_FOREACH(o, &p->objects, next)
	if (o->told != &o->own)
		known[o->told - told] = true;
	for (size_t i = 0; i < MEMORY_POOLS_MAX; i++)
		if (!known[i] && told[i].key)
			told[i] = (struct exec_pool_told){0};
	free(known);
}

void pools_apply(struct pools *p)
{
	struct object *o, *next;

	if (p->late && !p->env->snapshot)
		tell_late(p, loop_now(p->env->loop));
	if (!p->whole)
		forget_unknown(p);
	for (o = LIST_FIRST(&p->objects); o; o = next) {
		next = LIST_NEXT(o, next);
		if (o->gone && !o->told->runs)
			drop(o);
	}
	p->whole = true;
}

/* Servers first, as ever. */
void pools_stopping(struct pools *p, struct mono now)
{
	struct subject s;

	STORE_EACH(p->env->store, T_REAL_SERVER, struct real_server_row, rs)
	{
		s = of_server(p, rs);
		end(*store_beside(rs), &s, now);
	}
	STORE_EACH(p->env->store, T_VIRTUAL_SERVER, struct virtual_server_row, vs)
	{
		s = of_service(vs);
		end(*store_beside(vs), &s, now);
	}
}

/* ---- life -------------------------------------------------------------------------- */

struct pools *pools_new(struct exec_env *env, struct fifos *fifos, struct mails *mails,
			pools_command_fn command, void *arg)
{
	struct pools *p = xcalloc(1, sizeof(*p));

	p->env = env;
	p->fifos = fifos;
	p->mails = mails;
	p->command = command;
	p->command_arg = arg;
	LIST_INIT(&p->objects);
	return p;
}

void pools_free(struct pools *p)
{
	struct object *o;

	while ((o = LIST_FIRST(&p->objects))) {
		LIST_REMOVE(o, next);
		queue_free(o->queue);
		free(o);
	}
	free(p);
}

bool pools_are_idle(const struct pools *p)
{
	return !p->busy;
}

void pools_on_idle(struct pools *p, void (*idle)(void *arg, struct mono now), void *arg)
{
	p->idle = idle;
	p->idle_arg = arg;
}
