/* confirm: see confirm.h. Part of main. */
#define LOG_AREA LOG_AREA_CONTROL
#include "daemon/confirm.h"

#include "base/log.h"
#include "base/text.h"
#include "daemon/persist.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_NAME "unconfirmed"
#define MAGIC     "halvard-unconfirmed 1\n"
#define REFUSED   "refused "
#define AGAIN_NS  (5 * NS_PER_S)

/* A file that has gone back; without a digest: none has. */
struct refusal {
	uint32_t seconds;
	char who[TEXT_WHO];
	char digest[DIGEST_TEXT];
};

struct confirm {
	struct director *d;
	struct refusal refused;
	enum confirm_pending pending;
	struct trial trial;
	char who[TEXT_WHO];
	char digest[DIGEST_TEXT];
	struct buf overlay; /* before the change, as text */
	struct mono ends;
	struct timer timer;
	void (*due)(void *arg);
	void *arg;
};

enum confirm_pending confirm_pending(const struct confirm *c)
{
	return c->pending;
}

const struct trial *confirm_trial(const struct confirm *c)
{
	return &c->trial;
}

const char *confirm_text(const struct confirm *c, char *buf, size_t size)
{
	snprintf(buf, size, "the %s by %s awaits its confirmation",
		 enum_name(confirm_pending_names, (int)c->pending), c->who);
	return buf;
}

/* ---- the file ------------------------------------------------------------ */

static void print_trial(const struct confirm *c, struct buf *ret)
{
	char quoted[4 * TEXT_WHO + 3];
	int64_t left = mono_diff(c->ends, mono_read()) / NS_PER_MS;

	text_quote(quoted, sizeof(quoted), c->who);
	left = left < 0 ? 0 : left;
	buf_printf(ret, "%s %" PRIu64 " %" PRId64 " %u %s %s\n",
		   enum_name(confirm_pending_names, (int)c->pending),
		   wall_now_ms() + (uint64_t)left, left, c->trial.seconds, quoted,
		   c->digest[0] ? c->digest : "-");
	buf_add(ret, c->overlay.data, c->overlay.len);
}

static int write_file(const struct confirm *c)
{
	char quoted[4 * TEXT_WHO + 3];
	struct buf text = {0};
	int err;

	buf_printf(&text, MAGIC);
	text_quote(quoted, sizeof(quoted), c->refused.who);
	if (c->refused.digest[0])
		buf_printf(&text, REFUSED "%u %s %s\n", c->refused.seconds, quoted,
			   c->refused.digest);
	if (c->pending != CONFIRM_NONE)
		print_trial(c, &text);
	err = persist_write(c->d->env->state_dir, FILE_NAME, &text);
	buf_free(&text);
	return err < 0 ? err : 0;
}

static bool read_refused(struct refusal *r, const char *p)
{
	uint64_t seconds;

	if (!text_word_u64(&p, 0, CONFIRM_MAX_S, &seconds) ||
	    !text_word(&p, r->who, sizeof(r->who)) || !text_word(&p, r->digest, sizeof(r->digest)))
		return false;
	r->seconds = (uint32_t)seconds;
	return true;
}

static bool read_trial(struct confirm *c, const char *p)
{
	uint64_t ends, left, seconds, now = wall_now_ms();
	char word[DIGEST_TEXT];
	int kind;

	if (!text_word(&p, word, sizeof(word)) || !enum_value(confirm_pending_names, word, &kind) ||
	    !text_word_u64(&p, 0, UINT64_MAX, &ends) ||
	    !text_word_u64(&p, 0, CONFIRM_MAX_S * 1000, &left) ||
	    !text_word_u64(&p, 0, CONFIRM_MAX_S, &seconds) ||
	    !text_word(&p, c->who, sizeof(c->who)) || !text_word(&p, c->digest, sizeof(c->digest)))
		return false;
	if (ends <= now)
		left = 0;
	else if (ends - now < left)
		left = ends - now;
	c->ends = mono_add(mono_read(), (int64_t)left * NS_PER_MS);
	c->trial = (struct trial){(uint32_t)seconds, c->who};
	c->pending = (enum confirm_pending)kind;
	return true;
}

static bool parse(struct confirm *c, const char *text)
{
	const size_t refused = strlen(REFUSED);
	char line[4 * TEXT_WHO + DIGEST_TEXT + 160];

	if (strncmp(text, MAGIC, strlen(MAGIC)) != 0)
		return false;
	text += strlen(MAGIC);
	if (strncmp(text, REFUSED, refused) == 0 &&
	    (!text_line(&text, line, sizeof(line)) || !*line ||
	     !read_refused(&c->refused, line + refused)))
		return false;
	if (*text && (!text_line(&text, line, sizeof(line)) || !read_trial(c, line)))
		return false;
	buf_add(&c->overlay, text, strlen(text));
	return true;
}

static void load(struct confirm *c)
{
	const char *dir = c->d->env->state_dir;
	struct buf text = {0};
	int err = persist_read(dir, FILE_NAME, &text);

	if (err != -ENOENT && (err || !parse(c, buf_cstr(&text)))) {
		c->pending = CONFIRM_NONE;
		c->refused = (struct refusal){0};
		log_errx("%s/" FILE_NAME " cannot be used (%s): what was on trial stays", dir,
			 err ? strerror(-err) : "it is not such a file");
	}
	buf_free(&text);
}

