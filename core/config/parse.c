/*
 * parse: items into drafts, by recursive descent over the keyword tables.
 *
 * A mistake costs one statement, or one block, never the blocks around it:
 *
 * - a statement that is not understood is skipped, and a block behind it with all its content;
 * - where "{" is missing and what follows belongs into the block, the block is taken as begun;
 * - where "}" is missing and a block begins that only an outer block knows, the inner block is
 *   taken as ended;
 * - a word nobody knows gets the nearest word of its block, or the block that knows it.
 *
 * Depth is bounded by the tables: only known blocks recurse, the others are skipped by a loop.
 */
#include "config/parse.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- findings -------------------------------------------------------- */

static const struct item *peek(const struct parse *p, size_t ahead)
{
	while (p->next + ahead >= p->lexed->count && lex_more(p->lexed))
		;
	return p->next + ahead < p->lexed->count ? p->lexed->items[p->next + ahead] : NULL;
}

static bool peek_is(const struct parse *p, enum item_kind kind)
{
	const struct item *it = peek(p, 0);

	return it && it->kind == kind;
}

void parse_report(struct parse *p, enum finding_level level, const struct item *it, unsigned word,
		  const char *fmt, ...)
{
	struct place at = item_place(it, word);
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	place_report(p->findings, level, &at, "%s", text);
}

void parse_seen(const struct parse *p, const struct block *b, const struct keyword *k)
{
	if (p->seen)
		p->seen(b, k);
}

const char *parse_word(struct parse *p, const struct item *it, unsigned word, const char *what)
{
	if (word < it->nwords)
		return it->words[word].text;
	parse_report(p, FINDING_ERROR, it, 0, "%s: %s is missing", it->words[0].text, what);
	return NULL;
}

void parse_no_more(struct parse *p, const struct item *it, unsigned word)
{
	const char *name = it->words[0].text, *more;

	if (word >= it->nwords)
		return;
	more = lex_is_secret(name) ? "***" : it->words[word].text;
	if (keyword_elsewhere(NULL, more))
		parse_report(p, FINDING_WARNING, it, word,
			     "%s: \"%.64s\" is one word too many; ignored: a keyword needs a line "
			     "of its own",
			     name, more);
	else
		parse_report(p, FINDING_NOTICE, it, word,
			     "%s: \"%.64s\" is one word too many; ignored", name, more);
}

/* ---- skipping -------------------------------------------------------- */

/* Passes over a block, if one begins here. */
static void skip_block(struct parse *p)
{
	const struct item *begin = peek(p, 0), *it;
	unsigned depth = 0;

	if (!peek_is(p, ITEM_OPEN))
		return;
	for (; (it = peek(p, 0)); p->next++) {
		if (it->kind == ITEM_OPEN)
			depth++;
		else if (it->kind == ITEM_CLOSE && !--depth) {
			p->next++;
			return;
		}
	}
	parse_report(p, FINDING_ERROR, begin, 0,
		     "the '}' of this block is missing: everything behind it was skipped");
}

static void skip_unknown(struct parse *p, const struct block *b, const struct item *it)
{
	const char *name = it->words[0].text, *nearest = keyword_nearest(b->keywords, name);
	const struct block *other = keyword_elsewhere(b, name);
	const char *what = peek_is(p, ITEM_OPEN) ? "the block was skipped" : "it was skipped";

	if (other)
		parse_report(p, FINDING_ERROR, it, 0, "%s belongs in %s, not in %s; %s", name,
			     other->name, b->name, what);
	else if (nearest)
		parse_report(p, FINDING_ERROR, it, 0,
			     "%.64s is not known in %s, did you mean %s?; %s", name, b->name,
			     nearest, what);
	else
		parse_report(p, FINDING_ERROR, it, 0, "%.64s is not known in %s; %s%s", name,
			     b->name, what, hint_word(name));
	skip_block(p);
}

/* ---- values ---------------------------------------------------------- */

void parse_mark_field(struct parse *p, struct draft *d, enum table_id t, size_t offset,
		      const struct item *it, unsigned word)
{
	struct arena *a = p->arena;
	struct part *part = draft_part(a, d, t);

	if (part_has(part, t, offset)) {
		struct place before = part_place(part, field_at(t, offset), it->at);

		parse_report(p, FINDING_NOTICE, it, 0,
			     "%s: this was set at %s:%u already; the last one counts",
			     it->words[0].text, before.source->path, before.line);
	}
	part_mark(a, part, field_at(t, offset), item_place(it, word));
}

void parse_mark(struct parse *p, struct draft *d, const struct keyword *k, const struct item *it)
{
	parse_mark_field(p, d, k->table, k->offset, it, it->nwords > 1 ? 1 : 0);
}

