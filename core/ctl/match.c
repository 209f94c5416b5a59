/*
 * match: see match.h. Process: halvardctl.
 *
 * A name that is written in full always wins over one that only begins that way, so that
 * scripts with full names never become ambiguous when a server is added.
 */
#include "ctl/match.h"

#include "base/log.h"
#include "base/text.h"
#include "ctl/say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void match_free(struct match *m)
{
	free(m->rows);
	m->rows = NULL;
	m->n = 0;
}

static void match_push(struct match *m, const void *row)
{
	m->rows = xrealloc(m->rows, m->n + 1, sizeof(*m->rows));
	m->rows[m->n++] = row;
}

bool match_name(const char *name, const char *word)
{
	size_t len = strlen(word);

	if (!len)
		return false;
	if (name[0] == '[' && word[0] != '[' && !strncmp(name + 1, word, len))
		return name[len + 1] == ']';
	if (strncmp(name, word, len) || (name[0] == '[' && !strchr(word, ']')))
		return false;
	return strchr("/:", name[len]) != NULL; /* the NUL too: the whole name */
}

void match_complain(const char *what, const char *word, const char *const *candidates)
{
	const char *near = text_nearest(word, candidates);

	say(stderr, "halvardctl: no %s \"%s\"", what, word);
	if (near)
		say(stderr, "; did you mean %s?\n", near);
	else if (!candidates[0])
		say(stderr, "; there is none at all\n");
	else if (!candidates[1])
		say(stderr, "; there is %s\n", candidates[0]);
	else
		say(stderr, "\n");
}

/* match_complain() with candidates that are freed here. */
static void complain(struct match *names, const char *what, const char *word)
{
	match_push(names, NULL);
	match_complain(what, word, (const char *const *)names->rows);
	for (size_t i = 0; i < names->n; i++)
		free((void *)names->rows[i]);
	match_free(names);
}

/* The field that a person calls the row by: the last of its keys. */
static const char *row_name(enum table_id t, const void *row)
{
	const struct table *table = schema_table(t);

	return field_str(&table->fields[table->nkeys - 1], row);
}

static bool is_below(enum table_id t, const void *row, const struct virtual_server_row *vs)
{
	return !vs || text_eq(field_str(&schema_table(t)->fields[0], row), vs->name);
}

static struct match find(const struct ctl *c, enum table_id t, const struct virtual_server_row *vs,
			 const char *word)
{
	struct match full = {0}, begins = {0};

	for (size_t i = 0; i < store_count(c->store, t); i++) {
		const void *row = store_at(c->store, t, i);
		const char *name = row_name(t, row);

		if (!is_below(t, row, vs))
			continue;
		if (text_eq(name, word))
			match_push(&full, row);
		else if (match_name(name, word))
			match_push(&begins, row);
	}
	if (!full.n)
		return begins;
	match_free(&begins);
	return full;
}

/* Names are compared as far as they are written: without the protocol when the word has none. */
static void complain_none(const struct ctl *c, enum table_id t, const struct virtual_server_row *vs,
			  const char *what, const char *word)
{
	struct match names = {0};

	for (size_t i = 0; i < store_count(c->store, t); i++) {
		const void *row = store_at(c->store, t, i);
		char *name = xstrdup(row_name(t, row));

		if (t == T_VIRTUAL_SERVER && !strchr(word, '/'))
			name[strcspn(name, "/")] = '\0';
		if (is_below(t, row, vs))
			match_push(&names, name);
		else
			free(name);
	}
	complain(&names, what, word);
}

static void complain_many(enum table_id t, const struct match *m, const char *what,
			  const char *word)
{
	char key[TEXT_MAX];

	say(stderr, "halvardctl: %zu %ss are called \"%s\":\n", m->n, what, word);
	for (size_t i = 0; i < m->n; i++)
		say(stderr, "  %s\n", row_key_text(t, m->rows[i], key, sizeof(key)));
	if (t == T_REAL_SERVER)
		say(stderr, "halvardctl: name its virtual server too, or say --all\n");
}

static const void *match_one(const struct ctl *c, enum table_id t, const char *what,
			     const char *word)
{
	struct match m = find(c, t, NULL, word);
	const void *row = m.n == 1 ? m.rows[0] : NULL;

	if (m.n == 0)
		complain_none(c, t, NULL, what, word);
	else if (m.n > 1)
		complain_many(t, &m, what, word);
	match_free(&m);
	return row;
}

const struct virtual_server_row *match_vs(const struct ctl *c, const char *word)
{
	return match_one(c, T_VIRTUAL_SERVER, "virtual server", word);
}

const struct vrrp_instance_row *match_vrrp(const struct ctl *c, const char *word)
{
	return match_one(c, T_VRRP_INSTANCE, "VRRP instance", word);
}

size_t match_rs(const struct ctl *c, const struct virtual_server_row *vs, const char *word,
		struct match *ret)
{
	*ret = find(c, T_REAL_SERVER, vs, word);
	if (ret->n == 0)
		complain_none(c, T_REAL_SERVER, vs, "real server", word);
	if (ret->n > 1 && !c->all) {
		complain_many(T_REAL_SERVER, ret, "real server", word);
		match_free(ret);
	}
	return ret->n;
}

bool match_any(const struct ctl *c, enum table_id t, const char *word)
{
	struct match m = find(c, t, NULL, word);
	bool any = m.n > 0;

	match_free(&m);
	return any;
}

/* A row of a table whose keys are written in full. */
static const void *match_full(const struct ctl *c, enum table_id t, char **words, int nwords)
{
	const struct table *table = schema_table(t);
	const void *row = store_find_text(c->store, t, (const char *const *)words);
	struct match keys = {0};
	char text[TEXT_MAX] = "";

	if (row)
		return row;
	for (int i = 0; i < nwords; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i ? " " : "",
			 words[i]);
	for (size_t i = 0; i < store_count(c->store, t); i++) {
		char key[TEXT_MAX];

		match_push(&keys,
			   xstrdup(row_key_text(t, store_at(c->store, t, i), key, sizeof(key))));
	}
	complain(&keys, table->name, text);
	return NULL;
}

const void *match_row(const struct ctl *c, enum table_id t, char **words, int nwords)
{
	const struct virtual_server_row *vs;
	struct match m;
	const void *row;

	if (t == T_VIRTUAL_SERVER)
		return match_vs(c, words[0]);
	if (t == T_VRRP_INSTANCE)
		return match_vrrp(c, words[0]);
	if (t != T_REAL_SERVER)
		return match_full(c, t, words, nwords);
	vs = match_vs(c, words[0]);
	if (!vs || match_rs(c, vs, words[1], &m) != 1)
		return NULL;
	row = m.rows[0];
	match_free(&m);
	return row;
}
