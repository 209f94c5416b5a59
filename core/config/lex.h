/*
 * lex: a configuration file and what it includes, as a flat stream of items: statements
 * (words of one line), "{" and "}". Each item and word knows its place.
 *
 * The lexer knows no keyword but the include family. A line it must reject (unterminated
 * quote, NUL byte, too long, a variable) still gives its braces and a damaged statement, so
 * that one bad line never shifts the blocks around it: the parser skips a damaged statement,
 * with its block, without another word.
 */
#ifndef CONFIG_LEX_H
#define CONFIG_LEX_H

#include "config/arena.h"
#include "config/config.h"

#define LEX_LINE_MAX  4095 /* octets of a line; keepalived takes 1023 */
#define LEX_FILE_MAX  (64u * 1024 * 1024)
#define LEX_DEPTH_MAX 16 /* files open at a time, the first one included */
#define LEX_FILES_MAX 10000

struct source {
	const char *path; /* as written, for messages */
	const char *data;
	size_t len;
};

struct place {
	const struct source *source; /* NULL: nowhere */
	size_t line_at;              /* offset of the line in the source */
	unsigned line, column;       /* from 1 */
};

struct word {
	const char *text; /* without quotes */
	unsigned column;
	bool quoted;
};

enum item_kind { ITEM_STATEMENT, ITEM_OPEN, ITEM_CLOSE };

struct item {
	enum item_kind kind;
	bool damaged;    /* has been complained about */
	unsigned nwords; /* of a statement: 1 or more; a damaged one may have none */
	struct word *words;
	struct place at; /* of the first word or the brace */
};

struct lexed {
	struct item *items;
	size_t count, cap;
	struct arena arena;
	/* while reading */
	struct findings *findings;
	unsigned files;
};

/* A file being read, within the one that includes it: loops are found by device and inode. */
struct lex_open {
	const struct lex_open *up;
	const struct source *source;
	unsigned long dev, ino;
	unsigned depth;
	bool may_include;
};

/* Reads path and its includes. Always returns a stream, empty when the file cannot be read
 * (a FINDING_FATAL). Free it after the last finding about it was added. */
struct lexed *lex_file(const char *path, struct findings *f);
/* The same from memory; `text` must live as long as the stream. Includes are refused. */
struct lexed *lex_text(const char *name, const char *text, size_t len, struct findings *f);
void lex_free(struct lexed *l);

/* Between lex.c and include.c: the lines of an open source into items; an include line into
 * the lines of its files. */
void lex_source(struct lexed *l, const struct lex_open *file);
bool lex_is_include(const char *word);
void lex_include(struct lexed *l, const struct lex_open *from, const struct item *line);

/* A finding at a place, with the source line, in which what follows a secret word is hidden. */
void place_report(struct findings *f, enum finding_level level, const struct place *at,
		  const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Whether the values of the keyword must not be shown. */
bool lex_is_secret(const char *word);
/* The place of a word of an item. */
struct place item_place(const struct item *it, unsigned word);

#endif
