/*
 * special_lvs: how packets are forwarded, and which clients stay together.
 *
 * A line about forwarding that says TUN is about the tunnel too: it sets all of it, for the server
 * or for all servers of the virtual server that say nothing themselves.
 */
#include "config/special_lvs.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <stdio.h>

#define SERVER(member) T_REAL_SERVER, offsetof(struct real_server_row, member)

static void mark_tunnel(struct parse *p, struct draft *d, const struct item *it)
{
	parse_mark_field(p, d, SERVER(tunnel_type), it, 1);
	parse_mark_field(p, d, SERVER(tunnel_checksum), it, 1);
	parse_mark_field(p, d, SERVER(tunnel_port), it, 1);
}

/* Reads the word at *w and what belongs to it; false: it is no option of a tunnel. */
static bool tunnel_option(struct parse *p, const struct item *it, unsigned *w,
			  struct real_server_row *r)
{
	const char *word = it->words[*w].text;
	const char *value = *w + 1 < it->nwords ? it->words[*w + 1].text : "";
	uint64_t port;
	int found;

	if (enum_value(tunnel_checksum_names, word, &found)) {
		r->tunnel_checksum = (uint8_t)found;
		return true;
	}
	++*w;
	if (text_eq(word, "type") && enum_value(tunnel_type_names, value, &found)) {
		r->tunnel_type = (uint8_t)found;
		return true;
	}
	if (text_eq(word, "port") && text_u64(value, 1, 65535, &port)) {
		r->tunnel_port = (uint16_t)port;
		return true;
	}
	parse_report(
	    p, FINDING_ERROR, it, *w < it->nwords ? *w : *w - 1,
	    "%s: after TUN may stand: type ipip, gue or gre; port 1..65535; nocsum, csum or "
	    "remcsum; the rest was left out",
	    it->words[0].text);
	return false;
}

static void read_tunnel(struct parse *p, struct draft *d, const struct item *it)
{
	struct real_server_row *r = draft_part(p->arena, d, T_REAL_SERVER)->row;

	r->tunnel_type = TUNNEL_IPIP;
	r->tunnel_checksum = TUNNEL_NOCSUM;
	r->tunnel_port = 0;
	for (unsigned w = 2; w < it->nwords; w++)
		if (!tunnel_option(p, it, &w, r))
			break;
	if (r->tunnel_type == TUNNEL_GUE && !r->tunnel_port)
		parse_report(p, FINDING_ERROR, it, 0,
			     "%s: a gue tunnel needs its port; ipip is used", it->words[0].text);
	if (r->tunnel_type == TUNNEL_GUE && !r->tunnel_port)
		r->tunnel_type = TUNNEL_IPIP;
	if (r->tunnel_type != TUNNEL_GUE)
		r->tunnel_port = 0;
	mark_tunnel(p, d, it);
}

void special_forwarding(struct parse *p, struct draft *d, const struct keyword *k,
			const struct item *it)
{
	struct item first = *it;
	bool tunnel = it->nwords > 1 && text_eq(it->words[1].text, "TUN");

	if (tunnel)
		first.nwords = 2;
	parse_value(p, d, k, &first);
	if (tunnel)
		read_tunnel(p, d, it);
}

bool print_forwarding(const void *row, char *buf, size_t size)
{
	const struct real_server_row *r = row;
	char type[32] = "", port[16] = "", checksum[16] = "";

	if (r->forwarding == LVS_TUN && r->tunnel_type != TUNNEL_IPIP)
		snprintf(type, sizeof(type), " type %s",
			 enum_name(tunnel_type_names, r->tunnel_type));
	if (r->forwarding == LVS_TUN && r->tunnel_port)
		snprintf(port, sizeof(port), " port %u", r->tunnel_port);
	if (r->forwarding == LVS_TUN && r->tunnel_checksum != TUNNEL_NOCSUM)
		snprintf(checksum, sizeof(checksum), " %s",
			 enum_name(tunnel_checksum_names, r->tunnel_checksum));
	snprintf(buf, size, "%s%s%s%s", enum_name(lvs_forwarding_names, r->forwarding), type, port,
		 checksum);
	return true;
}

/* "255.255.255.0" or "24"; 0: neither. */
static uint8_t granularity_of(const char *text)
{
	struct in_addr mask;
	uint32_t hole;
	uint64_t length;

	if (text_u64(text, 1, 128, &length))
		return (uint8_t)length;
	if (inet_pton(AF_INET, text, &mask) != 1 || !mask.s_addr)
		return 0;
	hole = ~ntohl(mask.s_addr);
	return hole & (hole + 1) ? 0 : (uint8_t)(32 - __builtin_popcount(hole));
}

void special_granularity(struct parse *p, struct draft *d, const struct keyword *k,
			 const struct item *it)
{
	struct virtual_server_row *r = draft_part(p->arena, d, T_VIRTUAL_SERVER)->row;
	const char *text = parse_word(p, it, 1, "the mask");
	uint8_t length = text ? granularity_of(text) : 0;

	if (!text)
		return;
	if (!length && !text_eq(text, "0")) {
		parse_report(p, FINDING_ERROR, it, 1,
			     "persistence_granularity: \"%.64s\" is not a mask such as "
			     "255.255.255.0, nor a prefix length in 1..128; it was left out",
			     text);
		return;
	}
	r->persistence_granularity = length;
	parse_mark(p, d, k, it);
	parse_no_more(p, it, 2);
}

bool print_granularity(const void *row, char *buf, size_t size)
{
	const struct virtual_server_row *r = row;
	unsigned length = r->persistence_granularity;
	struct in_addr mask;

	if (r->family == FAMILY_IPV6 || !length || length > 32) {
		snprintf(buf, size, "%u", length);
		return true;
	}
	mask.s_addr = htonl(UINT32_MAX << (32 - length));
	inet_ntop(AF_INET, &mask, buf, (socklen_t)size);
	return true;
}

bool print_flag(const void *row, char *buf, size_t size)
{
	const struct virtual_server_row *r = row;

	text_copy(buf, size, "");
	return !text_eq(r->scheduler, "sh") && !text_eq(r->scheduler, "mh");
}
