/*
 * remembered: see remembered.h. Part of main.
 *
 * A server that is known to be dead must get nothing after a restart, whoever died. Lvs alone
 * gets its states back from main, main alone hears them from lvs; this file is for when both are
 * gone. Only what is down is kept: a check that is up would be taken as up without it.
 *
 * Writes are few: what changes within a moment is written together, at most once a second. While
 * something is remembered the file is written again now and then, so that its age tells how long
 * nobody has looked.
 *
 * A clock that was set back makes the file younger than nothing: it is believed, since a server
 * that is believed dead is only looked at before it gets traffic. The deadline of a drain is the
 * nearer one of its end by the wall clock and of the time that was left: setting the clock back
 * does not extend it.
 */
#include "daemon/remembered.h"

#include "base/log.h"
#include "base/text.h"
#include "daemon/persist.h"
#include "model/rows.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FILE_NAME     "remembered"
#define MAGIC         "halvard-remembered 1 "
#define GATHER_NS     (50 * NS_PER_MS)
#define PAUSE_NS      (1 * NS_PER_S)
#define AGAIN_NS      (600 * NS_PER_S) /* while something is down ... */
#define DRAINS_NS     (10 * NS_PER_S)  /* ... or drains until a deadline */
#define QUOTED(bytes) (4 * (bytes) + 3)

struct remembered {
	struct loop *loop;
	struct store *live;
	const char *dir;
	struct timer timer;
	struct mono written;
	bool due, failed;
	bool there; /* a file that remembers something */
};

/* ---- rows to text ------------------------------------------------------ */

static void print_words(struct buf *ret, const char *what, const char *vs, const char *rs)
{
	char quoted[QUOTED(NAME_VS)];

	text_quote(quoted, sizeof(quoted), vs);
	buf_printf(ret, "%s %s", what, quoted);
	text_quote(quoted, sizeof(quoted), rs);
	buf_printf(ret, " %s", quoted);
}

static void print_down(struct buf *ret, const struct checker_row *c)
{
	char addr[ADDR_TEXT_MAX], quoted[QUOTED(TEXT_REASON)];

	text_quote(quoted, sizeof(quoted), c->result);
	print_words(ret, "down", c->vs, c->rs);
	buf_printf(ret, " %u %s %s %u %u %s %s\n", c->number, enum_name(check_kind_names, c->kind),
		   addr_text(&c->connect_addr, addr), c->connect_port, c->failed_in_row,
		   enum_name(check_reason_names, c->reason), quoted);
}

static uint64_t ms_between(struct mono later, struct mono earlier)
{
	int64_t ns = mono_diff(later, earlier);

	return ns > 0 ? (uint64_t)(ns / NS_PER_MS) : 0;
}

static void print_drain(struct buf *ret, const struct real_server_row *s,
			const struct remembered_now *now)
{
	uint64_t left = ms_between(s->drain_ends, now->mono);

	print_words(ret, "drain", s->vs, s->name);
	buf_printf(ret, " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
		   ms_between(now->mono, s->drain_started), left, now->wall_ms + left);
}

static size_t print_all(const struct store *live, const struct remembered_now *now, struct buf *ret,
			bool drains)
{
	size_t n = 0;

	STORE_EACH(live, T_CHECKER, struct checker_row, c)
	{
		if (!drains && c->state == CHECK_DOWN)
			print_down(ret, c);
	}
	STORE_EACH(live, T_REAL_SERVER, struct real_server_row, s)
	{
		if (!drains || !s->drain_ends.ns || s->oper_state == RS_DRAINED)
			continue;
		print_drain(ret, s, now);
		n++;
	}
	return n;
}

void remembered_print(const struct store *live, const struct remembered_now *now, struct buf *ret)
{
	buf_printf(ret, MAGIC "%" PRIu64 "\n", now->wall_ms);
	print_all(live, now, ret, false);
	print_all(live, now, ret, true);
}

