/*
 * commands: the keywords that name what is executed, and the pipes that are told of changes.
 *
 * Such a line has quotes and escapes of its own ('...' too, and \n), so it is cut from the text of
 * the statement by the rules of base/argv. Its first word is the command with its arguments, and
 * exec cuts that once more; a user and a group may stand behind it. So a command with arguments
 * stands in quotes.
 */
#include "config/commands.h"

#include "base/argv.h"
#include "base/text.h"
#include "config/validate.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct words {
	struct argv argv; /* the keyword, or else the command, is the first */
	unsigned first;   /* the command's word */
};

static const struct enum_name keyword_events[] = {
    {NOTIFY_STARTUP, "startup_script"},
    {NOTIFY_SHUTDOWN, "shutdown_script"},
    {NOTIFY_MASTER, "notify_master"},
    {NOTIFY_BACKUP, "notify_backup"},
    {NOTIFY_FAULT, "notify_fault"},
    {NOTIFY_STOP, "notify_stop"},
    {NOTIFY_DELETED, "notify_deleted"},
    {NOTIFY_RX_LOWER_PRI, "notify_master_rx_lower_pri"},
    {NOTIFY_ANY, "notify"},
    {NOTIFY_UP, "notify_up"},
    {NOTIFY_DOWN, "notify_down"},
    {NOTIFY_QUORUM_UP, "quorum_up"},
    {NOTIFY_QUORUM_DOWN, "quorum_down"},
    {0}};
static const struct enum_name keyword_fifos[] = {
    {FIFO_ALL, "notify_fifo"}, {FIFO_VRRP, "vrrp_notify_fifo"}, {FIFO_LVS, "lvs_notify_fifo"}, {0}};

const char *commands_keyword(enum notify_event event)
{
	return enum_name(keyword_events, (int)event);
}

const char *commands_fifo_keyword(enum fifo_kind kind)
{
	return enum_name(keyword_fifos, (int)kind);
}

/* ---- words --------------------------------------------------------------- */

static const char *name_of(const struct item *it)
{
	return it->words[0].text;
}

/* Cuts the statement; the keyword is its first word, unless it is a line of a block. */
static bool cut(struct parse *p, const struct item *it, bool line, struct words *w)
{
	char text[LEX_LINE_MAX + 1];
	const char *why;

	w->first = line ? 0 : 1;
	snprintf(text, sizeof(text), "%.*s", (int)it->len, it->text);
	if (argv_split(&w->argv, text, &why))
		return true;
	parse_report(p, FINDING_ERROR, it, w->first, "%s: %s; it was left out", name_of(it), why);
	return false;
}

/* What a control character is written as, so that a file has it on one line. */
static bool copy_command(char *dst, size_t size, const char *text)
{
	size_t n = 0;

	memset(dst, 0, size);
	for (; *text; text++) {
		char one[5] = {*text};

		if (iscntrl((unsigned char)*text))
			snprintf(one, sizeof(one), "\\x%02X", (unsigned char)*text);
		if (n + strlen(one) >= size)
			return false;
		n += (size_t)snprintf(dst + n, size - n, "%s", one);
	}
	return true;
}

/* The command and who runs it; false: reported. */
static bool read_command(struct parse *p, const struct item *it, const struct words *w,
			 char command[COMMAND_MAX], char user[NAME_USER], char group[NAME_USER])
{
	const char *const *words = w->argv.words + w->first;
	unsigned n = w->argv.count > w->first ? w->argv.count - w->first : 0;
	const char *why = NULL;
	struct argv test;

	if (!n || !words[0][0])
		why = "the command is missing";
	else if (!copy_command(command, COMMAND_MAX, words[0]))
		why = "a command has at most 479 characters";
	else if (!argv_split(&test, command, &why))
		;
	else if (!text_copy(user, NAME_USER, n > 1 ? words[1] : "") ||
		 !text_copy(group, NAME_USER, n > 2 ? words[2] : ""))
		why = "a user or group has at most 32 characters";
	else if (strchr(user, '\n') || strchr(group, '\n'))
		why = "a user or group has no line break";
	if (why) {
		parse_report(p, FINDING_ERROR, it, w->first < it->nwords ? w->first : 0,
			     "%s: %s; it was left out", name_of(it), why);
		memset(command, 0, COMMAND_MAX);
		memset(user, 0, NAME_USER);
		memset(group, 0, NAME_USER);
		return false;
	}
	if (n > 3)
		parse_report(
		    p, FINDING_WARNING, it, w->first + 3,
		    "%s: a command, a user and a group: what follows is ignored; a command "
		    "with arguments stands in double quotes",
		    name_of(it));
	return true;
}

