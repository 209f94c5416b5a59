/*
 * link: see link.h.
 *
 * Outgoing: row changes stay in the store's watch, where they coalesce, until the socket can
 * take them, and so do the rows of the snapshot in the store itself, which goes first; messages
 * and the rows that must go before them are encoded into a queue of datagrams. So a slow peer costs
 * at most one pending change for each row plus the bounded queue. Incoming: every datagram is
 * checked whole by wire_next() and wire_get_row(), then against the policy; the first offence ends
 * the link.
 *
 * A callback may close the link: `depth` counts the handlers on the stack, and the memory goes
 * when the last has returned.
 */
#include "ipc/link.h"

#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#define DATAGRAM_FULL 32768              /* begin another datagram beyond this */
#define QUEUE_MAX     (64 * 1024 * 1024) /* bytes queued to a peer that does not read */
#define PUSH_MAX      (1024 * 1024)      /* beyond it changes coalesce, pushed or not */
#define READ_BURST    32                 /* datagrams handled in one wake-up */

struct datagram {
	TAILQ_ENTRY(datagram) next;
	struct buf buf;
};

struct queue {
	TAILQ_HEAD(datagrams, datagram) list;
	size_t octets;
};

/* What of the store has not been queued yet, since the peer's HELLO. */
struct snapshot {
	bool sending;
	enum table_id table;
	_Alignas(16) unsigned char row[MAX_ROW]; /* the last one of the table that was */
	bool begun;                              /* there is one */
};

struct link {
	struct loop *loop;
	struct watch watch;
	int fd;
	enum role me, peer;
	struct store *store;
	struct store_watch *changes;
	struct link_policy policy;
	const struct link_ops *ops;
	void *arg;
	struct queue out;
	struct snapshot snapshot;
	struct queue behind;    /* messages that wait for the snapshot's end */
	struct datagram *spare; /* one that was sent: its memory is used again */
	unsigned char *in;      /* room for a datagram that comes in */
	unsigned depth;
	bool greeted; /* the peer's HELLO was good */
	bool filling; /* its snapshot is coming in: rows that it has are marked */
	bool up;
	bool failed;
	bool offended; /* the peer broke the rules */
	bool closed;
	bool delivered; /* ops heard something since link_pump() began */
};

static const struct link_ops no_ops;

/* ---- what may flow ---------------------------------------------------- */

static bool peer_owns(const struct link *l, enum table_id t)
{
	return schema_table(t)->owner == l->peer;
}

static struct fieldset sendable(const struct link *l, enum table_id t, unsigned flags)
{
	struct fieldset s = fieldset_of(t, flags);

	if (!peer_owns(l, t))
		s = fieldset_minus(s, fieldset_of(t, F_SECRET));
	if (l->peer != ROLE_EXEC)
		s = fieldset_minus(s, fieldset_of(t, F_EXEC));
	if (l->me != ROLE_MAIN)
		s = fieldset_minus(s, fieldset_of(t, F_MAIN));
	return s;
}

static struct fieldset acceptable(const struct link *l, enum table_id t, unsigned flags)
{
	struct fieldset s = fieldset_of(t, flags);

	return l->me == ROLE_MAIN ? fieldset_minus(s, fieldset_of(t, F_MAIN)) : s;
}

/* ---- sending ---------------------------------------------------------- */

static void fail(struct link *l, const char *why)
{
	if (l->failed || l->closed)
		return;
	l->failed = true;
	l->up = false;
	watch_stop(&l->watch);
	if (l->ops->down)
		l->ops->down(l->arg, why);
}

/* The peer does what none of ours does. */
static void take_offence(struct link *l, const char *why)
{
	l->offended = true;
	fail(l, why);
}

/* Where a message with `more` bytes goes: the last datagram, or another when it is full. Its memory
 * grows by doubling, so a little beyond full would be twice of it. */
static struct buf *tail(struct link *l, struct queue *q, size_t more)
{
	struct datagram *d = TAILQ_LAST(&q->list, datagrams);

