/*
 * addr: an IPv4 or IPv6 address as a value, without a port.
 *
 * bytes are in network order; IPv4 uses the first four, the rest is zero, so
 * two addresses are equal exactly when their memory is equal.
 */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum addr_family { ADDR_NONE = 0, ADDR_IPV4 = 4, ADDR_IPV6 = 6 };

struct addr {
	uint8_t family; /* enum addr_family */
	uint8_t bytes[16];
};

#define ADDR_TEXT_MAX     46                  /* longest text form with its NUL */
#define ADDR_ENDPOINT_MAX (ADDR_TEXT_MAX + 8) /* ... with brackets and a port */

/* Octets of the family: 0, 4 or 16. */
size_t addr_len(const struct addr *a);
/* AF_UNSPEC, AF_INET or AF_INET6. */
int addr_af(const struct addr *a);
struct addr addr_ipv4(uint32_t host_order);
/* IPv4 value in host order; 0 for any other family. */
uint32_t addr_ipv4_value(const struct addr *a);
/* Reads a literal ("192.0.2.1", "2001:db8::1"); no name is ever looked up. */
bool addr_parse(const char *text, struct addr *ret);
/* Writes the text form into buf and returns buf; "-" when there is no address. */
const char *addr_text(const struct addr *a, char buf[ADDR_TEXT_MAX]);
/* The same with a port: "192.0.2.1:80", "[2001:db8::1]:80" (RFC 5952 6). Returns buf. */
const char *addr_endpoint(const struct addr *a, uint16_t port, char buf[ADDR_ENDPOINT_MAX]);
/* Order: family, then bytes as unsigned in network order (RFC 9568 8.3.2). */
int addr_cmp(const struct addr *a, const struct addr *b);
bool addr_equal(const struct addr *a, const struct addr *b);
/* The nth address behind it, over the end of the family's addresses to their beginning. */
struct addr addr_add(const struct addr *a, uint32_t n);
/* How many from one to the other, both counted: 0 when there are none or the families differ,
 * at most UINT32_MAX. */
uint32_t addr_count(const struct addr *first, const struct addr *last);
/* The last address of a network; `a` itself when the length is more than the family has. */
struct addr addr_last(const struct addr *a, unsigned prefix_len);
/* Whether it is the first of a network: nothing is set behind the prefix. */
bool addr_is_network(const struct addr *a, unsigned prefix_len);
bool addr_is_multicast(const struct addr *a);
/* fe80::/10; no IPv4 address is. */
bool addr_is_link_local(const struct addr *a);

#endif
