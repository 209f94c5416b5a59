/* udp_answer: what a UDP_CHECK sends, and which answer it takes. Pure. */
#ifndef LVS_UDP_ANSWER_H
#define LVS_UDP_ANSWER_H

#include "model/rows.h"

#include <stddef.h>

/* Octets, of which some bits may be anything. */
struct octets {
	uint8_t value[OCTETS_MAX];
	uint8_t mask[OCTETS_MAX]; /* bits that count */
	size_t len;
};

struct udp_wanted {
	struct octets payload; /* of no octets: it is random */
	bool required;         /* there must be an answer */
	struct octets reply;
	size_t min, max;
};

/* Reads pairs of hexadecimal digits, x for any; false: it is none. */
bool octets_read(const char *text, struct octets *ret);
/* REASON_OK, or why not, with the text (TEXT_REASON). */
enum check_reason udp_judge(const struct udp_wanted *w, const uint8_t *data, size_t len,
			    char *text);

#endif
