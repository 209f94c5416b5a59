/*
 * rtnl_writer: writes to rtnetlink in a thread of their own (process vrrp).
 *
 * Two lists under one mutex: requests go in at the back and are executed one after the other,
 * answers come back through an eventfd and are delivered on the loop in the same order. The
 * mutex is held for list operations only, never over a system call of netlink, so the loop
 * cannot wait behind the kernel. The thread takes no signals and touches nothing but its own
 * socket and the lists. A request is an address, whose message is composed here, a message
 * that somebody else has composed, or a job: a function that is called in the thread, for what
 * takes several writes of which each depends on the one before.
 *
 * Leases are known to the thread only: an executed addition with a lease makes one, the next
 * write of the same address ends or replaces it. A renewal is one more addition. When the whole
 * process has stood still, thread and loop wake in any order, so two things are looked at: the
 * loop's stamp, and whether the lease has run out meanwhile. One that has is forgotten, since to
 * renew it would bring an address back that somebody else may hold by now; the loop sees that
 * the address has gone and decides.
 */
#include "nl/rtnl.h"

#include "base/log.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <unistd.h>

#define STACK_BYTES (256 * 1024)     /* memory is locked: 8 MB would be resident */
#define AGAIN_NS    (50 * NS_PER_MS) /* a renewal that was not allowed is thought over */

struct request {
	struct request *next;
	rtnl_job_fn job; /* or NULL */
	void *arg;
	struct nl_msg *msg; /* NULL: what follows says it */
	struct rtnl_addr addr;
	bool add;
	struct rtnl_lease lease; /* seconds 0: for ever */
	struct mono asked;
	uint64_t cookie;
	int error;
};

struct lease {
	LIST_ENTRY(lease) next;
	struct request add; /* as it was added */
	struct mono renew, end;
};

struct queue {
	struct request *first, **last;
};

struct rtnl_writer {
	struct watch watch;
	rtnl_done_fn done;
	void *arg;
	uint64_t taken, answered; /* loop only */
	/* thread only */
	struct nl_sock *sock;
	LIST_HEAD(, lease) leases;
	pthread_t thread;
	int wake_fd;
	_Atomic int64_t alive_at; /* the loop's stamp */
	pthread_mutex_t lock;
	pthread_cond_t more;
	/* under the lock */
	bool ending;
	struct queue requests, answers;
};

static void queue_init(struct queue *q)
{
	q->first = NULL;
	q->last = &q->first;
}

static void queue_put(struct queue *q, struct request *r)
{
	r->next = NULL;
	*q->last = r;
	q->last = &r->next;
}

static struct request *queue_take(struct queue *q)
{
	struct request *r = q->first;

	if (r && !(q->first = r->next))
		q->last = &q->first;
	return r;
}

/* ---- the thread ------------------------------------------------------------- */

#define FOREVER UINT32_MAX /* as the kernel has it */

static void put_life(struct nl_msg *m, const struct request *q)
{
	struct ifa_cacheinfo life = {.ifa_prefered = FOREVER, .ifa_valid = FOREVER};
	int64_t left = q->addr.preferred_s - mono_diff(mono_read(), q->asked) / NS_PER_S;

	if (!q->lease.seconds && !q->addr.limited)
		return;
	if (q->lease.seconds)
		life.ifa_valid = life.ifa_prefered = q->lease.seconds;
	if (q->addr.limited && left < life.ifa_prefered)
		life.ifa_prefered = left > 0 ? (uint32_t)left : 0;
	nla_put(m, IFA_CACHEINFO, sizeof(life), &life);
}

static struct nl_msg *build(const struct request *q)
{
	const struct rtnl_addr *a = &q->addr;
	uint32_t flags = a->flags;
	struct nl_msg *m = nlmsg_alloc_simple(q->add ? RTM_NEWADDR : RTM_DELADDR,
					      q->add ? NLM_F_CREATE | NLM_F_REPLACE : 0);
	struct ifaddrmsg head = {
	    .ifa_family = (uint8_t)addr_af(&a->addr),
	    .ifa_prefixlen = a->prefix_len,
	    .ifa_scope = a->scope,
	    .ifa_index = a->ifindex,
	};
	const struct addr *other = a->peer.family ? &a->peer : &a->addr;
	int size = (int)addr_len(&a->addr);

	if (a->addr.family == ADDR_IPV6 && !a->dad)
		flags |= IFA_F_NODAD;
	if (!m)
		fatalx("out of memory");
	nlmsg_append(m, &head, sizeof(head), NLMSG_ALIGNTO);
	nla_put(m, IFA_LOCAL, size, a->addr.bytes);
	nla_put(m, IFA_ADDRESS, size, other->bytes);
	if (a->broadcast.family && q->add)
		nla_put(m, IFA_BROADCAST, (int)addr_len(&a->broadcast), a->broadcast.bytes);
	if (a->label[0] && q->add)
		nla_put_string(m, IFA_LABEL, a->label);
	if (q->add && flags)
		nla_put_u32(m, IFA_FLAGS, flags);
	if (q->add)
		put_life(m, q);
	return m;
}

