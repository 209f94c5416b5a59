/*
 * jobs: see jobs.h.
 *
 * A job is queued, then current, then done. The current one holds the whole model: a tested SNMP
 * transaction keeps it until its commit or undo comes, but not longer than HOLD_NS. What was
 * committed last is remembered for as long as its undo may come, i.e. until the next job begins.
 *
 * The line is fair, because the agent may have been taken over: a client waits for one job of every
 * other at most, however many they ask for.
 */
#define LOG_AREA LOG_AREA_CONTROL
#include "daemon/jobs.h"

#include "base/log.h"
#include "base/text.h"
#include "daemon/asks.h"
#include "daemon/changelog.h"
#include "daemon/confirm.h"
#include "daemon/nodes.h"
#include "daemon/own.h"
#include "daemon/preview.h"
#include "daemon/reload.h"
#include "daemon/txn.h"
#include "model/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#define HOLD_NS     (2 * NS_PER_S) /* a tested transaction without commit or undo */
#define BARRIER_NS  (5 * NS_PER_S) /* workers that do not answer */
#define WAITING_MAX 16             /* jobs of one client in line */
#define LINES_CHUNK 32768          /* bytes of lines in one message */

enum job_kind { JOB_TEST, JOB_RUN, JOB_RELOAD, JOB_PREVIEW, JOB_BACK };
enum job_phase { PHASE_QUEUED, PHASE_HELD, PHASE_COMMITTING, PHASE_UNDOING, PHASE_DONE };

struct job {
	TAILQ_ENTRY(job) next;
	enum job_kind kind;
	enum job_phase phase;
	struct client *client; /* NULL: nobody waits */
	uint32_t id;           /* of the message to answer */
	uint32_t txn_id;       /* of the client's transaction */
	struct txn *txn;       /* NULL for a reload */
	char who[TEXT_WHO];
	uint32_t trial_s; /* of a reload that is on trial */
	unsigned waiting; /* roles whose barrier is out */
	struct result result;
	bool take_back; /* its undo came before its commit was over */
	bool undone;    /* its barrier is that of the way back */
};

struct jobs {
	struct director *d;
	struct asks *asks;
	TAILQ_HEAD(, job) queue;
	uint64_t turns;
	struct job *current;
	struct job *last; /* committed, may still be undone */
	struct timer timer;
	uint32_t barrier; /* number of the barrier that counts */
	bool stuck;       /* what is on trial could not go back, and that was said */
};

static void next_job(struct jobs *j);
static void take_back(struct jobs *j);

/* ---- ends ------------------------------------------------------------- */

static void job_free(struct job *b)
{
	if (!b)
		return;
	txn_free(b->txn);
	free(b);
}

static void answer(struct job *b, const struct result *r)
{
	if (b->client && b->client->link)
		link_send_result(b->client->link, b->id, r);
}

static void forget_last(struct jobs *j)
{
	job_free(j->last);
	j->last = NULL;
}

/* The current job is over; `keep`: its undo may still come. */
static void finish(struct jobs *j, bool keep)
{
	struct job *b = j->current;

	timer_cancel(&j->timer);
	j->current = NULL;
	b->phase = PHASE_DONE;
	if (keep) {
		forget_last(j);
		j->last = b;
	} else {
		job_free(b);
	}
	next_job(j);
}

/* ---- the barrier ------------------------------------------------------ */

static bool is_kept(const struct result *r)
{
	return r->status == RESULT_OK || r->status == RESULT_UNKNOWN;
}

/* A reload is not taken back: what the kernel refused is tried again by its worker. */
static void say_kept(struct result *r)
{
	char why[TEXT_MAX];

	TEXT_COPY(why, r->text);
	r->status = RESULT_UNKNOWN;
	snprintf(r->text, sizeof(r->text), "kept, but not all is in force: %.400s", why);
}

