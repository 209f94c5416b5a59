/* route_words: what the parsers and writers of routes and rules share; see route.h. */
#ifndef BASE_ROUTE_WORDS_H
#define BASE_ROUTE_WORDS_H

#include "base/route.h"

struct words {
	const char *const *word;
	unsigned n, at; /* at: the next one */
	route_name_fn names;
	void *arg;
	struct route_findings *findings;
	uint8_t family; /* of the addresses so far, and of inet and inet6 */
};

/* Notes what is wrong with a word; returns false. */
bool words_fail(struct words *w, unsigned word, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void words_note(struct words *w, unsigned word, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Notes that the word is none of `names`, which NULL ends, in `what`; returns false. */
bool words_fail_unknown(struct words *w, unsigned word, const char *what, const char *const *names);
/* The word behind the one at `w->at - 1`; NULL: it is missing, which was noted. */
const char *words_next(struct words *w);
/* Decimal, or hexadecimal with 0x. */
bool words_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret);
/* The same of the next word, with a note when it is none. */
bool words_read_number(struct words *w, uint64_t min, uint64_t max, uint64_t *ret);
bool words_read_u32(struct words *w, uint32_t min, uint32_t max, uint32_t *ret);
/* A number or a name of the kind. */
bool words_read_name(struct words *w, enum route_names kind, uint64_t max, uint32_t *ret);
/* The same of those that have numbers up to 255. */
bool words_read_byte(struct words *w, enum route_names kind, uint8_t *ret);
/* For "inet" and "inet6", the word behind which `w->at` is. */
bool words_take_family(struct words *w, uint8_t family);
/* An address of the family that the others have. */
bool words_read_addr(struct words *w, struct addr *ret);
/* The same with a prefix length, "default", "any" or "all"; bits behind it are cleared, with a
 * note. */
bool words_take_prefix(struct words *w, unsigned word, struct prefix *ret);
bool words_read_interface(struct words *w, char ret[ROUTE_IF]);
/* "TO" or "FROM/TO", as the kernel has it. */
bool words_read_realms(struct words *w, uint32_t *ret);
bool words_is_prefix(const char *text);
/* Cuts a text at its blanks; false: there are too many. The words point into copy. */
bool words_cut(const char *text, char copy[ROUTE_TEXT_MAX], const char **words, unsigned max,
	       unsigned *ret_n);

#define WORDS_MAX 200

/* A word of the language and the kernel's number for it; an empty one ends the table. */
struct word_value {
	const char *word;
	uint8_t value;
};
bool word_value(const struct word_value *table, const char *word, uint8_t *ret);
/* "?" when there is none. */
const char *word_for(const struct word_value *table, uint8_t value);

/* A text that grows up to its size. */
struct text_out {
	char *buf;
	size_t size, len;
	bool cut;
};
void out_add(struct text_out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
