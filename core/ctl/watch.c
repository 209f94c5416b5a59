/*
 * watch: see watch.h. Process: halvardctl.
 *
 * An event is a change of a row in the replica, so nothing is asked of the daemon: which fields
 * are worth a line is a table. The replica outlives main: when the link comes back, what has
 * changed meanwhile is told like any other change. Changes of one row that came too fast for the
 * link are one here; where the row counts its transitions, the line says how many there were.
 */
#include "ctl/watch.h"

#include "base/text.h"
#include "ctl/client.h"
#include "ctl/grid.h"
#include "ctl/json.h"
#include "ctl/match.h"
#include "ctl/result.h"
#include "ctl/say.h"
#include "ctl/value.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A field whose change is an event, and the fields that say why and when. */
struct watched {
	enum table_id table;
	const char *field, *reason, *text, *when;
};

static const struct watched watched[] = {
    {T_VRRP_INSTANCE, "state", "reason", NULL, "last_transition"},
    {T_VRRP_INSTANCE, "effective_priority", NULL, NULL, NULL},
    {T_VRRP_ADDRESS, "present", NULL, NULL, NULL},
    {T_SYNC_GROUP, "state", "reason", NULL, "last_transition"},
    {T_VIRTUAL_SERVER, "oper_state", NULL, NULL, "last_change"},
    {T_REAL_SERVER, "oper_state", "reason", "reason_text", "last_change"},
    {T_CHECKER, "state", "reason", "result", "last_run"},
    {T_PROCESS, "pid", NULL, NULL, NULL},
    {T_PROCESS, "state", NULL, NULL, NULL},
    {T_AGENT, "connected", NULL, NULL, NULL},
};

/* Tables whose rows come and go with the configuration. */
static const enum table_id configured[] = {T_VRRP_INSTANCE, T_SYNC_GROUP, T_VIRTUAL_SERVER,
					   T_REAL_SERVER, T_COUNT};

struct stream {
	struct ctl *c;
	const char *filter; /* NULL: everything */
	struct sigwatch interrupt, terminate;
	struct watch reader;
};

struct event {
	int64_t wall_ms;
	const char *table;
	const void *row; /* for its keys; NULL: none */
	enum table_id id;
	const char *object; /* in place of table and row */
	const char *field;  /* NULL: the whole row */
	const char *old, *new;
	char reason[TEXT_MAX];
};

/* ---- printing ---------------------------------------------------------- */

static void print_json(const struct event *e)
{
	struct json j = {.compact = true};
	char word[TEXT_MAX];
	const char *p = e->object;

	json_open(&j, NULL, '{');
	value_json_time(&j, "time", e->wall_ms);
	json_text(&j, "table", e->table);
	if (e->row) {
		value_json_key(&j, e->id, e->row);
	} else {
		json_open(&j, "key", '[');
		while (p && text_word(&p, word, sizeof(word)))
			json_text(&j, NULL, word);
		json_close(&j, ']');
	}
	e->field ? json_text(&j, "field", e->field) : json_null(&j, "field");
	e->old ? json_text(&j, "old", e->old) : json_null(&j, "old");
	e->new ? json_text(&j, "new", e->new) : json_null(&j, "new");
	json_text(&j, "reason", e->reason);
	json_close(&j, '}');
	printf("%s\n", buf_cstr(&j.out));
	json_free(&j);
}

static void print_text(const struct event *e)
{
	char key[TEXT_MAX] = "", when[64];

	if (e->row)
		row_key_text(e->id, e->row, key, sizeof(key));
	else if (e->object)
		TEXT_COPY(key, e->object);
	value_wall((uint64_t)e->wall_ms, when, sizeof(when));
	say(stdout, "%s.%03d %s%s%s: %s%s%s%s%s%s%s\n", when, (int)(e->wall_ms % 1000), e->table,
	    *key ? " " : "", key, e->field ? e->field : "", e->field ? " " : "",
	    e->old ? e->old : "", e->old && e->new ? " -> " : "", e->new ? e->new : "",
	    e->reason[0] ? ", " : "", e->reason);
}

