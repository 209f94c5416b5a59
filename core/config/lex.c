/*
 * lex: lines into words and braces.
 *
 * The rules, as keepalived has them: a statement is what stands on one line up to a brace; "!"
 * and "#" begin a comment anywhere outside double quotes, even inside a word, unless a
 * backslash stands before them; a brace outside quotes always stands for itself, on a line of
 * its own or glued to a word. Inside quotes \" and \\ give the character itself.
 *
 * Known but not done yet: conditional lines (@id), variables ($X=, ${X}) and line loops
 * (~SEQ, ~LST). All three rewrite lines before words are cut, so their place is at the head of
 * lex_line(); until then such a line is reported and damaged, its braces still counting.
 *
 * Pure but for include.c, which reads the files.
 */
#include "config/lex.h"

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 256 /* of a statement; more are reported and left out */

struct line {
	struct lexed *l;
	const struct lex_open *file;
	const char *start, *p, *end;
	struct place at;
	bool damaged;
	bool store;   /* short enough for its words to be kept */
	bool include; /* the statement begins with a word of the include family */
	unsigned nwords;
	struct word words[WORDS_MAX];
	char text[LEX_LINE_MAX + 1];
};

/* ---- places ---------------------------------------------------------- */

struct place item_place(const struct item *it, unsigned word)
{
	struct place at = it->at;

	if (word < it->nwords)
		at.column = it->words[word].column;
	return at;
}

static size_t line_length(const struct source *s, size_t at)
{
	const char *nl = memchr(s->data + at, '\n', s->len - at);
	size_t n = nl ? (size_t)(nl - (s->data + at)) : s->len - at;

	if (n && s->data[at + n - 1] == '\r')
		n--;
	return n;
}

/* Every keyword whose field is F_SECRET; config_keyword tests that it stands here. The lexer
 * must know, because its own findings show lines that nobody has understood yet. */
static const char *const secret_words[] = {"auth_pass"};

bool lex_is_secret(const char *word)
{
	for (size_t i = 0; i < sizeof(secret_words) / sizeof(secret_words[0]); i++)
		if (strcmp(word, secret_words[i]) == 0)
			return true;
	return false;
}

static void hide_secrets(char *line)
{
	for (size_t i = 0; i < sizeof(secret_words) / sizeof(secret_words[0]); i++) {
		char *p = strstr(line, secret_words[i]);

		for (p = p ? p + strlen(secret_words[i]) : NULL; p && *p; p++)
			if (*p != ' ' && *p != '\t')
				*p = '*';
	}
}

void place_report(struct findings *f, enum finding_level level, const struct place *at,
		  const char *fmt, ...)
{
	char text[1024], line[512];
	const struct source *s = at->source;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!s || !at->line) {
		findings_add(f, level, s ? s->path : NULL, 0, 0, NULL, "%s", text);
		return;
	}
	snprintf(line, sizeof(line), "%.*s", (int)line_length(s, at->line_at),
		 s->data + at->line_at);
	hide_secrets(line);
	/* A caret far to the right of a screen helps nobody. */
	findings_add(f, level, s->path, at->line, at->column,
		     at->column < sizeof(line) ? line : NULL, "%s", text);
}

/* ---- one line -------------------------------------------------------- */

static struct place place_of(const struct line *n, const char *p)
{
	struct place at = n->at;

	at.column = (unsigned)(p - n->start) + 1;
	return at;
}

