/*
 * rtnl_writer: address writes in a thread of their own (process vrrp).
 *
 * Two lists under one mutex: requests go in at the back and are executed one after the other,
 * answers come back through an eventfd and are delivered on the loop in the same order. The
 * mutex is held for list operations only, never over a system call of netlink, so the loop
 * cannot wait behind the kernel. The thread takes no signals and touches nothing but its own
 * socket and the lists.
 */
#include "nl/rtnl.h"

#include "base/log.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define STACK_BYTES (256 * 1024) /* memory is locked: 8 MB would be resident */

struct request {
	struct request *next;
	struct rtnl_addr addr;
	bool add;
	uint64_t cookie;
	int error;
};

struct queue {
	struct request *first, **last;
};

struct rtnl_writer {
	struct watch watch;
	rtnl_done_fn done;
	void *arg;
	uint64_t taken, answered; /* loop only */
	struct nl_sock *sock;     /* thread only */
	pthread_t thread;
	int wake_fd;
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

static struct nl_msg *build(const struct request *q)
{
	const struct rtnl_addr *a = &q->addr;
	int flags = q->add ? NLM_F_CREATE | NLM_F_REPLACE : 0;
	struct nl_msg *m = nlmsg_alloc_simple(q->add ? RTM_NEWADDR : RTM_DELADDR, flags);
	struct ifaddrmsg head = {
	    .ifa_family = (uint8_t)addr_af(&a->addr),
	    .ifa_prefixlen = a->prefix_len,
	    .ifa_scope = a->scope,
	    .ifa_index = a->ifindex,
	};
	int size = (int)addr_len(&a->addr);

	if (!m)
		fatalx("out of memory");
	nlmsg_append(m, &head, sizeof(head), NLMSG_ALIGNTO);
	nla_put(m, IFA_LOCAL, size, a->addr.bytes);
	nla_put(m, IFA_ADDRESS, size, a->addr.bytes);
	if (a->broadcast.family && q->add)
		nla_put(m, IFA_BROADCAST, (int)addr_len(&a->broadcast), a->broadcast.bytes);
	if (a->label[0] && q->add)
		nla_put_string(m, IFA_LABEL, a->label);
	return m;
}

/* libnl folds several errno values into one, so the ack is read here. */
static int keep_error(struct sockaddr_nl *who, struct nlmsgerr *e, void *arg)
{
	(void)who;
	*(int *)arg = -e->error;
	return NL_STOP;
}

static int execute(struct rtnl_writer *w, const struct request *q)
{
	struct nl_msg *m = build(q);
	int error = 0, e;

	nl_socket_modify_err_cb(w->sock, NL_CB_CUSTOM, keep_error, &error);
	e = nl_send_auto(w->sock, m);
	nlmsg_free(m);
	if (e < 0)
		return EIO;
	e = nl_wait_for_ack(w->sock);
	if (e < 0 && !error)
		return EIO;
	if ((q->add && error == EEXIST) || (!q->add && (error == EADDRNOTAVAIL || error == ENODEV)))
		return 0;
	return error;
}

static struct request *wait_request(struct rtnl_writer *w)
{
	struct request *q = NULL;

	pthread_mutex_lock(&w->lock);
	while (!w->ending && !(q = queue_take(&w->requests)))
		pthread_cond_wait(&w->more, &w->lock);
	pthread_mutex_unlock(&w->lock);
	return q;
}

static void *work(void *arg)
{
	struct rtnl_writer *w = arg;
	struct request *q;
	uint64_t one = 1;

	while ((q = wait_request(w))) {
		q->error = execute(w, q);
		pthread_mutex_lock(&w->lock);
		queue_put(&w->answers, q);
		pthread_mutex_unlock(&w->lock);
		if (write(w->wake_fd, &one, sizeof(one)) < 0)
			continue; /* the counter is full: the loop is awake anyway */
	}
	return NULL;
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
		free(list);
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

	w->done = done;
	w->arg = arg;
	queue_init(&w->requests);
	queue_init(&w->answers);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->more, NULL);
	w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->sock = nl_socket_alloc();
	if (w->wake_fd < 0 || !w->sock || nl_connect(w->sock, NETLINK_ROUTE) < 0 ||
	    !start_thread(w))
		fatal("rtnetlink: the thread for addresses does not start");
	watch_start(&w->watch, loop, w->wake_fd, WATCH_READ, answered, w);
	return w;
}

static void queue_free(struct queue *q)
{
	struct request *r;

	while ((r = queue_take(q)))
		free(r);
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
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->more);
	free(w);
}

static void submit(struct rtnl_writer *w, const struct rtnl_addr *a, bool add, uint64_t cookie)
{
	struct request *q = xcalloc(1, sizeof(*q));

	q->addr = *a;
	q->add = add;
	q->cookie = cookie;
	w->taken++;
	pthread_mutex_lock(&w->lock);
	queue_put(&w->requests, q);
	pthread_cond_signal(&w->more);
	pthread_mutex_unlock(&w->lock);
}

void rtnl_writer_add(struct rtnl_writer *w, const struct rtnl_addr *a, uint64_t cookie)
{
	submit(w, a, true, cookie);
}

void rtnl_writer_del(struct rtnl_writer *w, const struct rtnl_addr *a, uint64_t cookie)
{
	submit(w, a, false, cookie);
}

uint64_t rtnl_writer_taken(const struct rtnl_writer *w)
{
	return w->taken;
}

uint64_t rtnl_writer_answered(const struct rtnl_writer *w)
{
	return w->answered;
}