void parse_keep_text(struct parse *p, struct draft *d, const struct keyword *k,
		     const struct item *it, const char *text)
{
	field_point(keyword_field(k), draft_part(p->arena, d, k->table)->row,
		    arena_text(p->arena, text, strlen(text)));
	parse_mark(p, d, k, it);
}

void parse_value(struct parse *p, struct draft *d, const struct keyword *k, const struct item *it)
{
	void *row = draft_part(p->arena, d, k->table)->row;
	bool flag = k->conv == CONV_FLAG || k->conv == CONV_UNFLAG;
	bool bare = it->nwords < 2, value;
	const char *text;
	char why[TEXT_MAX];

	if (!bare && k->alone && !keyword_boolean(it->words[1].text, &value)) {
		parse_no_more(p, it, 1);
		bare = true;
	}
	text = flag && bare ? "yes" : parse_word(p, it, 1, "the value");
	if (!text)
		return;
	if (!keyword_convert(k, text, row, why)) {
		parse_report(p, FINDING_ERROR, it, 1, "%s: %s; it was left out%s",
			     it->words[0].text, why, hint_value(text));
		return;
	}
	if (k->conv == CONV_SECONDS && keyword_rounds(k, text) &&
	    keyword_text(k, row, why, sizeof(why)))
		parse_report(p, FINDING_WARNING, it, 1,
			     "%s: %.64s is finer than can be kept; %s is used", it->words[0].text,
			     text, why);
	parse_mark(p, d, k, it);
	if (!bare)
		parse_no_more(p, it, 2);
}

/* ---- blocks ---------------------------------------------------------- */

static void parse_block(struct parse *p, const struct block *b, struct draft *d,
			const struct item *head);

/* Whether the statement that comes next would belong into the block. */
static bool belongs(const struct parse *p, const struct block *b)
{
	const struct item *it = peek(p, 0);
	struct addr a;
	char text[ADDR_TEXT_MAX];

	if (!it || it->kind != ITEM_STATEMENT || !it->nwords)
		return false;
	if (!b->line)
		return keyword_row(b, it->words[0].text);
	text_copy(text, sizeof(text), it->words[0].text);
	text[strcspn(text, "/")] = '\0';
	return addr_parse(text, &a);
}

static bool begin_block(struct parse *p, const struct block *b, const struct item *it)
{
	if (peek_is(p, ITEM_OPEN)) {
		p->next++;
		return true;
	}
	if (belongs(p, b)) {
		parse_report(p, FINDING_ERROR, it, 0,
			     "%s: '{' is missing after it; taken as if it "
			     "were there",
			     b->name);
		return true;
	}
	parse_report(p, FINDING_ERROR, it, 0,
		     "%s: a block in '{' and '}' must follow; it was skipped", b->name);
	return false;
}

static struct draft *draft_below(struct parse *p, const struct block *b, struct draft *d,
				 const struct item *it)
{
	struct draft *own = draft_new(p->arena, b, it->at);

	own->up = d;
	own->later = d->later;
	return own;
}

/* Nothing else of the file has to do with a virtual server: its rows are made at once. */
static bool is_service(const struct parse *p, const struct block *b)
{
	return b == &block_virtual_server && p->store;
}

static void parse_into(struct parse *p, const struct block *b, struct draft *own,
		       const struct item *it)
{
	if (b->enter && !b->enter(p, own, it)) {
		skip_block(p);
		return;
	}
	if (!b->enter)
		parse_no_more(p, it, 1);
	if (!begin_block(p, b, it))
		return;
	parse_block(p, b, own, it);
	if (b->shares || own->later)
		return;
	if (is_service(p, b))
		resolve_service(p, own);
	else
		draft_add(own->up, own);
}

static void parse_service(struct parse *p, struct draft *d, const struct item *it)
{
	p->arena = &p->service_arena;
	parse_into(p, &block_virtual_server, draft_below(p, &block_virtual_server, d, it), it);
	p->arena = &p->lexed->arena;
	arena_reset(&p->service_arena);
}

static void parse_sub_block(struct parse *p, const struct block *b, struct draft *d,
			    const struct item *it)
{
	if (is_service(p, b))
		parse_service(p, d, it);
	else
		parse_into(p, b, b->shares ? d : draft_below(p, b, d, it), it);
}

/* ---- what is not done ------------------------------------------------ */

static void say_not_done(struct parse *p, const struct keyword *row, const struct keyword *k,
			 const struct item *it)
{
	const char *what = peek_is(p, ITEM_OPEN) ? "the block was skipped" : "it was skipped";

	if (k->status == KEYWORD_LEXED)
		return;
	if (k->status == KEYWORD_GONE)
		parse_report(p, FINDING_NOTICE, it, 0, "%s has no meaning any more; %s", row->name,
			     what);
	else if (k->status == KEYWORD_ALWAYS)
		parse_report(p, FINDING_NOTICE, it, 0, "%s: that is always so; %s", row->name,
			     what);
	else if (row->old)
		parse_report(p, FINDING_NOTICE, it, 0,
			     "%s is an old name of %s, which is known but not supported yet; %s",
			     row->name, k->name, what);
	else
		parse_report(p, FINDING_NOTICE, it, 0, "%s is known but not supported yet; %s",
			     row->name, what);
}

