/*
 * notify: see notify.h.
 *
 * Arguments, words and the lines of pipes are those of keepalived: a command that is for one event
 * gets none, that for all gets INSTANCE or GROUP, the name, the state and the priority, which is 0
 * for a group. A router that was configured and is no more is in FAULT, unless notify_deleted says
 * that DELETED is to be told.
 *
 * What is told is a difference to what was told last. So nothing is told twice when main or this
 * process is replaced, and a change that happened meanwhile is told late and not never. Where
 * `transitions` has grown by more than that, the state that is now is told, and how many were
 * missed is said. Counters that begin anew tell nothing. Programs that died with this process are
 * run again for the state that is now, since half of what they do may be worse than twice.
 *
 * A router that is shut down may begin anew in a moment, with another configuration. STOP is told
 * at the end of all only, when this process is asked to end.
 */
#include "exec/notify.h"

#include "base/log.h"
#include "base/text.h"
#include "exec/fifo.h"
#include "exec/mails.h"
#include "exec/pools.h"
#include "exec/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

/* An instance or a group, and what is run for it. */
struct target {
	LIST_ENTRY(target) next;
	struct notify *n;
	enum notify_object object;
	char name[NAME_VRRP];
	bool gone;              /* its row is; it is forgotten when its queue is empty */
	bool ended;             /* it was shut down: for good, or to begin anew */
	bool cut_short;         /* its programs died with the process before this one */
	struct exec_told *told; /* in memory, or `own` when that is full */
	struct exec_told own;
	struct queue *queue;
};

struct notify {
	struct exec_env *env;
	struct fifos *fifos;
	struct mails *mails;
	struct pools *pools;
	bool whole; /* rows have been, since this process began */
	LIST_HEAD(, target) targets;
	LIST_HEAD(, removed) removed;
	struct queue *director;
	void (*director_done)(void *arg, struct mono now);
	void *director_arg;
	void (*idle)(void *arg, struct mono now);
	void *idle_arg;
};

/* A command whose row went while rows are not whole: its object may be going too, and its end is
 * to be told. */
struct removed {
	LIST_ENTRY(removed) next;
	struct notify_row row;
};

/* ---- words -------------------------------------------------------------------- */

static const struct word {
	enum notify_event event;
	const char *text;
} words[] = {{NOTIFY_MASTER, "MASTER"},   {NOTIFY_BACKUP, "BACKUP"},
	     {NOTIFY_FAULT, "FAULT"},     {NOTIFY_STOP, "STOP"},
	     {NOTIFY_DELETED, "DELETED"}, {NOTIFY_RX_LOWER_PRI, "MASTER_RX_LOWER_PRI"}};

static const char *word_of(enum notify_event event)
{
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].event == event)
			return words[i].text;
	return "";
}

static const char *object_word(enum notify_object object)
{
	return object == NOTIFY_GROUP ? "GROUP" : "INSTANCE";
}

/* One whose process hangs has no state that it knows of. */
static enum notify_event event_of(uint8_t state, uint8_t reason)
{
	return state == VRRP_MASTER                                  ? NOTIFY_MASTER
	       : state == VRRP_BACKUP                                ? NOTIFY_BACKUP
	       : state == VRRP_FAULT || reason == VRRP_REASON_SILENT ? NOTIFY_FAULT
								     : NOTIFY_STOP;
}

/* ---- targets ------------------------------------------------------------------ */

static struct target *find(struct notify *n, enum notify_object object, const char *name)
{
	struct target *t;

	LIST_FOREACH(t, &n->targets, next)
	if (t->object == object && text_eq(t->name, name))
		break;
	return t;
}

static void forget(struct target *t)
{
	memset(t->told, 0, sizeof(*t->told));
	LIST_REMOVE(t, next);
	queue_free(t->queue);
	free(t);
}

static void on_queue_empty(void *arg, struct mono now)
{
	struct target *t = arg;
	struct notify *n = t->n;

	t->told->runs = false;
	if (n->idle && notify_is_idle(n))
		n->idle(n->idle_arg, now);
}

