/*
 * genl: request and reply over one generic netlink socket.
 *
 * libnl makes the socket, the headers and the walk over a received datagram; what follows the
 * header are the caller's bytes. Sequence numbers are checked here: an answer to an earlier
 * request (one that timed out) is dropped, never taken for the present one. When a wait times
 * out the socket stays usable for that reason.
 *
 * The end of an exchange is an NLMSG_ERROR (with 0: acknowledged) or, in a dump, NLMSG_DONE.
 * A batch is several messages in one datagram, which the kernel takes one after the other. Only the
 * last one asks to be acknowledged; of the others the kernel answers those that fail, so silence
 * is success.
 *
 * The two seconds are for a kernel whose IPVS lock is held by another namespace (it was one
 * lock for all until 2025); a lost answer (ENOBUFS on a dump) ends the exchange with an error.
 *
 * Runs in the lvs process.
 */
#include "nl/genl.h"

#include "base/log.h"

#include <errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define ANSWER_TIMEOUT_MS 2000
#define RECEIVE_BUFFER    (1 << 20)
#define MESSAGE_BUFFER    65536

struct genl {
	struct nl_sock *sock;
	int family;
	uint8_t version;
	struct buf batch;
	size_t nbatch;
	uint32_t batch_seq; /* of its first message; the others follow */
	size_t batch_last;  /* where the last message begins */
	_Alignas(struct nlmsghdr) unsigned char buffer[MESSAGE_BUFFER];
};

/* libnl's error numbers as errno, as far as they can occur here. */
static int errno_of(int nlerr)
{
	switch (-abs(nlerr)) {
	case -NLE_OBJ_NOTFOUND:
		return -ENOENT;
	case -NLE_PERM:
	case -NLE_NOACCESS:
		return -EPERM;
	case -NLE_NOMEM:
		return -ENOMEM;
	case -NLE_AGAIN:
		return -EAGAIN;
	case -NLE_PROTO_MISMATCH:
		return -EPROTONOSUPPORT;
	default:
		return -EIO;
	}
}

/* Of genl_keep(); NULL: each has its own. */
static struct nl_sock *kept;

static int connect_socket(struct nl_sock **ret)
{
	*ret = nl_socket_alloc();
	if (!*ret)
		fatalx("netlink: out of memory");
	return genl_connect(*ret);
}

int genl_keep(const char *family)
{
	int r = connect_socket(&kept);

	if (r < 0) {
		nl_socket_free(kept);
		kept = NULL;
		return errno_of(r);
	}
	genl_ctrl_resolve(kept, family);
	return 0;
}

int genl_open(const char *family, uint8_t version, struct genl **ret)
{
	struct genl *g = xcalloc(1, sizeof(*g));
	int r = 0;

	g->version = version;
	if (kept)
		g->sock = kept;
	else
		r = connect_socket(&g->sock);
	if (r == 0)
		r = g->family = genl_ctrl_resolve(g->sock, family);
	if (r < 0) {
		genl_close(g);
		return errno_of(r);
	}
	nl_socket_set_buffer_size(g->sock, RECEIVE_BUFFER, 0);
	*ret = g;
	return 0;
}

void genl_close(struct genl *g)
{
	if (!g)
		return;
	if (g->sock != kept)
		nl_socket_free(g->sock);
	buf_free(&g->batch);
	free(g);
}

static int send_request(struct genl *g, uint8_t cmd, int flags, const struct buf *attrs,
			uint32_t *seq)
{
	struct nl_msg *m =
	    nlmsg_alloc_size(NLMSG_SPACE(GENL_HDRLEN) + (attrs ? attrs->len : 0) + NLMSG_ALIGNTO);
	void *body = NULL;
	int r;

	if (!m || !genlmsg_put(m, NL_AUTO_PORT, NL_AUTO_SEQ, g->family, 0, flags, cmd, g->version))
		fatalx("netlink: out of memory");
	if (attrs && attrs->len) {
		body = nlmsg_reserve(m, attrs->len, NLMSG_ALIGNTO);
		if (!body)
			fatalx("netlink: out of memory");
		memcpy(body, attrs->data, attrs->len);
	}
	r = nl_send_auto(g->sock, m);
	*seq = nlmsg_hdr(m)->nlmsg_seq;
	nlmsg_free(m);
	return r < 0 ? errno_of(r) : 0;
}

/* One message of our exchange: 1 to go on, 0 at its end, or the kernel's -errno. */
static int take_message(struct nlmsghdr *h, genl_reply_fn fn, void *arg)
{
	const struct nlmsgerr *e;

	switch (h->nlmsg_type) {
	case NLMSG_NOOP:
		return 1;
	case NLMSG_DONE:
		return 0;
	case NLMSG_ERROR:
		e = nlmsg_data(h);
		return nlmsg_datalen(h) < (int)sizeof(*e) ? -EBADMSG : e->error;
	default:
		if (nlmsg_datalen(h) < (int)GENL_HDRLEN)
			return -EBADMSG;
		if (fn)
			fn(arg, (char *)nlmsg_data(h) + GENL_HDRLEN,
			   (size_t)(nlmsg_datalen(h) - GENL_HDRLEN));
		return 1;
	}
}

static int take_datagram(struct genl *g, int n, uint32_t seq, genl_reply_fn fn, void *arg)
{
	struct nlmsghdr *h = (struct nlmsghdr *)g->buffer;
	int r = 1;

	for (; r > 0 && nlmsg_ok(h, n); h = nlmsg_next(h, &n))
		if (h->nlmsg_seq == seq)
			r = take_message(h, fn, arg);
	return r;
}

