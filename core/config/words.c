/*
 * words: a line into words and braces.
 *
 * The rules, as keepalived has them: a statement is what stands on one line up to a brace; "!"
 * and "#" begin a comment anywhere outside double quotes, even inside a word, unless a
 * backslash stands before them; a brace outside quotes always stands for itself, on a line of
 * its own or glued to a word. Inside quotes \" and \\ give the character itself. "${NAME}" of
 * a variable that is not defined stays part of its word, braces and all.
 */
#include "config/words.h"

#include "base/log.h"
#include "base/text.h"

#include <string.h>

static unsigned column_of(const struct line *n, const char *p)
{
	size_t at = (size_t)(p - n->start);

	if (!n->columns)
		return (unsigned)at + 1;
	return p < n->end ? n->columns[at] : at ? n->columns[at - 1] : n->at.column;
}

static struct place place_of(const struct line *n, const char *p)
{
	struct place at = n->at;

	at.column = column_of(n, p);
	return at;
}

void line_complain(struct line *n, enum finding_level level, const char *p, const char *text)
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

static bool is_comment(const struct line *n, char c)
{
	return !n->plain && (c == '!' || c == '#');
}

static bool is_brace(char c)
{
	return c == '{' || c == '}';
}

/* A brace in a pattern of an include line belongs to the pattern; alone it is a brace. */
static bool brace_stands_alone(const struct line *n)
{
	return n->p + 1 == n->end || is_blank(n->p[1]) || is_comment(n, n->p[1]);
}

static struct item *add_item(struct lexed *l, enum item_kind kind, struct place at)
{
	struct item *it;

	if (l->count == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 256;
		l->items = xrealloc(l->items, l->cap, sizeof(*l->items));
	}
	it = l->items[l->count++] = arena_alloc(&l->words, sizeof(*it));
	l->total++;
	it->kind = kind;
	it->at = at;
	return it;
}

static void set_seed(struct line *n, const struct item *it)
{
	struct place at = item_place(it, 1);
	uint64_t seed;

	if (it->nwords < 2)
		place_report(n->l->findings, FINDING_ERROR, &at,
			     "random_seed: the value is missing");
	else if (!text_u64(it->words[1].text, 0, UINT32_MAX, &seed))
		place_report(n->l->findings, FINDING_ERROR, &at,
			     "random_seed: \"%.64s\" is not allowed, 0..%u is", it->words[1].text,
			     UINT32_MAX);
	else
		lex_seed(n->l, seed);
}

/* Keywords that speak to the lexer (KEYWORD_LEXED in the tables). */
static void heed(struct line *n, const struct item *it)
{
	if (it->words[0].quoted)
		return;
	if (text_eq(it->words[0].text, "include_check"))
		n->insist = lex_include_check(n->l, n->insist, it);
	else if (text_eq(it->words[0].text, "random_seed"))
		set_seed(n, it);
}

static void end_statement(struct line *n)
{
	struct item it = {.kind = ITEM_STATEMENT, .damaged = n->damaged, .nwords = n->nwords};
	const char *first = n->start + n->words[0].at;
	bool include = n->include;

	n->include = false;
	if (!n->nwords)
		return;
	n->nwords = 0;
	it.at = n->at;
	it.at.column = n->words[0].column;
	it.words = arena_alloc(&n->l->words, it.nwords * sizeof(*it.words));
	memcpy(it.words, n->words, it.nwords * sizeof(*it.words));
	for (unsigned i = 0; i < it.nwords; i++)
		it.words[i].at = (uint16_t)(it.words[i].at - n->words[0].at);
	it.text = first;
	it.len = (uint16_t)(n->words_end - first);
	if (!it.damaged && !include)
		heed(n, &it);
	if (!include)
		*add_item(n->l, ITEM_STATEMENT, it.at) = it;
	else if (!it.damaged)
		lex_include(n->l, n->file, n->insist, &it);
}

