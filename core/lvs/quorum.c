/*
 * quorum: see quorum.h.
 *
 * The quorum is a sum of weights, as scripts, files and agents have changed them. What counts is
 * who is alive: a server that its checks find well and that the operator has not taken out. What is
 * done with it then (weight 0 since the operator has disabled the whole virtual server, its place
 * taken by the sorry server) does not count, since that would keep the quorum from coming back.
 *
 * A sorry server takes the place of all others: they go out of the kernel's table, as with
 * keepalived, or stay at weight 0 with inhibit_on_failure. It does so only while it works itself:
 * without a check it always does. Servers that the operator has set aside stay what they are: a
 * drain spares connections whatever becomes of the pool.
 *
 * Runs in the lvs process. Pure.
 */
#include "lvs/quorum.h"

#define SORRY_WEIGHT 1

enum vs_quorum quorum_judge(const struct virtual_server_row *vs, uint64_t weight)
{
	bool has = vs->quorum_state == QUORUM_MET;
	int64_t needed = (int64_t)vs->quorum + (has ? -1 : 1) * (int64_t)vs->hysteresis;

	if (has && !weight)
		return QUORUM_LOST;
	return (int64_t)weight >= needed ? QUORUM_MET : QUORUM_LOST;
}

/* By the operator's word on this server. */
static bool is_set_aside(const struct pool_verdict *v)
{
	return v->oper == RS_OPER_DRAINING || v->oper == RS_DRAINED || v->oper == RS_OPER_DISABLED;
}

static bool works(const struct pool_verdict *v)
{
	return v->alive && !is_set_aside(v);
}

void quorum_count(struct quorum_facts *f, const struct real_server_row *rs,
		  const struct pool_verdict *v)
{
	if (rs->kind == RS_SORRY) {
		f->has_sorry = true;
		f->sorry_works = works(v);
		return;
	}
	if (works(v))
		f->weight += v->share;
}

bool quorum_wants_sorry(const struct quorum_facts *f, enum vs_quorum q)
{
	return q == QUORUM_LOST && f->sorry_works;
}

/* It is in the table when it stands in; else only to be at hand with weight 0. */
static struct pool_verdict place_sorry(const struct virtual_server_row *vs,
				       const struct real_server_row *rs, struct pool_verdict v,
				       bool sorry)
{
	if (sorry) {
		v.weight = vs->admin_state == VS_DISABLED ? 0 : SORRY_WEIGHT;
		return v;
	}
	v.present = rs->inhibit_on_failure;
	v.weight = 0;
	if (v.alive)
		v.oper = RS_STANDBY;
	return v;
}

struct pool_verdict quorum_place(const struct virtual_server_row *vs,
				 const struct real_server_row *rs, struct pool_verdict v,
				 bool sorry)
{
	if (is_set_aside(&v))
		return v;
	if (rs->kind == RS_SORRY)
		return place_sorry(vs, rs, v, sorry);
	if (sorry && works(&v)) {
		v.present = rs->inhibit_on_failure;
		v.weight = 0;
		v.replaced = true;
	}
	return v;
}