/* When its outcome is known; what follows from it may stand before it in the log. */
static void say_reload(const struct director *d, const struct job *b)
{
	enum result_status s = b->result.status;
	bool ok = s != RESULT_REFUSED;

	log_transition(
	    &(struct log_transition){
		.event = LOG_RELOAD,
		.level = s == RESULT_OK ? LOG_LV_NOTICE
			 : ok           ? LOG_LV_WARN
					: LOG_LV_ERR,
		.key = {d->env->config_file},
		.now = enum_name(reload_result_names, ok ? RELOAD_OK : RELOAD_REFUSED),
		.reason = s == RESULT_OK || !ok ? NULL : enum_name(result_status_names, (int)s),
		.who = b->who},
	    "%s", b->result.text);
}

/* Of a change that is in force. */
static void follow_orders(struct jobs *j, const struct txn *t)
{
	struct trial trial;

	if (txn_reloads(t, &trial))
		jobs_reload(j, &trial);
	if (txn_goes_back(t))
		jobs_go_back(j, trial.who);
}

/* A worker could not put it in force: nothing may have changed. False: it stands. Where that is not
 * sure the answer says so, behind what the worker has said. */
static bool goes_back(struct job *b)
{
	struct result back;
	char why[TEXT_MAX];
	bool gone = txn_revert(b->txn, &back);

	if (gone && back.status == RESULT_OK)
		return true;
	TEXT_COPY(why, b->result.text);
	b->result.status = RESULT_UNKNOWN;
	snprintf(b->result.text, sizeof(b->result.text), "%.150s; %s%.300s", why,
		 gone ? "" : "kept, because it cannot be taken back: ", back.text);
	return gone;
}

static void committed(struct jobs *j)
{
	struct job *b = j->current;
	bool stands = !b->undone;

	if (b->result.status == RESULT_COMMIT_FAILED && b->txn && !b->undone)
		stands = !goes_back(b);
	stands = stands && is_kept(&b->result);
	if (b->txn && !b->undone)
		txn_log(b->txn, &b->result);
	if (!b->txn && b->result.status == RESULT_COMMIT_FAILED)
		say_kept(&b->result);
	if (b->kind == JOB_RELOAD)
		say_reload(j->d, b);
	if (!b->txn && b->result.status == RESULT_OK && link_is_up(j->d->links[ROLE_LVS]))
		own_settled(j->d);
	answer(b, &b->result);
	if (b->txn && !b->take_back && stands)
		follow_orders(j, b->txn);
	if (b->take_back && stands)
		take_back(j);
	else
		finish(j, b->kind == JOB_TEST && stands);
}

/* What such a worker complains of is something else. */
static bool only_follows(const struct job *b, enum role worker)
{
	return b->txn && !(txn_workers(b->txn) & 1u << worker);
}

static void worker_done(struct jobs *j, enum role worker, const struct result *r)
{
	static const struct result fine = {.status = RESULT_OK};
	struct job *b = j->current;

	if (!b || !(b->waiting & 1u << worker))
		return;
	b->waiting &= ~(1u << worker);
	if (r->status == RESULT_COMMIT_FAILED && only_follows(b, worker))
		r = &fine;
	/* A refusal takes all back, so it also ends a doubt. */
	if (r->status != RESULT_OK &&
	    (b->result.status == RESULT_OK || r->status == RESULT_COMMIT_FAILED))
		b->result = *r;
	if (!b->waiting)
		committed(j);
}

/* Asks the workers whether everything so far is in force. */
static void begin_barrier(struct jobs *j, unsigned workers)
{
	struct job *b = j->current;
	uint32_t number;

	b->waiting = 0;
	j->barrier++;
	for (int r = 0; r < ROLE_COUNT; r++)
		if ((workers & 1u << r) && link_is_up(j->d->links[r]))
			b->waiting |= 1u << r;
	timer_after(&j->timer, BARRIER_NS);
	if (!b->waiting) {
		committed(j);
		return;
	}
	/* A worker that does not read is dropped here, and with it perhaps the job. */
	number = j->barrier;
	for (int r = 0; r < ROLE_COUNT; r++)
		if (j->current == b && j->barrier == number && (b->waiting & 1u << r))
			link_send(j->d->links[r], MSG_BARRIER, number, NULL);
}

void jobs_barrier(struct jobs *j, enum role worker, uint32_t id, const struct result *r)
{
	if (!asks_result(j->asks, worker, id, r) && id == j->barrier)
		worker_done(j, worker, r);
}

