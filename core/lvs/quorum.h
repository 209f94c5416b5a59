/*
 * quorum: whether a pool has enough servers, and whether its sorry server stands in. Pure.
 */
#ifndef LVS_QUORUM_H
#define LVS_QUORUM_H

#include "lvs/pool.h"

/* Gained at quorum + hysteresis, lost below quorum - hysteresis, and always without any weight;
 * what has not been judged before begins as if it were lost. */
enum vs_quorum quorum_judge(const struct virtual_server_row *vs, uint64_t weight);

/* Of a virtual server: what its servers add up to, and what came of it. */
struct quorum_facts {
	uint64_t weight;  /* of those that are alive, and that the operator has not taken out */
	bool has_sorry;   /* there is a sorry server, ... */
	bool sorry_works; /* ... alive and not taken out */
};

void quorum_count(struct quorum_facts *f, const struct real_server_row *rs,
		  const struct pool_verdict *v);
/* Whether the sorry server takes the place of the others. */
bool quorum_wants_sorry(const struct quorum_facts *f, enum vs_quorum q);
/* What becomes of a verdict when it does, or does not. */
struct pool_verdict quorum_place(const struct virtual_server_row *vs,
				 const struct real_server_row *rs, struct pool_verdict v,
				 bool sorry);

#endif
