/*
 * lex: a configuration file and what it includes, as a flat stream of items: statements
 * (words of one line), "{" and "}". Each item and word knows its place.
 *
 * The lexer knows no keyword but the include family, include_check and random_seed. A line it must
 * reject (unterminated quote, NUL byte, too long, a loop without end) still gives its braces and a
 * damaged statement, so that one bad line never shifts the blocks around it: the parser skips a
 * damaged statement, with its block, without another word.
 */
#ifndef CONFIG_LEX_H
#define CONFIG_LEX_H

#include "config/arena.h"
#include "config/config.h"
#include "config/vars.h"

#define LEX_LINE_MAX  4095 /* octets of a line; keepalived takes 1023 */
#define LEX_FILE_MAX  (64u * 1024 * 1024)
#define LEX_NEST_MAX  64                         /* variables in variables, loops in loops */
#define LEX_TOTAL_MAX (4 * (size_t)LEX_FILE_MAX) /* octets of all files */
#define LEX_DEPTH_MAX 16                         /* files open at a time, the first one included */
#define LEX_FILES_MAX 10000

struct source {
	const char *path; /* as written, for messages */
	const char *data;
	size_t len;
};

/* Findings about what one line has become: a loop may say the same a million times. */
struct line_findings {
	unsigned count[FINDING_FATAL + 1];
};

/* What variables and loops have made of a line. */
struct expansion {
	const char *text;
	const struct source *source; /* of the definition that it is a line of, or NULL */
	unsigned line;
	struct line_findings *said;
};

struct place {
	const struct source *source;       /* NULL: nowhere */
	size_t line_at;                    /* offset of the line in the source */
	unsigned line, column;             /* from 1 */
	const struct expansion *expansion; /* NULL: it stands there as it is */
};

struct word {
	const char *text; /* without quotes */
	unsigned column;
	uint16_t at; /* offset of the word as it was written, in the text of its item */
	bool quoted;
};

enum item_kind { ITEM_STATEMENT, ITEM_OPEN, ITEM_CLOSE };

struct item {
	enum item_kind kind;
	bool damaged;    /* has been complained about */
	unsigned nwords; /* of a statement: 1 or more; a damaged one may have none */
	struct word *words;
	const char *text; /* of a statement: as it was written, with quotes and escapes */
	uint16_t len;
	struct place at; /* of the first word or the brace */
};

struct reader;

struct lexed {
	struct item **items; /* those that are not forgotten */
	size_t count, cap;
	struct arena arena; /* lives as long as the stream */
	struct arena words; /* items, and what they point to */
	/* while reading */
	struct reader *reader; /* of the first file; NULL: all has been read */
	size_t total;          /* items, forgotten ones too */
	const struct config_options *options;
	struct findings *findings;
	const char *id; /* of lines that begin with @ID */
	struct vars vars;
	uint64_t steps;    /* of work that variables and loops were */
	unsigned expanded; /* lines that came of them */
	bool exhausted;    /* either is too many */
	uint64_t random;
	bool seeded;
	const struct source *folder_of; /* source whose folder is `folder` */
	const char *folder;
	unsigned files;
	size_t octets; /* of all files */
	bool full;     /* CONFIG_ITEMS_MAX has been reached, and said */
};

/* A file being read, within the one that includes it: loops are found by device and inode. */
struct lex_open {
	const struct lex_open *up;
	const struct source *source;
	unsigned long dev, ino;
	unsigned depth;
	unsigned insist; /* of the line that includes it */
	bool may_include;
};

/* Opens path. Always returns a stream, one without items when the file cannot be read (a
 * FINDING_FATAL). Items are read as they are asked for, those of an included file at once. Free
 * it after the last finding about it was added. Options may be NULL. */
struct lexed *lex_file(const char *path, const struct config_options *o, struct findings *f);
/* The same from memory; `text` must live as long as the stream. Includes are refused. */
struct lexed *lex_text(const char *name, const char *text, size_t len,
		       const struct config_options *o, struct findings *f);
/* Reads on until there is another item; false at the end. */
bool lex_more(struct lexed *l);
/* Reads all that is left; returns l. */
struct lexed *lex_all(struct lexed *l);
/* Drops all items that were read: the places that were taken from them stay good. */
void lex_forget(struct lexed *l);
void lex_free(struct lexed *l);

/* The octets of the line that begins at an offset, without its end. */
size_t lex_line_length(const struct source *s, size_t at);
/* An empty stream, to be filled. */
struct lexed *lex_new(const struct config_options *o, struct findings *f);
/* Between source.c and include.c: an open source, whose line after line becomes items; an
 * include line becomes the lines of its files. */
struct reader *lex_reader_new(struct lexed *l, const struct lex_open *file);
/* Reads a line; false when there is none left. */
bool lex_reader_line(struct reader *r);
void lex_reader_free(struct reader *r);
bool lex_is_include(const char *word);
void lex_include(struct lexed *l, const struct lex_open *from, unsigned insist,
		 const struct item *line);
/* What includes insist on from an include_check line on. */
unsigned lex_include_check(struct lexed *l, unsigned insist, const struct item *line);
#define LEX_INSIST_ALL 15u
/* From now on random numbers follow from the seed. */
void lex_seed(struct lexed *l, uint64_t seed);

/* A finding at a place, with the source line, in which what follows a secret word is hidden. */
void place_report(struct findings *f, enum finding_level level, const struct place *at,
		  const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Whether the values of the keyword must not be shown. */
bool lex_is_secret(const char *word);
/* The place of a word of an item. */
struct place item_place(const struct item *it, unsigned word);

#endif