/* ---- text to rows ------------------------------------------------------ */

static bool next_names(const char **p, char vs[NAME_VS], char rs[NAME_RS])
{
	return text_word(p, vs, NAME_VS) && text_word(p, rs, NAME_RS);
}

/* False: it is not such a line, or not of a check that looks at the same target. */
static bool take_down(struct store *live, const char *p)
{
	char vs[NAME_VS], rs[NAME_RS], addr[ADDR_TEXT_MAX], text[TEXT_REASON], known[ADDR_TEXT_MAX];
	struct checker_row key, row;
	const struct checker_row *c;
	uint64_t number, port, failed;
	int kind, reason;

	if (!next_names(&p, vs, rs) || !text_word_u64(&p, 0, UINT32_MAX, &number) ||
	    !enum_word(&p, check_kind_names, &kind) || !text_word(&p, addr, sizeof(addr)) ||
	    !text_word_u64(&p, 0, UINT16_MAX, &port) ||
	    !text_word_u64(&p, 0, UINT32_MAX, &failed) ||
	    !enum_word(&p, check_reason_names, &reason) || !text_word(&p, text, sizeof(text)))
		return false;
	row_init(T_CHECKER, &key);
	key.vs = vs;
	key.rs = rs;
	key.number = (uint32_t)number;
	c = store_find(live, T_CHECKER, &key);
	if (!c || c->kind != kind || c->connect_port != port ||
	    !text_eq(addr_text(&c->connect_addr, known), addr))
		return false;
	row = *c;
	row.state = CHECK_DOWN;
	row.reason = (uint8_t)reason;
	row.result = text;
	row.failed_in_row = (uint32_t)failed;
	store_put(live, T_CHECKER, &row, F_SEEN, NULL);
	return true;
}

static bool take_drain(struct store *live, const struct remembered_now *now, const char *p)
{
	char vs[NAME_VS], rs[NAME_RS];
	struct real_server_row key, row;
	const struct real_server_row *s;
	uint64_t since, left, end;

	if (!next_names(&p, vs, rs) || !text_word_u64(&p, 0, INT64_MAX / NS_PER_MS / 2, &since) ||
	    !text_word_u64(&p, 0, INT64_MAX / NS_PER_MS / 2, &left) ||
	    !text_word_u64(&p, 0, UINT64_MAX, &end))
		return false;
	row_init(T_REAL_SERVER, &key);
	key.vs = vs;
	key.name = rs;
	s = store_find(live, T_REAL_SERVER, &key);
	if (!s)
		return false;
	if (end <= now->wall_ms)
		left = 0;
	else if (end - now->wall_ms < left)
		left = end - now->wall_ms;
	row = *s;
	row.drain_started = mono_add(now->mono, -(int64_t)since * NS_PER_MS);
	if (row.drain_started.ns <
	    1) /* before the machine was started: as long ago as can be said */
		row.drain_started.ns = 1;
	row.drain_ends = mono_add(now->mono, (int64_t)left * NS_PER_MS);
	store_put(live, T_REAL_SERVER, &row, F_SEEN, NULL);
	return true;
}

static bool take_line(struct store *live, const struct remembered_now *now, bool believed,
		      const char *line)
{
	if (strncmp(line, "down ", 5) == 0)
		return believed && take_down(live, line + 5);
	return strncmp(line, "drain ", 6) == 0 && take_drain(live, now, line + 6);
}

int remembered_parse(struct store *live, const struct remembered_now *now, const char *text)
{
	char line[QUOTED(NAME_VS) + QUOTED(NAME_RS) + QUOTED(TEXT_REASON) + 256];
	uint64_t when;
	bool believed;
	int n = 0;

	if (strncmp(text, MAGIC, strlen(MAGIC)) != 0)
		return -1;
	text += strlen(MAGIC);
	when = strtoull(text, NULL, 10);
	believed =
	    when > now->wall_ms || now->wall_ms - when <= REMEMBERED_MAX_AGE_S * UINT64_C(1000);
	text_line(&text, line, sizeof(line)); /* the rest of the first one */
	while (text_line(&text, line, sizeof(line)))
		n += take_line(live, now, believed, line);
	return n;
}

