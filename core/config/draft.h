/*
 * draft: what the file says, before defaults and inheritance. A draft is one block of the file
 * (an instance, a virtual server, an address); it has a part for each table that its keywords
 * fill. A virtual server's draft, say, has a part for its own row and two more for what its
 * real servers and their checks inherit. A part knows which fields were set, and where.
 *
 * Everything is in the arena of the parse.
 */
#ifndef CONFIG_DRAFT_H
#define CONFIG_DRAFT_H

#include "config/lex.h"
#include "model/schema.h"

struct block;

struct setting {
	struct setting *next;
	unsigned field; /* index in the table */
	struct place at;
};

struct part {
	void *row; /* only its beginning, as far as a file can say it: see part_row() */
	struct fieldset set;
	struct setting *settings; /* newest first */
};

struct draft {
	const struct block *block;
	struct place at; /* of the block's first word */
	struct draft *up, *first, *last, *next;
	struct part *parts[T_COUNT];
	bool later; /* within something that is not done yet: read for its mistakes only */
	struct mention *mentions; /* words in it that are not done yet */
};

struct mention {
	struct mention *next;
	const char *keyword;
};

struct draft *draft_new(struct arena *a, const struct block *b, struct place at);
/* Hangs a draft below another, behind its brothers. */
void draft_add(struct draft *up, struct draft *d);
/* The part for a table, made when missing, its row with the schema's defaults. */
struct part *draft_part(struct arena *a, struct draft *d, enum table_id t);
/* Notes that a block has a word that is not done, for what depends on it; and whether it has. */
void draft_mention(struct arena *a, struct draft *d, const char *keyword);
bool draft_mentions(const struct draft *d, const char *keyword);
/* Makes a whole row of it. */
void part_row(const struct part *p, enum table_id t, void *ret);
void part_mark(struct arena *a, struct part *p, unsigned field, struct place at);
bool part_has(const struct part *p, enum table_id t, size_t offset);
/* Where the field was set, or `otherwise`. */
struct place part_place(const struct part *p, unsigned field, struct place otherwise);
/* Index of the field at an offset of the row; the offset must be a field's. */
unsigned field_at(enum table_id t, size_t offset);

#endif
