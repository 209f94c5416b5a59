/*
 * json_schema: see json_schema.h. Process: halvardctl.
 *
 * Definitions: row.TABLE for a row of each table, part.NAME for what is no row, and
 * command.NAME for the object that a command prints when it is done. What fails prints an
 * object with "result" alone. The whole schema takes any of them.
 */
#include "ctl/json_schema.h"

#include "base/text.h"
#include "ctl/command.h"
#include "ctl/json.h"
#include "ctl/result.h"

#include <stdio.h>
#include <string.h>

#define ID "https://json-schema.org/draft/2020-12/schema"

/* ---- pieces ------------------------------------------------------------ */

static void put_type(struct json *j, const char *type, bool or_null)
{
	if (!or_null) {
		json_text(j, "type", type);
		return;
	}
	json_open(j, "type", '[');
	json_text(j, NULL, type);
	json_text(j, NULL, "null");
	json_close(j, ']');
}

static void put_ref(struct json *j, const char *key, const char *prefix, const char *name)
{
	char ref[80];

	snprintf(ref, sizeof(ref), "#/$defs/%s.%s", prefix, name);
	json_open(j, key, '{');
	json_text(j, "$ref", ref);
	json_close(j, '}');
}

static void put_array(struct json *j, const char *key, const char *prefix, const char *name)
{
	json_open(j, key, '{');
	json_text(j, "type", "array");
	put_ref(j, "items", prefix, name);
	json_close(j, '}');
}

/* ---- rows -------------------------------------------------------------- */

static void put_names(struct json *j, const struct enum_name *names)
{
	json_open(j, "enum", '[');
	for (; names->name; names++)
		json_text(j, NULL, names->name);
	json_close(j, ']');
}

static void put_field(struct json *j, const struct field *f)
{
	char help[TEXT_MAX];

	json_open(j, f->name, '{');
	snprintf(help, sizeof(help), "%s%s%s%s", f->help, f->unit ? " In " : "",
		 f->unit && f->type != FT_WALL ? f->unit : "", f->unit ? "." : "");
	json_text(j, "description", f->type == FT_WALL ? f->help : help);
	switch (f->type) {
	case FT_BOOL:
		put_type(j, "boolean", false);
		break;
	case FT_U8:
	case FT_U16:
	case FT_U32:
	case FT_U64:
		put_type(j, "integer", false);
		json_number(j, "minimum", f->min);
		if (f->max)
			json_number(j, "maximum", f->max);
		break;
	case FT_I32:
		put_type(j, "integer", false);
		json_signed(j, "minimum", (int64_t)f->min);
		json_signed(j, "maximum", (int64_t)f->max);
		break;
	case FT_ENUM:
		put_names(j, f->names);
		break;
	case FT_STR:
	case FT_TEXT:
		put_type(j, "string", false);
		break;
	case FT_ADDR:
		put_type(j, "string", true);
		break;
	case FT_WHEN:
	case FT_WALL:
		put_type(j, "string", true);
		json_text(j, "format", "date-time");
		break;
	}
	json_close(j, '}');
}

static void put_row(struct json *j, const struct table *t)
{
	char name[64];

	snprintf(name, sizeof(name), "row.%s", t->name);
	json_open(j, name, '{');
	json_text(j, "description", t->help);
	json_text(j, "type", "object");
	json_bool(j, "additionalProperties", false);
	json_open(j, "properties", '{');
	for (unsigned i = 0; i < t->nfields; i++)
		put_field(j, &t->fields[i]);
	json_close(j, '}');
	json_open(j, "required", '[');
	for (unsigned i = 0; i < t->nfields; i++)
		json_text(j, NULL, t->fields[i].name);
	json_close(j, ']');
	json_close(j, '}');
}

/* ---- what is no row ---------------------------------------------------- */

enum kind { TEXT, TEXT_OR_NULL, NUMBER, WORDS, TIME, STATUS, PAIR };

struct member {
	const char *name;
	enum kind kind;
	const char *help;
};

struct part {
	const char *name; /* of the member, and of the definition */
	unsigned json;    /* JSON_ of the commands that have it */
	bool many;        /* an array of them */
	const struct member *members;
};

