/*
 * changelog: see changelog.h. Part of main.
 *
 * Lines are appended; the file is made anew, by what persist_write() does, when it has twice the
 * lines that are kept, and whenever it is not certain that it ends with a whole line: after a
 * line that a crash has cut, or an error. So a write that failed is made up for by the next one, or
 * by the timer: the rows are in the store meanwhile. Making it anew is put off to the timer, since
 * somebody waits for an answer.
 *
 * A change is not refused because its row cannot be written: by then it is in force, and durable in
 * the overlay. What is begun is not waited for: it is there when main is killed, and nearly always
 * after a power cut.
 */
#define LOG_AREA LOG_AREA_CONTROL
#include "daemon/changelog.h"

#include "base/log.h"
#include "base/text.h"
#include "daemon/changelog_text.h"
#include "daemon/persist.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FILE_NAME "changes"
#define AGAIN_NS  (10 * NS_PER_S) /* after a write that failed */
#define ROOM      (4 << 20)       /* octets that a change takes at most, and more */

struct changelog {
	struct store *live;
	const char *dir;
	struct timer timer;
	struct buf fresh;     /* lines that the file lacks */
	struct buf begun;     /* lines of the change that is under way */
	uint32_t last;        /* number of the newest row */
	uint32_t beginning;   /* rows that were begun and not added yet */
	size_t lines, octets; /* of the file */
	bool whole;           /* the file has all but `fresh`, and ends with a whole line */
	bool failed;
};

static uint32_t size_of(const struct changelog *c)
{
	return ((const struct global_row *)store_single(c->live, T_GLOBAL))->change_log_size;
}

/* ---- the file ---------------------------------------------------------- */

static void tell(struct changelog *c, int err)
{
	if (err && !c->failed)
		log_warnx("change log: cannot write %s/" FILE_NAME
			  ": %s; what is changed now is in memory alone",
			  c->dir, strerror(abs(err)));
	if (!err && c->failed)
		log_notice("change log: %s/" FILE_NAME " is written again", c->dir);
	c->failed = err != 0;
}

static void write_whole(struct changelog *c)
{
	struct buf text = {0};
	int err;

	buf_add(&text, CHANGELOG_MAGIC, strlen(CHANGELOG_MAGIC));
	STORE_EACH(c->live, T_CHANGE_LOG, struct change_log_row, row)
	changelog_print(row, &text);
	buf_add(&text, c->begun.data, c->begun.len);
	err = persist_write(c->dir, FILE_NAME, &text);
	tell(c, err);
	c->whole = err >= 0;
	c->lines = store_count(c->live, T_CHANGE_LOG) + c->beginning;
	c->octets = text.len;
	buf_reset(&c->fresh);
	buf_free(&text);
	if (!c->whole)
		timer_after(&c->timer, AGAIN_NS);
}

static void on_timer(void *arg, struct mono now)
{
	(void)now;
	write_whole(arg);
}

static bool is_too_long(const struct changelog *c)
{
	return c->lines > 2 * (size_t)size_of(c) || c->octets > PERSIST_MAX - ROOM;
}

void changelog_write(struct changelog *c, bool durable)
{
	if (c->whole && !c->fresh.len)
		return;
	if (!c->whole || persist_append(c->dir, FILE_NAME, &c->fresh, durable) < 0) {
		write_whole(c);
		return;
	}
	c->octets += c->fresh.len;
	buf_reset(&c->fresh);
	if (is_too_long(c))
		timer_after(&c->timer, 0);
}

/* ---- rows -------------------------------------------------------------- */

void changelog_begin(struct changelog *c, const struct change_log_row *row)
{
	struct change_log_row r = *row;
	size_t before = c->fresh.len;

	r.number = c->last + ++c->beginning;
	r.when = wall_now_ms();
	changelog_print(&r, &c->fresh);
	buf_add(&c->begun, c->fresh.data + before, c->fresh.len - before);
	c->lines++;
}

void changelog_add(struct changelog *c, struct change_log_row *row)
{
	row->number = ++c->last;
	row->when = wall_now_ms();
	c->beginning = 0;
	buf_reset(&c->begun);
	store_put(c->live, T_CHANGE_LOG, row, F_SEEN, NULL);
	while (store_count(c->live, T_CHANGE_LOG) > size_of(c))
		store_del(c->live, T_CHANGE_LOG, store_at(c->live, T_CHANGE_LOG, 0));
	changelog_print(row, &c->fresh);
	c->lines++;
}

/* ---- start and end ----------------------------------------------------- */

struct changelog *changelog_new(struct loop *loop, struct store *live, const char *dir)
{
	struct changelog *c = xcalloc(1, sizeof(*c));

	c->live = live;
	c->dir = dir;
	timer_init(&c->timer, loop, on_timer, c);
	return c;
}

void changelog_free(struct changelog *c)
{
	if (!c)
		return;
	if (c->failed)
		write_whole(c);
	timer_stop(&c->timer);
	buf_free(&c->fresh);
	buf_free(&c->begun);
	free(c);
}

static void put_aside(const struct changelog *c, int err)
{
	char to[PATH_MAX];
	int r = persist_put_aside(c->dir, FILE_NAME, to);
	const char *why = err == -EINVAL ? "it is not one of ours" : strerror(-err);

	if (r < 0)
		log_errx("change log: %s/" FILE_NAME " cannot be used (%s), nor put aside: %s",
			 c->dir, why, strerror(-r));
	else
		log_errx("change log: %s/" FILE_NAME " cannot be used: %s; kept as %s, numbers "
			 "begin anew",
			 c->dir, why, to);
}

static void tell_found(const struct changelog *c, const struct changelog_found *found)
{
	if (found->unknown)
		log_warnx("change log: %zu lines of %s/" FILE_NAME
			  " are not understood, and are left out",
			  found->unknown, c->dir);
	if (found->cut)
		log_notice("change log: the last line of %s/" FILE_NAME
			   " was cut as it was written, and is left out",
			   c->dir);
}

void changelog_load(struct changelog *c)
{
	struct changelog_found found = {0};
	struct buf text = {0};
	int err = persist_read(c->dir, FILE_NAME, &text);

	if (!err)
		err = changelog_parse(c->live, buf_cstr(&text), text.len, size_of(c), &found);
	if (err && err != -ENOENT)
		put_aside(c, err);
	if (!err)
		tell_found(c, &found);
	c->last = found.last;
	c->lines = found.lines;
	c->octets = text.len;
	c->whole = !err && !found.cut;
	buf_free(&text);
	if (c->whole && is_too_long(c))
		timer_after(&c->timer, 0);
}
