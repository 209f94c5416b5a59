/*
 * engine_sources: what process exec sees for checks. Its rows (check_source) are written by main;
 * of them this process writes only `asked`, when it wants a script to be run.
 *
 * A FILE_CHECK has no job: its number comes when the file changes, and counts from then on, while a
 * main or an exec that has just begun does not know it as well. With weight 0 any number but 0 is a
 * failure, as with keepalived.
 *
 * Runs in the lvs process.
 */
#include "lvs/engine_int.h"

#include "base/text.h"

#include <stdio.h>

static const struct check_source_row *source_named(const struct engine *e, enum source_kind kind,
						   const char *name)
{
	struct check_source_row key = {.kind = (uint8_t)kind};

	key.name = name;
	return store_find(e->store, T_CHECK_SOURCE, &key);
}

void engine_ask_script(void *engine, const char *object, struct mono when)
{
	struct engine *e = engine;
	const struct check_source_row *known = source_named(e, CHECK_BY_SCRIPT, object);
	struct check_source_row row;

	if (!known || mono_diff(known->asked, when) >= 0)
		return;
	row = *known;
	row.asked = when;
	store_put(e->store, T_CHECK_SOURCE, &row, F_SEEN, NULL);
}

void engine_take_number(struct engine *e, const struct checker_row *known, bool again)
{
	const struct check_source_row *s = source_named(e, CHECK_BY_FILE, known->object);
	struct checker_row row = *known;
	char text[48];
	bool failed;

	if (!s || s->outcome != SOURCE_VALUE)
		return;
	failed = !known->weight && s->value;
	row.state = failed ? CHECK_DOWN : CHECK_UP;
	row.reason = failed ? REASON_SCRIPT : REASON_OK;
	row.failed_in_row = failed;
	row.value = s->value;
	row.last_run = loop_now(e->loop);
	snprintf(text, sizeof(text), "%d is in the file", s->value);
	row.result = s->result[0] ? s->result : text;
	if (!again && row.state == known->state && row.value == known->value &&
	    text_eq(row.result, known->result))
		return;
	row.runs++;
	row.failures += failed;
	store_put(e->store, T_CHECKER, &row, F_SEEN, NULL);
}

static void file_changed(struct engine *e, const struct check_source_row *s)
{
	STORE_EACH(e->store, T_CHECKER, struct checker_row, c)
	{
		const struct virtual_server_row *vs;

		if (c->kind != CHECK_FILE || !text_eq(c->object, s->name))
			continue;
		vs = engine_service_named(e, c->vs);
		if (vs && vs->suspended)
			continue;
		engine_take_number(e, c, false);
		engine_wake(e, c->vs);
	}
}

void engine_source_changed(struct engine *e, const struct check_source_row *s)
{
	if (!e->started)
		return; /* checks begin with what is there by then */
	if (s->kind == CHECK_BY_FILE)
		file_changed(e, s);
	else
		check_answered(e->checks, s);
}

int64_t engine_added_weight(const struct checker_row *c, const struct real_server_row *rs)
{
	if (c->state != CHECK_UP)
		return 0;
	if (c->kind == CHECK_MISC && c->dynamic && c->value >= 2)
		return (int64_t)c->value - 2 - rs->weight;
	return c->kind == CHECK_FILE ? (int64_t)c->value * c->weight : 0;
}
