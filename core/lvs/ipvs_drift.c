/* ipvs_drift: see ipvs_drift.h. */
#include "lvs/ipvs_drift.h"

#include "base/text.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

const char *ipvs_service_name(const struct ipvs_service_key *k, char buf[IPVS_NAME_MAX])
{
	char endpoint[ADDR_ENDPOINT_MAX];

	if (k->fwmark)
		snprintf(buf, IPVS_NAME_MAX, "fwmark:%u%s", k->fwmark,
			 k->addr.family == ADDR_IPV6 ? "/inet6" : "");
	else
		snprintf(buf, IPVS_NAME_MAX, "%s/%s", addr_endpoint(&k->addr, k->port, endpoint),
			 k->protocol == IPPROTO_TCP   ? "tcp"
			 : k->protocol == IPPROTO_UDP ? "udp"
						      : "sctp");
	return buf;
}

static bool read_addresses(char *text, struct addr *first, struct addr *last)
{
	char *dash = strchr(text, '-');

	if (dash)
		*dash++ = '\0';
	return addr_parse(text, first) && addr_parse(dash ? dash : text, last) &&
	       addr_count(first, last);
}

static uint8_t protocol_of(const char *name)
{
	return text_eq(name, "tcp")    ? IPPROTO_TCP
	       : text_eq(name, "udp")  ? IPPROTO_UDP
	       : text_eq(name, "sctp") ? IPPROTO_SCTP
				       : 0;
}

static bool read_mark(const char *text, struct ipvs_service_key *ret)
{
	char number[16];
	size_t len = strcspn(text, "/");
	uint64_t mark;

	snprintf(number, sizeof(number), "%.*s", (int)(len < sizeof(number) ? len : 0), text);
	if (!text_u64(number, 1, UINT32_MAX, &mark) ||
	    (text[len] && !text_eq(text + len, "/inet6")))
		return false;
	ret->fwmark = (uint32_t)mark;
	ret->addr.family = text[len] ? ADDR_IPV6 : ADDR_IPV4;
	return true;
}

bool ipvs_service_range(const char *name, struct ipvs_service_key *ret, struct addr *last)
{
	char text[2 * ADDR_TEXT_MAX + 32], *slash, *colon, *addr = text;
	uint64_t port;

	*ret = (struct ipvs_service_key){0};
	*last = (struct addr){0};
	if (strncmp(name, "fwmark:", 7) == 0)
		return read_mark(name + 7, ret);
	if (!text_copy(text, sizeof(text), name))
		return false;
	slash = strrchr(text, '/');
	if (!slash)
		return false;
	*slash = '\0';
	colon = strrchr(text, ':');
	if (!colon || !text_u64(colon + 1, 0, 65535, &port))
		return false;
	*colon = '\0';
	if (*addr == '[' && colon > text + 1 && colon[-1] == ']') {
		colon[-1] = '\0';
		addr++;
	}
	ret->port = (uint16_t)port;
	ret->protocol = protocol_of(slash + 1);
	return ret->protocol && read_addresses(addr, &ret->addr, last);
}

const char *ipvs_dest_name(const struct ipvs_dest_key *k, char buf[IPVS_NAME_MAX])
{
	return addr_endpoint(&k->addr, k->port, buf);
}

static const char *method(uint32_t forwarding)
{
	switch (forwarding & IP_VS_CONN_F_FWD_MASK) {
	case IP_VS_CONN_F_MASQ:
		return "NAT";
	case IP_VS_CONN_F_TUNNEL:
		return "TUN";
	case IP_VS_CONN_F_DROUTE:
		return "DR";
	default:
		return "another";
	}
}

static void service_text(const struct ipvs_service *want, const struct ipvs_service *have,
			 char *buf, size_t size)
{
	if (!text_eq(want->scheduler, have->scheduler))
		snprintf(buf, size, "scheduler is %s, not %s", have->scheduler, want->scheduler);
	else if (want->flags != have->flags)
		snprintf(buf, size, "flags are 0x%x, not 0x%x", have->flags, want->flags);
	else if (!text_eq(want->engine, have->engine))
		snprintf(buf, size, "persistence engine is \"%s\", not \"%s\"", have->engine,
			 want->engine);
	else if (want->timeout_s != have->timeout_s)
		snprintf(buf, size, "persistence timeout is %u s, not %u s", have->timeout_s,
			 want->timeout_s);
	else
		snprintf(buf, size, "persistence granularity is %u, not %u", have->prefix,
			 want->prefix);
}

static void dest_text(const struct ipvs_dest *want, const struct ipvs_dest *have, char *buf,
		      size_t size)
{
	char name[IPVS_NAME_MAX];

	ipvs_dest_name(&want->key, name);
	if (want->weight != have->weight)
		snprintf(buf, size, "server %s: weight is %u, not %u", name, have->weight,
			 want->weight);
	else if (want->forwarding != have->forwarding)
		snprintf(buf, size, "server %s: method is %s, not %s", name,
			 method(have->forwarding), method(want->forwarding));
	else if (want->u_threshold != have->u_threshold || want->l_threshold != have->l_threshold)
		snprintf(buf, size, "server %s: thresholds are %u and %u, not %u and %u", name,
			 have->u_threshold, have->l_threshold, want->u_threshold,
			 want->l_threshold);
	else
		snprintf(buf, size, "server %s: its tunnel differs", name);
}

const char *ipvs_drift_text(const struct ipvs_op *op, const struct ipvs_entry *have, char *buf,
			    size_t size)
{
	const struct ipvs_dest *d = have ? ipvs_entry_find(have, &op->dest.key) : NULL;
	char name[IPVS_NAME_MAX];

	if (op->kind == IPVS_NEW_SERVICE || !have)
		snprintf(buf, size, "it is missing");
	else if (op->kind == IPVS_DEL_SERVICE)
		snprintf(buf, size, "it is not wanted");
	else if (op->kind == IPVS_SET_SERVICE)
		service_text(&op->service, &have->service, buf, size);
	else if (op->kind == IPVS_SET_DEST && d)
		dest_text(&op->dest, d, buf, size);
	else
		snprintf(buf, size, "server %s is %s", ipvs_dest_name(&op->dest.key, name),
			 op->kind == IPVS_DEL_DEST ? "not wanted" : "missing");
	return buf;
}
