/*
 * dns: see dns.h.
 *
 * Any answer without an error is good, one without records too, as for keepalived: it is the name
 * server that is checked and not what is in its zones. But all of it must be there as it says. A
 * truncated answer (the bit that says so) is good: who wants it whole asks again by TCP.
 *
 * Process lvs, module check_dns.
 */
#include "dns/dns.h"

#include "base/text.h"

#include <ares.h>
#include <ares_dns.h>
#include <arpa/nameser.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

bool dns_write(struct dns_question *q)
{
	q->octets = NULL;
	return ares_create_query(q->name, ns_c_in, q->type, q->id, 0, &q->octets, &q->len, 0) ==
	       ARES_SUCCESS;
}

void dns_free(struct dns_question *q)
{
	if (q->octets)
		ares_free_string(q->octets);
	q->octets = NULL;
}

static const char *rcode_name(unsigned rcode, char buf[16])
{
	static const char *const names[] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
					    "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
					    "NXRRSET", "NOTAUTH", "NOTZONE"};

	if (rcode < sizeof(names) / sizeof(names[0]))
		return names[rcode];
	snprintf(buf, 16, "rcode %u", rcode);
	return buf;
}

static enum check_reason bad(char *text, enum check_reason reason, const char *why)
{
	text_copy(text, TEXT_REASON, why);
	return reason;
}

/* A packet that is gone through. */
struct packet {
	const unsigned char *data;
	size_t len, at;
};

/* Passes over a name; with `name`, "" being the root, only over that one. */
static bool pass_name(struct packet *p, const char *name)
{
	char *found = NULL;
	long used = 0;
	bool good;

	if (p->at >= p->len ||
	    ares_expand_name(p->data + p->at, p->data, (int)p->len, &found, &used) != ARES_SUCCESS)
		return false;
	good = !name || strcasecmp(found, name) == 0;
	ares_free_string(found);
	p->at += (size_t)used;
	return good;
}

static bool pass(struct packet *p, size_t n)
{
	if (p->len - p->at < n)
		return false;
	p->at += n;
	return true;
}

/* Whether as many records follow as are said to. */
static bool pass_records(struct packet *p, unsigned n)
{
	while (n--) {
		const unsigned char *fixed;

		if (!pass_name(p, NULL))
			return false;
		fixed = p->data + p->at;
		if (!pass(p, RRFIXEDSZ) || !pass(p, DNS_RR_LEN(fixed)))
			return false;
	}
	return true;
}

static bool is_question(struct packet *p, const struct dns_question *q)
{
	const unsigned char *fixed;

	if (!pass_name(p, q->name))
		return false;
	fixed = p->data + p->at;
	return pass(p, QFIXEDSZ) && DNS_QUESTION_TYPE(fixed) == q->type &&
	       DNS_QUESTION_CLASS(fixed) == ns_c_in;
}

enum check_reason dns_judge(const struct dns_question *q, const unsigned char *data, size_t len,
			    char *text)
{
	struct packet p = {data, len, HFIXEDSZ};
	char buf[16];

	text[0] = '\0';
	if (len < HFIXEDSZ)
		return bad(text, REASON_BAD_REPLY, "the answer is shorter than its header");
	if (DNS_HEADER_QID(data) != q->id)
		return bad(text, REASON_NONE, "an answer with another id");
	if (!DNS_HEADER_QR(data))
		return bad(text, REASON_BAD_REPLY, "a question came back, not an answer");
	if (DNS_HEADER_RCODE(data)) {
		snprintf(text, TEXT_REASON, "%s for %.60s", rcode_name(DNS_HEADER_RCODE(data), buf),
			 q->name[0] ? q->name : ".");
		return REASON_STATUS;
	}
	if (DNS_HEADER_QDCOUNT(data) != 1 || !is_question(&p, q))
		return bad(text, REASON_BAD_REPLY, "the answer is to another question");
	if (DNS_HEADER_TC(data))
		return bad(text, REASON_OK, "truncated, which is an answer");
	if (!pass_records(&p, DNS_HEADER_ANCOUNT(data)) ||
	    !pass_records(&p, DNS_HEADER_NSCOUNT(data)) ||
	    !pass_records(&p, DNS_HEADER_ARCOUNT(data)))
		return bad(text, REASON_BAD_REPLY, "the answer ends before its last record");
	if (!DNS_HEADER_ANCOUNT(data))
		return bad(text, REASON_OK, "no record of that type, and no error");
	return REASON_OK;
}
