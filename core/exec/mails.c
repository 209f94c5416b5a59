/* mails: see mails.h. */
#include "exec/mails.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/text.h"
#include "exec/command.h"

#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>
#include <unistd.h>

#define PROGRAM  "halvard-mail"
#define USER     "nobody" /* who it is: it needs to be nobody */
#define HEADERS  1024
#define FROM_MAX 200

struct mail {
	TAILQ_ENTRY(mail) next;
	char subject[240];
	char text[400];
	time_t when;
};

struct mails {
	struct exec_env *env;
	TAILQ_HEAD(, mail) waiting;
	unsigned count;
	struct run *run; /* of the first */
	struct timer again;
	int64_t pause_ns;   /* 0: the last one was taken */
	struct mono minute; /* when the one began in which they are counted */
	unsigned in_minute;
	void (*idle)(void *arg, struct mono now);
	void *arg;
};

static const struct mail_row *settings(const struct mails *m)
{
	return store_single(m->env->store, T_MAIL);
}

static void put_row(struct mails *m, unsigned sent, unsigned failed, unsigned lost,
		    const char *error)
{
	struct mail_row r = *settings(m);

	r.waiting = m->count;
	r.sent += sent;
	r.failed += failed;
	r.lost += lost;
	TEXT_COPY(r.error, error);
	store_put(m->env->store, T_MAIL, &r, F_SEEN, NULL);
}

/* ---- a mail as text ------------------------------------------------------------- */