static const struct member result_members[] = {
    {"status", STATUS, "What became of it."},
    {"exit_status", NUMBER, "Exit status of halvardctl."},
    {"message", TEXT, "Why, in words; empty when there is nothing to say."},
    {NULL},
};
static const struct member change_members[] = {
    {"table", TEXT, "Table of the row."},
    {"key", WORDS, "Its keys."},
    {"field", TEXT_OR_NULL, "The field; null: the row as a whole."},
    {"old", TEXT_OR_NULL, "Value before."},
    {"new", TEXT_OR_NULL, "Value after."},
    {NULL},
};
static const struct member tables_members[] = {
    {"name", TEXT, "Name of the table."},
    {"key", WORDS, "Its keys."},
    {"help", TEXT, "What it holds."},
    {NULL},
};
static const struct member field_members[] = {
    {"table", TEXT, "Table of the row."},
    {"key", WORDS, "Its keys."},
    {"field", TEXT, "The field."},
    {"value", TEXT, "Value in force."},
    {NULL},
};
static const struct member digests_members[] = {
    {"config", PAIR, "Of the configuration that the file gives."},
    {"overlay", PAIR, "Of what was set at run time."},
    {NULL},
};
static const struct member difference_members[] = {
    {"table", TEXT, "Table of the row."},
    {"key", WORDS, "Its keys."},
    {"field", TEXT_OR_NULL, "The field; null: the whole row is on one side only."},
    {"here", TEXT_OR_NULL, "Value here; null: it is not here."},
    {"peer", TEXT_OR_NULL, "Value of the peer; null: it is not there."},
    {NULL},
};

static const struct member finding_members[] = {
    {"level", TEXT, "notice, warning, error or fatal."},
    {"file", TEXT_OR_NULL, "Where; null: the model as a whole."},
    {"line", NUMBER, "Line, from 1; 0: the whole file."},
    {"column", NUMBER, "Column, from 1; 0: the whole line."},
    {"text", TEXT, "What is to be said."},
    {"source", TEXT_OR_NULL, "The line."},
    {NULL},
};
static const struct member preview_members[] = {
    {"kind", TEXT, "added, removed or changed."},
    {"table", TEXT, "Table of the row."},
    {"key", WORDS, "Its keys."},
    {"field", TEXT_OR_NULL, "The field; null: the row as a whole."},
    {"old", TEXT_OR_NULL, "Value in force."},
    {"new", TEXT_OR_NULL, "Value that would be."},
    {"effect", TEXT_OR_NULL, "live, or restart: the object begins anew."},
    {NULL},
};

static const struct member event_members[] = {
    {"time", TIME, "When it was."},
    {"table", TEXT, "Table of the row; connection: that to the daemon."},
    {"key", WORDS, "Its keys; of a change the words of its object."},
    {"field", TEXT_OR_NULL, "The field; null: the row as a whole."},
    {"old", TEXT_OR_NULL, "Value before."},
    {"new", TEXT_OR_NULL, "Value after."},
    {"reason", TEXT, "Why; empty when there is nothing to say."},
    {NULL},
};

static const struct part parts[] = {
    {"result", JSON_RESULT, false, result_members},
    {"changes", JSON_CHANGES, true, change_members},
    {"tables", JSON_TABLES, true, tables_members},
    {"fields", JSON_FIELDS, true, field_members},
    {"digests", JSON_DIGESTS, false, digests_members},
    {"findings", JSON_PREVIEW, true, finding_members},
    {"preview", JSON_PREVIEW, true, preview_members},
    {"event", JSON_EVENT, false, event_members},
    {"differences", JSON_DIFFERENCES, true, difference_members},
    {NULL},
};

static void put_status(struct json *j)
{
	json_open(j, "enum", '[');
	for (const char *const *w = result_words; *w; w++)
		json_text(j, NULL, *w);
	json_close(j, ']');
}

/* {"here": TEXT, "peer": TEXT or null} */
static void put_pair(struct json *j)
{
	json_text(j, "type", "object");
	json_open(j, "properties", '{');
	json_open(j, "here", '{');
	put_type(j, "string", false);
	json_close(j, '}');
	json_open(j, "peer", '{');
	put_type(j, "string", true);
	json_close(j, '}');
	json_close(j, '}');
	json_open(j, "required", '[');
	json_text(j, NULL, "here");
	json_text(j, NULL, "peer");
	json_close(j, ']');
}