void jobs_worker_gone(struct jobs *j, enum role worker)
{
	struct result r = {.status = RESULT_UNKNOWN};

	asks_worker_gone(j->asks, worker);
	snprintf(r.text, sizeof(r.text), "kept, but %s went away before it was in force: read back",
		 role_name(worker));
	worker_done(j, worker, &r);
}

/* ---- steps of a transaction ------------------------------------------- */

static const char *missing_worker(const struct director *d, unsigned workers)
{
	for (int r = 0; r < ROLE_COUNT; r++)
		if ((workers & 1u << r) && !link_is_up(d->links[r]))
			return role_name((enum role)r);
	return NULL;
}

/* A tested change cannot be put in force while a worker that must do it is away. */
static bool workers_are_there(const struct jobs *j, struct job *b, enum result_status otherwise)
{
	const char *away = missing_worker(j->d, txn_workers(b->txn));

	if (!away)
		return true;
	txn_untest(b->txn);
	b->result = (struct result){.status = otherwise};
	snprintf(b->result.text, sizeof(b->result.text), "the %s process is not there: try again",
		 away);
	return false;
}

static bool test(struct jobs *j, struct job *b)
{
	return txn_test(b->txn, &b->result) && workers_are_there(j, b, RESULT_UNAVAILABLE);
}

static void commit(struct jobs *j)
{
	struct job *b = j->current;

	b->phase = PHASE_COMMITTING;
	/* Between test and commit a worker may have died: yes would be said for nothing. */
	if (workers_are_there(j, b, RESULT_COMMIT_FAILED) && txn_commit(b->txn, &b->result)) {
		begin_barrier(j, txn_workers(b->txn) | txn_followers(b->txn));
		return;
	}
	txn_log(b->txn, &b->result);
	answer(b, &b->result);
	finish(j, false);
}

static void refused(struct jobs *j)
{
	txn_log(j->current->txn, &j->current->result);
	answer(j->current, &j->current->result);
	finish(j, false);
}

static void start_txn(struct jobs *j)
{
	struct job *b = j->current;

	if (!test(j, b)) {
		refused(j);
	} else if (b->kind == JOB_RUN) {
		commit(j);
	} else {
		b->phase = PHASE_HELD;
		timer_after(&j->timer, HOLD_NS);
		answer(b, &b->result);
	}
}

/* ---- reload ----------------------------------------------------------- */

static void note_reload(struct director *d, const char *who, bool ok, const char *text)
{
	struct global_row g = global_get(d);
	struct change_log_row row = {.source = SOURCE_FILE,
				     .result = ok ? CHANGE_DONE : CHANGE_REFUSED};

	g.last_reload = loop_now(d->loop);
	g.last_reload_result = ok ? RELOAD_OK : RELOAD_REFUSED;
	g.reloads_refused += !ok;
	TEXT_COPY(g.last_reload_error, ok ? "" : text);
	global_put(d, &g);
	TEXT_COPY(row.who, who);
	TEXT_COPY(row.object, "configuration");
	TEXT_COPY(row.new_value, d->env->config_file);
	TEXT_COPY(row.result_text, text);
	changelog_add(d->changelog, &row);
	changelog_write(d->changelog, true);
}

/* exec may have to tell all states once more. Its answer is of no interest. */
static void tell_of_reload(struct director *d)
{
	struct buf body = {0};

	if (!link_is_up(d->links[ROLE_EXEC]))
		return;
	buf_str(&body, "reloaded");
	buf_str(&body, "main");
	link_send(d->links[ROLE_EXEC], MSG_COMMAND, 0, &body);
	buf_free(&body);
}

/* Other rows are in force, of another file or as they were before a change. */
static void follow_rows(struct jobs *j, size_t changes, bool reload)
{
	if (changes) {
		director_changed(j->d);
		nodes_count(j->d->live);
	}
	director_settings(j->d);
	if (reload)
		tell_of_reload(j->d);
	own_tell(j->d);
	own_look(j->d);
	begin_barrier(j, 1u << ROLE_VRRP | 1u << ROLE_LVS | 1u << ROLE_EXEC);
}