static struct target *make(struct notify *n, enum notify_object object, const char *name)
{
	struct target *t = xcalloc(1, sizeof(*t));
	char text[96];

	t->n = n;
	t->object = object;
	TEXT_COPY(t->name, name);
	t->told = exec_memory_told(n->env->memory, object, name, true);
	if (!t->told)
		t->told = &t->own;
	t->cut_short = t->told->runs;
	t->told->runs = false;
	snprintf(text, sizeof(text), "%s %s", enum_name(notify_object_names, object), name);
	t->queue = queue_new(n->env, text, on_queue_empty, t);
	LIST_INSERT_HEAD(&n->targets, t, next);
	return t;
}

/* ---- telling ------------------------------------------------------------------ */

static const struct notify_row *removed_row(const struct notify *n, const struct notify_row *key)
{
	const struct removed *r;

	LIST_FOREACH(r, &n->removed, next)
	if (row_key_cmp(T_NOTIFY, &r->row, key) == 0)
		return &r->row;
	return NULL;
}

static const struct notify_row *find_command(void *arg, enum notify_object object, const char *name,
					     enum notify_event event)
{
	struct notify_row key = {.object = (uint8_t)object, .name = name, .event = (uint8_t)event};
	const struct notify *n = arg;
	const struct notify_row *r = store_find(n->env->store, T_NOTIFY, &key);

	return r ? r : removed_row(n, &key);
}

static const struct notify_row *command_for(struct notify *n, enum notify_object object,
					    const char *name, enum notify_event event)
{
	return find_command(n, object, name, event);
}

static void run_for(struct target *t, enum notify_event event, const struct queue_entry *like,
		    struct mono now)
{
	const struct notify_row *r = command_for(t->n, t->object, t->name, event);
	struct queue_entry e = *like;

	if (!r || !r->command[0])
		return;
	e.row = *r;
	e.timeout_ns = exec_settings(t->n->env)->notify_timeout_ms * NS_PER_MS;
	t->told->runs = true;
	queue_add(t->queue, &e, now);
}

static void tell_fifos(struct target *t, const char *word, unsigned priority)
{
	char line[NAME_VRRP + 48];

	if (!t->n->whole) /* what was missed is told while the rows are coming */
		fifos_apply(t->n->fifos);
	snprintf(line, sizeof(line), "%s \"%s\" %s %u", object_word(t->object), t->name, word,
		 priority);
	fifos_tell(t->n->fifos, FIFO_VRRP, line);
}

static bool tells_mail(const struct target *t, enum notify_event event)
{
	struct vrrp_instance_row v = {{0}};
	struct sync_group_row g = {{0}};
	const struct mail_row *m = store_single(t->n->env->store, T_MAIL);
	const struct vrrp_instance_row *instance;
	const struct sync_group_row *group;

	if (event == NOTIFY_RX_LOWER_PRI || (event == NOTIFY_FAULT && m->no_email_faults))
		return false;
	TEXT_COPY(v.name, t->name);
	TEXT_COPY(g.name, t->name);
	instance = store_find(t->n->env->store, T_VRRP_INSTANCE, &v);
	group = store_find(t->n->env->store, T_SYNC_GROUP, &g);
	return t->object == NOTIFY_GROUP ? group && group->smtp_alert
					 : instance && instance->smtp_alert;
}

/* Subjects are those of keepalived, by which mails are sorted. */
static void tell_mail(struct target *t, enum notify_event event, unsigned priority)
{
	const struct global_row *g = store_single(t->n->env->store, T_GLOBAL);
	const char *what = t->object == NOTIFY_GROUP ? "Group" : "Instance";
	char subject[240], text[400];
	bool ends = event == NOTIFY_STOP || event == NOTIFY_DELETED;

	if (!tells_mail(t, event))
		return;
	snprintf(subject, sizeof(subject), "[%s] VRRP %s %s - %s%s%s", g->router_id, what, t->name,
		 ends ? "Stopping" : "Entering ", ends ? "" : word_of(event), ends ? "" : " state");
	snprintf(text, sizeof(text), "%s %s of director %s is in state %s now, with priority %u.",
		 t->object == NOTIFY_GROUP ? "Sync group" : "Virtual router", t->name, g->router_id,
		 word_of(event), priority);
	mails_add(t->n->mails, subject, text);
}

