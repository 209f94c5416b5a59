/*
 * check_dns: does a name server answer a question? (DNS_CHECK)
 *
 * One datagram from a connected socket of its own, so that only this server is heard, an ICMP error
 * is told as an errno, and a late answer to an earlier question finds nobody. An answer with
 * another id is not ours: the right one may still come, until the deadline.
 *
 * Process lvs; a module, since c-ares is a library that few directors need.
 */
#include "lvs/check_request.h"
#include "lvs/check_socket.h"

#include "base/log.h"
#include "base/text.h"
#include "dns/dns.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

struct dns_state {
	struct check_socket socket;
	struct dns_question question;
	char heard[TEXT_REASON]; /* that was no answer */
};

/* A question without an id. */
static void *prepare(const struct check_params *p, char why[TEXT_REASON])
{
	struct dns_question *q = xcalloc(1, sizeof(*q));

	request_value(p->request, "dns_name", q->name, sizeof(q->name));
	q->type = (uint8_t)request_number(p->request, "dns_type", DNS_SOA);
	if (q->name[0] && q->name[strlen(q->name) - 1] == '.')
		q->name[strlen(q->name) - 1] = '\0';
	if (dns_write(q)) {
		dns_free(q);
		return q;
	}
	text_copy(why, TEXT_REASON, "name is not one of DNS");
	free(q);
	return NULL;
}

static void cancel(struct check_job *j, void *state)
{
	struct dns_state *s = state;

	dns_free(&s->question);
	check_socket_cancel(j, state);
}

static void expired(struct check_job *j, void *state)
{
	struct dns_state *s = state;

	check_end(j, REASON_TIMEOUT, s->heard[0] ? s->heard : "no answer in time");
}

static void hear(void *arg, int fd, int what, struct mono now)
{
	static unsigned char data[UINT16_MAX];
	struct check_job *j = arg;
	struct dns_state *s = check_job_state(j);
	char text[TEXT_REASON];
	ssize_t n = recv(fd, data, sizeof(data), 0);
	enum check_reason reason;

	(void)what, (void)now;
	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			check_end_errno(j, errno);
		return;
	}
	reason = dns_judge(&s->question, data, (size_t)n, text);
	if (reason == REASON_NONE)
		text_copy(s->heard, sizeof(s->heard), text);
	else
		check_end(j, reason, text);
}

static int ask(struct check_job *j, struct dns_state *s)
{
	int err = check_connect(j, SOCK_DGRAM, IPPROTO_UDP);

	if (err)
		return err;
	s->question = *(const struct dns_question *)check_job_prepared(j);
	s->question.id = (uint16_t)arc4random();
	if (!dns_write(&s->question))
		return ENOMEM;
	return send(s->socket.fd, s->question.octets, (size_t)s->question.len, 0) < 0 ? errno : 0;
}

static void start(struct check_job *j, void *state)
{
	int err = ask(j, state);

	if (err)
		check_end_errno(j, err);
	else
		check_socket_watch(j, WATCH_READ, hear);
}

const struct check_ops check_dns = {
    .kind = CHECK_DNS,
    .size = sizeof(struct dns_state),
    .prepare = prepare,
    .discard = free,
    .start = start,
    .cancel = cancel,
    .expired = expired,
};
