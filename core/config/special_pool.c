/*
 * special_pool: sorry servers. One is a real server of another kind, and its block, which
 * keepalived does not know, has its checks.
 */
#include "config/special_pool.h"

#include <stdio.h>

struct draft *sorry_server_of(const struct draft *d)
{
	struct draft *c = d->first;

	while (c && c->block != &block_sorry_server)
		c = c->next;
	return c;
}

bool enter_sorry_server(struct parse *p, struct draft *d, const struct item *it)
{
	struct real_server_row *r = draft_part(p->arena, d, T_REAL_SERVER)->row;
	const struct draft *first = sorry_server_of(d->up);

	r->kind = RS_SORRY;
	if (!read_endpoint(p, it, 1, &r->addr, &r->port))
		return false;
	if (!first)
		return true;
	parse_report(p, FINDING_ERROR, it, 0,
		     "sorry_server: there is one already at %s:%u; the first counts",
		     first->at.source->path, first->at.line);
	return false;
}

void special_sorry_server(struct parse *p, struct draft *d, const struct keyword *k,
			  const struct item *it)
{
	struct draft *own = draft_new(p->arena, &block_sorry_server, it->at);

	(void)k;
	own->up = d;
	own->later = d->later;
	if (enter_sorry_server(p, own, it) && !own->later)
		draft_add(d, own);
}

void special_sorry_option(struct parse *p, struct draft *d, const struct keyword *k,
			  const struct item *it)
{
	struct draft *sorry = sorry_server_of(d);

	if (sorry && k->conv == CONV_CHOICE)
		special_forwarding(p, sorry, k, it);
	else if (sorry)
		parse_value(p, sorry, k, it);
	else if (!d->later)
		parse_report(p, FINDING_WARNING, it, 0,
			     "%s: there is no sorry_server before it; it was left out", k->name);
}