/* What is for the event, then what is for all. */
static void run_all(struct target *t, enum notify_event event, unsigned priority, struct mono now)
{
	struct queue_entry alone = {.nwords = 0}, all = {.nwords = 4};

	TEXT_COPY(all.words[0], object_word(t->object));
	TEXT_COPY(all.words[1], t->name);
	TEXT_COPY(all.words[2], word_of(event));
	snprintf(all.words[3], sizeof(all.words[3]), "%u", priority);
	run_for(t, event, &alone, now);
	if (event != NOTIFY_RX_LOWER_PRI)
		run_for(t, NOTIFY_ANY, &all, now);
}

static void tell(struct target *t, enum notify_event event, unsigned priority, struct mono now)
{
	run_all(t, event, priority, now);
	tell_fifos(t, word_of(event), priority);
	tell_mail(t, event, priority);
}

/* Keeps in mind that it is shut down; true: it is not to be told yet. */
static bool may_begin_anew(struct target *t, uint8_t state, uint8_t reason, uint32_t transitions)
{
	t->ended = state == VRRP_INIT && reason == VRRP_REASON_SHUTDOWN;
	if (!t->ended || t->n->env->stopping)
		return false;
	t->told->transitions = transitions;
	return true;
}

/* What the row says now against what was told. */
static void tell_state(struct target *t, uint8_t state, uint8_t reason, uint32_t transitions,
		       unsigned priority, struct mono now)
{
	uint32_t more = transitions < t->told->transitions ? 0 : transitions - t->told->transitions;
	bool differs = state != t->told->state, again = t->cut_short;

	t->cut_short = false;
	if (may_begin_anew(t, state, reason, transitions))
		return;
	if (!differs && (!more || state == VRRP_INIT)) {
		t->told->transitions = transitions;
		if (again)
			run_all(t, event_of(state, reason), priority, now);
		return;
	}
	if (more > 1)
		log_notice("%s %s: %u changes of state came while nobody could tell them",
			   enum_name(notify_object_names, t->object), t->name, more - differs);
	t->told->state = state;
	t->told->transitions = transitions;
	tell(t, event_of(state, reason), priority, now);
}

/* ---- rows --------------------------------------------------------------------- */

/* One that was there before this process is what it is, and not what has just become of it. A new
 * one began as all do, though its first row may come late. */
static struct target *get(struct notify *n, enum notify_object object, const char *name,
			  uint8_t state, uint32_t transitions)
{
	struct target *t = find(n, object, name);

	if (!t)
		t = make(n, object, name);
	if (!t->told->state || t->gone) {
		t->told->state = n->whole ? VRRP_INIT : state;
		t->told->transitions = n->whole ? 0 : transitions;
	}
	t->gone = false;
	return t;
}

static bool tells_priority(const struct notify *n, const struct vrrp_instance_row *v)
{
	struct sync_group_row key = {{0}};
	const struct sync_group_row *g;

	TEXT_COPY(key.name, v->sync_group);
	g = v->sync_group[0] ? store_find(n->env->store, T_SYNC_GROUP, &key) : NULL;
	return v->notify_priority_changes || (g && g->notify_priority_changes);
}

static void instance_changed(struct notify *n, const struct vrrp_instance_row *v,
			     const struct vrrp_instance_row *old, struct mono now)
{
	struct target *t = get(n, NOTIFY_INSTANCE, v->name, v->state, v->transitions);
	bool runs = v->state == VRRP_MASTER || v->state == VRRP_BACKUP;

	if (old && runs && old->state == v->state &&
	    old->effective_priority != v->effective_priority && tells_priority(n, v))
		tell_fifos(t, v->state == VRRP_MASTER ? "MASTER_PRIORITY" : "BACKUP_PRIORITY",
			   v->effective_priority);
	tell_state(t, v->state, v->reason, v->transitions, v->effective_priority, now);
	if (old && v->lower_priority_received > old->lower_priority_received)
		tell(t, NOTIFY_RX_LOWER_PRI, v->effective_priority, now);
}