static void reload_text(const struct job *b, size_t changes, const char *said, char *ret)
{
	char trial[80] = "";

	if (b->trial_s)
		snprintf(trial, sizeof(trial), "; it goes back in %u s unless it is confirmed",
			 b->trial_s);
	snprintf(ret, TEXT_MAX, "%zu rows changed%s%s%.300s", changes, trial, *said ? "; " : "",
		 said);
}

static void start_reload(struct jobs *j)
{
	struct job *b = j->current;
	char said[TEXT_MAX], why[TEXT_MAX];
	size_t changes = 0;
	struct trial trial = {b->trial_s, b->who};
	bool ok = reload_again(j->d, b->trial_s ? &trial : NULL, &changes, said);

	b->phase = PHASE_COMMITTING;
	if (ok)
		reload_text(b, changes, said, why);
	else
		TEXT_COPY(why, said);
	note_reload(j->d, b->who, ok, why);
	b->result = (struct result){.status = ok ? RESULT_OK : RESULT_REFUSED};
	TEXT_COPY(b->result.text, why);
	if (!ok) {
		say_reload(j->d, b);
		answer(b, &b->result);
		finish(j, false);
		return;
	}
	follow_rows(j, changes, true);
}

/* ---- back from a trial -------------------------------------------------- */

/* That it cannot is said once, however often it is tried. */
static void note_back(struct jobs *j, const char *object, const char *text, bool ok)
{
	struct change_log_row row = {.source = SOURCE_FILE,
				     .result = ok ? CHANGE_DONE : CHANGE_FAILED};

	if (!ok && j->stuck && !j->current->client)
		return;
	j->stuck = !ok;
	if (!ok)
		log_errx("what is on trial cannot go back: %s; it is tried again", text);
	TEXT_COPY(row.who, j->current->who);
	TEXT_COPY(row.object, object);
	TEXT_COPY(row.new_value, "as before");
	TEXT_COPY(row.result_text, text);
	changelog_add(j->d->changelog, &row);
	changelog_write(j->d->changelog, true);
}

/* Why it goes back, in a sentence that says what it is. */
static void back_reason(const struct jobs *j, char ret[TEXT_MAX])
{
	const struct trial *t = confirm_trial(j->d->confirm);
	const char *what = enum_name(confirm_pending_names, (int)confirm_pending(j->d->confirm));

	if (j->current->who[0])
		snprintf(ret, TEXT_MAX, "the %s by %s was on trial, and %s took it back", what,
			 t->who, j->current->who);
	else
		snprintf(ret, TEXT_MAX,
			 "the %s by %s was on trial, and nobody confirmed it within "
			 "%u s",
			 what, t->who, t->seconds);
}

static bool back_from_reload(struct jobs *j, const char *reason, size_t *changes)
{
	struct job *b = j->current;
	bool ok = reload_back(j->d, reason, changes, b->result.text);

	if (ok)
		confirm_refuse(j->d->confirm);
	return ok;
}

static bool back_from_change(struct jobs *j)
{
	struct job *b = j->current;
	struct overlay *before = confirm_before(j->d->confirm);
	bool ok = before && txn_restore(j->d, before, &b->result);

	if (!before)
		TEXT_COPY(b->result.text, "what was before cannot be read");
	if (ok && confirm_end(j->d->confirm))
		log_errx("change: %s/unconfirmed cannot be removed", j->d->env->state_dir);
	return ok;
}

static void start_back(struct jobs *j)
{
	struct job *b = j->current;
	bool reload = confirm_pending(j->d->confirm) == CONFIRM_RELOAD, ok;
	char reason[TEXT_MAX];
	size_t changes = 1;

	b->phase = PHASE_COMMITTING;
	if (confirm_pending(j->d->confirm) == CONFIRM_NONE) {
		b->result = (struct result){.status = RESULT_REFUSED};
		TEXT_COPY(b->result.text, "nothing awaits a confirmation");
		answer(b, &b->result);
		finish(j, false);
		return;
	}
	b->result = (struct result){.status = RESULT_OK};
	back_reason(j, reason);
	ok = reload ? back_from_reload(j, reason, &changes) : back_from_change(j);
	note_back(j, reload ? "configuration" : "overlay", ok ? reason : b->result.text, ok);
	if (ok) {
		log_warnx("%s: what was before is in force", reason);
		TEXT_COPY(b->result.text, reason);
		follow_rows(j, changes, reload);
		return;
	}
	b->result.status = RESULT_COMMIT_FAILED;
	answer(b, &b->result);
	confirm_again(j->d->confirm);
	finish(j, false);
}

