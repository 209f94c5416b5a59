/*
 * engine_rows: the states of virtual and real servers, and their one log line for each change.
 *
 * This is the only place that writes oper_state, and it writes from what is true after a pass:
 * the verdict, what the kernel was seen to have, and what it refused. The effective weight is
 * the weight in the kernel's table.
 *
 * Runs in the lvs process.
 */
#include "lvs/engine.h"

#include "lvs/engine_int.h"

#include "base/log.h"
#include "base/text.h"

#include <stdio.h>

static void set_reason(struct real_server_row *row, const struct pool_verdict *v,
		       const struct check_count *n, uint8_t ramp)
{
	row->reason = (uint8_t)(v->reason == REASON_NONE ? n->reason : v->reason);
	row->reason_text = v->oper == RS_DOWN               ? n->text
			   : v->replaced                    ? "the sorry server stands in"
			   : v->oper == RS_UP && ramp < 100 ? "starts slowly"
							    : "";
}

/* When the operator said it of the machine, and not of the server. */
static const char *name_node(const struct real_server_row *rs, char text[TEXT_REASON])
{
	char addr[ADDR_TEXT_MAX];

	if (rs->node_admin <= rs->admin_state)
		return "";
	snprintf(text, TEXT_REASON, "node %s is %s", addr_text(&rs->addr, addr),
		 enum_name(rs_admin_names, rs->node_admin));
	return text;
}

/* A server that should take traffic and is not in the table is down, whatever its checks say. */
static void mind_trouble(struct real_server_row *row, struct pool_verdict *v, bool in_kernel,
			 const char *trouble)
{
	if (!trouble || v->oper == RS_DOWN)
		return;
	if (!in_kernel && (v->oper == RS_UP || v->oper == RS_CHECKING))
		v->oper = RS_DOWN;
	row->reason = REASON_KERNEL_REFUSED;
	row->reason_text = trouble;
}

/* What its checks say. The first word is not a change. */
static void note_health(const struct real_server_row *was, struct real_server_row *row, bool alive)
{
	row->health = alive ? HEALTH_ALIVE : HEALTH_DEAD;
	row->health_changes += was->health != HEALTH_UNKNOWN && was->health != row->health;
}

static void note_transition(const struct real_server_row *was, struct real_server_row *row,
			    struct mono now)
{
	if (was->oper_state == row->oper_state)
		return;
	row->transitions++;
	row->drains += was->oper_state == RS_OPER_DRAINING && row->oper_state == RS_DRAINED;
	row->last_change = now;
	log_transition(
	    &(struct log_transition){.event = LOG_REAL_SERVER,
				     .level = LOG_LV_NOTICE,
				     .key = {row->vs, row->name},
				     .old = enum_name(rs_oper_names, was->oper_state),
				     .now = enum_name(rs_oper_names, row->oper_state),
				     .reason = enum_name(check_reason_names, row->reason)},
	    "%s%sweight %u", row->reason_text, row->reason_text[0] ? ", " : "",
	    row->effective_weight);
}

static void write_server(struct engine *e, const struct virtual_server_row *vs,
			 const struct real_server_row *rs, struct pool_totals *count)
{
	const struct server_memory *m = engine_server_memory(rs);
	struct check_count n = engine_count_checks(e, rs);
	struct server_seen seen = engine_seen(e, vs, rs);
	struct pool_verdict v = m->verdict;
	struct real_server_row row = *rs;
	char text[TEXT_REASON];
	bool tell;

	set_reason(&row, &v, &n, m->ramp_percent);
	if (v.reason == REASON_ADMIN)
		row.reason_text = name_node(rs, text);
	mind_trouble(&row, &v, seen.dest != NULL,
		     !e->kernel     ? e->kernel_error
		     : seen.refusal ? seen.refusal->text
				    : NULL);
	row.oper_state = (uint8_t)v.oper;
	row.effective_weight = seen.dest ? seen.dest->weight : 0;
	row.checks = (uint16_t)n.checks;
	row.checks_failing = (uint16_t)n.failing;
	row.drain_started = m->drain_started;
	row.drain_ends = m->drain_ends;
	row.ramp_percent = m->ramp_percent;
	note_health(rs, &row, v.alive);
	note_transition(rs, &row, loop_now(e->loop));
	tell = row.health != rs->health;
	store_put(e->store, T_REAL_SERVER, &row, F_SEEN, NULL);
	if (tell && e->event)
		e->event(e->event_arg);
	pool_count(count, rs, &v);
}

static void write_service(struct engine *e, const struct virtual_server_row *vs)
{
	struct virtual_server_row row = *vs;
	struct pool_totals count = {0};
	char text[TEXT_REASON];
	bool tell;

	SERVERS_OF(e, vs->name, rs)
	write_server(e, vs, rs, &count);
	row.rs_total = count.rs_total;
	row.rs_up = count.rs_up;
	row.weight_total = count.weight_total;
	row.weight_up = count.weight_up;
	row.health_percent = pool_health(&count);
	row.quorum_state = engine_service_memory(vs)->quorum;
	tell = row.quorum_state != vs->quorum_state;
	row.quorum_changes += tell && vs->quorum_state != QUORUM_UNKNOWN;
	row.oper_state = (uint8_t)pool_vs_oper(&row, &count);
	row.reason_text = pool_reason(&row, &count, text);
	if (row.oper_state != vs->oper_state) {
		row.transitions++;
		row.last_change = loop_now(e->loop);
		log_transition(
		    &(struct log_transition){.event = LOG_VIRTUAL_SERVER,
					     .level = LOG_LV_NOTICE,
					     .key = {vs->name},
					     .old = enum_name(vs_oper_names, vs->oper_state),
					     .now = enum_name(vs_oper_names, row.oper_state)},
		    "%s", text);
	}
	store_put(e->store, T_VIRTUAL_SERVER, &row, F_SEEN, NULL);
	if (tell && e->event)
		e->event(e->event_arg);
}

void engine_on_event(struct engine *e, void (*event)(void *arg), void *arg)
{
	e->event = event;
	e->event_arg = arg;
}

void engine_write_states(struct engine *e)
{
	for (size_t i = 0; i < e->scope.n; i++)
		write_service(e, e->scope.list[i]);
}