static void group_changed(struct notify *n, const struct sync_group_row *g, struct mono now)
{
	struct target *t = get(n, NOTIFY_GROUP, g->name, g->state, g->transitions);

	tell_state(t, g->state, g->reason, g->transitions, 0, now);
}

void notify_row_changed(struct notify *n, enum table_id t, const void *row, const void *old,
			struct mono now)
{
	if (t == T_VRRP_INSTANCE)
		instance_changed(n, row, old, now);
	else if (t == T_SYNC_GROUP)
		group_changed(n, row, now);
	else
		pools_row_changed(n->pools, t, row, old, now);
}

static void instance_gone(struct notify *n, const struct vrrp_instance_row *v, struct mono now)
{
	struct target *t = find(n, NOTIFY_INSTANCE, v->name);
	bool deleted = command_for(n, NOTIFY_INSTANCE, v->name, NOTIFY_DELETED) != NULL;

	if (!t)
		return;
	if (deleted || t->told->state != VRRP_FAULT)
		tell(t, deleted ? NOTIFY_DELETED : NOTIFY_FAULT, v->effective_priority, now);
	t->gone = true;
}

void notify_row_gone(struct notify *n, enum table_id t, const void *row, struct mono now)
{
	pools_row_gone(n->pools, t, row, now);
	if (t == T_VRRP_INSTANCE) {
		instance_gone(n, row, now);
	} else if (t == T_SYNC_GROUP) {
		struct target *g =
		    find(n, NOTIFY_GROUP, ((const struct sync_group_row *)row)->name);

		if (g)
			g->gone = true;
	} else if (t == T_NOTIFY) {
		struct removed *r = xcalloc(1, sizeof(*r));

		r->row = *(const struct notify_row *)row;
		row_hold(T_NOTIFY, &r->row);
		LIST_INSERT_HEAD(&n->removed, r, next);
	}
}

static void drop_removed(struct notify *n)
{
	struct removed *r;

	while ((r = LIST_FIRST(&n->removed))) {
		LIST_REMOVE(r, next);
		row_drop(T_NOTIFY, &r->row);
		free(r);
	}
}

/* What went while no process was there. */
static void forget_unknown(struct notify *n)
{
	for (unsigned i = 0; i < MEMORY_TOLD_MAX; i++) {
		struct exec_told *told = &n->env->memory->told[i];

		if (told->object && !find(n, told->object, told->name))
			memset(told, 0, sizeof(*told));
	}
}

void notify_apply(struct notify *n)
{
	struct target *t, *next;

	if (!n->whole)
		forget_unknown(n);
	n->whole = true;
	pools_apply(n->pools);
	drop_removed(n);
	for (t = LIST_FIRST(&n->targets); t; t = next) {
		next = LIST_NEXT(t, next);
		if (t->gone && queue_is_empty(t->queue))
			forget(t);
	}
	fifos_apply(n->fifos);
}

void notify_reloaded(struct notify *n)
{
	if (!exec_settings(n->env)->fifo_write_vrrp_states_on_reload)
		return;
	STORE_EACH(n->env->store, T_VRRP_INSTANCE, struct vrrp_instance_row, v)
	{
		struct target *t = find(n, NOTIFY_INSTANCE, v->name);

		if (t)
			tell_fifos(t, word_of(event_of(v->state, v->reason)),
				   v->effective_priority);
	}
	STORE_EACH(n->env->store, T_SYNC_GROUP, struct sync_group_row, g)
	{
		struct target *t = find(n, NOTIFY_GROUP, g->name);

		if (t)
			tell_fifos(t, word_of(event_of(g->state, g->reason)), 0);
	}
}