	if (!d || d->buf.len + WIRE_HEADER + more > DATAGRAM_FULL) {
		d = l->spare ? l->spare : xcalloc(1, sizeof(*d));
		l->spare = NULL;
		TAILQ_INSERT_TAIL(&q->list, d, next);
	}
	return &d->buf;
}

static void queue_row(struct link *l, enum msg_type type, enum table_id t, const void *row,
		      struct fieldset set)
{
	struct buf *b = tail(l, &l->out, MAX_ROW);
	size_t before = b->len, at = wire_begin(b, type, 0);

	wire_put_row(b, t, row, set);
	wire_end(b, at);
	l->out.octets += b->len - before;
}

static void queue_change(struct link *l, const struct store_change *c)
{
	unsigned flags = l->policy.send[c->table];
	struct fieldset all = sendable(l, c->table, flags), set;
	bool keys = flags & F_KEY;

	if (!flags)
		return;
	if (c->gone) {
		if (keys)
			queue_row(l, MSG_ROW_GONE, c->table, c->row, (struct fieldset){{0}});
		return;
	}
	set = c->added ? all : fieldset_and(all, c->changed);
	if (!fieldset_empty(&set))
		queue_row(l, MSG_ROW, c->table, c->row, set);
}

static void queue_message(struct link *l, enum msg_type type, uint32_t id, const struct buf *body)
{
	struct queue *q = l->snapshot.sending ? &l->behind : &l->out;
	struct buf *b = tail(l, q, body ? body->len : 0);
	size_t before = b->len, at = wire_begin(b, type, id);

	if (body)
		buf_add(b, body->data, body->len);
	wire_end(b, at);
	q->octets += b->len - before;
}

static bool room(const struct link *l, bool all)
{
	return all || l->out.octets < DATAGRAM_FULL;
}

/* Remembers the row that was queued last, NULL for none. */
static void snapshot_passed(struct snapshot *s, const void *row)
{
	if (s->begun)
		row_drop(s->table, s->row);
	s->begun = row != NULL;
	if (!row)
		return;
	memcpy(s->row, row, schema_table(s->table)->row_size);
	row_hold(s->table, s->row);
}

/* The rows of a table that come behind the last one that was queued. Rows may have come and gone
 * meanwhile, which the watch tells afterwards. */
static void queue_table(struct link *l, enum table_id t)
{
	struct snapshot *s = &l->snapshot;
	unsigned flags = l->policy.send[t] | l->policy.send_first[t];
	struct fieldset set = sendable(l, t, flags);
	size_t i = s->begun ? store_lower_bound(l->store, t, s->row) : 0;
	const void *row = store_at(l->store, t, i), *last = NULL;

	if (row && s->begun && row_key_cmp(t, row, s->row) == 0)
		row = store_at(l->store, t, ++i);
	for (; flags && row && room(l, false); row = store_at(l->store, t, ++i)) {
		queue_row(l, MSG_ROW, t, row, set);
		last = row;
	}
	if (last)
		snapshot_passed(s, last);
	if (row && flags)
		return;
	snapshot_passed(s, NULL);
	s->table = (enum table_id)(t + 1);
}

/* Encodes pending row changes: all of them, or until the queue has one full datagram. */
static void queue_changes(struct link *l, bool all)
{
	struct store_change c;

	while (l->changes && room(l, all) && store_watch_next(l->changes, &c))
		queue_change(l, &c);
}

/* Messages that were sent meanwhile come behind the rows as they were then. */
static void end_snapshot(struct link *l)
{
	l->snapshot.sending = false;
	queue_message(l, MSG_SNAPSHOT_END, 0, NULL);
	if (!l->behind.octets)
		return;
	queue_changes(l, true);
	TAILQ_CONCAT(&l->out.list, &l->behind.list, next);
	l->out.octets += l->behind.octets;
	l->behind.octets = 0;
}

/* Encodes rows until the queue has one full datagram. */
static void queue_rows(struct link *l)
{
	while (l->snapshot.sending && room(l, false)) {
		if (l->snapshot.table < T_COUNT)
			queue_table(l, l->snapshot.table);
		else
			end_snapshot(l);
	}
	if (!l->snapshot.sending)
		queue_changes(l, false);
}