static void put_member(struct json *j, const struct member *m)
{
	json_open(j, m->name, '{');
	json_text(j, "description", m->help);
	switch (m->kind) {
	case TEXT:
	case TEXT_OR_NULL:
		put_type(j, "string", m->kind == TEXT_OR_NULL);
		break;
	case NUMBER:
		put_type(j, "integer", false);
		json_number(j, "minimum", 0);
		break;
	case WORDS:
		put_type(j, "array", false);
		json_open(j, "items", '{');
		put_type(j, "string", false);
		json_close(j, '}');
		break;
	case TIME:
		put_type(j, "string", false);
		json_text(j, "format", "date-time");
		break;
	case STATUS:
		put_status(j);
		break;
	case PAIR:
		put_pair(j);
		break;
	}
	json_close(j, '}');
}

static void put_part(struct json *j, const struct part *p)
{
	char name[64];

	snprintf(name, sizeof(name), "part.%s", p->name);
	json_open(j, name, '{');
	json_text(j, "type", "object");
	json_bool(j, "additionalProperties", false);
	json_open(j, "properties", '{');
	for (const struct member *m = p->members; m->name; m++)
		put_member(j, m);
	json_close(j, '}');
	json_open(j, "required", '[');
	for (const struct member *m = p->members; m->name; m++)
		json_text(j, NULL, m->name);
	json_close(j, ']');
	json_close(j, '}');
}

/* ---- commands ---------------------------------------------------------- */

/* A table as a member: its rows, or the one row of a table without keys. */
static void put_table(struct json *j, const struct table *t)
{
	if (t->nkeys)
		put_array(j, t->name, "row", t->name);
	else
		put_ref(j, t->name, "row", t->name);
}

/* `show` gives the rows of a table, or one. */
static void put_any_table(struct json *j, const struct table *t)
{
	json_open(j, t->name, '{');
	json_open(j, "anyOf", '[');
	put_ref(j, NULL, "row", t->name);
	put_array(j, NULL, "row", t->name);
	json_close(j, ']');
	json_close(j, '}');
}

static void put_properties(struct json *j, const struct command *k)
{
	json_open(j, "properties", '{');
	for (const struct part *p = parts; p->name; p++) {
		if ((p->json & k->json) && p->many)
			put_array(j, p->name, "part", p->name);
		else if (p->json & k->json)
			put_ref(j, p->name, "part", p->name);
	}
	for (const enum table_id *t = k->tables; t && *t != T_COUNT; t++)
		put_table(j, schema_table(*t));
	for (int t = 0; t < T_COUNT && k->json & JSON_ANY_TABLE; t++)
		put_any_table(j, schema_table((enum table_id)t));
	json_close(j, '}');
}

static void put_command(struct json *j, const struct command *k)
{
	char name[64];

	snprintf(name, sizeof(name), "command.%s", k->name);
	if (k->json & JSON_EVENT) { /* the object itself */
		put_ref(j, name, "part", "event");
		return;
	}
	json_open(j, name, '{');
	json_text(j, "description", k->help);
	json_text(j, "type", "object");
	json_bool(j, "additionalProperties", false);
	json_number(j, "minProperties", 1);
	put_properties(j, k);
	json_close(j, '}');
}

static void put_failure(struct json *j)
{
	json_open(j, "command.failed", '{');
	json_text(j, "description", "what a command prints that was not done");
	json_text(j, "type", "object");
	json_bool(j, "additionalProperties", false);
	json_open(j, "properties", '{');
	put_ref(j, "result", "part", "result");
	json_close(j, '}');
	json_open(j, "required", '[');
	json_text(j, NULL, "result");
	json_close(j, ']');
	json_close(j, '}');
}

static void put_definitions(struct json *j)
{
	json_open(j, "$defs", '{');
	for (int t = 0; t < T_COUNT; t++)
		put_row(j, schema_table((enum table_id)t));
	for (const struct part *p = parts; p->name; p++)
		put_part(j, p);
	for (const struct command *k = commands; k->name; k++)
		if (k->takes & TAKES_JSON)
			put_command(j, k);
	put_failure(j);
	json_close(j, '}');
}

int json_schema_run(struct ctl *c, int argc, char **argv)
{
	struct json j = {0};

	(void)argc, (void)argv;
	json_open(&j, NULL, '{');
	json_text(&j, "$schema", ID);
	json_text(&j, "title", "halvardctl --json");
	json_open(&j, "anyOf", '[');
	for (const struct command *k = commands; k->name; k++)
		if (k->takes & TAKES_JSON)
			put_ref(&j, NULL, "command", k->name);
	put_ref(&j, NULL, "command", "failed");
	json_close(&j, ']');
	put_definitions(&j);
	result_print_object(c, &j);
	json_free(&j);
	return CTL_OK;
}