static void emit(struct stream *s, const struct event *e)
{
	if (s->c->json)
		print_json(e);
	else
		print_text(e);
	if (fflush(stdout)) /* nobody reads any more */
		loop_stop(s->c->loop);
}

/* ---- what is an event -------------------------------------------------- */

static bool is_wanted(const struct stream *s, enum table_id t, const void *row)
{
	const struct table *table = schema_table(t);
	char text[TEXT_MAX];

	if (!s->filter || text_eq(s->filter, table->name))
		return true;
	for (unsigned i = 0; i < table->nkeys; i++)
		if (match_name(field_text(&table->fields[i], row, text, sizeof(text)), s->filter))
			return true;
	return false;
}

static int64_t when_of(const struct stream *s, enum table_id t, const void *row, const char *field)
{
	const struct field *f = field ? schema_field(t, field) : NULL;

	return f && field_get(f, row) ? value_wall_ms(s->c, f, row) : s->c->wall_ms;
}

static void note_reason(const struct watched *w, const void *row, char *ret, size_t size)
{
	const char *word = w->reason ? "" : NULL, *text = "";
	const struct field *f = w->reason ? schema_field(w->table, w->reason) : NULL;

	if (f)
		word = enum_name(f->names, (int)field_get(f, row));
	if (w->text)
		text = field_str(schema_field(w->table, w->text), row);
	snprintf(ret, size, "%s%s%s", word ? word : "", *text && !text_eq(text, word) ? ": " : "",
		 text_eq(text, word ? word : "") ? "" : text);
}

/* How often the state has changed between the two; more than once is said. */
static unsigned transitions(enum table_id t, const void *row, const void *old)
{
	const struct field *f = schema_field(t, "transitions");
	uint64_t now = f ? field_get(f, row) : 0, before = f ? field_get(f, old) : 0;

	return now > before ? (unsigned)(now - before) : 0;
}

static void field_event(struct stream *s, const struct watched *w, const void *row, const void *old)
{
	const struct field *f = schema_field(w->table, w->field);
	char before[TEXT_MAX], after[TEXT_MAX];
	struct event e = {.wall_ms = when_of(s, w->table, row, w->when),
			  .table = schema_table(w->table)->name,
			  .row = row,
			  .id = w->table,
			  .field = w->field,
			  .old = field_text(f, old, before, sizeof(before)),
			  .new = field_text(f, row, after, sizeof(after))};
	unsigned n = transitions(w->table, row, old);
	bool counts = w->when && n > 1;
	size_t len;

	if (text_eq(before, after) && !(w->when && n))
		return;
	note_reason(w, row, e.reason, sizeof(e.reason));
	len = strlen(e.reason);
	if (counts || text_eq(before, after))
		snprintf(e.reason + len, sizeof(e.reason) - len, "%s%u changes in between",
			 len ? "; " : "", n);
	emit(s, &e);
}

static bool comes_and_goes(enum table_id t)
{
	const enum table_id *p = configured;

	while (*p != T_COUNT && *p != t)
		p++;
	return *p == t;
}

static void row_event(struct stream *s, enum table_id t, const void *row, const char *old,
		      const char *new)
{
	struct event e = {.wall_ms = s->c->wall_ms,
			  .table = schema_table(t)->name,
			  .row = row,
			  .id = t,
			  .old = old,
			  .new = new};

	if (is_wanted(s, t, row))
		emit(s, &e);
}

static void change_event(struct stream *s, const struct change_log_row *l)
{
	struct event e = {.wall_ms = (int64_t)l->when,
			  .table = "change_log",
			  .object = l->object,
			  .field = l->field[0] ? l->field : NULL,
			  .old = l->old_value,
			  .new = l->new_value};

	if (s->filter && !text_eq(s->filter, "change_log") && !strstr(l->object, s->filter))
		return;
	snprintf(e.reason, sizeof(e.reason), "by %s (%s), %s%s%s", l->who,
		 enum_name(change_source_names, l->source),
		 enum_name(change_result_names, l->result), l->result_text[0] ? ": " : "",
		 l->result_text);
	emit(s, &e);
}

