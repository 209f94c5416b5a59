/*
 * keyword: the words of the language as tables. A keyword that is one value is one row here:
 * its name, the field it fills, how its text is converted, its range. Parser and printer both
 * read the row, so they cannot differ. What has an odd syntax names a function of special.c.
 *
 * A row that is LATER is known to keepalived and not done yet; ALWAYS: what it asks for is so
 * without it; GONE: it meant something once; LEXED: the lexer has done it already. None has a field
 * or an effect, and one notice says so. A block of such a kind has its own table all the same, so
 * that a misspelt word in it is found and braces stay right. To do what a row promises is to give
 * it a field, or a function, in place of its status.
 */
#ifndef CONFIG_KEYWORD_H
#define CONFIG_KEYWORD_H

#include "config/draft.h"
#include "model/rows.h"

struct block;
struct keyword;
struct parse;

enum conv {
	CONV_FLAG,    /* no word: true; or a boolean */
	CONV_UNFLAG,  /* no word: the field becomes false */
	CONV_NUMBER,  /* decimal */
	CONV_SECONDS, /* decimal seconds with up to 6 digits of fraction, into the field's unit */
	CONV_CHOICE,  /* one of .choices */
	CONV_TEXT,
	CONV_ADDRESS,
};

/* Reads a statement of odd syntax into the draft; reports what is wrong. */
typedef void (*special_fn)(struct parse *p, struct draft *d, const struct keyword *k,
			   const struct item *it);
/* Reads a line of a block that has no keywords. */
typedef void (*line_fn)(struct parse *p, struct draft *d, const struct block *b,
			const struct item *it);
/* Writes the words after the keyword; false: nothing is to be printed. */
typedef bool (*special_print_fn)(const void *row, char *buf, size_t size);

enum keyword_status { KEYWORD_DONE, KEYWORD_LATER, KEYWORD_ALWAYS, KEYWORD_GONE, KEYWORD_LEXED };

#define WORDS_ANY UINT8_MAX

struct keyword {
	const char *name;
	const char *means; /* an old or other name of this keyword; the rest is empty */
	bool old;          /* ... and using it is worth a notice */
	enum table_id table;
	uint16_t offset;
	enum conv conv;
	uint64_t min, max; /* in the field's unit; 0, 0: what the field allows */
	const struct enum_name *choices;
	bool any_case; /* choices are read in any case */
	bool always;   /* printed even when it is the default */
	bool alone;    /* a flag that keepalived reads without a word: any other is one too many */
	special_fn special;
	special_print_fn print;
	const struct block *block;
	bool bare; /* the block may be absent, when there is a word instead */
	const char *help;
	enum keyword_status status;
	uint8_t least, most; /* words behind the name, of a row that is not done */
};

struct block {
	const char *name;
	const char *words; /* what stands behind the name, for the manual; NULL: nothing */
	const struct keyword *keywords; /* ends with a row without a name */
	bool shares;                    /* its content belongs to the draft around it */
	/* Reads the words behind the block's name; false: reported, the block is skipped. */
	bool (*enter)(struct parse *p, struct draft *d, const struct item *it);
	enum table_id named;           /* for enter_named() */
	line_fn line;                  /* takes every line of a block that has no keywords */
	const struct keyword *options; /* words behind the first of such a line, or NULL */
	const char *syntax;            /* of such a line, for the manual */
};

extern const struct block block_root, block_global_defs, block_vrrp_instance, block_authentication,
    block_unicast_peer, block_virtual_ipaddress, block_virtual_ipaddress_excluded, block_sync_group,
    block_sync_members, block_virtual_server, block_real_server, block_tcp_check,
    block_static_ipaddress, block_static_routes, block_static_rules, block_track_group;

/* The block whose lines track things of this kind (enum track_kind). */
const struct block *track_block_of(int kind);
const char *track_block(int kind);

#define BLOCKS_MAX 128
/* Every block once, the file first, outer ones before those within them; their number. */
size_t blocks_list(const struct block *list[BLOCKS_MAX]);

/* The row of a name, aliases resolved to what they mean; NULL when there is none. */
const struct keyword *keyword_find(const struct block *b, const char *name);
/* The row itself, aliases as they are. */
const struct keyword *keyword_row(const struct block *b, const char *name);
/* The same in an array of rows that may be NULL. */
const struct keyword *keyword_among(const struct keyword *rows, const char *name);
/* Whether the row fills a field: no other name, no block, not something for later. */
bool keyword_has_field(const struct keyword *k);
/* The name among rows that is nearest to a misspelt word, or NULL. */
const char *keyword_nearest(const struct keyword *rows, const char *word);
/* The candidate that somebody means who uses another program's word for it, or NULL: hint.c. */
const char *hint_synonym(const char *word, const char *const *candidates);
/* Another block that knows the name, or NULL. */
const struct block *keyword_elsewhere(const struct block *b, const char *name);
const struct field *keyword_field(const struct keyword *k);

/* What the value may be, as a message or a manual says it: "1..255", "NAT, DR, TUN". */
void keyword_allowed(const struct keyword *k, char *buf, size_t size);
/* Converts text into the field of row. false: `why` (TEXT_MAX) says what is allowed. */
bool keyword_convert(const struct keyword *k, const char *text, void *row, char *why);
/* The text that converts to the value in row; false when the keyword is not to be printed. */
bool keyword_text(const struct keyword *k, const void *row, char *buf, size_t size);
/* Whether a time that converts is finer than the unit of the field. */
bool keyword_rounds(const struct keyword *k, const char *text);
bool keyword_boolean(const char *text, bool *ret);
/* A word as the lexer reads it back: in double quotes when it needs them. */
void keyword_quote(const char *text, char *buf, size_t size);

#endif
