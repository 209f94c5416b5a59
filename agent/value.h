/* value: one field of a row as an SNMP value, and the value of a SET as a field's text. */
#ifndef AGENT_VALUE_H
#define AGENT_VALUE_H

#include "agent/map.h"
#include "model/store.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

struct value {
	u_char type; /* ASN_ */
	size_t len;  /* octets of the member in use */
	union {
		long integer; /* all 32-bit types */
		struct counter64 counter64;
		u_char bytes[TEXT_MAX];
	} u;
};

/* What values of time are relative to. */
struct value_clock {
	struct mono now;
	struct mono uptime_zero;   /* when sysUpTime of the master was 0; may be negative */
	struct mono confirmed;     /* when main confirmed the replica last */
	const struct store *store; /* for what is counted; NULL: none */
};

/* false: the row has no instance of this column. */
bool value_read(const struct map_column *c, const void *row, const struct value_clock *clock,
		struct value *v);

/* Octets, and an IpAddress (0.0.0.0 unless it is IPv4), that are in no row. true. */
bool value_bytes(const void *data, size_t len, struct value *v);
bool value_ipaddress(const struct addr *a, struct value *v);
/* A number that is in no row. false: the type is none of numbers and times. */
bool value_number(enum map_type type, uint64_t n, const struct value_clock *clock, struct value *v);

bool value_signed(int32_t n, struct value *v);

/* Checks the value of a SET (ASN type, octets as net-snmp holds them) against the column and
 * the field's range, and writes the text that a change carries into `text` (of TEXT_MAX).
 * Returns SNMP_ERR_NOERROR, _NOTWRITABLE, _WRONGTYPE, _WRONGLENGTH or _WRONGVALUE. */
int value_write(const struct map_column *c, u_char type, const void *data, size_t len, char *text);

/* Follows the master's sysUpTime (hundredths of a second): returns the estimate of its zero (0:
 * none yet), which stays as it is while it agrees with `uptime`, so that a TimeStamp reads the
 * same each time, and moves when the master began anew. */
struct mono value_uptime_zero(struct mono zero, struct mono now, uint64_t uptime_cs);

#endif