/* One notice for the whole of it, and what is wrong within. */
static void parse_not_done(struct parse *p, const struct keyword *row, const struct keyword *k,
			   struct draft *d, const struct item *it)
{
	struct draft *own;
	bool bare = k->bare && !peek_is(p, ITEM_OPEN);

	if (it->nwords <= (bare ? 1 : k->least) && k->status != KEYWORD_LEXED)
		parse_word(p, it, it->nwords, it->nwords > 1 ? "a further word" : "the value");
	else if (!d->later)
		say_not_done(p, row, k, it);
	draft_mention(p->arena, d, k->name);
	if (k->most != WORDS_ANY)
		parse_no_more(p, it, 1u + k->most);
	if (!k->block || bare || !begin_block(p, k->block, it))
		return;
	own = draft_below(p, k->block, d, it);
	own->later = true;
	parse_block(p, k->block, own, it);
}

static void parse_keyword(struct parse *p, const struct block *b, struct draft *d,
			  const struct item *it)
{
	const struct keyword *row = keyword_row(b, it->words[0].text);
	const struct keyword *k = keyword_find(b, it->words[0].text);

	parse_seen(p, b, row);
	if (row->old && k->status == KEYWORD_DONE && !d->later)
		parse_report(p, FINDING_NOTICE, it, 0, "%s is an old name here, taken as %s",
			     row->name, row->means);
	if (k->status != KEYWORD_DONE)
		parse_not_done(p, row, k, d, it);
	else if (k->block && !(k->bare && !peek_is(p, ITEM_OPEN)))
		parse_sub_block(p, k->block, d, it);
	else if (k->special)
		k->special(p, d, k, it);
	else
		parse_value(p, d, k, it);
	if (!k->block && peek_is(p, ITEM_OPEN)) {
		parse_report(p, FINDING_ERROR, peek(p, 0), 0, "%s takes no block; it was skipped",
			     row->name);
		skip_block(p);
	}
}

/* A block that only an outer block knows shows that a "}" is missing. */
static bool ends_here(const struct parse *p, const struct draft *d, const struct block *b,
		      const struct item *it)
{
	const struct item *after = peek(p, 1);

	if (b == &block_root || !after || after->kind != ITEM_OPEN ||
	    keyword_row(b, it->words[0].text))
		return false;
	for (; d; d = d->up)
		if (d->block != b) {
			const struct keyword *k = keyword_find(d->block, it->words[0].text);

			if (k && k->block)
				return true;
		}
	return false;
}

static void parse_statement(struct parse *p, const struct block *b, struct draft *d,
			    const struct item *it)
{
	p->next++;
	if (it->damaged || !it->nwords)
		skip_block(p);
	else if (b->line)
		b->line(p, d, b, it);
	else if (keyword_row(b, it->words[0].text))
		parse_keyword(p, b, d, it);
	else
		skip_unknown(p, b, it);
}

/* Between the blocks of the file nothing refers to what was read before. */
static const struct item *next_of_file(struct parse *p)
{
	if (p->next == p->lexed->count && p->lexed->reader) {
		lex_forget(p->lexed);
		p->next = 0;
	}
	return peek(p, 0);
}

/* Reads up to the "}" of the block; `head` is the statement that opened it, NULL for the file. */
static void parse_block(struct parse *p, const struct block *b, struct draft *d,
			const struct item *head)
{
	const struct item *it;

	while ((it = head ? peek(p, 0) : next_of_file(p))) {
		if (it->kind == ITEM_CLOSE && head) {
			p->next++;
			return;
		}
		if (it->kind == ITEM_CLOSE) {
			parse_report(p, FINDING_ERROR, it, 0,
				     "'}' without a block that it could close");
			p->next++;
		} else if (it->kind == ITEM_OPEN) {
			parse_report(p, FINDING_ERROR, it, 0,
				     "'{' without a keyword before it; the block was skipped");
			skip_block(p);
		} else if (!it->damaged && it->nwords && ends_here(p, d, b, it)) {
			break;
		} else {
			parse_statement(p, b, d, it);
		}
	}
	if (!head)
		return;
	if (it)
		parse_report(p, FINDING_ERROR, it, 0,
			     "'}' is missing before this line: %s of line %u is still open",
			     b->name, head->at.line);
	else
		parse_report(p, FINDING_ERROR, head, 0, "%s: its '}' is missing", b->name);
}

void parse_items(struct parse *p)
{
	p->arena = &p->lexed->arena;
	p->root = draft_new(p->arena, &block_root, (struct place){0});
	parse_block(p, &block_root, p->root, NULL);
}