static void complain(struct line *n, enum finding_level level, const char *p, const char *text)
{
	struct place at = place_of(n, p);

	if (!n->damaged)
		place_report(n->l->findings, level, &at, "%s", text);
	n->damaged = true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static bool is_comment(char c)
{
	return c == '!' || c == '#';
}

static bool is_brace(char c)
{
	return c == '{' || c == '}';
}

/* A brace in a pattern of an include line belongs to the pattern; alone it is a brace. */
static bool brace_stands_alone(const struct line *n)
{
	return n->p + 1 == n->end || is_blank(n->p[1]) || is_comment(n->p[1]);
}

static struct item *add_item(struct lexed *l, enum item_kind kind, struct place at)
{
	struct item *it;

	if (l->count == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 256;
		l->items = xrealloc(l->items, l->cap, sizeof(*l->items));
	}
	it = &l->items[l->count++];
	*it = (struct item){.kind = kind, .at = at};
	return it;
}

static void end_statement(struct line *n)
{
	struct item it = {.kind = ITEM_STATEMENT, .damaged = n->damaged, .nwords = n->nwords};
	bool include = n->include;

	n->include = false;
	if (!n->nwords)
		return;
	n->nwords = 0;
	it.at = n->at;
	it.at.column = n->words[0].column;
	it.words = arena_alloc(&n->l->arena, it.nwords * sizeof(*it.words));
	memcpy(it.words, n->words, it.nwords * sizeof(*it.words));
	if (!include)
		*add_item(n->l, ITEM_STATEMENT, it.at) = it;
	else if (!it.damaged)
		lex_include(n->l, n->file, &it);
}

static void add_word(struct line *n, const char *from, size_t len, bool quoted)
{
	if (!n->store)
		return;
	if (n->nwords == WORDS_MAX) {
		complain(n, FINDING_ERROR, from, "too many words on one line; it was left out");
		return;
	}
	n->words[n->nwords++] = (struct word){
	    .text = arena_text(&n->l->arena, n->text, len),
	    .column = (unsigned)(from - n->start) + 1,
	    .quoted = quoted,
	};
	if (n->nwords == 1 && !quoted)
		n->include = lex_is_include(n->words[0].text);
}

/* End of the quoted part that begins at p (on the quote), or NULL. */
static const char *closing_quote(const struct line *n, const char *p)
{
	for (p++; p < n->end; p++) {
		if (*p == '\\' && p + 1 < n->end && (p[1] == '"' || p[1] == '\\'))
			p++;
		else if (*p == '"')
			return p;
	}
	return NULL;
}

static size_t copy_quoted(struct line *n, const char *close, size_t len)
{
	for (n->p++; n->p < close; n->p++) {
		if (*n->p == '\\' && (n->p[1] == '"' || n->p[1] == '\\'))
			n->p++;
		if (n->store)
			n->text[len++] = *n->p;
	}
	n->p = close + 1;
	return len;
}

static void skip_variable(struct line *n)
{
	complain(n, FINDING_NOTICE, n->p,
		 "variables (${NAME}) are not supported yet; the statement was skipped");
	while (n->p < n->end && *n->p != '}')
		n->p++;
	if (n->p < n->end)
		n->p++;
}

static bool word_ends(const struct line *n)
{
	return is_blank(*n->p) || is_comment(*n->p) || (is_brace(*n->p) && !n->include);
}

static void read_word(struct line *n)
{
	const char *from = n->p, *close;
	bool quoted = false;
	size_t len = 0;

	while (n->p < n->end && !word_ends(n)) {
		if (*n->p == '"' && (close = closing_quote(n, n->p))) {
			quoted = true;
			len = copy_quoted(n, close, len);
			continue;
		}
		if (*n->p == '"') {
			complain(n, FINDING_ERROR, n->p, "the quote is not closed on this line");
			n->p++;
			continue;
		}
		if (*n->p == '$' && n->p + 1 < n->end && n->p[1] == '{') {
			skip_variable(n);
			continue;
		}
		if (*n->p == '\\' && n->p + 1 < n->end && (is_comment(n->p[1]) || n->p[1] == '"'))
			n->p++;
		if (n->store)
			n->text[len++] = *n->p;
		n->p++;
	}
	add_word(n, from, len, quoted);
}

/* A comment that begins inside a word is what keepalived reads, and rarely what was meant. */
static void check_comment(struct line *n)
{
	struct place at = place_of(n, n->p);

	if (n->p > n->start && !is_blank(n->p[-1]) && !is_brace(n->p[-1]) && n->nwords &&
	    !n->damaged)
		place_report(n->l->findings, FINDING_NOTICE, &at,
			     "'%c' begins a comment here, inside a word; put the word in double "
			     "quotes if it belongs to it",
			     *n->p);
}

static void read_items(struct line *n)
{
	for (;;) {
		while (n->p < n->end && is_blank(*n->p))
			n->p++;
		if (n->p == n->end || is_comment(*n->p))
			break;
		if (is_brace(*n->p) && (!n->include || brace_stands_alone(n))) {
			end_statement(n);
			add_item(n->l, *n->p == '{' ? ITEM_OPEN : ITEM_CLOSE, place_of(n, n->p));
			n->p++;
			continue;
		}
		read_word(n);
		if (n->p < n->end && is_comment(*n->p))
			check_comment(n);
	}
	end_statement(n);
}

/* ---- what rewrites lines --------------------------------------------- */

static bool begins(const struct line *n, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(n->end - n->p) >= len && !memcmp(n->p, word, len);
}

static bool is_definition(const struct line *n)
{
	const char *p = n->p;

	if (p == n->end || *p++ != '$')
		return false;
	while (p < n->end && (*p == '_' || (*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') ||
			      (*p >= 'a' && *p <= 'z')))
		p++;
	return p > n->p + 1 && p < n->end && *p == '=';
}

static void skip_loop(struct line *n)
{
	unsigned depth = 0;

	complain(n, FINDING_NOTICE, n->p,
		 "line loops (~SEQ, ~LST) are not supported yet; the line was skipped");
	for (; n->p < n->end; n->p++) {
		if (*n->p == '(')
			depth++;
		else if (*n->p == ')' && depth && !--depth)
			break;
	}
}

static void read_directive(struct line *n)
{
	if (begins(n, "@")) {
		complain(n, FINDING_NOTICE, n->p,
			 "conditional lines (@id) are not supported yet; the line was skipped");
		while (n->p < n->end && !is_blank(*n->p))
			n->p++;
	} else if (begins(n, "~SEQ") || begins(n, "~LST")) {
		skip_loop(n);
	}
}

static void check_line(struct line *n)
{
	size_t len = (size_t)(n->end - n->start);
	const char *nul = memchr(n->start, '\0', len);

	if (nul)
		complain(n, FINDING_ERROR, nul, "NUL byte in the line; it was left out");
	n->store = len <= LEX_LINE_MAX;
	if (!n->store)
		complain(n, FINDING_ERROR, n->start + LEX_LINE_MAX,
			 "the line is longer than 4095 octets; it was left out");
}

static bool continues(const struct line *n)
{
	return n->end > n->start && n->end[-1] == '\\';
}

/* Returns whether the next line continues a definition that is being skipped. */
static bool lex_line(struct line *n, bool continued)
{
	check_line(n);
	if (continued)
		return continues(n);
	while (n->p < n->end && is_blank(*n->p))
		n->p++;
	if (is_definition(n)) {
		complain(n, FINDING_NOTICE, n->p,
			 "variables ($NAME=) are not supported yet; the line was skipped");
		return continues(n);
	}
	read_directive(n);
	read_items(n);
	return false;
}

/* ---- sources --------------------------------------------------------- */

void lex_source(struct lexed *l, const struct lex_open *file)
{
	const struct source *s = file->source;
	struct line *n = xcalloc(1, sizeof(*n));
	bool continued = false;
	size_t at = 0;
	unsigned number = 1;

	if (s->len >= 3 && !memcmp(s->data, "\xef\xbb\xbf", 3))
		at = 3; /* byte order mark */
	while (at < s->len) {
		const char *nl = memchr(s->data + at, '\n', s->len - at);

		n->l = l;
		n->file = file;
		n->start = n->p = s->data + at;
		n->end = n->start + line_length(s, at);
		n->at = (struct place){s, at, number++, 1};
		n->damaged = n->include = false;
		n->nwords = 0;
		continued = lex_line(n, continued);
		at = nl ? (size_t)(nl - s->data) + 1 : s->len;
	}
	free(n);
}

struct lexed *lex_text(const char *name, const char *text, size_t len, struct findings *f)
{
	struct lexed *l = xcalloc(1, sizeof(*l));
	struct source *s = arena_alloc(&l->arena, sizeof(*s));
	struct lex_open file = {.source = s, .depth = 1, .may_include = false};

	*s = (struct source){arena_text(&l->arena, name, strlen(name)), text, len};
	l->findings = f;
	lex_source(l, &file);
	return l;
}

void lex_free(struct lexed *l)
{
	if (!l)
		return;
	arena_free(&l->arena);
	free(l->items);
	free(l);
}
