/* addr: see addr.h. */
#include "base/addr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

size_t addr_len(const struct addr *a)
{
	return a->family == ADDR_IPV4 ? 4 : a->family == ADDR_IPV6 ? 16 : 0;
}

int addr_af(const struct addr *a)
{
	return a->family == ADDR_IPV4 ? AF_INET : a->family == ADDR_IPV6 ? AF_INET6 : AF_UNSPEC;
}

struct addr addr_ipv4(uint32_t host_order)
{
	struct addr a = {.family = ADDR_IPV4};
	uint32_t be = htonl(host_order);

	memcpy(a.bytes, &be, 4);
	return a;
}

uint32_t addr_ipv4_value(const struct addr *a)
{
	uint32_t be;

	if (a->family != ADDR_IPV4)
		return 0;
	memcpy(&be, a->bytes, 4);
	return ntohl(be);
}

bool addr_parse(const char *text, struct addr *ret)
{
	struct addr a = {.family = ADDR_IPV4};

	if (inet_pton(AF_INET, text, a.bytes) != 1) {
		memset(&a, 0, sizeof(a));
		a.family = ADDR_IPV6;
		if (inet_pton(AF_INET6, text, a.bytes) != 1)
			return false;
	}
	*ret = a;
	return true;
}

const char *addr_text(const struct addr *a, char buf[ADDR_TEXT_MAX])
{
	if (a->family == ADDR_NONE || !inet_ntop(addr_af(a), a->bytes, buf, ADDR_TEXT_MAX))
		memcpy(buf, "-", 2);
	return buf;
}

const char *addr_endpoint(const struct addr *a, uint16_t port, char buf[ADDR_ENDPOINT_MAX])
{
	char text[ADDR_TEXT_MAX];

	snprintf(buf, ADDR_ENDPOINT_MAX, a->family == ADDR_IPV6 ? "[%s]:%u" : "%s:%u",
		 addr_text(a, text), port);
	return buf;
}

int addr_cmp(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
	return addr_cmp(a, b) == 0;
}

struct addr addr_add(const struct addr *a, uint32_t n)
{
	struct addr sum = *a;
	uint64_t carry = n;

	for (size_t i = addr_len(a); i-- > 0 && carry;) {
		carry += sum.bytes[i];
		sum.bytes[i] = (uint8_t)carry;
		carry >>= 8;
	}
	return sum;
}

uint32_t addr_count(const struct addr *first, const struct addr *last)
{
	uint64_t n = 0;

	if (addr_cmp(first, last) > 0 || first->family != last->family || !first->family)
		return 0;
	for (size_t i = 0; i < addr_len(first); i++) {
		n = n * 256 + last->bytes[i] - first->bytes[i];
		if (n > UINT32_MAX) /* what follows takes less than 1 of it */
			return UINT32_MAX;
	}
	return n == UINT32_MAX ? UINT32_MAX : (uint32_t)n + 1;
}

/* Of the octet: the bits behind the prefix. */
static uint8_t host_bits(unsigned prefix_len, size_t octet)
{
	unsigned kept = prefix_len > 8 * octet ? prefix_len - 8 * (unsigned)octet : 0;

	return kept < 8 ? (uint8_t)(0xff >> kept) : 0;
}

struct addr addr_last(const struct addr *a, unsigned prefix_len)
{
	struct addr last = *a;

	for (size_t i = 0; i < addr_len(a); i++)
		last.bytes[i] |= host_bits(prefix_len, i);
	return last;
}

bool addr_is_network(const struct addr *a, unsigned prefix_len)
{
	for (size_t i = 0; i < addr_len(a); i++)
		if (a->bytes[i] & host_bits(prefix_len, i))
			return false;
	return true;
}

bool addr_is_multicast(const struct addr *a)
{
	if (a->family == ADDR_IPV4)
		return (a->bytes[0] & 0xf0) == 0xe0;
	return a->family == ADDR_IPV6 && a->bytes[0] == 0xff;
}

bool addr_is_link_local(const struct addr *a)
{
	return a->family == ADDR_IPV6 && a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}
