/*
 * Prints docs/keywords.md: every keyword of the tables with its block, what it takes, its default
 * and what it is for; and before that, what is known and not done yet.
 * tests/lint/keywords.py compares.
 */
#include "config/keyword.h"

#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Text of a cell: a bar would end it. */
static void print_cell(const char *text)
{
	printf("| ");
	for (; *text; text++)
		printf(*text == '|' ? "\\|" : "%c", *text);
	putchar(' ');
}

/* As a link within a page names a heading. */
static void anchor_of(const char *heading, char *buf, size_t size)
{
	size_t n = 0;

	for (; *heading && n + 1 < size; heading++)
		buf[n++] = *heading == ' ' ? '-' : (char)tolower((unsigned char)*heading);
	buf[n] = '\0';
}

static void print_takes(const struct keyword *k)
{
	char allowed[256] = "", anchor[64];

	if (k->block && !k->bare) {
		anchor_of(k->block->name, anchor, sizeof(anchor));
		snprintf(allowed, sizeof(allowed), "%s%sa block: [%s](#%s)",
			 k->block->words ? k->block->words : "", k->block->words ? ", " : "",
			 k->block->name, anchor);
	} else if (k->status != KEYWORD_DONE) {
		if (k->most == WORDS_ANY)
			snprintf(allowed, sizeof(allowed), "%u or more words", k->least);
		else if (k->least != k->most)
			snprintf(allowed, sizeof(allowed), "%u..%u words", k->least, k->most);
		else if (k->most)
			snprintf(allowed, sizeof(allowed), "%u word%s", k->most,
				 k->most > 1 ? "s" : "");
	} else if (k->conv == CONV_FLAG || k->conv == CONV_UNFLAG) {
		text_copy(allowed, sizeof(allowed), "[yes or no]");
	} else {
		keyword_allowed(k, allowed, sizeof(allowed));
	}
	print_cell(allowed);
}

/* A default that could not be written comes from somewhere else, which the help tells. */
static bool converts(const struct keyword *k, const char *text)
{
	char row[MAX_ROW] __attribute__((aligned(16))), why[TEXT_MAX];

	return keyword_has_field(k) && keyword_convert(k, text, row, why);
}

static void print_default(const struct keyword *k)
{
	char row[MAX_ROW] __attribute__((aligned(16))), text[512] = "";

	if (keyword_has_field(k)) {
		row_init(k->table, row);
		if (k->print)
			k->print(row, text, sizeof(text));
		else if (k->conv == CONV_FLAG || k->conv == CONV_UNFLAG)
			text_copy(text, sizeof(text),
				  field_get(keyword_field(k), row) == (k->conv == CONV_FLAG)
				      ? "yes"
				      : "no");
		else
			keyword_text(k, row, text, sizeof(text));
	}
	print_cell(text_eq(text, "\"\"") || !converts(k, text) ? "" : text);
}

static const char *const status_texts[] = {
    [KEYWORD_DONE] = "",
    [KEYWORD_LATER] = "*not done yet.* ",
    [KEYWORD_ALWAYS] = "*always so.* ",
    [KEYWORD_GONE] = "*no meaning any more.* ",
    [KEYWORD_LEXED] = "",
};

static void print_keyword(const struct keyword *rows, const struct keyword *k)
{
	char name[128], what[512];

	snprintf(name, sizeof(name), "`%s`", k->name);
	print_cell(name);
	if (k->means) {
		snprintf(what, sizeof(what), "%s name of `%s`", k->old ? "old" : "another",
			 keyword_among(rows, k->means)->name);
		print_cell("");
		print_cell("");
	} else {
		snprintf(what, sizeof(what), "%s%s", status_texts[k->status], k->help);
		print_takes(k);
		print_default(k);
	}
	print_cell(what);
	puts("|");
}

static void print_rows(const char *what, const struct keyword *rows)
{
	if (rows)
		printf("\n| %s | takes | default | what |\n|---|---|---|---|\n", what);
	for (const struct keyword *k = rows; k && k->name; k++)
		print_keyword(rows, k);
}

static void print_block(const struct block *b)
{
	printf("\n## %s\n", b->name);
	if (b->words)
		printf("\nBegins with `%s %s {`.\n", b->name, b->words);
	if (b->syntax)
		printf("\nIts lines: `%s`.\n", b->syntax);
	print_rows("keyword", b->keywords);
	print_rows("option", b->options);
}

static void print_later(const struct block *b, const struct keyword *rows, unsigned *in_block)
{
	for (const struct keyword *k = rows; k && k->name; k++)
		if (k->status == KEYWORD_LATER) {
			if (!*in_block)
				printf("\n- in %s:", b->name);
			printf("%s `%s`", *in_block ? "," : "", k->name);
			++*in_block;
		}
}

/* The outermost words that are not done: what is in a block of theirs goes without saying. */
static void print_not_done(const struct block *b, unsigned *count)
{
	unsigned in_block = 0;

	print_later(b, b->keywords, &in_block);
	print_later(b, b->options, &in_block);
	*count += in_block;
	for (const struct keyword *k = b->keywords; k && k->name; k++)
		if (k->block && k->status == KEYWORD_DONE)
			print_not_done(k->block, count);
}

int main(void)
{
	const struct block *list[BLOCKS_MAX];
	size_t n = blocks_list(list);
	unsigned count = 0;

	puts(
	    "<!-- Printed by tests/unit/config_print_keywords; do not edit. -->\n"
	    "# The words of the configuration\n\n"
	    "Halvard reads the language of keepalived 2.4. Here is every word of it that is known, "
	    "block\nby block, with the range of its value. [halvard.conf(5)](man/halvard.conf.5) "
	    "explains those that do something.\n\n"
	    "## Not done yet\n\n"
	    "These are read, with what is in their blocks, and answered with one notice. "
	    "They change nothing.");
	print_not_done(&block_root, &count);
	printf("\n\n%u words.\n", count);
	for (size_t i = 0; i < n; i++)
		print_block(list[i]);
	return 0;
}