/* Receives until the exchange `seq` ends. */
static int await_end(struct genl *g, uint32_t seq, genl_reply_fn fn, void *arg)
{
	struct pollfd p = {.fd = nl_socket_get_fd(g->sock), .events = POLLIN};
	int r = 1;

	while (r > 0) {
		ssize_t n;

		r = poll(&p, 1, ANSWER_TIMEOUT_MS);
		if (r == 0)
			return -ETIMEDOUT;
		n = r < 0 ? -1 : recv(p.fd, g->buffer, sizeof(g->buffer), MSG_DONTWAIT);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
		r = n < 0 ? 1 : take_datagram(g, (int)n, seq, fn, arg);
	}
	return r;
}

static int exchange(struct genl *g, uint8_t cmd, int flags, const struct buf *attrs,
		    genl_reply_fn fn, void *arg)
{
	uint32_t seq;
	int r = send_request(g, cmd, NLM_F_REQUEST | flags, attrs, &seq);

	return r < 0 ? r : await_end(g, seq, fn, arg);
}

int genl_request(struct genl *g, uint8_t cmd, const struct buf *attrs)
{
	return exchange(g, cmd, NLM_F_ACK, attrs, NULL, NULL);
}

int genl_get(struct genl *g, uint8_t cmd, const struct buf *attrs, genl_reply_fn fn, void *arg)
{
	return exchange(g, cmd, NLM_F_ACK, attrs, fn, arg);
}

int genl_dump(struct genl *g, uint8_t cmd, const struct buf *attrs, genl_reply_fn fn, void *arg)
{
	return exchange(g, cmd, NLM_F_DUMP, attrs, fn, arg);
}

/* ---- batches --------------------------------------------------------- */

void genl_batch_add(struct genl *g, uint8_t cmd, const struct buf *attrs)
{
	static const unsigned char padding[NLMSG_ALIGNTO];
	size_t len = NLMSG_LENGTH(GENL_HDRLEN) + attrs->len;
	struct nlmsghdr h = {.nlmsg_len = (uint32_t)len,
			     .nlmsg_type = (uint16_t)g->family,
			     .nlmsg_flags = NLM_F_REQUEST,
			     .nlmsg_seq = nl_socket_use_seq(g->sock)};
	struct genlmsghdr body = {.cmd = cmd, .version = g->version};

	if (g->nbatch == GENL_BATCH_MAX)
		fatalx("netlink: a batch of more than %d", GENL_BATCH_MAX);
	if (!g->nbatch++)
		g->batch_seq = h.nlmsg_seq;
	g->batch_last = g->batch.len;
	buf_add(&g->batch, &h, sizeof(h));
	buf_add(&g->batch, &body, sizeof(body));
	buf_add(&g->batch, attrs->data, attrs->len);
	buf_add(&g->batch, padding, NLMSG_ALIGN(len) - len);
}

static void ask_for_answer(struct genl *g)
{
	struct nlmsghdr h;

	memcpy(&h, g->batch.data + g->batch_last, sizeof(h));
	h.nlmsg_flags |= NLM_F_ACK;
	memcpy(g->batch.data + g->batch_last, &h, sizeof(h));
}

struct answers {
	int *results;
	genl_answer_fn fn;
	void *arg;
};

static void take_answer(struct nlmsghdr *h, size_t number, const struct answers *to)
{
	if (h->nlmsg_type == NLMSG_ERROR)
		to->results[number] = take_message(h, NULL, NULL);
	else if (nlmsg_datalen(h) < (int)GENL_HDRLEN)
		to->results[number] = -EBADMSG;
	else if (to->fn)
		to->fn(to->arg, number, (char *)nlmsg_data(h) + GENL_HDRLEN,
		       (size_t)(nlmsg_datalen(h) - GENL_HDRLEN));
}

/* Takes the answers of one datagram; true when the end of the last command was among them. */
static bool take_answers(struct genl *g, int n, const struct answers *to)
{
	bool over = false;

	for (struct nlmsghdr *h = (struct nlmsghdr *)g->buffer; nlmsg_ok(h, n);
	     h = nlmsg_next(h, &n)) {
		uint32_t number = h->nlmsg_seq - g->batch_seq;

		if (number >= g->nbatch)
			continue;
		take_answer(h, number, to);
		over |= h->nlmsg_type == NLMSG_ERROR && number == g->nbatch - 1;
	}
	return over;
}

/* 0 when all answers have come. */
static int await_answers(struct genl *g, const struct answers *to)
{
	struct pollfd p = {.fd = nl_socket_get_fd(g->sock), .events = POLLIN};

	for (;;) {
		ssize_t n = recv(p.fd, g->buffer, sizeof(g->buffer), MSG_DONTWAIT);

		if (n < 0 && errno == EAGAIN && poll(&p, 1, ANSWER_TIMEOUT_MS) == 0)
			return -ETIMEDOUT;
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
		if (n >= 0 && take_answers(g, (int)n, to))
			return 0;
	}
}

void genl_batch_run(struct genl *g, int *results, genl_answer_fn fn, void *arg)
{
	struct answers to = {results, fn, arg};
	int r = 0;

	if (!g->nbatch)
		return;
	memset(results, 0, g->nbatch * sizeof(*results));
	ask_for_answer(g);
	if (send(nl_socket_get_fd(g->sock), g->batch.data, g->batch.len, 0) < 0)
		r = -errno;
	else
		r = await_answers(g, &to);
	for (size_t i = 0; r < 0 && i < g->nbatch; i++)
		if (!results[i])
			results[i] = r;
	g->nbatch = 0;
	buf_reset(&g->batch);
}
