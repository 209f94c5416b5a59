/* validate_address: which addresses can be used, see validate.h. */
#include "config/validate.h"

#include "base/log.h"

#include <stdlib.h>
#include <string.h>

unsigned validate_addresses_max(uint8_t family)
{
	return family == FAMILY_IPV6 ? (1500 - 40 - 8) / 16 : 255;
}

static bool is_unspecified(const struct addr *a)
{
	const struct addr none = {.family = a->family};

	return addr_equal(a, &none);
}

static bool is_loopback(const struct addr *a)
{
	struct addr one = {.family = ADDR_IPV6};

	one.bytes[15] = 1;
	return a->family == ADDR_IPV6 ? addr_equal(a, &one) : a->bytes[0] == 127;
}

const char *address_objection(const struct addr *a)
{
	if (is_unspecified(a))
		return "it is the unspecified address, which stands for none";
	if (addr_is_multicast(a))
		return "it is a multicast address";
	if (a->family == ADDR_IPV4 && addr_ipv4_value(a) == UINT32_MAX)
		return "it is the broadcast address";
	return NULL;
}

const char *virtual_objection(const struct vrrp_address_row *a)
{
	return a->join_group && addr_is_multicast(&a->addr) ? NULL : address_objection(&a->addr);
}

/* Whether all bits behind the prefix are as given. */
static bool host_bits_are(const struct addr *a, unsigned prefix_len, bool one)
{
	for (unsigned bit = prefix_len; bit < 8 * addr_len(a); bit++)
		if ((a->bytes[bit / 8] >> (7 - bit % 8) & 1) != one)
			return false;
	return true;
}

const char *address_doubt(const struct addr *a, unsigned prefix_len)
{
	unsigned bits = 8 * (unsigned)addr_len(a);

	if (is_loopback(a))
		return "it is a loopback address, which no other machine can reach";
	if (a->family == ADDR_IPV4 && (!a->bytes[0] || a->bytes[0] >= 240))
		return "it is of a range that is reserved and not routed";
	if (!prefix_len)
		return "with prefix length 0 every address there is counts as a neighbour";
	if (prefix_len + 1 < bits && host_bits_are(a, prefix_len, false))
		return "with this prefix length it is the address of the network itself";
	if (a->family == ADDR_IPV4 && prefix_len + 1 < bits && host_bits_are(a, prefix_len, true))
		return "with this prefix length it is the broadcast address of the network";
	return NULL;
}

struct sortable {
	const struct vrrp_address_row *row;
	unsigned order;
};

static int by_address(const void *a, const void *b)
{
	const struct sortable *x = a, *y = b;
	int order = addr_cmp(&x->row->addr, &y->row->addr);

	if (!order && x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return order ? order : strcmp(x->row->instance, y->row->instance);
}

const struct vrrp_address_row **addresses_sorted(const struct validation *v, size_t *count)
{
	size_t n = store_count(v->store, T_VRRP_ADDRESS);
	const struct vrrp_address_row **all = xcalloc(n + 1, sizeof(*all));
	struct sortable *s = xcalloc(n + 1, sizeof(*s));

	for (size_t i = 0; i < n; i++) {
		s[i].row = store_at(v->store, T_VRRP_ADDRESS, i);
		s[i].order = origins_find(v->origins, s[i].row, ORIGIN_ROW).order;
	}
	qsort(s, n, sizeof(*s), by_address);
	for (size_t i = 0; i < n; i++)
		all[i] = s[i].row;
	free(s);
	*count = n;
	return all;
}
