/* sources: see sources.h. Part of main. */
#include "daemon/sources.h"

#include "base/text.h"
#include "model/rows.h"

static const void *find(const struct store *live, enum table_id t, const char *name)
{
	const char *const key[] = {name};

	return store_find_text(live, t, key);
}

static void take_script(struct check_source_row *s, const struct misc_script_row *m)
{
	s->answered = m->began;
	s->outcome = m->outcome;
	s->value = m->value;
	s->result = m->result;
}

static void take_file(struct check_source_row *s, const struct track_file_row *f)
{
	s->outcome = f->state == TRACK_OK ? SOURCE_VALUE : SOURCE_UNKNOWN;
	s->value = f->value;
	s->result = f->result;
}

/* What exec sees, to lvs. */
static void bring(struct store *live, const struct check_source_row *known)
{
	bool script = known->kind == CHECK_BY_SCRIPT;
	const void *row = find(live, script ? T_MISC_SCRIPT : T_TRACK_FILE, known->name);
	struct check_source_row s = *known;

	if (!row)
		return;
	if (script)
		take_script(&s, row);
	else
		take_file(&s, row);
	store_put(live, T_CHECK_SOURCE, &s, F_MAIN, NULL);
}

/* What lvs wants, to exec. */
static void carry(struct store *live, const struct check_source_row *s)
{
	const struct misc_script_row *known =
	    s->kind == CHECK_BY_SCRIPT ? find(live, T_MISC_SCRIPT, s->name) : NULL;
	struct misc_script_row m;

	if (!known || mono_diff(s->asked, known->asked) <= 0)
		return;
	m = *known;
	m.asked = s->asked;
	store_put(live, T_MISC_SCRIPT, &m, F_MAIN, NULL);
}

static void bring_named(struct store *live, enum source_kind kind, const char *name)
{
	struct check_source_row key = {.kind = (uint8_t)kind};
	const struct check_source_row *s;

	key.name = name;
	s = store_find(live, T_CHECK_SOURCE, &key);
	if (s)
		bring(live, s);
}

void sources_seen(struct store *live, enum table_id t, const void *row,
		  const struct fieldset *changed)
{
	if (t == T_MISC_SCRIPT && fieldset_has_name(changed, t, "began"))
		bring_named(live, CHECK_BY_SCRIPT, ((const struct misc_script_row *)row)->name);
	else if (t == T_TRACK_FILE)
		bring_named(live, CHECK_BY_FILE, ((const struct track_file_row *)row)->name);
	else if (t == T_CHECK_SOURCE && fieldset_has_name(changed, t, "asked"))
		carry(live, row);
}

void sources_all(struct store *live)
{
	STORE_EACH(live, T_CHECK_SOURCE, struct check_source_row, s)
	{
		bring(live, s);
		carry(live, s);
	}
}
