/*
 * engine_ask: checks that somebody wants to be run now, and waits for.
 *
 * An answer is due when every check of the server has ended a run that began after it was asked
 * for; it is given at the end of a pass, when the rows say what came of it.
 *
 * Runs in the lvs process.
 */
#include "lvs/engine.h"

#include "lvs/engine_int.h"

#include "base/log.h"
#include "base/text.h"

#include <stdlib.h>

struct ask {
	struct ask *next;
	char vs[NAME_VS], rs[NAME_RS];
	struct mono since;
	uint32_t id;
};

/* Checks of the server, and how many of them have not run since; `run` starts those. */
static size_t count_checks(struct engine *e, const struct ask *a, bool run, size_t *waiting)
{
	struct checker_row key = {.number = 0};
	const struct checker_row *c;
	size_t n = 0;

	key.vs = a->vs;
	key.rs = a->rs;
	*waiting = 0;
	for (size_t i = store_lower_bound(e->store, T_CHECKER, &key);
	     i < store_count(e->store, T_CHECKER); i++) {
		c = store_at(e->store, T_CHECKER, i);
		if (!text_eq(c->vs, a->vs) || !text_eq(c->rs, a->rs))
			break;
		n++;
		if (run)
			engine_run_check(e, c);
		*waiting += mono_diff(c->last_run, a->since) < 0;
	}
	return n;
}

bool engine_ask(struct engine *e, const char *vs, const char *rs, uint32_t id)
{
	const struct virtual_server_row *service = engine_service_named(e, vs);
	struct ask *a;
	size_t waiting;

	if (!service || service->suspended)
		return false;
	a = xcalloc(1, sizeof(*a));

	TEXT_COPY(a->vs, vs);
	TEXT_COPY(a->rs, rs);
	a->since = loop_refresh(e->loop);
	a->id = id;
	if (!count_checks(e, a, true, &waiting)) {
		free(a);
		return false;
	}
	a->next = e->asks;
	e->asks = a;
	return true;
}

bool engine_is_asked(const struct engine *e, const char *vs, const char *rs)
{
	for (const struct ask *a = e->asks; a; a = a->next)
		if (text_eq(a->vs, vs) && text_eq(a->rs, rs))
			return true;
	return false;
}

void engine_answer_asks(struct engine *e)
{
	size_t waiting;

	for (struct ask **p = &e->asks; *p;) {
		struct ask *a = *p;

		count_checks(e, a, false, &waiting);
		if (waiting) {
			p = &a->next;
			continue;
		}
		*p = a->next;
		e->answer(e->answer_arg, a->id);
		free(a);
	}
}

void engine_on_answer(struct engine *e, void (*answer)(void *arg, uint32_t id), void *arg)
{
	e->answer = answer;
	e->answer_arg = arg;
}

void engine_drop_asks(struct engine *e)
{
	struct ask *a;

	while ((a = e->asks)) {
		e->asks = a->next;
		free(a);
	}
}