static bool pending(const struct link *l)
{
	return !TAILQ_EMPTY(&l->out.list) || l->snapshot.sending ||
	       (l->changes && store_watch_pending(l->changes));
}

static void datagram_free(struct datagram *d)
{
	if (!d)
		return;
	buf_free(&d->buf);
	free(d);
}

static void pop(struct link *l)
{
	struct datagram *d = TAILQ_FIRST(&l->out.list);

	TAILQ_REMOVE(&l->out.list, d, next);
	l->out.octets -= d->buf.len;
	buf_reset(&d->buf);
	datagram_free(l->spare);
	l->spare = d;
}

static void flush(struct link *l)
{
	while (!l->failed && !l->closed) {
		struct datagram *d;

		queue_rows(l);
		d = TAILQ_FIRST(&l->out.list);
		if (!d)
			break;
		if (send(l->fd, d->buf.data, d->buf.len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
			if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
				break;
			if (errno == EINTR)
				continue;
			/* What the peer said before it went is still to be read. */
			watch_set(&l->watch, WATCH_READ);
			return;
		}
		pop(l);
	}
	if (!l->failed && !l->closed)
		watch_set(&l->watch, WATCH_READ | (pending(l) ? WATCH_WRITE : 0));
}

static void on_store_change(void *arg)
{
	struct link *l = arg;

	if (!l->failed && !l->closed)
		watch_set(&l->watch, WATCH_READ | WATCH_WRITE);
}

static void send_hello(struct link *l)
{
	struct buf b = {0};

	buf_u64(&b, schema_hash());
	buf_u8(&b, (uint8_t)l->me);
	buf_u32(&b, (uint32_t)getpid());
	queue_message(l, MSG_HELLO, 0, &b);
	buf_free(&b);
}

static void send_snapshot(struct link *l)
{
	l->changes = store_watch_open(l->store, on_store_change, l);
	if (!l->changes) {
		fail(l, "too many links");
		return;
	}
	queue_message(l, MSG_SNAPSHOT, 0, NULL);
	l->snapshot = (struct snapshot){.sending = true};
}

void link_send(struct link *l, enum msg_type type, uint32_t id, const struct buf *body)
{
	if (l->failed || l->closed)
		return;
	if (!l->snapshot.sending)
		queue_changes(l, true);
	queue_message(l, type, id, body);
	if (l->out.octets + l->behind.octets > QUEUE_MAX) {
		take_offence(l, "it does not read");
		return;
	}
	flush(l);
}

void link_push(struct link *l)
{
	if (l->failed || l->closed || l->out.octets > PUSH_MAX)
		return;
	if (!l->snapshot.sending)
		queue_changes(l, true);
	flush(l);
}

void link_send_result(struct link *l, uint32_t id, const struct result *r)
{
	struct buf b = {0};

	wire_put_result(&b, r);
	link_send(l, MSG_RESULT, id, &b);
	buf_free(&b);
}

void link_send_change(struct link *l, enum msg_type type, uint32_t id, const struct change *c)
{
	struct buf b = {0};

	wire_put_change(&b, c);
	link_send(l, type, id, &b);
	buf_free(&b);
}

/* ---- receiving -------------------------------------------------------- */

static const char *got_hello(struct link *l, struct cursor *c)
{
	uint64_t hash = cursor_u64(c);
	uint8_t role = cursor_u8(c);

	(void)cursor_u32(c);
	if (c->failed || l->greeted)
		return "malformed greeting";
	if (role != l->peer)
		return "another role than expected";
	if (hash != schema_hash())
		return "it was built from another schema";
	l->greeted = true;
	send_snapshot(l);
	return NULL;
}

/* Whether rows of the table come and go as the peer says. */
static bool peer_keeps_rows(const struct link *l, enum table_id t)
{
	return l->policy.accept_rows && (l->policy.accept[t] & F_KEY);
}

static void mute(struct link *l, bool on)
{
	if (l->changes)
		store_watch_mute(l->changes, on);
}

static const char *got_row(struct link *l, struct cursor *c)
{
	unsigned char row[MAX_ROW], before[MAX_ROW] __attribute__((aligned(16)));
	enum table_id t;
	struct fieldset set, may, first, beyond, changed;
	const void *known, *now;

	if (!wire_get_row(c, &t, row, &set))
		return "malformed row";
	may = acceptable(l, t, l->policy.accept[t]);
	first = acceptable(l, t, l->policy.accept[t] | l->policy.accept_first[t]);
	beyond = fieldset_minus(set, first);
	if (!fieldset_empty(&beyond))
		return "a field that it may not tell";
	known = store_find(l->store, t, row);
	if (!known && !peer_keeps_rows(l, t))
		return NULL;
	if (known) {
		memcpy(before, known, schema_table(t)->row_size);
		row_hold(t, before);
	}
	mute(l, true); /* the peer has it */
	now = store_put_set(l->store, t, row, fieldset_and(set, known ? may : first), &changed);
	mute(l, false);
	if (l->filling && l->policy.accept_rows)
		store_mark(now);
	if (l->ops->row && (!known || !fieldset_empty(&changed)))
		l->ops->row(l->arg, t, now, &changed, known ? before : NULL);
	if (known)
		row_drop(t, before);
	return NULL;
}

static void remove_row(struct link *l, enum table_id t, const void *key)
{
	const void *row = store_find(l->store, t, key);

	if (!row)
		return;
	if (l->ops->gone)
		l->ops->gone(l->arg, t, row);
	store_del(l->store, t, row);
}

static const char *got_row_gone(struct link *l, struct cursor *c)
{
	unsigned char row[MAX_ROW];
	enum table_id t;
	struct fieldset set;

	if (!wire_get_row(c, &t, row, &set))
		return "malformed row";
	if (!peer_keeps_rows(l, t))
		return "a row that it may not remove";
	remove_row(l, t, row);
	return NULL;
}

static const char *snapshot_begin(struct link *l)
{
	if (l->filling || l->up)
		return "a second snapshot";
	l->filling = true;
	if (l->policy.accept_rows)
		store_unmark(l->store);
	return NULL;
}

static const char *snapshot_end(struct link *l)
{
	if (!l->filling)
		return "the end of no snapshot";
	for (int i = 0; i < T_COUNT; i++) {
		enum table_id t = (enum table_id)i;

		for (size_t k = peer_keeps_rows(l, t) ? store_count(l->store, t) : 0; k-- > 0;) {
			const void *row = store_at(l->store, t, k);

			if (row && !store_is_marked(l->store, t, k))
				remove_row(l, t, row);
		}
	}
	l->filling = false;
	l->up = l->delivered = true;
	if (l->ops->up)
		l->ops->up(l->arg);
	return NULL;
}

static const char *handle(struct link *l, struct msg *m, struct mono now)
{
	if (!l->greeted && m->type != MSG_HELLO)
		return "no greeting";
	switch (m->type) {
	case MSG_HELLO:
		return got_hello(l, &m->body);
	case MSG_ROW:
		return got_row(l, &m->body);
	case MSG_ROW_GONE:
		return got_row_gone(l, &m->body);
	case MSG_SNAPSHOT:
		return snapshot_begin(l);
	case MSG_SNAPSHOT_END:
		return snapshot_end(l);
	default:
		l->delivered = true;
		if (l->ops->message)
			l->ops->message(l->arg, m, now);
		return NULL;
	}
}

static void handle_datagram(struct link *l, const void *data, size_t len, struct mono now)
{
	struct cursor c = cursor_over(data, len);
	const char *why = NULL;
	struct msg m;
	int r = 0;

	while (!why && !l->failed && !l->closed && (r = wire_next(&c, &m)) > 0)
		why = handle(l, &m, now);
	if (r < 0)
		why = "malformed message";
	if (why)
		take_offence(l, why);
}

/* Reads what is there; false when nothing more can come. */
static void receive(struct link *l, struct mono now)
{
	unsigned char *data = l->in ? l->in : xcalloc(1, WIRE_DATAGRAM);

	l->in = NULL; /* a handler may pump */
	for (int i = 0; i < READ_BURST && !l->failed && !l->closed; i++) {
		ssize_t n = recv(l->fd, data, WIRE_DATAGRAM, MSG_DONTWAIT | MSG_TRUNC);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n <= 0)
			fail(l, n == 0 ? "closed by the peer" : strerror(errno));
		else if (n > WIRE_DATAGRAM)
			take_offence(l, "oversized message");
		else
			handle_datagram(l, data, (size_t)n, now);
	}
	free(l->in);
	l->in = data;
}

