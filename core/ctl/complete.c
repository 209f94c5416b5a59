/*
 * complete: see complete.h. Process: halvardctl.
 *
 * Commands, options, tables and fields come from the tables of the program, names from the
 * running daemon, if there is one; nothing is said when there is none. What is printed may be too
 * much (a command that takes a server or an instance is offered both), never too little.
 */
#include "ctl/complete.h"

#include "base/text.h"
#include "ctl/client.h"
#include "ctl/command.h"
#include "ctl/grid.h"
#include "ctl/match.h"
#include "ctl/options.h"
#include "ctl/say.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define WORDS_MAX 16

/* The line so far. */
struct typed {
	const char *command;          /* NULL: not there yet */
	const char *words[WORDS_MAX]; /* behind it, without options */
	unsigned nwords;
	const struct ctl_option *of; /* the last word is the argument of this option */
	const char *last;
};

static void offer(const struct typed *t, const char *word, const char *what)
{
	char clean[TEXT_MAX];

	if (strncmp(word, t->last, strlen(t->last)) != 0)
		return;
	TEXT_COPY(clean, word);
	printf("%s\t%s\n", text_printable(clean), what);
}

/* ---- the line ---------------------------------------------------------- */

static const struct ctl_option *find_option(const char *word)
{
	for (const struct ctl_option *o = ctl_options; o->name; o++)
		if (text_eq(o->name, word + 2))
			return o;
	return NULL;
}

static void read_line(struct ctl *c, struct typed *t, int argc, char **argv)
{
	bool all_words = false;

	t->last = argc ? argv[argc - 1] : "";
	for (int i = 0; i < argc - 1; i++) {
		const char *w = argv[i];
		const struct ctl_option *o = strncmp(w, "--", 2) ? NULL : find_option(w);

		if (!all_words && text_eq(w, "--")) {
			all_words = true;
		} else if (!all_words && w[0] == '-') {
			if (!strncmp(w, "--run-dir=", 10))
				c->run_dir = w + 10;
			if (!o || o->has_arg != required_argument)
				continue;
			if (i + 1 == argc - 1)
				t->of = o;
			else if (text_eq(o->name, "run-dir"))
				c->run_dir = argv[i + 1];
			i++;
		} else if (!t->command) {
			t->command = w;
		} else if (t->nwords < WORDS_MAX) {
			t->words[t->nwords++] = w;
		}
	}
}

/* ---- what there is ----------------------------------------------------- */

static void offer_options(const struct typed *t, const struct command *k)
{
	for (const struct ctl_option *o = ctl_options; o->name; o++) {
		char word[32];

		snprintf(word, sizeof(word), "--%s", o->name);
		if (o->help && (!o->takes || !k || (o->takes & k->takes)))
			offer(t, word, o->help);
	}
}

static void offer_commands(const struct typed *t)
{
	for (const struct command *k = commands; k->name; k++)
		offer(t, k->name, k->help);
}

static void offer_rows(const struct ctl *c, const struct typed *t, enum table_id id)
{
	const struct table *table = schema_table(id);

	for (size_t i = 0; i < store_count(c->store, id); i++)
		offer(t, field_str(&table->fields[table->nkeys - 1], store_at(c->store, id, i)),
		      table->help);
}

static void offer_servers(const struct ctl *c, const struct typed *t)
{
	STORE_EACH(c->store, T_REAL_SERVER, struct real_server_row, r)
	{
		if (!t->nwords || match_name(r->vs, t->words[0]))
			offer(t, r->name, "Real server.");
	}
}

static void offer_names(const struct ctl *c, const struct typed *t, unsigned names)
{
	bool node = (names & NAMES_NODE) && t->nwords == 1 && text_eq(t->words[0], "node");

	if (t->nwords > 1)
		return;
	if (node)
		offer_rows(c, t, T_NODE);
	if ((names & NAMES_BACK) && !t->nwords)
		offer(t, "back", "What is on trial goes back at once.");
	if ((names & NAMES_NODE) && !t->nwords)
		offer(t, "node", "A machine: every real server of an address.");
	for (int i = 0; i < T_COUNT && (names & NAMES_TABLES) && !t->nwords; i++)
		offer(t, schema_table((enum table_id)i)->name,
		      schema_table((enum table_id)i)->help);
	if ((names & NAMES_INSTANCE) && !t->nwords)
		offer_rows(c, t, T_VRRP_INSTANCE);
	if ((names & NAMES_GROUP) && !t->nwords)
		offer_rows(c, t, T_SYNC_GROUP);
	if ((names & NAMES_VS) && !t->nwords)
		offer_rows(c, t, T_VIRTUAL_SERVER);
	if (names & NAMES_RS)
		offer_servers(c, t);
}

/* ---- TABLE KEY... FIELD VALUE ------------------------------------------ */

static void offer_key(const struct ctl *c, const struct typed *t, const struct table *table)
{
	unsigned key = t->nwords - 1;
	char text[TEXT_MAX], before[TEXT_MAX] = "";

	for (size_t i = 0; i < store_count(c->store, table->id); i++) {
		const void *row = store_at(c->store, table->id, i);
		bool fits = true;

		for (unsigned k = 0; k < key && fits; k++)
			fits = text_eq(field_text(&table->fields[k], row, text, sizeof(text)),
				       t->words[1 + k]);
		field_text(&table->fields[key], row, text, sizeof(text));
		if (fits && !text_eq(text, before))
			offer(t, text, table->fields[key].help);
		TEXT_COPY(before, text);
	}
}

static void offer_value(const struct typed *t, const struct field *f)
{
	if (f->type == FT_BOOL) {
		offer(t, "yes", f->help);
		offer(t, "no", f->help);
	}
	for (const struct enum_name *n = f->type == FT_ENUM ? f->names : NULL; n && n->name; n++)
		offer(t, n->name, f->help);
}

static void offer_path(const struct ctl *c, const struct typed *t, unsigned names)
{
	const struct table *table = t->nwords ? schema_table_by_name(t->words[0]) : NULL;
	unsigned at = t->nwords - 1;

	for (int i = 0; i < T_COUNT && !t->nwords; i++)
		offer(t, schema_table((enum table_id)i)->name,
		      schema_table((enum table_id)i)->help);
	if (!table)
		return;
	if (at < table->nkeys && c->store)
		offer_key(c, t, table);
	if (!(names & NAMES_FIELD))
		return;
	for (unsigned i = 0; i < table->nfields && at == table->nkeys; i++)
		if ((table->fields[i].flags & (F_SET | F_CREATE)) == F_SET)
			offer(t, table->fields[i].name, table->fields[i].help);
	if (at == table->nkeys + 1 && schema_field(table->id, t->words[at]))
		offer_value(t, schema_field(table->id, t->words[at]));
}

int complete_run(struct ctl *c, int argc, char **argv)
{
	const struct command *k = commands;
	struct typed t = {0};

	read_line(c, &t, argc, argv);
	say_collect();
	while (t.command && k->name && !text_eq(k->name, t.command))
		k++;
	if (t.of) {
		/* A file, a folder, a text: the shell's matter. */
	} else if (t.last[0] == '-') {
		offer_options(&t, t.command && k->name ? k : NULL);
	} else if (!t.command || k->names & NAMES_COMMAND) {
		offer_commands(&t);
	} else if (k->names) {
		bool there = client_connect(c) == CTL_OK;

		if (k->names & NAMES_TABLE)
			offer_path(c, &t, k->names);
		else if (there)
			offer_names(c, &t, k->names);
		client_close(c);
	}
	return CTL_OK;
}