/* What could break a header becomes a question mark. */
static void plain(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

static void sender(const struct mails *m, char from[FROM_MAX])
{
	char host[65] = "localhost";

	if (gethostname(host, sizeof(host) - 1) < 0)
		TEXT_COPY(host, "localhost");
	if (settings(m)->notification_email_from[0])
		snprintf(from, FROM_MAX, "%s", settings(m)->notification_email_from);
	else
		snprintf(from, FROM_MAX, "halvard@%s", host);
	plain(from);
}

/* What the server is told of it: without the name before <...>. */
static void bare(char from[FROM_MAX])
{
	char *open = strrchr(from, '<'), *close = open ? strchr(open, '>') : NULL;

	if (!close)
		return;
	*close = '\0';
	memmove(from, open + 1, strlen(open + 1) + 1);
}

static void compose(const struct mails *m, const struct mail *mail, struct buf *file)
{
	char from[FROM_MAX], date[64], subject[sizeof(mail->subject)];
	struct tm tm;

	sender(m, from);
	TEXT_COPY(subject, mail->subject);
	plain(subject);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S %z", localtime_r(&mail->when, &tm));
	buf_printf(file, "Date: %s\r\nFrom: %s\r\nTo: ", date, from);
	STORE_EACH(m->env->store, T_MAIL_RECIPIENT, struct mail_recipient_row, r)
	buf_printf(file, "%s%s", r_i_ ? ",\r\n " : "", r->address);
	buf_printf(file,
		   "\r\nSubject: %s\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
		   "Content-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n",
		   subject, mail->text);
}

/* ---- handing over ------------------------------------------------------------------ */

static void send_first(struct mails *m);

static void pop(struct mails *m)
{
	struct mail *mail = TAILQ_FIRST(&m->waiting);

	TAILQ_REMOVE(&m->waiting, mail, next);
	m->count--;
	free(mail);
}

static void tell_idle(struct mails *m, struct mono now)
{
	if (m->idle && mails_are_idle(m))
		m->idle(m->arg, now);
}

static void failed(struct mails *m, const char *why)
{
	if (!m->pause_ns)
		log_warnx("smtp_server: %u mails wait: %s", m->count, why);
	m->pause_ns = !m->pause_ns                     ? MAIL_FIRST_NS
		      : 2 * m->pause_ns > MAIL_LAST_NS ? MAIL_LAST_NS
						       : 2 * m->pause_ns;
	put_row(m, 0, 1, 0, why);
	timer_after(&m->again, m->pause_ns);
}

static void on_done(void *arg, const struct run_result *r, struct mono now)
{
	struct mails *m = arg;
	char text[64], why[RUN_SAID_MAX + 80];

	m->run = NULL;
	exec_count(m->env, r);
	if (r->outcome == RUN_EXITED && r->value == 0) {
		if (m->pause_ns)
			log_notice("smtp_server: it takes mails again");
		m->pause_ns = 0;
		pop(m);
		put_row(m, 1, 0, 0, "");
		send_first(m);
	} else {
		snprintf(why, sizeof(why), "%s %s: %s", PROGRAM,
			 run_result_text(r, text, sizeof(text)), r->said);
		failed(m, why);
	}
	tell_idle(m, now);
}

/* Beside this program, as the agent is. */
static void find_program(char path[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
	char *slash;

	path[n > 0 ? n : 0] = '\0';
	slash = strrchr(path, '/');
	if (slash)
		snprintf(slash + 1, (size_t)(path + PATH_MAX - slash - 1), "%s", PROGRAM);
	if (access(path, X_OK) < 0)
		snprintf(path, PATH_MAX, "%s/%s", SBINDIR, PROGRAM);
}

static void make_url(const struct mails *m, char *url, size_t size)
{
	const struct mail_row *s = settings(m);
	const char *host = s->smtp_server[0] ? s->smtp_server : "127.0.0.1";
	bool six = strchr(host, ':') != NULL;

	snprintf(url, size, "smtp://%s%s%s:%u%s%s", six ? "[" : "", host, six ? "]" : "",
		 s->smtp_port, s->smtp_helo_name[0] ? "/" : "", s->smtp_helo_name);
}

/* NULL: it cannot be run. */
static struct run *hand_over(struct mails *m, const char *text, char *why)
{
	const char *argv[RECIPIENTS_MAX + 5] = {PROGRAM};
	char url[256], seconds[16], from[FROM_MAX], program[PATH_MAX];
	const struct passwd *pw = getpwnam(USER);
	unsigned n = 4;
	struct run_spec spec = {.name = "smtp_alert", .program = program, .argv = argv};
	struct run *run;

	if (!pw || !pw->pw_uid) {
		snprintf(why, TEXT_MAX, "there is no user %s, and root sends no mail", USER);
		return NULL;
	}
	find_program(program);
	make_url(m, url, sizeof(url));
	sender(m, from);
	bare(from);
	snprintf(seconds, sizeof(seconds), "%u",
		 (settings(m)->smtp_connect_timeout_ms + 999) / 1000);
	argv[1] = url;
	argv[2] = seconds;
	argv[3] = from;
	STORE_EACH(m->env->store, T_MAIL_RECIPIENT, struct mail_recipient_row, r)
	{
		if (n < RECIPIENTS_MAX + 4)
			argv[n++] = r->address;
	}
	spec.uid = pw->pw_uid;
	spec.gid = pw->pw_gid;
	spec.timeout_ns = 3 * (int64_t)settings(m)->smtp_connect_timeout_ms * NS_PER_MS;
	spec.input = text;
	spec.listen = true;
	run = run_start(m->env->runner, &spec, on_done, m);
	if (!run)
		snprintf(why, TEXT_MAX, "too many programs wait");
	return run;
}

/* true: enough were sent in this minute, except at the end of all. */
static bool is_enough(struct mails *m)
{
	struct mono now = loop_now(m->env->loop);

	if (!m->minute.ns || mono_diff(now, m->minute) >= 60 * NS_PER_S) {
		m->minute = now;
		m->in_minute = 0;
	}
	if (m->in_minute < MAILS_MINUTE || m->env->stopping)
		return false;
	timer_at(&m->again, mono_add(m->minute, 60 * NS_PER_S));
	return true;
}

static void send_first(struct mails *m)
{
	struct buf file = {0};
	char why[TEXT_MAX];

	if (m->run || m->again.armed || TAILQ_EMPTY(&m->waiting) || is_enough(m))
		return;
	compose(m, TAILQ_FIRST(&m->waiting), &file);
	m->run = hand_over(m, buf_cstr(&file), why);
	m->in_minute++;
	buf_free(&file);
	if (!m->run)
		failed(m, why);
}

static void on_again(void *arg, struct mono now)
{
	struct mails *m = arg;

	(void)now;
	send_first(m);
}

void mails_hurry(struct mails *m)
{
	if (!m->pause_ns)
		timer_cancel(&m->again);
	send_first(m);
}

void mails_add(struct mails *m, const char *subject, const char *text)
{
	struct mail *mail;
	bool full = m->count == MAILS_MAX;

	if (!store_count(m->env->store, T_MAIL_RECIPIENT))
		return;
	if (full) {
		struct mail *oldest = TAILQ_FIRST(&m->waiting);

		/* the first is on its way: the next is the oldest that waits */
		oldest = m->run ? TAILQ_NEXT(oldest, next) : oldest;
		log_warnx("smtp_alert: more than %u mails wait: the oldest is dropped", m->count);
		TAILQ_REMOVE(&m->waiting, oldest, next);
		free(oldest);
		m->count--;
	}
	mail = xcalloc(1, sizeof(*mail));
	TEXT_COPY(mail->subject, subject);
	TEXT_COPY(mail->text, text);
	mail->when = time(NULL);
	TAILQ_INSERT_TAIL(&m->waiting, mail, next);
	m->count++;
	put_row(m, 0, 0, full, settings(m)->error);
	send_first(m);
}

/* ---- life ---------------------------------------------------------------------------- */

bool mails_are_idle(const struct mails *m)
{
	return !m->run && (TAILQ_EMPTY(&m->waiting) || m->pause_ns);
}

void mails_on_idle(struct mails *m, void (*idle)(void *arg, struct mono now), void *arg)
{
	m->idle = idle;
	m->arg = arg;
}

struct mails *mails_new(struct exec_env *env)
{
	struct mails *m = xcalloc(1, sizeof(*m));

	m->env = env;
	TAILQ_INIT(&m->waiting);
	timer_init(&m->again, env->loop, on_again, m);
	return m;
}

void mails_free(struct mails *m)
{
	if (m->run)
		run_cancel(m->run);
	while (!TAILQ_EMPTY(&m->waiting))
		pop(m);
	timer_stop(&m->again);
	free(m);
}
