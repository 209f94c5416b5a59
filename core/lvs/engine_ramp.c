/*
 * engine_ramp: slow_start. A server that its checks had said to be down, and that is back, gets
 * its weight in steps.
 *
 * Only after a recovery: when the daemon starts all servers would be slow together, which spares
 * nobody, and one that the operator enables has been well all the time; he can set its weight.
 * While it is slow its row says how much it gets, from where the next process goes on.
 *
 * Runs in the lvs process.
 */
#include "lvs/engine_int.h"

#include "lvs/ramp.h"

static void wake_at(struct engine *e, struct service_memory *s, struct mono when)
{
	if (!s->ramp_next.ns || mono_diff(when, s->ramp_next) < 0)
		s->ramp_next = when;
	if (!e->ramp.armed || mono_diff(when, e->ramp_due) < 0) {
		e->ramp_due = when;
		timer_at(&e->ramp, when);
	}
}

static void follow(struct server_memory *m, const struct virtual_server_row *vs,
		   const struct real_server_row *rs, const struct check_count *n, struct mono now)
{
	if (!m->ramp_percent && rs->ramp_percent < 100)
		m->came_back =
		    mono_add(now, -ramp_since(vs->scheduler, rs->slow_start_s, rs->ramp_percent));
	if (n->failing) {
		m->was_down = true;
		m->came_back = (struct mono){0};
	} else if (m->was_down && !n->unknown) {
		m->was_down = false;
		m->came_back = now;
	}
}

uint8_t engine_ramp(struct engine *e, const struct virtual_server_row *vs,
		    const struct real_server_row *rs, const struct check_count *n)
{
	struct server_memory *m = engine_server_memory(rs);
	struct mono now = loop_now(e->loop);
	struct ramp r = {.percent = 100};

	follow(m, vs, rs, n, now);
	if (m->came_back.ns && rs->kind == RS_REGULAR)
		r = ramp_at(vs->scheduler, rs->slow_start_s, mono_diff(now, m->came_back));
	if (r.next_ns)
		wake_at(e, engine_service_memory(vs), mono_add(now, r.next_ns));
	else
		m->came_back = (struct mono){0};
	m->ramp_percent = r.percent;
	return r.percent;
}

void engine_on_ramp(void *engine, struct mono now)
{
	struct engine *e = engine;
	struct mono next = {0};

	STORE_EACH(e->store, T_VIRTUAL_SERVER, struct virtual_server_row, vs)
	{
		struct mono when = engine_service_memory(vs)->ramp_next;

		if (!when.ns)
			continue;
		if (mono_diff(now, when) >= 0)
			engine_wake(e, vs->name);
		else if (!next.ns || mono_diff(when, next) < 0)
			next = when;
	}
	if (!next.ns)
		return;
	e->ramp_due = next;
	timer_at(&e->ramp, next);
}
