/*
 * dns: the question of a DNS_CHECK and what an answer says, by c-ares. Pure.
 */
#ifndef DNS_DNS_H
#define DNS_DNS_H

#include "model/rows.h"

#include <stddef.h>

struct dns_question {
	char name[NAME_HOST]; /* without a dot at its end; "": the root */
	uint8_t type;         /* enum dns_type */
	uint16_t id;
	unsigned char *octets; /* free by dns_free() */
	int len;
};

/* Writes the octets of name, type and id; false: the name is none. */
bool dns_write(struct dns_question *q);
void dns_free(struct dns_question *q);

/* What the answer says: REASON_OK, or why it is not good, with text (TEXT_REASON). REASON_NONE: it
 * is not the answer to this question, which may still come; the text says what it is. */
enum check_reason dns_judge(const struct dns_question *q, const unsigned char *data, size_t len,
			    char *text);

#endif