/* libnl folds several errno values into one, so the ack is read here. */
static int keep_error(struct sockaddr_nl *who, struct nlmsgerr *e, void *arg)
{
	(void)who;
	*(int *)arg = -e->error;
	return NL_STOP;
}

static int execute_message(struct rtnl_writer *w, struct nl_msg *m)
{
	int error = 0, e;

	nl_socket_modify_err_cb(w->sock, NL_CB_CUSTOM, keep_error, &error);
	if (nl_send_auto(w->sock, m) < 0)
		return EIO;
	e = nl_wait_for_ack(w->sock);
	return e < 0 && !error ? EIO : error;
}

int rtnl_writer_execute(struct rtnl_writer *w, struct nl_msg *m)
{
	int error = execute_message(w, m);

	nlmsg_free(m);
	return error;
}

static int execute_address(struct rtnl_writer *w, const struct request *q)
{
	int error = rtnl_writer_execute(w, build(q));

	if ((q->add && error == EEXIST) || (!q->add && (error == EADDRNOTAVAIL || error == ENODEV)))
		return 0;
	return error;
}

static void lease_free(struct lease *l)
{
	LIST_REMOVE(l, next);
	free(l);
}

static struct lease *lease_find(struct rtnl_writer *w, const struct rtnl_addr *a)
{
	struct lease *l;

	LIST_FOREACH(l, &w->leases, next)
	if (l->add.addr.ifindex == a->ifindex && l->add.addr.prefix_len == a->prefix_len &&
	    addr_equal(&l->add.addr.addr, &a->addr))
		return l;
	return NULL;
}

/* Counted from before the write, so never longer than the kernel counts. */
static void lease_begin(struct lease *l, struct mono from)
{
	l->end = mono_add(from, l->add.lease.seconds * NS_PER_S);
	l->renew = mono_add(from, l->add.lease.seconds * NS_PER_S / 4);
}

/* After the write: the lease that the address has now, if any. */
static void lease_note(struct rtnl_writer *w, const struct request *q, struct mono from)
{
	struct lease *l = lease_find(w, &q->addr);

	if (l)
		lease_free(l);
	if (!q->add || !q->lease.seconds || q->error)
		return;
	l = xcalloc(1, sizeof(*l));
	l->add = *q;
	lease_begin(l, from);
	LIST_INSERT_HEAD(&w->leases, l, next);
}

static void lease_renew(struct rtnl_writer *w, struct lease *l, struct mono now)
{
	if (mono_diff(now, l->end) >= 0) {
		lease_free(l);
	} else if (mono_diff(now, (struct mono){w->alive_at}) >= l->add.lease.alive_ns ||
		   execute_address(w, &l->add)) {
		l->renew = mono_add(now, AGAIN_NS);
	} else {
		lease_begin(l, now);
	}
}

/* Renews what is due; returns when the next one is, ns 0: none. */
static struct mono renew_due(struct rtnl_writer *w)
{
	struct mono first = {0};
	struct lease *l, *next;

	for (l = LIST_FIRST(&w->leases); l; l = next) {
		struct mono now = mono_read();

		next = LIST_NEXT(l, next);
		if (mono_diff(now, l->renew) >= 0)
			lease_renew(w, l, now);
	}
	LIST_FOREACH(l, &w->leases, next)
	if (!first.ns || l->renew.ns < first.ns)
		first = l->renew;
	return first;
}

/* The next request; NULL at `until` (ns 0: wait for one), or at the end. */
static struct request *wait_request(struct rtnl_writer *w, struct mono until, bool *ending)
{
	struct timespec at = {until.ns / NS_PER_S, until.ns % NS_PER_S};
	struct request *q = NULL;
	int e = 0;

	pthread_mutex_lock(&w->lock);
	while (!w->ending && e != ETIMEDOUT && !(q = queue_take(&w->requests)))
		e = until.ns ? pthread_cond_timedwait(&w->more, &w->lock, &at)
			     : pthread_cond_wait(&w->more, &w->lock);
	*ending = w->ending;
	pthread_mutex_unlock(&w->lock);
	return q;
}

static void answer(struct rtnl_writer *w, struct request *q)
{
	uint64_t one = 1;

	pthread_mutex_lock(&w->lock);
	queue_put(&w->answers, q);
	pthread_mutex_unlock(&w->lock);
	if (write(w->wake_fd, &one, sizeof(one)) < 0)
		return; /* the counter is full: the loop is awake anyway */
}

