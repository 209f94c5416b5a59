/*
 * value: conversions between fields and SNMP values, by the type of the column. Pure: no
 * store, no socket, no clock. Wire types are exact (Unsigned32 is 0x42, enums are INTEGER),
 * since tools compare them; and a SET is held to the exact type as well, so that nothing is
 * ever read as something else and nothing is truncated (RFC 3416 4.2.5).
 */
#include "agent/value.h"

#include "base/text.h"

#include <string.h>
#include <time.h>

#define U32_MAX UINT64_C(0xffffffff)

static bool put_integer(struct value *v, u_char type, uint64_t n)
{
	v->type = type;
	v->len = sizeof(v->u.integer);
	v->u.integer = (long)n;
	return true;
}

static bool put_bytes(struct value *v, const void *data, size_t len)
{
	v->type = ASN_OCTET_STR;
	v->len = len;
	memcpy(v->u.bytes, data, len);
	return true;
}

static bool put_counter64(struct value *v, uint64_t n)
{
	v->type = ASN_COUNTER64;
	v->len = sizeof(v->u.counter64);
	v->u.counter64.high = (u_long)(n >> 32);
	v->u.counter64.low = (u_long)(n & U32_MAX);
	return true;
}

static uint64_t latch(uint64_t n, uint64_t max)
{
	return n < max ? n : max;
}

/* A difference of times in units of `unit` ns; 0 for a negative one. */
static uint64_t elapsed(struct mono from, struct mono to, int64_t unit)
{
	int64_t ns = mono_diff(to, from);

	return ns > 0 ? (uint64_t)(ns / unit) : 0;
}

/* RFC 2579 DateAndTime, 11 octets, UTC. */
static bool put_date(struct value *v, uint64_t wall_ms)
{
	time_t t = (time_t)(wall_ms / 1000);
	struct tm tm;
	u_char d[11];

	if (!gmtime_r(&t, &tm))
		return false;
	d[0] = (u_char)((tm.tm_year + 1900) >> 8);
	d[1] = (u_char)((tm.tm_year + 1900) & 0xff);
	d[2] = (u_char)(tm.tm_mon + 1);
	d[3] = (u_char)tm.tm_mday;
	d[4] = (u_char)tm.tm_hour;
	d[5] = (u_char)tm.tm_min;
	d[6] = (u_char)tm.tm_sec;
	d[7] = (u_char)(wall_ms % 1000 / 100);
	d[8] = '+';
	d[9] = d[10] = 0;
	return put_bytes(v, d, sizeof(d));
}

static const struct addr *row_addr(const struct field *f, const void *row)
{
	return (const struct addr *)((const char *)row + f->offset);
}

/* InetAddressType: unknown(0) ipv4(1) ipv6(2). */
static uint64_t addr_type(const struct addr *a)
{
	if (a->family == ADDR_NONE)
		return 0;
	return a->family == ADDR_IPV4 ? FAMILY_IPV4 : FAMILY_IPV6;
}

static uint64_t timestamp(struct mono when, const struct value_clock *clock)
{
	if (!when.ns)
		return 0;
	return latch(elapsed(clock->uptime_zero, when, NS_PER_CS), U32_MAX);
}

static bool is_empty(const struct field *f, const void *row)
{
	switch (f->type) {
	case FT_STR:
	case FT_TEXT:
		return !*field_str(f, row);
	case FT_ADDR:
		return row_addr(f, row)->family == ADDR_NONE;
	default:
		return field_get(f, row) == 0;
	}
}

static bool read_addr(const struct map_column *c, const void *row, struct value *v)
{
	const struct addr *a = row_addr(c->f, row);

	if (c->type == M_ADDR_TYPE)
		return put_integer(v, ASN_INTEGER, addr_type(a));
	if (c->type == M_IPADDRESS)
		return value_ipaddress(a, v);
	return put_bytes(v, a->bytes, addr_len(a));
}

bool value_bytes(const void *data, size_t len, struct value *v)
{
	return put_bytes(v, data, len);
}

bool value_ipaddress(const struct addr *a, struct value *v)
{
	static const u_char none[4];

	put_bytes(v, a->family == ADDR_IPV4 ? a->bytes : none, sizeof(none));
	v->type = ASN_IPADDRESS;
	return true;
}

bool value_number(enum map_type type, uint64_t n, const struct value_clock *clock, struct value *v)
{
	switch (type) {
	case M_INTEGER:
	case M_ROW_STATUS:
	case M_ADDR_TYPE:
		return put_integer(v, ASN_INTEGER, latch(n, INT32_MAX));
	case M_TRUTH:
		return put_integer(v, ASN_INTEGER, n ? 1 : 2);
	case M_UNSIGNED32:
	case M_GAUGE32:
		return put_integer(v, ASN_GAUGE, latch(n, U32_MAX));
	case M_COUNTER32:
		return put_integer(v, ASN_COUNTER, n & U32_MAX);
	case M_COUNTER64:
		return put_counter64(v, n);
	case M_TIMESTAMP:
		return put_integer(v, ASN_TIMETICKS, timestamp((struct mono){(int64_t)n}, clock));
	case M_TICKS:
		n = n ? elapsed((struct mono){(int64_t)n}, clock->now, NS_PER_CS) : 0;
		return put_integer(v, ASN_TIMETICKS, n & U32_MAX);
	case M_AGE_MS:
		n = elapsed((struct mono){(int64_t)n}, clock->now, NS_PER_MS);
		return put_integer(v, ASN_GAUGE, latch(n, U32_MAX));
	case M_DATE:
		return put_date(v, n);
	default:
		return false;
	}
}