static int remove_file(const struct confirm *c)
{
	const char *dir = c->d->env->state_dir;
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;

	if (fd < 0)
		return -errno;
	if ((unlinkat(fd, FILE_NAME, 0) < 0 && errno != ENOENT) || fsync(fd) < 0)
		r = -errno;
	close(fd);
	return r;
}

static int keep(const struct confirm *c)
{
	return c->refused.digest[0] || c->pending != CONFIRM_NONE ? write_file(c) : remove_file(c);
}

/* Of a file that is not to be run by a start. */
static void must_keep(const struct confirm *c)
{
	int err = keep(c);

	if (err)
		log_errx("cannot write %s/" FILE_NAME ": %s; the next start runs the file",
			 c->d->env->state_dir, strerror(-err));
}

/* ---- life ------------------------------------------------------------------ */

static void tell(const struct confirm *c)
{
	struct global_row g = global_get(c->d);

	g.confirm_pending = (uint8_t)c->pending;
	g.confirm_time_s = c->pending == CONFIRM_NONE ? 0 : c->trial.seconds;
	g.confirm_ends = c->pending == CONFIRM_NONE ? (struct mono){0} : c->ends;
	global_put(c->d, &g);
}

static void on_timer(void *arg, struct mono now)
{
	struct confirm *c = arg;

	(void)now;
	c->due(c->arg);
}

struct confirm *confirm_new(struct director *d, void (*due)(void *arg), void *arg)
{
	struct confirm *c = xcalloc(1, sizeof(*c));

	c->d = d;
	c->due = due;
	c->arg = arg;
	c->pending = CONFIRM_NONE;
	timer_init(&c->timer, d->loop, on_timer, c);
	load(c);
	return c;
}

void confirm_free(struct confirm *c)
{
	if (!c)
		return;
	timer_stop(&c->timer);
	buf_free(&c->overlay);
	free(c);
}

static void forget(struct confirm *c)
{
	timer_cancel(&c->timer);
	buf_reset(&c->overlay);
	c->pending = CONFIRM_NONE;
	c->digest[0] = '\0';
	tell(c);
}

static bool is_over(const struct confirm *c)
{
	return mono_diff(c->ends, mono_read()) <= 0;
}

struct overlay *confirm_overlay_of_before(struct confirm *c)
{
	return c->pending == CONFIRM_CHANGE && is_over(c) ? confirm_before(c) : NULL;
}

void confirm_start(struct confirm *c)
{
	tell(c);
	if (c->pending != CONFIRM_NONE)
		timer_at(&c->timer, c->ends);
}

const char *confirm_objection(struct confirm *c, const char *digest)
{
	static char why[TEXT_MAX];

	if (c->pending == CONFIRM_RELOAD && is_over(c))
		confirm_refuse(c);
	if (!text_eq(c->refused.digest, digest))
		return NULL;
	snprintf(why, sizeof(why),
		 "the file was on trial, and %s did not confirm it within %u s: a reload takes it",
		 c->refused.who, c->refused.seconds);
	return why;
}

void confirm_runs(struct confirm *c, const char *digest)
{
	if (c->pending != CONFIRM_RELOAD || text_eq(c->digest, digest))
		return;
	TEXT_COPY(c->digest, digest);
	must_keep(c);
}

int confirm_begin(struct confirm *c, const struct trial *t, const char *digest,
		  const struct overlay *before)
{
	const struct refusal refused = c->refused;
	int err;

	buf_reset(&c->overlay);
	if (before)
		overlay_print(before, &c->overlay);
	else
		c->refused = (struct refusal){0};
	c->pending = before ? CONFIRM_CHANGE : CONFIRM_RELOAD;
	TEXT_COPY(c->who, t->who);
	TEXT_COPY(c->digest, digest);
	c->trial = (struct trial){t->seconds, c->who};
	c->ends = mono_add(mono_read(), t->seconds * NS_PER_S);
	err = write_file(c);
	if (err) {
		c->refused = refused;
		forget(c);
		return err;
	}
	confirm_start(c);
	return 0;
}

int confirm_end(struct confirm *c)
{
	const enum confirm_pending was = c->pending;
	int err;

	if (was == CONFIRM_NONE)
		return 0;
	c->pending = CONFIRM_NONE;
	err = keep(c);
	if (err)
		c->pending = was;
	else
		forget(c);
	return err;
}

int confirm_accept(struct confirm *c)
{
	const struct refusal refused = c->refused;
	int err = 0;

	c->refused = (struct refusal){0};
	if (c->pending == CONFIRM_RELOAD)
		err = confirm_end(c);
	else if (refused.digest[0])
		err = keep(c);
	if (err)
		c->refused = refused;
	return err;
}

void confirm_refuse(struct confirm *c)
{
	c->refused.seconds = c->trial.seconds;
	TEXT_COPY(c->refused.who, c->who);
	TEXT_COPY(c->refused.digest, c->digest);
	c->pending = CONFIRM_NONE;
	must_keep(c);
	forget(c);
}

struct overlay *confirm_before(const struct confirm *c)
{
	struct overlay *o;

	if (c->pending != CONFIRM_CHANGE)
		return NULL;
	o = overlay_new();
	if (overlay_parse(o, (const char *)c->overlay.data, c->overlay.len) == 0)
		return o;
	overlay_free(o);
	return NULL;
}

void confirm_again(struct confirm *c)
{
	timer_after(&c->timer, AGAIN_NS);
}
