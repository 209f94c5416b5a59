/*
 * udp_answer: see udp_answer.h.
 *
 * As keepalived has it: where the answer is shorter than what is wanted, or longer, what both have
 * is compared; min_reply_length and max_reply_length are for the rest.
 */
#include "lvs/udp_answer.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* Value of a digit; -1: any, -2: it is none. */
static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c == 'x' || c == 'X' ? -1 : -2;
}

bool octets_read(const char *text, struct octets *ret)
{
	size_t n = strlen(text);

	memset(ret, 0, sizeof(*ret));
	if (n % 2 || n / 2 > OCTETS_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		int d = digit(text[i]);
		unsigned shift = i % 2 ? 0 : 4;

		if (d < -1)
			return false;
		if (d < 0)
			continue;
		ret->value[i / 2] |= (uint8_t)(d << shift);
		ret->mask[i / 2] |= (uint8_t)(0xf << shift);
	}
	ret->len = n / 2;
	return true;
}

enum check_reason udp_judge(const struct udp_wanted *w, const uint8_t *data, size_t len, char *text)
{
	if (!w->required)
		return REASON_OK;
	if (len < w->min || len > w->max) {
		snprintf(text, TEXT_REASON, "the answer has %zu octets, wanted is %zu..%zu", len,
			 w->min, w->max);
		return REASON_CONTENT;
	}
	for (size_t i = 0; i < len && i < w->reply.len; i++)
		if ((data[i] ^ w->reply.value[i]) & w->reply.mask[i]) {
			snprintf(text, TEXT_REASON, "octet %zu of the answer is %02X, not %02X",
				 i + 1, data[i], w->reply.value[i]);
			return REASON_CONTENT;
		}
	return REASON_OK;
}