bool value_signed(int32_t n, struct value *v)
{
	return put_integer(v, ASN_INTEGER, n);
}

bool value_read(const struct map_column *c, const void *row, const struct value_clock *clock,
		struct value *v)
{
	if (c->read)
		return c->read(c, row, clock, v);
	if (c->type == M_REPLICA_AGE) {
		uint64_t age = elapsed(clock->confirmed, clock->now, NS_PER_MS);

		return put_integer(v, ASN_GAUGE, latch(age, U32_MAX));
	}
	if ((c->flags & M_SPARSE) && is_empty(c->f, row))
		return false;
	if (field_is_text(c->f))
		return put_bytes(v, field_str(c->f, row), strlen(field_str(c->f, row)));
	if (c->f->type == FT_ADDR)
		return read_addr(c, row, v);
	if (c->f->type == FT_I32)
		return value_signed((int32_t)(int64_t)field_get(c->f, row), v);
	return value_number(c->type, field_get(c->f, row), clock, v);
}

/* ---- SET ---------------------------------------------------------------- */

/* Length of the UTF-8 sequence at p, or 0 when it is none or a control character. */
static size_t utf8_char(const u_char *p, size_t left)
{
	size_t n = *p < 0x80 ? 1 : *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;

	if (*p < 0x20 || *p == 0x7f || (*p >= 0x80 && *p < 0xc2) || *p > 0xf4 || n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

static int write_string(const struct field *f, const u_char *data, size_t len, char *text)
{
	if (len > f->max || len < f->min || len >= TEXT_MAX)
		return SNMP_ERR_WRONGLENGTH;
	for (size_t i = 0; i < len;) {
		size_t n = utf8_char(data + i, len - i);

		if (!n)
			return SNMP_ERR_WRONGVALUE;
		i += n;
	}
	memcpy(text, data, len);
	text[len] = '\0';
	return SNMP_ERR_NOERROR;
}

static bool enum_has(const struct enum_name *names, long value)
{
	for (; names->name; names++)
		if (names->value == value)
			return true;
	return false;
}

static bool in_range(const struct map_column *c, long n)
{
	if (c->type == M_TRUTH)
		return n == 1 || n == 2;
	if (c->f->type == FT_ENUM)
		return enum_has(c->f->names, n);
	if (c->f->type == FT_I32)
		return n >= (int64_t)c->f->min && n <= (int64_t)c->f->max;
	return n >= 0 && (uint64_t)n >= c->f->min && (uint64_t)n <= c->f->max;
}

static int write_number(const struct map_column *c, long n, char *text)
{
	unsigned char row[MAX_ROW] __attribute__((aligned(16))) = {0};

	if (!in_range(c, n))
		return SNMP_ERR_WRONGVALUE;
	field_put(c->f, row, c->type == M_TRUTH ? n == 1 : (uint64_t)n);
	field_text(c->f, row, text, TEXT_MAX);
	return SNMP_ERR_NOERROR;
}

static int write_scaled(const struct map_column *c, long n, char *text)
{
	if (n < 0 || n > INT32_MAX / c->arg)
		return SNMP_ERR_WRONGVALUE;
	return write_number(c, n * c->arg, text);
}

/* No octets, or all of them 0, are no address. */
static int write_addr(enum map_type type, const u_char *data, size_t len, char *text)
{
	static const u_char none[16];
	struct addr a = {.family = len == 16 ? ADDR_IPV6 : ADDR_IPV4};

	if (len != 4 && (type == M_IPADDRESS || (len != 0 && len != 16)))
		return SNMP_ERR_WRONGLENGTH;
	memcpy(a.bytes, data, len);
	if (!memcmp(a.bytes, none, len))
		a.family = ADDR_NONE;
	addr_text(&a, text);
	return SNMP_ERR_NOERROR;
}

static u_char asn_type(enum map_type type)
{
	switch (type) {
	case M_IPADDRESS:
		return ASN_IPADDRESS;
	case M_ADDR:
	case M_STRING:
		return ASN_OCTET_STR;
	case M_UNSIGNED32:
		return ASN_UNSIGNED;
	default:
		return ASN_INTEGER;
	}
}

int value_write(const struct map_column *c, u_char type, const void *data, size_t len, char *text)
{
	if (!(c->flags & M_RW))
		return SNMP_ERR_NOTWRITABLE;
	if (type != asn_type(c->type))
		return SNMP_ERR_WRONGTYPE;
	if (c->type == M_ADDR || c->type == M_IPADDRESS)
		return write_addr(c->type, data, len, text);
	if (type == ASN_OCTET_STR)
		return write_string(c->f, data, len, text);
	if (len != sizeof(long))
		return SNMP_ERR_WRONGLENGTH;
	if (c->flags & M_SCALED)
		return write_scaled(c, *(const long *)data, text);
	if (c->max && *(const long *)data > c->max)
		return SNMP_ERR_WRONGVALUE;
	return write_number(c, *(const long *)data, text);
}

/* Estimates differ by the master's rounding and by how long its answer took. */
#define UPTIME_SLACK (NS_PER_S / 2)

struct mono value_uptime_zero(struct mono zero, struct mono now, uint64_t uptime_cs)
{
	struct mono seen = mono_add(now, -(int64_t)uptime_cs * NS_PER_CS);
	int64_t off = mono_diff(seen, zero);

	return !zero.ns || off > UPTIME_SLACK || off < -UPTIME_SLACK ? seen : zero;
}