/* ---- commands ------------------------------------------------------------- */

static struct notify_row *notify_of(struct parse *p, struct draft *d)
{
	return draft_part(p->arena, d, T_NOTIFY)->row;
}

static bool set_event(struct notify_row *r, const char *keyword)
{
	int event;

	if (!enum_value(keyword_events, keyword, &event))
		return false;
	r->event = (uint8_t)event;
	return true;
}

/* As read_command(), into a row. */
static bool read_row(struct parse *p, const struct item *it, const struct words *w,
		     struct notify_row *r)
{
	char command[COMMAND_MAX], user[NAME_USER], group[NAME_USER];

	if (!read_command(p, it, w, command, user, group))
		return false;
	r->command = arena_text(p->arena, command, strlen(command));
	r->user = arena_text(p->arena, user, strlen(user));
	r->group = arena_text(p->arena, group, strlen(group));
	return true;
}

void special_notify(struct parse *p, struct draft *d, const struct keyword *k,
		    const struct item *it)
{
	struct draft *own = draft_new(p->arena, &block_notify, it->at);
	struct notify_row *r = notify_of(p, own);
	struct words w;

	own->later = d->later;
	if (!set_event(r, k->name))
		return;
	if (it->nwords > 1 || r->event != NOTIFY_DELETED) {
		if (!parse_word(p, it, 1, "the command") || !cut(p, it, false, &w) ||
		    !read_row(p, it, &w, r))
			return;
	}
	if (!own->later)
		draft_add(d, own);
}

/* The form of before 2010: NOTIFY { COMMAND }. */
bool enter_notify(struct parse *p, struct draft *d, const struct item *it)
{
	parse_no_more(p, it, 1);
	return set_event(notify_of(p, d), name_of(it));
}

void line_command(struct parse *p, struct draft *d, const struct block *b, const struct item *it)
{
	struct notify_row *r = notify_of(p, d);
	struct words w;

	(void)b;
	if (r->command[0])
		parse_report(p, FINDING_WARNING, it, 0,
			     "one command only: the first counts; this line was left out");
	else if (cut(p, it, true, &w))
		read_row(p, it, &w, r);
}

static void keep_command(struct parse *p, const struct draft *d, enum notify_object object,
			 const char *name)
{
	struct notify_row r;
	const void *first;
	char place[TEXT_MAX];

	part_row(d->parts[T_NOTIFY], T_NOTIFY, &r);
	r.object = (uint8_t)object;
	r.name = name;
	first = store_find(p->store, T_NOTIFY, &r);
	if (!r.command[0] && r.event != NOTIFY_DELETED)
		place_report(p->findings, FINDING_WARNING, &d->at,
			     "%s: the command is missing; it was left out",
			     commands_keyword(r.event));
	else if (first)
		place_report(
		    p->findings, FINDING_WARNING, &d->at,
		    "%s: there is one already%s; the first counts", commands_keyword(r.event),
		    origin_text(p->origins, first, ORIGIN_ROW, "defined", place, sizeof(place)));
	else
		origins_add(p->origins, store_put(p->store, T_NOTIFY, &r, F_WANTED, NULL), d->at,
			    NULL, 0);
}

void commands_resolve(struct parse *p, const struct draft *d, enum notify_object object,
		      const char *name)
{
	for (const struct draft *c = d->first; c; c = c->next)
		if (c->parts[T_NOTIFY])
			keep_command(p, c, object, name);
}

/* ---- pipes ----------------------------------------------------------------- */

static struct draft *fifo_draft(struct parse *p, struct draft *d, enum fifo_kind kind,
				const struct item *it)
{
	struct notify_fifo_row *r;
	struct draft *c = d->first;

	for (; c; c = c->next) {
		r = c->parts[T_NOTIFY_FIFO] ? c->parts[T_NOTIFY_FIFO]->row : NULL;
		if (r && r->kind == kind)
			return c;
	}
	c = draft_new(p->arena, d->block, it->at);
	r = draft_part(p->arena, c, T_NOTIFY_FIFO)->row;
	r->kind = (uint8_t)kind;
	draft_add(d, c);
	return c;
}

/* "notify_fifo" or "notify_fifo_script", perhaps with "vrrp_" or "lvs_" before it. */
static enum fifo_kind fifo_of(const char *keyword)
{
	return keyword[0] == 'v' ? FIFO_VRRP : keyword[0] == 'l' ? FIFO_LVS : FIFO_ALL;
}

