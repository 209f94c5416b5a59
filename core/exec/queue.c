/* queue: see queue.h. */
#include "exec/queue.h"

#include "base/log.h"
#include "base/text.h"
#include "exec/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

struct waiting {
	TAILQ_ENTRY(waiting) next;
	struct queue_entry e;
};

struct queue {
	struct exec_env *env;
	char *name;
	void (*done)(void *arg, struct mono now);
	void *arg;
	TAILQ_HEAD(, waiting) waiting;
	unsigned count;
	struct run *run;           /* of the first */
	struct notify_row running; /* its row */
};

/* "notify_master of vrrp_instance VI_1" */
static void entry_name(const struct queue *q, const struct notify_row *r, char *buf, size_t size)
{
	snprintf(buf, size, "%s%s%s%s", q->name, q->name[0] ? ": " : "",
		 r->object == NOTIFY_DIRECTOR ? "script of " : "notify ",
		 enum_name(notify_event_names, r->event));
}

/* How it went, where the row is still there. */
static void note(struct queue *q, const struct notify_row *key, bool good, const char *result)
{
	const struct notify_row *found = store_find(q->env->store, T_NOTIFY, key);
	struct notify_row r;

	if (!found)
		return;
	r = *found;
	r.runs++;
	r.failures += !good;
	r.last_run = loop_now(q->env->loop);
	r.last_result = result;
	store_put(q->env->store, T_NOTIFY, &r, F_SEEN, NULL);
}

static void run_first(struct queue *q, struct mono now);

static void pop(struct queue *q)
{
	struct waiting *w = TAILQ_FIRST(&q->waiting);

	TAILQ_REMOVE(&q->waiting, w, next);
	q->count--;
	row_drop(T_NOTIFY, &w->e.row);
	free(w);
}

static void on_done(void *arg, const struct run_result *result, struct mono now)
{
	struct queue *q = arg;
	bool good = result->outcome == RUN_EXITED && result->value == 0;
	char text[64], name[128];

	q->run = NULL;
	entry_name(q, &q->running, name, sizeof(name));
	run_result_text(result, text, sizeof(text));
	log_at(good ? LOG_LV_INFO : LOG_LV_WARN, "%s: %s", name, text);
	exec_count(q->env, result);
	note(q, &q->running, good, text);
	row_drop(T_NOTIFY, &q->running);
	run_first(q, now);
}

/* false: it cannot be run, and it was said. */
static bool begin(struct queue *q, const struct queue_entry *e)
{
	const struct exec_row *s = exec_settings(q->env);
	char name[128], why[TEXT_MAX] = "too many programs wait";
	struct command c;
	struct run_spec spec;
	bool good;

	entry_name(q, &e->row, name, sizeof(name));
	good = command_prepare(&c, s, e->row.command, e->row.user, e->row.group, why);
	for (unsigned i = 0; good && i < e->nwords; i++)
		if (!argv_add(&c.argv, e->words[i])) {
			good = false;
			TEXT_COPY(why, "the command is too long");
		}
	if (good) {
		spec = command_spec(&c, name, e->timeout_ns);
		q->run = run_start(q->env->runner, &spec, on_done, q);
	}
	if (q->run) {
		q->running = e->row;
		row_hold(T_NOTIFY, &q->running);
		return true;
	}
	log_warnx("%s: not run: %s", name, why);
	note(q, &e->row, false, "not run");
	return false;
}

static void run_first(struct queue *q, struct mono now)
{
	while (!q->run && !TAILQ_EMPTY(&q->waiting)) {
		begin(q, &TAILQ_FIRST(&q->waiting)->e);
		pop(q);
	}
	if (!q->run && q->done)
		q->done(q->arg, now);
}

void queue_add(struct queue *q, const struct queue_entry *e, struct mono now)
{
	struct waiting *w = xcalloc(1, sizeof(*w));

	w->e = *e;
	row_hold(T_NOTIFY, &w->e.row);
	if (q->count == QUEUE_MAX) {
		log_warnx("%s: its scripts are slower than what they are told: the oldest of %u "
			  "that wait is not run",
			  q->name, q->count);
		pop(q);
	}
	TAILQ_INSERT_TAIL(&q->waiting, w, next);
	q->count++;
	if (!q->run)
		run_first(q, now);
}

bool queue_is_empty(const struct queue *q)
{
	return !q->run && TAILQ_EMPTY(&q->waiting);
}

struct queue *queue_new(struct exec_env *env, const char *name,
			void (*done)(void *arg, struct mono now), void *arg)
{
	struct queue *q = xcalloc(1, sizeof(*q));

	*q = (struct queue){.env = env, .name = xstrdup(name), .done = done, .arg = arg};
	TAILQ_INIT(&q->waiting);
	return q;
}

void queue_free(struct queue *q)
{
	if (!q)
		return;
	while (!TAILQ_EMPTY(&q->waiting))
		pop(q);
	if (q->run) {
		run_cancel(q->run);
		row_drop(T_NOTIFY, &q->running);
	}
	free(q->name);
	free(q);
}
