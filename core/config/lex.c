/*
 * lex: the stream of items of a file as a whole, and what is said about its places.
 *
 * A finding shows the line as it was written, what that line has become when variables or loops
 * have changed it, and no secret in either.
 *
 * Pure; include.c reads the files.
 */
#include "config/lex.h"

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

/* ---- places ---------------------------------------------------------- */

struct place item_place(const struct item *it, unsigned word)
{
	struct place at = it->at;

	if (word < it->nwords)
		at.column = it->words[word].column;
	return at;
}

size_t lex_line_length(const struct source *s, size_t at)
{
	const char *nl = memchr(s->data + at, '\n', s->len - at);
	size_t n = nl ? (size_t)(nl - (s->data + at)) : s->len - at;

	if (n && s->data[at + n - 1] == '\r')
		n--;
	return n;
}

/* Every keyword whose field is F_SECRET (config_keyword tests that it stands here) or will be. The
 * lexer must know, because its own findings show lines that nobody has understood yet. A short
 * word counts only as a whole one; the others also misspelt, as auth_password. */
static const struct {
	const char *word;
	bool whole;
} secrets[] = {{"auth_pass", false}, {"password", false}, {"key", true}, {0}};

bool lex_is_secret(const char *word)
{
	for (size_t i = 0; secrets[i].word; i++)
		if (strcmp(word, secrets[i].word) == 0)
			return true;
	return false;
}

/* What follows the first secret word of its kind, or NULL. */
static char *behind_secret(char *line, const char *word, bool whole)
{
	size_t len = strlen(word);
	char *p = line;

	while ((p = strstr(p, word))) {
		bool begins = p == line || strchr(" \t{", p[-1]), ends = strchr(" \t", p[len]);

		p += len;
		if (!whole || (begins && ends))
			return p;
	}
	return NULL;
}

static void hide(char *p)
{
	for (; *p; p++)
		if (*p != ' ' && *p != '\t')
			*p = '*';
}

/* Returns whether there was one. */
static bool hide_secrets(char *line)
{
	bool found = false;

	for (size_t i = 0; secrets[i].word; i++) {
		char *p = behind_secret(line, secrets[i].word, secrets[i].whole);

		if (p)
			hide(p);
		found = found || p;
	}
	return found;
}

/* The line as it was written. What hides in it: the value of a secret word, that of a variable,
 * which may become one, and the words behind a secret word that only comes of a variable. */
static void written_line(const struct place *at, bool secret, char *line, size_t size)
{
	const struct source *s = at->source;
	char *p = line;

	snprintf(line, size, "%.*s", (int)lex_line_length(s, at->line_at), s->data + at->line_at);
	p += strspn(p, " \t");
	if (*p == '$' && p[1 + vars_name(p + 1, p + strlen(p))] == '=')
		hide(p + 2 + vars_name(p + 1, p + strlen(p)));
	else if (!hide_secrets(line) && secret)
		hide(p + strcspn(p, " \t"));
}

#define EXPANSION_FINDINGS 8 /* of a level, about what one line has become */

/* Adds to a text what the line has become; false: enough has been said about it. */
static bool tell_expansion(const struct place *at, enum finding_level level, char *text,
			   size_t size, bool *secret)
{
	const struct expansion *x = at->expansion;
	unsigned n = ++x->said->count[level];
	size_t len = strlen(text);
	char line[256];

	snprintf(line, sizeof(line), "%s", x->text);
	*secret = hide_secrets(line);
	if (n > EXPANSION_FINDINGS)
		snprintf(text, size, "there is more about what this line becomes; it is not told");
	else if (x->source)
		snprintf(text + len, size - len, "; expanded to: %s (%s:%u)", line, x->source->path,
			 x->line);
	else
		snprintf(text + len, size - len, "; expanded to: %s", line);
	return n <= EXPANSION_FINDINGS + 1;
}

void place_report(struct findings *f, enum finding_level level, const struct place *at,
		  const char *fmt, ...)
{
	char text[1024], line[512];
	const struct source *s = at->source;
	bool secret = false;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!s || !at->line) {
		findings_add(f, level, s ? s->path : NULL, 0, 0, NULL, "%s", text);
		return;
	}
	if (at->expansion && !tell_expansion(at, level, text, sizeof(text), &secret))
		return;
	written_line(at, secret, line, sizeof(line));
	/* A caret far to the right of a screen helps nobody. */
	findings_add(f, level, s->path, at->line, at->column,
		     at->column < sizeof(line) ? line : NULL, "%s", text);
}

/* ---- streams --------------------------------------------------------- */

struct lexed *lex_new(const struct config_options *o, struct findings *f)
{
	static const struct config_options none;
	struct lexed *l = xcalloc(1, sizeof(*l));
	struct utsname u;

	l->options = o ? o : &none;
	l->findings = f;
	l->id = l->options->id;
	if (!l->id && uname(&u) == 0)
		l->id = arena_text(&l->arena, u.nodename, strcspn(u.nodename, "."));
	if (!l->id)
		l->id = "";
	return l;
}

struct lexed *lex_text(const char *name, const char *text, size_t len,
		       const struct config_options *o, struct findings *f)
{
	struct lexed *l = lex_new(o, f);
	struct source *s = arena_alloc(&l->arena, sizeof(*s));
	struct lex_open file = {.source = s, .depth = 1};

	*s = (struct source){arena_text(&l->arena, name, strlen(name)), text, len};
	l->reader = lex_reader_new(l, &file);
	return l;
}

bool lex_more(struct lexed *l)
{
	size_t before = l->count;

	while (l->reader && l->count == before) {
		if (!lex_reader_line(l->reader)) {
			lex_reader_free(l->reader);
			l->reader = NULL;
		}
	}
	return l->count > before;
}

struct lexed *lex_all(struct lexed *l)
{
	while (lex_more(l))
		;
	return l;
}

void lex_forget(struct lexed *l)
{
	l->count = 0;
	arena_reset(&l->words);
}

void lex_free(struct lexed *l)
{
	if (!l)
		return;
	if (l->reader)
		lex_reader_free(l->reader);
	vars_free(&l->vars);
	arena_free(&l->arena);
	arena_free(&l->words);
	free(l->items);
	free(l);
}
