/* special_snmp: see special_snmp.h. */
#include "config/special_snmp.h"

#include "config/parse.h"

#include <stddef.h>

static void also(struct parse *p, struct draft *d, size_t offset, bool on, const struct item *it)
{
	struct global_row *r = draft_part(p->arena, d, T_GLOBAL)->row;

	*(bool *)((char *)r + offset) = on;
	parse_mark_field(p, d, T_GLOBAL, offset, it, 0);
}

static bool value_of(const struct parse *p, struct draft *d, const struct keyword *k)
{
	const struct global_row *r = draft_part(p->arena, d, T_GLOBAL)->row;

	return *(const bool *)((const char *)r + k->offset);
}

void special_enable_snmp(struct parse *p, struct draft *d, const struct keyword *k,
			 const struct item *it)
{
	parse_value(p, d, k, it);
	if (value_of(p, d, k))
		also(p, d, offsetof(struct global_row, enable_snmp_keepalived), true, it);
}

void special_enable_snmp_rfc(struct parse *p, struct draft *d, const struct keyword *k,
			     const struct item *it)
{
	parse_value(p, d, k, it);
	also(p, d, offsetof(struct global_row, enable_snmp_rfcv3), value_of(p, d, k), it);
}

bool print_nothing(const void *row, char *buf, size_t size)
{
	(void)row, (void)buf, (void)size;
	return false;
}