static void link_release(struct link *l)
{
	TAILQ_CONCAT(&l->out.list, &l->behind.list, next);
	while (!TAILQ_EMPTY(&l->out.list))
		pop(l);
	datagram_free(l->spare);
	free(l->in);
	snapshot_passed(&l->snapshot, NULL);
	free(l);
}

static void leave(struct link *l)
{
	if (--l->depth == 0 && l->closed)
		link_release(l);
}

static void on_fd(void *arg, int fd, int what, struct mono now)
{
	struct link *l = arg;

	(void)fd;
	l->depth++;
	if (what & WATCH_READ)
		receive(l, now);
	if ((what & WATCH_WRITE) || pending(l))
		flush(l);
	leave(l);
}

bool link_pump(struct link *l, int timeout_ms)
{
	struct mono end = mono_add(mono_read(), timeout_ms * NS_PER_MS);
	bool alive;

	l->depth++;
	l->delivered = false;
	while (!l->failed && !l->closed && !l->delivered) {
		int64_t left = mono_diff(end, mono_read());
		struct pollfd p = {.fd = l->fd, .events = POLLIN};

		flush(l);
		if (pending(l))
			p.events |= POLLOUT;
		if (left <= 0 || poll(&p, 1, (int)((left + NS_PER_MS - 1) / NS_PER_MS)) == 0)
			break;
		if (p.revents & ~POLLOUT)
			receive(l, mono_read());
	}
	alive = !l->failed && !l->closed;
	leave(l);
	return alive;
}

