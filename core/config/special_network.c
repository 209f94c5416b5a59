/* special_network: see special_network.h. */
#include "config/special_network.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static struct network_row *row_of(struct parse *p, struct draft *d)
{
	return draft_part(p->arena, d, T_NETWORK)->row;
}

/* A name below /run/netns, and no way out of there. */
void special_namespace(struct parse *p, struct draft *d, const struct keyword *k,
		       const struct item *it)
{
	const char *text = parse_word(p, it, 1, "the name");

	if (!text)
		return;
	if (!text[0] || text[0] == '.' || strchr(text, '/')) {
		parse_report(p, FINDING_ERROR, it, 1,
			     "%s: \"%.64s\" is no name of a network namespace; it was ignored",
			     it->words[0].text, text);
		return;
	}
	parse_value(p, d, k, it);
}

/* A bare word is the namespace in which the program was started. */
void special_namespace_ipvs(struct parse *p, struct draft *d, const struct keyword *k,
			    const struct item *it)
{
	struct network_row *r = row_of(p, d);

	if (it->nwords > 1) {
		special_namespace(p, d, k, it);
		return;
	}
	TEXT_COPY(r->net_namespace_ipvs, IPVS_OF_CALLER);
	parse_mark(p, d, k, it);
}

bool print_namespace_ipvs(const void *row, char *buf, size_t size)
{
	const char *name = ((const struct network_row *)row)->net_namespace_ipvs;

	keyword_quote(name, buf, size);
	if (text_eq(name, IPVS_OF_CALLER))
		text_copy(buf, size, "");
	return true;
}

/* keepalived's word for a number of octets is the number. */
void special_rx_bufs(struct parse *p, struct draft *d, const struct keyword *k,
		     const struct item *it)
{
	struct network_row *r = row_of(p, d);
	const char *text = parse_word(p, it, 1, "MTU, ADVERT or a number of bytes");
	uint64_t bytes;

	if (!text)
		return;
	if (text_eq(text, "MTU") || text_eq(text, "ADVERT")) {
		r->vrrp_rx_bufs_policy = text[0] == 'M' ? RX_BUFS_MTU : RX_BUFS_ADVERT;
		r->vrrp_rx_bufs_size = 0;
	} else if (text_u64(text, 0, 67108864, &bytes)) {
		r->vrrp_rx_bufs_policy = RX_BUFS_SIZE;
		r->vrrp_rx_bufs_size = (uint32_t)bytes;
	} else {
		parse_report(p, FINDING_ERROR, it, 1,
			     "vrrp_rx_bufs_policy: \"%.64s\" is not MTU, ADVERT or a number in "
			     "0..67108864; it was ignored",
			     text);
		return;
	}
	parse_mark(p, d, k, it);
	parse_no_more(p, it, 2);
}

bool print_rx_bufs(const void *row, char *buf, size_t size)
{
	const struct network_row *r = row;

	if (r->vrrp_rx_bufs_policy == RX_BUFS_SIZE)
		snprintf(buf, size, "%u", r->vrrp_rx_bufs_size);
	else
		text_copy(buf, size, enum_name(rx_bufs_policy_names, r->vrrp_rx_bufs_policy));
	return r->vrrp_rx_bufs_policy != RX_BUFS_DEFAULT;
}