/* The lines are encoded at once and wait in the bounded queue of the link: a client that does not
 * read costs PREVIEW_MAX. */
static void answer_lines(struct job *b, const struct buf *lines)
{
	for (size_t at = 0; b->client && at < lines->len; at += LINES_CHUNK) {
		size_t left = lines->len - at;
		struct buf part = {.data = lines->data + at,
				   .len = left < LINES_CHUNK ? left : LINES_CHUNK};

		link_send(b->client->link, MSG_LINES, b->id, &part);
	}
}

static void start_preview(struct jobs *j)
{
	struct job *b = j->current;
	struct buf lines = {0};
	bool good = preview_reload(j->d, &lines, b->result.text);

	b->result.status = good ? RESULT_OK : RESULT_REFUSED;
	answer_lines(b, &lines);
	answer(b, &b->result);
	buf_free(&lines);
	finish(j, false);
}

/* ---- the line --------------------------------------------------------- */

/* A reload by signal has no client, and no turn to wait for. */
static uint64_t turn_of(const struct job *b)
{
	return b->client ? b->client->turn : 0;
}

/* Of the client that has waited for a turn the longest. */
static struct job *first_in_line(const struct jobs *j)
{
	struct job *b, *first = TAILQ_FIRST(&j->queue);

	TAILQ_FOREACH(b, &j->queue, next)
	if (turn_of(b) < turn_of(first))
		first = b;
	return first;
}

static unsigned waiting(const struct jobs *j, const struct client *c)
{
	const struct job *b;
	unsigned n = 0;

	TAILQ_FOREACH(b, &j->queue, next)
	n += b->client == c;
	return n;
}

static void leave_line(struct jobs *j, struct job *b)
{
	TAILQ_REMOVE(&j->queue, b, next);
	job_free(b);
}

static void next_job(struct jobs *j)
{
	struct job *b = first_in_line(j);

	if (j->current || !b)
		return;
	TAILQ_REMOVE(&j->queue, b, next);
	if (b->client)
		b->client->turn = ++j->turns;
	forget_last(j);
	j->current = b;
	if (b->kind == JOB_RELOAD)
		start_reload(j);
	else if (b->kind == JOB_BACK)
		start_back(j);
	else if (b->kind == JOB_PREVIEW)
		start_preview(j);
	else
		start_txn(j);
}

static void enqueue(struct jobs *j, struct job *b)
{
	if (waiting(j, b->client) >= WAITING_MAX) {
		answer(b, &(struct result){.status = RESULT_UNAVAILABLE,
					   .text = "too many changes are waiting"});
		job_free(b);
		return;
	}
	TAILQ_INSERT_TAIL(&j->queue, b, next);
	next_job(j);
}

static void on_timer(void *arg, struct mono now)
{
	struct jobs *j = arg;
	struct job *b = j->current;

	(void)now;
	if (!b)
		return;
	if (b->phase == PHASE_HELD) {
		txn_untest(b->txn);
		b->result = (struct result){.status = RESULT_UNKNOWN};
		TEXT_COPY(b->result.text, "tested, but neither committed nor undone in time");
		txn_log(b->txn, &b->result);
		finish(j, false);
		return;
	}
	for (int r = 0; r < ROLE_COUNT; r++) {
		if (j->current == b && (b->waiting & 1u << r)) {
			struct result late = {.status = RESULT_UNKNOWN};

			snprintf(late.text, sizeof(late.text),
				 "kept, but %s has not said that it is in force: read back",
				 role_name((enum role)r));
			worker_done(j, (enum role)r, &late);
		}
	}
}

static void on_unconfirmed(void *arg)
{
	jobs_go_back(arg, "");
}

struct jobs *jobs_new(struct director *d)
{
	struct jobs *j = xcalloc(1, sizeof(*j));

	j->d = d;
	j->asks = asks_new(d);
	d->confirm = confirm_new(d, on_unconfirmed, j);
	TAILQ_INIT(&j->queue);
	timer_init(&j->timer, d->loop, on_timer, j);
	return j;
}