/* Those that have not said that they are shut down cannot any more: who would tell has died. */
static void end_instance(struct notify *n, const struct vrrp_instance_row *v, struct mono now)
{
	struct target *t;

	instance_changed(n, v, v, now);
	t = find(n, NOTIFY_INSTANCE, v->name);
	if (t && v->state != VRRP_INIT)
		tell_state(t, VRRP_INIT, VRRP_REASON_SHUTDOWN, t->told->transitions + 1,
			   v->effective_priority, now);
}

/* Groups end with their members; their rows say what they were. */
void notify_stopping(struct notify *n, struct mono now)
{
	bool ended = false;
	struct target *t;

	STORE_EACH(n->env->store, T_VRRP_INSTANCE, struct vrrp_instance_row, v)
	{
		end_instance(n, v, now);
		t = find(n, NOTIFY_INSTANCE, v->name);
		ended = ended || (t && t->ended);
	}
	LIST_FOREACH(t, &n->targets, next)
	if (ended && t->object == NOTIFY_GROUP && t->told->state != VRRP_INIT)
		tell_state(t, VRRP_INIT, VRRP_REASON_SHUTDOWN, t->told->transitions + 1, 0, now);
	pools_stopping(n->pools, now);
	mails_hurry(n->mails);
}

/* ---- the director ---------------------------------------------------------------- */

static void on_director_done(void *arg, struct mono now)
{
	struct notify *n = arg;
	void (*done)(void *, struct mono) = n->director_done;

	n->director_done = NULL;
	if (done)
		done(n->director_arg, now);
}

void notify_director(struct notify *n, enum notify_event event, int64_t timeout_ns,
		     void (*done)(void *arg, struct mono now), void *arg)
{
	const struct notify_row *r = command_for(n, NOTIFY_DIRECTOR, "", event);
	struct queue_entry e = {.timeout_ns = timeout_ns};

	n->director_done = done;
	n->director_arg = arg;
	if (r) {
		e.row = *r;
		queue_add(n->director, &e, loop_now(n->env->loop));
	} else {
		on_director_done(n, loop_now(n->env->loop));
	}
}

void notify_close_fifos(struct notify *n, void (*done)(void *arg, struct mono now), void *arg)
{
	fifos_finish(n->fifos, done, arg);
}

/* ---- life -------------------------------------------------------------------------- */

static void on_part_idle(void *arg, struct mono now)
{
	struct notify *n = arg;

	if (n->idle && notify_is_idle(n))
		n->idle(n->idle_arg, now);
}

struct notify *notify_new(struct exec_env *env)
{
	struct notify *n = xcalloc(1, sizeof(*n));

	n->env = env;
	LIST_INIT(&n->targets);
	LIST_INIT(&n->removed);
	n->fifos = fifos_new(env);
	n->mails = mails_new(env);
	mails_on_idle(n->mails, on_part_idle, n);
	n->pools = pools_new(env, n->fifos, n->mails, find_command, n);
	pools_on_idle(n->pools, on_part_idle, n);
	n->director = queue_new(env, "", on_director_done, n);
	return n;
}

void notify_free(struct notify *n)
{
	struct target *t;

	drop_removed(n);
	while ((t = LIST_FIRST(&n->targets))) {
		LIST_REMOVE(t, next);
		queue_free(t->queue);
		free(t);
	}
	queue_free(n->director);
	pools_free(n->pools);
	fifos_free(n->fifos);
	mails_free(n->mails);
	free(n);
}

bool notify_is_idle(const struct notify *n)
{
	const struct target *t;

	LIST_FOREACH(t, &n->targets, next)
	if (!queue_is_empty(t->queue))
		return false;
	return queue_is_empty(n->director) && mails_are_idle(n->mails) && pools_are_idle(n->pools);
}

void notify_on_idle(struct notify *n, void (*idle)(void *arg, struct mono now), void *arg)
{
	n->idle = idle;
	n->idle_arg = arg;
}
