/* echo: see echo.h. */
#include "lvs/echo.h"

#include <string.h>

enum { ECHO_REQUEST = 8, ECHO_REPLY = 0, ECHO6_REQUEST = 128, ECHO6_REPLY = 129 };

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* RFC 1071, of an even number of octets. */
static uint16_t checksum(const uint8_t *p, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += get16(p + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

void echo_write(const struct echo *e, bool v6, uint8_t ret[ECHO_LEN])
{
	memset(ret, 0, 8);
	ret[0] = v6 ? ECHO6_REQUEST : ECHO_REQUEST;
	put16(ret + 4, e->id);
	put16(ret + 6, e->sequence);
	memcpy(ret + 8, e->token, sizeof(e->token));
	if (!v6)
		put16(ret + 2, checksum(ret, ECHO_LEN));
}

bool echo_is_answer(const struct echo *e, bool v6, bool ip, bool any_id, const uint8_t *data,
		    size_t len)
{
	size_t skip = 0;

	if (ip && len)
		skip = (size_t)(data[0] & 0xf) * 4;
	if ((ip && skip < 20) || len < skip + ECHO_LEN)
		return false;
	data += skip;
	return data[0] == (v6 ? ECHO6_REPLY : ECHO_REPLY) && data[1] == 0 &&
	       (any_id || get16(data + 4) == e->id) && get16(data + 6) == e->sequence &&
	       memcmp(data + 8, e->token, sizeof(e->token)) == 0;
}