/* ---- the file ---------------------------------------------------------- */

static struct remembered_now clocks(void)
{
	return (struct remembered_now){.mono = mono_read(), .wall_ms = wall_now_ms()};
}

static void tell_failure(struct remembered *r, int err)
{
	if (err && !r->failed)
		log_warnx("cannot write %s/" FILE_NAME ": %s; what is down now is forgotten when "
			  "everything is restarted",
			  r->dir, strerror(abs(err)));
	r->failed = err != 0;
}

/* When the same must be said again; 0: nothing is remembered. */
static int64_t again_after(size_t ndrains, bool there, bool failed)
{
	if (ndrains || failed)
		return DRAINS_NS;
	return there ? AGAIN_NS : 0;
}

static void write_now(struct remembered *r)
{
	struct remembered_now now = clocks();
	struct buf lines = {0}, whole = {0};
	size_t ndrains;
	int err = 0;

	r->due = false;
	print_all(r->live, &now, &lines, false);
	ndrains = print_all(r->live, &now, &lines, true);
	if (lines.len || r->there) {
		buf_printf(&whole, MAGIC "%" PRIu64 "\n", now.wall_ms);
		buf_add(&whole, lines.data, lines.len);
		err = persist_write(r->dir, FILE_NAME, &whole);
		tell_failure(r, err);
		r->written = now.mono;
		r->there = lines.len || err < 0;
	}
	if (again_after(ndrains, r->there, err < 0))
		timer_after(&r->timer, again_after(ndrains, r->there, err < 0));
	buf_free(&whole);
	buf_free(&lines);
}

static void on_timer(void *arg, struct mono now)
{
	(void)now;
	write_now(arg);
}

struct remembered *remembered_new(struct loop *loop, struct store *live, const char *dir)
{
	struct remembered *r = xcalloc(1, sizeof(*r));

	r->loop = loop;
	r->live = live;
	r->dir = dir;
	timer_init(&r->timer, loop, on_timer, r);
	return r;
}

void remembered_free(struct remembered *r)
{
	if (!r)
		return;
	if (r->due)
		write_now(r);
	timer_stop(&r->timer);
	free(r);
}

void remembered_load(struct remembered *r)
{
	struct remembered_now now = clocks();
	struct buf text = {0};
	int err = persist_read(r->dir, FILE_NAME, &text), n = 0;

	if (!err)
		n = remembered_parse(r->live, &now, buf_cstr(&text));
	if (n < 0 || (err && err != -ENOENT))
		log_warnx("%s/" FILE_NAME " cannot be used: %s", r->dir,
			  err ? strerror(-err) : "it is not such a file");
	else if (n)
		log_notice("%d states of checks and drains are remembered from before", n);
	r->there = !err;
	buf_free(&text);
	r->due = n > 0;
	if (r->due)
		timer_after(&r->timer, PAUSE_NS);
}

static bool matters(enum table_id t, const struct fieldset *changed)
{
	if (t == T_CHECKER)
		return fieldset_has_name(changed, t, "state");
	return t == T_REAL_SERVER && fieldset_has_name(changed, t, "drain_ends");
}

void remembered_seen(struct remembered *r, enum table_id t, const struct fieldset *changed)
{
	struct mono now = loop_now(r->loop);
	int64_t wait = GATHER_NS;

	if (r->due || !matters(t, changed))
		return;
	if (r->written.ns && mono_diff(now, r->written) < PAUSE_NS)
		wait = PAUSE_NS - mono_diff(now, r->written);
	r->due = true;
	timer_after(&r->timer, wait);
}
