/*
 * pool: effective weights and states.
 *
 * The effective weight is a product with one factor for each source: the configured weight with
 * what scripts and files add to it (so keepalived does), the share that an agent leaves, the
 * operator's word on the server, the operator's word on the virtual server, the checks, and how
 * long ago it came back (slow_start).
 * Nobody overwrites another's factor, so taking one source back restores exactly what was
 * there before, and the configured weight is never lost. A share rounds up: what somebody wants
 * to weigh little weighs 1, and nothing only when that is what was said.
 *
 * An agent's drain or maint, or 0%, is to the server what the operator's disabled is, until the
 * agent takes it back; what the operator has said counts first.
 *
 * Whether a server is in the kernel's table at all:
 *   failed          out, as keepalived does; with inhibit_on_failure in, at weight 0
 *   draining        in at weight 0 while the kernel still has it, out once drained; it is
 *                   never added for the sake of being drained
 *   disabled        in at weight 0 if the kernel has it; not added otherwise
 *   forcedOffline   out at once
 *   parent disabled in at weight 0
 * A server that drains stays in whatever its checks say: weight 0 keeps clients away already,
 * and taking it out would end the connections that the drain is there to spare.
 *
 * A server whose checks have not run yet is taken as up (as keepalived does) and says
 * "checking"; with alpha it is not taken as up, and weighs nothing. One that was known to be down
 * before a restart stays down, since its check starts from the last known state.
 *
 * Runs in the lvs process. Pure.
 */
#include "lvs/pool.h"

#include "lvs/ramp.h"

#include <inttypes.h>
#include <stdio.h>

static bool is_alive(const struct pool_facts *f)
{
	return !f->failing && !f->unproven;
}

#define WEIGHT_MAX 65535

static bool is_held_by_agent(const struct pool_facts *f)
{
	return f->changes.agent == AGENT_DRAIN || f->changes.agent == AGENT_MAINT ||
	       (f->changes.scaled && !f->changes.percent);
}

/* What the server would weigh if nobody held it out. */
static uint32_t own_weight(const struct pool_facts *f)
{
	int64_t sum = (int64_t)f->rs->weight + f->changes.added;
	uint64_t weight = sum < 0 ? 0 : sum > WEIGHT_MAX ? WEIGHT_MAX : (uint64_t)sum;

	if (f->changes.scaled)
		weight = (weight * f->changes.percent + 99) / 100;
	return weight > WEIGHT_MAX ? WEIGHT_MAX : (uint32_t)weight;
}

static uint32_t weight_product(const struct pool_facts *f)
{
	uint32_t by_server = f->admin == RS_ENABLED;
	uint32_t by_parent = f->vs->admin_state != VS_DISABLED;
	uint32_t by_agent = !is_held_by_agent(f);
	uint32_t by_checks = is_alive(f);

	return ramp_weight(own_weight(f), f->ramp_percent) * by_server * by_parent * by_agent *
	       by_checks;
}

static struct pool_verdict judge_enabled(const struct pool_facts *f)
{
	if (f->failing)
		return (struct pool_verdict){
		    .present = f->rs->inhibit_on_failure, .oper = RS_DOWN, .reason = REASON_NONE};
	if (f->unproven)
		return (struct pool_verdict){.present = f->rs->inhibit_on_failure,
					     .oper = RS_CHECKING,
					     .reason = REASON_NOT_RUN};
	if (is_held_by_agent(f))
		return (struct pool_verdict){
		    .present = f->in_kernel, .oper = RS_OPER_DISABLED, .reason = REASON_AGENT};
	if (f->vs->admin_state == VS_DISABLED)
		return (struct pool_verdict){
		    .present = true, .oper = RS_DISABLED_BY_PARENT, .reason = REASON_ADMIN};
	if (f->unknown)
		return (struct pool_verdict){
		    .present = true, .oper = RS_CHECKING, .reason = REASON_NOT_RUN};
	return (struct pool_verdict){
	    .present = true, .oper = RS_UP, .reason = f->checks ? REASON_OK : REASON_NO_CHECK};
}

static struct pool_verdict judge_draining(const struct pool_facts *f)
{
	bool going_on = f->in_kernel && !f->drained;

	return (struct pool_verdict){.present = going_on,
				     .oper = going_on ? RS_OPER_DRAINING : RS_DRAINED,
				     .reason = REASON_ADMIN};
}

struct pool_verdict pool_judge(const struct pool_facts *f)
{
	struct pool_verdict v;

	switch (f->admin) {
	case RS_FORCED_OFFLINE:
		v = (struct pool_verdict){.oper = RS_OPER_DISABLED, .reason = REASON_ADMIN};
		break;
	case RS_DISABLED:
		v = (struct pool_verdict){
		    .present = f->in_kernel, .oper = RS_OPER_DISABLED, .reason = REASON_ADMIN};
		break;
	case RS_DRAINING:
		v = judge_draining(f);
		break;
	default:
		v = judge_enabled(f);
		break;
	}
	v.weight = weight_product(f);
	v.share = own_weight(f);
	v.alive = is_alive(f);
	return v;
}

bool pool_is_held_out(const struct pool_verdict *v)
{
	return v->present && (v->oper == RS_OPER_DRAINING || v->oper == RS_OPER_DISABLED ||
			      v->oper == RS_DISABLED_BY_PARENT);
}

void pool_count(struct pool_totals *t, const struct real_server_row *rs,
		const struct pool_verdict *v)
{
	bool up = v->alive && (v->oper == RS_UP || v->oper == RS_CHECKING);

	if (rs->kind == RS_SORRY) {
		t->sorry = v->oper == RS_UP || v->oper == RS_CHECKING;
		return;
	}
	t->rs_total++;
	t->rs_up += up;
	t->weight_total += rs->weight;
	t->weight_up += up ? rs->weight : 0;
}

uint8_t pool_health(const struct pool_totals *t)
{
	if (t->weight_total)
		return (uint8_t)(UINT64_C(100) * t->weight_up / t->weight_total);
	return t->rs_total ? (uint8_t)(UINT64_C(100) * t->rs_up / t->rs_total) : 0;
}

enum vs_oper pool_vs_oper(const struct virtual_server_row *vs, const struct pool_totals *t)
{
	if (vs->admin_state == VS_DISABLED)
		return VS_OPER_DISABLED;
	if (t->sorry)
		return VS_SORRY;
	if (!t->rs_up)
		return VS_DOWN;
	if (vs->quorum_state == QUORUM_LOST)
		return VS_QUORUM_LOST;
	return t->rs_up < t->rs_total ? VS_DEGRADED : VS_UP;
}

const char *pool_reason(const struct virtual_server_row *vs, const struct pool_totals *t,
			char text[TEXT_REASON])
{
	char needed[48] = "";

	if (vs->quorum_state == QUORUM_LOST)
		snprintf(needed, sizeof(needed), ", %" PRIu64 " is needed",
			 (uint64_t)vs->quorum + vs->hysteresis);
	snprintf(text, TEXT_REASON, "%u of %u servers up, weight %u of %u%s", t->rs_up, t->rs_total,
		 t->weight_up, t->weight_total, needed);
	return text;
}
