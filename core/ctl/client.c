/*
 * client: see client.h. Process: halvardctl.
 *
 * The daemon sends its rows as soon as HELLO is exchanged, so that every command, also one
 * that changes, first sees what is there and can answer with the nearest right word. One
 * request is waited for at a time. A request that is not answered in time may still happen: the
 * message says so and where to look. Statistics are asked for by a number of their own, so that
 * a late answer is not taken for that of a request.
 */
#include "ctl/client.h"

#include "base/log.h"
#include "base/text.h"
#include "ctl/say.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SNAPSHOT_MS 5000  /* until the rows are here */
#define ANSWER_MS   30000 /* until a request is answered: a reload may be long */
#define RETRY_MS    250   /* between attempts to reach a daemon that went away */
#define STATS_MS    1000  /* figures that do not come in this time are shown as they are */
#define REQUEST_ID  1
#define STATS_ID    2

static void on_up(void *arg)
{
	struct ctl *c = arg;

	c->up = true;
	if (c->observer)
		c->observer->back(c->observer_arg);
}

static void on_row(void *arg, enum table_id t, const void *row, const struct fieldset *changed,
		   const void *old)
{
	struct ctl *c = arg;

	if (c->observer && c->observer->row)
		c->observer->row(c->observer_arg, t, row, changed, old);
}

static void on_gone(void *arg, enum table_id t, const void *row)
{
	struct ctl *c = arg;

	if (c->observer && c->observer->gone)
		c->observer->gone(c->observer_arg, t, row);
}

static void on_message(void *arg, struct msg *m, struct mono now)
{
	struct ctl *c = arg;

	(void)now;
	if (m->id != c->asked)
		return;
	if (m->type == MSG_LINES)
		buf_add(&c->lines, m->body.p, cursor_left(&m->body));
	if (m->type == MSG_RESULT && wire_get_result(&m->body, &c->result))
		c->answered = true;
}

/* A daemon that stops for good is tried again too: it may be started again. One of another
 * version will never do. */
static void link_lost(struct ctl *c)
{
	bool other = link_is_offended(c->link);

	link_close(c->link);
	c->link = NULL;
	if (c->up)
		c->observer->lost(c->observer_arg, c->down_why);
	c->up = false;
	if (other) {
		say(stderr, "halvardctl: the daemon is another now: %s\n", c->down_why);
		c->replaced = true;
		loop_stop(c->loop);
	} else {
		timer_after(&c->retry, RETRY_MS * NS_PER_MS);
	}
}

static void on_down(void *arg, const char *why)
{
	struct ctl *c = arg;

	TEXT_COPY(c->down_why, why ? why : "closed");
	if (c->observer)
		link_lost(c);
}

static const struct link_ops client_ops = {on_up, on_row, on_gone, on_message, on_down};

/* Handles the link until *flag is set; false at the deadline or when the link is down. */
static bool wait_for(struct ctl *c, const bool *flag, int timeout_ms)
{
	struct mono end = mono_add(loop_refresh(c->loop), timeout_ms * NS_PER_MS);

	while (!*flag) {
		int64_t left = mono_diff(end, loop_refresh(c->loop));

		if (left <= 0 || !link_pump(c->link, (int)(left / NS_PER_MS) + 1))
			break;
	}
	return *flag;
}

/* -1 with errno; ENAMETOOLONG is the path's. */
static int open_socket(const char *run_dir, struct sockaddr_un *sun, int flags)
{
	int n = snprintf(sun->sun_path, sizeof(sun->sun_path), "%s/control", run_dir);
	int fd, error;

	sun->sun_family = AF_UNIX;
	if (n < 0 || (size_t)n >= sizeof(sun->sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)sun, sizeof(*sun)) == 0)
		return fd;
	error = errno;
	if (fd >= 0)
		close(fd);
	errno = error;
	return -1;
}

static int open_or_complain(const char *run_dir)
{
	struct sockaddr_un sun;
	int fd = open_socket(run_dir, &sun, 0);

	if (fd >= 0)
		return fd;
	if (errno == ENAMETOOLONG) {
		say(stderr, "halvardctl: --run-dir %s is too long\n", run_dir);
		return -1;
	}
	say(stderr, "halvardctl: cannot reach halvard at %s: %s\n", sun.sun_path, strerror(errno));
	if (errno == ENOENT || errno == ECONNREFUSED)
		say(stderr, "halvardctl: is it running? (another directory: --run-dir DIR)\n");
	if (errno == EACCES)
		say(stderr, "halvardctl: root and the group halvard may use it\n");
	return -1;
}