static void stamp(struct stream *s)
{
	s->c->now = loop_refresh(s->c->loop);
	s->c->wall_ms = (int64_t)wall_now_ms();
}

static void on_row(void *arg, enum table_id t, const void *row, const struct fieldset *changed,
		   const void *old)
{
	struct stream *s = arg;

	stamp(s);
	if (t == T_CHANGE_LOG) {
		if (!old || fieldset_has_name(changed, t, "when"))
			change_event(s, row);
		return;
	}
	if (!old) {
		if (comes_and_goes(t))
			row_event(s, t, row, NULL, "configured");
		return;
	}
	for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++)
		if (watched[i].table == t && is_wanted(s, t, row))
			field_event(s, &watched[i], row, old);
}

static void on_gone(void *arg, enum table_id t, const void *row)
{
	struct stream *s = arg;

	stamp(s);
	if (comes_and_goes(t))
		row_event(s, t, row, "configured", "removed");
}

/* ---- the connection ---------------------------------------------------- */

static void connection_event(struct stream *s, const char *old, const char *new, const char *why)
{
	struct event e = {.table = "connection", .field = "state", .old = old, .new = new};

	stamp(s);
	e.wall_ms = s->c->wall_ms;
	TEXT_COPY(e.reason, why);
	emit(s, &e);
}

static void on_lost(void *arg, const char *why)
{
	connection_event(arg, "connected", "lost", why);
}

static void on_back(void *arg)
{
	connection_event(arg, "lost", "connected", "");
}

static const struct observer observer = {on_row, on_gone, on_lost, on_back};

/* ---- the command ------------------------------------------------------- */

static void on_signal(void *arg, int signo, struct mono now)
{
	struct stream *s = arg;

	(void)signo, (void)now;
	loop_stop(s->c->loop);
}

static void on_reader(void *arg, int fd, int what, struct mono now)
{
	struct stream *s = arg;

	(void)fd, (void)what, (void)now;
	loop_stop(s->c->loop);
}

/* A pipe that nobody reads any more is an error on it, also while nothing happens. */
static void watch_reader(struct stream *s)
{
	struct stat st;

	signal(SIGPIPE, SIG_IGN);
	if (fstat(STDOUT_FILENO, &st) == 0 && S_ISFIFO(st.st_mode))
		watch_start(&s->reader, s->c->loop, STDOUT_FILENO, WATCH_READ, on_reader, s);
}

/* The filter names a table, or anything there is; else a message with the nearest. */
static bool filter_is_known(const struct stream *s)
{
	static const enum table_id named[] = {T_VRRP_INSTANCE, T_VIRTUAL_SERVER, T_REAL_SERVER,
					      T_SYNC_GROUP,    T_PROCESS,        T_COUNT};
	const char *names[T_COUNT + 1] = {NULL};

	for (int t = 0; t < T_COUNT; t++) {
		names[t] = schema_table((enum table_id)t)->name;
		if (text_eq(names[t], s->filter))
			return true;
	}
	for (const enum table_id *t = named; *t != T_COUNT; t++)
		for (size_t i = 0; i < store_count(s->c->store, *t); i++)
			if (is_wanted(s, *t, store_at(s->c->store, *t, i)))
				return true;
	match_complain("table, instance or server", s->filter, names);
	return false;
}

int watch_run(struct ctl *c, int argc, char **argv)
{
	struct stream s = {.c = c, .filter = argc ? argv[0] : NULL};
	int rc;

	if (s.filter && !filter_is_known(&s))
		return result_no_row(c);
	sigwatch_start(&s.interrupt, c->loop, SIGINT, on_signal, &s);
	sigwatch_start(&s.terminate, c->loop, SIGTERM, on_signal, &s);
	watch_reader(&s);
	c->printed = true;
	connection_event(&s, NULL, "connected", "");
	rc = client_observe(c, &observer, &s);
	sigwatch_stop(&s.interrupt);
	sigwatch_stop(&s.terminate);
	watch_stop(&s.reader);
	return rc;
}