static void add_word(struct line *n, const char *from, size_t len, bool quoted)
{
	if (!n->store)
		return;
	if (n->nwords == WORDS_MAX) {
		line_complain(n, FINDING_ERROR, from,
			      "too many words on one line; it was left out");
		return;
	}
	n->words[n->nwords++] = (struct word){
	    .text = arena_text(&n->l->words, n->text, len),
	    .column = column_of(n, from),
	    .at = (uint16_t)(from - n->start),
	    .quoted = quoted,
	};
	n->words_end = n->p;
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

/* "${NAME}" where nothing of that name is defined: all of it belongs to the word. */
static size_t copy_undefined(struct line *n, const char *end, size_t len)
{
	for (; n->p < end; n->p++)
		if (n->store)
			n->text[len++] = *n->p;
	return len;
}

static bool word_ends(const struct line *n)
{
	return is_blank(*n->p) || is_comment(n, *n->p) || (is_brace(*n->p) && !n->include);
}

static void read_word(struct line *n)
{
	const char *from = n->p, *close;
	struct var_use u;
	bool quoted = false;
	size_t len = 0;

	while (n->p < n->end && !word_ends(n)) {
		if (*n->p == '"' && (close = closing_quote(n, n->p))) {
			quoted = true;
			len = copy_quoted(n, close, len);
			continue;
		}
		if (*n->p == '"') {
			line_complain(n, FINDING_ERROR, n->p,
				      "the quote is not closed on this line");
			n->p++;
			continue;
		}
		if (*n->p == '$' && n->p + 1 < n->end && n->p[1] == '{' &&
		    vars_use(n->p, (size_t)(n->end - n->p), 0, &u)) {
			len = copy_undefined(n, n->p + u.to, len);
			continue;
		}
		if (*n->p == '\\' && n->p + 1 < n->end && strchr("!#\"", n->p[1]) && n->p[1])
			n->p++;
		if (n->store)
			n->text[len++] = *n->p;
		n->p++;
	}
	add_word(n, from, len, quoted);
}

/* A comment that begins inside a word is what keepalived reads, and rarely what was meant. */
static void check_comment(struct line *n, bool behind_word)
{
	struct place at = place_of(n, n->p);

	if (n->p > n->start && !is_blank(n->p[-1]) && !is_brace(n->p[-1]) && behind_word &&
	    !n->damaged)
		place_report(n->l->findings, FINDING_NOTICE, &at,
			     "'%c' begins a comment here, inside a word; put the word in double "
			     "quotes if it belongs to it",
			     *n->p);
}

void line_skip_blanks(struct line *n)
{
	while (n->p < n->end && is_blank(*n->p))
		n->p++;
}

void line_strip_comment(struct line *n)
{
	const char *from = n->p, *close;

	for (; n->p < n->end && !is_comment(n, *n->p); n->p++) {
		if (*n->p == '\\' && n->p + 1 < n->end && strchr("!#\"", n->p[1]))
			n->p++;
		else if (*n->p == '"' && (close = closing_quote(n, n->p)))
			n->p = close;
	}
	if (n->p < n->end)
		check_comment(n, n->p > from);
	n->end = n->p < n->end ? n->p : n->end;
	n->p = from;
}

void line_items(struct line *n)
{
	for (;;) {
		line_skip_blanks(n);
		if (n->p == n->end || is_comment(n, *n->p))
			break;
		if (is_brace(*n->p) && (!n->include || brace_stands_alone(n))) {
			end_statement(n);
			add_item(n->l, *n->p == '{' ? ITEM_OPEN : ITEM_CLOSE, place_of(n, n->p));
			n->p++;
			continue;
		}
		read_word(n);
		if (n->p < n->end && is_comment(n, *n->p))
			check_comment(n, n->nwords);
	}
	end_statement(n);
}

/* ---- sources --------------------------------------------------------- */