static void execute(struct rtnl_writer *w, struct request *q)
{
	struct mono from = mono_read();

	if (q->job) {
		q->error = q->job(w, q->arg);
	} else if (q->msg) {
		q->error = execute_message(w, q->msg);
	} else {
		q->error = execute_address(w, q);
		lease_note(w, q, from);
	}
}

static void *work(void *arg)
{
	struct rtnl_writer *w = arg;
	bool ending = false;

	while (!ending) {
		struct request *q = wait_request(w, renew_due(w), &ending);

		if (!q)
			continue;
		execute(w, q);
		answer(w, q);
	}
	return NULL;
}

static void request_free(struct request *q)
{
	nlmsg_free(q->msg);
	free(q);
}

/* ---- the loop's side ---------------------------------------------------------- */

static void answered(void *arg, int fd, int what, struct mono now)
{
	struct rtnl_writer *w = arg;
	struct request *list, *next;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) < 0)
		return;
	pthread_mutex_lock(&w->lock);
	list = w->answers.first;
	queue_init(&w->answers);
	pthread_mutex_unlock(&w->lock);
	for (; list; list = next) {
		next = list->next;
		w->answered++;
		w->done(w->arg, list->cookie, list->error, now);
		request_free(list);
	}
}

static bool start_thread(struct rtnl_writer *w)
{
	pthread_attr_t attr;
	sigset_t all, old;
	int e;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	e = pthread_create(&w->thread, &attr, work, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	errno = e;
	return e == 0;
}

struct rtnl_writer *rtnl_writer_open(struct loop *loop, rtnl_done_fn done, void *arg)
{
	struct rtnl_writer *w = xcalloc(1, sizeof(*w));
	pthread_condattr_t clock;

	w->done = done;
	w->arg = arg;
	queue_init(&w->requests);
	queue_init(&w->answers);
	pthread_mutex_init(&w->lock, NULL);
	LIST_INIT(&w->leases);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&w->more, &clock);
	pthread_condattr_destroy(&clock);
	w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->sock = nl_socket_alloc();
	if (w->wake_fd < 0 || !w->sock || nl_connect(w->sock, NETLINK_ROUTE) < 0 ||
	    !start_thread(w))
		fatal("rtnetlink: the thread for writes does not start");
	watch_start(&w->watch, loop, w->wake_fd, WATCH_READ, answered, w);
	return w;
}

static void queue_free(struct queue *q)
{
	struct request *r;

	while ((r = queue_take(q)))
		request_free(r);
}

void rtnl_writer_close(struct rtnl_writer *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->ending = true;
	pthread_cond_signal(&w->more);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	watch_stop(&w->watch);
	close(w->wake_fd);
	nl_socket_free(w->sock);
	queue_free(&w->requests);
	queue_free(&w->answers);
	while (!LIST_EMPTY(&w->leases))
		lease_free(LIST_FIRST(&w->leases));
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->more);
	free(w);
}

static void submit(struct rtnl_writer *w, const struct request *what)
{
	struct request *q = xcalloc(1, sizeof(*q));

	*q = *what;
	w->taken++;
	pthread_mutex_lock(&w->lock);
	queue_put(&w->requests, q);
	pthread_cond_signal(&w->more);
	pthread_mutex_unlock(&w->lock);
}

void rtnl_writer_add(struct rtnl_writer *w, const struct rtnl_addr *a,
		     const struct rtnl_lease *lease, uint64_t cookie)
{
	struct request q = {
	    .addr = *a, .add = true, .cookie = cookie, .asked = loop_now(w->watch.loop)};

	if (lease)
		q.lease = *lease;
	submit(w, &q);
}

void rtnl_writer_del(struct rtnl_writer *w, const struct rtnl_addr *a, uint64_t cookie)
{
	submit(w, &(struct request){.addr = *a, .cookie = cookie});
}

void rtnl_writer_send(struct rtnl_writer *w, struct nl_msg *m, uint64_t cookie)
{
	submit(w, &(struct request){.msg = m, .cookie = cookie});
}

void rtnl_writer_run(struct rtnl_writer *w, rtnl_job_fn job, void *arg, uint64_t cookie)
{
	submit(w, &(struct request){.job = job, .arg = arg, .cookie = cookie});
}

void rtnl_writer_stamp(struct rtnl_writer *w, struct mono now)
{
	w->alive_at = now.ns;
}

uint64_t rtnl_writer_taken(const struct rtnl_writer *w)
{
	return w->taken;
}

uint64_t rtnl_writer_answered(const struct rtnl_writer *w)
{
	return w->answered;
}
