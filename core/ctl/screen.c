/*
 * screen: see screen.h. Process: halvardctl.
 *
 * The sequences are those that every terminal of today has in common (alternate screen, home,
 * erase, cursor off). A frame is one write, line over line, so nothing flickers; nothing is
 * compared with what is there, because a frame is a few kilobytes.
 */
#include "ctl/screen.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/text.h"
#include "ctl/say.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define ENTER "\033[?1049h\033[?25l\033[?7l"
#define LEAVE "\033[?7h\033[?25h\033[?1049l"

enum { RESIZED, STOPPED, CONTINUED, FIRST_END, SIGNALS = FIRST_END + 4 };
static const int signals[SIGNALS] = {SIGWINCH, SIGTSTP, SIGCONT, SIGINT, SIGTERM, SIGHUP, SIGQUIT};

struct screen {
	struct loop *loop;
	const struct screen_ops *ops;
	void *arg;
	struct watch keys;
	struct sigwatch signal[SIGNALS];
};

/* There is one terminal; it is given back at exit(3) too. */
static struct termios before;
static bool taken;

static void put(const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(STDOUT_FILENO, data, len);

		if (n <= 0)
			return;
		data += n;
		len -= (size_t)n;
	}
}

static void give_back(void)
{
	if (!taken)
		return;
	taken = false;
	put(LEAVE, strlen(LEAVE));
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
}

static void take(void)
{
	struct termios raw;

	if (!taken && tcgetattr(STDIN_FILENO, &before) < 0)
		return;
	raw = before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
	put(ENTER, strlen(ENTER));
	taken = true;
}

/* ---- in ---------------------------------------------------------------- */

static const struct {
	const char *sequence;
	int key;
} sequences[] = {
    {"\033[A", KEY_UP},   {"\033OA", KEY_UP},       {"\033[B", KEY_DOWN},
    {"\033OB", KEY_DOWN}, {"\033[5~", KEY_PAGE_UP}, {"\033[6~", KEY_PAGE_DOWN},
    {"\033[H", KEY_HOME}, {"\033[1~", KEY_HOME},    {"\033OH", KEY_HOME},
    {"\033[F", KEY_END},  {"\033[4~", KEY_END},     {"\033OF", KEY_END},
};

/* The key at the beginning of the text, and its length. What is no known sequence is skipped. */
static int next_key(const char *text, size_t *len)
{
	*len = 1;
	if (*text != '\033')
		return (unsigned char)*text;
	for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++) {
		size_t n = strlen(sequences[i].sequence);

		if (strncmp(text, sequences[i].sequence, n) == 0) {
			*len = n;
			return sequences[i].key;
		}
	}
	*len = strlen(text);
	return 0;
}

static void on_keys(void *arg, int fd, int what, struct mono now)
{
	struct screen *s = arg;
	char text[64];
	ssize_t n = read(fd, text, sizeof(text) - 1);

	(void)what, (void)now;
	if (n <= 0) {
		loop_stop(s->loop);
		return;
	}
	text[n] = '\0';
	for (size_t at = 0, len; at < (size_t)n; at += len) {
		int key = next_key(text + at, &len);

		if (key)
			s->ops->key(s->arg, key);
		if (!len)
			break;
	}
}

/* With SIGSTOP itself, since SIGTSTP comes here. What follows is done when it goes on. */
static void stop_here(struct screen *s)
{
	give_back();
	raise(SIGSTOP);
	take();
	s->ops->paint(s->arg);
}

static void on_signal(void *arg, int signo, struct mono now)
{
	struct screen *s = arg;

	(void)now;
	if (signo == signals[STOPPED]) {
		stop_here(s);
	} else if (signo == signals[RESIZED]) {
		s->ops->paint(s->arg);
	} else if (signo == signals[CONTINUED]) {
		take();
		s->ops->paint(s->arg);
	} else {
		loop_stop(s->loop);
	}
}

/* ---- out --------------------------------------------------------------- */

static struct winsize size_of(void)
{
	struct winsize w = {0};

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) < 0 || !w.ws_row || !w.ws_col)
		w = (struct winsize){.ws_row = 24, .ws_col = 80};
	return w;
}

unsigned screen_height(const struct screen *s)
{
	(void)s;
	return size_of().ws_row;
}

/* One line of the text, cut at `width` characters; returns what follows it. */
static const char *put_line(struct buf *b, const char *p, unsigned width)
{
	unsigned used = 0;

	for (; *p && *p != '\n'; p++) {
		size_t escape = *p == '\033' ? strcspn(p, "m\n") : 0;

		if (escape && p[escape] == 'm') {
			buf_add(b, p, escape + 1);
			p += escape;
			continue;
		}
		used += ((unsigned char)*p & 0xc0) != 0x80;
		if (used <= width)
			buf_u8(b, (uint8_t)*p);
	}
	return *p ? p + 1 : p;
}

void screen_show(struct screen *s, const char *text)
{
	struct winsize w = size_of();
	struct buf b = {0};

	(void)s;
	if (!taken)
		return;
	buf_printf(&b, "\033[H");
	for (unsigned row = 0; row < w.ws_row && *text; row++) {
		if (row)
			buf_printf(&b, "\r\n");
		text = put_line(&b, text, w.ws_col);
		buf_printf(&b, "\033[K");
	}
	buf_printf(&b, "\033[J");
	put((const char *)b.data, b.len);
	buf_free(&b);
}

struct screen *screen_open(struct loop *l, const struct screen_ops *ops, void *arg)
{
	const char *term = getenv("TERM");
	struct screen *s;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || !term || !*term ||
	    text_eq(term, "dumb")) {
		say(stderr, "halvardctl: top needs a terminal; `halvardctl watch` and `halvardctl "
			    "status` do not\n");
		return NULL;
	}
	s = xcalloc(1, sizeof(*s));
	s->loop = l;
	s->ops = ops;
	s->arg = arg;
	watch_start(&s->keys, l, STDIN_FILENO, WATCH_READ, on_keys, s);
	for (int i = 0; i < SIGNALS; i++)
		sigwatch_start(&s->signal[i], l, signals[i], on_signal, s);
	atexit(give_back);
	take();
	return s;
}

void screen_close(struct screen *s)
{
	watch_stop(&s->keys);
	for (int i = 0; i < SIGNALS; i++)
		sigwatch_stop(&s->signal[i]);
	give_back();
	free(s);
}
