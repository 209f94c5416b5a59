/*
 * view_show: any table, any row, every field, from the schema alone. Process: halvardctl.
 */
#include "ctl/view.h"

#include "base/text.h"
#include "ctl/match.h"
#include "ctl/result.h"
#include "ctl/say.h"
#include "ctl/value.h"
#include "ctl/view_int.h"

#include <stdio.h>
#include <string.h>

/* ---- any table --------------------------------------------------------- */

const struct table *view_table(const char *name)
{
	const char *names[T_COUNT + 1] = {NULL};
	const struct table *t = schema_table_by_name(name);

	if (t)
		return t;
	for (int i = 0; i < T_COUNT; i++)
		names[i] = schema_table((enum table_id)i)->name;
	match_complain("table", name, names);
	return NULL;
}

static const struct grid_column field_columns[] = {
    {"FIELD"}, {"VALUE"}, {"KIND"}, {"MEANING"}, {NULL},
};

static const char *field_kind(const struct field *f)
{
	if (f->flags & F_KEY)
		return "key";
	if (f->flags & F_CREATE)
		return "may be set as the row is added";
	if (f->flags & F_SET)
		return f->flags & F_SNMP ? "may be set, by SNMP too" : "may be set";
	if (f->flags & F_CONFIG)
		return "from the file";
	return f->flags & F_COUNTER ? "counter" : "state";
}

static void print_row(const struct ctl *c, const struct table *t, const void *row)
{
	struct grid *g = grid_new(field_columns);
	char text[TEXT_MAX];

	for (unsigned i = 0; i < t->nfields; i++) {
		const struct field *f = &t->fields[i];

		grid_add(g, f->name);
		grid_add(g, value_text(c, f, row, text, sizeof(text)));
		grid_add(g, field_kind(f));
		grid_add(g, f->help);
	}
	view_print(c, g);
}

static void json_table_list(struct ctl *c)
{
	struct json j = {0};

	json_open(&j, NULL, '{');
	json_open(&j, "tables", '[');
	for (int i = 0; i < T_COUNT; i++) {
		const struct table *t = schema_table((enum table_id)i);

		json_open(&j, NULL, '{');
		json_text(&j, "name", t->name);
		json_open(&j, "key", '[');
		for (unsigned k = 0; k < t->nkeys; k++)
			json_text(&j, NULL, t->fields[k].name);
		json_close(&j, ']');
		json_text(&j, "help", t->help);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	result_print_object(c, &j);
	json_free(&j);
}

static void print_table_list(void)
{
	static const struct grid_column columns[] = {{"TABLE"}, {"KEY"}, {"WHAT"}, {NULL}};
	struct grid *g = grid_new(columns);

	for (int i = 0; i < T_COUNT; i++) {
		const struct table *t = schema_table((enum table_id)i);
		char keys[TEXT_MAX] = "";

		for (unsigned k = 0; k < t->nkeys; k++)
			snprintf(keys + strlen(keys), sizeof(keys) - strlen(keys), "%s%s",
				 k ? " " : "", t->fields[k].name);
		grid_add(g, t->name);
		grid_add(g, keys);
		grid_add(g, t->help);
	}
	grid_print(g, stdout, false);
	grid_free(g);
}

/* The row that KEY names in JSON, or the whole table without one. */
static void show_json(struct ctl *c, const struct table *t, const void *row)
{
	struct json j = {0};

	json_open(&j, NULL, '{');
	if (row)
		value_json_row(c, &j, t->name, t->id, row);
	else
		value_json_table(c, &j, t->id, NULL);
	result_print_object(c, &j);
	json_free(&j);
}

int view_show(struct ctl *c, int argc, char **argv)
{
	const struct table *t;
	const void *row = NULL;

	if (!argc) {
		if (c->json)
			json_table_list(c);
		else
			print_table_list();
		return CTL_OK;
	}
	if (!(t = view_table(argv[0])))
		return CTL_USAGE;
	if (argc > 1 && (unsigned)argc - 1 != t->nkeys) {
		say(stderr,
		    "halvardctl: a row of %s has %u key%s, not %d (see `halvardctl show`)\n",
		    t->name, t->nkeys, t->nkeys == 1 ? "" : "s", argc - 1);
		return CTL_USAGE;
	}
	if (argc > 1 && !(row = match_row(c, t->id, argv + 1, argc - 1)))
		return result_no_row(c);
	if (t->nkeys == 0)
		row = store_single(c->store, t->id);
	if (c->json) {
		show_json(c, t, row);
	} else if (row) {
		print_row(c, t, row);
	} else {
		for (size_t i = 0; i < store_count(c->store, t->id); i++) {
			if (i)
				printf("\n");
			print_row(c, t, store_at(c->store, t->id, i));
		}
	}
	return CTL_OK;
}