static bool said_twice(struct parse *p, const struct item *it, const char *text)
{
	if (text[0])
		parse_report(p, FINDING_WARNING, it, 0,
			     "%s: there is one already; the first counts", name_of(it));
	return text[0] != '\0';
}

void special_fifo(struct parse *p, struct draft *d, const struct keyword *k, const struct item *it)
{
	struct notify_fifo_row *r;
	char path[PATH_LEN], user[NAME_USER], group[NAME_USER];
	const char *text = parse_word(p, it, 1, "the path");

	if (!text || !read_user(p, it, 2, user, group))
		return;
	if (!text[0] || strlen(text) + (text[0] != '/') >= sizeof(path)) {
		parse_report(p, FINDING_ERROR, it, 1,
			     "%s: a path has 1..%d characters; it was left out", name_of(it),
			     PATH_LEN - 1);
		return;
	}
	path[0] = '/';
	text_copy(path + (text[0] != '/'), sizeof(path) - (text[0] != '/'), text);
	if (text[0] != '/')
		parse_report(p, FINDING_WARNING, it, 1,
			     "%s: \"%.64s\" is not a path from the root: %.64s is meant",
			     name_of(it), text, path);
	r = fifo_draft(p, d, fifo_of(k->name), it)->parts[T_NOTIFY_FIFO]->row;
	if (said_twice(p, it, r->path))
		return;
	TEXT_COPY(r->path, path);
	TEXT_COPY(r->user, user);
	TEXT_COPY(r->group, group);
}

void special_fifo_script(struct parse *p, struct draft *d, const struct keyword *k,
			 const struct item *it)
{
	char command[COMMAND_MAX], user[NAME_USER], group[NAME_USER];
	struct notify_fifo_row *r;
	struct words w;

	if (!parse_word(p, it, 1, "the command") || !cut(p, it, false, &w) ||
	    !read_command(p, it, &w, command, user, group))
		return;
	r = fifo_draft(p, d, fifo_of(k->name), it)->parts[T_NOTIFY_FIFO]->row;
	if (said_twice(p, it, r->script))
		return;
	TEXT_COPY(r->script, command);
	TEXT_COPY(r->script_user, user);
	TEXT_COPY(r->script_group, group);
}

static void keep_fifo(struct parse *p, const struct draft *d)
{
	struct notify_fifo_row r;

	part_row(d->parts[T_NOTIFY_FIFO], T_NOTIFY_FIFO, &r);
	if (!r.path[0]) {
		place_report(p->findings, FINDING_WARNING, &d->at,
			     "%s_script: there is no %s for it to read; it was left out",
			     commands_fifo_keyword(r.kind), commands_fifo_keyword(r.kind));
		return;
	}
	STORE_EACH(p->store, T_NOTIFY_FIFO, struct notify_fifo_row, other)
	{
		if (text_eq(other->path, r.path)) {
			place_report(p->findings, FINDING_WARNING, &d->at,
				     "%s: %s is told of other changes; it was left out",
				     commands_fifo_keyword(r.kind), r.path);
			return;
		}
	}
	origins_add(p->origins, store_put(p->store, T_NOTIFY_FIFO, &r, F_WANTED, NULL), d->at, NULL,
		    0);
}

void commands_resolve_fifos(struct parse *p, const struct draft *d)
{
	for (const struct draft *c = d->first; c; c = c->next)
		if (c->parts[T_NOTIFY_FIFO])
			keep_fifo(p, c);
}

/* ---- the other way ----------------------------------------------------------- */

/* Single quotes mean something here, and elsewhere they do not. */
static void quote(const char *text, char *buf, size_t size)
{
	keyword_quote(text, buf, size);
	if (buf[0] != '"' && strchr(text, '\''))
		snprintf(buf, size, "\"%s\"", text);
}

void commands_text(const char *command, const char *user, const char *group, char *buf, size_t size)
{
	char words[3][2 * COMMAND_MAX + 8];

	quote(command, words[0], sizeof(words[0]));
	quote(user, words[1], sizeof(words[1]));
	quote(group, words[2], sizeof(words[2]));
	snprintf(buf, size, "%s%s%s%s%s", command[0] ? words[0] : "", user[0] ? " " : "",
		 user[0] ? words[1] : "", group[0] ? " " : "", group[0] ? words[2] : "");
}