void jobs_free(struct jobs *j)
{
	struct job *b;

	while ((b = TAILQ_FIRST(&j->queue)))
		leave_line(j, b);
	job_free(j->current);
	forget_last(j);
	timer_stop(&j->timer);
	asks_free(j->asks);
	confirm_free(j->d->confirm);
	j->d->confirm = NULL;
	free(j);
}

/* ---- messages --------------------------------------------------------- */

static void reply(struct client *c, uint32_t id, enum result_status status, const char *text)
{
	struct result r = {.status = status};

	TEXT_COPY(r.text, text);
	link_send_result(c->link, id, &r);
}

static void got_change(struct client *c, struct msg *m, enum job_kind kind)
{
	struct jobs *j = c->d->jobs;
	struct change change;
	struct job *b;

	if (!wire_get_change(&m->body, &change)) {
		reply(c, m->id, RESULT_WRONG_VALUE, "malformed change");
		return;
	}
	change.source = c->source; /* who asks is known from the link, not from what it says */
	TEXT_COPY(change.who, c->who);
	b = xcalloc(1, sizeof(*b));
	*b = (struct job){.kind = kind, .client = c, .id = m->id, .txn_id = m->id};
	b->txn = txn_new(c->d, &change);
	enqueue(j, b);
}

/* Commit and undo name the transaction by the id of its test. */
static void got_commit(struct client *c, uint32_t id)
{
	struct jobs *j = c->d->jobs;
	struct job *b = j->current;

	if (!b || b->client != c || b->txn_id != id || b->phase != PHASE_HELD)
		reply(c, id, RESULT_UNAVAILABLE, "there is no such tested change");
	else
		commit(j);
}

/* The current job was committed and goes back; its answer follows the barrier. */
static void take_back(struct jobs *j)
{
	struct job *b = j->current;
	static const struct result undone = {.status = RESULT_COMMIT_FAILED,
					     .text = "undone: the one who asked took it back"};

	b->undone = true;
	b->phase = PHASE_UNDOING;
	if (txn_revert(b->txn, &b->result)) {
		txn_log(b->txn, &undone);
		begin_barrier(j, txn_workers(b->txn) | txn_followers(b->txn));
		return;
	}
	log_errx("change: %s", b->result.text);
	answer(b, &b->result);
	finish(j, false);
}

static void undo_last(struct jobs *j)
{
	j->current = j->last;
	j->last = NULL;
	take_back(j);
}

/* A test that still waits in line and that nobody waits for any more. */
static bool drop_queued(struct jobs *j, const struct client *c, uint32_t id)
{
	struct job *b;

	TAILQ_FOREACH(b, &j->queue, next)
	if (b->client == c && b->txn_id == id && b->kind == JOB_TEST)
		break;
	if (!b)
		return false;
	leave_line(j, b);
	return true;
}

static void got_undo(struct client *c, uint32_t id)
{
	struct jobs *j = c->d->jobs;
	struct job *b = j->current;

	if (b && b->client == c && b->txn_id == id && b->phase == PHASE_HELD) {
		txn_untest(b->txn);
		b->client = NULL; /* who does not read the answer goes, and must not end it again */
		reply(c, id, RESULT_OK, "");
		finish(j, false);
	} else if (b && b->client == c && b->txn_id == id && b->kind == JOB_TEST &&
		   b->phase == PHASE_COMMITTING) {
		b->take_back = true;
	} else if (!b && j->last && j->last->client == c && j->last->txn_id == id) {
		undo_last(j);
	} else if (drop_queued(j, c, id)) {
		reply(c, id, RESULT_OK, "");
	} else {
		reply(c, id, RESULT_UNAVAILABLE, "there is nothing of it to undo");
	}
}

static void queue(struct jobs *j, const struct job *what)
{
	struct job *b = xcalloc(1, sizeof(*b));

	*b = *what;
	enqueue(j, b);
}