/* Never waits: where the daemon has no room it is tried again. */
static void try_again(void *arg, struct mono now)
{
	struct ctl *c = arg;
	struct sockaddr_un sun;
	int fd = open_socket(c->run_dir, &sun, SOCK_NONBLOCK);

	(void)now;
	if (fd < 0)
		timer_after(&c->retry, RETRY_MS * NS_PER_MS);
	else
		c->link = link_open(c->loop, fd, ROLE_CTL, ROLE_MAIN, c->store, &client_ops, c);
}

int client_observe(struct ctl *c, const struct observer *o, void *arg)
{
	c->observer_arg = arg;
	c->observer = o;
	timer_init(&c->retry, c->loop, try_again, c);
	loop_run(c->loop);
	timer_stop(&c->retry);
	c->observer = NULL;
	return c->replaced ? CTL_UNREACHABLE : CTL_OK;
}

int client_connect(struct ctl *c)
{
	int fd = open_or_complain(c->run_dir);

	if (fd < 0)
		return CTL_UNREACHABLE;
	c->loop = loop_new();
	c->store = store_new();
	c->link = link_open(c->loop, fd, ROLE_CTL, ROLE_MAIN, c->store, &client_ops, c);
	if (!wait_for(c, &c->up, SNAPSHOT_MS)) {
		say(stderr, "halvardctl: halvard did not send its state: %s\n",
		    c->down_why[0] ? c->down_why : "no answer within 5 s");
		return CTL_UNREACHABLE;
	}
	c->now = loop_refresh(c->loop);
	c->wall_ms = (int64_t)wall_now_ms();
	return CTL_OK;
}

/* CTL_OK or CTL_REFUSED as the daemon answered, -1 when it did not. */
static int await_answer(struct ctl *c)
{
	if (!wait_for(c, &c->answered, ANSWER_MS))
		return -1;
	return c->result.status == RESULT_OK ? CTL_OK : CTL_REFUSED;
}

int client_tell(struct ctl *c, int rc)
{
	if (rc == CTL_OK)
		return rc;
	if (rc < 0) {
		c->result.status = RESULT_UNKNOWN;
		say(stderr,
		    "halvardctl: no answer (%s): whether it was done is unknown, see "
		    "`halvardctl log`\n",
		    c->down_why[0] ? c->down_why : "30 s");
	} else if (!c->json) {
		say(stderr, "halvardctl: %s: %s\n",
		    enum_name(result_status_names, (int)c->result.status),
		    c->result.text[0] ? c->result.text : "the daemon gave no reason");
	}
	return CTL_REFUSED;
}

int client_change(struct ctl *c, const struct change *change)
{
	c->asked = REQUEST_ID;
	c->answered = false;
	link_send_change(c->link, MSG_TXN_RUN, REQUEST_ID, change);
	return client_tell(c, await_answer(c));
}

static void send_command(struct ctl *c, uint32_t id, const char *words)
{
	struct buf body = {0};

	buf_str(&body, words);
	buf_str(&body, ""); /* who: main reads it from the socket's credentials */
	link_send(c->link, MSG_COMMAND, id, &body);
	buf_free(&body);
}

int client_ask(struct ctl *c, const char *words)
{
	c->asked = REQUEST_ID;
	c->answered = false;
	buf_reset(&c->lines);
	send_command(c, REQUEST_ID, words);
	return await_answer(c);
}

void client_want_stats(struct ctl *c)
{
	if (c->link && link_is_up(c->link))
		send_command(c, STATS_ID, "stats");
}

void client_read_stats(struct ctl *c)
{
	c->asked = STATS_ID;
	c->answered = false;
	client_want_stats(c);
	wait_for(c, &c->answered, STATS_MS);
	c->answered = false;
	c->result = (struct result){0};
	c->now = loop_refresh(c->loop);
}

void client_close(struct ctl *c)
{
	if (c->link)
		link_close(c->link);
	if (c->store)
		store_free(c->store);
	if (c->loop)
		loop_free(c->loop);
	buf_free(&c->lines);
}
