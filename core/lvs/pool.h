/*
 * pool: from what is configured, what the operator says and what the checks found, to the
 * weight and the state of a real server and the totals of its virtual server. Pure.
 */
#ifndef LVS_POOL_H
#define LVS_POOL_H

#include "model/rows.h"

/* What checks do to the weight of a server. */
struct pool_changes {
	int64_t added; /* by scripts and files */
	uint8_t agent; /* enum agent_word, the one that takes most; 0: no agent has spoken */
	bool scaled;   /* agents leave so many percent of it, the least that one says */
	uint32_t percent;
};

/* All that decides about one real server. */
struct pool_facts {
	const struct virtual_server_row *vs;
	const struct real_server_row *rs;
	unsigned checks, failing, unknown; /* its checks: all, those down, those that never ran */
	unsigned unproven;                 /* of the unknown, those that must succeed first */
	struct pool_changes changes;
	bool in_kernel;       /* the kernel's table has it now */
	bool drained;         /* it was drained to the end */
	uint8_t ramp_percent; /* of its weight, by slow_start */
	uint8_t admin;        /* enum rs_admin: the server's or the stricter node's */
};

struct pool_verdict {
	bool present;    /* it belongs in the kernel's table */
	uint32_t weight; /* there; also the effective weight shown */
	enum rs_oper oper;
	enum check_reason reason; /* REASON_NONE: the reason of the failing check */
	bool alive;               /* by its checks, whatever the operator says */
	bool replaced;            /* by the sorry server */
	uint32_t share;           /* its weight as far as the quorum is concerned */
};

struct pool_verdict pool_judge(const struct pool_facts *f);

/* True while the server has weight 0 by the operator's word but stays in the table: then sh
 * and mh need their fallback flag, persistence the sysctl. */
bool pool_is_held_out(const struct pool_verdict *v);

struct pool_totals {
	uint32_t rs_total, rs_up;
	uint32_t weight_total, weight_up;
	bool sorry; /* the sorry server stands in */
};

void pool_count(struct pool_totals *t, const struct real_server_row *rs,
		const struct pool_verdict *v);
/* Percent of the weight that is up; of the servers when no weight is configured. */
uint8_t pool_health(const struct pool_totals *t);
enum vs_oper pool_vs_oper(const struct virtual_server_row *vs, const struct pool_totals *t);
/* Why it is so, in words. */
const char *pool_reason(const struct virtual_server_row *vs, const struct pool_totals *t,
			char text[TEXT_REASON]);

#endif