/* "reload", or "reload --confirm SECONDS". */
static bool is_reload(const char *text, struct job *b)
{
	uint64_t seconds = 0;

	if (!text_eq(text, "reload") && (strncmp(text, "reload --confirm ", 17) != 0 ||
					 !text_u64(text + 17, 1, CONFIRM_MAX_S, &seconds)))
		return false;
	b->kind = JOB_RELOAD;
	b->trial_s = (uint32_t)seconds;
	return true;
}

static void got_command(struct client *c, struct msg *m)
{
	struct job b = {.client = c, .id = m->id};
	char text[TEXT_MAX];

	TEXT_COPY(b.who, c->who);
	if (!cursor_str(&m->body, text, sizeof(text))) {
		reply(c, m->id, RESULT_WRONG_VALUE, "malformed command");
	} else if (strncmp(text, "check-now ", 10) == 0) {
		asks_worker(c->d->jobs->asks, c, m->id, ROLE_LVS, text);
	} else if (text_eq(text, "reload --dry-run")) {
		b.kind = JOB_PREVIEW;
		queue(c->d->jobs, &b);
	} else if (text_eq(text, "back")) {
		b.kind = JOB_BACK;
		queue(c->d->jobs, &b);
	} else if (is_reload(text, &b)) {
		queue(c->d->jobs, &b);
	} else {
		reply(c, m->id, RESULT_REFUSED,
		      "unknown command: there are reload, back, check-now and stats");
	}
}

/* Not a change, so that who may only look may ask for it, and the agent. */
static bool wants_stats(const struct msg *m)
{
	struct cursor words = m->body;
	char text[TEXT_MAX];

	return m->type == MSG_COMMAND && cursor_str(&words, text, sizeof(text)) &&
	       text_eq(text, "stats");
}

void jobs_message(struct client *c, struct msg *m)
{
	bool asks = m->type == MSG_TXN_TEST || m->type == MSG_TXN_RUN ||
		    m->type == MSG_TXN_COMMIT || m->type == MSG_TXN_UNDO || m->type == MSG_COMMAND;

	if (wants_stats(m)) {
		asks_worker(c->d->jobs->asks, c, m->id, ROLE_LVS, "stats");
		return;
	}
	if (asks && !c->may_change) {
		reply(c, m->id, RESULT_DENIED,
		      "only root and members of the group halvard may change anything");
		return;
	}
	if (m->type == MSG_COMMAND && c->source != SOURCE_CTL) {
		reply(c, m->id, RESULT_DENIED, "commands come from halvardctl");
		return;
	}
	if (m->type == MSG_TXN_TEST)
		got_change(c, m, JOB_TEST);
	else if (m->type == MSG_TXN_RUN)
		got_change(c, m, JOB_RUN);
	else if (m->type == MSG_TXN_COMMIT)
		got_commit(c, m->id);
	else if (m->type == MSG_TXN_UNDO)
		got_undo(c, m->id);
	else if (m->type == MSG_COMMAND)
		got_command(c, m);
	else if (m->type == MSG_BARRIER) /* rows go before messages: all are with the client */
		reply(c, m->id, RESULT_OK, "");
}

void jobs_client_gone(struct client *c)
{
	struct jobs *j = c->d->jobs;
	struct job *b, *after;

	asks_client_gone(j->asks, c);
	for (b = TAILQ_FIRST(&j->queue); b; b = after) {
		after = TAILQ_NEXT(b, next);
		if (b->client == c)
			leave_line(j, b);
	}
	if (j->last && j->last->client == c)
		forget_last(j);
	b = j->current;
	if (!b || b->client != c)
		return;
	b->client = NULL;
	if (b->phase == PHASE_HELD) {
		txn_untest(b->txn);
		finish(j, false);
	}
}

void jobs_reload(struct jobs *j, const struct trial *trial)
{
	struct job what = {.kind = JOB_RELOAD, .trial_s = trial->seconds};
	const struct job *b;

	/* One that waits will read the file as it is then: a second would change nothing. */
	TAILQ_FOREACH(b, &j->queue, next)
	if (b->kind == JOB_RELOAD && b->trial_s == trial->seconds)
		return;
	TEXT_COPY(what.who, trial->who);
	queue(j, &what);
}

void jobs_go_back(struct jobs *j, const char *who)
{
	struct job what = {.kind = JOB_BACK};

	TEXT_COPY(what.who, who);
	queue(j, &what);
}