/* ---- opening and closing ---------------------------------------------- */

struct link *link_open_policy(struct loop *loop, int fd, enum role me, enum role peer,
			      struct store *store, const struct link_policy *policy,
			      const struct link_ops *ops, void *arg)
{
	struct link *l = xcalloc(1, sizeof(*l));
	int size = 1024 * 1024;

	*l = (struct link){.loop = loop,
			   .fd = fd,
			   .me = me,
			   .peer = peer,
			   .store = store,
			   .policy = *policy,
			   .ops = ops ? ops : &no_ops,
			   .arg = arg};
	TAILQ_INIT(&l->out.list);
	TAILQ_INIT(&l->behind.list);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	watch_start(&l->watch, loop, fd, WATCH_READ, on_fd, l);
	send_hello(l);
	flush(l);
	return l;
}

struct link *link_open(struct loop *loop, int fd, enum role me, enum role peer, struct store *store,
		       const struct link_ops *ops, void *arg)
{
	struct link_policy p = link_policy(me, peer);

	return link_open_policy(loop, fd, me, peer, store, &p, ops, arg);
}

void link_to_main(struct link **at, struct loop *loop, int fd, enum role me, enum role peer,
		  struct store *store, const struct link_ops *ops, void *arg)
{
	if (peer != ROLE_MAIN) {
		log_warnx("process %s: a link to %s is not expected", role_name(me),
			  role_name(peer));
		close(fd);
		return;
	}
	link_close(*at);
	*at = link_open(loop, fd, me, peer, store, ops, arg);
}

void link_without_main(struct link **at, enum role me, const char *why)
{
	log_info("process %s: the link to main is down: %s; going on", role_name(me), why);
	link_close(*at);
	*at = NULL;
}

void link_close(struct link *l)
{
	if (!l || l->closed)
		return;
	l->closed = true;
	l->up = false;
	watch_stop(&l->watch);
	store_watch_close(l->changes);
	l->changes = NULL;
	close(l->fd);
	if (l->depth == 0)
		link_release(l);
}

bool link_is_up(const struct link *l)
{
	return l && l->up && !l->failed;
}

bool link_is_offended(const struct link *l)
{
	return l->offended;
}

int link_fd(const struct link *l)
{
	return l->fd;
}
