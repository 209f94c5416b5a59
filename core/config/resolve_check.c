/*
 * resolve_check: the scripts and files of checks.
 *
 * A script is a row of its own, for all checks that would run the same; a file is one that
 * track_file defines. Lvs knows both by their names alone.
 */
#include "config/resolve_check.h"

#include "config/resolve_int.h"
#include "config/validate.h"

#include "base/text.h"
#include "model/rules.h"

/* The row of the script, unless another check has brought it already. */
static const char *find_script(struct resolver *r, struct draft *d, struct checker_row *c,
			       char name[NAME_VS])
{
	struct misc_script_row m;
	struct layers script = {T_MISC_SCRIPT, {d->parts[T_MISC_SCRIPT]}, d->at, &m};

	if (!layers_have(&script, T_MISC_SCRIPT, offsetof(struct misc_script_row, script)))
		return "it has no misc_path";
	layers_pile(&script);
	if (!layers_have(&script, T_MISC_SCRIPT, offsetof(struct misc_script_row, timeout_ms)) ||
	    !m.timeout_ms)
		m.timeout_ms = c->delay_loop_ms;
	m.name = misc_script_name(&m, name);
	if (!store_find(r->store, T_MISC_SCRIPT, &m))
		layers_keep(r, &script);
	c->object = name;
	c->connect_timeout_ms = m.timeout_ms;
	return NULL;
}

/* It has no times, whatever the blocks around it say of those of other checks. */
static const char *find_file(struct checker_row *c)
{
	struct checker_row plain;

	row_init(T_CHECKER, &plain);
	plain.vs = c->vs;
	plain.rs = c->rs;
	plain.number = c->number;
	plain.kind = c->kind;
	plain.object = c->object;
	plain.weight = c->weight;
	*c = plain;
	return c->object[0] ? NULL : "it has no track_file";
}

bool resolve_source_of(struct resolver *r, const struct layers *l, struct draft *d,
		       char name[NAME_VS])
{
	struct checker_row *c = l->row;
	const char *why = NULL;

	if (c->kind == CHECK_MISC)
		why = find_script(r, d, c, name);
	else if (c->kind == CHECK_FILE)
		why = find_file(c);
	if (why)
		resolve_report(r, FINDING_ERROR, l->at, "%s: %s; the block was left out",
			       enum_name(check_kind_names, c->kind), why);
	return !why;
}

/* ---- what process exec has for them ------------------------------------ */

static bool is_named(const struct store *s, enum source_kind kind, const char *name)
{
	struct check_source_row key = {.kind = (uint8_t)kind};

	key.name = name;
	return store_find(s, T_CHECK_SOURCE, &key);
}

bool resolve_is_checked(const struct store *s, const char *track_file)
{
	return is_named(s, CHECK_BY_FILE, track_file);
}

void resolve_sources(struct store *s)
{
	for (size_t i = store_count(s, T_CHECK_SOURCE); i-- > 0;)
		store_del(s, T_CHECK_SOURCE, store_at(s, T_CHECK_SOURCE, i));
	STORE_EACH(s, T_CHECKER, struct checker_row, c)
	{
		struct check_source_row source;

		if (c->kind != CHECK_MISC && c->kind != CHECK_FILE)
			continue;
		row_init(T_CHECK_SOURCE, &source);
		source.kind = c->kind == CHECK_MISC ? CHECK_BY_SCRIPT : CHECK_BY_FILE;
		source.name = c->object;
		if (!store_find(s, T_CHECK_SOURCE, &source))
			store_put(s, T_CHECK_SOURCE, &source, F_WANTED, NULL);
	}
	for (size_t i = store_count(s, T_MISC_SCRIPT); i-- > 0;) {
		const struct misc_script_row *m = store_at(s, T_MISC_SCRIPT, i);

		if (!is_named(s, CHECK_BY_SCRIPT, m->name))
			store_del(s, T_MISC_SCRIPT, m);
	}
}

/* Those of the checks behind it, which get a number less. */
static void move_urls(struct parse *p, const struct checker_row *gone)
{
	for (size_t i = 0; i < store_count(p->store, T_CHECK_URL); i++) {
		const struct check_url_row *u = store_at(p->store, T_CHECK_URL, i);
		struct check_url_row moved = *u;
		const void *kept;

		if (!text_eq(u->vs, gone->vs) || !text_eq(u->rs, gone->rs) ||
		    u->number <= gone->number)
			continue;
		moved.number--;
		kept = store_put(p->store, T_CHECK_URL, &moved, F_WANTED, NULL);
		*store_beside(kept) = *store_beside(u);
		store_del(p->store, T_CHECK_URL, u);
	}
}

/* Takes out the check at an index; those behind it move up. */
static void leave_out(struct parse *p, size_t i)
{
	const struct checker_row *here = store_at(p->store, T_CHECKER, i), *next;
	struct origin o = origins_find(p->origins, here, field_at(IN_CHECK(object)));

	if (o.order)
		place_report(p->findings, FINDING_ERROR, &o.at,
			     "FILE_CHECK: there is no track_file %.64s; the block was left out",
			     here->object);
	move_urls(p, here);
	while (i + 1 < store_count(p->store, T_CHECKER)) {
		struct checker_row moved;

		next = store_at(p->store, T_CHECKER, ++i);
		if (!text_eq(next->vs, here->vs) || !text_eq(next->rs, here->rs))
			break;
		moved = *next;
		moved.number = here->number;
		*store_beside(here) = *store_beside(next);
		store_put(p->store, T_CHECKER, &moved, F_WANTED, NULL);
		here = next;
	}
	store_del(p->store, T_CHECKER, here);
}

/* One that says no weight has that of the file, and its direction. */
static void inherit(struct parse *p, const struct checker_row *known,
		    const struct track_file_row *f)
{
	struct checker_row c = *known;

	if (origins_has(p->origins, known, IN_CHECK(weight)))
		return;
	c.weight = f->reverse ? -f->weight : f->weight;
	store_put(p->store, T_CHECKER, &c, F_WANTED, NULL);
}

void resolve_file_checks(struct parse *p)
{
	for (size_t i = store_count(p->store, T_CHECKER); i-- > 0;) {
		const struct checker_row *c = store_at(p->store, T_CHECKER, i);
		const char *const key[] = {c->object};
		const struct track_file_row *f;

		if (c->kind != CHECK_FILE)
			continue;
		f = store_find_text(p->store, T_TRACK_FILE, key);
		if (f)
			inherit(p, c, f);
		else
			leave_out(p, i);
	}
}
